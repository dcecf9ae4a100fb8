//! What one text of a post says otherwise than another.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use crate::model::Post;

/// Two texts of hostile length are compared as well as this time allows.
const PATIENCE: Duration = Duration::from_secs(2);

/// What differs.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Difference {
    /// In the order in which people look at a post.
    pub fields: Vec<Change>,
    /// Paragraphs of the text, those that differ with the ones beside them.
    pub text: Vec<Line>,
}

/// A field in words: one value, or what a list lost and gained.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    pub field: &'static str,
    pub removed: Vec<String>,
    pub added: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Sign {
    Same,
    Removed,
    Added,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    pub sign: Sign,
    pub text: String,
}

impl Difference {
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.text.is_empty()
    }
}

/// Returns what `new` says otherwise than `old`.
pub fn difference(old: &Post, new: &Post) -> Difference {
    let (before, after) = (words(old), words(new));
    let fields = before.into_iter().zip(after).filter_map(|((field, a), (_, b))| {
        let removed: Vec<String> = a.iter().filter(|v| !b.contains(v)).cloned().collect();
        let added: Vec<String> = b.iter().filter(|v| !a.contains(v)).cloned().collect();
        (!removed.is_empty() || !added.is_empty()).then_some(Change { field, removed, added })
    });
    Difference { fields: fields.collect(), text: lines(&old.text, &new.text) }
}

fn lines(old: &str, new: &str) -> Vec<Line> {
    let diff = TextDiff::configure().timeout(PATIENCE).diff_lines(old, new);
    let mut out = Vec::new();
    for group in diff.grouped_ops(1) {
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let sign = match change.tag() {
                ChangeTag::Equal => Sign::Same,
                ChangeTag::Delete => Sign::Removed,
                ChangeTag::Insert => Sign::Added,
            };
            let text = change.value().trim_end_matches('\n').to_string();
            if !text.is_empty() {
                out.push(Line { sign, text });
            }
        }
    }
    out
}

/// Returns each field as the words that stand for it.
fn words(post: &Post) -> Vec<(&'static str, Vec<String>)> {
    let terms = |list: &[crate::model::Term]| list.iter().map(|t| t.label.clone()).collect::<Vec<_>>();
    let one = |text: &str| if text.is_empty() { Vec::new() } else { vec![text.to_string()] };
    let date = |d: &Option<crate::model::Date>| {
        d.iter().map(|d| d.text.clone() + d.offset.as_deref().unwrap_or_default()).collect()
    };
    vec![
        ("title", one(&post.title)),
        ("status", one(serde_json::to_value(post.status).ok().as_ref().and_then(Value::as_str).unwrap_or_default())),
        ("address", post.url.iter().cloned().collect()),
        ("authors", post.authors.iter().map(|a| a.name.clone()).collect()),
        ("published", date(&post.published)),
        ("updated", date(&post.updated)),
        ("series", post.series.iter().cloned().collect()),
        ("tags", terms(&post.tags)),
        ("categories", terms(&post.categories)),
        ("excerpt", post.excerpt.iter().cloned().collect()),
        ("captions", post.captions.iter().map(|c| c.text.clone()).collect()),
        ("links", post.links.iter().map(|l| l.url.clone().unwrap_or_else(|| l.text.clone())).collect()),
        ("media", post.media.iter().map(|m| m.url.clone()).collect()),
        ("enclosures", post.enclosures.iter().map(|e| e.url.clone()).collect()),
        ("comments", post.comments.iter().map(|c| format!("{} {}", c.id, c.author)).collect()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_that_differ_are_shown_with_their_neighbours() {
        let old = Post { title: "Fog".into(), text: "One\n\nTwo\n\nThree\n\nFour".into(), ..Post::default() };
        let new = Post { title: "Mist".into(), text: "One\n\nTwo\n\nThird\n\nFour".into(), ..Post::default() };
        let found = difference(&old, &new);
        assert_eq!(found.fields[0], Change { field: "title", removed: vec!["Fog".into()], added: vec!["Mist".into()] });
        let signs: Vec<(Sign, &str)> = found.text.iter().map(|l| (l.sign, l.text.as_str())).collect();
        assert_eq!(signs, [(Sign::Removed, "Three"), (Sign::Added, "Third")]);
        assert!(difference(&old, &old).is_empty());
    }
}
