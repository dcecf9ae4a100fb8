//! A bag read back. Everything in it is hostile until its names are plain and its digests match.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use zip::ZipArchive;

use super::{BAG_INFO, BAGIT, MANIFEST, STATE, TAG_MANIFEST, decode};
use crate::error::{Error, Result};
use crate::event::{Events, Unit};
use crate::model::Digest;
use crate::store::contents::{belongs, is_plain};

/// The most files a snapshot may hold, the most it may hold in all, and how many times larger than the ZIP file
/// it may be where it is larger than [`SMALL`] (JSON shrinks ten to thirty times; deflate can do a thousand).
const MAX_ENTRIES: usize = 4_000_000;
const MAX_TOTAL: u64 = 16 << 40;
const MAX_RATIO: u64 = 200;
const SMALL: u64 = 64 << 20;
/// The most a manifest may take.
const MAX_MANIFEST: u64 = 1 << 30;

/// Says of a listed file that it is not there.
pub const MISSING: &str = "missing";

/// What is wrong with a file that should be a snapshot.
#[derive(Debug)]
pub enum Fault {
    /// It is something else: not a ZIP file, or one with no bag of an archive in it.
    Other(String),
    /// It is a snapshot, and damaged or dangerous.
    Broken(String),
    Error(Error),
}

impl Fault {
    /// Returns the fault as the error of a run that wanted to read `zip`.
    pub fn error(self, zip: &Path) -> Error {
        match self {
            Fault::Other(why) => Error::input(zip.display(), format!("not a snapshot: {why}")),
            Fault::Broken(why) => {
                Error::input(zip.display(), why).with_hint("nothing was taken from it; use another copy")
            }
            Fault::Error(error) => error,
        }
    }
}

/// A snapshot, open for reading, its names looked at.
pub struct Bag {
    path: PathBuf,
    zip: ZipArchive<BufReader<File>>,
    /// Path within the bag and place in the ZIP file, in order of place.
    entries: Vec<(String, usize)>,
    bytes: u64,
    /// Digests of the payload, by path within the bag.
    manifest: BTreeMap<String, Digest>,
}

