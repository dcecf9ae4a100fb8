//! The list of captures: how it is asked for and read, in the two manners in which archives speak, and the addresses of
//! captures themselves.

use serde_json::Value;
use url::Url;

use crate::import::warc::cdx as lists;
use crate::model::Capture;

/// The Wayback Machine.
pub const BASE: &str = "https://web.archive.org/web/";

/// Rows asked for at a time.
const ROWS: &str = "5000";

/// How an archive is asked for its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// `/cdx/search/cdx` beside the captures; one array, its first row the names of the fields.
    Wayback,
    /// `cdx` within the collection; an object a line.
    Pywb,
}

/// One capture, as the list has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// `YYYYMMDDhhmmss`.
    pub time: String,
    pub url: String,
    pub mime: String,
    /// None of a revisit.
    pub status: Option<u16>,
    pub digest: String,
    /// Bytes of the record, packed; 0 where not told.
    pub length: u64,
}

#[derive(Debug, Default)]
pub struct Rows {
    pub rows: Vec<Row>,
    pub resume_key: Option<String>,
}

/// Returns the address of the next part of the list of all captures below an address.
pub fn query(base: &Url, dialect: Dialect, seed: &Url, until: Option<&str>, resume_key: Option<&str>) -> Option<Url> {
    let host = seed.host_str()?;
    let port = seed.port().map(|p| format!(":{p}")).unwrap_or_default();
    let mut url = match dialect {
        Dialect::Wayback => base.join("/cdx/search/cdx").ok()?,
        Dialect::Pywb => base.join("cdx").ok()?,
    };
    let mut pairs = url.query_pairs_mut();
    pairs.append_pair("url", &format!("{host}{port}{}", seed.path())).append_pair("matchType", "prefix");
    pairs.append_pair("output", "json");
    if let Some(until) = until {
        pairs.append_pair("to", until);
    }
    if dialect == Dialect::Wayback {
        pairs
            .append_pair("fl", "urlkey,timestamp,original,mimetype,statuscode,digest,length")
            .append_pair("filter", "mimetype:(text/html|application/xhtml.xml|warc/revisit|unk)")
            .append_pair("limit", ROWS)
            .append_pair("showResumeKey", "true");
        if let Some(key) = resume_key {
            // It comes in the form in which it is to be sent.
            pairs.append_pair("resumeKey", &decoded(key));
        }
    }
    drop(pairs);
    Some(url)
}

fn decoded(text: &str) -> String {
    let pair = format!("k={text}");
    url::form_urlencoded::parse(pair.as_bytes()).next().map_or_else(|| text.to_string(), |(_, v)| v.into_owned())
}

/// Reads a part of the list; none when the text is none.
pub fn read(text: &str) -> Option<Rows> {
    let start = text.trim_start();
    if start.is_empty() {
        return Some(Rows::default());
    }
    if start.starts_with('[') {
        let list = lists::parse(text);
        let rows = list.lines.into_iter().map(|l| Row {
            time: l.timestamp,
            url: l.url,
            mime: l.mime,
            status: l.status,
            digest: l.digest,
            length: l.length.unwrap_or_default(),
        });
        return Some(Rows { rows: rows.filter(is_whole).collect(), resume_key: list.resume_key });
    }
    if !start.starts_with('{') {
        return None;
    }
    let rows = text.lines().filter_map(|l| serde_json::from_str::<Value>(l).ok()).map(|v| {
        let word = |name: &str| match &v[name] {
            Value::Number(n) => n.to_string(),
            value => value.as_str().unwrap_or_default().to_string(),
        };
        Row {
            time: word("timestamp"),
            url: word("url"),
            mime: word("mime"),
            status: word("status").parse().ok(),
            digest: word("digest"),
            length: word("length").parse().unwrap_or_default(),
        }
    });
    Some(Rows { rows: rows.filter(is_whole).collect(), resume_key: None })
}

fn is_whole(row: &Row) -> bool {
    row.time.len() == 14 && row.time.bytes().all(|b| b.is_ascii_digit()) && Url::parse(&row.url).is_ok()
}

/// Returns the address of a capture as it was received, without anything written into it; an archive leads from there to
/// the capture it has nearest to that time.
pub fn raw(base: &Url, time: &str, url: &str) -> Option<Url> {
    Url::parse(&format!("{base}{time}id_/{url}")).ok()
}

/// Returns base, time and address of a capture.
pub fn taken_apart(capture: &Capture) -> Option<(Url, &str, &str)> {
    let (before, url) = capture.url.as_str().split_once("id_/")?;
    let (base, time) = before.split_at_checked(before.len().checked_sub(14)?)?;
    Some((Url::parse(base).ok()?, time, url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_manners_of_a_list_are_read() {
        let wayback = read(
            r#"[["urlkey","timestamp","original","mimetype","statuscode","digest","length"],
            ["com,a)/","20080102030405","http://a.com:80/","text/html","200","AB","700"],
            ["com,a)/","20090102030405","http://a.com/","warc/revisit","-","AB","300"],[],["com%2Ca%29%2F+2009"]]"#,
        )
        .unwrap();
        assert_eq!(wayback.rows.len(), 2);
        assert_eq!((wayback.rows[0].status, wayback.rows[0].length, wayback.rows[1].status), (Some(200), 700, None));
        let seed = Url::parse("http://a.com/").unwrap();
        let base = Url::parse(BASE).unwrap();
        let next = query(&base, Dialect::Wayback, &seed, Some("2009"), wayback.resume_key.as_deref()).unwrap();
        assert!(next.as_str().starts_with("https://web.archive.org/cdx/search/cdx?url=a.com%2F&matchType=prefix"));
        assert!(next.as_str().ends_with("&resumeKey=com%2Ca%29%2F+2009"), "{next}");
        let pywb = read("{\"urlkey\": \"x\", \"timestamp\": \"20080102030405\", \"url\": \"http://a.com/\", \"mime\": \"text/html\", \"status\": \"200\", \"digest\": \"AB\", \"length\": \"700\"}\n").unwrap();
        assert_eq!(pywb.rows[0].length, 700);
        assert!(read("<html>busy</html>").is_none());
        assert_eq!(read("").unwrap().rows.len(), 0);
    }

    #[test]
    fn raw_captures_have_their_own_address() {
        let base = Url::parse(BASE).unwrap();
        let url = raw(&base, "20080102030405", "http://a.com/x?y=1").unwrap();
        assert_eq!(url.as_str(), "https://web.archive.org/web/20080102030405id_/http://a.com/x?y=1");
    }
}
