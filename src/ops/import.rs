//! `import`: what somebody already has, into the archive. Formats are told by content; the file itself is kept beside
//! the posts, less its secrets.

mod media;
mod outlook;
mod run;
mod side;
mod sort;

use std::collections::HashSet;
use std::net::SocketAddr;
use std::path::PathBuf;

use url::Url;

pub use self::outlook::Outlook;
pub use self::run::Read;
use self::run::Run;
use self::sort::{Gathered, is_plain, told};
use super::fetch::archive_name;
use crate::error::{Error, Result};
use crate::event::Events;
use crate::http::Limits;
use crate::import::Options;
use crate::model::{Clock, normalise_url};
use crate::store::{Archive, Summary, archive_names};

/// What to import, and where to.
#[derive(Debug, Clone)]
pub struct ImportRequest {
    /// Files, folders, containers of them.
    pub paths: Vec<PathBuf>,
    /// The folder of all archives.
    pub archives: PathBuf,
    /// Name of the archive; else that of the site, else the file's own.
    pub name: Option<String>,
    /// What the files do not say themselves.
    pub options: Options,
    /// The format of all files, by the kind that [`FORMATS`](crate::import::FORMATS) gives it; else told by content.
    pub format: Option<String>,
    /// Whether a file that must be repaired, or says too little, is refused.
    pub strict: bool,
    /// Whether to ask the web for the media that the files name and do not hold.
    pub media: bool,
    /// Made-up host names and where they lead.
    pub hosts: Vec<(String, SocketAddr)>,
    pub limits: Limits,
}

impl ImportRequest {
    pub fn new(paths: Vec<PathBuf>, archives: impl Into<PathBuf>) -> ImportRequest {
        ImportRequest {
            paths,
            archives: archives.into(),
            name: None,
            options: Options::default(),
            format: None,
            strict: false,
            media: false,
            hosts: Vec::new(),
            limits: Limits::default(),
        }
    }

    fn check(&self) -> Result<()> {
        match self.name.as_deref().filter(|n| !is_plain(n)) {
            Some(name) => Err(Error::usage(format!("{name:?} is no name for an archive"))
                .with_hint("letters, digits, dots and hyphens make a name, as in --name my-blog")),
            None => Ok(()),
        }
    }
}

/// What came of an import.
#[derive(Debug, Default)]
pub struct Imported {
    /// One an archive, in the order in which they came.
    pub summaries: Vec<Summary>,
    /// What was read, one an export or folder.
    pub read: Vec<Read>,
    /// What could not be read, where other paths could.
    pub failed: Vec<Error>,
}

/// Says what an import would bring: one outlook an export or folder. Nothing is written.
///
/// # Errors
/// [`Error::Input`] when none of the paths can be read.
pub fn look(request: &ImportRequest, events: &Events) -> Result<(Vec<Outlook>, Vec<Error>)> {
    request.check()?;
    let mut gathered = Gathered::of(request)?;
    let mut out: Vec<Outlook> = gathered.snapshots.iter().map(|path| outlook::of_snapshot(path)).collect();
    for part in &gathered.parts {
        events.phase(format!("looking at {}", part.group.format.name));
        out.push(outlook::look(part, request, events)?);
    }
    if let Some(first) = out.first_mut() {
        first.remarks.append(&mut gathered.notes);
    }
    match gathered.failed.pop() {
        Some(error) if out.is_empty() => Err(error),
        last => {
            gathered.failed.extend(last);
            Ok((out, gathered.failed))
        }
    }
}

/// Imports what the paths hold. Files of one blog may be named together in any order; one of several that cannot be
/// read does not keep the others out. A run that the user stops ends well, with `interrupted` in the summary.
///
/// # Errors
/// [`Error::Input`] when no path can be read or holds a post, and with `strict` when any is not without fault: nothing
/// is written then. [`Error::Archive`] and [`Error::Io`] from the store.
pub fn import(request: &ImportRequest, events: &Events, clock: Clock) -> Result<Imported> {
    request.check()?;
    let mut gathered = Gathered::of(request)?;
    if request.strict {
        if let Some(error) = gathered.failed.pop() {
            return Err(error);
        }
        outlook::strict(&gathered, request, events)?;
    }
    let mut run = Run::new(request, events, clock, std::mem::take(&mut gathered.notes));
    gathered.snapshots.iter().try_for_each(|path| run.restore(path))?;
    // Of what lies in one folder or container, a part without posts does not keep the others out.
    let (mut good, mut bad): (HashSet<usize>, Vec<(usize, Error)>) = (HashSet::new(), Vec::new());
    for part in &gathered.parts {
        match run.part(part) {
            Ok(()) => {
                good.insert(part.place);
            }
            Err(error @ Error::Input { .. }) => bad.push((part.place, error)),
            Err(Error::Interrupted) if !run.is_open() => return Err(Error::Interrupted),
            Err(Error::Interrupted) => return run.end(true).map(|()| run.done(gathered.failed)),
            // The disk failed: nothing more is written.
            Err(error @ Error::Io { .. }) if run.is_open() => return Err(error),
            Err(error) => {
                run.end(false)?;
                return Err(error);
            }
        }
    }
    for (place, error) in bad {
        match good.contains(&place) {
            true => run.note(told(&error)),
            false => gathered.failed.push(error),
        }
    }
    run.end(false)?;
    let mut done = run.done(gathered.failed);
    match done.failed.pop() {
        Some(error) if done.summaries.is_empty() => Err(error),
        last => {
            done.failed.extend(last);
            Ok(done)
        }
    }
}

/// Returns the name of the archive that a blog has, or would have; `stem` names it where no site is known.
fn place_of(request: &ImportRequest, site: Option<&Url>, stem: &str) -> String {
    let Some(url) = site.filter(|_| request.name.is_none()) else {
        return request.name.clone().unwrap_or_else(|| stem.to_string());
    };
    let usual = archive_name(url);
    let root = |name: &str| request.archives.join(name);
    let own = normalise_url(url.as_str());
    let same = |name: &String| {
        let site = Archive::open(&root(name)).ok().and_then(|a| a.info.site.url);
        site.is_some_and(|u| normalise_url(&u) == own)
    };
    if root(&usual).exists() {
        return usual;
    }
    let known = archive_names(&request.archives).unwrap_or_default();
    known.into_iter().find(same).unwrap_or(usual)
}
