//! Sitemaps: every address the publisher lists, whatever made the blog. They give names only; the texts are on the pages.

use std::collections::{HashSet, VecDeque};

use serde_json::{Value, json};
use url::Url;

use super::{Batch, Look, Named, Source, Step, explain};
use crate::error::{Error, Result};
use crate::http::{Answer, Ask};
use crate::import::feed;
use crate::import::sitemap::{self, Place, Sitemap};
use crate::model::{Kind, Site, normalise_url};

/// Where sitemaps are that robots.txt does not name.
const USUAL: [&str; 5] = ["/sitemap.xml", "/sitemap_index.xml", "/wp-sitemap.xml", "/sitemap.xml.gz", "/sitemap.txt"];

/// Sitemaps of one blog, indexes in indexes included.
const MOST_MAPS: usize = 2_000;

/// Parts of an index that are asked for when the blog is looked at again and nobody says which of them changed.
const AGAIN: usize = 5;

/// Sitemaps of an index that list no posts, by words in their names (WordPress, and the plugins Yoast, Rank Math and
/// All in One).
const OTHERS: [&str; 10] = [
    "taxonomies",
    "users",
    "category-sitemap",
    "post_tag-sitemap",
    "tag-sitemap",
    "author-sitemap",
    "author-archive",
    "date-archive",
    "post_format",
    "sitemap-tax-",
];

/// Sitemaps that list pages of the blog, not posts.
const PAGES: [&str; 3] = ["posts-page-", "page-sitemap", "sitemap-pages"];

/// Names of folders whose pages list posts.
const LISTS: [&str; 13] = [
    "tag",
    "tags",
    "category",
    "categories",
    "author",
    "authors",
    "archive",
    "archives",
    "page",
    "feed",
    "search",
    "label",
    "rss",
];

/// Endings of what is no page.
const FILES: [&str; 17] = [
    ".jpg", ".jpeg", ".png", ".gif", ".webp", ".svg", ".pdf", ".mp3", ".mp4", ".zip", ".xml", ".json", ".css", ".js",
    ".txt", ".ico", ".gz",
];

/// A sitemap and those it leads to.
pub(super) struct SitemapSource {
    start: Vec<Url>,
    site: Site,
    queue: VecDeque<Url>,
    asked: VecDeque<Url>,
    visited: HashSet<Url>,
    /// `lastmod` of the sitemaps of an index when they were read last.
    marks: serde_json::Map<String, Value>,
    /// Those that lead to others: asked for in any case, since what they lead to may change without them.
    indexes: HashSet<String>,
    /// Those that were not read because nothing changed in them. If another changed, they are read all the same, so that
    /// what is missing can be told from what is elsewhere.
    unchanged: Vec<Url>,
    changed: bool,
    seen: HashSet<String>,
    again: bool,
    /// Every sitemap was read in this run.
    whole: bool,
    named: bool,
    first: bool,
}

/// Looks for sitemaps: the page itself, those robots.txt names, where they usually are.
pub(super) fn probe(look: &mut Look) -> Result<Option<Box<dyn Source>>> {
    let made = |start: Vec<Url>, look: &Look| -> Option<Box<dyn Source>> {
        (!start.is_empty()).then(|| Box::new(SitemapSource::new(start, look.site.clone())) as Box<dyn Source>)
    };
    if look.text.is_empty() && sitemap::parse(look.page.url.as_str(), look.page.payload()).is_ok() {
        return Ok(made(vec![look.page.url.clone()], look));
    }
    let known: Vec<Url> = look
        .memo("sitemap")
        .and_then(|m| m.get("at")?.as_array())
        .map(|all| all.iter().filter_map(|u| Url::parse(u.as_str()?).ok()).collect())
        .unwrap_or_default();
    if !known.is_empty() {
        return Ok(made(known, look));
    }
    let page = look.page.url.clone();
    let told: Vec<Url> = look.robots()?.sitemaps.iter().filter_map(|s| page.join(s).ok()).take(50).collect();
    if !told.is_empty() {
        return Ok(made(told, look));
    }
    let in_folder = look.folder().map(|f| format!("{f}sitemap.xml"));
    for path in USUAL.iter().map(ToString::to_string).chain(in_folder) {
        let Ok(url) = page.join(&path) else { continue };
        let answer = look.get(&url, &Ask::feed())?;
        if answer.result().is_ok_and(|c| sitemap::parse(url.as_str(), c.payload()).is_ok()) {
            return Ok(made(vec![url], look));
        }
    }
    Ok(None)
}

