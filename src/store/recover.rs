//! What a writer does first: bring a batch that was cut off to its end, and clear away what never became part of one.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::archive::walk;
use super::batch::{Pending, Staged, finish};
use super::disk::Disk;
use super::layout::{PENDING, RUNS, TEMP, inside};
use super::raw::digest_file;
use crate::error::{Error, Result};

/// Returns the batch that a kill left half in place, if any. Readers take its files for recorded. One that a power cut kept
/// from becoming durable is none: it never was, and nothing of it was put in place.
pub fn pending(root: &Path) -> Result<Option<Pending>> {
    let path = root.join(PENDING);
    let words = match fs::read(&path) {
        Ok(words) => words,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(Error::io("read", &path)(e)),
    };
    let Ok(pending) = serde_json::from_slice::<Pending>(&words) else { return Ok(None) };
    let paths = pending.staged.iter().flat_map(|s| [&s.temp, &s.file.path]).chain(&pending.line.removed);
    for relative in paths {
        if inside(root, relative).is_none() {
            return Err(Error::archive(root, format!("{PENDING} names a path outside the archive: {relative}")));
        }
    }
    Ok(Some(pending).filter(|p| p.staged.iter().all(|staged| is_whole(root, staged))))
}

/// Completes a pending batch; `unclean` says that a writer died here, so that stray temporaries are looked for.
pub fn recover(disk: &mut dyn Disk, root: &Path, unclean: bool) -> Result<()> {
    cut_torn_line(root)?;
    match pending(root)? {
        Some(pending) => finish(disk, root, &pending, BTreeSet::new())?,
        None if !unclean && !root.join(PENDING).exists() => return Ok(()),
        None => disk.remove(&root.join(PENDING)).map_err(Error::io("remove", root.join(PENDING)))?,
    }
    let mut strays = Vec::new();
    walk(root, "", &mut |path| {
        if path.ends_with(TEMP) {
            strays.push(path);
        }
    })?;
    for stray in strays {
        disk.remove(&root.join(&stray)).map_err(Error::io("remove", root.join(&stray)))?;
    }
    Ok(())
}

/// Whether a file of a batch is what the list says, before its renaming or after it.
fn is_whole(root: &Path, staged: &Staged) -> bool {
    let is = |path: &str| digest_file(&root.join(path)).is_ok_and(|(digest, _)| digest == staged.file.sha256);
    is(&staged.temp) || is(&staged.file.path)
}

/// Cuts a last line of `runs.jsonl` that has no end: its batch is still pending and will be written again.
fn cut_torn_line(root: &Path) -> Result<()> {
    use std::io::{Read, Seek, SeekFrom};
    let path = root.join(RUNS);
    let mut file = match fs::OpenOptions::new().read(true).write(true).open(&path) {
        Ok(file) => file,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(Error::io("open", &path)(e)),
    };
    let io = |e| Error::io("read", &path)(e);
    let mut end = file.seek(SeekFrom::End(0)).map_err(io)?;
    let mut buffer = vec![0u8; 64 << 10];
    let whole = end;
    while end > 0 {
        let from = end.saturating_sub(buffer.len() as u64);
        let part = &mut buffer[..(end - from) as usize];
        file.seek(SeekFrom::Start(from)).map_err(io)?;
        file.read_exact(part).map_err(io)?;
        if let Some(at) = part.iter().rposition(|b| *b == b'\n') {
            end = from + at as u64 + 1;
            break;
        }
        end = from;
    }
    if end < whole { file.set_len(end).map_err(Error::io("write", &path)) } else { Ok(()) }
}
