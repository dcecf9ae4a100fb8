//! What one run tells the next: how far it came, and what was the newest it saw.

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::rest::{RestPost, moment};
use super::slot;
use crate::model::Kind;

/// The version of its shape.
const VERSION: u32 = 1;

/// The newest of something: WordPress compares local times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Newest {
    pub local: DateTime,
    /// Whether that second was long gone when it was read: then nothing can have followed in the same second.
    pub settled: bool,
}

impl Newest {
    /// Returns the local time after which to ask.
    pub fn since(&self) -> Option<String> {
        let back = SignedDuration::from_secs(i64::from(!self.settled));
        Some(self.local.checked_sub(back).ok()?.strftime("%Y-%m-%dT%H:%M:%S").to_string())
    }

    /// Takes a moment in if it is newer.
    pub fn join(newest: &mut Option<Newest>, local: Option<DateTime>, utc: Option<DateTime>, read: Timestamp) {
        let Some(local) = local.filter(|l| newest.as_ref().is_none_or(|n| *l >= n.local)) else { return };
        let utc = utc.and_then(|u| jiff::tz::Offset::UTC.to_timestamp(u).ok());
        let settled = utc.is_some_and(|u| read.duration_since(u) > SignedDuration::from_secs(60));
        *newest = Some(Newest { local, settled });
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Memo {
    version: u32,
    /// Which blog this is about.
    blog: String,
    /// The whole blog was read; from now on only news are asked for.
    pub done: bool,
    /// The page of posts, and of pages, to go on with.
    pub pages: [u64; 2],
    /// How many there were in all when that page was reached.
    pub totals: [Option<u64>; 2],
    pub changed: [Option<Newest>; 2],
    /// How many there were in all when each of them was known, and the highest number among them.
    pub known: [Option<u64>; 2],
    pub last_id: [u64; 2],
    pub comments_total: Option<u64>,
    pub newest_comment: Option<Newest>,
}

impl Memo {
    pub fn new(blog: &str) -> Memo {
        Memo {
            version: VERSION,
            blog: blog.to_string(),
            done: false,
            pages: [1; 2],
            totals: [None; 2],
            changed: [None, None],
            known: [None; 2],
            last_id: [0; 2],
            comments_total: None,
            newest_comment: None,
        }
    }

    /// Reads a memo; one of another blog or shape is none.
    pub fn of(value: &Value, blog: &str) -> Option<Memo> {
        let memo: Memo = serde_json::from_value(value.clone()).ok()?;
        (memo.version == VERSION && memo.blog == blog).then_some(memo)
    }

    pub fn to_value(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// Takes in posts that were read.
    pub fn note(&mut self, kind: Kind, posts: &[RestPost], read: Timestamp) {
        for post in posts {
            self.last_id[slot(kind)] = self.last_id[slot(kind)].max(post.id);
            Newest::join(&mut self.changed[slot(kind)], moment(&post.modified), moment(&post.modified_gmt), read);
        }
    }

    /// Returns whether there are fewer than there were, those that came since counted in.
    pub fn lacks(&self, kind: Kind, newest: &[u64], total: Option<u64>) -> bool {
        let new = newest.iter().filter(|id| **id > self.last_id[slot(kind)]).count() as u64;
        self.known[slot(kind)].zip(total).is_some_and(|(known, total)| total < known + new)
    }

    /// Returns whether the newest ids of a listing explain how many it has now: nothing else can have come.
    pub fn explains(&self, kind: Kind, newest: &[u64], total: Option<u64>) -> bool {
        let new = newest.iter().filter(|id| **id > self.last_id[slot(kind)]).count();
        match (self.known[slot(kind)], total) {
            (Some(known), Some(total)) => known == total || (known + new as u64 == total && new < newest.len()),
            // Nobody tells: whether older ones came too is guessed from whether all on this page are new.
            _ => new == 0 || new < newest.len(),
        }
    }
}
