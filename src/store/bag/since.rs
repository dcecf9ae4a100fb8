//! A bag of what came after another one: by itself a valid bag, and with those before it the whole archive.

use std::collections::BTreeMap;
use std::io::{Seek, Write};
use std::path::Path;

use rayon::prelude::*;

use super::read::Bag;
use super::write::{Lists, changed, write_parts};
use super::{FOLLOWS, FOLLOWS_NAME, REMOVED, REPLACED, STATE, encode};
use crate::error::{Error, Result};
use crate::event::Events;
use crate::model::Digest;
use crate::store::Archive;
use crate::store::contents::{Part, contents, stamp};
use crate::store::layout::INFO;

/// The last of the bags there are, and what an archive made of them holds.
pub struct Step {
    identity: Digest,
    name: String,
    number: u32,
    state: BTreeMap<String, Digest>,
}

/// How many files are new, have other bytes, are gone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Changes {
    pub new: usize,
    pub replaced: usize,
    pub removed: usize,
}

impl Changes {
    pub fn is_none(self) -> bool {
        self == Changes::default()
    }
}

impl Step {
    /// Reads the first bag of an archive, or with `after` the one that follows it; none where the file is no such bag.
    pub fn of(zip: &Path, archive: &Archive, after: Option<&Step>) -> Option<Step> {
        let mut bag = Bag::open(zip).ok()?;
        let own = bag.info("External-Identifier")? == format!("urn:uuid:{}", archive.info.id);
        let follows = bag.info(FOLLOWS);
        if !own || follows != after.map(|a| a.identity.to_string()) || bag.goes_on_top() != after.is_some() {
            return None;
        }
        Some(Step {
            identity: bag.identity().ok()?,
            name: zip.file_name()?.to_string_lossy().into_owned(),
            number: after.map_or(1, |a| a.number + 1),
            state: bag.state().ok()?,
        })
    }

    pub fn name(&self) -> &str {
        &self.name
    }
}

/// What came to an archive after the bags up to a step.
pub struct Since<'a> {
    archive: &'a Archive,
    pub changes: Changes,
    parts: BTreeMap<String, Part>,
    lists: Lists,
    before: (u64, bool),
}

impl<'a> Since<'a> {
    /// Compares the archive with what the bags up to `step` hold.
    pub fn of(archive: &'a Archive, step: &Step) -> Result<Since<'a>> {
        let before = stamp(&archive.root);
        let mut parts = contents(&archive.root)?;
        let state = digests(&parts)?;
        let earlier = |keep: &dyn Fn(&String, &Digest) -> bool| -> Vec<(&String, &Digest)> {
            step.state.iter().filter(|(path, digest)| keep(path, digest)).collect()
        };
        let replaced = earlier(&|path, digest| state.get(path).is_some_and(|now| now != digest));
        let removed = earlier(&|path, _| !state.contains_key(path));
        let changes = Changes {
            new: state.keys().filter(|path| !step.state.contains_key(*path)).count(),
            replaced: replaced.len(),
            removed: removed.len(),
        };
        if stamp(&archive.root) != before {
            return Err(changed(&archive.root));
        }
        // The front page goes along: it says which archive this is.
        parts.retain(|path, _| path == INFO || step.state.get(path) != state.get(path));
        let lists = Lists {
            info: vec![
                ("Bag-Group-Identifier", format!("urn:uuid:{}", archive.info.id)),
                ("Bag-Count", format!("{} of ?", step.number + 1)),
                (FOLLOWS, step.identity.to_string()),
                (FOLLOWS_NAME, step.name.clone()),
                ("Files-New", changes.new.to_string()),
                ("Files-Replaced", changes.replaced.to_string()),
                ("Files-Removed", changes.removed.to_string()),
            ],
            files: vec![
                (STATE, lines(state.iter())),
                (REMOVED, lines(removed.into_iter())),
                (REPLACED, lines(replaced.into_iter())),
            ],
        };
        Ok(Since { archive, changes, parts, lists, before })
    }

    /// Writes it as a bag.
    pub fn write(&self, out: impl Write + Seek, events: &Events) -> Result<()> {
        write_parts(self.archive, &self.parts, &self.lists, self.before, out, events)
    }
}

fn lines<'a>(files: impl Iterator<Item = (&'a String, &'a Digest)>) -> String {
    files.map(|(path, digest)| format!("{digest}  {}\n", encode(path))).collect()
}

/// Returns the digest of each file, as it stands now: what runs wrote down does not know of what others did.
pub fn digests(parts: &BTreeMap<String, Part>) -> Result<BTreeMap<String, Digest>> {
    let one = |(path, part): (&String, &Part)| {
        let mut hasher = super::restore::Hasher(sha2::Digest::new());
        let read = part.open().and_then(|mut bytes| std::io::copy(&mut bytes, &mut hasher));
        read.map_err(Error::io("read", &part.from))?;
        Ok((path.clone(), Digest::finish(hasher.0)))
    };
    parts.par_iter().map(one).collect()
}
