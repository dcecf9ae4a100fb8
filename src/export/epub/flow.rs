//! A parsed body to the book's own tree. Whatever nesting comes in, what goes out is valid: words stand in
//! paragraphs, items in lists, cells in rows. It knows no archive: links and pictures are asked of a [`Guide`].

use std::collections::{BTreeMap, BTreeSet};

use ego_tree::NodeRef;
use ego_tree::iter::Edge;
use scraper::{ElementRef, Html, Node as Source};

use super::rules::{Holds, Played, Rule, holds, rule};
use super::tree::{Element, MISSING, Node, is_xml};

/// How deep elements of the book may nest; what lies deeper keeps its words only.
const DEPTH: usize = 48;

/// What the book shows in place of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// The file in the book, and the words that stand for it.
    Inside {
        file: String,
        alt: String,
    },
    /// Words in place of the picture: a smiley.
    Words(String),
    /// Address, alternative text and the reason why it is not there.
    Missing {
        url: String,
        alt: String,
        why: String,
    },
    Nothing,
}

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
    let mut flow = Flow {
        guide,
        anchors,
        headings,
        stack: vec![Open { element: Element::new("section"), serial: 0, implied: false }],
        serial: 0,
        inline: Vec::new(),
        waiting: Vec::new(),
        placed: BTreeSet::new(),
        tables: Vec::new(),
        after_break: false,
    };
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
    flow.finish()
}

/// An element of the book that is open.
struct Open {
    element: Element,
    serial: u64,
    /// Made by the builder, not asked for by the source.
    implied: bool,
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
    stack: Vec<Open>,
    serial: u64,
    /// Inline elements open in the source, outermost first; set in the tree once there is a word to hold.
    inline: Vec<Element>,
    /// Anchors to be set before the next words.
    waiting: Vec<String>,
    placed: BTreeSet<String>,
    /// For each table open in the source: whether the book keeps it as a table.
    tables: Vec<bool>,
    /// A line just ended: another end makes a paragraph.
    after_break: bool,
}

