//! Pictures as their author meant them: lazy addresses put in place, twins for browsers without scripts counted once,
//! the largest of several candidates taken. It knows no network.

use ego_tree::{NodeId, NodeRef};
use scraper::{Html, Node};

use super::walk;

/// Where scripts for late loading keep the address, in order of trust.
const LAZY_SRC: [&str; 16] = [
    "data-src",
    "data-lazy-src",
    "data-original",
    "data-orig-file",
    "data-large-file",
    "data-lazyload",
    "data-lazy",
    "data-hi-res-src",
    "data-full-url",
    "data-image",
    "data-img-url",
    "data-url",
    "data-echo",
    "data-actualsrc",
    "data-medium-file",
    "data-pin-media",
];
/// The same for sets of candidates.
const LAZY_SET: [&str; 4] = ["data-srcset", "data-lazy-srcset", "data-original-set", "srcset"];
/// Attributes that name what a picture stands for even where `src` shows something: only the best of them are better than `src`.
const ALWAYS_BETTER: [&str; 2] = ["data-orig-file", "data-hi-res-src"];

/// Classes of pictures that stand for a sign.
const SMILEYS: [&str; 2] = ["wp-smiley", "emoji"];
/// The longest such sign: a family of four with its joiners, `:mrgreen:`.
const SMILEY_SIGNS: usize = 16;

/// Puts what is in a `noscript` in its place, unless the picture before it is the same one.
pub(super) fn noscript(tree: &mut Html, top: NodeId) {
    for id in walk::named(tree, top, &["noscript"]) {
        let Some(node) = tree.tree.get(id) else { continue };
        let inner: Vec<NodeRef<'_, Node>> =
            node.descendants().filter(|n| matches!(walk::name(n), "img" | "iframe" | "video")).collect();
        let twin = inner.iter().any(|n| walk::name(n) == "img") && before(node).is_some_and(|b| is_twin(b, &inner));
        if inner.is_empty() || twin {
            walk::remove(tree, id);
        } else {
            walk::unwrap(tree, id);
        }
    }
}

/// Returns the picture that stands right before a node, in its parent or its parent's parent.
fn before<'a>(node: NodeRef<'a, Node>) -> Option<NodeRef<'a, Node>> {
    let picture = |n: NodeRef<'a, Node>| n.descendants().take(8).find(|d| walk::name(d) == "img");
    let near = |n: NodeRef<'a, Node>| n.prev_siblings().take(3).find_map(picture);
    near(node).or_else(|| near(node.parent()?)).or_else(|| node.next_siblings().take(2).find_map(picture))
}

/// Returns whether a picture waits for a script to become one of these, or is one of these.
fn is_twin(picture: NodeRef<'_, Node>, inner: &[NodeRef<'_, Node>]) -> bool {
    let waits = LAZY_SRC.iter().chain(&LAZY_SET).any(|key| *key != "srcset" && walk::attr(&picture, key).is_some());
    let src = walk::attr(&picture, "src");
    waits || src.is_none_or(is_placeholder) || inner.iter().any(|n| walk::attr(n, "src") == src)
}

/// Puts back the signs that a blog shows as small pictures: feeds have no other emoji, old designs no other `:-)`.
pub(super) fn smileys(tree: &mut Html, top: NodeId) {
    for id in walk::named(tree, top, &["img"]) {
        let Some(img) = tree.tree.get(id) else { continue };
        let Some(element) = img.value().as_element() else { continue };
        let alt = walk::attr(&img, "alt").map(str::trim).filter(|a| !a.is_empty() && a.chars().count() <= SMILEY_SIGNS);
        let (true, Some(alt)) = (walk::classes(element).any(|c| SMILEYS.contains(&c)), alt) else { continue };
        let sign = Node::Text(scraper::node::Text { text: alt.into() });
        if let Some(mut img) = tree.tree.get_mut(id) {
            img.insert_before(sign);
            img.detach();
        }
    }
}

/// Gives every picture its best address and takes pictures without any out.
pub(super) fn best(tree: &mut Html, top: NodeId) {
    for id in walk::named(tree, top, &["amp-img"]) {
        walk::rename(tree, id, "img");
    }
    for id in walk::named(tree, top, &["img"]) {
        let Some(img) = tree.tree.get(id) else { continue };
        match address(img).map(str::to_string) {
            Some(src) => walk::set(tree, id, "src", &src),
            None => walk::remove(tree, id),
        }
    }
    for id in walk::named(tree, top, &["picture"]) {
        walk::unwrap(tree, id);
    }
    for id in walk::named(tree, top, &["iframe", "video", "audio", "source", "embed"]) {
        let Some(node) = tree.tree.get(id) else { continue };
        let lazy = LAZY_SRC.iter().take(6).find_map(|key| walk::attr(&node, key)).map(str::to_string);
        let src = walk::attr(&node, "src").is_some_and(|s| !is_placeholder(s));
        if let (Some(lazy), false) = (lazy, src) {
            walk::set(tree, id, "src", &lazy);
        }
    }
}

