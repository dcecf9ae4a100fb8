//! When a post was published and changed: what metadata, markup, text and address say. It knows no other field.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use ego_tree::NodeRef;
use regex::Regex;
use scraper::{Html, Node};
use url::Url;

use super::ballot::Ballot;
use super::days::{CHANGE, Days, Told, plausible, told_by};
use super::facts::Facts;
use super::hints;
use super::outline::{Item, Outline};
use super::pattern;
use super::sources::{self, Class};
use super::when::{self, Order};
use super::zone::Zone;
use crate::html::{fold, walk};
use crate::model::Date;

/// What the page is known by, beside its tree.
pub(super) struct Page<'a> {
    pub tree: &'a Html,
    pub outline: &'a Outline,
    pub zone: &'a Zone<'a>,
    pub facts: &'a Facts,
    pub url: Option<&'a Url>,
}

/// Gathers what speaks for a day of publication: the weaker hints only where there is nothing better.
pub(super) fn days(page: &Page<'_>) -> Days {
    let mut told = stated(page.facts);
    for (at, item) in page.zone.reach() {
        told.extend(shown(page, at, item));
    }
    told.extend(day_header(page));
    told.extend(apart(page));
    told.extend(bare(page));
    let read: Vec<_> = told.iter().map(|t| when::both(&t.text)).collect();
    let order = order(page, &told, &read);
    let mut days = Days::default();
    for (told, (day_first, month_first)) in told.into_iter().zip(read) {
        let date = if order == Order::DayFirst { day_first } else { month_first };
        if let Some(date) = date.filter(plausible) {
            days.know(date, told);
        }
    }
    if let Some(date) = page.url.and_then(|u| when::in_address(&format!("{}?", u.path()))).filter(plausible) {
        days.know(date, told_by("url", "the address", String::new(), 8));
    }
    for hint in hints::ALL {
        if days.are_told() {
            break;
        }
        days.hear(hint(page), order);
    }
    days
}

/// Returns what metadata say.
fn stated(facts: &Facts) -> Vec<Told> {
    let head = facts.rules("published").filter_map(|rule| {
        let value = facts.meta_value(rule.name)?;
        Some(told_by("meta", rule.name, value.to_string(), rule.weight))
    });
    let mut told: Vec<Told> = head.collect();
    for (key, weight) in [("datePublished", 9), ("dateCreated", 4), ("uploadDate", 4)] {
        told.extend(facts.texts(key).into_iter().take(1).map(|v| told_by("json-ld", key, v, weight)));
    }
    told.extend(facts.rdf_value("dc:date").map(|v| told_by("trackback-rdf", "dc:date", v.into(), 9)));
    told.extend(facts.coins("rft.date").first().map(|v| told_by("coins", "rft.date", v.to_string(), 5)));
    told
}

/// Returns what the heading says under which a blog puts all posts of a day.
fn day_header(page: &Page<'_>) -> Option<Told> {
    let before = page.outline.items.iter().take(page.zone.around).rev();
    let header = before.into_iter().find(|i| i.sig.contains(" date-header ") || i.sig.contains(" dateheader "))?;
    let text = walk::text(page.tree.tree.get(header.id)?);
    Some(told_by("markup", ".date-header before the post", text, 6))
}

/// Returns the words right before the text that stand in no element of their own: `<h2>A day out</h2> 3 May 2019 <div>`.
fn bare(page: &Page<'_>) -> Option<Told> {
    let at = page.outline.items.get(page.zone.at)?;
    let words = |n: NodeRef<'_, Node>| {
        let text = n.value().as_text().map(|t| fold(&t.text)).filter(|t| !t.is_empty());
        text.or_else(|| n.value().is_element().then(String::new))
    };
    let before = page.tree.tree.get(at.id)?.prev_siblings().take(8).find_map(words)?;
    (8..60).contains(&before.len()).then(|| told_by("markup", "the words before the text", before, 4))
}

