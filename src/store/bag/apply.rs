//! A bag that goes on top of others, laid on the archive they gave: the whole step or none of it.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use super::read::Bag;
use super::restore::{Restored, unpack};
use super::since::digests;
use super::{FOLLOWS_NAME, REMOVED, REPLACED};
use crate::error::{Error, Result};
use crate::event::Events;
use crate::model::{ArchiveInfo, Clock, Digest};
use crate::store::contents::{Part, contents};
use crate::store::disk::{Disk, RealDisk, exchange};
use crate::store::layout::{INFO, inside};
use crate::store::lock::Lock;

/// Makes of the archive at `root` the one the bag was made of. It must be, file by file, the one the bags before gave.
pub fn apply(bag: &mut Bag, zip: &Path, root: &Path, info: ArchiveInfo, events: &Events) -> Result<Restored> {
    let broken = |why: String| Error::input(zip.display(), why).with_hint("nothing was changed; use another copy");
    let earlier = bag.info(FOLLOWS_NAME).unwrap_or_else(|| "another snapshot".into());
    let (state, removed) = (bag.state().map_err(broken)?, bag.list(REMOVED).map_err(broken)?);
    let replaced = bag.list(REPLACED).map_err(broken)?;
    let payload: BTreeMap<String, Digest> = bag.files().map(|(p, d)| (p.to_string(), d.clone())).collect();
    let files = payload.len() as u64;
    if !root.join(INFO).is_file() {
        let why = format!("it goes on top of {earlier}, and no archive is there");
        return Err(Error::input(zip.display(), why).with_hint("name both: mdarchive import FIRST.zip SECOND.zip"));
    }
    let _lock = Lock::take(root, "import", Clock::system().now())?;
    let parts = contents(root)?;
    let now = digests(&parts)?;
    if now == state {
        return Ok(Restored { root: root.to_path_buf(), info, files, already: true });
    }
    let before = earlier_state(&state, &payload, &replaced, &removed);
    if let Some(path) = difference(&now, &before) {
        let why = format!("{path} is not as the snapshots before {} left it", zip.display());
        return Err(Error::archive(root, why).with_hint(
            "snapshots go on top of each other in their order, on what was restored and not changed since",
        ));
    }
    let parent = root.parent().unwrap_or(Path::new("."));
    let temp = tempfile::Builder::new().prefix(".restore-").tempdir_in(parent).map_err(Error::io("write", parent))?;
    let fresh = temp.path().join("fresh");
    fs::create_dir(&fresh).map_err(Error::io("create", &fresh))?;
    for path in state.keys().filter(|p| !payload.contains_key(*p)) {
        events.check()?;
        let part = parts.get(path).ok_or_else(|| broken(format!("{path} is in no snapshot")))?;
        keep(part, &fresh, path)?;
    }
    unpack(bag, zip, &fresh, events)?;
    if let Some(path) = difference(&digests(&contents(&fresh)?)?, &state) {
        return Err(broken(format!("{path} is not as the snapshot promises")));
    }
    let mut disk = RealDisk;
    disk.sync_all(&fresh).map_err(Error::io("sync", &fresh))?;
    exchange(&fresh, root, &temp.path().join("old")).map_err(Error::io("write", root))?;
    disk.sync_dir(parent).map_err(Error::io("sync", parent))?;
    Ok(Restored { root: root.to_path_buf(), info, files, already: false })
}

/// Returns what the archive must hold for the bag to fit.
fn earlier_state(
    state: &BTreeMap<String, Digest>,
    payload: &BTreeMap<String, Digest>,
    replaced: &BTreeMap<String, Digest>,
    removed: &BTreeMap<String, Digest>,
) -> BTreeMap<String, Digest> {
    // The front page goes along even where it did not change.
    let kept = state.iter().filter(|(path, _)| !payload.contains_key(*path) || *path == INFO);
    kept.chain(replaced).chain(removed).map(|(p, d)| (p.clone(), d.clone())).collect()
}

/// Returns the first file in which two archives differ.
fn difference<'a>(one: &'a BTreeMap<String, Digest>, other: &'a BTreeMap<String, Digest>) -> Option<&'a str> {
    let odd = |a: &'a BTreeMap<String, Digest>, b: &BTreeMap<String, Digest>| {
        a.iter().find(|(path, digest)| b.get(*path) != Some(digest)).map(|(path, _)| path.as_str())
    };
    odd(one, other).or_else(|| odd(other, one))
}

/// Gives a file that stays a place in the new folder: a second name for it, or a copy where the disk has no such thing.
fn keep(part: &Part, fresh: &Path, path: &str) -> Result<()> {
    let to = inside(fresh, path).ok_or_else(|| Error::archive(fresh, format!("{path} leads elsewhere")))?;
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
    }
    let whole = part.tail.is_empty() && fs::metadata(&part.from).is_ok_and(|m| m.len() == part.bytes);
    if whole && fs::hard_link(&part.from, &to).is_ok() {
        return Ok(());
    }
    let copied = part.open().and_then(|mut from| io::copy(&mut from, &mut fs::File::create_new(&to)?));
    copied.map(|_| ()).map_err(Error::io("copy", &part.from))
}
