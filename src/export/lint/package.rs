//! Rules about the container and the package document.

use std::collections::{BTreeMap, BTreeSet};

use super::Found;
use super::head::is_id;
use super::read::{Book, Item};

/// Bytes of a text file that old readers still take.
const MOST_TEXT: usize = 240_000;
const MOST_PACKAGE: usize = 300_000;

pub fn container(book: &Book, found: &mut Found<'_>) {
    if !book.begins {
        found.fault("mimetype", 0, "not the first file, or compressed, or with an extra field");
    }
    for member in &book.members {
        if member.name.ends_with('/') {
            found.fault(&member.name, 0, "an entry for a folder");
        }
        let listed = member.name == "mimetype"
            || member.name.starts_with("META-INF/")
            || member.name == book.opf
            || book.item(&member.name).is_some();
        if !listed && !member.name.ends_with('/') {
            found.fault(&member.name, 0, "not listed in the package");
        }
    }
}

pub fn whole(book: &Book, found: &mut Found<'_>) {
    let broken = |path: &str, broken: &Option<(usize, String)>, found: &mut Found<'_>| {
        if let Some((line, why)) = broken {
            found.fault(path, *line, format!("not well-formed: {why}"));
        }
    };
    broken(&book.opf, &book.package.broken, found);
    if let Some(ncx) = &book.ncx {
        broken(&ncx.path, &ncx.broken, found);
    }
    for (path, page) in &book.pages {
        broken(path, &page.broken, found);
        for id in &page.twice {
            found.fault(path, 0, format!("the id {id} twice"));
        }
    }
    let mut ids = BTreeSet::new();
    for e in book.package.elements.iter().filter(|e| e.get("id").is_some_and(|id| !ids.insert(id))) {
        found.fault(&book.opf, e.line, format!("the id {} twice", e.get("id").unwrap_or_default()));
    }
    let names: BTreeSet<&str> = book.members.iter().map(|m| m.name.as_str()).collect();
    let mut paths = BTreeSet::new();
    for item in &book.items {
        if !names.contains(item.path.as_str()) {
            found.fault(&book.opf, 0, format!("{} is listed and not there", item.path));
        }
        if !paths.insert(item.path.as_str()) {
            found.fault(&book.opf, 0, format!("{} is listed twice", item.path));
        }
    }
    let known: BTreeSet<&str> = book.items.iter().map(|i| i.id.as_str()).collect();
    for e in book.package.named("itemref").filter(|e| e.get("idref").is_none_or(|id| !known.contains(id))) {
        found.fault(&book.opf, e.line, "a place in reading order for nothing");
    }
    let mut placed = BTreeSet::new();
    for path in book.spine.iter().filter(|p| !placed.insert(p.as_str())) {
        found.fault(&book.opf, 0, format!("{path} stands in reading order twice"));
    }
    for name in ["dc:identifier", "dc:title", "dc:language", "dcterms:modified"] {
        if book.values(name).all(|(_, v)| v.is_empty()) {
            found.fault(&book.opf, 0, format!("no {name}"));
        }
    }
    if book.spine.is_empty() {
        found.fault(&book.opf, 0, "nothing in reading order");
    }
}

pub fn names(book: &Book, found: &mut Found<'_>) {
    let mut seen = BTreeSet::new();
    for member in book.members.iter().filter(|m| !m.name.starts_with("META-INF/") && m.name != "mimetype") {
        let name = member.name.rsplit('/').next().unwrap_or_default();
        let good = |s: &str, hyphen| {
            !s.is_empty() && s.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || hyphen && b == b'-')
        };
        let fits = name.split_once('.').is_some_and(|(stem, end)| good(stem, true) && good(end, false));
        if !fits || name.len() > 64 {
            found.fault(&member.name, 0, "the name");
        }
        if !seen.insert(member.name.to_lowercase()) {
            found.fault(&member.name, 0, "two names that differ in case alone");
        }
    }
    for e in book.package.elements.iter().filter(|e| e.get("id").is_some_and(|id| !is_id(id))) {
        found.fault(&book.opf, e.line, format!("the id {:?}", e.get("id").unwrap_or_default()));
    }
}

pub fn manifest_ids(book: &Book, found: &mut Found<'_>) {
    for Item { id, path, .. } in &book.items {
        let stem = path.rsplit('/').next().and_then(|n| n.split('.').next()).unwrap_or_default();
        if id != stem {
            found.fault(&book.opf, 0, format!("{path} has the id {id}"));
        }
    }
}

