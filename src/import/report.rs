//! What a reader is given, what it finds, and what it says at the end.

use std::collections::BTreeMap;

use crate::error::Result;
use crate::event::Events;
use crate::input::Named;
use crate::model::{Digest, Draft, Gap, Site};

/// The work given to a reader: streams of its format that belong together (one path, one site).
pub struct Job<'a> {
    pub streams: &'a [Named],
    pub events: &'a Events,
}

/// One thing a reader found, in this order: the site where the format names one, then posts and pages.
#[derive(Debug)]
pub enum Found {
    Site(Site),
    Draft(Box<Draft>),
}

/// What a reader hands its finds to. Its errors end the reading.
pub type Sink<'a> = dyn FnMut(Found) -> Result<()> + 'a;

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
    /// The streams read, by name, with the digest of their bytes.
    pub originals: Vec<(String, Digest)>,
}

impl Report {
    /// Counts something that was seen and is no post.
    pub fn skip(&mut self, what: &str, n: u64) {
        if n > 0 {
            *self.skipped.entry(what.to_string()).or_default() += n;
        }
    }
}
