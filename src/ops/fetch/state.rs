//! How far a run came, for the next one: in the cache, written only after what it speaks of is durable.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::Result;
use crate::model::{Gap, pretty_json};
use crate::store::Writer;

const NAME: &str = "fetch.json";

/// A kill costs at most this much of asking again.
const BATCH_TIME: Duration = Duration::from_secs(5);
const BATCH_ANSWERS: u32 = 5;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct State {
    /// The source's own word on how far it came.
    pub memo: Option<Value>,
    /// What was missing in runs that may not have come to say so in `runs.jsonl`.
    #[serde(default)]
    pub gaps: Vec<Gap>,
    #[serde(skip)]
    answers: u32,
    #[serde(skip)]
    since: Option<Instant>,
}

impl State {
    /// Reads the state of the last run; none, or one that cannot be read, means to begin at the beginning.
    pub fn load(writer: &Writer, anew: bool) -> State {
        let kept = writer.cache_get(NAME).and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let nothing = State { memo: None, gaps: Vec::new(), answers: 0, since: None };
        match kept {
            Some(state) if !anew => state,
            _ => nothing,
        }
    }

    /// Returns whether the last run did not come to its end.
    pub fn broken_off(&self) -> bool {
        self.memo.as_ref().is_some_and(|m| m.get("done") != Some(&Value::Bool(true)))
    }

    pub fn note(&mut self, memo: Option<Value>) {
        self.answers += 1;
        self.since.get_or_insert_with(Instant::now);
        self.memo = memo.or(self.memo.take());
    }

    pub fn due(&self) -> bool {
        self.answers >= BATCH_ANSWERS || self.since.is_some_and(|s| s.elapsed() >= BATCH_TIME)
    }

    /// Writes the state, if it says anything new.
    pub fn save(&mut self, writer: &mut Writer) -> Result<()> {
        (self.answers, self.since) = (0, None);
        self.gaps.sort();
        self.gaps.dedup_by(|a, b| a.url == b.url);
        let bytes = pretty_json(self);
        if self.memo.is_none() || writer.cache_get(NAME).as_ref() == Some(&bytes) {
            return Ok(());
        }
        writer.cache_put(NAME, &bytes)
    }
}
