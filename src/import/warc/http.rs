//! The HTTP message in a block ([RFC 9112](https://www.rfc-editor.org/rfc/rfc9112)), its codings undone.

use std::io::{self, Read};

use brotli_decompressor::Decompressor;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use ruzstd::decoding::StreamingDecoder;

/// The longest payload after its coding was undone; what unpacks to more is cut there.
const MAX_PAYLOAD: u64 = 64 << 20;

/// A response.
#[derive(Debug, Clone, Default)]
pub struct Response {
    pub status: u16,
    fields: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// A content coding that is not known here and is still on.
    pub coded: Option<String>,
}

impl Response {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// Returns whether a payload has the length that the message gives of it, line ends after it apart.
    pub fn is_whole(&self, raw: &[u8]) -> bool {
        let said: Option<usize> = self.get("content-length").and_then(|l| l.parse().ok());
        said.and_then(|n| raw.get(n..)).is_some_and(|rest| rest.trim_ascii().is_empty())
    }

    /// Returns the media type without parameters, in lower case.
    pub fn media_type(&self) -> String {
        let value = self.get("content-type").unwrap_or_default();
        value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }
}

/// Returns a payload that came without a message around it.
pub fn bare(body: Vec<u8>) -> Response {
    Response { status: 200, body, ..Response::default() }
}

/// Reads the head of a message: status and fields. A block without a status line is a payload with status 200, as some
/// ARC files have it. Returns where the payload begins, too.
pub fn head(block: &[u8]) -> (Response, usize) {
    let mut response = Response { status: 200, ..Response::default() };
    if !block.starts_with(b"HTTP/") {
        return (response, 0);
    }
    let mut at = 0;
    for (n, line) in block.split_inclusive(|b| *b == b'\n').enumerate() {
        at += line.len();
        let text = String::from_utf8_lossy(line);
        let text = text.trim_end_matches(['\r', '\n']);
        if n == 0 {
            response.status = text.split_whitespace().nth(1).and_then(|s| s.parse().ok()).unwrap_or(0);
        } else if text.is_empty() || n > 1000 {
            break;
        } else if let (true, Some((_, value))) = (text.starts_with([' ', '\t']), response.fields.last_mut()) {
            value.push(' ');
            value.push_str(text.trim());
        } else if let Some((name, value)) = text.split_once(':') {
            response.fields.push((name.trim().to_string(), value.trim().to_string()));
        }
    }
    (response, at)
}

/// Reads a whole message.
pub fn parse(block: &[u8]) -> Response {
    let (mut response, at) = head(block);
    let payload = block.get(at..).unwrap_or_default();
    let chunked = response.get("transfer-encoding").is_some_and(|t| t.to_ascii_lowercase().contains("chunked"));
    // A body whose chunks a tool undid, leaving the word in the header, is what it is.
    let raw = chunked.then(|| unchunk(payload)).flatten().unwrap_or_else(|| payload.to_vec());
    let coding = response.get("content-encoding").unwrap_or_default().trim().to_ascii_lowercase();
    response.body = match coding.as_str() {
        "" | "identity" | "none" | "utf-8" | "binary" => raw,
        "gzip" | "x-gzip" | "deflate" | "br" | "zstd" => undo(&coding, &raw).unwrap_or(raw),
        other => {
            response.coded = Some(other.to_string());
            raw
        }
    };
    response
}

fn unchunk(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    loop {
        let end = rest.iter().take(200).position(|b| *b == b'\n')?;
        let line = std::str::from_utf8(rest.get(..end)?).ok()?;
        let size = usize::from_str_radix(line.split(';').next()?.trim(), 16).ok()?;
        rest = rest.get(end + 1..)?;
        if size == 0 {
            return Some(out);
        }
        // The last chunk of a body that was cut.
        let chunk = rest.get(..size.min(rest.len()))?;
        out.extend_from_slice(chunk);
        rest = rest.get(chunk.len()..)?;
        rest = rest.strip_prefix(b"\r").unwrap_or(rest);
        rest = rest.strip_prefix(b"\n").unwrap_or(rest);
        if rest.is_empty() {
            return Some(out);
        }
    }
}

/// Undoes a coding; none where the body is not in it, as when a tool undid it and left the word in the header. What
/// unpacks to more than a page can be is cut.
fn undo(coding: &str, raw: &[u8]) -> Option<Vec<u8>> {
    let read = |reader: &mut dyn Read| -> Option<Vec<u8>> {
        let mut out = Vec::new();
        match reader.take(MAX_PAYLOAD).read_to_end(&mut out) {
            Ok(_) => Some(out),
            // Cut, or without its checksum: what came is good.
            Err(e) if !out.is_empty() && e.kind() != io::ErrorKind::Other => Some(out),
            Err(_) => None,
        }
    };
    match coding {
        // Neither begins with a mark: markup is taken for what it looks like.
        "br" | "deflate" if raw.trim_ascii_start().starts_with(b"<") => None,
        "br" => read(&mut Decompressor::new(raw, 16 * 1024)),
        "zstd" => read(&mut StreamingDecoder::new(raw).ok()?),
        "deflate" => read(&mut ZlibDecoder::new(raw)).or_else(|| read(&mut DeflateDecoder::new(raw))),
        _ if raw.starts_with(&[0x1f, 0x8b]) => read(&mut MultiGzDecoder::new(raw)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn codings_are_undone_where_they_are_there() {
        let chunked = parse(b"HTTP/1.1 200\r\nContent-Type: text/html;\r\n charset=x\r\nTransfer-Encoding: chunked\r\n\r\n3;x=1\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
        assert_eq!(
            (chunked.status, chunked.body.as_slice(), chunked.media_type().as_str()),
            (200, &b"abcde"[..], "text/html")
        );
        assert_eq!(parse(b"HTTP/1.0 404 No\nTransfer-Encoding: chunked\n\n<p>not chunked").body, b"<p>not chunked");
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(b"page").unwrap();
        let message =
            [b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n".as_slice(), &packed.finish().unwrap()].concat();
        assert_eq!(parse(&message).body, b"page");
        assert_eq!(parse(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nplain").body, b"plain");
        // "page", as brotli and zstd write it without packing it.
        let br = [b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\n".as_slice(), b"\x8b\x01\x80page\x03"].concat();
        assert_eq!(parse(&br).body, b"page");
        let zstd = b"\x28\xb5\x2f\xfd\x20\x04\x21\x00\x00page";
        let zstd = [b"HTTP/1.1 200 OK\r\nContent-Encoding: zstd\r\n\r\n".as_slice(), zstd].concat();
        assert_eq!(parse(&zstd).body, b"page");
        assert_eq!(parse(b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\n<html>").body, b"<html>");
        assert_eq!(parse(b"HTTP/1.1 200 OK\r\nContent-Encoding: odd\r\n\r\n?").coded.as_deref(), Some("odd"));
        assert_eq!(parse(b"<html>").body, b"<html>");
    }
}
