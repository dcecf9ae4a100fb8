//! Names of authors as the elements of a page show them: by class, by link, in lines, beside portraits, under the text.
//! It knows no head of a page and decides nothing.

use scraper::Html;

use super::content::squash;
use super::outline::{Item, Part};
use super::sources::Class;
use super::zone::Zone;
use super::{byline, people};
use crate::html::{fold, walk};

/// Most letters of an element that names an author.
const LONGEST: usize = 300;
const LINKED: &str = "a link to the author's page";

/// A name that an element shows.
pub(super) struct Shown {
    pub at: usize,
    pub name: String,
    pub source: &'static str,
    pub rule: String,
    pub weight: i32,
    pub note: &'static str,
}

/// Returns the names that the post's part of the page shows; what says the same as the title (squashed) is none.
pub(super) fn all(tree: &Html, zone: &Zone<'_>, title: &str) -> Vec<Shown> {
    let mut shown: Vec<Shown> = Vec::new();
    for (at, item) in zone.reach() {
        shown.extend(show(tree, zone, at, item).into_iter().filter(|s| squash(&s.name) != title));
    }
    shown.extend(signature(tree, zone));
    shown.extend(together(zone, &shown));
    shown.extend(account(tree, zone));
    shown
}

/// Returns what an element says of the author, where it does.
fn show(tree: &Html, zone: &Zone<'_>, at: usize, item: &Item) -> Vec<Shown> {
    let mut out = Vec::new();
    let Some(node) = tree.tree.get(item.id) else { return out };
    let Some(e) = node.value().as_element() else { return out };
    if e.name() == "img" {
        out.extend(portrait(tree, zone, at, e.attr("alt").unwrap_or_default()));
        return out;
    }
    if item.text == 0 || item.text > LONGEST {
        return out;
    }
    let (before, after) = zone.distance(at);
    let deep = zone.in_text(at) && before.min(after) > 200;
    let mut say = |name: Option<String>, source: &'static str, rule: &str, weight: i32| {
        if let Some(name) = name {
            let (weight, note) = match () {
                () if deep => (weight / 3, "in the middle of the text"),
                () if item.part == Part::Foreign => ((weight - 3).max(1), "in a part that is not of the post"),
                () if !zone.holds(at) => ((weight - 1).max(1), "apart from the post"),
                () => (weight, ""),
            };
            out.push(Shown { at, name, source, rule: rule.to_string(), weight, note });
        }
    };
    let mut known = false;
    if e.attr("rel").unwrap_or_default().split_ascii_whitespace().any(|r| r == "author") {
        say(name_in(tree, item), "rel-author", "rel=author", 7);
        known = true;
    } else if e.attr("itemprop").unwrap_or_default().split_ascii_whitespace().any(|p| p == "author") {
        say(name_in(tree, item), "microdata", "itemprop=author", 7);
        known = true;
    } else if let Some((class, source, weight)) = class(item)
        && !matches!(e.name(), "body" | "article")
    {
        say(name_in(tree, item), source, &format!(".{class}"), weight);
        known = true;
    } else if let ("a", Some(weight)) = (e.name(), leads(e.attr("href").unwrap_or_default()))
        && item.text < 60
    {
        say(byline::clean(&walk::text(node)), "markup", LINKED, weight);
        known = true;
    }
    let boxed = || zone.around(at).take(3).any(|i| i.sig.contains("author"));
    if known || item.part == Part::Foreign && !boxed() || matches!(e.name(), "h1" | "h2" | "h3") {
        return out;
    }
    let guest = |l: &String| {
        let low = l.to_lowercase();
        ["guest post", "guest article", "guest author", "gastbeitrag", "gastartikel", "guest contribution"]
            .iter()
            .any(|g| low.contains(g))
    };
    if item.text < 40 && byline::is_label(&walk::text(node)) {
        // What follows must begin with the name: where there is no author, `by` stands before `Tags: boats`.
        let begins =
            |i: &Item, n: &str| tree.tree.get(i.id).is_some_and(|i| squash(&walk::text(i)).starts_with(&squash(n)));
        let next = zone.next(at).and_then(|i| name_in(tree, i).filter(|n| begins(i, n)));
        let called = |n: &String| n.starts_with(char::is_uppercase) && n.split(' ').count() < 8;
        say(next.filter(called), "text", "after a label", 6);
    } else if is_line(zone, at, item) {
        let strict = zone.in_text(at) && before.min(after) > 100;
        let lines = byline::lines(node);
        let found = lines.iter().find_map(|l| byline::named(l, strict).map(|n| (n, guest(l))));
        // Who lets others write says so; the blog's own software still names the owner.
        let (name, guest) = found.unwrap_or_default();
        let name = byline::clean(&name);
        // A line that is a byline and nothing else names who wrote the post, whatever the head says of the house.
        let whole = !strict && name.as_ref().is_some_and(|n| n.contains(' ') && n.len() + 14 > item.text);
        let (rule, weight) = match (guest, whole) {
            (true, _) => ("a guest's line", 12),
            (_, true) => ("a line of its own", 6),
            _ => ("a line", 4),
        };
        let known = name.is_some();
        say(name, "text", rule, weight);
        if !known && before.min(after) < 100 {
            say(lines.iter().find_map(|l| byline::dated(l)), "text", "a line of a name and a day", 3);
        }
    }
    out
}

