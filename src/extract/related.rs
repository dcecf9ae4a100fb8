//! Lists of other posts that stand in a post or right after it: no text of it, but links of their own kind. It knows no
//! field but the links.

use std::collections::HashMap;
use std::sync::LazyLock;

use ego_tree::{NodeId, NodeRef};
use regex::Regex;
use scraper::{Html, Node};
use url::Url;

use super::content::squash;
use super::outline::{Item, Outline, Part};
use super::zone::Zone;
use crate::html::walk;
use crate::model::{Link, LinkKind};

/// Parts of classes and ids of such lists: WordPress's plugins (Jetpack, YARPP, CRP, Zemanta …), Blogger's widgets, themes.
const NAMES: [&str; 14] = [
    "related",
    "yarpp",
    "linkwithin",
    "similar-post",
    "similar_post",
    "similarpost",
    "similar-article",
    "also-like",
    "also_like",
    "read-also",
    "nrelate",
    "recommended-post",
    "recommended-article",
    "more-from-blog",
];

/// Parts of names that look like those and are other things: terms, advertisements, what readers wrote, a site's own frame.
const OTHERS: [&str; 16] = [
    "unrelated",
    "related-tag",
    "related-topic",
    "related-cat",
    "related-search",
    "sidebar",
    "comment",
    "outbrain",
    "taboola",
    "product",
    "respond",
    "nav",
    "menu",
    "no-related",
    "not-related",
    "correlated",
];

/// Headings of such lists, letters only.
const HEADINGS: [&str; 46] = [
    "related",
    "relatedpost",
    "relatedposts",
    "relatedblogposts",
    "relatedarticles",
    "relatedarticle",
    "relatedstories",
    "relatedentries",
    "relatedreading",
    "relatedcontent",
    "relatedlinks",
    "similarposts",
    "similararticles",
    "similarentries",
    "youmightalsolike",
    "youmayalsolike",
    "youmightalsoenjoy",
    "youmayalsoenjoy",
    "youmightalsobeinterestedin",
    "youmayalsobeinterestedin",
    "possiblyrelatedposts",
    "possiblyrelatedpostsautomaticallygenerated",
    "otherpostsyoumightlike",
    "otherpostsyoumightenjoy",
    "morelikethis",
    "ähnlichebeiträge",
    "ähnlicheartikel",
    "verwandtebeiträge",
    "verwandteartikel",
    "daskönntedichauchinteressieren",
    "daskönntesieauchinteressieren",
    "passendebeiträge",
    "articlesliés",
    "articlessimilaires",
    "articlesconnexes",
    "vousaimerezaussi",
    "entradasrelacionadas",
    "artículosrelacionados",
    "postsrelacionados",
    "tambiéntepuedeinteresar",
    "articolicorrelati",
    "postcorrelati",
    "artigosrelacionados",
    "gerelateerdeberichten",
    "relateradeinlägg",
    "powiązanewpisy",
];

/// Words of links in such lists that lead to no post.
const NO_POSTS: [&str; 9] = [
    "linkwithin",
    "yarpp",
    "yetanotherrelatedpostsplugin",
    "wordpressrelatedposts",
    "zemanta",
    "plugin",
    "readmore",
    "continuereading",
    "more",
];

/// Links of one page.
const MOST: usize = 60;

/// What a page lists as related.
#[derive(Default)]
pub(super) struct Related {
    pub links: Vec<Link>,
    /// The elements of the lists and their headings.
    pub lists: Vec<NodeId>,
    /// How they were found, where there are any.
    pub how: Option<&'static str>,
}

