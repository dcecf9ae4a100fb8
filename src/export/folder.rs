//! A folder of files as an export: put in its place whole or not at all. A list of what was written lies in it, so that
//! the next export replaces its own files, keeps those that others laid beside, and refuses to undo what others changed.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::error::{Error, Result};
use crate::model::Digest;
use crate::store::exchange;

/// The list of what was written.
const LIST: &str = ".mdarchive.json";

#[derive(Default, Serialize, Deserialize)]
struct List {
    files: BTreeMap<String, Digest>,
    format: String,
}

/// A folder under way.
pub struct Folder {
    root: PathBuf,
    files: Mutex<BTreeMap<String, Digest>>,
}

impl Folder {
    /// Writes a file.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        self.put(name, &mut &*bytes)
    }

    /// Copies a file.
    pub fn copy(&self, name: &str, from: &Path) -> Result<()> {
        self.put(name, &mut File::open(from).map_err(Error::io("read", from))?)
    }

    fn put(&self, name: &str, from: &mut dyn Read) -> Result<()> {
        let to = self.root.join(name);
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
        }
        let mut file = File::create_new(&to).map_err(Error::io("create", &to))?;
        let (mut hasher, mut buffer) = (Sha256::new(), vec![0; 1 << 16]);
        loop {
            let n = from.read(&mut buffer).map_err(Error::io("read", &to))?;
            let Some(bytes) = buffer.get(..n).filter(|b| !b.is_empty()) else { break };
            hasher.update(bytes);
            file.write_all(bytes).map_err(Error::io("write", &to))?;
        }
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.insert(name.to_string(), Digest::finish(hasher));
        Ok(())
    }
}

/// Has a folder written beside its place and puts it there when it is whole. Files that others laid into an earlier one
/// stay; where they changed ours, or ours would lie over theirs, only `force` goes on.
pub fn put(path: &Path, force: bool, format: &str, write: &mut dyn FnMut(&Folder) -> Result<()>) -> Result<()> {
    let old = fs::symlink_metadata(path).ok();
    if old.as_ref().is_some_and(|old| !old.is_dir()) {
        return Err(refused(path, "a file is there"));
    }
    let list = read_list(path);
    if old.is_some() && !force {
        let changed = list.files.iter().find(|(name, digest)| is_changed(&path.join(name), digest));
        if let Some((name, _)) = changed {
            return Err(refused(path, &format!("{name} was changed since it was written")));
        }
    }
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let temp = tempfile::Builder::new().prefix(".mdarchive-").suffix(".part").tempdir_in(parent);
    let temp = temp.map_err(Error::io("write", path))?;
    let fresh = temp.path().join("fresh");
    fs::create_dir(&fresh).map_err(Error::io("create", &fresh))?;
    let out = Folder { root: fresh.clone(), files: Mutex::default() };
    write(&out)?;
    let files = out.files.into_inner().unwrap_or_else(PoisonError::into_inner);
    if old.is_some() {
        carry(path, &fresh, &list, &files, force)?;
    }
    let mut text = serde_json::to_vec_pretty(&List { files, format: format.into() }).unwrap_or_default();
    text.push(b'\n');
    fs::write(fresh.join(LIST), text).map_err(Error::io("write", path))?;
    #[cfg(target_os = "linux")]
    File::open(&fresh).and_then(|f| Ok(rustix::fs::syncfs(f)?)).map_err(Error::io("write", path))?;
    let placed = match old {
        Some(_) => exchange(&fresh, path, &temp.path().join("old")),
        None => fs::rename(&fresh, path),
    };
    placed.map_err(Error::io("write", path))
}

fn refused(path: &Path, why: &str) -> Error {
    Error::export(path.display(), format!("{why}; mdarchive did not do that"))
        .with_hint("choose another folder with -o, or replace it with --force")
}

fn read_list(path: &Path) -> List {
    let read = File::open(path.join(LIST)).ok().map(|f| f.take(256 << 20));
    read.and_then(|f| serde_json::from_reader(std::io::BufReader::new(f)).ok()).unwrap_or_default()
}

