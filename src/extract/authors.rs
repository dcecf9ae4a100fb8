//! Who wrote a post: names inside the post's own part of the page, never from comments, forms or the sidebar.

use std::sync::LazyLock;

use regex::Regex;
use scraper::Html;

use super::ballot::Ballot;
use super::content::squash;
use super::facts::Facts;
use super::outline::Item;
use super::zone::Zone;
use crate::html::{fold, walk};
use crate::model::Author;

/// Where metadata keep the author, and how much that is worth.
const METAS: [(&str, i32); 18] = [
    ("author", 5),
    ("article:author", 4),
    ("og:article:author", 4),
    ("dc.creator", 5),
    ("dcterms.creator", 5),
    ("parsely-author", 6),
    ("sailthru.author", 6),
    ("itemprop:author", 5),
    ("byl", 5),
    ("twitter:data1", 1),
    ("citation_author", 5),
    ("article.author", 5),
    ("authors", 4),
    ("article:author_name", 5),
    ("cxenseparse:author", 5),
    ("vr:author", 4),
    ("mediator_author", 5),
    ("byline", 4),
];

/// Classes of elements that hold the author's name, and how much that is worth.
const CLASSES: [(&str, i32); 34] = [
    ("p-author", 7),
    ("fn", 6),
    ("author-name", 7),
    ("author_name", 7),
    ("authorname", 7),
    ("post-author", 7),
    ("entry-author", 7),
    ("article-author", 7),
    ("post_author", 7),
    ("entry_author", 6),
    ("byline-name", 7),
    ("byline-author", 7),
    ("author-link", 6),
    ("author", 6),
    ("byline", 6),
    ("by-line", 6),
    ("post-byline", 6),
    ("article-byline", 6),
    ("entry-byline", 6),
    ("meta-author", 6),
    ("posted-by", 6),
    ("postedby", 6),
    ("postby", 6),
    ("by-author", 6),
    ("story-author", 6),
    ("article__author", 6),
    ("writer", 5),
    ("contributor", 5),
    ("authors", 5),
    ("article-author__name", 7),
    ("byline__author", 7),
    ("writtenby", 6),
    ("post-meta-author", 6),
    ("blog-author", 5),
];

static BY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?:^|[\s|•·–—(-])(?i:(?:posted|published|written|reported|submitted|contributed|guest post|story|words|text|article|reviewed|photos? and text)?\s*(?:on [^|]{3,40}?\s)?by|von|verfasst von|geschrieben von|autor(?:in)?:|author:|par|por|door|di|av|skrevet av)",
        r":?\s+((?:(?i:dr|prof|mr|mrs|ms|rev|sir)\.? )?\p{Lu}[\p{L}\p{M}.'’-]*(?:\s+(?:(?i:de|da|di|van|von|der|den|la|le|el|al|bin|du|st\.?)\s+)*\p{Lu}[\p{L}\p{M}.'’-]*){0,3}(?:\s*(?:&|,|and|und)\s+\p{Lu}[\p{L}\p{M}.'’-]+(?:\s+\p{Lu}[\p{L}\p{M}.'’-]*){1,3})*)"
    ))
    .ok()
});
static POSTED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^(?i:posted|published|written|submitted)(?: [^|]{3,40})? (?i:by):?\s+(\S{2,30}(?: \p{Lu}\S{1,20}){0,2})(?:\s+(?i:on|at|in|under|\|)\b|\s*[|•·,@]|\s*$)").ok()
});

