//! Files on their way into an archive: whole or not at all.
//!
//! The order that survives a kill and a power cut: temporaries in their final folders, and the list of what is about to
//! be put in place → one sync of the file system → renames → sync of each folder touched and of the line in
//! `runs.jsonl` → the list removed. After a kill the list says how to go on; one whose files are not all as it says was
//! never made durable, and nothing of it was put in place ([`super::recover`]).

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::disk::Disk;
use super::layout::{PENDING, RUNS, TEMP};
use super::pen::{Copying, Opener, Pen, Sheet, Sheets, join, spawn};
use super::runs::{FileRecord, RunLine};
use crate::error::{Error, Result};
use crate::model::Digest;

/// A file that is written but not yet in place.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Staged {
    /// Where it lies now, relative to the archive.
    pub temp: String,
    #[serde(flatten)]
    pub file: FileRecord,
}

/// `.pending.json`: what is about to be put in place, and the line that will say so.
#[derive(Debug, Serialize, Deserialize)]
pub struct Pending {
    pub staged: Vec<Staged>,
    pub line: RunLine,
}

/// The files of one batch.
#[derive(Debug, Default)]
pub struct Batch {
    staged: BTreeMap<String, Staged>,
    removed: BTreeSet<String>,
    /// Folders made since the last commit: their names must be made durable too.
    made: BTreeSet<PathBuf>,
    /// Folders that are known to be there.
    there: HashSet<PathBuf>,
    /// Files of the batch that are being written.
    pen: Option<Pen>,
    /// Large streams that are being copied; each goes with the batch that finds it done.
    copies: Vec<Copying>,
    /// The batch before, on its way into place.
    flight: Option<Flight>,
    /// A batch stopped half way: only the next writer, which reads what was pending, may go on.
    broken: bool,
}

/// A batch that another thread puts in place.
#[derive(Debug)]
struct Flight {
    paths: HashSet<String>,
    /// Those of them that were still being written.
    sheets: Option<Sheets>,
    worker: JoinHandle<Result<()>>,
}

/// Fewer files than these are written at once.
const MANY: usize = 16;

impl Batch {
    pub fn is_empty(&self) -> bool {
        self.staged.is_empty() && self.removed.is_empty()
    }

    /// Whether a file is written and perhaps not yet in its place.
    pub fn contains(&self, path: &str) -> bool {
        self.staged.contains_key(path) || self.flies(path) || self.copies.iter().any(|c| c.path == path)
    }

    fn flies(&self, path: &str) -> bool {
        self.flight.as_ref().is_some_and(|f| f.paths.contains(path))
    }

    /// Whether the batch before is not in place yet.
    pub fn is_flying(&self) -> bool {
        self.flight.as_ref().is_some_and(|f| !f.worker.is_finished())
    }

    pub fn is_broken(&self) -> bool {
        self.broken
    }

    /// Reads a file that [`Batch::contains`]; none when it was put in place meanwhile.
    pub fn read(&self, root: &Path, path: &str) -> Option<Vec<u8>> {
        let flying = self.flight.as_ref().and_then(|f| f.sheets.clone());
        let mut sheets = self.pen.as_ref().map(Pen::sheets).into_iter().chain(flying);
        if let Some(bytes) = sheets.find_map(|s| s.read(path)) {
            return Some(bytes);
        }
        self.contains(path).then(|| std::fs::read(root.join(format!("{path}{TEMP}"))).ok()).flatten()
    }

    /// Returns the files in a folder that are written and not yet in place.
    pub fn below(&self, folder: &str) -> Vec<String> {
        let flying = self.flight.iter().flat_map(|f| &f.paths);
        let inside = |p: &&String| p.rsplit_once('/').is_some_and(|(f, _)| f == folder);
        self.staged.keys().chain(flying).filter(inside).cloned().collect()
    }

    /// Writes a file beside its final place.
    pub fn stage(
        &mut self,
        disk: &mut dyn Disk,
        root: &Path,
        path: &str,
        content: &mut dyn Read,
    ) -> Result<FileRecord> {
        self.make_way(path)?;
        self.make_folder(disk, root, path)?;
        let file = write_hashed(disk, root, path, content)?;
        self.put(format!("{path}{TEMP}"), file.clone());
        Ok(file)
    }

