//! Plain-text posts of both dialects, and texts that are neither.

use std::fs;
use std::path::Path;

use mdarchive::html::{fold, plain_text};
use mdarchive::model::{Draft, LinkKind};
use serde_json::Value;

use super::{case, read, shared};

fn one(path: &Path) -> Draft {
    let mut read = read(path).unwrap();
    assert_eq!(read.drafts.len(), 1, "{}", path.display());
    read.drafts.remove(0)
}

fn words(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|v| v.as_str().unwrap().to_string()).collect()
}

/// Compares what an expected.json names; what it does not name is not compared.
fn compare(draft: &Draft, expected: &Value) {
    let related: Vec<String> = draft.links.iter().map(|l| l.text.clone()).collect();
    assert!(draft.links.iter().all(|l| l.kind == LinkKind::Related));
    for (name, value) in expected.as_object().unwrap() {
        match name.as_str() {
            "title" => assert_eq!(&draft.title, value),
            "tags" => assert_eq!(draft.tags.iter().map(|t| t.label.clone()).collect::<Vec<_>>(), words(value)),
            "categories" => {
                assert_eq!(draft.categories.iter().map(|t| t.label.clone()).collect::<Vec<_>>(), words(value))
            }
            "authors" => assert_eq!(draft.authors.iter().map(|a| a.name.clone()).collect::<Vec<_>>(), words(value)),
            "author" => assert_eq!(&draft.authors[0].name, value),
            "captions" => assert_eq!(draft.captions.iter().map(|c| c.text.clone()).collect::<Vec<_>>(), words(value)),
            "related" => assert_eq!(related, words(value)),
            "links" => {
                let urls: Vec<String> = draft.links.iter().filter_map(|l| l.url.clone()).collect();
                assert_eq!(urls, words(value));
            }
            "series" => assert_eq!(draft.series.as_deref(), value.as_str()),
            "url" => assert_eq!(draft.url.as_deref(), value.as_str()),
            "published" => assert_eq!(draft.published.as_ref().map(|d| d.text.as_str()), value.as_str()),
            "date" => {
                let date = draft.published.as_ref().unwrap();
                assert_eq!(format!("{}{}", date.text, date.offset.as_deref().unwrap()), value.as_str().unwrap());
            }
            "body_first" => {
                let first = draft.body.split("</p>").next().unwrap();
                assert_eq!(plain_text(first), fold(value.as_str().unwrap()));
            }
            "body_last" => {
                let last = draft.body.trim_end().rsplit("<p>").next().unwrap();
                assert_eq!(plain_text(last), fold(value.as_str().unwrap()));
            }
            "body_excludes" => words(value).iter().for_each(|w| assert!(!draft.body.contains(w.as_str()), "{w}")),
            _ => {}
        }
    }
}

fn folder(name: &str) -> Draft {
    let case = case(name);
    let draft = one(&case.join("input.txt"));
    compare(&draft, &serde_json::from_slice(&fs::read(case.join("expected.json")).unwrap()).unwrap());
    draft
}

#[test]
fn a_bare_post_is_understood_by_its_whole_pattern() {
    let draft = folder("text-bare");
    assert!(draft.links.iter().all(|l| l.url.is_none()));
    assert!(draft.captions[0].src.is_none());
    for field in ["title", "tags", "captions", "links", "series"] {
        assert!(draft.guessed.contains_key(field), "{field} was guessed and does not say so");
    }
}

#[test]
fn a_labelled_post_states_its_fields() {
    let draft = folder("text-labelled");
    assert!(draft.guessed.is_empty(), "{:?}", draft.guessed);
    assert!(draft.body.contains("<figcaption>The crow, closer</figcaption>"));
    assert!(draft.body.contains("It said &lt;nothing&gt;."));
}

#[test]
fn prose_is_not_taken_for_metadata() {
    folder("text-prose");
}

#[test]
fn the_seed_is_read_as_expected() {
    let Some(seed) = shared("the_seed_is_read_as_expected", "seed") else { return };
    let expected: Value = serde_json::from_slice(&fs::read(seed.join("expected.json")).unwrap()).unwrap();
    let draft = one(&seed.join("missile-defense-watch.txt"));
    compare(&draft, &expected);
    assert!(draft.published.is_none() && draft.links.iter().all(|l| l.url.is_none()));
}

#[test]
fn the_plain_text_samples_are_read_as_expected() {
    let Some(samples) = shared("the_plain_text_samples_are_read_as_expected", "corpus/import/plaintext") else {
        return;
    };
    let all: Value = serde_json::from_slice(&fs::read(samples.join("expected-fields.json")).unwrap()).unwrap();
    for (file, expected) in all.as_object().unwrap() {
        compare(&one(&samples.join(file)), expected);
    }
}
