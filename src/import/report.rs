//! What a reader is given, what it finds, and what it says at the end.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use url::Url;

use crate::error::{Error, Result};
use crate::event::Events;
use crate::input::Named;
use crate::model::{Digest, Draft, Gap, Reason, Site};

/// The work given to a reader: streams of its format that belong together (one path, one site).
pub struct Job<'a> {
    pub streams: &'a [Named],
    pub events: &'a Events,
    pub options: Options,
}

/// What the user says of the streams where they do not say it themselves.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Root address of the blog, for formats that do not name it.
    pub site: Option<Url>,
    /// Zone of local times: an IANA name or an offset.
    pub timezone: Option<String>,
    /// Encoding of texts that declare none.
    pub encoding: Option<String>,
}

/// One thing a reader found, in this order: the site where the format names one, then posts and pages. A file that came
/// with them stands before the posts that show it, and so may the original they stand in.
#[derive(Debug)]
pub enum Found<'a> {
    Site(Site),
    Original(&'a Named, Digest),
    Draft(Box<Draft>),
    File(Attached),
}

/// A picture, sound or document that came with the posts.
#[derive(Debug, Clone)]
pub struct Attached {
    /// The address under which posts show it; relative where their base is not known.
    pub url: String,
    pub bytes: Bytes,
}

/// Where the bytes of an attached file are.
#[derive(Debug, Clone)]
pub enum Bytes {
    Stream(Named),
    Held(Vec<u8>),
}

impl Bytes {
    /// Opens the file.
    ///
    /// Errors: its stream cannot be read.
    pub fn open(&self) -> Result<Box<dyn Read + '_>> {
        match self {
            Bytes::Stream(stream) => Ok(stream.open()?),
            Bytes::Held(bytes) => Ok(Box::new(bytes.as_slice())),
        }
    }
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
    /// The streams read, by name, with the digest of their bytes, unless they were handed on before their posts.
    pub originals: Vec<(String, Digest)>,
    /// What could not be rendered.
    tally: BTreeMap<&'static str, Met>,
}

/// Something met in posts.
#[derive(Debug, Clone, Default)]
struct Met {
    which: BTreeSet<String>,
    posts: u64,
    first: String,
    last: String,
}

impl Report {
    /// Counts what was met in a post and could not be rendered: what happened, and to what.
    pub fn met(&mut self, all: Vec<(&'static str, String)>, post: &str) {
        for (what, which) in all {
            let met = self.tally.entry(what).or_insert_with(|| Met { first: post.to_string(), ..Met::default() });
            met.which.insert(which);
            if met.last != post {
                met.posts += 1;
                met.last = post.to_string();
            }
        }
    }

    /// Returns the notes, those of posts summed up.
    pub fn all_notes(&self) -> Vec<String> {
        let summed = self.tally.iter().map(|(what, met)| {
            let which: Vec<&str> = met.which.iter().map(String::as_str).filter(|w| !w.is_empty()).collect();
            let which = if which.is_empty() { String::new() } else { format!(": {}", which.join(", ")) };
            let posts = if met.posts > 1 { format!("{} posts, the first of them ", met.posts) } else { String::new() };
            format!("{what}{which} (in {posts}{:?})", met.first)
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
