//! `import`: what somebody already has, into the archive. Formats are told by content; the file itself is kept beside
//! the posts, less its secrets.

mod media;
mod sort;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use url::Url;

use self::media::{fill, missing};
use self::sort::{gather, is_plain};
use super::fetch::archive_name;
use super::resolve::close;
use super::{names, refine};
use crate::error::{Error, Result};
use crate::event::{Events, Unit};
use crate::import::{Attached, Format, Found, Group, Job, Options, Report};
use crate::input::{self, Named};
use crate::model::{Clock, Digest, Draft, Gap, Media, Post, Reason, Site, normalise_url};
use crate::store::{Archive, Opening, Summary, Writer, archive_names, bag};

/// What to import, and where to.
#[derive(Debug, Clone)]
pub struct ImportRequest {
    /// Files, folders, ZIPs.
    pub paths: Vec<PathBuf>,
    /// The folder of all archives.
    pub archives: PathBuf,
    /// Name of the archive; else that of the site, else the file's own.
    pub name: Option<String>,
    /// What the files do not say themselves.
    pub options: Options,
}

impl ImportRequest {
    pub fn new(paths: Vec<PathBuf>, archives: impl Into<PathBuf>) -> ImportRequest {
        ImportRequest { paths, archives: archives.into(), name: None, options: Options::default() }
    }
}

/// Imports what the paths hold: one summary an archive, in the order in which they came. Files of one blog may be named
/// together in any order. A run that the user stops ends well, with `interrupted` in the summary.
///
/// # Errors
/// [`Error::Input`] when a named path cannot be read or holds no post: nothing is written then, unless posts of
/// other paths were kept before. [`Error::Archive`] and [`Error::Io`] from the store.
pub fn import(request: &ImportRequest, events: &Events, clock: Clock) -> Result<Vec<Summary>> {
    if let Some(name) = request.name.as_deref().filter(|n| !is_plain(n)) {
        return Err(Error::usage(format!("{name:?} is no name for an archive"))
            .with_hint("letters, digits, dots and hyphens make a name, as in --name my-blog"));
    }
    let mut run = Run::new(request, events, clock);
    let mut groups: Vec<(String, Group)> = Vec::new();
    for path in &request.paths {
        if path.is_file() && bag::is_snapshot(path) {
            run.restore(path)?;
            continue;
        }
        gather(input::open(path)?, &mut groups, &mut run.notes)?;
    }
    // Of what lies in one folder or ZIP, a part without posts does not keep the others out.
    let (mut good, mut failed): (HashSet<&str>, Vec<(&str, Error)>) = (HashSet::new(), Vec::new());
    for (name, group) in &groups {
        let end = run.group(name, group);
        match end {
            Ok(()) => {
                good.insert(name);
            }
            Err(error @ Error::Input { .. }) if groups.iter().filter(|(n, _)| n == name).count() > 1 => {
                failed.push((name, error));
            }
            Err(Error::Interrupted) if run.writer.is_none() => return Err(Error::Interrupted),
            Err(Error::Interrupted) => {
                run.end(true)?;
                break;
            }
            // The disk failed: nothing more is written.
            Err(error @ Error::Io { .. }) if run.writer.is_some() => return Err(error),
            Err(error) => {
                run.end(false)?;
                return Err(error);
            }
        }
    }
    for (name, error) in failed {
        if !good.contains(name) {
            run.end(false)?;
            return Err(error);
        }
        let words = error.to_string();
        run.notes.push(words.strip_prefix("cannot read ").unwrap_or(&words).to_string());
    }
    run.end(false)?;
    Ok(run.summaries)
}

/// Drafts refined at a time, on all cores …
const BATCH: usize = 64;
/// … and the bytes of their bodies, so that memory does not grow with long posts.
const BATCH_BYTES: usize = 8 << 20;

/// The largest file that is kept beside posts.
const MAX_FILE: u64 = 512 << 20;

/// The work on one archive after the other.
struct Run<'a> {
    request: &'a ImportRequest,
    events: &'a Events,
    clock: Clock,
    writer: Option<Writer>,
    /// What the writer was opened for: name of the path, address of the site.
    place: Option<(String, Option<String>)>,
    site: Option<Url>,
    drafts: Vec<Draft>,
    bytes: usize,
    /// To be told with the next archive.
    notes: Vec<String>,
    summaries: Vec<Summary>,
}

