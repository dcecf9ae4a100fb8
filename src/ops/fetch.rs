//! `fetch`: a blog on the web into the archive. Every answer is kept before anyone interprets it; posts are kept in
//! the order in which the blog lists them, so that a run that was killed is completed to the same bytes.

mod many;
mod scope;
mod state;

use std::net::SocketAddr;
use std::path::PathBuf;

use rayon::prelude::*;
use url::Url;

pub use self::many::{Fetched, fetch_many};
pub use self::scope::Scope;
use self::state::State;
use super::media::{self, Gallery};
use super::resolve::{resolve, tie};
use super::{names, refine};
use crate::error::{Error, Result};
use crate::event::{Events, Unit};
use crate::http::cookies::Cookie;
use crate::http::{Client, Limits, Pending, Web, without_password};
use crate::model::{Capture, Clock, Comment, Gap, Header, Post};
use crate::source::{Batch, Source, find};
use crate::store::{Archive, OpenGap, Opening, Summary, Writer};

/// Requests of a source under way at a time: one is read while the next is on its way.
const AHEAD: usize = 2;

/// What to fetch, and how.
#[derive(Debug, Clone)]
pub struct FetchRequest {
    /// Any address of the blog.
    pub url: Url,
    /// The folder of all archives.
    pub archives: PathBuf,
    /// Name of the archive; else [`archive_name`].
    pub name: Option<String>,
    /// Whether to take pictures and other media along; those left out become gaps.
    pub media: bool,
    /// Whether to ask again for all that is missing, and to read the whole blog again.
    pub retry_gaps: bool,
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
            media: true,
            retry_gaps: false,
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
    let web = web(&request, &clock)?;
    events.phase("looking for the blog");
    let mut first = Vec::new();
    let found = find(&request.url, &mut |url, ask| {
        let answer = web.get(url, ask, events)?;
        first.extend(answer.captures.iter().cloned());
        Ok(answer)
    });
    let source = found?;
    let name = request.name.clone().unwrap_or_else(|| archive_name(&request.url));
    let root = request.archives.join(&name);
    let open = Archive::open(&root).and_then(|a| a.gaps()).unwrap_or_default();
    let opening = Opening {
        name,
        site: source.site().clone(),
        command: "fetch",
        source: Some((source.name().into(), without_password(request.url.as_str()))),
    };
    let writer = Writer::open(&root, opening, clock)?;
    let mut run = Run::new(&request, &web, events, source, writer);
    let end = run.all(&first, &open);
    run.finish(end)
}

fn web(request: &FetchRequest, clock: &Clock) -> Result<Web> {
    let builder = Client::builder().limits(request.limits.clone()).clock(clock.clone());
    let mut builder = builder.contact(request.contact.clone());
    builder = builder.cookies(request.cookies.clone()).headers(request.headers.clone());
    for (host, address) in &request.hosts {
        builder = builder.resolve(host, *address);
    }
    Web::new(builder.seed(&request.url).allow_private(request.allow_private).build()?)
}

/// One run over one blog.
struct Run<'a> {
    request: &'a FetchRequest,
    web: &'a Web,
    events: &'a Events,
    source: Box<dyn Source>,
    writer: Writer,
    site: Option<Url>,
    gallery: Gallery,
    state: State,
    /// An earlier run was broken off.
    resumed: bool,
}