impl Flow<'_> {
    fn open(&mut self, node: NodeRef<'_, Source>, rule: Rule) -> Frame {
        let Some(source) = node.value().as_element() else { return Frame::Nothing };
        self.anchor(source);
        // Nothing but words in a line may stand in `pre`, headings and terms: the parser lets blocks through there.
        let fixed =
            self.stack.iter().rev().find(|o| holds(o.element.name) != Holds::Words || !is_inline(o.element.name));
        let fixed = fixed.map_or("", |o| o.element.name);
        let in_pre = fixed == "pre";
        let deep = self.stack.len() >= DEPTH;
        match rule {
            Rule::Drop | Rule::Through => Frame::Nothing,
            Rule::Break | Rule::Words(_) if in_pre => self.pre_line(),
            Rule::Break | Rule::Words(_) if matches!(fixed, "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "dt") => {
                self.text(" ");
                Frame::Nothing
            }
            Rule::Break => self.open_break(source, deep),
            Rule::Blocks(_)
            | Rule::List(_)
            | Rule::Item
            | Rule::Definitions
            | Rule::Definition(_)
            | Rule::Table
            | Rule::Figure
            | Rule::FigureCaption
            | Rule::Line
                if in_pre =>
            {
                self.pre_line()
            }
            Rule::Words("pre") if deep => self.start_break(),
            Rule::Words(name) => {
                let name = if name.starts_with('h') && !self.headings { "p" } else { name };
                self.into_blocks();
                self.block(Element::new(name), source)
            }
            Rule::Blocks(_) | Rule::List(_) | Rule::Item | Rule::Definitions | Rule::Definition(_) if deep => {
                self.start_break()
            }
            Rule::Blocks(name) => {
                self.into_blocks();
                self.block(Element::new(name), source)
            }
            Rule::List(name) => {
                self.into_blocks();
                self.block(list(name, source), source)
            }
            Rule::Item => {
                self.into_list(Holds::Items, "ul");
                self.block(Element::new("li"), source)
            }
            Rule::Definitions => {
                self.into_blocks();
                self.block(Element::new("dl"), source)
            }
            Rule::Definition(name) => {
                self.into_list(Holds::Definitions, "dl");
                self.block(Element::new(name), source)
            }
            Rule::Table => self.open_table(node, source, deep),
            Rule::Caption | Rule::Rows(_) | Rule::Row | Rule::Cell(_)
                if self.tables.last() != Some(&true) || in_pre =>
            {
                self.start_break()
            }
            Rule::Caption => {
                self.close_to(|o| o.element.name == "table");
                self.block(Element::new("caption"), source)
            }
            Rule::Rows(name) => {
                self.close_to(|o| o.element.name == "table");
                self.block(Element::new(name), source)
            }
            Rule::Row => {
                self.close_to(|o| matches!(holds(o.element.name), Holds::Rows | Holds::Sections));
                if self.top() == Holds::Sections {
                    self.imply("tbody");
                }
                self.block(Element::new("tr"), source)
            }
            Rule::Cell(name) => {
                self.close_to(|o| matches!(holds(o.element.name), Holds::Cells | Holds::Rows | Holds::Sections));
                if self.top() == Holds::Sections {
                    self.imply("tbody");
                }
                if self.top() == Holds::Rows {
                    self.imply("tr");
                }
                self.block(cell(name, source, self.stack.iter().any(|o| o.element.name == "thead")), source)
            }
            Rule::Figure => self.open_figure(node, source, deep),
            Rule::FigureCaption => self.open_caption(node, source),
            Rule::Inline(name) => self.open_inline(Element::new(name), source, deep),
            Rule::InlineWith(name, attribute) => match source.attr(attribute).filter(|v| !v.trim().is_empty()) {
                Some(value) if name != "bdo" || matches!(value, "ltr" | "rtl") => {
                    self.open_inline(Element::new(name).with(attribute, value), source, deep)
                }
                _ => Frame::Nothing,
            },
            Rule::Link => self.open_link(source, deep),
            Rule::Ruby => self.open_inline(Element::new("ruby"), source, deep),
            Rule::RubyText(name) if self.inline.last().is_some_and(|e| e.name == "ruby") => {
                self.open_inline(Element::new(name), source, deep)
            }
            Rule::RubyText(_) => Frame::Nothing,
            Rule::Picture => {
                self.picture(node, source);
                Frame::Nothing
            }
            Rule::Line => {
                self.into_blocks();
                self.push(Element::new("hr").node());
                Frame::Nothing
            }
            Rule::LineEnd => {
                self.line_end(in_pre);
                Frame::Nothing
            }
            Rule::WordBreak => {
                if self.top() == Holds::Words {
                    self.into_words();
                    self.push(Element::new("wbr").node());
                }
                Frame::Nothing
            }
            Rule::Played(kind) => {
                self.play(kind, node, source);
                Frame::Break
            }
        }
    }

    fn close(&mut self, frame: Frame) {
        match frame {
            Frame::Nothing => {}
            Frame::Break => {
                if !self.stack.iter().any(|o| o.element.name == "pre") {
                    self.end_words();
                }
            }
            Frame::Inline => {
                let set = self.inline_set();
                if set == self.inline.len() && set > 0 {
                    self.pop();
                }
                self.inline.pop();
            }
            Frame::Block(serial) => self.close_block(serial),
            Frame::Table(serial) => {
                self.tables.pop();
                match serial {
                    Some(serial) => self.close_block(serial),
                    None => self.end_words(),
                }
            }
        }
    }

    fn finish(mut self) -> Vec<Node> {
        if !self.waiting.is_empty() {
            self.into_words();
        }
        while self.stack.len() > 1 {
            self.pop();
        }
        self.stack.pop().map(|root| root.element.children).unwrap_or_default()
    }

    /// A run of text: folded but in `pre`, in a paragraph of its own where only blocks may stand.
    fn text(&mut self, text: &str) {
        if self.stack.iter().any(|o| o.element.name == "pre") {
            self.into_words();
            // A line end that is lost in HTML right after the start tag is none in XHTML.
            self.push(Node::text(text.replace('\r', "")));
            return;
        }
        let blank = text.bytes().all(|b| b.is_ascii_whitespace());
        if blank && (self.top() != Holds::Words || self.after_break) {
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
            self.after_break = false;
            self.into_words();
        }
        self.push(Node::Text(folded));
    }

    fn open_break(&mut self, source: &scraper::node::Element, deep: bool) -> Frame {
        let marked = direction(source).is_some() || language(source).is_some();
        if !marked || deep {
            return self.start_break();
        }
        self.into_blocks();
        self.block(Element::new("div"), source)
    }

    fn start_break(&mut self) -> Frame {
        self.end_words();
        Frame::Break
    }

    fn pre_line(&mut self) -> Frame {
        let started = self.stack.last().is_some_and(|o| o.element.children.iter().any(Node::shows));
        if started {
            self.push(Node::text("\n"));
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
            self.end_words();
            return Frame::Table(None);
        }
        self.into_blocks();
        match self.block(Element::new("table"), source) {
            Frame::Block(serial) => Frame::Table(Some(serial)),
            _ => Frame::Table(None),
        }
    }

    fn open_figure(&mut self, node: NodeRef<'_, Source>, source: &scraper::node::Element, deep: bool) -> Frame {
        let gallery = node.descendants().skip(1).any(|n| n.value().as_element().is_some_and(|e| e.name() == "figure"));
        if gallery || deep || self.stack.iter().any(|o| o.element.name == "figure") {
            return self.start_break();
        }
        self.into_blocks();
        self.block(Element::new("figure"), source)
    }

    fn open_caption(&mut self, node: NodeRef<'_, Source>, source: &scraper::node::Element) -> Frame {
        let of_figure =
            node.ancestors().find_map(|n| n.value().as_element().map(|e| e.name() == "figure")).unwrap_or(false);
        let figure = self.stack.iter().rposition(|o| o.element.name == "figure");
        match figure {
            Some(at) if of_figure && !self.stack.iter().any(|o| o.element.name == "figcaption") => {
                self.close_over(at);
                self.block(Element::new("figcaption"), source)
            }
            _ => {
                self.into_blocks();
                self.block(Element::new("p").with("class", "caption"), source)
            }
        }
    }

    fn open_inline(&mut self, mut element: Element, source: &scraper::node::Element, deep: bool) -> Frame {
        if deep || self.inline.len() >= DEPTH {
            return Frame::Nothing;
        }
        mark(&mut element, source);
        self.inline.push(element);
        Frame::Inline
    }

    fn open_link(&mut self, source: &scraper::node::Element, deep: bool) -> Frame {
        if self.inline.iter().any(|e| e.name == "a") {
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
            .filter_map(|n| ElementRef::wrap(n))
            .find(|e| e.value().name() == "a")
            .and_then(|e| e.value().attr("href"));
        let shown = self.guide.picture(source, around);
        let element = match shown {
            Shown::Nothing => return,
            Shown::Words(words) => return self.text(&words),
            Shown::Inside { file, alt } => Element::new("img").with("src", file).with("alt", alt),
            Shown::Missing { url, alt, why } => {
                Element::new(MISSING).with("url", url).with("alt", alt).with("why", why)
            }
        };
        self.after_break = false;
        self.into_words();
        self.push(element.node());
    }

    /// A line ends; twice in a row, a paragraph does.
    fn line_end(&mut self, in_pre: bool) {
        if in_pre {
            return self.push(Node::text("\n"));
        }
        if self.top() != Holds::Words {
            return;
        }
        if !self.after_break {
            self.after_break = true;
            self.into_words();
            return self.push(Element::new("br").node());
        }
        let paragraph = self.stack.iter().rev().find(|o| !is_inline(o.element.name));
        if paragraph.is_some_and(|o| o.element.name == "p" && o.element.get("class").is_none()) {
            self.end_words();
        }
    }

    /// Sound, film and pages within the page do not travel: a frame says what was there and where it is.
    fn play(&mut self, kind: Played, node: NodeRef<'_, Source>, source: &scraper::node::Element) {
        let own = ["src", "data", "data-src"].iter().find_map(|a| source.attr(a));
        let inner = || {
            let named = |n: NodeRef<'_, Source>| n.value().as_element().and_then(|e| e.attr("src")).map(str::to_string);
            node.descendants().skip(1).find_map(named)
        };
        let Some(url) = own.map(str::to_string).or_else(inner) else { return self.end_words() };
        let Some((word, url)) = self.guide.played(kind, &url) else { return self.end_words() };
        let title = source.attr("title").map(str::trim).filter(|t| !t.is_empty()).map(|t| format!(" “{t}”"));
        let link = Element::new("a").with("href", url.clone()).holding([Node::text(url)]).node();
        let label = Node::text(format!("{word}{}: ", title.unwrap_or_default()));
        self.into_blocks();
        self.push(Element::new("p").with("class", "framed").holding([label, link]).node());
    }

    fn anchor(&mut self, source: &scraper::node::Element) {
        let name = source.attr("id").or_else(|| source.attr("name").filter(|_| source.name() == "a"));
        if let Some(id) = name.and_then(|n| self.anchors.get(n))
            && self.placed.insert(id.clone())
        {
            self.waiting.push(id.clone());
        }
    }

    // The stack.

    fn top(&self) -> Holds {
        self.stack.last().map_or(Holds::Blocks, |o| holds(o.element.name))
    }

    fn push(&mut self, node: Node) {
        if let Some(open) = self.stack.last_mut() {
            match (open.element.children.last_mut(), node) {
                (Some(Node::Text(before)), Node::Text(more)) => {
                    let more = if open.element.name != "pre" && before.ends_with(' ') {
                        more.trim_start_matches(' ')
                    } else {
                        &more
                    };
                    before.push_str(more);
                }
                (_, node) => open.element.children.push(node),
            }
        }
    }

    fn pop(&mut self) {
        if self.stack.len() > 1
            && let Some(open) = self.stack.pop()
        {
            self.push(open.element.node());
        }
    }

    fn start(&mut self, element: Element, implied: bool) -> u64 {
        self.serial += 1;
        self.stack.push(Open { element, serial: self.serial, implied });
        self.serial
    }

    fn imply(&mut self, name: &'static str) {
        self.start(Element::new(name), true);
    }

    fn block(&mut self, mut element: Element, source: &scraper::node::Element) -> Frame {
        mark(&mut element, source);
        self.after_break = false;
        Frame::Block(self.start(element, false))
    }

    fn close_block(&mut self, serial: u64) {
        self.after_break = false;
        if let Some(at) = self.stack.iter().rposition(|o| o.serial == serial) {
            while self.stack.len() > at.max(1) {
                self.pop();
            }
        }
    }

    /// Closes all that is open above a place in the stack.
    fn close_over(&mut self, at: usize) {
        while self.stack.len() > at + 1 {
            self.pop();
        }
        self.after_break = false;
    }

    fn close_to(&mut self, wanted: impl Fn(&Open) -> bool) {
        if let Some(at) = self.stack.iter().rposition(wanted) {
            self.close_over(at);
        }
    }

    /// How many of the open inline elements are set in the tree.
    fn inline_set(&self) -> usize {
        self.stack.iter().rev().take_while(|o| is_inline(o.element.name)).count()
    }

    /// Ends the block of words that is open, with the inline elements in it: they go on in the next one.
    fn end_words(&mut self) {
        self.after_break = false;
        while self.top() == Holds::Words {
            self.pop();
        }
    }

    /// Closes or opens what is needed for a block to stand here.
    fn into_blocks(&mut self) {
        self.end_words();
        loop {
            let implied = self.stack.last().is_some_and(|o| o.implied);
            match self.top() {
                Holds::Blocks => return,
                Holds::Words => self.pop(),
                Holds::Items | Holds::Definitions if implied => self.pop(),
                Holds::Items => self.reopen("li"),
                Holds::Definitions => self.reopen("dd"),
                Holds::Sections => self.imply("tbody"),
                Holds::Rows => self.imply("tr"),
                Holds::Cells => self.imply("td"),
            }
        }
    }

    /// Goes on in the last item of a list, where a list was put between items.
    fn reopen(&mut self, name: &'static str) {
        if let Some(open) = self.stack.last_mut()
            && let Some(Node::Element(last)) =
                open.element.children.pop_if(|n| n.element().is_some_and(|e| e.name == name))
        {
            self.start(last, true);
        } else {
            self.imply(name);
        }
    }

    /// Closes or opens what is needed for an item to stand here.
    fn into_list(&mut self, wanted: Holds, name: &'static str) {
        self.end_words();
        // An item ends the one before it, whether or not the source said so, but never reaches out of a cell.
        let at = self.stack.iter().rposition(|o| holds(o.element.name) == wanted || !o.implied);
        if let Some(at) = at {
            self.close_over(at);
        }
        if self.top() != wanted {
            self.into_blocks();
            self.imply(name);
        }
    }

    /// Opens what is needed for words to stand here: a paragraph, and the inline elements that are open.
    fn into_words(&mut self) {
        if self.top() != Holds::Words {
            self.into_blocks();
            self.imply("p");
        }
        let set = self.inline_set();
        for element in self.inline.iter().skip(set).cloned().collect::<Vec<_>>() {
            self.start(element, false);
        }
        for id in std::mem::take(&mut self.waiting) {
            self.push(Element::new("span").with("id", id).node());
        }
    }
}

