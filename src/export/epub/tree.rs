//! The book's own tree: a closed vocabulary of elements, written as XHTML. It knows no HTML parser and no post.
//!
//! A chapter is built anew from the parsed body rather than mended in place, so that what stands in it is valid by
//! construction; names and attributes are of this program, which makes writing them a matter of a few lines.

use std::fmt::Write;

pub use crate::export::template::{escape, is_xml};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    Text(String),
    Element(Element),
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Element {
    pub name: &'static str,
    pub attributes: Vec<(&'static str, String)>,
    pub children: Vec<Node>,
}

/// Elements without content.
const VOID: [&str; 4] = ["br", "hr", "img", "wbr"];

/// Elements after which a line ends in the written file.
const LINES: [&str; 27] = [
    "blockquote",
    "br",
    "caption",
    "dd",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
];

impl Element {
    pub fn new(name: &'static str) -> Element {
        Element { name, ..Element::default() }
    }

    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Element {
        self.attributes.push((name, value.into()));
        self
    }

    /// Says from which side its text runs, where that is told.
    pub fn facing(self, dir: Option<&'static str>) -> Element {
        match dir {
            Some(dir) => self.with("dir", dir),
            None => self,
        }
    }

    pub fn holding(mut self, children: impl IntoIterator<Item = Node>) -> Element {
        self.children.extend(children);
        self
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| *n == name).map(|(_, v)| v.as_str())
    }

    pub fn set(&mut self, name: &'static str, value: impl Into<String>) {
        self.attributes.retain(|(n, _)| *n != name);
        self.attributes.push((name, value.into()));
    }

    pub fn take(&mut self, name: &str) -> Option<String> {
        let at = self.attributes.iter().position(|(n, _)| *n == name)?;
        Some(self.attributes.remove(at).1)
    }

    pub fn class(&self) -> &str {
        self.get("class").unwrap_or_default()
    }

    pub fn node(self) -> Node {
        Node::Element(self)
    }
}

impl Node {
    pub fn text(text: impl Into<String>) -> Node {
        Node::Text(text.into())
    }

    pub fn element(&self) -> Option<&Element> {
        match self {
            Node::Element(e) => Some(e),
            Node::Text(_) => None,
        }
    }

    /// Returns whether nothing but white space is there; a no-break space is white space too.
    pub fn is_blank(&self) -> bool {
        matches!(self, Node::Text(t) if t.trim().is_empty())
    }

    /// Returns whether a reader sees something of it: words, a picture, a line.
    pub fn shows(&self) -> bool {
        match self {
            Node::Text(t) => !t.trim().is_empty(),
            Node::Element(e) => matches!(e.name, "img" | "hr" | MISSING) || e.children.iter().any(Node::shows),
        }
    }

    /// Returns whether an anchor that links lead to stands in it.
    pub fn anchors(&self) -> bool {
        match self {
            Node::Text(_) => false,
            Node::Element(e) => e.get("id").is_some() || e.children.iter().any(Node::anchors),
        }
    }
}

/// The stand-in for a picture that is not in the book, until it is known whether it stands alone or in a line.
pub const MISSING: &str = "missing";

/// Marks a picture that belongs into a line, until paragraphs are settled.
pub const SMALL: &str = "small";

/// Calls `act` on each element, parents first.
pub fn each(nodes: &mut [Node], act: &mut impl FnMut(&mut Element)) {
    for node in nodes {
        if let Node::Element(e) = node {
            act(e);
            each(&mut e.children, act);
        }
    }
}

/// Returns the words of the nodes.
pub fn words(nodes: &[Node]) -> String {
    let mut out = String::new();
    let mut gather = vec![nodes.iter()];
    while let Some(top) = gather.last_mut() {
        match top.next() {
            Some(Node::Text(t)) => out.push_str(t),
            Some(Node::Element(e)) => gather.push(e.children.iter()),
            None => {
                gather.pop();
            }
        }
    }
    out
}

/// Returns the nodes as XHTML.
pub fn write(nodes: &[Node]) -> String {
    let mut out = String::new();
    nodes.iter().for_each(|n| put(&mut out, n));
    out
}

/// Returns about how many bytes [`write`] would give.
pub fn size(node: &Node) -> usize {
    match node {
        Node::Text(t) => t.len(),
        Node::Element(e) => {
            let attributes: usize = e.attributes.iter().map(|(n, v)| n.len() + v.len() + 4).sum();
            2 * e.name.len() + 6 + attributes + e.children.iter().map(size).sum::<usize>()
        }
    }
}

fn put(out: &mut String, node: &Node) {
    let e = match node {
        Node::Text(t) => return escape(out, t),
        Node::Element(e) => e,
    };
    out.push('<');
    out.push_str(e.name);
    for (name, value) in &e.attributes {
        // Both forms of the language: HTML readers know `lang`, XML readers `xml:lang` (EPUB 3.3, 6.1.3.2).
        let names: &[&str] = if *name == "lang" { &["lang", "xml:lang"] } else { &[*name] };
        for name in names {
            let _ = write!(out, " {name}=\"");
            escape(out, value);
            out.push('"');
        }
    }
    if VOID.contains(&e.name) {
        out.push_str("/>");
    } else {
        out.push('>');
        e.children.iter().for_each(|n| put(out, n));
        let _ = write!(out, "</{}>", e.name);
    }
    if LINES.contains(&e.name) {
        out.push('\n');
    }
}

/// Returns a line of plain text for titles and names: white space folded, controls and direction overrides left out.
pub fn line(text: &str) -> String {
    let plain: String = text
        .chars()
        .filter(|c| c.is_whitespace() || is_xml(*c) && !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_and_controls_in_text_do_no_harm() {
        let p = Element::new("p").with("lang", "en\"").holding([Node::text("a<b & \u{1}c\u{ffff}")]).node();
        assert_eq!(write(&[p]), "<p lang=\"en&quot;\" xml:lang=\"en&quot;\">a&lt;b &amp; c</p>\n");
    }

    #[test]
    fn titles_are_one_line() {
        assert_eq!(line(" a\n\u{1b}[31m \u{202e}b\tc "), "a [31m b c");
    }
}
