//! A filter that makes ill-formed XML readable and keeps a record of what it changed, with the lines.
//!
//! | found | made of it |
//! |---|---|
//! | control characters, U+FFFE, U+FFFF | nothing |
//! | `&` that begins no reference | `&amp;` |
//! | entities of HTML (`&mdash;`) | their characters |
//! | `<` that begins no tag | `&lt;` |
//! | `]]>` inside a CDATA section that goes on | split in two sections |
//! | anything before `<?xml` or the root | nothing |

use std::io::{self, Read};

use super::record::Repairs;
use crate::html;

/// How far ahead a decision may need to look at most times …
const NEAR: usize = 512;
/// … and where the end of a CDATA section is in doubt.
const FAR: usize = 1 << 20;

#[derive(Clone, Copy, PartialEq)]
enum State {
    Before,
    Text,
    Tag(Option<u8>),
    CData,
    Until(&'static [u8]),
}

/// The filter. It takes and gives UTF-8.
pub struct Repair<R> {
    inner: R,
    buf: Vec<u8>,
    at: usize,
    ended: bool,
    out: Vec<u8>,
    given: usize,
    state: State,
    /// Name of the tag opened last, as written: what a CDATA section must be followed by.
    opened: Vec<u8>,
    /// Offset of `buf` in the stream.
    base: u64,
    /// Where the element opened last closes next, as far as it was looked for: nothing is searched twice.
    close: Close,
    line: u64,
    repairs: Repairs,
}

/// What is known of the next closing tag, by offsets in the stream.
#[derive(Clone, Copy, Default)]
struct Close {
    at: Option<u64>,
    searched: u64,
}

impl<R: Read> Repair<R> {
    pub fn new(inner: R, repairs: Repairs) -> Repair<R> {
        Repair {
            inner,
            buf: Vec::new(),
            at: 0,
            ended: false,
            out: Vec::new(),
            given: 0,
            state: State::Before,
            opened: Vec::new(),
            base: 0,
            close: Close::default(),
            line: 1,
            repairs,
        }
    }

    /// Reads until so many bytes lie ahead, or the end.
    fn ahead(&mut self, wanted: usize) -> io::Result<()> {
        if self.at > 64 * 1024 {
            self.buf.drain(..self.at);
            self.base += self.at as u64;
            self.at = 0;
        }
        while !self.ended && self.buf.len() - self.at < wanted {
            let old = self.buf.len();
            self.buf.resize(old + 64 * 1024, 0);
            let n = self.inner.read(self.buf.get_mut(old..).unwrap_or_default());
            self.buf.truncate(old + n.as_ref().copied().unwrap_or(0));
            self.ended = n? == 0;
        }
        Ok(())
    }

    fn rest(&self) -> &[u8] {
        self.buf.get(self.at..).unwrap_or_default()
    }

    /// Hands on the next `n` bytes as they are.
    fn pass(&mut self, n: usize) {
        let taken = self.buf.get(self.at..self.at + n).unwrap_or_default();
        self.line += taken.iter().filter(|b| **b == b'\n').count() as u64;
        self.out.extend_from_slice(taken);
        self.at += n;
    }

    /// Hands on something else in place of the next `n` bytes.
    fn replace(&mut self, n: usize, by: &str, what: &'static str) {
        self.repairs.add(what, self.line);
        let taken = self.buf.get(self.at..self.at + n).unwrap_or_default();
        self.line += taken.iter().filter(|b| **b == b'\n').count() as u64;
        self.out.extend_from_slice(by.as_bytes());
        self.at += n;
    }

    /// Decides over what lies ahead until there is something to hand on.
    fn step(&mut self) -> io::Result<()> {
        self.out.clear();
        self.given = 0;
        self.ahead(NEAR)?;
        if self.state == State::Before {
            return self.skip_junk();
        }
        while !self.rest().is_empty() && self.out.len() < 32 * 1024 && (self.ended || self.rest().len() >= NEAR) {
            let plain = self.rest().iter().take_while(|b| !self.special(**b)).count();
            if plain > 0 {
                // Stops short of what may belong to something special ahead.
                self.pass(plain);
                continue;
            }
            self.decide()?;
        }
        Ok(())
    }

    /// Returns whether a byte needs a decision in this state.
    fn special(&self, b: u8) -> bool {
        let control = b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r') || b == 0xef;
        control
            || match self.state {
                State::Text => matches!(b, b'<' | b'&' | b']'),
                State::Tag(_) => matches!(b, b'>' | b'&' | b'"' | b'\''),
                State::CData => b == b']',
                State::Until(end) => end.first() == Some(&b),
                State::Before => true,
            }
    }

