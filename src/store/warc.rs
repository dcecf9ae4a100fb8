//! Raw captures on disk: WARC 1.1, one gzip member a record, beside an index of CDXJ lines.
//! It knows no archive path and no clock: it writes to what it is given, with the times of the captures.
//!
//! <https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/>

mod cdx;
mod read;

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use url::Url;
use uuid::Uuid;

use crate::model::{Capture, Digest};

pub use cdx::{CdxLine, cdxj, surt};
pub use read::{Record, Records, Salvage, salvage};

/// The bytes that end each record.
const RECORD_END: &[u8] = b"\r\n\r\n";

/// Header fields whose values open doors; the client blanks them, and nothing passes here without.
const SECRET: [&str; 6] = [
    "set-cookie",
    "set-cookie2",
    "authorization",
    "proxy-authorization",
    "www-authenticate-info",
    "authentication-info",
];

/// Media types whose bytes do not get smaller.
const PACKED: [&str; 12] = [
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/webp",
    "image/avif",
    "application/zip",
    "application/gzip",
    "application/pdf",
    "application/epub+zip",
    "font/woff",
    "font/woff2",
    "application/ogg",
];

/// Writes records one after another. What was written up to any record's end is a whole WARC file.
pub struct WarcWriter<W: Write> {
    out: Counter<W>,
    filename: String,
    info: String,
    ordinal: u64,
}

impl<W: Write> WarcWriter<W> {
    /// Starts a file: writes its `warcinfo` record. `filename` is the name the index gives; `time` the start of the run.
    pub fn new(out: W, filename: &str, time: Timestamp) -> io::Result<WarcWriter<W>> {
        let info = record_id("warcinfo", &time.to_string(), filename, 0);
        let mut writer = WarcWriter { out: Counter { out, at: 0 }, filename: filename.to_string(), info, ordinal: 0 };
        let block = format!(
            "software: mdarchive/{}\r\nformat: WARC File Format 1.1\r\nconformsTo: \
             http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r\n\
             description: payloads as received; transfer coding undone, its header fields renamed to X-Archive-Orig-*; \
             secrets (cookies, credentials, keys) are redacted\r\n",
            env!("CARGO_PKG_VERSION")
        );
        let head = Fields::default()
            .with("WARC-Type", "warcinfo")
            .with("WARC-Record-ID", &writer.info.clone())
            .with("WARC-Date", &time.to_string())
            .with("WARC-Filename", filename)
            .with("WARC-Block-Digest", &labelled(&Digest::of(&block)))
            .with("Content-Type", "application/warc-fields");
        writer.record(head, block.as_bytes(), &[], Compression::default())?;
        Ok(writer)
    }

    /// Writes the exchange as a `response` record and returns its line of the index.
    pub fn write(&mut self, capture: &Capture) -> io::Result<CdxLine> {
        self.ordinal += 1;
        let url = target(&capture.url);
        let (http, payload) = (http_head(capture), capture.digest());
        let block = Digest::finish(Sha256::new_with_prefix(&http).chain_update(&capture.body));
        let date = capture.time.to_string();
        let mut head = Fields::default()
            .with("WARC-Type", "response")
            .with("WARC-Record-ID", &record_id(payload.as_str(), &date, &url, self.ordinal))
            .with("WARC-Warcinfo-ID", &self.info.clone())
            .with("WARC-Target-URI", &url)
            .with("WARC-Date", &date)
            .with("WARC-Payload-Digest", &labelled(&payload))
            .with("WARC-Block-Digest", &labelled(&block));
        if let Some(cause) = capture.truncated {
            head = head.with("WARC-Truncated", cause);
        }
        let head = head.with("Content-Type", "application/http;msgtype=response");
        let offset = self.out.at;
        self.record(head, &http, &capture.body, level(capture))?;
        Ok(CdxLine {
            surt: surt(&url),
            time: cdx::timestamp(capture.time),
            url,
            mime: capture.media_type(),
            status: capture.status,
            digest: payload,
            offset,
            length: self.out.at - offset,
            filename: self.filename.clone(),
        })
    }

    /// Returns how many bytes of the file are written.
    pub fn position(&self) -> u64 {
        self.out.at
    }

    /// Returns how many exchanges are written.
    pub fn exchanges(&self) -> u64 {
        self.ordinal
    }

    pub fn get_ref(&self) -> &W {
        &self.out.out
    }

    pub fn get_mut(&mut self) -> &mut W {
        &mut self.out.out
    }

    pub fn into_inner(self) -> W {
        self.out.out
    }

    /// Writes one gzip member: the head, then the block in two parts.
    fn record(&mut self, head: Fields, first: &[u8], second: &[u8], level: Compression) -> io::Result<()> {
        let head = head.with("Content-Length", &(first.len() + second.len()).to_string());
        let mut member = GzEncoder::new(&mut self.out, level);
        for part in [b"WARC/1.1\r\n", head.0.as_bytes(), b"\r\n", first, second, RECORD_END] {
            member.write_all(part)?;
        }
        member.finish()?;
        Ok(())
    }
}

