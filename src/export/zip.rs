//! `--zip`: a snapshot of the whole archive. What is in it and how it comes back is for the store to know.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use super::{Exporter, Job, export, flush, place};
use crate::error::{Error, Result};
use crate::store::bag::{self, Changes, Since, Step};

/// A BagIt bag in a ZIP file.
pub struct Zip;

impl Exporter for Zip {
    fn name(&self) -> &'static str {
        "zip"
    }

    fn extension(&self) -> &'static str {
        "zip"
    }

    fn write(&self, job: &Job, out: &mut File) -> Result<()> {
        if !job.selection.is_all() {
            job.events.note("a snapshot is always the whole archive; the choice of posts holds for the other formats");
        }
        let mut out = BufWriter::with_capacity(1 << 17, out);
        bag::write(job.archive, &mut out, job.events)?;
        flush(&mut out, job.archive)
    }

    fn is_ours(&self, file: &Path) -> bool {
        bag::is_ours(file)
    }
}

/// `--zip --since-last`: makes one more snapshot with what those in the folder do not hold yet, `NAME-2.zip` after
/// `NAME.zip` and so on; the first is whole. None is made where nothing changed.
///
/// # Errors
/// [`Error::Export`] where `NAME.zip` is no snapshot of this archive.
pub fn since_last(job: &Job, folder: &Path, force: bool) -> Result<Option<PathBuf>> {
    let (archive, events) = (job.archive, job.events);
    let first = place::path_of(archive, folder, "", Zip.extension())?;
    if !first.exists() {
        events.note("no snapshot is there yet: this one is whole");
        return export(&Zip, job, folder, force).map(Some);
    }
    let mut last = Step::of(&first, archive, None).ok_or_else(|| {
        Error::export(first.display(), "not a snapshot of this archive")
            .with_hint("choose another folder with -o, or begin anew with --zip --force")
    })?;
    let mut number = 2;
    let path = loop {
        let path = place::path_of(archive, folder, &format!("-{number}"), Zip.extension())?;
        let Some(next) = Step::of(&path, archive, Some(&last)) else { break path };
        (last, number) = (next, number + 1);
    };
    let since = Since::of(archive, &last)?;
    let Changes { new, replaced, removed } = since.changes;
    if since.changes.is_none() {
        events.note(format!("nothing changed since {}: no snapshot was written", last.name()));
        return Ok(None);
    }
    place::put(&path, force, &bag::is_ours, &mut |out| {
        let mut out = BufWriter::with_capacity(1 << 17, out);
        since.write(&mut out, events)?;
        flush(&mut out, archive)
    })?;
    events.note(format!("since {}: {new} files new, {replaced} replaced, {removed} removed", last.name()));
    Ok(Some(path))
}
