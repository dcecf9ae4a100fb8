//! Open gaps: what the runs so far wanted and did not have.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::disk::{Disk, RealDisk};
use super::layout::RUNS;
use super::lock::Lock;
use super::runs::{RunLine, each_line};
use crate::error::{Error, Result};
use crate::model::{Clock, Gap};

/// A gap that nothing has filled yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OpenGap {
    #[serde(flatten)]
    pub gap: Gap,
    /// When it was first seen.
    pub since: Option<Timestamp>,
    pub accepted: bool,
}

/// What a line of `runs.jsonl` says of gaps.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct GapLine {
    pub run: String,
    pub finished: Option<Timestamp>,
    pub gaps: Vec<Gap>,
    pub closed: Vec<String>,
    pub accepted: Vec<String>,
}

/// Returns the gaps that are open after all runs, by address.
pub fn open_gaps(root: &Path) -> Result<Vec<OpenGap>> {
    let mut open: BTreeMap<String, OpenGap> = BTreeMap::new();
    each_line(root, &mut |line: GapLine| {
        for url in &line.closed {
            open.remove(url);
        }
        for gap in line.gaps {
            let url = gap.url.clone();
            open.entry(url).or_insert(OpenGap { gap, since: line.finished, accepted: false });
        }
        for url in &line.accepted {
            if let Some(gap) = open.get_mut(url) {
                gap.accepted = true;
            }
        }
    })?;
    Ok(open.into_values().collect())
}

/// Accepts all open gaps, or those of the given addresses; returns how many.
pub fn accept_gaps(root: &Path, urls: &[String], clock: &Clock) -> Result<usize> {
    let now = clock.now();
    let lock = Lock::take(root, "gaps", now)?;
    let open = open_gaps(root)?;
    let chosen = |g: &&OpenGap| !g.accepted && (urls.is_empty() || urls.contains(&g.gap.url));
    let accepted: Vec<String> = open.iter().filter(chosen).map(|g| g.gap.url.clone()).collect();
    if !accepted.is_empty() {
        let n = accepted.len();
        let line = RunLine {
            what: "accept".into(),
            run: super::writer::run_name(now),
            command: "gaps".into(),
            finished: Some(now),
            accepted,
            ..RunLine::default()
        };
        RealDisk.append(&root.join(RUNS), &line.to_line()).map_err(Error::io("write", root.join(RUNS)))?;
        lock.release();
        return Ok(n);
    }
    lock.release();
    Ok(0)
}
