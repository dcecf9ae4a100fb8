//! The title of a post: headings of the page held against what its head says. It knows no other field.

use ego_tree::NodeRef;
use scraper::{Html, Node};
use url::Url;

use super::ballot::Ballot;
use super::content::squash;
use super::facts::Facts;
use super::outline::{Item, Outline, Part};
use super::rules;
use super::sources;
use super::when::{self, Order};
use crate::html::{fold, walk};

/// What parts the title of a post from the name of its site.
const SEPARATORS: [&str; 18] = [
    " | ", " - ", " – ", " — ", " » ", " « ", " :: ", " : ", ": ", " · ", " • ", " / ", " > ", " < ", " ~ ", " › ",
    " ‹ ", "|",
];

/// Adds the candidates for the title and returns the ballot. `at` is the container of the text.
pub(super) fn ballot(tree: &Html, outline: &Outline, facts: &Facts, at: usize, url: Option<&Url>) -> Ballot {
    let mut ballot = Ballot::default();
    let host = url.and_then(Url::host_str).unwrap_or_default();
    let site = facts.site().map(|s| squash(&s)).filter(|s| !s.is_empty());
    let names = names_of_site(tree, outline, site.as_deref(), url);
    let bare = |text: &str| without_site(text, site.as_slice(), host);
    for rule in facts.rules("title") {
        if let Some(value) = facts.meta_value(rule.name) {
            ballot.add(bare(value), sources::dialect(rule.name), rule.name, rule.weight);
        }
    }
    for headline in facts.texts("headline").iter().chain(&facts.texts("name")).take(1) {
        ballot.add(bare(headline), "json-ld", "headline", 5);
    }
    if let Some(value) = facts.rdf_value("dc:title") {
        ballot.add(value, "trackback-rdf", "dc:title", 6);
    }
    for value in facts.coins("rft.title").into_iter().chain(facts.coins("rft.atitle")).take(1) {
        ballot.add(bare(value), "coins", "rft.title", 4);
    }
    ballot.0.retain(|c| !names.contains(&squash(&c.value)));
    let joined = pieces(&facts.title);
    let joined_keys: Vec<String> = joined.iter().map(|p| squash(p)).collect();
    let heads: Vec<String> = ballot.0.iter().map(|c| c.value.clone()).chain([bare(&facts.title)]).collect();
    let keys: Vec<String> = heads.iter().map(|h| squash(h)).collect();
    let told = squash(&facts.title) + " " + &facts.meta_value("og:title").map(squash).unwrap_or_default();
    let ones = outline.items.iter().filter(|i| &*i.name == "h1" && i.part != Part::Foreign && i.text > 0).count();
    let end = outline.items.get(at).map_or(0, |i| i.end);
    let is_sure = |item: &Item| item.named(&rules::TITLES).is_some_and(|n| n + 3 < rules::TITLES.len());
    let named_surely = |at: usize| {
        let told = |i: &Item| tree.tree.get(i.id).is_some_and(|n| joined_keys.contains(&squash(&walk::text(n))));
        outline
            .items
            .get(at)
            .is_some_and(|i| is_sure(i) && i.part != Part::Foreign && (1..300).contains(&i.text) && told(i))
    };
    let mut reworded = Vec::new();
    for (index, item) in outline.items.iter().enumerate() {
        let rank = item.named(&rules::TITLES);
        let named = rank.is_some();
        let level = match &*item.name {
            "h1" => 4,
            "h2" => 3,
            "h3" => 2,
            "h4" | "h5" => 1,
            _ if named => 0,
            _ => continue,
        };
        let drawn = item.text == 0 && item.pictures > 0 && level > 2;
        if item.text == 0 && !drawn || item.text > 300 || (item.part == Part::Foreign && !named) || index >= end {
            continue;
        }
        let Some(node) = tree.tree.get(item.id) else { continue };
        let words = if drawn { alt_of(node) } else { words_of(node, &keys) };
        let key = squash(&words);
        if key.is_empty() || names.contains(&key) || leads_home(outline, tree, index) {
            continue;
        }
        let sure = is_sure(item);
        let mut weight = level + if sure { 5 } else { 2 * i32::from(named) };
        if joined_keys.contains(&key) {
            weight += 7;
        } else if key.len() > 9 && told.contains(&key) {
            weight += 5;
        }
        // The only big heading, close before the text, is what readers take for the title: the head of the page often
        // holds another wording for search engines.
        if level == 4 && ones == 1 && index < at && !(index + 1..end).any(named_surely) {
            weight += 3;
        }
        let parted = || {
            outline
                .within(index)
                .filter_map(|i| outline.items.get(i))
                .any(|i| i.named(&rules::TITLES).is_some() && (1..item.text).contains(&i.text))
        };
        let big = level > 2 && (sure || level == 4 && ones == 1) && weight < 14;
        if big && heads.iter().any(|h| akin(&words, h)) && !parted() {
            reworded.push(ballot.0.len());
        }
        if item.part == Part::Foreign {
            weight /= 3;
        }
        // Headings inside the text are headings of its parts.
        if index > at && outline.items.get(at).is_some_and(|c| c.text > 0) && before(outline, at, index) > 300 {
            weight /= 3;
        }
        let rule = rank.and_then(|n| rules::TITLES.get(n)).map(|class| format!(".{class}"));
        ballot.add(
            words,
            if named { "markup" } else { "heading" },
            rule.unwrap_or_else(|| item.name.to_string()),
            weight,
        );
    }
    reword(&mut ballot, &reworded, &heads);
    bold(&mut ballot, tree, outline, at, &joined);
    let whole = bare(&facts.title);
    let only = joined.len() == 1;
    let of_day = !only && joined.iter().any(|p| facts.title.ends_with(p.as_str()) && is_day(p));
    if !of_day && !names.contains(&squash(&whole)) {
        ballot.add(whole, "title", "title", if only { 4 } else { 3 });
    }
    let slug = url.map(slug).unwrap_or_default();
    shorten(&mut ballot, &slug);
    let mut named: Vec<String> = ballot.0.iter().map(|c| c.value.clone()).filter(|v| is_in_slug(v, &slug)).collect();
    named.sort_by_key(|v| squash(v));
    named.dedup_by_key(|v| squash(v));
    named.into_iter().for_each(|v| ballot.add(v, "url", "the words of the address", 4));
    ballot
}

