//! Which post is meant, and which of its texts.

use std::path::{Path, PathBuf};

use super::context::Context;
use crate::error::{Error, Result};
use crate::model::{Post, fold_title, normalise_url};
use crate::store::{Archive, Entry};

/// Finds the one post whose id, address, slug or title begins so.
pub fn post(wanted: &str, context: &Context) -> Result<(Archive, Entry)> {
    let folded = normalise_url(wanted).to_lowercase();
    let title = fold_title(wanted);
    let mut found: Vec<(Archive, Entry, bool)> = Vec::new();
    for archive in context.open(&[])? {
        for entry in archive.entries()? {
            let whole = entry.id.as_str() == wanted
                || entry.url.iter().chain(&entry.aliases).any(|u| normalise_url(u).to_lowercase() == folded);
            let slug = entry.path.rsplit('/').next().unwrap_or_default();
            let url = entry.url.as_deref().map(|u| normalise_url(u).to_lowercase()).unwrap_or_default();
            let begins = entry.id.as_str().starts_with(wanted)
                || slug.starts_with(wanted)
                || url.starts_with(&folded)
                || (!title.is_empty() && fold_title(&entry.title).starts_with(&title));
            if whole || begins {
                found.push((archive.clone(), entry, whole));
            }
        }
    }
    if found.iter().filter(|f| f.2).count() == 1 {
        found.retain(|f| f.2);
    }
    if found.len() > 1 {
        let some: Vec<String> = found.iter().take(5).map(|f| format!("{} ({})", f.1.id.short(), f.1.title)).collect();
        return Err(Error::usage(format!("{} posts begin with {wanted}", found.len()))
            .with_hint(format!("write more of it; among them: {}", some.join(", "))));
    }
    let none =
        || Error::usage(format!("no post begins with {wanted}")).with_hint("see what is kept with `mdarchive list`");
    found.pop().map(|(archive, entry, _)| (archive, entry)).ok_or_else(none)
}

/// An earlier text of a post.
pub struct Version {
    /// As `show --versions` counts them, from 1.
    pub number: usize,
    pub path: PathBuf,
    pub post: Post,
}

/// Finds an earlier text by its number or the beginning of its hash.
pub fn version(archive: &Archive, entry: &Entry, which: &str) -> Result<Version> {
    let files = archive.versions(&entry.id)?;
    let named = |p: &PathBuf| p.file_stem().is_some_and(|s| s.to_string_lossy().starts_with(which));
    let by_number = which.parse::<usize>().ok().and_then(|n| n.checked_sub(1)).filter(|n| *n < files.len());
    let at = by_number.or_else(|| files.iter().position(named).filter(|_| !which.is_empty()));
    let found = at.and_then(|at| Some((at + 1, files.get(at)?.clone())));
    let (number, path) = found.ok_or_else(|| {
        Error::usage(format!("the post has no version {which}"))
            .with_hint("list them with `mdarchive show POST --versions`")
    })?;
    Ok(Version { number, post: read_version(&path)?, path })
}

pub fn read_version(path: &Path) -> Result<Post> {
    let bytes = std::fs::read(path).map_err(Error::io("read", path))?;
    serde_json::from_slice(&bytes).map_err(|e| Error::input(path.display(), e))
}
