//! What the index of a writer takes of a post, from its file or from the post itself.

use std::path::Path;

use serde::Deserialize;
use url::Url;

use super::entry::damaged;
use crate::error::{Error, Result};
use crate::model::{Date, Kind, Link, LinkKind, Media, Post, PostId, fold_title, platform_key};

/// What a post file says, as far as the index needs it.
#[derive(Debug, Default, Deserialize)]
pub struct Read {
    id: PostId,
    #[serde(default)]
    kind: Kind,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    title: String,
    #[serde(default)]
    published: Option<Date>,
    #[serde(default)]
    media: Vec<Media>,
    #[serde(default)]
    links: Vec<Link>,
}

#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    pub id: &'a PostId,
    pub kind: Kind,
    url: Option<&'a str>,
    aliases: &'a [String],
    title: &'a str,
    published: Option<&'a Date>,
    pub media: &'a [Media],
    links: &'a [Link],
}

/// What a link seeks among the posts that are kept.
#[derive(Debug, PartialEq, Eq)]
pub enum Looks {
    Address(String),
    /// Host and last part of the permalink: WordPress also answers at `/?name=SLUG`.
    Slug(String, String),
    Title(String),
}

/// Reads what the index needs of one post file.
pub fn read_facts(root: &Path, relative: &str) -> Result<Read> {
    let path = root.join(relative);
    let bytes = std::fs::read(&path).map_err(Error::io("read", &path))?;
    let read: Read = serde_json::from_slice(&bytes).map_err(|e| damaged(root, relative, e))?;
    if read.id.is_valid() { Ok(read) } else { Err(damaged(root, relative, "no valid id")) }
}

impl Read {
    pub fn facts(&self) -> Facts<'_> {
        Facts {
            id: &self.id,
            kind: self.kind,
            url: self.url.as_deref(),
            aliases: &self.aliases,
            title: &self.title,
            published: self.published.as_ref(),
            media: &self.media,
            links: &self.links,
        }
    }
}

impl<'a> Facts<'a> {
    pub fn of(post: &'a Post) -> Facts<'a> {
        Facts {
            id: &post.id,
            kind: post.kind,
            url: post.url.as_deref(),
            aliases: &post.aliases,
            title: &post.title,
            published: post.published.as_ref(),
            media: &post.media,
            links: &post.links,
        }
    }

    /// Returns all but the links: they seek when the others are there.
    pub fn without_links(self) -> Facts<'a> {
        Facts { links: &[], ..self }
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.url.into_iter().chain(self.aliases.iter().map(String::as_str))
    }

    /// Returns the platform's own keys of the post: the blog, and the whole key.
    pub fn keys(&self) -> impl Iterator<Item = (&str, &str)> {
        self.aliases.iter().filter_map(|a| platform_key(a))
    }

    pub fn folded_title(&self) -> Option<String> {
        (!self.title.is_empty()).then(|| fold_title(self.title))
    }

    /// Returns host and last part of the permalink.
    pub fn slug(&self) -> Option<(String, String)> {
        let url = Url::parse(self.url?).ok()?;
        let slug = url.path_segments()?.rfind(|s| !s.is_empty())?.to_string();
        Some((url.host_str()?.to_string(), slug))
    }

    /// Returns the local time as a number that orders as time does; what has no date comes last.
    pub fn when(&self) -> u64 {
        let text = self.published.map_or("", |d| d.text.as_str());
        let digits: String =
            text.chars().filter(char::is_ascii_digit).chain("00000000000000".chars()).take(14).collect();
        if text.is_empty() { u64::MAX } else { digits.parse().unwrap_or(u64::MAX) }
    }

    /// Returns what its links seek and have not found.
    pub fn looks(&self) -> impl Iterator<Item = Looks> {
        self.links.iter().filter(|l| l.target.is_none()).flat_map(looks)
    }
}

/// Returns what a link seeks, the surest first.
pub fn looks(link: &Link) -> Vec<Looks> {
    match (&link.url, link.kind) {
        (Some(url), LinkKind::Internal | LinkKind::External | LinkKind::Related) => {
            std::iter::once(Looks::Address(url.clone())).chain(by_name_query(url)).collect()
        }
        (None, LinkKind::Related) => vec![Looks::Title(link.text.clone())],
        _ => Vec::new(),
    }
}

fn by_name_query(url: &str) -> Option<Looks> {
    let url = Url::parse(url).ok()?;
    let (_, slug) = url.query_pairs().find(|(k, _)| k == "name" || k == "pagename")?;
    Some(Looks::Slug(url.host_str()?.to_string(), slug.into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_order_as_time_does() {
        let of = |text: &str| Read { published: Date::parse_iso(text), ..Read::default() }.facts().when();
        assert!(
            of("2007") < of("2007-04")
                && of("2007-04") < of("2007-04-23")
                && of("2007-04-23") < of("2007-04-23T01:00:00")
        );
        assert_eq!(Read::default().facts().when(), u64::MAX);
    }
}
