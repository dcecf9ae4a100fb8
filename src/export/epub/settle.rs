//! Passes over the book's tree once it is built: what stands alone becomes a figure, what is empty goes, headings
//! close up. Each turns a valid tree into a valid tree.

use super::shapes::{definitions, figure, ruby, table};
use super::tree::{Element, MISSING, Node, SMALL, each};
use super::words::Words;

/// Runs all passes over the blocks of a body.
pub fn settle(blocks: Vec<Node>, words: &Words, rtl: bool) -> Vec<Node> {
    let mut blocks = in_order(blocks, words);
    each(&mut blocks, &mut |e| {
        e.take(SMALL);
    });
    if rtl {
        each(&mut blocks, &mut |e| {
            if e.name == "pre" && e.get("dir").is_none() {
                e.set("dir", "ltr");
            }
        });
    }
    blocks
}

/// Settles children before parents.
fn in_order(nodes: Vec<Node>, words: &Words) -> Vec<Node> {
    let mut out = Vec::with_capacity(nodes.len());
    for node in nodes {
        match node {
            Node::Text(_) => out.push(node),
            Node::Element(mut e) => {
                e.children = in_order(std::mem::take(&mut e.children), words);
                one(e, words, &mut out);
            }
        }
    }
    out
}

fn one(mut e: Element, words: &Words, out: &mut Vec<Node>) {
    match e.name {
        "p" => paragraph(e, words, out),
        "pre" => {
            if e.children.iter().any(Node::shows) {
                lines_only(&mut e.children, words);
                out.push(e.node());
            }
        }
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
            trim(&mut e.children);
            let said = !super::tree::words(&e.children).trim().is_empty();
            match said {
                true => {
                    lines_only(&mut e.children, words);
                    out.push(e.node());
                }
                // A heading without words is no heading; a picture or an anchor in it stays.
                false => paragraph(Element::new("p").holding(e.children), words, out),
            }
        }
        "dt" => {
            lines_only(&mut e.children, words);
            trim(&mut e.children);
            out.push(e.node());
        }
        "figure" => figure(e, out),
        "figcaption" => out.push(e.node()),
        "ul" | "ol" => {
            e.children.retain(|n| n.element().is_some_and(|e| !e.children.is_empty()));
            if !e.children.is_empty() {
                out.push(e.node());
            }
        }
        "dl" => definitions(e, out),
        "table" => table(e, out),
        "li" | "td" | "th" | "dd" | "caption" => {
            unwrap_only(&mut e);
            // A heading that says nothing is an empty cell.
            if e.name == "th" && !e.children.iter().any(Node::shows) {
                e.name = "td";
                e.take("scope");
            }
            out.push(e.node());
        }
        "ruby" => ruby(e, out),
        "a" | "abbr" | "b" | "bdi" | "bdo" | "cite" | "code" | "del" | "dfn" | "em" | "i" | "ins" | "kbd" | "mark"
        | "q" | "s" | "samp" | "small" | "strong" | "sub" | "sup" | "u" | "var" => {
            match e.children.iter().any(Node::shows) {
                true => out.push(e.node()),
                // Formatting of blanks only: the blanks stay.
                false => out.extend(e.children),
            }
        }
        "blockquote" | "div" if e.children.is_empty() => {}
        _ => out.push(e.node()),
    }
}

/// A paragraph of pictures alone is marked so; one of missing pictures becomes a framed figure; an empty one goes.
fn paragraph(mut p: Element, words: &Words, out: &mut Vec<Node>) {
    trim(&mut p.children);
    if !p.children.iter().any(Node::shows) {
        // An anchor stays: a link leads there.
        if p.children.iter().any(Node::anchors) {
            out.push(Element::new("div").holding(p.children.into_iter().filter(Node::anchors)).node());
        }
        return;
    }
    let said = super::tree::words(&p.children);
    if !said.trim().is_empty() || p.get("class").is_some() {
        // A picture that begins or ends a paragraph stands before or after it, as it did where text flowed around it.
        let (before, after) = if p.get("class").is_some() { Default::default() } else { ends(&mut p.children) };
        pictures(before, words, out);
        lines_only(&mut p.children, words);
        trim(&mut p.children);
        out.push(p.node());
        return pictures(after, words, out);
    }
    pictures(p.children, words, out);
}

