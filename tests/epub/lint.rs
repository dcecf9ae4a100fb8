//! Rules for every book, among them those that EPUBCheck does not know. Each fails with file and place.

use std::collections::{BTreeMap, BTreeSet};

use quick_xml::events::{BytesStart, Event};

use super::book::Made;

/// Elements a chapter may hold.
const ELEMENTS: &str = "a abbr b bdi bdo blockquote body br caption cite code dd del dfn div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 \
    head header hr html i img ins kbd li link mark nav ol p pre q rt ruby s samp section small span strong sub sup table tbody td th thead time title \
    tr u ul var wbr";

const ATTRIBUTES: &str = "alt aria-label aria-labelledby class colspan datetime dir epub:type hidden href id lang rel reversed role rowspan scope src start title \
    type xml:lang xmlns xmlns:epub";

pub fn unescape(text: &str) -> String {
    mdarchive::html::unescape(text)
}

/// Element, its attributes and the text before the next tag, in order; fails where the file is no XML.
struct Tag {
    name: String,
    attributes: BTreeMap<String, String>,
    depth: usize,
}

fn tags(name: &str, text: &str) -> Vec<Tag> {
    let mut reader = quick_xml::Reader::from_str(text);
    let (mut out, mut depth) = (Vec::new(), 0);
    let tag = |e: &BytesStart<'_>, depth| {
        let attributes = e.attributes().map(|a| {
            let a = a.unwrap_or_else(|e| panic!("{name}: {e}"));
            (a.key.as_ref().to_string(), unescape(&a.value))
        });
        Tag { name: e.name().as_ref().to_string(), attributes: attributes.collect(), depth }
    };
    loop {
        match reader.read_event().unwrap_or_else(|e| panic!("{name}: {e}")) {
            Event::Start(e) => {
                depth += 1;
                out.push(tag(&e, depth));
            }
            Event::Empty(e) => out.push(tag(&e, depth + 1)),
            Event::End(_) => depth -= 1,
            Event::Comment(_) | Event::PI(_) | Event::CData(_) => panic!("{name}: a comment or instruction"),
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0, "{name}: not closed");
    out
}

pub fn lint(book: &Made) {
    container(book);
    let pages: BTreeMap<String, Vec<Tag>> =
        book.names().filter(|n| n.ends_with(".xhtml")).map(|n| (n.to_string(), tags(n, &book.text(n)))).collect();
    let ids: BTreeMap<&str, BTreeSet<&str>> = pages.iter().map(|(n, t)| (n.as_str(), unique_ids(n, t))).collect();
    let mut titles = BTreeSet::new();
    for (name, tags) in &pages {
        page(book, name, tags);
        links(name, tags, &ids, book);
        let text = book.text(name);
        let title = text.split("<title>").nth(1).and_then(|t| t.split("</title>").next()).unwrap().to_string();
        assert!(
            !title.trim().is_empty() && titles.insert(title.clone()),
            "{name}: title {title:?} is empty or not the only one"
        );
    }
    package(book);
    contents(book);
    styles(book, &pages);
}

fn container(book: &Made) {
    assert_eq!(book.order[0], "mimetype");
    assert_eq!(&book.bytes[30..58], b"mimetypeapplication/epub+zip");
    assert_eq!(book.bytes[28..30], [0, 0], "an extra field on mimetype");
    for name in book.names() {
        let file = name.rsplit('/').next().unwrap();
        let good = file.len() <= 64
            && file.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b));
        assert!(good || name.starts_with("META-INF"), "{name}");
        assert!(!name.ends_with('/'), "{name} is a folder");
        if name.ends_with(".xhtml") {
            assert!(
                book.files[name].len() <= 240_000 || book.text(name).contains("<tr>"),
                "{name} has {} bytes",
                book.files[name].len()
            );
        }
    }
}

fn unique_ids<'a>(name: &str, tags: &'a [Tag]) -> BTreeSet<&'a str> {
    let mut ids = BTreeSet::new();
    for id in tags.iter().filter_map(|t| t.attributes.get("id")) {
        let good = id.starts_with(|c: char| c.is_ascii_lowercase())
            && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        assert!(good, "{name}: id {id}");
        assert!(ids.insert(id.as_str()), "{name}: id {id} twice");
    }
    ids
}

fn page(book: &Made, name: &str, tags: &[Tag]) {
    let text = book.text(name);
    assert!(!text.chars().any(|c| c.is_control() && c != '\n' && c != '\t'), "{name}: a control character");
    let html = &tags[0].attributes;
    let lang = html.get("lang").unwrap();
    assert_eq!(Some(lang), html.get("xml:lang"), "{name}");
    let rtl = ["he", "ar", "fa"].iter().any(|l| lang.starts_with(l));
    assert_eq!(html.get("dir").map(String::as_str), rtl.then_some("rtl"), "{name}");
    let mut level = 0;
    for tag in tags {
        assert!(ELEMENTS.split_whitespace().any(|e| e == tag.name), "{name}: <{}>", tag.name);
        for attribute in tag.attributes.keys() {
            assert!(ATTRIBUTES.split_whitespace().any(|a| a == attribute), "{name}: <{} {attribute}>", tag.name);
        }
        if let Some(n) = tag.name.strip_prefix('h').and_then(|n| n.parse::<usize>().ok()) {
            assert!(n <= level + 1 && (n > 1 || level == 0), "{name}: h{n} after h{level}");
            level = n;
        }
        if tag.name == "img" {
            assert!(tag.attributes.contains_key("alt"), "{name}: no alt");
        }
    }
    assert!(level > 0 || name.ends_with("cover.xhtml"), "{name}: no heading");
    assert!(!text.contains("<p></p>") && !text.contains("<li></li>\n<li></li>"), "{name}: an empty block");
}

