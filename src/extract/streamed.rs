//! Pages that are sent in pieces: what a script would move to its place is moved there. It knows no post.

use std::collections::HashMap;

use ego_tree::NodeId;
use scraper::Html;

use crate::html::walk;

/// What stands in the source of such pages, and next to none other.
pub(super) const SIGN: &str = "id=\"S:";

/// Pieces of one page.
const MOST: usize = 500;

/// Moves the pieces that React streams at the end of a page (`<div hidden id="S:1">`) to the places that wait for them
/// (`<template id="B:1">`, `<template id="P:1">`).
pub(super) fn settle(tree: &mut Html) {
    let (mut pieces, mut places) = (Vec::new(), HashMap::new());
    for node in tree.tree.root().descendants() {
        let Some(e) = node.value().as_element() else { continue };
        let name = e.name();
        if !matches!(name, "div" | "template") || (name == "div" && walk::value(e, "hidden").is_none()) {
            continue;
        }
        let Some((kind, number)) = walk::value(e, "id").and_then(|id| id.split_once(':')) else { continue };
        match (name, kind) {
            ("div", "S") if pieces.len() < MOST => pieces.push((node.id(), number.to_string())),
            ("template", "B" | "P") if places.len() < MOST => {
                places.insert(number.to_string(), node.id());
            }
            _ => {}
        }
    }
    for (piece, number) in pieces {
        // A place is filled once: another piece of its number stays where it is.
        match places.remove(&number) {
            Some(place) if !is_within(tree, place, piece) => put(tree, place, piece),
            _ => walk::unset(tree, piece, "hidden"),
        }
    }
}

fn is_within(tree: &Html, inner: NodeId, outer: NodeId) -> bool {
    tree.tree.get(inner).is_some_and(|n| n.ancestors().any(|a| a.id() == outer))
}

/// Puts the children of a piece before its place, and takes both out.
fn put(tree: &mut Html, place: NodeId, piece: NodeId) {
    let children: Vec<NodeId> =
        tree.tree.get(piece).map(|n| n.children().map(|c| c.id()).collect()).unwrap_or_default();
    if tree.tree.get(place).is_none_or(|p| p.parent().is_none()) {
        return;
    }
    let Some(mut place) = tree.tree.get_mut(place) else { return };
    for child in children {
        place.insert_id_before(child);
    }
    place.detach();
    walk::remove(tree, piece);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_of_a_streamed_page_goes_to_the_place_that_waits_for_it() {
        let page = r#"<body><main><p>One.</p><template id="B:0"></template><p>Four.</p></main>
            <div hidden id="S:0"><p>Two.</p><template id="P:1"></template></div><div hidden id="S:1"><p>Three.</p></div>"#;
        let mut tree = crate::html::parse_document(page);
        settle(&mut tree);
        assert_eq!(walk::text(tree.tree.root()), "One. Two. Three. Four.");
    }

    #[test]
    fn pieces_that_share_a_number_or_hold_each_other_s_places_lose_nothing() {
        for page in [
            r#"<p>One.</p><template id="B:0"></template><div hidden id="S:0">Two.</div><div hidden id="S:0">Three.</div>"#,
            r#"<p>One.</p><div hidden id="S:1">Two.<template id="P:2"></template></div><div hidden id="S:2">Three.<template id="P:1"></template></div>"#,
        ] {
            let mut tree = crate::html::parse_document(page);
            settle(&mut tree);
            let text = walk::text(tree.tree.root());
            assert!(["One.", "Two.", "Three."].iter().all(|w| text.contains(w)), "{text}");
        }
    }
}
