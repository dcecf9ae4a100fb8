//! `runs.jsonl`: what each run brought, changed and missed, and every file written with its digest.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::layout::RUNS;
use crate::error::{Error, Result};
use crate::model::{Digest, Gap, PostId};

/// A file as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRecord {
    /// Relative to the archive, with `/`.
    pub path: String,
    pub sha256: Digest,
    pub bytes: u64,
}

/// A line of `runs.jsonl`. A long run writes a `batch` line each time it makes things durable; its `run` line closes it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunLine {
    /// `batch`, `run` or `accept`.
    #[serde(rename = "type")]
    pub what: String,
    /// The run's name: the second it started, `20070423T121500Z`.
    pub run: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub command: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub interrupted: bool,
    /// Posts seen for the first time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub new: Vec<PostId>,
    /// Posts whose text changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<PostId>,
    /// Posts of which something else changed: comments, media, sources.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amended: Vec<PostId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileRecord>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<String>,
    /// Gaps seen for the first time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<Gap>,
    /// Addresses of gaps that are filled.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub closed: Vec<String>,
    /// Addresses of gaps that the user can live with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepted: Vec<String>,
    /// How many answers of servers were taken in.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub requests: u64,
    /// How many posts were looked at and found as they were.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unchanged: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Fields of a newer program, kept as they are.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

fn is_zero(n: &u64) -> bool {
    *n == 0
}

impl RunLine {
    /// Returns the line as it is appended: sorted keys, one line.
    pub fn to_line(&self) -> Vec<u8> {
        let sorted = serde_json::to_value(self).unwrap_or_default();
        let mut line = serde_json::to_vec(&sorted).unwrap_or_default();
        line.push(b'\n');
        line
    }
}

/// Reads all lines.
pub fn read_runs(root: &Path) -> Result<Vec<RunLine>> {
    let mut lines = Vec::new();
    each_line(root, &mut |line| lines.push(line))?;
    Ok(lines)
}

/// Hands on one line after the other, or as much of it as `T` wants: together they name every file that was ever written.
/// A last line without its end was cut by a power failure and is left out; another broken line is damage.
pub fn each_line<T: DeserializeOwned>(root: &Path, found: &mut dyn FnMut(T)) -> Result<()> {
    let path = root.join(RUNS);
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(Error::io("read", &path)(e)),
    };
    let mut reader = BufReader::new(file);
    let (mut number, mut line) = (0, Vec::new());
    loop {
        line.clear();
        number += 1;
        reader.read_until(b'\n', &mut line).map_err(Error::io("read", &path))?;
        if line.last() != Some(&b'\n') {
            return Ok(());
        }
        let parsed = serde_json::from_slice(&line).map_err(|e| {
            Error::archive(root, format!("{RUNS} line {number}: {e}")).with_hint("restore the file from a snapshot")
        })?;
        found(parsed);
    }
}
