//! Copies of originals without what is nobody's business, as streams: one way of reading, a filter a kind of file.

mod elements;
mod json;
mod lines;

use std::io::{self, Read};

pub use elements::{export, feed};
pub use json::json;
pub use lines::{dotclear, movable_type};

use crate::input::narrow;

const CHUNK: usize = 64 * 1024;

/// What decides over the bytes of a file as they come.
trait Filter {
    /// Moves what is decided from `raw` to `out`, blanked where it must be. What cannot be decided yet stays, at most a
    /// chunk of it; when the file has ended, nothing does.
    fn run(&mut self, raw: &mut Vec<u8>, ended: bool, out: &mut Vec<u8>);
}

/// Returns a stream that went through a filter. One in UTF-16 comes out in UTF-8.
fn through<'a>(original: Box<dyn Read + 'a>, filter: impl Filter + 'a) -> Box<dyn Read + 'a> {
    let inner = match narrow(original) {
        Ok(inner) => inner,
        Err(cause) => Box::new(Failed(Some(cause))),
    };
    Box::new(Redacted { inner, filter, raw: Vec::new(), out: Vec::new(), at: 0, ended: false })
}

struct Redacted<'a, F> {
    inner: Box<dyn Read + 'a>,
    filter: F,
    raw: Vec<u8>,
    out: Vec<u8>,
    /// What of `out` was handed on.
    at: usize,
    ended: bool,
}

impl<F: Filter> Read for Redacted<'_, F> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.at == self.out.len() && !self.ended {
            let old = self.raw.len();
            self.raw.resize(old + CHUNK, 0);
            let n = self.inner.read(self.raw.get_mut(old..).unwrap_or_default());
            self.raw.truncate(old + n.as_ref().copied().unwrap_or(0));
            self.ended = n? == 0;
            (self.at, _) = (0, self.out.clear());
            self.filter.run(&mut self.raw, self.ended, &mut self.out);
        }
        let mut ready = self.out.get(self.at..).unwrap_or_default();
        let n = ready.read(buf)?;
        self.at += n;
        Ok(n)
    }
}

/// A stream that could not be opened.
struct Failed(Option<io::Error>);

impl Read for Failed {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(self.0.take().unwrap_or_else(|| io::Error::other("cannot be read")))
    }
}

#[cfg(test)]
fn copy(redact: for<'a> fn(Box<dyn Read + 'a>) -> Box<dyn Read + 'a>, text: &[u8]) -> String {
    let mut out = String::new();
    redact(Box::new(text)).read_to_string(&mut out).unwrap();
    out
}
