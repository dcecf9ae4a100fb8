//! A blog in several books: which posts stand in which, under names that last. A volume's name and identifier follow
//! from what it is (a year, a tag, a number), so that a later export replaces the one before.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::str::FromStr;

use super::tags::key;
use super::words::{self, Words};
use crate::error::{Error, Result};
use crate::model::{Kind, PostId};
use crate::store::Entry;

/// How a blog is divided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Volumes {
    Year,
    /// At most so many bytes of pictures and text each.
    Size(u64),
    /// At most so many posts each.
    Count(usize),
    /// One for each tag or category; what has none of them is a volume too.
    Tags(Vec<String>),
}

/// One volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volume {
    /// What stands in the file's name and in the identifier.
    pub key: String,
    /// What follows the blog's title.
    pub label: String,
    /// Place in the series.
    pub position: Option<i32>,
    pub posts: HashSet<PostId>,
}

impl FromStr for Volumes {
    type Err = Error;

    fn from_str(text: &str) -> Result<Volumes> {
        let bad = || {
            Error::usage(format!("{text:?} divides no book"))
                .with_hint("write year, size=200MB, count=500 or tag=one,two")
        };
        let (kind, value) = text.split_once('=').unwrap_or((text, ""));
        match kind {
            "year" if value.is_empty() => Ok(Volumes::Year),
            "size" => bytes(value).filter(|n| *n > 0).map(Volumes::Size).ok_or_else(bad),
            "count" => value.parse().ok().filter(|n| *n > 0).map(Volumes::Count).ok_or_else(bad),
            "tag" => {
                let tags: Vec<String> =
                    value.split(',').map(|t| t.trim().to_string()).filter(|t| !t.is_empty()).collect();
                if tags.is_empty() { Err(bad()) } else { Ok(Volumes::Tags(tags)) }
            }
            _ => Err(bad()),
        }
    }
}

/// `200MB`, `1.5 GB`, `500k`; a bare number is of bytes.
fn bytes(text: &str) -> Option<u64> {
    let text = text.trim().to_ascii_lowercase();
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic()).trim();
    let unit = match text.get(number.len()..)?.trim() {
        "" | "b" => 1.0,
        "k" | "kb" => 1e3,
        "m" | "mb" => 1e6,
        "g" | "gb" => 1e9,
        _ => return None,
    };
    let n: f64 = number.parse().ok()?;
    (n.is_finite() && (0.0..1e12).contains(&n)).then_some((n * unit) as u64)
}

/// Divides posts in their order; none is left out.
pub fn divide(by: &Volumes, entries: &[Entry], words: &Words) -> Vec<Volume> {
    match by {
        Volumes::Year => by_key(entries, |e| {
            let year = e.published.as_ref().and_then(|d| words::numbers(d).0);
            match (e.kind, year) {
                (Kind::Page, _) => (2, "pages".into(), words.pages.to_string(), None),
                (_, Some(y)) => (0, format!("{y:04}"), y.to_string(), Some(i32::from(y))),
                (_, None) => (1, "undated".into(), words.undated.to_string(), None),
            }
        }),
        Volumes::Tags(tags) => by_key(entries, |e| {
            let has = |tag: &&String| {
                let same = |t: &crate::model::Term| key(&t.label) == key(tag) || t.slug.eq_ignore_ascii_case(tag);
                e.tags.iter().chain(&e.categories).any(same)
            };
            match tags.iter().find(has) {
                Some(tag) => (0, slug(tag), tag.clone(), None),
                None => (1, "other".into(), words.other_posts.to_string(), None),
            }
        }),
        Volumes::Count(most) => numbered(entries.chunks(*most).map(|c| c.iter().collect()).collect()),
        Volumes::Size(most) => numbered(by_size(entries, *most)),
    }
}

fn by_key(entries: &[Entry], key: impl Fn(&Entry) -> (u8, String, String, Option<i32>)) -> Vec<Volume> {
    let mut volumes: BTreeMap<(u8, String), Volume> = BTreeMap::new();
    for entry in entries {
        let (order, key, label, position) = key(entry);
        let volume = volumes.entry((order, key)).or_insert_with_key(|(_, key)| Volume {
            key: key.clone(),
            label,
            position,
            posts: HashSet::new(),
        });
        volume.posts.insert(entry.id.clone());
    }
    volumes.into_values().collect()
}

