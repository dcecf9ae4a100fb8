//! What readers of several formats make in the same way: terms, comments, keys, texts with newlines for breaks.
//! It knows no format.

use jiff::tz::{Offset, TimeZone};
use url::Url;

use super::report::Options;
use crate::html;
use crate::model::{Author, Date, Digest, Media, Precision, Term, slugify};

/// Makes terms of labels; of those that differ in case only, the first stands.
pub fn terms<S: AsRef<str>>(labels: impl IntoIterator<Item = S>, taxonomy: &str) -> Vec<Term> {
    let mut out: Vec<Term> = Vec::new();
    for label in labels {
        let label = html::fold(label.as_ref());
        add_term(&mut out, Term { slug: slugify(&label), label, taxonomy: taxonomy.to_string() });
    }
    out
}

/// Adds a term unless it is there or has no name.
pub fn add_term(terms: &mut Vec<Term>, term: Term) {
    let same = |t: &Term| t.slug == term.slug || t.label.to_lowercase() == term.label.to_lowercase();
    if !term.label.is_empty() && !terms.iter().any(same) {
        terms.push(term);
    }
}

/// Makes an author of a name, none of an empty one.
pub fn author(name: &str) -> Option<Author> {
    let name = html::fold(name);
    (!name.is_empty()).then_some(Author { name, slug: None, url: None })
}

/// Returns clean HTML and plain text of what a reader wrote.
pub fn comment_body(raw: &str, base: Option<&Url>) -> (String, String) {
    let body = html::body(raw, base, None);
    (body.html, body.text)
}

/// Returns an id for something that has none, out of what it says.
pub fn id_of(parts: &[&str]) -> String {
    Digest::of(parts.join("\n")).as_str().get(..12).unwrap_or_default().to_string()
}

/// A picture that stands for the post.
pub fn featured(url: &str, alt: Option<String>) -> Media {
    Media { url: url.to_string(), alt, role: "featured".into(), ..Media::default() }
}

/// `%e6%97%a5` → `日`; what does not decode to UTF-8 stays as it was.
pub fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex = |b: &[u8]| std::str::from_utf8(b).ok().and_then(|t| u8::from_str_radix(t, 16).ok());
        match (first, tail.get(..2).and_then(hex)) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_string())
}

/// Returns whether a text is an address of the web.
pub fn is_web(address: &str) -> bool {
    address.starts_with("http://") || address.starts_with("https://")
}

/// Reads the moment of a number of seconds since 1970.
pub fn from_seconds(seconds: i64) -> Option<Date> {
    from_instant(jiff::Timestamp::from_second(seconds).ok()?)
}

/// Returns a moment known in UTC.
pub fn from_instant(instant: jiff::Timestamp) -> Option<Date> {
    Date::from_local_and_utc(None, Some(jiff::tz::Offset::UTC.to_datetime(instant)))
}

/// Returns the zone that the user names: an IANA name or an offset.
pub fn zone(options: &Options) -> Option<TimeZone> {
    let name = options.timezone.as_deref()?.trim();
    let offset = || Date::parse_iso(&format!("2000-01-01T00:00:00{name}"))?.instant;
    let fixed = || {
        let seconds = 946_684_800 - offset()?.as_second();
        Some(Offset::from_seconds(i32::try_from(seconds).ok()?).ok()?.to_time_zone())
    };
    TimeZone::get(name).ok().or_else(fixed)
}

/// Completes a local time by a zone; what is known to the day only stays as it is.
pub fn in_zone(date: Date, zone: Option<&TimeZone>) -> Date {
    let exact = matches!(date.precision, Precision::Minute | Precision::Second);
    let local = date.local().filter(|_| exact && date.instant.is_none());
    match zone.zip(local).and_then(|(zone, local)| zone.to_zoned_datetime(local).ok()) {
        Some(zoned) => Date { precision: date.precision, ..Date::from_zoned(&zoned) },
        None => date,
    }
}

