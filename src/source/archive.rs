//! Archive pages: the front page, "older posts" and the months behind it, as a reader would turn them. They give names
//! only; the texts are on the pages of the posts.

mod address;
mod listing;

use std::collections::HashSet;

use serde_json::Value;
use url::Url;

use self::listing::Listing;
use super::walk::{Chain, Walk};
use super::{Batch, Look, Named, Source, Step, explain};
use crate::error::Result;
use crate::extract;
use crate::http::{Answer, Ask};
use crate::model::{Capture, Kind, Reason, Site, normalise_url};

/// Further lists followed from one blog: months of a century.
const MOST_LISTS: usize = 1_500;

/// So many pages may lead to lists without having posts of their own: an index of years.
const FREE: u32 = 20;

/// A blog read by following its links.
pub(super) struct Archive {
    walk: Walk,
    site: Site,
    seen: HashSet<String>,
    /// Months, years and other lists that were met, to be followed if "older posts" leads nowhere.
    lists: Vec<Url>,
    /// Pages of posts that led on to older ones.
    turned: u32,
    /// Whether "older posts" led on from the front page; known at its end.
    turns: Option<bool>,
    /// A second page was looked for though none was linked.
    guessed: Option<Url>,
    wordpress: bool,
}

/// Any page with links to posts on it will do.
pub(super) fn probe(look: &mut Look) -> Result<Option<Box<dyn Source>>> {
    let listing = Listing::read(&look.text, &look.page.url);
    if listing.posts.is_empty() && listing.older.is_none() && listing.lists.is_empty() {
        return Ok(None);
    }
    let wordpress = !look.made_by_another("wordpress");
    Ok(Some(Box::new(Archive {
        walk: Walk::new(look.page.url.clone()),
        site: look.site.clone(),
        seen: HashSet::new(),
        lists: Vec::new(),
        turned: 0,
        turns: None,
        guessed: None,
        wordpress,
    })))
}

impl Archive {
    fn take(&mut self, chain: &Chain, capture: &Capture, known: &dyn Fn(&str) -> bool) -> Batch {
        let mut batch = Batch::default();
        let start = self.walk.is_start(chain);
        let text = extract::decode(capture.payload(), capture.header("content-type")).text;
        let listing = Listing::read(&text, &capture.url);
        let (mut fresh, mut news) = (0, 0);
        let pages = listing.pages.into_iter().filter(|_| start).map(|u| (u, Some(Kind::Page)));
        for (url, kind) in listing.posts.into_iter().map(|u| (u, None)).chain(pages) {
            let own = normalise_url(url.as_str()) == normalise_url(self.walk.start.as_str());
            if own || !self.seen.insert(normalise_url(url.as_str())) {
                continue;
            }
            fresh += usize::from(kind.is_none());
            news += usize::from(kind.is_none() && !known(url.as_str()));
            batch.named.push(Named { kind, ..Named::at(url) });
        }
        let reached = chain.stops && news == 0;
        // What stands on a page without posts leads to more such pages: a calendar has no end.
        if fresh > 0 || self.walk.pages <= FREE {
            self.lists.extend(listing.lists.into_iter().take(MOST_LISTS.saturating_sub(self.lists.len())));
        }
        let on = listing.older.or_else(|| self.guess(capture, fresh)).filter(|_| fresh > 0 && !reached);
        if on.is_some_and(|url| self.walk.go_on(chain, url)) {
            self.turned += 1;
            return batch;
        }
        self.end(reached, &mut batch);
        batch
    }

    /// At the end of "older posts". Where there was none, the lists are followed.
    fn end(&mut self, reached: bool, batch: &mut Batch) {
        self.turns = self.turns.or(Some(self.turned > 0));
        if !reached && self.turns == Some(false) {
            std::mem::take(&mut self.lists).into_iter().for_each(|url| self.walk.add(url));
        }
        batch.all = self.walk.end(reached, !self.seen.is_empty());
    }

    /// Designs with "load more" have the pages of WordPress all the same.
    fn guess(&mut self, capture: &Capture, posts: usize) -> Option<Url> {
        let first = self.walk.pages == 1 && self.wordpress && posts > 4 && self.guessed.is_none();
        let url = first.then(|| capture.url.join("page/2/").ok()).flatten()?;
        self.guessed = Some(url.clone());
        Some(url)
    }
}

impl Source for Archive {
    fn site(&self) -> &Site {
        &self.site
    }

    fn at(&self) -> String {
        self.walk.start.to_string()
    }

    fn resume(&mut self, memo: &Value) {
        self.walk.resume(memo);
    }

    fn only_names(&mut self) {
        self.walk = Walk::new(self.walk.start.clone());
    }

    fn next(&mut self) -> Option<Step> {
        self.walk.next(Ask::page())
    }

    fn read(&mut self, answer: &Answer, known: &dyn Fn(&str) -> bool) -> Result<Batch> {
        let Some(chain) = self.walk.answered() else { return Ok(Batch::default()) };
        let mut batch = match answer.result() {
            Ok(capture) if capture.status == 304 => return Ok(Batch::default()),
            Ok(capture) => self.take(&chain, capture, known),
            Err(miss) if self.walk.is_start(&chain) => return Err(explain(&chain.url, &miss)),
            Err(miss) => {
                let mut batch = Batch::default();
                let guess = self.guessed.as_ref() == Some(&chain.url);
                if guess {
                    self.turned = 0;
                } else if !matches!(miss.reason, Reason::NotFound) {
                    batch.notes.push(format!("{}: {} ({})", chain.url, miss.reason.words(), miss.detail));
                }
                self.end(false, &mut batch);
                batch
            }
        };
        batch.memo = self.walk.memo();
        Ok(batch)
    }

    fn covers(&self) -> bool {
        self.walk.covers()
    }
}