impl<'a> Run<'a> {
    fn new(request: &'a ImportRequest, events: &'a Events, clock: Clock) -> Run<'a> {
        Run {
            request,
            events,
            clock,
            writer: None,
            place: None,
            site: None,
            drafts: Vec::new(),
            bytes: 0,
            notes: Vec::new(),
            summaries: Vec::new(),
        }
    }

    /// Puts a snapshot back in its place.
    fn restore(&mut self, path: &Path) -> Result<()> {
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
        self.summaries.push(summary);
        Ok(())
    }

    /// Reads a group of streams.
    fn group(&mut self, stem: &str, group: &Group) -> Result<()> {
        let Some(read) = group.format.read else { return Ok(()) };
        let options = self.request.options.clone();
        let job = Job { streams: &group.streams, events: self.events, options };
        let mut site = None;
        let report = read(&job, &mut |found| match found {
            Found::Site(found) => {
                self.open(stem, Some(found.clone()), group)?;
                site = Some(found);
                Ok(())
            }
            Found::Original(stream, digest) => {
                self.open(stem, site.clone(), group)?;
                self.original(stream, &digest, group.format)
            }
            Found::File(file) => {
                self.open(stem, site.clone(), group)?;
                self.file(&file)
            }
            Found::Draft(draft) => {
                self.open(stem, site.clone(), group)?;
                self.draft(*draft)
            }
        });
        let report = match report {
            Ok(report) => report,
            Err(error) => {
                // What was read until then is kept, unless it was the keeping that failed.
                if matches!(error, Error::Interrupted | Error::Input { .. }) {
                    self.flush()?;
                }
                return Err(error);
            }
        };
        self.flush()?;
        for (name, digest) in &report.originals {
            if let Some(stream) = group.streams.iter().find(|s| s.name == *name) {
                self.original(stream, digest, group.format)?;
            }
        }
        self.tell(report);
        Ok(())
    }

    /// Opens the archive that a site or a file belongs to, and closes another one that is open.
    fn open(&mut self, stem: &str, site: Option<Site>, group: &Group) -> Result<()> {
        let place = (stem.to_string(), site.as_ref().and_then(|s| s.url.clone()));
        if self.writer.is_some() && self.place.as_ref() == Some(&place) {
            return Ok(());
        }
        self.flush()?;
        self.place = Some(place);
        let url = site.as_ref().and_then(|s| s.url.as_deref()).and_then(|u| Url::parse(u).ok());
        let name = match (&self.request.name, &url) {
            (Some(name), _) => name.clone(),
            (None, Some(url)) => self.archive_of(url),
            (None, None) => stem.to_string(),
        };
        self.site = url;
        if self.writer.as_ref().is_some_and(|w| w.name() == name) {
            return Ok(());
        }
        self.end(false)?;
        let files: Vec<&str> = group.streams.iter().map(|s| s.name.as_str()).collect();
        let opening = Opening {
            name: name.clone(),
            site: site.unwrap_or_default(),
            command: "import",
            source: files.first().map(|file| (group.format.kind.to_string(), (*file).to_string())),
        };
        self.writer = Some(Writer::open(&self.request.archives.join(&name), opening, self.clock.clone())?);
        Ok(())
    }

    /// Returns the name of the archive that a blog has, or would have.
    fn archive_of(&self, url: &Url) -> String {
        let usual = archive_name(url);
        let root = |name: &str| self.request.archives.join(name);
        let own = normalise_url(url.as_str());
        let same = |name: &String| {
            let site = Archive::open(&root(name)).ok().and_then(|a| a.info.site.url);
            site.is_some_and(|u| normalise_url(&u) == own)
        };
        if root(&usual).exists() {
            return usual;
        }
        let known = archive_names(&self.request.archives).unwrap_or_default();
        known.into_iter().find(same).unwrap_or(usual)
    }

    /// Keeps the imported file.
    fn original(&mut self, stream: &Named, digest: &Digest, format: &Format) -> Result<()> {
        let Some(writer) = &mut self.writer else { return Ok(()) };
        let whole = stream.open()?;
        let mut copy = match format.redact {
            Some(redact) => redact(whole),
            None => whole,
        };
        writer.keep_raw_import(digest, format.extension, &mut copy)
    }

    /// Keeps a file that came with the posts.
    fn file(&mut self, file: &Attached) -> Result<()> {
        let Some(writer) = &mut self.writer else { return Ok(()) };
        let Some(medium) = writer.keep_stream(&|| file.bytes.open(), &file.url, MAX_FILE)? else {
            let detail = format!("larger than {} MiB", MAX_FILE >> 20);
            writer.gap(Gap {
                url: file.url.clone(),
                what: "media".into(),
                reason: Reason::TooLarge,
                detail,
                post: None,
            });
            return Ok(());
        };
        writer.know_media(&Media { url: file.url.clone(), ..medium });
        self.events.done(Unit::Media, 1);
        Ok(())
    }

    fn draft(&mut self, draft: Draft) -> Result<()> {
        self.bytes += draft.body.len();
        self.drafts.push(draft);
        if self.drafts.len() >= BATCH || self.bytes >= BATCH_BYTES { self.flush() } else { Ok(()) }
    }

    /// Refines and keeps the drafts that wait.
    fn flush(&mut self) -> Result<()> {
        let (drafts, site) = (std::mem::take(&mut self.drafts), self.site.clone());
        self.bytes = 0;
        let Some(writer) = &mut self.writer else { return Ok(()) };
        let name = writer.name().to_string();
        let posts: Vec<Post> = drafts.into_par_iter().map(|draft| refine(draft, &name, site.as_ref())).collect();
        let mut posts = posts;
        for post in &mut posts {
            fill(writer, post);
            names::disown(writer, post);
            missing(post).for_each(|gap| writer.gap(gap));
        }
        let (count, comments) = (posts.len() as u64, posts.iter().map(|p| p.comments.len() as u64).sum());
        writer.keep_all(posts)?;
        self.events.done(Unit::Posts, count);
        self.events.done(Unit::Comments, comments);
        Ok(())
    }

    /// Passes on what a reader reports.
    fn tell(&mut self, report: Report) {
        let skipped: Vec<String> = report.skipped.iter().map(|(what, n)| format!("{n} {what}")).collect();
        if !skipped.is_empty() {
            self.notes.push(format!("no posts, left out: {}", skipped.join(", ")));
        }
        self.notes.extend(report.all_notes());
        let Some(writer) = &mut self.writer else { return };
        report.gaps.into_iter().for_each(|gap| writer.gap(gap));
    }

    /// Closes the archive that is open.
    fn end(&mut self, interrupted: bool) -> Result<()> {
        let Some(mut writer) = self.writer.take() else { return Ok(()) };
        for note in self.notes.drain(..) {
            self.events.note(note.clone());
            writer.note(note);
        }
        self.events.phase("closing the archive");
        self.summaries.push(close(writer, interrupted)?);
        Ok(())
    }
}
