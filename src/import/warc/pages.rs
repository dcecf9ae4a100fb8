//! The third pass: pages become posts, each version after the ones before it. It must not know how records are packed.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rayon::prelude::*;
use url::Url;

use super::index::{Index, Plan, number};
use super::record::{self, Extent, Record, Records};
use super::{Heap, Held, digest_of, payload};
use crate::error::Result;
use crate::extract;
use crate::import::page::{self, MAX_PAGE, Page, Refused, Shown};
use crate::import::report::{Found, Job, Report, Sink};
use crate::input::Named;
use crate::model::{Digest, Draft};

/// Drafts that wait for older ones, in bytes of their bodies.
const MAX_WAITING: usize = 64 << 20;

/// Reads the pages that the plan names.
pub struct Pages<'a> {
    index: &'a Index,
    plan: Plan,
    pub refused: Refused,
    /// Drafts that wait for older ones, by address and place in time.
    waiting: BTreeMap<(u64, u32), Draft>,
    held: usize,
}

impl<'a> Pages<'a> {
    pub fn new(index: &'a Index, plan: Plan) -> Pages<'a> {
        Pages { index, plan, refused: Refused::default(), waiting: BTreeMap::new(), held: 0 }
    }

    pub fn read(&mut self, files: &[&Named], job: &Job, sink: &mut Sink, report: &mut Report) -> Result<()> {
        let mut seq = 0;
        for file in files {
            let (mut records, mut heap) = (Records::new(file.open()?), Heap::default());
            while let Ok(Some(record)) = records.record() {
                job.events.check()?;
                seq += 1;
                if !self.plan.at_once.contains_key(&seq) && !self.plan.later.contains_key(&seq) {
                    continue;
                }
                let Ok((block, Extent::Whole | Extent::Cut)) = records.block(MAX_PAGE) else { continue };
                self.hand_on(heap.add(record, block, seq), file, sink, report)?;
            }
            self.hand_on(heap.take(), file, sink, report)?;
        }
        self.release(sink)
    }

    /// Reads pages side by side, and hands on their posts in the order of the pages.
    fn hand_on(&mut self, heap: Vec<Held>, file: &Named, sink: &mut Sink, report: &mut Report) -> Result<()> {
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
