//! Real files against counts made by a program that shares no code with this one.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use mdarchive::model::{CommentKind, Kind, Post, Status};
use serde_json::Value;

use crate::import::shared;

use super::read;

/// What the counts call a number, and how it is counted here.
type Count = fn(&[Post]) -> usize;

const COUNTS: [(&str, Count); 10] = [
    ("posts", |p| of(p, |p| p.kind == Kind::Post)),
    ("published", |p| of(p, |p| p.kind == Kind::Post && p.status == Status::Published)),
    ("drafts", |p| of(p, |p| p.kind == Kind::Post && matches!(p.status, Status::Draft | Status::Pending))),
    ("scheduled", |p| of(p, |p| p.kind == Kind::Post && p.status == Status::Scheduled)),
    ("private", |p| of(p, |p| p.kind == Kind::Post && p.status == Status::Private)),
    ("pages", |p| of(p, |p| p.kind == Kind::Page)),
    ("responses", |p| of(p, |p| p.kind == Kind::Response)),
    ("comments", |p| p.iter().flat_map(|p| &p.comments).filter(|c| c.kind == CommentKind::Comment).count()),
    ("tags", |p| distinct(p.iter().flat_map(|p| &p.tags).map(|t| t.label.to_lowercase()))),
    ("categories", |p| distinct(p.iter().flat_map(|p| &p.categories).map(|t| t.label.to_lowercase()))),
];

fn of(posts: &[Post], fits: fn(&Post) -> bool) -> usize {
    posts.iter().filter(|p| fits(p)).count()
}

fn distinct(labels: impl Iterator<Item = String>) -> usize {
    labels.collect::<std::collections::BTreeSet<_>>().len()
}

/// Compares the files below some folders; returns a line for every difference.
fn differences(test: &str, folders: &[&str]) -> Vec<String> {
    let Some(root) = shared(test, "corpus/import") else { return Vec::new() };
    let all: Value = serde_json::from_slice(&fs::read(root.join("expected.json")).unwrap()).unwrap();
    let mut out = Vec::new();
    for (name, expected) in all["files"].as_object().unwrap() {
        if folders.iter().any(|f| name.starts_with(f)) {
            out.extend(compare(&root, name, expected));
        }
    }
    out
}

fn compare(root: &Path, name: &str, expected: &Value) -> Vec<String> {
    let found = match read(&root.join(name)) {
        Ok(found) => found,
        Err(error) => return vec![format!("{name}: {error}")],
    };
    let mut out = Vec::new();
    let mut wanted: BTreeMap<&str, u64> = BTreeMap::new();
    for (key, value) in expected.as_object().unwrap() {
        wanted.extend(value.as_u64().map(|n| (key.as_str(), n)));
    }
    for (key, count) in COUNTS {
        let own = count(&found.posts) as u64;
        out.extend(wanted.get(key).filter(|n| **n != own).map(|n| format!("{name}: {key} {own}, not {n}")));
    }
    let captions = found.posts.iter().map(|p| p.captions.len()).sum::<usize>() as u64;
    let kinds = expected["captions"].as_object().into_iter().flatten().filter_map(|(_, n)| n.as_u64());
    let (most, sum) = (kinds.clone().max().unwrap_or(0), kinds.sum::<u64>());
    if expected["captions"].as_object().is_some_and(|c| !c.is_empty()) && !(most..=sum).contains(&captions) {
        out.push(format!("{name}: captions {captions}, not {most}"));
    }
    out
}

#[test]
fn movable_type_files_have_the_counts() {
    assert_eq!(differences("movable_type_files_have_the_counts", &["mt/"]), Vec::<String>::new());
}

