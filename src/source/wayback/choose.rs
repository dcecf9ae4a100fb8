//! Which addresses among all captures are posts, and in which order the captures of each are tried.

use std::collections::{BTreeMap, HashMap, HashSet};

use url::Url;

use super::captures::Row;
use crate::model::normalise_url;

/// An address, and its captures in the order in which they are tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub url: String,
    pub captures: Vec<Row>,
    /// It has the form of the blog's posts: that it cannot be had is a gap.
    pub certain: bool,
}

#[derive(Debug, Default)]
pub struct Plan {
    pub posts: Vec<Choice>,
    /// The best capture of the front page.
    pub front: Option<Row>,
    pub notes: Vec<String>,
}

/// A digest under so many addresses is that of an error page or of whoever has the domain now.
const SHARED: usize = 3;

/// A form of address that so many have is that of the posts.
const A_SHAPE: usize = 5;

/// So many addresses of which nothing is known are tried in any case.
const A_FEW: usize = 50;

/// Parts of a path that no post has: listings, feeds, files of the machinery.
const NO_POST: &[&str] = &[
    "feed",
    "feeds",
    "rss",
    "rss.xml",
    "atom.xml",
    "index.rdf",
    "index.xml",
    "page",
    "category",
    "categories",
    "cat",
    "tag",
    "tags",
    "label",
    "labels",
    "author",
    "search",
    "wp-content",
    "wp-includes",
    "wp-admin",
    "wp-json",
    "wp-login.php",
    "xmlrpc.php",
    "trackback",
    "comment-page-1",
    "cgi-bin",
    "archive.html",
    "archives.html",
    "sitemap.xml",
    "login",
    "cdn-cgi",
    "friends",
    "calendar",
    "robots.txt",
    "print",
    "amp",
    "oembed",
    "comments",
    "data",
    "profile",
    "about.rdf",
    "embed",
];

/// Fields of a query that make no post of their own.
const NO_QUERY: &[&str] = &[
    "replytocom",
    "share",
    "paged",
    "cat",
    "tag",
    "m",
    "s",
    "feed",
    "like",
    "author",
    "showcomment",
    "max-results",
    "updated-max",
    "skip",
    "view",
    "mode",
    "format",
    "nc",
    "thread",
    "page",
];

/// Fields of a query that name a post.
const NAMED: &[&str] = &["p", "page_id", "id", "post", "entry", "article", "itemid", "name", "entry_id"];

/// Chooses among all captures of a blog.
pub fn plan(rows: Vec<Row>, seed: &Url, until: Option<&str>) -> Plan {
    let home = normalise_url(seed.as_str());
    let shared = shared(&rows);
    let mut groups: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for row in rows.into_iter().filter(|r| counts(r, until)) {
        groups.entry(normalise_url(&row.url)).or_default().push(row);
    }
    let front = groups.remove(&home).and_then(|rows| ranked(rows, &shared).into_iter().next());
    let mut pages: Vec<(Option<String>, Choice)> = Vec::new();
    for (_, rows) in groups {
        let captures = ranked(rows, &shared);
        let Some(url) = captures.first().map(|r| plain(&r.url)) else { continue };
        let Ok(parsed) = Url::parse(&url) else { continue };
        if is_page(&parsed) {
            pages.push((shape(&parsed), Choice { url, captures, certain: false }));
        }
    }
    let mut counts: HashMap<String, usize> = HashMap::new();
    for shape in pages.iter().filter_map(|(s, _)| s.clone()) {
        *counts.entry(shape).or_default() += 1;
    }
    let learned = counts.values().any(|n| *n >= A_SHAPE);
    let (mut certain, mut others, mut doubtful) = (Vec::new(), Vec::new(), Vec::new());
    for (shape, mut choice) in pages {
        let count = shape.as_ref().and_then(|s| counts.get(s)).copied().unwrap_or_default();
        choice.certain = count > 0 && (count >= A_SHAPE || !learned);
        let parts =
            Url::parse(&choice.url).ok().and_then(|u| Some(u.path_segments()?.filter(|p| !p.is_empty()).count()));
        if choice.certain {
            certain.push(choice);
        } else if !learned || shape.is_some_and(|s| tells(&s)) || parts.is_some_and(|n| n <= 1) {
            others.push(choice);
        } else {
            doubtful.push(choice);
        }
    }
    let mut notes = Vec::new();
    if doubtful.len() <= A_FEW.max(certain.len()) {
        others.append(&mut doubtful);
    } else {
        let n = doubtful.len();
        notes.push(format!("{n} captured addresses have not the form of this blog's posts and were left out"));
    }
    // By the time of the first capture: older posts first, as they were written.
    certain.sort_by_key(|c| (first_seen(c), c.url.clone()));
    others.sort_by_key(|c| (first_seen(c), c.url.clone()));
    certain.extend(others);
    Plan { posts: certain, front, notes }
}

