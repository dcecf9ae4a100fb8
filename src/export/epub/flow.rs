//! A parsed body to the book's own tree. Whatever nesting comes in, what goes out is valid: words stand in
//! paragraphs, items in lists, cells in rows. It knows no archive: links and pictures are asked of a [`Guide`].

use std::collections::{BTreeMap, BTreeSet};

use ego_tree::NodeRef;
use ego_tree::iter::Edge;
use scraper::{ElementRef, Html, Node as Source};

use super::attributes::{cell, direction, language, list, mark};
use super::pictures::Shown;
use super::rules::{Holds, Played, Rule, holds, rule};
use super::stack::{Open, Stack, is_inline};
use super::tree::{Element, MISSING, Node, SMALL, is_xml};

/// How deep elements of the book may nest; what lies deeper keeps its words only.
const DEPTH: usize = 48;

/// Answers what only the book as a whole knows.
pub trait Guide {
    /// Returns where a link leads in the book or outside; none keeps the words and drops the link.
    fn link(&mut self, href: &str) -> Option<String>;
    /// Returns what is shown for a picture: attributes of `img`, and the address it links to.
    fn picture(&mut self, img: &scraper::node::Element, around: Option<&str>) -> Shown;
    /// Returns a word for something played and its address, made fit for a link.
    fn played(&mut self, kind: Played, url: &str) -> Option<(String, String)>;
}

/// Builds the book's tree from a body. `anchors`: the ids that links lead to, with their names in the book.
/// `headings` false makes paragraphs of headings, as in comments.
pub fn build(html: &Html, guide: &mut dyn Guide, anchors: &BTreeMap<String, String>, headings: bool) -> Vec<Node> {
    let mut flow = Flow { guide, anchors, headings, stack: Stack::new(), placed: BTreeSet::new(), tables: Vec::new() };
    // Start and end of each element in turn, with no recursion: the input decides how deep it nests.
    let mut frames: Vec<Frame> = Vec::new();
    let mut dropped = 0usize;
    for edge in html.tree.root().traverse() {
        match edge {
            Edge::Open(node) => match node.value() {
                Source::Element(_) if dropped > 0 => dropped += 1,
                Source::Element(e) => match rule(e.name()) {
                    Rule::Drop => dropped = 1,
                    r => frames.push(flow.open(node, r)),
                },
                Source::Text(t) if dropped == 0 => flow.text(t),
                _ => {}
            },
            Edge::Close(node) if node.value().is_element() => {
                if dropped > 0 {
                    dropped -= 1;
                } else if let Some(frame) = frames.pop() {
                    flow.close(frame);
                }
            }
            Edge::Close(_) => {}
        }
    }
    flow.stack.finish()
}

/// What the end of a source element does.
enum Frame {
    Nothing,
    Break,
    Inline,
    Block(u64),
    Table(Option<u64>),
}

struct Flow<'g> {
    guide: &'g mut dyn Guide,
    anchors: &'g BTreeMap<String, String>,
    headings: bool,
    stack: Stack,
    placed: BTreeSet<String>,
    /// For each table open in the source: whether the book keeps it as a table.
    tables: Vec<bool>,
}

