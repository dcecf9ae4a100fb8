//! One element of an entry into its field, whatever the dialect calls it.

use serde_json::{Map, Value, json};
use url::Url;

use crate::html;
use crate::import::xml::Fault;
use crate::model::Author;

use super::construct;
use super::item::{Category, Dialect, Entry, Medium, Text};
use super::xml::{Parser, resolve};

/// Elements kept beside what the model has, and characters of each.
const MAX_EXTRA: usize = 64;
const MAX_EXTRA_TEXT: usize = 4096;

/// Reads the element that was opened.
pub(super) fn read(parser: &mut Parser, name: &str, entry: &mut Entry, base: Option<&Url>) -> Result<(), Fault> {
    match name {
        "id" => entry.id = parser.text(name)?.trim().to_string(),
        "guid" => {
            let says_no = parser.xml.attribute("isPermaLink").is_some_and(|v| v.trim().eq_ignore_ascii_case("false"));
            entry.id = parser.text(name)?.trim().to_string();
            entry.id_is_address = !says_no;
        }
        "title" => {
            let rss = parser.feed.dialect != Dialect::Atom;
            entry.title = construct::read(parser, name)?;
            // RSS does not say what a title is; nearly all are escaped HTML.
            entry.title.html |= rss;
        }
        "dc:title" | "atom:title" if entry.title.is_empty() => entry.title = construct::read(parser, name)?,
        "description" | "summary" | "atom:summary" => {
            let mut text = construct::read(parser, name)?;
            text.html |= name == "description";
            keep(&mut entry.summary, text);
        }
        "content" | "content:encoded" | "atom:content" | "fullText" | "body" | "h:body" | "h:div" | "fulltext" => {
            let typed = name == "content" || name == "atom:content";
            let mut text = content(parser, name, base)?;
            text.html |= !typed;
            keep(&mut entry.content, text);
        }
        "link" | "atom:link" => {
            let link = parser.take_link(name, base)?;
            entry.links.extend(Some(link).filter(|l| !l.href.is_empty() || l.rel == "related"));
        }
        "enclosure" | "media:enclosure" => {
            let mut link = parser.take_link(name, base)?;
            link.rel = "enclosure".to_string();
            entry.links.extend(Some(link).filter(|l| !l.href.is_empty()));
        }
        "feedburner:origLink" => {
            let address = parser.text(name)?.trim().to_string();
            set_extra(&mut entry.extra, name, address.into());
        }
        "category" | "dc:subject" => category(parser, name, entry)?,
        "author" if parser.feed.dialect == Dialect::Atom => entry.authors.extend(parser.person(name)?),
        "author" | "dc:creator" | "atom:author" => {
            let text = html::plain_text(&parser.text(name)?);
            let author = byline(&text);
            match (name, author) {
                ("author", author) => entry.account = author,
                (_, Some(author)) if !entry.authors.contains(&author) => entry.authors.push(author),
                _ => {}
            }
        }
        "pubDate" | "pubdate" | "published" | "issued" | "dc:date" | "dcterms:issued" | "dcterms:created"
        | "created" => {
            let date = parser.take_date(name, &mut entry.bad_dates)?;
            // Both are seen in one entry: the feed's own goes before Dublin Core's.
            if entry.published.is_none() || matches!(name, "pubDate" | "published" | "issued") && date.is_some() {
                entry.published = date;
            }
        }
        "updated" | "modified" | "atom:updated" | "dcterms:modified" | "lastBuildDate" => {
            entry.updated = parser.take_date(name, &mut entry.bad_dates)?.or(entry.updated.take());
        }
        "thr:in-reply-to" => {
            let of = |name| parser.xml.attribute(name).map(str::trim).filter(|v| !v.is_empty()).map(str::to_string);
            entry.in_reply_to = of("ref").or_else(|| of("href"));
            parser.skip(name)?;
        }
        "app:control" => {
            let mut draft = false;
            parser.children(name, &mut |name, _, text| draft |= name == "app:draft" && is_yes(text))?;
            entry.draft |= draft;
        }
        "app:draft" => entry.draft |= is_yes(&parser.text(name)?),
        "dc:language" => entry.language = Some(parser.text(name)?.trim().to_string()).filter(|l| !l.is_empty()),
        "media:group" | "media:content" | "media:thumbnail" => media(parser, name, entry, base)?,
        "blogger:location" => {
            let mut place = Map::new();
            parser.children(name, &mut |name, _, text| {
                if let Some(name) = name.strip_prefix("blogger:").filter(|_| !text.is_empty() && text.len() < 1000) {
                    place.insert(name.to_string(), text.into());
                }
            })?;
            if !place.is_empty() {
                set_extra(&mut entry.extra, name, place.into());
            }
        }
        // The feed this entry was taken from says nothing of the entry.
        "source" if parser.feed.dialect == Dialect::Atom => parser.skip(name)?,
        _ => {
            let attributes: Map<String, Value> = parser
                .xml
                .attributes()
                .iter()
                .filter(|(k, _)| !k.starts_with("xml"))
                .map(|(k, v)| (k.clone(), Value::String(v.chars().take(MAX_EXTRA_TEXT).collect())))
                .collect();
            let text: String = parser.text(name)?.trim().chars().take(MAX_EXTRA_TEXT).collect();
            let value = match (attributes.is_empty(), text.is_empty()) {
                (true, true) => return Ok(()),
                (true, false) => Value::String(text),
                (false, true) => Value::Object(attributes),
                (false, false) => json!({"text": text, "attributes": attributes}),
            };
            set_extra(&mut entry.extra, name, value);
        }
    }
    Ok(())
}

