//! Front matter that `mdarchive export --markdown` wrote: what its plain keys cannot say stands under `mdarchive`. What
//! somebody changed since in the plain keys goes before it. As hostile as any other file.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::super::report::{Attached, Bytes};
use super::node::{self, Fields};
use crate::html;
use crate::input::Named;
use crate::model::{Comment, Draft, Enclosure, Kind, PostId, Status, Term};

/// The largest file of comments.
const MAX_COMMENTS: u64 = 64 << 20;

/// Keys written for others, whose words stand below too.
const TWICE: [&str; 4] = ["mdarchive", "canonical_url", "captions", "related"];

/// Completes a draft; returns the files that belong to it, by the addresses they stand for.
pub fn complete(draft: &mut Draft, fields: &Fields, streams: &[Named], name: &str) -> Vec<Attached> {
    let Some(own) = node::get(fields, "mdarchive") else { return Vec::new() };
    let Value::Object(own) = own.json() else { return Vec::new() };
    if let Some(Value::Object(rest)) = draft.extra.get_mut("markdown") {
        TWICE.iter().for_each(|key| drop(rest.remove(*key)));
        if rest.is_empty() {
            draft.extra.remove("markdown");
        }
    }
    plain(draft, fields, &own);
    terms(&mut draft.tags, read(&own, "tags"));
    terms(&mut draft.categories, read(&own, "categories"));
    draft.aliases = read(&own, "aliases").unwrap_or_default();
    draft.captions = read(&own, "captions").unwrap_or_default();
    for caption in &mut draft.captions {
        caption.html = html::body(&caption.html, None, None).html;
    }
    draft.links.extend(read::<Vec<crate::model::Link>>(&own, "links").unwrap_or_default());
    draft.media = read(&own, "media").unwrap_or_default();
    draft.enclosures = enclosures(&own);
    comments(draft, streams, name);
    let addresses: BTreeMap<String, String> = read(&own, "addresses").unwrap_or_default();
    addressed(draft, &addresses);
    let vias: BTreeMap<String, String> = read(&own, "vias").unwrap_or_default();
    let file = |(file, address): (&String, &String)| {
        let bytes = Bytes::Stream(beside(streams, name, file)?.clone());
        Some(Attached { url: address.clone(), bytes, via: vias.get(address).cloned() })
    };
    addresses.iter().filter_map(file).collect()
}

fn read<T: DeserializeOwned>(own: &Map<String, Value>, key: &str) -> Option<T> {
    serde_json::from_value(own.get(key)?.clone()).ok()
}

fn plain(draft: &mut Draft, fields: &Fields, own: &Map<String, Value>) {
    // What the plain key says is the beginning of the exact one, or somebody changed it.
    for (exact, plain) in [("published", &mut draft.published), ("updated", &mut draft.updated)] {
        if let Some(date) = read::<crate::model::Date>(own, exact)
            && plain.as_ref().is_none_or(|p| p.text.starts_with(&date.text) || date.local() == p.local())
        {
            *plain = Some(date);
        }
    }
    // A title is HTML in most of these files: ours is what it is, unless somebody wrote another one since.
    let plain = node::first(fields, &["title"]).unwrap_or_default();
    match read::<String>(own, "title") {
        Some(title) if title.is_empty() || title == plain => draft.title = title,
        _ => {}
    }
    if let Some(url) = node::first(fields, &["canonical_url"]).filter(|u| crate::import::parts::is_web(u)) {
        (draft.url, draft.key) = (Some(url.to_string()), None);
    } else {
        draft.url = None;
        // The name that made the id, where it is among those known.
        let id = read::<String>(own, "id").unwrap_or_default();
        let names: Vec<String> = read(own, "aliases").unwrap_or_default();
        let name = names.into_iter().find(|name| PostId::of(name).as_str() == id);
        draft.key = Some(name.unwrap_or_else(|| format!("mdarchive:{id}")));
    }
    draft.guessed.remove("url");
    draft.kind = read::<Kind>(own, "kind").unwrap_or(draft.kind);
    if draft.kind == Kind::Page && node::first(fields, &["type"]) == Some("post") {
        draft.kind = Kind::Post;
    }
    draft.status = read::<Status>(own, "status").unwrap_or(draft.status);
    draft.excerpt = read::<String>(own, "excerpt").or(draft.excerpt.take());
    let known: Vec<crate::model::Author> = read(own, "authors").unwrap_or_default();
    for author in &mut draft.authors {
        if let Some(known) = known.iter().find(|k| k.name == author.name) {
            *author = known.clone();
        }
    }
}

/// Terms get back slug and taxonomy where their labels are still those.
fn terms(terms: &mut Vec<Term>, known: Option<Vec<Term>>) {
    let folded = |terms: &[Term]| -> BTreeSet<String> { terms.iter().map(|t| t.label.to_lowercase()).collect() };
    if let Some(known) = known.as_ref().filter(|k| folded(k) == folded(terms)) {
        return terms.clone_from(known);
    }
    for term in terms {
        if let Some(known) = known.iter().flatten().find(|k| k.label == term.label) {
            *term = known.clone();
        }
    }
}

/// Numbers come back from front matter as words.
fn enclosures(own: &Map<String, Value>) -> Vec<Enclosure> {
    let list = own.get("enclosures").and_then(Value::as_array);
    let word = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_string);
    let one = |value: &Value| {
        let length = word(value, "length").and_then(|n| n.parse().ok());
        Some(Enclosure { url: word(value, "url")?, mime: word(value, "type"), length })
    };
    list.into_iter().flatten().filter_map(one).collect()
}

/// Reads the comments that lie as data beside the posts.
fn comments(draft: &mut Draft, streams: &[Named], name: &str) {
    let stem = name.rsplit('/').next().and_then(|f| f.rsplit_once('.')).map_or(name, |(stem, _)| stem);
    let Some(stream) = beside(streams, name, &format!("../_data/comments/{stem}.json")) else { return };
    let read = stream.read(MAX_COMMENTS).ok().and_then(|bytes| serde_json::from_slice::<Vec<Comment>>(&bytes).ok());
    draft.comments = read.unwrap_or_default();
    for comment in &mut draft.comments {
        let body = html::body(&comment.html, None, None);
        (comment.html, comment.text) = (body.html, body.text);
    }
}

/// Gives names of files back the addresses they stand for.
fn addressed(draft: &mut Draft, addresses: &BTreeMap<String, String>) {
    static ADDRESS: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r##"\b(src|href|poster)="([^"#]*)(#[^"]*)?""##).expect("a fixed pattern"));
    let body = ADDRESS.replace_all(&draft.body, |c: &Captures| {
        let group = |i: usize| c.get(i).map(|m| m.as_str()).unwrap_or_default();
        match addresses.get(&html::unescape(group(2))) {
            Some(address) => {
                let address = address.replace('&', "&amp;").replace('"', "&quot;");
                format!("{}=\"{address}{}\"", group(1), group(3))
            }
            None => group(0).to_string(),
        }
    });
    draft.body = body.into_owned();
}

/// Returns the file of a name relative to a post.
fn beside<'a>(streams: &'a [Named], post: &str, name: &str) -> Option<&'a Named> {
    let wanted = super::media::resolved(post.rsplit_once('/').map_or("", |(folder, _)| folder), name)?;
    if wanted.ends_with(".md") || wanted.ends_with(".html") {
        return None;
    }
    let at = streams.binary_search_by(|s| s.name.as_str().cmp(wanted.as_str())).ok();
    at.and_then(|at| streams.get(at)).or_else(|| streams.iter().find(|s| s.name == wanted))
}
