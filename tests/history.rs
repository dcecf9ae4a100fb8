//! Promise: what changed, when, and where sources disagree can be seen; an earlier text can be put back.

use std::path::{Path, PathBuf};

use mdarchive::model::{Date, Source};
use mdarchive::store::Archive;
use serde_json::Value;

use crate::harness::run::mdarchive;
use crate::harness::{draft, kept, open_writer, refine};

fn keep(root: &Path, kind: &str, body: &str, updated: &str, at: i64) {
    let mut one = draft(1, kind, body);
    one.updated = Date::parse_iso(updated);
    let mut writer = open_writer(root, at);
    writer.keep(refine(one)).unwrap();
    writer.finish(false).unwrap();
}

/// A post that was edited once.
fn edited(folder: &Path) -> PathBuf {
    let root = folder.join("archives/blog.example");
    keep(&root, "rest", "<p>The lamp is lit.</p><p>The boat is in.</p>", "2007-05-01T00:00:00Z", 0);
    keep(&root, "rest", "<p>The lamp is out.</p><p>The boat is in.</p>", "2007-06-01T00:00:00Z", 60);
    root
}

fn json(folder: &Path, words: &[&str]) -> Value {
    let ran = mdarchive(folder, words);
    assert_eq!(ran.code, 0, "{}", ran.err);
    serde_json::from_str(&ran.out).unwrap()
}

fn text(root: &Path) -> String {
    let archive = Archive::open(root).unwrap();
    archive.read(&archive.entries().unwrap()[0]).unwrap().text
}

