//! One archive page: which of its links lead to posts, which to older ones, which to other lists. Traps are left out:
//! calendars, share links, addresses that grow. It knows no network.

use std::collections::HashSet;

use scraper::{ElementRef, Html, Selector};
use url::Url;

use super::address::{alike, is_dated, is_list, numbered, repeats};
use crate::html;
use crate::source::sitemap::may_be_post;

/// Links of one page that are looked at.
const MOST_LINKS: usize = 5_000;

/// What designs call the link from a listing to a post, surest first.
const PERMALINKS: [&str; 4] = [
    "a.u-url[href], a[rel~=bookmark][href]",
    ".entry-title a[href], .post-title a[href], .p-name a[href], a.entry-title[href], a.post-title[href], a.post-link[href]",
    "h1 a[href], h2 a[href], h3 a[href]",
    "a.permalink[href], .permalink a[href], a[title~=permanent i][href]",
];

/// Elements that stand around the posts: their links lead elsewhere.
const AROUND: [&str; 3] = ["nav", "aside", "form"];
const AROUND_CLASSES: [&str; 11] = [
    "sidebar",
    "widget",
    "navigation",
    "pagination",
    "pager",
    "menu",
    "comments",
    "sharedaddy",
    "breadcrumb",
    "related",
    "blogroll",
];

/// What designs call the link to older posts.
const OLDER: [&str; 8] = [
    "link[rel~=next][href]",
    "a[rel~=next][href]",
    "a.blog-pager-older-link[href]",
    "a.older[href], .older a[href], a.older-posts[href], .older-posts a[href], .older-entries a[href]",
    ".nav-previous a[href], .alignleft a[href*='/page/'], .alignleft a[href*='paged=']",
    "a.next[href], .next a[href], a.next-page[href]",
    "a[aria-label^=Next i][href], a[aria-label^=Older i][href]",
    "a[href*='?skip=']",
];

/// How a link to older posts begins, in lower case and without arrows.
const OLDER_WORDS: [&str; 16] = [
    "older",
    "previous entries",
    "previous posts",
    "previous page",
    "earlier posts",
    "earlier entries",
    "next page",
    "next",
    "ältere",
    "nächste seite",
    "articles plus anciens",
    "page suivante",
    "entradas antiguas",
    "older posts",
    "post più vecchi",
    "предыдущие",
];

/// Fields of a query that say how somebody came or what a button does.
const TRAPS: [&str; 14] = [
    "share",
    "replytocom",
    "like_comment",
    "action",
    "sid",
    "phpsessid",
    "jsessionid",
    "session",
    "print",
    "format",
    "add-to-cart",
    "redirect_to",
    "lang_set",
    "fbclid",
];

/// What one page leads to, each in order of appearance.
#[derive(Debug, Default)]
pub(super) struct Listing {
    pub posts: Vec<Url>,
    /// Pages of the blog beside its posts, as its menu names them.
    pub pages: Vec<Url>,
    pub older: Option<Url>,
    /// Months, years and other lists.
    pub lists: Vec<Url>,
}

impl Listing {
    pub fn read(text: &str, url: &Url) -> Listing {
        let tree = html::parse_document(text);
        let base = one(&tree, "base[href]").and_then(|e| url.join(e.attr("href")?).ok()).unwrap_or_else(|| url.clone());
        let place = Place { url, base };
        let mut listing = Listing { older: place.older(&tree), ..Listing::default() };
        let Ok(all) = Selector::parse("a[href], option[value]") else { return listing };
        let mut links: Vec<(Url, ElementRef)> = Vec::new();
        for element in tree.select(&all).take(MOST_LINKS) {
            let written = element.attr("href").or(element.attr("value")).unwrap_or_default();
            links.extend(place.address(written).map(|u| (u, element)));
        }
        let permalinks: HashSet<_> = PERMALINKS
            .iter()
            .filter_map(|names| Selector::parse(names).ok())
            .flat_map(|s| tree.select(&s).map(|e| e.id()).collect::<Vec<_>>())
            .collect();
        let mut seen = HashSet::new();
        let mut plain: Vec<&Url> = Vec::new();
        for (link, element) in &links {
            let around = is_around(element);
            if is_list(link) {
                push(&mut listing.lists, link);
            } else if !may_be_post(link) || element.value().name() == "option" {
                continue;
            } else if around {
                // The menu of a blog names its pages in one word.
                let short = link.path_segments().is_some_and(|s| s.filter(|p| !p.is_empty()).count() == 1);
                if short && link.query().is_none() && in_menu(element) {
                    push(&mut listing.pages, link);
                }
            } else if permalinks.contains(&element.id()) || is_dated(link) {
                if seen.insert(link.as_str()) {
                    listing.posts.push(link.clone());
                }
            } else {
                plain.push(link);
            }
        }
        if listing.posts.is_empty() {
            listing.posts = alike(&plain);
        }
        let own = |u: &Url| u.path() == url.path() && u.query() == url.query();
        listing.posts.retain(|u| !own(u) && listing.older.as_ref() != Some(u));
        listing.lists.retain(|u| !own(u) && listing.older.as_ref() != Some(u));
        listing.pages.retain(|u| !own(u) && !listing.posts.contains(u));
        listing
    }
}

