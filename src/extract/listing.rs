//! Index pages: where on a page that shows several posts each of them stands, and where it has its own page. A post with
//! teasers of others around it is none. It knows no field but the address.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ego_tree::{NodeId, NodeRef};
use regex::Regex;
use scraper::{Html, Node};
use url::Url;

use super::content::squash;
use super::facts::Facts;
use super::nopost;
use super::outline::{Item, Outline, Part};
use super::title::pieces;
use super::when::{self, Order};
use crate::html::walk;
use crate::model::{Date, normalise_url};

/// What themes call the element of one post, the surest first. The last is the name of an element.
const ENTRIES: [&str; 15] = [
    "h-entry",
    "hentry",
    "type-post",
    "post-outer",
    "post",
    "blogpost",
    "blog-post",
    "blogbody",
    "post-entry",
    "entrybox",
    "entry",
    "post-preview",
    "post-card",
    "asset",
    "<article>",
];

/// Classes of links, or of what is around them, that lead to the post's own page.
const PERMALINKS: [&str; 12] = [
    "u-url",
    "permalink",
    "entry-title",
    "entry-title-link",
    "post-title",
    "posttitle",
    "p-name",
    "entry-header",
    "asset-name",
    "post-preview-title",
    "timestamp-link",
    "entry-permalink",
];

/// Text of a post, in characters, that is no teaser any more.
const FULL: usize = 150;
/// Posts of one page.
const MOST: usize = 500;

/// How the link to the rest of a post reads.
static MORE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)^[\s(\[«»›→.…-]*(?:read (?:more|on|the rest|the full|full|entire|article)|continue(?: reading)?\b|keep reading|more\b.{0,40}$|(?:view |see )?full (?:post|story|article)|weiterlesen|weiter(?: lesen)?\b|mehr\b.{0,20}$|lire (?:la suite|plus)|(?:leer|seguir) (?:más|leyendo)|lees (?:meer|verder)|leia mais|leggi tutto|läs mer|czytaj)").ok()
});

/// A post on an index page.
pub(super) struct Entry {
    pub id: NodeId,
    pub url: Url,
    /// Only its beginning is there.
    pub cut: bool,
    /// The day that stands over the posts of a day.
    pub day: Option<Date>,
}

/// One element that may hold a post.
struct Candidate {
    at: usize,
    url: Option<Url>,
    /// Text in it.
    text: usize,
}

/// Returns the posts of a page that shows several; none where it shows one, or where their addresses are not told.
pub(super) fn entries(tree: &Html, outline: &Outline, facts: &Facts, page: Option<&Url>) -> Vec<Entry> {
    if nopost::is_single(outline) || facts.articles() == 1 || is_post_by_meta(facts, page) {
        return Vec::new();
    }
    for places in places(outline) {
        if places.len() < 2 {
            continue;
        }
        let all: Vec<Candidate> = places
            .into_iter()
            .filter_map(|at| {
                let item = outline.items.get(at)?;
                let node = tree.tree.get(item.id)?;
                Some(Candidate { at, url: permalink(node, page), text: item.text })
            })
            .collect();
        if shows_one(tree, outline, facts, page, &all) {
            return Vec::new();
        }
        let found = distinct(tree, outline, all);
        if found.len() > 1 {
            return found;
        }
    }
    Vec::new()
}

/// Returns whether the head of a page says that it is of one post: an address with a path of its own that is an article.
fn is_post_by_meta(facts: &Facts, page: Option<&Url>) -> bool {
    let home = page.is_some_and(|u| u.path().len() < 2 && u.query().is_none());
    facts.meta_value("og:type") == Some("article") && !home
}