#[test]
fn the_log_of_a_post_names_each_change_and_the_text_it_put_aside() {
    let dir = tempfile::tempdir().unwrap();
    edited(dir.path());
    let ran = mdarchive(dir.path(), &["log", "post-1"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let lines: Vec<&str> = ran.out.lines().collect();
    assert!(lines[0].ends_with("  Post 1"), "{}", ran.out);
    assert_eq!(
        lines[1..],
        ["2026-03-04 05:07:07  import   changed (version 1 put aside)", "2026-03-04 05:06:07  import   new"]
    );
    let value = json(dir.path(), &["log", "post-1", "--json"]);
    let whats: Vec<&str> = value["history"].as_array().unwrap().iter().filter_map(|h| h["what"].as_str()).collect();
    assert_eq!(whats, ["changed", "new"]);
}

#[test]
fn the_log_of_an_archive_lists_its_runs_the_newest_first() {
    let dir = tempfile::tempdir().unwrap();
    edited(dir.path());
    let ran = mdarchive(dir.path(), &["log"]);
    let want = ["blog.example", "2026-03-04 05:07:07  import   1 changed", "2026-03-04 05:06:07  import   1 new"];
    let seen: Vec<&str> = ran.out.lines().filter(|l| !l.starts_with("    ")).collect();
    assert_eq!(seen, want);
    let value = json(dir.path(), &["log", "blog.example", "--json", "--limit", "1"]);
    assert_eq!(value[0]["runs"].as_array().unwrap().len(), 1);
    assert_eq!(value[0]["runs"][0]["changed"].as_array().unwrap().len(), 1);
}

#[test]
fn a_difference_shows_the_paragraphs_that_changed() {
    let dir = tempfile::tempdir().unwrap();
    edited(dir.path());
    let ran = mdarchive(dir.path(), &["diff", "post-1"]);
    assert!(ran.out.contains("- The lamp is lit.\n+ The lamp is out.\n"), "{}", ran.out);
    assert!(!ran.out.contains("+ The boat is in."), "{}", ran.out);
    let value = json(dir.path(), &["diff", "post-1", "1", "--json"]);
    assert_eq!(value["version"], 1);
    assert!(value["fields"].as_array().unwrap().iter().any(|f| f["field"] == "updated"));
    let ran = mdarchive(dir.path(), &["diff", "post-1", "7"]);
    assert_eq!((ran.code, ran.err.lines().next()), (2, Some("error: the post has no version 7")));
}

#[test]
fn an_earlier_text_put_back_stands_until_the_blog_changes_the_post() {
    let dir = tempfile::tempdir().unwrap();
    let root = edited(dir.path());
    let ran = mdarchive(dir.path(), &["revert", "post-1", "1"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(text(&root).contains("lit"));
    let ran = mdarchive(dir.path(), &["show", "post-1", "--version", "2"]);
    assert!(ran.out.contains("The lamp is out."), "{}", ran.out);
    // Once more is nothing.
    let before = kept(&root);
    assert!(mdarchive(dir.path(), &["revert", "post-1", "1"]).err.contains("says what stands already"));
    // The same capture again leaves it …
    keep(&root, "rest", "<p>The lamp is out.</p><p>The boat is in.</p>", "2007-06-01T00:00:00Z", 120);
    assert_eq!(kept(&root), before);
    // … a later change does not.
    keep(&root, "rest", "<p>The lamp is gone.</p>", "2007-07-01T00:00:00Z", 180);
    assert!(text(&root).contains("gone"));
    assert_eq!(mdarchive(dir.path(), &["verify"]).code, 0);
}

#[test]
fn sources_that_disagree_are_listed_and_those_that_only_spell_otherwise_are_not() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("archives/blog.example");
    for (kind, title, tag, at) in [("wxr", "Fog \"here\"", "Tag", 0), ("rest", "Fog “here”", "Mist", 60)] {
        let mut one = draft(1, kind, "<p>Same words.</p>");
        one.title = title.into();
        one.tags[0].label = tag.into();
        let mut writer = open_writer(&root, at);
        writer.keep(refine(one)).unwrap();
        writer.finish(false).unwrap();
    }
    let value = json(dir.path(), &["log", "--json"]);
    let conflicts = value[0]["conflicts"].as_array().unwrap();
    assert_eq!(conflicts.len(), 1, "{conflicts:?}");
    assert_eq!((&conflicts[0]["field"], &conflicts[0]["source"]), (&"tags".into(), &"wxr".into()));
    assert_eq!(conflicts[0]["against"][0]["source"], "rest");
    let ran = mdarchive(dir.path(), &["log"]);
    assert!(ran.out.contains("tags: wxr Tag stands") && ran.out.contains("rest has Mist"), "{}", ran.out);
}

fn captured(body: &str, when: &str, digest: &str) -> mdarchive::model::Post {
    let mut one = draft(1, "page", body);
    one.updated = None;
    one.source = Source {
        kind: "page".into(),
        uri: "a.warc".into(),
        sha256: Some(mdarchive::model::Digest::of(digest)),
        captured: when.parse().ok(),
        ..Source::default()
    };
    refine(one)
}

#[test]
fn an_older_capture_never_wins_whichever_comes_first() {
    let dir = tempfile::tempdir().unwrap();
    let (old, new) =
        (captured("<p>Then</p>", "2008-01-01T00:00:00Z", "a"), captured("<p>Now</p>", "2012-01-01T00:00:00Z", "b"));
    let mut texts = Vec::new();
    for (name, order) in [("a", [&old, &new]), ("b", [&new, &old])] {
        let root = dir.path().join(name);
        for (at, post) in order.into_iter().enumerate() {
            let mut writer = open_writer(&root, at as i64 * 60);
            writer.keep(post.clone()).unwrap();
            writer.finish(false).unwrap();
        }
        let archive = Archive::open(&root).unwrap();
        let entry = archive.entries().unwrap().remove(0);
        let versions = archive.versions(&entry.id).unwrap();
        assert_eq!(versions.len(), 1);
        assert!(std::fs::read_to_string(&versions[0]).unwrap().contains("Then"));
        texts.push(archive.read(&entry).unwrap());
        // Both once more change nothing.
        let before = kept(&root);
        let mut writer = open_writer(&root, 600);
        writer.keep(old.clone()).unwrap();
        writer.keep(new.clone()).unwrap();
        writer.finish(false).unwrap();
        assert_eq!(kept(&root), before);
    }
    assert!(texts[0].text.contains("Now"));
    assert_eq!(texts[0], texts[1]);
}
