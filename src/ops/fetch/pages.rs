//! Pages of posts: what is to be got of those a listing names, and what a page that came turns out to be.

use std::collections::{BTreeSet, VecDeque};

use url::Url;

use crate::extract;
use crate::html;
use crate::import::page::{Page, Shown};
use crate::model::{Capture, Draft, Gap, Kind, Reason, normalise_url};
use crate::source::{Named, Text, parts};
use crate::store::{Entry, Writer};

use super::state::State;

/// A page to be got.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub url: Url,
    pub kind: Option<Kind>,
    /// Its key on the platform, where the listing told it.
    pub key: Option<String>,
    pub mark: Option<String>,
    /// Nobody sent us there: robots.txt is asked.
    pub crawled: bool,
    /// It was read before, and is looked at again.
    pub again: bool,
}

impl Wanted {
    pub fn gap(&self, reason: Reason, detail: &str) -> Gap {
        let what = if self.kind == Some(Kind::Page) { "page" } else { "post" };
        Gap { url: self.url.to_string(), what: what.into(), reason, detail: detail.into(), post: None }
    }
}

/// The pages that wait to be got, in the order in which they were named.
#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: VecDeque<Wanted>,
    queued: BTreeSet<String>,
}

impl Queue {
    pub fn push(&mut self, wanted: Wanted) {
        if self.queued.insert(normalise_url(wanted.url.as_str())) {
            self.waiting.push_back(wanted);
        }
    }

    pub fn take(&mut self, most: usize) -> Vec<Wanted> {
        self.waiting.drain(..most.min(self.waiting.len())).collect()
    }

    pub fn len(&self) -> usize {
        self.waiting.len()
    }
}

/// Kinds of sources that give less than a page does.
const LESS: [&str; 3] = ["feed", "index", "excerpt"];

/// Returns what is to be got of a post that a listing names; notes what the listing says of those that are kept.
pub(super) fn wanted(
    named: &Named,
    crawled: bool,
    site: Option<&Url>,
    state: &mut State,
    writer: &Writer,
) -> Option<Wanted> {
    let url = Url::parse(&named.name).ok().filter(|u| is_inside(u, site))?;
    let kept = writer.entry(&named.name);
    let seen = state.seen(&named.name).cloned();
    let read = |e: &Entry| e.sources.iter().any(|s| !LESS.contains(&s.kind.as_str()));
    let (get, again) = match (named.text, kept, &seen) {
        (Text::Here, ..) => (false, false),
        (Text::Cut, Some(entry), _) => (!read(&entry) && seen.is_none(), false),
        // A hint of change, where it can be compared with what was said before.
        (_, Some(_), Some(seen)) => (named.mark.is_some() && seen.mark != named.mark, true),
        (Text::OnItsPage, Some(_), None) => {
            state.see(&named.name, named.mark.as_ref());
            (false, false)
        }
        (_, None, Some(seen)) => (named.mark.is_some() && seen.mark != named.mark, true),
        (_, None, None) => (true, false),
    };
    get.then(|| Wanted { url, kind: named.kind, key: named.key.clone(), mark: named.mark.clone(), crawled, again })
}

/// A listing speaks for its own blog: links of a feed may lead anywhere.
fn is_inside(url: &Url, site: Option<&Url>) -> bool {
    let host = |u: &Url| u.host_str().map(|h| h.trim_start_matches("www.").to_string());
    matches!(url.scheme(), "http" | "https") && site.is_none_or(|s| host(s) == host(url))
}

/// What came of asking for a page.
#[derive(Debug)]
pub(super) enum Came {
    Post(Box<Draft>),
    /// A page of the blog that is no post, and why.
    Nothing(String),
    Missing(Gap),
}

/// Reads a page as the post it should be.
pub(super) fn read(wanted: &Wanted, capture: &Capture, site: Option<&Url>) -> Came {
    let gap = |reason, detail: &str| Came::Missing(wanted.gap(reason, detail));
    let same = |a: &Url, b: &Url| normalise_url(a.as_str()) == normalise_url(b.as_str());
    if site.is_some_and(|home| same(home, &capture.url) && !same(home, &wanted.url)) {
        return gap(Reason::NotFound, "it leads to the front page");
    }
    if !matches!(capture.media_type().as_str(), "text/html" | "application/xhtml+xml" | "text/plain" | "") {
        return Came::Nothing(format!("no page but {}", capture.media_type()));
    }
    let text = extract::decode(capture.payload(), capture.header("content-type")).text;
    let sha256 = capture.digest();
    let (url, uri) = (Some(&capture.url), capture.url.as_str());
    let page = Page { text: &text, url, kind: "page", uri, sha256: &sha256, captured: None };
    match page.read() {
        Ok(Shown { wants: Some(wants), .. }) => gap(Reason::Protected, wants),
        Ok(Shown { mut drafts, .. }) if drafts.len() == 1 => {
            let mut draft = drafts.remove(0);
            if !same(&wanted.url, &capture.url) {
                draft.aliases.push(wanted.url.to_string());
            }
            draft.aliases.extend(wanted.key.clone());
            if is_empty(&draft) {
                return Came::Nothing("neither text nor picture on it".into());
            }
            draft.kind = wanted.kind.unwrap_or(draft.kind);
            Came::Post(Box::new(draft))
        }
        Ok(several) => Came::Nothing(format!("a page that lists {} posts", several.drafts.len())),
        Err(why) => Came::Nothing(why),
    }
}

/// Reads the kept page of a post once more; `kind` is what it was found to be.
/// `part` finds the page of a further part.
pub(in crate::ops) fn reread(
    capture: &Capture,
    kind: Option<Kind>,
    site: Option<&Url>,
    part: &dyn Fn(&Url) -> Option<Capture>,
) -> Option<Draft> {
    let wanted = Wanted { url: capture.url.clone(), kind, key: None, mark: None, crawled: true, again: true };
    let Came::Post(mut draft) = read(&wanted, capture, site) else { return None };
    for url in further(capture) {
        let Some(part) = part(&url).and_then(|capture| read_part(&capture)) else { break };
        parts::join(&mut draft, part);
    }
    Some(*draft)
}

/// Returns the addresses of the further parts of the post on a page.
pub(super) fn further(capture: &Capture) -> Vec<Url> {
    let text = extract::decode(capture.payload(), capture.header("content-type")).text;
    parts::further(&text, &capture.url)
}

/// Reads the page of a further part.
pub(super) fn read_part(capture: &Capture) -> Option<Draft> {
    let text = extract::decode(capture.payload(), capture.header("content-type")).text;
    let (url, sha256) = (&capture.url, capture.digest());
    let page = Page { text: &text, url: Some(url), kind: "page", uri: url.as_str(), sha256: &sha256, captured: None };
    page.read().ok().filter(|s| s.drafts.len() == 1 && s.wants.is_none())?.drafts.pop()
}

/// A page without date, text or picture is the frame of something else.
fn is_empty(draft: &Draft) -> bool {
    let shown = ["<img", "<video", "<audio", "<iframe", "<embed", "<object"];
    draft.published.is_none()
        && !shown.iter().any(|s| draft.body.contains(s))
        && html::plain_text(&draft.body).is_empty()
}
