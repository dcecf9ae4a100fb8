//! What is open while a body is built, and what has to open or close for the next thing to stand where it may.
//! It knows the book's elements and no source.

use super::rules::{Holds, holds};
use super::tree::{Element, Node};

/// An element of the book that is open.
pub struct Open {
    pub element: Element,
    serial: u64,
    /// Made by the builder, not asked for by the source.
    implied: bool,
}

pub struct Stack {
    pub open: Vec<Open>,
    serial: u64,
    /// Inline elements open in the source, outermost first; set in the tree once there is a word to hold.
    pub inline: Vec<Element>,
    /// Anchors to be set before the next words.
    pub waiting: Vec<String>,
    /// A line just ended: another end makes a paragraph.
    pub after_break: bool,
}

impl Stack {
    pub fn new() -> Stack {
        let root = Open { element: Element::new("section"), serial: 0, implied: false };
        Stack { open: vec![root], serial: 0, inline: Vec::new(), waiting: Vec::new(), after_break: false }
    }

    pub fn top(&self) -> Holds {
        self.open.last().map_or(Holds::Blocks, |o| holds(o.element.name))
    }

    pub fn push(&mut self, node: Node) {
        if let Some(open) = self.open.last_mut() {
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

    pub fn pop(&mut self) {
        if self.open.len() > 1
            && let Some(open) = self.open.pop()
        {
            self.push(open.element.node());
        }
    }

    fn start(&mut self, element: Element, implied: bool) -> u64 {
        self.serial += 1;
        self.open.push(Open { element, serial: self.serial, implied });
        self.serial
    }

    pub fn imply(&mut self, name: &'static str) {
        self.start(Element::new(name), true);
    }

    /// Opens an element that the source asks for; its number closes it.
    pub fn block(&mut self, element: Element) -> u64 {
        self.after_break = false;
        self.start(element, false)
    }

    pub fn close_block(&mut self, serial: u64) {
        self.after_break = false;
        if let Some(at) = self.open.iter().rposition(|o| o.serial == serial) {
            while self.open.len() > at.max(1) {
                self.pop();
            }
        }
    }

    /// Closes all that is open above a place in the stack.
    pub fn close_over(&mut self, at: usize) {
        while self.open.len() > at + 1 {
            self.pop();
        }
        self.after_break = false;
    }

    pub fn close_to(&mut self, wanted: impl Fn(&Open) -> bool) {
        if let Some(at) = self.open.iter().rposition(wanted) {
            self.close_over(at);
        }
    }

    /// How many of the open inline elements are set in the tree.
    pub fn inline_set(&self) -> usize {
        self.open.iter().rev().take_while(|o| is_inline(o.element.name)).count()
    }

    /// Ends the block of words that is open, with the inline elements in it: they go on in the next one.
    pub fn end_words(&mut self) {
        self.after_break = false;
        while self.top() == Holds::Words {
            self.pop();
        }
    }

    /// Closes or opens what is needed for a block to stand here.
    pub fn for_blocks(&mut self) {
        self.end_words();
        loop {
            let implied = self.open.last().is_some_and(|o| o.implied);
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
        if let Some(open) = self.open.last_mut()
            && let Some(Node::Element(last)) =
                open.element.children.pop_if(|n| n.element().is_some_and(|e| e.name == name))
        {
            self.start(last, true);
        } else {
            self.imply(name);
        }
    }

    /// Closes or opens what is needed for an item to stand here.
    pub fn for_item(&mut self, wanted: Holds, name: &'static str) {
        self.end_words();
        // An item ends the one before it, whether or not the source said so, but never reaches out of a cell.
        let at = self.open.iter().rposition(|o| holds(o.element.name) == wanted || !o.implied);
        if let Some(at) = at {
            self.close_over(at);
        }
        if self.top() != wanted {
            self.for_blocks();
            self.imply(name);
        }
    }

    /// Opens what is needed for words to stand here: a paragraph, and the inline elements that are open.
    pub fn for_words(&mut self) {
        if self.top() != Holds::Words {
            self.for_blocks();
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

    /// Closes all and returns what was built.
    pub fn finish(mut self) -> Vec<Node> {
        if !self.waiting.is_empty() {
            self.for_words();
        }
        while self.open.len() > 1 {
            self.pop();
        }
        self.open.pop().map(|root| root.element.children).unwrap_or_default()
    }
}

/// Returns whether an element is a run of words in a line.
pub fn is_inline(name: &str) -> bool {
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