/// Returns the elements of each name that stand side by side. Where one stands in another, or in what is foreign to posts,
/// the name says nothing.
fn places(outline: &Outline) -> Vec<Vec<usize>> {
    static RANKS: LazyLock<HashMap<&str, usize>> =
        LazyLock::new(|| ENTRIES.iter().enumerate().map(|(rank, n)| (*n, rank)).collect());
    let mut out = vec![Vec::new(); ENTRIES.len()];
    let mut ends = [0; ENTRIES.len()];
    let mut add = |rank: usize, at: usize, end: usize| {
        let (Some(list), Some(last)) = (out.get_mut(rank), ends.get_mut(rank)) else { return };
        if at < *last {
            // Neither stands for a post of a list.
            *last = usize::MAX;
            list.clear();
        } else if list.len() < MOST && list.last() != Some(&at) {
            *last = end;
            list.push(at);
        }
    };
    for (at, item) in outline.items.iter().enumerate().filter(|(_, i)| i.part != Part::Foreign) {
        if &*item.name == "article" {
            add(ENTRIES.len() - 1, at, item.end);
        }
        if item.sig.is_empty() || matches!(&*item.name, "body" | "html" | "a" | "span") {
            continue;
        }
        let ranks = item.sig.split_ascii_whitespace().filter_map(|c| RANKS.get(c));
        ranks.for_each(|rank| add(*rank, at, item.end));
    }
    out
}

/// Returns whether the candidates are a post and what stands around it.
fn shows_one(tree: &Html, outline: &Outline, facts: &Facts, page: Option<&Url>, all: &[Candidate]) -> bool {
    let here = [page.map(Url::as_str), facts.canonical.as_deref(), facts.meta_value("og:url")];
    let here: Vec<String> = here.into_iter().flatten().map(normalise_url).collect();
    let is_here = |c: &&Candidate| c.url.as_ref().is_some_and(|u| here.contains(&normalise_url(u.as_str())));
    if all.iter().any(|c| is_here(&c)) {
        return true;
    }
    // A long text that has no page of its own elsewhere is what this page is about.
    let total: usize = all.iter().map(|c| c.text).sum();
    if all.iter().any(|c| c.url.is_none() && c.text * 3 > total) {
        return true;
    }
    // Other text than that of the candidates: they are teasers around it.
    let page: usize = outline.items.iter().filter(|i| i.part == Part::Post).map(prose).sum();
    let within = |c: &Candidate| -> usize {
        let inner = std::iter::once(c.at).chain(outline.within(c.at));
        inner.filter_map(|at| outline.items.get(at)).filter(|i| i.part == Part::Post).map(prose).sum()
    };
    let listed: usize = all.iter().map(within).sum();
    if page > 2 * listed + 400 {
        return true;
    }
    let named: HashSet<String> = pieces(&facts.title).iter().map(|p| squash(p)).filter(|p| p.len() > 8).collect();
    all.iter().any(|c| heading(tree, outline, c.at).is_some_and(|h| named.contains(&h)))
}

fn prose(item: &Item) -> usize {
    if item.block && item.inline >= 80 { item.inline.saturating_sub(item.inline_link) } else { 0 }
}

/// Returns the letters of the first heading in an element.
fn heading(tree: &Html, outline: &Outline, at: usize) -> Option<String> {
    let heads = |i: &&Item| matches!(&*i.name, "h1" | "h2" | "h3" | "h4") && i.text > 0;
    let item = outline.within(at).filter_map(|i| outline.items.get(i)).find(heads)?;
    Some(squash(&walk::text(tree.tree.get(item.id)?)))
}

/// Returns each post once; none where all are teasers.
fn distinct(tree: &Html, outline: &Outline, all: Vec<Candidate>) -> Vec<Entry> {
    let (mut out, mut seen, mut full) = (Vec::new(), HashSet::new(), 0);
    for candidate in all {
        let (Some(url), Some(item)) = (candidate.url, outline.items.get(candidate.at)) else { continue };
        let Some(node) = tree.tree.get(item.id) else { continue };
        if item.text.saturating_sub(item.link) < 20 && item.pictures == 0 || !seen.insert(normalise_url(url.as_str())) {
            continue;
        }
        full += usize::from(item.text >= FULL);
        out.push(Entry { id: item.id, url, cut: is_cut(node), day: day(tree, outline, candidate.at) });
    }
    if full > 1 || (full > 0 && out.len() > 3) { out } else { Vec::new() }
}