/// Adds what speaks for an author.
pub(super) fn ballot(tree: &Html, zone: &Zone<'_>, facts: &Facts, host: &str) -> Ballot {
    let mut ballot = Ballot::default();
    let site = facts.site().map(|s| squash(&s)).unwrap_or_default();
    let foreign = |name: &str| {
        let key = squash(name);
        let bare = squash(host.strip_prefix("www.").unwrap_or(host));
        (!site.is_empty() && key == site)
            || (!key.is_empty() && (bare == key || bare.starts_with(&key) && key.len() > 7))
    };
    let mut add = |value: &str, source: &'static str, weight: i32| {
        if let Some(name) = clean(value) {
            ballot.add(name.as_str(), source, if foreign(&name) { weight / 3 } else { weight });
        }
    };
    for (name, weight) in METAS {
        let all: Vec<&str> = facts.metas(name).filter(|v| !v.contains("://")).collect();
        add(&all.join(", "), "meta", weight);
    }
    let names = facts.texts("author");
    let organisation =
        facts.article.get("author").and_then(|a| a.get("@type")).and_then(|t| t.as_str()) == Some("Organization");
    add(&names.join(", "), "json-ld", if organisation { 3 } else { 7 });
    add(facts.rdf_value("dc:creator").unwrap_or_default(), "trackback-rdf", 7);
    for (at, item) in zone.items() {
        let Some((value, source, weight)) = shown(tree, zone, at, item) else { continue };
        add(&value, source, weight);
    }
    ballot
}

/// Returns the names the most speaks for, each as an author.
pub(super) fn winner(ballot: &Ballot) -> Vec<Author> {
    let Some(chosen) = ballot.winner(squash) else { return Vec::new() };
    split(&chosen.value).into_iter().map(|name| Author { name, ..Author::default() }).collect()
}

/// Returns what an element says of the author, where it does.
fn shown(tree: &Html, zone: &Zone<'_>, at: usize, item: &Item) -> Option<(String, &'static str, i32)> {
    if item.text == 0 || item.text > 300 {
        return None;
    }
    let node = tree.tree.get(item.id)?;
    let e = node.value().as_element()?;
    let rel = e.attr("rel").unwrap_or_default();
    let deep = zone.in_text(at) && zone.distance(at).0.min(zone.distance(at).1) > 200;
    let weigh = |weight: i32| if deep { weight / 3 } else { weight };
    if rel.split_ascii_whitespace().any(|r| r == "author") {
        return Some((walk::text(node), "rel-author", weigh(7)));
    }
    let prop = e.attr("itemprop").unwrap_or_default();
    if prop.split_ascii_whitespace().any(|p| p == "author") {
        return Some((walk::text(node), "microdata", weigh(7)));
    }
    if e.name() == "a"
        && e.attr("href").is_some_and(|h| h.contains("/author/") || h.contains("/authors/"))
        && item.text < 60
    {
        return Some((walk::text(node), "markup", weigh(6)));
    }
    for class in item.sig.split_ascii_whitespace() {
        if let Some((_, weight)) = CLASSES.iter().find(|(c, _)| *c == class)
            && !matches!(e.name(), "body" | "article")
        {
            let text = walk::text(node);
            let by = named(&text).filter(|_| text.len() > 40);
            return Some((by.unwrap_or(text), "markup", weigh(*weight)));
        }
    }
    let line =
        item.text < 200 && (item.block || matches!(e.name(), "span" | "small" | "em" | "i" | "strong" | "b" | "font"));
    if line {
        let text = walk::text(node);
        return named(&text).map(|name| (name, "text", weigh(4)));
    }
    None
}

/// Returns the name a byline gives: "Posted by Ann Example on …".
pub(super) fn named(text: &str) -> Option<String> {
    let found = |rule: &LazyLock<Option<Regex>>| {
        rule.as_ref().and_then(|r| r.captures(text)).and_then(|c| c.get(1)).map(|m| m.as_str().to_string())
    };
    found(&BY).filter(|_| text.len() < 200).or_else(|| found(&POSTED))
}

/// Words that are no names, though they stand where names stand.
const NO_NAMES: [&str; 24] = [
    "admin by",
    "comments",
    "permalink",
    "share",
    "read more",
    "unknown",
    "guest",
    "posted",
    "email",
    "subscribe",
    "follow",
    "contact",
    "about",
    "anonymous author",
    "view all posts",
    "date",
    "category",
    "january",
    "february",
    "by",
    "author",
    "reply",
    "print",
    "null",
];

