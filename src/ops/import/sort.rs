//! What is read together, and what the archive is called.

use std::path::Path;

use crate::error::{Error, Result};
use crate::import::{Group, group};
use crate::input::Opened;
use crate::model::slugify;

/// Sorts the streams of a path by their formats. Exports are read together whatever path they came by, as a large blog
/// comes in parts; other files by their path, whose name their archive bears where no site is known.
pub(super) fn gather(opened: Opened, groups: &mut Vec<(String, Group)>, notes: &mut Vec<String>) -> Result<()> {
    let stem = stem(&opened.path);
    let found = group(&opened.streams)?;
    if found.groups.is_empty() {
        return Err(Error::input(opened.path.display(), "there is nothing in it that can be imported")
            .with_hint("`mdarchive import --help` names what can be imported"));
    }
    for one in found.groups {
        match groups.iter_mut().find(|(_, g)| one.format.kind == "wxr" && g.format.kind == "wxr") {
            Some((_, all)) => all.streams.extend(one.streams),
            None => groups.push((stem.clone(), one)),
        }
    }
    notes.extend(opened.notes);
    if let Some(first) = found.left.first() {
        notes.push(format!("{} files of other kinds left out, the first of them {}", found.left.len(), first.name));
    }
    Ok(())
}

/// Returns the name of a file without its endings, as an archive may bear it.
fn stem(path: &Path) -> String {
    let full = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let name = full.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    slugify(if path.is_dir() { name } else { name.rsplit_once('.').map_or(name, |(stem, _)| stem) })
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
    }
}
