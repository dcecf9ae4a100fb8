//! Promise: what is kept is whole, explained and never harmed by a newer run.

use mdarchive::model::Post;
use mdarchive::store::{Archive, Kept};

use crate::harness::{draft, kept, open_writer, refine};

fn changed(n: u32, kind: &str, body: &str, updated: &str) -> Post {
    let mut d = draft(n, kind, body);
    d.updated = mdarchive::model::Date::parse_iso(updated);
    refine(d)
}

#[test]
fn run_with_nothing_new_writes_only_its_line() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("blog.example");
    let mut w = open_writer(&root, 0);
    assert_eq!(w.keep(refine(draft(1, "rest", "<p>One</p>"))).unwrap(), Kept::New);
    w.finish(false).unwrap();
    let before = kept(&root);
    let lines = Archive::open(&root).unwrap().runs().unwrap().len();
    let mut w = open_writer(&root, 60);
    assert_eq!(w.keep(refine(draft(1, "rest", "<p>One</p>"))).unwrap(), Kept::Unchanged);
    w.finish(false).unwrap();
    assert_eq!(kept(&root), before);
    assert_eq!(Archive::open(&root).unwrap().runs().unwrap().len(), lines + 1);
}

#[test]
fn edited_post_keeps_its_earlier_text() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("blog.example");
    let mut w = open_writer(&root, 0);
    w.keep(refine(draft(1, "rest", "<p>Old words</p>"))).unwrap();
    w.keep(refine(draft(2, "rest", "<p>Other</p>"))).unwrap();
    w.finish(false).unwrap();
    let mut w = open_writer(&root, 60);
    assert_eq!(w.keep(changed(1, "rest", "<p>New words</p>", "2007-06-01T00:00:00Z")).unwrap(), Kept::Changed);
    let summary = w.finish(false).unwrap();
    assert_eq!((summary.new, summary.changed, summary.unchanged), (0, 1, 0));
    let archive = Archive::open(&root).unwrap();
    let entry = archive.entries().unwrap().into_iter().find(|e| e.title == "Post 1").unwrap();
    assert!(archive.read(&entry).unwrap().text.contains("New words"));
    let versions = archive.versions(&entry.id).unwrap();
    assert_eq!(versions.len(), 1);
    assert!(std::fs::read_to_string(&versions[0]).unwrap().contains("Old words"));
}

#[test]
fn sources_in_any_order_give_the_same_files() {
    let wxr = || {
        let mut p = draft(1, "wxr", "<p>Words -- as typed</p>");
        p.title = "Post \"1\"".into();
        refine(p)
    };
    let rest = || {
        let mut p = draft(1, "rest", "<p>Words – as typed</p>");
        p.title = "Post “1”".into();
        refine(p)
    };
    let feed = || refine(draft(1, "feed", "<p>Words</p>"));
    // Says what the site says: whether it comes before or after the export file, that is not forgotten.
    let page = || {
        let mut p = draft(1, "page", "<p>Words – as typed</p>");
        p.title = "Post “1”".into();
        refine(p)
    };
    let makers: [&dyn Fn() -> Post; 4] = [&wxr, &rest, &feed, &page];
    let orders = [[0, 1, 2, 3], [0, 3, 2, 1], [1, 3, 0, 2], [1, 2, 0, 3], [2, 3, 0, 1], [3, 2, 1, 0], [3, 1, 0, 2]];
    let mut seen = Vec::new();
    for order in orders {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("blog.example");
        for (i, &n) in order.iter().enumerate() {
            let mut w = open_writer(&root, i as i64 * 60);
            w.keep(makers[n]()).unwrap();
            w.finish(false).unwrap();
        }
        // One that says again what it said is weighed as before.
        for n in [3, 1] {
            let mut w = open_writer(&root, 600 + n as i64);
            w.keep(makers[n]()).unwrap();
            assert_eq!(w.finish(false).unwrap().unchanged, 1);
        }
        let post = kept(&root).into_iter().find(|(path, _)| path.starts_with("posts/")).unwrap();
        seen.push(String::from_utf8(post.1).unwrap());
    }
    assert!(seen[0].contains("as typed") && seen[0].contains("Post \\\"1\\\""), "the export file wins: {}", seen[0]);
    assert!(seen[0].contains("Post “1”"), "the loser is kept: {}", seen[0]);
    assert!(seen[0].contains("\"source\": \"page\""), "who says the same as the loser is known: {}", seen[0]);
    for other in &seen[1..] {
        assert_eq!(&seen[0], other);
    }
}

#[test]
fn newer_text_wins_over_a_better_source() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("blog.example");
    let mut w = open_writer(&root, 0);
    w.keep(changed(1, "wxr", "<p>Exported</p>", "2007-05-01T00:00:00Z")).unwrap();
    w.keep(changed(1, "rest", "<p>Edited since</p>", "2007-07-01T00:00:00Z")).unwrap();
    w.finish(false).unwrap();
    let archive = Archive::open(&root).unwrap();
    assert_eq!(archive.read(&archive.entries().unwrap()[0]).unwrap().text, "Edited since");
}

#[test]
fn older_export_after_a_newer_one_becomes_a_version() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("blog.example");
    let mut w = open_writer(&root, 0);
    w.keep(changed(1, "wxr", "<p>Second</p>", "2007-07-01T00:00:00Z")).unwrap();
    w.finish(false).unwrap();
    let mut w = open_writer(&root, 60);
    w.keep(changed(1, "wxr", "<p>First</p>", "2007-05-01T00:00:00Z")).unwrap();
    w.finish(false).unwrap();
    let archive = Archive::open(&root).unwrap();
    let entry = &archive.entries().unwrap()[0];
    assert_eq!(archive.read(entry).unwrap().text, "Second");
    let versions = archive.versions(&entry.id).unwrap();
    assert!(std::fs::read_to_string(&versions[0]).unwrap().contains("First"));
}

#[test]
fn second_writer_is_told_who_holds_the_lock() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("blog.example");
    let first = open_writer(&root, 0);
    let opening =
        mdarchive::store::Opening { name: "b".into(), site: Default::default(), command: "fetch", source: None };
    let Err(error) = mdarchive::store::Writer::open(&root, opening, crate::harness::clock_at(1)) else {
        panic!("two writers at once");
    };
    let text = error.to_string();
    assert!(text.contains(&format!("mdarchive import (process {})", std::process::id())), "{text}");
    drop(first);
    assert!(!root.exists(), "a run that kept nothing leaves nothing");
}

#[test]
fn unknown_fields_survive_a_change() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("blog.example");
    let mut w = open_writer(&root, 0);
    w.keep(refine(draft(1, "rest", "<p>One</p>"))).unwrap();
    w.finish(false).unwrap();
    let path = root.join(&Archive::open(&root).unwrap().entries().unwrap()[0].path);
    let text = std::fs::read_to_string(&path).unwrap().replacen("{\n", "{\n  \"a_newer_field\": 7,\n", 1);
    std::fs::write(&path, text).unwrap();
    let mut w = open_writer(&root, 60);
    w.keep(changed(1, "rest", "<p>Two</p>", "2007-07-01T00:00:00Z")).unwrap();
    w.finish(false).unwrap();
    assert!(std::fs::read_to_string(&path).unwrap().contains("\"a_newer_field\": 7"));
}