#[test]
fn medium_and_substack_exports_have_the_counts() {
    let found = differences("medium_and_substack_exports_have_the_counts", &["medium/", "substack/"]);
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn answers_and_backups_have_the_counts() {
    let found =
        differences("answers_and_backups_have_the_counts", &["wp-rest/", "wpcom-api/", "blogger-api/", "dotclear/"]);
    let known = [
        // Only people, no posts: nothing to import, and it says so.
        "wp-rest/multiple-users.json: cannot read",
        // The count is of the table of categories; no post is in one.
        "dotclear/dotclear.txt: categories 0, not 2",
    ];
    let new: Vec<&String> = found.iter().filter(|f| !known.iter().any(|k| f.starts_with(k))).collect();
    assert_eq!(new, Vec::<&String>::new());
}

#[test]
fn tumblr_files_have_the_counts() {
    let found = differences("tumblr_files_have_the_counts", &["tumblr-export/", "tumblr-api-v1/"]);
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn journals_have_the_counts() {
    let Some(root) = shared("journals_have_the_counts", "corpus/import/livejournal") else { return };
    // Screened and deleted comments are counted there and left out here.
    for (folder, posts, private, comments, left) in [("export_do", 3, 2, 1, 2), ("ljdump/scribbler", 2, 1, 1, 1)] {
        let found = read(&root.join(folder)).unwrap();
        assert_eq!(of(&found.posts, |_| true), posts);
        assert_eq!(of(&found.posts, |p| p.status == Status::Private), private);
        assert_eq!(found.posts.iter().map(|p| p.comments.len()).sum::<usize>(), comments);
        let skipped = &found.reports[0].skipped;
        let count = |what: &str| skipped.get(what).copied().unwrap_or(0);
        assert_eq!(count("screened comments") + count("deleted comments"), left, "{skipped:?}");
    }
    let dump = read(&root.join("ljdump/scribbler")).unwrap();
    assert_eq!(distinct(dump.posts.iter().flat_map(|p| &p.tags).map(|t| t.label.clone())), 2);
    assert_eq!(dump.posts[0].url.as_deref(), Some("http://scribbler.livejournal.com/26034.html"));
}

#[test]
fn ghost_files_have_the_counts() {
    let found = differences("ghost_files_have_the_counts", &["ghost/"]);
    assert_eq!(found, Vec::<String>::new());
}

/// A value as the front matter has it, for people: a date and a time may be written apart in two ways.
fn comparable(text: &str) -> String {
    text.replace('T', " ").replace("+00:00", "").trim().to_string()
}

#[test]
fn markdown_trees_say_what_their_front_matter_says() {
    let Some(root) = shared("markdown_trees_say_what_their_front_matter_says", "corpus/import") else { return };
    let all: Value = serde_json::from_slice(&fs::read(root.join("expected.json")).unwrap()).unwrap();
    let mut out = Vec::new();
    for folder in ["markdown-jekyll", "markdown-hexo", "markdown-pelican", "markdown-toml"] {
        let found = read(&root.join(folder)).unwrap();
        for (name, expected) in all["files"].as_object().unwrap().iter().filter(|(n, _)| n.starts_with(folder)) {
            let own = name.split_once('/').unwrap().1;
            let post = found.posts.iter().find(|p| p.sources[0].uri == own);
            let section = own.ends_with("_index.md");
            let is_post = expected["is_post"].as_bool().unwrap_or(!section && !own.contains("empty"));
            if post.is_some_and(|p| p.kind == Kind::Post) != is_post {
                out.push(format!("{name}: post {}, not {is_post}", !is_post));
            }
            let Some(post) = post else { continue };
            if let Some(title) = expected["title"].as_str().filter(|t| *t != post.title) {
                out.push(format!("{name}: title {:?}, not {title:?}", post.title));
            }
            let date = post.published.as_ref().map(|d| comparable(&d.text)).unwrap_or_default();
            let wanted = expected["date"].as_str().map(comparable).unwrap_or_default();
            if !wanted.is_empty() && (date.len() < 10 || !(wanted.starts_with(&date) || date.starts_with(&wanted))) {
                out.push(format!("{name}: date {date}, not {wanted}"));
            }
            if (post.status == Status::Draft) != expected["draft"].as_bool().unwrap() {
                out.push(format!("{name}: status {:?}", post.status));
            }
            for (key, terms) in [("tags", &post.tags), ("categories", &post.categories)] {
                let sorted = |mut v: Vec<String>| {
                    v.sort();
                    v
                };
                let own = sorted(terms.iter().map(|t| t.label.clone()).collect());
                let wanted =
                    sorted(expected[key].as_array().unwrap().iter().map(|t| t.as_str().unwrap().to_string()).collect());
                if own != wanted {
                    out.push(format!("{name}: {key} {own:?}, not {wanted:?}"));
                }
            }
        }
    }
    assert_eq!(out, Vec::<String>::new());
}
