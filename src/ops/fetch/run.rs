//! One run over one blog: its sources one after the other, their drafts and the pages they name into the archive.

mod getting;
mod media;
mod recheck;

use std::collections::{BTreeMap, VecDeque};

use rayon::prelude::*;
use serde_json::Value;
use url::Url;

use self::getting::TOGETHER;
use super::FetchRequest;
use super::gate::Gate;
use super::inventory::Inventory;
use super::pages::{self, Queue, Wanted};
use super::state::State;
use crate::error::{Error, Result};
use crate::event::{Events, Unit};
use crate::http::{Answer, Pending, Web};
use crate::model::{Capture, Clock, Comment, Draft, Field, Gap, Post, Reason};
use crate::ops::media::Gallery;
use crate::ops::resolve::{resolve, tie};
use crate::ops::{names, refine};
use crate::source::{self, Batch, Found, Named, Reach, Source, Way};
use crate::store::{OpenGap, Summary, Writer};

/// Requests of a source under way at a time: one is read while the next is on its way.
const AHEAD: usize = 2;

/// A request of a source, and what has come of it.
enum Asked {
    Waiting(Pending),
    /// It must not be asked.
    Ready(Box<Answer>),
}

pub(super) struct Run<'a> {
    request: &'a FetchRequest,
    web: &'a Web,
    events: &'a Events,
    clock: Clock,
    pub writer: Writer,
    site: Option<Url>,
    gallery: Gallery,
    state: State,
    gate: Gate,
    inventory: Inventory,
    queue: Queue,
    /// How far the sources had come when pages began to wait: a run that ends before they are got says no more.
    before: Option<BTreeMap<String, Value>>,
    /// An earlier run was broken off.
    resumed: bool,
    /// Posts and pages that came with their text in this run.
    came: u64,
    /// Pages that turned out to be no posts, and why the first of them.
    nothing: (u64, Option<String>),
}

