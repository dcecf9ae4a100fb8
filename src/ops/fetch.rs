//! `fetch`: a blog on the web into the archive. Every answer is kept before anyone interprets it; posts are kept in
//! the order in which the blog lists them, so that a run that was killed is completed to the same bytes.

mod audit;
mod gate;
mod gone;
mod inventory;
mod many;
mod pages;
mod run;
mod scope;
mod state;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use url::Url;

use self::run::Run;
use self::state::State;
use super::media::Manner;
use crate::error::{Error, Result};
use crate::event::Events;
use crate::http::cookies::Cookie;
use crate::http::{Ask, Client, Limits, Web, is_private_host, without_password};
use crate::model::{Capture, Clock, Header, Site};
use crate::source::{Found, List, Reach, Source as _, WAYBACK, WAYS, Way, Wayback, find, names, wayback};
use crate::store::{Archive, Opening, Summary, Writer};

pub use audit::{Audit, Missing, Told, Year, audit};
pub use inventory::{Evidence, Inventory};
pub use many::{Fetched, fetch_many};
pub(super) use pages::reread;
pub use scope::Scope;

/// Between two requests to an archive of the web.
const ARCHIVE_DELAY: Duration = Duration::from_secs(1);

/// What to fetch, and how.
#[derive(Debug, Clone)]
pub struct FetchRequest {
    /// Any address of the blog.
    pub url: Url,
    /// The folder of all archives.
    pub archives: PathBuf,
    /// Name of the archive; else [`archive_name`].
    pub name: Option<String>,
    /// The ways that may be used to read the blog, by name; none = those that fit.
    pub sources: Vec<String>,
    /// Pages to be got, and nothing else.
    pub pages: Vec<Url>,
    /// The blog is gone: it is read out of this archive of the web.
    pub wayback: Option<wayback::Request>,
    /// The archive of the web that is asked for media that are gone.
    pub rescue: Option<Url>,
    /// Whether to take pictures and other media along; those left out become gaps.
    pub media: bool,
    /// Largest medium, in bytes.
    pub max_media: u64,
    /// Whether exchanges of media go into the raw capture; the media are kept in any case.
    pub raw_media: bool,
    /// Whether to ask again for all that is missing, and to read the whole blog again.
    pub retry_gaps: bool,
    /// How many pages of kept posts to look at again.
    pub recheck: usize,
    /// Whether to obey robots.txt where links and sitemaps are followed.
    pub robots: bool,
    /// Whether private addresses may be asked though the blog's own is public.
    pub allow_private: bool,
    /// Made-up host names and where they lead.
    pub hosts: Vec<(String, SocketAddr)>,
    pub limits: Limits,
    /// Which posts are wanted.
    pub scope: Scope,
    /// Where the blog's owner can reach whoever asks.
    pub contact: Option<String>,
    /// Cookies and header fields of the user's own: sent, kept nowhere. The fields go to the blog's origin alone.
    pub cookies: Vec<Cookie>,
    pub headers: Vec<Header>,
}

impl FetchRequest {
    pub fn new(url: Url, archives: impl Into<PathBuf>) -> FetchRequest {
        FetchRequest {
            url,
            archives: archives.into(),
            name: None,
            sources: Vec::new(),
            pages: Vec::new(),
            wayback: None,
            rescue: None,
            media: true,
            max_media: Ask::media().largest,
            raw_media: true,
            retry_gaps: false,
            recheck: 0,
            robots: true,
            allow_private: false,
            hosts: Vec::new(),
            limits: Limits::default(),
            scope: Scope::default(),
            contact: None,
            cookies: Vec::new(),
            headers: Vec::new(),
        }
    }
}

impl FetchRequest {
    /// Returns how media are asked for.
    fn manner(&self) -> Manner {
        let dead = self.wayback.as_ref().map(|w| w.base.clone());
        Manner {
            dead: dead.is_some(),
            archive: dead.or_else(|| self.rescue.clone()),
            largest: self.max_media,
            raw: self.raw_media,
        }
    }
}

/// Returns the name of the archive for a blog: host, port and first folder (`example.com`, `127.0.0.1_8300`,
/// `example.com_blog`).
pub fn archive_name(url: &Url) -> String {
    let mut name = url.host_str().unwrap_or("blog").trim_matches(['[', ']']).replace(':', "_");
    let folder = url.path_segments().and_then(|mut s| s.next()).unwrap_or_default();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    for part in [url.port().map(|p| p.to_string()).unwrap_or_default(), folder.to_string()] {
        if !part.is_empty() && part.len() <= 60 && part.chars().all(plain) {
            name = format!("{name}_{part}");
        }
    }
    name
}

/// Fetches a blog, or what is new of it. A run that the user stops ends well, with `interrupted` in the summary.
///
/// # Errors
/// [`Error::Fetch`] when the blog cannot be read, [`Error::Archive`] and [`Error::Io`] from the store. What was kept
/// until then stays, and the next run goes on from there.
pub fn fetch(request: FetchRequest, events: &Events, clock: Clock) -> Result<Summary> {
    known_sources(&request.sources)?;
    let web = web(&request, &clock)?;
    events.phase("looking for the blog");
    let name = request.name.clone().unwrap_or_else(|| archive_name(&request.url));
    let root = request.archives.join(&name);
    let archive = Archive::open(&root).ok();
    let open = archive.as_ref().and_then(|a| a.gaps().ok()).unwrap_or_default();
    let mut first = Vec::new();
    let cached = |name: &str| archive.as_ref()?.cache_get(name);
    let state = State::load(cached, request.retry_gaps);
    let found = look(&request, &state, &web, events, &mut first)?;
    let (site, way) = match found.first() {
        Some(found) => (found.source.site().clone(), found.way.name),
        None => (Site::default(), "page"),
    };
    let opening =
        Opening { name, site, command: "fetch", source: Some((way.into(), without_password(request.url.as_str()))) };
    let writer = Writer::open(&root, opening, clock.clone())?;
    let mut run = Run::new(&request, &web, events, clock, writer, state);
    let end = run.all(found, &first, &open);
    run.finish(end)
}

