//! Where links lead: to a chapter of the book, to a place in the same chapter, or outside. It knows no file format.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

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

/// Returns the addresses of the links of a body, as the archive writes them.
pub fn hrefs(html: &str) -> impl Iterator<Item = Cow<'_, str>> {
    html.split(" href=\"").skip(1).filter_map(|s| s.split('"').next()).map(|href| match href.contains('&') {
        true => Cow::Owned(crate::html::unescape(href)),
        false => Cow::Borrowed(href),
    })
}

/// Returns the ids that are there and wanted, by links of the body or from outside, with the names they get in the book.
pub fn anchors(
    html: &Html,
    also: Option<&BTreeSet<String>>,
    is_here: impl Fn(&str) -> bool,
) -> BTreeMap<String, String> {
    let mut wanted: BTreeSet<String> = also.cloned().unwrap_or_default();
    let mut there = BTreeSet::new();
    for node in html.tree.values() {
        let Node::Element(e) = node else { continue };
        if e.name() == "a"
            && let Some(place) = e.attr("href").and_then(|href| place(href, &is_here))
        {
            wanted.insert(decoded(place));
        }
        there.extend(e.attr("id"));
        there.extend(e.attr("name").filter(|_| e.name() == "a"));
    }
    wanted.into_iter().filter(|id| there.contains(id.as_str())).map(|id| (id.clone(), name_of(&id))).collect()
}

/// Returns the name a place has in the book: letters, digits and hyphens. It follows from the id alone, so that links
/// from other chapters know it.
fn name_of(id: &str) -> String {
    let plain: String =
        id.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).take(40).collect();
    let plain = plain.trim_matches('-');
    if plain == id {
        return format!("x-{plain}");
    }
    // Two ids that differ in what is lost here must not become one.
    let digest = crate::model::Digest::of(id);
    format!("x-{plain}{}{}", if plain.is_empty() { "" } else { "-" }, digest.as_str().get(..6).unwrap_or_default())
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
        let also = BTreeSet::from(["fn:1".to_string(), "gone".to_string()]);
        let names = anchors(&html, Some(&also), |page| page == "http://e.com/p/");
        let names: Vec<(&str, &str)> = names.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        assert!(
            matches!(names.as_slice(), [("A b", a), ("fn:1", b)] if a.starts_with("x-a-b-") && b.starts_with("x-fn-1-"))
        );
        assert_eq!(name_of("end"), "x-end");
    }
}