impl Bag {
    pub fn open(path: &Path) -> Result<Bag, Fault> {
        let file = File::open(path).map_err(|e| Fault::Error(Error::io("read", path)(e)))?;
        let zip_bytes = file.metadata().map_err(|e| Fault::Error(Error::io("read", path)(e)))?.len();
        let mut magic = Vec::new();
        (&file).take(4).read_to_end(&mut magic).map_err(|e| Fault::Error(Error::io("read", path)(e)))?;
        if !magic.starts_with(b"PK") {
            return Err(Fault::Other("no ZIP file".into()));
        }
        let damaged = |e: zip::result::ZipError| match e.to_string() {
            // The list of members stands at the end.
            why if why.contains("EOCD") => Fault::Broken("damaged ZIP file: cut short, its end is missing".into()),
            why => Fault::Broken(format!("damaged ZIP file: {why}")),
        };
        let mut zip = ZipArchive::new(BufReader::new(file)).map_err(damaged)?;
        let is_bag = zip
            .file_names()
            .flatten()
            .any(|n| n.split_once('/').is_some_and(|(_, rest)| rest == BAGIT || rest == MANIFEST));
        if !is_bag {
            return Err(Fault::Other(format!("no {BAGIT} in its folder")));
        }
        zip.validate_header_consistency().map_err(|e| Fault::Broken(e.to_string()))?;
        let bytes = fair_size(&zip, zip_bytes).map_err(Fault::Broken)?;
        let entries = plain_entries(&zip).map_err(Fault::Broken)?;
        let mut bag = Bag { path: path.to_path_buf(), zip, entries, bytes, manifest: BTreeMap::new() };
        let declaration = bag.read_text(BAGIT, 1 << 16).map_err(Fault::Broken)?;
        if !declaration.trim_start_matches('\u{feff}').starts_with("BagIt-Version: ") {
            return Err(Fault::Broken(format!("{BAGIT} declares no version")));
        }
        let manifest = bag.read_text(MANIFEST, MAX_MANIFEST).map_err(Fault::Broken)?;
        bag.manifest = parse_manifest(MANIFEST, &manifest).map_err(Fault::Broken)?;
        Ok(bag)
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the digests of the archive's files by their paths in the archive.
    pub fn files(&self) -> impl Iterator<Item = (&str, &Digest)> {
        self.manifest.iter().filter_map(|(path, digest)| Some((path.strip_prefix("data/")?, digest)))
    }

    /// Returns the value of a line of `bag-info.txt`.
    pub fn info(&mut self, label: &str) -> Option<String> {
        let info = self.read_text(BAG_INFO, 1 << 16).ok()?;
        let value = |line: &str| Some(line.strip_prefix(label)?.strip_prefix(':')?.trim().to_string());
        info.lines().find_map(value)
    }

    /// Returns what names this bag and no other: the digest of the list that covers all other lists.
    pub fn identity(&mut self) -> Result<Digest, String> {
        self.read_file(TAG_MANIFEST, MAX_MANIFEST).map(Digest::of)
    }

    /// Returns a list of files of the archive that stands beside the manifests.
    pub fn list(&mut self, name: &str) -> Result<BTreeMap<String, Digest>, String> {
        let text = self.read_text(name, MAX_MANIFEST)?;
        let list = parse_manifest(name, &text)?;
        match list.keys().find(|path| !belongs(path)) {
            Some(path) => Err(format!("{} is no name for a file of an archive", path.escape_debug())),
            None => Ok(list),
        }
    }

    /// Returns whether the bag holds only what came after another.
    pub fn goes_on_top(&self) -> bool {
        self.entries.iter().any(|(name, _)| name == STATE)
    }

    /// Returns the digests of all files of the archive once this bag is unpacked, on top of those before it.
    pub fn state(&mut self) -> Result<BTreeMap<String, Digest>, String> {
        match self.goes_on_top() {
            true => self.list(STATE),
            false => Ok(self.files().map(|(path, digest)| (path.to_string(), digest.clone())).collect()),
        }
    }

    /// Returns how much the bag unpacks to, in bytes, as the ZIP file declares it.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Reads one file whole.
    pub fn read_file(&mut self, path: &str, limit: u64) -> Result<Vec<u8>, String> {
        let at = self.entries.iter().find(|(name, _)| name == path).map(|(_, at)| *at);
        let entry =
            self.zip.by_index(at.ok_or_else(|| format!("{path} is missing"))?).map_err(|e| format!("{path}: {e}"))?;
        if entry.size() > limit {
            return Err(format!("{path} is too large"));
        }
        let mut bytes = Vec::new();
        entry.take(limit).read_to_end(&mut bytes).map_err(|e| format!("{path}: {e}"))?;
        Ok(bytes)
    }

    fn read_text(&mut self, path: &str, limit: u64) -> Result<String, String> {
        String::from_utf8(self.read_file(path, limit)?).map_err(|_| format!("{path} is no UTF-8"))
    }

    /// Reads the whole bag once. `take` is given each file of the archive and must read it to its end; `fault` each file
    /// that is missing, not listed or not what the manifests say. Stops at the first error of either.
    pub fn check(
        &mut self,
        events: &Events,
        take: &mut dyn FnMut(&str, &mut dyn Read) -> Result<()>,
        fault: &mut dyn FnMut(&str, String) -> Result<()>,
    ) -> Result<()> {
        let tags = self.read_text(TAG_MANIFEST, MAX_MANIFEST).ok().map(|t| parse_manifest(TAG_MANIFEST, &t));
        let tags = match tags {
            Some(Ok(tags)) => tags,
            Some(Err(why)) => return fault(TAG_MANIFEST, why),
            None => BTreeMap::new(),
        };
        events.total(Unit::Bytes, self.bytes());
        let mut seen = HashSet::new();
        for (path, at) in &self.entries {
            events.check()?;
            let listed = self.manifest.get(path).or_else(|| tags.get(path));
            let is_tag = !path.starts_with("data/");
            let mut entry = match self.zip.by_index(*at) {
                Ok(entry) => entry,
                Err(e) => {
                    seen.insert(path.as_str());
                    fault(path, e.to_string())?;
                    continue;
                }
            };
            let size = entry.size();
            // One byte more than declared shows that there is more.
            let mut reading = Hashing {
                input: (&mut entry).take(size.saturating_add(1)),
                hasher: Sha256::new(),
                bytes: 0,
                broken: None,
            };
            match (path.strip_prefix("data/"), listed) {
                (Some(name), Some(_)) => take(name, &mut reading)?,
                _ => drop(io::copy(&mut reading, &mut io::sink())),
            }
            events.done(Unit::Bytes, reading.bytes);
            seen.insert(path.as_str());
            let (found, read) = (Digest::finish(reading.hasher), reading.bytes);
            match listed {
                _ if reading.broken.is_some() => fault(path, reading.broken.unwrap_or_default())?,
                Some(_) if read != size => fault(path, format!("{read} bytes instead of {size}"))?,
                Some(digest) if *digest != found => fault(path, "its bytes changed".into())?,
                None if !is_tag => fault(path, format!("not listed in {MANIFEST}"))?,
                _ => {}
            }
        }
        for path in self.manifest.keys().chain(tags.keys()).filter(|p| !seen.contains(p.as_str())) {
            fault(path, MISSING.into())?;
        }
        Ok(())
    }
}

/// Returns what the ZIP file says it unpacks to, or why that is no snapshot. (The crate's own sum gives up on files
/// that were written as a stream; the central directory has their sizes all the same.)
fn fair_size(zip: &ZipArchive<BufReader<File>>, zip_bytes: u64) -> Result<u64, String> {
    if zip.len() > MAX_ENTRIES {
        return Err(format!("{} entries are more than a snapshot may have", zip.len()));
    }
    let mut total: u64 = 0;
    for at in 0..zip.len() {
        let size = zip.by_index_data(at).map_err(|e| e.to_string())?.size();
        total = total.saturating_add(size);
    }
    if total > MAX_TOTAL || (total > SMALL && total / zip_bytes.max(1) > MAX_RATIO) {
        return Err(format!("{zip_bytes} bytes that unpack to {total} are no snapshot but a bomb"));
    }
    Ok(total)
}

/// Returns the files of the bag, or why it must not be touched.
fn plain_entries(zip: &ZipArchive<BufReader<File>>) -> Result<Vec<(String, usize)>, String> {
    let (mut entries, mut twins, mut top) = (Vec::with_capacity(zip.len()), HashSet::new(), None::<String>);
    for at in 0..zip.len() {
        let entry = zip.by_index_data(at).map_err(|e| e.to_string())?;
        let name = entry.name().map_err(|e| e.to_string())?.into_owned();
        let quoted = name.escape_debug().to_string();
        if entry.is_symlink() || entry.encrypted() {
            return Err(format!("{quoted} is no plain file"));
        }
        let (first, rest) = name.split_once('/').unwrap_or((name.as_str(), ""));
        let folder = name.ends_with('/');
        let bare = rest.trim_end_matches('/');
        if !is_plain(first) || !(belongs(bare) || (folder && bare.is_empty())) {
            return Err(format!("{quoted} is no name for a file of an archive"));
        }
        if top.get_or_insert_with(|| first.to_string()) != first {
            return Err(format!("{quoted} lies outside the bag's folder"));
        }
        if !twins.insert(name.trim_end_matches('/').to_lowercase()) {
            return Err(format!("{quoted} has a twin that differs in case only"));
        }
        if !folder {
            entries.push((rest.to_string(), at));
        }
    }
    Ok(entries)
}

/// Reads a manifest: a digest, white space, a path. Each path stands once.
fn parse_manifest(name: &str, text: &str) -> Result<BTreeMap<String, Digest>, String> {
    let mut files = BTreeMap::new();
    for (number, line) in text.lines().enumerate().filter(|(_, l)| !l.is_empty()) {
        let parsed = line.split_once([' ', '\t']).and_then(|(digest, path)| {
            Some((decode(path.trim_start_matches([' ', '\t', '*'])), Digest::parse(digest)?))
        });
        let Some((path, digest)) = parsed else {
            return Err(format!("{name} line {} is no digest and path", number + 1));
        };
        if files.insert(path, digest).is_some() {
            return Err(format!("{name} line {} lists a file twice", number + 1));
        }
    }
    Ok(files)
}

/// Passes bytes on and takes their digest. A broken stream ends early and says why: it is the bag's fault, not the reader's.
struct Hashing<R> {
    input: R,
    hasher: Sha256,
    bytes: u64,
    broken: Option<String>,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.input.read(buffer) {
            Ok(n) => {
                self.hasher.update(buffer.get(..n).unwrap_or_default());
                self.bytes += n as u64;
                Ok(n)
            }
            Err(e) if e.kind() == io::ErrorKind::Interrupted => Err(e),
            Err(e) => {
                self.broken = Some(e.to_string());
                Ok(0)
            }
        }
    }
}
