//! When a post was published and changed: what metadata, markup, text and address say. It knows no other field.

use std::collections::BTreeSet;

use scraper::Html;
use url::Url;

use super::ballot::Ballot;
use super::facts::Facts;
use super::outline::{Item, Outline, Part};
use super::when::{self, Order};
use super::zone::Zone;
use crate::html::walk;
use crate::model::Date;

/// Where metadata keep the day of publication, and how much that is worth.
const METAS: [(&str, i32); 26] = [
    ("article:published_time", 9),
    ("og:article:published_time", 8),
    ("article:published", 8),
    ("itemprop:datepublished", 8),
    ("datepublished", 7),
    ("og:published_time", 7),
    ("dc.date", 6),
    ("dc.date.issued", 7),
    ("dc.date.created", 6),
    ("dcterms.date", 6),
    ("dcterms.created", 6),
    ("dcterms.issued", 7),
    ("parsely-pub-date", 8),
    ("sailthru.date", 7),
    ("pubdate", 7),
    ("publishdate", 7),
    ("publish-date", 7),
    ("publish_date", 7),
    ("date", 5),
    ("article.published", 7),
    ("published-date", 7),
    ("citation_date", 5),
    ("citation_publication_date", 6),
    ("created", 5),
    ("bt:pubdate", 7),
    ("cxenseparse:recs:publishtime", 7),
];
const CHANGED: [&str; 7] = [
    "article:modified_time",
    "og:updated_time",
    "itemprop:datemodified",
    "dcterms.modified",
    "dc.date.modified",
    "last-modified",
    "lastmod",
];

/// Classes of elements that show a date.
const SHOWN: [&str; 30] = [
    "date",
    "published",
    "entry-date",
    "post-date",
    "postdate",
    "entrydate",
    "date-header",
    "post-timestamp",
    "timestamp",
    "dt-published",
    "time",
    "posted-on",
    "datetime",
    "pubdate",
    "dateline",
    "publish-date",
    "article-date",
    "meta-date",
    "post_date",
    "entry_date",
    "date-time",
    "posted",
    "postmetadata",
    "post-meta",
    "entry-meta",
    "meta",
    "byline",
    "postinfo",
    "submitted",
    "post-info",
];

/// Adds what speaks for a day of publication.
pub(super) fn ballot(
    tree: &Html,
    outline: &Outline,
    zone: &Zone<'_>,
    facts: &Facts,
    url: Option<&Url>,
) -> Vec<(Date, &'static str, i32)> {
    let order = order(facts);
    let mut out: Vec<(Date, &'static str, i32)> = Vec::new();
    let mut add = |text: &str, source: &'static str, weight: i32| {
        if let Some(date) = when::parse(text, order).filter(plausible) {
            out.push((date, source, weight));
        }
    };
    for (name, weight) in METAS {
        facts.metas(name).take(1).for_each(|v| add(v, "meta", weight));
    }
    facts.texts("datePublished").iter().take(1).for_each(|v| add(v, "json-ld", 9));
    facts.texts("dateCreated").iter().take(1).for_each(|v| add(v, "json-ld", 4));
    facts.rdf_value("dc:date").into_iter().for_each(|v| add(v, "trackback-rdf", 9));
    for (at, item) in zone.items() {
        let Some((text, weight)) = shown(tree, zone, at, item) else { continue };
        add(&text, "markup", weight);
    }
    // A heading with the day stands before all posts of that day.
    let before = outline
        .items
        .iter()
        .take(zone.around)
        .rev()
        .find(|i| i.sig.contains(" date-header ") || i.sig.contains(" dateheader "));
    if let Some(text) = before.and_then(|i| tree.tree.get(i.id)).map(|n| walk::text(n)) {
        add(&text, "markup", 6);
    }
    if let Some(date) = url.and_then(|u| when::in_address(&format!("{}?", u.path()))).filter(plausible) {
        out.push((date, "url", 8));
    }
    if out.is_empty() {
        let mut near: Vec<(usize, &Item)> = outline
            .items
            .iter()
            .enumerate()
            .filter(|(_, i)| i.part != Part::Foreign && (4..160).contains(&i.text))
            .collect();
        near.sort_by_key(|(at, _)| at.abs_diff(zone.at));
        for (_, item) in near.into_iter().take(400) {
            let text = tree.tree.get(item.id).map(|n| walk::text(n)).unwrap_or_default();
            if let Some(date) = when::parse(&text, order).filter(plausible) {
                out.push((date, "text", 1));
                break;
            }
        }
    }
    out
}