/// A way that was found, for those who want to know before they fetch.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Detected {
    pub source: &'static str,
    pub what: &'static str,
    pub at: String,
    /// What `fetch` would do with it.
    pub used: &'static str,
}

/// Finds out how a blog can be read, without reading it.
///
/// # Errors
/// [`Error::Fetch`] when the address gives no page, or nothing was found.
pub fn detect(request: &FetchRequest, events: &Events, clock: &Clock) -> Result<(Site, Vec<Detected>)> {
    known_sources(&request.sources)?;
    let web = web(request, clock)?;
    let found =
        find(&request.url, &request.sources, &BTreeMap::new(), true, &mut |url, ask| web.get(url, ask, events))?;
    let has = |reach: Reach| found.iter().any(|f| f.way.reach == reach);
    let site = found.first().map(|f| f.source.site().clone()).unwrap_or_default();
    let first = found.iter().find(|f| f.way.reach == Reach::All).map(|f| f.way.name);
    let used = |way: &Way| match (first, way.reach) {
        _ if !request.sources.is_empty() => "yes",
        (Some(first), _) => {
            if first == way.name {
                "yes"
            } else {
                "no"
            }
        }
        (None, Reach::Part | Reach::All) => "yes",
        (None, Reach::Links) => "if nothing else names every post",
        (None, Reach::Page) => {
            if has(Reach::Part) || has(Reach::Links) {
                "no"
            } else {
                "yes"
            }
        }
    };
    let row = |f: &Found| Detected { source: f.way.name, what: f.way.what, at: f.source.at(), used: used(f.way) };
    Ok((site, found.iter().map(row).collect()))
}

/// Refuses names of ways that there are not.
///
/// # Errors
/// [`Error::Usage`] with those that there are.
pub fn known_sources(sources: &[String]) -> Result<()> {
    match sources.iter().find(|s| !names().contains(&s.as_str())) {
        Some(wrong) => {
            Err(Error::usage(format!("no source named {wrong}"))
                .with_hint(format!("there are: {}", names().join(", "))))
        }
        None => Ok(()),
    }
}

/// Finds the ways to read the blog: those that served an earlier run, if they still do.
fn look(
    request: &FetchRequest,
    earlier: &State,
    web: &Web,
    events: &Events,
    first: &mut Vec<Capture>,
) -> Result<Vec<Found>> {
    if let (false, Some(way)) = (request.pages.is_empty(), WAYS.iter().find(|w| w.reach == Reach::Page)) {
        let home = request.url.join("/").ok().map(|u| u.to_string());
        let list = List::new(request.pages.clone(), Site { url: home, ..Site::default() });
        return Ok(vec![Found { way, source: Box::new(list) }]);
    }
    if let Some(wanted) = &request.wayback {
        let mut source = Wayback::new(request.url.clone(), wanted.clone());
        if let Some(memo) = earlier.memos.get(WAYBACK.name) {
            source.resume(memo);
        }
        return Ok(vec![Found { way: &WAYBACK, source: Box::new(source) }]);
    }
    let mut ask = |url: &Url, ask: &Ask| {
        let answer = web.get(url, ask, events)?;
        first.extend(answer.captures.iter().cloned());
        Ok(answer)
    };
    let only = if request.sources.is_empty() { &earlier.ways } else { &request.sources };
    let found = find(&request.url, only, &earlier.memos, false, &mut ask);
    match found {
        Err(Error::Fetch { .. }) if request.sources.is_empty() && !only.is_empty() => {
            find(&request.url, &[], &BTreeMap::new(), false, &mut ask)
        }
        found => found,
    }
}

pub(super) fn web(request: &FetchRequest, clock: &Clock) -> Result<Web> {
    let mut limits = request.limits.clone();
    let mut seed = &request.url;
    if let Some(wayback) = &request.wayback {
        seed = &wayback.base;
        // An archive serves everybody: one request a second, and one at a time.
        let own = is_private_host(seed);
        limits.delay = limits.delay.or_else(|| (!own).then_some(ARCHIVE_DELAY));
    }
    let builder = Client::builder().limits(limits).clock(clock.clone());
    let mut builder = builder.contact(request.contact.clone());
    builder = builder.cookies(request.cookies.clone()).headers(request.headers.clone());
    for (host, address) in &request.hosts {
        builder = builder.resolve(host, *address);
    }
    Web::new(builder.seed(seed).allow_private(request.allow_private).build()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archives_are_named_after_host_port_and_first_folder() {
        let name = |u: &str| archive_name(&Url::parse(u).unwrap());
        assert_eq!(name("https://example.com/"), "example.com");
        assert_eq!(name("http://127.0.0.1:8300"), "127.0.0.1_8300");
        assert_eq!(name("https://example.com/blog/2007/04/post.html"), "example.com_blog");
        assert_eq!(name("https://example.com/post.html"), "example.com");
        assert_eq!(name("http://[::1]:80/"), "__1");
        assert_eq!(name("https://example.com/%2e%2e%2fx/"), "example.com");
    }
}
