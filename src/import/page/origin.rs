//! Where a saved page came from: what browsers, mirrors and archives write into it, and where it lies.

use std::sync::LazyLock;

use jiff::Timestamp;
use regex::Regex;
use url::Url;

use crate::html;
use crate::import::feed::parse_date;

/// What a page says of its origin.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    pub url: Option<Url>,
    /// How the address was found, for people.
    pub how: &'static str,
    /// It comes from a web archive, whose rewriting is in it.
    pub rewritten: bool,
    /// When it was saved, or captured by the web archive.
    pub captured: Option<Timestamp>,
}

/// How far into a page its origin is sought.
const REACH: usize = 256 * 1024;

fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

type Pattern = LazyLock<Option<Regex>>;

/// Comments that savers write, the surest first: the address is the first group.
static SAVERS: [(&str, Pattern); 3] = [
    // The number is the length of the address.
    ("saved by a browser", LazyLock::new(|| pattern(r"<!--\s*saved from url=\(\d+\)(\S+?)\s*-->"))),
    ("saved by SingleFile", LazyLock::new(|| pattern(r"<!--\s*Page saved with SingleFile\s+url:\s*(\S+)"))),
    ("mirrored by HTTrack", LazyLock::new(|| pattern(r"<!--\s*Mirrored from (\S+) by HTTrack"))),
];

/// `https://web.archive.org/web/20080102051204im_/http://…` and its relatives in other web archives, where an address may
/// begin: after the first group. The last group is how the address within begins.
static REPLAY: Pattern = LazyLock::new(|| {
    pattern(
        r#"(?i)(^|["'(=,\s])(?:https?:)?(?://[\w.:-]+)?(?:/[\w.-]+){1,4}?/\d{14}(?:[a-z]{2}_)?/(https?:|mailto:|ftp:|//)"#,
    )
});

/// What a replay adds: its toolbar and its scripts in the head.
static TOOLBAR: Pattern = LazyLock::new(|| {
    pattern(concat!(
        r"(?s)<!-- BEGIN WAYBACK TOOLBAR INSERT -->.*?<!-- END WAYBACK TOOLBAR INSERT -->",
        r"|<script[^>]{0,300}(?:archive\.org|/_static/)[^>]{0,300}>\s*</script>",
        r#"|<script[^>]{0,40}>\s*(?:window\.RufflePlayer|__wm\.|var _____WB)[^<]{0,4000}</script>"#,
        r"|<link[^>]{0,200}(?:archive\.org/static|/_static/)[^>]{0,200}>",
        r"|<!-- End Wayback Rewrite JS Include -->",
        r"|<!--\s*FILE ARCHIVED ON .*?-->",
        r"|<!--\s*playback timings.*?-->",
    ))
});