impl SitemapSource {
    fn new(start: Vec<Url>, site: Site) -> SitemapSource {
        SitemapSource {
            queue: start.iter().cloned().collect(),
            start,
            site,
            asked: VecDeque::new(),
            visited: HashSet::new(),
            marks: serde_json::Map::new(),
            indexes: HashSet::new(),
            unchanged: Vec::new(),
            changed: false,
            seen: HashSet::new(),
            again: false,
            whole: true,
            named: false,
            first: true,
        }
    }

    /// Queues the sitemaps of an index: all of them at first, later those that changed or do not say.
    fn maps(&mut self, maps: &[Place], at: &Url, day: i64) {
        let mut silent = Vec::new();
        for map in maps {
            let Some(url) = at.join(&map.url).ok().filter(|u| matches!(u.scheme(), "http" | "https")) else { continue };
            if OTHERS.iter().any(|o| url.path().contains(o)) || self.visited.contains(&url) {
                continue;
            }
            let mark = map.changed.clone().map(Value::from);
            let same = self.again && mark.is_some() && self.marks.get(url.as_str()) == mark.as_ref();
            self.marks.extend(mark.clone().map(|m| (url.to_string(), m)));
            match (same, self.again && mark.is_none()) {
                (true, _) => self.unchanged.push(url),
                (_, true) => silent.push(url),
                _ => self.queue.push_back(url),
            }
        }
        // The newest posts stand in the first or the last of them; those between take turns, day by day.
        let turn = usize::try_from(day.rem_euclid(silent.len().max(1) as i64)).unwrap_or(0);
        let last = silent.len().saturating_sub(1);
        let many = silent.len() > AGAIN;
        self.whole &= !many;
        for (n, url) in silent.into_iter().enumerate() {
            if !many || n == 0 || n == last || (n + last - turn) % last.max(1) < AGAIN - 2 {
                self.queue.push_back(url);
            }
        }
        self.queue.truncate(MOST_MAPS);
    }

    fn pages(&mut self, map: &Sitemap, at: &Url, batch: &mut Batch) {
        let kind = PAGES.iter().any(|p| at.path().contains(p)).then_some(Kind::Page);
        for place in &map.pages {
            let Ok(url) = at.join(place.url.trim()) else { continue };
            if !may_be_post(&url) || !self.inside(&url) || !self.seen.insert(normalise_url(url.as_str())) {
                continue;
            }
            self.named = true;
            batch.named.push(Named {
                name: url.to_string(),
                mark: place.changed.clone(),
                published: place.published.clone(),
                kind,
                ..Named::default()
            });
        }
    }

    /// A sitemap speaks for its own host.
    fn inside(&self, url: &Url) -> bool {
        let host = |u: &Url| u.host_str().unwrap_or_default().trim_start_matches("www.").to_string();
        let home = self.site.url.as_deref().and_then(|u| Url::parse(u).ok());
        home.is_none_or(|home| {
            let folder = home.path().trim_end_matches('/');
            host(&home) == host(url)
                && home.port() == url.port()
                && url.path().starts_with(folder)
                && url.path().trim_end_matches('/') != folder
        })
    }
}

impl Source for SitemapSource {
    fn site(&self) -> &Site {
        &self.site
    }

    fn at(&self) -> String {
        self.start.iter().map(Url::as_str).collect::<Vec<_>>().join(", ")
    }

    fn resume(&mut self, memo: &Value) {
        self.again = memo.get("done").and_then(Value::as_bool).unwrap_or(false);
        if let Some(Value::Object(marks)) = memo.get("marks") {
            self.marks.clone_from(marks);
        }
        let indexes = memo.get("indexes").and_then(Value::as_array).into_iter().flatten();
        self.indexes = indexes.filter_map(|u| u.as_str().map(str::to_string)).collect();
    }

    fn only_names(&mut self) {
        self.again = false;
    }

    fn next(&mut self) -> Option<Step> {
        if self.queue.is_empty() && self.asked.is_empty() && self.changed {
            self.again = false;
            self.queue.extend(std::mem::take(&mut self.unchanged));
        }
        let url = self.queue.pop_front()?;
        self.visited.insert(url.clone());
        self.asked.push_back(url.clone());
        let again = self.again && !self.indexes.contains(url.as_str());
        Some(Step { again, ..Step::new(url, Ask::feed()) })
    }

