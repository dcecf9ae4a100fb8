//! Promise: the published schema describes every file that is written, and nothing else.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use jsonschema::{Registry, Validator};
use mdarchive::model::{
    Also, Author, Caption, Certainty, Comment, CommentKind, Date, Digest, Enclosure, Field, Gap, Gone, Link, LinkKind,
    Media, Reason, Rejected, Term,
};
use serde_json::{Value, json};

use crate::harness::{draft, kept, open_writer, refine};

const SCHEMAS: [(&str, &str); 4] = [
    ("post", include_str!("../docs/schema/post.json")),
    ("archive", include_str!("../docs/schema/archive.json")),
    ("run", include_str!("../docs/schema/run.json")),
    ("export", include_str!("../docs/schema/export.json")),
];

/// The schemas, narrowed: a field they do not name is a mistake of ours.
static REGISTRY: LazyLock<Registry<'static>> = LazyLock::new(|| {
    let mut registry = Registry::new();
    for (name, text) in SCHEMAS {
        let mut schema: Value = serde_json::from_str(text).unwrap();
        schema["additionalProperties"] = json!(false);
        registry = registry.add(format!("urn:mdarchive:schema:1:{name}"), schema).unwrap();
    }
    registry.prepare().unwrap()
});

fn validator(name: &str) -> Validator {
    let schema = json!({"$ref": format!("urn:mdarchive:schema:1:{name}")});
    jsonschema::options().with_registry(&REGISTRY).should_validate_formats(true).build(&schema).unwrap()
}

/// Checks one document.
pub fn check(name: &str, what: &str, value: &Value) {
    static VALIDATORS: LazyLock<Vec<(&str, Validator)>> =
        LazyLock::new(|| SCHEMAS.iter().map(|(name, _)| (*name, validator(name))).collect());
    let (_, validator) = VALIDATORS.iter().find(|(n, _)| *n == name).unwrap();
    let errors: Vec<String> = validator.iter_errors(value).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{what} does not fit {name}.json:\n{}", errors.join("\n"));
}

/// Checks the files of an archive that are JSON.
pub fn check_files(files: &[(String, Vec<u8>)]) {
    for (path, bytes) in files.iter().filter(|(path, _)| path.ends_with(".json") && !path.starts_with('.')) {
        let name = if path == "archive.json" { "archive" } else { "post" };
        check(name, path, &serde_json::from_slice(bytes).unwrap());
    }
}

/// Checks the whole lines of `runs.jsonl`.
pub fn check_runs(root: &Path) {
    let runs = fs::read_to_string(root.join("runs.jsonl")).unwrap_or_default();
    for line in runs.split_inclusive('\n').filter(|l| l.ends_with('\n')) {
        check("run", "runs.jsonl", &serde_json::from_str(line).unwrap());
    }
}

