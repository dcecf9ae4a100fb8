//! `mdarchive.toml` in the folder of archives: a table a blog.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::error::{Error, Result};

pub const FILE: &str = "mdarchive.toml";

/// One blog of the file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Blog {
    pub url: String,
    /// Whether pictures and other media are fetched.
    #[serde(default = "yes")]
    pub media: bool,
}

fn yes() -> bool {
    true
}

/// Reads the blogs, by name. No file is no blogs.
pub fn read(archives: &Path) -> Result<BTreeMap<String, Blog>> {
    let path = archives.join(FILE);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(e) => return Err(Error::io("read", &path)(e)),
    };
    toml::from_str(&text).map_err(|e| {
        let line = e.span().map_or(1, |s| text[..s.start.min(text.len())].matches('\n').count() + 1);
        Error::usage(format!("{} line {line}: {}", path.display(), e.message()))
            .with_hint("a blog is a table: [name] with url = \"https://…\" and, if wanted, media = false")
    })
}
