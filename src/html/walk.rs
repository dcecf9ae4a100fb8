//! Small steps over a tree, none of them recursive. They know nothing of what the tree means.

use ego_tree::NodeRef;
use ego_tree::iter::Edge;
use scraper::Node;
use scraper::node::Element;

/// Elements whose text nobody reads.
const UNREAD: [&str; 8] = ["script", "style", "template", "title", "head", "iframe", "noembed", "noframes"];

/// Returns the texts under a node, in order, without those of scripts and styles.
pub(crate) fn texts(node: NodeRef<'_, Node>) -> impl Iterator<Item = &str> {
    readable(node).filter_map(|n| n.value().as_text().map(|t| &*t.text))
}

/// Returns the nodes under a node, in order, leaving out scripts and styles and what is in them.
pub(crate) fn readable(node: NodeRef<'_, Node>) -> impl Iterator<Item = NodeRef<'_, Node>> {
    pruned(node, |e| UNREAD.contains(&e.name()))
}

/// Returns the nodes under a node (itself not), in order, leaving out elements for which `cut` holds and what is in them.
pub(crate) fn pruned<'a>(
    node: NodeRef<'a, Node>,
    cut: impl Fn(&Element) -> bool + 'a,
) -> impl Iterator<Item = NodeRef<'a, Node>> {
    let top = node.id();
    let mut skip = None;
    node.traverse().filter_map(move |edge| match edge {
        Edge::Close(n) if skip == Some(n.id()) => {
            skip = None;
            None
        }
        Edge::Open(n) if skip.is_none() && n.id() != top => {
            if n.value().as_element().is_some_and(&cut) {
                skip = Some(n.id());
                return None;
            }
            Some(n)
        }
        _ => None,
    })
}

/// Returns the name of the element a node is; empty for other nodes.
pub(crate) fn name<'a>(node: &NodeRef<'a, Node>) -> &'a str {
    node.value().as_element().map_or("", |e| e.name())
}
