//! Hands archives out: one small trait, one table, one way to put a file in place.
//! It opens no socket, changes nothing in an archive, and prints nothing.

mod epub;
mod feed;
mod folder;
mod json;
mod lint;
pub mod markdown;
mod place;
mod select;
mod template;
mod zip;

use epub::{MOST_MOVING, components, decoded, is_see_through, language, moves, turn};

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::event::Events;
use crate::store::Archive;

pub use epub::{By, Epub, Links, Order, Profile, TEMPLATES, Volume, Volumes, Without};
pub use feed::JsonFeed;
pub use json::{Json, Jsonl};
pub use lint::{Fault, RULES, Rule, Strictness, lint};
pub use select::{Selection, since, until};
pub use zip::{Zip, since_last};

/// What an export is made from.
pub struct Job<'a> {
    pub archive: &'a Archive,
    /// Which posts; a snapshot is always the whole archive.
    pub selection: &'a Selection,
    pub events: &'a Events,
}

/// A format in which an archive is handed out.
pub trait Exporter: Sync {
    /// The word of the command line, without dashes.
    fn name(&self) -> &'static str;

    /// The end of the file's name, without a dot.
    fn extension(&self) -> &'static str;

    /// Whether it is for people to read: what is not public goes in only where the selection names its status.
    fn is_for_readers(&self) -> bool {
        false
    }

    /// Writes the whole export to an empty file. The same archive and selection give the same bytes.
    fn write(&self, job: &Job, out: &mut File) -> Result<()>;

    /// Returns whether a file is an earlier export in this format, so that it may be replaced.
    fn is_ours(&self, file: &Path) -> bool;
}

/// All formats that need no options of their own, in the order in which they are made.
pub static EXPORTERS: [&dyn Exporter; 4] = [&Json, &Jsonl, &JsonFeed, &Zip];

/// Makes an export in a folder, named after the archive's folder, and returns its path. The file appears whole or
/// not at all. A file of this name that is no export of ours is not replaced unless `force` says so.
pub fn export(exporter: &dyn Exporter, job: &Job, folder: &Path, force: bool) -> Result<PathBuf> {
    export_as(exporter, job, folder, "", force)
}

/// As [`export()`], with an end to the file's name before its extension: a volume.
pub fn export_as(exporter: &dyn Exporter, job: &Job, folder: &Path, end: &str, force: bool) -> Result<PathBuf> {
    let path = place::path_of(job.archive, folder, end, exporter.extension())?;
    place::put(&path, force, &|old| exporter.is_ours(old), &mut |out| exporter.write(job, out))?;
    Ok(path)
}

pub use place::put;

/// Ties an error of writing an export to the archive it is made from.
fn write_error(archive: &Archive) -> impl Fn(std::io::Error) -> Error {
    let what = archive.root.display().to_string();
    move |e| Error::export(&what, e)
}

/// Hands all that is buffered to the file.
fn flush(out: &mut impl Write, archive: &Archive) -> Result<()> {
    out.flush().map_err(write_error(archive))
}
