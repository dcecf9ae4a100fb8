//! Promise: the feed handed out is one by the words of JSON Feed 1.1, holds what is public, and reads back.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use mdarchive::event::Events;
use mdarchive::export::{Job, JsonFeed, Selection, export};
use mdarchive::model::{Author, Enclosure, Status, Term};
use mdarchive::store::Archive;
use serde_json::Value;

use crate::harness::{clock_at, draft, open_writer, refine};

/// Checks a feed against the standard, field by field. Returns what is wrong.
fn faults(feed: &Value) -> Vec<String> {
    let mut out = Vec::new();
    let known = [
        "version",
        "title",
        "home_page_url",
        "feed_url",
        "description",
        "user_comment",
        "next_url",
        "icon",
        "favicon",
        "authors",
        "language",
        "expired",
        "hubs",
        "items",
    ];
    object(feed, "feed", &known, &mut out);
    if feed["version"] != "https://jsonfeed.org/version/1.1" {
        out.push("version".into());
    }
    if feed["title"].as_str().is_none_or(str::is_empty) {
        out.push("title is required".into());
    }
    address(feed, &["home_page_url", "feed_url", "next_url", "icon", "favicon"], "feed", &mut out);
    let Some(items) = feed["items"].as_array() else {
        out.push("items is required and a list".into());
        return out;
    };
    let mut ids = BTreeSet::new();
    for item in items {
        let id = item["id"].as_str().unwrap_or_default();
        if id.is_empty() || !ids.insert(id) {
            out.push(format!("id {id:?} must be a string of its own"));
        }
        faults_of_item(item, id, &mut out);
    }
    out
}

fn faults_of_item(item: &Value, id: &str, out: &mut Vec<String>) {
    let known = [
        "id",
        "url",
        "external_url",
        "title",
        "content_html",
        "content_text",
        "summary",
        "image",
        "banner_image",
        "date_published",
        "date_modified",
        "authors",
        "tags",
        "language",
        "attachments",
    ];
    object(item, id, &known, out);
    if !item["content_html"].is_string() && !item["content_text"].is_string() {
        out.push(format!("{id}: content_html or content_text is required"));
    }
    address(item, &["url", "external_url", "image", "banner_image"], id, out);
    for key in ["title", "summary", "language"] {
        if item.get(key).is_some_and(|v| !v.is_string()) {
            out.push(format!("{id}: {key} is no string"));
        }
    }
    for key in ["date_published", "date_modified"] {
        // RFC 3339: a whole time with a zone.
        let fits =
            |text: &str| text.parse::<jiff::Timestamp>().is_ok() && text.len() >= 20 && text.as_bytes()[10] == b'T';
        if item.get(key).is_some_and(|v| !v.as_str().is_some_and(fits)) {
            out.push(format!("{id}: {key} is no RFC 3339 date: {}", item[key]));
        }
    }
    for author in item["authors"].as_array().into_iter().flatten() {
        object(author, id, &["name", "url", "avatar"], out);
        if ["name", "url", "avatar"].iter().all(|k| author.get(k).is_none()) {
            out.push(format!("{id}: an author who is nobody"));
        }
    }
    if item.get("tags").is_some_and(|t| !t.as_array().is_some_and(|t| t.iter().all(Value::is_string))) {
        out.push(format!("{id}: tags are strings"));
    }
    for file in item["attachments"].as_array().into_iter().flatten() {
        object(file, id, &["url", "mime_type", "title", "size_in_bytes", "duration_in_seconds"], out);
        if !file["url"].is_string() || !file["mime_type"].is_string() {
            out.push(format!("{id}: an attachment has an address and a type"));
        }
        if file.get("size_in_bytes").is_some_and(|v| !v.is_number()) {
            out.push(format!("{id}: size_in_bytes is a number"));
        }
    }
}

/// Names of one's own begin with an underscore and hold an object.
fn object(value: &Value, what: &str, known: &[&str], out: &mut Vec<String>) {
    let Some(fields) = value.as_object() else { return out.push(format!("{what} is no object")) };
    for (key, value) in fields {
        match key.strip_prefix('_') {
            Some(name) if !name.is_empty() && !name.contains(['.', ' ']) && value.is_object() => {}
            Some(_) => out.push(format!("{what}: {key} is no extension")),
            None if known.contains(&key.as_str()) => {}
            None => out.push(format!("{what}: {key} is no field")),
        }
        if value.is_null() {
            out.push(format!("{what}: {key} is null"));
        }
    }
}

fn address(value: &Value, keys: &[&str], what: &str, out: &mut Vec<String>) {
    for key in keys {
        if value.get(key).is_some_and(|v| v.as_str().is_none_or(|u| url::Url::parse(u).is_err())) {
            out.push(format!("{what}: {key} is no address"));
        }
    }
}

