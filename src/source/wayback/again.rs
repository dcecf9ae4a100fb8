//! Kept captures of the Wayback Machine, read once more with no network. It asks for nothing.

use url::Url;

use super::captures::taken_apart;
use super::judge::{self, Page};
use crate::error::Result;
use crate::model::{Capture, Draft, Site};
use crate::source::again::Others;
use crate::source::{Again, parts};

/// Reads captures once more.
struct Kept;

pub(in crate::source) fn again(_: &Site) -> Box<dyn Again> {
    Box::new(Kept)
}

impl Again for Kept {
    fn read(&self, capture: &Capture, others: &Others) -> Result<Vec<Draft>> {
        let Some(mut draft) = reread(capture) else { return Ok(Vec::new()) };
        for part in further(capture) {
            let Some(part) = others(&format!("id_/{part}")).and_then(|c| reread(&c)) else { break };
            parts::join(&mut draft, part);
        }
        Ok(vec![draft])
    }
}

fn reread(capture: &Capture) -> Option<Draft> {
    let (base, time, url) = taken_apart(capture)?;
    match judge::read(capture, url, time, &base) {
        Page::Post(draft, _) => Some(*draft),
        Page::Bad(_) | Page::Nothing(_) => None,
    }
}

/// Returns the addresses, as they were, of the further parts of the post that a capture shows.
pub(super) fn further(capture: &Capture) -> Vec<Url> {
    let Some(url) = taken_apart(capture).and_then(|(_, _, url)| Url::parse(url).ok()) else { return Vec::new() };
    parts::further(&crate::extract::decode(capture.payload(), capture.header("content-type")).text, &url)
}