fn links(name: &str, tags: &[Tag], ids: &BTreeMap<&str, BTreeSet<&str>>, book: &Made) {
    let folder = name.rsplit_once('/').unwrap().0;
    for tag in tags {
        let Some(target) = tag.attributes.get("href").or(tag.attributes.get("src")) else { continue };
        if target.contains("://") || target.starts_with("mailto:") {
            assert_eq!(tag.name, "a", "{name}: {target} is fetched");
            continue;
        }
        let (file, place) = target.split_once('#').unwrap_or((target, ""));
        let path = match file.strip_prefix("../") {
            Some(rest) => format!("OEBPS/{rest}"),
            None if file.is_empty() => name.to_string(),
            None => format!("{folder}/{file}"),
        };
        assert!(book.files.contains_key(&path), "{name}: {target} leads nowhere");
        assert!(place.is_empty() || ids[path.as_str()].contains(place), "{name}: no {target}");
    }
}

fn package(book: &Made) {
    let tags = tags("package.opf", &book.text("OEBPS/package.opf"));
    unique_ids("package.opf", &tags);
    let items: BTreeMap<&str, &str> = tags
        .iter()
        .filter(|t| t.name == "item")
        .map(|t| (t.attributes["href"].as_str(), t.attributes["id"].as_str()))
        .collect();
    for (href, id) in &items {
        let stem = href.rsplit('/').next().unwrap().split('.').next().unwrap();
        assert!(*id == stem || matches!((*href, *id), ("toc.ncx", "ncx")), "{href} has the id {id}");
    }
    let listed: BTreeSet<String> = items.keys().map(|h| format!("OEBPS/{h}")).collect();
    let there: BTreeSet<String> =
        book.names().filter(|n| n.starts_with("OEBPS/") && !n.ends_with(".opf")).map(String::from).collect();
    assert_eq!(listed, there);
    let spine: BTreeSet<String> = book.spine().into_iter().collect();
    let pages = book
        .names()
        .filter(|n| n.ends_with(".xhtml"))
        .map(|n| n.rsplit('/').next().unwrap().trim_end_matches(".xhtml").to_string());
    assert_eq!(spine, pages.collect());
    for single in ["dc:identifier", "dc:title", "dc:source", "dc:date"] {
        assert!(tags.iter().filter(|t| t.name == single).count() <= 1, "{single} twice");
    }
}

fn contents(book: &Made) {
    let contents = book.contents();
    assert!(contents.iter().all(|(level, label, _)| (1..=2).contains(level) && !label.trim().is_empty()));
    let files: Vec<String> =
        contents.iter().map(|(.., f)| f.rsplit('/').next().unwrap().trim_end_matches(".xhtml").to_string()).collect();
    let spine = book.spine();
    let continuation = |s: &String| s.starts_with('c') && s != "colophon" || s.starts_with('p') && s.contains('-');
    let expected: Vec<&String> = spine.iter().filter(|s| *s != "cover" && *s != "nav" && !continuation(s)).collect();
    assert_eq!(files.iter().collect::<Vec<_>>(), expected);
    let ncx = book.text("OEBPS/toc.ncx");
    let labels: Vec<String> = ncx
        .split("<navLabel>")
        .skip(1)
        .map(|l| unescape(l.split("<text>").nth(1).unwrap().split("</text>").next().unwrap()))
        .collect();
    assert_eq!(labels, contents.iter().map(|(_, l, _)| l.clone()).collect::<Vec<_>>());
    tags("toc.ncx", &ncx);
    let uid = book.text("OEBPS/package.opf").split("m-uid\">").nth(1).unwrap().split('<').next().unwrap().to_string();
    assert!(ncx.contains(&format!("name=\"dtb:uid\" content=\"{uid}\"")));
}

/// Each class that is used is styled.
fn styles(book: &Made, pages: &BTreeMap<String, Vec<Tag>>) {
    let css = book.text("OEBPS/css/book.css");
    for (name, tags) in pages {
        for class in tags.iter().filter_map(|t| t.attributes.get("class")).flat_map(|c| c.split_whitespace()) {
            let styled = css.contains(&format!(".{class} ")) || css.contains(&format!(".{class},"));
            assert!(styled, "{name}: class {class} has no style");
        }
        assert!(tags.iter().all(|t| t.depth < 120), "{name}: too deep");
    }
}
