//! A post: the unit that is kept, and the draft that becomes one.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Author, Caption, Comment, Date, Digest, Enclosure, Link, Media, PostId, Term, canonical_json};

/// The version of a post file's shape.
pub const SCHEMA: u32 = 1;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    #[default]
    Post,
    Page,
    /// A comment on somebody else's post, published as a post (Medium).
    Response,
}

/// The publisher's own state of a post. WXR: `wp:status`; Blogger: `app:draft`; MT: `STATUS`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    #[default]
    Published,
    Draft,
    Pending,
    Scheduled,
    Private,
    /// Published, to be read with a password only.
    Protected,
    Trash,
}

/// Whether a value stood in the source as such or was inferred.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Certainty {
    Guessed,
    #[default]
    Stated,
}

impl Certainty {
    fn is_stated(&self) -> bool {
        *self == Certainty::Stated
    }
}

/// A capture or file that gave values of a post.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// `rest`, `wxr`, `text`, `feed`, `page`, `wayback`.
    pub kind: String,
    /// The address asked, or the file's name.
    pub uri: String,
    /// Digest of the payload as received: found in `raw/*.cdxj` or `raw/import/`.
    pub sha256: Option<Digest>,
    /// When the publisher last changed the post, as this source says; decides between sources.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated: Option<Timestamp>,
    /// When the page was captured, where what came in says so (WARC-Date): a later capture of a source beats an earlier
    /// one, whichever comes in first. Never the time of a fetch of our own, which counts as the latest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured: Option<Timestamp>,
}

/// Where the value of one field came from, and what it won against.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    pub source: String,
    #[serde(default)]
    pub certainty: Certainty,
    /// How it was found, for people ("first line, a comma list").
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub how: String,
    /// Who else says the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Also>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rejected: Vec<Rejected>,
}

/// A source that says what a better one says: should that one change its word, this one's is still known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Also {
    pub source: String,
    #[serde(default, skip_serializing_if = "Certainty::is_stated")]
    pub certainty: Certainty,
}

/// A value that lost, by the source that gave it. Long values stand as `sha256:<digest of their canonical JSON>`, a body
/// as the digest of its words, folded: one that has the words of the body that stands has not lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    pub source: String,
    #[serde(default)]
    pub certainty: Certainty,
    pub value: Value,
    /// Who else says the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Also>,
    /// Why it lost, where the winner's own source gave it in another place (its page's OpenGraph beside its heading). Such
    /// a value belongs to the winner and goes with it; no merge weighs it again.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
}

/// A post that its publisher no longer shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gone {
    pub first_missed: Timestamp,
    #[serde(default)]
    pub confirmed: Option<Timestamp>,
}

/// A post or page as it stands in the archive.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Post {
    pub schema: u32,
    pub id: PostId,
    /// Permalink. WXR and REST: `link`; feed: `link`; MT: `UNIQUE URL`.
    #[serde(default)]
    pub url: Option<String>,
    /// Other addresses and ids of the same post: `?p=ID`, guid, canonical, platform id; sorted.
    #[serde(default)]
    pub aliases: Vec<String>,
    #[serde(default)]
    pub kind: Kind,
    #[serde(default)]
    pub status: Status,
    /// Plain text, entities decoded.
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub authors: Vec<Author>,
    #[serde(default)]
    pub published: Option<Date>,
    #[serde(default)]
    pub updated: Option<Date>,
    /// BCP 47 tag.
    #[serde(default)]
    pub language: Option<String>,
    #[serde(default)]
    pub series: Option<String>,
    #[serde(default)]
    pub tags: Vec<Term>,
    #[serde(default)]
    pub categories: Vec<Term>,
    /// A summary its author wrote; never the cut beginning of the text.
    #[serde(default)]
    pub excerpt: Option<String>,
    /// The body: clean HTML with absolute addresses.
    #[serde(default)]
    pub html: String,
    /// The body as plain text, blocks parted by blank lines.
    #[serde(default)]
    pub text: String,
    #[serde(default)]
    pub captions: Vec<Caption>,
    #[serde(default)]
    pub links: Vec<Link>,
    #[serde(default)]
    pub media: Vec<Media>,
    #[serde(default)]
    pub comments: Vec<Comment>,
    #[serde(default)]
    pub enclosures: Vec<Enclosure>,
    /// One entry a kind, sorted by kind.
    #[serde(default)]
    pub sources: Vec<Source>,
    #[serde(default)]
    pub fields: BTreeMap<String, Field>,
    #[serde(default)]
    pub gone: Option<Gone>,
    /// What the source said beyond this model, by source kind.
    #[serde(default)]
    pub extra: Map<String, Value>,
    #[serde(default)]
    pub content_hash: String,
    /// Fields of a newer program, kept as they are.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

