//! Rules about the ways through the book: contents, NCX, landmarks, guide.

use std::collections::BTreeSet;

use super::Found;
use super::page::{Element, Page};
use super::read::{Book, resolve};

const MOST_ENTRIES: usize = 500;

/// An entry of the contents.
#[derive(Debug, PartialEq)]
struct Entry {
    level: usize,
    label: String,
    to: String,
}

fn nav<'a>(page: &'a Page, kind: &str) -> Option<&'a Element> {
    page.named("nav").find(|e| e.has_type(kind))
}

fn entries(page: &Page, nav: &Element) -> Vec<Entry> {
    let links = page.inside(nav).filter(|e| matches!(e.name.as_str(), "a" | "span"));
    let level = |e: &Element| page.around(e).take_while(|p| p.name != "nav").filter(|p| p.name == "ol").count();
    let entry = |e: &Element| Entry {
        level: level(e),
        label: crate::html::fold(page.text_of(e)),
        to: resolve(&page.path, e.get("href").unwrap_or_default()).0,
    };
    links.filter(|e| e.name == "a").map(entry).collect()
}

pub fn contents(book: &Book, found: &mut Found<'_>) {
    let Some(page) = &book.nav else {
        return found.fault(&book.opf, 0, "no contents (an item with properties=\"nav\")");
    };
    let Some(toc) = nav(page, "toc") else { return found.fault(&page.path, 0, "no nav of the type toc") };
    let entries = entries(page, toc);
    let listed = listed_by_parts(book, &entries);
    let named: BTreeSet<&str> =
        entries.iter().map(|e| e.to.as_str()).chain(listed.iter().map(String::as_str)).collect();
    for e in &entries {
        if e.level > 2 {
            found.fault(&page.path, 0, format!("{:?} stands {} levels deep", e.label, e.level));
        }
        let heading = book.pages.get(&e.to).and_then(|p| p.heading.as_ref());
        if heading.is_some_and(|h| *h != e.label) {
            let heading = heading.map(String::as_str).unwrap_or_default();
            found.fault(&page.path, 0, format!("{:?} is headed {heading:?}", e.label));
        }
    }
    for path in &book.spine {
        let Some(text) = book.pages.get(path).filter(|_| *path != page.path && !named.contains(path.as_str())) else {
            continue;
        };
        if text.kind != "cover" && !is_continuation(path, &named) {
            found.fault(&page.path, 0, format!("{path} is not in the contents"));
        }
    }
    let order = |path: &str| book.spine.iter().position(|p| p == path);
    let places: Vec<usize> = entries.iter().filter_map(|e| order(&e.to)).collect();
    if places.windows(2).any(|w| matches!(w, [a, b] if a > b)) {
        found.fault(&page.path, 0, "the contents are not in reading order");
    }
    for list in page.inside(toc).filter(|e| e.name == "ol") {
        let n = page.children(list).count();
        if n > MOST_ENTRIES {
            found.fault(&page.path, list.line, format!("{n} entries in one list"));
        }
    }
}

/// Contents too long for readers name the parts alone: what these list is reached through them.
fn listed_by_parts(book: &Book, entries: &[Entry]) -> BTreeSet<String> {
    if entries.iter().any(|e| e.level > 1) {
        return BTreeSet::new();
    }
    let parts = entries.iter().filter_map(|e| book.pages.get(&e.to)).filter(|p| p.kind == "part");
    parts.flat_map(|p| p.links.iter().filter(|l| !l.outside).map(|l| l.to.clone())).collect()
}