/// Adds what a bold line at the begin of the text says of the title, where no heading says anything: `16 June 2001: a
/// squeak` in bold, under the title `Park Bench: a squeak`.
fn bold(ballot: &mut Ballot, tree: &Html, outline: &Outline, at: usize, pieces: &[String]) {
    if ballot.0.iter().any(|c| matches!(c.source, "heading" | "markup") && c.weight > 6) {
        return;
    }
    let lines = outline.within(at).take_while(|i| before(outline, at, *i) < 150);
    let lines = lines.filter_map(|i| outline.items.get(i)).filter(|i| {
        matches!(&*i.name, "b" | "strong" | "font" | "big" | "i" | "em") && i.link == 0 && (4..160).contains(&i.text)
    });
    let title = |words: String| {
        pieces.iter().skip(1).find(|p| {
            let rest = words.strip_suffix(p.as_str()).map(|r| r.trim_end_matches([':', ' ', '-']));
            squash(p).len() > 3 && !is_day(p) && rest.is_some_and(|r| r.is_empty() || is_day(r))
        })
    };
    if let Some(found) = lines.filter_map(|i| tree.tree.get(i.id)).find_map(|n| title(walk::text(n))) {
        ballot.add(found.clone(), "markup", "a line in bold", 8);
    }
}

/// Returns whether a text is a day and nothing else.
fn is_day(text: &str) -> bool {
    let letters: usize = text.split(|c: char| !c.is_alphabetic()).filter(|w| w.len() > 2).count();
    text.len() < 40 && letters < 3 && when::parse(text, Order::MonthFirst).is_some()
}

/// Returns what the picture in a heading says that has no words.
fn alt_of(node: NodeRef<'_, Node>) -> String {
    let alt = node.descendants().take(12).find_map(|n| walk::attr(&n, "alt").filter(|_| walk::name(&n) == "img"));
    fold(alt.unwrap_or_default())
}

/// Returns the names the page gives its site, squashed: none of them is a title, even where there is no other.
fn names_of_site(tree: &Html, outline: &Outline, site: Option<&str>, url: Option<&Url>) -> Vec<String> {
    // On the first page of a site a link to it may be the title of the one post there.
    let inner = url.is_some_and(|u| u.path().len() > 1);
    let named = |at: usize, item: &Item| {
        let heading = || matches!(&*item.name, "h1" | "h2" | "h3") && leads_home(outline, tree, at);
        let link = || inner && &*item.name == "a" && leads_home(outline, tree, at);
        (1..90).contains(&item.text) && (item.named(&rules::SITES).is_some() || heading() || link())
    };
    let shown = outline.items.iter().enumerate().filter(|(at, i)| named(*at, i)).take(8);
    let shown = shown.filter_map(|(_, i)| tree.tree.get(i.id)).map(|n| squash(&walk::text(n)));
    site.map(str::to_string).into_iter().chain(shown).filter(|n| !n.is_empty()).collect()
}

