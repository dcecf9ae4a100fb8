//! The table of ways to read a blog, and which of them are used together.

use std::collections::BTreeMap;

use serde_json::Value;
use url::Url;

use super::again::Reader;
use super::{
    Asker, Look, Source, archive, blogger, explain, feed, ghost, list, livejournal, sitemap, substack, tumblr, wayback,
    wordpress, wpcom,
};
use crate::error::{Error, Result};
use crate::http::Ask;

/// How much of a blog a way gives, which decides what else is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Every post, with its text: nothing else is asked.
    All,
    /// Some posts, or every post by name only: joined with others of this kind.
    Part,
    /// What links lead to: followed where no other way names every post.
    Links,
    /// The page itself: where there is nothing else.
    Page,
}

/// One way to read a blog: looks at the page the user named, asks further, and returns a source if this way is open.
pub struct Way {
    /// Its name on the command line, in the archive and in messages.
    pub name: &'static str,
    pub what: &'static str,
    pub reach: Reach,
    /// The kind of source that its posts name.
    pub gives: &'static str,
    /// It goes where nobody sent it: robots.txt is obeyed.
    pub crawls: bool,
    pub probe: Probe,
    /// What reads its kept answers once more; none where posts are read from their pages.
    pub again: Option<Reader>,
}

/// Looks whether a way is open.
type Probe = fn(&mut Look) -> Result<Option<Box<dyn Source>>>;

/// In the order in which they are tried.
pub static WAYS: [Way; 11] = [
    Way {
        name: "rest",
        what: "WordPress API",
        reach: Reach::All,
        gives: "rest",
        crawls: false,
        probe: wordpress::probe,
        again: Some(wordpress::again),
    },
    Way {
        name: "wpcom",
        what: "WordPress.com API",
        reach: Reach::All,
        gives: "wpcom",
        crawls: false,
        probe: wpcom::probe,
        again: Some(wpcom::again),
    },
    Way {
        name: "blogger",
        what: "Blogger feeds",
        reach: Reach::All,
        gives: "feed",
        crawls: false,
        probe: blogger::probe,
        again: Some(blogger::again),
    },
    Way {
        name: "ghost",
        what: "Ghost Content API",
        reach: Reach::All,
        gives: "ghost",
        crawls: false,
        probe: ghost::probe,
        again: Some(ghost::again),
    },
    Way {
        name: "substack",
        what: "Substack archive",
        reach: Reach::All,
        gives: "substack",
        crawls: false,
        probe: substack::probe,
        again: Some(substack::again),
    },
    Way {
        name: "tumblr",
        what: "Tumblr API",
        reach: Reach::All,
        gives: "tumblr",
        crawls: false,
        probe: tumblr::probe,
        again: Some(tumblr::again),
    },
    Way {
        name: "livejournal",
        what: "journal calendar",
        reach: Reach::All,
        gives: "page",
        crawls: true,
        probe: livejournal::probe,
        again: None,
    },
    Way {
        name: "feed",
        what: "feed",
        reach: Reach::Part,
        gives: "feed",
        crawls: false,
        probe: feed::probe,
        again: Some(feed::again),
    },
    Way {
        name: "sitemap",
        what: "sitemap",
        reach: Reach::Part,
        gives: "page",
        crawls: true,
        probe: sitemap::probe,
        again: None,
    },
    Way {
        name: "archive",
        what: "archive pages",
        reach: Reach::Links,
        gives: "page",
        crawls: true,
        probe: archive::probe,
        again: None,
    },
    Way {
        name: "page",
        what: "the page itself",
        reach: Reach::Page,
        gives: "page",
        crawls: false,
        probe: list::probe,
        again: None,
    },
];

/// Used where the user asks for it, never looked for: an archive of the web, for blogs that are gone.
pub static WAYBACK: Way = Way {
    name: "wayback",
    what: "archive of the web",
    reach: Reach::All,
    gives: "wayback",
    crawls: false,
    probe: |_| Ok(None),
    again: Some(wayback::again),
};

/// A way that is open, and the source it leads to.
pub struct Found {
    pub way: &'static Way,
    pub source: Box<dyn Source>,
}

/// Returns the names of all ways.
pub fn names() -> Vec<&'static str> {
    WAYS.iter().map(|w| w.name).collect()
}

/// Finds the ways in which a blog can be read, from any address of it; `only` names the ways that may be used, in an empty
/// list all are. `memos` is what earlier runs noted, by way. With `all`, ways that would not be used are looked for too.
///
/// # Errors
/// [`Error::Fetch`] when the address gives no page, or no way to read the blog was found.
pub fn find(
    seed: &Url,
    only: &[String],
    memos: &BTreeMap<String, Value>,
    all: bool,
    ask: &mut Asker,
) -> Result<Vec<Found>> {
    let answer = ask(seed, &Ask::page())?;
    let page = answer.result().map_err(|miss| explain(seed, &miss))?;
    let mut look = Look::new(seed, page, memos, &mut *ask);
    let mut found: Vec<Found> = Vec::new();
    for way in WAYS.iter().filter(|w| only.is_empty() || only.iter().any(|n| n == w.name)) {
        let has = |reach: Reach| found.iter().any(|f| f.way.reach == reach);
        let idle = !all && only.is_empty() && (has(Reach::All) || (way.reach == Reach::Page && !found.is_empty()));
        if !idle && let Some(source) = (way.probe)(&mut look)? {
            found.push(Found { way, source });
        }
    }
    if !found.is_empty() {
        return Ok(found);
    }
    let at = crate::http::without_password(seed.as_str());
    if look.text.contains("type=\"password\"") || look.text.contains("type=password") {
        return Err(Error::fetch(at, "it asks for a name and a password").with_hint(
            "if you may read it, --cookies FILE sends the cookies that your browser exported; an export file can be imported",
        ));
    }
    let tried = WAYS.iter().filter(|w| only.is_empty() || only.iter().any(|n| n == w.name));
    let looked: Vec<&str> = tried.map(|w| w.what).collect();
    let why = format!("no blog found there (looked for: {})", looked.join(", "));
    Err(Error::fetch(at, why).with_hint(
        "name the front page of the blog; if you have an export file of it, `mdarchive import FILE` reads that",
    ))
}
