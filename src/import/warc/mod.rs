//! Web archives: WARC, ARC, WACZ. Each page in them that is a post becomes one, its captures at different times are its
//! versions. Lists of captures (CDX) are understood, too.
//!
//! Three passes over the records, none of which holds more than one of them: which pages there are, the pictures they
//! show, the pages.

mod captures;
pub mod cdx;
mod http;
mod index;
mod pages;
mod record;
mod survey;
mod wacz;

use std::collections::{HashMap, HashSet};

use crate::error::{Error, Result};
use crate::input::Named;
use crate::model::Digest;

use super::head::Head;
use super::page::{self, MAX_PAGE};
use super::report::{Bytes, Found, Job, Report, Sink};
use index::{Index, key};
use pages::Pages;
use survey::survey;

pub use captures::{Capture, Captures};
pub use cdx::{Line, List, parse as parse_list};
pub use http::{Response, parse as parse_response};
pub use record::{Extent, Fault, Record, Records, moment};

/// The longest picture, sound or film that is taken along.
const MAX_FILE: u64 = 64 << 20;
/// Records looked at side by side …
const MANY: usize = 32;
/// … and the bytes of them.
const HEAVY: usize = 2 << 20;

/// A record, its block and its place among all.
type Held = (Record, Vec<u8>, u64);

/// Records that wait to be looked at side by side.
#[derive(Default)]
struct Heap {
    held: Vec<Held>,
    bytes: usize,
}

impl Heap {
    /// Adds a record. Returns all that wait when they are enough, else none.
    fn add(&mut self, record: Record, block: Vec<u8>, seq: u64) -> Vec<Held> {
        self.bytes += block.len();
        self.held.push((record, block, seq));
        if self.held.len() >= MANY || self.bytes >= HEAVY { self.take() } else { Vec::new() }
    }

    fn take(&mut self) -> Vec<Held> {
        self.bytes = 0;
        std::mem::take(&mut self.held)
    }
}

/// Returns whether a stream is of a web archive: records, or what stands beside them in a WACZ.
pub fn fits(head: &Head) -> bool {
    head.bytes.starts_with(b"WARC/")
        || cdx::is_list(&head.text)
        || head.text.starts_with("!meta ")
        || wacz::is_part(&head.name, &head.text)
}

/// Reads the records of all streams together: a revisit may lie in another file than what it refers to.
///
/// Errors: a stream cannot be read; no page in them is a post.
pub fn read(job: &Job, sink: &mut Sink) -> Result<Report> {
    let mut report = Report::default();
    let mut files = Vec::new();
    for stream in job.streams {
        let head = stream.head()?;
        if head.starts_with(b"WARC/") || head.starts_with(b"filedesc:") {
            files.push(stream);
        }
    }
    let bad = wacz::verify(job.streams, &mut report)?;
    if files.is_empty() {
        return Err(listed(job, bad));
    }
    job.events.phase("looking through the records");
    let mut index = Index::default();
    let mut seq = 0;
    for file in &files {
        if let Some(digest) = survey(file, &mut seq, &mut index, job, &mut report)? {
            sink(Found::Original(file, digest))?;
        }
    }
    let shown = files.first().map(|s| s.shown.clone()).unwrap_or_default();
    if !index.has_pages() {
        let kinds: Vec<String> = index.kinds.iter().map(|(kind, n)| format!("{n} {kind}")).collect();
        let kinds = if kinds.is_empty() { "no records".to_string() } else { kinds.join(", ") };
        return Err(Error::input(shown, format!("a web archive without a page in it ({kinds})")));
    }
    let mut told = None;
    page::tell_site(index.site().as_ref(), job, &mut told, sink)?;
    job.events.phase("reading posts");
    let (shown_there, here) = (std::mem::take(&mut index.shown), std::mem::take(&mut index.here));
    let wanted: HashSet<u64> = here.into_iter().filter(|key| shown_there.contains(key)).collect();
    drop(shown_there);
    pictures(&files, wanted, job, sink)?;
    let plan = index.plan(&wacz::pages(job.streams, &mut report)?);
    report.skip("captures that say what the one before them says", plan.same);
    let mut pages = Pages::new(&index, plan);
    pages.read(&files, job, sink, &mut report)?;
    if report.found == 0 {
        return Err(Error::input(shown, format!("a web archive, but {}", pages.refused.why()))
            .with_hint("crawl the pages of the posts, or give the export of the blog"));
    }
    pages.refused.tell(&mut report);
    Ok(report)
}

/// Says what there is where there are no records.
fn listed(job: &Job, bad: u64) -> Error {
    let shown = job.streams.first().map(|s| s.shown.clone()).unwrap_or_default();
    let mut captures = 0;
    for stream in job.streams {
        let text = stream.read(MAX_PAGE).map(|b| String::from_utf8_lossy(&b).into_owned()).unwrap_or_default();
        if cdx::is_list(&text) {
            captures += cdx::parse(&text).lines.len();
        }
    }
    if captures > 0 {
        return Error::input(shown, format!("a list of {captures} captures, and not the captures themselves"))
            .with_hint("import the WARC files that it names");
    }
    let bad = if bad > 0 { format!(" ({bad} of its files are missing or damaged)") } else { String::new() };
    Error::input(shown, format!("a web archive without records{bad}"))
}

fn is_html(mime: &str) -> bool {
    matches!(mime, "text/html" | "application/xhtml+xml")
}

fn is_media(mime: &str) -> bool {
    ["image/", "audio/", "video/"].iter().any(|k| mime.starts_with(k))
}

/// Returns the payload of a record with its media type and status.
fn payload(record: &Record, block: Vec<u8>) -> (u16, String, Option<String>, Response) {
    if record.kind == "response" || record.kind == "revisit" {
        let response = http::parse(&block);
        let mime = if response.media_type().is_empty() { record.mime.clone() } else { response.media_type() };
        let content_type = response.get("content-type").map(str::to_string);
        return (response.status, mime, content_type, response);
    }
    (200, record.mime.clone(), None, http::bare(block))
}

/// Returns whether a record may hold a payload that is looked at.
fn is_capture(record: &Record) -> bool {
    matches!(record.kind.as_str(), "response" | "resource" | "conversion") && record.uri.starts_with("http")
}

/// The digest that the record gives of its payload, so that revisits find it; else one of our own.
fn digest_of(record: &Record, body: &[u8]) -> String {
    record.payload_digest.clone().unwrap_or_else(|| Digest::of(body).to_string())
}

/// The second pass: hands on the pictures that pages show, each address once.
fn pictures(files: &[&Named], mut wanted: HashSet<u64>, job: &Job, sink: &mut Sink) -> Result<()> {
    for file in files {
        let mut records = Records::new(file.open()?);
        // The first pass met the fault at the end too.
        while let (false, Ok(Some(record))) = (wanted.is_empty(), records.record()) {
            job.events.check()?;
            if !is_capture(&record) || !wanted.contains(&key(&record.uri)) {
                continue;
            }
            let Ok((block, Extent::Whole)) = records.block(MAX_FILE) else { continue };
            let (status, mime, _, response) = payload(&record, block);
            if status == 200 && is_media(&mime) && response.coded.is_none() && wanted.remove(&key(&record.uri)) {
                let bytes = Bytes::Held(response.body);
                sink(Found::File(super::report::Attached::new(record.uri, bytes)))?;
            }
        }
    }
    Ok(())
}

/// How many captures of each address a list names.
pub fn captures(list: &List) -> HashMap<&str, u64> {
    let mut out = HashMap::new();
    for line in &list.lines {
        *out.entry(line.key.as_str()).or_default() += 1;
    }
    out
}