/// Where a page stands.
struct Place<'a> {
    url: &'a Url,
    base: Url,
}

impl Place<'_> {
    /// Returns an address of the same blog that may be asked; none of a trap.
    fn address(&self, written: &str) -> Option<Url> {
        let mut url = self.base.join(written.trim()).ok()?;
        url.set_fragment(None);
        let host = |u: &Url| u.host_str().map(|h| h.trim_start_matches("www.").to_string());
        let same = host(&url) == host(self.url) && url.port() == self.url.port();
        let trap = url.query_pairs().any(|(k, _)| TRAPS.contains(&k.to_ascii_lowercase().as_str()))
            || url.as_str().len() > 500
            || url.path().to_ascii_lowercase().contains(";jsessionid")
            || repeats(url.path());
        let tracked: Vec<(String, String)> = url
            .query_pairs()
            .filter(|(k, _)| !k.starts_with("utm_"))
            .map(|(k, v)| (k.into_owned(), v.into_owned()))
            .collect();
        if url.query().is_some_and(|q| q.contains("utm_")) {
            url.set_query(None);
            if !tracked.is_empty() {
                url.query_pairs_mut().extend_pairs(tracked);
            }
        }
        (same && !trap && matches!(url.scheme(), "http" | "https")).then_some(url)
    }

    fn older(&self, tree: &Html) -> Option<Url> {
        let takes = |e: &ElementRef| {
            let url = self.address(e.attr("href")?)?;
            (url != *self.url).then_some(url)
        };
        let named = OLDER.iter().find_map(|names| {
            let selector = Selector::parse(names).ok()?;
            // On a post they lead to the post before it, whose address is no page of a list.
            tree.select(&selector).find_map(|e| takes(&e))
        });
        let all = Selector::parse("a[href]").ok()?;
        let links = || tree.select(&all).take(MOST_LINKS);
        let says = |e: &ElementRef| {
            let words = html::fold(&e.text().collect::<String>()).to_lowercase();
            let words = words.trim_matches(|c: char| !c.is_alphanumeric());
            words.len() < 40 && OLDER_WORDS.iter().any(|w| words == *w || words.starts_with(&format!("{w} ")))
        };
        let worded = || links().filter(|e| says(e) && !is_heading(e)).find_map(|e| takes(&e));
        named.or_else(worded).or_else(|| {
            // Arrows and bare numbers: the page whose number is one more than that of this page.
            let (place, here) = numbered(self.url).map_or((None, 1), |(place, n)| (Some(place), n));
            let next = |url: &Url| {
                numbered(url).is_some_and(|(p, n)| n == here + 1 && place.as_ref().is_none_or(|own| *own == p))
            };
            links().filter_map(|e| takes(&e)).find(next)
        })
    }
}

fn one<'a>(tree: &'a Html, names: &str) -> Option<ElementRef<'a>> {
    tree.select(&Selector::parse(names).ok()?).next()
}

fn push(to: &mut Vec<Url>, url: &Url) {
    if !to.contains(url) {
        to.push(url.clone());
    }
}

/// Returns whether a link stands around the posts. The foot of a post is a part of it.
fn is_around(element: &ElementRef) -> bool {
    let (mut foot, mut inside) = (false, false);
    for e in element.ancestors().filter_map(ElementRef::wrap) {
        let value = e.value();
        let word = |w: &str, names: &[&str]| {
            let low = w.to_ascii_lowercase();
            names.iter().any(|n| low == *n || low.starts_with(&format!("{n}-")))
        };
        let is = |names: &[&str]| {
            value.name() != "body"
                && (value.id().is_some_and(|w| word(w, names)) || value.classes().any(|w| word(w, names)))
        };
        // A featured post may stand in an element of the kind that others keep for the margin.
        if (AROUND.contains(&value.name()) && !(inside && value.name() == "aside")) || is(&AROUND_CLASSES) {
            return true;
        }
        if value.name() == "article" || is(&["hentry", "h-entry", "post"]) {
            (foot, inside) = (false, true);
        }
        foot |= value.name() == "footer" || is(&["footer"]);
    }
    foot
}