impl<'a> Run<'a> {
    pub fn new(
        request: &'a FetchRequest,
        web: &'a Web,
        events: &'a Events,
        clock: Clock,
        writer: Writer,
        state: State,
    ) -> Run<'a> {
        let site = writer.info().site.url.as_deref().and_then(|u| Url::parse(u).ok());
        let resumed = state.broken_off();
        Run {
            request,
            web,
            events,
            clock,
            writer,
            gallery: Gallery::new(request.manner())
                .for_blog(site.as_ref().or(Some(&request.url)), state.guards.clone()),
            site,
            state,
            gate: Gate::new(request.robots),
            inventory: Inventory::default(),
            queue: Queue::default(),
            before: None,
            resumed,
            came: 0,
            nothing: (0, None),
        }
    }

    /// Reads all sources that were found, and gets what they name.
    pub fn all(&mut self, found: Vec<Found>, first: &[Capture], open: &[OpenGap]) -> Result<()> {
        self.events.phase(format!("reading {}", self.writer.name()));
        first.iter().try_for_each(|c| self.writer.capture(c))?;
        // Those of a run that was killed stand in no other place.
        self.state.gaps.iter().for_each(|g| self.writer.gap(g.clone()));
        self.fill_gaps(open)?;
        if self.request.retry_gaps {
            self.retry(open);
        }
        // What the user chose for this run says nothing of the next.
        let chosen = !self.request.sources.is_empty() || !self.request.pages.is_empty();
        if self.state.ways.is_empty() && !chosen {
            self.state.ways = found.iter().map(|f| f.way.name.to_string()).collect();
        }
        let mut todo = VecDeque::from(found);
        let (mut covered, mut failed, mut used) = (false, None, Vec::new());
        while let Some(found) = todo.pop_front() {
            if found.way.reach == Reach::Links && covered && self.request.sources.is_empty() {
                continue;
            }
            used.push(found.way.name.to_string());
            let (before, way) = (self.came, found.way.name);
            let reach = found.way.reach;
            match self.source(found, open) {
                Ok(covers) => {
                    covered |= covers;
                    // An interface that is closed in part: what it does not list, others may.
                    if !covers && reach == Reach::All && todo.is_empty() && self.request.sources.is_empty() {
                        todo.extend(self.beyond(way)?.into_iter().filter(|f| f.way.reach != Reach::All));
                    }
                }
                Err(error @ Error::Fetch { .. }) if self.request.sources.is_empty() => {
                    used.pop();
                    // A way that leads nowhere is left for the others; one that breaks off is no reason to look elsewhere.
                    if self.came > before {
                        return Err(error);
                    }
                    if todo.is_empty() && failed.is_none() && used.is_empty() {
                        todo.extend(self.beyond(way)?);
                    }
                    failed = failed.or(Some(error));
                }
                Err(error) => return Err(error),
            }
        }
        self.get(true)?;
        match failed {
            Some(error) if used.is_empty() => return Err(error),
            Some(error) => self.note(format!("{error}; the blog was read in another way")),
            None => {}
        }
        if let (0, [way], Some(why)) = (self.came, used.as_slice(), &self.nothing.1)
            && way == "page"
            && self.writer.entries().next().is_none()
        {
            return Err(
                Error::fetch(why, "nothing to keep").with_hint("name the front page of a blog, or the page of a post")
            );
        }
        if self.came == 0 && self.writer.entries().next().is_none() && self.state.gaps.is_empty() {
            self.note("no post was found there: the blog is empty, or hides what it has".into());
        }
        if !chosen {
            self.state.ways = used;
        }
        self.recheck()?;
        self.gone()?;
        self.unspoil()?;
        self.close();
        if self.resumed || self.writer.has_news() {
            self.events.phase("tying posts together");
            resolve(&mut self.writer)?;
        }
        self.state.end();
        Ok(())
    }

    /// Looks for other ways than the one that led nowhere.
    fn beyond(&mut self, not: &str) -> Result<Vec<Found>> {
        let others: Vec<String> = source::names().into_iter().filter(|n| *n != not).map(str::to_string).collect();
        let (web, events, writer) = (self.web, self.events, &mut self.writer);
        let found = source::find(&self.request.url, &others, &self.state.memos, false, &mut |url, ask| {
            let answer = web.get(url, ask, events)?;
            answer.captures.iter().try_for_each(|c| writer.capture(c))?;
            Ok(answer)
        });
        match found {
            Ok(found) => Ok(found.into_iter().filter(|f| f.way.reach != Reach::Page).collect()),
            Err(Error::Interrupted) => Err(Error::Interrupted),
            Err(_) => Ok(Vec::new()),
        }
    }

    /// Reads one source to its end; returns whether it names every post there is.
    fn source(&mut self, found: Found, open: &[OpenGap]) -> Result<bool> {
        let (way, mut source) = (found.way, found.source);
        if let Some(memo) = self.state.memos.get(way.name) {
            source.resume(memo);
        }
        for named in source.named() {
            self.name(way, &named);
        }
        let mut pending = VecDeque::new();
        loop {
            self.ask_ahead(way, &mut *source, &mut pending)?;
            let answer = match pending.pop_front() {
                None => break,
                Some(Asked::Waiting(next)) => self.web.wait(next, self.events)?,
                Some(Asked::Ready(answer)) => *answer,
            };
            answer.captures.iter().try_for_each(|c| self.writer.capture(c))?;
            if let Ok(capture) = answer.result() {
                self.state.validate(answer.url.as_str(), capture);
            }
            let (writer, state) = (&self.writer, &self.state);
            let batch = source.read(&answer, &|key| writer.find(key).is_some() || state.seen(key).is_some())?;
            if let Some(whole) = batch.whole {
                self.state.gaps.retain(|g| g.what != whole);
                open.iter().filter(|g| g.gap.what == whole).for_each(|g| self.writer.fill(&g.gap.url));
            }
            drop(answer);
            self.ask_ahead(way, &mut *source, &mut pending)?;
            self.take(way, batch)?;
            if !pending.is_empty() && (self.state.due() || self.queue.len() >= TOGETHER) {
                self.save()?;
            }
        }
        Ok(source.covers())
    }
}