/// Header lines in the order in which they are added.
#[derive(Default)]
struct Fields(String);

impl Fields {
    fn with(mut self, name: &str, value: &str) -> Fields {
        self.0.push_str(&format!("{name}: {}\r\n", one_line(value)));
        self
    }
}

/// Counts what goes through, so that an offset never needs a seek.
struct Counter<W> {
    out: W,
    at: u64,
}

impl<W: Write> Write for Counter<W> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let n = self.out.write(buf)?;
        self.at += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Returns status line and header fields as the record holds them: with the length of the payload that follows, and
/// what no longer holds of it renamed (WARC 1.1 has no word for it; `X-Archive-Orig-` is the custom of the trade).
fn http_head(capture: &Capture) -> Vec<u8> {
    // The reason phrase is no longer known here; readers ignore it (RFC 9112, 4) and HTTP/2 has none.
    let mut head = format!("HTTP/1.1 {} \r\n", capture.status);
    let length = capture.body.len().to_string();
    let silent = matches!(capture.status, 100..=199 | 204 | 304);
    let mut stated = false;
    for (name, value) in &capture.headers {
        let (name, value) = (one_line(name), one_line(value));
        let renamed = match name.to_ascii_lowercase().as_str() {
            "transfer-encoding" => true,
            "content-length" if silent => false,
            "content-length" if value.trim() == length && !stated => {
                stated = true;
                false
            }
            "content-length" => true,
            _ => false,
        };
        let value = if is_secret(&name) { "redacted".to_string() } else { value };
        head.push_str(&format!("{}{name}: {value}\r\n", if renamed { "X-Archive-Orig-" } else { "" }));
    }
    if !stated && !silent {
        head.push_str(&format!("Content-Length: {length}\r\n"));
    }
    head.push_str("\r\n");
    head.into_bytes()
}

fn is_secret(name: &str) -> bool {
    SECRET.iter().any(|s| name.eq_ignore_ascii_case(s))
}

/// Returns a text that cannot end a header line.
fn one_line(text: &str) -> String {
    text.replace(['\r', '\n', '\0'], " ")
}

/// Returns the address as the record names it: what was asked of the server, without fragment and credentials.
fn target(url: &Url) -> String {
    let mut url = url.clone();
    url.set_fragment(None);
    // Both fail only for addresses that cannot hold credentials.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.to_string()
}

/// Returns how hard to press: what is packed already is only wrapped.
fn level(capture: &Capture) -> Compression {
    let mime = capture.media_type();
    let coded = capture.header("content-encoding").is_some_and(|v| !v.trim().is_empty() && v.trim() != "identity");
    let packed = PACKED.contains(&mime.as_str()) || mime.starts_with("video/") || mime.starts_with("audio/");
    if coded || packed { Compression::none() } else { Compression::default() }
}

fn labelled(digest: &Digest) -> String {
    format!("sha256:{digest}")
}

/// Returns a record's name: the same record in the same place of the same run has the same one.
fn record_id(digest: &str, date: &str, url: &str, ordinal: u64) -> String {
    let name = format!("{digest}\n{date}\n{url}\n{ordinal}");
    format!("<urn:uuid:{}>", Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn capture(url: &str, headers: &[(&str, &str)], body: &[u8]) -> Capture {
        Capture {
            url: Url::parse(url).unwrap(),
            time: "2026-03-04T05:06:07.25Z".parse().unwrap(),
            request: Vec::new(),
            status: 200,
            headers: headers.iter().map(|(n, v)| (n.to_string(), v.to_string())).collect(),
            body: body.to_vec(),
            decoded: None,
            truncated: None,
        }
    }

    #[test]
    fn chunked_answer_gets_a_length_and_keeps_its_old_header_under_another_name() {
        let c = capture(
            "http://example.com/",
            &[("Transfer-Encoding", "chunked"), ("Content-Type", "text/html")],
            b"hello",
        );
        let head = String::from_utf8(http_head(&c)).unwrap();
        assert_eq!(
            head,
            "HTTP/1.1 200 \r\nX-Archive-Orig-Transfer-Encoding: chunked\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\n"
        );
    }

    #[test]
    fn length_of_a_cut_answer_is_that_of_what_came() {
        let c = capture("http://example.com/", &[("content-length", "900")], b"hello");
        assert_eq!(http_head(&c), b"HTTP/1.1 200 \r\nX-Archive-Orig-content-length: 900\r\nContent-Length: 5\r\n\r\n");
    }

    #[test]
    fn header_value_cannot_start_a_line_of_its_own() {
        let c = capture("http://example.com/", &[("X-A", "1\r\nSet-Cookie: a=b")], b"");
        assert_eq!(String::from_utf8(http_head(&c)).unwrap().matches("\r\n").count(), 4);
    }

    #[test]
    fn cookies_and_credentials_never_reach_the_file() {
        let c = capture("http://me:letmein@example.com/#part", &[("Set-Cookie", "session=letmein")], b"");
        assert!(!String::from_utf8(http_head(&c)).unwrap().contains("letmein"));
        assert_eq!(target(&c.url), "http://example.com/");
    }
}
