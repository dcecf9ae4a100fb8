//! The archive for a writer: finds what is kept, joins what comes in, makes it durable in batches.

use std::collections::{HashMap, HashSet};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use uuid::Uuid;

use super::archive::{read_info, read_post};
use super::batch::Batch;
use super::disk::{Disk, RealDisk};
use super::entry::Entry;
use super::gaps::open_gaps;
use super::index::Index;
use super::layout::{self, CACHE, INFO};
use super::lock::Lock;
use super::raw::Raw;
use super::recover::recover;
use super::runs::{RunLine, read_runs};
use crate::error::{Error, Result};
use crate::model::{
    ArchiveInfo, Capture, Clock, Counts, Digest, FORMAT, Gap, Media, Post, PostId, Site, merge, pretty_json,
};

/// A batch is made durable after so many posts …
const BATCH_POSTS: usize = 500;
/// … or after so long, so that a kill costs little.
const BATCH_TIME: Duration = Duration::from_secs(5);

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
    /// Gaps seen for the first time.
    pub gaps: Vec<Gap>,
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
    /// Posts of the batch, by id: their files cannot be read yet.
    fresh: HashMap<PostId, Vec<u8>>,
    batch_since: Option<Instant>,
    line: RunLine,
    raw: Raw,
    gaps: Vec<Gap>,
    summary: Summary,
    /// Whether anything was made durable in this run.
    committed: bool,
    /// Posts that this run brought or touched before, so that each counts once.
    touched: HashSet<PostId>,
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
        let runs = read_runs(root)?;
        let mut run = run_name(started);
        let mut n = 1;
        while runs.iter().any(|l| l.run == run) || layout_has_run(root, &run) {
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
            index: Index::load(root)?,
            summary: Summary { archive: info.name.clone(), run: run.clone(), ..Summary::default() },
            line: RunLine::default(),
            root: root.to_path_buf(),
            lock: Some(lock),
            batch: Batch::default(),
            fresh: HashMap::new(),
            batch_since: None,
            gaps: Vec::new(),
            committed: false,
            touched: HashSet::new(),
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
    pub fn find(&self, name: &str) -> Option<Entry> {
        self.index.find(name).cloned()
    }

    /// Finds a kept post by its title, folded.
    pub fn find_title(&self, title: &str) -> Option<Entry> {
        self.index.find_title(title).cloned()
    }

    /// Finds a post of a host by the last part of its permalink.
    pub fn find_slug(&self, host: &str, slug: &str) -> Option<Entry> {
        self.index.find_slug(host, slug).cloned()
    }

    /// Whether this run brought or changed anything so far.
    pub fn has_news(&self) -> bool {
        self.committed || !self.batch.is_empty()
    }

    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.index.entries()
    }

    pub fn read(&self, id: &PostId) -> Result<Option<Post>> {
        if let Some(bytes) = self.fresh.get(id) {
            return Ok(serde_json::from_slice(bytes).ok());
        }
        self.index.get(id).map(|e| read_post(&self.root, &e.path)).transpose()
    }

    /// Returns a medium that is already kept under this address.
    pub fn known_media(&self, url: &str) -> Option<Media> {
        self.index.medium(url).cloned()
    }

    /// Keeps a post: as a new one, or joined into the one it is another capture of.
    pub fn keep(&mut self, post: Post) -> Result<Kept> {
        let mut ids: Vec<PostId> = Vec::new();
        let own = post.id.to_string();
        for name in std::iter::once(own.as_str()).chain(post.names()) {
            if let Some(entry) = self.index.find(name).filter(|e| !ids.contains(&e.id)) {
                ids.push(entry.id.clone());
            }
        }
        let Some(first) = self.eldest(&ids)? else { return self.keep_new(post) };
        for other in ids.iter().filter(|id| **id != first) {
            self.join(&first, other)?;
        }
        let Some(kept) = self.read(&first)? else { return self.keep_new(post) };
        let merged = merge(&kept, &post);
        if let Some(older) = merged.older {
            let path = layout::version_path(&older.id, &older.content_hash);
            self.stage_version(&path, pretty_json(&older))?;
        }
        self.replace(&kept, merged.post)
    }

    /// Changes a kept post in place, as when a new comment arrives; returns what came of it.
    pub fn amend(&mut self, id: &PostId, change: impl FnOnce(&mut Post)) -> Result<Kept> {
        let Some(kept) = self.read(id)? else { return Ok(Kept::Unchanged) };
        let mut post = kept.clone();
        change(&mut post);
        post.content_hash = post.hash_content();
        self.replace(&kept, post)
    }

    fn keep_new(&mut self, mut post: Post) -> Result<Kept> {
        post.content_hash = post.hash_content();
        let mut path = layout::post_path(&post);
        if self.root.join(&path).exists() || self.batch.contains(&path) {
            // Another post has the same slug, month and first eight digits.
            path = path.replace(&format!("--{}.json", post.id.short()), &format!("--{}.json", post.id));
        }
        match post.kind {
            crate::model::Kind::Page => self.info.counts.pages += 1,
            _ => self.info.counts.posts += 1,
        }
        self.info.counts.comments += post.comments.len() as u64;
        self.summary.comments += post.comments.len() as u64;
        self.summary.new += 1;
        self.line.new.push(post.id.clone());
        self.touched.insert(post.id.clone());
        self.stage_post(&path, &post)?;
        Ok(Kept::New)
    }

    fn replace(&mut self, kept: &Post, mut post: Post) -> Result<Kept> {
        let bare = |p: &Post| pretty_json(&Post { sources: same_kinds(p, kept), ..p.clone() });
        if bare(&post) == pretty_json(kept) {
            self.summary.unchanged += 1;
            return Ok(Kept::Unchanged);
        }
        post.id = kept.id.clone();
        let Some(path) = self.index.get(&kept.id).map(|e| e.path.clone()) else { return self.keep_new(post) };
        let changed = kept.hash_text() != post.hash_text();
        if changed {
            let version = layout::version_path(&kept.id, &kept.content_hash);
            self.stage_version(&version, pretty_json(kept))?;
        }
        let comments = post.comments.len() as u64;
        let before = kept.comments.len() as u64;
        self.info.counts.comments = (self.info.counts.comments + comments).saturating_sub(before);
        self.summary.comments += comments.saturating_sub(before);
        let (list, kind) =
            if changed { (&mut self.line.changed, Kept::Changed) } else { (&mut self.line.amended, Kept::Amended) };
        if self.touched.insert(post.id.clone()) {
            list.push(post.id.clone());
            *(if changed { &mut self.summary.changed } else { &mut self.summary.amended }) += 1;
        }
        self.stage_post(&path, &post)?;
        Ok(kind)
    }

    /// Returns the post that was kept first among several that are one.
    fn eldest(&self, ids: &[PostId]) -> Result<Option<PostId>> {
        if ids.len() < 2 {
            return Ok(ids.first().cloned());
        }
        let runs = read_runs(&self.root)?;
        let first = runs.iter().flat_map(|l| &l.new).chain(&self.line.new).find(|id| ids.contains(id));
        Ok(first.or(ids.first()).cloned())
    }

    /// Joins a post into another that turned out to be the same; its last text stays as a version.
    fn join(&mut self, into: &PostId, other: &PostId) -> Result<()> {
        let (Some(kept), Some(younger)) = (self.read(into)?, self.read(other)?) else { return Ok(()) };
        let Some(entry) = self.index.get(other).cloned() else { return Ok(()) };
        let merged = merge(&kept, &younger).post;
        self.stage_version(&layout::version_path(other, &younger.content_hash), pretty_json(&younger))?;
        self.batch.remove(&entry.path);
        self.fresh.remove(other);
        self.index.remove(other);
        match entry.kind {
            crate::model::Kind::Page => self.info.counts.pages = self.info.counts.pages.saturating_sub(1),
            _ => self.info.counts.posts = self.info.counts.posts.saturating_sub(1),
        }
        self.info.counts.comments = self.info.counts.comments.saturating_sub(younger.comments.len() as u64);
        self.replace(&kept, merged).map(|_| ())
    }

    fn stage_post(&mut self, path: &str, post: &Post) -> Result<()> {
        let bytes = pretty_json(post);
        self.batch.stage(self.disk.as_mut(), &self.root, path, &mut bytes.as_slice())?;
        self.index.put(Entry::of(post, path));
        self.fresh.insert(post.id.clone(), bytes);
        let since = *self.batch_since.get_or_insert_with(Instant::now);
        if self.fresh.len() >= BATCH_POSTS || since.elapsed() >= BATCH_TIME {
            self.commit()?;
        }
        Ok(())
    }

    /// An earlier text; one that is already kept is never rewritten.
    fn stage_version(&mut self, path: &str, bytes: Vec<u8>) -> Result<()> {
        if self.root.join(path).exists() || self.batch.contains(path) {
            return Ok(());
        }
        self.info.counts.versions += 1;
        self.batch.stage(self.disk.as_mut(), &self.root, path, &mut bytes.as_slice()).map(|_| ())
    }

    /// Keeps the bytes of a medium, once however often they come. The address is the caller's to fill in.
    pub fn keep_media(&mut self, bytes: &[u8]) -> Result<Media> {
        let digest = Digest::of(bytes);
        let mime = layout::sniff(bytes);
        let path = layout::media_path(&digest, layout::media_extension(mime.as_deref()));
        if !self.batch.contains(&path) && !self.root.join(&path).exists() {
            self.batch.stage(self.disk.as_mut(), &self.root, &path, &mut { bytes })?;
            self.info.counts.media += 1;
            self.summary.media += 1;
        }
        let size = imagesize::blob_size(bytes).ok();
        let side = |n: usize| u32::try_from(n).ok();
        Ok(Media {
            sha256: Some(digest),
            mime,
            bytes: Some(bytes.len() as u64),
            width: size.and_then(|s| side(s.width)),
            height: size.and_then(|s| side(s.height)),
            ..Media::default()
        })
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

    /// Notes something wanted and not had; told at the end of the run.
    pub fn gap(&mut self, gap: Gap) {
        if !self.gaps.iter().any(|g| g.url == gap.url) {
            self.gaps.push(gap);
        }
    }

    pub fn note(&mut self, text: impl Into<String>) {
        self.summary.notes.push(text.into());
    }

    /// Makes durable what came in since the last time.
    pub fn commit(&mut self) -> Result<()> {
        if self.batch.is_empty() {
            return Ok(());
        }
        self.stage_info()?;
        self.raw.flush().map_err(Error::io("write", self.root.join("raw")))?;
        let line = RunLine {
            what: "batch".into(),
            run: self.run.clone(),
            command: self.opening.command.into(),
            ..std::mem::take(&mut self.line)
        };
        self.put_in_place(line)
    }

    fn put_in_place(&mut self, line: RunLine) -> Result<()> {
        self.batch.commit(self.disk.as_mut(), &self.root, line)?;
        self.fresh.clear();
        self.batch_since = None;
        self.committed = true;
        Ok(())
    }

    fn stage_info(&mut self) -> Result<()> {
        if let Some((kind, uri)) = &self.opening.source {
            let list = self.info.sources.entry(kind.clone()).or_default();
            if let Err(at) = list.binary_search(uri) {
                list.insert(at, uri.clone());
            }
        }
        let bytes = pretty_json(&self.info);
        if self.info_kept.as_ref() != Some(&bytes) {
            self.batch.stage(self.disk.as_mut(), &self.root, INFO, &mut bytes.as_slice())?;
            self.info_kept = Some(bytes);
        }
        Ok(())
    }

    /// Reads a file of the cache, which may be gone at any time.
    pub fn cache_get(&self, name: &str) -> Option<Vec<u8>> {
        std::fs::read(self.root.join(CACHE).join(name)).ok()
    }

    /// Writes a file of the cache.
    pub fn cache_put(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.root.join(CACHE).join(name);
        let temp = self.root.join(CACHE).join(format!("{name}{}", layout::TEMP));
        self.disk.write(&temp, &mut { bytes }).map_err(Error::io("write", &temp))?;
        self.disk.rename(&temp, &path).map_err(Error::io("write", &path))
    }

    pub fn cache_remove(&mut self, name: &str) {
        let _ = self.disk.remove(&self.root.join(CACHE).join(name));
    }

    /// Ends the run: seals the raw capture (drops it when nothing came of the run) and writes the closing line.
    pub fn finish(mut self, interrupted: bool) -> Result<Summary> {
        let runs = read_runs(&self.root)?;
        let open = open_gaps(&runs);
        let known: Vec<Gap> = std::mem::take(&mut self.gaps);
        let filled = |g: &Gap| match g.what.as_str() {
            "media" => self.index.medium(&g.url).is_some(),
            "post" | "page" => self.index.find(&g.url).is_some(),
            _ => false,
        };
        let closed: Vec<String> = open.iter().filter(|g| filled(&g.gap)).map(|g| g.gap.url.clone()).collect();
        let mut gaps: Vec<Gap> =
            known.into_iter().filter(|g| !filled(g) && !open.iter().any(|o| o.gap.url == g.url)).collect();
        gaps.sort();
        let left = open.iter().filter(|g| !g.accepted && !closed.contains(&g.gap.url)).count() + gaps.len();

        let something = self.committed || !self.batch.is_empty();
        if something {
            self.raw.seal(self.disk.as_mut(), &self.root, &mut self.batch)?;
            self.stage_info()?;
        } else {
            self.raw.discard(self.disk.as_mut(), &self.root);
        }
        let finished = self.clock.now();
        let line = RunLine {
            what: "run".into(),
            run: self.run.clone(),
            command: self.opening.command.into(),
            started: Some(self.started),
            finished: Some(finished),
            interrupted,
            gaps: gaps.clone(),
            closed,
            requests: self.summary.requests,
            unchanged: self.summary.unchanged,
            notes: self.summary.notes.clone(),
            ..std::mem::take(&mut self.line)
        };
        let nothing_ever = !something && self.info_kept.is_none();
        if nothing_ever && gaps.is_empty() {
            self.clear_away();
        } else {
            self.put_in_place(line)?;
        }
        if let Some(lock) = self.lock.take() {
            lock.release();
        }
        Ok(Summary {
            gaps,
            open_gaps: left as u64,
            counts: self.info.counts,
            interrupted,
            ..std::mem::take(&mut self.summary)
        })
    }

    /// An archive that never came to hold anything leaves no folder behind.
    fn clear_away(&mut self) {
        self.batch.discard(self.disk.as_mut(), &self.root);
        self.raw.discard(self.disk.as_mut(), &self.root);
        if self.info_kept.is_none() {
            let _ = std::fs::remove_dir_all(self.root.join(CACHE));
            for folder in ["raw/import", "raw", "posts", "pages", "media", "."] {
                let _ = std::fs::remove_dir(self.root.join(folder));
            }
            let _ = std::fs::remove_dir(&self.root);
        }
    }
}

