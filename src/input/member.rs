//! The members of a ZIP. Each can be opened by itself, as often as wanted.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use flate2::Crc;
use flate2::read::DeflateDecoder;
use zip::{CompressionMethod, ZipArchive};

use crate::error::{Error, Result};

use super::limit::Bounded;
use super::{MAX_STREAMS, Named, Place};

/// All members together, unpacked, as their list says.
const MAX_TOTAL: u64 = 64 << 30;

/// Where a member lies in its ZIP.
#[derive(Debug, Clone)]
pub struct Member {
    pub start: u64,
    pub packed: u64,
    pub size: u64,
    crc: u32,
    deflated: bool,
}

/// Lists the members of a ZIP, by name. One that could do harm makes the whole ZIP refused.
pub fn list(path: &Path) -> Result<(Vec<Named>, Vec<String>)> {
    let file = File::open(path).map_err(Error::io("read", path))?;
    let damaged = |e: zip::result::ZipError| {
        Error::input(path.display(), format!("damaged ZIP: {e}")).with_hint("download or copy the file again")
    };
    let refused = |why: String| {
        Error::input(path.display(), why).with_hint("nothing was read; such a ZIP was made to harm or by a broken tool")
    };
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(damaged)?;
    if archive.len() > MAX_STREAMS {
        return Err(refused(format!("more than {MAX_STREAMS} members")));
    }
    let (mut found, mut notes, mut total) = (Vec::new(), Vec::new(), 0u64);
    for i in 0..archive.len() {
        let entry = archive.by_index_raw(i).map_err(damaged)?;
        let name = entry.name().map_err(damaged)?.into_owned();
        if let Some(why) = harmful(&name) {
            return Err(refused(format!("member {name:?} {why}")));
        }
        if entry.is_symlink() {
            return Err(refused(format!("member {name:?} is a link")));
        }
        total = total.saturating_add(entry.size());
        if total > MAX_TOTAL {
            return Err(refused(format!("its members are larger than {} GiB together", MAX_TOTAL >> 30)));
        }
        let deflated = match entry.compression() {
            _ if entry.is_dir() => continue,
            _ if entry.encrypted() => {
                notes.push(format!("{name}: encrypted, left out"));
                continue;
            }
            CompressionMethod::Stored => false,
            CompressionMethod::Deflated => true,
            other => {
                notes.push(format!("{name}: packed by {other}, left out"));
                continue;
            }
        };
        let Some(start) = entry.data_start() else {
            notes.push(format!("{name}: not found in the ZIP, left out"));
            continue;
        };
        let member =
            Member { start, packed: entry.compressed_size(), size: entry.size(), crc: entry.crc32(), deflated };
        let shown = format!("{}#{name}", path.display());
        found.push(Named { name, shown, place: Place::Member { archive: path.to_path_buf(), member } });
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok((found, notes))
}

/// Returns why a name must not be followed, if so.
fn harmful(name: &str) -> Option<&'static str> {
    let drive = name.as_bytes().get(1) == Some(&b':') && name.as_bytes().first().is_some_and(u8::is_ascii_alphabetic);
    let table = [
        (name.starts_with('/') || drive, "is an absolute path"),
        (name.contains('\\'), "has a backslash"),
        (name.contains('\0'), "has a zero byte"),
        (name.split('/').any(|part| part == ".."), "leads out of the ZIP"),
        (name.starts_with('~'), "leads to a home folder"),
    ];
    table.into_iter().find(|(hit, _)| *hit).map(|(_, why)| why)
}

impl Member {
    /// Reads the member from a reader that stands at its start; its length and checksum are checked at its end.
    pub fn open(&self, at_start: impl Read + 'static) -> Box<dyn Read> {
        let packed = at_start.take(self.packed);
        let inner: Box<dyn Read> = match self.deflated {
            true => Box::new(Bounded::new(DeflateDecoder::new(packed), self.packed)),
            false => Box::new(packed),
        };
        Box::new(Checked { inner, crc: Crc::new(), left: self.size, wanted: self.crc })
    }
}

/// A stream whose length and checksum are known beforehand.
struct Checked {
    inner: Box<dyn Read>,
    crc: Crc,
    left: u64,
    wanted: u32,
}

impl Read for Checked {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.crc.update(buf.get(..n).unwrap_or_default());
        let Some(left) = self.left.checked_sub(n as u64) else {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "longer than the ZIP's list says"));
        };
        self.left = left;
        if n == 0 && !buf.is_empty() && (self.left > 0 || self.crc.sum() != self.wanted) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "damaged in the ZIP: its checksum does not fit"));
        }
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_out_are_refused() {
        for name in ["../a", "a/../../b", "/etc/x", "C:/x", "a\\b", "~root/x", "a\0b"] {
            assert!(harmful(name).is_some(), "{name:?}");
        }
        for name in ["a", "a/b.xml", "a..b", "Takeout/…/feed.atom", ".a"] {
            assert!(harmful(name).is_none(), "{name:?}");
        }
    }
}
