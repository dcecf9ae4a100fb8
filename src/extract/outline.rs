//! A page measured in one walk: how much text stands where, how much of it in links. It knows no platform.

use ego_tree::NodeId;
use ego_tree::iter::Edge;
use html5ever::LocalName;
use scraper::{Html, Node};

use crate::html::{text, walk};

/// What an element is to the post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Maybe its text.
    Post,
    /// What is said about it: date, author, terms.
    About,
    /// No part of it.
    Foreign,
}

/// One element of the page, in document order.
pub(super) struct Item {
    pub id: NodeId,
    pub parent: usize,
    /// Index of the first element that is not in this one.
    pub end: usize,
    pub name: LocalName,
    /// Classes and id, in lower case, a space before and after each; with them `itemprop:articlebody`.
    pub sig: String,
    /// Length of the text in it, and of what of that stands in links.
    pub text: usize,
    pub link: usize,
    /// The same without what stands in blocks within it.
    pub inline: usize,
    pub inline_link: usize,
    /// Marks at which sentences are parted, in its inline text.
    pub marks: usize,
    pub pictures: usize,
    pub block: bool,
    pub part: Part,
}

impl Item {
    /// Returns the place in a list of the first class or id that stands there.
    pub fn named(&self, list: &[&str]) -> Option<usize> {
        self.sig.split_ascii_whitespace().filter_map(|c| list.iter().position(|l| *l == c)).min()
    }
}

pub(super) struct Outline {
    pub items: Vec<Item>,
}

/// Elements whose text is no text of the page.
const SILENT: [&str; 10] =
    ["script", "style", "template", "head", "title", "iframe", "noembed", "noframes", "select", "textarea"];

/// Returns how long a text is, in letters and one for each space. A sign of Chinese, Japanese or Korean says as much as
/// three letters.
fn length(text: &str) -> usize {
    let wide = text.bytes().filter(|b| (0xe3..=0xed).contains(b)).count();
    text.split_whitespace().map(|w| w.chars().count() + 1).sum::<usize>() + wide * 2
}

/// Returns how many marks part the sentences of a text.
fn marks(text: &str) -> usize {
    let wide = |c: char| matches!(c, '。' | '、' | '，' | '！' | '？' | '；' | '।' | '؟' | '،');
    let narrow = text.bytes().filter(|b| matches!(b, b',' | b'.' | b'!' | b'?' | b';')).count();
    narrow + if text.is_ascii() { 0 } else { text.chars().filter(|c| wide(*c)).count() }
}

impl Outline {
    pub fn of(tree: &Html) -> Outline {
        let mut items: Vec<Item> = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        let (mut links, mut silent) = (0usize, None);
        for edge in tree.tree.root().traverse() {
            match edge {
                Edge::Close(n) if silent == Some(n.id()) => silent = None,
                _ if silent.is_some() => {}
                Edge::Open(n) => match n.value() {
                    Node::Element(e) if SILENT.contains(&e.name()) => silent = Some(n.id()),
                    Node::Element(e) => {
                        let parent = open.last().copied().unwrap_or(0);
                        let mut sig = String::new();
                        for word in walk::classes(e).chain(e.attr("id").unwrap_or_default().split_ascii_whitespace()) {
                            sig.push(' ');
                            sig.push_str(&word.to_ascii_lowercase());
                        }
                        if e.attr("itemprop").is_some_and(|p| p.eq_ignore_ascii_case("articlebody")) {
                            sig.push_str(" itemprop:articlebody");
                        }
                        if !sig.is_empty() {
                            sig.push(' ');
                        }
                        links += usize::from(e.name() == "a" && e.attr("href").is_some());
                        let block = text::is_block(e.name()) || matches!(e.name(), "td" | "th" | "body");
                        open.push(items.len());
                        items.push(Item {
                            id: n.id(),
                            parent,
                            end: 0,
                            name: e.name.local.clone(),
                            sig,
                            text: 0,
                            link: 0,
                            inline: 0,
                            inline_link: 0,
                            marks: 0,
                            pictures: usize::from(matches!(e.name(), "img" | "video" | "object" | "embed")),
                            block,
                            part: Part::Post,
                        });
                    }
                    Node::Text(t) => {
                        let length = length(&t.text);
                        if length == 0 {
                            continue;
                        }
                        let link = if links > 0 { length } else { 0 };
                        if let Some(item) = open.last().and_then(|at| items.get_mut(*at)) {
                            item.text += length;
                            item.link += link;
                        }
                        let block = open.iter().rev().copied().find(|at| items.get(*at).is_some_and(|i| i.block));
                        if let Some(item) = block.and_then(|at| items.get_mut(at)) {
                            item.inline += length;
                            item.inline_link += link;
                            if link == 0 {
                                item.marks += marks(&t.text);
                            }
                        }
                    }
                    _ => {}
                },
                Edge::Close(n) => {
                    let Node::Element(e) = n.value() else { continue };
                    links -= usize::from(e.name() == "a" && e.attr("href").is_some()).min(links);
                    let Some(at) = open.pop() else { continue };
                    let end = items.len();
                    let Some(item) = items.get_mut(at) else { continue };
                    item.end = end;
                    let (parent, text, link, pictures) = (item.parent, item.text, item.link, item.pictures);
                    if parent != at
                        && let Some(parent) = items.get_mut(parent)
                    {
                        parent.text += text;
                        parent.link += link;
                        parent.pictures += pictures;
                    }
                }
            }
        }
        Outline { items }
    }

    /// Returns the indexes of the elements in one, itself not.
    pub fn within(&self, at: usize) -> std::ops::Range<usize> {
        at + 1..self.items.get(at).map_or(at + 1, |i| i.end.max(at + 1))
    }

    /// Returns the indexes of the elements around one, from the inside.
    pub fn around(&self, at: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(self.items.get(at).map(|i| i.parent).filter(|p| *p != at), |at| {
            self.items.get(*at).map(|i| i.parent).filter(|p| p != at)
        })
    }
}