/// Returns where a post has its own page: the link of its title, one that says so, that to the rest of it.
fn permalink(node: NodeRef<'_, Node>, page: Option<&Url>) -> Option<Url> {
    let mut best: Option<(u8, Url)> = None;
    let mut classes: Vec<(NodeId, u8)> = Vec::new();
    for n in walk::pruned(node, |_| false).take(3000) {
        let Some(e) = n.value().as_element() else { continue };
        let titled = matches!(e.name(), "h1" | "h2" | "h3");
        let named = walk::classes(e).any(|c| PERMALINKS.contains(&c.to_ascii_lowercase().as_str()));
        if named || titled {
            classes.push((n.id(), if named { 6 } else { 5 }));
        }
        if e.name() != "a" {
            continue;
        }
        let Some(url) = walk::value(e, "href").and_then(|h| address(h, page)) else { continue };
        let rel = walk::value(e, "rel").unwrap_or_default().to_ascii_lowercase();
        let around = || n.ancestors().take(4).find_map(|a| classes.iter().rev().find(|(id, _)| *id == a.id()));
        let rank = if rel.split_ascii_whitespace().any(|r| r == "bookmark") {
            7
        } else if let Some((_, rank)) = classes.last().filter(|(id, _)| *id == n.id()).or_else(around) {
            *rank
        } else {
            by_words(&n, walk::value(e, "title").unwrap_or_default())
        };
        if rank > 0 && best.as_ref().is_none_or(|(most, _)| rank > *most) {
            best = Some((rank, url));
        }
    }
    best.map(|(_, url)| url)
}

/// Returns whether the words of a link say that there is more to read where it leads.
pub(super) fn says_more(words: &str) -> bool {
    MORE.as_ref().is_some_and(|r| r.is_match(words))
}

fn by_words(a: &NodeRef<'_, Node>, title: &str) -> u8 {
    let words = walk::text(*a).to_lowercase();
    let title = title.to_lowercase();
    if title.starts_with("permanent") || title.starts_with("permalink") || words.starts_with("perma") {
        4
    } else if says_more(&words) {
        3
    } else if when::parse(&words, Order::MonthFirst).is_some() && words.len() < 40 || words == "#" || words == "link" {
        2
    } else {
        0
    }
}

/// Returns an address of the same host that is not that of the page or of its site.
pub(super) fn address(href: &str, page: Option<&Url>) -> Option<Url> {
    let href = href.trim();
    let mut url = page.map_or_else(|| Url::parse(href), |page| page.join(href)).ok()?;
    url.set_fragment(None);
    let host = |u: &Url| u.host_str().map(|h| h.strip_prefix("www.").unwrap_or(h).to_string());
    let same = page.is_none_or(|page| host(page) == host(&url));
    let path = url.path().to_ascii_lowercase();
    let list = ["/tag/", "/category/", "/author/", "/search/label/", "/page/"].iter().any(|p| path.contains(p));
    let own = path.len() > 1 || url.query().is_some();
    let other = page.is_none_or(|page| normalise_url(page.as_str()) != normalise_url(url.as_str()));
    (matches!(url.scheme(), "http" | "https") && same && own && !list && other).then_some(url)
}

/// Returns whether a post ends with a link to the rest of it or in the middle of a sentence.
fn is_cut(node: NodeRef<'_, Node>) -> bool {
    let more = |n: NodeRef<'_, Node>| {
        let Some(e) = n.value().as_element().filter(|e| e.name() == "a") else { return false };
        let named = walk::classes(e).any(|c| matches!(c, "more-link" | "read-more" | "readmore" | "jump-link"));
        named || walk::text(n).len() < 120 && says_more(&walk::text(n))
    };
    let all: Vec<NodeRef<'_, Node>> = walk::readable(node).take(20_000).collect();
    let ellipsis = |n: &NodeRef<'_, Node>| {
        let text = n.value().as_text().map(|t| t.text.trim_end()).unwrap_or_default();
        ["[…]", "[...]", "[…", "(…)"].iter().any(|end| text.ends_with(end))
    };
    all.iter().any(|n| more(*n)) || all.iter().rev().take(40).any(ellipsis)
}

/// Returns the day of the heading before a post, where one stands over those of a day.
fn day(tree: &Html, outline: &Outline, at: usize) -> Option<Date> {
    let before = outline.items.get(..at)?.iter().rev().take(400);
    let heads = |i: &&Item| {
        i.text < 80
            && (i.named(&["date-header", "dateheader", "date", "entry-date", "day"]).is_some()
                || matches!(&*i.name, "h2" | "h3" | "h4"))
    };
    before.filter(heads).take(4).find_map(|i| when::parse(&walk::text(tree.tree.get(i.id)?), Order::MonthFirst))
}