/// Returns the words of a heading; without the section, the day or the line that some themes put into it, where a part of
/// it says what the head of the page says: `heads`, squashed.
fn words_of(node: NodeRef<'_, Node>, heads: &[String]) -> String {
    let part = |t: &str| {
        let key = squash(t);
        key.len() > 14 && heads.contains(&key)
    };
    let own = walk::texts(node).find(|t| part(t)).map(fold);
    own.unwrap_or_else(|| walk::text(node)).replace('\u{ad}', "")
}

/// Returns whether two wordings are of one title: they share most of their longer words.
fn akin(a: &str, b: &str) -> bool {
    let words = |t: &str| -> Vec<String> {
        let low = t.to_lowercase();
        let mut all: Vec<String> =
            low.split(|c: char| !c.is_alphanumeric()).filter(|w| w.chars().count() > 2).map(str::to_string).collect();
        all.sort();
        all.dedup();
        all
    };
    let (a, b) = (words(a), words(b));
    let shared = a.iter().filter(|w| b.contains(w)).count();
    shared > 1 && shared * 2 >= a.len().min(b.len())
}

/// Lets the heading of a post weigh more than another wording in the head of the page, where no heading has that one.
fn reword(ballot: &mut Ballot, headings: &[usize], heads: &[String]) {
    let heads: Vec<String> = heads.iter().flat_map(|h| pieces(h)).map(|p| squash(&p)).collect();
    let shown = |c: &super::ballot::Candidate| {
        matches!(c.source, "heading" | "markup") && squash(&c.value).len() > 9 && heads.contains(&squash(&c.value))
    };
    if let [only] = headings
        && !ballot.0.iter().any(shown)
        && let Some(heading) = ballot.0.get_mut(*only)
    {
        heading.weight += 10;
    }
}

/// Counts for a heading what the head says of the title, where it says that and the name of a section or a site.
fn shorten(ballot: &mut Ballot, slug: &[String]) {
    let headings = ballot.0.iter().filter(|c| matches!(c.source, "heading" | "markup") && c.weight > 8);
    let Some(heading) = headings.max_by_key(|c| c.weight).map(|c| c.value.clone()) else { return };
    let key = squash(&heading);
    if !slug.is_empty() && !is_in_slug(&heading, slug) {
        return;
    }
    for candidate in ballot.0.iter_mut().filter(|c| !matches!(c.source, "heading" | "markup")) {
        let whole = squash(&candidate.value);
        let longer = whole.len() > key.len() && key.len() * 2 >= whole.len() && key.len() > 9;
        let pieces = pieces(&candidate.value);
        if longer && pieces.iter().any(|p| squash(p) == key) && (!slug.is_empty() || whole.starts_with(&key)) {
            candidate.value.clone_from(&heading);
        }
    }
}

/// Returns the words of the last part of an address that has words.
fn slug(url: &Url) -> Vec<String> {
    let words = |part: &str| -> Vec<String> {
        let name = part.split('.').next().unwrap_or_default();
        name.split(['-', '_', '+'])
            .filter(|w| w.len() > 2 && w.chars().any(char::is_alphabetic))
            .map(str::to_lowercase)
            .collect()
    };
    let parts = url.path().rsplit('/').map(words).find(|w| w.len() > 1);
    parts.unwrap_or_default()
}

/// Returns whether an address was made from a title.
fn is_in_slug(title: &str, slug: &[String]) -> bool {
    let low = title.to_lowercase().replace(['\'', '’', '‘'], "");
    let words: Vec<&str> = low.split(|c: char| !c.is_alphanumeric()).collect();
    let found = slug.iter().filter(|s| words.contains(&s.as_str())).count();
    let long = words.iter().filter(|w| w.len() > 2).count();
    !slug.is_empty() && found * 10 >= slug.len() * 6 && long <= slug.len() * 3 / 2 + 2
}

