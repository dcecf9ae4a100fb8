//! The attributes of a source element that the book keeps, each checked.

use super::tree::Element;

pub fn direction(source: &scraper::node::Element) -> Option<&'static str> {
    let value = source.attr("dir")?;
    ["ltr", "rtl"].into_iter().find(|d| value.eq_ignore_ascii_case(d))
}

pub fn language(source: &scraper::node::Element) -> Option<String> {
    super::language::tag(source.attr("lang").or_else(|| source.attr("xml:lang"))?)
}

/// Keeps language and direction, the two attributes that belong to the words of any element.
pub fn mark(element: &mut Element, source: &scraper::node::Element) {
    if let Some(lang) = language(source) {
        element.set("lang", lang);
    }
    if let Some(dir) = direction(source) {
        element.set("dir", dir);
    }
}

pub fn list(name: &'static str, source: &scraper::node::Element) -> Element {
    let mut element = Element::new(name);
    if name == "ol" {
        if let Some(n) = source.attr("start").and_then(|v| v.trim().parse::<i32>().ok()) {
            element.set("start", n.to_string());
        }
        if let Some(kind) = source.attr("type").filter(|t| matches!(*t, "1" | "a" | "A" | "i" | "I")) {
            element.set("type", kind);
        }
        if source.attr("reversed").is_some() {
            element.set("reversed", "reversed");
        }
    }
    element
}

pub fn cell(name: &'static str, source: &scraper::node::Element, head: bool) -> Element {
    let mut element = Element::new(name);
    for span in ["colspan", "rowspan"] {
        if let Some(n) = source.attr(span).and_then(|v| v.trim().parse::<u16>().ok()).filter(|n| (2..=100).contains(n))
        {
            element.set(span, n.to_string());
        }
    }
    if name == "th" {
        element.set("scope", if head { "col" } else { "row" });
    }
    element
}
