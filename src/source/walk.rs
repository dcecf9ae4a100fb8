//! The walk along pages that lead to each other, from the newest back: how far it came, where it goes on after it was
//! broken off, and when it ends. It knows nothing of what stands on the pages.

use std::collections::{HashSet, VecDeque};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::Step;
use crate::http::Ask;

/// Pages of one walk: what has more has no end.
const MOST: u32 = 20_000;

/// A place from which the walk goes on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Chain {
    pub url: Url,
    /// It ends at the first page with nothing new on it: what follows was read by an earlier run.
    pub stops: bool,
}

/// What one run tells the next.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Memo {
    at: String,
    /// Everything was read once; from now on only what is new.
    done: bool,
    /// It led to everything there is, not only to the newest.
    covers: bool,
    /// Where it goes on, if it was broken off.
    open: Vec<Chain>,
}

pub(super) struct Walk {
    pub start: Url,
    queue: VecDeque<Chain>,
    asked: VecDeque<Chain>,
    visited: HashSet<Url>,
    memo: Memo,
    /// This run reads all from the beginning.
    whole: bool,
    pub pages: u32,
}

impl Walk {
    pub fn new(start: Url) -> Walk {
        Walk {
            queue: VecDeque::from([Chain { url: start.clone(), stops: false }]),
            memo: Memo { at: start.to_string(), ..Memo::default() },
            start,
            asked: VecDeque::new(),
            visited: HashSet::new(),
            whole: true,
            pages: 0,
        }
    }

    /// Goes on where an earlier run stood: first what is new at the start, then what was left.
    pub fn resume(&mut self, memo: &Value) {
        let Some(memo) = serde_json::from_value::<Memo>(memo.clone()).ok().filter(|m| m.at == self.memo.at) else {
            return;
        };
        self.whole = false;
        let front = Chain { url: self.start.clone(), stops: true };
        self.queue = std::iter::once(front).chain(memo.open.iter().cloned()).collect();
        self.memo = memo;
    }

    pub fn memo(&self) -> Option<Value> {
        serde_json::to_value(&self.memo).ok()
    }

    pub fn covers(&self) -> bool {
        self.memo.covers
    }

    pub fn next(&mut self, ask: Ask) -> Option<Step> {
        let chain = self.queue.pop_front()?;
        self.visited.insert(chain.url.clone());
        self.asked.push_back(chain.clone());
        // The start may be the same as ever; what follows is asked for because it is wanted.
        let again = self.is_start(&chain) && self.memo.done;
        Some(Step { again, ..Step::new(chain.url, ask) })
    }

    /// Returns the place that the next answer belongs to.
    pub fn answered(&mut self) -> Option<Chain> {
        let chain = self.asked.pop_front()?;
        self.memo.open.retain(|c| c.url != chain.url);
        self.pages += 1;
        Some(chain)
    }

    pub fn is_start(&self, chain: &Chain) -> bool {
        chain.url == self.start
    }

    /// Walks on from a place to the one it leads to; says no where that was visited, or there is no end to it.
    pub fn go_on(&mut self, from: &Chain, url: Url) -> bool {
        let fresh = self.pages < MOST && !self.visited.contains(&url) && !self.queue.iter().any(|c| c.url == url);
        if fresh {
            let on = Chain { url, stops: from.stops };
            self.memo.open.push(on.clone());
            self.queue.push_front(on);
        }
        fresh
    }

    /// Adds a further place, to be visited after those before it.
    pub fn add(&mut self, url: Url) {
        let known = self.visited.contains(&url) || self.queue.iter().any(|c| c.url == url);
        if !known && self.pages < MOST {
            let chain = Chain { url, stops: false };
            self.memo.open.push(chain.clone());
            self.queue.push_back(chain);
        }
    }

    /// Ends at a page that leads no further, or that had nothing new (`reached`). `all` says that the walk led to
    /// everything there is. Returns whether it did so in this run alone.
    pub fn end(&mut self, reached: bool, all: bool) -> bool {
        if !reached {
            self.memo.covers |= all;
        }
        self.memo.done = self.memo.open.is_empty();
        self.memo.done && self.memo.covers && self.whole
    }

    /// Returns whether everything was read once, by an earlier run.
    pub fn is_done(&self) -> bool {
        self.memo.done
    }

    /// Adds a further place whose newest are looked at; where everything was read once, no more than what is new.
    pub fn look_at(&mut self, url: Url, stops: bool) {
        if !self.queue.iter().any(|c| c.url == url) {
            self.queue.push_back(Chain { url, stops });
        }
    }
}
