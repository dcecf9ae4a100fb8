//! A feed without the e-mail addresses of its people: the copy that is kept beside the archive's posts.

use std::io::{self, Read};

const CHUNK: usize = 64 * 1024;
const OPEN: &[u8] = b"<email>";
const CLOSE: &[u8] = b"</email>";

/// Returns a copy with the text of every `email` element blanked, as a stream. Works on bytes, whatever their encoding.
pub fn redact<'a>(original: Box<dyn Read + 'a>) -> Box<dyn Read + 'a> {
    Box::new(Redacted { inner: original, raw: Vec::new(), ready: Vec::new(), at: 0, inside: false, ended: false })
}

struct Redacted<'a> {
    inner: Box<dyn Read + 'a>,
    /// Not decided over yet: at most a part of a tag after each step.
    raw: Vec<u8>,
    ready: Vec<u8>,
    at: usize,
    inside: bool,
    ended: bool,
}

impl Redacted<'_> {
    fn step(&mut self) -> io::Result<()> {
        self.ready.clear();
        self.at = 0;
        let old = self.raw.len();
        self.raw.resize(old + CHUNK, 0);
        let n = self.inner.read(self.raw.get_mut(old..).unwrap_or_default());
        self.raw.truncate(old + n.as_ref().copied().unwrap_or(0));
        self.ended = n? == 0;
        loop {
            let mark = if self.inside { CLOSE } else { OPEN };
            let found = self.raw.windows(mark.len()).position(|w| w == mark);
            // What may be the beginning of a mark waits for more.
            let near = if self.ended { 0 } else { mark.len() - 1 };
            let upto = found.unwrap_or(self.raw.len().saturating_sub(near));
            let text: Vec<u8> = self.raw.drain(..upto).collect();
            if !self.inside {
                self.ready.extend_from_slice(&text);
            }
            if found.is_none() {
                return Ok(());
            }
            self.raw.drain(..mark.len().min(self.raw.len()));
            self.ready.extend_from_slice(mark);
            self.inside = !self.inside;
        }
    }
}

impl Read for Redacted<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.at == self.ready.len() && !self.ended {
            self.step()?;
        }
        let mut ready = self.ready.get(self.at..).unwrap_or_default();
        let n = ready.read(buf)?;
        self.at += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_blanked_and_nothing_else() {
        let redacted = |text: &str| {
            let mut out = String::new();
            redact(Box::new(text.as_bytes())).read_to_string(&mut out).unwrap();
            out
        };
        let part = "<a>x</a><email>a@b.example</email><e>y</e>";
        let clean = "<a>x</a><email></email><e>y</e>";
        assert_eq!(redacted(part), clean);
        assert_eq!(redacted(&part.repeat(9000)), clean.repeat(9000));
        assert_eq!(redacted("<email>never closed"), "<email>");
        assert_eq!(redacted("cut <ema"), "cut <ema");
    }
}
