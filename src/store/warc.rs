//! Raw captures on disk: WARC 1.1, one gzip member a record, beside an index of CDXJ lines.
//! It knows no archive path and no clock: it writes to what it is given, with the times of the captures.
//!
//! <https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/>

mod cdx;
mod read;

use std::collections::HashMap;
use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use url::Url;
use uuid::Uuid;

use crate::model::{Capture, Digest};

pub use cdx::{CdxLine, cdxj, read_index, surt};
pub use read::{Record, Records, Salvage, read_exchange, salvage};

/// The bytes that end each record.
const RECORD_END: &[u8] = b"\r\n\r\n";

const RESPONSE: &str = "response";
const REVISIT: &str = "revisit";

/// The profile of a revisit whose payload is that of an earlier record (WARC 1.1, 6.7.2).
const SAME_PAYLOAD: &str = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest";

/// What the index gives as media type of a revisit; players look up the payload by its digest then.
const REVISIT_MIME: &str = "warc/revisit";

/// Smaller payloads in bytes are written again: the reference would be longer.
const WORTH_A_REVISIT: usize = 512;

/// Header fields whose values open doors; the client blanks them, and nothing passes here without.
const SECRET: [&str; 7] = [
    "cookie",
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
    /// Payloads that stand in the file: where and when each came first.
    payloads: HashMap<Digest, (String, String)>,
}

impl<W: Write> WarcWriter<W> {
    /// Starts a file: writes its `warcinfo` record. `filename` is the name the index gives; `time` the start of the run.
    pub fn new(out: W, filename: &str, time: Timestamp) -> io::Result<WarcWriter<W>> {
        let info = record_id("warcinfo", &time.to_string(), filename, 0);
        let out = Counter { out, at: 0 };
        let mut writer = WarcWriter { out, filename: filename.to_string(), info, ordinal: 0, payloads: HashMap::new() };
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

    /// Writes the exchange, `response` and `request`, and returns its line of the index. A payload that stands in the
    /// file already is not written again: a `revisit` record says where it is.
    pub fn write(&mut self, capture: &Capture) -> io::Result<CdxLine> {
        self.ordinal += 1;
        let url = target(&capture.url);
        let payload = capture.digest();
        let date = capture.time.to_string();
        let id = record_id(payload.as_str(), &date, &url, self.ordinal);
        let first = self.payloads.get(&payload).filter(|_| capture.body.len() >= WORTH_A_REVISIT).cloned();
        let kind = if first.is_some() { REVISIT } else { RESPONSE };
        let body: &[u8] = if first.is_some() { &[] } else { &capture.body };
        let http = http_head(capture);
        let block = Digest::finish(Sha256::new_with_prefix(&http).chain_update(body));
        let mut head = Fields::of(kind, &id, &self.info, &url, &date)
            .with("WARC-Payload-Digest", &labelled(&payload))
            .with("WARC-Block-Digest", &labelled(&block));
        if let Some((url, date)) = &first {
            head = head
                .with("WARC-Profile", SAME_PAYLOAD)
                .with("WARC-Refers-To-Target-URI", url)
                .with("WARC-Refers-To-Date", date);
        }
        if let Some(cause) = capture.truncated {
            head = head.with("WARC-Truncated", cause);
        }
        let head = head.with("Content-Type", "application/http;msgtype=response");
        let offset = self.out.at;
        self.record(head, &http, body, level(capture))?;
        let length = self.out.at - offset;
        self.request(capture, &id, &url, &date)?;
        let mime = if first.is_some() { REVISIT_MIME.into() } else { capture.media_type() };
        self.payloads.entry(payload.clone()).or_insert_with(|| (url.clone(), date));
        Ok(CdxLine {
            surt: surt(&url),
            time: cdx::timestamp(capture.time),
            url,
            mime,
            status: capture.status,
            digest: payload,
            offset,
            length,
            filename: self.filename.clone(),
        })
    }

    /// Writes what was asked, where that is known.
    fn request(&mut self, capture: &Capture, response: &str, url: &str, date: &str) -> io::Result<()> {
        if capture.request.is_empty() {
            return Ok(());
        }
        let http = request_head(capture);
        let digest = Digest::of(&http);
        let head = Fields::of("request", &record_id(digest.as_str(), date, url, self.ordinal), &self.info, url, date)
            .with("WARC-Concurrent-To", response)
            .with("WARC-Block-Digest", &labelled(&digest))
            .with("Content-Type", "application/http;msgtype=request");
        self.record(head, &http, &[], Compression::default())
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
    /// The fields that all records of an exchange share.
    fn of(kind: &str, id: &str, info: &str, url: &str, date: &str) -> Fields {
        Fields::default()
            .with("WARC-Type", kind)
            .with("WARC-Record-ID", id)
            .with("WARC-Warcinfo-ID", info)
            .with("WARC-Target-URI", url)
            .with("WARC-Date", date)
    }

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

/// Returns request line and header fields as the record holds them.
fn request_head(capture: &Capture) -> Vec<u8> {
    let path = one_line(capture.url.path());
    let query = capture.url.query().map(|q| format!("?{}", one_line(q))).unwrap_or_default();
    let mut head = format!("GET {path}{query} HTTP/1.1\r\n");
    for (name, value) in &capture.request {
        let value = if is_secret(name) { "redacted" } else { value.as_str() };
        head.push_str(&format!("{}: {}\r\n", one_line(name), one_line(value)));
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
