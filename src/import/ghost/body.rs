//! The body by age: rendered HTML where it is there, else Markdown, mobiledoc, lexical.

use serde_json::Value;

use super::cards;
use super::export::Post;
use crate::import::json::{items, text};
use crate::import::{markdown, parts};

/// Returns the body as HTML, and what had to be done for it.
pub fn html(post: &Post) -> (String, Option<String>) {
    if let Some(html) = post.html.get() {
        return (html.to_string(), None);
    }
    if let Some(text) = post.markdown.get() {
        return (markdown::html(text), None);
    }
    let parsed = |text: Option<&str>| text.and_then(|t| serde_json::from_str::<Value>(t).ok());
    if let Some(document) = parsed(post.mobiledoc.get()) {
        return (mobiledoc(&document), Some("no rendered copy, the body is rendered from mobiledoc".into()));
    }
    if let Some(document) = parsed(post.lexical.get()) {
        let body = items(document.get("root").unwrap_or(&Value::Null), "children").into_iter().map(node).collect();
        return (body, Some("no rendered copy, the body is rendered from lexical".into()));
    }
    match post.plaintext.get() {
        Some(text) => (parts::paragraphs(&escape(text)), Some("only a plain text of the body".into())),
        None => (String::new(), None),
    }
}

/// Renders a document of [Mobiledoc 0.3](https://github.com/bustle/mobiledoc-kit/blob/master/MOBILEDOC.md).
fn mobiledoc(document: &Value) -> String {
    let mut out = String::new();
    for section in items(document, "sections") {
        let Some(parts) = section.as_array() else { continue };
        let word = |n: usize| parts.get(n).and_then(Value::as_str).unwrap_or("p");
        match parts.first().and_then(Value::as_u64) {
            Some(1) => {
                let tag = block(word(1));
                out.push_str(&format!("<{tag}>{}</{tag}>\n", markers(document, parts.get(2))));
            }
            Some(2) => out.push_str(&format!("<img src=\"{}\" />\n", escape(word(1)))),
            Some(3) => {
                let tag = if word(1) == "ol" { "ol" } else { "ul" };
                let items = parts.get(2).and_then(Value::as_array).into_iter().flatten();
                let items: String = items.map(|i| format!("<li>{}</li>", markers(document, Some(i)))).collect();
                out.push_str(&format!("<{tag}>{items}</{tag}>\n"));
            }
            Some(10) => {
                let cards = document.get("cards").and_then(Value::as_array);
                let card = parts.get(1).and_then(Value::as_u64).and_then(|n| cards?.get(usize::try_from(n).ok()?));
                let name = card.and_then(|c| c.get(0)).and_then(Value::as_str).unwrap_or_default();
                out.push_str(&cards::card(name, card.and_then(|c| c.get(1)).unwrap_or(&Value::Null)));
                out.push('\n');
            }
            _ => {}
        }
    }
    out
}

fn block(tag: &str) -> &str {
    match tag {
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "blockquote" | "aside" => tag,
        "pull-quote" => "blockquote",
        _ => "p",
    }
}

/// Renders `[kind, opened markups, closed, text]` in a row.
fn markers(document: &Value, row: Option<&Value>) -> String {
    let markups = document.get("markups").and_then(Value::as_array);
    let atoms = document.get("atoms").and_then(Value::as_array);
    let mut open: Vec<&str> = Vec::new();
    let mut out = String::new();
    for marker in row.and_then(Value::as_array).into_iter().flatten() {
        let Some(parts) = marker.as_array() else { continue };
        for n in parts.get(1).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_u64) {
            let Some(markup) = usize::try_from(n).ok().and_then(|n| markups?.get(n)?.as_array()) else { continue };
            let tag = markup.first().and_then(Value::as_str).unwrap_or_default();
            let tag = ["a", "b", "code", "em", "i", "s", "strong", "sub", "sup", "u"]
                .into_iter()
                .find(|t| *t == tag)
                .unwrap_or("span");
            let pairs: Vec<&str> =
                markup.get(1).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
            let href = pairs.chunks(2).find(|p| p.first() == Some(&"href")).and_then(|p| p.get(1));
            match href {
                Some(href) => out.push_str(&format!("<{tag} href=\"{}\">", escape(href))),
                None => out.push_str(&format!("<{tag}>")),
            }
            open.push(tag);
        }
        match (parts.first().and_then(Value::as_u64), parts.get(3)) {
            (Some(0), Some(Value::String(words))) => out.push_str(&escape(words)),
            (Some(1), Some(atom)) => {
                let atom = atom.as_u64().and_then(|n| atoms?.get(usize::try_from(n).ok()?)?.as_array());
                match atom.and_then(|a| a.first()).and_then(Value::as_str) {
                    Some("soft-return") => out.push_str("<br />"),
                    _ => out.push_str(&escape(atom.and_then(|a| a.get(1)).and_then(Value::as_str).unwrap_or_default())),
                }
            }
            _ => {}
        }
        for _ in 0..parts.get(2).and_then(Value::as_u64).unwrap_or(0).min(open.len() as u64) {
            out.push_str(&format!("</{}>", open.pop().unwrap_or("span")));
        }
    }
    while let Some(tag) = open.pop() {
        out.push_str(&format!("</{tag}>"));
    }
    out
}

