//! Rules about a page as a whole: ids, language, title, headings.

use std::collections::BTreeMap;

use super::Found;
use super::page::Page;
use super::read::Book;
use crate::export::language;

/// Letters a rule about scripts looks at.
const SAMPLE: usize = 4000;

pub fn is_id(id: &str) -> bool {
    id.starts_with(|c: char| c.is_ascii_lowercase())
        && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

pub fn ids(page: &Page, found: &mut Found<'_>) {
    for (id, line) in page.elements.iter().filter_map(|e| e.get("id").map(|id| (id, e.line))) {
        if !is_id(id) {
            found.fault(&page.path, line, format!("the id {id:?}"));
        }
    }
}

pub fn language(page: &Page, found: &mut Found<'_>) {
    let Some(html) = page.root() else { return };
    if html.get("lang").is_none_or(str::is_empty) {
        found.fault(&page.path, html.line, "no language");
    }
    for e in page.elements.iter().filter(|e| e.get("lang").is_some() || e.get("xml:lang").is_some()) {
        let (plain, xml) = (e.get("lang").unwrap_or_default(), e.get("xml:lang").unwrap_or_default());
        if plain != xml {
            found.fault(&page.path, e.line, format!("lang {plain:?} and xml:lang {xml:?}"));
        } else if plain == "und" {
            found.advise(&page.path, e.line, "the language is not known");
        } else if language::tag(plain).as_deref() != Some(plain) {
            found.fault(&page.path, e.line, format!("{plain:?} is no language that readers know"));
        }
    }
    let rtl = html.get("lang").is_some_and(language::is_rtl);
    let dir = html.get("dir");
    if rtl && dir != Some("rtl") {
        found.fault(&page.path, html.line, "no dir=\"rtl\" on a page written from the right");
    } else if !rtl && dir == Some("rtl") {
        found.fault(&page.path, html.line, "dir=\"rtl\" on a page written from the left");
    }
    let script: String = page.text.chars().take(SAMPLE).collect();
    if !rtl && dir.is_none() && language::by_script(&script).is_some_and(language::is_rtl) {
        found.advise(&page.path, html.line, "the text looks written from the right, the language says otherwise");
    }
}

pub fn titles(book: &Book, found: &mut Found<'_>) {
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for (path, page) in &book.pages {
        if page.title.is_empty() {
            found.fault(path, 0, "no title");
        } else if let Some(first) = seen.insert(&page.title, path) {
            found.fault(path, 0, format!("the title {:?} is that of {first} too", page.title));
        }
    }
}

pub fn headings(page: &Page, found: &mut Found<'_>) {
    let mut above = 0;
    for e in &page.elements {
        let Some(level) = e.level() else { continue };
        if page.text_of(e).trim().is_empty() {
            found.fault(&page.path, e.line, "an empty heading");
        }
        match (above, level) {
            (0, 2..) => found.fault(&page.path, e.line, format!("h{level} before any h1")),
            (1.., 1) => found.fault(&page.path, e.line, "a second h1"),
            (above, level) if level > above + 1 => {
                found.fault(&page.path, e.line, format!("h{level} after h{above}"));
            }
            _ => {}
        }
        above = level;
    }
    let cover = page.elements.iter().any(|e| e.has_type("cover"));
    if above == 0 && !cover {
        found.fault(&page.path, 0, "no heading");
    }
}
