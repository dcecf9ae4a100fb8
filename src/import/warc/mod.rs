//! Web archives: WARC, ARC, WACZ. Each page in them that is a post becomes one, its captures at different times are its
//! versions. Lists of captures (CDX) are understood, too.
//!
//! Three passes over the records, none of which holds more than one of them: which pages there are, the pictures they
//! show, the pages.

mod captures;
pub mod cdx;
mod http;
mod index;
mod record;
mod wacz;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

use jiff::Timestamp;
use rayon::prelude::*;
use regex::Regex;
use url::Url;

use crate::error::{Error, Result};
use crate::extract;
use crate::html;
use crate::input::{Hashed, Named};
use crate::model::{Digest, Draft, Gap, Reason};

use super::head::Head;
use super::page::{self, MAX_PAGE, Page, Refused, Shown};
use super::report::{Bytes, Found, Job, Report, Sink};
use index::{Index, Plan, key, number};

pub use captures::{Capture, Captures};
pub use cdx::{Line, List, parse as parse_list};
pub use http::{Response, parse as parse_response};
pub use record::{Extent, Fault, Record, Records};

/// The longest picture, sound or film that is taken along.
const MAX_FILE: u64 = 64 << 20;
/// Records looked at side by side …
const MANY: usize = 32;
/// … and the bytes of them.
const HEAVY: usize = 2 << 20;
/// Drafts that wait for older ones, in bytes of their bodies.
const MAX_WAITING: usize = 64 << 20;

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
    let wanted: HashSet<u64> = index.shown.intersection(&index.here).copied().collect();
    pictures(&files, wanted, job, sink)?;
    let plan = index.plan(&wacz::pages(job.streams, &mut report)?);
    report.skip("captures that say what the one before them says", plan.same);
    let mut pages = Pages { index: &index, plan, refused: Refused::default(), waiting: BTreeMap::new(), held: 0 };
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

/// The first pass over one file. Returns its digest.
fn survey(file: &Named, seq: &mut u64, index: &mut Index, job: &Job, report: &mut Report) -> Result<Option<Digest>> {
    let (hashed, seen) = Hashed::new(file.open()?);
    let mut records = Records::new(Box::new(hashed));
    let mut looking = Heap::default();
    let fault = loop {
        job.events.check()?;
        let record = match records.record() {
            Ok(Some(record)) => record,
            Ok(None) => break None,
            Err(fault) => break Some(fault),
        };
        *index.kinds.entry(record.kind.clone()).or_default() += 1;
        *seq += 1;
        if record.kind == "revisit" {
            revisit(&record, index);
        }
        if !is_capture(&record) {
            continue;
        }
        match records.block(MAX_PAGE) {
            Ok((block, Extent::Whole)) => looking.add(record, block, *seq, index),
            Ok((_, Extent::Longer)) => report.skip("records larger than a page can be", 1),
            Ok((block, Extent::Cut)) => {
                let (head, at) = http::head(&block);
                let whole = head.is_whole(block.get(at..).unwrap_or_default());
                looking.add(record, block, *seq, index);
                if !whole {
                    break Some(Fault::Cut("cut within a record".into()));
                }
                // Tools that change line ends on the way make files shorter than they say.
                report.notes.push(format!("{}: the length of its last record is wrong; its page is whole", file.name));
            }
            Err(fault) => break Some(fault),
        }
    };
    looking.release(index);
    if records.junk > 0 {
        report.notes.push(format!("{}: {} bytes that are no record were passed over", file.name, records.junk));
    }
    let digest = match fault {
        None => Some(seen.digest()),
        Some(Fault::Io(cause)) => return Err(file.fault(cause)),
        Some(Fault::Cut(why)) => {
            report.notes.push(format!("{}: {why}; what precedes it was read", file.name));
            let reason = Reason::Truncated;
            report.gaps.push(Gap { url: file.name.clone(), what: "file".into(), reason, detail: why, post: None });
            super::feed::whole_digest(file).ok()
        }
    };
    Ok(digest)
}

