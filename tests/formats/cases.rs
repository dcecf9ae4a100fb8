//! Our own cases: `tests/imports/<format>/`, an input and what must come of it.

use std::fs;

use mdarchive::model::Post;
use serde_json::{Value, json};

use crate::import::case;

use super::{Read, read};

/// Reads a case and compares what its expected.json names; what it does not name is not compared.
fn check(name: &str) -> Read {
    let folder = case(name);
    let mut input = fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path());
    let input = input.find(|p| p.file_stem().is_some_and(|s| s == "input")).expect("an input");
    let found = read(&input).unwrap();
    let expected: Value = serde_json::from_slice(&fs::read(folder.join("expected.json")).unwrap()).unwrap();
    let posts: Vec<Value> = found.posts.iter().map(shown).collect();
    let wanted = expected["posts"].as_array().unwrap();
    let titles: Vec<&Value> = posts.iter().map(|p| &p["title"]).collect();
    let skipped: Vec<_> = found.reports.iter().map(|r| &r.skipped).collect();
    assert_eq!(posts.len(), wanted.len(), "{name}: {titles:?} {skipped:?} {:?}", found.kinds);
    for (post, wanted) in posts.iter().zip(wanted) {
        for (field, value) in wanted.as_object().unwrap() {
            let own = narrowed(&post[field], value);
            assert_eq!(&own, value, "{name}: {field} of {}\nwhole: {post:#}", wanted["title"]);
        }
    }
    let notes: Vec<&String> = found.reports.iter().flat_map(|r| r.notes.iter().chain(&r.remarks)).collect();
    for note in expected["notes"].as_array().into_iter().flatten() {
        let note = note.as_str().unwrap();
        assert!(notes.iter().any(|n| n.contains(note)), "{name}: no note {note:?} in {notes:#?}");
    }
    for (what, n) in expected["skipped"].as_object().into_iter().flatten() {
        let own = |r: &mdarchive::import::Report| r.skipped.get(what).or(r.withheld.get(what.as_str())).copied();
        let own: u64 = found.reports.iter().filter_map(own).sum();
        assert_eq!(
            &json!(own),
            n,
            "{name}: {what}: {:?}",
            found.reports.iter().map(|r| &r.skipped).collect::<Vec<_>>()
        );
    }
    for (field, value) in expected["site"].as_object().into_iter().flatten() {
        assert_eq!(&serde_json::to_value(&found.site).unwrap()[field], value, "{name}: site");
    }
    found
}

/// Keeps of objects in lists what the expected ones name.
fn narrowed(own: &Value, wanted: &Value) -> Value {
    match (own, wanted) {
        (Value::Array(own), Value::Array(wanted)) if own.len() == wanted.len() => {
            own.iter().zip(wanted).map(|(o, w)| narrowed(o, w)).collect()
        }
        (Value::Object(own), Value::Object(wanted)) => {
            own.iter().filter(|(k, _)| wanted.contains_key(*k)).map(|(k, v)| (k.clone(), v.clone())).collect()
        }
        _ => own.clone(),
    }
}

/// A post in the words of expected.json.
fn shown(post: &Post) -> Value {
    let mut all = serde_json::to_value(post).unwrap();
    let labels = |terms: &[mdarchive::model::Term]| terms.iter().map(|t| t.label.clone()).collect::<Vec<_>>();
    all["tags"] = json!(labels(&post.tags));
    all["categories"] = json!(labels(&post.categories));
    all["authors"] = json!(post.authors.iter().map(|a| &a.name).collect::<Vec<_>>());
    all["captions"] = json!(post.captions.iter().map(|c| &c.text).collect::<Vec<_>>());
    all["media"] = json!(post.media.iter().map(|m| &m.url).collect::<Vec<_>>());
    for field in ["published", "updated"] {
        if let Some(date) = all[field].as_object() {
            let offset = date["offset"].as_str().unwrap_or_default();
            all[field] = json!(format!("{}{offset}", date["text"].as_str().unwrap()));
        }
    }
    all
}

#[test]
fn movable_type_keeps_dashes_breaks_and_late_comments() {
    check("mt");
}

#[test]
fn markdown_trees_are_read_by_the_rules_of_their_generator() {
    check("markdown");
}

#[test]
fn every_other_front_matter_is_understood() {
    let found = check("markdown-others");
    assert_eq!(found.files, ["content/posts/a-bundle/knot.png", "static/p/1.png"]);
}

#[test]
fn ghost_posts_of_every_age_have_a_body() {
    check("ghost");
}

#[test]
fn medium_tells_posts_drafts_and_responses_apart() {
    check("medium");
}

#[test]
fn substack_lists_of_readers_stay_closed() {
    check("substack");
}

#[test]
fn tumblr_posts_of_every_type_have_a_body_and_their_files() {
    let found = check("tumblr");
    let places = [
        "https://64.media.tumblr.com/x/y.jpg",
        "http://64.media.tumblr.com/p1_1280.jpg",
        "http://64.media.tumblr.com/p2_1280.jpg",
    ];
    assert_eq!(found.files, places);
}

#[test]
fn answers_of_tumblr_in_blocks_are_read() {
    check("tumblr-api");
}

#[test]
fn journals_get_their_comments_from_other_files() {
    check("livejournal");
}

#[test]
fn dotclear_tables_are_joined() {
    check("dotclear");
}

#[test]
fn answers_of_one_site_know_each_other() {
    check("rest");
}

#[test]
fn blogger_answers_are_unescaped() {
    check("blogger-api");
}

#[test]
fn text_in_utf_16_says_what_it_says_in_utf_8() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/imports");
    let dir = tempfile::tempdir().unwrap();
    for case in ["mt/input.txt", "feed/faulty.rss", "feed/feed.json", "ghost/input.json", "tumblr-api/input.json"] {
        let bytes = std::fs::read(root.join(case)).unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let name = case.replace('/', "-");
        let (narrow, wide) = (dir.path().join(format!("a-{name}")), dir.path().join(format!("b-{name}")));
        std::fs::write(&narrow, &text).unwrap();
        let marked = format!("\u{feff}{}", text.replace("encoding=\"UTF-8\"", "encoding=\"UTF-16\""));
        std::fs::write(&wide, marked.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()).unwrap();
        let posts = |path: &std::path::Path| {
            let posts = super::read(path).unwrap_or_else(|e| panic!("{case}: {e}")).posts;
            posts.into_iter().map(|p| (p.title, p.text, p.comments.len())).collect::<Vec<_>>()
        };
        assert_eq!(posts(&wide), posts(&narrow), "{case}");
    }
}
