//! What a listing needs of a post: all but its text.

use std::path::Path;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::model::{Author, Date, Gone, Kind, Media, Post, PostId, Source, Status, Term};

/// A post or page in a listing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub id: PostId,
    /// Path of the post's file, relative to the archive.
    #[serde(default)]
    pub path: String,
    #[serde(default)]
    pub url: Option<String>,
    #[serde(default)]
    pub aliases: Vec<String>,
    #[serde(default)]
    pub kind: Kind,
    #[serde(default)]
    pub status: Status,
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub authors: Vec<Author>,
    #[serde(default)]
    pub published: Option<Date>,
    #[serde(default)]
    pub updated: Option<Date>,
    #[serde(default)]
    pub series: Option<String>,
    #[serde(default)]
    pub tags: Vec<Term>,
    #[serde(default)]
    pub categories: Vec<Term>,
    #[serde(default)]
    pub media: Vec<Media>,
    #[serde(default)]
    pub sources: Vec<Source>,
    /// The publisher no longer shows it.
    #[serde(default)]
    pub gone: Option<Gone>,
    #[serde(default)]
    pub content_hash: String,
    /// Number of comments.
    #[serde(default, deserialize_with = "count")]
    pub comments: usize,
    /// Number of captions.
    #[serde(default, deserialize_with = "count")]
    pub captions: usize,
}

fn count<'de, D: serde::Deserializer<'de>>(list: D) -> std::result::Result<usize, D::Error> {
    Ok(Vec::<IgnoredAny>::deserialize(list)?.len())
}

impl Entry {
    pub fn of(post: &Post, path: &str) -> Entry {
        Entry {
            id: post.id.clone(),
            path: path.to_string(),
            url: post.url.clone(),
            aliases: post.aliases.clone(),
            kind: post.kind,
            status: post.status,
            title: post.title.clone(),
            authors: post.authors.clone(),
            published: post.published.clone(),
            updated: post.updated.clone(),
            series: post.series.clone(),
            tags: post.tags.clone(),
            categories: post.categories.clone(),
            media: post.media.clone(),
            sources: post.sources.clone(),
            gone: post.gone.clone(),
            content_hash: post.content_hash.clone(),
            comments: post.comments.len(),
            captions: post.captions.len(),
        }
    }

    /// Returns what orders a listing: local time, then id; what has no date comes last.
    pub fn order(&self) -> (bool, &str, &str) {
        let text = self.published.as_ref().map_or("", |d| d.text.as_str());
        (self.published.is_none(), text, self.id.as_str())
    }
}

/// Reads the entry of one post file.
pub fn read_entry(root: &Path, relative: &str) -> Result<Entry> {
    let path = root.join(relative);
    let bytes = std::fs::read(&path).map_err(Error::io("read", &path))?;
    let mut entry: Entry = serde_json::from_slice(&bytes).map_err(|e| damaged(root, relative, e))?;
    if !entry.id.is_valid() {
        return Err(damaged(root, relative, "no valid id"));
    }
    entry.path = relative.to_string();
    Ok(entry)
}

/// The error for a post file that does not read.
pub fn damaged(root: &Path, relative: &str, why: impl std::fmt::Display) -> Error {
    Error::archive(root, format!("{relative} is damaged: {why}"))
        .with_hint("run `mdarchive verify`; restore the file from a snapshot, or remove it and fetch again")
}