/// Returns the one day the page marks as that of publication, where the mark stands apart from the post.
fn apart(page: &Page<'_>) -> Option<Told> {
    let heard: Vec<usize> = page.zone.reach().map(|(at, _)| at).collect();
    let marked = page.outline.items.iter().enumerate().filter_map(|(at, item)| {
        let node = page.tree.tree.get(item.id)?;
        walk::attr(&node, "itemprop").filter(|p| p.eq_ignore_ascii_case("datePublished"))?;
        heard.binary_search(&at).is_err().then_some(())?;
        let text = walk::attr(&node, "datetime").or(walk::attr(&node, "content"));
        Some(text.map_or_else(|| walk::text(node), str::to_string))
    });
    let mut marked: Vec<String> = marked.take(9).collect();
    marked.dedup();
    let only = marked.pop().filter(|_| marked.is_empty())?;
    Some(Told { plain: true, ..told_by("markup", "itemprop=datePublished apart from the post", only, 6) })
}

/// Returns what speaks for a day of the last change.
pub(super) fn changed(page: &Page<'_>) -> (Option<Date>, Ballot) {
    let facts = page.facts;
    let order = by_language(facts);
    let mut ballot = Ballot::default();
    let json = facts.texts("dateModified").into_iter().take(1).map(|v| (v, "json-ld", "dateModified", 9));
    let head = facts.rules("updated").filter_map(|rule| {
        Some((facts.meta_value(rule.name)?.to_string(), sources::dialect(rule.name), rule.name, rule.weight))
    });
    let mut best: Option<(i32, Date)> = None;
    let marked = page.zone.items().filter_map(|(_, item)| {
        let node = page.tree.tree.get(item.id)?;
        let named =
            item.sig.contains(" updated ") || item.sig.contains(" dt-updated ") || item.sig.contains(" modified ");
        let marked = named || walk::attr(&node, "itemprop") == Some("dateModified");
        let alone = !item.sig.contains("published") && matches!(&*item.name, "time" | "abbr" | "meta");
        let value = walk::attr(&node, "datetime").or(walk::attr(&node, "title")).or(walk::attr(&node, "content"));
        (marked && alone).then(|| Some((value?.to_string(), "markup", "a time of change", 3)))?
    });
    for (text, source, at, weight) in json.chain(head).chain(marked.take(4)) {
        let Some(date) = when::parse(&text, order).filter(plausible) else { continue };
        ballot.add(date.text.clone(), source, at, weight);
        if best.as_ref().is_none_or(|(most, _)| weight > *most) {
            best = Some((weight, date));
        }
    }
    (best.map(|(_, date)| date), ballot)
}

static CHANGES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^\W*(?:last |page |zuletzt |letzte |this (?:page|post|article) was (?:last )?)?(?:updated|modified|edited|aktualisiert|aktualisierung|geändert|änderung|bearbeitet|mis à jour|actualizado|aggiornato|reviewed|revised|changed)\b").ok()
});

/// Returns whether a text says that it is about a change, not about publication.
pub(super) fn is_change(text: &str) -> bool {
    let low = text.get(..text.floor_char_boundary(60)).unwrap_or_default().to_lowercase();
    CHANGES.as_ref().is_some_and(|r| r.is_match(&low))
}

static CHANGED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let words = "updated?|modified|edited|aktualisiert|aktualisierung|geändert|änderung|bearbeitet|mis à jour|actualizado|aggiornato|reviewed|revised|changed";
    pattern::words(&format!(r"(?:^|\b|\W)(?:{words})\b(?:\W+(?:on|am|at|le|el|by))?\W*(?:\p{{L}}+\W*){{0,2}}$"))
});

/// Returns whether the first number of a text is of a day of change: `by Ann | Updated on May 3, 2019`.
fn changes_first(text: &str) -> bool {
    let number = text.find(|c: char| c.is_ascii_digit());
    number.and_then(|at| text.get(..at)).is_some_and(|before| before.len() < 160 && ends_as_change(before))
}