impl Flow<'_> {
    fn open(&mut self, node: NodeRef<'_, Source>, rule: Rule) -> Frame {
        let Some(source) = node.value().as_element() else { return Frame::Nothing };
        self.anchor(source);
        // Nothing but words in a line may stand in `pre`, headings and terms: the parser lets blocks through there.
        let holder = self.stack.open.iter().rev().map(|o| o.element.name).find(|name| !is_inline(name)).unwrap_or("");
        let deep = self.stack.open.len() >= DEPTH;
        match rule {
            _ if rule.is_block() && holder == "pre" => return self.pre_line(),
            Rule::Break | Rule::Words(_) if matches!(holder, "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "dt") => {
                self.text(" ");
                return Frame::Nothing;
            }
            Rule::Table => return self.open_table(node, source, deep),
            _ if rule.is_cell() => return self.open_cell(rule, source),
            _ if rule.is_block() && deep => return self.start_break(),
            _ => {}
        }
        match rule {
            Rule::Break => self.open_break(source),
            Rule::Words(name) => {
                let name = if name.starts_with('h') && !self.headings { "p" } else { name };
                self.open_block(Element::new(name), source)
            }
            Rule::Blocks(name) => self.open_block(Element::new(name), source),
            Rule::List(name) => self.open_block(list(name, source), source),
            Rule::Definitions => self.open_block(Element::new("dl"), source),
            Rule::Item => {
                self.stack.for_item(Holds::Items, "ul");
                self.block(Element::new("li"), source)
            }
            Rule::Definition(name) => {
                self.stack.for_item(Holds::Definitions, "dl");
                self.block(Element::new(name), source)
            }
            Rule::Figure => self.open_figure(node, source),
            Rule::FigureCaption => self.open_caption(node, source),
            Rule::Inline(name) => self.open_inline(Element::new(name), source, deep),
            Rule::InlineWith(name, attribute) => match source.attr(attribute).filter(|v| !v.trim().is_empty()) {
                Some(value) if name != "bdo" || matches!(value, "ltr" | "rtl") => {
                    self.open_inline(Element::new(name).with(attribute, value), source, deep)
                }
                _ => Frame::Nothing,
            },
            Rule::Link => self.open_link(source, deep),
            Rule::RubyText(name) if self.stack.inline.last().is_some_and(|e| e.name == "ruby") => {
                self.open_inline(Element::new(name), source, deep)
            }
            Rule::Played(kind) => {
                self.play(kind, node, source);
                Frame::Break
            }
            _ => {
                self.leaf(rule, node, source, holder == "pre");
                Frame::Nothing
            }
        }
    }

    /// What holds nothing.
    fn leaf(&mut self, rule: Rule, node: NodeRef<'_, Source>, source: &scraper::node::Element, in_pre: bool) {
        match rule {
            Rule::Picture => self.picture(node, source),
            Rule::LineEnd => self.line_end(in_pre),
            Rule::Line => {
                self.stack.for_blocks();
                self.stack.push(Element::new("hr").node());
            }
            Rule::WordBreak if self.stack.top() == Holds::Words => {
                self.stack.for_words();
                self.stack.push(Element::new("wbr").node());
            }
            _ => {}
        }
    }

    fn open_block(&mut self, element: Element, source: &scraper::node::Element) -> Frame {
        self.stack.for_blocks();
        self.block(element, source)
    }

    /// Parts of a table; those of a table that the book does not keep are blocks among others.
    fn open_cell(&mut self, rule: Rule, source: &scraper::node::Element) -> Frame {
        if self.tables.last() != Some(&true) {
            return self.start_break();
        }
        let element = match rule {
            Rule::Rows(name) => Element::new(name),
            Rule::Row => Element::new("tr"),
            Rule::Cell(name) => cell(name, source, self.stack.open.iter().any(|o| o.element.name == "thead")),
            _ => Element::new("caption"),
        };
        let above = |o: &Open| match rule {
            Rule::Row => matches!(holds(o.element.name), Holds::Rows | Holds::Sections),
            Rule::Cell(_) => matches!(holds(o.element.name), Holds::Cells | Holds::Rows | Holds::Sections),
            _ => o.element.name == "table",
        };
        self.stack.close_to(above);
        if matches!(rule, Rule::Row | Rule::Cell(_)) && self.stack.top() == Holds::Sections {
            self.stack.imply("tbody");
        }
        if matches!(rule, Rule::Cell(_)) && self.stack.top() == Holds::Rows {
            self.stack.imply("tr");
        }
        self.block(element, source)
    }

    fn close(&mut self, frame: Frame) {
        match frame {
            Frame::Nothing => {}
            Frame::Break => {
                if !self.stack.open.iter().any(|o| o.element.name == "pre") {
                    self.stack.end_words();
                }
            }
            Frame::Inline => {
                let set = self.stack.inline_set();
                if set == self.stack.inline.len() && set > 0 {
                    self.stack.pop();
                }
                self.stack.inline.pop();
            }
            Frame::Block(serial) => self.stack.close_block(serial),
            Frame::Table(serial) => {
                self.tables.pop();
                match serial {
                    Some(serial) => self.stack.close_block(serial),
                    None => self.stack.end_words(),
                }
            }
        }
    }

    /// A run of text: folded but in `pre`, in a paragraph of its own where only blocks may stand.
    fn text(&mut self, text: &str) {
        if self.stack.open.iter().any(|o| o.element.name == "pre") {
            self.stack.for_words();
            // A line end that is lost in HTML right after the start tag is none in XHTML.
            self.stack.push(Node::text(text.replace('\r', "")));
            return;
        }
        let blank = text.bytes().all(|b| b.is_ascii_whitespace());
        if blank && (self.stack.top() != Holds::Words || self.stack.after_break) {
            return;
        }
        let mut folded = String::with_capacity(text.len());
        for c in text.chars().filter(|c| is_xml(*c) || *c == '\u{c}') {
            match c.is_ascii_whitespace() {
                true if folded.ends_with(' ') => {}
                true => folded.push(' '),
                false => folded.push(c),
            }
        }
        if !blank {
            self.stack.after_break = false;
            self.stack.for_words();
        }
        self.stack.push(Node::Text(folded));
    }

    fn open_break(&mut self, source: &scraper::node::Element) -> Frame {
        let marked = direction(source).is_some() || language(source).is_some();
        if marked { self.open_block(Element::new("div"), source) } else { self.start_break() }
    }

    fn block(&mut self, mut element: Element, source: &scraper::node::Element) -> Frame {
        mark(&mut element, source);
        Frame::Block(self.stack.block(element))
    }

    fn start_break(&mut self) -> Frame {
        self.stack.end_words();
        Frame::Break
    }

    fn pre_line(&mut self) -> Frame {
        let started = self.stack.open.last().is_some_and(|o| o.element.children.iter().any(Node::shows));
        if started {
            self.stack.push(Node::text("\n"));
        }
        Frame::Nothing
    }

    fn open_table(&mut self, node: NodeRef<'_, Source>, source: &scraper::node::Element, deep: bool) -> Frame {
        let named = |names: &'static [&'static str]| {
            node.descendants().filter(move |n| n.value().as_element().is_some_and(|e| names.contains(&e.name())))
        };
        // A table around tables, or of one cell, is layout; and no reader on paper-like screens nests tables.
        let layout = named(&["table"]).nth(1).is_some() || named(&["td", "th"]).nth(1).is_none();
        let kept = !deep && !layout && !self.tables.contains(&true);
        self.tables.push(kept);
        if !kept {
            self.stack.end_words();
            return Frame::Table(None);
        }
        match self.open_block(Element::new("table"), source) {
            Frame::Block(serial) => Frame::Table(Some(serial)),
            _ => Frame::Table(None),
        }
    }

    fn open_figure(&mut self, node: NodeRef<'_, Source>, source: &scraper::node::Element) -> Frame {
        let gallery = node.descendants().skip(1).any(|n| n.value().as_element().is_some_and(|e| e.name() == "figure"));
        if gallery || self.stack.open.iter().any(|o| o.element.name == "figure") {
            return self.start_break();
        }
        self.open_block(Element::new("figure"), source)
    }

    fn open_caption(&mut self, node: NodeRef<'_, Source>, source: &scraper::node::Element) -> Frame {
        let of_figure =
            node.ancestors().find_map(|n| n.value().as_element().map(|e| e.name() == "figure")).unwrap_or(false);
        let figure = self.stack.open.iter().rposition(|o| o.element.name == "figure");
        match figure {
            Some(at) if of_figure && !self.stack.open.iter().any(|o| o.element.name == "figcaption") => {
                self.stack.close_over(at);
                self.block(Element::new("figcaption"), source)
            }
            _ => self.open_block(Element::new("p").with("class", "caption"), source),
        }
    }

    fn open_inline(&mut self, mut element: Element, source: &scraper::node::Element, deep: bool) -> Frame {
        // Bold in bold says nothing more, and a definition in a definition is not valid.
        let again = !matches!(element.name, "q" | "sub" | "sup" | "small" | "cite")
            && self.stack.inline.iter().any(|e| e.name == element.name);
        let marked = direction(source).is_some() || language(source).is_some();
        if deep || again && (!marked || element.name == "dfn") || self.stack.inline.len() >= DEPTH {
            return Frame::Nothing;
        }
        mark(&mut element, source);
        self.stack.inline.push(element);
        Frame::Inline
    }

    fn open_link(&mut self, source: &scraper::node::Element, deep: bool) -> Frame {
        if self.stack.inline.iter().any(|e| e.name == "a") {
            return Frame::Nothing;
        }
        match source.attr("href").and_then(|href| self.guide.link(href)) {
            Some(href) => self.open_inline(Element::new("a").with("href", href), source, deep),
            None => Frame::Nothing,
        }
    }

    fn picture(&mut self, node: NodeRef<'_, Source>, source: &scraper::node::Element) {
        let around = node
            .ancestors()
            .take(4)
            .filter_map(ElementRef::wrap)
            .find(|e| e.value().name() == "a")
            .and_then(|e| e.value().attr("href"));
        let shown = self.guide.picture(source, around);
        let element = match shown {
            Shown::Nothing => return,
            Shown::Words(words) => return self.text(&words),
            Shown::Inside { file, alt, small } => {
                let img = Element::new("img").with("src", file).with("alt", alt);
                if small { img.with(SMALL, "") } else { img }
            }
            Shown::Missing { url, alt, why } => {
                Element::new(MISSING).with("url", url).with("alt", alt).with("why", why)
            }
        };
        self.stack.after_break = false;
        self.stack.for_words();
        self.stack.push(element.node());
    }

    /// A line ends; twice in a row, a paragraph does.
    fn line_end(&mut self, in_pre: bool) {
        if in_pre {
            return self.stack.push(Node::text("\n"));
        }
        if self.stack.top() != Holds::Words {
            return;
        }
        if !self.stack.after_break {
            self.stack.after_break = true;
            self.stack.for_words();
            return self.stack.push(Element::new("br").node());
        }
        let paragraph = self.stack.open.iter().rev().find(|o| !is_inline(o.element.name));
        if paragraph.is_some_and(|o| o.element.name == "p" && o.element.get("class").is_none()) {
            self.stack.end_words();
        }
    }

    /// Sound, film and pages within the page do not travel: a frame says what was there and where it is.
    fn play(&mut self, kind: Played, node: NodeRef<'_, Source>, source: &scraper::node::Element) {
        let own = ["src", "data", "data-src"].iter().find_map(|a| source.attr(a));
        let inner = || {
            let named = |n: NodeRef<'_, Source>| n.value().as_element().and_then(|e| e.attr("src")).map(str::to_string);
            node.descendants().skip(1).find_map(named)
        };
        let Some(url) = own.map(str::to_string).or_else(inner) else { return self.stack.end_words() };
        let Some((word, url)) = self.guide.played(kind, &url) else { return self.stack.end_words() };
        let title = source.attr("title").map(str::trim).filter(|t| !t.is_empty()).map(|t| format!(" “{t}”"));
        let link = Element::new("a").with("href", url.clone()).holding([Node::text(url)]).node();
        let label = Node::text(format!("{word}{}: ", title.unwrap_or_default()));
        self.stack.for_blocks();
        self.stack.push(Element::new("p").with("class", "framed").holding([label, link]).node());
    }

    fn anchor(&mut self, source: &scraper::node::Element) {
        let name = source.attr("id").or_else(|| source.attr("name").filter(|_| source.name() == "a"));
        if let Some(id) = name.and_then(|n| self.anchors.get(n))
            && self.placed.insert(id.clone())
        {
            self.stack.waiting.push(id.clone());
        }
    }
}
