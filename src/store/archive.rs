//! The archive for readers: no lock, nothing written.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rayon::prelude::*;

use super::entry::{Entry, damaged, read_entry};
use super::gaps::{OpenGap, open_gaps};
use super::layout::{CACHE, INFO, inside};
use super::runs::{RunLine, each_line, read_runs};
use crate::error::{Error, Result};
use crate::model::{ArchiveInfo, Digest, FORMAT, Media, Post, PostId, Source};

/// An archive, open for reading.
#[derive(Debug, Clone)]
pub struct Archive {
    pub root: PathBuf,
    pub info: ArchiveInfo,
}

impl Archive {
    /// Reads a file of the cache, which may be gone at any time.
    pub fn cache_get(&self, name: &str) -> Option<Vec<u8>> {
        std::fs::read(self.root.join(CACHE).join(name)).ok()
    }

    /// Opens an archive. [`Error::Archive`] when there is none, or one of a newer format.
    pub fn open(root: &Path) -> Result<Archive> {
        let info = read_info(root)?.ok_or_else(|| {
            Error::archive(root, "no archive there")
                .with_hint("see what is kept with `mdarchive list`, or begin with `mdarchive fetch URL`")
        })?;
        Ok(Archive { root: root.to_path_buf(), info })
    }

    /// Returns all posts and pages in order of local time.
    pub fn entries(&self) -> Result<Vec<Entry>> {
        let files = post_files(&self.root)?;
        let mut entries = files.par_iter().map(|f| read_entry(&self.root, f)).collect::<Result<Vec<_>>>()?;
        entries.sort_by(|a, b| a.order().cmp(&b.order()));
        Ok(entries)
    }

    pub fn read(&self, entry: &Entry) -> Result<Post> {
        read_post(&self.root, &entry.path)
    }

    /// Returns where the kept bytes of a medium lie.
    pub fn media_file(&self, digest: &Digest) -> Option<PathBuf> {
        let folder = self.root.join("media/sha256").join(&digest.as_str()[..2]);
        let prefix = format!("{digest}.");
        fs::read_dir(folder).ok()?.filter_map(|e| e.ok()).map(|e| e.path()).find(|p| {
            p.file_name()
                .and_then(|n| n.to_str())
                .is_some_and(|n| n.starts_with(&prefix) && !n.ends_with(super::layout::TEMP))
        })
    }

    /// Returns where the bytes of a post's medium lie, without a look into the folder.
    pub fn path_of(&self, media: &Media) -> Option<PathBuf> {
        let digest = media.sha256.as_ref()?;
        Some(self.root.join(super::layout::media_path(digest, super::layout::media_extension(media.mime.as_deref()))))
    }

    /// Returns a folder for what can be rebuilt at any time; it may not be there.
    pub fn cache(&self, name: &str) -> PathBuf {
        self.root.join(super::layout::CACHE).join(name)
    }

    pub fn runs(&self) -> Result<Vec<RunLine>> {
        read_runs(&self.root)
    }

    /// Hands on what each run wrote down, line by line.
    pub fn each_run(&self, found: &mut dyn FnMut(RunLine)) -> Result<()> {
        each_line(&self.root, found)
    }

    pub fn gaps(&self) -> Result<Vec<OpenGap>> {
        open_gaps(&self.root)
    }

    /// Returns the files of earlier texts of a post, oldest first: as the runs wrote them, those of one run by the time at
    /// which they were captured; where each of them says when that was, by that alone.
    pub fn versions(&self, id: &PostId) -> Result<Vec<PathBuf>> {
        let folder = format!("versions/{id}/");
        let mut found: Vec<(String, Option<Timestamp>, PathBuf)> = Vec::new();
        each_line(&self.root, &mut |line: RunLine| {
            for record in line.files.iter().filter(|f| f.path.starts_with(&folder)) {
                let file = inside(&self.root, &record.path).filter(|p| p.is_file());
                if let Some(path) = file.filter(|p| found.iter().all(|(.., known)| known != p)) {
                    found.push((line.run.clone(), captured(&path), path));
                }
            }
        })?;
        if found.iter().all(|(_, captured, _)| captured.is_some()) {
            found.sort_by_key(|(_, captured, _)| *captured);
        } else {
            found.chunk_by_mut(|a, b| a.0 == b.0).for_each(|run| run.sort_by_key(|(_, captured, _)| *captured));
        }
        Ok(found.into_iter().map(|(.., path)| path).collect())
    }
}

/// Returns when the text in a file of a post was captured, where its sources say so.
fn captured(path: &Path) -> Option<Timestamp> {
    #[derive(serde::Deserialize)]
    struct Said {
        sources: Vec<Source>,
    }
    let said: Said = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
    said.sources.into_iter().filter_map(|s| s.captured).max()
}

/// Reads `archive.json`; none when there is no archive.
pub fn read_info(root: &Path) -> Result<Option<ArchiveInfo>> {
    let path = root.join(INFO);
    let mut bytes = Vec::new();
    match File::open(&path) {
        Ok(file) => file.take(16 << 20).read_to_end(&mut bytes).map_err(Error::io("read", &path))?,
        Err(e) if matches!(e.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(e) => return Err(Error::io("read", &path)(e)),
    };
    let value: serde_json::Value = serde_json::from_slice(&bytes).map_err(|e| damaged(root, INFO, e))?;
    match value["format"].as_u64() {
        Some(format) if format > u64::from(FORMAT) => {
            Err(Error::archive(root, format!("format {format} is newer than this program knows (format {FORMAT})"))
                .with_hint("update mdarchive; nothing was changed"))
        }
        Some(_) => serde_json::from_value(value).map(Some).map_err(|e| damaged(root, INFO, e)),
        None => Err(damaged(root, INFO, "no format number")),
    }
}

pub fn read_post(root: &Path, relative: &str) -> Result<Post> {
    let path = inside(root, relative).ok_or_else(|| damaged(root, relative, "path leads out of the archive"))?;
    let bytes = fs::read(&path).map_err(Error::io("read", &path))?;
    serde_json::from_slice(&bytes).map_err(|e| damaged(root, relative, e))
}

/// Returns the relative paths of all post and page files, sorted.
pub fn post_files(root: &Path) -> Result<Vec<String>> {
    let mut files = Vec::new();
    for folder in ["posts", "pages"] {
        walk(root, folder, &mut |path| {
            if path.ends_with(".json") {
                files.push(path);
            }
        })?;
    }
    files.sort();
    Ok(files)
}

/// Calls `found` with the relative path of each file below a folder; links are not followed.
pub fn walk(root: &Path, folder: &str, found: &mut dyn FnMut(String)) -> Result<()> {
    let mut folders = vec![folder.to_string()];
    while let Some(folder) = folders.pop() {
        let path = root.join(&folder);
        let entries = match fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => continue,
            Err(e) => return Err(Error::io("read", &path)(e)),
        };
        for entry in entries {
            let entry = entry.map_err(Error::io("read", &path))?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            let relative = if folder.is_empty() { name } else { format!("{folder}/{name}") };
            let kind = entry.file_type().map_err(Error::io("read", entry.path()))?;
            if kind.is_dir() {
                folders.push(relative);
            } else if kind.is_file() {
                found(relative);
            }
        }
    }
    Ok(())
}
