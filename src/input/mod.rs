//! Opens what a path holds, a file, a folder, a ZIP, any of them gzipped, as named byte streams.
//! It must not know formats.

mod folder;
mod limit;
mod member;
mod text;

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::{Error, Result};

pub use limit::{Hashed, Seen};
pub use text::{Decoded, decode};

use limit::Bounded;

/// Streams that one path may hold.
const MAX_STREAMS: usize = 200_000;

/// How many first bytes tell what a stream is.
pub const HEAD: usize = 16 * 1024;

/// One stream of bytes with the name under which it was found.
#[derive(Debug, Clone)]
pub struct Named {
    /// The file's name, or its path inside the folder or ZIP that was named, with `/` between the parts.
    pub name: String,
    /// How messages call it: the path as the user gave it, with the member of a ZIP after `#`.
    pub shown: String,
    place: Place,
}

#[derive(Debug, Clone)]
enum Place {
    Held(Arc<[u8]>),
    File(PathBuf),
    Member { archive: PathBuf, member: member::Member },
}

/// What a path holds.
#[derive(Debug, Clone)]
pub struct Opened {
    pub path: PathBuf,
    /// In the order of their names.
    pub streams: Vec<Named>,
    pub shape: Shape,
    /// What was left out, and why.
    pub notes: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    File,
    Folder,
    Zip,
}

/// Opens a path. Nothing is read yet but the first bytes of files and the list of ZIPs.
///
/// Errors: the path cannot be read; a ZIP that is damaged, names a place outside itself, holds links, or is too large.
pub fn open(path: &Path) -> Result<Opened> {
    let about = fs::metadata(path).map_err(Error::io("read", path))?;
    if about.is_dir() {
        let (streams, notes) = folder::list(path)?;
        return Ok(Opened { path: path.to_path_buf(), streams, shape: Shape::Folder, notes });
    }
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let file = Named { name, shown: path.display().to_string(), place: Place::File(path.to_path_buf()) };
    if !about.is_file() {
        return Err(Error::input(path.display(), "neither a file nor a folder"));
    }
    let first = first_bytes(path)?;
    if first.starts_with(b"PK\x03\x04") || first.starts_with(b"PK\x05\x06") {
        let (streams, notes) = member::list(path)?;
        return Ok(Opened { path: path.to_path_buf(), streams, shape: Shape::Zip, notes });
    }
    Ok(Opened { path: path.to_path_buf(), streams: vec![file], shape: Shape::File, notes: Vec::new() })
}

fn first_bytes(path: &Path) -> Result<Vec<u8>> {
    let mut first = Vec::new();
    File::open(path).and_then(|f| f.take(4).read_to_end(&mut first)).map_err(Error::io("read", path))?;
    Ok(first)
}

impl Named {
    /// Returns a stream of bytes that came from elsewhere, under its address.
    pub fn held(name: &str, bytes: &[u8]) -> Named {
        Named { name: name.to_string(), shown: name.to_string(), place: Place::Held(bytes.into()) }
    }

    /// Opens the stream anew, from its first byte. Gzip is undone; more than a sane ratio of it is an error while reading.
    pub fn open(&self) -> Result<Box<dyn Read>> {
        let (raw, size) = self.raw().map_err(|e| self.fault(e))?;
        let (first, rest) = peek(raw, 2).map_err(|e| self.fault(e))?;
        let gzipped = first.starts_with(&[0x1f, 0x8b]);
        let whole = io::Cursor::new(first).chain(rest);
        if !gzipped {
            return Ok(Box::new(whole));
        }
        Ok(Box::new(Bounded::new(flate2::read::MultiGzDecoder::new(whole), size)))
    }

    /// Opens the stream as it lies in its place, gzipped or not: for digests that were taken of it there.
    pub fn open_raw(&self) -> Result<Box<dyn Read>> {
        self.raw().map(|(raw, _)| raw).map_err(|e| self.fault(e))
    }

    /// Returns the first bytes of the stream, at most [`HEAD`].
    pub fn head(&self) -> Result<Vec<u8>> {
        let mut head = Vec::new();
        match self.open()?.take(HEAD as u64).read_to_end(&mut head) {
            // Damage that comes later says nothing of what the stream is.
            Err(e) if head.is_empty() => Err(self.fault(e)),
            _ => Ok(head),
        }
    }

    /// Returns the whole stream, when it is no longer than `limit` bytes.
    pub fn read(&self, limit: u64) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.open()?.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(|e| self.fault(e))?;
        if bytes.len() as u64 > limit {
            return Err(Error::input(&self.shown, format!("larger than {} MiB", limit >> 20)));
        }
        Ok(bytes)
    }

    /// Returns how many bytes the stream takes on disk.
    pub fn size(&self) -> u64 {
        match &self.place {
            Place::Held(bytes) => bytes.len() as u64,
            Place::File(path) => fs::metadata(path).map_or(0, |m| m.len()),
            Place::Member { member, .. } => member.packed,
        }
    }

    /// Ties a failure while reading to the stream.
    pub fn fault(&self, cause: io::Error) -> Error {
        match (&self.place, cause.kind()) {
            (Place::Held(_), _) => Error::input(&self.shown, cause),
            (_, io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::UnexpectedEof) => {
                Error::input(&self.shown, cause)
            }
            (Place::File(path) | Place::Member { archive: path, .. }, _) => Error::io("read", path)(cause),
        }
    }

    /// The bytes as they lie in their place, and how many there are.
    fn raw(&self) -> io::Result<(Box<dyn Read>, u64)> {
        match &self.place {
            Place::Held(bytes) => Ok((Box::new(io::Cursor::new(Arc::clone(bytes))), bytes.len() as u64)),
            Place::File(path) => {
                let file = File::open(path)?;
                let size = file.metadata()?.len();
                Ok((Box::new(io::BufReader::with_capacity(64 * 1024, file)), size))
            }
            Place::Member { archive, member } => {
                let mut file = File::open(archive)?;
                file.seek(SeekFrom::Start(member.start))?;
                Ok((member.open(io::BufReader::with_capacity(64 * 1024, file)), member.size))
            }
        }
    }
}

/// Takes the first `n` bytes off a reader.
fn peek<R: Read>(mut reader: R, n: u64) -> io::Result<(Vec<u8>, R)> {
    let mut first = Vec::new();
    reader.by_ref().take(n).read_to_end(&mut first)?;
    Ok((first, reader))
}