impl Run<'_> {
    fn ask_ahead(&mut self, way: &Way, source: &mut dyn Source, pending: &mut VecDeque<Asked>) -> Result<()> {
        while pending.len() < AHEAD
            && let Some(step) = source.next()
        {
            if way.crawls && !self.permits(&step.url)? {
                let answer = Answer::missed(&step.url, Reason::Refused, "robots.txt forbids it");
                pending.push_back(Asked::Ready(Box::new(answer)));
                continue;
            }
            let known = self.state.validators(step.url.as_str()).filter(|_| step.again);
            pending.push_back(Asked::Waiting(self.web.start(&step.url, &step.ask.unless(known))));
        }
        Ok(())
    }

    fn permits(&mut self, url: &Url) -> Result<bool> {
        let writer = &mut self.writer;
        self.gate.permits(url, self.web, self.events, &mut |c| writer.capture(c))
    }

    /// Takes in what one answer gave.
    fn take(&mut self, way: &'static Way, batch: Batch) -> Result<()> {
        if let Some(expected) = batch.expected {
            self.events.total(Unit::Posts, expected);
        }
        if let Some(site) = batch.site {
            self.site = self.site.take().or_else(|| Url::parse(site.url.as_deref()?).ok());
            self.writer.set_site(site);
        }
        for gap in batch.gaps {
            if gap.reason == Reason::Protected {
                // It stays so: a listing that shows it again has nothing new in it.
                self.state.see(&gap.url, None);
            }
            self.miss(gap);
        }
        batch.notes.into_iter().for_each(|n| self.note(n));
        for draft in &batch.drafts {
            self.inventory.add_draft(way.name, draft);
        }
        self.keep(batch.drafts)?;
        for (key, comment) in batch.comments {
            self.add_comment(way, &key, comment)?;
        }
        for named in &batch.named {
            self.name(way, named);
        }
        if batch.all {
            self.inventory.close(way.name);
        }
        self.state.note(way.name, batch.memo);
        Ok(())
    }

    /// Takes a post into the inventory, and its page among those to be got if it is wanted.
    fn name(&mut self, way: &'static Way, named: &Named) {
        self.inventory.add(way.name, named);
        // What the user names outright is asked for whatever the rules are, and as often as it is named.
        let outright = way.reach == Reach::Page;
        let wanted = if outright {
            Url::parse(&named.name).ok().map(|url| Wanted {
                url,
                kind: None,
                key: None,
                mark: None,
                crawled: false,
                again: true,
            })
        } else {
            pages::wanted(named, true, self.site.as_ref(), &mut self.state, &self.writer)
        };
        if let Some(wanted) = wanted.filter(|w| outright || self.request.scope.takes_address(w.url.as_str())) {
            self.before.get_or_insert_with(|| self.state.memos.clone());
            self.queue.push(wanted);
            self.events.total(Unit::Posts, self.came + self.queue.len() as u64);
        }
    }

    /// Keeps posts, with the media they want.
    fn keep(&mut self, drafts: Vec<Draft>) -> Result<()> {
        let (name, site) = (self.writer.name().to_string(), self.site.as_ref());
        let taken = drafts.into_par_iter().filter(|d| self.request.scope.takes(d));
        let posts: Vec<Post> = taken.map(|draft| refine(draft, &name, site)).collect();
        self.take_media(&posts)?;
        for mut post in posts {
            self.gallery.fill(&self.writer, &mut post);
            names::disown(&self.writer, &mut post);
            self.part(&mut post);
            tie(&self.writer, &mut post);
            let comments = post.comments.len() as u64;
            self.writer.keep(post)?;
            self.came += 1;
            self.events.done(Unit::Posts, 1);
            self.events.done(Unit::Comments, comments);
        }
        Ok(())
    }

    /// Takes away names that a feed gives to several posts: one that is kept under its own address, or whose namesake the
    /// blog shows at another, is a post of its own.
    fn part(&self, post: &mut Post) {
        let Some(url) = post.url.clone().filter(|_| post.sources.iter().all(|s| s.kind == "feed")) else { return };
        let own = self.writer.find(&url).map(|e| e.id);
        post.aliases.retain(|alias| match self.writer.entry(alias) {
            Some(other) if own.is_some() => own.as_ref() == Some(&other.id),
            Some(other) => !other.url.as_deref().is_some_and(|u| self.inventory.names(std::iter::once(u))),
            None => true,
        });
    }

    /// Adds a comment to a kept post that does not have it yet.
    fn add_comment(&mut self, way: &Way, key: &str, comment: Comment) -> Result<()> {
        let Some(entry) = self.writer.find(key) else { return Ok(()) };
        let Some(post) = self.writer.read(&entry.id)? else { return Ok(()) };
        if post.comments.iter().any(|c| c.id == comment.id) {
            return Ok(());
        }
        let mut incoming = Post { comments: vec![comment], ..post };
        let said = || Field { source: way.gives.into(), ..Field::default() };
        incoming.fields.entry("comments".into()).or_insert_with(said);
        self.writer.keep(incoming)?;
        self.events.done(Unit::Comments, 1);
        Ok(())
    }

    fn miss(&mut self, gap: Gap) {
        self.state.gaps.push(gap.clone());
        self.writer.gap(gap);
    }

    fn note(&mut self, note: String) {
        self.events.note(note.clone());
        self.writer.note(note);
    }
}

impl Run<'_> {
    /// Makes durable what came in, then notes how far that was.
    fn save(&mut self) -> Result<()> {
        self.get(true)?;
        self.writer.commit()?;
        self.state.done &= !self.writer.has_news();
        self.state.save(&mut self.writer)
    }

    pub fn finish(mut self, end: Result<()>) -> Result<Summary> {
        if let (Err(_), Some(memos)) = (&end, self.before.take()) {
            // Pages still wait: what the sources said of how far they came does not hold.
            self.state.memos = memos;
        }
        if end.is_err() {
            self.queue = Queue::default();
        }
        let interrupted = match end {
            Ok(()) => false,
            Err(Error::Interrupted) => true,
            // The disk failed: nothing more is written.
            Err(error @ Error::Io { .. }) => return Err(error),
            Err(error) => {
                self.save()?;
                return Err(error);
            }
        };
        let done = self.state.done && !interrupted;
        self.writer.commit()?;
        self.state.done = done;
        self.state.save(&mut self.writer)?;
        self.events.phase("closing the archive");
        let summary = self.writer.finish(interrupted)?;
        Ok(Summary { requests: self.web.requests(), ..summary })
    }
}