/// Returns whether a file goes on with another: `p1a2b-2` with `p1a2b`, comments `c1a2b` with their post.
fn is_continuation(path: &str, named: &BTreeSet<&str>) -> bool {
    let stem = path.strip_suffix(".xhtml").unwrap_or(path);
    let first = match stem.rsplit_once('-') {
        Some((first, n)) if n.bytes().all(|b| b.is_ascii_digit()) => first,
        _ => stem,
    };
    let (folder, name) = first.rsplit_once('/').map_or(("", first), |(f, n)| (f, n));
    let place =
        |name: String| if folder.is_empty() { format!("{name}.xhtml") } else { format!("{folder}/{name}.xhtml") };
    let posts = name.strip_prefix('c').map(|id| ["p", "g"].map(|kind| place(format!("{kind}{id}"))));
    named.contains(place(name.to_string()).as_str()) && first != stem
        || posts.is_some_and(|p| p.iter().any(|p| named.contains(p.as_str())))
}

pub fn ncx(book: &Book, found: &mut Found<'_>) {
    let (Some(page), Some(ncx)) = (&book.nav, &book.ncx) else {
        if book.ncx.is_none() {
            found.advise(&book.opf, 0, "no NCX: readers of EPUB 2 show no contents");
        }
        return;
    };
    let Some(toc) = nav(page, "toc") else { return };
    let label = |p: &Element| ncx.children(p).find(|e| e.name == "navLabel").map(|e| crate::html::fold(ncx.text_of(e)));
    let to = |p: &Element| {
        ncx.children(p).find(|e| e.name == "content").map(|e| resolve(&ncx.path, e.get("src").unwrap_or_default()).0)
    };
    let level = |p: &Element| 1 + ncx.around(p).filter(|e| e.name == "navPoint").count();
    let points = ncx.named("navPoint");
    let theirs: Vec<Entry> = points
        .map(|p| Entry { level: level(p), label: label(p).unwrap_or_default(), to: to(p).unwrap_or_default() })
        .collect();
    let ours = entries(page, toc);
    if let Some(n) = (0..ours.len().max(theirs.len())).find(|n| ours.get(*n) != theirs.get(*n)) {
        let of = |e: Option<&Entry>| e.map_or("nothing".to_string(), |e| format!("{:?} ({})", e.label, e.to));
        let what = format!("entry {} is {}, in the contents {}", n + 1, of(theirs.get(n)), of(ours.get(n)));
        found.fault(&ncx.path, 0, what);
    }
    let uid = ncx.named("meta").find(|e| e.get("name") == Some("dtb:uid")).and_then(|e| e.get("content"));
    let id = book.package.root().and_then(|p| p.get("unique-identifier"));
    let known = book.values("dc:identifier").find(|(e, _)| e.get("id") == id).map(|(_, v)| v);
    if uid != known {
        found.fault(&ncx.path, 0, format!("dtb:uid is {uid:?}, the identifier {known:?}"));
    }
}

pub fn landmarks(book: &Book, found: &mut Found<'_>) {
    let Some(page) = &book.nav else { return };
    let Some(list) = nav(page, "landmarks") else { return found.advise(&page.path, 0, "no landmarks") };
    if list.get("hidden").is_none() {
        found.fault(&page.path, list.line, "the landmarks are not hidden: some readers show them as contents");
    }
    let mut seen = BTreeSet::new();
    let links: Vec<&Element> = page.inside(list).filter(|e| e.name == "a").collect();
    for e in &links {
        let kind = e.get("epub:type").unwrap_or_default();
        if !seen.insert(kind) {
            found.fault(&page.path, e.line, format!("{kind} twice"));
        }
    }
    let place = |kind: &str| {
        let link = links.iter().find(|e| e.has_type(kind))?;
        Some(resolve(&page.path, link.get("href").unwrap_or_default()).0)
    };
    for e in book.package.named("reference") {
        let kind = match e.get("type").unwrap_or_default() {
            "text" => "bodymatter",
            "title-page" => "titlepage",
            kind => kind,
        };
        let theirs = resolve(&book.opf, e.get("href").unwrap_or_default()).0;
        if place(kind).is_some_and(|ours| ours != theirs) {
            found.fault(&book.opf, e.line, format!("the guide's {kind} is {theirs}, the landmark another"));
        }
    }
}
