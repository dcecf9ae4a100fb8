//! Promise: what is handed out is whole, the same each time, and never laid over what somebody else wrote.

use std::fs;
use std::path::Path;

use mdarchive::event::Events;
use mdarchive::export::{EXPORTERS, Exporter, Job, Json, Jsonl, Selection, Zip, export};
use mdarchive::store::Archive;
use serde_json::Value;

use crate::harness::{draft, open_writer, refine};
use crate::schema;

fn archive(folder: &Path, posts: u32) -> Archive {
    let root = folder.join("blog.example");
    let mut w = open_writer(&root, 0);
    for n in 1..=posts {
        let body = format!("<p>“Words”\u{2028} of {n}\\n</p><pre>a\n\tb</pre><p>\u{1f4a1}</p>");
        w.keep(refine(draft(n, "rest", &body))).unwrap();
    }
    let mut undated = draft(posts + 1, "rest", "<p>When?</p>");
    undated.published = None;
    w.keep(refine(undated)).unwrap();
    w.finish(false).unwrap();
    Archive::open(&root).unwrap()
}

fn made(exporter: &dyn Exporter, archive: &Archive, selection: &Selection, folder: &Path) -> Vec<u8> {
    let job = Job { archive, selection, events: &Events::silent() };
    fs::read(export(exporter, &job, folder, false).unwrap()).unwrap()
}

#[test]
fn document_holds_every_post_in_order_and_fits_the_schema() {
    let (one, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let archive = archive(one.path(), 70);
    let bytes = made(&Json, &archive, &Selection::default(), out.path());
    let document: Value = serde_json::from_slice(&bytes).unwrap();
    schema::check("export", "blog.example.json", &document);
    // The stream is laid out as one pretty document would be.
    let mut pretty = serde_json::to_vec_pretty(&document).unwrap();
    pretty.push(b'\n');
    assert_eq!(String::from_utf8(bytes).unwrap(), String::from_utf8(pretty).unwrap());
    let posts = document["posts"].as_array().unwrap();
    let expected: Vec<Value> = archive
        .entries()
        .unwrap()
        .iter()
        .map(|e| serde_json::from_slice(&fs::read(archive.root.join(&e.path)).unwrap()).unwrap())
        .collect();
    assert_eq!(posts, &expected);
    assert_eq!(posts.last().unwrap()["published"], Value::Null);
    assert_eq!(document["archive"]["counts"]["posts"], 71);
}

#[test]
fn lines_are_compact_posts_of_sorted_keys() {
    let (one, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let archive = archive(one.path(), 3);
    let text = String::from_utf8(made(&Jsonl, &archive, &Selection::default(), out.path())).unwrap();
    assert_eq!(text.lines().count(), 4);
    for line in text.lines() {
        let post: Value = serde_json::from_str(line).unwrap();
        schema::check("post", "a line", &post);
        assert_eq!(line, post.to_string());
    }
}

#[test]
fn empty_choice_gives_an_empty_list() {
    let (one, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let archive = archive(one.path(), 1);
    let none = Selection { tag: Some("no such tag".into()), ..Selection::default() };
    let document: Value = serde_json::from_slice(&made(&Json, &archive, &none, out.path())).unwrap();
    assert_eq!(document["posts"], Value::Array(Vec::new()));
    schema::check("export", "empty", &document);
    assert_eq!(made(&Jsonl, &archive, &none, out.path()), b"");
    let one = Selection { limit: Some(1), ..Selection::default() };
    assert_eq!(made(&Jsonl, &archive, &one, out.path()).split(|b| *b == b'\n').count(), 2);
}

#[test]
fn every_format_gives_the_same_bytes_twice_and_replaces_its_own_file_only() {
    let (one, out, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let archive = archive(one.path(), 5);
    let all = Selection::default();
    for exporter in EXPORTERS {
        let first = made(exporter, &archive, &all, out.path());
        assert!(!first.is_empty());
        assert!(made(exporter, &archive, &all, out.path()) == first, "{} twice", exporter.name());
        assert!(made(exporter, &archive, &all, other.path()) == first, "{} elsewhere", exporter.name());
        let path = other.path().join(format!("blog.example.{}", exporter.extension()));
        for foreign in ["{\"posts\": []}\n", "PK\x03\x04 not ours"] {
            fs::write(&path, foreign).unwrap();
            let job = Job { archive: &archive, selection: &all, events: &Events::silent() };
            let error = export(exporter, &job, other.path(), false).unwrap_err();
            assert!(error.to_string().contains("did not write"), "{error}");
            assert_eq!(fs::read_to_string(&path).unwrap(), foreign);
            export(exporter, &job, other.path(), true).unwrap();
            assert!(fs::read(&path).unwrap() == first);
        }
    }
    let names: Vec<_> =
        fs::read_dir(other.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(names.len(), EXPORTERS.len(), "{names:?}");
}

#[test]
fn result_in_the_archive_itself_is_refused() {
    let one = tempfile::tempdir().unwrap();
    let archive = archive(one.path(), 1);
    let job = Job { archive: &archive, selection: &Selection::default(), events: &Events::silent() };
    let error = export(&Zip, &job, &archive.root.join("out/new"), false).unwrap_err();
    assert!(error.hint().unwrap().contains("-o"));
    assert!(!archive.root.join("out").exists());
}
