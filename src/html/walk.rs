//! Small steps over a tree and small changes to it, none of them recursive. They know nothing of what the tree means.

use ego_tree::iter::Edge;
use ego_tree::{NodeId, NodeRef};
use html5ever::tendril::StrTendril;
use html5ever::{LocalName, QualName, local_name, ns};
use scraper::node::Element;
use scraper::{Html, Node};

/// Returns whether nobody reads the text of an element.
pub(crate) fn is_unread(e: &Element) -> bool {
    matches!(
        e.name.local,
        local_name!("script")
            | local_name!("style")
            | local_name!("template")
            | local_name!("title")
            | local_name!("head")
            | local_name!("iframe")
            | local_name!("noembed")
            | local_name!("noframes")
    )
}

/// Returns the texts under a node, in order, without those of scripts and styles.
pub(crate) fn texts(node: NodeRef<'_, Node>) -> impl Iterator<Item = &str> {
    readable(node).filter_map(|n| n.value().as_text().map(|t| &*t.text))
}

/// Returns the text under a node with white space folded; a line break is a space.
pub(crate) fn text(node: NodeRef<'_, Node>) -> String {
    beginning(node, usize::MAX)
}

/// Returns so many bytes of the text under a node, or some more.
pub(crate) fn beginning(node: NodeRef<'_, Node>, bytes: usize) -> String {
    let (mut out, mut parted) = (String::with_capacity(64), false);
    for n in readable(node) {
        match n.value() {
            Node::Text(t) => fold_into(&t.text, &mut parted, &mut out),
            Node::Element(e) => parted |= super::text::is_breaking(&e.name.local),
            _ => {}
        }
        if out.len() >= bytes {
            break;
        }
    }
    out
}

/// Adds a text with its white space folded; `parted` says whether white space came before, and after it whether it ends so.
pub(crate) fn fold_into(text: &str, parted: &mut bool, out: &mut String) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        // What stands between two odd spaces is copied at once: words with one space between them.
        let from = at;
        let mut ends = from;
        while let Some(b) = bytes.get(at) {
            match b {
                b'!'..=b'~' => {
                    at += 1;
                    ends = at;
                }
                b' ' if ends == at && at > from => at += 1,
                // White space beyond ASCII begins with one of these.
                0xc2 | 0xe1..=0xe3 => {
                    let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()).filter(|c| !c.is_whitespace())
                    else {
                        break;
                    };
                    at += c.len_utf8();
                    ends = at;
                }
                b if *b >= 0x80 || !char::from(*b).is_whitespace() => {
                    at += 1;
                    ends = at;
                }
                _ => break,
            }
        }
        if ends > from {
            if *parted && !out.is_empty() {
                out.push(' ');
            }
            out.push_str(text.get(from..ends).unwrap_or_default());
            *parted = at > ends;
        }
        if let Some(space) = text.get(at..).and_then(|rest| rest.chars().next()) {
            *parted = true;
            at += space.len_utf8();
        }
    }
}

/// Returns the nodes under a node, in order, leaving out scripts and styles and what is in them.
pub(crate) fn readable(node: NodeRef<'_, Node>) -> impl Iterator<Item = NodeRef<'_, Node>> {
    pruned(node, is_unread)
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

/// Returns an attribute of the element a node is, without white space around; none when empty.
pub(crate) fn attr<'a>(node: &NodeRef<'a, Node>, key: &str) -> Option<&'a str> {
    node.value().as_element().and_then(|e| value(e, key)).map(str::trim).filter(|v| !v.is_empty())
}

/// Returns an attribute of an element as it is. Elements have few: to look through them is quicker than to look one up.
pub(crate) fn value<'a>(e: &'a Element, key: &str) -> Option<&'a str> {
    e.attrs.iter().find(|(name, _)| &*name.local == key && name.ns == ns!()).map(|(_, value)| &**value)
}

/// Returns the classes of an element.
pub(crate) fn classes(e: &Element) -> impl Iterator<Item = &str> {
    value(e, "class").unwrap_or_default().split_ascii_whitespace()
}

/// Returns the elements of this name under a node.
pub(crate) fn named(tree: &Html, top: NodeId, wanted: &[&str]) -> Vec<NodeId> {
    let Some(top) = tree.tree.get(top) else { return Vec::new() };
    top.descendants().filter(|n| wanted.contains(&name(n))).map(|n| n.id()).collect()
}

/// Returns the name of an HTML element.
pub(crate) fn html_name(name: &str) -> QualName {
    QualName::new(None, ns!(html), LocalName::from(name))
}

/// Takes a node out, with all that is in it.
pub(crate) fn remove(tree: &mut Html, id: NodeId) {
    if let Some(mut node) = tree.tree.get_mut(id) {
        node.detach();
    }
}

/// Puts the children of a node in its place.
pub(crate) fn unwrap(tree: &mut Html, id: NodeId) {
    let Some(node) = tree.tree.get(id).filter(|n| n.parent().is_some()) else { return };
    let children: Vec<NodeId> = node.children().map(|c| c.id()).collect();
    let Some(mut node) = tree.tree.get_mut(id) else { return };
    for child in children {
        node.insert_id_before(child);
    }
    node.detach();
}

/// Moves a node to the front of another one.
pub(crate) fn put_first(tree: &mut Html, top: NodeId, id: NodeId) {
    if let Some(mut top) = tree.tree.get_mut(top) {
        top.prepend_id(id);
    }
}

/// Gives an element another name.
pub(crate) fn rename(tree: &mut Html, id: NodeId, name: &str) {
    edit(tree, id, |e| e.name = html_name(name));
}

/// Sets an attribute; an empty value is set as well.
pub(crate) fn set(tree: &mut Html, id: NodeId, key: &str, value: &str) {
    edit(tree, id, |e| {
        e.attrs.insert(attr_name(key), StrTendril::from_slice(value));
    });
}

/// Takes an attribute away.
pub(crate) fn unset(tree: &mut Html, id: NodeId, key: &str) {
    edit(tree, id, |e| {
        e.attrs.shift_remove(&attr_name(key));
    });
}

/// Changes the element a node is; other nodes stay as they are.
pub(crate) fn edit(tree: &mut Html, id: NodeId, change: impl FnOnce(&mut Element)) {
    if let Some(mut node) = tree.tree.get_mut(id)
        && let Node::Element(e) = node.value()
    {
        change(e);
    }
}

pub(crate) fn attr_name(key: &str) -> QualName {
    QualName::new(None, ns!(), LocalName::from(key))
}

/// Makes an element outside the tree.
pub(crate) fn make(tree: &mut Html, name: &str) -> NodeId {
    tree.tree.orphan(Node::Element(Element::new(html_name(name), Vec::new()))).id()
}
