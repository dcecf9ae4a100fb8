//! The archive for a writer: finds what is kept, joins what comes in, makes it durable in batches.

mod finish;
mod media;
mod missing;
mod posts;
mod shelves;

use std::collections::HashSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use uuid::Uuid;

use self::missing::Missing;
pub use self::posts::compare;
use self::shelves::Shelves;
use super::archive::read_info;
use super::batch::Batch;
use super::disk::{Disk, RealDisk};
use super::entry::{Entry, read_entry};
use super::gaps::GapLine;
use super::index::{Index, Known};
use super::layout::{self, CACHE};
use super::lock::Lock;
use super::pen::Opener;
use super::raw::Raw;
use super::recover::recover;
use super::runs::{RunLine, each_line};
use crate::error::{Error, Result};
use crate::model::{ArchiveInfo, Capture, Clock, Counts, Digest, FORMAT, Gap, Link, Post, PostId, Site, pretty_json};

/// A batch is made durable after so many posts …
const BATCH_POSTS: usize = 500;
/// … or after so long, so that a kill costs little.
const BATCH_TIME: Duration = Duration::from_secs(5);
/// … or after so many bytes of them, which are held until then.
const BATCH_BYTES: usize = 8 << 20;

/// A batch grows to so many of these while the one before is on its way into place.
const PATIENCE: usize = 4;

/// What a writer is opened with.
pub struct Opening {
    pub name: String,
    pub site: Site,
    /// `fetch`, `import`: stands in `runs.jsonl` and in the lock.
    pub command: &'static str,
    /// Kind and address or file name of what is about to come in.
    pub source: Option<(String, String)>,
}

/// What became of a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    New,
    /// Its text changed; the earlier text is a version now.
    Changed,
    /// Something else changed: comments, media, sources, aliases.
    Amended,
    Unchanged,
}

/// What a run did, in numbers.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct Summary {
    pub archive: String,
    pub run: String,
    pub new: u64,
    pub changed: u64,
    pub amended: u64,
    pub unchanged: u64,
    /// Files of media added.
    pub media: u64,
    /// Comments added.
    pub comments: u64,
    /// Gaps seen for the first time; of a great many only the first.
    pub gaps: Vec<Gap>,
    /// How many gaps were seen for the first time.
    pub new_gaps: u64,
    /// Gaps that are open and not accepted, those of earlier runs included.
    pub open_gaps: u64,
    pub requests: u64,
    pub counts: Counts,
    pub interrupted: bool,
    pub notes: Vec<String>,
}

/// A writer. It holds the lock of the archive; dropped without [`Writer::finish`] it leaves what was committed.
pub struct Writer {
    root: PathBuf,
    disk: Box<dyn Disk>,
    clock: Clock,
    lock: Option<Lock>,
    opening: Opening,
    run: String,
    started: Timestamp,
    index: Index,
    info: ArchiveInfo,
    /// `archive.json` as it stands on the disk.
    info_kept: Option<Vec<u8>>,
    batch: Batch,
    /// Posts of the batch, and their bytes.
    fresh: (usize, usize),
    batch_since: Option<Instant>,
    line: RunLine,
    raw: Raw,
    missing: Missing,
    summary: Summary,
    /// Whether anything was made durable in this run.
    committed: bool,
}

/// Returns the name of a run from the second it started.
pub fn run_name(now: Timestamp) -> String {
    now.strftime("%Y%m%dT%H%M%SZ").to_string()
}

impl Writer {
    /// Opens an archive for writing, or begins one; completes what a killed writer left.
    pub fn open(root: &Path, opening: Opening, clock: Clock) -> Result<Writer> {
        Writer::open_on(Box::new(RealDisk), root, opening, clock)
    }

    /// As [`Writer::open`], on a disk of the caller's.
    pub fn open_on(mut disk: Box<dyn Disk>, root: &Path, opening: Opening, clock: Clock) -> Result<Writer> {
        read_info(root)?; // an archive of a newer format is left alone, its lock too
        let started = clock.now();
        let lock = Lock::take(root, opening.command, started)?;
        recover(disk.as_mut(), root, lock.unclean)?;
        let index = Index::load(root)?;
        let (mut runs, mut missing) = (HashSet::new(), Missing::default());
        each_line(root, &mut |line: GapLine| {
            missing.recall(&line, &index);
            runs.insert(line.run);
        })?;
        let mut run = run_name(started);
        let mut n = 1;
        while runs.contains(&run) || layout_has_run(root, &run) {
            n += 1;
            run = format!("{}-{n}", run_name(started));
        }
        let mut raw = Raw::new(&run);
        raw.salvage(disk.as_mut(), root, &run)?;
        let kept = read_info(root)?;
        let info_kept = kept.as_ref().map(pretty_json);
        let mut info = kept.unwrap_or_else(|| begin(&opening));
        join_site(&mut info.site, &opening.site);
        Ok(Writer {
            index,
            missing,
            summary: Summary { archive: info.name.clone(), run: run.clone(), ..Summary::default() },
            line: RunLine::default(),
            root: root.to_path_buf(),
            lock: Some(lock),
            batch: Batch::default(),
            fresh: (0, 0),
            batch_since: None,
            committed: false,
            disk,
            clock,
            opening,
            run,
            started,
            info,
            info_kept,
            raw,
        })
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn info(&self) -> &ArchiveInfo {
        &self.info
    }

    pub fn name(&self) -> &str {
        &self.info.name
    }

    /// Joins what a source says of the site; what is known and not contradicted stays.
    pub fn set_site(&mut self, site: Site) {
        join_site(&mut self.info.site, &site);
    }

    /// Finds a kept post by id, address or alias.
    pub fn find(&self, name: &str) -> Option<Known> {
        self.index.find(name)
    }

    /// Whether a name belongs to a post that has another number on the platform of `key`.
    pub fn is_another(&self, name: &str, key: &str) -> bool {
        self.index.is_another(name, key)
    }

    /// Reads what a listing needs of the post that bears a name.
    pub fn entry(&self, name: &str) -> Option<Entry> {
        let known = self.index.find(name)?;
        self.entry_at(&known.path)
    }

    fn entry_at(&self, path: &str) -> Option<Entry> {
        match self.batch.read(&self.root, path) {
            Some(bytes) => serde_json::from_slice(&bytes).ok().map(|entry| Entry { path: path.to_string(), ..entry }),
            None => read_entry(&self.root, path).ok(),
        }
    }

    /// Returns the post that a link leads to.
    pub fn target(&self, link: &Link) -> Option<PostId> {
        self.index.target(link)
    }

    /// Returns the posts some of whose links may lead to posts that came later.
    pub fn answered(&self) -> Vec<PostId> {
        self.index.answered()
    }

    /// Whether this run brought or changed anything so far.
    pub fn has_news(&self) -> bool {
        self.committed || !self.batch.is_empty()
    }

    /// Reads what a listing needs of each post, one after the other; a post that cannot be read is left out.
    pub fn entries(&self) -> impl Iterator<Item = Entry> + '_ {
        self.index.ids().into_iter().filter_map(|id| self.entry_at(&self.index.get(&id)?.path))
    }

