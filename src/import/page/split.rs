//! Index pages: the posts on a page that shows several, each with its own address. A list of links is none.

use scraper::{ElementRef, Html, Selector};
use url::Url;

use crate::html;
use crate::model::normalise_url;

/// What themes call the element of one post, the surest first.
const ENTRIES: [&str; 8] =
    [".h-entry", ".hentry", "article.post", ".type-post", ".post-outer", ".post", ".blogpost", ".entry"];

/// Where such an element says where its post is.
const PERMALINKS: [&str; 7] = [
    "a.u-url[href]",
    "a[rel~=bookmark][href]",
    ".entry-title a[href], .post-title a[href], .p-name a[href]",
    "h1 a[href], h2 a[href], h3 a[href]",
    "a.permalink[href], .permalink a[href]",
    "a[title~=permanent][href]",
    "h4 a[href]",
];

/// Words of a post, in characters, at the least: teasers of related posts have fewer.
const MIN_TEXT: usize = 150;
/// Posts of one page.
const MAX_ENTRIES: usize = 500;

/// A post on an index page.
pub struct Entry {
    pub url: Url,
    /// A page of its own with nothing else on it.
    pub page: String,
    /// The text ends with a link to more of it.
    pub cut: bool,
}

/// Returns the posts of a page that shows several; none where it shows one, or where their addresses are not told.
pub fn entries(page: &str, url: Option<&Url>) -> Vec<Entry> {
    // Most pages are of one post, and parsing is not free.
    let likely = ["entry", "post"].iter().any(|w| page.matches(w).nth(1).is_some());
    if !likely {
        return Vec::new();
    }
    let tree = html::parse_document(page);
    for names in ENTRIES {
        let Ok(selector) = Selector::parse(names) else { continue };
        let found: Vec<ElementRef> = tree.select(&selector).take(MAX_ENTRIES).collect();
        if found.len() < 2 || is_nested(&tree, &found) {
            continue;
        }
        let mut out: Vec<Entry> = Vec::new();
        for element in &found {
            let Some(address) = permalink(element, url) else { continue };
            if url.is_some_and(|u| normalise_url(u.as_str()) == normalise_url(address.as_str())) {
                // The page is that of one of them: the others are what stands around it.
                return Vec::new();
            }
            let length: usize = element.text().map(|t| t.trim().chars().count()).sum();
            if length >= MIN_TEXT && !out.iter().any(|e| e.url == address) {
                let inner = element.html();
                let cut = is_cut(&inner);
                out.push(Entry { url: address, page: format!("<html><body>{inner}</body></html>"), cut });
            }
        }
        if out.len() > 1 {
            return out;
        }
    }
    Vec::new()
}

/// Returns whether one of the elements stands in another: then they are no posts side by side.
fn is_nested(tree: &Html, found: &[ElementRef]) -> bool {
    let ids: std::collections::HashSet<_> = found.iter().map(|e| e.id()).collect();
    found.iter().any(|e| {
        tree.tree.get(e.id()).is_some_and(|node| node.ancestors().any(|ancestor| ids.contains(&ancestor.id())))
    })
}

fn permalink(element: &ElementRef, base: Option<&Url>) -> Option<Url> {
    PERMALINKS.iter().find_map(|names| {
        let selector = Selector::parse(names).ok()?;
        let href = element.select(&selector).find_map(|a| a.value().attr("href"))?;
        let url = base.map_or_else(|| Url::parse(href), |base| base.join(href)).ok()?;
        let same = base.is_none_or(|base| base.host_str() == url.host_str());
        (matches!(url.scheme(), "http" | "https") && same && url.path().len() > 1 || url.query().is_some())
            .then_some(url)
    })
}

fn is_cut(inner: &str) -> bool {
    let lower = inner.to_ascii_lowercase();
    ["more-link", "read more", "continue reading", "read the rest", "[&hellip;]", "[…]"]
        .iter()
        .any(|w| lower.contains(w))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn post(n: u32, words: &str) -> String {
        format!("<div class=\"post\"><h2><a href=\"/2006/{n}.html\">Title {n}</a></h2><p>{words}</p></div>")
    }

    #[test]
    fn an_index_page_is_split_and_a_post_with_related_ones_is_not() {
        let words = "A sentence that says nothing in particular, and says it at some length. ".repeat(4);
        let url = Url::parse("http://a.example/").unwrap();
        let index = format!(
            "<html><body>{}{}</body></html>",
            post(1, &words),
            post(2, &format!("{words} <a class=more-link>on</a>"))
        );
        let found = entries(&index, Some(&url));
        let got: Vec<_> = found.iter().map(|e| (e.url.as_str(), e.cut)).collect();
        assert_eq!(got, [("http://a.example/2006/1.html", false), ("http://a.example/2006/2.html", true)]);
        let own = Url::parse("http://a.example/2006/1.html").unwrap();
        assert!(entries(&index, Some(&own)).is_empty());
        let related = format!("<html><body>{}{}{}</body></html>", post(1, &words), post(2, "short"), post(3, "short"));
        assert!(entries(&related, Some(&url)).is_empty());
    }
}
