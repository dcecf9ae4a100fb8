//! Nesting that reads back as it was written: a parser ends a paragraph where a block begins. It knows nothing of posts.

use std::collections::HashSet;

use ego_tree::{NodeId, NodeRef};
use html5ever::ns;
use scraper::node::Element;
use scraper::{Html, Node};

use super::{text, walk};

/// Makes paragraphs and headings that hold blocks plain divisions, opens links within links and parts of tables outside
/// of tables, and takes empty wrappers away.
pub(super) fn mend(tree: &mut Html, top: NodeId) {
    let Some(root) = tree.tree.get(top) else { return };
    let (mut divisions, mut opened, mut wrappers) = (HashSet::new(), Vec::new(), Vec::new());
    for node in root.descendants().skip(1) {
        let name = walk::name(&node);
        let above = || node.ancestors().take_while(|a| a.id() != top);
        if node.value().as_element().is_some_and(|e| text::is_block(&e.name.local)) {
            divisions.extend(above().filter(|a| ends_before(walk::name(a), name)).map(|a| a.id()));
        }
        let lost = match name {
            "a" => above().any(|a| walk::name(&a) == "a"),
            "tr" | "td" | "th" | "tbody" | "thead" | "tfoot" | "caption" | "colgroup" | "col" => {
                !above().any(|a| walk::name(&a) == "table")
            }
            "source" | "track" => !above().any(|a| matches!(walk::name(&a), "video" | "audio")),
            _ => false,
        };
        if lost {
            opened.push(node.id());
        }
        if matches!(name, "video" | "audio") && !plays(node) {
            opened.push(node.id());
        }
        if matches!(name, "p" | "span" | "figure" | "div" | "b" | "i" | "em" | "strong" | "a") {
            wrappers.push(node.id());
        }
    }
    divisions.into_iter().for_each(|id| walk::rename(tree, id, "div"));
    opened.into_iter().for_each(|id| walk::unwrap(tree, id));
    // From the end, so that an element is looked at after all that is in it.
    for id in wrappers.into_iter().rev() {
        if tree.tree.get(id).is_some_and(is_empty) {
            walk::remove(tree, id);
        }
    }
}

/// Joins texts that came to stand side by side, as a parser would read them.
pub(super) fn join_texts(tree: &mut Html, top: NodeId) {
    let Some(root) = tree.tree.get(top) else { return };
    let after_text =
        |n: &NodeRef<'_, Node>| n.value().is_text() && n.prev_sibling().is_some_and(|p| p.value().is_text());
    let second: Vec<NodeId> = root.descendants().filter(after_text).map(|n| n.id()).collect();
    for id in second {
        let Some(node) = tree.tree.get(id) else { continue };
        let (Some(text), Some(first)) =
            (node.value().as_text().map(|t| t.text.clone()), node.prev_sibling().map(|p| p.id()))
        else {
            continue;
        };
        if let Some(mut first) = tree.tree.get_mut(first)
            && let Node::Text(t) = first.value()
        {
            t.text.push_tendril(&text);
        }
        walk::remove(tree, id);
    }
}

/// Takes a byte order mark from before the first word: a parser takes it for one of the whole text.
pub(super) fn unmark(tree: &mut Html, top: NodeId) {
    if let Some(mut top) = tree.tree.get_mut(top)
        && let Some(mut first) = top.first_child()
        && let Node::Text(t) = first.value()
        && t.text.trim_start().starts_with('\u{feff}')
    {
        let rest = t.text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}').into();
        t.text = rest;
    }
}

/// Returns whether a tree reads back as it would be written: no element stands where a parser would not leave it.
pub(super) fn rests(tree: &Html, top: NodeId) -> bool {
    let Some(root) = tree.tree.get(top) else { return true };
    root.descendants().skip(1).all(|node| {
        let parent = node.parent().filter(|p| p.id() != top);
        match node.value() {
            Node::Text(t) => parent.is_none_or(|p| only(walk::name(&p)).is_empty() || t.text.trim().is_empty()),
            Node::Element(e) => stands(&node, e, parent, top),
            _ => true,
        }
    })
}

/// Returns which elements alone stand in one, and no text; none where all may.
fn only(name: &str) -> &'static [&'static str] {
    match name {
        "table" => &["caption", "colgroup", "tbody", "thead", "tfoot"],
        "tbody" | "thead" | "tfoot" => &["tr"],
        "tr" => &["td", "th"],
        "colgroup" => &["col"],
        _ => &[],
    }
}

/// Returns whether a parser leaves an element where it stands.
fn stands(node: &NodeRef<'_, Node>, e: &Element, parent: Option<NodeRef<'_, Node>>, top: NodeId) -> bool {
    let (name, outer) = (e.name(), parent.as_ref().map_or("", walk::name));
    let around = || node.ancestors().take_while(|a| a.id() != top);
    let space = parent.and_then(|p| p.value().as_element().map(|e| e.name.ns.clone())).unwrap_or(ns!(html));
    if e.name.ns != ns!(html) || space != ns!(html) {
        // Drawings and formulas end where anything else begins, but for the places they have for words.
        let words = matches!(outer, "title" | "desc" | "mi" | "mo" | "mn" | "ms" | "mtext") && space != ns!(html);
        return e.name.ns == space || matches!(name, "svg" | "math") || words;
    }
    // A caption that found no picture may find one once the others have theirs.
    if name != "figcaption" && walk::classes(e).any(|c| c == "wp-caption-text") {
        return false;
    }
    // One that lost its words is none, and what was in one is taken for what the outer one says.
    let says = |n: NodeRef<'_, Node>| n.value().as_text().is_some_and(|t| !t.text.trim().is_empty());
    let shows = |n: NodeRef<'_, Node>| matches!(walk::name(&n), "img" | "video");
    if name == "figcaption" && !node.descendants().any(|n| says(n) || shows(n)) {
        return false;
    }
    let held = only(outer);
    if !held.is_empty() && !held.contains(&name) {
        return false;
    }
    match name {
        "caption" | "colgroup" | "tbody" | "thead" | "tfoot" | "tr" | "td" | "th" | "col" => held.contains(&name),
        // An item ends the one before it, unless a list or another part of the page begins between them.
        "li" => around().take_while(|a| passes(walk::name(a))).all(|a| walk::name(&a) != "li"),
        "dd" | "dt" => around().take_while(|a| passes(walk::name(a))).all(|a| !matches!(walk::name(&a), "dd" | "dt")),
        // A caption to who reads it the next time.
        "small" => outer != "figure",
        "rt" | "rp" => outer == "ruby" || around().all(|a| walk::name(&a) != "ruby"),
        _ => !(is_heading(name) && is_heading(outer)),
    }
}

