//! [JSON Feed](https://www.jsonfeed.org/version/1.1/) 1 and 1.1.

use serde_json::{Map, Value};
use url::Url;

use crate::html;
use crate::input;
use crate::model::Author;

use super::date;
use super::item::{Category, Dialect, Entry, Feed, Link, Text};
use super::xml::resolve;

/// Reads a whole document. The standard would have items without an id dropped; those that say something are kept.
pub fn parse(bytes: &[u8], base: Option<&Url>) -> Result<Feed, String> {
    let (whole, _) = input::decode(bytes, None);
    let all: Value = serde_json::from_str(&whole).map_err(|e| format!("not JSON: {e}"))?;
    let version = text(&all, "version");
    let Some((_, version)) = version.split_once("jsonfeed.org/version/") else {
        return Err("not a JSON Feed (it names no version)".into());
    };
    let mut feed = Feed { dialect: Dialect::Json, version: version.to_string(), ..Feed::default() };
    let home = text(&all, "home_page_url");
    let home = Url::parse(&home).ok();
    let base = home.as_ref().or(base);
    feed.id = text(&all, "feed_url");
    feed.site.title = html::fold(&html::unescape(&text(&all, "title")));
    feed.site.description = html::fold(&text(&all, "description"));
    feed.site.url = home.as_ref().map(Url::to_string);
    feed.site.language = some(text(&all, "language"));
    feed.authors = authors(&all);
    let links = [("self", feed.id.clone()), ("next", resolve(&text(&all, "next_url"), base))];
    feed.links = links.into_iter().filter(|(_, h)| !h.is_empty()).map(|(rel, href)| link(rel, href)).collect();
    let mut nameless = 0;
    for item in all["items"].as_array().into_iter().flatten() {
        match entry(item, base) {
            Some(entry) => {
                nameless += u32::from(entry.id.is_empty());
                feed.entries.push(entry);
            }
            None => feed.repairs.push("an item that says nothing was left out".into()),
        }
    }
    if nameless > 0 {
        feed.repairs.push(format!("{nameless} items without an id were taken by their addresses"));
    }
    Ok(feed)
}

fn entry(item: &Value, base: Option<&Url>) -> Option<Entry> {
    // The standard wants a string; a number is to be taken for one.
    let id = match &item["id"] {
        Value::Number(n) => n.to_string(),
        id => id.as_str().unwrap_or_default().trim().to_string(),
    };
    let url = resolve(&text(item, "url"), base);
    let says_nothing = |name: &&str| text(item, name).is_empty();
    if id.is_empty() && ["url", "title", "content_html", "content_text", "summary"].iter().all(says_nothing) {
        return None;
    }
    let mut entry = Entry {
        id_is_address: url.is_empty() && id.contains("://"),
        id,
        title: plain(html::unescape(&text(item, "title"))),
        summary: some(text(item, "summary")).map(plain),
        base: some(url.clone()).or(base.map(Url::to_string)),
        authors: authors(item),
        language: some(text(item, "language")),
        extra: extra(item),
        ..Entry::default()
    };
    entry.content = some(text(item, "content_html"))
        .map(|value| Text { value, html: true, ..Text::default() })
        .or_else(|| some(text(item, "content_text")).map(plain));
    for (field, name) in [(&mut entry.published, "date_published"), (&mut entry.updated, "date_modified")] {
        let written = text(item, name);
        *field = date::parse(&written);
        if field.is_none() && !written.is_empty() {
            entry.bad_dates.push(written.chars().take(60).collect());
        }
    }
    let labels = item["tags"].as_array().into_iter().flatten().filter_map(Value::as_str);
    entry.categories = labels.map(|t| Category { term: html::fold(t), ..Category::default() }).collect();
    let links = [("alternate", url), ("via", resolve(&text(item, "external_url"), base))];
    entry.links = links.into_iter().filter(|(_, h)| !h.is_empty()).map(|(rel, href)| link(rel, href)).collect();
    for file in item["attachments"].as_array().into_iter().flatten() {
        entry.links.push(Link {
            mime: some(text(file, "mime_type")),
            length: file["size_in_bytes"].as_u64(),
            title: some(text(file, "title")),
            ..link("enclosure", resolve(&text(file, "url"), base))
        });
    }
    for (thumbnail, name) in [(true, "image"), (true, "banner_image")] {
        let url = resolve(&text(item, name), base);
        if !url.is_empty() {
            entry.media.push(super::item::Medium { url, thumbnail, ..Default::default() });
        }
    }
    Some(entry)
}

fn text(of: &Value, name: &str) -> String {
    of[name].as_str().unwrap_or_default().trim().to_string()
}

fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

fn plain(value: String) -> Text {
    Text { value, ..Text::default() }
}

fn link(rel: &str, href: String) -> Link {
    Link { rel: rel.to_string(), href, ..Link::default() }
}

/// `authors` of version 1.1, else `author` of version 1.
fn authors(of: &Value) -> Vec<Author> {
    let list = of["authors"].as_array().cloned().unwrap_or_else(|| vec![of["author"].clone()]);
    let person = |a: &Value| Author { name: html::fold(&text(a, "name")), slug: None, url: some(text(a, "url")) };
    list.iter().map(person).filter(|a| !a.name.is_empty()).collect()
}

/// Extensions: objects under a name that begins with an underscore.
fn extra(item: &Value) -> Map<String, Value> {
    let own = item.as_object().into_iter().flatten().filter(|(name, _)| name.starts_with('_'));
    own.take(64).map(|(name, value)| (name.clone(), value.clone())).collect()
}
