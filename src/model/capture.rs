//! One fetch of one address at one time, as received.

use std::borrow::Cow;

use jiff::Timestamp;
use url::Url;

use super::Digest;

/// A header field: the name as received, the value as received.
pub type Header = (String, String);

/// One exchange: what was asked, what came. Kept before anyone interprets it.
#[derive(Debug, Clone)]
pub struct Capture {
    pub url: Url,
    pub time: Timestamp,
    /// Header fields sent, with secrets redacted.
    pub request: Vec<Header>,
    pub status: u16,
    /// Header fields received, with cookies redacted.
    pub headers: Vec<Header>,
    /// The payload as received: content coding still on, transfer coding (chunks) undone by the client.
    pub body: Vec<u8>,
    /// The payload with its content coding undone, where it had one.
    pub decoded: Option<Vec<u8>>,
    /// What cut the payload short (`length`, `time`, `disconnect`), as WARC-Truncated has it.
    pub truncated: Option<&'static str>,
}

impl Capture {
    /// Returns the value of a received header field, by name without case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// Returns the payload with content coding undone.
    pub fn payload(&self) -> &[u8] {
        self.decoded.as_deref().unwrap_or(&self.body)
    }

    /// Returns the payload as text; invalid UTF-8 is replaced.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self.payload())
    }

    /// Returns the digest of the payload as received, under which the raw capture lists it.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.body)
    }

    /// Returns the media type without parameters, in lower case; empty when none was given.
    pub fn media_type(&self) -> String {
        let value = self.header("content-type").unwrap_or_default();
        value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }
}
