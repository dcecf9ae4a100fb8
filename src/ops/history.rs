//! What changed and when, from what the runs wrote down; where sources disagree; what one text says otherwise than another.

mod conflict;
mod difference;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::error::Result;
use crate::model::PostId;
use crate::store::Archive;

pub use conflict::{Conflict, conflicts, conflicts_of};
pub use difference::{Change, Difference, Line, Sign, difference};

/// A run, its batches put together.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Run {
    pub run: String,
    pub command: String,
    pub started: Option<Timestamp>,
    pub finished: Option<Timestamp>,
    pub interrupted: bool,
    pub new: Vec<PostId>,
    /// Posts whose text changed.
    pub changed: Vec<PostId>,
    /// Posts of which something else changed: comments, media, sources.
    pub amended: Vec<PostId>,
    /// Files taken away: posts that turned out to be another one.
    pub removed: Vec<String>,
    pub unchanged: u64,
    pub requests: u64,
    /// Gaps seen for the first time, and gaps filled.
    pub gaps: u64,
    pub closed: u64,
    pub notes: Vec<String>,
    /// Hashes of the earlier texts that the run put aside, by post.
    pub versions: BTreeMap<PostId, Vec<String>>,
}

/// What a run did to a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Deed {
    New,
    Changed,
    Amended,
    /// An older text came in and was put aside.
    Older,
}

impl Run {
    /// Returns what the run did to a post; nothing where it left it alone.
    pub fn deed(&self, id: &PostId) -> Option<Deed> {
        let lists = [(&self.new, Deed::New), (&self.changed, Deed::Changed), (&self.amended, Deed::Amended)];
        let listed = lists.iter().find(|(list, _)| list.contains(id)).map(|(_, deed)| *deed);
        listed.or_else(|| self.versions.contains_key(id).then_some(Deed::Older))
    }
}

/// Returns the runs of an archive in the order in which they were made.
pub fn runs(archive: &Archive) -> Result<Vec<Run>> {
    let mut all: Vec<Run> = Vec::new();
    archive.each_run(&mut |line| {
        let at = all.iter().rposition(|r| r.run == line.run && r.command == line.command).unwrap_or_else(|| {
            all.push(Run { run: line.run.clone(), command: line.command.clone(), ..Run::default() });
            all.len() - 1
        });
        let Some(run) = all.get_mut(at) else { return };
        run.started = run.started.or(line.started);
        run.finished = line.finished.or(run.finished);
        run.interrupted |= line.interrupted;
        run.new.extend(line.new);
        run.changed.extend(line.changed);
        run.amended.extend(line.amended);
        run.removed.extend(line.removed);
        run.unchanged += line.unchanged;
        run.requests += line.requests;
        run.gaps += line.gaps.len() as u64;
        run.closed += line.closed.len() as u64;
        run.notes.extend(line.notes);
        for file in line.files {
            let mut parts = file.path.strip_prefix("versions/").unwrap_or_default().split('/');
            if let (Some(id), Some(hash)) = (parts.next(), parts.next().and_then(|f| f.strip_suffix(".json"))) {
                let Ok(id) = serde_json::from_value::<PostId>(id.into()) else { continue };
                run.versions.entry(id).or_default().push(hash.to_string());
            }
        }
    })?;
    Ok(all)
}
