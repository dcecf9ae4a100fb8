//! Rows that lead to other posts, each with a few words of one and "read more" under them, on the page of a post. It knows
//! no field.

use std::collections::{HashMap, HashSet};

use ego_tree::{NodeId, NodeRef};
use scraper::{Html, Node};
use url::Url;

use super::listing;
use super::outline::{Item, Outline, Part};
use super::rules;
use crate::html::walk;

/// Rows from which on they are a list.
const LEAST: usize = 3;
/// Text of one row, in characters.
const LONGEST: usize = 700;
/// How far above the link the row may begin.
const DEPTH: usize = 5;

/// Returns the rows, where the page has more to say than they do. What stands in the text of the post its author put there:
/// a look back at the year.
pub(super) fn of(tree: &Html, outline: &Outline, page: Option<&Url>) -> Vec<NodeId> {
    let mut rows = rows(tree, outline, page);
    rows.retain(|at| !outline.around(*at).any(|outer| is_text(outline, outer)));
    if rows.is_empty() {
        return Vec::new();
    }
    let within = |at: usize| std::iter::once(at).chain(outline.within(at)).filter_map(|at| outline.items.get(at));
    let listed: usize = rows.iter().flat_map(|at| within(*at)).map(prose).sum();
    let all: usize = outline.items.iter().map(prose).sum();
    if all < listed + 300 {
        return Vec::new();
    }
    rows.iter().filter_map(|at| outline.items.get(*at)).map(|i| i.id).collect()
}

/// Returns whether an element has a name that only a post's text has.
fn is_text(outline: &Outline, at: usize) -> bool {
    let sure = rules::BODIES.iter().zip(&outline.bodies).filter(|(name, _)| !rules::LOOSE_BODIES.contains(name));
    sure.into_iter().any(|(_, all)| all.contains(&at))
}

fn prose(item: &Item) -> usize {
    if item.part == Part::Post && item.block { item.inline.saturating_sub(item.inline_link) } else { 0 }
}

/// Returns the rows of all lists on a page: those that end with a link to more, and those whose text breaks off.
fn rows(tree: &Html, outline: &Outline, page: Option<&Url>) -> Vec<usize> {
    let mut out: Vec<usize> =
        [more, breaks_off].into_iter().flat_map(|end| rows_by(end, tree, outline, page)).collect();
    out.sort_unstable();
    out.dedup();
    out
}

/// Returns whether an element is how a row ends.
type End = fn(NodeRef<'_, Node>, &Item) -> bool;

fn rows_by(end: End, tree: &Html, outline: &Outline, page: Option<&Url>) -> Vec<usize> {
    let able = outline.items.iter().enumerate().filter(|(_, i)| i.part == Part::Post && i.text > 3);
    let ends: Vec<usize> =
        able.filter(|(_, i)| tree.tree.get(i.id).is_some_and(|n| end(n, i))).map(|(at, _)| at).collect();
    if ends.len() < LEAST {
        return Vec::new();
    }
    // How many rows end in each element around an end.
    let mut held: HashMap<usize, usize> = HashMap::new();
    for at in &ends {
        outline.around(*at).take(DEPTH + 1).for_each(|outer| *held.entry(outer).or_default() += 1);
    }
    // The lists: row by row, where each leads.
    let mut lists: HashMap<usize, Vec<(usize, String)>> = HashMap::new();
    for at in ends {
        let alone = |outer: &usize| held.get(outer) == Some(&1);
        let row = outline.around(at).take(DEPTH).take_while(alone).last().unwrap_or(at);
        let Some(item) = outline.items.get(row) else { continue };
        if item.text <= LONGEST
            && item.text > item.link
            && let Some(href) = address(tree, item, page)
        {
            lists.entry(item.parent).or_default().push((row, href));
        }
    }
    let apart = |rows: &Vec<(usize, String)>| rows.iter().map(|(_, href)| href).collect::<HashSet<_>>().len();
    lists.into_values().filter(|rows| apart(rows) >= LEAST).flatten().map(|(at, _)| at).collect()
}

/// Returns whether a link says that there is more to read.
fn more(a: NodeRef<'_, Node>, item: &Item) -> bool {
    &*item.name == "a" && item.text < 60 && listing::says_more(&walk::text(a))
}

/// Returns whether a text ends as excerpts do.
fn breaks_off(node: NodeRef<'_, Node>, _: &Item) -> bool {
    let mut texts = node.children().filter_map(|n| n.value().as_text());
    texts.any(|t| ["[…]", "[...]", "[…"].iter().any(|end| t.text.trim_end().ends_with(end)))
}

/// Returns where the first link in a row leads, on the same site.
fn address(tree: &Html, row: &Item, page: Option<&Url>) -> Option<String> {
    let links = tree.tree.get(row.id)?.descendants().filter_map(|n| n.value().as_element().filter(|e| e.name() == "a"));
    links.filter_map(|a| listing::address(walk::value(a, "href")?, page)).map(|u| u.to_string()).next()
}
