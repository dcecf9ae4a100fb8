//! What a reader is given, what it finds, and what it says at the end.

use std::collections::BTreeMap;
use std::io::Read;

use url::Url;

use crate::error::Result;
use crate::event::Events;
use crate::input::Named;
use crate::model::{Digest, Draft, Gap, Site};

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
/// with them stands before the posts that show it.
#[derive(Debug)]
pub enum Found {
    Site(Site),
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