    pub fn read(&self, id: &PostId) -> Result<Option<Post>> {
        self.index.get(id).map(|e| self.kept().read(&e.path)).transpose()
    }

    fn kept(&self) -> Shelves<'_> {
        Shelves { root: &self.root, index: &self.index, batch: &self.batch }
    }

    /// Takes an exchange into the raw capture of the run, before anyone interprets it.
    pub fn capture(&mut self, capture: &Capture) -> Result<()> {
        self.summary.requests += 1;
        self.raw.write(self.disk.as_mut(), &self.root, &mut self.batch, capture)
    }

    /// Keeps an imported file as it came, less its secrets, under the digest of the original.
    pub fn keep_raw_import(&mut self, original: &Digest, extension: &str, redacted: &mut dyn Read) -> Result<()> {
        let path = layout::raw_import_path(original, extension);
        if self.root.join(&path).exists() || self.batch.contains(&path) {
            return Ok(());
        }
        self.batch.stage(self.disk.as_mut(), &self.root, &path, redacted).map(|_| ())
    }

    /// As [`Writer::keep_raw_import`], while the work goes on: for a large file.
    pub fn copy_raw_import(&mut self, original: &Digest, extension: &str, open: Opener) -> Result<()> {
        let path = layout::raw_import_path(original, extension);
        if self.root.join(&path).exists() || self.batch.contains(&path) {
            return Ok(());
        }
        self.batch.copy(self.disk.as_mut(), &self.root, &path, open)
    }

    /// Says that an open gap is filled where the archive cannot see it by itself: a listing that can be read again.
    pub fn fill(&mut self, url: &str) {
        self.missing.fill(url, &self.index);
    }

    /// Notes something wanted and not had; told at the end of the run, or with a batch when there is much of it.
    pub fn gap(&mut self, gap: Gap) {
        self.missing.add(gap, &self.index);
    }

    pub fn note(&mut self, text: impl Into<String>) {
        self.summary.notes.push(text.into());
    }

    /// Reads a file of the cache, which may be gone at any time.
    pub fn cache_get(&self, name: &str) -> Option<Vec<u8>> {
        std::fs::read(self.root.join(CACHE).join(name)).ok()
    }

    /// Writes a file of the cache.
    pub fn cache_put(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.root.join(CACHE).join(name);
        let temp = self.root.join(CACHE).join(format!("{name}{}", layout::TEMP));
        // The cache must not know of what is not kept yet.
        self.batch.land()?;
        self.disk.write(&temp, &mut { bytes }).map_err(Error::io("write", &temp))?;
        self.disk.rename(&temp, &path).map_err(Error::io("write", &path))
    }

    pub fn cache_remove(&mut self, name: &str) {
        let _ = self.disk.remove(&self.root.join(CACHE).join(name));
    }
}

/// Returns the front page of a new archive.
fn begin(opening: &Opening) -> ArchiveInfo {
    let named = opening.site.url.as_deref().unwrap_or(&opening.name);
    ArchiveInfo {
        format: FORMAT,
        id: Uuid::new_v5(&Uuid::NAMESPACE_URL, named.as_bytes()).to_string(),
        name: opening.name.clone(),
        site: opening.site.clone(),
        sources: Default::default(),
        counts: Counts::default(),
        other: Default::default(),
    }
}

/// What a newer source says stands; what it is silent about stays.
fn join_site(site: &mut Site, new: &Site) {
    let fill = |old: &mut Option<String>, new: &Option<String>| {
        if new.as_ref().is_some_and(|n| !n.is_empty()) {
            old.clone_from(new);
        }
    };
    if site.url.is_none() {
        fill(&mut site.url, &new.url);
    }
    fill(&mut site.language, &new.language);
    fill(&mut site.timezone, &new.timezone);
    fill(&mut site.generator, &new.generator);
    if !new.title.is_empty() {
        site.title.clone_from(&new.title);
    }
    if !new.description.is_empty() {
        site.description.clone_from(&new.description);
    }
}

fn layout_has_run(root: &Path, run: &str) -> bool {
    root.join(format!("raw/{run}-1.warc.gz")).exists()
        || root.join(format!("raw/{run}-1.warc.gz{}", layout::OPEN)).exists()
}
