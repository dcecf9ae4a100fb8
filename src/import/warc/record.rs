//! Records of WARC 1.x ([ISO 28500](https://iipc.github.io/warc-specifications/)) and ARC 1.0, one at a time. What lies
//! about its length, ends too soon or is followed by rubbish costs no more than itself.

use std::io::{self, BufRead, BufReader, Read};

use jiff::Timestamp;

/// A record's header, and one line of it.
const MAX_HEADER: usize = 64 * 1024;
/// Rubbish between records that is read past.
const MAX_JUNK: u64 = 1 << 30;

/// What stands before a block.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    /// `response`, `resource`, `revisit`, `request`, `metadata`, `warcinfo`, `conversion`; an ARC record is a response.
    pub kind: String,
    /// It is of ARC.
    pub arc: bool,
    pub uri: String,
    pub date: Option<Timestamp>,
    /// Media type of the block.
    pub mime: String,
    /// `sha1:…`, as written.
    pub payload_digest: Option<String>,
    /// Revisit: where the payload was kept first.
    pub refers_to: Option<String>,
    pub length: u64,
}

/// How much of a block was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    Whole,
    /// It is longer than what was asked for.
    Longer,
    /// The stream ended before it did.
    Cut,
}

/// Why no record could be read.
#[derive(Debug)]
pub enum Fault {
    /// The stream ends within a record, or cannot be read on.
    Cut(String),
    Io(io::Error),
}

/// A reader of records.
pub struct Records {
    inner: BufReader<Box<dyn Read>>,
    /// What is left of the block of the record read last.
    left: u64,
    /// Bytes of rubbish that were read past.
    pub junk: u64,
}

impl Records {
    pub fn new(stream: Box<dyn Read>) -> Records {
        Records { inner: BufReader::with_capacity(128 * 1024, stream), left: 0, junk: 0 }
    }

    /// Reads the header of the next record; what is left of the block before it is read past.
    pub fn record(&mut self) -> Result<Option<Record>, Fault> {
        self.pass()?;
        loop {
            let Some(line) = self.line()? else { return Ok(None) };
            if line.is_empty() {
                continue;
            }
            let record = if line.starts_with("WARC/") { self.warc()? } else { arc(&line) };
            match record {
                Some(record) => {
                    self.left = record.length;
                    return Ok(Some(record));
                }
                None => {
                    self.junk += line.len() as u64 + 1;
                    if self.junk > MAX_JUNK {
                        return Err(Fault::Cut(format!("no record within {} MiB", MAX_JUNK >> 20)));
                    }
                }
            }
        }
    }

    /// Reads the block of the record, at most so many bytes of it.
    pub fn block(&mut self, limit: u64) -> Result<(Vec<u8>, Extent), Fault> {
        let wanted = self.left.min(limit);
        let mut block = Vec::new();
        let read = self.inner.by_ref().take(wanted).read_to_end(&mut block);
        self.left -= block.len() as u64;
        let extent = match read.map_err(|e| self.fault(e)) {
            Err(Fault::Io(cause)) => return Err(Fault::Io(cause)),
            Err(Fault::Cut(_)) => Extent::Cut,
            Ok(_) if (block.len() as u64) < wanted => Extent::Cut,
            Ok(_) if self.left > 0 => Extent::Longer,
            Ok(_) => Extent::Whole,
        };
        if extent == Extent::Cut {
            self.left = 0;
        }
        Ok((block, extent))
    }

    fn pass(&mut self) -> Result<(), Fault> {
        let left = std::mem::take(&mut self.left);
        let passed = io::copy(&mut self.inner.by_ref().take(left), &mut io::sink()).map_err(|e| self.fault(e))?;
        if passed < left {
            return Err(Fault::Cut("cut within a record".into()));
        }
        Ok(())
    }

    /// Returns the next line without its end; none at the end of the stream. A line longer than a header is cut.
    fn line(&mut self) -> Result<Option<String>, Fault> {
        let mut line = Vec::new();
        let read = self.inner.by_ref().take(MAX_HEADER as u64).read_until(b'\n', &mut line);
        match read {
            Ok(0) => Ok(None),
            Ok(_) => Ok(Some(String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_string())),
            Err(e) => Err(self.fault(e)),
        }
    }

    /// Reads the named fields of a WARC record up to a blank line; none where they give no length.
    fn warc(&mut self) -> Result<Option<Record>, Fault> {
        let (mut fields, mut size): (Vec<(String, String)>, usize) = (Vec::new(), 0);
        loop {
            let Some(line) = self.line()? else { return Err(Fault::Cut("cut within a header".into())) };
            size += line.len();
            if line.trim().is_empty() {
                break;
            }
            if size > MAX_HEADER {
                return Ok(None);
            }
            match (line.starts_with([' ', '\t']), line.split_once(':'), fields.last_mut()) {
                (true, _, Some((_, value))) => {
                    value.push(' ');
                    value.push_str(line.trim());
                }
                (false, Some((name, value)), _) => {
                    fields.push((name.trim().to_ascii_lowercase(), value.trim().to_string()));
                }
                _ => {}
            }
        }
        let get = |name: &str| fields.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
        let Some(length) = get("content-length").and_then(|l| l.parse().ok()) else { return Ok(None) };
        // wget wrote addresses in angle brackets, up to 1.19.
        let address =
            |name: &str| get(name).map(|u| u.trim_start_matches('<').trim_end_matches('>').trim().to_string());
        Ok(Some(Record {
            kind: get("warc-type").unwrap_or_default().to_ascii_lowercase(),
            arc: false,
            uri: address("warc-target-uri").unwrap_or_default(),
            date: get("warc-date").and_then(moment),
            mime: media_type(get("content-type").unwrap_or_default()),
            payload_digest: get("warc-payload-digest").map(str::to_string),
            refers_to: address("warc-refers-to-target-uri"),
            length,
        }))
    }

