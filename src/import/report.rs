//! What a reader is given, what it finds, and what it says at the end.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use url::Url;

use crate::error::{Error, Result};
use crate::event::Events;
use crate::input::Named;
use crate::model::{CommentStatus, Digest, Draft, Gap, Post, Reason, Site};

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
    /// Whether comments that never were public are wanted too.
    pub all_comments: bool,
}

/// One thing a reader found. The site comes first where the format names one; an original with the digest of its bytes,
/// and a file that came with posts, stand anywhere before the first post that needs them.
#[derive(Debug)]
pub enum Found<'a> {
    Site(Site),
    Original(&'a Named, Digest),
    Draft(Box<Draft>),
    /// A post in the archive's own form, as it was handed out.
    Post(Box<Post>),
    File(Attached),
}

/// A picture, sound or document that came with the posts.
#[derive(Debug, Clone)]
pub struct Attached {
    /// The address under which posts show it; relative where their base is not known.
    pub url: String,
    pub bytes: Bytes,
    /// Where the bytes came from, if not from that address.
    pub via: Option<String>,
}

impl Attached {
    pub fn new(url: String, bytes: Bytes) -> Attached {
        Attached { url, bytes, via: None }
    }
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
    /// Personal data that was left out: `e-mail addresses of commenters`.
    pub withheld: BTreeMap<&'static str, u64>,
    /// What was repaired or guessed, with the lines.
    pub notes: Vec<String>,
    /// What the user may want to know and is no fault of the file.
    pub remarks: Vec<String>,
    /// Which of its forms the format is in: `WXR 1.2`, `Atom 1.0`; empty where it has one only.
    pub dialect: String,
    pub gaps: Vec<Gap>,
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
    /// The report of a reader that came upon a fault after so many posts.
    pub fn broken_off(found: u64, gap: Gap) -> Report {
        Report { found, gaps: vec![gap], ..Report::default() }
    }

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

    /// Returns what is no repair: the remarks, what could not be rendered summed up.
    pub fn all_remarks(&self) -> Vec<String> {
        let summed = self.tally.iter().map(|(what, met)| {
            let which: Vec<&str> = met.which.iter().map(String::as_str).filter(|w| !w.is_empty()).collect();
            let which = if which.is_empty() { String::new() } else { format!(": {}", which.join(", ")) };
            let posts = if met.posts > 1 { format!("{} posts, the first of them ", met.posts) } else { String::new() };
            format!("{what}{which} (in {posts}{:?})", met.first)
        });
        self.remarks.iter().cloned().chain(summed).collect()
    }

    /// Notes that a stream among others could not be read.
    pub fn unreadable(&mut self, stream: &Named, error: &Error) {
        let why = error.to_string();
        let why = why.strip_prefix(&format!("cannot read {}: ", stream.shown)).unwrap_or(&why).to_string();
        let (url, what, reason, post) = (stream.name.clone(), "file".into(), Reason::Malformed, None);
        self.gaps.push(Gap { url, what, reason, detail: why, post });
    }

    /// Returns whether a comment is taken in that never was public: then it is marked so, else it is counted.
    pub fn hidden(&mut self, job: &Options, status: CommentStatus) -> bool {
        if !job.all_comments {
            self.skip(
                match status {
                    CommentStatus::Spam => "spam comments",
                    CommentStatus::Trash => "comments in the trash",
                    CommentStatus::Pending => "comments never approved",
                },
                1,
            );
        }
        job.all_comments
    }

    /// Counts what is nobody's business and was left out.
    pub fn withhold(&mut self, what: &'static str, n: u64) {
        if n > 0 {
            *self.withheld.entry(what).or_default() += n;
        }
    }

    /// Counts something that was seen and is no post.
    pub fn skip(&mut self, what: &str, n: u64) {
        if n > 0 {
            *self.skipped.entry(what.to_string()).or_default() += n;
        }
    }
}

/// Nouns of what is counted by name, in both numbers.
const NOUNS: [(&str, &str); 17] = [
    ("addresses", "address"),
    ("attachments", "attachment"),
    ("captures", "capture"),
    ("comments", "comment"),
    ("entries", "entry"),
    ("files", "file"),
    ("hashes", "hash"),
    ("objects", "object"),
    ("pages", "page"),
    ("passwords", "password"),
    ("pictures", "picture"),
    ("records", "record"),
    ("settings", "setting"),
    ("subscribers", "subscriber"),
    ("templates", "template"),
    ("terms", "term"),
    ("users", "user"),
];

/// Returns a number with what it counts, which is named in the plural.
pub fn counted(n: u64, what: &str) -> String {
    // The noun stands first, or behind one word.
    let place =
        |many: &str| what.find(many).is_some_and(|at| what.get(..at).unwrap_or_default().matches(' ').count() < 2);
    let one = NOUNS.iter().find(|(many, _)| n == 1 && place(many));
    let what = one.map_or_else(|| what.to_string(), |(many, one)| what.replacen(many, one, 1));
    format!("{n} {}", if n == 1 { what.replacen(" that are ", " that is ", 1) } else { what })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_something_is_told_in_the_singular() {
        let table = [
            (1, "IP addresses of commenters", "1 IP address of commenters"),
            (2, "spam comments", "2 spam comments"),
            (1, "comments in the trash", "1 comment in the trash"),
            (1, "nav_menu_item", "1 nav_menu_item"),
            (1, "files that are no posts", "1 file that is no posts"),
            (1, "entry of kind note among the comments", "1 entry of kind note among the comments"),
        ];
        for (n, what, told) in table {
            assert_eq!(counted(n, what), told);
        }
    }
}
