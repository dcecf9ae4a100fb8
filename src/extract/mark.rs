//! What on a page is no part of any post, by what its elements are called and how much stands in them. It knows no field.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use regex::bytes::{Regex, RegexBuilder};
use scraper::Html;

use super::content::{prose, sums};
use super::outline::{Item, Outline, Part};
use super::rules;
use crate::html::walk;

static FOREIGN: LazyLock<Option<Regex>> = LazyLock::new(|| rule(rules::FOREIGN));
static ABOUT: LazyLock<Option<Regex>> = LazyLock::new(|| rule(rules::ABOUT));
static EMBEDS: LazyLock<Option<Regex>> = LazyLock::new(|| rule(rules::EMBEDS));
static KEPT: LazyLock<Option<Regex>> = LazyLock::new(|| rule(rules::KEPT));

/// Returns a rule over bytes: names are ASCII, and so it is many times quicker.
fn rule(pattern: &str) -> Option<Regex> {
    RegexBuilder::new(pattern).unicode(false).build().ok()
}

static FOREIGN_WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| rules::FOREIGN_WORDS.iter().copied().collect());
static ABOUT_WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| rules::ABOUT_WORDS.iter().copied().collect());

fn matches(rule: &LazyLock<Option<Regex>>, text: &str) -> bool {
    !text.is_empty() && rule.as_ref().is_some_and(|r| r.is_match(text.as_bytes()))
}

/// Marks what is no part of any post. What holds most of the page's text is never junk, whatever it is called, nor what
/// holds the only element with the name of a post's body.
pub(super) fn mark(tree: &Html, outline: &mut Outline) {
    outline.bodies = bodies(outline);
    let mut free = guarded(outline);
    mark_but(tree, outline, &free);
    let misnamed = misnamed(outline);
    if !misnamed.is_empty() {
        for at in misnamed {
            if let Some(free) = free.get_mut(at) {
                *free = true;
            }
        }
        mark_but(tree, outline, &free);
    }
}

/// Returns what must be of the post after all, where next to no prose is left and much stands in what was called foreign:
/// sections `with-ads`, a text that waits to be shown.
fn misnamed(outline: &Outline) -> Vec<usize> {
    static FRAME: LazyLock<Option<Regex>> = LazyLock::new(|| rule(rules::FRAME));
    let (mut left, mut next, mut held, mut out) = (0, 0, 0, Vec::new());
    for (at, item) in outline.items.iter().enumerate() {
        if item.part == Part::Post {
            left += prose(item);
        }
        if at < next || item.part != Part::Foreign {
            continue;
        }
        if rules::FOREIGN_ELEMENTS.contains(&&*item.name) || is_of_readers(item) || matches(&FRAME, &item.sig) {
            next = item.end;
            continue;
        }
        let inner = || std::iter::once(at).chain(outline.within(at)).filter_map(|i| outline.items.get(i));
        let sum: i64 = inner().map(prose).sum();
        if sum >= 80 {
            held += sum;
            out.push(at);
        }
        next = item.end;
    }
    if left < 300 && held > 3 * left + 300 { out } else { Vec::new() }
}

/// Marks all elements but those that are free of it.
fn mark_but(tree: &Html, outline: &mut Outline, guarded: &[bool]) {
    let all = outline.items.first().map_or(0, |i| i.text);
    let prose = sums(outline, prose);
    let mut until = [0, 0];
    let mut known: HashMap<&str, Names> = HashMap::new();
    let mut parts = Vec::with_capacity(outline.items.len());
    for (at, item) in outline.items.iter().enumerate() {
        let free = matches!(&*item.name, "html" | "body")
            || guarded.get(at) == Some(&true)
            || too_much(item, all)
            || holds_most(item, at, &prose);
        let part = match (at < until[1], at < until[0]) {
            (true, _) => Part::Foreign,
            (_, about) if free => {
                if about {
                    Part::About
                } else {
                    Part::Post
                }
            }
            (_, about) => {
                let names = *known.entry(&item.sig).or_insert_with(|| Names::of(&item.sig));
                match named(tree, outline, at, item, names) {
                    Part::Post if about => Part::About,
                    part => part,
                }
            }
        };
        match part {
            Part::Foreign => until[1] = until[1].max(item.end),
            Part::About => until[0] = until[0].max(item.end),
            Part::Post => {}
        }
        parts.push(part);
    }
    for (item, part) in outline.items.iter_mut().zip(parts) {
        item.part = part;
    }
}

/// What the classes and the id of an element say, taken for themselves.
#[derive(Debug, Clone, Copy, Default)]
struct Names {
    foreign: bool,
    about: bool,
    foreign_word: bool,
    about_word: bool,
}

impl Names {
    fn of(sig: &str) -> Names {
        let (foreign, about) = (matches(&FOREIGN, sig), matches(&ABOUT, sig));
        let kept = (foreign || about) && matches(&KEPT, sig);
        Names {
            foreign: foreign && !kept,
            about: about && !kept,
            foreign_word: has_word(sig, &FOREIGN_WORDS),
            about_word: has_word(sig, &ABOUT_WORDS),
        }
    }
}

