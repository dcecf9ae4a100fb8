//! The work on one archive after the other.

use std::io;
use std::path::Path;

use rayon::prelude::*;
use serde::Serialize;
use url::Url;

use super::media::{Finder, embedded, missing};
use super::side::{self, One};
use super::sort::Part;
use super::{ImportRequest, Imported, place_of};
use crate::error::{Error, Result};
use crate::event::{Events, Unit};
use crate::import::{Attached, Bytes, Format, Group, Job, Report, counted};
use crate::input::Named;
use crate::model::{Clock, Digest, Draft, Gap, Media, Post, Reason, Site};
use crate::ops::names;
use crate::ops::refine::unhashed;
use crate::ops::resolve::close;
use crate::store::{Opening, Summary, Writer, bag};

/// Drafts refined at a time, on all cores …
const BATCH: usize = 128;
/// … and the bytes of their bodies, so that memory does not grow with long posts.
const BATCH_BYTES: usize = 4 << 20;

/// The largest file that is kept beside posts.
const MAX_FILE: u64 = 512 << 20;

/// Originals larger than this are copied beside the reading.
const LARGE: u64 = 1 << 20;

/// Bytes of files that may wait for the first post.
const MAX_WAITING: usize = 8 << 20;

/// What was read of one export or folder.
#[derive(Debug, Clone, Serialize)]
pub struct Read {
    pub archive: String,
    pub format: &'static str,
    pub dialect: String,
    pub files: Vec<String>,
    pub found: u64,
    /// What is no post and was left out.
    pub skipped: std::collections::BTreeMap<String, u64>,
    /// Personal data that was left out.
    pub withheld: std::collections::BTreeMap<&'static str, u64>,
    pub repaired: Vec<String>,
}

/// The work on one archive after the other.
pub(super) struct Run<'a> {
    request: &'a ImportRequest,
    events: &'a Events,
    clock: Clock,
    writer: Option<Writer>,
    /// What the writer was opened for: name of the path, address of the site.
    place: Option<(String, Option<String>)>,
    site: Option<Url>,
    waiting: Waiting,
    finder: Finder<'a>,
    /// To be told with the next archive.
    notes: Vec<String>,
    done: Imported,
}

/// What waits for the first post that needs it: an archive is begun by a post, and by nothing else.
#[derive(Default)]
struct Waiting {
    site: Option<Site>,
    originals: Vec<(Named, Digest)>,
    files: Vec<Attached>,
    held: usize,
    drafts: Vec<Draft>,
    bytes: usize,
}

