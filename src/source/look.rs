//! The first look at a blog: the page the user named, what stands in its head, and further requests.

use std::collections::BTreeMap;

use scraper::Selector;
use serde_json::Value;
use url::Url;

use crate::error::Result;
use crate::extract;
use crate::html;
use crate::http::{Answer, Ask, Robots};
use crate::model::{Capture, Site};

/// Asks for an address and waits for the answer.
pub type Asker<'a> = dyn FnMut(&Url, &Ask) -> Result<Answer> + 'a;

/// So much of a page is looked at: what is looked for stands in its head.
const HEAD: usize = 512 << 10;

/// A `link` of the head.
#[derive(Debug, Clone, PartialEq)]
pub struct HeadLink {
    pub rel: String,
    pub mime: String,
    pub title: String,
    pub href: Url,
}

/// What is known of a blog before a way to read it is found.
pub struct Look<'a> {
    pub seed: &'a Url,
    pub page: &'a Capture,
    /// The page as text, as far as it is looked at; empty where it is no HTML.
    pub text: String,
    pub links: Vec<HeadLink>,
    pub site: Site,
    memos: &'a BTreeMap<String, Value>,
    ask: &'a mut Asker<'a>,
    robots: Option<Robots>,
}

impl<'a> Look<'a> {
    pub fn new(
        seed: &'a Url,
        page: &'a Capture,
        memos: &'a BTreeMap<String, Value>,
        ask: &'a mut Asker<'a>,
    ) -> Look<'a> {
        let payload = page.payload();
        let text = extract::decode(payload.get(..HEAD).unwrap_or(payload), page.header("content-type")).text;
        let start = text.trim_start_matches('\u{feff}').trim_start();
        let markup = !start.starts_with("<?xml") || start.contains("<html");
        let is_page = markup && start.starts_with('<') && !start.starts_with("<rss") && !start.starts_with("<feed");
        let text = if is_page { text } else { String::new() };
        let (links, site) = head(&text, &page.url);
        Look { seed, page, text, links, site, memos, ask, robots: None }
    }

    /// Asks further.
    pub fn get(&mut self, url: &Url, ask: &Ask) -> Result<Answer> {
        (self.ask)(url, ask)
    }

    /// Returns what an earlier run noted of a way.
    pub fn memo(&self, way: &str) -> Option<&'a Value> {
        self.memos.get(way)
    }

    /// Returns whether another maker than this one is named.
    pub fn made_by_another(&self, maker: &str) -> bool {
        self.site.generator.as_deref().is_some_and(|g| !g.to_lowercase().contains(&maker.to_lowercase()))
    }

    /// Returns whether the page says that this made it.
    pub fn made_by(&self, maker: &str) -> bool {
        self.site.generator.as_deref().is_some_and(|g| g.to_lowercase().contains(&maker.to_lowercase()))
    }

    /// Returns the first part of the page's path where the blog may live in a folder: `/blog/`.
    pub fn folder(&self) -> Option<String> {
        let mut segments = self.page.url.path_segments()?;
        let first = segments.next().filter(|s| !s.is_empty() && !s.contains('.'))?;
        Some(format!("/{first}/"))
    }

    /// Returns what the site asks of robots; asked once.
    pub fn robots(&mut self) -> Result<&Robots> {
        if self.robots.is_none() {
            let url = self.page.url.join("/robots.txt").unwrap_or_else(|_| self.page.url.clone());
            let answer = self.get(&url, &Ask::feed())?;
            self.robots = Some(answer.result().map(|c| Robots::parse(c.payload())).unwrap_or_default());
        }
        Ok(self.robots.get_or_insert_default())
    }
}

/// Reads the head of a page.
pub(super) fn head(text: &str, url: &Url) -> (Vec<HeadLink>, Site) {
    let tree = html::parse_document(text);
    let select = |names: &str| Selector::parse(names).ok();
    let first = |names: &str, attribute: &str| {
        let value = tree.select(&select(names)?).next()?.attr(attribute)?.trim().to_string();
        (!value.is_empty() && value.len() < 300).then_some(value)
    };
    let base = first("base[href]", "href").and_then(|b| url.join(&b).ok()).unwrap_or_else(|| url.clone());
    let mut links = Vec::new();
    if let Some(all) = select("link[rel][href], a[rel~=alternate][type][href]") {
        for link in tree.select(&all).take(500) {
            let Some(href) = link.attr("href").and_then(|h| base.join(h.trim()).ok()) else { continue };
            let value = |name: &str| link.attr(name).unwrap_or_default().trim().to_ascii_lowercase();
            links.push(HeadLink { rel: value("rel"), mime: value("type"), title: value("title"), href });
        }
    }
    let title = first("meta[property='og:site_name']", "content").or_else(|| {
        let title = tree.select(&select("title")?).next()?.text().collect::<String>();
        Some(html::fold(&title)).filter(|t| !t.is_empty() && t.len() < 300)
    });
    let site = Site {
        url: home(url).map(|u| u.to_string()),
        title: title.unwrap_or_default(),
        description: first("meta[name=description]", "content").unwrap_or_default(),
        language: first("html[lang]", "lang").filter(|l| l.len() < 100),
        timezone: None,
        generator: first("meta[name=generator i]", "content"),
    };
    (links, site)
}

/// Returns the root of the blog, from any address of it: a folder that was named, else the root of the host.
fn home(url: &Url) -> Option<Url> {
    let mut home = url.clone();
    home.set_query(None);
    home.set_fragment(None);
    let folder = url.path().ends_with('/') && url.path().matches('/').count() == 2;
    if folder { Some(home) } else { home.join("/").ok() }
}
