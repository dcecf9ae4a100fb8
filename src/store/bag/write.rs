//! An archive as a bag. The same archive gives the same bytes: entries in order of their bytes, one fixed time.

use std::collections::BTreeMap;
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::{BAG_INFO, BAGIT, DECLARATION, MANIFEST, TAG_MANIFEST, encode};
use crate::error::{Error, Result};
use crate::event::{Events, Unit};
use crate::model::Digest;
use crate::store::contents::{Part, contents, is_plain, stamp};
use crate::store::{Archive, RunLine};

/// File extensions of what does not get smaller.
const PACKED: [&str; 22] = [
    "gz", "jpg", "jpeg", "png", "gif", "webp", "avif", "heif", "mp3", "m4a", "ogg", "flac", "mp4", "webm", "mov",
    "zip", "epub", "bz2", "xz", "zst", "7z", "woff2",
];

/// Writes the whole archive as one bag. Memory grows with the number of files, not with their size.
pub fn write(archive: &Archive, out: impl Write + Seek, events: &Events) -> Result<()> {
    let before = stamp(&archive.root);
    let parts = contents(&archive.root)?;
    write_parts(archive, &parts, &Lists::default(), before, out, events)
}

/// What a bag says beside its payload.
#[derive(Default)]
pub struct Lists {
    /// Lines of `bag-info.txt`.
    pub info: Vec<(&'static str, String)>,
    /// Tag files by name.
    pub files: Vec<(&'static str, String)>,
}

/// Writes some files of an archive as a bag. `before` is its stamp from before they were listed.
pub fn write_parts(
    archive: &Archive,
    parts: &BTreeMap<String, Part>,
    lists: &Lists,
    before: (u64, bool),
    out: impl Write + Seek,
    events: &Events,
) -> Result<()> {
    let root = &archive.root;
    let size: u64 = parts.values().map(Part::size).sum();
    events.total(Unit::Bytes, size);
    let top = if is_plain(&archive.info.name) { archive.info.name.as_str() } else { "archive" };
    let mut bag = Packer { zip: ZipWriter::new(out), top: top.to_string(), root: root.clone() };

    let mut tags = Vec::new();
    let info = bag_info(archive, parts.len(), size, &lists.info)?;
    for (name, text) in &lists.files {
        tags.push((bag.put_text(name, text)?, *name));
    }
    tags.push((bag.put_text(BAG_INFO, &info)?, BAG_INFO));
    tags.push((bag.put_text(BAGIT, DECLARATION)?, BAGIT));
    let mut manifest = String::new();
    for (path, part) in parts {
        events.check()?;
        let path = format!("data/{path}");
        let digest = bag.put_part(&path, part, events)?;
        manifest.push_str(&format!("{digest}  {}\n", encode(&path)));
    }
    tags.push((bag.put_text(MANIFEST, &manifest)?, MANIFEST));
    let tag_manifest: String = tags.iter().map(|(digest, name)| format!("{digest}  {name}\n")).collect();
    bag.put_text(TAG_MANIFEST, &tag_manifest)?;
    if stamp(root) != before {
        return Err(changed(root));
    }
    bag.zip.finish().map_err(failed(root)).map(|_| ())
}

pub fn changed(root: &Path) -> Error {
    Error::export(root.display(), "the archive changed while it was read")
        .with_hint("wait until the other run has ended, and try again")
}

/// Returns the lines of `bag-info.txt`. The day is that of the archive's last run, not today.
fn bag_info(archive: &Archive, files: usize, bytes: u64, more: &[(&str, String)]) -> Result<String> {
    let pending = super::super::recover::pending(&archive.root)?;
    let runs = archive.runs()?;
    let lines = pending.iter().map(|p| &p.line).chain(runs.iter().rev());
    let day = lines.filter_map(last_day).next().unwrap_or_else(|| "1970-01-01".to_string());
    let more: String = more.iter().map(|(label, value)| format!("{label}: {value}\n")).collect();
    Ok(format!(
        "Bag-Software-Agent: mdarchive {}\nBagging-Date: {day}\nExternal-Identifier: urn:uuid:{}\nPayload-Oxum: {bytes}.{files}\n{more}",
        env!("CARGO_PKG_VERSION"),
        archive.info.id.replace(|c: char| !c.is_ascii_hexdigit() && c != '-', ""),
    ))
}

/// Returns the day of a run; its name begins with it.
fn last_day(line: &RunLine) -> Option<String> {
    if let Some(time) = line.finished.or(line.started) {
        return Some(time.strftime("%Y-%m-%d").to_string());
    }
    let day: jiff::civil::Date = jiff::civil::Date::strptime("%Y%m%d", line.run.get(..8)?).ok()?;
    Some(day.to_string())
}

/// The ZIP file under way.
struct Packer<W: Write + Seek> {
    zip: ZipWriter<W>,
    top: String,
    /// What errors name.
    root: PathBuf,
}

impl<W: Write + Seek> Packer<W> {
    fn put_text(&mut self, name: &str, text: &str) -> Result<Digest> {
        self.start(name, text.len() as u64)?;
        self.zip.write_all(text.as_bytes()).map_err(Error::io("export", &self.root))?;
        Ok(Digest::of(text))
    }

    fn put_part(&mut self, path: &str, part: &Part, events: &Events) -> Result<Digest> {
        let mut input = part.open().map_err(Error::io("read", &part.from))?;
        self.start(path, part.size())?;
        let (mut hasher, mut buffer, mut read) = (Sha256::new(), vec![0; 1 << 17], 0);
        loop {
            let n = input.read(&mut buffer).map_err(Error::io("read", &part.from))?;
            let Some(bytes) = buffer.get(..n).filter(|b| !b.is_empty()) else { break };
            hasher.update(bytes);
            self.zip.write_all(bytes).map_err(Error::io("export", &self.root))?;
            read += n as u64;
            events.done(Unit::Bytes, n as u64);
        }
        if read != part.size() {
            return Err(changed(&self.root));
        }
        Ok(Digest::finish(hasher))
    }

    fn start(&mut self, path: &str, size: u64) -> Result<()> {
        let extension = path.rsplit_once('.').map_or("", |(_, e)| e);
        let packed = PACKED.iter().any(|p| extension.eq_ignore_ascii_case(p));
        let options = SimpleFileOptions::default()
            .compression_method(if packed { CompressionMethod::Stored } else { CompressionMethod::Deflated })
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644)
            // Noise of 4 GiB grows a little when pressed.
            .large_file(size >= u64::from(u32::MAX) - (16 << 20));
        let name = format!("{}/{path}", self.top);
        self.zip.start_file(name, options).map_err(failed(&self.root))
    }
}

/// A full disk keeps its cause, so that the user is told what to do.
fn failed(root: &Path) -> impl Fn(ZipError) -> Error {
    move |e| match e {
        ZipError::Io(e) => Error::io("export", root)(e),
        other => Error::export(root.display(), other),
    }
}