/// Takes the pictures off both ends of a paragraph with words.
fn ends(nodes: &mut Vec<Node>) -> (Vec<Node>, Vec<Node>) {
    let first = nodes.iter().take_while(|n| is_picture(n) || n.is_blank()).count();
    let rest = nodes.split_off(first);
    let before = std::mem::replace(nodes, rest);
    let last = nodes.iter().rev().take_while(|n| is_picture(n) || n.is_blank()).count();
    let after = nodes.split_off(nodes.len() - last);
    (before, after)
}

/// Returns whether a node is a picture of some size, bare or in a link.
fn is_picture(node: &Node) -> bool {
    let Some(e) = node.element() else { return false };
    match e.name {
        "img" => e.get(SMALL).is_none(),
        MISSING => e.get("url").is_some_and(|u| !u.is_empty()),
        "a" => e.children.iter().any(is_picture) && e.children.iter().all(|n| is_picture(n) || n.is_blank()),
        _ => false,
    }
}

/// Sets pictures as paragraphs of their own, missing ones as framed figures.
fn pictures(nodes: Vec<Node>, words: &Words, out: &mut Vec<Node>) {
    let mut pictures = Vec::new();
    collect(nodes, &mut pictures);
    let mut row: Vec<Node> = Vec::new();
    let flush = |row: &mut Vec<Node>, out: &mut Vec<Node>| {
        if !row.is_empty() {
            out.push(Element::new("p").with("class", "img").holding(row.drain(..)).node());
        }
    };
    for node in pictures {
        match node {
            Node::Element(e) if e.name == MISSING => {
                flush(&mut row, out);
                out.push(frame(&e, words).node());
            }
            node => row.push(node),
        }
    }
    flush(&mut row, out);
}

/// Takes pictures (with the link around them) and anchors out of a paragraph without words.
fn collect(nodes: Vec<Node>, pictures: &mut Vec<Node>) {
    for node in nodes {
        let Node::Element(e) = node else { continue };
        match e.name {
            "img" | MISSING | "span" => pictures.push(e.node()),
            "a" if !holds_missing(&e) => pictures.push(e.node()),
            _ => collect(e.children, pictures),
        }
    }
}

fn holds_missing(e: &Element) -> bool {
    e.children.iter().filter_map(Node::element).any(|e| e.name == MISSING || holds_missing(e))
}

/// The frame in place of a picture that is not in the book.
fn frame(missing: &Element, words: &Words) -> Element {
    let of = |name: &str| missing.get(name).unwrap_or_default().to_string();
    let (url, alt, why) = (of("url"), of("alt"), of("why"));
    let why = if why.is_empty() { words.picture_missing.to_string() } else { why };
    let mut figure = Element::new("figure").with("class", "missing");
    let label = if alt.is_empty() { why } else { format!("{why}: {alt}") };
    figure.children.push(Element::new("p").holding([Node::text(label)]).node());
    if !url.is_empty() {
        figure.children.push(Element::new("p").holding([address(&url)]).node());
    }
    figure
}

/// An address as a link, or as words where it is no address.
fn address(url: &str) -> Node {
    match super::links::outside(url) {
        Some(href) => Element::new("a").with("href", href).holding([Node::text(url)]).node(),
        None => Node::text(url),
    }
}

/// A missing picture within a line of words: its alternative text, in brackets, leads to its address.
fn lines_only(nodes: &mut Vec<Node>, words: &Words) {
    for node in nodes {
        let Node::Element(e) = node else { continue };
        if e.name == MISSING {
            let alt = e.get("alt").filter(|a| !a.is_empty()).unwrap_or(words.picture_missing);
            *node = Element::new("span").with("class", "lost").holding([Node::text(format!("[{alt}]"))]).node();
        } else {
            lines_only(&mut e.children, words);
        }
    }
}

