//! Who wrote a post: names inside the post's own part of the page, never from comments, forms or the sidebar.

use scraper::Html;
use url::Url;

use super::ballot::{Ballot, Candidate};
use super::byline;
use super::content::squash;
use super::facts::Facts;
use super::outline::{Item, Part};
use super::sources::{self, Class};
use super::zone::Zone;
use crate::html::{fold, walk};
use crate::model::Author;

/// Most letters of an element that names an author.
const LONGEST: usize = 300;
const LINKED: &str = "a link to the author's page";

/// What speaks for an author, and where names lead.
#[derive(Default)]
pub(super) struct Names {
    pub ballot: Ballot,
    /// Names (squashed) and the addresses they are linked to.
    links: Vec<(String, String)>,
}

/// A name that an element shows.
struct Shown {
    at: usize,
    name: String,
    source: &'static str,
    rule: String,
    weight: i32,
    note: &'static str,
}

/// Gathers what speaks for an author. `title` is the post's.
pub(super) fn names(tree: &Html, zone: &Zone<'_>, facts: &Facts, host: &str, title: &str) -> Names {
    let mut names = Names::default();
    let house = House::of(facts, host);
    head(&mut names, facts, &house);
    let title = squash(title);
    let mut shown: Vec<Shown> = Vec::new();
    for (at, item) in zone.reach() {
        shown.extend(show(tree, zone, at, item).into_iter().filter(|s| squash(&s.name) != title));
    }
    shown.extend(signature(tree, zone));
    shown.extend(together(zone, &shown));
    for s in shown {
        if let Some(link) = link(tree, zone, s.at) {
            names.links.push((squash(&s.name), link));
        }
        let candidate = Candidate { value: s.name, source: s.source, at: s.rule, weight: s.weight, note: s.note };
        names.ballot.put(house.judge(candidate));
    }
    names
}

/// The site itself, by whose names it does not write.
struct House {
    site: String,
    host: String,
}

impl House {
    fn of(facts: &Facts, host: &str) -> House {
        House {
            site: facts.site().map(|s| squash(&s)).unwrap_or_default(),
            host: squash(host.strip_prefix("www.").unwrap_or(host)),
        }
    }

    fn is(&self, name: &str) -> bool {
        let key = squash(name);
        (!self.site.is_empty() && key == self.site)
            || (!key.is_empty() && (self.host == key || self.host.starts_with(&key) && key.len() > 7))
    }

    /// Returns a candidate as what it is worth; of a list with names of people the site's own name goes.
    fn judge(&self, mut c: Candidate) -> Candidate {
        let list = byline::split(&c.value);
        if list.len() > 1 {
            let label = self.host.len() > 2;
            let own = |n: &String| {
                let key = squash(n);
                self.is(n) || (label && key.len() > 2 && key.len() < 8 && self.host.starts_with(&key))
            };
            let people: Vec<String> = list.iter().filter(|n| !own(n)).cloned().collect();
            if !people.is_empty() && people.len() < list.len() {
                c.value = people.join(", ");
            }
        }
        if self.is(&c.value) {
            c.weight /= 3;
            c.note = "the name of the site";
        } else if byline::is_login(&c.value) && matches!(c.source, "json-ld" | "meta" | "twitter" | "dublin-core") {
            c.weight = (c.weight - 3).max(1);
            c.note = "a name to log in with";
        }
        c
    }
}

