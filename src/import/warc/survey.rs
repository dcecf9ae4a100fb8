//! The first pass: which captures are pages, what they show, which pictures are here. It knows nothing of posts.

use std::sync::LazyLock;

use rayon::prelude::*;
use regex::Regex;
use url::Url;

use super::index::{Index, key, number};
use super::record::{Extent, Fault, Record, Records};
use super::{Heap, Held, digest_of, http, is_capture, is_html, is_media, payload};
use crate::error::Result;
use crate::extract;
use crate::html;
use crate::import::page::MAX_PAGE;
use crate::import::report::{Job, Report};
use crate::input::{Hashed, Named};
use crate::model::{Digest, Gap, Reason};

/// Goes over one file. Returns its digest.
pub fn survey(
    file: &Named,
    seq: &mut u64,
    index: &mut Index,
    job: &Job,
    report: &mut Report,
) -> Result<Option<Digest>> {
    let (hashed, seen) = Hashed::new(file.open()?);
    let mut records = Records::new(Box::new(hashed));
    let mut heap = Heap::default();
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
            Ok((block, Extent::Whole)) => look_at(heap.add(record, block, *seq), index),
            Ok((_, Extent::Longer)) => report.skip("records larger than a page can be", 1),
            Ok((block, Extent::Cut)) => {
                let (head, at) = http::head(&block);
                let whole = head.is_whole(block.get(at..).unwrap_or_default());
                look_at(heap.add(record, block, *seq), index);
                if !whole {
                    break Some(Fault::Cut("cut within a record".into()));
                }
                // Tools that change line ends on the way make files shorter than they say.
                report.notes.push(format!("{}: the length of its last record is wrong; its page is whole", file.name));
            }
            Err(fault) => break Some(fault),
        }
    };
    look_at(heap.take(), index);
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
            crate::import::feed::whole_digest(file).ok()
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

/// Looks at captures side by side, and notes what they show in their order.
fn look_at(heap: Vec<Held>, index: &mut Index) {
    let seen: Vec<Seen> = heap.into_par_iter().map(look).collect();
    seen.into_iter().for_each(|one| index.note(one));
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
fn look((record, block, seq): Held) -> Seen {
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
