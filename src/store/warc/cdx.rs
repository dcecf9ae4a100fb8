//! Lines of the index beside a WARC file (CDXJ): which address, when, where in the file.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::{Host, Url};

use super::REVISIT_MIME;

use crate::model::Digest;

/// One exchange in a WARC file. Written as `surt timestamp {json}`; numbers as text, as other tools write them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CdxLine {
    /// The address with its host turned round, by which lines are sorted.
    pub surt: String,
    /// UTC, 14 digits.
    pub time: String,
    pub url: String,
    /// Media type without parameters; empty when none was given.
    pub mime: String,
    pub status: u16,
    /// Of the payload as received.
    pub digest: Digest,
    /// First byte of the record's gzip member.
    pub offset: u64,
    /// Bytes of the record's gzip member.
    pub length: u64,
    pub filename: String,
}

#[derive(Serialize)]
struct Json<'a> {
    url: &'a str,
    mime: &'a str,
    status: String,
    digest: String,
    length: String,
    offset: String,
    filename: &'a str,
}

impl fmt::Display for CdxLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = Json {
            url: &self.url,
            mime: &self.mime,
            status: self.status.to_string(),
            digest: format!("sha256:{}", self.digest),
            length: self.length.to_string(),
            offset: self.offset.to_string(),
            filename: &self.filename,
        };
        write!(f, "{} {} {}", self.surt, self.time, serde_json::to_string(&json).map_err(|_| fmt::Error)?)
    }
}

impl CdxLine {
    /// Whether the payload stands in another record.
    pub fn is_revisit(&self) -> bool {
        self.mime == REVISIT_MIME
    }

    fn parse(line: &str) -> Option<CdxLine> {
        #[derive(Deserialize)]
        struct Json {
            url: String,
            mime: String,
            status: String,
            digest: String,
            length: String,
            offset: String,
            filename: String,
        }
        let mut words = line.splitn(3, ' ');
        let (surt, time) = (words.next()?.to_string(), words.next()?.to_string());
        let json: Json = serde_json::from_str(words.next()?).ok()?;
        Some(CdxLine {
            surt,
            time,
            url: json.url,
            mime: json.mime,
            status: json.status.parse().ok()?,
            digest: Digest::parse(json.digest.strip_prefix("sha256:")?)?,
            offset: json.offset.parse().ok()?,
            length: json.length.parse().ok()?,
            filename: json.filename,
        })
    }
}

/// Reads the lines of an index file of ours; what is none is left out.
pub fn read_index(text: &str) -> Vec<CdxLine> {
    text.lines().filter_map(CdxLine::parse).collect()
}

/// Returns the index file of these lines: sorted bytewise, one a line.
pub fn cdxj(lines: &[CdxLine]) -> Vec<u8> {
    let mut lines: Vec<String> = lines.iter().map(CdxLine::to_string).collect();
    lines.sort();
    let mut file = lines.join("\n").into_bytes();
    if !file.is_empty() {
        file.push(b'\n');
    }
    file
}

/// Returns an address in the form by which captures are sorted and looked up (Sort-friendly URI Reordering
/// Transform): `http://www.Example.com/B/?z=1&a=2` → `com,example)/b?a=2&z=1`.
pub fn surt(address: &str) -> String {
    let Ok(url) = Url::parse(address) else { return address.split_whitespace().collect::<Vec<_>>().join("%20") };
    let mut out = match url.host() {
        Some(Host::Domain(name)) => {
            let bare = match name.split_once('.') {
                Some((www, rest)) if rest.contains('.') && is_www(www) => rest,
                _ => name,
            };
            turned(bare.trim_end_matches('.'))
        }
        // Numbers are turned round like names: so do the tools that look them up.
        Some(Host::Ipv4(ip)) => turned(&ip.to_string()),
        Some(Host::Ipv6(ip)) => format!("[{ip}]"),
        None => return address.to_string(),
    };
    if let Some(port) = url.port() {
        out.push_str(&format!(":{port}"));
    }
    out.push(')');
    let path = url.path().trim_end_matches('/');
    out.push_str(if path.is_empty() { "/" } else { path });
    let mut query: Vec<&str> = url.query().unwrap_or_default().split('&').filter(|p| !p.is_empty()).collect();
    if !query.is_empty() {
        query.sort_unstable();
        out.push('?');
        out.push_str(&query.join("&"));
    }
    out.to_lowercase()
}

fn turned(host: &str) -> String {
    host.rsplit('.').collect::<Vec<_>>().join(",")
}

/// Returns whether a host label is `www`, `www2` and the like.
fn is_www(label: &str) -> bool {
    label.strip_prefix("www").is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()))
}

/// Returns a moment as 14 digits of UTC.
pub(super) fn timestamp(time: Timestamp) -> String {
    time.strftime("%Y%m%d%H%M%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_turned_round_and_addresses_are_not() {
        assert_eq!(surt("http://www.Example.com/B/?z=1&a=2"), "com,example)/b?a=2&z=1");
        assert_eq!(surt("https://blog.example.co.uk:8443/"), "uk,co,example,blog:8443)/");
        assert_eq!(surt("http://127.0.0.1:8300/wp-json/"), "1,0,0,127:8300)/wp-json");
        assert_eq!(surt("http://[::1]/x"), "[::1])/x");
        assert_eq!(surt("mailto:a@example.com"), "mailto:a@example.com");
    }

    #[test]
    fn index_is_sorted_by_bytes() {
        let line = |url: &str| CdxLine {
            surt: surt(url),
            time: "20260304050607".into(),
            url: url.into(),
            mime: "text/html".into(),
            status: 200,
            digest: Digest::of(""),
            offset: 0,
            length: 9,
            filename: "a.warc.gz".into(),
        };
        let file = String::from_utf8(cdxj(&[line("http://b.example/"), line("http://a.example/")])).unwrap();
        let first = file.lines().next().unwrap();
        assert_eq!(read_index(&file), [line("http://a.example/"), line("http://b.example/")]);
        assert!(first.starts_with("example,a)/ 20260304050607 {\"url\":\"http://a.example/\",\"mime\":"), "{first}");
        assert!(file.ends_with("}\n"));
    }
}
