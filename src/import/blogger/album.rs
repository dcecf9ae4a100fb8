//! Pictures of the Takeout's albums, which lie beside the feed and are tied to it by nothing but their file names.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

use crate::error::Result;
use crate::import::report::{Attached, Bytes, Found, Sink};
use crate::input::Named;

/// Files of the albums by name.
#[derive(Default)]
pub struct Albums<'a> {
    files: BTreeMap<String, Vec<&'a Named>>,
    sent: BTreeSet<String>,
    pub shown: u64,
}

/// Addresses in attributes; a body of millions of them is cut by the size of an entry.
static ADDRESS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?i)(?:src|href)\s*=\s*["']?(https?://[^\s"'<>]+)"#).ok());

impl<'a> Albums<'a> {
    pub fn of(streams: &'a [Named]) -> Albums<'a> {
        let mut files: BTreeMap<String, Vec<&Named>> = BTreeMap::new();
        for stream in streams.iter().filter(|s| s.name.split('/').any(|p| p == "Albums") && !s.name.ends_with(".json"))
        {
            let name = stream.name.rsplit('/').next().unwrap_or_default();
            files.entry(name.to_lowercase()).or_default().push(stream);
        }
        Albums { files, ..Albums::default() }
    }

    pub fn len(&self) -> u64 {
        self.files.values().map(|f| f.len() as u64).sum()
    }

    /// Hands on the pictures that a body shows, each address once. `blog` chooses between albums with a file of the same
    /// name; where that does not decide, none is taken.
    pub fn send(&mut self, body: &str, blog: &str, sink: &mut Sink) -> Result<()> {
        let Some(pattern) = ADDRESS.as_ref().filter(|_| !self.files.is_empty()) else { return Ok(()) };
        for found in pattern.captures_iter(body) {
            let Some(address) = found.get(1) else { continue };
            let url = crate::html::unescape(address.as_str());
            let path = url.split(['?', '#']).next().unwrap_or_default();
            let name = crate::import::blogger::decoded(path.rsplit('/').next().unwrap_or_default());
            let Some(files) = self.files.get(&name.to_lowercase()) else { continue };
            let own = |f: &&&Named| f.name.rsplit('/').nth(1) == Some(blog);
            let file = match files.as_slice() {
                [only] => Some(only),
                several => several.iter().find(own),
            };
            if let Some(file) = file
                && self.sent.insert(url.clone())
            {
                self.shown += 1;
                sink(Found::File(Attached::new(url, Bytes::Stream((*file).clone()))))?;
            }
        }
        Ok(())
    }
}