/// An item, cell or caption of one paragraph holds its words bare, as does one of words and a list.
fn unwrap_only(e: &mut Element) {
    let plain = |n: &Node| n.element().is_some_and(|e| e.name == "p" && e.attributes.is_empty());
    let paragraphs = e.children.iter().filter(|n| n.element().is_some_and(|e| e.name == "p")).count();
    let rest = e.children.iter().skip(1).all(|n| n.element().is_some_and(|e| matches!(e.name, "ul" | "ol")));
    if paragraphs == 1
        && rest
        && e.children.first().is_some_and(plain)
        && let Node::Element(p) = e.children.remove(0)
    {
        e.children.splice(0..0, p.children);
    }
}

/// Takes white space and line ends from both ends of a block of words.
fn trim(nodes: &mut Vec<Node>) {
    trim_start(nodes);
    trim_end(nodes);
}

fn trim_start(nodes: &mut Vec<Node>) {
    while let Some(first) = nodes.first_mut() {
        match first {
            Node::Text(t) => {
                let kept = t.trim_start_matches(|c: char| c.is_ascii_whitespace());
                if !kept.is_empty() {
                    *t = kept.to_string();
                    return;
                }
                nodes.remove(0);
            }
            Node::Element(e) if e.name == "br" => {
                nodes.remove(0);
            }
            _ => return,
        }
    }
}

fn trim_end(nodes: &mut Vec<Node>) {
    while let Some(last) = nodes.last_mut() {
        match last {
            Node::Text(t) => {
                t.truncate(t.trim_end_matches(|c: char| c.is_ascii_whitespace()).len());
                if !t.is_empty() {
                    return;
                }
            }
            Node::Element(e) if e.name == "br" => {}
            Node::Element(e) if matches!(e.name, "b" | "i" | "em" | "strong" | "a" | "u" | "small") => {
                trim_end(&mut e.children);
                if !e.children.is_empty() {
                    return;
                }
            }
            Node::Element(_) => return,
        }
        nodes.pop();
    }
}

/// Sets the levels of headings so that the first is `h2`, under the chapter's `h1`, and none is skipped.
pub fn close_up(blocks: &mut [Node]) {
    let mut above: Vec<u8> = Vec::new();
    each(blocks, &mut |e| {
        let Some(level) = e.name.strip_prefix('h').and_then(|n| n.parse::<u8>().ok()) else { return };
        while above.last().is_some_and(|top| *top >= level) {
            above.pop();
        }
        above.push(level);
        e.name = ["h2", "h3", "h4", "h5", "h6"][above.len().clamp(1, 5) - 1];
    });
}

#[cfg(test)]
mod tests {
    use super::super::{flow, links, pictures, rules};
    use super::*;

    /// Returns what a body looks like in the book.
    fn body_of(html: &str) -> String {
        struct Plain;
        impl flow::Guide for Plain {
            fn link(&mut self, href: &str) -> Option<String> {
                links::outside(href)
            }
            fn picture(&mut self, img: &scraper::node::Element, _: Option<&str>) -> pictures::Shown {
                let of = |a: &str| img.attr(a).unwrap_or_default().to_string();
                match of("src").as_str() {
                    "" => pictures::Shown::Missing {
                        url: "http://e.com/x.jpg".into(),
                        alt: of("alt"),
                        why: "gone".into(),
                    },
                    src => pictures::Shown::Inside { file: src.into(), alt: of("alt"), small: false },
                }
            }
            fn played(&mut self, _: rules::Played, url: &str) -> Option<(String, String)> {
                Some(("Video".into(), links::outside(url)?))
            }
        }
        let tree = crate::html::parse(html);
        let anchors = links::anchors(&tree, None, |_| false);
        let mut blocks = settle(flow::build(&tree, &mut Plain, &anchors, true), Words::of("en"), false);
        close_up(&mut blocks);
        super::super::tree::write(&blocks)
    }

