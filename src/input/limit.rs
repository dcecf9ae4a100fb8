//! Readers that keep count: of what compression makes of few bytes, and of what was read for its digest.

use std::cell::RefCell;
use std::io::{self, Read};
use std::rc::Rc;
use std::sync::{Arc, OnceLock};

use sha2::{Digest as _, Sha256};

use crate::model::Digest;

/// Times the packed size a stream may have; real text stays below 30.
const MAX_RATIO: u64 = 200;
/// Below this size the ratio says nothing.
const SMALL: u64 = 64 << 20;

/// An unpacked stream that ends in an error when it grows beyond a sane ratio.
pub struct Bounded<R> {
    inner: R,
    given: u64,
    allowed: u64,
}

impl<R: Read> Bounded<R> {
    pub fn new(inner: R, packed: u64) -> Bounded<R> {
        Bounded { inner, given: 0, allowed: packed.saturating_mul(MAX_RATIO).max(SMALL) }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.given = self.given.saturating_add(n as u64);
        if self.given > self.allowed {
            let why = format!("unpacks to more than {MAX_RATIO} times its size");
            return Err(io::Error::new(io::ErrorKind::InvalidData, why));
        }
        Ok(n)
    }
}

/// Where packed data end too soon, or are damaged: known once they were read so far. Shared by all who read the stream.
#[derive(Debug, Clone, Default)]
pub struct Cut(Arc<OnceLock<String>>);

impl Cut {
    pub fn why(&self) -> Option<String> {
        self.0.get().cloned()
    }

    /// Returns a reader that ends where the data do, sound or not; a fault before the first byte stays one.
    pub fn at<R: Read>(&self, inner: R, packing: &'static str) -> Ending<R> {
        Ending { inner, packing, cut: self.clone(), any: false }
    }
}

pub struct Ending<R> {
    inner: R,
    packing: &'static str,
    cut: Cut,
    any: bool,
}

impl<R: Read> Read for Ending<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
        match self.inner.read(buf) {
            Err(e) if self.any && matches!(e.kind(), InvalidData | InvalidInput | UnexpectedEof) => {
                let cut = e.kind() == UnexpectedEof || e.to_string().contains("incomplete");
                let why = if cut { "end too soon" } else { "are damaged" };
                let _ = self.cut.0.set(format!("the {} data {why}", self.packing));
                Ok(0)
            }
            read => {
                self.any |= read.as_ref().is_ok_and(|n| *n > 0);
                read
            }
        }
    }
}

/// What went through a [`Hashed`] reader so far. Shared with the reader's owner, who cannot reach into a chain of readers.
#[derive(Clone, Default)]
pub struct Seen(Rc<RefCell<(Sha256, u64)>>);

impl Seen {
    /// Returns the digest of all bytes that went through.
    pub fn digest(&self) -> Digest {
        Digest::finish(self.0.borrow().0.clone())
    }

    /// Returns how many bytes went through.
    pub fn bytes(&self) -> u64 {
        self.0.borrow().1
    }
}

/// A reader that takes the digest of what it hands on.
pub struct Hashed<R> {
    inner: R,
    seen: Seen,
}

impl<R: Read> Hashed<R> {
    pub fn new(inner: R) -> (Hashed<R>, Seen) {
        let seen = Seen::default();
        (Hashed { inner, seen: seen.clone() }, seen)
    }
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        let mut seen = self.seen.0.borrow_mut();
        seen.0.update(buf.get(..n).unwrap_or_default());
        seen.1 += n as u64;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gzip_bomb_ends_in_an_error() {
        let mut bounded = Bounded::new(io::repeat(b'a').take(SMALL + 2), 100);
        let error = io::copy(&mut bounded, &mut io::sink()).unwrap_err();
        assert!(error.to_string().contains("200 times"), "{error}");
        assert_eq!(io::copy(&mut Bounded::new(io::repeat(b'a').take(SMALL), 100), &mut io::sink()).unwrap(), SMALL);
    }

    #[test]
    fn packed_data_end_where_they_do_and_it_is_known() {
        use flate2::{Compression, read::GzDecoder, write::GzEncoder};
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        let noise: Vec<u8> = (0..90_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        io::Write::write_all(&mut packer, &noise).unwrap();
        let whole = packer.finish().unwrap();
        for (bytes, told) in [(&whole[..], None), (&whole[..whole.len() / 2], Some("the gzip data end too soon"))] {
            let cut = Cut::default();
            let mut out = Vec::new();
            cut.at(GzDecoder::new(bytes), "gzip").read_to_end(&mut out).unwrap();
            assert!(noise.starts_with(&out) && !out.is_empty());
            assert_eq!(cut.why().as_deref(), told);
        }
        assert!(io::copy(&mut Cut::default().at(GzDecoder::new(&b"\x1f\x8b"[..]), "gzip"), &mut io::sink()).is_err());
    }

    #[test]
    fn the_digest_is_that_of_the_bytes() {
        let (mut reader, seen) = Hashed::new(&b"abc"[..]);
        io::copy(&mut reader, &mut io::sink()).unwrap();
        assert_eq!((seen.digest(), seen.bytes()), (Digest::of("abc"), 3));
    }
}
