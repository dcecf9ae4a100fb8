//! Listings of a platform's interface that come in pages: what the sources of such platforms share. What a page says is
//! read by the reader of the platform's format; a platform only says where it begins and where it goes on.

use std::collections::HashSet;

use jiff::Timestamp;
use serde_json::{Value, json};
use url::Url;

use super::again::{Again, Others, home};
use super::answers::{self, Made};
use super::walk::{Chain, Walk};
use super::{Batch, Named, Source, Step, Text, explain};
use crate::error::Result;
use crate::http::{Answer, Ask};
use crate::model::{Capture, Draft, Gap, Reason, Site, normalise_url};

/// What one platform does in its own way.
pub(super) struct Platform {
    pub read: fn(&Capture, Option<&Url>) -> Result<Made>,
    /// Returns where a listing goes on, from the address asked, the answer, and how many posts stood in it.
    pub next: fn(&Url, &Capture, usize) -> Option<Url>,
    /// Returns the listing of what changed since a moment, where there is one.
    pub changed: fn(&Url, Timestamp) -> Option<Url>,
    /// Returns why a post is not there though it is listed: it is for those who paid.
    pub closed: fn(&Draft) -> Option<&'static str>,
    pub ask: fn() -> Ask,
    /// Returns where one kept post is asked for, by its names and by where it came from.
    pub alone: fn(&[&str], &Url) -> Option<Url>,
}

/// A blog on such a platform.
pub(super) struct Paged {
    platform: &'static Platform,
    walk: Walk,
    /// Further listings: pages beside posts, comments.
    others: Vec<Url>,
    site: Site,
    seen: HashSet<String>,
    newest: Option<Timestamp>,
    only_names: bool,
}

impl Paged {
    pub fn boxed(platform: &'static Platform, start: Url, others: Vec<Url>, site: Site) -> Option<Box<dyn Source>> {
        let mut walk = Walk::new(start);
        others.iter().cloned().for_each(|url| walk.add(url));
        let (seen, newest) = (HashSet::new(), None);
        Some(Box::new(Paged { platform, walk, others, site, seen, newest, only_names: false }))
    }

    fn home(&self) -> Option<Url> {
        self.site.url.as_deref().and_then(|u| Url::parse(u).ok())
    }

    fn take(&mut self, chain: &Chain, capture: &Capture, made: Made, known: &dyn Fn(&str) -> bool) -> Batch {
        let mut batch =
            Batch { site: made.site, notes: made.notes, gaps: made.gaps, comments: made.comments, ..Batch::default() };
        let rows = made.drafts.len() + batch.comments.len();
        let (mut fresh, mut news) = (batch.comments.len(), 0);
        for draft in made.drafts {
            let Some(name) = draft.url.clone().or_else(|| draft.key.clone()) else { continue };
            if !self.seen.insert(normalise_url(&name)) {
                continue;
            }
            fresh += 1;
            news += usize::from(!known(&name));
            self.newest = self.newest.max(draft.updated.as_ref().and_then(|d| d.instant));
            let published = draft.published.as_ref().map(|d| d.text.clone());
            batch.named.push(Named { name: name.clone(), published, text: Text::Here, ..Named::default() });
            match (self.platform.closed)(&draft) {
                Some(why) => batch.gaps.push(Gap {
                    url: name,
                    what: "post".into(),
                    reason: Reason::Protected,
                    detail: why.into(),
                    post: None,
                }),
                None if !self.only_names => batch.drafts.push(draft),
                None => {}
            }
        }
        let reached = chain.stops && news == 0;
        let on = (self.platform.next)(&chain.url, capture, rows).filter(|_| fresh > 0 && !reached);
        if !on.is_some_and(|url| self.walk.go_on(chain, url)) {
            batch.all = self.walk.end(reached, true);
        }
        batch
    }
}

impl Source for Paged {
    fn site(&self) -> &Site {
        &self.site
    }

    fn at(&self) -> String {
        self.walk.start.to_string()
    }