    fn read(&mut self, answer: &Answer, _known: &dyn Fn(&str) -> bool) -> Result<Batch> {
        let mut batch = Batch::default();
        let Some(url) = self.asked.pop_front() else { return Ok(batch) };
        let alone = std::mem::take(&mut self.first) && self.start.len() == 1;
        match answer.result() {
            Ok(capture) if capture.status == 304 => {
                self.named = true;
                self.unchanged.push(url);
            }
            Ok(capture) => match sitemap::parse(url.as_str(), capture.payload()) {
                Ok(map) => {
                    self.changed |= self.again && !map.pages.is_empty();
                    if !map.maps.is_empty() {
                        self.indexes.insert(url.to_string());
                    }
                    self.maps(&map.maps, &capture.url, capture.time.as_second() / 86_400);
                    self.pages(&map, &capture.url, &mut batch);
                    if let Some(why) = map.cut {
                        self.whole = false;
                        batch.notes.push(format!("{url}: {why}; what precedes it was read"));
                    }
                }
                // Some sites list their feeds among their sitemaps.
                Err(_) if feed::parse(capture.payload(), Some(&capture.url)).is_ok() => {
                    let feed = feed::parse(capture.payload(), Some(&capture.url)).unwrap_or_default();
                    let place = |e| Some(Place { url: feed::permalink(e)?, ..Place::default() });
                    let pages = feed.entries.iter().filter_map(place).collect();
                    self.pages(&Sitemap { pages, ..Sitemap::default() }, &capture.url, &mut batch);
                }
                Err(why) if alone => return Err(Error::fetch(&url, why)),
                Err(why) => {
                    self.whole = false;
                    batch.notes.push(format!("{url}: {why}"));
                }
            },
            Err(miss) if alone => return Err(explain(&url, &miss)),
            Err(miss) => {
                self.whole = false;
                batch.notes.push(format!("{url}: {} ({})", miss.reason.words(), miss.detail));
            }
        }
        let more = self.changed && !self.unchanged.is_empty();
        if self.queue.is_empty() && self.asked.is_empty() && !more {
            batch.all = self.whole && self.named && self.unchanged.is_empty();
            let at: Vec<&str> = self.start.iter().map(Url::as_str).collect();
            let mut indexes: Vec<&String> = self.indexes.iter().collect();
            indexes.sort();
            batch.memo = Some(json!({"at": at, "done": true, "marks": self.marks, "indexes": indexes}));
        }
        Ok(batch)
    }

    fn covers(&self) -> bool {
        self.named
    }
}

/// Returns whether an address can be that of a post, judged by its shape: no root, no list of posts, no file.
pub(super) fn may_be_post(url: &Url) -> bool {
    if !matches!(url.scheme(), "http" | "https") {
        return false;
    }
    let path = url.path().to_ascii_lowercase();
    let segments: Vec<&str> = path.split('/').filter(|s| !s.is_empty()).collect();
    let Some((last, before)) = segments.split_last() else {
        return url.query_pairs().any(|(k, _)| matches!(&*k, "p" | "page_id" | "name"));
    };
    if FILES.iter().any(|f| last.ends_with(f)) {
        return false;
    }
    let stem = last.split('.').next().unwrap_or(last);
    // `index-2.html`, `page3`: a page of a list.
    let stem = match stem.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches(['-', '_']) {
        list @ ("index" | "page") => list,
        _ => stem,
    };
    let number = |s: &&str| !s.is_empty() && s.len() <= 4 && s.bytes().all(|b| b.is_ascii_digit());
    let index = matches!(stem, "index" | "archives" | "archive" | "tags" | "categories" | "404" | "search");
    let dated = before.iter().any(|s| s.len() == 4 && number(s));
    let listed = !dated && before.iter().any(|s| LISTS.contains(s));
    // `/2007/`, `/2007/04/`, `/2007/04/23/`.
    let dates = segments.iter().all(number) && segments.first().is_some_and(|s| s.len() == 4);
    !((index && !dated) || listed || dates || (LISTS.contains(&stem) && before.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_roots_and_files_are_no_posts() {
        let post = |path: &str| may_be_post(&Url::parse("http://a.example").unwrap().join(path).unwrap());
        for path in [
            "/2007/04/a/",
            "/posts/a/",
            "/a.html",
            "/?p=12",
            "/p/about.html",
            "/2007/04/23/tag.html",
            "/2024/02/05/archives/",
            "/blog/a",
        ] {
            assert!(post(path), "{path}");
        }
        for path in [
            "/",
            "/index-2.html",
            "/page3/",
            "/tags/",
            "/tags/x/",
            "/category/a/",
            "/author/ann/",
            "/2007/",
            "/2007/04/",
            "/page/2/",
            "/x.pdf",
        ] {
            assert!(!post(path), "{path}");
        }
    }
}
