//! The flat line of a post: names and strings only, for people and scripts that want no archive. It knows no page.

use serde_json::{Value, json};

use super::Reading;
use crate::model::{Date, Link, Term};

/// Returns the line of a post under this id.
pub fn flat(reading: &Reading, id: &str) -> Value {
    let Reading { draft, body, .. } = reading;
    let labels = |terms: &[Term]| terms.iter().map(|t| t.label.clone()).collect::<Vec<_>>();
    let names: Vec<&str> = draft.authors.iter().map(|a| a.name.as_str()).collect();
    let captions: Vec<&str> = draft.captions.iter().chain(&body.captions).map(|c| c.text.as_str()).collect();
    let links: Vec<&Link> = body.links.iter().chain(&draft.links).collect();
    let mut line = json!({
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
    });
    if reading.cut {
        line["truncated"] = true.into();
    }
    line
}

/// Returns a moment with its offset, as far as both are known.
fn iso(date: &Date) -> String {
    format!("{}{}", date.text, date.offset.as_deref().unwrap_or_default())
}
