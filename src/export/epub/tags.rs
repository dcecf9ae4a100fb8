//! The index of tags: from each tag to its posts, and where each tag stands in it. It knows the plan's items, no text.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

use super::plan::Item;
use super::split::{MOST, split};
use super::tree::{Element, Node, each, line};
use super::words;
use crate::model::{Digest, Term};

/// Posts of one tag beyond which they are grouped by year.
const MANY: usize = 200;

/// The index, in files.
#[derive(Debug, Default)]
pub struct Index {
    /// File and place of each tag, by [`key`].
    places: HashMap<String, String>,
    pub files: Vec<Vec<Node>>,
}

/// Returns what makes two labels one tag.
pub fn key(label: &str) -> String {
    line(label).to_lowercase()
}

/// The category that WordPress gives to what has none says nothing.
pub fn says_nothing(term: &Term) -> bool {
    term.slug == "uncategorized" || key(&term.label).is_empty()
}

impl Index {
    /// Makes the index of the chapters.
    pub fn of(items: &[&Item]) -> Index {
        let mut tags: BTreeMap<(String, String), (String, Vec<&Item>)> = BTreeMap::new();
        for item in items {
            let mut met = BTreeSet::new();
            for term in item.entry.tags.iter().chain(&item.entry.categories).filter(|t| !says_nothing(t)) {
                let key = key(&term.label);
                if met.insert(key.clone()) {
                    let tag = tags.entry((plain(&key), key)).or_insert_with(|| (line(&term.label), Vec::new()));
                    tag.1.push(item);
                }
            }
        }
        let mut blocks: Vec<Node> = Vec::new();
        let mut ids: HashMap<String, String> = HashMap::new();
        let mut letter = None;
        for ((plain, key), (label, posts)) in tags {
            let first = plain
                .chars()
                .next()
                .filter(|c| c.is_alphabetic())
                .map_or('#', |c| c.to_uppercase().next().unwrap_or(c));
            if letter != Some(first) {
                letter = Some(first);
                blocks.push(Element::new("h2").holding([Node::text(first)]).node());
                blocks.push(Element::new("ul").with("class", "index").node());
            }
            let id = id_of(&key);
            ids.insert(id.clone(), key);
            if let Some(Node::Element(list)) = blocks.last_mut() {
                list.children.push(entry(&id, &label, &posts));
            }
        }
        let mut index = Index::default();
        if blocks.is_empty() {
            return index;
        }
        index.files = split(blocks, MOST);
        for (n, file) in index.files.iter_mut().enumerate() {
            let name = file_name("tags", n);
            each(file, &mut |e| {
                if let Some((id, key)) = e.get("id").and_then(|id| Some((id.to_string(), ids.remove(id)?))) {
                    index.places.insert(key, format!("{name}.xhtml#{id}"));
                }
            });
        }
        index
    }

    /// Returns where a tag stands in the index.
    pub fn place(&self, label: &str) -> Option<&str> {
        self.places.get(&key(label)).map(String::as_str)
    }
}

/// The name of the n-th file of a list.
pub fn file_name(stem: &str, n: usize) -> String {
    if n == 0 { stem.to_string() } else { format!("{stem}-{}", n + 1) }
}

fn entry(id: &str, label: &str, posts: &[&Item]) -> Node {
    // An empty anchor: readers show what a link forward leads to as a note if it has words.
    let anchor = Element::new("span").with("id", id).node();
    let item = Element::new("li").holding([anchor, Node::text(label)]);
    if posts.len() <= MANY {
        return item.holding([list(posts)]).node();
    }
    let mut years: BTreeMap<Option<i16>, Vec<&Item>> = BTreeMap::new();
    for post in posts {
        let year = post.entry.published.as_ref().and_then(|d| words::numbers(d).0);
        years.entry(year).or_default().push(post);
    }
    let years = years.into_iter().map(|(year, posts)| {
        let year = year.map_or("–".to_string(), |y| y.to_string());
        Element::new("li").holding([Node::text(year), list(&posts)]).node()
    });
    item.holding([Element::new("ul").holding(years).node()]).node()
}

fn list(posts: &[&Item]) -> Node {
    Element::new("ul").holding(posts.iter().map(|p| Element::new("li").holding(link(p)).node())).node()
}

/// A post as a link, with its date.
fn link(item: &Item) -> Vec<Node> {
    let link = Element::new("a").with("href", format!("{}.xhtml", item.stem)).facing(item.dir);
    let mut out = vec![link.holding([Node::text(&*item.title)]).node()];
    if let Some(date) = &item.date {
        out.push(Node::text(" "));
        out.push(Element::new("span").with("class", "date").holding([Node::text(&**date)]).node());
    }
    out
}

fn id_of(key: &str) -> String {
    let slug: String = key.chars().map(|c| if c == ' ' { '-' } else { c }).collect();
    let good = slug.len() <= 40 && slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let digest = Digest::of(key);
    // Two tags that differ in a sign that an id cannot hold must not become one.
    if good && !slug.contains("--") {
        format!("k-{slug}")
    } else {
        format!("k--{}", digest.as_str().get(..10).unwrap_or_default())
    }
}

/// A text in the order of dictionaries: accents count for nothing, nor do signs at its beginning.
pub fn plain(text: &str) -> String {
    const FROM: &str = "àáâãäåāăąçćĉċčďđèéêëēĕėęěĝğġģĥħìíîïĩīĭįıĵķĺļľłñńņňòóôõöøōŏőŕŗřśŝşšșţťŧțùúûüũūŭůűųŵýÿŷźżž";
    const TO: &str = "aaaaaaaaacccccddeeeeeeeeegggghhiiiiiiiiijklllnnnnnooooooooorrrssssstttuuuuuuuuuuuwyyyzzz";
    static TABLE: LazyLock<HashMap<char, char>> = LazyLock::new(|| FROM.chars().zip(TO.chars()).collect());
    let mut out = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            'ß' => out.push_str("ss"),
            'æ' => out.push_str("ae"),
            'œ' => out.push_str("oe"),
            c => out.push(TABLE.get(&c).copied().unwrap_or(c)),
        }
    }
    let trimmed = out.trim_start_matches(|c: char| !c.is_alphanumeric());
    if trimmed.is_empty() { out } else { trimmed.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_and_signs_do_not_order() {
        assert_eq!([plain("Éire"), plain("“Šaty”"), plain("Straße"), plain("#1")], ["eire", "saty”", "strasse", "1"]);
        assert_ne!(id_of("c++"), id_of("c#"));
        assert_eq!([id_of("air force"), id_of("2007")], ["k-air-force", "k-2007"]);
    }
}
