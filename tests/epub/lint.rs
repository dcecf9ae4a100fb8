//! Every book made by tests is read by `mdarchive lint`, beside its archive; and what only a test can hold a book to:
//! a closed list of elements.

use std::collections::BTreeSet;
use std::path::Path;

use mdarchive::export::{Profile, Strictness, lint as check};
use mdarchive::store::Archive;
use quick_xml::events::Event;

use super::book::Made;

/// Elements a book of ours may hold.
const ELEMENTS: &str = "a abbr b bdi bdo blockquote body br caption cite code dd del dfn div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 \
    head header hr html i img ins kbd li link mark nav ol p pre q rt ruby s samp section small span strong sub sup table tbody td th thead time title \
    tr u ul var wbr";

const ATTRIBUTES: &str = "alt aria-label aria-labelledby class colspan datetime dir epub:type hidden href id lang rel reversed role rowspan scope src start title \
    type xml:lang xmlns xmlns:epub";

pub fn unescape(text: &str) -> String {
    mdarchive::html::unescape(text)
}

/// Fails with all that is wrong with a book.
pub fn lint(book: &Made, profile: Profile, archive: Option<&Archive>) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("book.epub");
    std::fs::write(&path, &book.bytes).unwrap();
    let faults: Vec<String> = faults(&path, profile, archive);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    book.names().filter(|n| n.ends_with(".xhtml")).for_each(|n| vocabulary(n, &book.text(n)));
}

/// Returns what is wrong with a book, advice left out.
pub fn faults(path: &Path, profile: Profile, archive: Option<&Archive>) -> Vec<String> {
    let faults = check(path, Strictness { profile, against: archive }).unwrap();
    let grave = faults.iter().filter(|f| !f.advice);
    grave.map(|f| format!("{} {}:{} {}", f.rule, f.file, f.line, f.what)).collect()
}

fn vocabulary(name: &str, text: &str) {
    let (elements, attributes): (BTreeSet<&str>, BTreeSet<&str>) =
        (ELEMENTS.split_whitespace().collect(), ATTRIBUTES.split_whitespace().collect());
    let mut reader = quick_xml::Reader::from_str(text);
    loop {
        match reader.read_event().unwrap() {
            Event::Start(e) | Event::Empty(e) => {
                assert!(elements.contains(e.name().as_ref()), "{name}: <{}>", e.name().as_ref());
                for a in e.attributes() {
                    let key = a.unwrap().key.as_ref().to_string();
                    assert!(attributes.contains(key.as_str()), "{name}: <{} {key}>", e.name().as_ref());
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
}
