//! The parts of a post.

use serde::{Deserialize, Serialize};

use super::{Date, Digest};

/// Who wrote it. WXR: `dc:creator` → `wp:author`; REST: `author`; feed: `dc:creator`, `author/name`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// A term of a taxonomy: a tag or a category. WXR: `category[domain][nicename]`; Blogger: label.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Term {
    pub label: String,
    #[serde(default)]
    pub slug: String,
    /// `post_tag`, `category`, `series` or the platform's own name.
    pub taxonomy: String,
}

/// The words under a picture. An inline HTML form, its plain text, and the picture it belongs to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caption {
    pub text: String,
    #[serde(default)]
    pub html: String,
    /// Photographer or agency, where the source sets it apart.
    #[serde(default)]
    pub credit: Option<String>,
    /// Digest of the kept picture.
    #[serde(default)]
    pub media: Option<Digest>,
    /// Address of the picture; none when a text names no picture.
    #[serde(default)]
    pub src: Option<String>,
    #[serde(default)]
    pub alt: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LinkKind {
    /// To the same blog.
    Internal,
    External,
    /// To a post the publisher lists as related; may have no address.
    Related,
    /// To a picture, sound or document.
    Media,
    /// Something shown in place: a video, a tweet.
    Embed,
}

/// A link of the body, in order of appearance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    #[serde(default)]
    pub url: Option<String>,
    pub text: String,
    #[serde(default)]
    pub rel: Option<String>,
    pub kind: LinkKind,
    /// The id of the post it leads to, where that post is in the archive.
    #[serde(default)]
    pub target: Option<String>,
}

/// A picture, sound, film or document that a post shows or links to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// The address under which the body names it.
    pub url: String,
    /// Digest of the kept bytes; none while they are missing. The file is `media/sha256/ab/<digest>.<ext>`.
    #[serde(default)]
    pub sha256: Option<Digest>,
    /// Type by its first bytes, not by its name.
    #[serde(default, rename = "type")]
    pub mime: Option<String>,
    #[serde(default)]
    pub bytes: Option<u64>,
    #[serde(default)]
    pub width: Option<u32>,
    #[serde(default)]
    pub height: Option<u32>,
    #[serde(default)]
    pub alt: Option<String>,
    /// `body`, `featured` or `attachment`.
    #[serde(default)]
    pub role: String,
    /// Where the kept bytes came from, if not from `url`: the original behind a smaller one, a capture in an archive of
    /// the web.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CommentKind {
    Comment,
    Pingback,
    Trackback,
}

/// Why a comment was not public.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CommentStatus {
    /// Waiting for approval.
    Pending,
    Spam,
    Trash,
}

/// A reader's word under a post. E-mail and IP addresses are never kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    /// The platform's id; unique in the post.
    pub id: String,
    /// The id of the comment it answers.
    #[serde(default)]
    pub parent: Option<String>,
    pub kind: CommentKind,
    pub author: String,
    #[serde(default)]
    pub url: Option<String>,
    #[serde(default)]
    pub published: Option<Date>,
    pub html: String,
    pub text: String,
    /// None for those that everybody could read. The others come in only where they are asked for, and no book holds them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<CommentStatus>,
}

/// A file a feed delivers with the post (RSS `enclosure`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enclosure {
    pub url: String,
    #[serde(default, rename = "type")]
    pub mime: Option<String>,
    #[serde(default)]
    pub length: Option<u64>,
}
