//! A mail and its parts ([RFC 2045](https://www.rfc-editor.org/rfc/rfc2045), [RFC 2557](https://www.rfc-editor.org/rfc/rfc2557)),
//! read as forgivingly as browsers write them badly.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Parts of one mail, and mails inside each other.
const MAX_PARTS: usize = 20_000;
const MAX_DEPTH: usize = 8;
/// Lines of a header.
const MAX_HEADER: usize = 1000;

/// Header fields, as written.
#[derive(Debug, Clone, Default)]
pub struct Header(Vec<(String, String)>);

impl Header {
    /// Returns the first value of a field, by name without case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// Returns the media type without parameters, in lower case.
    pub fn media_type(&self) -> String {
        let value = self.get("content-type").unwrap_or_default();
        value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// Returns a parameter of the media type.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let value = self.get("content-type")?;
        let lower = value.to_ascii_lowercase();
        let at = lower.match_indices(&format!("{name}=")).map(|(at, _)| at).find(|at| {
            let before = lower.get(..*at).unwrap_or_default();
            before.ends_with([';', ' ', '\t'])
        })?;
        let rest = value.get(at + name.len() + 1..)?.trim_start();
        let found = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next(),
            None => rest.split([';', ' ', '\t']).next(),
        };
        found.map(str::to_string).filter(|v| !v.is_empty())
    }
}

/// One part, its transfer encoding undone.
#[derive(Debug, Clone, Default)]
pub struct Part {
    pub header: Header,
    pub body: Vec<u8>,
}

/// A whole mail; a part that is a mail of parts itself gives these in its place.
#[derive(Debug, Clone, Default)]
pub struct Mail {
    pub header: Header,
    pub parts: Vec<Part>,
    /// The end of the last part is missing.
    pub cut: bool,
    /// Parts were told by what looks like a boundary: the one that the header names does not occur.
    pub guessed: bool,
}

/// Reads a mail. Nothing is an error: what has no parts is one.
pub fn parse(bytes: &[u8]) -> Mail {
    let (header, body) = header(bytes);
    let mut mail = Mail { header, ..Mail::default() };
    let mut todo = vec![(mail.header.clone(), body, 0usize)];
    while let Some((header, body, depth)) = todo.pop() {
        let boundary = match header.parameter("boundary") {
            Some(named) if depth < MAX_DEPTH => Some(named).filter(|b| occurs(body, b)).or_else(|| {
                mail.guessed |= depth == 0;
                guess(body)
            }),
            _ => None,
        };
        let Some(boundary) = boundary.filter(|_| mail.parts.len() < MAX_PARTS) else {
            let body = undo(&header, body);
            mail.parts.push(Part { header, body });
            continue;
        };
        let (parts, closed) = split(body, &boundary);
        mail.cut |= !closed;
        let parts = parts.into_iter().take(MAX_PARTS);
        // The last comes off the stack first.
        let mut parts: Vec<_> = parts.map(self::header).map(|(header, body)| (header, body, depth + 1)).collect();
        parts.reverse();
        todo.extend(parts);
    }
    mail
}

/// Reads the fields up to a blank line; a line that is no field and no continuation is taken for one: folding goes wrong
/// where titles are long.
fn header(bytes: &[u8]) -> (Header, &[u8]) {
    let mut out: Vec<(String, String)> = Vec::new();
    let mut rest = bytes;
    for _ in 0..MAX_HEADER {
        let (line, after) = line(rest);
        if rest.is_empty() || line.is_empty() && !out.is_empty() {
            rest = after;
            break;
        }
        rest = after;
        let text = String::from_utf8_lossy(line);
        let field = text
            .split_once(':')
            .filter(|(n, _)| !n.is_empty() && n.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
        match (field, out.last_mut()) {
            (Some((name, value)), _) if !text.starts_with([' ', '\t']) => {
                out.push((name.to_string(), value.trim().to_string()));
            }
            (_, Some((_, value))) => {
                value.push(' ');
                value.push_str(text.trim());
            }
            _ => {}
        }
    }
    (Header(out), rest)
}

/// Returns the first line without its end, and what follows.
fn line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = bytes.iter().position(|b| *b == b'\n');
    let (line, rest) = match end {
        Some(end) => (bytes.get(..end).unwrap_or_default(), bytes.get(end + 1..).unwrap_or_default()),
        None => (bytes, &[][..]),
    };
    (line.strip_suffix(b"\r").unwrap_or(line), rest)
}

fn occurs(body: &[u8], boundary: &str) -> bool {
    lines(body).any(|(_, _, line)| mark(line, boundary).is_some())
}

/// Start, end with its line end, and text of each line.
fn lines(body: &[u8]) -> impl Iterator<Item = (usize, usize, &[u8])> {
    let mut at = 0;
    body.split_inclusive(|b| *b == b'\n').map(move |line| {
        let start = at;
        at += line.len();
        (start, at, line.trim_ascii_end())
    })
}

