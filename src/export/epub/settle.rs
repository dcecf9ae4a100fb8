//! Passes over the book's tree once it is built: what stands alone becomes a figure, what is empty goes, headings
//! close up. Each turns a valid tree into a valid tree.

use super::tree::{Element, MISSING, Node, each, words};
use super::words::Words;

/// Runs all passes over the blocks of a body.
pub fn settle(blocks: Vec<Node>, words: &Words, rtl: bool) -> Vec<Node> {
    let mut blocks = in_order(blocks, words);
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
        lines_only(&mut p.children, words);
        return out.push(p.node());
    }
    let mut pictures = Vec::new();
    collect(p.children, &mut pictures);
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

/// A figure holds its pictures bare, then the caption. What holds no picture is no figure.
fn figure(figure: Element, out: &mut Vec<Node>) {
    let mut caption = None;
    let (mut inside, mut lost, mut pictures) = (Vec::new(), false, false);
    for node in figure.children {
        match node {
            Node::Element(mut e) if e.name == "figcaption" => {
                e.children = as_paragraphs(e.children);
                if e.children.iter().any(Node::shows) {
                    caption = Some(e);
                }
            }
            Node::Element(e) if e.name == "figure" => {
                lost = true;
                inside.extend(e.children);
            }
            Node::Element(e) if e.name == "p" && e.class() == "img" => {
                pictures = true;
                inside.extend(e.children);
            }
            node => inside.push(node),
        }
    }
    if !lost && !pictures {
        out.extend(inside);
        if let Some(c) = caption {
            out.extend(c.children.into_iter().map(|n| match n {
                Node::Element(e) if e.name == "p" => e.with("class", "caption").node(),
                n => n,
            }));
        }
        return;
    }
    let mut figure = Element::new("figure");
    if lost && !pictures {
        figure.set("class", "missing");
    }
    out.push(figure.holding(inside).holding(caption.map(Element::node)).node());
}

/// Terms, then what they mean: a meaning without a term and terms without a meaning stand outside the list.
fn definitions(mut list: Element, out: &mut Vec<Node>) {
    let mut rest = std::mem::take(&mut list.children);
    rest.retain(|n| n.element().is_some_and(|e| !e.children.is_empty()));
    let is = |n: &Node, name: &str| n.element().is_some_and(|e| e.name == name);
    let loose = rest.iter().take_while(|n| is(n, "dd")).count();
    for dd in rest.drain(..loose) {
        if let Node::Element(dd) = dd {
            out.extend(as_paragraphs(dd.children));
        }
    }
    let whole = rest.iter().rposition(|n| is(n, "dd")).map_or(0, |n| n + 1);
    let terms = rest.split_off(whole);
    if !rest.is_empty() {
        out.push(list.holding(rest).node());
    }
    for dt in terms {
        if let Node::Element(dt) = dt {
            out.push(Element::new("p").holding(dt.children).node());
        }
    }
}

/// A caption consists of paragraphs: their alignment is set on `p` by some readers.
fn as_paragraphs(children: Vec<Node>) -> Vec<Node> {
    let blocks = |n: &Node| {
        n.element().is_some_and(|e| {
            matches!(e.name, "p" | "ul" | "ol" | "div" | "blockquote" | "pre" | "dl" | "figure" | "hr" | "table")
        })
    };
    match children.iter().any(blocks) {
        true => children,
        false => vec![Element::new("p").holding(children).node()],
    }
}

/// Rows without cells and sections without rows go; one caption, first; no cell reaches below the last row.
fn table(mut table: Element, out: &mut Vec<Node>) {
    let mut caption = None;
    let mut sections = Vec::new();
    for node in table.children {
        let Node::Element(mut e) = node else { continue };
        if e.name == "caption" {
            if caption.is_none() && e.children.iter().any(Node::shows) {
                caption = Some(e);
            }
            continue;
        }
        e.children.retain(|n| n.element().is_some_and(|row| !row.children.is_empty()));
        let rows = e.children.len();
        for (n, row) in e.children.iter_mut().enumerate() {
            if let Node::Element(row) = row {
                clamp(row, rows - n);
            }
        }
        // A second head, or one after the body, is a body like others.
        if e.name == "thead" && !sections.is_empty() {
            e.name = "tbody";
        }
        if rows > 0 {
            sections.push(e.node());
        }
    }
    match sections.is_empty() {
        true => out.extend(caption.into_iter().map(|c| Element::new("div").holding(c.children).node())),
        false => {
            table.children = caption.map(Element::node).into_iter().chain(sections).collect();
            out.push(table.node());
        }
    }
}

fn clamp(row: &mut Element, left: usize) {
    for cell in &mut row.children {
        if let Node::Element(cell) = cell
            && let Some(n) = cell.get("rowspan").and_then(|v| v.parse::<usize>().ok())
            && n > left
        {
            cell.take("rowspan");
            if left > 1 {
                cell.set("rowspan", left.to_string());
            }
        }
    }
}

/// Base and reading in turn, or plain words: half a ruby is not valid. Readers of EPUB 3 know ruby, so that the
/// brackets for those who do not (`rp`) are needed in plain words only.
fn ruby(mut ruby: Element, out: &mut Vec<Node>) {
    let mut based = false;
    let mut whole = false;
    let bracket = |n: &Node| n.element().is_some_and(|e| e.name == "rp");
    for node in ruby.children.iter().filter(|n| !bracket(n)) {
        match node.element().map(|e| e.name) {
            Some("rt") if based => (based, whole) = (false, true),
            Some("rt") => return out.extend(flat(ruby.children)),
            _ if !node.is_blank() => based = true,
            _ => {}
        }
    }
    match whole && !based {
        true => {
            ruby.children.retain(|n| !bracket(n));
            out.push(ruby.node());
        }
        false => out.extend(flat(ruby.children)),
    }
}

fn flat(children: Vec<Node>) -> Vec<Node> {
    let parts = children.into_iter().flat_map(|n| match n {
        Node::Element(e) if matches!(e.name, "rt" | "rp") => e.children,
        n => vec![n],
    });
    parts.collect()
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

/// Returns the captions shown in the blocks, as plain words.
pub fn captions(blocks: &[Node]) -> Vec<String> {
    let mut out = Vec::new();
    let mut open: Vec<&Node> = blocks.iter().rev().collect();
    while let Some(node) = open.pop() {
        let Node::Element(e) = node else { continue };
        if e.name == "figcaption" || e.name == "caption" || e.class() == "caption" {
            out.push(super::tree::line(&words(&e.children)));
        }
        open.extend(e.children.iter().rev());
    }
    out
}