fn first_seen(choice: &Choice) -> String {
    choice.captures.iter().map(|r| r.time.clone()).min().unwrap_or_default()
}

fn counts(row: &Row, until: Option<&str>) -> bool {
    let page = matches!(row.mime.as_str(), "text/html" | "application/xhtml+xml" | "warc/revisit" | "unk" | "");
    let good = row.status.is_none_or(|s| s == 200);
    page && good && until.is_none_or(|until| row.time.get(..until.len()).is_some_and(|t| t <= until))
}

/// Returns the digests that stand under several addresses.
fn shared(rows: &[Row]) -> HashSet<String> {
    let mut by: HashMap<&str, HashSet<String>> = HashMap::new();
    for row in rows.iter().filter(|r| !r.digest.is_empty()) {
        let names = by.entry(&row.digest).or_default();
        if names.len() < SHARED {
            names.insert(normalise_url(&row.url));
        }
    }
    by.into_iter().filter(|(_, names)| names.len() >= SHARED).map(|(digest, _)| digest.to_string()).collect()
}

/// Puts the captures of one address in order: the newest that looks whole first, each text once, what looks like another
/// page last.
fn ranked(mut rows: Vec<Row>, shared: &HashSet<String>) -> Vec<Row> {
    let mut lengths: Vec<u64> = rows.iter().filter(|r| r.status.is_some() && r.length > 0).map(|r| r.length).collect();
    lengths.sort_unstable();
    let median = lengths.get(lengths.len() / 2).copied().unwrap_or_default();
    let doubt = |row: &Row| {
        let short = row.status.is_some() && row.length > 0 && row.length * 3 < median;
        (u8::from(shared.contains(&row.digest)) * 2) + u8::from(short)
    };
    rows.sort_by(|a, b| doubt(a).cmp(&doubt(b)).then_with(|| b.time.cmp(&a.time)));
    let mut seen = HashSet::new();
    rows.retain(|r| r.digest.is_empty() || seen.insert(r.digest.clone()));
    rows
}

/// Returns the address without the port that every address had at the time.
fn plain(url: &str) -> String {
    Url::parse(url).map_or_else(|_| url.to_string(), |u| u.to_string())
}

fn is_page(url: &Url) -> bool {
    let parts: Vec<String> = url.path_segments().into_iter().flatten().map(str::to_ascii_lowercase).collect();
    let machinery = parts.iter().any(|p| NO_POST.contains(&p.as_str()) || p.starts_with("comment-page-"));
    let file = parts.last().and_then(|p| p.rsplit_once('.')).map(|(_, e)| e.to_string());
    let page_file = file.is_none_or(|e| {
        matches!(e.as_str(), "html" | "htm" | "php" | "shtml" | "asp" | "aspx" | "cfm" | "jsp" | "cgi" | "pl")
            || e.len() > 5
    });
    let dates_only = !parts.is_empty()
        && parts.iter().all(|p| p.is_empty() || (p.len() <= 4 && p.bytes().all(|b| b.is_ascii_digit())));
    let query: Vec<String> = url.query_pairs().map(|(k, _)| k.to_ascii_lowercase()).collect();
    let listing = query.iter().any(|k| NO_QUERY.contains(&k.as_str()));
    let repeated = parts.iter().filter(|p| p.len() > 3).any(|p| parts.iter().filter(|q| *q == p).count() > 2);
    page_file && !(machinery || listing || repeated || (dates_only && query.is_empty()))
}

