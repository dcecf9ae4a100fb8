//! Running text as Markdown. Where Markdown has no word for an element its tags stand as they are, and the text goes on.

use ego_tree::NodeRef;
use scraper::Node;
use scraper::node::Element;

use crate::html::text::is_block;
use crate::html::walk;
use crate::html::xhtml::is_void;

/// Returns what is in a node on one line but for line breaks of its own; none where blocks stand among the words.
pub fn within(node: NodeRef<'_, Node>) -> Option<String> {
    let mut line = Line::default();
    line.children(node)?;
    Some(line.end())
}

/// Returns a run of nodes that stand beside each other.
pub fn run(nodes: &[NodeRef<'_, Node>]) -> Option<String> {
    let mut line = Line::default();
    nodes.iter().try_for_each(|n| line.node(*n))?;
    Some(line.end())
}

/// The deepest nesting that is followed; what is deeper stands as markup.
const DEEPEST: usize = 60;

#[derive(Default)]
struct Line {
    out: String,
    depth: usize,
}

impl Line {
    fn end(mut self) -> String {
        let kept = self.out.trim_end().len();
        self.out.truncate(kept);
        self.out
    }

    fn children(&mut self, node: NodeRef<'_, Node>) -> Option<()> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        node.children().try_for_each(|n| self.node(n))?;
        self.depth -= 1;
        Some(())
    }

    fn node(&mut self, node: NodeRef<'_, Node>) -> Option<()> {
        match node.value() {
            Node::Text(text) => self.text(&text.text),
            Node::Element(e) => return self.element(node, e),
            _ => {}
        }
        Some(())
    }

    fn element(&mut self, node: NodeRef<'_, Node>, e: &Element) -> Option<()> {
        if is_block(e.name()) {
            return None;
        }
        match (e.name(), attributes(e).as_slice()) {
            ("br", []) => {
                let kept = self.out.trim_end_matches(' ').len();
                self.out.truncate(kept);
                // Two blanks: what all dialects take for a break.
                self.out.push_str("  \n");
            }
            ("em", []) => self.marked(node, e, "*")?,
            ("strong", []) => self.marked(node, e, "**")?,
            ("del", []) => self.marked(node, e, "~~")?,
            ("code", []) => self.code(node)?,
            ("a", [("href", href)]) if !href.is_empty() && node.has_children() => {
                self.out.push('[');
                self.children(node)?;
                self.out.push_str(&format!("]({})", destination(href)));
            }
            ("img", [("src", src)]) => self.out.push_str(&format!("![]({})", destination(src))),
            ("img", [("alt", alt), ("src", src)]) => {
                self.out.push_str("![");
                self.text(alt);
                self.out.push_str(&format!("]({})", destination(src)));
            }
            _ => self.tags(node, e)?,
        }
        Some(())
    }

    /// Words between two marks; marks beside white space mark nothing, so tags stand there.
    fn marked(&mut self, node: NodeRef<'_, Node>, e: &Element, mark: &str) -> Option<()> {
        let words: String = walk::texts(node).collect();
        let glued = self.out.ends_with(['*', '~', '_']);
        if words.is_empty() || words.trim() != words || glued {
            return self.tags(node, e);
        }
        self.out.push_str(mark);
        self.children(node)?;
        self.out.push_str(mark);
        Some(())
    }

    fn tags(&mut self, node: NodeRef<'_, Node>, e: &Element) -> Option<()> {
        self.out.push_str(&tag(e));
        if !is_void(&e.name.local) {
            self.children(node)?;
            self.out.push_str(&format!("</{}>", e.name()));
        }
        Some(())
    }

    /// Code between backticks, more of them than stand in it.
    fn code(&mut self, node: NodeRef<'_, Node>) -> Option<()> {
        let words: String = walk::texts(node).collect();
        let plain = node.children().all(|n| n.value().is_text());
        if !plain || words.is_empty() || words.contains(['\n', '|']) || words.trim() != words {
            return None;
        }
        let fence = "`".repeat(longest(&words, '`') + 1);
        let pad = if words.starts_with('`') || words.ends_with('`') { " " } else { "" };
        self.out.push_str(&format!("{fence}{pad}{words}{pad}{fence}"));
        Some(())
    }

    fn text(&mut self, text: &str) {
        let mut last = self.out.chars().next_back();
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            if matches!(c, ' ' | '\n' | '\t' | '\r' | '\u{c}') {
                if !matches!(last, None | Some(' ' | '\n')) {
                    self.out.push(' ');
                    last = Some(' ');
                }
                continue;
            }
            let next = chars.peek().copied();
            if let Some(entity) = entity(c, next) {
                self.out.push_str(entity);
            } else {
                if self.at_line_start() && opens_block(c) || is_mark(c, last, next) || self.ends_number(c) {
                    self.out.push('\\');
                }
                self.out.push(c);
            }
            last = Some(c);
        }
    }

    fn at_line_start(&self) -> bool {
        self.out.is_empty() || self.out.ends_with('\n')
    }

    /// `1.` and `1)` at the start of a line begin a list.
    fn ends_number(&self, c: char) -> bool {
        let line = self.out.rsplit('\n').next().unwrap_or_default();
        matches!(c, '.' | ')') && !line.is_empty() && line.len() < 10 && line.bytes().all(|b| b.is_ascii_digit())
    }
}

/// Characters that begin a block at the start of a line in one dialect or another.
fn opens_block(c: char) -> bool {
    matches!(c, '-' | '+' | '#' | ':' | '=' | '^' | '%')
}

fn entity(c: char, next: Option<char>) -> Option<&'static str> {
    match c {
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '&' if next.is_some_and(|n| n.is_ascii_alphanumeric() || n == '#') => Some("&amp;"),
        _ => None,
    }
}

/// Characters that mean something among words: to CommonMark, to kramdown, to Obsidian, to Liquid and to Hugo.
fn is_mark(c: char, last: Option<char>, next: Option<char>) -> bool {
    let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    match c {
        '\\' | '`' | '*' | '[' | ']' | '|' | '~' | '$' | '{' => true,
        '_' => !(word(last) && word(next)),
        '#' => last.is_none_or(char::is_whitespace),
        '%' => matches!(last, Some('{' | '%')),
        '=' => last == Some('=') || next == Some('='),
        _ => false,
    }
}

/// Returns the attributes of an element in order of their names.
fn attributes(e: &Element) -> Vec<(&str, &str)> {
    let mut all: Vec<(&str, &str)> = e.attrs().collect();
    all.sort_unstable();
    all
}

fn tag(e: &Element) -> String {
    let mut out = format!("<{}", e.name());
    for (key, value) in e.attrs() {
        let value = value.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;");
        out.push_str(&format!(" {key}=\"{}\"", value.replace('\n', "&#10;")));
    }
    out + ">"
}

/// Returns an address as a link holds it: not every dialect knows escapes there, so none are used.
fn destination(address: &str) -> String {
    let mut out = String::with_capacity(address.len());
    for c in address.chars() {
        match c {
            ' ' | '<' | '>' | '\\' | '{' | '}' | '|' | '"' => out.push_str(&format!("%{:02X}", c as u32)),
            c if c.is_control() => out.push_str(&format!("%{:02X}", c as u32)),
            c => out.push(c),
        }
    }
    out
}

/// Returns the length of the longest run of a character.
pub fn longest(text: &str, wanted: char) -> usize {
    let mut best = 0;
    let mut here = 0;
    for c in text.chars() {
        here = if c == wanted { here + 1 } else { 0 };
        best = best.max(here);
    }
    best
}