/// Returns the best address an `img` offers.
fn address<'a>(img: NodeRef<'a, Node>) -> Option<&'a str> {
    let sources = img.parent().filter(|p| walk::name(p) == "picture");
    let sets = sources.into_iter().flat_map(|p| p.children()).filter(|c| walk::name(c) == "source");
    let set = |n: NodeRef<'a, Node>| LAZY_SET.iter().find_map(move |key| walk::attr(&n, key).and_then(largest));
    let own = set(img);
    let other = sets.filter_map(set).max_by(|a, b| a.1.total_cmp(&b.1));
    let candidate = match (own, other) {
        (Some(a), Some(b)) => Some(if b.1 > a.1 { b } else { a }),
        (a, b) => a.or(b),
    };
    let lazy = || LAZY_SRC.iter().find_map(|key| walk::attr(&img, key).filter(|v| looks_like_address(v)));
    let better = ALWAYS_BETTER.iter().find_map(|key| walk::attr(&img, key));
    let src = walk::attr(&img, "src").filter(|s| !is_placeholder(s));
    let width = walk::attr(&img, "width").and_then(|w| w.parse::<f64>().ok()).unwrap_or(0.0);
    // A candidate no wider than what `src` shows is a smaller twin, and `src` names the picture as its author did.
    let candidate = candidate.filter(|(_, size)| src.is_none() || *size < 10.0 || *size > width);
    better.or(candidate.map(|(url, _)| url)).or_else(|| waiting(src, lazy())).or(src).or_else(|| {
        // What only looks like a stand-in is all there is.
        walk::attr(&img, "src").filter(|s| !s.starts_with("data:") && *s != "about:blank")
    })
}

/// Returns the lazy address, where there is one and `src` is but a stand-in.
fn waiting<'a>(src: Option<&str>, lazy: Option<&'a str>) -> Option<&'a str> {
    lazy.filter(|l| src.is_none_or(|s| s != *l))
}

fn looks_like_address(value: &str) -> bool {
    !value.starts_with(['{', '['])
        && (value.contains('/') || value.contains('.'))
        && !value.contains(char::is_whitespace)
}

/// Returns whether an address shows nothing: scripts put the real one in its place.
fn is_placeholder(src: &str) -> bool {
    let low = src.get(..src.len().min(400)).unwrap_or(src).to_ascii_lowercase();
    let names = [
        "blank.gif",
        "spacer.gif",
        "pixel.gif",
        "transparent.gif",
        "1x1",
        "/lazy-",
        "lazyload",
        "placeholder",
        "grey.gif",
        "loading.gif",
    ];
    low.is_empty()
        || low == "about:blank"
        || (low.starts_with("data:") && src.len() < 400)
        || names.iter().any(|n| low.rsplit('/').next().is_some_and(|file| file.contains(n.trim_start_matches('/'))))
}

/// Returns the largest candidate of a `srcset` and its size: widths as they are, densities below ten.
fn largest(set: &str) -> Option<(&str, f64)> {
    let mut best: Option<(&str, f64)> = None;
    let mut rest = set.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
    while !rest.is_empty() {
        // An address may hold commas, but not at its end (HTML, parse a srcset attribute).
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let (mut url, mut after) = rest.split_at(end);
        let mut size = 1.0;
        if url.ends_with(',') {
            url = url.trim_end_matches(',');
        } else {
            let stop = after.find(',').unwrap_or(after.len());
            let (descriptor, beyond) = after.split_at(stop);
            let descriptor = descriptor.trim();
            size = descriptor.trim_end_matches(['w', 'x', 'h']).trim().parse().unwrap_or(1.0);
            after = beyond;
        }
        if !url.is_empty() && !url.starts_with("data:") && best.is_none_or(|(_, most)| size > most) {
            best = Some((url, size));
        }
        rest = after.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html::body;

    fn shown(markup: &str) -> Vec<String> {
        body(markup, None, None).media.into_iter().map(|m| m.url).collect()
    }

    #[test]
    fn the_largest_candidate_is_taken() {
        assert_eq!(largest("a,b.jpg 300w, c.jpg 1200w,d.jpg 600w"), Some(("c.jpg", 1200.0)));
        assert_eq!(largest(" x.jpg, y.jpg 2x "), Some(("y.jpg", 2.0)));
        assert_eq!(largest(" , "), None);
        assert_eq!(shown("<img src='s.jpg' width=300 srcset='m.jpg 600w, l.jpg 1200w'>"), ["l.jpg"]);
    }

    #[test]
    fn a_picture_of_a_sign_is_the_sign() {
        let made = body(
            "<p>Hm <img class='wp-smiley' alt='🌊' src='//s.example/1f30a.png'>, <img class=emoji alt=':-)' src=x.gif></p>",
            None,
            None,
        );
        assert_eq!((made.text.as_str(), made.media.len()), ("Hm 🌊, :-)", 0));
        assert_eq!(shown("<img class='emoji' alt='A whole sentence about a picture' src='a.jpg'>"), ["a.jpg"]);
    }

    #[test]
    fn a_lazy_picture_is_its_real_one() {
        assert_eq!(shown("<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw=' data-src='real.jpg'>"), ["real.jpg"]);
        assert_eq!(shown("<img src='/img/blank.gif' data-lazy-src='/real.jpg'>"), ["/real.jpg"]);
        assert_eq!(shown("<img data-original='/real.jpg'>"), ["/real.jpg"]);
    }

    #[test]
    fn a_noscript_twin_counts_once() {
        assert_eq!(shown("<p><img data-src='a.jpg' src='x.gif'><noscript><img src='a.jpg'></noscript></p>"), ["a.jpg"]);
        assert_eq!(shown("<p>x<noscript><img src='only.jpg'></noscript></p>"), ["only.jpg"]);
    }

    #[test]
    fn a_picture_element_is_its_best_source() {
        assert_eq!(
            shown("<picture><source srcset='b.webp 1600w'><img src='a.jpg' srcset='a.jpg 800w'></picture>"),
            ["b.webp"]
        );
    }
}
