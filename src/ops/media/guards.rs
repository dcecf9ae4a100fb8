//! The picture that a server sends to whoever shows its pictures elsewhere: one picture under many names, or one that
//! says what it is in the address it is found at.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use url::Url;

use super::Wanted;
use crate::model::{Capture, Digest};

/// Under so many names of files on other hosts one picture is none of any post.
const MANY: usize = 3;

/// Words in the names of such pictures, where an address leads to another.
const WORDS: [&str; 10] = [
    "hotlink",
    "forbidden",
    "no-link",
    "nolink",
    "leech",
    "bandwidth",
    "stolen",
    "not-allowed",
    "notallowed",
    "access-denied",
];

/// What is known of such pictures.
#[derive(Debug, Default)]
pub(super) struct Guards {
    /// The blog's own host: what it shows itself is meant.
    pub home: Option<String>,
    pub known: BTreeSet<Digest>,
    /// Who wanted what came under which name of a file.
    names: HashMap<Digest, BTreeMap<String, Vec<Wanted>>>,
    /// Taken for pictures until their third name came.
    pub spoiled: Vec<Wanted>,
}

impl Guards {
    /// Returns why what came for an address is no picture of a post.
    pub fn judge(&mut self, asked: &Url, capture: &Capture, wanted: Vec<Wanted>) -> Option<String> {
        if self.is_own(asked) {
            return None;
        }
        let path = capture.url.path().to_lowercase();
        if capture.url != *asked
            && let Some(word) = WORDS.iter().find(|w| path.contains(**w) && !asked.path().to_lowercase().contains(**w))
        {
            return Some(format!("a picture for links from elsewhere (\u{201c}{word}\u{201d} at {})", capture.url));
        }
        let digest = Digest::of(capture.payload());
        let why = || Some("the same picture under many names: one for links from elsewhere".to_string());
        if self.known.contains(&digest) {
            return why();
        }
        let name = asked.path().rsplit('/').next().unwrap_or_default().to_string();
        let names = self.names.entry(digest.clone()).or_default();
        names.entry(name.clone()).or_default().extend(wanted);
        if names.len() < MANY {
            return None;
        }
        names.remove(&name);
        self.spoiled.extend(self.names.remove(&digest).into_iter().flat_map(BTreeMap::into_values).flatten());
        self.known.insert(digest);
        why()
    }

    fn is_own(&self, url: &Url) -> bool {
        let bare = |h: &str| h.trim_start_matches("www.").to_string();
        let (Some(home), Some(host)) = (self.home.as_deref().map(bare), url.host_str().map(bare)) else { return false };
        host == home || host.ends_with(&format!(".{home}"))
    }
}
