//! What an import would bring, with nothing written: for `--dry-run` and `--strict`.

use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;
use serde::Serialize;
use url::Url;

use super::sort::{Gathered, Part};
use super::{ImportRequest, place_of};
use crate::error::{Error, Result};
use crate::event::{Events, Unit};
use crate::import::{Found, Job, Report};
use crate::model::{Draft, Gap, Kind, Media, Post, Reason, Site, Status};
use crate::ops::refine;

/// Drafts understood at a time, on all cores.
const BATCH: usize = 64;

/// What one export or folder would bring.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Outlook {
    /// Name of the archive it would come into.
    pub archive: String,
    /// Kind of source, as `--format` names it.
    pub format: String,
    /// What people call it, with its version where the files say one.
    pub name: String,
    pub site: Option<String>,
    pub generator: Option<String>,
    /// The files it was read from.
    pub files: Vec<String>,
    pub posts: u64,
    pub pages: u64,
    /// Posts and pages by the publisher's own state, where it is not `published`.
    pub states: BTreeMap<Status, u64>,
    pub comments: u64,
    pub captions: u64,
    /// Files of media that lie with the posts.
    pub media: u64,
    /// Media that posts name and that do not lie with them.
    pub media_elsewhere: u64,
    /// Local time of the earliest and of the latest post.
    pub from: Option<String>,
    pub to: Option<String>,
    /// What is no post and would be left out.
    pub skipped: BTreeMap<String, u64>,
    /// Personal data that would be left out.
    pub withheld: BTreeMap<&'static str, u64>,
    /// What would be repaired or guessed.
    pub repaired: Vec<String>,
    pub remarks: Vec<String>,
    /// What is missing in the files.
    pub gaps: Vec<Gap>,
    /// Why it cannot be imported at all.
    pub error: Option<String>,
}

impl Outlook {
    /// Returns what `--strict` does not let pass.
    pub fn faults(&self) -> Vec<String> {
        let missing = self.gaps.iter().filter(|g| g.what != "media");
        let missing =
            missing.map(|g| format!("{}: {}", g.url, if g.detail.is_empty() { g.reason.words() } else { &g.detail }));
        self.error.iter().cloned().chain(self.repaired.iter().cloned()).chain(missing).collect()
    }
}

/// A snapshot comes back as it is; what stands in it is told when it is restored.
pub(super) fn of_snapshot(path: &Path) -> Outlook {
    let files = vec![path.display().to_string()];
    Outlook { format: "snapshot".into(), name: "a snapshot of an archive".into(), files, ..Outlook::default() }
}

/// Reads one part as an import does, up to the posts.
///
/// Errors: the user asked to stop; a file cannot be read.
pub(super) fn look(part: &Part, request: &ImportRequest, events: &Events) -> Result<Outlook> {
    let format = part.group.format;
    let mut sight = Sight {
        out: Outlook {
            format: format.kind.to_string(),
            files: part.group.streams.iter().map(|s| s.shown.clone()).collect(),
            ..Outlook::default()
        },
        archive: place_of(request, None, &part.stem),
        ..Sight::default()
    };
    let job = Job { streams: &part.group.streams, events, options: request.options.clone() };
    let Some(read) = format.read else { return Ok(sight.out) };
    let read = read(&job, &mut |found| {
        events.check()?;
        match found {
            Found::Site(site) => sight.site(site, request, &part.stem),
            Found::Original(..) => {}
            Found::File(file) => {
                sight.out.media += 1;
                sight.came.insert(file.url);
            }
            Found::Post(post) => sight.post(&post),
            Found::Draft(draft) => {
                sight.waiting.push(*draft);
                if sight.waiting.len() >= BATCH {
                    sight.flush(events);
                }
            }
        }
        Ok(())
    });
    sight.flush(events);
    let mut report = match read {
        Ok(report) => report,
        Err(error @ Error::Input { .. }) => {
            sight.out.error = Some(error.to_string());
            Report::default()
        }
        Err(error) => return Err(error),
    };
    for (stream, why) in part.group.streams.iter().filter_map(|s| Some((s, s.cut()?))) {
        let (url, what, post) = (stream.name.clone(), "file".into(), None);
        report.gaps.push(Gap { url, what, reason: Reason::Truncated, detail: why, post });
    }
    let mut out = sight.out;
    if out.posts + out.pages == 0 && out.error.is_none() {
        let shown = part.group.streams.first().map(|s| s.shown.as_str()).unwrap_or_default();
        out.error = Some(Error::input(shown, "no post in it").to_string());
    }
    out.archive = sight.archive;
    out.name =
        if report.dialect.is_empty() { format.name.into() } else { format!("{} ({})", format.name, report.dialect) };
    out.remarks = report.all_remarks();
    out.repaired = std::mem::take(&mut report.notes);
    (out.skipped, out.withheld, out.gaps) = (report.skipped, report.withheld, report.gaps);
    Ok(out)
}