/// Returns whether a line parts, and whether it ends the last part.
fn mark(line: &[u8], boundary: &str) -> Option<bool> {
    let rest = line.strip_prefix(b"--")?.strip_prefix(boundary.as_bytes())?;
    match rest {
        b"" => Some(false),
        b"--" => Some(true),
        _ => None,
    }
}

/// A line of dashes and more that is followed by the first field of a part.
fn guess(body: &[u8]) -> Option<String> {
    let mut before: Option<String> = None;
    for (_, _, line) in lines(body).take(2000) {
        if line.to_ascii_lowercase().starts_with(b"content-")
            && let Some(found) = before
        {
            return Some(found);
        }
        let named = line.strip_prefix(b"--").filter(|r| r.len() > 4 && r.len() < 200);
        before = named.and_then(|r| String::from_utf8(r.to_vec()).ok());
    }
    None
}

/// Returns what stands between the marks, and whether the last part is closed.
fn split<'a>(body: &'a [u8], boundary: &str) -> (Vec<&'a [u8]>, bool) {
    let (mut parts, mut open, mut closed) = (Vec::new(), None, false);
    for (start, end, line) in lines(body) {
        let Some(last) = mark(line, boundary) else { continue };
        if let Some(from) = open {
            let part = body.get(from..start).unwrap_or_default();
            let part = part.strip_suffix(b"\n").unwrap_or(part);
            parts.push(part.strip_suffix(b"\r").unwrap_or(part));
        }
        open = (!last).then_some(end);
        if last {
            closed = true;
            break;
        }
    }
    if let Some(part) = open.and_then(|from| body.get(from..)).filter(|p| !p.trim_ascii().is_empty()) {
        parts.push(part);
    }
    (parts, closed)
}

/// Undoes the transfer encoding (RFC 2045 section 6).
fn undo(header: &Header, body: &[u8]) -> Vec<u8> {
    match header.get("content-transfer-encoding").unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "quoted-printable" => quoted_printable(body),
        "base64" => {
            let packed: Vec<u8> =
                body.iter().copied().filter(|b| b.is_ascii_alphanumeric() || b"+/".contains(b)).collect();
            let config = GeneralPurposeConfig::new()
                .with_decode_padding_mode(DecodePaddingMode::Indifferent)
                .with_decode_allow_trailing_bits(true);
            // A group cut to one character says nothing.
            let whole = if packed.len() % 4 == 1 { packed.len() - 1 } else { packed.len() };
            GeneralPurpose::new(&alphabet::STANDARD, config)
                .decode(packed.get(..whole).unwrap_or_default())
                .unwrap_or_default()
        }
        _ => body.to_vec(),
    }
}

/// RFC 2045 section 6.7. What is no escape stands for itself.
fn quoted_printable(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    for (_, end, text) in lines(body) {
        let ended = body.get(end.wrapping_sub(1)) == Some(&b'\n');
        let (text, soft) = match text.strip_suffix(b"=") {
            Some(text) => (text, true),
            None => (text, false),
        };
        let mut rest = text;
        while let Some((first, tail)) = rest.split_first() {
            let hex = tail.get(..2).and_then(|h| std::str::from_utf8(h).ok());
            match (first, hex.and_then(|h| u8::from_str_radix(h, 16).ok())) {
                (b'=', Some(byte)) => {
                    out.push(byte);
                    rest = tail.get(2..).unwrap_or_default();
                }
                _ => {
                    out.push(*first);
                    rest = tail;
                }
            }
        }
        if ended && !soft {
            out.push(b'\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_undone() {
        assert_eq!(quoted_printable(b"a=3Db=\r\nc=C3=A9  \r\n=zz"), "a=bcé\n=zz".as_bytes());
        let header = Header(vec![("Content-Transfer-Encoding".into(), "BASE64".into())]);
        assert_eq!(undo(&header, b"aGFs\r\nbG8=\r\n"), b"hallo");
        assert_eq!(undo(&header, b"aGFsbG8h!a"), b"hallo!");
    }

    #[test]
    fn parts_are_found_where_headers_are_badly_folded_and_ends_are_missing() {
        let mail = "Subject: a long\ntitle\nContent-Type: multipart/related; boundary=\"x--y\"\n\n\n--x--y\nContent-Type: text/html\n\none\n--x--y\nContent-Type: image/png\n\ntwo";
        let mail = parse(mail.as_bytes());
        assert_eq!(mail.header.get("subject"), Some("a long title"));
        let bodies: Vec<_> = mail.parts.iter().map(|p| String::from_utf8_lossy(&p.body).into_owned()).collect();
        assert_eq!((bodies, mail.cut), (vec!["one".to_string(), "two".to_string()], true));
        let other = parse(
            b"Content-Type: multipart/related; boundary=zzz\n\n--abcdef\nContent-Type: text/html\n\none\n--abcdef--\n",
        );
        assert_eq!((other.parts.len(), other.guessed, other.cut), (1, true, false));
    }
}
