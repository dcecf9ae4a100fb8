//! Feeds: RSS 0.9x to 2.0, RSS 1.0, Atom 0.3 and 1.0, JSON Feed. A struct that speaks Atom, readers, and the adapter into
//! drafts. A feed met on the web and the same feed in a file go through the same reader.

mod adapt;
mod construct;
mod date;
mod doctype;
mod fields;
mod item;
mod json;
mod xml;

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Cursor;

use url::Url;

use crate::error::{Error, Result};
use crate::event::Unit;
use crate::input::{Hashed, Named};
use crate::model::{Digest, Draft, Gap, Reason, normalise_url};

use super::report::{Found, Job, Report, Sink};
use super::xml::Fault;

pub use adapt::{Origin, draft, markup, permalink};
pub use date::parse as parse_date;
pub use item::{Category, Dialect, Entry, Feed, Link, Medium, Text};
pub(super) use xml::Parser;

/// The longest JSON Feed.
const MAX_JSON: u64 = 64 << 20;

/// Returns whether a document begins like a JSON Feed.
pub fn is_json_feed(head: &str) -> bool {
    head.starts_with('{') && head.replace("\\/", "/").contains("jsonfeed.org/version/")
}

/// Reads a whole feed. `base` is where it was found. What is not well-formed is repaired; entries after a fault that
/// cannot be repaired are missing, and [`Feed::cut`] or [`Feed::repairs`] tell.
///
/// Errors, as words that follow the address: it is no feed.
pub fn parse(bytes: &[u8], base: Option<&Url>) -> std::result::Result<Feed, String> {
    let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    if start.starts_with(b"{") {
        return json::parse(start, base);
    }
    for strict in [true, false] {
        let mut entries = Vec::new();
        let stream = Box::new(Cursor::new(bytes.to_vec()));
        let mut parser = Parser::open(stream, base, strict).map_err(|e| e.to_string())?;
        let fault = loop {
            match parser.next() {
                Ok(Some(entry)) => entries.push(entry),
                Ok(None) => break None,
                Err(fault) => break Some(fault),
            }
        };
        if strict && matches!(fault, Some(Fault::IllFormed { .. } | Fault::Cut { .. })) {
            continue;
        }
        let repairs = parser.repairs();
        let mut feed = Feed { entries, repairs, ..parser.feed };
        match fault {
            None => {}
            Some(Fault::Cut { line }) => feed.cut = Some(line),
            Some(fault) if feed.entries.is_empty() => return Err(words(&fault)),
            Some(fault) => feed.repairs.push(format!("{}; what precedes it was read", words(&fault))),
        }
        return Ok(feed);
    }
    Err("not a feed".into())
}

/// Returns a fault in words.
pub(super) fn words(fault: &Fault) -> String {
    match fault {
        Fault::IllFormed { line, why } => format!("damaged beyond repair in line {line}: {why}"),
        Fault::Refused { line, why } => format!("{why} (line {line})"),
        Fault::Cut { line } => format!("cut short in line {line}"),
        Fault::Io(cause) => cause.to_string(),
    }
}

/// Reads each stream as a feed of its own, an entry at a time.
///
/// Errors: a stream cannot be read; no stream holds an entry.
pub fn read(job: &Job, sink: &mut Sink) -> Result<Report> {
    let mut report = Report::default();
    let mut empty = None;
    for stream in job.streams {
        let look = look(stream, job)?;
        if look.entries == 0 {
            let what =
                if look.comments > 0 { "a feed of comments, and no posts" } else { "a feed with no entries in it" };
            let why = look.fault.as_deref().map_or(what.to_string(), |f| format!("{what} ({f})"));
            report.notes.push(format!("{}: {why}", stream.name));
            empty = empty.or_else(|| {
                let error = Error::input(&stream.shown, why);
                Some(error.with_hint("download the feed again, or give the export of the blog"))
            });
            continue;
        }
        sink(Found::Original(stream, look.digest.clone()))?;
        entries(stream, look, job, sink, &mut report)?;
    }
    match empty {
        Some(error) if report.found == 0 => Err(error),
        _ => Ok(report),
    }
}

/// What a first pass over a stream tells: the feed itself may be described after its entries.
struct Look {
    feed: Feed,
    entries: u64,
    /// Entries that are words of readers.
    comments: u64,
    strict: bool,
    digest: Digest,
    fault: Option<String>,
    line: u64,
    addresses: Addresses,
}

/// How often each address is that of an entry, by its hash: what several entries share is no permalink.
#[derive(Default)]
struct Addresses(HashMap<u64, u32>);

impl Addresses {
    fn hash(url: &str) -> u64 {
        let mut hasher = DefaultHasher::new();
        normalise_url(url).hash(&mut hasher);
        hasher.finish()
    }

    fn add(&mut self, entry: &Entry) {
        if let Some(url) = adapt::permalink(entry) {
            *self.0.entry(Addresses::hash(&url)).or_default() += 1;
        }
    }

    /// Takes an address that is not its own from a draft, which is known by its id then.
    fn settle(&self, draft: &mut Draft, id: String, site: Option<&str>) {
        let shared = |url: &str| {
            self.0.get(&Addresses::hash(url)).is_some_and(|n| *n > 1)
                || site.is_some_and(|s| normalise_url(s) == normalise_url(url))
        };
        if draft.url.as_deref().is_some_and(shared) && !id.is_empty() && draft.url.as_deref() != Some(&id) {
            draft.url = None;
            draft.key = Some(id);
            draft.aliases.retain(|a| !shared(a));
        }
    }
}

