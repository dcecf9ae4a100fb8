//! Figures, lists of terms, tables and ruby: made whole once what is in them is settled.

use super::stack::is_inline;
use super::tree::{Element, MISSING, Node, words};

/// A figure holds its pictures bare, then the caption. What holds no picture is no figure.
pub fn figure(figure: Element, out: &mut Vec<Node>) {
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
pub fn definitions(mut list: Element, out: &mut Vec<Node>) {
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
        n.element().is_some_and(|e| !is_inline(e.name) && !matches!(e.name, "br" | "img" | "span" | "wbr" | MISSING))
    };
    match children.iter().any(blocks) {
        true => children,
        false => vec![Element::new("p").holding(children).node()],
    }
}

/// Rows without cells and sections without rows go; one caption, first; no cell reaches below the last row. Where the
/// words fit side by side, none is broken.
pub fn table(mut table: Element, out: &mut Vec<Node>) {
    let mut caption = None;
    let mut sections = Vec::new();
    for node in std::mem::take(&mut table.children) {
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
            if letters(&sections) <= MOST_LETTERS {
                table.set("class", "whole");
            }
            table.children = caption.map(Element::node).into_iter().chain(sections).collect();
            out.push(table.node());
        }
    }
}

/// Letters side by side that fit the page of a small reader.
const MOST_LETTERS: usize = 48;

/// Returns how many letters the longest words of all columns take side by side, with what stands around each cell.
fn letters(sections: &[Node]) -> usize {
    const AROUND: usize = 2;
    let mut columns: Vec<usize> = Vec::new();
    let rows = sections.iter().filter_map(Node::element).flat_map(|s| &s.children).filter_map(Node::element);
    for row in rows {
        let mut column = 0;
        for cell in row.children.iter().filter_map(Node::element) {
            let across = cell.get("colspan").and_then(|n| n.parse().ok()).unwrap_or(1);
            let text = words(&cell.children);
            let longest = text.split_whitespace().map(|w| w.chars().count()).max().unwrap_or(0);
            if column > MOST_LETTERS {
                return usize::MAX;
            }
            if columns.len() <= column {
                columns.resize(column + 1, 0);
            }
            if let Some(width) = columns.get_mut(column).filter(|_| across == 1) {
                *width = (*width).max(longest + AROUND);
            }
            column += across.clamp(1, 100);
        }
    }
    columns.iter().sum()
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
pub fn ruby(mut ruby: Element, out: &mut Vec<Node>) {
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
