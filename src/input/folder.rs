//! The files of a folder, in the order of their names. Links are not followed, hidden files are left alone.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

use super::{MAX_STREAMS, Named, Place};

/// Lists the files below a folder, and what was left out.
pub fn list(root: &Path) -> Result<(Vec<Named>, Vec<String>)> {
    let mut found: Vec<(String, PathBuf)> = Vec::new();
    let mut notes = Vec::new();
    let mut open = vec![(String::new(), root.to_path_buf())];
    while let Some((prefix, folder)) = open.pop() {
        for entry in fs::read_dir(&folder).map_err(Error::io("read", &folder))? {
            let entry = entry.map_err(Error::io("read", &folder))?;
            let own = entry.file_name().to_string_lossy().into_owned();
            let name = if prefix.is_empty() { own.clone() } else { format!("{prefix}/{own}") };
            let kind = entry.file_type().map_err(Error::io("read", entry.path()))?;
            if own.starts_with('.') {
                continue;
            }
            if kind.is_symlink() {
                notes.push(format!("{name}: a link, not followed"));
            } else if kind.is_dir() {
                open.push((name, entry.path()));
            } else if kind.is_file() {
                found.push((name, entry.path()));
            }
            if found.len() + open.len() > MAX_STREAMS {
                return Err(Error::input(root.display(), format!("more than {MAX_STREAMS} files"))
                    .with_hint("import its parts one by one"));
            }
        }
    }
    found.sort();
    let named = |(name, path): (String, PathBuf)| Named::new(name, path.display().to_string(), Place::File(path));
    Ok((found.into_iter().map(named).collect(), notes))
}
