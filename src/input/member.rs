//! The members of a ZIP. Each can be opened by itself, as often as wanted.

use std::fs::File;
use std::io::{self, BufReader, Read};

use flate2::Crc;
use flate2::read::DeflateDecoder;
use zip::{CompressionMethod, ZipArchive};

use crate::error::{Error, Result};

use super::limit::Bounded;
use super::packed::{Budget, Holder};
use super::{MAX_STREAMS, Named, Place};

/// Where a member lies in its container.
#[derive(Debug, Clone)]
pub struct Member {
    pub start: u64,
    pub packed: u64,
    pub size: u64,
    /// None where the container keeps no checksums.
    crc: Option<u32>,
    deflated: bool,
}

/// Lists the members of a ZIP, by name. One that could do harm makes the whole ZIP refused.
pub fn list(holder: &Holder, shown: &str, budget: &mut Budget) -> Result<(Vec<Named>, Vec<String>)> {
    let file = File::open(holder.path()).map_err(Error::io("read", holder.path()))?;
    let damaged = |e: zip::result::ZipError| {
        // The list of members stands at the end.
        let why = Some(e.to_string()).filter(|why| !why.contains("EOCD"));
        let why = why.unwrap_or_else(|| "cut short, its end is missing".into());
        Error::input(shown, format!("damaged ZIP: {why}")).with_hint("download or copy the file again")
    };
    let refused = |why: String| {
        Error::input(shown, why).with_hint("nothing was read; such a ZIP was made to harm or by a broken tool")
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
            Member { start, packed: entry.compressed_size(), size: entry.size(), crc: Some(entry.crc32()), deflated };
        let shown = format!("{shown}#{name}");
        found.push(Named::new(name, shown, Place::Member { holder: holder.clone(), member }));
    }
    budget.take(found.len(), total).map_err(refused)?;
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok((found, notes))
}

/// Returns why a name must not be followed, if so.
pub fn harmful(name: &str) -> Option<&'static str> {
    let drive = name.as_bytes().get(1) == Some(&b':') && name.as_bytes().first().is_some_and(u8::is_ascii_alphabetic);
    let table = [
        (name.starts_with('/') || drive, "is an absolute path"),
        (name.contains('\\'), "has a backslash"),
        (name.contains('\0'), "has a zero byte"),
        (name.split('/').any(|part| part == ".."), "leads out of it"),
        (name.starts_with('~'), "leads to a home folder"),
    ];
    table.into_iter().find(|(hit, _)| *hit).map(|(_, why)| why)
}

impl Member {
    /// A member that lies in its container as it is.
    pub fn stored(start: u64, size: u64) -> Member {
        Member { start, packed: size, size, crc: None, deflated: false }
    }

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
    wanted: Option<u32>,
}

impl Read for Checked {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        if self.wanted.is_some() {
            self.crc.update(buf.get(..n).unwrap_or_default());
        }
        let Some(left) = self.left.checked_sub(n as u64) else {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "longer than the ZIP's list says"));
        };
        self.left = left;
        if n == 0 && !buf.is_empty() && (self.left > 0 || self.wanted.is_some_and(|w| self.crc.sum() != w)) {
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
