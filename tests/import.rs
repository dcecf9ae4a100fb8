//! What comes in by file: formats are told by content, and each is read to the last field it has.

mod archive;
mod broken;
mod corpus;
mod flags;
mod fuzz;
mod own;
mod packed;
mod shortcodes;
mod text;
mod wxr;

use std::path::Path;

use mdarchive::event::Events;
use mdarchive::import::{Found, Job, Options, Report, detect};
use mdarchive::input;
use mdarchive::model::{Digest, Draft, Site};

/// What a reader made of a path.
pub struct Read {
    pub site: Option<Site>,
    pub drafts: Vec<Draft>,
    pub originals: Vec<(String, Digest)>,
    pub report: Report,
}

/// Reads a path as `mdarchive import` does, up to the drafts.
pub fn read(path: &Path) -> mdarchive::Result<Read> {
    let opened = input::open(path)?;
    let format = detect(&opened.streams[0])?;
    let events = Events::silent();
    let (mut site, mut drafts, mut originals) = (None, Vec::new(), Vec::new());
    let job = Job { streams: &opened.streams, events: &events, options: Options::default() };
    let report = format.read.unwrap()(&job, &mut |found| {
        match found {
            Found::Site(s) => site = Some(s),
            Found::Original(stream, digest) => originals.push((stream.name.clone(), digest)),
            Found::Draft(d) => drafts.push(*d),
            Found::File(_) | Found::Post(_) => {}
        }
        Ok(())
    })?;
    Ok(Read { site, drafts, originals, report })
}

/// A folder of `tests/imports`.
pub fn case(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/imports").join(name)
}

/// The data beside the checkout that not every machine has; says in one line that it is absent.
pub fn shared(test: &str, path: &str) -> Option<std::path::PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found =
        [root.join("../shared"), root.join("../../shared")].into_iter().map(|p| p.join(path)).find(|p| p.exists());
    if found.is_none() {
        eprintln!("{test}: not run, ../shared is absent");
    }
    found
}
