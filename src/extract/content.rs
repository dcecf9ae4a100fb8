//! Where the text of the post stands on a page. It knows no field but the body.

use super::outline::{Item, Outline, Part};
use super::rules;

/// Returns how much a block is a paragraph of sentences, whatever it is called.
pub(super) fn prose(item: &Item) -> i64 {
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
pub(super) fn sums(outline: &Outline, weight: impl Fn(&Item) -> i64) -> Vec<i64> {
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
    for (rank, (name, all)) in rules::BODIES.iter().cycle().zip(&outline.bodies).enumerate() {
        let whole = |i: &Item| {
            i.part == Part::Post
                && (i.text > 0 || i.pictures > 0)
                && !matches!(&*i.name, "a" | "span" | "body" | "html" | "h1" | "h2")
        };
        let all: Vec<usize> = all.iter().copied().filter(|at| outline.items.get(*at).is_some_and(whole)).collect();
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
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            'a'..='z' | '0'..='9' => out.push(c),
            'A'..='Z' => out.push(c.to_ascii_lowercase()),
            c if !c.is_ascii() && c.is_alphanumeric() => out.extend(c.to_lowercase()),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the classes and the id of the element in which a page's text is found.
    fn found(page: &str) -> String {
        let tree = crate::html::parse_document(page);
        let mut outline = Outline::of(&tree);
        super::super::mark::mark(&tree, &mut outline);
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