/// Returns whether an element is a line of its own, as bylines are.
fn is_line(zone: &Zone<'_>, at: usize, item: &Item) -> bool {
    let most = if zone.in_text(at) { 120 } else { 200 };
    if item.text > most {
        return false;
    }
    if item.block {
        return item.inline > 0;
    }
    let part = |b: &Item| b.text > most || matches!(&*b.name, "h1" | "h2" | "h3");
    matches!(&*item.name, "span" | "small" | "em" | "i" | "strong" | "b" | "font") && zone.block(at).is_none_or(part)
}

/// Returns the class of an element that says it holds the author's name, and how much that is worth.
fn class(item: &Item) -> Option<(&str, &'static str, i32)> {
    let judge = |class: &str| {
        let fits = |rule: &Class| match rule {
            Class::Is(name) => class == *name,
            Class::Has(a, b) => {
                // `date-author` shows both.
                let other = |n: &&str| class.contains(*n) && !(**n == *"date" && class.ends_with("author"));
                class.contains(a) && class.contains(b) && !people::NO_AUTHORS.iter().any(other)
            }
        };
        people::AUTHORS.iter().find(|(rule, _)| fits(rule)).map(|(_, weight)| *weight)
    };
    if item.named(&people::NO_BYLINES).is_some() {
        return None;
    }
    let (class, weight) = item.sig.split_ascii_whitespace().find_map(|c| judge(c).map(|w| (c, w)))?;
    let source = match class {
        "p-author" => "h-entry",
        "fn" | "author" | "vcard" => "hatom",
        _ => "markup",
    };
    Some((class, source, weight))
}

/// Returns what it is worth that a link leads where authors have their pages.
fn leads(href: &str) -> Option<i32> {
    let href = href.to_lowercase();
    people::AUTHOR_PATHS.iter().find(|(part, _)| href.contains(part)).map(|(_, weight)| *weight)
}

/// Returns the name or names an element shows: what a byline in it says, its links, or its first words.
fn name_in(tree: &Html, item: &Item) -> Option<String> {
    let node = tree.tree.get(item.id)?;
    let lines = byline::lines(node);
    if let [line] = &lines[..]
        && !line.contains(byline::EDGE)
        && item.text < 60
    {
        return byline::dated(line)
            .or_else(|| byline::clean(&byline::named(line, false).unwrap_or_else(|| line.clone())));
    }
    let said = lines.iter().find_map(|l| byline::named(l, false)).filter(|_| item.text > 40);
    if let Some(name) = said.and_then(|n| byline::clean(&n)) {
        return Some(name);
    }
    let joins = |s: &str| {
        let s = s.trim();
        matches!(s.to_lowercase().as_str(), "," | ";" | "&" | "and" | "und" | "y" | "et" | ", and" | "e" | "|" | "/")
    };
    let mut names: Vec<String> = Vec::new();
    let mut joined = true;
    for part in lines.iter().flat_map(|l| l.split(byline::EDGE)).map(str::trim).filter(|p| !p.is_empty()).take(24) {
        if joins(part) {
            joined = true;
        } else if byline::is_label(part) {
            continue;
        } else if !joined {
            break;
        } else if let Some(name) = byline::clean(part).filter(|n| !byline::is_aside(n)) {
            joined = part.ends_with([',', ';', '&']);
            names.push(name);
        } else if !names.is_empty() {
            break;
        }
    }
    (!names.is_empty()).then(|| names.join(", "))
}

