//! Where the text of the post stands on a page, and what of that is no text of it. It knows no field but the body.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use regex::Regex;
use scraper::Html;

use super::outline::{Item, Outline, Part};
use super::rules;
use crate::html::walk;

static FOREIGN: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(rules::FOREIGN).ok());
static ABOUT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(rules::ABOUT).ok());
static EMBEDS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(rules::EMBEDS).ok());
static KEPT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(rules::KEPT).ok());

static FOREIGN_WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| rules::FOREIGN_WORDS.iter().copied().collect());
static ABOUT_WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| rules::ABOUT_WORDS.iter().copied().collect());

fn matches(rule: &LazyLock<Option<Regex>>, text: &str) -> bool {
    !text.is_empty() && rule.as_ref().is_some_and(|r| r.is_match(text))
}

/// Marks what is no part of any post. What holds most of the page's text is never junk, whatever it is called, nor what
/// holds the only element with the name of a post's body.
pub(super) fn mark(tree: &Html, outline: &mut Outline) {
    let mut free = guarded(outline);
    mark_but(tree, outline, &free);
    let misnamed = misnamed(outline);
    if !misnamed.is_empty() {
        free.extend(misnamed);
        mark_but(tree, outline, &free);
    }
}

/// Returns what must be of the post after all, where next to no prose is left and much stands in what was called foreign:
/// sections `with-ads`, a text that waits to be shown.
fn misnamed(outline: &Outline) -> Vec<usize> {
    static FRAME: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(rules::FRAME).ok());
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
fn mark_but(tree: &Html, outline: &mut Outline, guarded: &HashSet<usize>) {
    let all = outline.items.first().map_or(0, |i| i.text);
    let prose = sums(outline, prose);
    let mut until = [0, 0];
    for at in 0..outline.items.len() {
        let Some(item) = outline.items.get(at) else { break };
        let free = matches!(&*item.name, "html" | "body")
            || guarded.contains(&at)
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
            (_, about) => match named(tree, outline, at, item) {
                Part::Post if about => Part::About,
                part => part,
            },
        };
        match part {
            Part::Foreign => until[1] = until[1].max(item.end),
            Part::About => until[0] = until[0].max(item.end),
            Part::Post => {}
        }
        if let Some(item) = outline.items.get_mut(at) {
            item.part = part;
        }
    }
}

