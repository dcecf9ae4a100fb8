//! Front matter that Hugo, Jekyll and Obsidian read: plain keys they share, and under `mdarchive` what none of them has a
//! word for, so that an import of the file gives the same post.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};
use url::Url;

use crate::html;
use crate::import;
use crate::model::{Caption, Date, Kind, Link, LinkKind, Post, Precision, Status, Term, slugify};

/// What a file says of its post beside the post itself.
pub struct Beside<'a> {
    /// Names within the folder → the addresses they stand for.
    pub addresses: &'a BTreeMap<String, String>,
    /// The body's own links, captions and media: what the post has beyond them is told here.
    pub body: &'a html::Body,
    /// The picture that stands for the post, by its name in the folder.
    pub picture: Option<String>,
}

/// Returns the front matter with its fences.
pub fn front(post: &Post, beside: &Beside<'_>) -> String {
    let mut lines = Lines(String::from("---\n"));
    lines.put("title", &post.label());
    if let Some(date) = post.published.as_ref().and_then(stamp) {
        lines.plain("date", &date);
    }
    if let Some(date) = post.updated.as_ref().and_then(stamp) {
        lines.plain("lastmod", &date);
    }
    let names: Vec<&str> = post.authors.iter().map(|a| a.name.as_str()).collect();
    lines.list("authors", &names);
    lines.list("tags", &labels(&post.tags));
    lines.list("categories", &labels(&post.categories));
    lines.list("series", &post.series.iter().map(String::as_str).collect::<Vec<_>>());
    let stated = [
        ("lang", post.language.clone()),
        ("description", post.excerpt.clone()),
        ("image", beside.picture.clone()),
        ("canonical_url", post.url.clone()),
    ];
    stated.iter().filter_map(|(k, v)| Some((k, v.as_deref()?))).for_each(|(k, v)| lines.put(k, v));
    // Hugo and Jekyll each have a word for "lead here from the old address"; Obsidian finds the note by it.
    let old: Vec<String> = post.url.iter().filter_map(|u| path(u)).collect();
    // Hugo takes an address that ends with a file as it stands.
    let files: Vec<String> =
        old.iter().map(|p| if p.ends_with('/') { format!("{p}index.html") } else { p.clone() }).collect();
    lines.list("aliases", &files.iter().map(String::as_str).collect::<Vec<_>>());
    lines.list("redirect_from", &old.iter().map(String::as_str).collect::<Vec<_>>());
    if post.status != Status::Published {
        // Hugo's word, then Jekyll's.
        lines.plain("draft", "true");
        lines.plain("published", "false");
    }
    if post.kind != Kind::Page && post.published.is_none() {
        lines.plain("type", "post");
    }
    let apart = captions(post, beside);
    lines.list("captions", &apart.iter().map(|c| c.text.as_str()).collect::<Vec<_>>());
    let related = links(post, beside);
    let told: Vec<&str> = related.iter().filter(|l| l.kind == LinkKind::Related).map(|l| l.text.as_str()).collect();
    lines.list("related", &told);
    lines.own(&own(post, beside, &apart, &related));
    lines.0 + "---\n"
}

fn labels(terms: &[Term]) -> Vec<&str> {
    terms.iter().map(|t| t.label.as_str()).collect()
}