/// Returns the day a `time` shows, where its attribute gives the moment in the time of Greenwich and that is the day
/// before or after.
fn of_readers(moment: &str, shown: &str) -> Option<String> {
    let utc = when::parse(moment, Order::DayFirst)?;
    let local = [Order::DayFirst, Order::MonthFirst].into_iter().filter_map(|o| when::parse(shown, o));
    let day = |d: &Date| Days::day(d).parse::<jiff::civil::Date>().ok();
    let beside = |d: &Date| Some((day(d)? - day(&utc)?).get_days().abs() == 1);
    matches!(utc.offset.as_deref(), Some("Z" | "+00:00")).then_some(())?;
    local.into_iter().find(|d| beside(d) == Some(true)).map(|d| d.text)
}

/// Returns whether a text may hold a date at all.
fn dated(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_digit())
}

/// Returns whether a text that stands before a date says that it is of a change.
fn ends_as_change(text: &str) -> bool {
    // The stems of those words; to look for them is quick.
    static STEMS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new("update|modified|edited|aktualisier|geändert|änderung|bearbeitet|mis à jour|actualizado|aggiornato|reviewed|revised|changed").ok()
    });
    let low = text.to_lowercase();
    STEMS.as_ref().is_some_and(|r| r.is_match(&low)) && CHANGED.as_ref().is_some_and(|r| r.is_match(&low))
}

/// Returns a text of the page that may name the day, and how much it is worth where it stands.
fn shown(page: &Page<'_>, at: usize, item: &Item) -> Option<Told> {
    let zone = page.zone;
    let node = page.tree.tree.get(item.id)?;
    let e = node.value().as_element()?;
    let modified = || is_of_change(item);
    let tell = |text: String, rule: String, weight: i32| {
        let (weight, note) = match () {
            () if modified()
                || changes_first(&text)
                || dated(&text) && zone.label(page.tree, at).is_some_and(|l| ends_as_change(&l)) =>
            {
                (weight / 3, CHANGE)
            }
            () if zone.in_masthead(at) => (1, "in the head of the page"),
            () if zone.within_apart(at, |i| i.sig.contains("comment")) => (1, "in what readers wrote"),
            () if item.part == super::outline::Part::Foreign => {
                ((weight - 3).max(1), "in a part that is not of the post")
            }
            () if !zone.holds(at) => ((weight - 1).max(1), ""),
            () => (weight, ""),
        };
        let plain = item.text < 48;
        Some(Told { text, source: "markup", at: rule, weight, note, plain })
    };
    let published = walk::value(e, "itemprop").is_some_and(|p| p.eq_ignore_ascii_case("datePublished"));
    let property = walk::attr(&node, "property").and_then(sources::rdfa_day);
    let pubdate = || walk::value(e, "pubdate").is_some();
    if published || property.is_some() || pubdate() || item.sig.contains(" dt-published ") {
        let text = walk::value(e, "datetime").or(walk::value(e, "content")).or(walk::value(e, "title"));
        let text = text.map_or_else(|| walk::text(node), str::to_string);
        let rule = if published { "itemprop=datePublished" } else { property.unwrap_or("the day of publication") };
        return Some(Told { plain: true, ..told_by("markup", rule, text, 9) });
    }
    if let ("time", Some(text)) = (e.name(), walk::value(e, "datetime")) {
        let text = of_readers(text, &walk::text(node)).unwrap_or_else(|| text.to_string());
        // A `time` at the very begin of the text is that of the post, one further down of what is told.
        return tell(text, "time".into(), if zone.in_text(at) && zone.distance(at).0 > 60 { 2 } else { 6 });
    }
    if let ("abbr", Some(text)) = (e.name(), walk::value(e, "title")) {
        return tell(text.to_string(), "abbr".into(), 7);
    }
    if item.text == 0 && item.sig.contains(" updated ") {
        return tell(walk::value(e, "title")?.to_string(), ".updated".into(), 6);
    }
    let (before, _) = zone.distance(at);
    if item.block && item.inline > 40 && zone.in_text(at) && before < 300 && item.text >= 60 {
        // A press release begins with the day: "Berlin, 3 May 2019 – …".
        let text = walk::texts(node).find(|t| t.len() > 4)?;
        return tell(text.get(..text.floor_char_boundary(40))?.to_string(), "how the text begins".into(), 1);
    }
    if !(4..300).contains(&item.text) {
        return None;
    }
    let class = class(item);
    // A link to another post whose title names a day.
    if class.is_none() && item.text > 32 && item.link * 10 >= item.text * 9 {
        return None;
    }
    let first = before < 60 || before < 400 && item.text < 24;
    let weight = match (class, item.block, zone.in_text(at)) {
        (Some((_, weight)), ..) => weight,
        (None, _, true) if item.text < 60 && first => 2,
        (None, true, false) if item.text < 200 => 3,
        (None, false, false) if item.text < 60 && INLINE.contains(&e.name()) => 3,
        _ => return None,
    };
    let text = walk::text(node);
    if text.len() < 300 && text.to_lowercase().contains("originally published") {
        return tell(text, "originally published".into(), 9);
    }
    tell(text, class.map_or_else(|| "a line".into(), |(c, _)| format!(".{c}")), weight)
}