    /// Writes many files beside their final places; the work goes on meanwhile where the disk can be used by two.
    pub fn stage_all(&mut self, disk: &mut dyn Disk, root: &Path, files: Vec<Sheet>) -> Result<()> {
        for (path, _) in &files {
            self.make_way(path)?;
            self.make_folder(disk, root, path)?;
        }
        let digests: Vec<Digest> = files.par_iter().map(|(_, bytes)| Digest::of(bytes)).collect();
        for ((path, bytes), sha256) in files.iter().zip(digests) {
            let file = FileRecord { path: path.clone(), sha256, bytes: bytes.len() as u64 };
            self.put(format!("{path}{TEMP}"), file);
        }
        self.lay_down()?;
        match disk.twin().filter(|_| files.len() >= MANY) {
            Some(other) => self.pen = Some(Pen::start(other, root, files, TEMP)?),
            None => {
                let files: Vec<(PathBuf, &[u8])> =
                    files.iter().map(|(path, bytes)| (root.join(format!("{path}{TEMP}")), bytes.as_slice())).collect();
                disk.write_all(&files).map_err(Error::io("write", root))?;
            }
        }
        Ok(())
    }

    /// Waits until all files of the batch are written.
    fn lay_down(&mut self) -> Result<()> {
        self.pen.take().map_or(Ok(()), Pen::done)
    }

    /// Copies a large stream beside its final place while the work goes on; one at a time. It becomes part of the batch
    /// that is sent off when it is done, at the latest of the last one.
    pub fn copy(&mut self, disk: &mut dyn Disk, root: &Path, path: &str, open: Opener) -> Result<()> {
        let Some(mut other) = disk.twin() else {
            return self.stage(disk, root, path, &mut open()?).map(|_| ());
        };
        self.make_folder(disk, root, path)?;
        self.gather(true)?;
        let (own, root) = (path.to_string(), root.to_path_buf());
        let work = move || write_hashed(other.as_mut(), &root, &own, &mut open()?);
        self.copies.push(Copying::start(path, work)?);
        Ok(())
    }

    /// Takes in the copies that are done, or waits for all of them.
    pub fn gather(&mut self, all: bool) -> Result<()> {
        let (done, going) = std::mem::take(&mut self.copies).into_iter().partition(|c| all || c.is_done());
        self.copies = going;
        for copy in done {
            let file = copy.done()?;
            self.put(format!("{}{TEMP}", file.path), file);
        }
        Ok(())
    }

    /// Adds a file that was written elsewhere in the archive.
    pub fn put(&mut self, temp: String, file: FileRecord) {
        self.removed.remove(&file.path);
        self.staged.insert(file.path.clone(), Staged { temp, file });
    }

    pub fn remove(&mut self, path: &str) {
        self.removed.insert(path.to_string());
    }

    pub fn make_folder(&mut self, disk: &mut dyn Disk, root: &Path, path: &str) -> Result<()> {
        let folder = root.join(path).parent().map(Path::to_path_buf).unwrap_or_else(|| root.to_path_buf());
        if self.there.contains(&folder) {
            return Ok(());
        }
        self.there.insert(folder.clone());
        if folder.is_dir() {
            return Ok(());
        }
        disk.create_dir_all(&folder).map_err(Error::io("create", &folder))?;
        let within = |p: &&Path| p.starts_with(root);
        self.made.extend(folder.ancestors().skip(1).take_while(within).map(Path::to_path_buf));
        Ok(())
    }

    /// A file whose last form is still on its way must be in place before the next one is written beside it.
    fn make_way(&mut self, path: &str) -> Result<()> {
        if self.staged.contains_key(path) {
            self.lay_down()?;
        }
        if self.flies(path) { self.land() } else { Ok(()) }
    }

    /// Waits until the batch before is in place.
    ///
    /// Errors: what kept it from it; the writer is broken then.
    pub fn land(&mut self) -> Result<()> {
        let Some(flight) = self.flight.take() else { return Ok(()) };
        let done = join(flight.worker);
        self.broken |= done.is_err();
        done
    }

    /// Puts all files in place beside the work that goes on, where the disk can be used by two; else at once. One batch
    /// is on its way at a time, and they come in place in their order.
    pub fn launch(&mut self, disk: &mut dyn Disk, root: &Path, line: RunLine) -> Result<()> {
        self.land()?;
        let Some(mut other) = disk.twin() else { return self.commit(disk, root, line) };
        self.gather(false)?;
        let pending = self.take(line);
        let made = std::mem::take(&mut self.made);
        let paths = pending.staged.iter().map(|s| s.file.path.clone()).collect();
        let (pen, root) = (self.pen.take(), root.to_path_buf());
        let sheets = pen.as_ref().map(Pen::sheets);
        let work = move || {
            pen.map_or(Ok(()), Pen::done)?;
            put_in_place(other.as_mut(), &root, &pending, made)
        };
        let worker = spawn("commit", work).inspect_err(|_| self.broken = true)?;
        self.flight = Some(Flight { paths, sheets, worker });
        Ok(())
    }

    /// Puts all files in place and appends the line, which gets the records of the files.
    pub fn commit(&mut self, disk: &mut dyn Disk, root: &Path, line: RunLine) -> Result<()> {
        self.land()?;
        self.gather(false)?;
        self.lay_down()?;
        let pending = self.take(line);
        let done = put_in_place(disk, root, &pending, std::mem::take(&mut self.made));
        self.broken |= done.is_err();
        done
    }