fn in_menu(element: &ElementRef) -> bool {
    element.ancestors().filter_map(ElementRef::wrap).any(|e| {
        let menu = |w: &str| w.to_ascii_lowercase().contains("menu") || w.eq_ignore_ascii_case("nav");
        e.value().name() == "nav" || e.value().id().is_some_and(menu) || e.value().classes().any(menu)
    })
}

fn is_heading(element: &ElementRef) -> bool {
    element.ancestors().filter_map(ElementRef::wrap).any(|e| matches!(e.value().name(), "h1" | "h2" | "h3"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(page: &str) -> Listing {
        Listing::read(page, &Url::parse("http://a.example/").unwrap())
    }

    fn paths(urls: &[Url]) -> Vec<&str> {
        urls.iter().map(Url::path).collect()
    }

    #[test]
    fn posts_older_ones_months_and_pages_are_told_apart() {
        let listing = read(
            r#"<body><nav class=main-menu><a href=/about/>About</a><a href=/category/x/>X</a></nav>
            <main><h2><a href=/first-post/>First</a></h2><p>See <a href=/elsewhere/>this</a> and <a href=/2007/04/dated/>that</a></p>
            <h2 class=entry-title><a rel=bookmark href=/second-post/>Second</a></h2>
            <a href="/second-post/?share=twitter">Share</a><a href="/second-post/#comments">2 comments</a>
            <aside><article><h2><a href=/featured/>Featured</a></h2></article></aside><article><p>An aside.</p><footer class=entry-footer><a rel=bookmark href=/aside/>5 April</a></footer></article></main>
            <div class=nav-links><a href=/page/2/>« Older posts</a></div>
            <aside><a href=/2007/04/>April 2007</a><h2><a href=/first-post/>Recent</a></h2><a href=/2007/04/recent/>R</a></aside><footer><h3><a href=/imprint/>Imprint</a></h3></footer>"#,
        );
        assert_eq!(
            paths(&listing.posts),
            ["/first-post/", "/2007/04/dated/", "/second-post/", "/featured/", "/aside/"]
        );
        assert_eq!(listing.older.as_ref().map(Url::path), Some("/page/2/"));
        assert_eq!(paths(&listing.lists), ["/2007/04/"]);
        assert_eq!(paths(&listing.pages), ["/about/"]);
    }

    #[test]
    fn a_bare_list_is_told_by_the_shape_of_its_links() {
        let listing = read(
            "<body><ul><li><a href=/posts/a/>A</a><li><a href=/posts/b/>B</a><li><a href=/posts/c/>C</a></ul><a href=/contact/>Contact</a>",
        );
        assert_eq!(paths(&listing.posts), ["/posts/a/", "/posts/b/", "/posts/c/"]);
    }

    #[test]
    fn a_number_that_is_one_more_is_the_page_of_older_posts() {
        let at = |page: &str, links: &str| {
            let url = Url::parse("http://a.example").unwrap().join(page).unwrap();
            Listing::read(links, &url).older.map(|u| u[url::Position::BeforePath..].to_string())
        };
        let links =
            "<a href=/index.html>«</a><a href=/index2.html>2</a><a href=/index3.html>»</a><a href=/index9.html>›</a>";
        assert_eq!(at("/", links).as_deref(), Some("/index2.html"));
        assert_eq!(at("/index2.html", links).as_deref(), Some("/index3.html"));
        assert_eq!(at("/index9.html", links), None);
        assert_eq!(at("/?paged=4", "<a href='/?paged=5'>5</a><a href='/?paged=3'>3</a>").as_deref(), Some("/?paged=5"));
    }

    #[test]
    fn traps_are_left_out() {
        let listing = read(
            "<h2><a href=/a/a/a/b/>grows</a></h2><h2><a href='/x/?replytocom=7'>r</a></h2><h2><a href='/y/?PHPSESSID=1'>s</a></h2><h2><a href=http://b.example/z/>other</a></h2>",
        );
        assert!(listing.posts.is_empty(), "{:?}", listing.posts);
    }
}