/// Writes an archive in which every field of the format is filled at least once.
fn full(root: &Path) {
    let date = Date::parse_iso("2007-04-23T12:15:00+02:00");
    let digest = Digest::of("x");
    let mut post = refine(draft(1, "rest", "<p>Words</p>"));
    post.authors = vec![Author { name: "A".into(), slug: Some("a".into()), url: Some("http://a.example/".into()) }];
    post.categories = vec![Term { label: "C".into(), slug: "c".into(), taxonomy: "category".into() }];
    post.captions = vec![Caption {
        text: "c".into(),
        html: "<i>c</i>".into(),
        credit: Some("d".into()),
        media: Some(digest.clone()),
        src: Some("http://a.example/a.png".into()),
        alt: Some("e".into()),
    }];
    let kinds = [LinkKind::Internal, LinkKind::External, LinkKind::Related, LinkKind::Media, LinkKind::Embed];
    post.links = kinds
        .map(|kind| Link {
            url: None,
            text: "l".into(),
            rel: Some("tag".into()),
            kind,
            target: Some(post.id.to_string()),
        })
        .into();
    post.media = vec![Media {
        url: "http://a.example/a.png".into(),
        sha256: Some(digest.clone()),
        mime: Some("image/png".into()),
        bytes: Some(1),
        width: Some(2),
        height: Some(3),
        alt: Some("e".into()),
        role: "body".into(),
        via: Some("http://a.example/original.png".into()),
    }];
    post.comments = [CommentKind::Comment, CommentKind::Pingback, CommentKind::Trackback]
        .map(|kind| Comment {
            id: format!("{kind:?}"),
            parent: Some("1".into()),
            kind,
            author: "B".into(),
            url: Some("http://b.example/".into()),
            published: date.clone(),
            html: "<p>w</p>".into(),
            text: "w".into(),
            status: None,
        })
        .into();
    post.enclosures =
        vec![Enclosure { url: "http://a.example/a.mp3".into(), mime: Some("audio/mpeg".into()), length: Some(9) }];
    post.sources
        .iter_mut()
        .for_each(|s| (s.sha256, s.updated) = (Some(digest.clone()), date.as_ref().and_then(|d| d.instant)));
    post.gone = Some(Gone { first_missed: "2026-01-01T00:00:00Z".parse().unwrap(), confirmed: None });
    post.extra.insert("rest".into(), json!({"sticky": true}));
    let also = || vec![Also { source: "page".into(), certainty: Certainty::Guessed }];
    let rejected = vec![Rejected {
        source: "feed".into(),
        certainty: Default::default(),
        value: json!("x"),
        also: also(),
        why: "1 against 2".into(),
    }];
    let title = Field { source: "rest".into(), how: "h".into(), also: also(), rejected, ..Field::default() };
    post.fields.insert("title".into(), title);
    (post.language, post.series, post.excerpt) = (Some("en".into()), Some("S".into()), Some("E".into()));
    let mut w = open_writer(root, 0);
    w.keep(post).unwrap();
    for n in 2..7 {
        let mut d = draft(n, "wxr", "<p>Words</p>");
        d.published = Date::parse_iso(["2007", "2007-04", "2007-04-23", "2007-04-23T12:15", ""][n as usize - 2]);
        w.keep(refine(d)).unwrap();
    }
    w.gap(Gap {
        url: "http://a.example/b.png".into(),
        what: "media".into(),
        reason: Reason::NotFound,
        detail: "HTTP 404".into(),
        post: Some("0".repeat(16)),
    });
    w.note("a word");
    w.finish(true).unwrap();
    let mut w = open_writer(root, 60);
    w.keep(refine(draft(2, "wxr", "<p>Words</p>"))).unwrap();
    let mut edited = draft(3, "wxr", "<p>Other</p>");
    edited.updated = Date::parse_iso("2008-01-01T00:00:00Z");
    w.keep(refine(edited)).unwrap();
    w.finish(false).unwrap();
    mdarchive::store::accept_gaps(root, &[], &crate::harness::clock_at(99)).unwrap();
}

#[test]
fn schemas_are_schemas() {
    for (name, text) in SCHEMAS {
        let schema: Value = serde_json::from_str(text).unwrap();
        assert!(jsonschema::meta::is_valid(&schema), "{name}");
        assert_eq!(schema["$id"], format!("urn:mdarchive:schema:1:{name}"));
    }
}

#[test]
fn every_field_of_the_format_is_described() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("blog.example");
    full(&root);
    let files = kept(&root);
    assert!(files.len() > 7, "kept checks each file");
    let versions = files.iter().filter(|(p, _)| p.starts_with("versions/")).count();
    assert!(versions > 0);
}

#[test]
fn schema_refuses_what_the_format_does_not_have() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("blog.example");
    full(&root);
    let (_, bytes) = kept(&root).into_iter().find(|(p, _)| p.starts_with("posts/2007/04/post-1")).unwrap();
    let good: Value = serde_json::from_slice(&bytes).unwrap();
    let validator = validator("post");
    assert!(validator.is_valid(&good));
    for (pointer, value) in [
        ("/id", json!("XYZ")),
        ("/published/text", json!("23 April 2007")),
        ("/published/instant", json!("2007-04-23T12:15:00+02:00")),
        ("/links/0/kind", json!("odd")),
        ("/links/0/target", json!("no id")),
        ("/media/0/bytes", json!(1.5)),
        ("/content_hash", json!("")),
        ("/comments/0/email", json!("a@example.com")),
        ("/fields/title/certainty", json!("maybe")),
        ("/surprise", json!(1)),
    ] {
        let mut bad = good.clone();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        bad.pointer_mut(parent).unwrap()[key] = value;
        assert!(!validator.is_valid(&bad), "{pointer}");
    }
    for name in good.as_object().unwrap().keys() {
        let mut bad = good.clone();
        bad.as_object_mut().unwrap().remove(name);
        assert!(!validator.is_valid(&bad), "{name} may be left out");
    }
}
