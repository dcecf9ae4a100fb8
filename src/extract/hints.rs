//! Weak hints at the day of a post, for pages that show none where posts show it. The later the weaker.

use std::sync::LazyLock;

use regex::Regex;
use scraper::Node;

use super::dates::{Page, is_change};
use super::days::{CHANGE, Told, told_by};
use super::outline::{Item, Part};
use super::when;
use crate::html::{fold, walk};

/// A way to find texts that may name the day.
type Hint = fn(&Page<'_>) -> Vec<Told>;

pub(super) const ALL: [Hint; 8] = [labelled, beside, near, written, scripts, changes, times, pictures];

/// Most elements that are looked at, and most letters of scripts.
const ELEMENTS: usize = 4000;
const SCRIPTS: usize = 4 << 20;

static LABEL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)^\W*(?:(?:this|the) (?:entry|post|article|page) (?:was|has been)|dies(?:er|e) (?:beitrag|artikel|eintrag|seite) (?:wurde|ist)|",
        r"date posted|posted|published|publication date|date|created|written|added|first published|release date|press release|",
        r"veröffentlicht|veröffentlichungsdatum|erstellt|erschienen|eingestellt|geschrieben|datum|stand|pressemitteilung|publiziert|",
        r"publié|mis en ligne|date de publication|publicado|fecha|pubblicato|data|gepubliceerd|geplaatst|udgivet|publicerad|publisert|julkaistu|opublikowano|",
        r"last (?:updated|modified|reviewed|change)|updated|modified|page updated|zuletzt|letzte (?:änderung|aktualisierung)|aktualisiert|geändert|mis à jour|última actualización|actualizado)\b"
    ))
    .ok()
});

fn text(page: &Page<'_>, item: &Item) -> String {
    page.tree.tree.get(item.id).map(walk::text).unwrap_or_default()
}

/// Lines that say what day they tell, wherever they stand: `Stand: 3. Mai 2019`, `Last updated …`, `<dt>Date</dt><dd>…`.
fn labelled(page: &Page<'_>) -> Vec<Told> {
    let mut out = Vec::new();
    let items = page.outline.items.iter().enumerate();
    let lines = items.filter(|(_, i)| i.block && i.inline > 2 && i.text < 700 && !i.sig.contains("comment"));
    for (at, item) in lines.take(ELEMENTS) {
        let mut words = text(page, item);
        if !LABEL.as_ref().is_some_and(|r| r.is_match(&words)) {
            continue;
        }
        if item.text < 30 && !words.bytes().any(|b| b.is_ascii_digit()) {
            words.push(' ');
            words.extend(page.zone.next(at).filter(|i| i.text < 60).map(|i| text(page, i)));
        }
        let change = is_change(&words);
        out.push(Told {
            note: if change { CHANGE } else { "" },
            ..told_by("text", "a line with a label", words, if change { 3 } else { 4 })
        });
    }
    out
}

/// Short lines close before or after the text, even in a box at its side.
fn beside(page: &Page<'_>) -> Vec<Told> {
    lines_by_distance(
        page,
        |i| {
            i.part == Part::Foreign
                && i.text < 60
                && !i.sig.contains("comment")
                && (i.sig.contains("date") || i.sig.contains("time"))
        },
        "a line at the side",
    )
}

/// Short lines of the page, the nearest first.
fn near(page: &Page<'_>) -> Vec<Told> {
    lines_by_distance(page, |i| i.part != Part::Foreign, "a line of the page")
}

fn lines_by_distance(page: &Page<'_>, fits: fn(&Item) -> bool, rule: &str) -> Vec<Told> {
    let items = page.outline.items.iter().enumerate();
    let mut near: Vec<(usize, &Item)> =
        items.filter(|(at, i)| (4..160).contains(&i.text) && fits(i) && !page.zone.in_masthead(*at)).collect();
    near.sort_by_key(|(at, _)| at.abs_diff(page.zone.at));
    let words = near.into_iter().take(400).map(|(_, i)| text(page, i));
    let found = words.into_iter().find(|w| when::parse(w, when::Order::DayFirst).is_some());
    found.map(|w| told_by("text", rule, w, 1)).into_iter().collect()
}