    fn fault(&self, cause: io::Error) -> Fault {
        use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
        match cause.kind() {
            InvalidData | InvalidInput | UnexpectedEof => Fault::Cut(cause.to_string()),
            _ => Fault::Io(cause),
        }
    }
}

/// `URL IP YYYYMMDDhhmmss mime length`: address and media type may hold spaces, so the date is sought from the right.
fn arc(line: &str) -> Option<Record> {
    let words: Vec<&str> = line.split(' ').collect();
    let length = words.last()?.parse().ok()?;
    let is_date = |w: &&str| matches!(w.len(), 8 | 12 | 14) && w.bytes().all(|b| b.is_ascii_digit());
    let at = words.get(..words.len() - 1)?.iter().rposition(is_date).filter(|at| *at > 1)?;
    let ip = words.get(at - 1)?;
    if !ip.contains(['.', ':']) {
        return None;
    }
    let uri = words.get(..at - 1)?.join(" ");
    let scheme = uri.split(':').next().is_some_and(|s| !s.is_empty() && s.bytes().all(|b| b.is_ascii_alphabetic()));
    let info = uri.starts_with("filedesc:");
    (scheme && uri.contains(':')).then(|| Record {
        kind: if info { "warcinfo".into() } else { "response".into() },
        arc: true,
        date: words.get(at).and_then(|d| moment(d)),
        mime: media_type(&words.get(at + 1..words.len() - 1).unwrap_or_default().join(" ")),
        uri,
        length,
        ..Record::default()
    })
}

fn media_type(value: &str) -> String {
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Reads RFC 3339 and `YYYYMMDDhhmmss`, as far as it goes.
pub fn moment(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.len() >= 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        let full: String = text.chars().chain("000000".chars()).take(14).collect();
        let part = |from: usize, to: usize| full.get(from..to).unwrap_or("00");
        let date = (part(0, 4), part(4, 6), part(6, 8), part(8, 10), part(10, 12), part(12, 14));
        return format!("{}-{}-{}T{}:{}:{}Z", date.0, date.1, date.2, date.3, date.4, date.5).parse().ok();
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &'static [u8]) -> (Vec<(String, String, u64)>, Option<String>, u64) {
        let mut records = Records::new(Box::new(bytes));
        let mut out = Vec::new();
        loop {
            match records.record() {
                Ok(Some(r)) => out.push((r.kind, r.uri, r.length)),
                Ok(None) => return (out, None, records.junk),
                Err(Fault::Cut(why)) => return (out, Some(why), records.junk),
                Err(Fault::Io(e)) => panic!("{e}"),
            }
        }
    }

    #[test]
    fn headers_of_all_ages_are_read() {
        let (records, fault, junk) = all(b"WARC/1.0\r\nWARC-Type: response\r\nwarc-target-uri: <http://a.example/\r\n x>\r\nContent-Length: 3\r\n\r\nabc\r\n\r\nWARC/1.1\nWARC-Type: request\nContent-Length: 1\n\nx\n\nhttp://a.example/b c 10.0.0.1 20080102030405 text/html; charset=x 2\nhi\n");
        let wanted =
            [("response", "http://a.example/ x", 3), ("request", "", 1), ("response", "http://a.example/b c", 2)];
        assert_eq!(records, wanted.map(|(k, u, n)| (k.to_string(), u.to_string(), n)));
        assert_eq!((fault, junk), (None, 0));
    }

    #[test]
    fn lengths_that_lie_cost_their_own_record() {
        let (records, fault, junk) = all(b"WARC/1.0\nWARC-Type: a\nContent-Length: 2\n\nabcdef\n\nWARC/1.0\nWARC-Type: b\nContent-Length: 99999999999\n\nx");
        assert_eq!(records.len(), 2);
        assert!(fault.is_some() && junk > 0);
        assert!(all(b"WARC/1.0\nContent-Length: -4\n\n").0.is_empty());
    }

    #[test]
    fn moments_are_read_in_both_forms() {
        assert_eq!(moment("20080102030405"), moment("2008-01-02T03:04:05Z"));
        assert_eq!(
            moment("2008-01-02T03:04:05.123456Z").map(|t| t.as_second()),
            moment("20080102030405").map(|t| t.as_second())
        );
        assert_eq!(moment("20081302030405"), None);
    }
}