    fn skip_junk(&mut self) -> io::Result<()> {
        self.ahead(64 * 1024)?;
        let rest = self.rest();
        let start = find(rest, b"<?xml").or_else(|| find(rest, b"<rss")).or_else(|| find(rest, b"<")).unwrap_or(0);
        if rest.get(..start).is_some_and(|junk| !junk.trim_ascii().is_empty()) {
            self.repairs.add("what stood before the document left out", self.line);
        }
        let lines = rest.get(..start).unwrap_or_default().iter().filter(|b| **b == b'\n').count();
        self.line += lines as u64;
        // The lines before the document count too: the reader behind counts what it gets.
        self.out.extend(std::iter::repeat_n(b'\n', lines));
        self.at += start;
        self.state = State::Text;
        Ok(())
    }

    /// Decides over the byte ahead, which is special in this state.
    fn decide(&mut self) -> io::Result<()> {
        let rest = self.rest();
        let b = rest.first().copied().unwrap_or_default();
        if b < 0x20 {
            self.replace(1, "", "control characters left out");
            return Ok(());
        }
        if b == 0xef {
            match rest.get(1..3) {
                Some([0xbf, 0xbe | 0xbf]) => self.replace(3, "", "control characters left out"),
                _ => self.pass(1),
            }
            return Ok(());
        }
        match (self.state, b) {
            (State::Text, b'<') => self.markup(),
            (State::Text | State::Tag(_), b'&') => self.reference(),
            (State::Text, _) if rest.starts_with(b"]]>") => self.replace(3, "]]&gt;", "]]> outside CDATA escaped"),
            (State::CData, _) if rest.starts_with(b"]]>") => return self.cdata_end(),
            (State::Until(end), _) if rest.starts_with(end) => {
                self.pass(end.len());
                self.state = State::Text;
            }
            (State::Tag(None), b'>') => {
                self.pass(1);
                self.state = State::Text;
            }
            (State::Tag(None), b'"' | b'\'') => {
                self.pass(1);
                self.state = State::Tag(Some(b));
            }
            (State::Tag(Some(quote)), _) if b == quote => {
                self.pass(1);
                self.state = State::Tag(None);
            }
            _ => self.pass(1),
        }
        Ok(())
    }

    /// `<` in text: the beginning of markup, or a bare one.
    fn markup(&mut self) {
        let rest = self.rest();
        let table: [(&[u8], State); 4] = [
            (b"<![CDATA[", State::CData),
            (b"<!--", State::Until(b"-->")),
            (b"<?", State::Until(b"?>")),
            (b"<!", State::Until(b">")),
        ];
        if let Some((start, state)) = table.into_iter().find(|(start, _)| rest.starts_with(start)) {
            self.pass(start.len());
            self.state = state;
            return;
        }
        let closing = usize::from(rest.get(1) == Some(&b'/'));
        if !rest.get(1 + closing).is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_' || *b >= 0x80) {
            return self.replace(1, "&lt;", "bare < escaped");
        }
        if closing == 0 {
            let name = rest.iter().skip(1).take_while(|b| !b.is_ascii_whitespace() && !matches!(b, b'>' | b'/'));
            let name = name.copied().take(NEAR).collect();
            if name != self.opened {
                (self.opened, self.close) = (name, Close::default());
            }
        }
        self.pass(1 + closing);
        self.state = State::Tag(None);
    }

    /// `&` outside CDATA: a reference of XML, one of HTML, or a bare one.
    fn reference(&mut self) {
        let end = self.rest().iter().take(40).position(|b| *b == b';');
        let body =
            end.and_then(|e| self.rest().get(1..e)).and_then(|b| std::str::from_utf8(b).ok()).unwrap_or_default();
        let number = body.strip_prefix('#').map(|n| match n.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => n.parse().ok(),
        });
        let named = !body.is_empty() && body.bytes().all(|b| b.is_ascii_alphanumeric());
        let length = body.len() + 2;
        match number {
            Some(Some(9 | 10 | 13 | 0x20..=0xd7ff | 0xe000..=0xfffd | 0x10000..=0x10ffff)) => self.pass(length),
            Some(Some(_)) => self.replace(length, "", "control characters left out"),
            None if matches!(body, "amp" | "lt" | "gt" | "quot" | "apos") => self.pass(length),
            None if named => {
                let whole = format!("&{body};");
                let text = html::unescape(&whole);
                if text == whole {
                    self.replace(1, "&amp;", "bare & escaped");
                } else {
                    self.replace(
                        length,
                        &text.replace('&', "&amp;").replace('<', "&lt;"),
                        "HTML entities turned into characters",
                    );
                }
            }
            _ => self.replace(1, "&amp;", "bare & escaped"),
        }
    }

    /// `]]>` inside CDATA: the end if the element closes there or another section begins, else part of the text,
    /// provided that a later one is such an end.
    fn cdata_end(&mut self) -> io::Result<()> {
        if !closes(self.rest().get(3..).unwrap_or_default(), &self.opened) {
            self.ahead(FAR)?;
            let upto = self.next_close().and_then(|at| self.buf.get(self.at + 3..at));
            // Text of a MiB after a section is less likely than a long section.
            let goes_on = upto.map_or(!self.ended, |text| text.trim_ascii_end().ends_with(b"]]>"));
            if goes_on {
                self.replace(3, "]]]]><![CDATA[>", "]]> inside CDATA kept as text");
                return Ok(());
            }
        }
        self.pass(3);
        self.state = State::Text;
        Ok(())
    }
}

