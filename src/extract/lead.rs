//! The sentences between the title of a post and its text: they stand apart and belong to it. It knows no field.

use std::sync::LazyLock;

use regex::Regex;
use scraper::Html;

use super::byline;
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
    let first = |i: &Item| &*i.name == "h1" && i.text > 10 && i.part != Part::Foreign;
    let heading = heading.or_else(|| outline.items.get(..at)?.iter().rposition(first));
    let Some(heading) = heading.filter(|h| *h < at && !outline.within(*h).contains(&at)) else { return Vec::new() };
    let told = facts.meta_value("og:description").or_else(|| facts.meta_value("description")).map(squash);
    let told = told.unwrap_or_default();
    // What the text repeats is not put before it once more.
    let opening = || {
        let Some(node) = outline.items.get(at).and_then(|i| tree.tree.get(i.id)) else { return String::new() };
        let words: String = walk::texts(node).take(200).flat_map(|t| t.chars()).take(3000).collect();
        squash(&words)
    };
    let body = std::cell::OnceCell::new();
    let mut out = Vec::new();
    let mut next = outline.items.get(heading).map_or(heading, |i| i.end);
    let mut length = 0;
    while next < at && out.len() < MOST {
        let Some(item) = outline.items.get(next) else { break };
        let words = || tree.tree.get(item.id).map(|n| walk::text(n)).unwrap_or_default();
        let captioned = item.end <= at && is_captioned(outline, next);
        if captioned || item.end <= at && is_leaf(outline, next) && is_lead(outline, next, item, &told, &words) {
            let short = squash(&words());
            if !body.get_or_init(opening).contains(&short) && length + item.text <= LONGEST {
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

/// Returns whether an element is the picture that leads a post, with its caption: magazines put it above the text.
fn is_captioned(outline: &Outline, at: usize) -> bool {
    let caption = |i: &Item| &*i.name == "figcaption" && (1..400).contains(&i.text);
    outline
        .items
        .get(at)
        .is_some_and(|i| &*i.name == "figure" && (1..=2).contains(&i.pictures) && i.part != Part::Foreign)
        && outline.within(at).filter_map(|c| outline.items.get(c)).any(caption)
}

fn is_leaf(outline: &Outline, at: usize) -> bool {
    outline.items.get(at).is_some_and(|i| i.block && i.text > 0)
        && outline.within(at).all(|c| outline.items.get(c).is_none_or(|i| !i.block || i.text == 0))
}

fn is_lead(outline: &Outline, at: usize, item: &Item, told: &str, words: &dyn Fn() -> String) -> bool {
    let around = || std::iter::once(at).chain(outline.around(at)).filter_map(|at| outline.items.get(at));
    let foreign = outline.items.get(item.parent).is_some_and(|p| p.part == Part::Foreign);
    let shown = |i: &Item| matches!(&*i.name, "figure" | "figcaption") || i.sig.contains("caption");
    if foreign || item.link * 2 > item.text || !(40..LONGEST).contains(&item.text) || around().take(4).any(shown) {
        return false;
    }
    let named = |i: &Item| LEADS.as_ref().is_some_and(|r| r.is_match(&i.sig));
    let named = around().take(3).any(named);
    if item.part != Part::Post && !named {
        return false;
    }
    let words = words();
    if when::parse(&words, Order::MonthFirst).is_some() && item.text < 70 || byline::named(&words, false).is_some() {
        return false;
    }
    let short = squash(&words);
    let told = short.len() > 30 && (told.starts_with(&short) || short.starts_with(told) && told.len() > 30);
    named || told || (&*item.name == "p" && item.marks > 0 && item.text >= 80)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the texts before the element with the id `body`.
    fn leads(page: &str) -> Vec<String> {
        let tree = crate::html::parse_document(page);
        let outline = Outline::of(&tree);
        let at = |wanted: &str| outline.items.iter().position(|i| &*i.name == wanted || i.sig.contains(wanted));
        let found = of(&tree, &outline, &Facts::of(&tree), at("h1"), at(" body ").unwrap_or(0));
        found
            .iter()
            .filter_map(|at| outline.items.get(*at))
            .filter_map(|i| tree.tree.get(i.id))
            .map(|n| walk::text(n))
            .collect()
    }

    #[test]
    fn a_standfirst_is_known_by_its_class_by_the_description_or_by_its_sentences() {
        let page =
            "<head><meta name=description content='Why the old ferry across the lake stops this autumn'></head><body>
            <header><h1>The ferry</h1><h2 class=article__subtitle>After ninety years the last crossing of a steamer</h2>
            <h3>Why the old ferry across the lake stops this autumn</h3><p>By Ann Example</p></header>
            <div id=body><p>It was built in 1931.</p></div>";
        assert_eq!(
            leads(page),
            [
                "After ninety years the last crossing of a steamer",
                "Why the old ferry across the lake stops this autumn"
            ]
        );
    }

    #[test]
    fn a_picture_with_a_caption_leads_a_post_one_without_does_not() {
        let page = "<body><h1>The ferry</h1><figure><img src=a.jpg></figure><figure><img src=b.jpg><figcaption>The last
            crossing</figcaption></figure><div id=body><p>It was built in 1931.</p></div>";
        assert_eq!(leads(page), ["The last crossing"]);
    }

    #[test]
    fn what_the_text_says_itself_and_what_comes_before_the_title_is_no_lead() {
        let page =
            "<body><p class=lead>We write about boats and nothing else, since nineteen hundred.</p><h1>The ferry</h1>
            <p class=lead>It was built in the year of 1931 and ran on coal.</p>
            <div id=body><p>It was built in the year of 1931 and ran on coal. Then came diesel.</p></div>";
        assert!(leads(page).is_empty());
    }
}