static CANONICAL: Pattern = LazyLock::new(|| pattern(r#"(?i)<link\b[^>]*\brel\s*=\s*["']?canonical["']?[^>]*>"#));
static OG_URL: Pattern =
    LazyLock::new(|| pattern(r#"(?i)<meta\b[^>]*\b(?:property|name)\s*=\s*["']?og:url["']?[^>]*>"#));
static VALUE: Pattern =
    LazyLock::new(|| pattern(r#"(?i)\b(?:href|content)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))"#));

/// Where savers write when they were at work: the time is the first group.
static MOMENTS: [Pattern; 5] = [
    LazyLock::new(|| pattern(r"<!--\s*Page saved with SingleFile\s[^>]{0,4000}?saved date:\s*(\S[^\n>]{0,80})")),
    LazyLock::new(|| pattern(r"<!--\s*Mirrored from \S+ by HTTrack[^>,]{0,200},\s*([^>]{0,60}?)\s*-->")),
    LazyLock::new(|| pattern(r#"__wm\.wombat\(\s*["'][^"']*["'],\s*["'](\d{14})["']"#)),
    LazyLock::new(|| pattern(r"FILE ARCHIVED ON (\d\d:\d\d:\d\d [A-Z][a-z]{2} \d\d, \d{4})")),
    LazyLock::new(|| pattern(r"<!--\s*saved from url=\(\d+\)\S{0,100}?/web/(\d{14})")),
];

/// Returns when a page was saved or captured. A time without a zone is no moment.
fn saved(page: &str, name: &str) -> Option<Timestamp> {
    let found = MOMENTS.iter().find_map(|p| p.as_ref()?.captures(page)?.get(1)).map(|m| m.as_str());
    // Downloaders of web archives name a folder after the time of capture.
    let folder = || name.split('/').rev().skip(1).find(|f| f.len() == 14 && f.bytes().all(|b| b.is_ascii_digit()));
    moment(found.or_else(folder)?)
}

/// `20080102051204`, `Mon Nov 24 2025 14:20:29 GMT+0100 (…)`, `05:12:04 Jan 02, 2008`, `Sat, 01 Mar 2014 12:00:00 GMT`.
fn moment(text: &str) -> Option<Timestamp> {
    if text.len() == 14
        && let Ok(time) = jiff::civil::DateTime::strptime("%Y%m%d%H%M%S", text)
    {
        return jiff::tz::Offset::UTC.to_timestamp(time).ok();
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let written = match words.as_slice() {
        [_, month, day, year, clock, zone, ..] if month.starts_with(char::is_alphabetic) && year.len() == 4 => {
            format!("{day} {month} {year} {clock} {}", zone.trim_start_matches("GMT"))
        }
        [clock, month, day, year] if clock.contains(':') => {
            format!("{} {month} {year} {clock} GMT", day.trim_end_matches(','))
        }
        _ => text.to_string(),
    };
    parse_date(&written)?.instant
}

/// Finds where a page came from: what its saver wrote, else what the page says of itself, else the folder it lies in.
pub fn origin(page: &str, name: &str) -> Origin {
    let found = address(page, name);
    let captured = (found.rewritten || page.contains("<!--")).then(|| saved(page, name)).flatten();
    Origin { captured, ..found }
}

fn address(page: &str, name: &str) -> Origin {
    let head = prefix(page, REACH);
    for (how, pattern) in &SAVERS {
        let found = pattern.as_ref().and_then(|p| p.captures(head)).and_then(|c| c.get(1));
        let Some(address) = found.map(|m| html::unescape(m.as_str())) else { continue };
        let (address, rewritten) = match within_replay(&address) {
            Some(inner) => (inner, true),
            None => (address, is_replayed(page)),
        };
        let address = if address.contains("://") { address } else { format!("http://{address}") };
        if let Some(url) = web(&address) {
            return Origin { url: Some(url), how, rewritten, captured: None };
        }
    }
    let rewritten = is_replayed(page);
    if let Some(url) = archived_url(page).filter(|_| rewritten) {
        return Origin { url: Some(url), how: "kept by a web archive", rewritten, captured: None };
    }
    for (how, pattern) in [("link rel=canonical", &CANONICAL), ("og:url", &OG_URL)] {
        let tag = pattern.as_ref().and_then(|p| p.find(head)).map(|m| m.as_str());
        let value = tag.and_then(|t| VALUE.as_ref()?.captures(t));
        let value = value.and_then(|v| (1..=3).find_map(|i| v.get(i))).map(|m| html::unescape(m.as_str()));
        let value = value.map(|v| within_replay(&v).unwrap_or(v));
        if let Some(url) = value.and_then(|v| web(&v)) {
            return Origin { url: Some(url), how, rewritten, captured: None };
        }
    }
    Origin { url: from_path(name), how: "the folder of its host", rewritten, captured: None }
}

fn prefix(text: &str, n: usize) -> &str {
    let mut end = n.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or(text)
}

fn web(address: &str) -> Option<Url> {
    Url::parse(address.trim()).ok().filter(|u| matches!(u.scheme(), "http" | "https") && u.host_str().is_some())
}

/// Returns the address within the address of a replay.
fn within_replay(address: &str) -> Option<String> {
    let found = REPLAY.as_ref()?.captures(address).filter(|c| c.get(0).is_some_and(|m| m.start() == 0))?;
    address.get(found.get(2)?.start()..).map(str::to_string)
}

fn is_replayed(page: &str) -> bool {
    ["WAYBACK TOOLBAR INSERT", "FILE ARCHIVED ON", "End Wayback Rewrite JS Include", "_static/js/bundle-playback"]
        .iter()
        .any(|mark| page.contains(mark))
}

/// The toolbar and the scripts of the Wayback Machine name the address they show.
fn archived_url(page: &str) -> Option<Url> {
    static NAMED: Pattern = LazyLock::new(|| {
        pattern(r#"(?:__wm\.wombat\(\s*["']([^"']+)|<input[^>]{0,200}id="wmtbURL"[^>]{0,200}value="([^"]+))"#)
    });
    let found = NAMED.as_ref()?.captures(page)?;
    web(&html::unescape(found.get(1).or(found.get(2))?.as_str()))
}

/// Undoes what a web archive's replay does to a page: its addresses lead to the web again, its toolbar is gone.
pub fn undo_replay(page: &str) -> String {
    let (Some(toolbar), Some(replay)) = (TOOLBAR.as_ref(), REPLAY.as_ref()) else { return page.to_string() };
    let bare = toolbar.replace_all(page, "");
    replay.replace_all(&bare, "$1$2").into_owned()
}

/// `mirror/blog.example/2006/11/vote.html` → `http://blog.example/2006/11/vote.html`: wget, HTTrack and downloaders of web
/// archives name a folder after the host.
pub fn from_path(name: &str) -> Option<Url> {
    let parts: Vec<&str> = name.split('/').collect();
    let at = parts.iter().rev().skip(1).rev().position(|p| is_host(p))?;
    let path = parts.get(at + 1..)?.join("/");
    // `index.html?p=12`, `index.html@p=12` and the same with `.html` added at the end.
    let (path, query) = match path.split_once(['?', '@']).filter(|(_, q)| q.contains('=')) {
        Some((path, query)) => (path.to_string(), Some(query.strip_suffix(".html").unwrap_or(query).to_string())),
        None => (path, None),
    };
    let path = path.strip_suffix("index.html").or(path.strip_suffix("index.htm")).unwrap_or(&path);
    let mut url = Url::parse(&format!("http://{}/", parts.get(at)?)).ok()?;
    url = url.join(&path.replace('#', "%23").replace(':', "%3A")).ok()?;
    url.set_query(query.as_deref());
    Some(url)
}

/// A name with dots whose last part is letters, and no file's.
fn is_host(name: &str) -> bool {
    let host = name.split(':').next().unwrap_or(name);
    let parts: Vec<&str> = host.split('.').collect();
    let plain = |p: &&str| !p.is_empty() && p.chars().all(|c| c.is_alphanumeric() || c == '-');
    let last = parts.last().copied().unwrap_or_default();
    parts.len() > 1
        && parts.iter().all(plain)
        && last.len() > 1
        && last.chars().all(char::is_alphabetic)
        && !["html", "htm", "zip", "files", "txt", "php", "warc", "gz", "xml", "archive"].contains(&last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn savers_say_where_a_page_was() {
        let table = [
            ("<!-- saved from url=(0021)http://a.example/x?y=1 -->\n<html>", "x.html", "http://a.example/x?y=1"),
            (
                "<html><!--\n Page saved with SingleFile \n url: https://a.example/y \n saved date: Mon\n-->",
                "x",
                "https://a.example/y",
            ),
            ("<!-- Mirrored from a.example/z.html by HTTrack Website Copier/3.x -->", "x", "http://a.example/z.html"),
            (
                "<!-- saved from url=(0061)https://web.archive.org/web/20080102030405/http://a.example/w -->",
                "x",
                "http://a.example/w",
            ),
            ("<link href='https://a.example/c' rel='canonical'>", "x", "https://a.example/c"),
            (
                "<meta property=\"og:url\" content=\"https://a.example/o?a=1&amp;b=2\">",
                "x",
                "https://a.example/o?a=1&b=2",
            ),
            ("<html>", "m/a.example/2006/index.html?p=12.html", "http://a.example/2006/?p=12"),
            ("<html>", "a.example/2006/11/vote.html", "http://a.example/2006/11/vote.html"),
        ];
        for (page, name, url) in table {
            assert_eq!(origin(page, name).url.map(|u| u.to_string()).as_deref(), Some(url), "{page}");
        }
        assert_eq!(origin("<html>", "My page.html").url, None);
        assert_eq!(origin("<html>", "v1.2/x.html").url, None);
    }

    #[test]
    fn savers_say_when_a_page_was_saved() {
        let table = [
            (
                "<!--\n Page saved with SingleFile \n url: https://a.example/y \n saved date: Mon Nov 24 2025 14:20:29 GMT+0100 (CET)\n-->",
                "x.html",
                Some("2025-11-24T13:20:29Z"),
            ),
            (
                "<!-- Mirrored from a.example/ by HTTrack Website Copier/3.x [XR&CO'2014], Sat, 01 Mar 2014 12:00:00 GMT -->",
                "x.html",
                Some("2014-03-01T12:00:00Z"),
            ),
            ("<!--\n FILE ARCHIVED ON 05:12:04 Jan 02, 2008 AND RETRIEVED -->", "x", Some("2008-01-02T05:12:04Z")),
            (
                "<!-- saved from url=(0061)https://web.archive.org/web/20080102030405/http://a.example/w -->",
                "x",
                Some("2008-01-02T03:04:05Z"),
            ),
            (
                "<!-- End Wayback Rewrite JS Include -->",
                "a.example/20080102030405/x.html",
                Some("2008-01-02T03:04:05Z"),
            ),
            ("<!-- saved from url=(0021)http://a.example/ -->", "x.html", None),
            ("<html>", "20080102030405/x.html", None),
        ];
        for (page, name, time) in table {
            assert_eq!(origin(page, name).captured.map(|t| t.to_string()).as_deref(), time, "{page}");
        }
    }

    #[test]
    fn the_rewriting_of_a_web_archive_is_undone() {
        let page = concat!(
            "<head><script src=\"//archive.org/includes/analytics.js\"></script></head>",
            "<!-- BEGIN WAYBACK TOOLBAR INSERT --><div>bar</div><!-- END WAYBACK TOOLBAR INSERT -->",
            "<a href=\"/web/20080102030405/http://a.example/x\">x</a>",
            "<img src=\"https://web.archive.org/web/20080102030405im_/http://a.example/p.jpg\">",
            "<a href=\"/web/20080102030405/https://web.archive.org/web/20050102030405/http://old.example/\">old</a>",
        );
        let undone = undo_replay(page);
        assert!(
            undone.contains("<a href=\"http://a.example/x\">") && undone.contains("src=\"http://a.example/p.jpg\"")
        );
        assert!(undone.contains("href=\"https://web.archive.org/web/20050102030405/http://old.example/\""), "{undone}");
        assert!(!undone.contains("bar") && !undone.contains("analytics"), "{undone}");
    }
}
