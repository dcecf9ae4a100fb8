//! `--jsonfeed`: [JSON Feed 1.1](https://www.jsonfeed.org/version/1.1/), the newest post first, for readers of feeds and
//! for programs that know no format of ours. What the standard has no word for stands in one object, `_mdarchive`.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::Path;

use serde_json::{Map, Value, json};

use super::json::{each_of, indented};
use super::{Exporter, Job, Selection, flush, write_error};
use crate::error::Result;
use crate::model::{Author, Date, Post, Status, pretty_json};

/// The standard's name and ours.
const VERSION: &str = "https://jsonfeed.org/version/1.1";
const ABOUT: &str = "https://github.com/mdarchive/mdarchive";
/// The beginning of a feed of ours, by which it is known again.
const HEAD: &str = "{\n  \"_mdarchive\": {\n";

/// A JSON Feed in one file.
pub struct JsonFeed;

impl Exporter for JsonFeed {
    fn name(&self) -> &'static str {
        "jsonfeed"
    }

    fn extension(&self) -> &'static str {
        "feed.json"
    }

    fn is_for_readers(&self) -> bool {
        true
    }

    fn write(&self, job: &Job, out: &mut File) -> Result<()> {
        let (archive, mut out) = (job.archive, BufWriter::with_capacity(1 << 17, out));
        let fail = write_error(archive);
        let public = Selection { statuses: vec![Status::Published], ..job.selection.clone() };
        let selection = if job.selection.statuses.is_empty() { &public } else { job.selection };
        let mut entries = selection.of(archive.entries()?);
        // The newest first, as feeds have it; what has no date stays last.
        let dated = entries.iter().take_while(|e| e.published.is_some()).count();
        if let Some(dated) = entries.get_mut(..dated) {
            dated.reverse();
        }
        let site = &archive.info.site;
        let mut head = Map::new();
        head.insert("_mdarchive".into(), json!({"about": ABOUT, "archive": archive.info.id}));
        head.insert("version".into(), VERSION.into());
        // The standard wants a title.
        head.insert(
            "title".into(),
            if site.title.is_empty() { &archive.info.name } else { &site.title }.as_str().into(),
        );
        let web = site.url.as_ref().filter(|u| is_web(u));
        let stated = [
            ("home_page_url", web),
            ("description", Some(&site.description).filter(|d| !d.is_empty())),
            ("language", site.language.as_ref()),
        ];
        head.extend(stated.into_iter().filter_map(|(k, v)| Some((k.to_string(), Value::from(v?.as_str())))));
        // The items come last, one after the other.
        let mut text = String::from_utf8(pretty_json(&Value::Object(head))).unwrap_or_default();
        text.truncate(text.trim_end().trim_end_matches('}').trim_end().len());
        write!(out, "{text},\n  \"items\": [").map_err(&fail)?;
        let mut first = true;
        each_of(job, &entries, &|post| indented(&pretty_json(&item(post)), 2), &mut |bytes| {
            let between = if std::mem::take(&mut first) { "\n    " } else { ",\n    " };
            out.write_all(between.as_bytes()).and_then(|()| out.write_all(bytes)).map_err(&fail)
        })?;
        writeln!(out, "{}\n}}", if first { "]" } else { "\n  ]" }).map_err(&fail)?;
        flush(&mut out, archive)
    }

    fn is_ours(&self, file: &Path) -> bool {
        let mut start = String::new();
        let Ok(file) = File::open(file) else { return false };
        let read = BufReader::new(file).take(4096).read_to_string(&mut start);
        read.is_ok() && start.starts_with(HEAD) && start.contains(VERSION)
    }
}

fn is_web(address: &str) -> bool {
    address.starts_with("http://") || address.starts_with("https://")
}

/// Returns a post as an item.
fn item(post: &Post) -> Value {
    let mut item = Map::new();
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            item.insert(key.into(), value);
        }
    };
    // An id is for good, and better an address than not.
    let url = post.url.as_deref().filter(|u| is_web(u));
    put("id", Some(url.map_or_else(|| format!("urn:mdarchive:{}", post.id), str::to_string).into()));
    put("url", url.map(Value::from));
    put("title", (!post.title.is_empty()).then(|| post.title.as_str().into()));
    // One of the two must be there, if only empty.
    put("content_html", Some(post.html.as_str().into()));
    put("summary", post.excerpt.as_deref().map(Value::from));
    let picture = post.media.iter().find(|m| m.role == "featured" && is_web(&m.url));
    put("image", picture.map(|m| m.url.as_str().into()));
    put("date_published", post.published.as_ref().and_then(stamp).map(Value::from));
    put("date_modified", post.updated.as_ref().and_then(stamp).map(Value::from));
    put("authors", (!post.authors.is_empty()).then(|| post.authors.iter().map(author).collect()));
    let mut tags: Vec<&str> = Vec::new();
    for term in post.tags.iter().chain(&post.categories) {
        if !tags.contains(&term.label.as_str()) {
            tags.push(&term.label);
        }
    }
    put("tags", (!tags.is_empty()).then(|| json!(tags)));
    put("language", post.language.as_deref().map(Value::from));
    let files: Vec<Value> = post
        .enclosures
        .iter()
        .filter(|e| is_web(&e.url))
        .map(|e| {
            // The type is wanted; what is not known is bytes.
            let mut file = json!({"url": e.url, "mime_type": e.mime.as_deref().unwrap_or("application/octet-stream")});
            if let (Some(length), Some(file)) = (e.length, file.as_object_mut()) {
                file.insert("size_in_bytes".into(), length.into());
            }
            file
        })
        .collect();
    put("attachments", (!files.is_empty()).then(|| files.into()));
    put("_mdarchive", Some(own(post)));
    Value::Object(item)
}

fn author(author: &Author) -> Value {
    match author.url.as_ref().filter(|u| is_web(u)) {
        Some(url) => json!({"name": author.name, "url": url}),
        None => json!({"name": author.name}),
    }
}

/// What the standard has no word for.
fn own(post: &Post) -> Value {
    let mut own = json!({"about": ABOUT, "id": post.id, "kind": post.kind, "status": post.status});
    let labels: Vec<&str> = post.categories.iter().map(|t| t.label.as_str()).collect();
    let captions: Vec<&str> = post.captions.iter().map(|c| c.text.as_str()).collect();
    let parts = [
        ("categories", json!(labels), !labels.is_empty()),
        ("captions", json!(captions), !captions.is_empty()),
        ("series", json!(post.series), post.series.is_some()),
        ("aliases", json!(post.aliases), !post.aliases.is_empty()),
        // As exact as it is known: the standard wants the second and the zone.
        ("published", json!(post.published), post.published.is_some()),
    ];
    if let Some(own) = own.as_object_mut() {
        own.extend(parts.into_iter().filter(|(.., there)| *there).map(|(k, v, _)| (k.to_string(), v)));
    }
    own
}

/// Returns a date as RFC 3339 wants it: with seconds and a zone; UTC where none is known.
fn stamp(date: &Date) -> Option<String> {
    let local = date.local()?.strftime("%Y-%m-%dT%H:%M:%S").to_string();
    Some(local + date.offset.as_deref().filter(|o| *o != "+00:00").unwrap_or("Z"))
}
