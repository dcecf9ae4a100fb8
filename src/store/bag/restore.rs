//! The way back: a snapshot becomes the archive it was made from, whole or not at all.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::read::Bag;
use crate::error::{Error, Result};
use crate::event::{Events, Unit};
use crate::model::{ArchiveInfo, Digest, FORMAT};
use crate::store::contents::{contents, is_plain};
use crate::store::disk::{Disk, RealDisk};
use crate::store::layout::{INFO, inside};

/// What came of a snapshot.
#[derive(Debug)]
pub struct Restored {
    pub root: PathBuf,
    pub info: ArchiveInfo,
    pub files: u64,
    /// The same archive was there before, byte for byte: nothing was written.
    pub already: bool,
}

/// Unpacks a snapshot to `archives/NAME`, where nothing lies yet; NAME is the archive's own unless another is given.
/// The bag is checked on the way: what is not complete and valid leaves nothing behind.
pub fn restore(zip: &Path, archives: &Path, name: Option<&str>, events: &Events) -> Result<Restored> {
    let mut bag = Bag::open(zip).map_err(|fault| fault.error(zip))?;
    let info = read_info(&mut bag, zip)?;
    let name = name.unwrap_or(&info.name);
    if !is_plain(name) {
        return Err(Error::usage(format!("{:?} is no name for an archive", name)).with_hint("give another with --name"));
    }
    let root = archives.join(name);
    if bag.goes_on_top() {
        return super::apply::apply(&mut bag, zip, &root, info, events);
    }
    let files = bag.files().count() as u64;
    if fs::read_dir(&root).is_ok_and(|mut folder| folder.next().is_some()) {
        return match is_same(&bag, &root)? {
            true => Ok(Restored { root, info, files, already: true }),
            false => Err(Error::archive(&root, "another archive is kept there")
                .with_hint("restore under another name with --name; nothing was changed")),
        };
    }
    fs::create_dir_all(archives).map_err(Error::io("create", archives))?;
    // A folder in a folder: what is half unpacked must not be found among the archives.
    let temp =
        tempfile::Builder::new().prefix(".restore-").tempdir_in(archives).map_err(Error::io("write", archives))?;
    let fresh = temp.path().join(name);
    fs::create_dir(&fresh).map_err(Error::io("create", &fresh))?;
    unpack(&mut bag, zip, &fresh, events)?;
    let mut disk = RealDisk;
    disk.sync_all(&fresh).map_err(Error::io("sync", &fresh))?;
    disk.rename(&fresh, &root).map_err(Error::io("write", &root))?;
    disk.sync_dir(archives).map_err(Error::io("sync", archives))?;
    Ok(Restored { root, info, files, already: false })
}

/// Reads the archive's front page in the bag. [`Error::Archive`] when the format is a newer one.
fn read_info(bag: &mut Bag, zip: &Path) -> Result<ArchiveInfo> {
    let bytes = bag.read_file(&format!("data/{INFO}"), 16 << 20).map_err(|why| Error::input(zip.display(), why))?;
    let bad = |e: serde_json::Error| Error::input(zip.display(), format!("{INFO} is damaged: {e}"));
    let value: Value = serde_json::from_slice(&bytes).map_err(bad)?;
    match value.get("format").and_then(Value::as_u64) {
        Some(format) if format > u64::from(FORMAT) => {
            let why = format!("format {format} is newer than this program knows (format {FORMAT})");
            Err(Error::archive(zip, why).with_hint("update mdarchive; nothing was changed"))
        }
        Some(_) => serde_json::from_value(value).map_err(bad),
        None => Err(Error::input(zip.display(), format!("{INFO} names no format"))),
    }
}

pub fn unpack(bag: &mut Bag, zip: &Path, root: &Path, events: &Events) -> Result<()> {
    events.total(Unit::Files, bag.files().count() as u64);
    bag.check(
        events,
        &mut |path, content| {
            let to =
                inside(root, path).ok_or_else(|| Error::input(zip.display(), format!("{path} leads elsewhere")))?;
            if let Some(folder) = to.parent() {
                fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
            }
            let mut file = File::create_new(&to).map_err(Error::io("create", &to))?;
            io::copy(content, &mut file).map_err(Error::io("write", &to))?;
            events.done(Unit::Files, 1);
            Ok(())
        },
        &mut |path, why| {
            let hint = "nothing was restored; use another copy of the snapshot";
            Err(Error::input(zip.display(), format!("{path}: {why}")).with_hint(hint))
        },
    )
}

/// Returns whether the files of an archive are those of the bag, byte for byte.
fn is_same(bag: &Bag, root: &Path) -> Result<bool> {
    let parts = contents(root)?;
    if parts.len() != bag.files().count() {
        return Ok(false);
    }
    for (path, digest) in bag.files() {
        let Some(part) = parts.get(path) else { return Ok(false) };
        let mut hasher = Hasher(sha2::Digest::new());
        io::copy(&mut part.open().map_err(Error::io("read", &part.from))?, &mut hasher)
            .map_err(Error::io("read", &part.from))?;
        if Digest::finish(hasher.0) != *digest {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Takes the digest of what is written to it.
pub struct Hasher(pub sha2::Sha256);

impl io::Write for Hasher {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        sha2::Digest::update(&mut self.0, bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
