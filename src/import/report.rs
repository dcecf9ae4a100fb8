//! What a reader is given, what it finds, and what it says at the end.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::event::Events;
use crate::input::Named;
use crate::model::{Digest, Draft, Gap, Reason, Site};

/// The work given to a reader: streams of its format that belong together (one path, one site).
pub struct Job<'a> {
    pub streams: &'a [Named],
    pub events: &'a Events,
}

/// One thing a reader found, in this order: the site where the format names one, then stream by stream the original,
/// then its posts and pages. A stream of which nothing can be used has no original.
#[derive(Debug)]
pub enum Found<'a> {
    Site(Site),
    Original(&'a Named, Digest),
    Draft(Box<Draft>),
}

/// What a reader hands its finds to. Its errors end the reading.
pub type Sink<'a> = dyn FnMut(Found<'_>) -> Result<()> + 'a;

/// What came of a reading, beside the finds.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Posts and pages handed on.
    pub found: u64,
    /// What was seen and is no post, by name: `nav_menu_item`, `spam comment`.
    pub skipped: BTreeMap<String, u64>,
    /// What was repaired or guessed, with the lines.
    pub notes: Vec<String>,
    pub gaps: Vec<Gap>,
    /// What could not be rendered: in how many posts, the first of them.
    tally: BTreeMap<String, (u64, String)>,
}

impl Report {
    /// Counts something that was met in a post and could not be rendered.
    pub fn met(&mut self, what: String, post: &str) {
        let (count, _) = self.tally.entry(what).or_insert_with(|| (0, post.to_string()));
        *count += 1;
    }

    /// Returns the notes, those of posts summed up.
    pub fn all_notes(&self) -> Vec<String> {
        let summed = self.tally.iter().map(|(what, (count, first))| match count {
            1 => format!("{what} (in {first:?})"),
            n => format!("{what} (in {n} posts, the first of them {first:?})"),
        });
        self.notes.iter().cloned().chain(summed).collect()
    }

    /// Notes that a stream among others could not be read.
    pub fn unreadable(&mut self, stream: &Named, error: &Error) {
        let why = error.to_string();
        let why = why.strip_prefix(&format!("cannot read {}: ", stream.shown)).unwrap_or(&why).to_string();
        let (url, what, reason, post) = (stream.name.clone(), "file".into(), Reason::Malformed, None);
        self.gaps.push(Gap { url, what, reason, detail: why, post });
    }

    /// Counts something that was seen and is no post.
    pub fn skip(&mut self, what: &str, n: u64) {
        if n > 0 {
            *self.skipped.entry(what.to_string()).or_default() += n;
        }
    }
}
