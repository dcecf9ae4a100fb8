//! One page to one post, or to those of an index page: evidence for each field, then a verdict. It knows no network, no
//! disk and no archive.

mod authors;
mod ballot;
mod byline;
mod clock;
mod content;
mod dates;
mod days;
mod decode;
mod facts;
mod fields;
mod flat;
mod hints;
mod lead;
mod listing;
mod mark;
mod months;
mod nopost;
mod outline;
mod pattern;
mod people;
mod plugs;
mod related;
mod remark;
mod rules;
mod shown;
mod sources;
mod streamed;
mod teasers;
mod terms;
mod thread;
mod title;
mod told;
mod wall;
mod when;
mod winnow;
mod zone;

use std::collections::HashSet;

use ego_tree::NodeId;
use scraper::Html;
use url::Url;

pub use decode::{Decoded, decode};
pub use flat::flat;
pub use wall::wants;

use crate::html;
use crate::model::Draft;
use facts::Facts;
use outline::Outline;

/// A value some source gave for a field, and whether it was taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    pub field: &'static str,
    pub value: String,
    /// `json-ld`, `h-entry`, `rel-tag`, `text` …
    pub source: &'static str,
    /// Where exactly: the name of the `meta`, the class, the rule.
    pub at: String,
    pub weight: i32,
    pub chosen: bool,
    /// Why not, where it was not.
    pub reason: String,
}

/// A post as a page shows it.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    pub draft: Draft,
    /// What [`html::body`] makes of the draft's body, so that nobody cleans it twice.
    pub body: html::Body,
    pub evidence: Vec<Evidence>,
    /// The page shows the beginning of the text only: a link to the rest, or a notice in its place.
    pub cut: bool,
}

impl From<Draft> for Reading {
    /// Makes the body of a draft that came from no page.
    fn from(draft: Draft) -> Reading {
        let base = draft.base.as_deref().or(draft.url.as_deref()).and_then(|u| Url::parse(u).ok());
        let body = html::body(&draft.body, base.as_ref(), base.as_ref());
        Reading { draft, body, ..Reading::default() }
    }
}

/// What a page was found to be.
#[derive(Debug, Clone, Default)]
pub struct Verdict {
    /// One, or as many as an index page shows, in its order.
    pub posts: Vec<Reading>,
    /// Why there is no post, where there is none.
    pub reason: Option<String>,
    /// What the page wants before it shows all of its one post: a password, a membership.
    pub wants: Option<&'static str>,
}

impl Verdict {
    fn none(reason: impl Into<String>) -> Verdict {
        Verdict { reason: Some(reason.into()), ..Verdict::default() }
    }
}

/// A page longer than this is read as far as this: it is none that a person wrote, and a tree of it would fill the memory.
const LONGEST: usize = 16 << 20;

/// Reads a page as a post, or as the posts it lists. `url` is where it was found, when that is known.
pub fn page(page: &str, url: Option<&Url>) -> Verdict {
    verdict(page, url, true)
}

/// Reads a page as [`page`] does, without what readers wrote: enough for [`flat`].
pub fn bare(page: &str, url: Option<&Url>) -> Verdict {
    verdict(page, url, false)
}

fn verdict(page: &str, url: Option<&Url>, comments: bool) -> Verdict {
    let page = page.get(..page.floor_char_boundary(LONGEST)).unwrap_or(page);
    let mut tree = html::parse_document(page);
    if page.contains(streamed::SIGN) {
        streamed::settle(&mut tree);
    }
    let facts = Facts::of(&tree);
    let mut outline = Outline::of(&tree);
    mark::mark(&tree, &mut outline);
    let canonical = facts.canonical.as_deref().and_then(|c| Url::parse(c).ok());
    let address = url.cloned().or(canonical);
    if let Some(reason) = nopost::reason(&tree, &outline, &facts, address.as_ref()) {
        return Verdict::none(reason);
    }
    let entries = listing::entries(&tree, &outline, &facts, address.as_ref());
    if entries.len() > 1 {
        let posts = list(&mut tree, &facts, address.as_ref(), &entries);
        return Verdict { posts, ..Verdict::default() };
    }
    let teasers = teasers::of(&tree, &outline, address.as_ref());
    if !teasers.is_empty() {
        teasers.into_iter().for_each(|id| html::walk::remove(&mut tree, id));
        outline = Outline::of(&tree);
        mark::mark(&tree, &mut outline);
    }
    let wants = wall::of(&tree, &outline);
    let whole = Part { facts: &facts, address: address.clone(), outline, comments };
    match read(&mut tree, whole) {
        Ok(reading) => Verdict { posts: vec![Reading { cut: wants.is_some(), ..reading }], reason: None, wants },
        Err(reason) => Verdict { wants, ..Verdict::none(reason) },
    }
}

