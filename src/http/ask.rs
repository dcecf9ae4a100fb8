//! What is asked and what comes of it.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::OwnedSemaphorePermit;
use url::Url;

use crate::model::{Capture, Header, Reason};

/// How long and how much a request may take. The total covers one try of one hop, from its start to the last byte.
#[derive(Debug, Clone)]
pub struct Limits {
    /// To a connection.
    pub connect: Duration,
    /// From there to the whole header.
    pub header: Duration,
    /// Between two pieces of the body.
    pub idle: Duration,
    pub total: Duration,
    /// All header fields together, in bytes.
    pub header_bytes: usize,
    /// Our own pause before the first retry; doubled before each further one.
    pub backoff: Duration,
    /// Least time between two requests to a host, if other than the client's own.
    pub delay: Option<Duration>,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            connect: Duration::from_secs(15),
            header: Duration::from_secs(60),
            idle: Duration::from_secs(30),
            total: Duration::from_secs(600),
            header_bytes: 64 << 10,
            backoff: Duration::from_secs(1),
            delay: None,
        }
    }
}

/// A kind of request.
#[derive(Debug, Clone)]
pub struct Ask {
    pub accept: &'static str,
    /// Largest body in bytes, as sent and as unpacked.
    pub largest: u64,
    /// Further header fields; sent only to the origin of the address asked for, never across a redirect to another.
    pub headers: Vec<Header>,
    /// What the server said of the copy that is known already: 304 then says that it is still the same.
    pub known: Validators,
}

/// What tells one state of a resource from another (RFC 9110 section 8.8): `ETag` and `Last-Modified` as they came.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validators {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified: Option<String>,
}

impl Validators {
    /// Returns what an answer says of its state; none when it says nothing.
    pub fn of(capture: &Capture) -> Option<Validators> {
        let field = |name: &str| capture.header(name).filter(|v| v.len() < 300).map(str::to_string);
        let found = Validators { etag: field("etag"), modified: field("last-modified") };
        (found != Validators::default()).then_some(found)
    }

    /// Returns the fields that ask for an answer only if it changed.
    pub(super) fn fields(&self) -> Vec<(&str, &str)> {
        let pairs = [("If-None-Match", &self.etag), ("If-Modified-Since", &self.modified)];
        pairs.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?))).collect()
    }
}

impl Ask {
    /// A page of HTML.
    pub fn page() -> Ask {
        Ask {
            accept: "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5",
            largest: 64 << 20,
            headers: Vec::new(),
            known: Validators::default(),
        }
    }

    /// An answer of an API.
    pub fn json() -> Ask {
        Ask { accept: "application/json", ..Ask::page() }
    }

    /// A picture, sound, film or document.
    pub fn media() -> Ask {
        Ask { accept: "*/*", largest: 100 << 20, ..Ask::page() }
    }

    /// A feed, a sitemap, a text for machines.
    pub fn feed() -> Ask {
        let accept = "application/atom+xml,application/rss+xml,application/feed+json,application/xml;q=0.9,*/*;q=0.5";
        Ask { accept, ..Ask::page() }
    }

    /// Asks for an answer only if it differs from the copy that is known.
    pub fn unless(self, known: Option<&Validators>) -> Ask {
        Ask { known: known.cloned().unwrap_or_default(), ..self }
    }
}

/// Something that was not had: data, not an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Miss {
    /// The address asked last: behind redirects not the one asked for.
    pub url: Url,
    pub reason: Reason,
    /// The cause in few words ("HTTP 404", "connection refused").
    pub detail: String,
    /// The status of the last answer, where there was one.
    pub status: Option<u16>,
}

/// What came of asking for one address: every exchange on the way in order, and why it ended without success if it did.
#[derive(Debug)]
pub struct Answer {
    /// The address asked for.
    pub url: Url,
    /// Redirects, refusals before a retry, and the last answer.
    pub captures: Vec<Capture>,
    pub miss: Option<Miss>,
    /// Large bodies in memory are counted; this one is until the answer is dropped.
    pub(super) weight: Option<OwnedSemaphorePermit>,
}

impl Answer {
    pub(super) fn new(url: Url) -> Answer {
        Answer { url, captures: Vec::new(), miss: None, weight: None }
    }

    /// Returns the answer to a question that must not be asked.
    pub fn missed(url: &Url, reason: Reason, detail: &str) -> Answer {
        let miss = Miss { url: url.clone(), reason, detail: detail.into(), status: None };
        Answer { miss: Some(miss), ..Answer::new(url.clone()) }
    }

    /// Returns the capture that answers the question, or why there is none.
    pub fn result(&self) -> Result<&Capture, Miss> {
        let nothing =
            || Miss { url: self.url.clone(), reason: Reason::Unreachable, detail: "no answer".into(), status: None };
        match &self.miss {
            Some(miss) => Err(miss.clone()),
            None => self.captures.last().ok_or_else(nothing),
        }
    }
}