fn numbered(groups: Vec<Vec<&Entry>>) -> Vec<Volume> {
    let volume = |(n, group): (usize, Vec<&Entry>)| Volume {
        key: format!("{:02}", n + 1),
        label: (n + 1).to_string(),
        position: Some(n as i32 + 1),
        posts: group.iter().map(|e| e.id.clone()).collect(),
    };
    groups.into_iter().enumerate().map(volume).collect()
}

/// A picture counts once a volume; a post's text as a fifth of its file's own size would, which is about 4 KB.
fn by_size(entries: &[Entry], most: u64) -> Vec<Vec<&Entry>> {
    const TEXT: u64 = 4_000;
    let mut groups: Vec<Vec<&Entry>> = Vec::new();
    let (mut filled, mut held): (u64, HashMap<&str, ()>) = (0, HashMap::new());
    for entry in entries {
        let media = |held: &HashMap<&str, ()>| -> u64 {
            let new = entry.media.iter().filter(|m| m.sha256.as_ref().is_some_and(|d| !held.contains_key(d.as_str())));
            new.filter(|m| m.mime.as_deref().is_some_and(|t| t.starts_with("image/"))).filter_map(|m| m.bytes).sum()
        };
        let mut bytes = media(&held) + TEXT;
        if groups.is_empty() || filled > 0 && filled + bytes > most {
            groups.push(Vec::new());
            (filled, held) = (0, HashMap::new());
            bytes = media(&held) + TEXT;
        }
        filled += bytes;
        held.extend(entry.media.iter().filter_map(|m| m.sha256.as_ref()).map(|d| (d.as_str(), ())));
        groups.iter_mut().last().into_iter().for_each(|g| g.push(entry));
    }
    groups
}

/// A tag as part of a file's name.
pub fn slug(text: &str) -> String {
    let plain = super::tags::plain(text);
    let mut out = String::new();
    for c in plain.chars() {
        match c {
            c if c.is_ascii_alphanumeric() => out.push(c),
            _ if out.ends_with('-') || out.is_empty() => {}
            _ => out.push('-'),
        }
    }
    let out: String = out.trim_end_matches('-').chars().take(40).collect();
    let lossless = plain.chars().all(|c| c.is_ascii_alphanumeric() || c == ' ' || c == '-');
    let digest = crate::model::Digest::of(text.to_lowercase());
    let digest = digest.as_str().get(..6).unwrap_or_default();
    match (out.is_empty(), lossless) {
        (false, true) => out,
        (false, false) => format!("{out}-{digest}"),
        (true, _) => digest.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Date, Digest, Media, Term};

    fn entry(n: u32, date: &str, tag: &str, bytes: u64) -> Entry {
        let term = Term { label: tag.into(), slug: tag.to_lowercase(), taxonomy: "post_tag".into() };
        Entry {
            id: PostId::of(&n.to_string()),
            published: Date::parse_iso(date),
            tags: vec![term],
            media: vec![Media {
                sha256: Some(Digest::of(n.to_string())),
                mime: Some("image/png".into()),
                bytes: Some(bytes),
                ..Media::default()
            }],
            ..Entry::default()
        }
    }

    fn keys(by: &str, entries: &[Entry]) -> Vec<(String, usize)> {
        let volumes = divide(&by.parse().unwrap(), entries, Words::of("en"));
        volumes.into_iter().map(|v| (v.key, v.posts.len())).collect()
    }

    #[test]
    fn every_post_stands_in_one_volume() {
        let all = [
            entry(1, "2007-04-23", "Sea", 60),
            entry(2, "2007-05-01", "Sky", 90_000),
            entry(3, "2009", "sea", 60),
            entry(4, "", "c++", 60),
        ];
        let of = |by: &str| keys(by, &all).into_iter().map(|(k, n)| format!("{k}:{n}")).collect::<Vec<_>>().join(" ");
        assert_eq!(of("year"), "2007:2 2009:1 undated:1");
        assert_eq!(of("count=3"), "01:3 02:1");
        assert_eq!(of("size=100 kB"), "01:2 02:2");
        assert_eq!(of("tag=sea,c++"), "c-".to_string() + &slug("c++")[2..] + ":1 sea:2 other:1");
    }

    #[test]
    fn what_divides_no_book_is_a_usage_error() {
        for bad in ["", "years", "size=", "size=x", "count=0", "tag=", "year=2007", "size=-1MB", "size=1e99GB"] {
            assert!(bad.parse::<Volumes>().is_err(), "{bad}");
        }
        assert_eq!("size=1.5GB".parse::<Volumes>().unwrap(), Volumes::Size(1_500_000_000));
    }
}