/// Returns what an element is by its own name and classes.
fn named(tree: &Html, outline: &Outline, at: usize, item: &Item) -> Part {
    // What is inline and long was opened by mistake: the author's name in a span that never ends.
    let inline = matches!(&*item.name, "span" | "a" | "b" | "i" | "em" | "strong" | "font" | "p");
    let named = |rule| matches(rule, &item.sig) && !(inline && item.text > 160) && !matches(&KEPT, &item.sig);
    let words = |list: &HashSet<&str>| has_word(&item.sig, list) && !(inline && item.text > 160);
    let node = tree.tree.get(item.id);
    // Movable Type and Wix list the tags of a post in a `nav`; who said a quotation stands in its `footer`.
    let labelled =
        node.and_then(|n| n.value().as_element()?.attr("aria-label")).is_some_and(|l| l.eq_ignore_ascii_case("tags"));
    let quoted = node.and_then(|n| n.parent()).is_some_and(|p| walk::name(&p) == "blockquote");
    if &*item.name == "nav" && (labelled || named(&ABOUT)) && !named(&FOREIGN) {
        Part::About
    } else if (&*item.name == "footer" && quoted)
        || (item.sig.contains("embed") && matches(&EMBEDS, &item.sig) && quotes(outline, at))
    {
        Part::Post
    } else if rules::FOREIGN_ELEMENTS.contains(&&*item.name)
        || named(&FOREIGN)
        || (words(&FOREIGN_WORDS) && !words(&ABOUT_WORDS))
        || (is_hidden(tree, item) && !is_folded(outline, item))
    {
        Part::Foreign
    } else if rules::ABOUT_ELEMENTS.contains(&&*item.name) || named(&ABOUT) || words(&ABOUT_WORDS) {
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

/// Returns the elements around those whose name only a post's body has.
fn guarded(outline: &Outline) -> HashSet<usize> {
    let mut out = HashSet::new();
    for (rank, all) in bodies(outline).into_iter().take(rules::BODIES.len()).enumerate() {
        let loose = rules::BODIES.get(rank).is_some_and(|n| rules::LOOSE_BODIES.contains(n));
        let mut full = all.into_iter().filter(|at| outline.items.get(*at).is_some_and(|i| i.text > 0));
        if let (false, Some(only), None) = (loose, full.next(), full.next()) {
            out.insert(only);
            out.extend(outline.around(only));
        }
    }
    out
}

/// Returns whether an element holds so much of the page that its name must mislead.
fn too_much(item: &Item, all: usize) -> bool {
    let own = item.text - item.link.min(item.text);
    !is_of_readers(item) && own * 10 > all * 6
}

/// Returns whether most prose of the page stands in an element.
fn holds_most(item: &Item, at: usize, prose: &[i64]) -> bool {
    let (own, all) = (prose.get(at).copied().unwrap_or(0), prose.first().copied().unwrap_or(0));
    !is_of_readers(item) && own > 600 && own * 10 > all * 5
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

/// Returns how much a block is a paragraph of sentences, whatever it is called.
fn prose(item: &Item) -> i64 {
    if item.inline >= 80 && item.marks > 0 && item.inline_link * 2 < item.inline {
        (item.inline - item.inline_link) as i64
    } else {
        0
    }
}

/// Returns how much a block speaks for being text of a post, or against it.
fn weight(item: &Item) -> i64 {
    let length = item.inline as i64;
    if length == 0 {
        return 0;
    }
    let link = item.inline_link as i64;
    // What is not of the post is taken out later and speaks for nothing.
    if item.part != Part::Post {
        return 0;
    }
    let prose = length - link;
    if link * 2 > length {
        return -(length.min(200));
    }
    let heading = matches!(&*item.name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "dt" | "caption" | "figcaption");
    if heading {
        return 0;
    }
    match (length, item.marks) {
        (80.., 1..) => prose,
        (80.., 0) => prose / 4,
        (_, 1..) => prose / 2,
        _ => 0,
    }
}

/// How a container was found by its name.
pub(super) const KNOWN: &str = "known container";

/// Where the post's text stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    /// Index in the outline.
    pub at: usize,
    pub how: &'static str,
}

/// Returns the element that holds the post's text. `heading` is the one with the post's title, where it was found.
pub(super) fn find(outline: &Outline, heading: Option<usize>) -> Option<Found> {
    let sums = sums(outline, weight);
    let near = |at: usize| heading.is_some_and(|h| is_near(outline, at, h));
    let named = by_name(outline, &sums, near);
    let dense = dense(outline, &sums);
    if named.is_none()
        && let Some(at) = only_article(outline, dense.and_then(|d| Some((d, *sums.get(d)?))))
    {
        return Some(Found { at, how: "the only article" });
    }
    let sum = |at: usize| sums.get(at).copied().unwrap_or(0);
    match (named, dense) {
        (Some((n, sure)), Some(d)) => {
            let holds = outline.items.get(n).is_some_and(|i| n <= d && d < i.end);
            let full = outline.items.get(n).is_some_and(|i| i.text > 0 || i.pictures > 0);
            // A known container with next to nothing in it beside a full text elsewhere is a teaser or a widget, unless the
            // title stands over it; and even then when there is nothing but a title.
            let bare = n < d && sum(n) < 60 && sum(d) > 1200 && outline.items.get(n).is_some_and(|i| i.pictures == 0);
            let poor = sum(n) * 4 < sum(d) && (bare || !(near(n) && full)) && (!sure || sum(d) > 600);
            // One of many sections, each with such a name.
            let held = outline.items.get(d).is_some_and(|i| d <= n && n < i.end);
            let share = if sure { 15 } else { 40 };
            let section = held && sum(d) > 1200 && sum(n) * 100 < sum(d) * share;
            Some(if poor && !holds || section {
                Found { at: d, how: "text density" }
            } else {
                Found { at: n, how: KNOWN }
            })
        }
        (Some((n, _)), None) => Some(Found { at: n, how: KNOWN }),
        (None, Some(d)) => Some(Found { at: d, how: "text density" }),
        (None, None) => None,
    }
}

/// Returns the part of the page's only `article` that holds nearly all of it, where prose tells little: a post of pictures,
/// of a table, of two words.
fn only_article(outline: &Outline, dense: Option<(usize, i64)>) -> Option<usize> {
    let mut all = outline.items.iter().enumerate().filter(|(_, i)| &*i.name == "article" && i.part == Part::Post);
    let (mut at, article) = all.next().filter(|_| all.next().is_none())?;
    let heading = |i: &Item| matches!(&*i.name, "h1" | "h2" | "header");
    if !outline.within(at).filter_map(|i| outline.items.get(i)).any(heading) {
        return None;
    }
    let full = |i: &Item| {
        if i.part == Part::Post && !heading(i) { i.text.saturating_sub(i.link) + 80 * i.pictures } else { 0 }
    };
    let parts = |at: usize| {
        outline.within(at).filter_map(|i| Some((i, outline.items.get(i)?))).filter(move |(_, i)| i.parent == at)
    };
    let whole: usize = parts(at).map(|(_, i)| full(i)).sum();
    let told = dense.filter(|(d, _)| (at..article.end).contains(d)).map_or(0, |(_, sum)| sum);
    let elsewhere = dense.is_some_and(|(d, sum)| !(at..article.end).contains(&d) && sum > 600);
    if whole == 0 || elsewhere || told * 2 > whole as i64 {
        return None;
    }
    let holder =
        |i: &Item| i.block && !matches!(&*i.name, "p" | "figure" | "ul" | "ol" | "dl" | "table" | "blockquote");
    while let Some((inner, _)) = parts(at).find(|(_, i)| full(i) * 10 >= whole * 7 && holder(i)) {
        at = inner;
    }
    Some(at)
}

/// Returns whether a heading stands in an element or close before it.
fn is_near(outline: &Outline, at: usize, heading: usize) -> bool {
    let holds = |outer: usize| {
        outline
            .items
            .get(outer)
            .is_some_and(|i| outer <= heading && heading < i.end && !matches!(&*i.name, "body" | "html"))
    };
    let end = outline.items.get(at).map_or(0, |i| i.end);
    heading < end && std::iter::once(at).chain(outline.around(at).take(3)).any(holds)
}

/// Returns for each element the sum of the weights of the blocks in it and itself.
fn sums(outline: &Outline, weight: impl Fn(&Item) -> i64) -> Vec<i64> {
    let mut sums: Vec<i64> = outline.items.iter().map(weight).collect();
    for at in (1..outline.items.len()).rev() {
        let Some(item) = outline.items.get(at) else { continue };
        let own = sums.get(at).copied().unwrap_or(0);
        if item.parent != at
            && let Some(parent) = sums.get_mut(item.parent)
        {
            *parent += own;
        }
    }
    sums
}

/// Returns the best element that a platform's name tells, and whether there is only one of it.
fn by_name(outline: &Outline, sums: &[i64], near: impl Fn(usize) -> bool) -> Option<(usize, bool)> {
    let mut best: Option<(i64, usize, bool)> = None;
    for (rank, (name, all)) in rules::BODIES.iter().cycle().zip(bodies(outline)).enumerate() {
        let whole = |i: &Item| {
            i.part == Part::Post
                && (i.text > 0 || i.pictures > 0)
                && !matches!(&*i.name, "a" | "span" | "body" | "html" | "h1" | "h2")
        };
        let all: Vec<usize> = all.into_iter().filter(|at| outline.items.get(*at).is_some_and(whole)).collect();
        let Some(top) = all.iter().copied().max_by_key(|at| {
            (sums.get(*at).copied().unwrap_or(0) + if near(*at) { 150 } else { 0 }, std::cmp::Reverse(*at))
        }) else {
            continue;
        };
        let sum = sums.get(top).copied().unwrap_or(0);
        let loose = rules::LOOSE_BODIES.contains(name) || rank >= rules::BODIES.len();
        let score = if loose { sum / 2 } else { sum } - rank as i64 + if near(top) { 150 } else { 0 };
        let single = all.len() == 1 && !loose;
        if best.is_none_or(|(most, _, _)| score > most + most.abs() / 3) {
            best = Some((score, top, single));
        }
    }
    best.map(|(_, at, single)| (at, single))
}

/// Returns the element in which most speaks for text of a post and least against it.
fn dense(outline: &Outline, sums: &[i64]) -> Option<usize> {
    let (mut at, most) = sums
        .iter()
        .copied()
        .enumerate()
        .filter(|(at, _)| outline.items.get(*at).is_some_and(|i| i.block))
        .max_by_key(|(at, s)| (*s, *at))?;
    if most <= 0 {
        return None;
    }
    // The innermost of those that hold nearly as much.
    loop {
        let current = sums.get(at).copied().unwrap_or(0);
        let inner = outline.within(at).find(|c| {
            outline.items.get(*c).is_some_and(|i| i.parent == at && i.block && &*i.name != "p")
                && sums.get(*c).is_some_and(|s| s * 100 >= current * 95)
        });
        match inner {
            Some(inner) => at = inner,
            None => return Some(at),
        }
    }
}

/// Returns letters and digits only, in lower case.
pub(super) fn squash(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the classes and the id of the element in which a page's text is found.
    fn found(page: &str) -> String {
        let tree = crate::html::parse_document(page);
        let mut outline = Outline::of(&tree);
        mark(&tree, &mut outline);
        find(&outline, None).and_then(|f| outline.items.get(f.at)).map(|i| i.sig.trim().to_string()).unwrap_or_default()
    }

    fn prose(times: usize) -> String {
        "<p>It rained all day, and we stayed in the hut with tea, cards and a stove that would not draw. Nobody minded.</p>"
            .repeat(times)
    }

    #[test]
    fn what_holds_most_of_the_prose_is_no_share_bar_whatever_it_is_called() {
        let page = format!(
            "<div class='wrap share'><div id=x>{}</div></div><div class=share>Tweet this, mail this.</div>",
            prose(8)
        );
        assert_eq!(found(&page), "x");
    }

    #[test]
    fn a_body_is_known_by_the_end_of_its_name_and_by_its_item_property() {
        let page = format!(
            "<div id=a><div class=c-article__body>{}</div><p>{}</div>",
            prose(2),
            "Our club, since 1920.".repeat(9)
        );
        assert_eq!(found(&page), "c-article__body");
        let page = format!(
            "<div id=a><div itemprop=articleBody>{}</div><p>{}</div>",
            prose(2),
            "Our club, since 1920.".repeat(9)
        );
        assert_eq!(found(&page), "itemprop:articlebody");
    }

    #[test]
    fn a_section_of_many_is_not_the_whole_text() {
        let section =
            |n| format!("<section><div class=text-block></div><div class=rich-text>{}</div></section>", prose(n));
        let page = format!("<main id=all>{}{}{}{}</main>", section(4), section(4), section(4), section(4));
        assert_eq!(found(&page), "all");
    }

    #[test]
    fn sentences_of_chinese_and_japanese_weigh_as_much_as_others() {
        let words = "雨下了一整天，我们待在小屋里喝茶，打牌。".repeat(12);
        let page = format!("<ul><li><a href=/>一</a></ul><div id=p-detail><p>{words}</p><p>{words}</p></div>");
        assert_eq!(found(&page), "p-detail");
    }
}
