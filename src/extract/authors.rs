//! Who wrote a post: names inside the post's own part of the page, never from comments, forms or the sidebar.

use scraper::Html;
use url::Url;

use super::ballot::{Ballot, Candidate};
use super::content::squash;
use super::facts::Facts;
use super::sources;
use super::zone::Zone;
use super::{byline, people, shown};
use crate::html::walk;
use crate::model::Author;

/// What speaks for an author, and where names lead.
#[derive(Default)]
pub(super) struct Names {
    pub ballot: Ballot,
    /// Names (squashed) and the addresses they are linked to.
    links: Vec<(String, String)>,
}

/// Gathers what speaks for an author. `title` is the post's.
pub(super) fn names(tree: &Html, zone: &Zone<'_>, facts: &Facts, host: &str, title: &str) -> Names {
    let mut names = Names::default();
    let house = House::of(facts, host);
    head(&mut names, facts, &house);
    let title = squash(title);
    for s in shown::all(tree, zone, &title) {
        if let Some(link) = shown::link(tree, zone, s.at) {
            names.links.push((squash(&s.name), link));
        }
        let candidate = Candidate { value: s.name, source: s.source, at: s.rule, weight: s.weight, note: s.note };
        names.ballot.put(house.judge(candidate));
    }
    agree(&mut names.ballot);
    if names.ballot.0.is_empty() {
        names.ballot.0.extend(owner(tree, zone, facts, host));
    }
    names
}

/// Lets a name weigh more that both the head of the page and the page itself give: of several it shows, some edited.
fn agree(ballot: &mut Ballot) {
    let head =
        |c: &&Candidate| matches!(sources::voice(c.source), "meta" | "json-ld" | "trackback-rdf") && c.note.is_empty();
    let told: Vec<Candidate> = ballot.0.iter().filter(head).filter(|c| c.value.contains(' ')).cloned().collect();
    for c in told {
        let key = squash(&c.value);
        if ballot.0.iter().any(|o| !head(&o) && o.weight > 3 && squash(&o.value) == key) {
            ballot.add(c.value, "agreement", "the head of the page and the page", 6);
        }
    }
}

/// Returns the owner of a site that is called after a person, `annexample.com`, where nothing else names an author.
fn owner(tree: &Html, zone: &Zone<'_>, facts: &Facts, host: &str) -> Option<Candidate> {
    let host = host.strip_prefix("www.").unwrap_or(host);
    let label = squash(host.split('.').next()?);
    let described = zone.page().find(|i| i.sig.contains(" site-description ") && i.text < 60);
    let described = described.and_then(|i| tree.tree.get(i.id)).map(walk::text);
    let told = super::title::pieces(&facts.title).into_iter().chain(facts.site()).chain(described);
    let person = |n: &String| {
        let words: Vec<&str> = n.split(' ').collect();
        let called = |w: &&str| {
            let house = people::HOUSES.iter().any(|h| w.eq_ignore_ascii_case(h));
            w.starts_with(char::is_uppercase) && w.chars().any(char::is_lowercase) && !house
        };
        (2..4).contains(&words.len()) && words.iter().all(called)
    };
    let names = told.map(|n| n.trim_start_matches("Dr. ").to_string()).filter(person);
    let value = names.filter_map(|n| byline::clean(&n)).find(|n| squash(n) == label)?;
    Some(Candidate { value, source: "url", at: "the name of the site is a person's".into(), weight: 1, note: "" })
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
            || (!key.is_empty() && (self.host == key || self.host.starts_with(&key) && key.len() > 6))
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
    // A comma may part a name from what its bearer does, such a word does not.
    let joins = |list: &str| [" and ", " und ", " & ", " et ", " y "].iter().any(|w| list.contains(w));
    let more = ballot.0.iter().filter(|c| c.weight > 6 || c.weight > 3 && joins(&c.value)).find(|c| {
        let theirs = set(c);
        let people = c.weight > 6 || byline::split(&c.value).iter().all(|n| n.contains(' '));
        people && theirs.len() > mine.len() && mine.iter().all(|n| theirs.contains(n))
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
