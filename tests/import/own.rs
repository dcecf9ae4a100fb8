//! What this program handed out comes back as it was.

use std::fs;
use std::path::Path;

use mdarchive::model::Post;
use mdarchive::store::Archive;
use serde_json::json;

use super::case;
use crate::harness::run::mdarchive;

fn posts(root: &Path) -> Vec<Post> {
    let archive = Archive::open(root).unwrap();
    let mut posts: Vec<Post> = archive.entries().unwrap().iter().map(|e| archive.read(e).unwrap()).collect();
    posts.sort_by(|a, b| a.id.cmp(&b.id));
    posts
}

#[test]
fn an_export_as_json_is_the_archive_again() {
    let folder = tempfile::tempdir().unwrap();
    let run = |words: &[&str]| {
        let ran = mdarchive(folder.path(), words);
        assert!(ran.code == 0 || ran.code == 3, "{words:?} {}", ran.err);
        ran
    };
    run(&["import", &case("wxr-variety/input.xml").display().to_string()]);
    run(&["export", "--json"]);
    run(&["export", "--jsonl"]);
    let name = "harbour.example_notes";
    let before = posts(&folder.path().join("archives").join(name));
    assert_eq!(before.len(), 11);
    for file in fs::read_dir(folder.path()).unwrap().map(|f| f.unwrap().path()).filter(|f| f.is_file()) {
        let file = file.display().to_string();
        let archives = format!("{file}.d");
        run(&["import", &file, "--archives", &archives, "--name", name]);
        assert_eq!(posts(&Path::new(&archives).join(name)), before, "{file}");
        let again = run(&["import", &file, "--archives", &archives, "--name", name]);
        assert!(again.err.contains("nothing new"), "{}", again.err);
        let back = run(&["import", &file, "--name", name]);
        assert!(back.err.contains("nothing new"), "{}", back.err);
    }
    // The folder of an archive, with its media.
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("archives/sample");
    run(&["import", &demo.display().to_string(), "--archives", "again", "--name", "sample"]);
    assert_eq!(posts(&folder.path().join("again/sample")), posts(&demo));
}

#[test]
fn a_stranger_s_json_is_cleaned_and_its_faults_are_gaps() {
    let folder = tempfile::tempdir().unwrap();
    let post = |id: &str, html: &str| {
        json!({"aliases": [], "authors": [], "id": id, "schema": 1, "title": "t", "html": html, "text": "x", "url": format!("http://a.example/{id}"), "captions": [], "categories": [], "comments": [{"author": "b", "html": "<img src=x onerror=alert(1)>ok", "text": "ok", "id": "1", "kind": "comment"}], "links": [{"kind": "external", "text": "x", "url": "javascript:alert(1)"}]}).to_string()
    };
    let lines = [
        post("0123456789abcdef", "<p onclick='x()'>Words<script>alert(1)</script></p>"),
        post("../../../evil", "<p>no</p>"),
        "{\"aliases\":[],\"authors\":3}".to_string(),
        post("fedcba9876543210", "<p>More</p>"),
    ];
    fs::write(folder.path().join("x.jsonl"), lines.join("\n")).unwrap();
    let ran = mdarchive(folder.path(), &["import", "x.jsonl"]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    let kept = posts(&folder.path().join("archives/x"));
    assert_eq!(kept.len(), 2);
    let whole = serde_json::to_string(&kept).unwrap();
    assert!(!whole.contains("script") && !whole.contains("onerror") && !whole.contains("onclick"), "{whole}");
    assert!(ran.err.contains("x.jsonl#2") && ran.err.contains("x.jsonl#3"), "{}", ran.err);
    fs::write(folder.path().join("new.jsonl"), lines[0].replace("\"schema\":1", "\"schema\":9")).unwrap();
    let ran = mdarchive(folder.path(), &["import", "new.jsonl"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("version 9") && ran.err.contains("newer"), "{}", ran.err);
}