fn look(stream: &Named, job: &Job) -> Result<Look> {
    let base = job.options.site.as_ref();
    if super::head::Head::new(&stream.name, stream.head()?).text.starts_with('{') {
        let bytes = stream.read(MAX_JSON)?;
        let feed = json::parse(&bytes, base).map_err(|why| Error::input(&stream.shown, why))?;
        let (entries, comments, digest) = (feed.entries.len() as u64, 0, Digest::of(&bytes));
        let mut addresses = Addresses::default();
        feed.entries.iter().for_each(|e| addresses.add(e));
        return Ok(Look { feed, entries, comments, strict: true, digest, fault: None, line: 0, addresses });
    }
    let mut strict = true;
    loop {
        let (hashed, seen) = Hashed::new(stream.open()?);
        let mut parser = Parser::open(Box::new(hashed), base, strict).map_err(|e| stream.fault(e))?;
        let (mut entries, mut comments, mut addresses) = (0, 0, Addresses::default());
        let fault = loop {
            job.events.check()?;
            match parser.next() {
                Ok(Some(entry)) if adapt::is_comment(&entry) => comments += 1,
                Ok(Some(entry)) => {
                    entries += 1;
                    addresses.add(&entry);
                }
                Ok(None) => break None,
                Err(Fault::Io(cause)) => return Err(stream.fault(cause)),
                Err(fault) => break Some(fault),
            }
        };
        if strict && matches!(fault, Some(Fault::IllFormed { .. } | Fault::Cut { .. })) {
            strict = false;
            continue;
        }
        if let (Some(Fault::Refused { .. }), 0) = (&fault, entries) {
            return Err(Error::input(&stream.shown, fault.as_ref().map(words).unwrap_or_default()));
        }
        let digest = if fault.is_some() { whole_digest(stream)? } else { seen.digest() };
        let line = parser.xml_line();
        return Ok(Look {
            feed: parser.feed,
            entries,
            comments,
            strict,
            digest,
            fault: fault.as_ref().map(words),
            line,
            addresses,
        });
    }
}

/// A reader that gave up, or stopped at the end of the root element, has not seen the whole stream.
pub(super) fn whole_digest(stream: &Named) -> Result<Digest> {
    let (mut hashed, seen) = Hashed::new(stream.open()?);
    std::io::copy(&mut hashed, &mut std::io::sink()).map_err(|e| stream.fault(e))?;
    Ok(seen.digest())
}

/// Hands on the entries of one stream.
fn entries(stream: &Named, look: Look, job: &Job, sink: &mut Sink, report: &mut Report) -> Result<()> {
    let base = job.options.site.as_ref();
    let mut feed = look.feed;
    if feed.site.url.is_none() {
        feed.site.url = base.map(Url::to_string);
    }
    job.events.total(Unit::Posts, look.entries);
    sink(Found::Site(feed.site.clone()))?;
    let mut all = std::mem::take(&mut feed.entries).into_iter();
    let mut parser = match feed.dialect {
        Dialect::Json => None,
        _ => Some(Parser::open(stream.open()?, base, look.strict).map_err(|e| stream.fault(e))?),
    };
    let origin = Origin { kind: "feed", uri: &stream.name, sha256: Some(&look.digest) };
    loop {
        job.events.check()?;
        let entry = match &mut parser {
            None => all.next(),
            // The first pass met the fault too.
            Some(parser) => parser.next().unwrap_or(None),
        };
        let Some(entry) = entry else { break };
        if parser.is_some() && adapt::is_comment(&entry) {
            continue;
        }
        tell(&entry, stream, report);
        report.found += 1;
        let id = entry.id.clone();
        let mut draft = draft(entry, &feed, &origin);
        look.addresses.settle(&mut draft, id, feed.site.url.as_deref());
        sink(Found::Draft(Box::new(draft)))?;
    }
    report.skip("comments of a feed", look.comments);
    report.dialect = feed.name();
    let repairs = parser.map_or(std::mem::take(&mut feed.repairs), |p| p.repairs());
    report.notes.extend(repairs.into_iter().map(|what| format!("{}: {what}", stream.name)));
    if let Some(why) = look.fault {
        report.notes.push(format!("{}: {why}; what precedes it was read", stream.name));
        let reason = if why.starts_with("cut") { Reason::Truncated } else { Reason::Malformed };
        let url = format!("{}#{}", stream.name, look.line);
        report.gaps.push(Gap { url, what: "file".into(), reason, detail: why, post: None });
    }
    if let Some(next) = feed.next().or(feed.prev_archive()) {
        report.remarks.push(format!("{}: older entries are at {next}", stream.name));
    }
    Ok(())
}

/// Says what an entry leaves open: dates nobody can read, a text that is elsewhere.
fn tell(entry: &Entry, stream: &Named, report: &mut Report) {
    for date in &entry.bad_dates {
        report.notes.push(format!("{}: line {}: no date can be read in {date:?}", stream.name, entry.line));
    }
    if let Some(src) = entry.content.as_ref().and_then(|c| c.src.as_deref()) {
        let url = src.to_string();
        let detail = "the feed names the text only by its address".to_string();
        report.gaps.push(Gap { url, what: "post".into(), reason: Reason::NotFetched, detail, post: None });
    }
}
