//! Streams that hold other streams: told by their first bytes, unpacked to a temporary file where their members could not
//! be opened one by one otherwise.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::{NamedTempFile, TempPath};

use crate::error::{Error, Result};

use super::{MAX_STREAMS, Named, Opened, member, tar};

/// Containers in containers: an export in a ZIP, with a ZIP of its posts in it.
const MAX_DEPTH: usize = 3;

/// Endings of containers that are opened where they lie among other files. What is named otherwise is left as it is:
/// books and documents are ZIPs too.
const ENDINGS: [&str; 8] = [".zip", ".wacz", ".tar", ".tar.gz", ".tgz", ".tar.zst", ".tzst", ".tar.zstd"];

/// Containers that are parts of the export they lie in, wherever it was unpacked to.
const PARTS: [&str; 1] = ["posts.zip"];

/// All that one path may unpack to: so many times its own size …
const MAX_RATIO: u64 = 200;
/// … or this, and never more than …
const SMALL: u64 = 1 << 30;
/// … this.
const MAX_TOTAL: u64 = 64 << 30;

/// The file in which members lie.
#[derive(Debug, Clone)]
pub enum Holder {
    Own(PathBuf),
    /// Gone when nobody needs it any more.
    Unpacked(Arc<TempPath>),
}

impl Holder {
    pub fn path(&self) -> &Path {
        match self {
            Holder::Own(path) => path,
            Holder::Unpacked(path) => path,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Zip,
    Tar,
}

/// How much a path may still unpack to.
pub struct Budget {
    bytes: u64,
    streams: usize,
}

impl Budget {
    /// `size` is that of the file that the user named.
    pub fn new(size: u64) -> Budget {
        Budget { bytes: size.saturating_mul(MAX_RATIO).clamp(SMALL, MAX_TOTAL), streams: MAX_STREAMS }
    }

    /// Takes the members of a container off; says why not where they are too many or too large.
    pub fn take(&mut self, streams: usize, bytes: u64) -> std::result::Result<(), String> {
        self.streams = self.streams.checked_sub(streams).ok_or(format!("more than {MAX_STREAMS} members"))?;
        let left = self.bytes.checked_sub(bytes);
        self.bytes = left.ok_or_else(|| {
            if self.bytes > SMALL && self.bytes < MAX_TOTAL {
                format!("its members unpack to more than {MAX_RATIO} times its size")
            } else if self.bytes >= 1 << 30 {
                format!("its members are larger than {} GiB together", self.bytes >> 30)
            } else {
                "its members unpack to far more than a file of its size may hold".to_string()
            }
        })?;
        Ok(())
    }
}

/// Returns what a stream holds by its first bytes, gzip and Zstandard undone.
pub fn kind(head: &[u8]) -> Option<Kind> {
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Some(Kind::Zip);
    }
    // Old ones have no mark but the checksum of the header.
    let marked = head.get(257..262) == Some(b"ustar");
    let summed = head.get(..512).is_some_and(tar::is_header);
    (marked || summed).then_some(Kind::Tar)
}

/// Opens the containers among the streams of a container: their members lie where they lay. In a folder each stands for
/// itself, but for those that are a part of an export.
pub fn expand(opened: &mut Opened, budget: &mut Budget, depth: usize, folder: bool) -> Result<()> {
    let mut more: Vec<Named> = Vec::new();
    let (inner, plain): (Vec<Named>, Vec<Named>) = opened.streams.drain(..).partition(is_inner);
    opened.streams = plain;
    for stream in inner {
        if depth == MAX_DEPTH {
            opened.notes.push(format!("{}: packed more than {MAX_DEPTH} times over, left out", stream.name));
            opened.streams.push(stream);
            continue;
        }
        let file = stream.name.rsplit('/').next().unwrap_or(&stream.name);
        let apart = folder && !PARTS.contains(&file);
        let found = unpack(&stream, budget, depth + 1);
        match found {
            Ok(Some(found)) if apart => opened.inside.push(found),
            Ok(Some(found)) => {
                let place = stream.name.rsplit_once('/').map(|(folder, _)| folder);
                let within = |name: &str| place.map_or_else(|| name.to_string(), |p| format!("{p}/{name}"));
                opened.notes.extend(found.notes.iter().map(|n| format!("{}: {n}", stream.name)));
                more.extend(found.streams.into_iter().map(|s| Named { name: within(&s.name), ..s }));
            }
            Ok(None) => opened.streams.push(stream),
            // One that is damaged does not keep its neighbours out.
            Err(Error::Input { why, .. }) if folder => {
                opened.notes.push(format!("{}: {why}, left out", stream.name));
            }
            Err(error) => return Err(error),
        }
    }
    opened.streams.extend(more);
    opened.streams.sort_by(|a, b| a.name.cmp(&b.name));
    unique(&mut opened.streams);
    Ok(())
}

/// Two members of one name, of two containers: the later one bears the name of what it lay in.
fn unique(streams: &mut [Named]) {
    for at in 1..streams.len() {
        let taken = streams.get(at - 1).map(|s| s.name.clone());
        if let Some(stream) = streams.get_mut(at).filter(|s| Some(&s.name) == taken.as_ref()) {
            stream.name = stream.shown.replace('#', "/");
        }
    }
}

fn is_inner(stream: &Named) -> bool {
    let name = stream.name.to_ascii_lowercase();
    ENDINGS.iter().any(|e| name.ends_with(e))
}

/// Opens a container; none where the stream is none.
pub fn unpack(stream: &Named, budget: &mut Budget, depth: usize) -> Result<Option<Opened>> {
    // Damage that comes later says nothing of what the stream is; damage that comes first is told by who reads it.
    let Ok(head) = stream.head() else { return Ok(None) };
    let Some(kind) = kind(&head) else { return Ok(None) };
    let (holder, note) = hold(stream, budget)?;
    let (streams, notes) = match kind {
        Kind::Zip => member::list(&holder, &stream.shown, budget)?,
        Kind::Tar => tar::list(&holder, &stream.shown, budget)?,
    };
    let notes = note.into_iter().chain(notes).collect();
    let mut opened = Opened { path: PathBuf::from(&stream.shown), streams, inside: Vec::new(), notes };
    expand(&mut opened, budget, depth, false)?;
    Ok(Some(opened))
}

/// Returns a file in which the members of a container can be found, the container itself where it is one.
fn hold(stream: &Named, budget: &mut Budget) -> Result<(Holder, Option<String>)> {
    if let Some(path) = stream.plain_file()? {
        return Ok((Holder::Own(path), None));
    }
    let mut file = NamedTempFile::new().map_err(Error::io("write", std::env::temp_dir()))?;
    let mut reader = stream.open()?.take(budget.bytes.saturating_add(1));
    let refused = |why: String| {
        Error::input(&stream.shown, why).with_hint("nothing was read; such a file was made to harm or by a broken tool")
    };
    match copy(&mut reader, &mut file) {
        Ok(()) => {}
        Err(Failed::Write(cause)) => return Err(Error::io("write", file.path())(cause)),
        Err(Failed::Read(cause)) => return Err(stream.fault(cause)),
    }
    let note = stream.cut().map(|why| format!("{why}; what precedes it was read"));
    let size = file.as_file().metadata().map_or(0, |m| m.len());
    budget.take(0, size).map_err(refused)?;
    Ok((Holder::Unpacked(Arc::new(file.into_temp_path())), note))
}

enum Failed {
    Read(io::Error),
    Write(io::Error),
}

/// As `io::copy`, but says which side failed.
fn copy(from: &mut impl Read, to: &mut impl io::Write) -> std::result::Result<(), Failed> {
    let mut buf = vec![0; 64 * 1024];
    loop {
        let n = match from.read(&mut buf) {
            Ok(0) => return Ok(()),
            Ok(n) => n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(Failed::Read(e)),
        };
        to.write_all(buf.get(..n).unwrap_or_default()).map_err(Failed::Write)?;
    }
}
