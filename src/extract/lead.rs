//! The sentences between the title of a post and its text: they stand apart and belong to it. It knows no field.

use std::sync::LazyLock;

use regex::Regex;
use scraper::Html;

use super::authors;
use super::content::squash;
use super::facts::Facts;
use super::outline::{Item, Outline, Part};
use super::rules;
use super::when::{self, Order};
use crate::html::walk;

static LEADS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(rules::LEADS).ok());

/// A lead is no text of its own: this many blocks and letters at most.
const MOST: usize = 4;
const LONGEST: usize = 1200;

/// Returns the blocks between a heading and the element that holds the post's text that open the text, in order.
pub(super) fn of(tree: &Html, outline: &Outline, facts: &Facts, heading: Option<usize>, at: usize) -> Vec<usize> {
    let Some(heading) = heading.filter(|h| *h < at && !outline.within(*h).contains(&at)) else { return Vec::new() };
    let told = facts.meta_value("og:description").or_else(|| facts.meta_value("description")).map(squash);
    let told = told.unwrap_or_default();
    let body = outline.items.get(at).and_then(|i| tree.tree.get(i.id)).map(|n| walk::text(n)).unwrap_or_default();
    let body = squash(body.get(..body.floor_char_boundary(3000)).unwrap_or_default());
    let mut out = Vec::new();
    let mut next = outline.items.get(heading).map_or(heading, |i| i.end);
    let mut length = 0;
    while next < at && out.len() < MOST {
        let Some(item) = outline.items.get(next) else { break };
        let words = || tree.tree.get(item.id).map(|n| walk::text(n)).unwrap_or_default();
        if item.end <= at && is_leaf(outline, next) && is_lead(outline, item, &told, &words) {
            let short = squash(&words());
            if !body.contains(&short) && length + item.text <= LONGEST {
                out.push(next);
                length += item.text;
            }
            next = item.end;
        } else {
            next += 1;
        }
    }
    out
}

fn is_leaf(outline: &Outline, at: usize) -> bool {
    outline.items.get(at).is_some_and(|i| i.block && i.text > 0)
        && outline.within(at).all(|c| outline.items.get(c).is_none_or(|i| !i.block || i.text == 0))
}

fn is_lead(outline: &Outline, item: &Item, told: &str, words: &dyn Fn() -> String) -> bool {
    let around = |at: usize| outline.items.get(at);
    let foreign = around(item.parent).is_some_and(|p| p.part == Part::Foreign);
    if foreign || item.link * 2 > item.text || !(40..LONGEST).contains(&item.text) || &*item.name == "figcaption" {
        return false;
    }
    let named = |i: &Item| LEADS.as_ref().is_some_and(|r| r.is_match(&i.sig));
    let named = named(item) || around(item.parent).is_some_and(named);
    if item.part != Part::Post && !named {
        return false;
    }
    let words = words();
    if when::parse(&words, Order::MonthFirst).is_some() && item.text < 70 || authors::named(&words).is_some() {
        return false;
    }
    let short = squash(&words);
    let told = short.len() > 30 && (told.starts_with(&short) || short.starts_with(told) && told.len() > 30);
    named || told || (&*item.name == "p" && item.marks > 0 && item.text >= 80)
}
