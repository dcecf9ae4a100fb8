//! Which post is meant, and which of its texts.

use std::path::{Path, PathBuf};

use super::context::Context;
use crate::error::{Error, Result};
use crate::model::{Post, fold_title, normalise_url};
use crate::store::{Archive, Entry};

/// How well a post answers to what was asked for: the best alone are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Begins,
    /// Its slug or its title, whole.
    Named,
    /// Its id or one of its addresses, whole.
    Is,
}

/// What was asked for, in the forms in which it is compared.
struct Wanted<'a> {
    given: &'a str,
    url: String,
    title: String,
}

impl Wanted<'_> {
    fn fit(&self, entry: &Entry) -> Option<Fit> {
        let url = |u: &String| normalise_url(u).to_lowercase();
        let file = entry.path.rsplit('/').next().unwrap_or_default();
        let slug = file.rsplit_once("--").map_or(file, |(slug, _)| slug);
        let title = fold_title(&entry.title);
        let titled = |fits: bool| fits && !self.title.is_empty();
        let is = entry.id.as_str() == self.given || entry.url.iter().chain(&entry.aliases).any(|u| url(u) == self.url);
        let named = slug == self.given || titled(title == self.title);
        let begins = entry.id.as_str().starts_with(self.given)
            || file.starts_with(self.given)
            || entry.url.as_ref().is_some_and(|u| url(u).starts_with(&self.url))
            || titled(title.starts_with(&self.title));
        [(is, Fit::Is), (named, Fit::Named), (begins, Fit::Begins)]
            .into_iter()
            .find_map(|(fits, how)| fits.then_some(how))
    }
}

/// Finds the one post whose id, address, slug or title is this, else begins so.
pub fn post(given: &str, context: &Context) -> Result<(Archive, Entry)> {
    let wanted = Wanted { given, url: normalise_url(given).to_lowercase(), title: fold_title(given) };
    let archives = context.open(&[])?;
    let mut found: Vec<(Archive, Entry, Fit)> = Vec::new();
    for archive in &archives {
        let fits = archive.entries()?.into_iter().filter_map(|e| wanted.fit(&e).map(|fit| (archive.clone(), e, fit)));
        found.extend(fits);
    }
    let best = found.iter().map(|f| f.2).max();
    found.retain(|f| Some(f.2) == best);
    if found.len() > 1 {
        let told = |(archive, entry, _): &(Archive, Entry, Fit)| {
            let blog = if archives.len() > 1 { format!(", {}", archive.info.name) } else { String::new() };
            format!("{} ({}{blog})", entry.id.short(), entry.title)
        };
        let some: Vec<String> = found.iter().take(5).map(told).collect();
        let how = if best == Some(Fit::Begins) { "begin with" } else { "answer to" };
        return Err(Error::usage(format!("{} posts {how} {given}", found.len()))
            .with_hint(format!("write more of it, or the id; among them: {}", some.join(", "))));
    }
    let none =
        || Error::usage(format!("no post begins with {given}")).with_hint("see what is kept with `mdarchive list`");
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_whole_is_meant_though_others_begin_so() {
        let entry = |title: &str, path: &str| Entry { title: title.into(), path: path.into(), ..Entry::default() };
        let fit = |given: &str, e: &Entry| Wanted { given, url: normalise_url(given), title: fold_title(given) }.fit(e);
        let (third, thirtieth) =
            (entry("Tide 3", "posts/tide-3--00000000.json"), entry("Tide 30", "posts/tide-30--1.json"));
        assert!(fit("tide-3", &third) > fit("tide-3", &thirtieth));
        assert!(fit("Tide 3", &third) > fit("Tide 3", &thirtieth));
        assert_eq!(fit("tide", &third), Some(Fit::Begins));
        assert!(fit("ebb", &third).is_none());
    }
}
