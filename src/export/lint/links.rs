//! Rules about links: each leads somewhere, and no reader takes one for a note.

use std::collections::{HashMap, HashSet};

use super::Found;
use super::read::{Book, Link};
use crate::model::normalise_url;

/// Under so many letters a target is an anchor: readers that show notes follow the link instead (Kobo's rule).
const NOTE_FROM: usize = 9;

pub fn resolve(book: &Book, found: &mut Found<'_>) {
    let names: HashSet<&str> = book.members.iter().map(|m| m.name.as_str()).collect();
    for (path, page) in &book.pages {
        for link in page.links.iter().filter(|l| !l.outside) {
            if !names.contains(link.to.as_str()) {
                found.fault(path, link.line, format!("{} is not in the book", link.to));
            } else if !link.place.is_empty() && !has(book, link) {
                found.fault(path, link.line, format!("{} has no #{}", link.to, link.place));
            }
        }
    }
}

fn has(book: &Book, link: &Link) -> bool {
    book.pages.get(&link.to).is_some_and(|p| p.anchors.contains_key(&link.place))
}

pub fn fragments(book: &Book, found: &mut Found<'_>) {
    let orders: HashMap<&str, usize> = book.spine.iter().enumerate().map(|(n, p)| (p.as_str(), n)).collect();
    for (path, page) in &book.pages {
        for link in page.links.iter().filter(|l| !l.outside && !l.place.is_empty() && !l.of_note) {
            let Some(anchor) = book.pages.get(&link.to).and_then(|p| p.anchors.get(&link.place)) else { continue };
            let here = orders.get(path.as_str()).copied().unwrap_or_default();
            let there = orders.get(link.to.as_str()).copied().unwrap_or_default();
            let forward = there > here || path == &link.to && anchor.order > link.order;
            if forward && !anchor.is_note && anchor.letters >= NOTE_FROM {
                let what = format!(
                    "{}#{} leads forward to {} letters of text: shown as a note",
                    link.to, link.place, anchor.letters
                );
                found.fault(path, link.line, what);
            }
        }
    }
}

/// The addresses at which the posts of the book were published, as the book says, lead to chapters of it.
pub fn home(book: &Book, found: &mut Found<'_>) {
    let mut homes: HashMap<String, &str> = HashMap::new();
    for (path, page) in &book.pages {
        for link in page.links.iter().filter(|l| l.outside && l.of_source) {
            homes.insert(normalise_url(&link.to), path);
        }
    }
    // Title page and colophon name the blog itself, which may be the address of a page too.
    for (path, page) in book.pages.iter().filter(|(_, p)| !matches!(p.kind.as_str(), "titlepage" | "colophon")) {
        for link in page.links.iter().filter(|l| l.outside && !l.of_source) {
            let home = homes.get(&normalise_url(&link.to)).filter(|_| !link.to.contains('#'));
            if let Some(chapter) = home {
                found.fault(path, link.line, format!("{} is in the book: {chapter}", link.to));
            }
        }
    }
}