/// Returns a name without what stands around it; none when it is no name.
fn clean(value: &str) -> Option<String> {
    let mut name = fold(value);
    for start in [
        "posted by",
        "written by",
        "published by",
        "by:",
        "by ",
        "von ",
        "par ",
        "por ",
        "author:",
        "autor:",
        "written by:",
        "posted by:",
        "from ",
        "about the author",
        "about ",
        "more articles from ",
        "more from ",
        "view all posts by ",
        "posts by ",
    ] {
        if name.get(..start.len()).is_some_and(|s| s.eq_ignore_ascii_case(start)) {
            name = name.get(start.len()..).unwrap_or_default().trim_start_matches([':', ' ']).to_string();
        }
    }
    let low = name.to_lowercase();
    let ends = [
        " on ",
        " | ",
        " · ",
        " • ",
        " — ",
        " – ",
        " - ",
        " at ",
        " in ",
        " (",
        ", on ",
        " says",
        " via ",
        " posted",
        " published",
        " updated",
        "\u{2009}",
        " | ",
        "|",
        " @",
        ", updated",
    ];
    let end = ends
        .iter()
        .filter_map(|e| low.find(e))
        .filter(|at| *at > 1 && name.is_char_boundary(*at))
        .min()
        .unwrap_or(name.len());
    name = name
        .get(..end)
        .unwrap_or(&name)
        .trim_matches(|c: char| c.is_whitespace() || ",.;:|·•-–—/\"“”()[]".contains(c) && c != '.')
        .to_string();
    // A byline goes on with the day.
    while let Some((before, last)) = name.rsplit_once(' ')
        && super::when::is_month_name(&last.to_lowercase())
    {
        name = before.trim_end_matches([',', ' ']).to_string();
    }
    let words = name.split_whitespace().count();
    let digits = name.chars().filter(char::is_ascii_digit).count();
    let low = name.to_lowercase();
    let bad = name.is_empty()
        || name.chars().count() > 100
        || words > 12
        || digits > 3
        || name.contains("://")
        || (name.contains('@') && !name.starts_with('@'))
        || !name.chars().any(char::is_alphabetic)
        || NO_NAMES.contains(&low.as_str());
    (!bad).then_some(name)
}

/// Returns the names in a list of names.
fn split(names: &str) -> Vec<String> {
    static PARTS: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"\s*(?:;|,|/|\s&\s|\s(?i:and|und|et)\s)\s*").ok());
    let Some(parts) = PARTS.as_ref() else { return vec![names.to_string()] };
    let titles = ["jr", "sr", "phd", "ph.d", "md", "m.d", "mba", "cfa", "rd", "esq", "ii", "iii"];
    let mut out: Vec<String> = Vec::new();
    for part in parts.split(names) {
        let key = part.to_lowercase();
        if titles.contains(&key.trim_end_matches('.')) {
            if let Some(last) = out.last_mut() {
                last.push_str(", ");
                last.push_str(part);
            }
        } else if !part.is_empty() && !out.iter().any(|o| squash(o) == squash(part)) {
            out.push(part.to_string());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_bylines() {
        let cases = [
            ("Posted by Ann Example on April 23, 2007 at 08:18 AM in A, B", "Ann Example"),
            ("By Ann de la Example", "Ann de la Example"),
            ("Posted on Monday, April 23 by annex | Comments", "annex"),
            ("von Änne Beispiel", "Änne Beispiel"),
        ];
        for (line, name) in cases {
            assert_eq!(named(line).as_deref(), Some(name), "{line}");
        }
        assert_eq!(named("we went by train to the Alps and came back"), None);
    }

    #[test]
    fn what_stands_around_a_name_goes() {
        assert_eq!(clean("By Ann Example | April 3").as_deref(), Some("Ann Example"));
        assert_eq!(clean("ann@example.com"), None);
        assert_eq!(clean("12 comments 2007"), None);
        assert_eq!(split("Ann Example, Ph.D. and Bob Other"), ["Ann Example, Ph.D.", "Bob Other"]);
    }
}
