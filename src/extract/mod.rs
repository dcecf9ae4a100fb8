//! One page to one post: evidence for each field, then a verdict. It knows no network, no disk and no archive.

mod authors;
mod ballot;
mod byline;
mod content;
mod dates;
mod decode;
mod facts;
mod hints;
mod months;
mod outline;
mod rules;
mod sources;
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
    /// Where exactly: the name of the `meta`, the class, the rule.
    pub at: String,
    pub weight: i32,
    pub chosen: bool,
    /// Why not, where it was not.
    pub reason: String,
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
    let Some(found) = content::find(&outline, heading).or_else(|| untold(&outline, &facts, heading)) else {
        return Verdict { reason: Some("no text of a post found".into()), ..Verdict::default() };
    };
    let canonical = facts.canonical.as_deref().and_then(|c| Url::parse(c).ok());
    let address = url.cloned().or(canonical);
    // A page out of the Wayback Machine is judged by the address it had.
    let origin = address.as_ref().map(original);
    let host = origin.as_ref().and_then(Url::host_str).unwrap_or_default();
    let titles = title::ballot(&tree, &outline, &facts, found.at, origin.as_ref());
    let title = titles.winner(content::squash).map(|c| c.value.clone()).unwrap_or_default();
    let mut evidence = titles.evidence("title", &title, content::squash);
    let heading = heading.or_else(|| title::shown(&tree, &outline, &title, found.at));
    let zone = zone::Zone::of(&outline, found.at, heading);
    let page = dates::Page { tree: &tree, outline: &outline, zone: &zone, facts: &facts, url: origin.as_ref() };
    let days = dates::days(&page);
    let published = days.winner();
    let day = |v: &str| v.get(..10).unwrap_or(v).to_string();
    evidence.extend(days.ballot().evidence("published", published.as_ref().map_or("", |d| &d.text), day));
    let (updated, changes) = dates::changed(&facts, facts.language.as_deref());
    evidence.extend(changes.evidence("updated", updated.as_ref().map_or("", |d| &d.text), day));
    let base = base(&facts, address.as_ref());
    let names = authors::names(&tree, &zone, &facts, host, &title);
    let (authors, by) = authors::winner(&names, &facts, base.as_ref());
    evidence.extend(names.ballot.evidence("authors", &by, content::squash));
    let terms = terms::of(&tree, &outline, &zone, &facts);
    evidence.extend(terms.evidence);
    let known = found.how == content::KNOWN;
    let chaff = winnow::Winnow { tree: &tree, outline: &outline, at: found.at, known, title: &title }.chaff();
    for id in chaff {
        html::walk::remove(&mut tree, id);
    }
    let Some(item) = outline.items.get(found.at) else { return Verdict::default() };
    let body = html::of_tree(&mut tree, item.id, base.as_ref(), address.as_ref());
    evidence.push(Evidence {
        field: "html",
        value: item.sig.trim().to_string(),
        source: "markup",
        at: found.how.to_string(),
        weight: 1,
        chosen: true,
        reason: String::new(),
    });
    let draft = Draft {
        url: address.map(|u| u.to_string()),
        title,
        authors,
        published,
        updated,
        tags: terms.tags,
        categories: terms.categories,
        language: facts.language.clone(),
        body: body.html,
        base: base.map(|u| u.to_string()),
        ..Draft::default()
    };
    Verdict { draft: Some(draft), reason: None, evidence }
}

/// Returns where the post stands on a page without text whose head says that it is one: a picture, a film, a text that
/// scripts fetch.
fn untold(outline: &outline::Outline, facts: &facts::Facts, heading: Option<usize>) -> Option<content::Found> {
    let article = facts.meta_value("og:type").is_some_and(|t| t.eq_ignore_ascii_case("article"));
    let dated = facts.rules("published").next().is_some() || !facts.texts("datePublished").is_empty();
    let parent = heading.filter(|_| article && dated).and_then(|h| outline.items.get(h)).map(|i| i.parent)?;
    Some(content::Found { at: parent, how: "the post's heading" })
}

/// Returns the address a page had before the Wayback Machine kept it.
fn original(address: &Url) -> Url {
    let kept = address.host_str() == Some("web.archive.org");
    let inner = kept.then(|| address.as_str().split_once("/http").map(|(_, rest)| format!("http{rest}"))).flatten();
    inner.and_then(|a| Url::parse(&a).ok()).unwrap_or_else(|| address.clone())
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