impl<'a> Run<'a> {
    fn new(
        request: &'a FetchRequest,
        web: &'a Web,
        events: &'a Events,
        mut source: Box<dyn Source>,
        writer: Writer,
    ) -> Run<'a> {
        let state = State::load(&writer, request.retry_gaps);
        if let Some(memo) = &state.memo {
            source.resume(memo);
        }
        let site = source.site().url.as_deref().and_then(|u| Url::parse(u).ok());
        let resumed = state.broken_off();
        Run { request, web, events, source, writer, site, gallery: Gallery::default(), state, resumed }
    }

    fn all(&mut self, first: &[Capture], open: &[OpenGap]) -> Result<()> {
        self.events.phase(format!("reading {}", self.writer.name()));
        first.iter().try_for_each(|c| self.writer.capture(c))?;
        // Those of a run that was killed stand in no other place.
        self.state.gaps.iter().for_each(|g| self.writer.gap(g.clone()));
        self.fill_gaps(open)?;
        let mut pending = std::collections::VecDeque::new();
        loop {
            self.ask_ahead(&mut pending);
            let Some(next) = pending.pop_front() else { break };
            let answer = self.web.wait(next, self.events)?;
            answer.captures.iter().try_for_each(|c| self.writer.capture(c))?;
            let writer = &self.writer;
            let batch = self.source.read(&answer, &|key| writer.find(key).is_some())?;
            if let Some(whole) = batch.whole {
                self.state.gaps.retain(|g| g.what != whole);
                open.iter().filter(|g| g.gap.what == whole).for_each(|g| self.writer.fill(&g.gap.url));
            }
            drop(answer);
            self.ask_ahead(&mut pending);
            self.take(batch)?;
            if !pending.is_empty() && self.state.due() {
                self.save()?;
            }
        }
        if self.resumed || self.writer.has_news() {
            self.events.phase("tying posts together");
            resolve(&mut self.writer)?;
        }
        Ok(())
    }

    fn ask_ahead(&mut self, pending: &mut std::collections::VecDeque<Pending>) {
        while pending.len() < AHEAD
            && let Some((url, ask)) = self.source.next()
        {
            pending.push_back(self.web.start(&url, &ask));
        }
    }

    /// Takes in what one answer gave.
    fn take(&mut self, batch: Batch) -> Result<()> {
        if let Some(expected) = batch.expected {
            self.events.total(Unit::Posts, expected);
        }
        for gap in batch.gaps {
            self.state.gaps.push(gap.clone());
            self.writer.gap(gap);
        }
        for note in batch.notes {
            self.events.note(note.clone());
            self.writer.note(note);
        }
        let (name, site) = (self.writer.name().to_string(), self.site.as_ref());
        let posts: Vec<Post> = batch
            .drafts
            .into_par_iter()
            .filter(|d| self.request.scope.takes(d))
            .map(|draft| refine(draft, &name, site))
            .collect();
        self.take_media(&posts)?;
        for mut post in posts {
            self.gallery.fill(&self.writer, &mut post);
            names::disown(&self.writer, &mut post);
            tie(&self.writer, &mut post);
            let comments = post.comments.len() as u64;
            self.writer.keep(post)?;
            self.events.done(Unit::Posts, 1);
            self.events.done(Unit::Comments, comments);
        }
        for (key, comment) in batch.comments {
            self.add_comment(&key, comment)?;
        }
        self.state.note(batch.memo);
        Ok(())
    }

    /// Adds a comment to a kept post that does not have it yet.
    fn add_comment(&mut self, key: &str, comment: Comment) -> Result<()> {
        let Some(entry) = self.writer.find(key) else { return Ok(()) };
        let Some(post) = self.writer.read(&entry.id)? else { return Ok(()) };
        if post.comments.iter().any(|c| c.id == comment.id) {
            return Ok(());
        }
        let incoming = Post { comments: vec![comment], ..post };
        self.writer.keep(incoming)?;
        self.events.done(Unit::Comments, 1);
        Ok(())
    }

    /// Makes durable what came in, then notes how far that was.
    fn save(&mut self) -> Result<()> {
        self.writer.commit()?;
        self.state.save(&mut self.writer)
    }

    fn finish(mut self, end: Result<()>) -> Result<Summary> {
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
        self.save()?;
        self.events.phase("closing the archive");
        let summary = self.writer.finish(interrupted)?;
        Ok(Summary { requests: self.web.requests(), ..summary })
    }
}

impl Run<'_> {
    /// Asks for the media that posts want and that are not kept yet.
    fn take_media(&mut self, posts: &[Post]) -> Result<()> {
        let wanted = self.gallery.wanted(&self.writer, posts);
        self.ask_media(wanted, |_| {})
    }

    /// Asks for media, each with the post that wants it; `found` hears of those that came.
    fn ask_media(&mut self, wanted: Vec<media::Wanted>, found: impl FnMut(&str)) -> Result<()> {
        let web = self.request.media.then_some(self.web);
        let gaps = &mut self.state.gaps;
        let lost = |writer: &mut Writer, gap: Gap| {
            gaps.push(gap.clone());
            writer.gap(gap);
        };
        self.gallery.ask(web, self.events, &mut self.writer, wanted, lost, found)
    }

    /// Asks again for media that are missing: all of them if the user says so, else those that were left out on purpose.
    fn fill_gaps(&mut self, open: &[OpenGap]) -> Result<()> {
        let wanted = media::missing(open, self.request.retry_gaps, self.request.media);
        if wanted.is_empty() {
            return Ok(());
        }
        self.events.phase("asking again for what is missing");
        let mut came = std::collections::BTreeSet::new();
        self.ask_media(wanted, |url| {
            came.insert(url.to_string());
        })?;
        let lacks = |m: &crate::model::Media| m.sha256.is_none() && came.contains(&m.url);
        let ids: Vec<_> = self.writer.entries().filter(|e| e.media.iter().any(lacks)).map(|e| e.id.clone()).collect();
        for id in ids {
            let gallery = &self.gallery;
            let Some(mut post) = self.writer.read(&id)? else { continue };
            gallery.fill(&self.writer, &mut post);
            self.writer.amend(&id, |p| (p.media, p.captions) = (post.media, post.captions))?;
        }
        Ok(())
    }
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