/// Finds the lists in a post and right after it.
pub(super) fn of(tree: &Html, outline: &Outline, zone: &Zone<'_>, base: Option<&Url>) -> Related {
    let mut out = Related::default();
    let mut next = zone.around.min(zone.at);
    for (at, item) in outline.items.iter().enumerate().skip(next) {
        if at < next || item.text == 0 || at <= zone.at && zone.at < item.end {
            continue;
        }
        let (lists, found, how) = if is_named(item) && item.text < 8_000 {
            let found = tree.tree.get(item.id).map(|n| links(n, base)).unwrap_or_default();
            (vec![item.id], found, "a list of related posts")
        } else if at > zone.at && heads(tree, item) {
            let (lists, found) = after(tree, outline, at, base);
            (lists, found, "a list under its heading")
        } else if at > zone.at && item.block && item.text < 1_500 && is_line(item) {
            (vec![item.id], line(tree, item, base), "a line that says so")
        } else {
            continue;
        };
        // What a site's frame or readers hold is theirs.
        let framed = || outline.around(at).filter_map(|i| outline.items.get(i)).any(|i| frames(i, zone.at));
        if (1..=MOST).contains(&found.len()) && !framed() {
            out.add(lists, found, how);
            next = item.end;
        }
    }
    out
}

/// Returns whether an element holds what is not of the post, unless the post's text stands in it. `text` is its place.
fn frames(item: &Item, text: usize) -> bool {
    static FRAMES: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new("sidebar|comment|outbrain|taboola|product|respond|nav|menu").ok());
    text >= item.end
        && !matches!(&*item.name, "body" | "html")
        && (&*item.name == "nav" || !item.sig.is_empty() && FRAMES.as_ref().is_some_and(|r| r.is_match(&item.sig)))
}

/// Returns whether an element is mostly links and has room for words that say what they are.
fn is_line(item: &Item) -> bool {
    item.link * 10 > item.text * 6 && item.link + 8 <= item.text
}

impl Related {
    fn add(&mut self, lists: Vec<NodeId>, links: Vec<Link>, how: &'static str) {
        self.lists.extend(lists);
        for link in links {
            let same = |l: &Link| if link.url.is_some() { l.url == link.url } else { l.text == link.text };
            if self.links.len() < MOST && !self.links.iter().any(same) {
                self.links.push(link);
            }
        }
        self.how.get_or_insert(how);
    }
}

fn is_named(item: &Item) -> bool {
    static PARTS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(&NAMES.join("|")).ok());
    let part = |word: &str| NAMES.iter().any(|n| word.contains(n)) && !OTHERS.iter().any(|o| word.contains(o));
    !item.sig.is_empty()
        && PARTS.as_ref().is_some_and(|r| r.is_match(&item.sig))
        && item.sig.split_ascii_whitespace().any(part)
        && !matches!(&*item.name, "a" | "body" | "html" | "h2" | "h3" | "h4")
}

fn heads(tree: &Html, item: &Item) -> bool {
    let able = (7..80).contains(&item.text)
        && item.link == 0
        && (item.part != Part::Foreign || item.name.len() == 2 && item.name.starts_with('h'))
        && matches!(
            &*item.name,
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "p" | "div" | "strong" | "b" | "span" | "dt" | "legend" | "em"
        );
    able && tree.tree.get(item.id).is_some_and(|n| HEADINGS.contains(&squash(&walk::text(n)).as_str()))
}

/// Returns the elements of the list after a heading, the heading first, and its links.
fn after(tree: &Html, outline: &Outline, at: usize, base: Option<&Url>) -> (Vec<NodeId>, Vec<Link>) {
    let none = (Vec::new(), Vec::new());
    let Some(mut node) = outline.items.get(at).and_then(|i| tree.tree.get(i.id)) else { return none };
    // A heading may be wrapped: `<p><strong>Related posts</strong></p>`.
    for _ in 0..3 {
        let empty = |s: NodeRef<'_, Node>| is_blank(&s) || walk::name(&s) == "br";
        let alone = |n: &NodeRef<'_, Node>| n.next_siblings().all(empty) && n.prev_siblings().all(empty);
        match node.parent() {
            Some(parent) if alone(&node) && parent.value().is_element() => node = parent,
            _ => break,
        }
    }
    let (mut lists, mut found) = (vec![node.id()], Vec::new());
    for next in node.next_siblings().take(200).filter(|n| n.value().is_element() && walk::name(n) != "br") {
        let list = matches!(walk::name(&next), "ul" | "ol" | "dl");
        let got = if list { items(next, base) } else { mostly_links(next, base) };
        if got.is_empty() {
            if !walk::text(next).is_empty() || found.is_empty() && list {
                break;
            }
            continue;
        }
        lists.push(next.id());
        found.extend(got);
        if list {
            break;
        }
    }
    if found.is_empty() { none } else { (lists, found) }
}

