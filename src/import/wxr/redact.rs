//! An export without what is nobody's business: the copy that is kept beside the archive's posts.

use std::io::{self, Cursor, Read};
use std::rc::Rc;

use crate::input::Decoded;

/// Elements whose text is blanked, without their prefix. Metadata of comments holds what spam filters saw of the writer.
const SECRET: [&[u8]; 5] =
    [b"author_email", b"comment_author_email", b"comment_author_IP", b"post_password", b"commentmeta"];

/// Elements that hold a name, which at some sites is an e-mail address: then what is behind the `@` goes.
const NAMES: [&[u8]; 3] = [b"author_login", b"creator", b"author_display_name"];

/// Returns a copy of an export with e-mail addresses, IP addresses and passwords blanked, as a stream.
///
/// Works on bytes, so that a file that is not well-formed, or in an encoding of single bytes, comes out as it went in;
/// one in UTF-16 comes out in UTF-8.
pub fn redact<'a>(mut original: Box<dyn Read + 'a>) -> Box<dyn Read + 'a> {
    let mut first = Vec::new();
    // What cannot be read now cannot be read later either: the error comes then.
    let _ = original.by_ref().take(4).read_to_end(&mut first);
    let wide = first.contains(&0) || first.starts_with(&[0xff, 0xfe]) || first.starts_with(&[0xfe, 0xff]);
    let whole: Box<dyn Read + 'a> = Box::new(Cursor::new(first).chain(original));
    let inner: Box<dyn Read + 'a> = match wide {
        true => match Decoded::new(whole, Rc::default()) {
            Ok(decoded) => Box::new(decoded),
            Err(cause) => return Box::new(Failed(Some(cause))),
        },
        false => whole,
    };
    Box::new(Redacted { inner, buf: Vec::new(), at: 0, ready: 0, ended: false, secret: None })
}

/// A stream that could not be opened.
struct Failed(Option<io::Error>);

impl Read for Failed {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(self.0.take().unwrap_or_else(|| io::Error::other("cannot be read")))
    }
}

/// The longest closing tag that may be cut by the end of the buffer.
const NEAR: usize = 256;
const CHUNK: usize = 64 * 1024;

struct Redacted<'a> {
    inner: Box<dyn Read + 'a>,
    buf: Vec<u8>,
    /// What was handed on.
    at: usize,
    /// What may be handed on.
    ready: usize,
    ended: bool,
    /// Inside an element that is blanked: its closing tag.
    secret: Option<Vec<u8>>,
}

impl Redacted<'_> {
    fn fill(&mut self) -> io::Result<()> {
        self.buf.drain(..self.at);
        self.ready -= self.at;
        self.at = 0;
        let old = self.buf.len();
        self.buf.resize(old + CHUNK, 0);
        let n = self.inner.read(self.buf.get_mut(old..).unwrap_or_default());
        self.buf.truncate(old + n.as_ref().copied().unwrap_or(0));
        self.ended = n? == 0;
        self.scan();
        Ok(())
    }

    /// Decides over what lies in the buffer, as far as it can be decided.
    fn scan(&mut self) {
        let safe = |len: usize, ended: bool| if ended { len } else { len.saturating_sub(NEAR) };
        loop {
            let rest = self.buf.get(self.ready..).unwrap_or_default();
            match &self.secret {
                Some(close) => match find(rest, close) {
                    Some(end) => {
                        self.buf.drain(self.ready..self.ready + end);
                        self.secret = None;
                    }
                    None => {
                        // An element that never closes is dropped to the end of the file.
                        let known = safe(rest.len(), self.ended);
                        self.buf.drain(self.ready..self.ready + known);
                        return;
                    }
                },
                None => {
                    let known = safe(rest.len(), self.ended);
                    let Some(open) = rest.iter().take(known).position(|b| *b == b'<') else {
                        self.ready += known;
                        return;
                    };
                    let tag = rest.get(open + 1..).unwrap_or_default();
                    let end = tag.iter().take(NEAR).position(|b| *b == b'>').unwrap_or(0);
                    let tag = tag.get(..end).unwrap_or_default();
                    let name: Vec<u8> = tag.iter().copied().take_while(|b| !b.is_ascii_whitespace()).collect();
                    let local = name.rsplit(|b| *b == b':').next().unwrap_or_default();
                    let prefixed = name.contains(&b':') && !name.starts_with(b"/") && !name.starts_with(b"!");
                    let opens = prefixed && !tag.ends_with(b"/");
                    if opens && NAMES.contains(&local) {
                        let from = open + end + 2;
                        let value = rest.get(from..).unwrap_or_default();
                        let value = value.get(..find(value, b"</").unwrap_or(0)).unwrap_or_default();
                        let (at, stop) = (self.ready + from, address(value));
                        self.ready = at + stop.map_or(0, |(start, _)| start);
                        if let Some((start, end)) = stop {
                            self.buf.drain(at + start..at + end);
                        }
                    } else if opens && SECRET.contains(&local) {
                        self.ready += open + end + 2;
                        self.secret = Some([b"</".as_slice(), &name].concat());
                    } else {
                        self.ready += open + 1;
                    }
                }
            }
        }
    }
}

/// Returns where the host of an e-mail address stands in a name, its `@` included.
fn address(value: &[u8]) -> Option<(usize, usize)> {
    let start = value.iter().position(|b| *b == b'@')?;
    let host = value.get(start..)?.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'@' | b'.' | b'-'));
    Some((start, start + host.count()))
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len().max(1)).position(|w| w == needle)
}

impl Read for Redacted<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.at == self.ready && !(self.ended && self.ready == self.buf.len()) {
            self.fill()?;
        }
        let mut ready = self.buf.get(self.at..self.ready).unwrap_or_default();
        let n = ready.read(buf)?;
        self.at += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redacted(text: &str) -> String {
        let mut out = String::new();
        redact(Box::new(text.as_bytes())).read_to_string(&mut out).unwrap();
        out
    }

    #[test]
    fn secrets_are_blanked_and_nothing_else() {
        let text = "<item><wp:comment_author_email><![CDATA[a@b.example]]></wp:comment_author_email><wp:comment_author_IP>10.0.0.1</wp:comment_author_IP><wp:post_password>pw</wp:post_password><wp:author_email/><wp:status>publish</wp:status></item>";
        let clean = "<item><wp:comment_author_email></wp:comment_author_email><wp:comment_author_IP></wp:comment_author_IP><wp:post_password></wp:post_password><wp:author_email/><wp:status>publish</wp:status></item>";
        assert_eq!(redacted(text), clean);
        let long = format!("{}{text}", "<p>x</p> a < b ".repeat(9000)).repeat(3);
        assert_eq!(redacted(&long), format!("{}{clean}", "<p>x</p> a < b ".repeat(9000)).repeat(3));
        assert_eq!(
            redacted(
                "<wp:author_login><![CDATA[ann@b.example]]></wp:author_login><dc:creator>ann@b.example</dc:creator>"
            ),
            "<wp:author_login><![CDATA[ann]]></wp:author_login><dc:creator>ann</dc:creator>"
        );
        let wide: Vec<u8> =
            "<a><wp:post_password>pw</wp:post_password></a>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut out = String::new();
        redact(Box::new(wide.as_slice())).read_to_string(&mut out).unwrap();
        assert_eq!(out, "<a><wp:post_password></wp:post_password></a>");
        assert_eq!(redacted("<wp:post_password>never closed"), "<wp:post_password>");
    }
}
