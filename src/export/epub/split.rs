//! A long text in several files, cut between blocks: readers take a file as a whole, and some refuse 260 KB of it.

use super::tree::{Element, Node, size};

/// Bytes of text a file holds at most, with room for what the template adds (readers refuse from 260 KB on).
pub const MOST: usize = 225_000;

/// Returns the blocks in groups of at most `most` bytes, never an empty group unless there is nothing at all.
/// What cannot be cut (a picture, a line of a table) stays whole, however large.
pub fn split(blocks: Vec<Node>, most: usize) -> Vec<Vec<Node>> {
    let pieces = blocks.into_iter().flat_map(|b| cut(b, most));
    let mut groups = vec![Vec::new()];
    let mut filled = 0;
    for piece in pieces {
        let bytes = size(&piece);
        if filled > 0 && filled + bytes > most {
            // A heading belongs to what follows it.
            let heading = groups.last_mut().and_then(|g: &mut Vec<Node>| g.pop_if(|n| is_heading(n)));
            let left = groups.last().is_some_and(|g| !g.is_empty());
            let carried = heading.as_ref().map_or(0, size);
            match left {
                true => groups.push(heading.into_iter().collect()),
                false => groups.last_mut().into_iter().for_each(|g| g.extend(heading.clone())),
            }
            filled = carried;
        }
        filled += bytes;
        if let Some(group) = groups.last_mut() {
            group.push(piece);
        }
    }
    groups
}

fn is_heading(node: &Node) -> bool {
    node.element().is_some_and(|e| matches!(e.name, "h2" | "h3" | "h4" | "h5" | "h6" | "h1"))
}

/// Cuts one block that is too large into several of its kind.
fn cut(node: Node, most: usize) -> Vec<Node> {
    if size(&node) <= most {
        return vec![node];
    }
    match node {
        Node::Text(text) => cut_text(&text, most).into_iter().map(Node::Text).collect(),
        Node::Element(e)
            if matches!(
                e.name,
                "ul" | "ol" | "dl" | "blockquote" | "div" | "section" | "table" | "tbody" | "p" | "pre" | "li"
            ) =>
        {
            cut_element(e, most)
        }
        node => vec![node],
    }
}

fn cut_element(mut e: Element, most: usize) -> Vec<Node> {
    let children = std::mem::take(&mut e.children);
    let mut start: i64 = e.get("start").and_then(|s| s.parse().ok()).unwrap_or(1);
    let mut out = Vec::new();
    for group in split(children, most) {
        let items = group.iter().filter(|n| n.element().is_some_and(|e| e.name == "li")).count();
        let mut piece = Element { children: Vec::new(), ..e.clone() };
        if e.name == "ol" && e.class().is_empty() && !out.is_empty() {
            piece.set("start", start.to_string());
        }
        start += items as i64;
        // One anchor, at the first piece.
        if !out.is_empty() {
            piece.take("id");
        }
        out.push(piece.holding(group).node());
    }
    out
}

/// Cuts a text at white space.
fn cut_text(text: &str, most: usize) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = text;
    while rest.len() > most {
        let near = rest.floor_char_boundary(most);
        let head = rest.get(..near).unwrap_or(rest);
        let at = head.rfind(['\n', ' ']).map_or(near, |n| n + 1);
        let (piece, after) = rest.split_at(at.max(1));
        out.push(piece.to_string());
        rest = after;
    }
    out.push(rest.to_string());
    out
}

#[cfg(test)]
mod tests {
    use super::super::tree::words;
    use super::*;

    fn p(text: &str) -> Node {
        Element::new("p").holding([Node::text(text)]).node()
    }

    #[test]
    fn nothing_is_lost_and_nothing_is_too_large() {
        let long = "word ".repeat(400);
        let items = (0..50).map(|_| Element::new("li").holding([Node::text("item ".repeat(10))]).node());
        let blocks = vec![
            p("a"),
            Element::new("pre").holding([Node::text(&*long)]).node(),
            Element::new("ol").holding(items).node(),
        ];
        let before = words(&blocks);
        let groups = split(blocks, 500);
        assert!(groups.len() > 5 && groups.iter().all(|g| g.iter().map(size).sum::<usize>() < 600));
        assert_eq!(groups.iter().map(|g| words(g)).collect::<String>(), before);
        let last = groups.last().and_then(|g| g.last()).and_then(Node::element).unwrap();
        assert!(last.get("start").is_some_and(|n| n.parse::<u32>().unwrap() > 10), "{last:?}");
    }

    #[test]
    fn a_heading_goes_with_what_follows() {
        let heading = Element::new("h2").holding([Node::text("head")]).node();
        let groups = split(vec![p(&"x".repeat(80)), heading.clone(), p(&"y".repeat(80))], 120);
        assert_eq!(groups[1][0], heading);
    }
}
