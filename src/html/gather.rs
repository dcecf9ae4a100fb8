//! What a cleaned body holds: its captions, links and media, in order.

use std::collections::HashSet;

use ego_tree::NodeRef;
use scraper::Node;
use url::Url;

use super::{address, caption, walk, xhtml};
use crate::model::{Caption, Link, LinkKind, Media};

/// Returns the captions of a cleaned body, each with its picture.
pub(super) fn captions(top: NodeRef<'_, Node>) -> Vec<Caption> {
    let marked = top.descendants().filter(|n| n.value().as_element().is_some_and(caption::is_clean_caption));
    marked.filter_map(one_caption).collect()
}

fn one_caption(node: NodeRef<'_, Node>) -> Option<Caption> {
    let text = walk::text(node);
    if text.is_empty() {
        return None;
    }
    let picture = picture(node);
    let credit = node
        .descendants()
        .take(100)
        .find(|n| {
            walk::name(n) == "cite" || n.value().as_element().is_some_and(|e| walk::classes(e).any(|c| c == "credit"))
        })
        .map(|n| walk::text(n))
        .filter(|c| !c.is_empty());
    let mut html = String::new();
    xhtml::write(node, xhtml::Form::Html, &mut html);
    Some(Caption {
        text,
        html: inline(html),
        credit,
        media: None,
        src: picture.and_then(|p| walk::attr(&p, "src")).map(str::to_string),
        alt: picture.and_then(|p| walk::attr(&p, "alt")).map(str::to_string),
    })
}

/// Returns the words of a caption without the paragraphs and divisions around them.
fn inline(html: String) -> String {
    let mut html = html.trim().to_string();
    for (open, close) in [("<div>", "</div>"), ("<p>", "</p>"), ("<p>", "</p>")] {
        let one = html.matches(open).count() == 1 && html.starts_with(open) && html.ends_with(close);
        if let (true, Some(inner)) = (one, html.get(open.len()..html.len().saturating_sub(close.len()))) {
            html = inner.trim().to_string();
        }
    }
    html
}

/// Returns what a caption belongs to: the last picture before it in its figure, else the first one there.
fn picture<'a>(caption: NodeRef<'a, Node>) -> Option<NodeRef<'a, Node>> {
    let shown = |n: &NodeRef<'a, Node>| {
        matches!(walk::name(n), "img" | "video" | "audio")
            || n.value().as_element().is_some_and(|e| walk::classes(e).any(|c| c == "embed"))
    };
    let Some(figure) = caption.ancestors().take(4).find(|a| walk::name(a) == "figure") else {
        // A caption of its own belongs to what stands right before it.
        let before = caption.prev_siblings().take(3).find(|n| n.value().is_element())?;
        return before.descendants().take(60).find(shown);
    };
    let gallery = figure
        .children()
        .filter(|c| c.value().is_element())
        .any(|c| c.descendants().take(60).any(|d| walk::name(&d) == "figure"));
    if gallery {
        return None;
    }
    let pictures = walk::pruned(figure, |_| false).take(300).filter(shown);
    let mut last = None;
    for picture in pictures {
        let behind = caption
            .next_siblings()
            .any(|s| s.id() == picture.id() || picture.ancestors().take(8).any(|a| a.id() == s.id()));
        if behind && last.is_some() {
            break;
        }
        last = Some(picture);
        if behind {
            break;
        }
    }
    last
}

/// Returns the links of a cleaned body; those that lead to another place of the same page are left out.
pub(super) fn links(top: NodeRef<'_, Node>, base: Option<&Url>, site: Option<&Url>) -> Vec<Link> {
    let anchors = top.descendants().filter(|n| walk::name(n) == "a");
    anchors
        .filter_map(|a| {
            let e = a.value().as_element()?;
            let href = walk::value(e, "href").filter(|h| !h.starts_with('#'))?;
            let embed = walk::classes(e).any(|c| c == "embed");
            let kind = if embed { LinkKind::Embed } else { address::kind(href, base, site) };
            let alt = || a.descendants().filter(|n| walk::name(n) == "img").find_map(|n| walk::attr(&n, "alt"));
            let words = walk::text(a);
            let text = if words.is_empty() { alt().unwrap_or_default().to_string() } else { words };
            Some(Link {
                url: Some(href.to_string()),
                text,
                rel: walk::value(e, "rel").map(str::to_string),
                kind,
                target: None,
            })
        })
        .collect()
}

/// Returns what a cleaned body shows and the files it links to, each address once.
pub(super) fn media(top: NodeRef<'_, Node>, base: Option<&Url>) -> Vec<Media> {
    let (mut seen, mut out) = (HashSet::new(), Vec::new());
    for node in top.descendants() {
        let Some(e) = node.value().as_element() else { continue };
        let is_file = |href: &&str| {
            let url = base.map_or_else(|| Url::parse(href), |b| b.join(href));
            url.is_ok_and(|u| address::is_file(&u))
        };
        let (key, role) = match e.name() {
            "img" | "video" | "audio" | "source" => ("src", "body"),
            "a" if walk::value(e, "href").as_ref().is_some_and(is_file) => ("href", "attachment"),
            _ => continue,
        };
        let Some(url) = walk::value(e, key).filter(|u| !u.starts_with("data:")) else { continue };
        if seen.insert(url) {
            let alt = walk::attr(&node, "alt").filter(|_| e.name() == "img").map(str::to_string);
            out.push(Media { url: url.to_string(), alt, role: role.to_string(), ..Media::default() });
        }
    }
    out
}
