//! Reads WARC files back: record by record, with every digest recomputed. Holds no more than one record's head.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::GzDecoder;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use url::Url;

use super::cdx::{CdxLine, surt, timestamp};
use super::{RECORD_END, RESPONSE, REVISIT, REVISIT_MIME, one_line};
use crate::model::{Capture, Digest};

/// The most that the head of a record or of an HTTP answer may take.
const HEAD_LIMIT: usize = 1 << 20;

/// A record as far as the archive looks at it; its block is passed over and hashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// First byte of the record's gzip member.
    pub offset: u64,
    /// Bytes of the record's gzip member.
    pub length: u64,
    /// `response`, `warcinfo` …
    pub kind: String,
    pub url: String,
    pub date: String,
    /// Of the HTTP answer in the block; 0 where there is none.
    pub status: u16,
    pub mime: String,
    /// Of the payload: the block after the head of an HTTP answer, else the whole block.
    pub payload: Digest,
    /// What the record says of itself and what is not so (`block digest`, `payload digest`).
    pub damage: Option<&'static str>,
}

/// The records of a file in order. Ends after the first that cannot be read: nothing behind it can be trusted.
pub struct Records<R: BufRead> {
    input: Option<Counted<R>>,
}

impl<R: BufRead> Records<R> {
    pub fn new(input: R) -> Records<R> {
        Records { input: Some(Counted { input, at: 0 }) }
    }
}

impl<R: BufRead> Iterator for Records<R> {
    type Item = io::Result<Record>;

    fn next(&mut self) -> Option<io::Result<Record>> {
        let mut input = self.input.take()?;
        match input.fill_buf() {
            Ok([]) => return None,
            Ok(_) => {}
            Err(e) => return Some(Err(e)),
        }
        let offset = input.at;
        let mut member = GzDecoder::new(input);
        let record = read_record(&mut BufReader::new(&mut member), offset);
        let input = member.into_inner();
        Some(record.map(|mut r| {
            r.length = input.at - offset;
            self.input = Some(input);
            r
        }))
    }
}

/// What of an unfinished file can be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Salvage {
    /// Bytes up to the end of the last whole record.
    pub valid: u64,
    /// The index of the exchanges up to there.
    pub lines: Vec<CdxLine>,
    /// Whether something follows that is no whole record.
    pub torn: bool,
}

/// Reads what a writer left that did not finish: all records up to the first that is torn or does not match its digest.
/// `filename` is the name the index gives. Errors only when the file itself cannot be read.
pub fn salvage(path: &Path, filename: &str) -> io::Result<Salvage> {
    let mut found = Salvage { valid: 0, lines: Vec::new(), torn: false };
    for record in Records::new(BufReader::with_capacity(1 << 16, File::open(path)?)) {
        match record {
            Ok(r) if r.damage.is_none() => {
                found.valid = r.offset + r.length;
                found.lines.extend(r.line(filename));
            }
            Err(e) if !is_torn(&e) => return Err(e),
            _ => {
                found.torn = true;
                break;
            }
        }
    }
    Ok(found)
}

/// Returns whether it is the bytes that are wrong and not the disk.
fn is_torn(e: &io::Error) -> bool {
    matches!(e.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput)
}

impl Record {
    /// Returns the record's line of the index; none for records that are no exchange.
    pub fn line(&self, filename: &str) -> Option<CdxLine> {
        let time: Timestamp = self.date.parse().ok()?;
        let (response, revisit) = (self.kind == RESPONSE, self.kind == REVISIT);
        (response || revisit).then(|| CdxLine {
            surt: surt(&self.url),
            time: timestamp(time),
            url: self.url.clone(),
            mime: if revisit { REVISIT_MIME.into() } else { self.mime.clone() },
            status: self.status,
            digest: self.payload.clone(),
            offset: self.offset,
            length: self.length,
            filename: filename.to_string(),
        })
    }
}

