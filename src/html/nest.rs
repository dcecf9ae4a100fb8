//! Nesting that reads back as it was written: a parser ends a paragraph where a block begins. It knows nothing of posts.

use std::collections::HashSet;

use ego_tree::{NodeId, NodeRef};
use scraper::{Html, Node};

use super::{text, walk};

/// Makes paragraphs and headings that hold blocks plain divisions, opens links within links and parts of tables outside
/// of tables, and takes empty wrappers away.
pub(super) fn mend(tree: &mut Html, top: NodeId) {
    let Some(root) = tree.tree.get(top) else { return };
    let (mut divisions, mut opened, mut wrappers) = (HashSet::new(), Vec::new(), Vec::new());
    for node in root.descendants().skip(1) {
        let name = walk::name(&node);
        let above = || node.ancestors().take_while(|a| a.id() != top);
        if node.value().as_element().is_some_and(|e| text::is_block(&e.name.local)) {
            divisions.extend(above().filter(|a| ends_before(walk::name(a), name)).map(|a| a.id()));
        }
        let lost = match name {
            "a" => above().any(|a| walk::name(&a) == "a"),
            "tr" | "td" | "th" | "tbody" | "thead" | "tfoot" | "caption" | "colgroup" | "col" => {
                !above().any(|a| walk::name(&a) == "table")
            }
            "source" | "track" => !above().any(|a| matches!(walk::name(&a), "video" | "audio")),
            _ => false,
        };
        if lost {
            opened.push(node.id());
        }
        if matches!(name, "video" | "audio") && !plays(node) {
            opened.push(node.id());
        }
        if matches!(name, "p" | "span" | "figure" | "div" | "b" | "i" | "em" | "strong" | "a") {
            wrappers.push(node.id());
        }
    }
    divisions.into_iter().for_each(|id| walk::rename(tree, id, "div"));
    opened.into_iter().for_each(|id| walk::unwrap(tree, id));
    // From the end, so that an element is looked at after all that is in it.
    for id in wrappers.into_iter().rev() {
        if tree.tree.get(id).is_some_and(is_empty) {
            walk::remove(tree, id);
        }
    }
}

/// Joins texts that came to stand side by side, as a parser would read them.
pub(super) fn join_texts(tree: &mut Html, top: NodeId) {
    let Some(root) = tree.tree.get(top) else { return };
    let after_text =
        |n: &NodeRef<'_, Node>| n.value().is_text() && n.prev_sibling().is_some_and(|p| p.value().is_text());
    let second: Vec<NodeId> = root.descendants().filter(after_text).map(|n| n.id()).collect();
    for id in second {
        let Some(node) = tree.tree.get(id) else { continue };
        let (Some(text), Some(first)) =
            (node.value().as_text().map(|t| t.text.clone()), node.prev_sibling().map(|p| p.id()))
        else {
            continue;
        };
        if let Some(mut first) = tree.tree.get_mut(first)
            && let Node::Text(t) = first.value()
        {
            t.text.push_tendril(&text);
        }
        walk::remove(tree, id);
    }
}

/// Returns whether an element is ended by a block that begins in it.
fn ends_before(outer: &str, inner: &str) -> bool {
    let heading = |n: &str| n.len() == 2 && n.starts_with('h') && n != "hr";
    outer == "p" || (heading(outer) && heading(inner))
}

fn plays(media: NodeRef<'_, Node>) -> bool {
    walk::attr(&media, "src").is_some()
        || media.children().any(|c| walk::name(&c) == "source" && walk::attr(&c, "src").is_some())
}

/// Returns whether an element says and shows nothing and marks no place.
fn is_empty(node: NodeRef<'_, Node>) -> bool {
    !node.has_children() && walk::attr(&node, "id").is_none() && walk::attr(&node, "href").is_none()
}
