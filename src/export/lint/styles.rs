//! Rules about stylesheets: what old readers stumble over. A stylesheet with one thing they do not know may be dropped
//! whole, or the book refused with it.

use std::collections::BTreeSet;

use super::Found;
use super::read::Book;

/// Properties of CSS 2.1 that change no colour, face or place: the reader's own choice stays.
const PLAIN: [&str; 46] = [
    "border",
    "border-bottom",
    "border-collapse",
    "border-left",
    "border-right",
    "border-spacing",
    "border-style",
    "border-top",
    "border-width",
    "caption-side",
    "clear",
    "content",
    "display",
    "empty-cells",
    "font-family",
    "font-size",
    "font-style",
    "font-variant",
    "font-weight",
    "height",
    "letter-spacing",
    "line-height",
    "list-style",
    "list-style-position",
    "list-style-type",
    "margin",
    "margin-bottom",
    "margin-left",
    "margin-right",
    "margin-top",
    "max-width",
    "orphans",
    "padding",
    "padding-bottom",
    "padding-left",
    "padding-right",
    "padding-top",
    "page-break-after",
    "page-break-before",
    "page-break-inside",
    "text-align",
    "text-decoration",
    "text-indent",
    "vertical-align",
    "white-space",
    "widows",
];
/// Newer ones, ornament only: in a stylesheet of their own, so that a reader may drop it.
const NEW: [&str; 8] = [
    "-webkit-hyphens",
    "break-after",
    "break-before",
    "break-inside",
    "hyphens",
    "overflow-wrap",
    "word-wrap",
    "text-align-last",
];
/// For these EPUBCheck refuses the book.
const REFUSED: [&str; 2] = ["direction", "unicode-bidi"];

/// A declaration with what it is for.
struct Declaration {
    line: usize,
    property: String,
    value: String,
}

/// What a stylesheet holds.
struct Sheet {
    rules: Vec<(usize, String)>,
    at_rules: Vec<(usize, String)>,
    declarations: Vec<Declaration>,
}

fn read(css: &str) -> Sheet {
    let mut sheet = Sheet { rules: Vec::new(), at_rules: Vec::new(), declarations: Vec::new() };
    let plain = without_comments(css);
    let (mut line, mut piece, mut depth, mut began) = (1, String::new(), 0usize, 1);
    for c in plain.chars() {
        if piece.trim().is_empty() {
            began = line;
        }
        match c {
            '{' => {
                let selector = std::mem::take(&mut piece).trim().to_string();
                if selector.starts_with('@') { &mut sheet.at_rules } else { &mut sheet.rules }.push((began, selector));
                depth += 1;
            }
            '}' => {
                sheet.declare(began, &std::mem::take(&mut piece));
                depth = depth.saturating_sub(1);
            }
            ';' if depth == 0 => sheet.at_rules.push((began, std::mem::take(&mut piece).trim().to_string())),
            ';' => sheet.declare(began, &std::mem::take(&mut piece)),
            c => piece.push(c),
        }
        line += usize::from(c == '\n');
    }
    sheet
}

impl Sheet {
    fn declare(&mut self, line: usize, text: &str) {
        if let Some((property, value)) = text.split_once(':') {
            let property = property.trim().to_ascii_lowercase();
            self.declarations.push(Declaration { line, property, value: value.trim().to_ascii_lowercase() });
        }
    }
}

fn without_comments(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, after)) = rest.split_once("/*") {
        out.push_str(before);
        let (comment, after) = after.split_once("*/").unwrap_or((after, ""));
        out.extend(comment.chars().filter(|c| *c == '\n'));
        rest = after;
    }
    out + rest
}