/// Returns the form of an address that a post may have: years, months and numbers by their kind, words as words. None of
/// one that says nothing.
fn shape(url: &Url) -> Option<String> {
    let parts: Vec<&str> = url.path_segments().into_iter().flatten().filter(|p| !p.is_empty()).collect();
    let named = url.query_pairs().find(|(k, _)| NAMED.contains(&k.to_ascii_lowercase().as_str()));
    if let Some((key, _)) = named {
        return Some(format!("/{}?{key}", parts.join("/")));
    }
    let last = parts.len().checked_sub(1)?;
    let mut form = String::new();
    let mut dated = false;
    for (n, part) in parts.iter().enumerate() {
        let (stem, end) = part.rsplit_once('.').map_or((*part, ""), |(s, e)| (s, e));
        let digits = !stem.is_empty() && stem.bytes().all(|b| b.is_ascii_digit());
        let year = digits && stem.len() == 4 && (stem.starts_with("19") || stem.starts_with("20"));
        dated |= year || (digits && n < last);
        form.push('/');
        match (digits, n == last) {
            (true, true) => form.push_str("number"),
            (true, false) if year => form.push_str("year"),
            (true, false) => form.push_str("part"),
            (false, true) => form.push_str("word"),
            (false, false) => form.push_str(stem),
        }
        if !end.is_empty() {
            form.push('.');
            form.push_str(end);
        }
    }
    // A word alone may be anything; one below a folder or a date, or a number, is a post's more often than not.
    (dated || form.ends_with("number") || form.contains("number.") || parts.len() > 1).then_some(form)
}

/// Returns whether a form alone says that it is a post's: by a date, a number or a field of the query.
fn tells(shape: &str) -> bool {
    ["year", "number", "?"].iter().any(|s| shape.contains(s))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(url: &str, time: &str, digest: &str, length: u64) -> Row {
        let (url, time, digest) = (url.to_string(), format!("{time}0101000000"), digest.to_string());
        Row { url, time, digest, length, mime: "text/html".into(), status: Some(200) }
    }

    #[test]
    fn the_form_of_the_posts_is_learned_and_listings_are_none() {
        let mut rows: Vec<Row> = (1..=6)
            .map(|n| row(&format!("http://a.example:80/2007/04/post-{n}/"), "2008", &format!("d{n}"), 900))
            .collect();
        for (n, other) in [
            "/",
            "/2007/04/",
            "/category/x/",
            "/2007/04/post-1/feed/",
            "/page/2/",
            "/?paged=3",
            "/about/",
            "/wp-content/a.html",
            "/x/y/z/w/",
            "/2007/04/post-2/?replytocom=5",
        ]
        .iter()
        .enumerate()
        {
            rows.push(row(&format!("http://www.a.example{other}"), "2009", &format!("o{n}"), 900));
        }
        rows.extend((0..60).map(|n| row(&format!("http://a.example/x/y/z{n}/"), "2008", &format!("z{n}"), 900)));
        let plan = plan(rows, &Url::parse("http://a.example/").unwrap(), None);
        assert_eq!(plan.posts.iter().filter(|c| c.certain).count(), 6 + 60, "both forms are learned");
        assert_eq!(
            plan.posts[66..].iter().map(|c| c.url.as_str()).collect::<Vec<_>>(),
            ["http://www.a.example/about/", "http://www.a.example/x/y/z/w/",]
        );
    }

    #[test]
    fn the_newest_whole_capture_comes_first_and_a_shared_page_last() {
        let url = "http://a.example/2007/04/x/";
        let mut rows = vec![
            row(url, "2008", "one", 9000),
            row(url, "2009", "two", 9100),
            row(url, "2010", "short", 900),
            row(url, "2012", "parked", 8000),
            row(url, "2011", "two", 9100),
        ];
        rows.extend((1..4).map(|n| row(&format!("http://a.example/2007/04/y{n}/"), "2012", "parked", 8000)));
        let plan = plan(rows, &Url::parse("http://a.example/").unwrap(), None);
        let x = plan.posts.iter().find(|c| c.url == url).unwrap();
        assert_eq!(x.captures.iter().map(|r| r.digest.as_str()).collect::<Vec<_>>(), ["two", "one", "short", "parked"]);
    }

    #[test]
    fn nothing_after_the_day_named_counts() {
        let rows =
            vec![row("http://a.example/1.html", "2008", "one", 1), row("http://a.example/1.html", "2012", "two", 1)];
        let plan = plan(rows, &Url::parse("http://a.example/").unwrap(), Some("2009"));
        assert_eq!(plan.posts[0].captures.len(), 1);
    }
}