/// Renders a node of Lexical; what came in nests at most 128 levels.
fn node(value: &Value) -> String {
    let kind = text(value, "type").unwrap_or_default();
    let inner = || items(value, "children").into_iter().map(node).collect::<String>();
    let wrap = |tag: &str| format!("<{tag}>{}</{tag}>\n", inner());
    match kind.strip_prefix("extended-").unwrap_or(kind) {
        "text" | "code-highlight" | "tk" => words(value),
        "linebreak" => "<br />".into(),
        "paragraph" => wrap("p"),
        "heading" => wrap(text(value, "tag").map_or("h2", block)),
        "quote" => wrap("blockquote"),
        "aside" => wrap("aside"),
        "list" => wrap(if text(value, "listType") == Some("number") || text(value, "tag") == Some("ol") {
            "ol"
        } else {
            "ul"
        }),
        "listitem" => wrap("li"),
        "link" | "autolink" | "at-link" => {
            format!("<a href=\"{}\">{}</a>", escape(text(value, "url").unwrap_or_default()), inner())
        }
        name => {
            let card = cards::card(name, value);
            if card.is_empty() { inner() } else { card + "\n" }
        }
    }
}

/// Renders a text with the bits of its format.
fn words(value: &Value) -> String {
    const MARKS: [(u64, &str); 8] =
        [(1, "strong"), (2, "em"), (4, "s"), (8, "u"), (16, "code"), (32, "sub"), (64, "sup"), (128, "mark")];
    let format = value.get("format").and_then(Value::as_u64).unwrap_or(0);
    let mut out = escape(value.get("text").and_then(Value::as_str).unwrap_or_default());
    for (bit, tag) in MARKS {
        if format & bit != 0 {
            out = format!("<{tag}>{out}</{tag}>");
        }
    }
    out
}

pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_without_a_rendered_copy_is_rendered() {
        let doc = serde_json::json!({"version": "0.3.1", "atoms": [["soft-return", "", {}]], "markups": [["a", ["href", "http://x.example/"]], ["em"]],
            "cards": [["image", {"src": "/a.jpg", "caption": "At <em>noon</em>"}], ["card-markdown", {"markdown": "*x*"}]],
            "sections": [[1, "p", [[0, [0, 1], 1, "a<b"], [1, [], 0, 0], [0, [], 1, "c"]]], [10, 0], [3, "ul", [[[0, [], 0, "i"]]]], [10, 1], [10, 9]]});
        assert_eq!(
            mobiledoc(&doc),
            "<p><a href=\"http://x.example/\"><em>a&lt;b</em><br />c</a></p>\n<figure><img src=\"/a.jpg\" alt=\"\" /><figcaption>At <em>noon</em></figcaption></figure>\n<ul><li>i</li></ul>\n<p><em>x</em></p>\n\n\n"
        );
    }

    #[test]
    fn lexical_nodes_become_markup() {
        let doc = serde_json::json!({"type": "paragraph", "children": [{"type": "extended-text", "format": 3, "text": "a"}, {"type": "link", "url": "/b", "children": [{"type": "text", "text": "b"}]}]});
        assert_eq!(node(&doc), "<p><em><strong>a</strong></em><a href=\"/b\">b</a></p>\n");
    }
}
