//! The API's own shapes. Only `id` must be there: plugins change the type of anything else, or leave it out.

use jiff::civil::DateTime;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::model::Capture;

/// A post or page (`/wp/v2/posts`, `/wp/v2/pages`).
#[derive(Debug, Default, Deserialize)]
pub(super) struct RestPost {
    pub id: u64,
    #[serde(default, deserialize_with = "lenient")]
    pub link: String,
    #[serde(default, deserialize_with = "lenient")]
    pub guid: Rendered,
    /// In the site's own time, without zone.
    #[serde(default, deserialize_with = "lenient")]
    pub date: String,
    #[serde(default, deserialize_with = "lenient")]
    pub date_gmt: String,
    #[serde(default, deserialize_with = "lenient")]
    pub modified: String,
    #[serde(default, deserialize_with = "lenient")]
    pub modified_gmt: String,
    #[serde(default, deserialize_with = "lenient")]
    pub status: String,
    #[serde(default, deserialize_with = "lenient")]
    pub title: Rendered,
    #[serde(default, deserialize_with = "lenient")]
    pub content: Rendered,
    #[serde(default, deserialize_with = "lenient")]
    pub excerpt: Rendered,
    #[serde(default, deserialize_with = "lenient")]
    pub author: u64,
    #[serde(default, deserialize_with = "lenient")]
    pub featured_media: u64,
    #[serde(default, deserialize_with = "lenient")]
    pub categories: Vec<u64>,
    #[serde(default, deserialize_with = "lenient")]
    pub tags: Vec<u64>,
    #[serde(default, deserialize_with = "lenient")]
    pub yoast_head_json: Yoast,
    #[serde(default, rename = "_embedded", deserialize_with = "lenient")]
    pub embedded: Embedded,
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Rendered {
    #[serde(default, deserialize_with = "lenient")]
    pub rendered: String,
    #[serde(default, deserialize_with = "lenient")]
    pub protected: bool,
}

/// What the SEO plugin Yoast adds.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Yoast {
    #[serde(default, deserialize_with = "lenient")]
    pub author: String,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Embedded {
    #[serde(default, deserialize_with = "lenient")]
    pub author: Vec<Row>,
}

/// A user, a category, a tag or a medium: what we use of each.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Row {
    #[serde(default, deserialize_with = "lenient")]
    pub id: u64,
    #[serde(default, deserialize_with = "lenient")]
    pub name: String,
    #[serde(default, deserialize_with = "lenient")]
    pub slug: String,
    #[serde(default, deserialize_with = "lenient")]
    pub link: String,
    #[serde(default, deserialize_with = "lenient")]
    pub taxonomy: String,
    #[serde(default, deserialize_with = "lenient")]
    pub source_url: String,
    #[serde(default, deserialize_with = "lenient")]
    pub alt_text: String,
    #[serde(default, deserialize_with = "lenient")]
    pub caption: Rendered,
}

/// A comment (`/wp/v2/comments`).
#[derive(Debug, Default, Deserialize)]
pub(super) struct RestComment {
    pub id: u64,
    #[serde(default, deserialize_with = "lenient")]
    pub post: u64,
    #[serde(default, deserialize_with = "lenient")]
    pub parent: u64,
    #[serde(default, deserialize_with = "lenient")]
    pub author_name: String,
    #[serde(default, deserialize_with = "lenient")]
    pub author_url: String,
    #[serde(default, deserialize_with = "lenient")]
    pub date: String,
    #[serde(default, deserialize_with = "lenient")]
    pub date_gmt: String,
    #[serde(default, deserialize_with = "lenient")]
    pub content: Rendered,
    #[serde(default, rename = "type", deserialize_with = "lenient")]
    pub kind: String,
}

/// Reads a value, or nothing where it is of another type.
fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(deserializer: D) -> Result<T, D::Error> {
    let value = Value::deserialize(deserializer)?;
    // Some plugins write numbers as words.
    let value = match value {
        Value::String(ref text) if !text.is_empty() => match serde_json::from_value(value.clone()) {
            Ok(done) => return Ok(done),
            Err(_) => text.parse::<u64>().map_or(value, Value::from),
        },
        value => value,
    };
    Ok(serde_json::from_value(value).unwrap_or_default())
}

/// Returns the JSON of an answer. Warnings that PHP printed before it are passed over.
pub(super) fn json(capture: &Capture) -> Option<Value> {
    let text = capture.text();
    let text = text.trim_start_matches('\u{feff}').trim();
    if let Ok(value) = serde_json::from_str(text) {
        return Some(value);
    }
    let starts = text.match_indices(['[', '{']).map(|(at, _)| at).filter(|at| {
        let before = text[..*at].trim_end_matches([' ', '\t', '\r']);
        before.is_empty() || before.ends_with(['\n', '>'])
    });
    starts.take(20).find_map(|at| serde_json::from_str(&text[at..]).ok())
}

/// Returns a number from a header.
pub(super) fn count(capture: &Capture, name: &str) -> Option<u64> {
    capture.header(name)?.trim().parse().ok()
}

/// Returns a date and time as the API writes it, without zone.
pub(super) fn moment(text: &str) -> Option<DateTime> {
    text.trim().trim_end_matches('Z').parse().ok()
}
