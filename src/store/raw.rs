//! The raw capture of a run: WARC files that grow under an open name and get their final one when the run ends.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::archive::walk;
use super::batch::Batch;
use super::disk::Disk;
use super::layout::OPEN;
use super::runs::FileRecord;
use super::warc::{CdxLine, WarcWriter, cdxj, salvage};
use crate::error::{Error, Result};
use crate::model::{Capture, Digest};

/// A new file is begun beyond this size.
const ROLL: u64 = 1 << 30;

/// The WARC files of one run.
pub struct Raw {
    run: String,
    writer: Option<WarcWriter<BufWriter<Box<dyn Write + Send>>>>,
    /// Files of this run that are written, each with its index.
    files: Vec<(String, Vec<CdxLine>)>,
}

impl Raw {
    pub fn new(run: &str) -> Raw {
        Raw { run: run.to_string(), writer: None, files: Vec::new() }
    }

    /// Adds an exchange; the first one begins the file.
    pub fn write(&mut self, disk: &mut dyn Disk, root: &Path, batch: &mut Batch, capture: &Capture) -> Result<()> {
        if self.writer.as_ref().is_some_and(|w| w.position() >= ROLL) {
            self.flush().map_err(Error::io("write", root.join("raw")))?;
            self.writer = None;
        }
        if self.writer.is_none() {
            let name = format!("raw/{}-{}.warc.gz", self.run, self.files.len() + 1);
            let path = root.join(format!("{name}{OPEN}"));
            batch.make_folder(disk, root, &name)?;
            let file = disk.create(&path).map_err(Error::io("create", &path))?;
            let short = name.trim_start_matches("raw/").to_string();
            let writer =
                WarcWriter::new(BufWriter::new(file), &short, capture.time).map_err(Error::io("write", &path))?;
            self.writer = Some(writer);
            self.files.push((name, Vec::new()));
        }
        let (Some(writer), Some((name, lines))) = (&mut self.writer, self.files.last_mut()) else { return Ok(()) };
        lines.push(writer.write(capture).map_err(Error::io("write", root.join(name.as_str())))?);
        Ok(())
    }

    /// Hands all records to the disk, so that the next sync makes them durable.
    pub fn flush(&mut self) -> io::Result<()> {
        self.writer.as_mut().map_or(Ok(()), |w| w.get_mut().flush())
    }

    /// Ends the files: puts them and their indexes into the batch under their final names.
    pub fn seal(&mut self, disk: &mut dyn Disk, root: &Path, batch: &mut Batch) -> Result<()> {
        self.flush().map_err(Error::io("write", root.join("raw")))?;
        self.writer = None;
        for (name, lines) in std::mem::take(&mut self.files) {
            place(disk, root, batch, &name, &lines)?;
        }
        Ok(())
    }

    /// Removes the files of a run of which nothing came.
    pub fn discard(&mut self, disk: &mut dyn Disk, root: &Path) {
        self.writer = None;
        for (name, _) in std::mem::take(&mut self.files) {
            let _ = disk.remove(&root.join(format!("{name}{OPEN}")));
        }
    }

    /// Seals what a killed run left open: all whole records of it. `run` names the run that records it.
    pub fn salvage(&mut self, disk: &mut dyn Disk, root: &Path, run: &str) -> Result<()> {
        let mut left = Vec::new();
        walk(root, "raw", &mut |path| left.extend(path.strip_suffix(OPEN).map(str::to_string)))?;
        let mut batch = Batch::default();
        for name in left {
            let open = root.join(format!("{name}{OPEN}"));
            let short = name.trim_start_matches("raw/");
            let found = salvage(&open, short).map_err(Error::io("read", &open))?;
            if found.lines.is_empty() {
                disk.remove(&open).map_err(Error::io("remove", &open))?;
                continue;
            }
            let file = File::options().write(true).open(&open).map_err(Error::io("open", &open))?;
            file.set_len(found.valid).map_err(Error::io("write", &open))?;
            place(disk, root, &mut batch, &name, &found.lines)?;
        }
        if batch.is_empty() {
            return Ok(());
        }
        let line =
            super::RunLine { what: "batch".into(), run: run.into(), command: "recover".into(), ..Default::default() };
        batch.commit(disk, root, line)
    }
}

/// Puts one ended file and its index into a batch.
fn place(disk: &mut dyn Disk, root: &Path, batch: &mut Batch, name: &str, lines: &[CdxLine]) -> Result<()> {
    let open = format!("{name}{OPEN}");
    let (sha256, bytes) = digest_file(&root.join(&open)).map_err(Error::io("read", root.join(&open)))?;
    batch.put(open, FileRecord { path: name.to_string(), sha256, bytes });
    let index = name.replace(".warc.gz", ".cdxj");
    batch.stage(disk, root, &index, &mut cdxj(lines).as_slice()).map(|_| ())
}

/// Returns digest and size of a file, read in pieces.
pub fn digest_file(path: &Path) -> io::Result<(Digest, u64)> {
    let mut reader = BufReader::with_capacity(256 << 10, File::open(path)?);
    let mut hasher = Sha256::new();
    let mut buffer = vec![0u8; 256 << 10];
    let mut bytes = 0;
    loop {
        let n = reader.read(&mut buffer)?;
        if n == 0 {
            return Ok((Digest::finish(hasher), bytes));
        }
        hasher.update(&buffer[..n]);
        bytes += n as u64;
    }
}
