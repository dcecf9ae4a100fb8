//! The members of a tar file. Each can be opened by itself, as often as wanted.

use std::fs::File;
use std::io::{BufReader, Read};

use tar::{Archive, EntryType, Header, PaxExtensions};

use crate::error::{Error, Result};

use super::member::{Member, harmful};
use super::packed::{Budget, Holder};
use super::{MAX_STREAMS, Named, Place};

/// The longest record that gives a member its name.
const MAX_NAME: u64 = 64 * 1024;

/// Returns whether a block is the header of a member: its checksum says so.
pub fn is_header(block: &[u8]) -> bool {
    let mut header = Header::new_old();
    let Some(block) = block.get(..512).filter(|b| b.iter().any(|b| *b != 0)) else { return false };
    header.as_mut_bytes().copy_from_slice(block);
    let sum: u32 =
        block.iter().enumerate().map(|(at, b)| u32::from(if (148..156).contains(&at) { b' ' } else { *b })).sum();
    header.cksum().is_ok_and(|told| told == sum)
}

/// Lists the members of a tar file, in its order. One that could do harm makes the whole file refused.
pub fn list(holder: &Holder, shown: &str, budget: &mut Budget) -> Result<(Vec<Named>, Vec<String>)> {
    let path = holder.path();
    let file = File::open(path).map_err(Error::io("read", path))?;
    let end = file.metadata().map_err(Error::io("read", path))?.len();
    let refused = |why: String| {
        Error::input(shown, why).with_hint("nothing was read; such a tar was made to harm or by a broken tool")
    };
    // Names that stand in records of their own are read here, as these records can be of any length.
    let mut archive = Archive::new(BufReader::new(file));
    let entries = archive.entries_with_seek().map_err(|e| Error::input(shown, e))?.raw(true);
    let (mut found, mut notes, mut total): (Vec<Named>, _, _) = (Vec::new(), Vec::new(), 0u64);
    let mut long: Option<String> = None;
    for entry in entries {
        let mut entry = match entry {
            Ok(entry) => entry,
            Err(e) if found.is_empty() => return Err(Error::input(shown, format!("damaged tar: {e}"))),
            Err(e) => {
                notes.push(format!("damaged ({e}); what precedes it was read"));
                break;
            }
        };
        let kind = entry.header().entry_type();
        if kind.is_gnu_longname() || kind.is_pax_local_extensions() {
            let mut record = Vec::new();
            let whole = entry.by_ref().take(MAX_NAME).read_to_end(&mut record);
            whole.map_err(|e| Error::input(shown, format!("damaged tar: {e}")))?;
            long = if kind.is_gnu_longname() { Some(text(&record)) } else { pax_path(&record).or(long) };
            continue;
        }
        let name = long.take().unwrap_or_else(|| text(&entry.path_bytes()));
        let name = name.trim_start_matches("./").to_string();
        match kind {
            EntryType::Regular | EntryType::Continuous => {}
            EntryType::GNUSparse => {
                notes.push(format!("{name}: a file with holes, left out"));
                continue;
            }
            EntryType::Symlink | EntryType::Link => {
                notes.push(format!("{name}: a link, not followed"));
                continue;
            }
            _ => continue,
        }
        if let Some(why) = harmful(&name) {
            return Err(refused(format!("member {name:?} {why}")));
        }
        if name.ends_with('/') || name.rsplit('/').any(|part| part.starts_with("._")) {
            continue;
        }
        let start = entry.raw_file_position();
        let size = entry.size().min(end.saturating_sub(start));
        if size < entry.size() {
            notes.push(format!("{name}: cut short"));
        }
        total = total.saturating_add(size);
        if found.len() == MAX_STREAMS {
            return Err(refused(format!("more than {MAX_STREAMS} members")));
        }
        let place = Place::Member { holder: holder.clone(), member: Member::stored(start, size) };
        found.push(Named::new(name.clone(), format!("{shown}#{name}"), place));
    }
    budget.take(found.len(), total).map_err(refused)?;
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok((found, notes))
}

fn text(bytes: &[u8]) -> String {
    let bytes = bytes.split(|b| *b == 0).next().unwrap_or_default();
    String::from_utf8_lossy(bytes).into_owned()
}

fn pax_path(record: &[u8]) -> Option<String> {
    let found = PaxExtensions::new(record).flatten().find(|e| e.key_bytes() == b"path")?;
    Some(String::from_utf8_lossy(found.value_bytes()).into_owned())
}