/// Refuses what `--strict` does not let pass.
pub(super) fn strict(gathered: &Gathered, request: &ImportRequest, events: &Events) -> Result<()> {
    let mut faults = gathered.notes.clone();
    for part in &gathered.parts {
        faults.extend(look(part, request, events)?.faults());
    }
    let Some(first) = faults.first() else { return Ok(()) };
    faults.iter().for_each(|fault| events.note(fault.clone()));
    let more = if faults.len() > 1 { format!(", and {} more", faults.len() - 1) } else { String::new() };
    let shown = request.paths.first().map(|p| p.display().to_string()).unwrap_or_default();
    let first = first.strip_prefix("cannot read ").unwrap_or(first);
    let own = first.strip_prefix(&format!("{shown}: ")).unwrap_or(first);
    Err(Error::input(shown, format!("not without fault: {own}{more}"))
        .with_hint("nothing was written; without --strict what can be read is taken in, and -v names every fault"))
}

/// What was seen so far.
#[derive(Default)]
struct Sight {
    out: Outlook,
    archive: String,
    base: Option<Url>,
    waiting: Vec<Draft>,
    came: std::collections::HashSet<String>,
    wanted: std::collections::HashSet<String>,
}

impl Sight {
    fn site(&mut self, site: Site, request: &ImportRequest, stem: &str) {
        self.base = site.url.as_deref().and_then(|u| Url::parse(u).ok());
        self.archive = place_of(request, self.base.as_ref(), stem);
        self.out.site = site.url.or(self.out.site.take());
        self.out.generator = site.generator.or(self.out.generator.take());
    }

    fn flush(&mut self, events: &Events) {
        let (name, base) = (&self.archive, self.base.as_ref());
        let posts: Vec<Post> =
            std::mem::take(&mut self.waiting).into_par_iter().map(|d| refine(d, name, base)).collect();
        events.done(Unit::Posts, posts.len() as u64);
        posts.iter().for_each(|post| self.post(post));
    }

    fn post(&mut self, post: &Post) {
        let out = &mut self.out;
        match post.kind {
            Kind::Page => out.pages += 1,
            _ => out.posts += 1,
        }
        if post.status != Status::Published {
            *out.states.entry(post.status).or_default() += 1;
        }
        out.comments += post.comments.len() as u64;
        out.captions += post.captions.len() as u64;
        let elsewhere = |m: &&Media| m.sha256.is_none() && !self.came.contains(&m.url);
        for medium in post.media.iter().filter(elsewhere) {
            if self.wanted.insert(medium.url.clone()) {
                out.media_elsewhere += 1;
            }
        }
        let Some(day) = post.published.as_ref().map(|d| d.text.get(..10).unwrap_or(&d.text).to_string()) else {
            return;
        };
        if out.from.as_ref().is_none_or(|f| day < *f) {
            out.from = Some(day.clone());
        }
        if out.to.as_ref().is_none_or(|t| day > *t) {
            out.to = Some(day);
        }
    }
}