/// Reads one member to its end, so that its checksum is looked at too.
fn read_record(member: &mut impl BufRead, offset: u64) -> io::Result<Record> {
    let head = read_head(member)?;
    if !head.lines().next().is_some_and(|l| l.starts_with("WARC/1.")) {
        return Err(bad("not a WARC record"));
    }
    let fields: Vec<(&str, &str)> = fields_of(&head).collect();
    let field = |name: &str| fields.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map_or("", |(_, v)| *v);
    let length: u64 = field("Content-Length").parse().map_err(|_| bad("record without a length"))?;
    let mut block = member.take(length);
    let (mut whole, mut status, mut mime) = (Sha256::new(), 0, field("Content-Type").to_string());
    if field("Content-Type").starts_with("application/http") {
        let http = read_head(&mut block)?;
        whole.update(&http);
        status = http.split_whitespace().nth(1).and_then(|s| s.parse().ok()).unwrap_or(0);
        mime = http_mime(&http);
    }
    let mut payload = Sha256::new();
    let mut buf = vec![0; 1 << 16];
    loop {
        let n = block.read(&mut buf)?;
        let Some(part) = buf.get(..n).filter(|p| !p.is_empty()) else { break };
        whole.update(part);
        payload.update(part);
    }
    if block.limit() > 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let mut end = Vec::new();
    member.take(1 + RECORD_END.len() as u64).read_to_end(&mut end)?;
    if end != RECORD_END {
        return Err(bad("record does not end where it says"));
    }
    let (block, payload) = (Digest::finish(whole), Digest::finish(payload));
    // The payload of a revisit stands in another record: what it says of it is taken at its word.
    let stated = field("WARC-Payload-Digest").strip_prefix("sha256:").and_then(Digest::parse);
    let payload = stated.filter(|_| field("WARC-Type") == REVISIT).unwrap_or(payload);
    let differs =
        |name: &str, digest: &Digest| field(name).strip_prefix("sha256:").is_some_and(|d| d != digest.as_str());
    let damage = match (differs("WARC-Block-Digest", &block), differs("WARC-Payload-Digest", &payload)) {
        (true, _) => Some("block digest"),
        (_, true) => Some("payload digest"),
        _ => None,
    };
    Ok(Record {
        offset,
        length: 0,
        kind: field("WARC-Type").to_string(),
        url: field("WARC-Target-URI").trim_matches(['<', '>']).to_string(),
        date: field("WARC-Date").to_string(),
        status,
        mime,
        payload,
        damage,
    })
}

/// Reads an exchange from its member: head of the answer and payload. None where the record holds no answer; an error
/// where it is torn, or its payload is larger than `largest`.
pub fn read_exchange(member: &mut impl BufRead, largest: u64) -> io::Result<Option<Capture>> {
    let head = read_head(member)?;
    let fields: Vec<(&str, &str)> = fields_of(&head).collect();
    let field = |name: &str| fields.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map_or("", |(_, v)| *v);
    let length: u64 = field("Content-Length").parse().map_err(|_| bad("record without a length"))?;
    let url = Url::parse(field("WARC-Target-URI").trim_matches(['<', '>'])).ok();
    let time = field("WARC-Date").parse::<Timestamp>().ok();
    let (Some(url), Some(time), RESPONSE | REVISIT) = (url, time, field("WARC-Type")) else { return Ok(None) };
    let mut block = member.take(length);
    let http = read_head(&mut block)?;
    if block.limit() > largest {
        return Err(bad("payload is too large"));
    }
    let left = block.limit();
    let mut body = Vec::new();
    block.read_to_end(&mut body)?;
    if (body.len() as u64) < left {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let headers = fields_of(&http).map(|(n, v)| (n.to_string(), v.to_string())).collect();
    let status = http.split_whitespace().nth(1).and_then(|s| s.parse().ok()).unwrap_or(0);
    Ok(Some(Capture { url, time, request: Vec::new(), status, headers, body, decoded: None, truncated: None }))
}

fn fields_of(head: &str) -> impl Iterator<Item = (&str, &str)> {
    head.lines().skip(1).filter_map(|l| l.split_once(':')).map(|(n, v)| (n.trim(), v.trim()))
}

/// Reads up to and with the empty line that ends a head. A head that is no UTF-8 is damage: ours always are.
fn read_head(input: &mut impl BufRead) -> io::Result<String> {
    let mut head = Vec::new();
    let mut limited = input.take(HEAD_LIMIT as u64);
    loop {
        let before = head.len();
        limited.read_until(b'\n', &mut head)?;
        match head.get(before..) {
            Some(b"\r\n" | b"\n") => break,
            Some(line) if line.ends_with(b"\n") => {}
            _ if head.len() >= HEAD_LIMIT => return Err(bad("head of a record is too long")),
            _ => return Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
    String::from_utf8(head).map_err(|_| bad("head of a record is no text"))
}

/// Returns the media type an HTTP head gives, as [`Capture::media_type`](crate::model::Capture::media_type) does.
fn http_mime(head: &str) -> String {
    let value = head.lines().filter_map(|l| l.split_once(':')).find(|(n, _)| n.eq_ignore_ascii_case("content-type"));
    let value = value.map_or("", |(_, v)| v);
    one_line(value.split(';').next().unwrap_or_default().trim()).to_ascii_lowercase()
}

fn bad(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

/// Counts what is consumed, so that the place of each member is known.
struct Counted<R> {
    input: R,
    at: u64,
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.input.read(buf)?;
        self.at += n as u64;
        Ok(n)
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.input.fill_buf()
    }

    fn consume(&mut self, n: usize) {
        self.at += n as u64;
        self.input.consume(n);
    }
}
