//! Where links lead: to a chapter of the book, to a place in the same chapter, or outside. It knows no file format.

use std::collections::{BTreeMap, HashMap};

use scraper::{Html, Node};
use url::Url;

use crate::model::normalise_url;

/// Schemes that a link out of the book may have.
const SCHEMES: [&str; 5] = ["http", "https", "mailto", "ftp", "tel"];

/// Returns an address fit to stand in a link that leads out of the book; none for anything that is no such address.
pub fn outside(address: &str) -> Option<String> {
    let url = Url::parse(address.trim()).ok()?;
    if !SCHEMES.contains(&url.scheme()) || url.cannot_be_a_base() && url.path().is_empty() {
        return None;
    }
    if matches!(url.scheme(), "http" | "https" | "ftp") && url.host_str().is_none_or(str::is_empty) {
        return None;
    }
    // What the parser lets stand in paths and queries, but the generic syntax (RFC 3986, section 2) does not.
    let mut out = String::with_capacity(url.as_str().len());
    let authority = url.as_str().len() - url[url::Position::BeforePath..].len();
    let (head, tail) = url.as_str().split_at(authority);
    out.push_str(head);
    let mut hash = false;
    for (n, c) in tail.char_indices() {
        let escaped = tail.get(n + 1..n + 3).is_some_and(|h| h.bytes().all(|b| b.is_ascii_hexdigit()));
        match c {
            '%' if !escaped => out.push_str("%25"),
            '#' if hash => out.push_str("%23"),
            '#' => {
                hash = true;
                out.push('#');
            }
            ' ' | '"' | '<' | '>' | '[' | ']' | '\\' | '^' | '`' | '{' | '|' | '}' => {
                out.push_str(&format!("%{:02X}", c as u32))
            }
            c => out.push(c),
        }
    }
    Some(out)
}

/// Which addresses lead to which chapter.
#[derive(Debug, Default)]
pub struct Targets {
    files: HashMap<String, String>,
}

impl Targets {
    /// Adds the names of a post; the first post of a name keeps it.
    pub fn add<'a>(&mut self, names: impl Iterator<Item = &'a str>, file: &str) {
        for name in names {
            self.files.entry(normalise_url(name)).or_insert_with(|| file.to_string());
        }
    }

    /// Returns the file of the chapter an address leads to.
    pub fn find(&self, address: &str) -> Option<&str> {
        self.files.get(&normalise_url(address)).map(String::as_str)
    }
}

/// Returns the place in a page that an address names, where the page is this one or none is named.
pub fn place(href: &str, is_here: impl Fn(&str) -> bool) -> Option<&str> {
    let (page, place) = href.trim().split_once('#')?;
    (!place.is_empty() && (page.is_empty() || is_here(page))).then_some(place)
}

/// Returns the ids that links of a body lead to and that are there, with the names they get in the book.
pub fn anchors(html: &Html, is_here: impl Fn(&str) -> bool) -> BTreeMap<String, String> {
    let mut wanted = Vec::new();
    let mut there = std::collections::BTreeSet::new();
    for node in html.tree.values() {
        let Node::Element(e) = node else { continue };
        if e.name() == "a"
            && let Some(place) = e.attr("href").and_then(|href| place(href, &is_here))
        {
            wanted.push(decoded(place));
        }
        there.extend(e.attr("id"));
        there.extend(e.attr("name").filter(|_| e.name() == "a"));
    }
    let mut names = BTreeMap::new();
    for id in wanted {
        if there.contains(id.as_str()) && !names.contains_key(&id) {
            let name = name_of(&id, names.len());
            names.insert(id, name);
        }
    }
    names
}

/// Returns the name a place has in the book: letters, digits and hyphens; the number keeps two of them apart.
fn name_of(id: &str, number: usize) -> String {
    let plain: String =
        id.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).take(40).collect();
    let plain = plain.trim_matches('-');
    match plain.is_empty() {
        true => format!("x-{}", number + 1),
        // Two ids that differ in what is lost here must not become one.
        false if plain == id => format!("x-{plain}"),
        false => format!("x-{plain}-{}", number + 1),
    }
}

/// Returns a place with its percent escapes decoded, as the id stands in the page.
pub fn decoded(place: &str) -> String {
    if !place.contains('%') {
        return place.to_string();
    }
    let mut bytes = Vec::with_capacity(place.len());
    let mut rest = place.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|h| std::str::from_utf8(h).ok()).and_then(|h| u8::from_str_radix(h, 16).ok());
        match hex {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_web_lead_out() {
        assert_eq!(
            outside("http://example.com/a|b?c[]=1#d#e").as_deref(),
            Some("http://example.com/a%7Cb?c%5B%5D=1#d%23e")
        );
        assert_eq!(outside("tel:+1 23").as_deref(), Some("tel:+1%2023"));
        assert_eq!(outside("mailto:a@example.com").as_deref(), Some("mailto:a@example.com"));
        for bad in
            ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "page.html", "http://", "", "mailto:"]
        {
            assert_eq!(outside(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_place_is_named_once_and_only_if_it_is_there() {
        let html = Html::parse_fragment(
            r##"<a href="#fn:1">1</a><a href="#lost">2</a><a href="http://e.com/p/#A%20b">3</a><i id="fn:1">x</i><a name="A b">y</a>"##,
        );
        let names = anchors(&html, |page| page == "http://e.com/p/");
        assert_eq!(
            names.into_iter().collect::<Vec<_>>(),
            [("A b".into(), "x-a-b-2".into()), ("fn:1".into(), "x-fn-1-1".into())]
        );
    }
}