/// Reads each of the posts that a page lists.
fn list(tree: &mut Html, facts: &Facts, page: Option<&Url>, entries: &[listing::Entry]) -> Vec<Reading> {
    let mut out = Vec::new();
    for entry in entries {
        let Some(node) = tree.tree.get(entry.id) else { continue };
        let own = facts.within(node);
        let mut outline = Outline::under(node);
        mark::mark(tree, &mut outline);
        let part = Part { facts: &own, address: Some(entry.url.clone()), outline, comments: false };
        let Ok(mut reading) = read(tree, part) else { continue };
        reading.cut = entry.cut;
        if reading.draft.published.is_none() {
            reading.draft.published = entry.day.clone();
        }
        reading.draft.base = page.map(Url::to_string).or(reading.draft.base);
        out.push(reading);
    }
    out
}

/// A page, or a part of it, that is to be read as one post.
struct Part<'a> {
    facts: &'a Facts,
    address: Option<Url>,
    outline: Outline,
    /// Whether what readers wrote is wanted.
    comments: bool,
}

fn read(tree: &mut Html, part: Part<'_>) -> Result<Reading, String> {
    let Part { facts, address, outline, comments } = part;
    let heading = title::heading(tree, &outline, facts, address.as_ref());
    let found = content::find(&outline, heading).or_else(|| fields::untold(&outline, facts, heading));
    let Some(found) = found else { return Err("no text of a post found".into()) };
    let base = base(facts, address.as_ref());
    let page = fields::Page { tree, outline: &outline, facts, heading, at: found.at, base: base.as_ref() };
    let (mut draft, mut evidence, zone) = fields::read(&page, address.as_ref());
    let related = related::of(tree, &outline, &zone, base.as_ref());
    let threads = if comments { thread::find(tree, &outline) } else { Vec::new() };
    let known = found.how == content::KNOWN;
    let leads = lead::of(tree, &outline, facts, heading, found.at);
    let chaff = winnow::Winnow { tree, outline: &outline, at: found.at, known, title: &draft.title }.chaff();
    let Some(item) = outline.items.get(found.at) else { return Err("no text of a post found".into()) };
    take_out(tree, item.id, chaff.iter().chain(&related.lists));
    for lead in leads.iter().rev().filter_map(|at| outline.items.get(*at)) {
        html::walk::put_first(tree, item.id, lead.id);
    }
    let site = address.as_ref().and_then(|a| a.join("/").ok());
    let body = html::of_tree(tree, item.id, base.as_ref(), site.as_ref());
    let value = item.sig.trim().to_string();
    evidence.push(Evidence {
        field: "html",
        value,
        source: "markup",
        at: found.how.to_string(),
        weight: 1,
        chosen: true,
        reason: String::new(),
    });
    draft.comments = remark::all(tree, &outline, &threads, facts, base.as_ref());
    draft.body = body.html.clone();
    draft.base = base.map(|u| u.to_string());
    draft.links = related.links;
    draft.url = address.map(|u| u.to_string());
    draft.told = told::of(&evidence);
    if let Some(how) = related.how {
        draft.guessed.insert("links", how.to_string());
    }
    Ok(Reading { draft, body, evidence, cut: false })
}

/// Takes elements out of a tree, never the one that holds the text nor one around it.
fn take_out<'a>(tree: &mut Html, kept: NodeId, out: impl Iterator<Item = &'a NodeId>) {
    let around: HashSet<NodeId> =
        tree.tree.get(kept).map(|n| n.ancestors().map(|a| a.id()).chain([kept]).collect()).unwrap_or_default();
    for id in out.filter(|id| !around.contains(id)) {
        html::walk::remove(tree, *id);
    }
}

/// Returns the address against which relative ones are resolved.
fn base(facts: &Facts, address: Option<&Url>) -> Option<Url> {
    let given = facts.base.as_deref();
    match (given, address) {
        (Some(given), Some(address)) => address.join(given).ok().or_else(|| Some(address.clone())),
        (Some(given), None) => Url::parse(given).ok(),
        (None, address) => address.cloned(),
    }
}