/// Returns the day most speaks for, told as exactly as any of its sources tells it.
pub(super) fn winner(votes: &[(Date, &'static str, i32)]) -> Option<Date> {
    let day = |d: &Date| d.text.get(..10).unwrap_or(&d.text).to_string();
    // Each source speaks once for a day: a list of other posts repeats its days.
    let sources: BTreeSet<&str> = votes.iter().map(|(_, source, _)| *source).collect();
    let first_shown = votes.iter().find(|(_, source, _)| *source == "markup").map(|(d, _, _)| day(d));
    let total = |key: &str| -> i32 {
        let most =
            |source: &str| votes.iter().filter(|(d, s, _)| *s == source && day(d) == key).map(|(_, _, w)| *w).max();
        let later = |source: &str| i32::from(source == "markup" && first_shown.as_deref() != Some(key));
        sources.iter().filter_map(|s| most(s).map(|w| (w - later(s)).max(1))).sum()
    };
    let days: Vec<String> = votes.iter().take(200).map(|(d, _, _)| day(d)).collect();
    let best = days.iter().enumerate().max_by_key(|(n, key)| (total(key), std::cmp::Reverse(*n)))?.1;
    let exact = |d: &Date| (d.precision, d.instant.is_some());
    let chosen = votes.iter().filter(|(d, _, _)| day(d) == *best).max_by_key(|(d, _, w)| (exact(d), *w))?;
    Some(chosen.0.clone())
}

/// Returns what speaks for a day of the last change.
pub(super) fn changed(facts: &Facts) -> Option<Date> {
    let order = order(facts);
    let json = facts.texts("dateModified").into_iter().next();
    let meta = || CHANGED.iter().find_map(|name| facts.meta_value(name).map(str::to_string));
    json.or_else(meta).and_then(|text| when::parse(&text, order)).filter(plausible)
}

pub(super) fn votes(all: &[(Date, &'static str, i32)]) -> Ballot {
    let mut ballot = Ballot::default();
    for (date, source, weight) in all {
        ballot.add(date.text.clone(), source, *weight);
    }
    ballot
}

/// Returns a text of the zone that may name the day, and how much it is worth where it stands.
fn shown(tree: &Html, zone: &Zone<'_>, at: usize, item: &Item) -> Option<(String, i32)> {
    let node = tree.tree.get(item.id)?;
    let e = node.value().as_element()?;
    let modified = item.sig.contains("updated") && !item.sig.contains("published") || item.sig.contains("modified");
    let weigh = |weight: i32| if modified { weight / 3 } else { weight };
    let published = e.attr("itemprop").is_some_and(|p| p.eq_ignore_ascii_case("datePublished"));
    if published || e.attr("pubdate").is_some() || item.sig.contains(" dt-published ") {
        let text = e
            .attr("datetime")
            .or(e.attr("content"))
            .or(e.attr("title"))
            .map_or_else(|| walk::text(node), str::to_string);
        return Some((text, 9));
    }
    if let ("time", Some(text)) = (e.name(), e.attr("datetime")) {
        return Some((text.to_string(), weigh(if zone.in_text(at) { 2 } else { 6 })));
    }
    if let ("abbr", Some(text)) = (e.name(), e.attr("title")) {
        return Some((text.to_string(), weigh(7)));
    }
    if !(4..300).contains(&item.text) {
        return None;
    }
    let named = item.named(&SHOWN);
    let first = zone.distance(at).0 < 60;
    let weight = match (named, item.block, zone.in_text(at)) {
        (Some(n), _, _) if n < 20 => 5,
        (Some(_), _, _) => 3,
        (None, _, true) if item.text < 60 && first => 2,
        (None, true, false) if item.text < 200 => 3,
        (None, false, false)
            if item.text < 60
                && matches!(e.name(), "span" | "small" | "em" | "i" | "time" | "a" | "font" | "strong" | "b") =>
        {
            3
        }
        _ => return None,
    };
    Some((walk::text(node), weigh(weight)))
}

/// Returns which number comes first in dates of this page, by its language.
pub(super) fn order(facts: &Facts) -> Order {
    let language = facts
        .language
        .as_deref()
        .or(facts.meta_value("og:locale"))
        .or(facts.meta_value("content-language"))
        .unwrap_or("en")
        .to_lowercase();
    let american =
        language.starts_with("en") && !["gb", "au", "nz", "ie", "in", "za"].iter().any(|c| language.ends_with(c));
    if american { Order::MonthFirst } else { Order::DayFirst }
}

fn plausible(date: &Date) -> bool {
    date.year_month().0.is_some_and(|y| (1993..2040).contains(&y))
}
