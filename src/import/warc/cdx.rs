//! Lists of captures: CDX with its head of letters, CDXJ, the answers of CDX servers. They hold no pages; they tell what
//! there is.

use std::collections::BTreeMap;

use serde_json::Value;

/// One capture.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// The address in its sortable form.
    pub key: String,
    /// `YYYYMMDDhhmmss`.
    pub timestamp: String,
    pub url: String,
    pub mime: String,
    /// None of a revisit.
    pub status: Option<u16>,
    pub digest: String,
    pub file: String,
    pub offset: Option<u64>,
    /// Bytes of the record, where a server tells.
    pub length: Option<u64>,
}

/// A list, or one page of it.
#[derive(Debug, Clone, Default)]
pub struct List {
    pub lines: Vec<Line>,
    /// What a CDX server wants to be asked with for the next page.
    pub resume_key: Option<String>,
}

/// The order of fields where a CDX file has no head: the letters of the head most files have.
const USUAL: &str = "N b a m s k r M S V g";

/// Returns whether a text begins like a list of captures.
pub fn is_list(head: &str) -> bool {
    let first = head.lines().next().unwrap_or_default();
    head.trim_start().starts_with("CDX ") || is_cdxj(first) || first.trim_start().starts_with("[[\"urlkey\"")
}

fn is_cdxj(line: &str) -> bool {
    let mut words = line.splitn(3, ' ');
    let (key, time, rest) = (words.next(), words.next(), words.next());
    let time = time.is_some_and(|t| t.len() == 14 && t.bytes().all(|b| b.is_ascii_digit()));
    key.is_some_and(|k| !k.is_empty()) && time && rest.is_some_and(|r| r.trim_start().starts_with('{'))
}

/// Reads a list. Lines that cannot be read are left out.
pub fn parse(text: &str) -> List {
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with('[') {
        return server(text);
    }
    let mut letters: Vec<&str> = USUAL.split(' ').collect();
    let mut list = List::default();
    for line in text.lines() {
        if let Some(head) = line.trim_start().strip_prefix("CDX ") {
            letters = head.split_whitespace().collect();
        } else if is_cdxj(line) {
            list.lines.extend(cdxj(line));
        } else if !line.starts_with('!') {
            list.lines.extend(cdx(line, &letters));
        }
    }
    list
}

fn cdx(line: &str, letters: &[&str]) -> Option<Line> {
    let words: Vec<&str> = line.split_whitespace().collect();
    if words.len() < 5 || words.len() > letters.len() {
        return None;
    }
    let get = |letter: &str| letters.iter().position(|l| *l == letter).and_then(|at| words.get(at)).copied();
    let text = |letter: &str| get(letter).filter(|w| *w != "-").unwrap_or_default().to_string();
    Some(Line {
        key: text("N"),
        timestamp: text("b"),
        url: text("a"),
        mime: text("m"),
        status: get("s").and_then(|s| s.parse().ok()),
        digest: text("k"),
        file: text("g"),
        offset: get("V").and_then(|o| o.parse().ok()),
        length: None,
    })
}

fn cdxj(line: &str) -> Option<Line> {
    let mut words = line.splitn(3, ' ');
    let (key, timestamp) = (words.next()?.to_string(), words.next()?.to_string());
    let about: Value = serde_json::from_str(words.next()?).ok()?;
    // Numbers are strings in most files.
    let text = |name: &str| match &about[name] {
        Value::Number(n) => n.to_string(),
        value => value.as_str().unwrap_or_default().to_string(),
    };
    Some(Line {
        key,
        timestamp,
        url: text("url"),
        mime: text("mime"),
        status: text("status").parse().ok(),
        digest: text("digest"),
        file: text("filename"),
        offset: text("offset").parse().ok(),
        length: None,
    })
}

/// `[[names], [values] …, [], [resume key]]`.
fn server(text: &str) -> List {
    let rows: Vec<Vec<Value>> = serde_json::from_str(text).unwrap_or_default();
    let mut rows = rows.into_iter();
    let names: Vec<String> =
        rows.next().unwrap_or_default().iter().map(|n| n.as_str().unwrap_or_default().to_string()).collect();
    let (mut list, mut ended) = (List::default(), false);
    for row in rows {
        let words: Vec<&str> = row.iter().map(|v| v.as_str().unwrap_or_default()).collect();
        if words.is_empty() {
            ended = true;
        } else if ended {
            list.resume_key = words.first().map(|k| k.to_string());
        } else {
            let by: BTreeMap<&str, &str> = names.iter().map(String::as_str).zip(words).collect();
            let text = |name: &str| by.get(name).copied().unwrap_or_default().to_string();
            list.lines.push(Line {
                key: text("urlkey"),
                timestamp: text("timestamp"),
                url: text("original"),
                mime: text("mimetype"),
                status: text("statuscode").parse().ok(),
                digest: text("digest"),
                length: text("length").parse().ok(),
                ..Line::default()
            });
        }
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_all_kinds_are_read() {
        let cdx = parse(
            " CDX N b a m s k r M S V g\ncom,a)/ 20080102030405 http://a.com/ text/html 200 AB - - 10 5 x.warc.gz\n",
        );
        let cdxj = parse(
            "com,a)/ 20080102030405 {\"url\": \"http://a.com/\", \"mime\": \"text/html\", \"status\": \"200\", \"digest\": \"AB\", \"offset\": 5, \"filename\": \"x.warc.gz\"}\n",
        );
        assert_eq!(cdx.lines, cdxj.lines);
        assert_eq!(cdx.lines[0].offset, Some(5));
        let json = parse(
            r#"[["urlkey","timestamp","original","mimetype","statuscode"],["com,a)/","20080102030405","http://a.com/","warc/revisit","-"],[],["key%21"]]"#,
        );
        assert_eq!((json.lines[0].status, json.resume_key.as_deref()), (None, Some("key%21")));
        assert!(is_list("com,a)/ 20080102030405 {\"url\"") && is_list(" CDX N b a") && !is_list("A line 2008 {"));
    }
}
