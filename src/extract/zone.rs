//! The part of a page that speaks of one post: its text and what stands around it, without what is foreign.

use scraper::Html;

use super::outline::{Item, Outline, Part};
use super::sources;
use crate::html::walk;

/// The elements of the page that belong to the post.
pub(super) struct Zone<'a> {
    outline: &'a Outline,
    /// The container of the text.
    pub at: usize,
    /// How much text stands before each element of the page.
    before: Vec<usize>,
    /// The element around it that still speaks of this post only.
    pub around: usize,
    /// The post's heading.
    heading: Option<usize>,
    /// Where what stands about the post's heading begins: it may be a part of the page of its own.
    start: usize,
}

impl<'a> Zone<'a> {
    pub fn of(outline: &'a Outline, at: usize, heading: Option<usize>) -> Zone<'a> {
        let own = |at: usize| {
            let foreign: usize = tops(outline, at, Part::Foreign).map(|i| i.text).sum();
            outline.items.get(at).map_or(0, |i| i.text.saturating_sub(foreign))
        };
        let class = |at: usize| outline.items.get(at).map(|i| i.sig.clone()).unwrap_or_default();
        let (sig, mut around) = (class(at), at);
        let mut text = own(at);
        for outer in outline.around(at) {
            let Some(item) = outline.items.get(outer) else { break };
            if matches!(&*item.name, "body" | "html") {
                break;
            }
            let more = own(outer);
            let twins = outline
                .within(outer)
                .filter(|i| !sig.is_empty() && outline.items.get(*i).is_some_and(|i| i.sig == sig && i.text > 0))
                .count();
            if more.saturating_sub(text) > 900 || (twins > 1 && more > text + 300) {
                break;
            }
            around = outer;
            text = more.max(text);
        }
        let mut sum = 0;
        let mut before = Vec::with_capacity(outline.items.len() + 1);
        for item in &outline.items {
            before.push(sum);
            sum += item.inline;
        }
        before.push(sum);
        let start = heading.filter(|h| *h < around).map_or(around, |h| head(outline, h, around));
        Zone { outline, at, before, around, heading, start }
    }

    /// Returns the elements of the zone that are not foreign, with their index.
    pub fn items(&self) -> impl Iterator<Item = (usize, &'a Item)> + '_ {
        let range = self.around..self.outline.items.get(self.around).map_or(0, |i| i.end);
        range.filter_map(|at| self.outline.items.get(at).map(|i| (at, i))).filter(|(_, i)| i.part != Part::Foreign)
    }

    /// Returns the elements of the zone and those from the post's heading on. Of what is foreign only what may be of the
    /// post after all: a box at its side, but no comment, no menu, no other post.
    pub fn reach(&self) -> impl Iterator<Item = (usize, &'a Item)> + '_ {
        let range = self.start..self.outline.items.get(self.around).map_or(0, |i| i.end);
        let mut apart = 0;
        range.filter_map(|at| self.outline.items.get(at).map(|i| (at, i))).filter(move |(at, item)| {
            if *at >= apart && item.part == Part::Foreign && is_apart(item) {
                apart = item.end;
            }
            *at >= apart
        })
    }

    pub fn item(&self, at: usize) -> Option<&'a Item> {
        self.outline.items.get(at)
    }

    /// Returns whether an element is in the zone itself.
    pub fn holds(&self, at: usize) -> bool {
        self.around <= at && self.outline.items.get(self.around).is_some_and(|i| at < i.end)
    }

    /// Returns whether an element stands in the head of the page, above and apart from the post's heading: newspapers show
    /// today's day there.
    pub fn in_masthead(&self, at: usize) -> bool {
        let until = self.heading.unwrap_or(self.at);
        at < until && self.within_apart(at, |i| i.end <= until && (&*i.name == "header" || i.sig.contains("masthead")))
    }

    /// Returns whether an element or one around it, which does not hold the text as well, is such a one.
    pub fn within_apart(&self, at: usize, is: impl Fn(&Item) -> bool) -> bool {
        let apart = |(i, item): &(usize, &Item)| !(*i <= self.at && self.at < item.end);
        let around = std::iter::once(at)
            .chain(self.outline.around(at))
            .filter_map(|i| self.outline.items.get(i).map(|item| (i, item)));
        around.take_while(apart).any(|(_, item)| is(item))
    }

    /// Returns all elements of the page.
    pub fn page(&self) -> impl Iterator<Item = &'a Item> + '_ {
        self.outline.items.iter()
    }

    /// Returns the elements around one, from the inside.
    pub fn around(&self, at: usize) -> impl Iterator<Item = &'a Item> + '_ {
        self.outline.around(at).filter_map(|i| self.outline.items.get(i))
    }

    /// Returns the elements after the beginning of one.
    pub fn after(&self, at: usize) -> impl Iterator<Item = (usize, &'a Item)> + '_ {
        self.outline.items.iter().enumerate().skip(at + 1)
    }

    /// Returns the first element with text after an element, where it follows at once.
    pub fn next(&self, at: usize) -> Option<&'a Item> {
        let end = self.outline.items.get(at)?.end;
        let (next, item) = self.outline.items.iter().enumerate().skip(end).take(8).find(|(_, i)| i.text > 0)?;
        (self.gap(at, next) < 4).then_some(item)
    }

    /// Returns the block an element stands in.
    pub fn block(&self, at: usize) -> Option<&'a Item> {
        self.outline.around(at).filter_map(|i| self.outline.items.get(i)).find(|i| i.block)
    }

    /// Returns the blocks with text of the post, from the last.
    pub fn last(&self) -> impl Iterator<Item = (usize, &'a Item)> + '_ {
        let end = self.outline.items.get(self.at).map_or(0, |i| i.end);
        let own = |i: &Item| i.part == Part::Post && i.inline > 0 && i.block;
        let all = (self.at..end).rev().filter_map(|at| self.outline.items.get(at).map(|i| (at, i)));
        all.filter(move |(_, i)| own(i))
    }

    /// Returns what stands before an element as its label: the words before it in its block, else the element before it.
    pub fn label(&self, tree: &Html, at: usize) -> Option<String> {
        let item = self.outline.items.get(at)?;
        let text = |i: &Item| tree.tree.get(i.id).map(walk::text);
        if !item.block
            && let Some(block) = self.block(at).filter(|b| b.text < 200)
        {
            let (own, line) = (text(item)?, text(block)?);
            let before = line.get(..line.find(&own)?).unwrap_or_default();
            if !before.is_empty() {
                return Some(before.to_string());
            }
        }
        let mut before =
            (at.saturating_sub(8)..at).rev().filter_map(|i| self.outline.items.get(i).map(|item| (i, item)));
        let (last, label) = before.find(|(_, i)| i.end <= at && i.text > 0)?;
        (label.text < 40 && self.gap(last, at) < 4).then(|| text(label)).flatten()
    }

    /// Returns how much text stands between the end of an element and the beginning of a later one.
    pub fn gap(&self, from: usize, to: usize) -> usize {
        let end = self.outline.items.get(from).map_or(0, |i| i.end);
        let until = |at: usize| self.before.get(at).copied().unwrap_or(0);
        until(to).saturating_sub(until(end))
    }

    /// Returns whether an element is inside the text, and not what is said about it.
    pub fn in_text(&self, at: usize) -> bool {
        let Some(container) = self.outline.items.get(self.at) else { return false };
        self.at < at && at < container.end && self.outline.items.get(at).is_some_and(|i| i.part == Part::Post)
    }

    /// Returns how much text of the container stands before and after an element.
    pub fn distance(&self, at: usize) -> (usize, usize) {
        let end = self.outline.items.get(self.at).map_or(0, |i| i.end);
        let until = |at: usize| self.before.get(at).copied().unwrap_or(0);
        let at = at.clamp(self.at, end);
        (until(at).saturating_sub(until(self.at)), until(end).saturating_sub(until(at)))
    }
}

/// Returns where what belongs to a heading begins: the elements around it that hold little else.
fn head(outline: &Outline, heading: usize, around: usize) -> usize {
    let own = outline.items.get(heading).map_or(0, |i| i.text);
    let small = |at: &usize| outline.items.get(*at).is_some_and(|i| i.text < own + 500 && i.end <= around);
    outline.around(heading).take_while(small).last().unwrap_or(heading)
}

/// Returns whether an element is surely another part of the page than the post.
fn is_apart(item: &Item) -> bool {
    matches!(&*item.name, "nav" | "form" | "button" | "footer" | "dialog" | "fieldset")
        || sources::APART.iter().any(|word| item.sig.contains(word))
}

/// Returns the outermost elements of a kind in one.
fn tops<'a>(outline: &'a Outline, at: usize, part: Part) -> impl Iterator<Item = &'a Item> + 'a {
    let mut next = at + 1;
    outline.within(at).filter_map(move |i| {
        let item = outline.items.get(i)?;
        if i < next || item.part != part {
            return None;
        }
        next = item.end;
        Some(item)
    })
}