/// Elements that are blocks of their own where a writer's newlines become breaks.
const BLOCKS: [&str; 33] = [
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "table",
    "ol",
    "ul",
    "dl",
    "menu",
    "dir",
    "p",
    "pre",
    "center",
    "form",
    "fieldset",
    "select",
    "blockquote",
    "address",
    "div",
    "hr",
    "figure",
    "section",
    "article",
    "aside",
    "header",
    "footer",
    "iframe",
    "object",
    "script",
    "style",
    "noscript",
];

/// Makes paragraphs of blank lines and breaks of newlines, as Movable Type's "convert breaks" does:
/// a paragraph that begins with a block is left alone.
pub fn paragraphs(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let mut open = None;
    for part in text.split("\n\n").map(|p| p.trim_matches('\n')).filter(|p| !p.trim().is_empty()) {
        if !out.is_empty() {
            out.push_str("\n\n");
        }
        let verbatim = open.is_some() || begins_block(part);
        open = still_open(part, open);
        if verbatim {
            out.push_str(part);
        } else {
            out.push_str("<p>");
            out.push_str(&part.replace('\n', "<br />\n"));
            out.push_str("</p>");
        }
    }
    out
}

/// Returns the element of literal text that a part leaves open.
fn still_open(part: &str, open: Option<&'static str>) -> Option<&'static str> {
    let folded = part.to_ascii_lowercase();
    if let Some(name) = open {
        return (!folded.contains(&format!("</{name}"))).then_some(name);
    }
    ["pre", "script", "style", "table"].into_iter().find(|name| {
        let last = folded.rfind(&format!("<{name}"));
        last.is_some_and(|at| !folded.get(at..).unwrap_or_default().contains(&format!("</{name}")))
    })
}

fn begins_block(part: &str) -> bool {
    let Some(rest) = part.trim_start().strip_prefix('<') else { return false };
    let rest = rest.strip_prefix('/').unwrap_or(rest);
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
    let name = rest.get(..end).unwrap_or_default().to_ascii_lowercase();
    BLOCKS.contains(&name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newlines_become_breaks_outside_blocks() {
        let table = [
            ("a\nb\r\n\r\nc", "<p>a<br />\nb</p>\n\n<p>c</p>"),
            ("<ul>\n<li>x</li>\n</ul>\n\n<em>y</em>", "<ul>\n<li>x</li>\n</ul>\n\n<p><em>y</em></p>"),
            ("<pre>\na\n\nb\n</pre>\n\nc", "<pre>\na\n\nb\n</pre>\n\n<p>c</p>"),
            ("\n\n", ""),
        ];
        for (text, expected) in table {
            assert_eq!(paragraphs(text), expected);
        }
    }

    #[test]
    fn the_user_may_name_a_zone_or_an_offset() {
        let told = |name: &str| Options { timezone: Some(name.into()), ..Options::default() };
        let local = Date::parse_iso("2007-04-23T12:15:00").unwrap();
        for (name, offset) in [("Europe/Oslo", Some("+02:00")), ("-05:30", Some("-05:30")), ("nowhere", None)] {
            assert_eq!(in_zone(local.clone(), zone(&told(name)).as_ref()).offset.as_deref(), offset, "{name}");
        }
    }

    #[test]
    fn what_is_no_utf8_stays_escaped() {
        assert_eq!(percent_decoded("%e6%97%a5%e6%9c%ac-1"), "日本-1");
        assert_eq!(percent_decoded("100%-%ff"), "100%-%ff");
        assert_eq!(percent_decoded("a%20b%2"), "a b%2");
    }

    #[test]
    fn terms_that_differ_in_case_are_one() {
        let made = terms(["News", " news ", "", "Old  News"], "category");
        assert_eq!(made.iter().map(|t| t.label.as_str()).collect::<Vec<_>>(), ["News", "Old News"]);
    }
}