fn set_extra(extra: &mut Map<String, Value>, name: &str, value: Value) {
    if extra.len() < MAX_EXTRA && !extra.contains_key(name) {
        extra.insert(name.to_string(), value);
    }
}

fn is_yes(text: &str) -> bool {
    text.eq_ignore_ascii_case("yes") || text.eq_ignore_ascii_case("true")
}

/// Keeps the longer of two texts for one field: some feeds write both a short and a long one.
fn keep(field: &mut Option<Text>, text: Text) {
    if field.as_ref().is_none_or(|old| old.value.trim().len() < text.value.trim().len()) {
        *field = Some(text);
    }
}

fn content(parser: &mut Parser, name: &str, base: Option<&Url>) -> Result<Text, Fault> {
    let mut text = construct::read(parser, name)?;
    text.src = text.src.map(|src| resolve(src.trim(), base));
    text.base = text.base.map(|own| resolve(own.trim(), base));
    Ok(text)
}

fn category(parser: &mut Parser, name: &str, entry: &mut Entry) -> Result<(), Fault> {
    let attribute = |name| parser.xml.attribute(name).map(str::trim).filter(|v| !v.is_empty()).map(str::to_string);
    let (term, label) = (attribute("term"), attribute("label"));
    let scheme = attribute("scheme").or_else(|| attribute("domain"));
    let text = html::fold(&html::unescape(&parser.text(name)?));
    let term = term.unwrap_or(text);
    if !term.is_empty() {
        entry.categories.push(Category { term, label, scheme });
    }
    Ok(())
}

/// Reads `jane@example.com (Jane Roe)`, `Jane Roe <jane@example.com>` and bare names. An address alone gives what stands
/// before its `@`.
pub(super) fn byline(text: &str) -> Option<Author> {
    let text = text.trim();
    let inside = |open: char, close: char| {
        let (before, rest) = text.split_once(open)?;
        let (inner, _) = rest.rsplit_once(close)?;
        let (before, inner) = (before.trim(), inner.trim());
        match (before.contains('@'), inner.contains('@')) {
            (true, _) => Some(inner),
            (_, true) => Some(before),
            _ => None,
        }
    };
    let name = inside('(', ')').or_else(|| inside('<', '>')).unwrap_or(text).trim_matches('"');
    let name = name.split_once('@').filter(|(_, h)| h.contains('.') && !h.contains(' ')).map_or(name, |(n, _)| n);
    let name = html::fold(name);
    (!name.is_empty()).then_some(Author { name, slug: None, url: None })
}

/// Reads Media RSS; the thumbnail of a film is none of its own.
fn media(parser: &mut Parser, name: &str, entry: &mut Entry, base: Option<&Url>) -> Result<(), Fault> {
    let mut found: Vec<Medium> = Vec::new();
    let begin = |name: &str, xml: &crate::import::xml::Xml| {
        let attribute = |name| xml.attribute(name).map(str::trim).filter(|v| !v.is_empty()).map(str::to_string);
        Medium {
            url: resolve(&attribute("url").unwrap_or_default(), base),
            mime: attribute("type"),
            medium: attribute("medium"),
            thumbnail: name == "media:thumbnail",
            ..Medium::default()
        }
    };
    let mut shared = Medium::default();
    if name != "media:group" {
        found.push(begin(name, &parser.xml));
    }
    parser.children(name, &mut |name, xml, text| match name {
        "media:content" | "media:thumbnail" if text.is_empty() && xml.attribute("url").is_some() => {
            let one = begin(name, xml);
            if !found.iter().any(|m| m.url == one.url) {
                found.push(one);
            }
        }
        "media:title" | "media:description" | "media:credit" if !text.is_empty() => {
            let at = found.iter().rposition(|m| !m.thumbnail);
            let one = at.and_then(|at| found.get_mut(at)).unwrap_or(&mut shared);
            match name {
                "media:title" => one.title = html::plain_text(text),
                "media:credit" => one.credit = Some(html::plain_text(text)),
                _ => one.description = text.to_string(),
            }
        }
        _ => {}
    })?;
    if !shared.description.is_empty() && entry.summary.is_none() {
        entry.summary = Some(Text { value: shared.description, ..Text::default() });
    }
    entry.media.extend(found.into_iter().filter(|m| !m.url.is_empty()));
    Ok(())
}