fn is_inline(name: &str) -> bool {
    matches!(
        name,
        "a" | "abbr"
            | "b"
            | "bdi"
            | "bdo"
            | "cite"
            | "code"
            | "del"
            | "dfn"
            | "em"
            | "i"
            | "ins"
            | "kbd"
            | "mark"
            | "q"
            | "rp"
            | "rt"
            | "ruby"
            | "s"
            | "samp"
            | "small"
            | "strong"
            | "sub"
            | "sup"
            | "u"
            | "var"
    )
}

fn direction(source: &scraper::node::Element) -> Option<&'static str> {
    let value = source.attr("dir")?;
    ["ltr", "rtl"].into_iter().find(|d| value.eq_ignore_ascii_case(d))
}

fn language(source: &scraper::node::Element) -> Option<String> {
    super::language::tag(source.attr("lang").or_else(|| source.attr("xml:lang"))?)
}

/// Keeps language and direction, the two attributes that belong to the words of any element.
fn mark(element: &mut Element, source: &scraper::node::Element) {
    if let Some(lang) = language(source) {
        element.set("lang", lang);
    }
    if let Some(dir) = direction(source) {
        element.set("dir", dir);
    }
}

fn list(name: &'static str, source: &scraper::node::Element) -> Element {
    let mut element = Element::new(name);
    if name == "ol" {
        if let Some(n) = source.attr("start").and_then(|v| v.trim().parse::<i32>().ok()) {
            element.set("start", n.to_string());
        }
        if let Some(kind) = source.attr("type").filter(|t| matches!(*t, "1" | "a" | "A" | "i" | "I")) {
            element.set("type", kind);
        }
        if source.attr("reversed").is_some() {
            element.set("reversed", "reversed");
        }
    }
    element
}

fn cell(name: &'static str, source: &scraper::node::Element, head: bool) -> Element {
    let mut element = Element::new(name);
    for span in ["colspan", "rowspan"] {
        if let Some(n) = source.attr(span).and_then(|v| v.trim().parse::<u16>().ok()).filter(|n| (2..=100).contains(n))
        {
            element.set(span, n.to_string());
        }
    }
    if name == "th" {
        element.set("scope", if head { "col" } else { "row" });
    }
    element
}