/// Returns whether the names of an element say that it shows the day of a change. hAtom has only `updated` for the day of
/// a post, so themes give it to the one day they show: `post-date updated`.
fn is_of_change(item: &Item) -> bool {
    let changed = |word: &str| word.contains("updated") || word.contains("modified");
    let words = || item.sig.split_ascii_whitespace();
    let dated = |word: &str| !changed(word) && word.contains("date") && word.len() > 4;
    words().any(changed)
        && !item.sig.contains("published")
        && (words().any(|w| w != "updated" && changed(w)) || !words().any(dated))
}

const INLINE: [&str; 9] = ["span", "small", "em", "i", "time", "a", "font", "strong", "b"];

fn class(item: &Item) -> Option<(&str, i32)> {
    let judge = |class: &str| {
        let fits = |rule: &Class| match rule {
            Class::Is(name) => class == *name,
            Class::Has(a, b) => class.contains(a) && class.contains(b),
        };
        let told = sources::DATES.iter().find(|(rule, _)| fits(rule)).map(|(_, weight)| *weight);
        told.or_else(|| class.split(['-', '_']).any(|w| w == "date" || w == "timestamp").then_some(4))
    };
    item.sig.split_ascii_whitespace().find_map(|c| judge(c).map(|w| (c, w)))
}

/// Returns which number comes first in dates of this page: as its own dates show, else by country, else by language.
fn order(page: &Page<'_>, told: &[Told], read: &[(Option<Date>, Option<Date>)]) -> Order {
    if let Some(order) = told.iter().find_map(|t| when::order_of(&t.text)) {
        return order;
    }
    let day = |d: &Option<Date>| d.as_ref().map(|d| Days::day(d).to_string());
    let read: Vec<_> = read.iter().map(|(a, b)| (day(a), day(b))).collect();
    let known: BTreeSet<&String> = read.iter().filter(|(a, b)| a == b).filter_map(|(a, _)| a.as_ref()).collect();
    for (a, b) in read.iter().filter(|(a, b)| a != b) {
        match (a.as_ref().is_some_and(|a| known.contains(a)), b.as_ref().is_some_and(|b| known.contains(b))) {
            (true, false) => return Order::DayFirst,
            (false, true) => return Order::MonthFirst,
            _ => {}
        }
    }
    let host = page.url.and_then(Url::host_str).unwrap_or_default();
    let land = host.rsplit('.').next().unwrap_or_default();
    const NO_LANDS: [&str; 14] = ["us", "io", "co", "me", "tv", "ai", "ly", "fm", "to", "gg", "sh", "so", "cc", "ph"];
    if land.len() == 2 && !NO_LANDS.contains(&land) && land != "ca" && !land.starts_with(|c: char| c.is_ascii_digit()) {
        return Order::DayFirst;
    }
    by_language(page.facts)
}

/// Returns which number comes first in dates of a page, by its language.
pub(super) fn by_language(facts: &Facts) -> Order {
    let told = facts.language.as_deref().or(facts.meta_value("og:locale")).or(facts.meta_value("content-language"));
    let language = told.unwrap_or("en").to_lowercase();
    let american =
        language.starts_with("en") && !["gb", "au", "nz", "ie", "in", "za"].iter().any(|c| language.ends_with(c));
    if american { Order::MonthFirst } else { Order::DayFirst }
}