/// Dates that a script writes into the post: `<script>show("2020/04/17 01:43")</script>`.
fn written(page: &Page<'_>) -> Vec<Told> {
    let top = page.tree.tree.root();
    let short = top.descendants().filter(|n| walk::name(n) == "script").filter_map(|n| {
        let text = n.first_child()?.value().as_text()?.text.trim();
        (8..120).contains(&text.len()).then(|| text.to_string())
    });
    short
        .take(40)
        .filter(|t| when::parse(t, when::Order::DayFirst).is_some())
        .take(1)
        .map(|t| told_by("script", "a script in the post", t, 2))
        .collect()
}

static KEYS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r#"(?i)["'_.](?:date_?published|publish(?:ed|ing)?_?(?:at|date|time|on)|publication_?(?:date|time)|pub_?date|posted_?(?:at|on)|"#,
        r#"first_?published\w{0,8}|create(?:d|_)?_?(?:at|date|time)|release_?date)\\?["']?\s*[:=,]\s*\\?["']((?:19|20)\d\d-\d\d-\d\d[^"'\\<]{0,20})"#
    ))
    .ok()
});

/// What scripts carry as data: `"published_at": "2019-03-02T06:22:28+01:00"`.
fn scripts(page: &Page<'_>) -> Vec<Told> {
    let mut left = SCRIPTS;
    for node in page.tree.tree.root().descendants().filter(|n| walk::name(n) == "script") {
        for part in node.children().filter_map(|c| c.value().as_text()) {
            let script = part.text.get(..part.text.floor_char_boundary(left)).unwrap_or_default();
            left = left.saturating_sub(script.len());
            if let Some(found) = KEYS.as_ref().and_then(|r| r.captures(script)) {
                return vec![told_by("script", "data of a script", found[1].to_string(), 2)];
            }
        }
    }
    Vec::new()
}

/// The day of the last change, where no other day is known.
fn changes(page: &Page<'_>) -> Vec<Told> {
    let json = page.facts.texts("dateModified").into_iter().take(1).map(|v| told_by("json-ld", "dateModified", v, 1));
    let head = page
        .facts
        .rules("updated")
        .filter_map(|rule| Some(told_by("meta", rule.name, page.facts.meta_value(rule.name)?.to_string(), 1)));
    json.chain(head).map(|t| Told { note: CHANGE, ..t }).collect()
}

/// Any `time` of the page, the nearest to the text first.
fn times(page: &Page<'_>) -> Vec<Told> {
    let items = page.outline.items.iter().enumerate();
    let mut all: Vec<(usize, &Item)> = items.filter(|(_, i)| &*i.name == "time").collect();
    all.sort_by_key(|(at, _)| at.abs_diff(page.zone.at));
    let moment = |(_, item): (usize, &Item)| {
        let node = page.tree.tree.get(item.id)?;
        let text = walk::attr(&node, "datetime").map_or_else(|| walk::text(node), str::to_string);
        Some(told_by("markup", "a time of the page", text, 1))
    };
    all.into_iter().take(40).filter_map(moment).take(1).collect()
}

/// The day in the address of the page's picture, under which it was uploaded.
fn pictures(page: &Page<'_>) -> Vec<Told> {
    let head = ["og:image", "twitter:image"].into_iter().filter_map(|n| page.facts.meta_value(n).map(str::to_string));
    let pictures = page.zone.reach().filter(|(_, i)| &*i.name == "img").take(20);
    let sources = pictures.filter_map(|(_, i)| match page.tree.tree.get(i.id)?.value() {
        Node::Element(e) => e.attr("src").map(fold),
        _ => None,
    });
    let dated = head.chain(sources).filter_map(|address| when::in_address(&address)).take(1);
    dated.map(|d| told_by("url", "the address of a picture", d.text, 1)).collect()
}
