//! One page to one post: evidence for each field, then a verdict. It knows no network, no disk and no archive.

mod authors;
mod ballot;
mod content;
mod dates;
mod decode;
mod facts;
mod lead;
mod outline;
mod rules;
mod terms;
mod title;
mod when;
mod winnow;
mod zone;

use url::Url;

pub use decode::{Decoded, decode};

use crate::html;
use crate::model::Draft;

/// A value some source gave for a field, and whether it was taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    pub field: &'static str,
    pub value: String,
    /// `json-ld`, `h-entry`, `rel-tag`, `text` …
    pub source: &'static str,
    pub weight: i32,
    pub chosen: bool,
}

/// What a page was found to be.
#[derive(Debug, Clone, Default)]
pub struct Verdict {
    pub draft: Option<Draft>,
    /// Why there is no post, where there is none.
    pub reason: Option<String>,
    pub evidence: Vec<Evidence>,
}

/// Reads a page as a post. `url` is where it was found, when that is known.
pub fn page(page: &str, url: Option<&Url>) -> Verdict {
    let mut tree = html::parse_document(page);
    let facts = facts::Facts::of(&tree);
    let mut outline = outline::Outline::of(&tree);
    content::mark(&tree, &mut outline);
    let heading = title::heading(&tree, &outline, &facts);
    let Some(found) = content::find(&outline, heading) else {
        return Verdict { reason: Some("no text of a post found".into()), ..Verdict::default() };
    };
    let canonical = facts.canonical.as_deref().and_then(|c| Url::parse(c).ok());
    let address = url.cloned().or(canonical);
    let host = address.as_ref().and_then(Url::host_str).unwrap_or_default();
    let titles = title::ballot(&tree, &outline, &facts, found.at, address.as_ref());
    let title = titles.winner(content::squash).map(|c| c.value.clone()).unwrap_or_default();
    let mut evidence: Vec<Evidence> =
        titles.evidence("title", |v| content::squash(v) == content::squash(&title)).collect();
    let zone = zone::Zone::of(&outline, found.at);
    let days = dates::ballot(&tree, &outline, &zone, &facts, address.as_ref());
    let published = dates::winner(&days);
    let day = published.as_ref().and_then(|d| d.text.get(..10)).unwrap_or("-").to_string();
    evidence.extend(dates::votes(&days).evidence("published", |v| v.starts_with(&day)));
    let names = authors::ballot(&tree, &zone, &facts, host);
    let authors = authors::winner(&names);
    let by = names.winner(content::squash).map(|c| content::squash(&c.value)).unwrap_or_default();
    evidence.extend(names.evidence("author", |v| content::squash(v) == by));
    let terms = terms::of(&tree, &outline, &zone, &facts);
    evidence.extend(terms.evidence);
    let known = found.how == content::KNOWN;
    let leads = lead::of(&tree, &outline, &facts, heading, found.at);
    let chaff = winnow::Winnow { tree: &tree, outline: &outline, at: found.at, known, title: &title }.chaff();
    for id in chaff {
        html::walk::remove(&mut tree, id);
    }
    let Some(item) = outline.items.get(found.at) else { return Verdict::default() };
    for lead in leads.iter().rev().filter_map(|at| outline.items.get(*at)) {
        html::walk::put_first(&mut tree, item.id, lead.id);
    }
    let base = base(&facts, address.as_ref());
    let body = html::of_tree(&mut tree, item.id, base.as_ref(), address.as_ref());
    evidence.push(Evidence {
        field: "html",
        value: item.sig.trim().to_string(),
        source: found.how,
        weight: 1,
        chosen: true,
    });
    let draft = Draft {
        url: address.map(|u| u.to_string()),
        title,
        authors,
        published,
        updated: dates::changed(&facts),
        tags: terms.tags,
        categories: terms.categories,
        language: facts.language.clone(),
        body: body.html,
        base: base.map(|u| u.to_string()),
        ..Draft::default()
    };
    Verdict { draft: Some(draft), reason: None, evidence }
}

/// Returns the address against which relative ones are resolved.
fn base(facts: &facts::Facts, address: Option<&Url>) -> Option<Url> {
    let given = facts.base.as_deref();
    match (given, address) {
        (Some(given), Some(address)) => address.join(given).ok().or_else(|| Some(address.clone())),
        (Some(given), None) => Url::parse(given).ok(),
        (None, address) => address.cloned(),
    }
}

/// Returns the flat line of a post: names and strings only, for people and scripts that want no archive.
pub fn flat(draft: &Draft, id: &str) -> serde_json::Value {
    let base = draft.base.as_deref().or(draft.url.as_deref()).and_then(|u| Url::parse(u).ok());
    let body = html::body(&draft.body, base.as_ref(), base.as_ref());
    let labels = |terms: &[crate::model::Term]| terms.iter().map(|t| t.label.clone()).collect::<Vec<_>>();
    let names: Vec<&str> = draft.authors.iter().map(|a| a.name.as_str()).collect();
    let captions: Vec<&str> = draft.captions.iter().chain(&body.captions).map(|c| c.text.as_str()).collect();
    let links: Vec<&crate::model::Link> = body.links.iter().chain(&draft.links).collect();
    serde_json::json!({
        "id": id,
        "url": draft.url,
        "title": draft.title,
        "author": names.join("; "),
        "published": draft.published.as_ref().map(iso),
        "updated": draft.updated.as_ref().map(iso),
        "language": draft.language,
        "tags": labels(&draft.tags),
        "categories": labels(&draft.categories),
        "captions": captions,
        "links": links,
        "text": body.text,
        "html": body.html,
    })
}

/// Returns a moment with its offset, as far as both are known.
fn iso(date: &crate::model::Date) -> String {
    format!("{}{}", date.text, date.offset.as_deref().unwrap_or_default())
}
