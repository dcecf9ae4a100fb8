//! The answers that posts name as their sources, found in the raw capture and read.

use std::collections::BTreeMap;

use url::Url;

use crate::error::Result;
use crate::event::Events;
use crate::http;
use crate::model::{Digest, Draft, Source};
use crate::ops::fetch::reread;
use crate::source::{Again, readers};
use crate::store::{Archive, Entry, Recorded};

/// What an answer may unpack to, in bytes.
const LARGEST: u64 = 256 << 20;

/// An answer as a source of a post names it: kind, digest of the payload, address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    kind: String,
    sha256: String,
    uri: String,
}

/// All that is kept of an archive's answers, and who reads them.
pub struct Answers {
    recorded: Recorded,
    readers: BTreeMap<String, Vec<Box<dyn Again>>>,
}

impl Answers {
    /// Finds the readers of all kinds of sources that the posts have, and hands them what answers refer to.
    pub fn open(archive: &Archive, entries: &[Entry], events: &Events) -> Result<Answers> {
        events.phase("looking through the raw capture");
        let recorded = Recorded::open(&archive.root)?;
        let mut kinds: Vec<&str> = entries.iter().flat_map(|e| &e.sources).map(|s| s.kind.as_str()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let site = &archive.info.site;
        let mut readers: BTreeMap<String, Vec<Box<dyn Again>>> =
            kinds.into_iter().map(|k| (k.to_string(), readers(k, site))).collect();
        for line in recorded.lines().iter().filter(|l| l.status == 200) {
            let Ok(url) = Url::parse(&line.url) else { continue };
            let mut learners: Vec<_> = readers.values_mut().flatten().filter(|r| r.learns(&url)).collect();
            if learners.is_empty() {
                continue;
            }
            events.check()?;
            let Some(mut capture) = recorded.read(line)? else { continue };
            if http::undo(&mut capture, LARGEST) {
                learners.iter_mut().for_each(|r| r.learn(&capture));
            }
        }
        Ok(Answers { recorded, readers })
    }

    /// Returns where the answer is that a source names, if it is kept and somebody reads its kind.
    pub fn key(&self, source: &Source) -> Option<Key> {
        let read = source.kind == "page" || self.readers.get(&source.kind).is_some_and(|r| !r.is_empty());
        let sha256 = source.sha256.as_ref().filter(|s| read && self.recorded.holds(s))?;
        Some(Key { kind: source.kind.clone(), sha256: sha256.to_string(), uri: source.uri.clone() })
    }

    /// Reads an answer for the posts that name it; one that is damaged, or that its reader refuses, gives none.
    pub fn read(&self, key: &Key, of: &[&Entry], site: Option<&Url>) -> Result<Vec<Draft>> {
        let Some(digest) = Digest::parse(&key.sha256) else { return Ok(Vec::new()) };
        let Some(mut capture) = self.recorded.with(&digest, &key.uri)? else { return Ok(Vec::new()) };
        if !http::undo(&mut capture, LARGEST) {
            return Ok(Vec::new());
        }
        if key.kind == "page" {
            // What a listing said of its kind stands.
            let kind = of.first().map(|e| e.kind);
            let part = |url: &Url| {
                let mut capture = self.recorded.at(url.as_str()).ok()??;
                http::undo(&mut capture, LARGEST).then_some(capture)
            };
            return Ok(reread(&capture, kind, site, &part).into_iter().collect());
        }
        let reader = self.readers.get(&key.kind).into_iter().flatten().find(|r| r.reads(&capture.url));
        let others = |end: &str| {
            let mut capture = self.recorded.ending(end).ok()??;
            http::undo(&mut capture, LARGEST).then_some(capture)
        };
        Ok(reader.and_then(|r| r.read(&capture, &others).ok()).unwrap_or_default())
    }
}
