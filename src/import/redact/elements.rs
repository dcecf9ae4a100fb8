//! XML: the text of some elements is blanked; in names, what is behind an `@`. Works on bytes, so that a file that is not
//! well-formed, or in an encoding of single bytes, comes out as it went in; one in UTF-16 comes out in UTF-8.

use std::io::Read;

use super::{Filter, through};

/// Which elements hold what is nobody's business, by their names without prefix.
struct Rules {
    blanked: &'static [&'static [u8]],
    /// Elements that hold a name, which at some sites is an e-mail address.
    names: &'static [&'static [u8]],
    /// Whether elements without a prefix are those of bodies, and so left alone.
    prefixed: bool,
}

/// Metadata of comments holds what spam filters saw of the writer.
static EXPORT: Rules = Rules {
    blanked: &[b"author_email", b"comment_author_email", b"comment_author_IP", b"post_password", b"commentmeta"],
    names: &[b"author_login", b"creator", b"author_display_name"],
    prefixed: true,
};

static FEED: Rules = Rules {
    blanked: &[b"email"],
    names: &[b"author", b"creator", b"managingEditor", b"webMaster", b"name"],
    prefixed: false,
};

/// Returns a copy of a WordPress export with e-mail addresses, IP addresses and passwords blanked.
pub fn export<'a>(original: Box<dyn Read + 'a>) -> Box<dyn Read + 'a> {
    redact(original, &EXPORT)
}

/// Returns a copy of a feed with e-mail addresses blanked.
pub fn feed<'a>(original: Box<dyn Read + 'a>) -> Box<dyn Read + 'a> {
    redact(original, &FEED)
}

fn redact<'a>(original: Box<dyn Read + 'a>, rules: &'static Rules) -> Box<dyn Read + 'a> {
    through(original, Elements { rules, open: None })
}

/// The longest tag or name that the end of the buffer may cut.
const NEAR: usize = 512;

struct Elements {
    rules: &'static Rules,
    /// Inside an element that is blanked: the beginning of its closing tag.
    open: Option<Vec<u8>>,
}

impl Filter for Elements {
    fn run(&mut self, raw: &mut Vec<u8>, ended: bool, out: &mut Vec<u8>) {
        let known = if ended { raw.len() } else { raw.len().saturating_sub(NEAR) };
        let mut at = 0;
        while at < known {
            if let Some(close) = self.open.take() {
                match find(raw.get(at..).unwrap_or_default(), &close) {
                    Some(end) => at += end,
                    // An element that never closes is dropped to the end of the file.
                    None => (at, self.open) = (known, Some(close)),
                }
                continue;
            }
            let rest = raw.get(at..known).unwrap_or_default();
            let text = memchr::memchr(b'<', rest).map_or(rest.len(), |open| open + 1);
            out.extend_from_slice(rest.get(..text).unwrap_or_default());
            at += text;
            if rest.get(text.wrapping_sub(1)) == Some(&b'<') {
                at += self.tag(raw.get(at..).unwrap_or_default(), out);
            }
        }
        raw.drain(..at);
    }
}

impl Elements {
    /// Judges what follows a `<`; returns how much of it is done with.
    fn tag(&mut self, rest: &[u8], out: &mut Vec<u8>) -> usize {
        let end = rest.iter().take(NEAR).position(|b| *b == b'>').unwrap_or(0);
        let tag = rest.get(..end).unwrap_or_default();
        let name: Vec<u8> = tag.iter().copied().take_while(|b| !b.is_ascii_whitespace()).collect();
        let local = name.rsplit(|b| *b == b':').next().unwrap_or_default();
        let element = name.first().is_some_and(|b| b.is_ascii_alphabetic()) && !tag.ends_with(b"/");
        if !element || self.rules.prefixed && !name.contains(&b':') {
            return 0;
        }
        let from = end + 1;
        if self.rules.blanked.contains(&local) {
            out.extend_from_slice(rest.get(..from).unwrap_or_default());
            self.open = Some([b"</".as_slice(), &name].concat());
            return from;
        }
        if !self.rules.names.contains(&local) {
            return 0;
        }
        let value = rest.get(from..).unwrap_or_default();
        let value = value.get(..find(value.get(..NEAR.min(value.len())).unwrap_or_default(), b"</").unwrap_or(0));
        let Some((start, end)) = value.and_then(host) else { return 0 };
        out.extend_from_slice(rest.get(..from + start).unwrap_or_default());
        from + end
    }
}

/// Returns where the host of an e-mail address stands in a name, its `@` included.
fn host(value: &[u8]) -> Option<(usize, usize)> {
    let start = value.iter().position(|b| *b == b'@')?;
    let host = value.get(start..)?.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'@' | b'.' | b'-'));
    Some((start, start + host.count()))
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    memchr::memmem::find(haystack, needle)
}

#[cfg(test)]
mod tests {
    use super::super::copy;
    use super::*;

    #[test]
    fn secrets_are_blanked_and_nothing_else() {
        let redacted = |text: &str| copy(export, text.as_bytes());
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
        assert_eq!(copy(export, &wide), "<a><wp:post_password></wp:post_password></a>");
        assert_eq!(redacted("<wp:post_password>never closed"), "<wp:post_password>");
        assert_eq!(redacted("<p><email>in a body</email>"), "<p><email>in a body</email>");
    }

    #[test]
    fn addresses_in_feeds_are_blanked_and_nothing_else() {
        let redacted = |text: &str| copy(feed, text.as_bytes());
        let part = "<a>x</a><author><name>An@b.example</name><email>a@b.example</email></author><author>joe@b.example (Joe)</author><itunes:email>j@b.example</itunes:email><e>y@z</e>";
        let clean = "<a>x</a><author><name>An</name><email></email></author><author>joe (Joe)</author><itunes:email></itunes:email><e>y@z</e>";
        assert_eq!(redacted(part), clean);
        assert_eq!(redacted(&part.repeat(9000)), clean.repeat(9000));
        assert_eq!(redacted("<email>never closed"), "<email>");
        assert_eq!(redacted("cut <ema"), "cut <ema");
    }
}