/// Returns whether the begin of an item looks for another one beyond such an element (HTML, section 13.2.4.2: all that are
/// not special, and three that are).
fn passes(name: &str) -> bool {
    const SPECIAL: [&str; 39] = [
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "col",
        "colgroup",
        "details",
        "dir",
        "dl",
        "figcaption",
        "figure",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "main",
        "menu",
        "nav",
        "ol",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
        "desc",
        "title",
    ];
    !SPECIAL.contains(&name)
}

fn is_heading(name: &str) -> bool {
    matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}

/// Returns whether an element is ended by a block that begins in it.
fn ends_before(outer: &str, inner: &str) -> bool {
    outer == "p" || (is_heading(outer) && is_heading(inner))
}

fn plays(media: NodeRef<'_, Node>) -> bool {
    walk::attr(&media, "src").is_some()
        || media.children().any(|c| walk::name(&c) == "source" && walk::attr(&c, "src").is_some())
}

/// Returns whether an element says and shows nothing and marks no place.
fn is_empty(node: NodeRef<'_, Node>) -> bool {
    !node.has_children() && walk::attr(&node, "id").is_none() && walk::attr(&node, "href").is_none()
}

#[cfg(test)]
mod tests {
    use crate::html::body;

    #[test]
    fn a_body_reads_back_as_it_was_written_however_its_page_was_nested() {
        for markup in [
            "<figure><h2>a</h2><figcaption>b</figcaption><figcaption>c</figcaption></figure><figure><td>d<table><tr><td>\
             <figure><img src=e.jpg><figcaption>f</figcaption></figure>g<figure><figcaption></figcaption></figure>\
             <figcaption>h</figcaption>i</table></figure>",
            "<ul><li><noscript><li>a</noscript><dl><dd><span><dt>b",
            "<table><tr><td>a<marquee><tr><td>b</marquee></table><table><caption><form>c<caption>d",
            "<ruby>a<form><rt>b<p><rt>c</form></ruby><h2><search><h3>d</search>e",
            "<svg><desc><form><tr>a</form><li>b<li>c</desc><text>d<b>e</svg><math><mtext><table>f<td>g</math>",
            "<table class=wp-caption><tr><td><img src=a.jpg><tr><td class=wp-caption-text>b<table>c<tr><td>d</table></table>",
            "<a href=x><table><tr><td><a href=y>a</table>b<p>c<select><p>d</select>",
            "\u{feff}\u{feff} \u{feff}a",
            "<p>\u{feff}a</p> <x>\u{feff}b",
            "<figure><img src=a.jpg><noscriptg<is m>rc=\"a\"><small>Oblique</small></figure>",
            "<pre>&#13;&#10;\n a\r\n&#13;b</pre><plaintext><p>c",
        ] {
            let once = body(markup, None, None);
            let twice = body(&once.html, None, None);
            assert_eq!((&twice.html, &twice.text), (&once.html, &once.text), "{markup}");
        }
    }

    #[test]
    fn whatever_is_nested_in_whatever_reads_back() {
        const PIECES: [&str; 56] = [
            "a",
            "b ",
            "\n",
            "<p>",
            "</p>",
            "<div>",
            "</div>",
            "<b>",
            "</b>",
            "<i>",
            "</i>",
            "<a href=x>",
            "</a>",
            "<ul>",
            "</ul>",
            "<li>",
            "<dl>",
            "<dt>",
            "<dd>",
            "</dl>",
            "<table>",
            "</table>",
            "<tr>",
            "<td>",
            "</td>",
            "<caption>",
            "<tbody>",
            "<h2>",
            "<h3>",
            "</h2>",
            "<figure>",
            "</figure>",
            "<figcaption>",
            "</figcaption>",
            "<img src=c.jpg>",
            "<p class=wp-caption-text>",
            "<div class=wp-caption>",
            "<form>",
            "</form>",
            "<font>",
            "</font>",
            "<pre>",
            "</pre>",
            "<button>",
            "</button>",
            "<select>",
            "</select>",
            "<br>",
            "<ruby>",
            "<rt>",
            "<svg>",
            "<desc>",
            "</svg>",
            "<blockquote>",
            "<span class=caption>",
            "</span>",
        ];
        let mut state = 88_172_645_463_325_252_u64;
        for _ in 0..3_000 {
            let mut markup = String::new();
            for _ in 0..30 {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                markup.push_str(PIECES[usize::try_from(state % 56).unwrap()]);
            }
            let once = body(&markup, None, None);
            let twice = body(&once.html, None, None);
            assert_eq!((&twice.html, &twice.text), (&once.html, &once.text), "{markup}");
        }
    }
}
