//! Rules about notes: what readers need to show one, and to find the way back.

use std::collections::BTreeSet;

use super::Found;
use super::page::{Element, Page};

pub fn references(page: &Page, found: &mut Found<'_>) {
    for r in page.elements.iter().filter(|e| e.has_type("noteref")) {
        let mut fault = |what: String| found.fault(&page.path, r.line, what);
        if page.around(r).next().is_none_or(|e| e.name != "sup") {
            fault("a note reference that is not raised".into());
        }
        let Some(id) = r.get("href").and_then(|h| h.strip_prefix('#')) else {
            fault("the note is in another file".into());
            continue;
        };
        let Some(note) = page.elements.iter().find(|e| e.get("id") == Some(id)) else {
            fault(format!("no note {id}"));
            continue;
        };
        if note.from < r.from {
            fault(format!("the note {id} stands before its reference"));
        }
        if note.name != "div" || !note.has_type("footnote") {
            fault(format!("the note {id} is no div of the type footnote"));
        }
        let letters = page.text_of(note).trim().chars().count();
        if !(9..=5000).contains(&letters) {
            fault(format!("the note {id} has {letters} letters"));
        }
        if !page.inside(note).any(|e| e.has_type("backlink")) {
            fault(format!("the note {id} has no way back"));
        }
    }
}

pub fn numbers(page: &Page, found: &mut Found<'_>) {
    let notes: Vec<&Element> = page.elements.iter().filter(|e| e.name == "div" && e.has_type("footnote")).collect();
    let mut met = BTreeSet::new();
    let mut last = 0;
    for r in page.elements.iter().filter(|e| e.has_type("noteref")) {
        let Ok(n) = page.text_of(r).trim().parse::<usize>() else {
            found.fault(&page.path, r.line, format!("a note reference says {:?}", page.text_of(r).trim()));
            continue;
        };
        // A later reference to an earlier note has its number.
        if n > last + 1 || n == 0 {
            found.fault(&page.path, r.line, format!("note {n} follows note {last}"));
        }
        last = last.max(n);
        met.insert(r.get("href").unwrap_or_default().trim_start_matches('#').to_string());
    }
    for (n, note) in notes.iter().enumerate() {
        let id = note.get("id").unwrap_or_default();
        if !met.contains(id) {
            found.fault(&page.path, note.line, format!("no reference to the note {id:?}"));
        }
        let number = page.inside(note).find(|e| e.has_type("backlink")).map(|e| page.text_of(e).trim());
        if number.is_some_and(|t| t != (n + 1).to_string()) {
            found.fault(&page.path, note.line, format!("note {} is numbered {}", n + 1, number.unwrap_or_default()));
        }
    }
}