    fn resume(&mut self, memo: &Value) {
        let mut walk = Walk::new(self.walk.start.clone());
        walk.resume(memo.get("walk").unwrap_or(&Value::Null));
        let done = walk.is_done();
        self.newest = memo.get("newest").and_then(|n| n.as_str()?.parse().ok());
        for url in &self.others {
            walk.look_at(url.clone(), done);
        }
        if let Some(url) = self.newest.filter(|_| done).and_then(|at| (self.platform.changed)(&walk.start, at)) {
            walk.add(url);
        }
        self.walk = walk;
    }

    fn only_names(&mut self) {
        self.only_names = true;
        self.walk = Walk::new(self.walk.start.clone());
        self.others.iter().cloned().for_each(|url| self.walk.add(url));
    }

    fn next(&mut self) -> Option<Step> {
        self.walk.next((self.platform.ask)())
    }

    fn read(&mut self, answer: &Answer, known: &dyn Fn(&str) -> bool) -> Result<Batch> {
        let Some(chain) = self.walk.answered() else { return Ok(Batch::default()) };
        let mut batch = match answer.result() {
            Ok(capture) if capture.status == 304 => return Ok(Batch::default()),
            Ok(capture) => match (self.platform.read)(capture, self.home().as_ref()) {
                Ok(made) => self.take(&chain, capture, made, known),
                Err(error) if self.walk.is_start(&chain) && self.seen.is_empty() => return Err(error),
                // Readers say so of an answer with no post in it, which is how a listing ends.
                Err(_) => Batch { all: self.walk.end(false, true), ..Batch::default() },
            },
            Err(miss) if miss.reason == Reason::NotFound && !self.walk.is_start(&chain) => {
                Batch { all: self.walk.end(false, true), ..Batch::default() }
            }
            Err(miss) => return Err(explain(&chain.url, &miss)),
        };
        batch.memo = Some(json!({"walk": self.walk.memo(), "newest": self.newest.map(|n| n.to_string())}));
        Ok(batch)
    }

    fn covers(&self) -> bool {
        true
    }
}

/// What reads the kept answers of a platform once more.
struct Kept {
    platform: &'static Platform,
    home: Option<Url>,
    reads: fn(&Url) -> bool,
}

impl Again for Kept {
    fn reads(&self, url: &Url) -> bool {
        (self.reads)(url)
    }

    fn alone(&self, names: &[&str], from: &Url) -> Option<Url> {
        (self.platform.alone)(names, from)
    }

    fn read(&self, capture: &Capture, _: &Others) -> Result<Vec<Draft>> {
        let mut drafts = (self.platform.read)(capture, self.home.as_ref())?.drafts;
        drafts.retain(|d| (self.platform.closed)(d).is_none());
        Ok(drafts)
    }
}

pub(super) fn again(platform: &'static Platform, site: &Site, reads: fn(&Url) -> bool) -> Box<dyn Again> {
    Box::new(Kept { platform, home: home(site), reads })
}

/// Reads an answer by the reader of a format.
pub(super) fn by(kind: &'static str, capture: &Capture, site: Option<&Url>) -> Result<Made> {
    answers::read(kind, capture, site)
}

/// Returns the address with a field of its query set.
pub(super) fn with(url: &Url, name: &str, value: &str) -> Url {
    let rest: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(k, _)| k != name)
        .map(|(k, v)| (k.into_owned(), v.into_owned()))
        .chain([(name.to_string(), value.to_string())])
        .collect();
    let mut out = url.clone();
    out.query_pairs_mut().clear().extend_pairs(rest);
    out
}

/// Returns a number of the query.
pub(super) fn number(url: &Url, name: &str) -> Option<u64> {
    url.query_pairs().find(|(k, _)| k == name)?.1.parse().ok()
}

/// Nothing changes that the listing does not show.
pub(super) fn never(_: &Url, _: Timestamp) -> Option<Url> {
    None
}

/// A listing tells of every edit.
pub(super) fn told(_: &[&str], _: &Url) -> Option<Url> {
    None
}

/// What is listed is open.
pub(super) fn open(_: &Draft) -> Option<&'static str> {
    None
}
