//! Promise: whatever a server does wrong, a fetch ends soon, with the post or with a gap that says why.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use mdarchive::event::Events;
use mdarchive::http::Limits;
use mdarchive::http::serve::{Response, Server};
use mdarchive::model::Reason;
use mdarchive::ops::fetch::{FetchRequest, fetch};
use tempfile::TempDir;
use url::Url;

use crate::fetch::{posts, request};
use crate::harness::clock_at;

fn page(title: &str) -> String {
    let words = "The tide went out and came in again, and somebody wrote it down. ".repeat(4);
    format!(
        "<!doctype html><html><head><title>{title}</title></head><body><article><h1>{title}</h1><p>caf\u{e9} {words}</p></article></body></html>"
    )
}

/// An answer whose bytes are these and no others.
fn bytes(head: &str, body: impl Into<Vec<u8>>) -> Response {
    let (head, body) = (head.replace('\n', "\r\n"), body.into());
    Response::raw(move |stream| {
        stream.write_all(head.as_bytes())?;
        stream.write_all(b"\r\n\r\n")?;
        stream.write_all(&body)
    })
}

fn latin(text: &str) -> Vec<u8> {
    text.chars().map(|c| c as u8).collect()
}

/// What a path gives; `n` counts the requests for it.
fn answer(path: &str, n: usize) -> Response {
    let html = |body: Vec<u8>| Response::new(200, "text/html; charset=utf-8", body);
    let wait = |status: u16, after: &str| Response::new(status, "text/plain", "wait").header("Retry-After", after);
    let to = |target: &str| Response::new(302, "text/plain", "").header("Location", target);
    // Two seconds after the time at which the clock of these tests stands.
    let soon = "Wed, 04 Mar 2026 05:06:09 GMT";
    let own = page(path).into_bytes();
    match (path, n) {
        ("/wait-seconds", 1) => wait(429, "1"),
        ("/wait-until", 1) => wait(503, soon),
        ("/wait-unsaid", 1..=2) => Response::new(429, "text/plain", "wait"),
        ("/fails-twice", 1..=2) => Response::new(500, "text/plain", ""),
        ("/fails", _) => Response::new(500, "text/plain", ""),
        ("/loop", _) => to("/loop"),
        ("/to-script", _) => to("javascript:alert(1)"),
        ("/to-file", _) => to("file:///etc/hostname"),
        ("/to-nowhere", _) => Response::new(302, "text/html", ""),
        ("/cut-chunk", _) => bytes(
            "HTTP/1.1 200 OK\nContent-Type: text/html\nTransfer-Encoding: chunked",
            "5\r\nhello\r\n400\r\nonly this",
        ),
        ("/two-lengths", _) => bytes("HTTP/1.1 200 OK\nContent-Length: 5\nContent-Length: 50", "hello"),
        ("/no-gzip", _) => html(own).header("Content-Encoding", "gzip"),
        ("/liar", _) => html(latin(&page(path))),
        ("/nul", _) => html(page(path).replace("tide", "ti\0de").into_bytes()),
        ("/picture", _) => Response::new(200, "image/png", own),
        ("/silent", _) => Response::raw(|_| Ok(())),
        ("/dies", _) => {
            let head = format!(
                "HTTP/1.1 200 OK\nConnection: keep-alive\nContent-Type: text/html\nContent-Length: {}",
                own.len()
            );
            bytes(&head, own)
        }
        ("/no-words", _) => bytes("nonsense", "more of it"),
        _ => html(own),
    }
}

#[test]
fn each_fault_is_waited_out_or_leaves_a_gap_with_its_reason() {
    let hits: Arc<Mutex<BTreeMap<String, Vec<Instant>>>> = Arc::default();
    let seen = Arc::clone(&hits);
    let server = Server::start(move |r| {
        let mut hits = seen.lock().unwrap();
        let times = hits.entry(r.path().to_string()).or_default();
        times.push(Instant::now());
        answer(r.path(), times.len())
    })
    .unwrap();
    let come =
        ["/wait-seconds", "/wait-until", "/wait-unsaid", "/fails-twice", "/no-gzip", "/liar", "/nul", "/dies", "/fine"];
    let missed = [
        ("/fails", Reason::ServerError),
        ("/loop", Reason::WrongType),
        ("/to-script", Reason::Forbidden),
        ("/to-file", Reason::Forbidden),
        ("/to-nowhere", Reason::WrongType),
        ("/cut-chunk", Reason::Truncated),
        ("/silent", Reason::Unreachable),
    ];
    let nothing = ["/picture", "/two-lengths", "/no-words"];
    let dir = TempDir::new().unwrap();
    let at = |path: &str| Url::parse(&server.url()).unwrap().join(path).unwrap();
    let all = come.iter().chain(missed.iter().map(|(path, _)| path)).chain(&nothing);
    let limits = Limits {
        header: Duration::from_secs(2),
        idle: Duration::from_secs(2),
        total: Duration::from_secs(10),
        backoff: Duration::from_millis(20),
        ..Limits::default()
    };
    let asked = FetchRequest { pages: all.map(|path| at(path)).collect(), limits, ..request(&server.url(), &dir) };
    let summary = fetch(asked, &Events::silent(), clock_at(0)).unwrap();
    let posts = posts(&dir);
    for path in come {
        let post = posts.iter().find(|p| p.url.as_deref() == Some(at(path).as_str()));
        let post = post.unwrap_or_else(|| panic!("{path} is not kept: {:#?}", summary.gaps));
        assert!(post.text.starts_with("caf\u{e9}"), "{path}: {}", post.text);
    }
    assert_eq!(posts.len(), come.len());
    for (path, reason) in missed {
        let gap = summary.gaps.iter().find(|g| g.url == at(path).as_str());
        assert_eq!(gap.map(|g| g.reason), Some(reason), "{path}: {gap:?}");
    }
    let hits = hits.lock().unwrap();
    for (path, wait) in [("/wait-seconds", 990), ("/wait-until", 900)] {
        let times = &hits[path];
        assert_eq!(times.len(), 2, "{path}");
        assert!(times[1] - times[0] >= Duration::from_millis(wait), "{path}: {:?}", times[1] - times[0]);
    }
    assert!(hits.iter().all(|(path, times)| times.len() <= 4 || path == "/loop"), "{hits:?}");
}