/// Returns the heading that says what the page's head says the title is: the one that says most of it.
pub(super) fn heading(tree: &Html, outline: &Outline, facts: &Facts, url: Option<&Url>) -> Option<usize> {
    let mut keys: Vec<String> = pieces(&facts.title).iter().map(|p| squash(p)).collect();
    keys.extend(facts.meta_value("og:title").map(squash));
    let names = names_of_site(tree, outline, facts.site().map(|s| squash(&s)).as_deref(), url);
    let level = |i: &Item| ["h1", "h2", "h3", "h4"].contains(&&*i.name) || i.named(&rules::TITLES).is_some();
    let candidates = outline
        .items
        .iter()
        .enumerate()
        .filter(|(_, i)| i.part != Part::Foreign && (1..300).contains(&i.text) && level(i));
    let matching = candidates.filter_map(|(at, i)| {
        let key = squash(&walk::text(tree.tree.get(i.id)?));
        (!names.contains(&key) && keys.contains(&key)).then_some((key.len(), std::cmp::Reverse(at)))
    });
    matching.max().map(|(_, at)| at.0)
}

/// Returns the heading that shows the title, or else the last big one before the text.
pub(super) fn shown(tree: &Html, outline: &Outline, title: &str, at: usize) -> Option<usize> {
    let key = squash(title);
    let big = |i: &Item| matches!(&*i.name, "h1" | "h2") && i.part != Part::Foreign && (1..300).contains(&i.text);
    let all = || outline.items.iter().enumerate().take(at).filter(|(_, i)| big(i));
    let same = all().find(|(_, i)| tree.tree.get(i.id).is_some_and(|n| squash(&walk::text(n)) == key));
    same.or_else(|| all().rfind(|(_, i)| &*i.name == "h1")).map(|(at, _)| at)
}

/// Returns how much text of the container stands before an element.
fn before(outline: &Outline, at: usize, index: usize) -> usize {
    (at..index).filter_map(|i| outline.items.get(i)).map(|i| i.inline).sum()
}

/// Returns whether an element is the name of the site: a link to its root.
fn leads_home(outline: &Outline, tree: &Html, index: usize) -> bool {
    let near = std::iter::once(index).chain(outline.within(index)).chain(outline.around(index).take(2));
    near.filter_map(|i| outline.items.get(i)).any(|i| {
        let href = || tree.tree.get(i.id).and_then(|n| walk::attr(&n, "href"));
        &*i.name == "a"
            && href()
                .is_some_and(|h| h == "/" || h.trim_end_matches('/').matches('/').count() == 2 && h.contains("://"))
    })
}

/// Returns the runs of pieces of a page title, the whole first.
pub(super) fn pieces(title: &str) -> Vec<String> {
    let mut cuts = vec![0, title.len()];
    let mut ends = vec![(0, 0)];
    for separator in SEPARATORS {
        for (at, found) in title.match_indices(separator) {
            cuts.push(at);
            ends.push((at, at + found.len()));
        }
    }
    cuts.sort_unstable();
    cuts.dedup();
    if cuts.len() > 12 {
        return vec![title.to_string()];
    }
    let mut out = Vec::new();
    for (n, from) in cuts.iter().enumerate() {
        for to in cuts.iter().skip(n + 1).rev() {
            let start = ends.iter().filter(|(a, _)| a == from).map(|(_, b)| *b).max().unwrap_or(*from);
            let piece = fold(title.get(start..*to).unwrap_or_default());
            if !piece.is_empty() && !out.contains(&piece) {
                out.push(piece);
            }
        }
    }
    out
}

/// Returns a title without the site's name on either side.
fn without_site(title: &str, names: &[String], host: &str) -> String {
    let is_site = |piece: &str| {
        let key = squash(piece);
        let short = host.strip_prefix("www.").unwrap_or(host);
        let name = squash(short.rsplit_once('.').map_or(short, |(name, _)| name));
        !key.is_empty()
            && (names.contains(&key)
                || (key.len() > 3 && (key == name || key == squash(short) || name.ends_with(&key))))
    };
    for separator in SEPARATORS {
        if let Some((left, right)) = title.split_once(separator)
            && is_site(left)
        {
            return fold(right);
        }
        if let Some((left, right)) = title.rsplit_once(separator)
            && is_site(right)
        {
            return fold(left.trim_end_matches(['|', '-', '–', '—', '»', '«', '·', ' ', ':']));
        }
    }
    title.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_the_site_goes_from_either_side() {
        assert_eq!(without_site("Ann's Blog: A day out", &["annsblog".to_string()], "example.com"), "A day out");
        assert_eq!(without_site("A day out | Example", &[], "www.example.com"), "A day out");
        assert_eq!(without_site("A - B: c", &[], "example.com"), "A - B: c");
    }

    #[test]
    fn pieces_hold_every_run() {
        let all = pieces("A: b | C");
        for piece in ["A: b | C", "A: b", "b | C", "b", "C", "A"] {
            assert!(all.iter().any(|p| p == piece), "{piece} not in {all:?}");
        }
    }
}
