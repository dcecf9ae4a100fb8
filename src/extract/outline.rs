//! A page measured in one walk: how much text stands where, how much of it in links. It knows no platform.

use ego_tree::iter::Edge;
use ego_tree::{NodeId, NodeRef};
use html5ever::{LocalName, local_name, ns};
use scraper::node::Element;
use scraper::{Html, Node};

use crate::html::text;

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
    /// A bit for each of those words, as [`bit`] has it.
    words: u64,
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
        if self.words == 0 {
            return None;
        }
        list.iter().position(|l| self.words & bit(l) != 0 && self.sig.split_ascii_whitespace().any(|c| c == *l))
    }
}

/// Returns a bit that a word shares with few others: most words that are looked for are not there.
fn bit(word: &str) -> u64 {
    let of = |b: Option<&u8>| b.map_or(0, |b| u32::from(*b));
    let bytes = word.as_bytes();
    let hash =
        bytes.len() as u32 * 5 + of(bytes.first()) * 7 + of(bytes.last()) * 11 + of(bytes.get(bytes.len() / 2)) * 3;
    1 << (hash % 64)
}

pub(super) struct Outline {
    pub items: Vec<Item>,
    /// The elements that are named as bodies of posts are, by the rank of the name.
    pub bodies: Vec<Vec<usize>>,
}

/// Returns whether the text of an element is no text of the page.
fn is_silent(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("script")
            | local_name!("style")
            | local_name!("template")
            | local_name!("head")
            | local_name!("title")
            | local_name!("iframe")
            | local_name!("noembed")
            | local_name!("noframes")
            | local_name!("select")
            | local_name!("textarea")
    )
}

fn is_link(e: &Element) -> bool {
    e.name.local == local_name!("a")
        && e.attrs.iter().any(|(name, _)| name.local == local_name!("href") && name.ns == ns!())
}

/// Returns the classes and the id of an element in lower case, a space before and after each, and `itemprop:articlebody`.
fn signature(e: &Element) -> String {
    if e.attrs.is_empty() {
        return String::new();
    }
    let (mut class, mut id, mut body) = ("", "", false);
    for (name, value) in e.attrs.iter().filter(|(name, _)| name.ns == ns!()) {
        match name.local {
            local_name!("class") => class = value,
            local_name!("id") => id = value,
            local_name!("itemprop") => body = value.eq_ignore_ascii_case("articlebody"),
            _ => {}
        }
    }
    let mut sig = String::with_capacity(class.len() + id.len() + if body { 32 } else { 4 });
    let mut add = |value: &str| {
        for word in value.split_ascii_whitespace() {
            sig.push(' ');
            let start = sig.len();
            sig.push_str(word);
            if let Some(word) = sig.get_mut(start..) {
                word.make_ascii_lowercase();
            }
        }
    };
    [class, id].into_iter().for_each(&mut add);
    if body {
        sig.push_str(" itemprop:articlebody");
    }
    if !sig.is_empty() {
        sig.push(' ');
    }
    sig
}

/// Returns how many characters a text has with its white space folded and one space after it; 0 when it is all white space.
/// A sign of Chinese, Japanese or Korean says as much as three letters.
fn length(text: &str) -> usize {
    let (mut length, mut within) = (0, false);
    if !text.is_ascii() {
        for c in text.chars() {
            let space = c.is_whitespace();
            length += usize::from(!space || within) + if ('\u{3000}'..='\u{d7ff}').contains(&c) { 2 } else { 0 };
            within = !space;
        }
        return length + usize::from(within);
    }
    for b in text.bytes() {
        let space = b.is_ascii_whitespace() || b == 0x0b;
        length += usize::from(!space || within);
        within = !space;
    }
    length + usize::from(within)
}

/// Returns how many marks part the sentences of a text.
fn marks(text: &str) -> usize {
    let wide = |c: char| matches!(c, '。' | '、' | '，' | '！' | '？' | '；' | '।' | '؟' | '،');
    let narrow = text.bytes().filter(|b| matches!(b, b',' | b'.' | b'!' | b'?' | b';')).count();
    narrow + if text.is_ascii() { 0 } else { text.chars().filter(|c| wide(*c)).count() }
}

impl Outline {
    pub fn of(tree: &Html) -> Outline {
        Outline::under(tree.tree.root())
    }

    /// Measures a node and all that is in it.
    pub fn under(top: NodeRef<'_, Node>) -> Outline {
        let mut items: Vec<Item> = Vec::with_capacity(128);
        let mut open: Vec<usize> = Vec::new();
        let (mut links, mut silent) = (0usize, None);
        for edge in top.traverse() {
            match edge {
                Edge::Close(n) if silent == Some(n.id()) => silent = None,
                _ if silent.is_some() => {}
                Edge::Open(n) => match n.value() {
                    Node::Element(e) if is_silent(&e.name.local) => silent = Some(n.id()),
                    Node::Element(e) => {
                        let parent = open.last().copied().unwrap_or(0);
                        let sig = signature(e);
                        let words = sig.split_ascii_whitespace().fold(0, |all, word| all | bit(word));
                        links += usize::from(is_link(e));
                        let block = text::is_block(&e.name.local)
                            || matches!(e.name.local, local_name!("td") | local_name!("th") | local_name!("body"));
                        let shows = matches!(
                            e.name.local,
                            local_name!("img") | local_name!("video") | local_name!("object") | local_name!("embed")
                        );
                        open.push(items.len());
                        items.push(Item {
                            id: n.id(),
                            parent,
                            end: 0,
                            name: e.name.local.clone(),
                            sig,
                            words,
                            text: 0,
                            link: 0,
                            inline: 0,
                            inline_link: 0,
                            marks: 0,
                            pictures: usize::from(shows),
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
                    links -= usize::from(is_link(e)).min(links);
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
        Outline { items, bodies: Vec::new() }
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
