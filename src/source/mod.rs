//! Finds the posts of a blog on the web: one row of [`WAYS`] for each way a blog can be read.
//! It opens no socket and knows no archive: it says what to ask and reads the answers.

mod again;
mod answers;
mod archive;
mod blogger;
mod errors;
mod feed;
mod ghost;
mod list;
mod livejournal;
mod look;
mod paged;
pub mod parts;
mod sitemap;
mod substack;
mod tumblr;
mod walk;
pub mod wayback;
mod ways;
mod wordpress;
mod wpcom;

use serde_json::Value;
use url::Url;

use crate::error::Result;
use crate::http::{Answer, Ask};
use crate::model::{Comment, Draft, Gap, Kind, Site};

pub use again::{Again, readers};
pub use errors::explain;
pub use list::List;
pub use look::{Asker, Look};
pub use wayback::Wayback;
pub use ways::{Found, Reach, WAYBACK, WAYS, Way, find, names};

/// What one answer gave.
#[derive(Debug, Default)]
pub struct Batch {
    pub drafts: Vec<Draft>,
    /// Posts that the answer names without their text, in its order.
    pub named: Vec<Named>,
    /// Comments for posts that are not among the drafts, each with the key of its post.
    pub comments: Vec<(String, Comment)>,
    pub gaps: Vec<Gap>,
    pub notes: Vec<String>,
    /// Gaps of this kind (`comments`) are filled: all of it was read.
    pub whole: Option<&'static str>,
    /// What the answer says of the blog.
    pub site: Option<Site>,
    /// How many posts and pages are expected in all, once that is known.
    pub expected: Option<u64>,
    /// What was named or given in this run by now is all there is: a kept post that this source knew is missed.
    pub all: bool,
    /// What to hand to [`Source::resume`] in a later run, once everything up to here is kept.
    pub memo: Option<Value>,
}

/// A post as a listing names it: the evidence that there is one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Named {
    /// Its address, or a key where only that is known.
    pub name: String,
    /// What the listing says of its last change. A hint to look again when it differs from the last time, never a date
    /// of the post.
    pub mark: Option<String>,
    /// When it was published, as the listing says (`2007-04-23`, or only the beginning).
    pub published: Option<String>,
    /// A page of the blog, where the listing tells it from a post.
    pub kind: Option<Kind>,
    /// Its key on the platform, where that is known beside its address.
    pub key: Option<String>,
    pub text: Text,
}

/// Where the text of a named post is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Text {
    /// On its page, which is got unless the post is kept.
    #[default]
    OnItsPage,
    /// The listing gave its beginning; the page is got unless a page was read before.
    Cut,
    /// With the listing, or nowhere that could be asked.
    Here,
}

impl Named {
    pub fn at(url: impl Into<String>) -> Named {
        Named { name: url.into(), ..Named::default() }
    }
}

/// A request of a source.
#[derive(Debug, Clone)]
pub struct Step {
    pub url: Url,
    pub ask: Ask,
    /// The answer may be that nothing changed since the last whole run (304), which the source can read.
    pub again: bool,
}

impl Step {
    pub fn new(url: Url, ask: Ask) -> Step {
        Step { url, ask, again: false }
    }

    /// A request whose answer is not needed where nothing changed.
    pub fn again(url: Url, ask: Ask) -> Step {
        Step { url, ask, again: true }
    }
}

/// A blog that was found, and the way to read it.
///
/// The caller asks what [`Source::next`] says, several at a time if it likes, and hands each answer to
/// [`Source::read`] in the order in which they were to be asked. Getting the pages of named posts, politeness, retries,
/// conditional requests and the capture of what came are the caller's.
pub trait Source {
    fn site(&self) -> &Site;

    /// Returns where it reads, for people.
    fn at(&self) -> String;

    /// Goes on where an earlier run stood; a memo that does not fit is left aside.
    fn resume(&mut self, memo: &Value);

    /// Names all posts there are, and asks for no texts: for those who only count.
    fn only_names(&mut self) {}

    /// Returns the posts that it can name before anything is asked.
    fn named(&mut self) -> Vec<Named> {
        Vec::new()
    }

    /// Returns the next request; none when an answer must be read first, or when all is read.
    fn next(&mut self) -> Option<Step>;

    /// Reads an answer. `known` tells whether a post of this key or address is kept, or known to be none.
    ///
    /// # Errors
    /// [`Error::Fetch`](crate::Error::Fetch) when the blog cannot be read any further.
    fn read(&mut self, answer: &Answer, known: &dyn Fn(&str) -> bool) -> Result<Batch>;

    /// Returns whether it names every post the blog has, as far as it has been read.
    fn covers(&self) -> bool {
        false
    }
}

/// Returns the word a gap uses for a kind of post.
fn gap_word(kind: Kind) -> &'static str {
    if kind == Kind::Page { "page" } else { "post" }
}
