//! Finds the posts of a blog on the web: one row of `SOURCES` for each way a blog can be read.
//! It opens no socket and knows no archive: it says what to ask and reads the answers.

mod errors;
mod wordpress;

use serde_json::Value;
use url::Url;

use crate::error::{Error, Result};
use crate::http::{Answer, Ask};
use crate::model::{Capture, Comment, Draft, Gap, Kind, Site};

pub use errors::explain;

/// What one answer gave.
#[derive(Debug, Default)]
pub struct Batch {
    pub drafts: Vec<Draft>,
    /// Comments for posts that are not among the drafts, each with the key of its post.
    pub comments: Vec<(String, Comment)>,
    pub gaps: Vec<Gap>,
    pub notes: Vec<String>,
    /// Gaps of this kind (`comments`) are filled: all of it was read.
    pub whole: Option<&'static str>,
    /// How many posts and pages are expected in all, once that is known.
    pub expected: Option<u64>,
    /// What to hand to [`Source::resume`] in a later run, once everything up to here is kept.
    pub memo: Option<Value>,
}

/// A blog that was found, and the way to read it.
///
/// The caller asks what [`Source::next`] says, several at a time if it likes, and hands each answer to
/// [`Source::read`] in the order in which they were to be asked.
pub trait Source {
    fn name(&self) -> &'static str;

    fn site(&self) -> &Site;

    /// Goes on where an earlier run stood; a memo that does not fit is left aside.
    fn resume(&mut self, memo: &Value);

    /// Returns the next request; none when an answer must be read first, or when all is read.
    fn next(&mut self) -> Option<(Url, Ask)>;

    /// Reads an answer. `known` tells whether a post of this key is kept.
    ///
    /// # Errors
    /// [`Error::Fetch`] when the blog cannot be read any further.
    fn read(&mut self, answer: &Answer, known: &dyn Fn(&str) -> bool) -> Result<Batch>;
}

/// A source ready to be read.
pub type Found = Box<dyn Source>;

/// Asks for an address and waits for the answer.
pub type Asker<'a> = dyn FnMut(&Url, &Ask) -> Result<Answer> + 'a;

/// One way to read a blog: looks at the page the user named, asks further, and returns a source if this way is open.
struct Way {
    name: &'static str,
    /// What it looks for, for those it does not find it for.
    looks_for: &'static str,
    probe: fn(&Capture, &mut Asker) -> Result<Option<Found>>,
}

/// In the order in which they are tried.
const SOURCES: [Way; 1] = [Way {
    name: "WordPress API",
    looks_for: "a link in the page, /wp-json/, /?rest_route=/",
    probe: wordpress::probe,
}];

/// Finds out how a blog can be read, from any address of it.
///
/// # Errors
/// [`Error::Fetch`] when the address gives no page, or no way to read the blog was found.
pub fn find(seed: &Url, ask: &mut Asker) -> Result<Found> {
    let answer = ask(seed, &Ask::page())?;
    let page = answer.result().map_err(|miss| explain(seed, &miss))?;
    for way in &SOURCES {
        if let Some(source) = (way.probe)(page, ask)? {
            return Ok(source);
        }
    }
    let looked: Vec<String> = SOURCES.iter().map(|w| format!("no {}; looked for {}", w.name, w.looks_for)).collect();
    let why = format!("no blog found there ({})", looked.join("; "));
    Err(Error::fetch(crate::http::without_password(seed.as_str()), why).with_hint(
        "name the front page of the blog; if you have an export file of it, `mdarchive import FILE` reads that",
    ))
}

/// Returns the word a gap uses for a kind of post.
fn gap_word(kind: Kind) -> &'static str {
    if kind == Kind::Page { "page" } else { "post" }
}