/// Returns what an element is by its own name and classes.
fn named(tree: &Html, outline: &Outline, at: usize, item: &Item, names: Names) -> Part {
    // What is inline and long was opened by mistake: the author's name in a span that never ends.
    let inline = matches!(&*item.name, "span" | "a" | "b" | "i" | "em" | "strong" | "font" | "p");
    let Names { foreign, about, foreign_word, about_word } =
        if inline && item.text > 160 { Names::default() } else { names };
    let node = || tree.tree.get(item.id);
    // Movable Type and Wix list the tags of a post in a `nav`; who said a quotation stands in its `footer`.
    let label = || node().and_then(|n| walk::value(n.value().as_element()?, "aria-label"));
    let labelled = || label().is_some_and(|l| l.eq_ignore_ascii_case("tags"));
    let quoted = || node().and_then(|n| n.parent()).is_some_and(|p| walk::name(&p) == "blockquote");
    if &*item.name == "nav" && (labelled() || about) && !foreign {
        Part::About
    } else if (&*item.name == "footer" && quoted())
        || (item.sig.contains("embed") && matches(&EMBEDS, &item.sig) && quotes(outline, at))
    {
        Part::Post
    } else if rules::FOREIGN_ELEMENTS.contains(&&*item.name)
        || foreign
        || (foreign_word && !about_word)
        || (is_hidden(tree, item) && !is_folded(outline, item))
    {
        Part::Foreign
    } else if rules::ABOUT_ELEMENTS.contains(&&*item.name) || about || about_word {
        Part::About
    } else {
        Part::Post
    }
}

/// Returns whether a quotation is what an element holds.
fn quotes(outline: &Outline, at: usize) -> bool {
    outline.within(at).take(12).filter_map(|i| outline.items.get(i)).any(|i| &*i.name == "blockquote")
}

/// Returns whether the name of a class or id is made with a word of a list.
fn has_word(sig: &str, list: &HashSet<&str>) -> bool {
    sig.split_ascii_whitespace().any(|name| {
        let mut words = name.split(['-', '_', ':']).peekable();
        let other = words.peek().is_some_and(|w| rules::OTHER_WORDS.contains(w));
        !other && words.any(|w| list.contains(w))
    })
}

/// Returns the elements with each of the names of bodies, in the order of the names; after those, in the same order, the
/// elements with longer names that end with one: `c-article-body`, `entry__content`.
fn bodies(outline: &Outline) -> Vec<Vec<usize>> {
    static RANKS: LazyLock<HashMap<&str, usize>> =
        LazyLock::new(|| rules::BODIES.iter().enumerate().rev().map(|(rank, n)| (*n, rank)).collect());
    let mut out = vec![Vec::new(); rules::BODIES.len() * 2];
    for (at, item) in outline.items.iter().enumerate() {
        for name in item.sig.split_ascii_whitespace() {
            let longer = || {
                if !["content", "body", "text"].iter().any(|end| name.ends_with(end)) {
                    return None;
                }
                let name = name.replace("__", "-").replace('_', "-");
                let ends = std::iter::successors(Some(name.as_str()), |n| n.split_once('-').map(|(_, end)| end));
                let known = |end: &str| {
                    let sure = end.contains('-') && !rules::LOOSE_BODIES.contains(&end);
                    RANKS.get(end).filter(|_| sure).copied()
                };
                ends.take(3).find_map(known).map(|rank| rank + rules::BODIES.len())
            };
            if let Some(list) = RANKS.get(name).copied().or_else(longer).and_then(|rank| out.get_mut(rank)) {
                list.push(at);
            }
        }
    }
    out
}

/// Returns for each element whether its name is one that only a post's body has, or such an element stands in it.
fn guarded(outline: &Outline) -> Vec<bool> {
    let mut out = vec![false; outline.items.len()];
    for (rank, all) in outline.bodies.iter().take(rules::BODIES.len()).enumerate() {
        let loose = rules::BODIES.get(rank).is_some_and(|n| rules::LOOSE_BODIES.contains(n));
        let mut full = all.iter().copied().filter(|at| outline.items.get(*at).is_some_and(|i| i.text > 0));
        if let (false, Some(only), None) = (loose, full.next(), full.next()) {
            for at in std::iter::once(only).chain(outline.around(only)) {
                if let Some(known) = out.get_mut(at) {
                    *known = true;
                }
            }
        }
    }
    out
}

/// Returns whether an element holds so much of the page that its name must mislead.
fn too_much(item: &Item, all: usize) -> bool {
    let own = item.text - item.link.min(item.text);
    own * 10 > all * 6 && !is_of_readers(item)
}

/// Returns whether most prose of the page stands in an element.
fn holds_most(item: &Item, at: usize, prose: &[i64]) -> bool {
    let (own, all) = (prose.get(at).copied().unwrap_or(0), prose.first().copied().unwrap_or(0));
    own > 600 && own * 10 > all * 5 && !is_of_readers(item)
}

fn is_of_readers(item: &Item) -> bool {
    ["comment", "respond", "disqus", "replies", "trackback"].iter().any(|n| item.sig.contains(n))
}

/// Returns whether an element is hidden until the line over it is opened: questions with answers, the steps of a guide.
fn is_folded(outline: &Outline, item: &Item) -> bool {
    let around = std::iter::successors(Some(item), |i| outline.items.get(i.parent));
    item.text > 80
        && item.link * 4 < item.text
        && around
            .take(3)
            .any(|i| ["accordion", "collaps", "toggle", "faq", "spoiler"].iter().any(|n| i.sig.contains(n)))
}

fn is_hidden(tree: &Html, item: &Item) -> bool {
    let Some(e) = tree.tree.get(item.id).and_then(|n| n.value().as_element()) else { return false };
    let style = walk::value(e, "style").is_some_and(|s| {
        let s: String = s.to_ascii_lowercase().split_whitespace().collect();
        s.contains("display:none") || s.contains("visibility:hidden")
    });
    style
        || walk::value(e, "hidden").is_some()
        || (walk::value(e, "aria-hidden") == Some("true") && item.text > 0 && item.pictures == 0)
}