pub fn metadata(book: &Book, found: &mut Found<'_>) {
    for (path, page) in book.pages.iter().filter(|(_, p)| p.bytes > MOST_TEXT) {
        found.fault(path, 0, format!("{} KB of text; readers of Adobe's refuse 260", page.bytes / 1000));
    }
    if book.package.bytes > MOST_PACKAGE {
        let kb = book.package.bytes / 1000;
        found.advise(&book.opf, 0, format!("{kb} KB for {} files; split the book (--volumes year)", book.items.len()));
    }
    for name in
        ["dc:identifier", "dc:title", "dc:source", "dc:date", "dc:publisher", "dc:description", "dcterms:modified"]
    {
        let n = book.values(name).count();
        if n > 1 {
            found.fault(&book.opf, 0, format!("{name} {n} times"));
        }
    }
    let languages = book.values("dc:language").filter(|(_, v)| crate::export::language::tag(v).as_deref() != Some(v));
    for (e, value) in languages.filter(|(_, v)| *v != "und") {
        found.fault(&book.opf, e.line, format!("dc:language {value:?}"));
    }
    for e in book.package.named("meta") {
        if e.get("name").is_some() && e.attributes.first().is_some_and(|(n, _)| n == "content") {
            found.fault(&book.opf, e.line, "content before name: old readers do not find it");
        }
    }
    collection(book, found);
    accessibility(book, found);
}

/// What belongs to a collection follows it: a reader takes the first after it.
fn collection(book: &Book, found: &mut Found<'_>) {
    let of = |e: &super::page::Element, property: &str| e.get("property") == Some(property);
    let metas: Vec<_> = book.package.named("meta").collect();
    let Some(at) = metas.iter().position(|e| of(e, "belongs-to-collection")) else { return };
    let first = metas.iter().position(|e| of(e, "collection-type") || of(e, "group-position"));
    if first.is_some_and(|n| n < at) {
        found.fault(&book.opf, 0, "the collection stands after what refines it");
    }
}

/// What is claimed of accessibility is true of the pictures that are there.
fn accessibility(book: &Book, found: &mut Found<'_>) {
    let values = |name: &str| -> Vec<String> { book.values(name).map(|(_, v)| v.to_string()).collect() };
    for name in [
        "schema:accessMode",
        "schema:accessModeSufficient",
        "schema:accessibilityFeature",
        "schema:accessibilityHazard",
    ] {
        if values(name).is_empty() {
            found.fault(&book.opf, 0, format!("no {name}"));
        }
    }
    let cover = book.items.iter().find(|i| i.is("cover-image")).map(|i| i.path.as_str());
    let pictures = book.pages.values().flat_map(|p| &p.pictures).filter(|(_, path, _)| Some(path.as_str()) != cover);
    let (mut shown, mut described) = (0, 0);
    for (.., said) in pictures {
        shown += 1;
        described += usize::from(*said);
    }
    let features = values("schema:accessibilityFeature");
    let claims = |name: &str| features.iter().any(|f| f == name);
    if claims("alternativeText") != (shown > 0 && shown == described) {
        found.fault(
            &book.opf,
            0,
            format!("alternativeText is wrongly claimed: {described} of {shown} pictures have it"),
        );
    }
    if claims("index") != book.pages.values().any(|p| p.kind == "index") {
        found.fault(&book.opf, 0, "the feature index does not fit the book");
    }
    let sufficient = values("schema:accessModeSufficient").iter().any(|v| v == "textual");
    if sufficient && described < shown {
        found.fault(&book.opf, 0, "text alone is called sufficient, but pictures lack alternative text");
    }
    if claims("tableOfContents") && book.nav.is_none() {
        found.fault(&book.opf, 0, "contents are claimed and not there");
    }
}

pub fn timeless(book: &Book, found: &mut Found<'_>) {
    let mut told: BTreeMap<bool, usize> = BTreeMap::new();
    book.members.iter().for_each(|m| *told.entry(m.timeless).or_default() += 1);
    if let Some(n) = told.get(&false) {
        found.fault("", 0, format!("{n} files carry a time; the same book made again has other bytes"));
    }
    if let Some(member) = book.members.iter().find(|m| m.extra) {
        found.advise(&member.name, 0, "an extra field, which may tell time, user or system");
    }
}
