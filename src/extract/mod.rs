//! One page to one post: evidence for each field, then a verdict. It knows no network, no disk and no archive.

mod content;
mod decode;
mod outline;
mod rules;

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
    let mut outline = outline::Outline::of(&tree);
    content::mark(&tree, &mut outline);
    let Some(found) = content::find(&outline) else {
        return Verdict { reason: Some("no text of a post found".into()), ..Verdict::default() };
    };
    for id in content::chaff(&tree, &outline, found.at, "") {
        html::walk::remove(&mut tree, id);
    }
    let Some(item) = outline.items.get(found.at) else { return Verdict::default() };
    let body = html::of_tree(&mut tree, item.id, url, url);
    let draft = Draft { url: url.map(Url::to_string), body: body.html, ..Draft::default() };
    let how =
        Evidence { field: "html", value: item.sig.trim().to_string(), source: found.how, weight: 1, chosen: true };
    Verdict { draft: Some(draft), reason: None, evidence: vec![how] }
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