    #[test]
    fn words_stand_in_paragraphs_whatever_held_them() {
        let cases = [
            ("a<div>b</div>c", "<p>a</p>\n<p>b</p>\n<p>c</p>\n"),
            ("<center><font color=red>x</font></center>", "<p>x</p>\n"),
            ("one<br><br>two<br>", "<p>one</p>\n<p>two</p>\n"),
            ("<i>a<p>b</p>c</i>", "<p><i>a</i></p>\n<p><i>b</i></p>\n<p><i>c</i></p>\n"),
            ("<p> </p><p>&nbsp;</p><p><b> </b></p>", ""),
            ("<blockquote>q</blockquote>", "<blockquote><p>q</p>\n</blockquote>\n"),
            ("<p>a <b> b</b>  c</p>", "<p>a <b> b</b> c</p>\n"),
        ];
        for (html, expected) in cases {
            assert_eq!(body_of(html), expected, "{html}");
        }
    }

    #[test]
    fn lists_and_tables_are_whole() {
        let cases = [
            (
                "<ul><li>a<ul><li>b</li></ul></li><ul><li>c</li></ul></ul>",
                "<ul><li>a<ul><li>b</li>\n</ul>\n<ul><li>c</li>\n</ul>\n</li>\n</ul>\n",
            ),
            ("<li>loose", "<ul><li>loose</li>\n</ul>\n"),
            (
                "<dl><dd>a<dt>b<dt>c<dd>d<dt>e</dl>",
                "<p>a</p>\n<dl><dt>b</dt>\n<dt>c</dt>\n<dd>d</dd>\n</dl>\n<p>e</p>\n",
            ),
            (
                "<table><tr><td rowspan=9>a<td>b</table>",
                "<table class=\"whole\"><tbody><tr><td>a</td>\n<td>b</td>\n</tr>\n</tbody>\n</table>\n",
            ),
            (
                "<table><tr><td><table><tr><td>a<td>b</table></table>",
                "<table class=\"whole\"><tbody><tr><td>a</td>\n<td>b</td>\n</tr>\n</tbody>\n</table>\n",
            ),
            ("<table><tr><td>alone</table>", "<p>alone</p>\n"),
        ];
        for (html, expected) in cases {
            assert_eq!(body_of(html), expected, "{html}");
        }
    }

    #[test]
    fn pictures_leave_the_ends_of_paragraphs_and_signs_stay() {
        assert_eq!(
            body_of(
                "<p><img src=a.png alt=A> words <img src=b.png> more <a href=http://e.com/><img src=c.png></a></p>"
            ),
            "<p class=\"img\"><img src=\"a.png\" alt=\"A\"/></p>\n<p>words <img src=\"b.png\" alt=\"\"/> more</p>\n\
             <p class=\"img\"><a href=\"http://e.com/\"><img src=\"c.png\" alt=\"\"/></a></p>\n"
        );
    }

    #[test]
    fn galleries_give_a_figure_a_picture() {
        let html = "<figure><figure><img src=a.png><figcaption>A</figcaption></figure><figure><img src=b.png></figure><figcaption>All</figcaption></figure>";
        assert_eq!(
            body_of(html),
            "<figure><img src=\"a.png\" alt=\"\"/><figcaption><p>A</p>\n</figcaption>\n</figure>\n\
             <figure><img src=\"b.png\" alt=\"\"/></figure>\n<p class=\"caption\">All</p>\n"
        );
    }

    #[test]
    fn a_figure_without_a_picture_is_none() {
        assert_eq!(
            body_of("<figure><pre>x</pre><figcaption>C</figcaption></figure>"),
            "<pre>x</pre>\n<p class=\"caption\">C</p>\n"
        );
    }
}
