//! The pages that listings name: got together, read in the order in which they were named, looked at again later.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use super::super::gone;
use super::super::pages::{self, Came, Wanted};
use super::Run;
use crate::error::Result;
use crate::http::Ask;
use crate::model::{Draft, Gap, Gone, Kind, PostId, Reason};
use crate::source::parts;
use crate::store::OpenGap;

/// What a gap calls a further page of a post.
const PART: &str = "part";

/// Pages asked for together.
pub(super) const TOGETHER: usize = 32;

impl Run<'_> {
    /// Gets the pages that wait; with `rest`, all of them, else as long as there are enough to ask for together.
    pub(super) fn get(&mut self, rest: bool) -> Result<()> {
        while self.queue.len() >= TOGETHER || (rest && self.queue.len() > 0) {
            let wanted = self.queue.take(TOGETHER);
            self.pages(wanted)?;
            // Asking took longer than this does, and is what a stopped run would have to do again.
            self.writer.commit()?;
            let memos = self.before.clone().unwrap_or_else(|| self.state.memos.clone());
            let now = std::mem::replace(&mut self.state.memos, memos);
            self.state.save(&mut self.writer)?;
            self.state.memos = now;
        }
        if self.queue.len() == 0 {
            self.before = None;
        }
        Ok(())
    }

    /// Queues the pages of posts that were missing before.
    pub(super) fn retry(&mut self, open: &[OpenGap]) {
        for gap in open.iter().map(|o| &o.gap).filter(|g| g.reason != Reason::Protected) {
            let kind = match gap.what.as_str() {
                "post" => None,
                "page" => Some(Kind::Page),
                PART => None,
                _ => continue,
            };
            let url = Url::parse(&gap.url).ok();
            let url = if gap.what == PART { url.as_ref().and_then(parts::whole) } else { url };
            if let Some(url) = url.filter(|u| matches!(u.scheme(), "http" | "https")) {
                self.queue.push(Wanted { url, kind, key: None, mark: None, crawled: true, again: false });
            }
        }
    }

    /// Asks for pages at once, and keeps the posts on them in the order in which they were named.
    pub(super) fn pages(&mut self, wanted: Vec<Wanted>) -> Result<()> {
        let mut asked: BTreeMap<Url, (usize, Wanted)> = BTreeMap::new();
        let mut urls = Vec::new();
        for (n, one) in wanted.into_iter().enumerate() {
            if !one.crawled || self.permits(&one.url)? {
                let known = self.state.validators(one.url.as_str()).filter(|_| one.again);
                urls.push((one.url.clone(), Ask::page().unless(known)));
                asked.insert(one.url.clone(), (n, one));
            }
        }
        let mut found: BTreeMap<usize, Draft> = BTreeMap::new();
        let mut missing: BTreeMap<usize, Gap> = BTreeMap::new();
        let mut spread: BTreeMap<usize, Vec<Url>> = BTreeMap::new();
        let mut seen: Vec<(Url, Option<String>)> = Vec::new();
        let (writer, state, site, nothing) = (&mut self.writer, &mut self.state, self.site.as_ref(), &mut self.nothing);
        self.web.each(urls, self.events, |url, answer| {
            answer.captures.iter().try_for_each(|c| writer.capture(c))?;
            let Some((n, wanted)) = asked.get(&url) else { return Ok(()) };
            let capture = match answer.result() {
                Ok(capture) => capture,
                Err(miss) => {
                    // What may get better is asked for again in the next run.
                    let passing = [Reason::ServerError, Reason::Timeout, Reason::Unreachable, Reason::Truncated];
                    if !passing.contains(&miss.reason) {
                        seen.push((url, wanted.mark.clone()));
                    }
                    missing.insert(*n, wanted.gap(miss.reason, &miss.detail));
                    return Ok(());
                }
            };
            seen.push((url.clone(), wanted.mark.clone()));
            if capture.status == 304 {
                return Ok(());
            }
            state.validate(url.as_str(), capture);
            match pages::read(wanted, capture, site) {
                Came::Post(draft) => {
                    found.insert(*n, *draft);
                    let further = pages::further(capture);
                    if !further.is_empty() {
                        spread.insert(*n, further);
                    }
                }
                Came::Missing(gap) => {
                    missing.insert(*n, gap);
                }
                Came::Nothing(why) => {
                    nothing.0 += 1;
                    nothing.1.get_or_insert_with(|| format!("{url}: {why}"));
                }
            }
            Ok(())
        })?;
        self.state.note("", None);
        missing.into_values().for_each(|gap| self.miss(gap));
        self.parts(spread, &mut found)?;
        self.keep(found.into_values().collect())?;
        // Read is only what is kept: a run that is stopped before that reads it again.
        seen.iter().for_each(|(url, mark)| self.state.see(url.as_str(), mark.as_ref()));
        Ok(())
    }

    /// Gets the further parts of posts that are spread over several pages, and puts them together. What follows a part
    /// that is not had is left out: a text with a hole would say what its author did not.
    fn parts(&mut self, spread: BTreeMap<usize, Vec<Url>>, found: &mut BTreeMap<usize, Draft>) -> Result<()> {
        if spread.is_empty() {
            return Ok(());
        }
        let mut urls = Vec::new();
        for url in spread.values().flatten() {
            // Nobody sent us there: what robots.txt forbids is told by whoever asks it.
            if self.permits(url)? {
                urls.push((url.clone(), Ask::page()));
            }
        }
        let mut came: BTreeMap<Url, std::result::Result<Draft, Gap>> = BTreeMap::new();
        let writer = &mut self.writer;
        self.web.each(urls, self.events, |url, answer| {
            answer.captures.iter().try_for_each(|c| writer.capture(c))?;
            let gap = |reason, detail: &str| Gap {
                url: url.to_string(),
                what: PART.into(),
                reason,
                detail: detail.into(),
                post: None,
            };
            let part = match answer.result() {
                // Many blogs send to the beginning whoever asks for a part that is not there.
                Ok(capture) if capture.url.path() != url.path() => Err(gap(Reason::NotFound, "it leads elsewhere")),
                Ok(capture) => pages::read_part(capture).ok_or_else(|| gap(Reason::WrongType, "no part of the post")),
                Err(miss) => Err(gap(miss.reason, &miss.detail)),
            };
            came.insert(url, part);
            Ok(())
        })?;
        for (n, urls) in spread {
            let Some(draft) = found.get_mut(&n) else { continue };
            let mut whole = true;
            for url in urls {
                match came.remove(&url) {
                    Some(Ok(part)) if whole => {
                        parts::join(draft, part);
                        self.writer.fill(url.as_str());
                    }
                    Some(Err(gap)) if whole => {
                        whole = false;
                        self.miss(gap);
                    }
                    Some(_) => {}
                    None => whole = false,
                }
            }
        }
        Ok(())
    }

    /// Finds out about posts that the blog no longer lists.
    pub(super) fn gone(&mut self) -> Result<()> {
        let now = self.clock.now();
        for id in gone::back(&self.writer, &self.inventory) {
            self.writer.amend(&id, |p| p.gone = None)?;
        }
        let missed = gone::candidates(&self.writer, &self.inventory, &self.state, now);
        if missed.is_empty() {
            return Ok(());
        }
        self.events.phase("looking for posts that the blog no longer lists");
        let ids: BTreeMap<Url, PostId> = missed.into_iter().map(|(id, url)| (url, id)).collect();
        let urls = ids.keys().map(|url| (url.clone(), Ask::page())).collect();
        let (mut away, mut there) = (BTreeSet::new(), BTreeSet::new());
        let (writer, home) = (&mut self.writer, self.site.as_ref());
        self.web.each(urls, self.events, |url, answer| {
            answer.captures.iter().try_for_each(|c| writer.capture(c))?;
            let Some(id) = ids.get(&url) else { return Ok(()) };
            match answer.result() {
                Err(miss) if miss.reason == Reason::NotFound => away.insert(id.clone()),
                // Many sites send to the front page what is no longer there.
                Ok(capture) if home == Some(&capture.url) && url != capture.url => away.insert(id.clone()),
                Ok(_) => there.insert(id.clone()),
                Err(_) => false,
            };
            Ok(())
        })?;
        for id in &away {
            self.writer.amend(id, |p| match &mut p.gone {
                Some(gone) => gone.confirmed = Some(now),
                none => *none = Some(Gone { first_missed: now, confirmed: None }),
            })?;
        }
        for id in &there {
            self.writer.amend(id, |p| p.gone = None)?;
        }
        self.state.unlisted.extend(there);
        Ok(())
    }

    /// Says what the run did not do.
    pub(super) fn close(&mut self) {
        for gap in self.gate.gaps() {
            self.miss(gap);
        }
        if let (n @ 1.., Some(first)) = &self.nothing {
            let note = match n {
                1 => format!("no post on {first}"),
                n => format!("no post on {n} pages, the first of them {first}"),
            };
            self.note(note);
        }
    }
}