/// What the plain keys cannot say.
fn own(post: &Post, beside: &Beside<'_>, captions: &[Caption], links: &[Link]) -> Map<String, Value> {
    let mut own = Map::new();
    let mut put = |key: &str, there: bool, value: Value| {
        if there {
            own.insert(key.into(), value);
        }
    };
    put("id", true, json(&post.id));
    // Read as HTML, as in most of these files, it may say less.
    put("title", post.title.is_empty() || html::plain_text(&post.title) != post.title, json(&post.title));
    put("kind", post.kind == Kind::Response, json(&post.kind));
    put("status", !matches!(post.status, Status::Published | Status::Draft), json(&post.status));
    put("published", post.published.as_ref().is_some_and(|d| !is_whole(d)), json(&post.published));
    put("updated", post.updated.as_ref().is_some_and(|d| !is_whole(d)), json(&post.updated));
    put("authors", post.authors.iter().any(|a| a.slug.is_some() || a.url.is_some()), json(&post.authors));
    let usual = |terms: &[Term], taxonomy| terms.iter().all(|t| t.taxonomy == taxonomy && t.slug == slugify(&t.label));
    put("tags", !usual(&post.tags, "post_tag"), json(&post.tags));
    put("categories", !usual(&post.categories, "category"), json(&post.categories));
    let read = |excerpt: &String| html::plain_text(&import::markdown(excerpt)) == *excerpt;
    put("excerpt", post.excerpt.as_ref().is_some_and(|e| !read(e)), json(&post.excerpt));
    put("aliases", !post.aliases.is_empty(), json(&post.aliases));
    put("captions", !captions.is_empty(), json(&captions));
    put("links", !links.is_empty(), json(&links));
    let media: Vec<Value> = post
        .media
        .iter()
        .filter(|m| m.role != "body" || !beside.body.media.iter().any(|b| b.url == m.url))
        .map(|m| serde_json::json!({"url": m.url, "alt": m.alt, "role": m.role}))
        .collect();
    put("media", !media.is_empty(), json(&media));
    put("enclosures", !post.enclosures.is_empty(), json(&post.enclosures));
    put("addresses", !beside.addresses.is_empty(), json(&beside.addresses));
    let vias: BTreeMap<&String, &String> = post.media.iter().filter_map(|m| Some((&m.url, m.via.as_ref()?))).collect();
    put("vias", !vias.is_empty(), json(&vias));
    own
}

fn json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// Captions that no figure of the body holds: a line of an old text, a featured picture.
fn captions(post: &Post, beside: &Beside<'_>) -> Vec<Caption> {
    let mut held: Vec<&Caption> = beside.body.captions.iter().collect();
    let mut apart = Vec::new();
    for caption in &post.captions {
        match held.iter().position(|h| h.text == caption.text) {
            Some(at) => drop(held.remove(at)),
            None => apart.push(Caption { media: None, ..caption.clone() }),
        }
    }
    apart
}

/// Links that the body does not hold: related posts.
fn links(post: &Post, beside: &Beside<'_>) -> Vec<Link> {
    let mut held: Vec<&Link> = beside.body.links.iter().collect();
    let mut apart = Vec::new();
    for link in &post.links {
        match held.iter().position(|h| h.url == link.url && h.text == link.text) {
            Some(at) => drop(held.remove(at)),
            None => apart.push(Link { target: None, ..link.clone() }),
        }
    }
    apart
}

/// Returns the path of an address, where redirects can be made of it.
fn path(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let path = url.path();
    (url.query().is_none() && path.len() > 1 && !path.contains(['"', '{', '}'])).then(|| path.to_string())
}

/// Returns a date as all three read it; none where there is no time in it that they could.
fn stamp(date: &Date) -> Option<String> {
    let local = date.local()?;
    let day = local.date();
    let stamp = match (date.precision, &date.offset) {
        (Precision::Year | Precision::Month | Precision::Day, _) => day.to_string(),
        (_, Some(offset)) => format!("{}{offset}", local.strftime("%Y-%m-%dT%H:%M:%S")),
        (_, None) => local.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
    };
    Some(stamp)
}

/// Returns whether the written stamp says all of a date.
fn is_whole(date: &Date) -> bool {
    stamp(date).and_then(|s| Date::parse_iso(&s)).as_ref() == Some(date)
}

/// Lines of YAML. Words stand as JSON strings, which YAML reads as its own.
struct Lines(String);

impl Lines {
    fn plain(&mut self, key: &str, value: &str) {
        self.0.push_str(&format!("{key}: {value}\n"));
    }

    fn put(&mut self, key: &str, value: &str) {
        self.plain(key, &quoted(value));
    }

    fn list(&mut self, key: &str, values: &[&str]) {
        if values.is_empty() {
            return;
        }
        self.0.push_str(&format!("{key}:\n"));
        for value in values {
            self.0.push_str(&format!("  - {}\n", quoted(value)));
        }
    }

    fn own(&mut self, own: &Map<String, Value>) {
        self.0.push_str("mdarchive:\n");
        for (key, value) in own {
            self.0.push_str(&format!("  {key}: {value}\n"));
        }
    }
}

/// Returns words as a string of JSON on one line, without what Jekyll or a strict YAML reader trips over.
pub fn quoted(text: &str) -> String {
    let text = html::fold(text);
    let text: String = text.chars().filter(|c| !c.is_control()).collect();
    Value::String(text).to_string()
}
