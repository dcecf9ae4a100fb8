//! One request and its answer, read within the limits.

use std::sync::Arc;

use reqwest::header::{CONTENT_ENCODING, HeaderMap};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::ask::{Ask, Limits};
use super::coding::decode;
use super::fault::Fault;
use super::retry::{Trouble, trouble};
use super::secret::redact;
use crate::model::{Capture, Clock, Header, Reason};

/// Bodies beyond this size are held in memory one at a time.
const LARGE: usize = 8 << 20;

/// What is kept of a body that was too large: enough to see what it was.
const KEPT_OF_TOO_LARGE: usize = 64 << 10;

/// What one try gave. Without a fault the capture is whole.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub capture: Option<Capture>,
    pub fault: Option<Fault>,
    pub weight: Option<OwnedSemaphorePermit>,
}

/// What all exchanges of a client share.
pub(super) struct Line {
    pub http: reqwest::Client,
    pub limits: Limits,
    pub clock: Clock,
    pub large: Arc<Semaphore>,
    pub user_agent: String,
}

/// What a request carries beyond the usual: only for the origin it was given for.
#[derive(Default)]
pub(super) struct Secrets<'a> {
    pub headers: Vec<&'a Header>,
    pub basic: Option<(&'a str, &'a str)>,
    pub cookie: Option<String>,
}

impl Line {
    /// Asks once.
    pub async fn exchange(&self, url: &Url, ask: &Ask, secrets: Secrets<'_>) -> Outcome {
        let start = Instant::now();
        let end = start + self.limits.total;
        let header_end = end.min(start + self.limits.connect + self.limits.header);
        let time = self.clock.now();
        let (request, sent) = self.request(url, ask, &secrets);
        let response = match timeout_at(header_end, request.send()).await {
            Err(_) => return failed(Fault::timeout("no answer in time")),
            Ok(Err(error)) => return failed(Fault::of(&error)),
            Ok(Ok(response)) => response,
        };
        let capture = Capture {
            url: url.clone(),
            time,
            request: sent,
            status: response.status().as_u16(),
            headers: received(response.headers()),
            body: Vec::new(),
            decoded: None,
            truncated: None,
        };
        let coding = response.headers().get(CONTENT_ENCODING).and_then(|v| v.to_str().ok()).map(str::to_string);
        let header_bytes: usize = response.headers().iter().map(|(n, v)| n.as_str().len() + v.len() + 4).sum();
        if header_bytes > self.limits.header_bytes {
            let detail = format!("header fields of {} KB", header_bytes >> 10);
            return cut(Capture { headers: Vec::new(), ..capture }, "length", Fault::too_large(detail));
        }
        let mut outcome = self.body(response, capture, ask.largest, end).await;
        if let (Some(capture), None) = (&mut outcome.capture, &outcome.fault) {
            match decode(&capture.body, coding.as_deref(), ask.largest) {
                Ok(decoded) => capture.decoded = decoded,
                Err(cause) => outcome.fault = Some(Fault::undecoded(cause, ask.largest)),
            }
        }
        if let Some(fault) = outcome.capture.as_ref().and_then(judge_status) {
            // A status that says no outweighs a fault in the page that says so.
            outcome.fault = Some(fault);
        }
        outcome
    }

    fn request(&self, url: &Url, ask: &Ask, secrets: &Secrets<'_>) -> (reqwest::RequestBuilder, Vec<Header>) {
        let mut request = self.http.get(url.clone());
        let host = url.host_str().map(|h| url.port().map_or_else(|| h.to_string(), |p| format!("{h}:{p}")));
        let mut sent = vec![("Host".to_string(), host.unwrap_or_default())];
        let usual = [("User-Agent", self.user_agent.as_str()), ("Accept", ask.accept), ("Accept-Encoding", "gzip")];
        let given = secrets.headers.iter().map(|(n, v)| (n.as_str(), v.as_str()));
        for (name, value) in usual.into_iter().chain(ask.known.fields()).chain(given) {
            request = request.header(name, value);
            sent.push(redact(name, value, &secrets.headers));
        }
        if let Some(cookie) = &secrets.cookie {
            request = request.header("Cookie", cookie);
            sent.push(redact("Cookie", "", &[]));
        }
        if let Some((user, password)) = secrets.basic {
            request = request.basic_auth(user, Some(password));
            sent.push(redact("Authorization", "", &[]));
        }
        (request, sent)
    }

    async fn body(&self, mut response: reqwest::Response, mut capture: Capture, largest: u64, end: Instant) -> Outcome {
        let mb = largest >> 20;
        if let Some(length) = response.content_length().filter(|l| *l > largest) {
            let detail = format!("{} MB, the limit is {mb} MB", length >> 20);
            return cut(capture, "length", Fault::too_large(detail));
        }
        let mut weight = None;
        loop {
            let piece_end = end.min(Instant::now() + self.limits.idle);
            let piece = match timeout_at(piece_end, response.chunk()).await {
                Ok(Ok(None)) => break,
                Ok(Ok(Some(piece))) => piece,
                Ok(Err(error)) => return cut(capture, "disconnect", cut_short(&error)),
                Err(_) => return cut(capture, "time", Fault::timeout("the answer stopped coming")),
            };
            if (capture.body.len() + piece.len()) as u64 > largest {
                capture.body.truncate(KEPT_OF_TOO_LARGE);
                capture.body.shrink_to_fit();
                return cut(capture, "length", Fault::too_large(format!("more than {mb} MB")));
            }
            capture.body.extend_from_slice(&piece);
            if capture.body.len() > LARGE && weight.is_none() {
                weight = Arc::clone(&self.large).acquire_owned().await.ok();
            }
        }
        Outcome { capture: Some(capture), fault: None, weight }
    }
}

fn failed(fault: Fault) -> Outcome {
    Outcome { fault: Some(fault), ..Outcome::default() }
}

fn cut(mut capture: Capture, how: &'static str, fault: Fault) -> Outcome {
    capture.truncated = Some(how);
    Outcome { capture: Some(capture), fault: Some(fault), weight: None }
}

/// Returns what an answer means that broke off: whatever the cause below, the payload is cut short.
fn cut_short(error: &reqwest::Error) -> Fault {
    let cause = Fault::of(error);
    Fault::new(Trouble::Broken, Reason::Truncated, format!("the answer broke off ({})", cause.detail))
}

/// Returns what a status means that is neither an answer nor a redirect.
fn judge_status(capture: &Capture) -> Option<Fault> {
    let status = capture.status;
    let trouble = trouble(status, capture.header("retry-after"))?;
    let reason = match status {
        404 | 410 => Reason::NotFound,
        408 | 429 | 500.. => Reason::ServerError,
        _ => Reason::Refused,
    };
    Some(Fault::new(trouble, reason, format!("HTTP {status}")))
}

fn received(headers: &HeaderMap) -> Vec<Header> {
    headers.iter().map(|(name, value)| redact(name.as_str(), &String::from_utf8_lossy(value.as_bytes()), &[])).collect()
}