/// Takes note of a revisit: the same payload once more, perhaps under another address.
fn revisit(record: &Record, index: &mut Index) {
    let Some(digest) = &record.payload_digest else { return };
    let payload = number(digest);
    index.page(&record.uri, record.date, payload, None);
    let other = record.refers_to.as_deref().is_some_and(|to| key(to) != key(&record.uri));
    if other && index.revisited.len() < 1_000_000 {
        let names = index.revisited.entry(payload).or_default();
        if names.len() < 20 && !names.contains(&record.uri) {
            names.push(record.uri.clone());
        }
    }
}

/// Records that wait to be looked at side by side.
#[derive(Default)]
struct Heap {
    records: Vec<(Record, Vec<u8>, u64)>,
    bytes: usize,
}

impl Heap {
    fn add(&mut self, record: Record, block: Vec<u8>, seq: u64, index: &mut Index) {
        self.bytes += block.len();
        self.records.push((record, block, seq));
        if self.records.len() >= MANY || self.bytes >= HEAVY {
            self.release(index);
        }
    }

    fn release(&mut self, index: &mut Index) {
        self.bytes = 0;
        let records = std::mem::take(&mut self.records);
        let seen: Vec<Seen> = records.into_par_iter().map(|(record, block, seq)| look(record, block, seq)).collect();
        seen.into_iter().for_each(|one| index.note(one));
    }
}

/// What a first look at a capture finds.
enum Seen {
    Nothing,
    Picture(u64),
    /// The record, the number of its payload, its place, the numbers of what it shows.
    Page(Record, u64, u64, Vec<u64>),
}

impl Index {
    fn note(&mut self, seen: Seen) {
        match seen {
            Seen::Nothing => {}
            Seen::Picture(key) => {
                self.here.insert(key);
            }
            Seen::Page(record, payload, seq, shown) => {
                self.page(&record.uri, record.date, payload, Some(seq));
                self.shown.extend(shown);
            }
        }
    }
}

/// Looks at a capture: a page and what it shows, or a picture.
fn look(record: Record, block: Vec<u8>, seq: u64) -> Seen {
    let (status, mime, content_type, response) = payload(&record, block);
    if status != 200 {
        return Seen::Nothing;
    }
    if is_media(&mime) {
        return Seen::Picture(key(&record.uri));
    }
    if !is_html(&mime) || response.coded.is_some() {
        return Seen::Nothing;
    }
    let payload = number(&digest_of(&record, &response.body));
    static SHOWN: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r#"(?i)\s(?:src|href|data-[a-z-]*src|poster)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)"#).ok()
    });
    let mut shown = Vec::new();
    if let (Some(pattern), Ok(base)) = (SHOWN.as_ref(), Url::parse(&record.uri)) {
        let text = extract::decode(&response.body, content_type.as_deref()).text;
        for found in pattern.captures_iter(&text).take(20_000) {
            let value = found.get(1).map_or("", |m| m.as_str()).trim_matches(['"', '\'']);
            if let Ok(url) = base.join(&html::unescape(value)) {
                shown.push(key(url.as_str()));
            }
        }
        shown.sort_unstable();
        shown.dedup();
    }
    Seen::Page(record, payload, seq, shown)
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

/// The third pass.
struct Pages<'a> {
    index: &'a Index,
    plan: Plan,
    refused: Refused,
    /// Drafts that wait for older ones, by address and place in time.
    waiting: BTreeMap<(u64, u32), Draft>,
    held: usize,
}

