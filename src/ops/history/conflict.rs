//! Fields on which sources that state a value disagree. One value stands; that the others were weighed is said here.

use rayon::prelude::*;
use serde::Serialize;
use serde_json::Value;

use crate::error::Result;
use crate::model::{Certainty, Post, PostId, fold_words};
use crate::store::Archive;

/// A field of a post whose sources disagree.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Conflict {
    pub post: PostId,
    pub title: String,
    pub field: String,
    /// Who is believed, and what it says; of a body only that it has other words.
    pub source: String,
    pub value: Value,
    pub against: Vec<Against>,
}

/// Who says otherwise.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Against {
    pub source: String,
    pub value: Value,
    /// It was captured after the publisher's last change that the source which stands knows of.
    pub later: bool,
}

/// Returns the conflicts of all posts, in the order of the posts' ids.
pub fn conflicts(archive: &Archive) -> Result<Vec<Conflict>> {
    let entries = archive.entries()?;
    let found: Result<Vec<Vec<Conflict>>> =
        entries.par_iter().map(|e| archive.read(e).map(|post| conflicts_of(&post))).collect();
    let mut all: Vec<Conflict> = found?.into_iter().flatten().collect();
    all.sort_by(|a, b| (&a.post, &a.field).cmp(&(&b.post, &b.field)));
    Ok(all)
}

/// Returns the conflicts of a post. What one source guessed, or what only spelling tells apart, is none.
pub fn conflicts_of(post: &Post) -> Vec<Conflict> {
    let values = serde_json::to_value(post).unwrap_or_default();
    // Each source has a time of its own, and it decides: that they differ is no news.
    let fields = post.fields.iter().filter(|(name, f)| *name != "updated" && f.certainty == Certainty::Stated);
    let stamp = |kind: &str| post.sources.iter().find(|s| s.kind == kind);
    let mut out = Vec::new();
    for (name, field) in fields {
        let stands = &values[name];
        let known = stamp(&field.source).and_then(|s| s.updated.or(s.captured));
        let against: Vec<Against> = field
            .rejected
            .iter()
            .filter(|r| r.source != field.source && r.certainty == Certainty::Stated && !agree(stands, &r.value))
            .map(|r| Against {
                source: r.source.clone(),
                value: r.value.clone(),
                later: known.zip(stamp(&r.source).and_then(|s| s.captured)).is_some_and(|(own, seen)| seen > own),
            })
            .collect();
        if !against.is_empty() {
            let value = if name == "html" { Value::Null } else { stands.clone() };
            let (source, title) = (field.source.clone(), post.label());
            out.push(Conflict { post: post.id.clone(), title, field: name.clone(), source, value, against });
        }
    }
    out
}

/// Whether two values say the same, whatever their spelling and however much of it each knows.
fn agree(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::String(a), Value::String(b)) => fold_words(a) == fold_words(b),
        (Value::Array(a), Value::Array(b)) => {
            let words = |list: &[Value]| {
                let mut all: Vec<String> = list.iter().map(label).collect();
                all.sort();
                all
            };
            words(a) == words(b)
        }
        (Value::Object(a), Value::Object(b)) => {
            let text = |m: &serde_json::Map<String, Value>| m.get("text").and_then(Value::as_str).map(str::to_string);
            let instant = |m: &serde_json::Map<String, Value>| m.get("instant").filter(|i| i.is_string()).cloned();
            match (text(a), text(b)) {
                // A day says nothing against an hour of it.
                (Some(a), Some(b)) if a.starts_with(&b) || b.starts_with(&a) => true,
                _ => instant(a).is_some() && instant(a) == instant(b),
            }
        }
        (a, b) => a == b,
    }
}

fn label(value: &Value) -> String {
    let named = ["label", "name", "url"].iter().find_map(|key| value.get(key).and_then(Value::as_str));
    named.map_or_else(|| value.to_string(), fold_words)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn spelling_and_precision_are_no_conflict() {
        assert!(agree(&json!("Fog \"here\" -- now"), &json!("Fog “here” – now")));
        assert!(agree(&json!({"text": "2007-04-23T12:15:00"}), &json!({"text": "2007-04-23"})));
        let (a, b) = (
            json!({"text": "2007-04-23T12:15:00", "instant": "x"}),
            json!({"text": "2007-04-23T10:15:00", "instant": "x"}),
        );
        assert!(agree(&a, &b));
        assert!(!agree(
            &json!({"text": "2007-04-23", "instant": null}),
            &json!({"text": "2007-04-22", "instant": null})
        ));
        assert!(agree(&json!([{"label": "A", "slug": "a"}, {"label": "B"}]), &json!([{"label": "b"}, {"label": "a"}])));
        assert!(!agree(&json!([{"label": "A"}]), &json!([])));
    }
}
