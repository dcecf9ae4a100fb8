//! What a feed says, in the words of RFC 4287 (Atom); each field says where RSS and JSON Feed keep it.

use serde_json::{Map, Value};

use crate::model::{Author, Date, Site};

/// Which family of formats a feed is of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Dialect {
    /// RSS 0.9x and 2.0: `rss`.
    #[default]
    Rss,
    /// RSS 0.90 and 1.0: `rdf:RDF`.
    Rdf,
    Atom,
    Json,
}

/// A feed, or one page of it.
#[derive(Debug, Clone, Default)]
pub struct Feed {
    pub dialect: Dialect,
    /// As the feed writes it: `2.0`, `0.91`, `0.3`, `1.1`.
    pub version: String,
    /// Atom: `id`; JSON Feed: `feed_url`.
    pub id: String,
    pub site: Site,
    pub authors: Vec<Author>,
    pub entries: Vec<Entry>,
    pub links: Vec<Link>,
    /// All entries there are stand in this document: what is missing was deleted (`fh:complete`, RFC 5005 section 2).
    pub complete: bool,
    /// A part that does not change any more (`fh:archive`, RFC 5005 section 4).
    pub archive: bool,
    /// What was repaired or could not be read, with the lines.
    pub repairs: Vec<String>,
    /// The line where a feed ends before its root element does.
    pub cut: Option<u64>,
}

impl Feed {
    /// Returns what people call the format: `RSS 2.0`, `Atom 1.0`.
    pub fn name(&self) -> String {
        let (name, version) = match self.dialect {
            Dialect::Rss => ("RSS", ""),
            Dialect::Rdf => ("RSS", "1.0"),
            Dialect::Atom => ("Atom", "1.0"),
            Dialect::Json => ("JSON Feed", ""),
        };
        let version = if self.version.is_empty() { version } else { &self.version };
        format!("{name} {version}").trim_end().to_string()
    }

    /// Returns the address of a document that belongs to the feed: `next`, `prev-archive`, `current`, `self`, `hub`.
    pub fn link(&self, rel: &str) -> Option<&str> {
        self.links.iter().find(|l| l.rel == rel).map(|l| l.href.as_str())
    }

    /// Returns the next page of a paged feed (RFC 5005 section 3; JSON Feed: `next_url`), whose entries may shift.
    pub fn next(&self) -> Option<&str> {
        self.link("next")
    }

    /// Returns the archive before this document (RFC 5005 section 4), which is fixed.
    pub fn prev_archive(&self) -> Option<&str> {
        self.link("prev-archive")
    }
}

/// One entry.
#[derive(Debug, Clone, Default)]
pub struct Entry {
    /// RSS: `guid`; RDF: `rdf:about`; JSON Feed: `id`.
    pub id: String,
    /// The id is the permalink too (RSS: `isPermaLink`, true where it is not said).
    pub id_is_address: bool,
    pub title: Text,
    /// RSS: `description`.
    pub summary: Option<Text>,
    /// RSS: `content:encoded`; JSON Feed: `content_html`, `content_text`.
    pub content: Option<Text>,
    /// RSS: `dc:creator`.
    pub authors: Vec<Author>,
    /// RSS: `author`, an e-mail address most often: counts where nothing better names who wrote it.
    pub account: Option<Author>,
    /// RSS: `pubDate`; Atom 0.3: `issued`.
    pub published: Option<Date>,
    /// Atom 0.3: `modified`.
    pub updated: Option<Date>,
    /// Dates as written that could not be read.
    pub bad_dates: Vec<String>,
    pub categories: Vec<Category>,
    /// All links; RSS: `link` is one with the relation `alternate`, `enclosure` one with that name.
    pub links: Vec<Link>,
    pub media: Vec<Medium>,
    /// The entry this one answers (RFC 4685 `thr:in-reply-to`, its `ref`).
    pub in_reply_to: Option<String>,
    /// `app:control/app:draft` (RFC 5023 section 13.1.1).
    pub draft: bool,
    pub language: Option<String>,
    /// Where relative addresses lead from.
    pub base: Option<String>,
    /// What has no field here, by name as the format writes it.
    pub extra: Map<String, Value>,
    /// The line where it ends; 0 in JSON.
    pub line: u64,
}

impl Entry {
    /// Returns the first address with a relation.
    pub fn link(&self, rel: &str) -> Option<&str> {
        self.links.iter().find(|l| l.rel == rel).map(|l| l.href.as_str())
    }

    /// Returns a value of [`Entry::extra`] that is text.
    pub fn extra(&self, name: &str) -> Option<&str> {
        self.extra.get(name).and_then(Value::as_str).map(str::trim).filter(|v| !v.is_empty())
    }
}

/// A text construct (RFC 4287 section 3.1) or content (section 4.1.3).
#[derive(Debug, Clone, Default)]
pub struct Text {
    pub value: String,
    pub html: bool,
    /// The text is elsewhere.
    pub src: Option<String>,
    /// Where its relative addresses lead from, where the text has a base of its own.
    pub base: Option<String>,
}

/// RFC 4287 section 4.2.7.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Link {
    pub rel: String,
    /// Absolute where a base is known.
    pub href: String,
    pub mime: Option<String>,
    pub length: Option<u64>,
    pub title: Option<String>,
}

/// RFC 4287 section 4.2.2. RSS: `domain` is the scheme.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Category {
    pub term: String,
    pub label: Option<String>,
    pub scheme: Option<String>,
}

/// Media RSS: `media:content`, `media:thumbnail`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Medium {
    pub url: String,
    pub mime: Option<String>,
    pub medium: Option<String>,
    pub title: String,
    pub description: String,
    pub credit: Option<String>,
    pub thumbnail: bool,
}
