//! The part of a page that speaks of one post: its text and what stands around it, without what is foreign.

use super::outline::{Item, Outline, Part};

/// The elements of the page that belong to the post.
pub(super) struct Zone<'a> {
    outline: &'a Outline,
    /// The container of the text.
    pub at: usize,
    /// How much text stands before each element of the page.
    before: Vec<usize>,
    /// The element around it that still speaks of this post only.
    pub around: usize,
}

impl<'a> Zone<'a> {
    pub fn of(outline: &'a Outline, at: usize) -> Zone<'a> {
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
        Zone { outline, at, before, around }
    }

    /// Returns the elements of the zone that are not foreign, with their index.
    pub fn items(&self) -> impl Iterator<Item = (usize, &'a Item)> + '_ {
        let range = self.around..self.outline.items.get(self.around).map_or(0, |i| i.end);
        range.filter_map(|at| self.outline.items.get(at).map(|i| (at, i))).filter(|(_, i)| i.part != Part::Foreign)
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