fn is_blank(n: &NodeRef<'_, Node>) -> bool {
    match n.value() {
        Node::Text(t) => t.text.trim().is_empty(),
        Node::Element(_) => false,
        _ => true,
    }
}

/// Returns the items of a list: their links, or their words where none has a link.
fn items(list: NodeRef<'_, Node>, base: Option<&Url>) -> Vec<Link> {
    let linked = links(list, base);
    if !linked.is_empty() {
        return linked;
    }
    let words = list.children().filter(|n| n.value().is_element()).take(MOST).map(|n| walk::text(n));
    let all: Vec<String> = words.filter(|w| !w.is_empty()).collect();
    if all.iter().any(|w| w.chars().count() > 160) {
        return Vec::new();
    }
    all.into_iter().map(|text| Link { url: None, text, rel: None, kind: LinkKind::Related, target: None }).collect()
}

/// Returns the links of an element that holds little else.
fn mostly_links(node: NodeRef<'_, Node>, base: Option<&Url>) -> Vec<Link> {
    let all = walk::text(node).chars().count();
    let found = links(node, base);
    let linked: usize = found.iter().map(|l| l.text.chars().count()).sum();
    if linked * 10 >= all * 6 { found } else { Vec::new() }
}

/// Returns the links of a line that says what they are: "Related: A, B".
fn line(tree: &Html, item: &Item, base: Option<&Url>) -> Vec<Link> {
    static SAYS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)^(?:related(?: (?:posts?|articles?|stories|reading|entries))?|similar posts?|you (?:might|may) also (?:like|enjoy)|ähnliche (?:beiträge|artikel)|articles similaires|entradas relacionadas) ?[:»]").ok()
    });
    let Some(node) = tree.tree.get(item.id) else { return Vec::new() };
    let says = SAYS.as_ref().is_some_and(|r| r.is_match(&walk::text(node)));
    if says { links(node, base) } else { Vec::new() }
}

/// Returns the links in an element, each address once, with the longest of its texts.
fn links(node: NodeRef<'_, Node>, base: Option<&Url>) -> Vec<Link> {
    let mut out: Vec<Link> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for a in walk::readable(node).filter(|n| walk::name(n) == "a").take(4 * MOST) {
        let Some(href) = walk::attr(&a, "href").filter(|h| !h.starts_with('#')) else { continue };
        let Some(url) = base.map_or_else(|| Url::parse(href), |b| b.join(href)).ok() else { continue };
        if !matches!(url.scheme(), "http" | "https") {
            continue;
        }
        let picture = || a.descendants().take(50).find_map(|n| walk::attr(&n, "alt").or(walk::attr(&n, "title")));
        let titled = || walk::attr(&a, "title").or_else(picture).unwrap_or_default().to_string();
        let text = Some(walk::text(a)).filter(|t| !t.is_empty()).unwrap_or_else(titled);
        if NO_POSTS.contains(&squash(&text).as_str()) || text.is_empty() && out.len() >= MOST {
            continue;
        }
        match places.get(url.as_str()).and_then(|at| out.get_mut(*at)) {
            Some(known) if known.text.len() < text.len() && known.text.is_empty() => known.text = text,
            Some(_) => {}
            None => {
                places.insert(url.to_string(), out.len());
                let rel = walk::attr(&a, "rel").map(str::to_string);
                out.push(Link { url: Some(url.to_string()), text, rel, kind: LinkKind::Related, target: None });
            }
        }
    }
    out.retain(|l| !l.text.is_empty());
    out
}
