//! The files that make up an archive, as they stand once a batch that was cut off is brought to its end.
//! It reads names and sizes; what stands in the files is others' to say.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::archive::walk;
use super::layout::{OPEN, PENDING, RUNS, TEMP};
use super::recover::pending;
use crate::error::{Error, Result};

/// One file of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Where its bytes lie now; a file of a batch that was cut off may still have its temporary name.
    pub from: PathBuf,
    /// How much of the file belongs to the archive.
    pub bytes: u64,
    /// What a cut-off batch will add to its end.
    pub tail: Vec<u8>,
}

impl Part {
    pub fn size(&self) -> u64 {
        self.bytes + self.tail.len() as u64
    }

    pub fn open(&self) -> io::Result<impl Read> {
        Ok(File::open(&self.from)?.take(self.bytes).chain(Cursor::new(self.tail.clone())))
    }
}

/// Returns the files of an archive by their relative paths. Temporaries, the raw capture of a run that is going on
/// and everything whose name begins with a dot (the cache, the lock) are none of it, nor is what no other system could hold.
pub fn contents(root: &Path) -> Result<BTreeMap<String, Part>> {
    let mut paths = Vec::new();
    walk(root, "", &mut |path| paths.push(path))?;
    let mut parts = BTreeMap::new();
    for path in paths.into_iter().filter(|p| belongs(p)) {
        let from = root.join(&path);
        let bytes = fs::symlink_metadata(&from).map_err(Error::io("read", &from))?.len();
        parts.insert(path, Part { from, bytes, tail: Vec::new() });
    }
    let whole = whole_lines(&root.join(RUNS))?;
    if let Some(runs) = parts.get_mut(RUNS) {
        runs.bytes = whole;
    }
    let Some(pending) = pending(root)? else { return Ok(parts) };
    for staged in &pending.staged {
        let from = root.join(&staged.temp);
        if let Ok(meta) = fs::symlink_metadata(&from) {
            parts.insert(staged.file.path.clone(), Part { from, bytes: meta.len(), tail: Vec::new() });
        }
    }
    for path in &pending.line.removed {
        parts.remove(path);
    }
    let line = pending.line.to_line();
    let empty = Part { from: root.join(PENDING), bytes: 0, tail: Vec::new() };
    let runs = parts.entry(RUNS.to_string()).or_insert(empty);
    if !ends_with(&root.join(RUNS), whole, &line) {
        runs.tail = line;
    }
    Ok(parts)
}

/// Returns something that changes whenever a writer makes a batch durable.
pub fn stamp(root: &Path) -> (u64, bool) {
    (fs::metadata(root.join(RUNS)).map_or(0, |m| m.len()), root.join(PENDING).exists())
}

/// Returns whether a relative path can be that of a file of an archive.
pub fn belongs(path: &str) -> bool {
    path.split('/').all(is_plain) && !path.ends_with(TEMP) && !path.ends_with(OPEN)
}

/// Returns whether a name can be that of one file or folder on any system.
pub fn is_plain(name: &str) -> bool {
    let odd = |c: char| c.is_control() || matches!(c, '/' | '\\' | ':');
    !name.is_empty()
        && name.len() <= 255
        && !name.starts_with('.')
        && !name.ends_with(['.', ' '])
        && !name.contains(odd)
}

/// Returns the length of a file up to its last line end: what follows was cut by a power failure.
fn whole_lines(path: &Path) -> Result<u64> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(0),
        Err(e) => return Err(Error::io("read", path)(e)),
    };
    let mut search = || -> io::Result<u64> {
        let mut end = file.seek(SeekFrom::End(0))?;
        let mut buffer = Vec::new();
        while end > 0 {
            let from = end.saturating_sub(64 << 10);
            file.seek(SeekFrom::Start(from))?;
            buffer.clear();
            (&mut file).take(end - from).read_to_end(&mut buffer)?;
            if let Some(at) = buffer.iter().rposition(|b| *b == b'\n') {
                return Ok(from + at as u64 + 1);
            }
            end = from;
        }
        Ok(0)
    };
    search().map_err(Error::io("read", path))
}

/// Returns whether the first `whole` bytes of a file end with this line.
fn ends_with(path: &Path, whole: u64, line: &[u8]) -> bool {
    let Some(from) = whole.checked_sub(line.len() as u64) else { return false };
    let Ok(mut file) = File::open(path) else { return false };
    let mut last = Vec::new();
    file.seek(SeekFrom::Start(from)).is_ok()
        && file.take(line.len() as u64).read_to_end(&mut last).is_ok()
        && last == line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_or_unfinished_is_no_part_of_an_archive() {
        for path in
            [".cache/lock", ".pending.json", "posts/2007/04/.a.json", "posts/a.json.tmp~", "raw/r-1.warc.gz.open~"]
        {
            assert!(!belongs(path), "{path}");
        }
        assert!(belongs("raw/import/ab.tar.gz"));
    }

    #[test]
    fn names_that_lead_elsewhere_are_no_file_names() {
        for name in ["", ".", "..", "a/b", "a\\b", "C:", ".git", "a\0b", "a."] {
            assert!(!is_plain(name), "{name:?}");
        }
        assert!(is_plain("127.0.0.1_8300"));
    }

    #[test]
    fn line_without_its_end_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runs.jsonl");
        for (words, whole) in [("", 0), ("{}", 0), ("{}\n", 3), ("{}\n{\"a\":", 3)] {
            fs::write(&path, words).unwrap();
            assert_eq!(whole_lines(&path).unwrap(), whole, "{words:?}");
        }
        fs::write(&path, "{}\n".to_string() + &"x".repeat(200_000)).unwrap();
        assert_eq!(whole_lines(&path).unwrap(), 3);
    }
}
