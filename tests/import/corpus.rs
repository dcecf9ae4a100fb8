//! The real exports of `../shared`, held against counts made by a script that shares no code with this program.

use std::collections::BTreeSet;
use std::fs;

use mdarchive::html;
use mdarchive::model::{CommentKind, Kind, Status};
use serde_json::Value;

use super::{Read, read, shared};

fn count(read: &Read, kind: Kind, wanted: impl Fn(Status) -> bool) -> u64 {
    read.drafts.iter().filter(|d| d.kind == kind && wanted(d.status)).count() as u64
}

/// What a reading amounts to, in the words of expected.json.
fn counts(read: &Read) -> Vec<(&'static str, u64)> {
    let published = |s| matches!(s, Status::Published | Status::Protected);
    let comments = read.drafts.iter().flat_map(|d| &d.comments);
    let distinct = |terms: Vec<&str>| terms.into_iter().collect::<BTreeSet<_>>().len() as u64;
    let tags = read.drafts.iter().flat_map(|d| &d.tags).map(|t| t.slug.as_str()).collect();
    let categories = read.drafts.iter().flat_map(|d| &d.categories).map(|t| t.slug.as_str()).collect();
    vec![
        ("posts", count(read, Kind::Post, |_| true)),
        ("pages", count(read, Kind::Page, |_| true)),
        ("published", count(read, Kind::Post, published)),
        ("drafts", count(read, Kind::Post, |s| matches!(s, Status::Draft | Status::Pending))),
        ("private", count(read, Kind::Post, |s| s == Status::Private)),
        ("scheduled", count(read, Kind::Post, |s| s == Status::Scheduled)),
        ("password_protected", read.drafts.iter().filter(|d| d.status == Status::Protected).count() as u64),
        ("comments_approved", comments.clone().filter(|c| c.kind == CommentKind::Comment).count() as u64),
        ("pingbacks", comments.filter(|c| c.kind != CommentKind::Comment).count() as u64),
        ("tags", distinct(tags)),
        ("categories", distinct(categories)),
        ("sticky", read.drafts.iter().filter(|d| d.extra["wxr"].get("sticky").is_some()).count() as u64),
    ]
}

#[test]
fn the_exports_of_other_projects_are_counted_right() {
    let Some(root) = shared("the_exports_of_other_projects_are_counted_right", "corpus/import") else { return };
    let all: Value = serde_json::from_slice(&fs::read(root.join("expected.json")).unwrap()).unwrap();
    let mut wrong = Vec::new();
    for (file, expected) in all["files"].as_object().unwrap() {
        if !file.starts_with("wxr/") && !file.starts_with("squarespace-wxr/") {
            continue;
        }
        let found = read(&root.join(file));
        if expected["posts"] == 0 && expected["pages"] == 0 {
            let error = found.err().map(|e| e.to_string()).unwrap_or_default();
            assert!(error.contains("no posts or pages"), "{file}: {error}");
            continue;
        }
        let found = found.unwrap_or_else(|e| panic!("{file}: {e}"));
        for (name, n) in counts(&found) {
            let is = expected.get(name).and_then(Value::as_u64);
            if is.is_some_and(|is| is != n) {
                wrong.push(format!("{file}: {name} {n}, not {}", is.unwrap()));
            }
        }
        let told = found.report.notes.iter().any(|n| n.contains("line"));
        if expected["wellformed"] == false {
            assert!(told, "{file}: repaired without a word");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn text_in_cdata_that_ends_too_soon_is_whole() {
    let Some(file) = shared("text_in_cdata_that_ends_too_soon_is_whole", "corpus/import/wxr/crazy-cdata.xml") else {
        return;
    };
    let draft = read(&file).unwrap().drafts.remove(0);
    assert_eq!(html::plain_text(&draft.body), "Content with nested :)");
    assert!(draft.body.contains("]]&gt;") || draft.body.contains("]]>"), "{}", draft.body);
}