fn archive(folder: &Path) -> Archive {
    let root = folder.join("blog.example");
    let mut w = open_writer(&root, 0);
    for n in 1..=3 {
        let mut post = draft(n, "rest", &format!("<p>Words of {n} &amp; more</p>"));
        post.authors = vec![Author { name: "Ada".into(), slug: None, url: Some("http://blog.example/ada/".into()) }];
        post.categories = vec![Term { label: "News".into(), slug: "news".into(), taxonomy: "category".into() }];
        post.enclosures = vec![Enclosure { url: format!("http://blog.example/{n}.mp3"), mime: None, length: Some(5) }];
        post.series = Some("Log".into());
        w.keep(refine(post)).unwrap();
    }
    let mut bare = draft(4, "text", "");
    (bare.url, bare.published, bare.updated, bare.title, bare.tags) = (None, None, None, String::new(), Vec::new());
    bare.body = "<p>No date, no address</p>".into();
    w.keep(refine(bare)).unwrap();
    let mut vague = draft(5, "text", "<p>In a month</p>");
    vague.published = mdarchive::model::Date::parse_iso("2007-06");
    w.keep(refine(vague)).unwrap();
    let mut secret = draft(6, "rest", "<p>Not yet</p>");
    secret.status = Status::Draft;
    w.keep(refine(secret)).unwrap();
    w.finish(false).unwrap();
    Archive::open(&root).unwrap()
}

fn feed(archive: &Archive, selection: &Selection) -> (std::path::PathBuf, Value, tempfile::TempDir) {
    let out = tempfile::tempdir().unwrap();
    let path = export(&JsonFeed, &Job { archive, selection, events: &Events::silent() }, out.path(), false).unwrap();
    let value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    (path, value, out)
}

#[test]
fn feed_is_one_by_the_words_of_the_standard() {
    let one = tempfile::tempdir().unwrap();
    let archive = archive(one.path());
    let (_, whole, _out) = feed(&archive, &Selection::default());
    assert_eq!(faults(&whole), Vec::<String>::new());
    let titles: Vec<_> = whole["items"].as_array().unwrap().iter().map(|i| i["title"].as_str()).collect();
    // The newest first, what has no date last; drafts are not handed out unasked.
    assert_eq!(titles, [Some("Post 5"), Some("Post 3"), Some("Post 2"), Some("Post 1"), None]);
    assert_eq!(whole["items"][0]["date_published"], "2007-06-01T00:00:00Z");
    assert_eq!(whole["items"][0]["_mdarchive"]["published"]["text"], "2007-06");
    assert_eq!(whole["items"][1]["tags"], serde_json::json!(["Tag", "News"]));
    let (_, one_post, _out) = feed(&archive, &Selection { limit: Some(1), ..Selection::default() });
    assert_eq!(one_post["items"].as_array().unwrap().len(), 1);
    let asked = Selection { statuses: vec![Status::Published, Status::Draft], ..Selection::default() };
    assert_eq!(feed(&archive, &asked).1["items"].as_array().unwrap().len(), 6);
    let nothing = Selection { tag: Some("no such".into()), ..Selection::default() };
    assert_eq!(faults(&feed(&archive, &nothing).1), Vec::<String>::new());
}

#[test]
fn faults_of_feeds_are_seen_by_the_test_itself() {
    let bad = serde_json::json!({
        "version": "https://jsonfeed.org/version/1", "title": "", "extra": 1,
        "items": [{"id": 5, "date_published": "2007-04-23", "tags": "x", "attachments": [{"url": "x"}], "_own": 1}],
    });
    assert!(faults(&bad).len() >= 9, "{:?}", faults(&bad));
}

#[test]
fn feed_reads_back_as_the_posts_it_was_made_of() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let archive = archive(one.path());
    let (path, _, _out) = feed(&archive, &Selection::default());
    let request = mdarchive::ops::import::ImportRequest {
        name: Some("again".into()),
        ..mdarchive::ops::import::ImportRequest::new(vec![path], two.path().to_path_buf())
    };
    mdarchive::ops::import::import(&request, &Events::silent(), clock_at(0)).unwrap();
    let again = Archive::open(&two.path().join("again")).unwrap();
    let posts = |archive: &Archive| -> Vec<_> {
        let all = archive.entries().unwrap();
        all.iter().map(|e| archive.read(e).unwrap()).filter(|p| p.status == Status::Published).collect()
    };
    let (was, is) = (posts(&archive), posts(&again));
    assert_eq!(was.len(), is.len());
    for (was, is) in was.iter().zip(&is) {
        assert_eq!((&is.url, &is.html, &is.text, &is.title), (&was.url, &was.html, &was.text, &was.title));
        assert_eq!((&is.authors, &is.excerpt), (&was.authors, &was.excerpt));
        let files = |p: &mdarchive::model::Post| p.enclosures.iter().map(|e| e.url.clone()).collect::<Vec<_>>();
        assert_eq!(files(is), files(was));
        let labels = |p: &mdarchive::model::Post| -> Vec<String> {
            p.tags.iter().chain(&p.categories).map(|t| t.label.clone()).collect()
        };
        assert_eq!(labels(is), labels(was));
        let moment = |p: &mdarchive::model::Post| p.published.as_ref().and_then(|d| d.local());
        assert_eq!(moment(is), moment(was));
    }
}
