//! References of a page to the files that were saved with it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::{Captures, Regex};
use url::Url;

use crate::html;
use crate::import::blogger::decoded;
use crate::input::Named;

/// What lies beside the pages of one path.
#[derive(Default)]
pub struct Beside<'a> {
    files: BTreeMap<&'a str, &'a Named>,
    /// Where the other pages came from, by name.
    pages: BTreeMap<&'a str, Url>,
}

static REFERENCE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?i)(\s(?:src|href|data-src|poster)\s*=\s*)("[^"]*"|'[^']*'|[^\s"'>]+)"#).ok());

impl<'a> Beside<'a> {
    pub fn add_file(&mut self, stream: &'a Named) {
        self.files.insert(&stream.name, stream);
    }

    pub fn add_page(&mut self, stream: &'a Named, url: Option<Url>) {
        if let Some(url) = url {
            self.pages.insert(&stream.name, url);
        }
    }

    /// Returns the page with its references to other pages made references to the web, and the files it refers to with
    /// the addresses they have seen from `base`.
    pub fn resolve(&self, page: &str, name: &str, base: Option<&Url>) -> (String, Vec<(String, &'a Named)>) {
        let mut found: Vec<(String, &Named)> = Vec::new();
        let Some(pattern) = REFERENCE.as_ref().filter(|_| self.files.len() + self.pages.len() > 1) else {
            return (page.to_string(), found);
        };
        let text = pattern.replace_all(page, |c: &Captures| {
            let (whole, key) = (c.get(0).map_or("", |m| m.as_str()), c.get(1).map_or("", |m| m.as_str()));
            let value = c.get(2).map_or("", |m| m.as_str()).trim_matches(['"', '\'']);
            let reference = html::unescape(value);
            let Some(target) = local(name, &reference) else { return whole.to_string() };
            if let Some(url) = target.iter().find_map(|t| self.pages.get(t.as_str())) {
                return format!("{key}\"{}\"", url.as_str().replace('"', "%22"));
            }
            if let Some(file) = target.iter().find_map(|t| self.files.get(t.as_str())) {
                let address = base.and_then(|b| b.join(&reference).ok()).map_or(reference, |u| u.to_string());
                if found.len() < 10_000 && !found.iter().any(|(a, _)| *a == address) {
                    found.push((address, file));
                }
            }
            whole.to_string()
        });
        (text.into_owned(), found)
    }
}

/// Returns the names a relative reference may mean, seen from a page: as written and with its escapes undone.
fn local(page: &str, reference: &str) -> Option<Vec<String>> {
    let lower = reference.get(..12.min(reference.len())).unwrap_or_default().to_ascii_lowercase();
    if reference.is_empty() || reference.starts_with(['#', '/']) || lower.contains(':') {
        return None;
    }
    let mut out = Vec::new();
    for path in [reference.to_string(), decoded(&reference.replace('+', "%2B"))] {
        out.extend(joined(page, path.split('#').next().unwrap_or_default()));
        out.extend(joined(page, path.split(['#', '?']).next().unwrap_or_default()));
    }
    Some(out)
}

fn joined(page: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_followed_within_the_folder_only() {
        let of = |reference| local("a/b.html", reference).and_then(|n| n.last().cloned());
        assert_eq!(of("b_files/x%20y.jpg?1").as_deref(), Some("a/b_files/x y.jpg"));
        assert_eq!(of("../c.html#d").as_deref(), Some("c.html"));
        assert_eq!(of("../../../etc/passwd"), None);
        assert!(local("a/b.html", "http://x.example/").is_none() && local("a/b.html", "file:///etc/passwd").is_none());
    }
}
