//! Fixity: is everything that was kept still there, byte for byte, and does it still say what it said?
//! It changes nothing, and reports damage as values; an error is only what keeps it from looking.

mod content;

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use rayon::prelude::*;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use self::content::content_hash;
use super::archive::read_info;
use super::bag::{Bag, Fault, MISSING};
use super::contents::{Part, contents, stamp};
use super::layout::{CACHE, INFO, RUNS};
use super::runs::{FileRecord, RunLine};
use super::warc::Records;
use crate::error::{Error, Result};
use crate::event::{Events, Unit};
use crate::model::{Digest, FORMAT};

/// What is wrong with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// A run recorded it, and it is not there.
    Missing,
    /// Its bytes are not those that were recorded.
    Changed,
    /// No run recorded it.
    Unrecorded,
    /// The disk does not give it.
    Unreadable,
    /// It does not say what its own digests promise, or does not parse.
    Inconsistent,
}

impl What {
    pub fn words(self) -> &'static str {
        match self {
            What::Missing => "missing",
            What::Changed => "changed",
            What::Unrecorded => "not recorded by any run",
            What::Unreadable => "cannot be read",
            What::Inconsistent => "contradicts itself",
        }
    }
}

/// One file that is not as it was kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Damage {
    /// Relative to the archive, or to the bag.
    pub path: String,
    pub what: What,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// What a look at everything found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Files looked at.
    pub files: u64,
    pub bytes: u64,
    pub posts: u64,
    /// Sorted by path.
    pub damage: Vec<Damage>,
}

/// Looks at everything kept in an archive, or at a snapshot of one.
pub fn verify(path: &Path, events: &Events) -> Result<Report> {
    if path.is_file() {
        return verify_snapshot(path, events);
    }
    let known = match read_info(path) {
        // A front page that does not parse is damage like any other; a newer format is none of our business.
        Err(Error::Archive { .. }) if !is_newer(path) => true,
        other => other?.is_some(),
    };
    if !known && ![RUNS, CACHE].iter().any(|name| path.join(name).exists()) {
        return Err(
            Error::archive(path, "no archive there").with_hint("name a folder that holds archive.json, or a snapshot")
        );
    }
    loop {
        let before = stamp(path);
        let report = look(path, events)?;
        // A writer that makes a batch durable meanwhile is no damage.
        if report.damage.is_empty() || stamp(path) == before {
            return Ok(report);
        }
        events.check()?;
    }
}

fn is_newer(root: &Path) -> bool {
    let front: Option<Value> = fs::read(root.join(INFO)).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    front.and_then(|f| f.get("format")?.as_u64()).is_some_and(|format| format > u64::from(FORMAT))
}

fn look(root: &Path, events: &Events) -> Result<Report> {
    let parts = contents(root)?;
    let (mut records, mut damage) = match parts.get(RUNS) {
        Some(runs) => runs.open().and_then(recorded).map_err(Error::io("read", &runs.from))?,
        None => (BTreeMap::new(), Vec::new()),
    };
    records.remove(RUNS);
    events.total(Unit::Files, parts.len() as u64);
    events.total(Unit::Bytes, parts.values().map(Part::size).sum());
    let looked: Vec<Option<Damage>> = parts
        .par_iter()
        .filter(|(path, _)| *path != RUNS)
        .map(|(path, part)| {
            events.check()?;
            let found = look_at(path, part, records.get(path));
            events.done(Unit::Files, 1);
            events.done(Unit::Bytes, part.size());
            Ok(found)
        })
        .collect::<Result<_>>()?;
    damage.extend(looked.into_iter().flatten());
    damage.extend(records.keys().filter(|p| !parts.contains_key(*p)).map(|p| damaged(p, What::Missing, "")));
    damage.sort();
    Ok(Report {
        files: parts.len() as u64,
        bytes: parts.values().map(Part::size).sum(),
        posts: parts.keys().filter(|p| is_post(p)).count() as u64,
        damage,
    })
}

fn damaged(path: &str, what: What, detail: impl ToString) -> Damage {
    Damage { path: path.to_string(), what, detail: detail.to_string() }
}

fn is_post(path: &str) -> bool {
    (path.starts_with("posts/") || path.starts_with("pages/")) && path.ends_with(".json")
}

/// Returns the last record of each file, and the lines that cannot be read.
fn recorded(runs: impl Read) -> io::Result<(BTreeMap<String, FileRecord>, Vec<Damage>)> {
    let (mut records, mut damage) = (BTreeMap::new(), Vec::new());
    let mut reader = BufReader::new(runs);
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        if reader.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        match serde_json::from_slice::<RunLine>(&line) {
            Ok(run) => {
                records.extend(run.files.into_iter().map(|f| (f.path.clone(), f)));
                run.removed.iter().for_each(|path| drop(records.remove(path)));
            }
            Err(e) => damage.push(damaged(RUNS, What::Inconsistent, format!("line {number}: {e}"))),
        }
    }
    Ok((records, damage))
}

/// Looks at one file: against its record, and at what it says of itself.
fn look_at(path: &str, part: &Part, record: Option<&FileRecord>) -> Option<Damage> {
    let inside = if path.ends_with(".json") { look_at_json(path, part) } else { look_at_bytes(path, part) };
    let (digest, contradiction) = match inside {
        Ok(found) => found,
        Err(e) => return Some(damaged(path, What::Unreadable, e)),
    };
    let (what, detail) = match record {
        None if kept_by_runs(path) => (What::Unrecorded, contradiction),
        Some(record) if record.bytes != part.size() => {
            (What::Changed, Some(format!("{} bytes instead of {}", part.size(), record.bytes)))
        }
        Some(record) if record.sha256 != digest => (What::Changed, contradiction),
        _ if contradiction.is_none() => return None,
        _ => (What::Inconsistent, contradiction),
    };
    Some(damaged(path, what, detail.unwrap_or_default()))
}

