//! Our own cases: `tests/imports/<format>/`, an input and what must come of it.

use std::fs;

use mdarchive::model::Post;
use serde_json::{Value, json};

use crate::import::case;

use super::{Read, read};

/// Reads a case and compares what its expected.json names; what it does not name is not compared.
fn check(name: &str) -> Read {
    let folder = case(name);
    let input = fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path());
    let input = input.filter(|p| p.file_stem().is_some_and(|s| s == "input")).next().expect("an input");
    let found = read(&input).unwrap();
    let expected: Value = serde_json::from_slice(&fs::read(folder.join("expected.json")).unwrap()).unwrap();
    let posts: Vec<Value> = found.posts.iter().map(shown).collect();
    let wanted = expected["posts"].as_array().unwrap();
    let titles: Vec<&Value> = posts.iter().map(|p| &p["title"]).collect();
    assert_eq!(posts.len(), wanted.len(), "{name}: {titles:?}");
    for (post, wanted) in posts.iter().zip(wanted) {
        for (field, value) in wanted.as_object().unwrap() {
            let own = narrowed(&post[field], value);
            assert_eq!(&own, value, "{name}: {field} of {}\nwhole: {post:#}", wanted["title"]);
        }
    }
    let notes: Vec<&String> = found.reports.iter().flat_map(|r| &r.notes).collect();
    for note in expected["notes"].as_array().into_iter().flatten() {
        let note = note.as_str().unwrap();
        assert!(notes.iter().any(|n| n.contains(note)), "{name}: no note {note:?} in {notes:#?}");
    }
    for (what, n) in expected["skipped"].as_object().into_iter().flatten() {
        let own: u64 = found.reports.iter().filter_map(|r| r.skipped.get(what)).sum();
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
