//! An export without what is nobody's business: the copy that is kept beside the archive's posts.

use std::io::{self, Read};

/// Elements whose text is blanked, without their prefix. Metadata of comments holds what spam filters saw of the writer.
const SECRET: [&[u8]; 5] =
    [b"author_email", b"comment_author_email", b"comment_author_IP", b"post_password", b"commentmeta"];

/// Returns a copy of an export with e-mail addresses, IP addresses and passwords blanked, as a stream.
///
/// Works on bytes, so that a file that is not well-formed, or in an encoding of single bytes, comes out as it went in.
pub fn redact<'a>(original: Box<dyn Read + 'a>) -> Box<dyn Read + 'a> {
    Box::new(Redacted { inner: original, buf: Vec::new(), at: 0, ready: 0, ended: false, secret: None })
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
                    if prefixed && !tag.ends_with(b"/") && SECRET.contains(&local) {
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

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len().max(1)).position(|w| w == needle)
}

impl Read for Redacted<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.at == self.ready && !(self.ended && self.ready == self.buf.len()) {
            self.fill()?;
        }
        let ready = self.buf.get(self.at..self.ready).unwrap_or_default();
        let n = ready.len().min(buf.len());
        if let (Some(to), Some(from)) = (buf.get_mut(..n), ready.get(..n)) {
            to.copy_from_slice(from);
        }
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
        assert_eq!(redacted("<wp:post_password>never closed"), "<wp:post_password>");
    }
}