impl<'a> Run<'a> {
    pub fn new(request: &'a ImportRequest, events: &'a Events, clock: Clock, notes: Vec<String>) -> Run<'a> {
        Run {
            request,
            events,
            writer: None,
            place: None,
            site: None,
            waiting: Waiting::default(),
            finder: Finder::new(request, events, clock.clone()),
            clock,
            notes,
            done: Imported::default(),
        }
    }

    /// Whether an archive is being written.
    pub fn is_open(&self) -> bool {
        self.writer.is_some()
    }

    pub fn note(&mut self, text: String) {
        self.notes.push(text);
    }

    pub fn done(&mut self, failed: Vec<Error>) -> Imported {
        Imported { failed, ..std::mem::take(&mut self.done) }
    }

    /// Puts a snapshot back in its place.
    pub fn restore(&mut self, path: &Path) -> Result<()> {
        self.events.phase(format!("restoring {}", path.display()));
        let done = bag::restore(path, &self.request.archives, self.request.name.as_deref(), self.events)?;
        let name = done.root.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let (counts, mut summary) = (done.info.counts, Summary { archive: name, ..Summary::default() });
        summary.counts = counts;
        if done.already {
            summary.unchanged = counts.posts + counts.pages;
            summary.notes.push("the same archive is already there; nothing was written".to_string());
        } else {
            (summary.new, summary.media, summary.comments) =
                (counts.posts + counts.pages, counts.media, counts.comments);
            summary.notes.push(format!("{} files restored", done.files));
        }
        self.done.summaries.push(summary);
        Ok(())
    }

    /// Reads what lies together. A fault after the first post is a gap: what was read until then is kept.
    pub fn part(&mut self, part: &Part) -> Result<()> {
        let group = &part.group;
        let Some(read) = group.format.read else { return Ok(()) };
        self.waiting = Waiting::default();
        let job = Job { streams: &group.streams, events: self.events, options: self.request.options.clone() };
        let mut found = 0;
        let report = side::read(read, &job, &mut |one| {
            found += u64::from(matches!(one, One::Draft(_) | One::Post(_)));
            self.found(one, part)
        });
        let report = match report {
            Err(Error::Input { what, why, .. }) if found > 0 => {
                let own = group.streams.iter().find(|s| s.shown == what).map_or(what, |s| s.name.clone());
                let gap = Gap { url: own, what: "file".into(), reason: Reason::Malformed, detail: why, post: None };
                Report::broken_off(found, gap)
            }
            Err(error) => {
                // What was read until then is kept, unless it was the keeping that failed.
                if matches!(error, Error::Interrupted) {
                    self.flush()?;
                }
                return Err(error);
            }
            Ok(report) => report,
        };
        self.flush()?;
        if found == 0 {
            let shown = group.streams.first().map(|s| s.shown.as_str()).unwrap_or_default();
            let seen: Vec<String> = report.skipped.iter().map(|(what, n)| counted(*n, what)).collect();
            let only = if seen.is_empty() { String::new() } else { format!(", only {}", seen.join(", ")) };
            return Err(Error::input(shown, format!("no post in it{only}")));
        }
        self.bring(group)?;
        self.tell(report, group);
        for (stream, why) in group.streams.iter().filter_map(|s| Some((s, s.cut()?))) {
            self.notes.push(format!("{}: {why}; what precedes it was read", stream.name));
            let (url, what, post) = (stream.name.clone(), "file".into(), None);
            self.gap(Gap { url, what, reason: Reason::Truncated, detail: why, post });
        }
        Ok(())
    }

    fn found(&mut self, found: One, part: &Part) -> Result<()> {
        match found {
            One::Site(site) => {
                self.flush()?;
                self.waiting.site = Some(site);
            }
            One::Original(stream, digest) => self.waiting.originals.push((stream, digest)),
            One::File(file) => {
                self.waiting.held += if let Bytes::Held(bytes) = &file.bytes { bytes.len() } else { 0 };
                self.waiting.files.push(file);
                if self.waiting.held > MAX_WAITING {
                    self.open(part)?;
                    self.bring(&part.group)?;
                }
            }
            One::Draft(draft) => {
                self.open(part)?;
                self.bring(&part.group)?;
                self.draft(*draft)?;
            }
            One::Post(post) => {
                self.open(part)?;
                self.bring(&part.group)?;
                self.flush()?;
                let mut post = *post;
                // The bytes of media did not come with it; those that are here are found again by their address.
                post.media.iter_mut().for_each(|m| m.sha256 = None);
                post.captions.iter_mut().for_each(|c| c.media = None);
                self.keep(vec![post])?;
            }
        }
        Ok(())
    }

    /// Opens the archive that a site or a file belongs to, and closes another one that is open.
    fn open(&mut self, part: &Part) -> Result<()> {
        let site = self.waiting.site.as_ref();
        let place = (part.stem.clone(), site.and_then(|s| s.url.clone()));
        if self.writer.is_some() && self.place.as_ref() == Some(&place) {
            return Ok(());
        }
        self.flush()?;
        let site = self.waiting.site.clone();
        let url = site.as_ref().and_then(|s| s.url.as_deref()).and_then(|u| Url::parse(u).ok());
        let name = place_of(self.request, url.as_ref(), &part.stem);
        (self.place, self.site) = (Some(place), url);
        if let Some(writer) = self.writer.as_mut().filter(|w| w.name() == name) {
            if let Some(site) = site {
                writer.set_site(site);
            }
            return Ok(());
        }
        self.end(false)?;
        let first = part.group.streams.first().map(|s| s.name.clone());
        let opening = Opening {
            name: name.clone(),
            site: site.unwrap_or_default(),
            command: "import",
            source: first.map(|file| (part.group.format.kind.to_string(), file)),
        };
        self.writer = Some(Writer::open(&self.request.archives.join(&name), opening, self.clock.clone())?);
        Ok(())
    }

    /// Keeps the originals and files that wait.
    fn bring(&mut self, group: &Group) -> Result<()> {
        self.waiting.held = 0;
        for (stream, digest) in std::mem::take(&mut self.waiting.originals) {
            self.original(&stream, &digest, group.format)?;
        }
        for file in std::mem::take(&mut self.waiting.files) {
            self.file(&file)?;
        }
        Ok(())
    }

    /// Keeps the imported file.
    fn original(&mut self, stream: &Named, digest: &Digest, format: &Format) -> Result<()> {
        let Some(writer) = &mut self.writer else { return Ok(()) };
        let (own, redact) = (stream.clone(), format.redact);
        let open = move || -> Result<Box<dyn io::Read>> {
            let whole = own.open()?;
            Ok(match redact {
                Some(redact) => redact(whole),
                None => whole,
            })
        };
        let extension = format.extension_of(&stream.name);
        if stream.size() >= LARGE {
            return writer.copy_raw_import(digest, extension, Box::new(open));
        }
        writer.keep_raw_import(digest, extension, &mut open()?)
    }

    /// Keeps a file that came with the posts.
    fn file(&mut self, file: &Attached) -> Result<()> {
        let Some(writer) = &mut self.writer else { return Ok(()) };
        let gap = |reason, detail| Gap { url: file.url.clone(), what: "media".into(), reason, detail, post: None };
        match writer.keep_stream(&|| file.bytes.open(), &file.url, MAX_FILE) {
            Ok(Some(medium)) => {
                writer.know_media(&Media { url: file.url.clone(), via: file.via.clone(), ..medium });
                self.events.done(Unit::Media, 1);
            }
            Ok(None) => writer.gap(gap(Reason::TooLarge, format!("larger than {} MiB", MAX_FILE >> 20))),
            Err(Error::Input { why, .. }) => writer.gap(gap(Reason::Malformed, why)),
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn draft(&mut self, mut draft: Draft) -> Result<()> {
        for found in embedded(&mut draft) {
            match found {
                Ok(file) => self.file(&file)?,
                Err(gap) => self.gap(gap),
            }
        }
        self.waiting.bytes += draft.body.len();
        self.waiting.drafts.push(draft);
        let full = self.waiting.drafts.len() >= BATCH || self.waiting.bytes >= BATCH_BYTES;
        if full { self.flush() } else { Ok(()) }
    }

    fn gap(&mut self, gap: Gap) {
        if let Some(writer) = &mut self.writer {
            writer.gap(gap);
        }
    }

    /// Refines and keeps the drafts that wait.
    fn flush(&mut self) -> Result<()> {
        let (drafts, site) = (std::mem::take(&mut self.waiting.drafts), self.site.clone());
        self.waiting.bytes = 0;
        let Some(name) = self.writer.as_ref().map(|w| w.name().to_string()) else { return Ok(()) };
        let posts = drafts.into_par_iter().map(|draft| unhashed(draft, &name, site.as_ref())).collect();
        self.keep(posts)
    }

    fn keep(&mut self, mut posts: Vec<Post>) -> Result<()> {
        let Some(writer) = &mut self.writer else { return Ok(()) };
        self.finder.fetch(writer, &posts)?;
        for post in &mut posts {
            self.finder.fill(writer, post);
            names::disown(writer, post);
            missing(post).filter(|g| !self.finder.missed(&g.url)).for_each(|gap| writer.gap(gap));
        }
        let (count, comments) = (posts.len() as u64, posts.iter().map(|p| p.comments.len() as u64).sum());
        writer.keep_all(posts)?;
        self.events.done(Unit::Posts, count);
        self.events.done(Unit::Comments, comments);
        Ok(())
    }

    /// Passes on what a reader reports.
    fn tell(&mut self, report: Report, group: &Group) {
        let listed = |all: Vec<(&str, u64)>| {
            let all: Vec<String> = all.into_iter().map(|(what, n)| counted(n, what)).collect();
            all.join(", ")
        };
        if !report.skipped.is_empty() {
            let hidden = ["spam", "trash", "approved", "hidden"]
                .iter()
                .any(|h| report.skipped.keys().any(|k| k.contains("comment") && k.contains(h)));
            let how = if hidden { " (--all-comments takes in the comments)" } else { "" };
            let what = listed(report.skipped.iter().map(|(what, n)| (what.as_str(), *n)).collect());
            self.notes.push(format!("no posts, left out: {what}{how}"));
        }
        if !report.withheld.is_empty() {
            let what = listed(report.withheld.iter().map(|(what, n)| (*what, *n)).collect());
            self.notes.push(format!("personal data, left out: {what}"));
        }
        self.notes.extend(report.notes.iter().cloned());
        self.notes.extend(report.all_remarks());
        report.gaps.into_iter().for_each(|gap| self.gap(gap));
        self.done.read.push(Read {
            archive: self.writer.as_ref().map(|w| w.name().to_string()).unwrap_or_default(),
            format: group.format.kind,
            dialect: report.dialect,
            files: group.streams.iter().map(|s| s.shown.clone()).collect(),
            found: report.found,
            skipped: report.skipped,
            withheld: report.withheld,
            repaired: report.notes,
        });
    }

    /// Closes the archive that is open.
    pub fn end(&mut self, interrupted: bool) -> Result<()> {
        let Some(mut writer) = self.writer.take() else { return Ok(()) };
        for note in self.notes.drain(..) {
            self.events.note(note.clone());
            writer.note(note);
        }
        self.events.phase("closing the archive");
        let requests = self.finder.end();
        let summary = close(writer, interrupted)?;
        self.done.summaries.push(Summary { requests, ..summary });
        Ok(())
    }
}
