//! The lines of a file too large to hold, each decoded by itself. It knows nothing of entries.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read};

use encoding_rs::{EUC_JP, Encoding, SHIFT_JIS};

use crate::input;

/// The longest line.
const MAX_LINE: u64 = 16 << 20;

/// What the first bytes say of the whole file.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// The encoding of lines that are not UTF-8, where it is not Windows-1252.
    label: Option<&'static str>,
    /// What ends a line.
    end: u8,
}

impl Kind {
    /// `told` is the encoding that the user names.
    pub fn of(head: &[u8], told: Option<&str>) -> Kind {
        let end = if head.contains(&b'\r') && !head.contains(&b'\n') { b'\r' } else { b'\n' };
        let told = told.and_then(|t| Encoding::for_label(t.as_bytes())).map(|e| e.name());
        Kind { label: told.or_else(|| japanese(head)), end }
    }

    /// Returns the encoding's name for people, where it is not UTF-8 by first sight.
    pub fn label(&self) -> Option<&'static str> {
        self.label
    }
}

/// Returns the old Japanese encoding that the bytes are valid in, where they hold kana and are not UTF-8.
fn japanese(head: &[u8]) -> Option<&'static str> {
    // The end of the first bytes may cut a character.
    let whole = head.iter().rposition(|b| *b == b'\n' || *b == b'\r').map_or(head, |at| head.get(..at).unwrap_or(head));
    if std::str::from_utf8(whole).is_ok() {
        return None;
    }
    let kana = |encoding: &'static Encoding| {
        let text = encoding.decode_without_bom_handling_and_without_replacement(whole)?;
        let (kana, other) = text.chars().filter(|c| !c.is_ascii()).fold((0usize, 0usize), |(k, o), c| match c {
            'ぁ'..='ヿ' => (k + 1, o),
            _ => (k, o + 1),
        });
        (kana * 5 >= kana + other).then_some((kana, encoding.name()))
    };
    [EUC_JP, SHIFT_JIS].into_iter().filter_map(kana).max_by_key(|(n, _)| *n).map(|(_, name)| name)
}

/// A reader of lines that can look ahead.
pub struct Lines<R> {
    inner: BufReader<R>,
    kind: Kind,
    ahead: VecDeque<String>,
    /// Number of the line that came last, from 1.
    number: u64,
    /// Lines that were not UTF-8.
    other: u64,
}

impl<R: Read> Lines<R> {
    pub fn new(inner: R, kind: Kind) -> Lines<R> {
        Lines { inner: BufReader::with_capacity(64 * 1024, inner), kind, ahead: VecDeque::new(), number: 0, other: 0 }
    }

    pub fn number(&self) -> u64 {
        self.number
    }

    pub fn other(&self) -> u64 {
        self.other
    }

    /// Returns the next line without its end.
    pub fn next(&mut self) -> io::Result<Option<String>> {
        let line = match self.ahead.pop_front() {
            Some(line) => Some(line),
            None => self.read()?,
        };
        self.number += u64::from(line.is_some());
        Ok(line)
    }

    /// Returns the next line that is not blank, and how many stand before it, without taking any;
    /// looks no further than a few lines.
    pub fn peek(&mut self) -> io::Result<Option<(usize, &str)>> {
        const FAR: usize = 4;
        for at in 0..FAR {
            if at == self.ahead.len() {
                let Some(line) = self.read()? else { return Ok(None) };
                self.ahead.push_back(line);
            }
            if self.ahead.get(at).is_some_and(|l| !l.trim().is_empty()) {
                return Ok(self.ahead.get(at).map(|l| (at, l.as_str())));
            }
        }
        Ok(self.ahead.front().map(|l| (0, l.as_str())))
    }

    fn read(&mut self) -> io::Result<Option<String>> {
        let mut raw = Vec::new();
        let n = self.inner.by_ref().take(MAX_LINE + 1).read_until(self.kind.end, &mut raw)?;
        if n as u64 > MAX_LINE {
            let why = format!("a line longer than {} MiB", MAX_LINE >> 20);
            return Err(io::Error::new(io::ErrorKind::InvalidData, why));
        }
        if n == 0 {
            return Ok(None);
        }
        if raw.last() == Some(&self.kind.end) {
            raw.pop();
        }
        if raw.last() == Some(&b'\r') {
            raw.pop();
        }
        let first = self.number == 0 && self.ahead.is_empty();
        let raw = if first { raw.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&raw) } else { &raw };
        match std::str::from_utf8(raw) {
            Ok(text) => Ok(Some(text.to_string())),
            Err(_) => {
                self.other += 1;
                Ok(Some(input::decode(raw, self.kind.label).0))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> Vec<String> {
        let mut lines = Lines::new(bytes, Kind::of(bytes, None));
        std::iter::from_fn(|| lines.next().unwrap()).collect()
    }

    #[test]
    fn lines_end_as_they_do_and_speak_as_they_do() {
        assert_eq!(all(b"a\r\nb\n\nc"), ["a", "b", "", "c"]);
        assert_eq!(all(b"a\rb\r"), ["a", "b"]);
        assert_eq!(all(b"\xef\xbb\xbfcaf\xe9 \x93x\x94\nd\xc3\xa9"), ["café “x”", "dé"]);
        let text = "これはテストです。\nもう一つ。\n";
        for encoding in [EUC_JP, SHIFT_JIS] {
            assert_eq!(all(&encoding.encode(text).0).join("\n") + "\n", text, "{}", encoding.name());
        }
    }
}