impl Pages<'_> {
    fn read(&mut self, files: &[&Named], job: &Job, sink: &mut Sink, report: &mut Report) -> Result<()> {
        let mut seq = 0;
        for file in files {
            let (mut records, mut heap, mut bytes) = (Records::new(file.open()?), Vec::new(), 0);
            while let Ok(Some(record)) = records.record() {
                job.events.check()?;
                seq += 1;
                if !self.plan.at_once.contains_key(&seq) && !self.plan.later.contains_key(&seq) {
                    continue;
                }
                let Ok((block, Extent::Whole | Extent::Cut)) = records.block(MAX_PAGE) else { continue };
                bytes += block.len();
                heap.push((record, block, seq));
                if heap.len() >= MANY || bytes >= HEAVY {
                    bytes = 0;
                    self.hand_on(std::mem::take(&mut heap), file, sink, report)?;
                }
            }
            self.hand_on(heap, file, sink, report)?;
        }
        self.release(sink)
    }

    /// Reads pages side by side, and hands on their posts in the order of the pages.
    fn hand_on(
        &mut self,
        heap: Vec<(Record, Vec<u8>, u64)>,
        file: &Named,
        sink: &mut Sink,
        report: &mut Report,
    ) -> Result<()> {
        let index = self.index;
        let read: Vec<_> = heap
            .into_par_iter()
            .map(|(record, block, seq)| (seq, page(index, &record, block, file), record.uri))
            .collect();
        for (seq, shown, uri) in read {
            let drafts = match shown {
                Ok(shown) => shown.told(&uri, report),
                Err(why) => {
                    self.refused.add(&uri, why, report);
                    continue;
                }
            };
            for draft in drafts {
                report.found += 1;
                match self.plan.later.get(&seq) {
                    None => sink(Found::Draft(Box::new(at(draft, self.plan.at_once.get(&seq)))))?,
                    Some((address, places)) => {
                        for (place, time) in places {
                            self.held += draft.body.len();
                            self.waiting.insert((*address, *place), at(draft.clone(), Some(time)));
                        }
                    }
                }
            }
            if self.held > MAX_WAITING {
                report.notes.push("too many captures out of order: some versions are older than they seem".into());
                self.release(sink)?;
            }
        }
        Ok(())
    }

    fn release(&mut self, sink: &mut Sink) -> Result<()> {
        self.held = 0;
        for draft in std::mem::take(&mut self.waiting).into_values() {
            sink(Found::Draft(Box::new(draft)))?;
        }
        Ok(())
    }
}

/// Returns what a page shows, or why it holds no post.
fn page(index: &Index, record: &Record, block: Vec<u8>, file: &Named) -> std::result::Result<Shown, String> {
    let (_, _, content_type, response) = payload(record, block);
    let decoded = extract::decode(&response.body, content_type.as_deref());
    let origin = page::origin(&decoded.text, "");
    let replayed = origin.rewritten;
    let url = Url::parse(&record.uri).ok().filter(|_| !replayed).or(origin.url);
    let text = if replayed { page::undo_replay(&decoded.text) } else { decoded.text };
    let sha256 = Digest::of(&response.body);
    let kind = if replayed { "wayback" } else { "page" };
    // A replayed page is as old as what it replays.
    let captured = if replayed { replay_moment(&record.uri).or(origin.captured) } else { None };
    let page = Page { text: &text, url: url.as_ref(), kind, uri: &file.name, sha256: &sha256, captured };
    let mut shown = page.read()?;
    let others = index.revisited.get(&number(&digest_of(record, &response.body)));
    if let ([draft], Some(others)) = (shown.drafts.as_mut_slice(), others) {
        draft.aliases.extend(others.iter().filter(|o| Some(*o) != draft.url.as_ref()).cloned());
    }
    Ok(shown)
}

/// Says when a draft was captured, unless its page told it: a replayed one is as old as what it replays.
fn at(mut draft: Draft, time: Option<&i64>) -> Draft {
    let time = time.filter(|t| **t != 0).and_then(|t| Timestamp::from_second(*t).ok());
    draft.source.captured = draft.source.captured.or(time);
    draft
}

/// Returns the moment that the address of a replayed page names: `/web/20080102030405/`.
fn replay_moment(uri: &str) -> Option<Timestamp> {
    let digits: String = uri.split_once("/web/")?.1.chars().take_while(char::is_ascii_digit).collect();
    record::moment(&digits)
}

/// How many captures of each address a list names.
pub fn captures(list: &List) -> HashMap<&str, u64> {
    let mut out = HashMap::new();
    for line in &list.lines {
        *out.entry(line.key.as_str()).or_default() += 1;
    }
    out
}
