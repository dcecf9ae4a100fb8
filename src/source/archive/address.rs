//! What an address of a blog tells by its form: a list, a number of one, a post of a day, a trap. It knows no page.

use std::collections::HashMap;

use url::Url;

/// Names of pages that list posts.
const HUBS: [&str; 13] = [
    "archive",
    "archives",
    "posts",
    "blog",
    "articles",
    "journal",
    "weblog",
    "writing",
    "all",
    "all-posts",
    "entries",
    "notes",
    "index",
];

/// What stands before the number of a page of a list.
const NUMBERED: [&str; 7] = ["/page/", "/page-", "/page", "/index-", "/index", "?page=", "?paged="];

/// Returns the number of a page of a list, and its address without it.
pub(super) fn numbered(url: &Url) -> Option<((String, String), u32)> {
    let text = url.as_str();
    NUMBERED.iter().find_map(|mark| {
        let at = text.rfind(mark)? + mark.len();
        let rest = text.get(at..)?;
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let number = rest.get(..digits)?.parse().ok()?;
        Some(((text.get(..at)?.to_string(), rest.get(digits..)?.to_string()), number))
    })
}

/// `/2007/04/`, `/2007/`, `/archive/`, `?m=200704`, `2007_04_01_archive.html`.
pub(super) fn is_list(url: &Url) -> bool {
    let segments: Vec<String> =
        url.path_segments().into_iter().flatten().filter(|s| !s.is_empty()).map(str::to_ascii_lowercase).collect();
    let month = url.query_pairs().any(|(k, v)| k == "m" && v.len() >= 4 && v.bytes().all(|b| b.is_ascii_digit()));
    let Some(last) = segments.last() else { return month };
    let stem = last.split('.').next().unwrap_or(last);
    let number = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let year = |s: &str| s.len() == 4 && number(s) && (s.starts_with("19") || s.starts_with("20"));
    let tail: Vec<&String> = segments.iter().skip_while(|s| !year(s)).collect();
    let dates = !tail.is_empty() && tail.len() <= 2 && tail.iter().all(|s| number(s));
    dates || month || stem.ends_with("_archive") || (segments.len() <= 2 && HUBS.contains(&stem) && segments.len() == 1)
}

/// Returns whether the address of a post has its date in it: `/2007/04/slug`, `/2007/04/23/slug.html`.
pub(super) fn is_dated(url: &Url) -> bool {
    let segments: Vec<&str> = url.path_segments().into_iter().flatten().filter(|s| !s.is_empty()).collect();
    let number = |s: &&str, len: usize| s.len() == len && s.bytes().all(|b| b.is_ascii_digit());
    segments.windows(3).any(|w| number(&w[0], 4) && number(&w[1], 2) && !w[2].is_empty())
}

/// Returns the links of the commonest shape: an index that is a bare list.
pub(super) fn alike(links: &[&Url]) -> Vec<Url> {
    let shape = |url: &Url| {
        let segments: Vec<&str> = url.path_segments().into_iter().flatten().collect();
        let folder = segments.get(..segments.len().saturating_sub(2)).unwrap_or_default().join("/");
        (
            segments.len(),
            folder.replace(|c: char| c.is_ascii_digit(), "0"),
            segments.last().is_some_and(|s| s.is_empty()),
        )
    };
    let mut groups: HashMap<_, Vec<Url>> = HashMap::new();
    for link in links {
        let group = groups.entry(shape(link)).or_default();
        if !group.contains(link) {
            group.push((*link).clone());
        }
    }
    let best = groups.into_iter().filter(|(_, g)| g.len() > 1).max_by_key(|(key, g)| (g.len(), key.clone()));
    best.map(|(_, group)| group).unwrap_or_default()
}

/// Returns whether a path says the same thing three times: links that are relative by mistake grow so.
pub(super) fn repeats(path: &str) -> bool {
    let mut counts: HashMap<&str, u32> = HashMap::new();
    path.split('/').filter(|s| !s.is_empty() && !s.bytes().all(|b| b.is_ascii_digit())).any(|s| {
        let n = counts.entry(s).or_default();
        *n += 1;
        *n > 2
    })
}
