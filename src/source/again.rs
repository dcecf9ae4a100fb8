//! Answers that were kept, read once more by the reader that each way has for its own. Nothing is asked.

use url::Url;

use super::{WAYBACK, WAYS};
use crate::error::Result;
use crate::model::{Capture, Draft, Site};

/// Reads the kept answers of one way.
pub trait Again: Send + Sync {
    /// Returns whether an address is one of those that it reads posts from.
    fn reads(&self, _: &Url) -> bool {
        true
    }

    /// Returns whether the answers at an address say what others refer to.
    fn learns(&self, _: &Url) -> bool {
        false
    }

    /// Takes in what others refer to, in the order in which it came.
    fn learn(&mut self, _: &Capture) {}

    /// Returns where a kept post is asked for once more, by its names and by where it came from; none where a listing
    /// tells of every edit, or where its page is what it came from.
    fn alone(&self, _names: &[&str], _from: &Url) -> Option<Url> {
        None
    }

    /// Returns the posts of an answer; `others` finds what else was kept.
    ///
    /// # Errors
    /// When it is no answer of this way.
    fn read(&self, capture: &Capture, others: &Others) -> Result<Vec<Draft>>;
}

/// Finds the last kept answer of an address that ends so.
pub type Others<'a> = dyn Fn(&str) -> Option<Capture> + 'a;

/// Makes the reader of a way, for a blog.
pub type Reader = fn(&Site) -> Box<dyn Again>;

/// Returns the readers of all ways that give a kind of source.
pub fn readers(kind: &str, site: &Site) -> Vec<Box<dyn Again>> {
    let ways = WAYS.iter().chain([&WAYBACK]).filter(|w| w.gives == kind);
    ways.filter_map(|w| w.again).map(|make| make(site)).collect()
}

/// A reader that needs nothing but the answer and the blog's address.
pub(super) struct Plain {
    pub home: Option<Url>,
    pub reads: fn(&Url) -> bool,
    pub read: fn(&Capture, Option<&Url>) -> Result<Vec<Draft>>,
}

impl Plain {
    pub fn boxed(
        site: &Site,
        reads: fn(&Url) -> bool,
        read: fn(&Capture, Option<&Url>) -> Result<Vec<Draft>>,
    ) -> Box<dyn Again> {
        Box::new(Plain { home: home(site), reads, read })
    }
}

impl Again for Plain {
    fn reads(&self, url: &Url) -> bool {
        (self.reads)(url)
    }

    fn read(&self, capture: &Capture, _: &Others) -> Result<Vec<Draft>> {
        (self.read)(capture, self.home.as_ref())
    }
}

pub(super) fn home(site: &Site) -> Option<Url> {
    site.url.as_deref().and_then(|u| Url::parse(u).ok())
}