/// Adds what the head of the page says.
fn head(names: &mut Names, facts: &Facts, house: &House) {
    let mut add = |value: &str, source: &'static str, at: &str, weight: i32, note: &'static str| {
        if let Some(name) = byline::clean(value) {
            names.ballot.put(house.judge(Candidate { value: name, source, at: at.into(), weight, note }));
        }
    };
    for rule in facts.rules("authors") {
        let all: Vec<&str> = facts.metas(rule.name).filter(|v| !v.contains("://")).collect();
        add(&all.join(", "), sources::dialect(rule.name), rule.name, rule.weight, "");
    }
    for n in ["1", "2"] {
        let label = facts.meta_value(&format!("twitter:label{n}")).is_some_and(byline::is_label);
        let key = format!("twitter:data{n}");
        if let (true, Some(value)) = (label, facts.meta_value(&key)) {
            add(value, "twitter", &key, 5, "");
        }
    }
    let organisation =
        facts.article.get("author").and_then(|a| a.get("@type")).and_then(|t| t.as_str()) == Some("Organization");
    let (weight, note) = if organisation { (3, "an organisation") } else { (7, "") };
    add(&facts.texts("author").join(", "), "json-ld", "author", weight, note);
    if facts.texts("author").is_empty() {
        add(&facts.texts("creator").join(", "), "json-ld", "creator", 4, "");
    }
    add(facts.rdf_value("dc:creator").unwrap_or_default(), "trackback-rdf", "dc:creator", 7, "");
    add(&facts.coins("rft.au").join(", "), "coins", "rft.au", 5, "");
}

/// Returns the authors the most speaks for, with their addresses, and the value that won.
pub(super) fn winner(names: &Names, facts: &Facts, base: Option<&Url>) -> (Vec<Author>, String) {
    let Some(chosen) = names.ballot.winner(squash) else { return (Vec::new(), String::new()) };
    let chosen = fuller(&names.ballot, chosen);
    let address = |name: &str| {
        let key = squash(name);
        let shown = names.links.iter().find(|(n, _)| *n == key).map(|(_, l)| l.clone());
        let link = shown.or_else(|| facts.author_url(name))?;
        let url = base.map_or_else(|| Url::parse(&link), |b| b.join(&link)).ok()?;
        matches!(url.scheme(), "http" | "https").then(|| url.to_string())
    };
    let author = |name: String| Author { url: address(&name), name, ..Author::default() };
    (byline::split(&chosen.value).into_iter().map(author).collect(), chosen.value.clone())
}

/// Returns the candidate that says more of the same: all authors instead of the first, the whole name instead of the
/// first name or the login.
fn fuller<'a>(ballot: &'a Ballot, chosen: &'a Candidate) -> &'a Candidate {
    let set = |c: &Candidate| byline::split(&c.value).iter().map(|n| squash(n)).collect::<Vec<_>>();
    let mine = set(chosen);
    let more = ballot.0.iter().filter(|c| c.weight > 6).find(|c| {
        let theirs = set(c);
        theirs.len() > mine.len() && mine.iter().all(|n| theirs.contains(n))
    });
    if let Some(more) = more {
        return more;
    }
    if mine.len() != 1 || chosen.value.contains(' ') {
        return chosen;
    }
    let low = chosen.value.to_lowercase();
    let words = |c: &Candidate| c.value.split_whitespace().count();
    let whole =
        ballot.0.iter().filter(|c| c.weight > 1 && c.source != "text" && (2..5).contains(&words(c))).find(|c| {
            let first = c.value.split_whitespace().next().unwrap_or_default().to_lowercase();
            let login = byline::is_login(&chosen.value) && plain(&c.value) == plain(&chosen.value);
            byline::split(&c.value).len() == 1 && (first == low || login)
        });
    whole.unwrap_or(chosen)
}

/// Returns the letters of a name without their marks, as logins are made of names.
fn plain(name: &str) -> String {
    let bare = |c: char| match c {
        'à' | 'á' | 'â' | 'ã' | 'å' => 'a',
        'è' | 'é' | 'ê' | 'ë' => 'e',
        'ì' | 'í' | 'î' | 'ï' => 'i',
        'ò' | 'ó' | 'ô' | 'õ' | 'ø' => 'o',
        'ù' | 'ú' | 'û' => 'u',
        'ç' => 'c',
        'ñ' => 'n',
        c => c,
    };
    squash(name).chars().map(bare).collect()
}