/// Returns whether files at this place are the work of runs; beside them a user may lay notes of his own.
fn kept_by_runs(path: &str) -> bool {
    path == INFO || ["posts/", "pages/", "media/", "raw/", "versions/"].iter().any(|folder| path.starts_with(folder))
}

type Looked = io::Result<(Digest, Option<String>)>;

/// Digest of a JSON file, and what is wrong with a post: its content hash, the name of a version.
fn look_at_json(path: &str, part: &Part) -> Looked {
    let mut bytes = Vec::with_capacity(usize::try_from(part.size()).unwrap_or(0).min(1 << 24));
    part.open()?.read_to_end(&mut bytes)?;
    let digest = Digest::of(&bytes);
    let version = path.strip_prefix("versions/").and_then(|p| p.rsplit('/').next());
    if !is_post(path) && version.is_none() {
        return Ok((digest, None));
    }
    let why = match content_hash(&bytes) {
        Err(e) => Some(e.to_string()),
        Ok((_, false)) => Some("content_hash does not match its content".to_string()),
        Ok((said, _)) => version
            .filter(|name| name.trim_end_matches(".json") != said)
            .map(|_| "content_hash does not match its name".to_string()),
    };
    Ok((digest, why))
}

/// Digest of any other file, and what is wrong with it: the name of a medium, the records of a raw capture.
fn look_at_bytes(path: &str, part: &Part) -> Looked {
    let mut hashing = Hashing { input: part.open()?, hasher: Sha256::new() };
    let mut why = None;
    if path.starts_with("raw/") && path.ends_with(".warc.gz") {
        why = Records::new(BufReader::with_capacity(1 << 17, &mut hashing)).find_map(|record| match record {
            Ok(record) => record.damage.map(|what| format!("record at byte {}: {what} does not match", record.offset)),
            Err(e) => Some(format!("torn record: {e}")),
        });
    }
    let mut buffer = vec![0; 1 << 17];
    while hashing.read(&mut buffer)? > 0 {}
    let digest = Digest::finish(hashing.hasher);
    if let Some(name) = path.strip_prefix("media/sha256/").and_then(|p| p.rsplit('/').next()) {
        let named = name.split('.').next().unwrap_or_default();
        why = (named != digest.as_str()).then(|| "its bytes are not those its name promises".to_string());
    }
    Ok((digest, why))
}

/// Passes bytes on and takes their digest.
struct Hashing<R> {
    input: R,
    hasher: Sha256,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.input.read(buffer)?;
        self.hasher.update(buffer.get(..n).unwrap_or_default());
        Ok(n)
    }
}

/// Looks at a snapshot: is the bag complete, and are its files those of the manifests and of the archive's own records?
fn verify_snapshot(path: &Path, events: &Events) -> Result<Report> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut bag = match Bag::open(path) {
        Ok(bag) => bag,
        Err(Fault::Broken(why)) => {
            let damage = vec![damaged(&name, What::Inconsistent, why)];
            return Ok(Report { files: 1, bytes: fs::metadata(path).map_or(0, |m| m.len()), posts: 0, damage });
        }
        Err(fault) => return Err(fault.error(path)),
    };
    let mut report = Report { bytes: bag.bytes(), ..Report::default() };
    let mut damage = Vec::new();
    let mut records = BTreeMap::new();
    bag.check(
        events,
        &mut |path, content| {
            report.files += 1;
            report.posts += u64::from(is_post(path));
            if path == RUNS {
                let (files, broken) = recorded(&mut *content).map_err(Error::io("read", path))?;
                (records, report.damage) = (files, broken);
            }
            io::copy(content, &mut io::sink()).map(|_| ()).map_err(Error::io("read", path))
        },
        &mut |path, why| {
            let what = if why == MISSING { What::Missing } else { What::Changed };
            damage.push(damaged(path, what, if what == What::Missing { "" } else { &why }));
            Ok(())
        },
    )?;
    // Where no run came since, the records lie in an earlier bag.
    if !bag.goes_on_top() || bag.files().any(|(path, _)| path == RUNS) {
        damage.extend(against_records(&mut bag, &records));
    }
    damage.append(&mut report.damage);
    damage.sort();
    damage.dedup_by(|a, b| a.path == b.path);
    report.damage = damage;
    Ok(report)
}

/// Compares the bag's list with what the archive's runs recorded.
fn against_records(bag: &mut Bag, records: &BTreeMap<String, FileRecord>) -> Vec<Damage> {
    // Of a bag that goes on top of others the records are those of the archive they give together.
    let Ok(state) = bag.state() else { return vec![damaged("", What::Inconsistent, "its list of files is damaged")] };
    let listed: BTreeMap<&str, &Digest> = state.iter().map(|(path, digest)| (path.as_str(), digest)).collect();
    let missing = records.keys().filter(|path| !listed.contains_key(path.as_str()));
    let missing: Vec<Damage> = missing.map(|path| damaged(&format!("data/{path}"), What::Missing, "")).collect();
    let odd = listed.iter().filter_map(|(path, digest)| {
        let what = match records.get(*path) {
            Some(record) if record.sha256 == **digest => return None,
            Some(_) => What::Changed,
            None if kept_by_runs(path) => What::Unrecorded,
            None => return None,
        };
        Some(damaged(&format!("data/{path}"), what, "against the records of its runs"))
    });
    odd.chain(missing).collect()
}
