//! Posts of the block editor: HTML parted by comments (`<!-- wp:name {"json"} -->`).
//! [The format](https://developer.wordpress.org/block-editor/explanations/architecture/key-concepts/).

use serde_json::Value;

use super::figure::escape;
use super::slots::Stands;
use super::{MAX_DEPTH, Work, autop, embed};

/// A block comment.
struct Comment<'a> {
    name: &'a str,
    json: &'a str,
    closing: bool,
    /// `/-->`: the block has no HTML of its own.
    void: bool,
    length: usize,
}

impl Work<'_> {
    /// Takes the comments out, shows reusable blocks in their place, and leaves out what only a running WordPress shows.
    pub(super) fn blocks(&mut self, text: &str, depth: usize) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find("<!-- ") {
            let (before, from) = rest.split_at(at);
            out.push_str(before);
            let Some(comment) = read(from) else {
                out.push_str("<!-- ");
                rest = from.get(5..).unwrap_or_default();
                continue;
            };
            rest = from.get(comment.length..).unwrap_or_default();
            if comment.void {
                let shown = self.dynamic(&comment, depth);
                out.push_str(&shown);
            } else if comment.name == "shortcode" && !comment.closing {
                // The one block whose text is made into paragraphs.
                let end = rest.find("<!-- /wp:shortcode").unwrap_or(rest.len());
                let inner = self.expand(rest.get(..end).unwrap_or_default().trim(), depth);
                out.push_str(&autop(&inner));
                rest = rest.get(end..).unwrap_or_default();
            }
        }
        out.push_str(rest);
        out
    }

    /// A block without HTML.
    fn dynamic(&mut self, comment: &Comment, depth: usize) -> String {
        let json: Value = serde_json::from_str(comment.json).unwrap_or_default();
        let text = |key: &str| json.get(key).and_then(Value::as_str).unwrap_or_default();
        match comment.name {
            "block" => {
                let id = json.get("ref").and_then(Value::as_u64).unwrap_or_default();
                match self.context.survey.block(id).filter(|_| depth < MAX_DEPTH) {
                    Some(content) if self.grow(content.len()) => {
                        let content = self.slots.clear(content);
                        let linked = embed::lines(&super::without_structure(&content), &mut self.slots);
                        self.blocks(&linked, depth + 1)
                    }
                    Some(_) => String::new(),
                    None => {
                        self.note(
                            "reusable blocks that are not in the export, or show themselves, left out",
                            &id.to_string(),
                        );
                        String::new()
                    }
                }
            }
            "social-link" if text("url").contains("://") => {
                let words = [text("label"), text("service"), text("url")]
                    .into_iter()
                    .find(|w| !w.is_empty())
                    .unwrap_or_default();
                let link = format!("<li><a href=\"{}\">{}</a></li>", escape(text("url")), escape(words));
                self.slots.put(link, Stands::Block)
            }
            name if ["embed", "core-embed"].iter().any(|e| name.starts_with(e)) && text("url").contains("://") => {
                self.slots.put(format!("<p>{}</p>", embed::link(text("url"), None)), Stands::Block)
            }
            // Nothing to see.
            "spacer" | "more" | "nextpage" | "separator" | "column" | "group" => String::new(),
            name => {
                self.note("blocks that WordPress makes when a post is shown left out", name);
                String::new()
            }
        }
    }
}

/// Reads the block comment at the beginning of a text; another comment is none.
fn read(text: &str) -> Option<Comment<'_>> {
    let inner = text.strip_prefix("<!-- ")?;
    let end = inner.find("-->")?;
    let words = inner.get(..end)?.trim();
    let length = 5 + end + 3;
    if let Some(name) = words.strip_prefix("/wp:") {
        return Some(Comment { name, json: "", closing: true, void: false, length });
    }
    let words = words.strip_prefix("wp:")?;
    let void = words.ends_with('/');
    let words = words.trim_end_matches('/').trim_end();
    let (name, json) = words.split_once([' ', '\n', '\t']).unwrap_or((words, ""));
    Some(Comment { name: name.strip_prefix("core/").unwrap_or(name), json: json.trim(), closing: false, void, length })
}
