//! What is read together, and what the archive is called.

use std::path::{Path, PathBuf};

use super::ImportRequest;
use crate::error::{Error, Result};
use crate::import::{FORMATS, Format, Group, Groups, detect, group, group_as, is_media};
use crate::input::{self, Named, Opened};
use crate::model::slugify;
use crate::store::bag;

/// What is read together.
pub struct Part {
    /// What the archive is called where no site is known.
    pub stem: String,
    /// The container that it lay in: of what lies in one, a part without posts does not keep the others out.
    pub place: usize,
    pub group: Group,
}

/// What the paths hold.
#[derive(Default)]
pub struct Gathered {
    pub snapshots: Vec<PathBuf>,
    pub parts: Vec<Part>,
    /// What was left out, and why.
    pub notes: Vec<String>,
    /// Paths that hold nothing that can be read.
    pub failed: Vec<Error>,
    places: usize,
    /// Pictures and the like that came by a path of their own, with what is to be said where no export wants them.
    uploads: Vec<(Vec<Named>, Error)>,
}

impl Gathered {
    /// Looks at all paths. One of several that cannot be read does not keep the others out.
    ///
    /// Errors: the format that the user names is not known; of the only path, what is wrong with it.
    pub fn of(request: &ImportRequest) -> Result<Gathered> {
        let format = request.format.as_deref().map(known).transpose()?;
        let mut out = Gathered::default();
        for path in &request.paths {
            if path.is_file() && format.is_none() && bag::is_snapshot(path) {
                out.snapshots.push(path.clone());
                continue;
            }
            match input::open(path).and_then(|opened| out.take(opened, format)) {
                Ok(()) => {}
                Err(error @ Error::Input { .. }) => out.failed.push(error),
                // A path that is not there is a slip of the user's, not a fault of a file.
                Err(error) => return Err(error),
            }
        }
        let export = out.parts.iter_mut().find(|p| p.group.format.kind == "wxr");
        match export {
            Some(part) => out.uploads.drain(..).for_each(|(files, _)| part.group.streams.extend(files)),
            None => out.failed.extend(out.uploads.drain(..).map(|(_, error)| error)),
        }
        // One goes on top of the other.
        out.snapshots.sort_by_cached_key(|path| bag::step(path));
        match out.failed.pop() {
            Some(error) if request.paths.len() == 1 => Err(error),
            last => {
                out.failed.extend(last);
                Ok(out)
            }
        }
    }

    /// Sorts the streams of a path by their formats. Exports are read together whatever path they came by, as a large
    /// blog comes in parts; other files by their path.
    fn take(&mut self, opened: Opened, format: Option<&'static Format>) -> Result<()> {
        self.places += 1;
        self.take_in(opened, format, self.places)
    }

    fn take_in(&mut self, opened: Opened, format: Option<&'static Format>, place: usize) -> Result<()> {
        let Opened { path, streams, inside, notes } = opened;
        let stem = stem(&path);
        let files = match streams.iter().all(|s| is_media(&s.name)) {
            true => streams.clone(),
            false => Vec::new(),
        };
        let found = match format {
            Some(format) => group_as(streams, format),
            // A copy of the uploads of a blog, beside its export.
            None if !files.is_empty() && inside.is_empty() => Groups::default(),
            None if streams.is_empty() && !inside.is_empty() => Default::default(),
            None => match group(&streams) {
                Err(Error::Input { .. }) if !inside.is_empty() => Groups { left: streams, ..Groups::default() },
                found => found?,
            },
        };
        let mut any = !found.groups.is_empty();
        for one in found.groups {
            let wxr = one.format.kind == "wxr";
            match self.parts.iter_mut().find(|p| wxr && p.group.format.kind == "wxr") {
                Some(all) => all.group.streams.extend(one.streams),
                None => self.parts.push(Part { stem: stem.clone(), place, group: one }),
            }
        }
        let mut failed = Vec::new();
        for opened in inside {
            match self.take_in(opened, format, place) {
                Ok(()) => any = true,
                Err(error) => failed.push(error),
            }
        }
        if !any {
            if !files.is_empty() && format.is_none() {
                let why = "pictures, sounds and films alone are no blog";
                let error =
                    Error::input(path.display(), why).with_hint("give the export that they belong to with them");
                let error = files.first().filter(|_| files.len() == 1).and_then(|f| detect(f).err()).unwrap_or(error);
                self.uploads.push((files, error));
                return Ok(());
            }
            return Err(failed.into_iter().next().unwrap_or_else(|| nothing(&path, &found.left)));
        }
        self.notes.extend(notes.into_iter().chain(failed.iter().map(told)));
        if let Some(first) = found.left.first() {
            let n = found.left.len();
            self.notes.push(format!("{n} files of other kinds left out, the first of them {}", first.name));
        }
        Ok(())
    }
}

/// Says that a folder or container holds nothing, and what its first file is instead.
fn nothing(path: &Path, left: &[Named]) -> Error {
    let why = "there is nothing in it that can be imported";
    if path.is_dir() && left.is_empty() {
        return Error::input(path.display(), "there is no file in the folder").with_hint("check the path");
    }
    let first = left.iter().find_map(|file| Some((file, detect(file).err()?)));
    let Some((file, error)) = first else {
        return Error::input(path.display(), why).with_hint("`mdarchive import --help` names what can be imported");
    };
    let words = told(&error);
    let words = words.strip_prefix(&format!("{}: ", file.shown)).unwrap_or(&words);
    let hint = error.hint().unwrap_or_else(|| "`mdarchive import --help` names what can be imported".to_string());
    Error::input(path.display(), format!("{why}: {} is {words}", file.name)).with_hint(hint)
}

/// Returns what an error says of a file, for a note.
pub(super) fn told(error: &Error) -> String {
    let words = error.to_string();
    words.strip_prefix("cannot read ").unwrap_or(&words).to_string()
}

/// Returns the format that a user names.
fn known(name: &str) -> Result<&'static Format> {
    let found = FORMATS.iter().find(|f| f.kind == name.trim().to_lowercase());
    found.ok_or_else(|| {
        let all: Vec<&str> = FORMATS.iter().map(|f| f.kind).collect();
        Error::usage(format!("{name:?} is no format")).with_hint(format!("there are: {}", all.join(", ")))
    })
}

/// Endings that stand behind another one.
const PACKED: [&str; 4] = [".gz", ".zst", ".tgz", ".tzst"];

/// Returns the name of a file without its endings, as an archive may bear it.
fn stem(path: &Path) -> String {
    let full = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let name = full.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    if path.is_dir() {
        return slugify(&name);
    }
    let name = PACKED.iter().find_map(|e| name.strip_suffix(e)).unwrap_or(&name);
    slugify(name.rsplit_once('.').map_or(name, |(stem, _)| stem))
}

/// Returns whether a word can be the name of an archive: a folder, and not a hidden one.
pub(super) fn is_plain(name: &str) -> bool {
    let good = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    !name.is_empty() && name.len() <= 120 && !name.starts_with(['.', '-']) && name.chars().all(good)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_archives_are_plain() {
        for name in ["blog", "example.com_blog", "Größe-1"] {
            assert!(is_plain(name), "{name}");
        }
        for name in ["", "..", ".hidden", "a/b", "a\\b", "-x", "a b", "a\u{1b}"] {
            assert!(!is_plain(name), "{name}");
        }
        assert_eq!(stem(Path::new("x/My Post.txt")), "my-post");
        assert_eq!(stem(Path::new("blog.2007.xml.gz")), "blog-2007");
        assert_eq!(stem(Path::new("blog.tar.zst")), "blog");
    }
}
