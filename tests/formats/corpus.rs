//! Real files against counts made by a program that shares no code with this one.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use mdarchive::model::{CommentKind, Kind, Post, Status};
use serde_json::Value;

use crate::import::shared;

use super::read;

/// What the counts call a number, and how it is counted here.
const COUNTS: [(&str, fn(&[Post]) -> usize); 10] = [
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
    if expected["captions"].is_object() && !(most..=sum).contains(&captions) {
        out.push(format!("{name}: captions {captions}, not {most}"));
    }
    out
}

#[test]
fn movable_type_files_have_the_counts() {
    assert_eq!(differences("movable_type_files_have_the_counts", &["mt/"]), Vec::<String>::new());
}