/// Returns what an element says of the author, where it does.
fn show(tree: &Html, zone: &Zone<'_>, at: usize, item: &Item) -> Vec<Shown> {
    let mut out = Vec::new();
    let Some(node) = tree.tree.get(item.id) else { return out };
    let Some(e) = node.value().as_element() else { return out };
    if e.name() == "img" {
        out.extend(portrait(tree, zone, at, walk::value(e, "alt").unwrap_or_default()));
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
    if walk::value(e, "rel").unwrap_or_default().split_ascii_whitespace().any(|r| r == "author") {
        say(name_in(tree, item), "rel-author", "rel=author", 7);
        known = true;
    } else if walk::value(e, "itemprop").unwrap_or_default().split_ascii_whitespace().any(|p| p == "author") {
        say(name_in(tree, item), "microdata", "itemprop=author", 7);
        known = true;
    } else if let Some((class, source, weight)) = class(item)
        && !matches!(e.name(), "body" | "article")
    {
        say(name_in(tree, item), source, &format!(".{class}"), weight);
        known = true;
    } else if let ("a", Some(weight)) = (e.name(), leads(walk::value(e, "href").unwrap_or_default()))
        && item.text < 60
    {
        say(byline::clean(&walk::text(node)), "markup", LINKED, weight);
        known = true;
    }
    if known || item.part == Part::Foreign || matches!(e.name(), "h1" | "h2" | "h3") {
        return out;
    }
    let guest = |l: &String| {
        let low = l.to_lowercase();
        ["guest post", "guest article", "guest author", "gastbeitrag", "gastartikel", "guest contribution"]
            .iter()
            .any(|g| low.contains(g))
    };
    if item.text < 40 && byline::is_label(&walk::text(node)) {
        let next = zone.next(at).and_then(|i| name_in(tree, i));
        let called = |n: &String| n.starts_with(char::is_uppercase) && n.split(' ').count() < 8;
        say(next.filter(called), "text", "after a label", 6);
    } else if is_line(zone, at, item) {
        let strict = zone.in_text(at) && before.min(after) > 100;
        let lines = byline::lines(node);
        let found = lines.iter().find_map(|l| byline::named(l, strict).map(|n| (n, guest(l))));
        // Who lets others write says so; the blog's own software still names the owner.
        let (name, guest) = found.unwrap_or_default();
        say(byline::clean(&name), "text", if guest { "a guest's line" } else { "a line" }, if guest { 12 } else { 4 });
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
    matches!(&*item.name, "span" | "small" | "em" | "i" | "strong" | "b" | "font")
        && zone.block(at).is_none_or(|b| b.text > most)
}

/// Returns the class of an element that says it holds the author's name, and how much that is worth.
fn class(item: &Item) -> Option<(&str, &'static str, i32)> {
    if item.sig.is_empty() {
        return None;
    }
    // What each of the rules about parts of a class needs.
    let may = ["author", "byline", "writer", "contributor"].iter().any(|part| item.sig.contains(part));
    let judge = |class: &str| {
        let fits = |rule: &Class| match rule {
            Class::Is(name) => class == *name,
            Class::Has(a, b) => {
                may && class.contains(a) && class.contains(b) && !sources::NO_AUTHORS.iter().any(|n| class.contains(n))
            }
        };
        sources::AUTHORS.iter().find(|(rule, _)| fits(rule)).map(|(_, weight)| *weight)
    };
    if item.named(&sources::NO_BYLINES).is_some() {
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
    sources::AUTHOR_PATHS.iter().find(|(part, _)| href.contains(part)).map(|(_, weight)| *weight)
}

/// Returns the name or names an element shows: what a byline in it says, its links, or its first words.
fn name_in(tree: &Html, item: &Item) -> Option<String> {
    let node = tree.tree.get(item.id)?;
    let lines = byline::lines(node);
    if let [line] = &lines[..]
        && !line.contains(byline::EDGE)
        && item.text < 60
    {
        return byline::clean(line);
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
fn link(tree: &Html, zone: &Zone<'_>, at: usize) -> Option<String> {
    let item = zone.item(at)?;
    let node = tree.tree.get(item.id)?;
    let own = std::iter::once(node).chain(node.descendants()).chain(node.ancestors().take(2));
    own.filter(|n| walk::name(n) == "a")
        .filter_map(|n| walk::attr(&n, "href"))
        .find(|h| !h.starts_with('#') && !h.to_lowercase().starts_with("javascript:"))
        .map(str::to_string)
}
