//! Rules about the markup of a page: what may not stand there, what screen readers need, tables, blanks.

use super::Found;
use super::page::{Element, Page};

/// Elements that run, ask, load or redirect.
const REFUSED: [&str; 18] = [
    "applet", "base", "button", "canvas", "embed", "form", "frame", "frameset", "iframe", "input", "marquee",
    "noscript", "object", "script", "select", "style", "template", "textarea",
];

/// Types whose role has another name than theirs (EPUB Accessibility, DPUB-ARIA 1.1).
const ROLES: [(&str, &str); 18] = [
    ("appendix", "doc-appendix"),
    ("backlink", "doc-backlink"),
    ("bibliography", "doc-bibliography"),
    ("chapter", "doc-chapter"),
    ("colophon", "doc-colophon"),
    ("dedication", "doc-dedication"),
    ("endnotes", "doc-endnotes"),
    ("epigraph", "doc-epigraph"),
    ("epilogue", "doc-epilogue"),
    ("footnote", "doc-footnote"),
    ("foreword", "doc-foreword"),
    ("glossary", "doc-glossary"),
    ("index", "doc-index"),
    ("introduction", "doc-introduction"),
    ("noteref", "doc-noteref"),
    ("part", "doc-part"),
    ("preface", "doc-preface"),
    ("toc", "doc-toc"),
];

pub fn plain(page: &Page, found: &mut Found<'_>) {
    for (line, what) in &page.oddities {
        found.fault(&page.path, *line, *what);
    }
    for e in &page.elements {
        if REFUSED.contains(&e.name.as_str()) {
            found.fault(&page.path, e.line, format!("<{}>", e.name));
        }
        for (name, value) in &e.attributes {
            if name == "style" || name.starts_with("on") {
                found.fault(&page.path, e.line, format!("{name} on <{}>", e.name));
            }
            let start: String = value.chars().filter(|c| !c.is_whitespace()).take(11).collect();
            if name == "href" && start.eq_ignore_ascii_case("javascript:") {
                found.fault(&page.path, e.line, "a link that runs a script");
            }
            if value.chars().any(is_control) {
                found.fault(&page.path, e.line, format!("a control character in {name}"));
            }
        }
    }
    if page.text.chars().any(is_control) {
        found.fault(&page.path, 0, "a control character");
    }
}

fn is_control(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t' | '\r')
}

/// Nothing but a link may lead out of the book.
pub fn contained(page: &Page, found: &mut Found<'_>) {
    for e in &page.elements {
        for name in ["src", "href", "srcset", "poster", "data", "xlink:href", "cite", "longdesc"] {
            let Some(value) = e.get(name) else { continue };
            let links = name == "href" && matches!(e.name.as_str(), "a" | "area") || name == "cite";
            let out = value.contains("://") || value.starts_with("//") || value.starts_with("data:");
            if out && !links {
                found.fault(&page.path, e.line, format!("<{}> loads {}", e.name, short(value)));
            }
        }
    }
}

pub fn short(text: &str) -> String {
    let cut: String = text.chars().take(80).collect();
    if cut.len() < text.len() { cut + "…" } else { cut }
}

pub fn accessible(page: &Page, found: &mut Found<'_>) {
    let ids: std::collections::HashSet<&str> = page.elements.iter().filter_map(|e| e.get("id")).collect();
    for e in &page.elements {
        for (kind, role) in ROLES {
            // In the list of landmarks a type tells where the link leads, not what it is.
            if e.has_type(kind) && e.get("role") != Some(role) && !is_landmark(page, e) {
                found.fault(&page.path, e.line, format!("epub:type {kind} without the role {role}"));
            }
        }
        for name in ["aria-labelledby", "aria-describedby"] {
            for id in e.get(name).unwrap_or_default().split_whitespace().filter(|id| !ids.contains(id)) {
                found.fault(&page.path, e.line, format!("{name} names {id:?}, which is not there"));
            }
        }
        if e.name == "a" && e.get("href").is_some() && !speaks(page, e) {
            found.fault(&page.path, e.line, "a link without words");
        }
        if matches!(e.get("role"), Some("doc-endnote" | "doc-biblioentry")) {
            found.fault(&page.path, e.line, format!("the role {} is given up", e.get("role").unwrap_or_default()));
        }
    }
}

