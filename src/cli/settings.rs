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
    blogs(&text).map_err(|(line, why)| {
        Error::usage(format!("{} line {line}: {why}", path.display()))
            .with_hint("a blog is a table: [name] with url = \"https://…\" and, if wanted, media = false")
    })
}

/// Reads the text of the file. An error is its line and what is wrong.
fn blogs(text: &str) -> Result<BTreeMap<String, Blog>, (usize, String)> {
    let line = |at: usize| text.get(..at).unwrap_or(text).matches('\n').count() + 1;
    let whole: toml::Table = toml::from_str(text)
        .map_err(|e: toml::de::Error| (line(e.span().map_or(0, |s| s.start)), e.message().to_string()))?;
    let mut blogs = BTreeMap::new();
    let mut left = vec![(String::new(), whole)];
    while let Some((prefix, table)) = left.pop() {
        for (key, value) in table {
            // `[example.com]` is a table in a table to TOML, and the name of a blog to everybody else.
            let name = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
            let at = text.lines().position(|l| l.trim_start().trim_start_matches('[').starts_with(&key));
            let wrong = |why: String| (at.map_or(1, |n| n + 1), why);
            let toml::Value::Table(inner) = value else {
                return Err(wrong(format!("`{key}` stands in no blog that has a url")));
            };
            if inner.contains_key("url") {
                let blog = inner.try_into().map_err(|e: toml::de::Error| wrong(format!("[{name}] {}", e.message())))?;
                blogs.insert(name, blog);
            } else if inner.is_empty() {
                return Err(wrong(format!("[{name}] has no url")));
            } else {
                left.push((name, inner));
            }
        }
    }
    Ok(blogs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_dots_need_no_quotes() {
        let read = blogs("[example.com]\nurl = \"a\"\n[\"b.example\"]\nurl = \"b\"\nmedia = false\n[c]\nurl = \"c\"\n")
            .unwrap();
        assert_eq!(read.keys().collect::<Vec<_>>(), ["b.example", "c", "example.com"]);
        assert!(read["example.com"].media && !read["b.example"].media);
    }

    #[test]
    fn what_does_not_fit_is_named_with_its_line() {
        let fault = |text: &str| blogs(text).unwrap_err();
        assert_eq!(
            fault("[a]\nurl = \"x\"\n\n[b]\nulr = \"y\"\n"),
            (5, "`ulr` stands in no blog that has a url".into())
        );
        assert_eq!(fault("[a]\n").0, 1);
        assert_eq!(fault("[a]\nurl = \"x\"\nmedai = false\n").0, 1);
        assert_eq!(fault("[a]\nurl = \n").0, 2);
    }
}
