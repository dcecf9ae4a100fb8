//! Each way to read a blog, alone: every post once, and the next night almost nothing.

mod feeds;
mod pages;
mod platforms;

use std::collections::BTreeSet;

use mdarchive::event::Events;
use mdarchive::ops::fetch::{FetchRequest, fetch};
use mdarchive::store::Summary;
use tempfile::TempDir;

use crate::fetch::{files, posts, request};
use crate::harness::clock_at;
use crate::harness::pages::Site;
use crate::reextract::nothing_changes;

/// Fetches a site in one way, or in those that fit.
pub fn by(site: &Site, dir: &TempDir, source: &str, at: i64) -> Summary {
    with(site, dir, source, at, |_| ())
}

pub fn with(site: &Site, dir: &TempDir, source: &str, at: i64, change: impl FnOnce(&mut FetchRequest)) -> Summary {
    let mut request = request(&format!("{}/", site.base()), dir);
    request.sources = Some(source).filter(|s| !s.is_empty()).map(str::to_string).into_iter().collect();
    request.media = false;
    change(&mut request);
    fetch(request, &Events::silent(), clock_at(at)).unwrap()
}

/// A front page, with what it says of itself.
pub fn front(site: &Site, head: &str) {
    site.page("/", &format!("<head><title>A blog</title>{head}</head><body>Welcome</body>"));
}

/// The last parts of the addresses of what is kept.
pub fn slugs(dir: &TempDir) -> BTreeSet<String> {
    let slug =
        |u: &str| u.trim_end_matches('/').rsplit('/').next().unwrap_or_default().trim_end_matches(".html").to_string();
    let all = posts(dir);
    let slugs: BTreeSet<String> = all.iter().map(|p| slug(p.url.as_deref().unwrap())).collect();
    assert_eq!(slugs.len(), all.len(), "no post is there twice");
    slugs
}

pub fn set(slugs: &[&str]) -> BTreeSet<String> {
    slugs.iter().map(|s| s.to_string()).collect()
}

/// A run that finds nothing new: few requests, no file changed.
pub fn again(site: &Site, dir: &TempDir, source: &str, at: i64) {
    nothing_changes(dir);
    let before = files(dir);
    site.hits();
    let summary = by(site, dir, source, at);
    let hits = site.hits();
    assert_eq!((summary.new, summary.changed, summary.amended), (0, 0, 0), "{summary:?}");
    assert!(hits.len() <= 10, "{hits:#?}");
    assert_eq!(files(dir), before);
}
