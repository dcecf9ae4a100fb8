//! `stats`: an archive in numbers. It reads posts one after the other and keeps sums.

use std::collections::{BTreeMap, HashSet};

use rayon::prelude::*;
use serde::Serialize;

use crate::error::Result;
use crate::event::Events;
use crate::model::{Digest, Kind, LinkKind, Post, Term};
use crate::store::{Archive, Entry};

/// Posts read at a time.
const CHUNK: usize = 1024;

/// Tags, categories and authors that are told.
const TOP: usize = 10;

/// What an archive holds.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Stats {
    pub archive: String,
    pub posts: u64,
    pub pages: u64,
    /// Dates of the first and the last post (`2007-04-23`).
    pub first: Option<String>,
    pub last: Option<String>,
    /// Posts by year; those without a date stand under `undated`.
    pub years: BTreeMap<String, u64>,
    pub words: u64,
    pub comments: u64,
    pub captions: u64,
    /// Names with the number of their posts, the most used first.
    pub tags: Vec<(String, u64)>,
    pub categories: Vec<(String, u64)>,
    pub authors: Vec<(String, u64)>,
    /// Links by what they lead to.
    pub links: BTreeMap<String, u64>,
    /// Posts by what they came from; one may have come from several.
    pub sources: BTreeMap<String, u64>,
    /// Files of media, and their bytes.
    pub media: u64,
    pub media_bytes: u64,
    /// Media that posts show and the archive does not hold.
    pub media_missing: u64,
    /// Earlier texts.
    pub versions: u64,
    /// Posts that their blog no longer shows.
    pub gone: u64,
    pub gaps: u64,
    pub gaps_accepted: u64,
}

/// Counts by name.
type Tally = BTreeMap<String, u64>;

#[derive(Default)]
struct Sum {
    stats: Stats,
    tags: Tally,
    categories: Tally,
    authors: Tally,
    media: HashSet<Digest>,
}

/// Counts what posts of an archive hold.
///
/// # Errors
/// [`Error::Archive`](crate::Error::Archive) when a post cannot be read, [`Error::Interrupted`](crate::Error::Interrupted).
pub fn stats(archive: &Archive, entries: &[Entry], events: &Events) -> Result<Stats> {
    let mut sum = Sum::default();
    for chunk in entries.chunks(CHUNK) {
        events.check()?;
        let posts = chunk.par_iter().map(|entry| archive.read(entry)).collect::<Result<Vec<Post>>>()?;
        posts.iter().for_each(|post| sum.add(post));
    }
    let gaps = archive.gaps()?;
    let accepted = gaps.iter().filter(|g| g.accepted).count() as u64;
    Ok(Stats {
        archive: archive.info.name.clone(),
        tags: top(sum.tags),
        categories: top(sum.categories),
        authors: top(sum.authors),
        media: sum.media.len() as u64,
        versions: archive.info.counts.versions,
        gaps: gaps.len() as u64 - accepted,
        gaps_accepted: accepted,
        ..sum.stats
    })
}

impl Sum {
    fn add(&mut self, post: &Post) {
        let all = &mut self.stats;
        *(if post.kind == Kind::Page { &mut all.pages } else { &mut all.posts }) += 1;
        let day = post.published.as_ref().map(|d| d.text.chars().take(10).collect::<String>());
        let year = day.as_ref().map_or("undated".to_string(), |d| d.chars().take(4).collect());
        if post.kind != Kind::Page {
            *all.years.entry(year).or_default() += 1;
            if let Some(day) = day {
                all.first = Some(all.first.take().map_or(day.clone(), |first| first.min(day.clone())));
                all.last = Some(all.last.take().map_or(day.clone(), |last| last.max(day)));
            }
        }
        all.words += post.text.split_whitespace().count() as u64;
        all.comments += post.comments.len() as u64;
        all.captions += post.captions.len() as u64;
        all.gone += u64::from(post.gone.is_some());
        for link in &post.links {
            let kind = match link.kind {
                LinkKind::Internal if link.target.is_none() => "internal, to what is not kept",
                LinkKind::Internal => "internal",
                LinkKind::External => "external",
                LinkKind::Related => "related",
                LinkKind::Media => "media",
                LinkKind::Embed => "embed",
            };
            *all.links.entry(kind.to_string()).or_default() += 1;
        }
        let kinds: HashSet<&str> = post.sources.iter().map(|s| s.kind.as_str()).collect();
        kinds.into_iter().for_each(|kind| *all.sources.entry(kind.to_string()).or_default() += 1);
        for medium in &post.media {
            match &medium.sha256 {
                Some(digest) if self.media.insert(digest.clone()) => {
                    all.media_bytes += medium.bytes.unwrap_or_default()
                }
                Some(_) => {}
                None => all.media_missing += 1,
            }
        }
        let count = |tally: &mut Tally, terms: &[Term]| {
            let labels: HashSet<&str> = terms.iter().map(|t| t.label.as_str()).collect();
            labels.into_iter().for_each(|label| *tally.entry(label.to_string()).or_default() += 1);
        };
        count(&mut self.tags, &post.tags);
        count(&mut self.categories, &post.categories);
        post.authors.iter().for_each(|a| *self.authors.entry(a.name.clone()).or_default() += 1);
    }
}

/// Returns the most used names, of equals in the order of the alphabet.
fn top(tally: Tally) -> Vec<(String, u64)> {
    let mut all: Vec<(String, u64)> = tally.into_iter().collect();
    all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    all.truncate(TOP);
    all
}