/// Returns the name under a picture whose text says the same.
fn portrait(tree: &Html, zone: &Zone<'_>, at: usize, alt: &str) -> Option<Shown> {
    let (before, after) = zone.distance(at);
    if !(5..60).contains(&alt.len()) || zone.in_text(at) && before.min(after) > 200 {
        return None;
    }
    let mut name = fold(alt);
    for start in ["Picture of ", "Photo of ", "Portrait of ", "Image of ", "Avatar of ", "Profilbild von ", "Foto von "]
    {
        name = name.strip_prefix(start).unwrap_or(&name).to_string();
    }
    for end in [" Image", " Headshot", " headshot", " avatar", " Avatar", " photo", "'s avatar", " profile picture"] {
        name = name.strip_suffix(end).unwrap_or(&name).to_string();
    }
    let words: Vec<&str> = name.split(' ').collect();
    if !(2..5).contains(&words.len()) || !words.iter().all(|w| w.starts_with(char::is_uppercase)) {
        return None;
    }
    let key = squash(&name);
    let (found, item) = zone.after(at).take(12).find(|(_, i)| {
        (4..60).contains(&i.text) && tree.tree.get(i.id).is_some_and(|n| squash(&walk::text(n)) == key)
    })?;
    let foreign = item.part == Part::Foreign;
    let name = byline::clean(&name)?;
    let rule = "a name beside a portrait".to_string();
    (!foreign).then_some(Shown { at: found, name, source: "markup", rule, weight: 5, note: "" })
}

/// Returns the name of the account that stands before the post: LiveJournal shows it in a table above.
fn account(tree: &Html, zone: &Zone<'_>) -> Option<Shown> {
    let all = zone.page().take(zone.at).enumerate();
    let (at, item) = all.filter(|(_, i)| i.part != Part::Foreign && i.sig.contains(" ljuser ")).last()?;
    let name = byline::clean(&walk::text(tree.tree.get(item.id)?))?;
    Some(Shown { at, name, source: "markup", rule: ".ljuser before the post".into(), weight: 3, note: "" })
}

/// Returns the name under the text, where it stands alone, as a signature does.
fn signature(tree: &Html, zone: &Zone<'_>) -> Option<Shown> {
    zone.last().take(4).find_map(|(at, item)| signed(tree, at, item))
}

fn signed(tree: &Html, at: usize, item: &Item) -> Option<Shown> {
    if item.text > 60 {
        return None;
    }
    let node = tree.tree.get(item.id)?;
    let text = walk::text(node);
    let bare = text.trim_matches(|c: char| c.is_whitespace() || "()—–-~*+".contains(c));
    let marked = bare.len() < text.len()
        || walk::attr(&node, "align") == Some("right")
        || node
            .children()
            .find_map(|c| c.value().as_element())
            .is_some_and(|e| matches!(e.name(), "em" | "i" | "b" | "strong" | "font"));
    let words: Vec<&str> = bare.split(' ').collect();
    let upper = words
        .iter()
        .all(|w| w.starts_with(char::is_uppercase) && w.chars().all(|c| c.is_alphabetic() || "-'’.".contains(c)));
    if !marked || !(2..5).contains(&words.len()) || !upper || bare.ends_with('.') || item.link > 0 {
        return None;
    }
    let name = byline::clean(bare)?;
    Some(Shown { at, name, source: "text", rule: "alone under the text".into(), weight: 2, note: "" })
}

/// Returns for names that stand side by side in elements of one kind the list of them.
fn together(zone: &Zone<'_>, shown: &[Shown]) -> Vec<Shown> {
    let whole = |s: &Shown| s.name.contains(' ') && s.name.split(' ').all(|w| !w.starts_with(char::is_lowercase));
    let mut order: Vec<&Shown> = shown.iter().filter(|s| s.source != "text").collect();
    order.sort_by_key(|s| s.at);
    let mut out: Vec<Shown> = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for (n, first) in order.iter().enumerate() {
        if first.rule == LINKED || seen.contains(&first.rule.as_str()) || !whole(first) {
            continue;
        }
        seen.push(&first.rule);
        let mut names = vec![first.name.clone()];
        let mut last = first.at;
        for next in order.iter().skip(n + 1) {
            let known = names.iter().any(|n| squash(n) == squash(&next.name));
            if zone.gap(last, next.at) >= 12 || !known && (next.rule != first.rule || !whole(next)) {
                break;
            }
            last = next.at.max(last);
            if !known {
                names.push(next.name.clone());
            }
        }
        if (2..9).contains(&names.len()) {
            let rule = format!("{} side by side", first.rule);
            let (name, weight) = (names.join(", "), first.weight + 1);
            out.push(Shown { at: first.at, name, source: first.source, rule, weight, note: first.note });
        }
    }
    out
}

/// Returns where the name that an element shows is linked to.
pub(super) fn link(tree: &Html, zone: &Zone<'_>, at: usize) -> Option<String> {
    let item = zone.item(at)?;
    let node = tree.tree.get(item.id)?;
    let own = std::iter::once(node).chain(node.descendants()).chain(node.ancestors().take(2));
    own.filter(|n| walk::name(n) == "a")
        .filter_map(|n| walk::attr(&n, "href"))
        .find(|h| !h.starts_with('#') && !h.to_lowercase().starts_with("javascript:"))
        .map(str::to_string)
}
