//! Opens what a path holds, a file, a folder, a ZIP, a tar, any of them packed with gzip or Zstandard, as named byte
//! streams.
//! It must not know formats.

mod folder;
mod limit;
mod member;
mod packed;
mod tar;
mod text;
mod zstd;

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::{Error, Result};

pub use limit::{Hashed, Seen};
pub use text::{Decoded, decode, narrow};

use limit::{Bounded, Cut};
use packed::{Budget, Holder};

/// Streams that one path may hold.
const MAX_STREAMS: usize = 200_000;

/// How many first bytes tell what a stream is.
pub const HEAD: usize = 16 * 1024;

/// One stream of bytes with the name under which it was found.
#[derive(Debug, Clone)]
pub struct Named {
    /// The file's name, or its path inside the folder or container that was named, with `/` between the parts.
    pub name: String,
    /// How messages call it: the path as the user gave it, with the member of a container after `#`.
    pub shown: String,
    place: Place,
    cut: Cut,
}

#[derive(Debug, Clone)]
enum Place {
    Held(Arc<[u8]>),
    File(PathBuf),
    Member { holder: Holder, member: member::Member },
}

/// What a path holds.
#[derive(Debug, Clone)]
pub struct Opened {
    pub path: PathBuf,
    /// In the order of their names.
    pub streams: Vec<Named>,
    /// Containers that lie in the folder, each for itself.
    pub inside: Vec<Opened>,
    /// What was left out, and why.
    pub notes: Vec<String>,
}

/// Opens a path. Nothing is read yet but the first bytes of files and the lists of containers; those packed as a whole
/// (`tar.gz`, a ZIP in a ZIP) are unpacked to a temporary file.
///
/// Errors: the path cannot be read; a container that is damaged, names a place outside itself, holds links, or is too
/// large.
pub fn open(path: &Path) -> Result<Opened> {
    let about = fs::metadata(path).map_err(Error::io("read", path))?;
    if about.is_dir() {
        let (streams, notes) = folder::list(path)?;
        let size = streams.iter().map(Named::size).sum();
        let mut opened = Opened { path: path.to_path_buf(), streams, inside: Vec::new(), notes };
        packed::expand(&mut opened, &mut Budget::new(size), 0, true)?;
        return Ok(opened);
    }
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let file = Named::new(name, path.display().to_string(), Place::File(path.to_path_buf()));
    if !about.is_file() {
        return Err(Error::input(path.display(), "neither a file nor a folder"));
    }
    match packed::unpack(&file, &mut Budget::new(about.len()), 0)? {
        Some(opened) => Ok(Opened { path: path.to_path_buf(), ..opened }),
        None => {
            let (path, inside, notes) = (path.to_path_buf(), Vec::new(), Vec::new());
            Ok(Opened { path, streams: vec![file], inside, notes })
        }
    }
}

impl Named {
    /// Returns a stream of bytes that came from elsewhere, under its address.
    pub fn held(name: &str, bytes: &[u8]) -> Named {
        Named::new(name.to_string(), name.to_string(), Place::Held(bytes.into()))
    }

    fn new(name: String, shown: String, place: Place) -> Named {
        Named { name, shown, place, cut: Cut::default() }
    }

    /// Opens the stream anew, from its first byte. Gzip and Zstandard are undone; more than a sane ratio of either is an
    /// error while reading.
    pub fn open(&self) -> Result<Box<dyn Read>> {
        let (raw, size) = self.raw().map_err(|e| self.fault(e))?;
        let (first, rest) = peek(raw, 4).map_err(|e| self.fault(e))?;
        let packing = Packing::of(&first);
        let whole = io::Cursor::new(first).chain(rest);
        Ok(match packing {
            None => Box::new(whole),
            Some(Packing::Gzip) => {
                Box::new(Bounded::new(self.cut.at(flate2::read::MultiGzDecoder::new(whole), "gzip"), size))
            }
            Some(Packing::Zstd) => {
                Box::new(Bounded::new(self.cut.at(zstd::Frames::new(Box::new(whole)), "Zstandard"), size))
            }
        })
    }

    /// Returns the path of the stream where its bytes lie in a file of the user's as they are.
    fn plain_file(&self) -> Result<Option<PathBuf>> {
        let Place::File(path) = &self.place else { return Ok(None) };
        let (first, _) = self.raw().and_then(|(raw, _)| peek(raw, 4)).map_err(|e| self.fault(e))?;
        Ok(Packing::of(&first).is_none().then(|| path.clone()))
    }

    /// Returns why less was read than there should be: packed data that end too soon, or are damaged. What precedes the
    /// fault is the stream then.
    pub fn cut(&self) -> Option<String> {
        self.cut.why()
    }

    /// Opens the stream as it lies in its place, packed or not: for digests that were taken of it there.
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
            (Place::File(path), _) => Error::io("read", path)(cause),
            (Place::Member { holder, .. }, _) => Error::io("read", holder.path())(cause),
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
            Place::Member { holder, member } => {
                let mut file = File::open(holder.path())?;
                file.seek(SeekFrom::Start(member.start))?;
                Ok((member.open(io::BufReader::with_capacity(64 * 1024, file)), member.size))
            }
        }
    }
}

/// What single streams are packed with.
enum Packing {
    Gzip,
    Zstd,
}

impl Packing {
    fn of(first: &[u8]) -> Option<Packing> {
        match first {
            [0x1f, 0x8b, ..] => Some(Packing::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd] => Some(Packing::Zstd),
            // A frame to skip may come first.
            [n, 0x2a, 0x4d, 0x18] if n >> 4 == 5 => Some(Packing::Zstd),
            _ => None,
        }
    }
}

/// Takes the first `n` bytes off a reader.
fn peek<R: Read>(mut reader: R, n: u64) -> io::Result<(Vec<u8>, R)> {
    let mut first = Vec::new();
    reader.by_ref().take(n).read_to_end(&mut first)?;
    Ok((first, reader))
}
