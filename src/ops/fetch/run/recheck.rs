//! Kept posts looked at again, a few a run, each in its turn: edits that no listing tells of.

use std::collections::BTreeMap;

use url::Url;

use super::super::pages::Wanted;
use super::Run;
use super::getting::TOGETHER;
use crate::error::Result;
use crate::http::Ask;
use crate::model::{Draft, Kind, PostId};
use crate::source::{Again, readers};
use crate::store::Entry;

/// Where a kept post is looked at.
enum Place {
    /// On its page.
    Page(Url, Kind),
    /// At the interface that gave it, whose answers this kind of reader reads.
    Interface(Url, String),
}

impl Run<'_> {
    /// Looks at as many kept posts as the user wants.
    pub(super) fn recheck(&mut self) -> Result<()> {
        if self.request.recheck == 0 {
            return Ok(());
        }
        self.events.phase("looking at kept posts again");
        let mut kinds: BTreeMap<String, Vec<Box<dyn Again>>> = BTreeMap::new();
        let site = self.writer.info().site.clone();
        let mut all: Vec<(PostId, Place)> = Vec::new();
        for entry in self.writer.entries().filter(|e| e.gone.is_none()) {
            for source in &entry.sources {
                kinds.entry(source.kind.clone()).or_insert_with(|| readers(&source.kind, &site));
            }
            all.extend(place(&entry, &kinds).map(|place| (entry.id.clone(), place)));
        }
        all.sort_by(|a, b| a.0.cmp(&b.0));
        let after = self.state.rechecked.clone();
        let at = all.iter().position(|(id, _)| after.as_ref().is_none_or(|last| id > last)).unwrap_or(0);
        all.rotate_left(at);
        all.truncate(self.request.recheck);
        self.state.rechecked = all.last().map(|(id, _)| id.clone()).or(after);
        let (mut pages, mut asked) = (Vec::new(), Vec::new());
        for (_, place) in all {
            match place {
                Place::Page(url, kind) => pages.push(Wanted {
                    mark: self.state.seen(url.as_str()).and_then(|s| s.mark.clone()),
                    url,
                    kind: Some(kind),
                    key: None,
                    crawled: true,
                    again: true,
                }),
                Place::Interface(url, kind) => asked.push((url, kind)),
            }
        }
        for part in pages.chunks(TOGETHER) {
            self.pages(part.to_vec())?;
        }
        for part in asked.chunks(TOGETHER) {
            self.interfaces(part, &kinds)?;
        }
        Ok(())
    }

    /// Asks interfaces for single posts, and keeps what they say of them now.
    fn interfaces(&mut self, asked: &[(Url, String)], kinds: &BTreeMap<String, Vec<Box<dyn Again>>>) -> Result<()> {
        let urls = asked.iter().map(|(url, _)| (url.clone(), Ask::json())).collect();
        let mut found: Vec<Vec<Draft>> = asked.iter().map(|_| Vec::new()).collect();
        let writer = &mut self.writer;
        self.web.each(urls, self.events, |url, answer| {
            answer.captures.iter().try_for_each(|c| writer.capture(c))?;
            // What is not had now is looked at again when its turn comes.
            let Ok(capture) = answer.result() else { return Ok(()) };
            for ((_, kind), drafts) in asked.iter().zip(&mut found).filter(|((at, _), _)| *at == url) {
                let mut readers = kinds.get(kind).into_iter().flatten();
                *drafts = readers.find_map(|r| r.read(capture, &|_| None).ok()).unwrap_or_default();
            }
            Ok(())
        })?;
        self.keep(found.into_iter().flatten().collect())
    }
}

/// Returns where a kept post is looked at; none where a listing tells of its edits.
fn place(entry: &Entry, kinds: &BTreeMap<String, Vec<Box<dyn Again>>>) -> Option<Place> {
    let names: Vec<&str> = entry.url.iter().chain(&entry.aliases).map(String::as_str).collect();
    let interface = entry.sources.iter().find_map(|source| {
        let from = Url::parse(&source.uri).ok()?;
        let url = kinds.get(&source.kind)?.iter().find_map(|r| r.alone(&names, &from))?;
        Some(Place::Interface(url, source.kind.clone()))
    });
    let page = || {
        let read = entry.sources.iter().any(|s| matches!(s.kind.as_str(), "page" | "feed"));
        Some(Place::Page(Url::parse(entry.url.as_deref().filter(|_| read)?).ok()?, entry.kind))
    };
    interface.or_else(page)
}