impl<R> Repair<R> {
    /// Returns where in the buffer the element opened last closes next.
    fn next_close(&mut self) -> Option<usize> {
        let here = self.base + self.at as u64;
        if self.close.at.is_none_or(|at| at < here) {
            let mut close = b"</".to_vec();
            close.extend_from_slice(&self.opened);
            let from = (self.close.searched.max(here) - self.base) as usize;
            let found = find(self.buf.get(from..).unwrap_or_default(), &close).map(|at| from + at);
            self.close.at = found.map(|at| self.base + at as u64);
            let end = self.buf.len().saturating_sub(close.len());
            self.close.searched = self.base + found.unwrap_or(end).max(from) as u64;
        }
        self.close.at.map(|at| (at - self.base) as usize)
    }
}

/// Returns whether the element closes, or another CDATA section begins, right here.
fn closes(after: &[u8], opened: &[u8]) -> bool {
    let rest = after.trim_ascii_start();
    let close = rest.strip_prefix(b"</").and_then(|r| r.strip_prefix(opened));
    after.starts_with(b"<![CDATA[")
        || close.is_some_and(|r| r.first().is_none_or(|b| *b == b'>' || b.is_ascii_whitespace()))
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len().max(1)).position(|w| w == needle)
}

impl<R: Read> Read for Repair<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.given == self.out.len() {
            self.step()?;
            if self.out.is_empty() && self.ended && self.rest().is_empty() {
                return Ok(0);
            }
        }
        let ready = self.out.get(self.given..).unwrap_or_default();
        let n = ready.len().min(buf.len());
        if let (Some(to), Some(from)) = (buf.get_mut(..n), ready.get(..n)) {
            to.copy_from_slice(from);
        }
        self.given += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repaired(text: &str) -> (String, Vec<String>) {
        let repairs = Repairs::default();
        let mut out = String::new();
        Repair::new(text.as_bytes(), repairs.clone()).read_to_string(&mut out).unwrap();
        (out, repairs.notes())
    }

    #[test]
    fn each_fault_is_repaired_and_told() {
        let table = [
            ("<a>R&D &amp; x&y;</a>", "<a>R&amp;D &amp; x&amp;y;</a>", "line 1: bare & escaped (2 times)"),
            ("<a>\n&mdash;&nbsp;</a>", "<a>\n—\u{a0}</a>", "line 2: HTML entities turned into characters (2 times)"),
            ("<a>1 < 2</a>", "<a>1 &lt; 2</a>", "line 1: bare < escaped"),
            ("<a>\u{1}b\u{ffff}&#11;</a>", "<a>b</a>", "line 1: control characters left out (3 times)"),
            ("<a href=\"x?a=1&b=2>\">c</a>", "<a href=\"x?a=1&amp;b=2>\">c</a>", "line 1: bare & escaped"),
            (
                "Warning: x\n<?xml version='1.0'?><a/>",
                "\n<?xml version='1.0'?><a/>",
                "line 1: what stood before the document left out",
            ),
            (
                "<a><![CDATA[b ]]> c]]></a>",
                "<a><![CDATA[b ]]]]><![CDATA[> c]]></a>",
                "line 1: ]]> inside CDATA kept as text",
            ),
        ];
        for (broken, whole, note) in table {
            assert_eq!(repaired(broken), (whole.to_string(), vec![note.to_string()]));
        }
    }

    #[test]
    fn a_section_in_doubt_is_searched_once() {
        let text = format!("<a><![CDATA[{}]]></a>", "]]> ".repeat(400_000));
        let began = std::time::Instant::now();
        assert!(repaired(&text).0.contains("]]]]><![CDATA[>"));
        repaired(&"<a><![CDATA[x]]>y".repeat(100_000));
        assert!(began.elapsed().as_secs() < 20);
    }

    #[test]
    fn what_is_well_formed_passes_unchanged() {
        let text = "<?xml version='1.0'?>\n<!-- a & b < c --><r x='&lt;'><a><![CDATA[&nbsp; <b> & ]]></a>\n<b><![CDATA[x]]]]><![CDATA[>y]]></b><c><![CDATA[d]]> e</c>é😀&#x1F600;</r>";
        assert_eq!(repaired(text), (text.to_string(), vec![]));
        let long = format!("<r>{}</r>", "<a><![CDATA[é ]] > & <p>]]></a>".repeat(9000));
        assert_eq!(repaired(&long), (long, vec![]));
    }
}
