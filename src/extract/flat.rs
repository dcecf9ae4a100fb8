//! The flat line of a post: names and strings only, for people and scripts that want no archive. It knows no page.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::Reading;
use crate::html::fold;
use crate::model::{Date, Link, Term};

/// Returns the line of a post under this id.
pub fn flat(reading: &Reading, id: &str) -> Value {
    let Reading { draft, body, .. } = reading;
    let labels = |terms: &[Term]| terms.iter().map(|t| t.label.clone()).collect::<Vec<_>>();
    let names: Vec<&str> = draft.authors.iter().map(|a| a.name.as_str()).collect();
    let captions: Vec<&str> = draft.captions.iter().chain(&body.captions).map(|c| c.text.as_str()).collect();
    let links: Vec<&Link> = body.links.iter().chain(&draft.links).collect();
    let mut line = json!({
        "id": id,
        "url": draft.url,
        "title": draft.title,
        "author": names.join("; "),
        "published": draft.published.as_ref().map(iso),
        "updated": draft.updated.as_ref().map(iso),
        "language": draft.language,
        "tags": labels(&draft.tags),
        "categories": labels(&draft.categories),
        "captions": captions,
        "links": links,
        "text": uncaptioned(&body.text, &captions),
        "html": body.html,
    });
    if reading.cut {
        line["truncated"] = true.into();
    }
    line
}

/// Blocks of one caption.
const PARTS: usize = 4;

/// Returns a text without the blocks that are captions: they have their own place in the line, and stand in `html`. Where
/// little else is said, as under the pictures of a gallery, they are the text and stay.
fn uncaptioned(text: &str, captions: &[&str]) -> String {
    if captions.is_empty() {
        return text.to_string();
    }
    let mut left: HashMap<String, usize> = HashMap::new();
    for caption in captions {
        *left.entry(fold(caption)).or_default() += 1;
    }
    let longest = left.keys().map(String::len).max().unwrap_or(0);
    let blocks: Vec<&str> = text.split("\n\n").collect();
    let (mut rest, mut at) = (Vec::new(), 0);
    while let Some(block) = blocks.get(at) {
        // A caption and its credit may be blocks of their own.
        let mut words = fold(block);
        let mut length = 1;
        let taken = loop {
            if words.len() > longest {
                break 0;
            }
            if let Some(n) = left.get_mut(&words).filter(|n| **n > 0) {
                *n -= 1;
                break length;
            }
            match blocks.get(at + length).filter(|_| length < PARTS) {
                Some(next) => {
                    words.push(' ');
                    words.push_str(&fold(next));
                    length += 1;
                }
                None => break 0,
            }
        };
        if taken == 0 {
            rest.push(*block);
        }
        at += taken.max(1);
    }
    let rest = rest.join("\n\n");
    if rest.len() * 3 < text.len() || (rest.len() * 3 < text.len() * 2 && rest.len() < 1500) {
        text.to_string()
    } else {
        rest
    }
}

/// Returns a moment with its offset, as far as both are known.
fn iso(date: &Date) -> String {
    format!("{}{}", date.text, date.offset.as_deref().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caption_is_told_apart_from_the_text_and_is_it_where_there_is_no_other() {
        let text = "We went up.\n\nA hill\nin snow\n\nAnd down, before the rain.\n\nA hill in snow";
        let rest = "We went up.\n\nAnd down, before the rain.\n\nA hill in snow";
        assert_eq!(uncaptioned(text, &["A hill in snow"]), rest);
        assert_eq!(uncaptioned("Look.\n\nA hill in snow", &["A hill in snow"]), "Look.\n\nA hill in snow");
    }
}