pub fn properties(book: &Book, found: &mut Found<'_>) {
    for (path, css) in &book.sheets {
        let sheet = read(css);
        for (line, rule) in sheet.at_rules.iter().filter(|(_, r)| !r.starts_with("@charset")) {
            found.fault(path, *line, format!("the rule {}", super::markup::short(rule)));
        }
        let newer = sheet.declarations.iter().filter(|d| NEW.contains(&d.property.as_str())).count();
        for d in &sheet.declarations {
            let mut fault = |what: String| found.fault(path, d.line, what);
            let name = d.property.as_str();
            if REFUSED.contains(&name) {
                fault(format!("{name}: EPUBCheck refuses it"));
            } else if !PLAIN.contains(&name) && !NEW.contains(&name) {
                fault(format!("the property {name}"));
            }
            if let Some(what) = value_fault(d) {
                fault(what);
            }
        }
        // `word-wrap` is old; the rest of a mixed sheet would go with what is new.
        let old = sheet.declarations.len() - newer;
        let new = sheet
            .declarations
            .iter()
            .filter(|d| NEW.contains(&d.property.as_str()) && d.property != "word-wrap")
            .count();
        if new > 0 && old > 0 {
            found.advise(path, 0, "old and new properties in one stylesheet: a reader that drops it drops both");
        }
    }
}

fn value_fault(d: &Declaration) -> Option<String> {
    let name = d.property.as_str();
    let value = d.value.as_str();
    if value.contains("!important") {
        return Some(format!("!important on {name}"));
    }
    if value.contains('(') {
        return Some(format!("a function in {name}"));
    }
    match name {
        "font-family" if value != "monospace" => return Some(format!("the face {value}")),
        "height" if value != "auto" => return Some(format!("the height {value}")),
        "display" if !matches!(value, "block" | "none" | "inline" | "list-item") => {
            return Some(format!("display {value}"));
        }
        _ => {}
    }
    for part in value.split([' ', ',', '/']) {
        let digits = part.trim_start_matches(['-', '+', '.']).starts_with(|c: char| c.is_ascii_digit());
        let unit = part.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+'));
        if digits && !matches!(unit, "" | "em" | "%" | "px") {
            return Some(format!("the unit {unit} in {name}"));
        }
        if digits && unit == "px" && !(part == "1px" && name.starts_with("border")) {
            return Some(format!("{part} in {name}: px is for lines of 1px"));
        }
        if digits && part.starts_with('-') && name.starts_with("margin") {
            return Some("a negative margin".into());
        }
    }
    None
}

/// What a stylesheet would load from outside.
pub fn contained(book: &Book, found: &mut Found<'_>) {
    for (path, css) in &book.sheets {
        let sheet = read(css);
        for d in sheet.declarations.iter().filter(|d| d.value.contains("url(")) {
            if d.value.contains("//") || d.value.contains("data:") {
                found.fault(path, d.line, format!("{} loads {}", d.property, super::markup::short(&d.value)));
            }
        }
        for (line, rule) in sheet.at_rules.iter().filter(|(_, r)| r.starts_with("@import")) {
            found.fault(path, *line, super::markup::short(rule));
        }
    }
}

pub fn classes(book: &Book, found: &mut Found<'_>) {
    let mut styled: BTreeSet<String> = BTreeSet::new();
    for (_, css) in &book.sheets {
        for (_, selector) in read(css).rules {
            let end = |c: char| !(c.is_alphanumeric() || c == '-' || c == '_');
            styled.extend(selector.split('.').skip(1).filter_map(|s| s.split(end).next()).map(String::from));
        }
    }
    for (path, page) in &book.pages {
        for (class, line) in &page.classes {
            if matches!(class.as_str(), "note" | "fn" | "footnote" | "fnote") {
                found.fault(path, *line, format!("the class {class}, which readers take for a note"));
            } else if !styled.contains(class) {
                found.fault(path, *line, format!("the class {class} has no style"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stylesheet_is_read_with_its_lines() {
        let sheet = read(
            "@charset \"utf-8\";\n/* a\n b */\np, .x { margin: -1em 0;\n width: min(1em, 2px) }\n@media x { b { color: red } }",
        );
        assert_eq!(sheet.rules.iter().map(|r| r.0).collect::<Vec<_>>(), [4, 6]);
        assert_eq!(sheet.at_rules.len(), 2);
        let faults: Vec<String> = sheet.declarations.iter().filter_map(value_fault).collect();
        assert_eq!(faults, ["a negative margin", "a function in width"]);
        assert_eq!(sheet.declarations[1].line, 5);
    }
}
