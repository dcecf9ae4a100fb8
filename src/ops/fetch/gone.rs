//! Posts that their publisher no longer shows: kept for ever, suspected to be gone when a listing of all posts misses
//! them and their page is not there, confirmed when the page is still not there a day later.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use url::Url;

use crate::model::{PostId, Status};
use crate::source::WAYS;
use crate::store::{Entry, Writer};

use super::inventory::Inventory;
use super::state::State;

/// A server that is being mended loses posts for some hours.
const AT_LEAST: SignedDuration = SignedDuration::from_hours(20);

/// Pages asked for in one run to see whether posts are still there.
const MOST: usize = 50;

/// Returns the posts whose pages are to be asked for: those that a listing of all posts misses, those suspected long
/// enough ago.
pub(super) fn candidates(
    writer: &Writer,
    inventory: &Inventory,
    state: &State,
    now: Timestamp,
) -> BTreeMap<PostId, Url> {
    let mut found = BTreeMap::new();
    for entry in writer.entries().filter(|e| e.status == Status::Published) {
        let Some(url) = entry.url.as_deref().and_then(|u| Url::parse(u).ok()) else { continue };
        let ask = match &entry.gone {
            Some(gone) => gone.confirmed.is_none() && now.duration_since(gone.first_missed) >= AT_LEAST,
            None => is_missed(&entry, inventory) && !state.unlisted.contains(&entry.id),
        };
        if ask && !inventory.names(names(&entry)) {
            found.insert(entry.id.clone(), url);
        }
    }
    while found.len() > MOST {
        found.pop_last();
    }
    found
}

/// Returns the posts that were gone and are named again.
pub(super) fn back(writer: &Writer, inventory: &Inventory) -> Vec<PostId> {
    let back = writer.entries().filter(|e| e.gone.is_some() && inventory.names(names(e)));
    back.map(|e| e.id.clone()).collect()
}

fn is_missed(entry: &Entry, inventory: &Inventory) -> bool {
    let mut ways = WAYS.iter().filter(|w| inventory.is_whole(w.name));
    ways.any(|way| entry.sources.iter().any(|s| s.kind == way.gives))
}

fn names(entry: &Entry) -> impl Iterator<Item = &str> {
    entry.url.iter().chain(&entry.aliases).map(String::as_str)
}