fn is_landmark(page: &Page, e: &Element) -> bool {
    e.name == "a" && page.around(e).any(|n| n.name == "nav")
}

fn speaks(page: &Page, e: &Element) -> bool {
    let described = |e: &Element| e.get("alt").or_else(|| e.get("aria-label")).is_some_and(|a| !a.trim().is_empty());
    !page.text_of(e).trim().is_empty() || described(e) || page.inside(e).any(described)
}

pub fn tables(page: &Page, found: &mut Found<'_>) {
    for table in page.named("table") {
        let at = |what: &str, found: &mut Found<'_>| found.fault(&page.path, table.line, what);
        if page.around(table).any(|e| e.name == "table") {
            at("a table in a table", found);
        }
        if matches!(table.get("role"), Some("presentation" | "none")) || table.get("border") == Some("0") {
            at("a table for layout", found);
        }
        let cells: Vec<&Element> = page.inside(table).filter(|e| matches!(e.name.as_str(), "td" | "th")).collect();
        if cells.len() < 2 {
            at("a table of one cell", found);
        }
        for head in cells.iter().filter(|e| e.name == "th" && e.get("scope").is_none()) {
            found.fault(&page.path, head.line, "th without scope");
        }
        spans(page, table, found);
    }
}

/// Line, columns and rows of each cell of a row.
type Cells = Vec<(usize, usize, usize)>;

/// A cell must not reach beyond the rows of its section, nor beyond the columns of the widest row.
fn spans(page: &Page, table: &Element, found: &mut Found<'_>) {
    let number = |e: &Element, name: &str| e.get(name).and_then(|v| v.parse::<usize>().ok()).unwrap_or(1);
    let rows: Vec<&Element> = page.inside(table).filter(|e| e.name == "tr").collect();
    let cells =
        |row: &Element| page.children(row).map(|c| (c.line, number(c, "colspan"), number(c, "rowspan"))).collect();
    let rows: Vec<(Option<usize>, Cells)> = rows.iter().map(|r| (r.parent, cells(r))).collect();
    for (n, (section, cells)) in rows.iter().enumerate() {
        let left = rows.iter().skip(n).take_while(|(s, _)| s == section).count();
        for (line, _, down) in cells.iter().filter(|(_, _, down)| *down > left) {
            found.fault(&page.path, *line, format!("rowspan {down}, but {left} rows are left"));
        }
    }
    // A span is needed only where some other row has as many cells.
    let widest = rows.iter().map(|(_, cells)| cells.iter().map(|c| c.1).sum::<usize>()).max().unwrap_or_default();
    if rows.len() > 1 {
        for (line, across, _) in rows.iter().flat_map(|(_, cells)| cells).filter(|c| c.1 > widest.max(1)) {
            found.fault(&page.path, *line, format!("colspan {across} of {widest} columns"));
        }
    }
}

/// Elements of blanks only are noise to a screen reader; an empty anchor is none.
pub fn blanks(page: &Page, found: &mut Found<'_>) {
    const BLOCKS: [&str; 12] =
        ["p", "div", "section", "blockquote", "pre", "ul", "ol", "dl", "figure", "figcaption", "li", "header"];
    const WORDS: [&str; 9] = ["a", "b", "i", "em", "strong", "span", "u", "sup", "code"];
    for e in &page.elements {
        let name = e.name.as_str();
        if !BLOCKS.contains(&name) && !WORDS.contains(&name) || e.get("id").is_some() {
            continue;
        }
        let shows = |i: &Element| matches!(i.name.as_str(), "img" | "hr" | "br" | "td") || i.get("id").is_some();
        if page.text_of(e).trim().is_empty() && !page.inside(e).any(shows) {
            found.fault(&page.path, e.line, format!("<{name}> holds nothing"));
        }
    }
}