    /// Takes what is staged out of the batch.
    fn take(&mut self, mut line: RunLine) -> Pending {
        let staged: Vec<Staged> = std::mem::take(&mut self.staged).into_values().collect();
        line.files = staged.iter().map(|s| s.file.clone()).collect();
        line.removed = std::mem::take(&mut self.removed).into_iter().collect();
        Pending { staged, line }
    }

    /// Removes what was written for files that will not be put in place.
    pub fn discard(&mut self, disk: &mut dyn Disk, root: &Path) {
        let _ = self.lay_down();
        for copy in std::mem::take(&mut self.copies) {
            let path = copy.path.clone();
            let _ = copy.done();
            let _ = disk.remove(&root.join(format!("{path}{TEMP}")));
        }
        for staged in std::mem::take(&mut self.staged).into_values() {
            let _ = disk.remove(&root.join(staged.temp));
        }
    }
}

/// Writes down what is about to happen, makes it durable with the batch, and lets it happen.
fn put_in_place(disk: &mut dyn Disk, root: &Path, pending: &Pending, made: BTreeSet<PathBuf>) -> Result<()> {
    if !pending.staged.is_empty() || !pending.line.removed.is_empty() {
        let (list, temp) = (root.join(PENDING), root.join(format!("{PENDING}{TEMP}")));
        let words = serde_json::to_vec(pending).unwrap_or_default();
        disk.write(&temp, &mut words.as_slice()).map_err(Error::io("write", &temp))?;
        disk.rename(&temp, &list).map_err(Error::io("write", &list))?;
        // An error here is never retried: a second sync would say OK over lost data, so nobody may take the list up.
        disk.sync_all(root).map_err(Error::io("sync", root)).inspect_err(|_| {
            let _ = disk.remove(&list);
        })?;
    }
    finish(disk, root, pending, made)
}

/// Carries a pending batch to its end, from wherever it stopped.
pub fn finish(disk: &mut dyn Disk, root: &Path, pending: &Pending, made: BTreeSet<PathBuf>) -> Result<()> {
    let mut folders = made;
    for staged in &pending.staged {
        let (from, to) = (root.join(&staged.temp), root.join(&staged.file.path));
        match disk.rename(&from, &to) {
            // It was put in place before the kill.
            Err(e) if e.kind() == io::ErrorKind::NotFound && to.exists() => {}
            other => other.map_err(Error::io("write", &to))?,
        }
        folders.extend(to.parent().map(Path::to_path_buf));
    }
    for path in &pending.line.removed {
        disk.remove(&root.join(path)).map_err(Error::io("remove", root.join(path)))?;
        folders.extend(root.join(path).parent().map(Path::to_path_buf));
    }
    let folders: Vec<&Path> = folders.iter().filter(|f| f.is_dir()).map(PathBuf::as_path).collect();
    let runs = root.join(RUNS);
    let fresh = !runs.exists();
    let line = pending.line.to_line();
    // A kill may have fallen between this line and the end of the list.
    let told = ends_with(&runs, &line).map_err(Error::io("read", &runs))?;
    disk.conclude(root, &folders, &runs, if told { &[] } else { &line }).map_err(Error::io("write", &runs))?;
    if fresh {
        disk.sync_dir(root).map_err(Error::io("sync", root))?;
    }
    disk.remove(&root.join(PENDING)).map_err(Error::io("remove", root.join(PENDING)))
}

/// Returns whether a file's last bytes are these; one that is not there has none.
fn ends_with(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(e) => return Err(e),
    };
    let Some(start) = file.metadata()?.len().checked_sub(bytes.len() as u64) else { return Ok(false) };
    file.seek(SeekFrom::Start(start))?;
    let mut last = Vec::with_capacity(bytes.len());
    file.read_to_end(&mut last)?;
    Ok(last == bytes)
}

/// Writes a file beside its final place.
fn write_hashed(disk: &mut dyn Disk, root: &Path, path: &str, content: &mut dyn Read) -> Result<FileRecord> {
    let mut hashing = Hashing { inner: content, hasher: Sha256::new(), bytes: 0 };
    disk.write(&root.join(format!("{path}{TEMP}")), &mut hashing).map_err(Error::io("write", root.join(path)))?;
    Ok(FileRecord { path: path.to_string(), sha256: Digest::finish(hashing.hasher), bytes: hashing.bytes })
}

/// Passes bytes on and takes their digest on the way.
struct Hashing<'a> {
    inner: &'a mut dyn Read,
    hasher: Sha256,
    bytes: u64,
}

impl Read for Hashing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.hasher.update(&buffer[..n]);
        self.bytes += n as u64;
        Ok(n)
    }
}
