//! Rows that lead to other posts, each with a few words of one and "read more" under them, on the page of a post. It knows
//! no field.

use std::collections::{HashMap, HashSet};

use ego_tree::{NodeId, NodeRef};
use scraper::{Html, Node};
use url::Url;

use super::listing;
use super::outline::{Item, Outline, Part};
use crate::html::walk;

/// Rows from which on they are a list.
const LEAST: usize = 3;
/// Text of one row, in characters.
const LONGEST: usize = 700;
/// How far above the link the row may begin.
const DEPTH: usize = 5;

/// Returns the rows, where the page has more to say than they do.
pub(super) fn of(tree: &Html, outline: &Outline, page: Option<&Url>) -> Vec<NodeId> {
    let rows = rows(tree, outline, page);
    let within = |at: usize| std::iter::once(at).chain(outline.within(at)).filter_map(|at| outline.items.get(at));
    let listed: usize = rows.iter().flat_map(|at| within(*at)).map(prose).sum();
    let all: usize = outline.items.iter().map(prose).sum();
    if all < listed + 300 {
        return Vec::new();
    }
    rows.iter().filter_map(|at| outline.items.get(*at)).map(|i| i.id).collect()
}

fn prose(item: &Item) -> usize {
    if item.part == Part::Post && item.block { item.inline.saturating_sub(item.inline_link) } else { 0 }
}

/// Returns the rows of all lists on a page.
fn rows(tree: &Html, outline: &Outline, page: Option<&Url>) -> Vec<usize> {
    let able = |i: &Item| &*i.name == "a" && i.part == Part::Post && (4..60).contains(&i.text);
    let links: Vec<(usize, String)> = outline
        .items
        .iter()
        .enumerate()
        .filter(|(_, i)| able(i))
        .filter_map(|(at, i)| Some((at, leads(tree.tree.get(i.id)?, page)?)))
        .collect();
    if links.len() < LEAST {
        return Vec::new();
    }
    // How many such links stand in each element around one.
    let mut held: HashMap<usize, usize> = HashMap::new();
    for (at, _) in &links {
        outline.around(*at).take(DEPTH + 1).for_each(|outer| *held.entry(outer).or_default() += 1);
    }
    // The lists: row by row, where each leads.
    let mut lists: HashMap<usize, Vec<(usize, &str)>> = HashMap::new();
    for (at, href) in &links {
        let alone = |outer: &usize| held.get(outer) == Some(&1);
        let row = outline.around(*at).take(DEPTH).take_while(alone).last();
        let Some((row, item)) = row.and_then(|r| Some((r, outline.items.get(r)?))) else { continue };
        if item.text <= LONGEST && item.text > item.link {
            lists.entry(item.parent).or_default().push((row, href));
        }
    }
    let mut out = Vec::new();
    for rows in lists.into_values() {
        let apart: HashSet<&str> = rows.iter().map(|(_, href)| *href).collect();
        if apart.len() >= LEAST {
            out.extend(rows.into_iter().map(|(at, _)| at));
        }
    }
    out.sort_unstable();
    out
}

/// Returns where a link leads that says there is more to read, on the same site.
fn leads(a: NodeRef<'_, Node>, page: Option<&Url>) -> Option<String> {
    let href = walk::value(a.value().as_element()?, "href")?;
    listing::says_more(&walk::text(a)).then(|| listing::address(href, page).map(|u| u.to_string()))?
}
