//! What one run tells the next, in the cache: how far each source came, which pages were read, what servers said of the
//! state of what they gave. Written only after what it speaks of is durable; lost, it costs requests and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::Result;
use crate::http::Validators;
use crate::model::{Capture, Digest, Gap, PostId, normalise_url, pretty_json};
use crate::store::Writer;

const MAIN: &str = "fetch.json";
const PAGES: &str = "pages.json";

/// A kill costs at most this much of asking again.
const BATCH_TIME: Duration = Duration::from_secs(5);
const BATCH_ANSWERS: u32 = 5;

/// Addresses remembered of one blog.
const MOST_PAGES: usize = 500_000;

/// What is known of an address that was asked for, or need not be.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Seen {
    /// What the listing said of its last change when it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<Validators>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct State {
    /// The ways by which the blog was read, and each source's own word on how far it came.
    pub ways: Vec<String>,
    #[serde(default)]
    pub memos: BTreeMap<String, Value>,
    /// What was missing in runs that may not have come to say so in `runs.jsonl`.
    #[serde(default)]
    pub gaps: Vec<Gap>,
    /// The last run came to its end.
    #[serde(default)]
    pub done: bool,
    /// The post that was looked at last by `--recheck`.
    #[serde(default)]
    pub rechecked: Option<PostId>,
    /// Posts that no listing names, and whose pages are there all the same.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub unlisted: BTreeSet<PostId>,
    /// Pictures that servers send in place of others.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub guards: BTreeSet<Digest>,
    /// By normalised address; in a file of its own.
    #[serde(skip)]
    pub pages: BTreeMap<String, Seen>,
    /// Said of answers that a later run may ask for only if they changed; they hold when this run comes to its end.
    #[serde(skip)]
    fresh: BTreeMap<String, Validators>,
    #[serde(skip)]
    answers: u32,
    #[serde(skip)]
    since: Option<Instant>,
}

impl State {
    /// Reads the state of the last run; none, or one that cannot be read, means to begin at the beginning.
    pub fn load(get: impl Fn(&str) -> Option<Vec<u8>>, anew: bool) -> State {
        let kept = |name: &str| get(name).filter(|_| !anew);
        let mut state: State = kept(MAIN).and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        state.pages = kept(PAGES).and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        state
    }

    /// Returns whether the last run did not come to its end.
    pub fn broken_off(&self) -> bool {
        let fresh = self.ways.is_empty() && self.memos.is_empty() && self.pages.is_empty();
        !(self.done || fresh)
    }

    pub fn note(&mut self, way: &str, memo: Option<Value>) {
        self.answers += 1;
        self.since.get_or_insert_with(Instant::now);
        if let Some(memo) = memo {
            self.memos.insert(way.to_string(), memo);
        }
    }

    pub fn due(&self) -> bool {
        self.answers >= BATCH_ANSWERS || self.since.is_some_and(|s| s.elapsed() >= BATCH_TIME)
    }

    pub fn seen(&self, url: &str) -> Option<&Seen> {
        self.pages.get(&normalise_url(url))
    }

    /// Notes that an address was read, with what the listing says of it.
    pub fn see(&mut self, url: &str, mark: Option<&String>) {
        if self.pages.len() < MOST_PAGES {
            let seen = self.pages.entry(normalise_url(url)).or_default();
            seen.mark = mark.cloned().or(seen.mark.take());
        }
    }

    /// Notes what a server says of the state of what it gave.
    pub fn validate(&mut self, url: &str, capture: &Capture) {
        if let (200, Some(validators)) = (capture.status, Validators::of(capture)) {
            self.fresh.insert(normalise_url(url), validators);
        }
    }

    pub fn validators(&self, url: &str) -> Option<&Validators> {
        self.seen(url)?.state.as_ref()
    }

    /// Notes that the run came to its end: what servers said holds from now on.
    pub fn end(&mut self) {
        self.done = true;
        for (url, state) in std::mem::take(&mut self.fresh) {
            self.pages.entry(url).or_default().state = Some(state);
        }
    }

    /// Writes the state, if it says anything new.
    pub fn save(&mut self, writer: &mut Writer) -> Result<()> {
        (self.answers, self.since) = (0, None);
        self.gaps.sort();
        self.gaps.dedup_by(|a, b| a.url == b.url);
        if self.memos.is_empty() && self.pages.is_empty() && self.ways.is_empty() {
            return Ok(());
        }
        for (name, bytes) in [(PAGES, pretty_json(&self.pages)), (MAIN, pretty_json(self))] {
            if writer.cache_get(name).as_ref() != Some(&bytes) {
                writer.cache_put(name, &bytes)?;
            }
        }
        Ok(())
    }
}