/// The fields whose change makes a new version.
pub const CONTENT: [&str; 11] = [
    "title",
    "authors",
    "published",
    "tags",
    "categories",
    "series",
    "html",
    "captions",
    "links",
    "media",
    "enclosures",
];

/// Those fields of one post.
#[derive(Serialize)]
struct Content<'a> {
    authors: &'a [Author],
    captions: &'a [Caption],
    categories: &'a [Term],
    enclosures: &'a [Enclosure],
    html: &'a str,
    links: &'a [Link],
    media: &'a [Media],
    published: &'a Option<Date>,
    series: &'a Option<String>,
    tags: &'a [Term],
    title: &'a str,
}

impl Post {
    /// Returns SHA-256 over the canonical form of the fields that make up the content.
    pub fn hash_content(&self) -> String {
        Digest::of(canonical_json(&self.content())).to_string()
    }

    /// Returns a hash that ignores what the archive itself resolves later (targets of links, digests of media):
    /// two posts that agree in it are the same text.
    pub fn hash_text(&self) -> String {
        let (mut links, mut captions, mut media) = (self.links.clone(), self.captions.clone(), self.media.clone());
        links.iter_mut().for_each(|l| l.target = None);
        captions.iter_mut().for_each(|c| c.media = None);
        for m in &mut media {
            (m.sha256, m.mime, m.bytes, m.width, m.height) = (None, None, None, None, None);
        }
        let bare = Content { captions: &captions, links: &links, media: &media, ..self.content() };
        Digest::of(canonical_json(&bare)).to_string()
    }

    fn content(&self) -> Content<'_> {
        Content {
            authors: &self.authors,
            captions: &self.captions,
            categories: &self.categories,
            enclosures: &self.enclosures,
            html: &self.html,
            links: &self.links,
            media: &self.media,
            published: &self.published,
            series: &self.series,
            tags: &self.tags,
            title: &self.title,
        }
    }

    /// Returns the names by which the post can be found: permalink and aliases.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.url.iter().chain(&self.aliases).map(String::as_str)
    }

    /// Returns the title, or the first words of the text where there is none.
    pub fn label(&self) -> String {
        if !self.title.is_empty() {
            return self.title.clone();
        }
        let words: Vec<&str> = self.text.split_whitespace().take(9).collect();
        let cut = self.text.split_whitespace().nth(9).is_some();
        let label = words.join(" ");
        match (label.is_empty(), cut) {
            (true, _) => self.url.clone().unwrap_or_else(|| self.id.to_string()),
            (false, true) => label + " …",
            (false, false) => label,
        }
    }
}

/// A post as a format gives it, before the passes over its body: what every importer and source produces.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    pub source: Source,
    /// Platform id and site (`wordpress:example.com:123`): an identity where no permalink is known, an alias otherwise.
    pub key: Option<String>,
    pub url: Option<String>,
    pub aliases: Vec<String>,
    pub kind: Kind,
    pub status: Status,
    /// Plain text, entities decoded.
    pub title: String,
    pub authors: Vec<Author>,
    pub published: Option<Date>,
    pub updated: Option<Date>,
    pub language: Option<String>,
    pub series: Option<String>,
    pub tags: Vec<Term>,
    pub categories: Vec<Term>,
    pub excerpt: Option<String>,
    /// The body as HTML: the format's own markup already rendered; addresses may be relative to `base`.
    pub body: String,
    pub base: Option<String>,
    /// Captions, links and media known apart from the body (a caption line of a text, a related list, a featured image).
    pub captions: Vec<Caption>,
    pub links: Vec<Link>,
    pub media: Vec<Media>,
    pub comments: Vec<Comment>,
    pub enclosures: Vec<Enclosure>,
    pub extra: Map<String, Value>,
    /// Fields that were inferred, and how.
    pub guessed: BTreeMap<&'static str, String>,
    /// For fields that one source gives in several places: where the value stood, and what stood elsewhere.
    pub told: BTreeMap<&'static str, (String, Vec<Rejected>)>,
}