/// Returns whether a file is there with other bytes. One that is gone was taken away on purpose: it comes back.
fn is_changed(path: &Path, digest: &Digest) -> bool {
    let Ok(mut file) = File::open(path) else { return fs::symlink_metadata(path).is_ok() };
    let (mut hasher, mut buffer) = (Sha256::new(), vec![0; 1 << 16]);
    while let Ok(n) = file.read(&mut buffer) {
        let Some(bytes) = buffer.get(..n).filter(|b| !b.is_empty()) else { break };
        hasher.update(bytes);
    }
    Digest::finish(hasher) != *digest
}

/// Lays into the new folder what others laid into the old one.
fn carry(old: &Path, fresh: &Path, list: &List, files: &BTreeMap<String, Digest>, force: bool) -> Result<()> {
    let mut open = vec![String::new()];
    while let Some(folder) = open.pop() {
        let here = old.join(&folder);
        for entry in fs::read_dir(&here).map_err(Error::io("read", &here))? {
            let entry = entry.map_err(Error::io("read", &here))?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            let name = if folder.is_empty() { name } else { format!("{folder}/{name}") };
            let kind = entry.file_type().map_err(Error::io("read", entry.path()))?;
            if kind.is_dir() {
                open.push(name);
                continue;
            }
            if name == LIST || list.files.contains_key(&name) {
                continue;
            }
            if files.contains_key(&name) {
                match force {
                    true => continue,
                    false => return Err(refused(old, &format!("{name} is there"))),
                }
            }
            let (from, to) = (entry.path(), fresh.join(&name));
            let parent = to.parent().unwrap_or(fresh);
            fs::create_dir_all(parent).map_err(Error::io("create", parent))?;
            // The same file under a second name until the old folder goes; where the disk has no such thing, a copy.
            if fs::hard_link(&from, &to).is_err() {
                fs::copy(&from, &to).map_err(Error::io("copy", &from))?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(path: &Path, force: bool, files: &[(&str, &str)]) -> Result<()> {
        put(path, force, "x", &mut |out| files.iter().try_for_each(|(name, text)| out.write(name, text.as_bytes())))
    }

    fn names(path: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(path).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn own_files_are_replaced_and_those_of_others_stay() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("blog");
        made(&path, false, &[("a/x.md", "1"), ("y.md", "1")]).unwrap();
        fs::create_dir(path.join(".obsidian")).unwrap();
        fs::write(path.join(".obsidian/app.json"), "{}").unwrap();
        made(&path, false, &[("a/x.md", "2")]).unwrap();
        assert_eq!(fs::read_to_string(path.join("a/x.md")).unwrap(), "2");
        assert_eq!(names(&path), [".mdarchive.json", ".obsidian", "a"]);
        assert_eq!(fs::read_to_string(path.join(".obsidian/app.json")).unwrap(), "{}");
        assert_eq!(names(temp.path()), ["blog"]);
    }

    #[test]
    fn what_others_changed_is_replaced_only_by_force() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("blog");
        made(&path, false, &[("x.md", "1")]).unwrap();
        fs::write(path.join("x.md"), "mine").unwrap();
        let error = made(&path, false, &[("x.md", "2")]).unwrap_err();
        assert!(error.to_string().contains("x.md was changed"), "{error}");
        assert_eq!(fs::read_to_string(path.join("x.md")).unwrap(), "mine");
        made(&path, true, &[("x.md", "2")]).unwrap();
        fs::write(path.join("new.md"), "mine").unwrap();
        assert!(made(&path, false, &[("x.md", "3"), ("new.md", "3")]).unwrap_err().hint().unwrap().contains("--force"));
        assert_eq!(fs::read_to_string(path.join("x.md")).unwrap(), "2");
    }

    #[test]
    fn folder_of_others_is_kept_and_a_failing_export_leaves_nothing() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("blog");
        fs::create_dir(&path).unwrap();
        fs::write(path.join("x.md"), "theirs").unwrap();
        assert!(made(&path, false, &[("x.md", "1")]).is_err());
        assert!(put(&path, true, "x", &mut |_| Err(Error::Interrupted)).is_err());
        assert_eq!(fs::read_to_string(path.join("x.md")).unwrap(), "theirs");
        assert_eq!((names(&path), names(temp.path())), (vec!["x.md".to_string()], vec!["blog".to_string()]));
    }
}