impl Drop for Writer {
    /// A run that ends in an error: what was committed stands, the rest goes.
    fn drop(&mut self) {
        if self.lock.is_none() {
            return;
        }
        self.batch.discard(self.disk.as_mut(), &self.root);
        let sealed = self.committed && self.close_raw().is_ok();
        if !sealed {
            self.raw.discard(self.disk.as_mut(), &self.root);
        }
        if !self.committed {
            self.clear_away();
        }
        if let Some(lock) = self.lock.take() {
            lock.release();
        }
    }
}

impl Writer {
    /// Seals the raw capture of a run that failed after something of it was kept.
    fn close_raw(&mut self) -> Result<()> {
        self.raw.seal(self.disk.as_mut(), &self.root, &mut self.batch)?;
        let line = RunLine {
            what: "run".into(),
            run: self.run.clone(),
            command: self.opening.command.into(),
            started: Some(self.started),
            finished: Some(self.clock.now()),
            interrupted: true,
            ..RunLine::default()
        };
        self.put_in_place(line)
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

/// The sources of `post`, with those that `kept` has too as they stand there: a listing fetched again has another digest,
/// which alone is no news.
fn same_kinds(post: &Post, kept: &Post) -> Vec<crate::model::Source> {
    post.sources.iter().map(|s| kept.sources.iter().find(|k| k.kind == s.kind).unwrap_or(s).clone()).collect()
}

fn layout_has_run(root: &Path, run: &str) -> bool {
    root.join(format!("raw/{run}-1.warc.gz")).exists()
        || root.join(format!("raw/{run}-1.warc.gz{}", layout::OPEN)).exists()
}
