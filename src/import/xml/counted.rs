//! A buffered reader that counts lines, and what was read since it was last asked.

use std::io::{self, BufRead, BufReader, Read};

/// The longest text or tag.
const MAX_TOKEN: u64 = 64 << 20;

pub struct Counted {
    inner: BufReader<Box<dyn Read>>,
    lines: u64,
    token: u64,
}

impl Counted {
    pub fn new(inner: Box<dyn Read>) -> Counted {
        Counted { inner: BufReader::with_capacity(64 * 1024, inner), lines: 1, token: 0 }
    }

    /// Returns the number of the line that is being read, from 1.
    pub fn line(&self) -> u64 {
        self.lines
    }

    /// Begins a new token.
    pub fn begin(&mut self) {
        self.token = 0;
    }
}

impl Read for Counted {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let from = self.fill_buf()?;
        let n = from.len().min(buf.len());
        if let (Some(to), Some(from)) = (buf.get_mut(..n), from.get(..n)) {
            to.copy_from_slice(from);
        }
        self.consume(n);
        Ok(n)
    }
}

impl BufRead for Counted {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.token > MAX_TOKEN {
            let why = format!("a single value is longer than {} MiB", MAX_TOKEN >> 20);
            return Err(io::Error::new(io::ErrorKind::InvalidData, why));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, n: usize) {
        let taken = self.inner.buffer().get(..n).unwrap_or_default();
        self.lines += memchr::memchr_iter(b'\n', taken).count() as u64;
        self.token += n as u64;
        self.inner.consume(n);
    }
}
