//! Gaps as a writer knows them: those that were open before, by number, and those of this run.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;

use crate::error::Result;
use crate::model::{Gap, normalise_url};
use crate::store::gaps::GapLine;
use crate::store::index::{Index, Key};
use crate::store::runs::each_line;

/// More gaps than these are written with a batch, not kept for the end of the run.
const MANY: usize = 2_000;

/// A gap that stands in `runs.jsonl` and is open.
#[derive(Debug)]
struct Told {
    what: What,
    accepted: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Media,
    Post,
    Other,
}

impl What {
    fn of(gap: &Gap) -> What {
        match gap.what.as_str() {
            "media" => What::Media,
            "post" | "page" => What::Post,
            _ => What::Other,
        }
    }
}

#[derive(Debug, Default)]
pub struct Missing {
    /// By number of the address.
    told: HashMap<Key, Told>,
    /// Of those that are posts: the number of the address as names of posts have it.
    names: HashMap<Key, u64>,
    /// By address.
    new: BTreeMap<String, Gap>,
    /// Gaps that the caller knows to be filled.
    filled: HashSet<u64>,
    /// How many of this run were told with a batch, and the first of them.
    spilled: u64,
    first: Vec<Gap>,
}

/// What came of the gaps at the end of a run.
pub struct Outcome {
    /// To be told with the last line.
    pub gaps: Vec<Gap>,
    /// Addresses of gaps that are filled.
    pub closed: BTreeSet<String>,
    /// Gaps of this run, of many only the first.
    pub shown: Vec<Gap>,
    pub new: u64,
    /// Gaps that stay open and are not accepted.
    pub open: u64,
}

impl Missing {
    /// Takes in what a line of an earlier run says.
    pub fn recall(&mut self, line: &GapLine, index: &Index) {
        for url in &line.closed {
            self.told.remove(&number(url, index).into());
        }
        line.gaps.iter().for_each(|gap| self.tell(gap, index));
        for url in &line.accepted {
            if let Some(told) = self.told.get_mut(&number(url, index).into()) {
                told.accepted = true;
            }
        }
    }

    fn tell(&mut self, gap: &Gap, index: &Index) {
        let (at, what) = (Key::from(number(&gap.url, index)), What::of(gap));
        if what == What::Post {
            self.names.insert(at, index.hash("name", &normalise_url(&gap.url)));
        }
        self.told.entry(at).or_insert(Told { what, accepted: false });
    }

    pub fn fill(&mut self, url: &str, index: &Index) {
        self.filled.insert(number(url, index));
    }

    pub fn add(&mut self, gap: Gap, index: &Index) {
        if !self.told.contains_key(&number(&gap.url, index).into()) {
            self.new.entry(gap.url.clone()).or_insert(gap);
        }
    }

    /// Returns the gaps so far when they are many: they go with the batch.
    pub fn spill(&mut self, index: &Index) -> Vec<Gap> {
        if self.new.len() < MANY {
            return Vec::new();
        }
        let filled = |g: &Gap| self.is_filled(What::of(g), &g.url, index);
        let gaps: Vec<Gap> = self.new.values().filter(|g| !filled(g)).cloned().collect();
        self.new.clear();
        gaps.iter().for_each(|gap| self.tell(gap, index));
        self.spilled += gaps.len() as u64;
        let room = MANY.saturating_sub(self.first.len());
        self.first.extend(gaps.iter().take(room).cloned());
        gaps
    }

    fn is_filled(&self, what: What, url: &str, index: &Index) -> bool {
        match what {
            What::Media => index.medium(url).is_some(),
            What::Post => index.find(url).is_some(),
            What::Other => self.filled.contains(&number(url, index)),
        }
    }

    /// Ends the run: which gaps are new, which are filled, which stay.
    pub fn settle(&mut self, root: &Path, index: &Index) -> Result<Outcome> {
        let filled = |at: &Key, told: &Told| match told.what {
            What::Media => index.has_medium((*at).into()),
            What::Post => self.names.get(at).is_some_and(|name| index.has_name(*name)),
            What::Other => self.filled.contains(&(*at).into()),
        };
        let done: HashSet<Key> = self.told.iter().filter(|(at, told)| filled(at, told)).map(|(at, _)| *at).collect();
        let mut closed = BTreeSet::new();
        if !done.is_empty() {
            each_line(root, &mut |line: GapLine| {
                let urls = line.gaps.into_iter().map(|g| g.url);
                closed.extend(urls.filter(|url| done.contains(&number(url, index).into())));
            })?;
        }
        let new = std::mem::take(&mut self.new);
        let mut gaps: Vec<Gap> = new.into_values().filter(|g| !self.is_filled(What::of(g), &g.url, index)).collect();
        gaps.sort();
        let open = self.told.iter().filter(|(at, told)| !told.accepted && !done.contains(at)).count() + gaps.len();
        let mut shown = std::mem::take(&mut self.first);
        shown.retain(|g| !closed.contains(&g.url));
        let new = self.spilled + gaps.len() as u64;
        shown.extend(gaps.iter().cloned());
        Ok(Outcome { gaps, closed, shown, new, open: open as u64 })
    }
}

/// The number under which the address of a gap is remembered; that of a medium where it is one.
fn number(url: &str, index: &Index) -> u64 {
    index.hash("media", url)
}
