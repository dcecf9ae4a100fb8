//! The blog as a whole, and the archive's front page (`archive.json`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The archive format this program writes. It reads all formats up to this one.
pub const FORMAT: u32 = 1;

/// What the publisher says of the blog.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// Root address. WXR: `wp:base_blog_url`; REST: `home`; feed: `link`.
    #[serde(default)]
    pub url: Option<String>,
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub description: String,
    /// BCP 47 tag.
    #[serde(default)]
    pub language: Option<String>,
    /// IANA name or offset.
    #[serde(default)]
    pub timezone: Option<String>,
    /// What made it: `WordPress 6.1`, `Blogger`.
    #[serde(default)]
    pub generator: Option<String>,
}

/// How much an archive holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub posts: u64,
    pub pages: u64,
    pub comments: u64,
    pub media: u64,
    pub versions: u64,
}

/// `archive.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchiveInfo {
    pub format: u32,
    /// UUIDv5 of the site's address or, without one, of the archive's name.
    pub id: String,
    pub name: String,
    pub site: Site,
    /// Where posts came from, by kind: `rest` → addresses, `wxr` → file names; sorted.
    #[serde(default)]
    pub sources: BTreeMap<String, Vec<String>>,
    pub counts: Counts,
    /// Fields of a newer program, kept as they are.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}
