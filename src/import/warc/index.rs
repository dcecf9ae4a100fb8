//! What a first reading of the records tells: which captures are pages, which of them to read and in what order, which
//! pictures they show. It holds numbers, no texts.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::Timestamp;
use url::Url;

use crate::model::normalise_url;

/// Captures that are told apart.
const MAX_CAPTURES: usize = 4_000_000;

/// Returns the number under which an address is known, whatever its scheme, `www.` or last slash.
pub fn key(uri: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    normalise_url(uri).hash(&mut hasher);
    hasher.finish()
}

pub fn number(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// A page at a moment.
#[derive(Debug, Clone, Copy)]
struct Capture {
    time: i64,
    /// Number of the payload's digest.
    payload: u64,
    /// Place among all records; none for a revisit, whose payload another record holds.
    seq: Option<u64>,
}

/// What is known after the first reading.
#[derive(Default)]
pub struct Index {
    /// By number of the address, one behind the other: a list for each page would be a piece of memory for each.
    pages: Vec<(u64, Capture)>,
    /// Payloads of pages that a revisit under another address showed: the addresses.
    pub revisited: HashMap<u64, Vec<String>>,
    /// Numbers of addresses of pictures that pages show, and of those that are here.
    pub shown: HashSet<u64>,
    pub here: HashSet<u64>,
    hosts: BTreeMap<String, u64>,
    /// Records by kind.
    pub kinds: BTreeMap<String, u64>,
}

impl Index {
    /// Adds a page; `seq` is none for a revisit.
    pub fn page(&mut self, uri: &str, time: Option<Timestamp>, payload: u64, seq: Option<u64>) {
        if self.pages.len() >= MAX_CAPTURES {
            return;
        }
        let time = time.map_or(0, |t| t.as_second());
        self.pages.push((key(uri), Capture { time, payload, seq }));
        if let Some(root) = Url::parse(uri).ok().and_then(|u| u.join("/").ok()).filter(|_| seq.is_some())
            && (self.hosts.len() < 10_000 || self.hosts.contains_key(root.as_str()))
        {
            *self.hosts.entry(root.to_string()).or_default() += 1;
        }
    }

    /// Returns the root address of the host with most pages.
    pub fn site(&self) -> Option<Url> {
        let most = self.hosts.iter().max_by_key(|(root, n)| (**n, std::cmp::Reverse(root.as_str())));
        most.and_then(|(root, _)| Url::parse(root).ok())
    }

    pub fn has_pages(&self) -> bool {
        self.pages.iter().any(|(_, c)| c.seq.is_some())
    }

    /// Decides which pages to hand on, and when, and forgets them. `wanted`: only these addresses, where any of them is
    /// here.
    pub fn plan(&mut self, wanted: &HashSet<u64>) -> Plan {
        let mut pages = std::mem::take(&mut self.pages);
        pages.sort_by_key(|(key, _)| *key);
        let chosen = |k: &u64| wanted.is_empty() || wanted.contains(k);
        let any = pages.iter().any(|(k, _)| chosen(k));
        let mut plan = Plan::default();
        for captures in pages.chunk_by(|a, b| a.0 == b.0) {
            let Some((k, _)) = captures.first().filter(|(k, _)| !any || chosen(k)) else { continue };
            plan.address(*k, captures);
        }
        plan
    }
}

/// Which records to hand on.
#[derive(Default)]
pub struct Plan {
    /// In the order in which they come: by record, the time up to which the page said so.
    pub at_once: HashMap<u64, i64>,
    /// Not before an older one that comes later: by record, the address, its places in the order of time and those times.
    pub later: HashMap<u64, (u64, Vec<(u32, i64)>)>,
    /// Captures that say the same as the one before them.
    pub same: u64,
}

impl Plan {
    /// Puts the captures of one address in the order of time. One that repeats the one before is none.
    fn address(&mut self, key: u64, captures: &[(u64, Capture)]) {
        let mut sorted: Vec<Capture> = captures.iter().map(|(_, capture)| *capture).collect();
        let holder: HashMap<u64, u64> = sorted.iter().rev().filter_map(|c| c.seq.map(|s| (c.payload, s))).collect();
        sorted.sort_by_key(|c| (c.time, c.seq.unwrap_or(u64::MAX)));
        let mut order: Vec<(u64, i64)> = Vec::new();
        for capture in sorted {
            // A revisit whose payload is not here says nothing.
            let Some(seq) = holder.get(&capture.payload) else { continue };
            match order.last_mut().filter(|(last, _)| last == seq) {
                Some((_, until)) => {
                    *until = capture.time;
                    self.same += 1;
                }
                None => order.push((*seq, capture.time)),
            }
        }
        if order.is_sorted_by_key(|(seq, _)| *seq) {
            self.at_once.extend(order);
            return;
        }
        for (place, (seq, time)) in order.into_iter().enumerate() {
            self.later.entry(seq).or_insert((key, Vec::new())).1.push((place as u32, time));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Decided = (Vec<(u64, i64)>, Vec<(u64, Vec<(u32, i64)>)>, u64);

    /// Records to hand on at once, records that wait with their places, captures that say nothing new.
    fn plan(captures: &[(i64, u64, Option<u64>)]) -> Decided {
        let mut index = Index::default();
        for (time, payload, seq) in captures {
            index.page("http://a.example/", Timestamp::from_second(*time).ok(), *payload, *seq);
        }
        let plan = index.plan(&HashSet::new());
        let mut once: Vec<_> = plan.at_once.into_iter().collect();
        let mut later: Vec<_> = plan.later.into_iter().map(|(seq, (_, places))| (seq, places)).collect();
        once.sort();
        later.sort();
        (once, later, plan.same)
    }

    #[test]
    fn captures_are_versions_in_the_order_of_time() {
        assert_eq!(plan(&[(1, 7, Some(0)), (2, 8, Some(1)), (3, 8, Some(2))]), (vec![(0, 1), (1, 3)], vec![], 1));
        let swapped = vec![(0, vec![(1, 2)]), (1, vec![(0, 1)])];
        assert_eq!(plan(&[(2, 8, Some(0)), (1, 7, Some(1))]), (vec![], swapped, 0));
        // Back to what it said at first, by a revisit.
        assert_eq!(
            plan(&[(1, 7, Some(0)), (2, 8, Some(1)), (3, 7, None)]),
            (vec![], vec![(0, vec![(0, 1), (2, 3)]), (1, vec![(1, 2)])], 0)
        );
        assert_eq!(plan(&[(1, 7, None), (2, 8, Some(0))]), (vec![(0, 2)], vec![], 0));
    }
}
