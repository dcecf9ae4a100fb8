//! The polite client against servers that misbehave.

use std::io::Write;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use mdarchive::event::Events;
use mdarchive::http::serve::{Request, Response, Server};
use mdarchive::http::{Answer, Ask, Client, Limits, Miss, Web};
use mdarchive::model::Reason;
use url::Url;

use crate::limits::gzip;

fn quick() -> Limits {
    Limits {
        connect: Duration::from_millis(500),
        header: Duration::from_millis(500),
        idle: Duration::from_millis(300),
        total: Duration::from_millis(1500),
        backoff: Duration::from_millis(10),
        ..Limits::default()
    }
}

pub fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

pub fn web(seed: &str) -> Web {
    Web::new(Client::builder().seed(&url(seed)).limits(quick()).build().unwrap()).unwrap()
}

/// Asks a server for one path.
pub fn ask(server: &Server, path: &str, ask: &Ask) -> Answer {
    web(&server.url()).get(&url(&server.url()).join(path).unwrap(), ask, &Events::silent()).unwrap()
}

pub fn miss(answer: &Answer) -> (Reason, String) {
    let Miss { reason, detail, .. } = answer.result().unwrap_err();
    (reason, detail)
}

pub fn text(body: &str) -> Response {
    Response::new(200, "text/plain", body)
}

#[test]
fn what_came_is_kept_as_it_came_beside_what_it_says() {
    let server = Server::start(|r| {
        assert_eq!(r.header("accept-encoding"), Some("gzip"));
        assert!(r.header("user-agent").unwrap().starts_with("mdarchive/"));
        Response::new(200, "text/plain; charset=utf-8", gzip(b"many words")).header("Content-Encoding", "gzip")
    })
    .unwrap();
    let answer = ask(&server, "/a#part", &Ask::page());
    let capture = answer.result().unwrap();
    assert_eq!(
        (capture.status, capture.text().as_ref(), capture.media_type().as_str()),
        (200, "many words", "text/plain")
    );
    assert_eq!(capture.body, gzip(b"many words"));
    assert_eq!(capture.url.as_str(), format!("{}a", server.url()));
    assert!(capture.request.iter().any(|(n, _)| n == "User-Agent"));
}

#[test]
fn each_hop_of_a_redirect_is_a_capture() {
    let server = Server::start(|r| match r.path() {
        "/old" => text("").header("Location", "/new?x=1").status(301),
        "/new" => text("").header("Location", "last").status(307),
        _ => text("here"),
    })
    .unwrap();
    let answer = ask(&server, "/old", &Ask::page());
    assert_eq!(
        answer.captures.iter().map(|c| (c.status, c.url.path())).collect::<Vec<_>>(),
        [(301, "/old"), (307, "/new"), (200, "/last")]
    );
    assert_eq!(answer.result().unwrap().text(), "here");
}

#[test]
fn redirects_end() {
    let server = Server::start(|r| match r.path() {
        "/loop" => text("").header("Location", "/loop").status(302),
        "/nowhere" => text("").status(302),
        "/file" => text("").header("Location", "file:///etc/hostname").status(302),
        "/script" => text("").header("Location", "javascript:alert(1)").status(302),
        path => text("").header("Location", format!("{path}x")).status(302),
    })
    .unwrap();
    for (path, reason) in [
        ("/loop", Reason::WrongType),
        ("/chain", Reason::WrongType),
        ("/nowhere", Reason::WrongType),
        ("/file", Reason::Forbidden),
        ("/script", Reason::Forbidden),
    ] {
        let answer = ask(&server, path, &Ask::page());
        assert_eq!(miss(&answer).0, reason, "{path}");
        assert!(answer.captures.len() <= 11, "{path}");
    }
}

#[test]
fn a_public_blog_cannot_lead_to_the_own_network() {
    let hits = Arc::new(AtomicU32::new(0));
    let seen = Arc::clone(&hits);
    let inside = Server::start(move |_| {
        seen.fetch_add(1, Ordering::Relaxed);
        text("secret")
    })
    .unwrap();
    let to = inside.url();
    let by_name = format!("http://localhost:{}/", inside.address().port());
    let blog = Server::start(move |r| {
        let to = if r.path() == "/name" { &by_name } else { &to };
        text("").header("Location", to).status(302)
    })
    .unwrap();
    let client = Client::builder().resolve("blog.example", blog.address()).seed(&url("http://blog.example/"));
    let web = Web::new(client.limits(quick()).build().unwrap()).unwrap();
    for path in ["http://blog.example/literal", "http://blog.example/name"] {
        let answer = web.get(&url(path), &Ask::page(), &Events::silent()).unwrap();
        assert_eq!(miss(&answer).0, Reason::Forbidden, "{path}: {answer:?}");
        assert_eq!(answer.captures.len(), 1, "the redirect itself is kept");
    }
    assert_eq!(hits.load(Ordering::Relaxed), 0);
}

#[test]
fn a_made_up_name_leads_to_its_server_and_stays_in_the_capture() {
    let server = Server::start(|r| text(r.header("host").unwrap())).unwrap();
    let client = Client::builder().resolve("demo.example", server.address()).seed(&url("http://demo.example/"));
    let web = Web::new(client.build().unwrap()).unwrap();
    let answer = web.get(&url("http://demo.example/a"), &Ask::page(), &Events::silent()).unwrap();
    let capture = answer.result().unwrap();
    assert_eq!((capture.url.as_str(), capture.text().as_ref()), ("http://demo.example/a", "demo.example"));
}

#[test]
fn secrets_go_to_their_origin_alone_and_into_no_capture() {
    let echo = |r: &Request| {
        let sent = |n| r.header(n).unwrap_or("none").to_string();
        text(&format!("{} {}", sent("authorization"), sent("x-key"))).header("Set-Cookie", "id=7")
    };
    let other = Server::start(echo).unwrap();
    let to = other.url().replace("http://", "http://eve:pw@");
    let server = Server::start(move |r| match r.path() {
        "/away" => text("").header("Location", &to).status(302),
        _ => echo(r),
    })
    .unwrap();
    let seed = server.url().replace("http://", "http://me:p%20w@");
    let web = web(&seed);
    let asking = Ask { headers: vec![("X-Key".into(), "k".into())], ..Ask::page() };
    let own = web.get(&url(&seed), &asking, &Events::silent()).unwrap();
    assert_eq!(own.result().unwrap().text(), "Basic bWU6cCB3 k");
    let away = web.get(&url(&server.url()).join("/away").unwrap(), &asking, &Events::silent()).unwrap();
    assert_eq!(away.result().unwrap().text(), "none none");
    for capture in own.captures.iter().chain(&away.captures) {
        let mut kept = capture.clone();
        kept.body.clear();
        let kept = format!("{kept:?}");
        for secret in ["bWU6", "p w", "p%20w", "eve", "id=7", "\"k\""] {
            assert!(!kept.contains(secret), "{secret} in {kept}");
        }
    }
}

#[test]
fn a_server_that_says_wait_is_waited_for() {
    let times = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&times);
    let server = Server::start(move |_| {
        let mut times = seen.lock().unwrap();
        times.push(Instant::now());
        match times.len() {
            1 => text("").status(429).header("Retry-After", "1"),
            _ => text("now"),
        }
    })
    .unwrap();
    let answer = ask(&server, "/", &Ask::json());
    assert_eq!(answer.result().unwrap().text(), "now");
    assert_eq!(answer.captures.iter().map(|c| c.status).collect::<Vec<_>>(), [429, 200]);
    let times = times.lock().unwrap();
    assert!(times[1] - times[0] >= Duration::from_millis(990), "{times:?}");
}

#[test]
fn a_server_that_says_wait_holds_back_other_requests_too() {
    let first = Arc::new(AtomicU32::new(0));
    let seen = Arc::clone(&first);
    let began = Instant::now();
    let server = Server::start(move |r| match (r.path(), seen.fetch_add(1, Ordering::SeqCst)) {
        ("/busy", 0) => text("").status(503).header("Retry-After", "1"),
        _ => text(&format!("{}", began.elapsed().as_millis())),
    })
    .unwrap();
    let web = web(&server.url());
    let busy = web.start(&url(&format!("{}busy", server.url())), &Ask::page());
    while first.load(Ordering::SeqCst) == 0 {
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(100));
    let other = web.get(&url(&format!("{}other", server.url())), &Ask::page(), &Events::silent()).unwrap();
    let after: u128 = other.result().unwrap().text().parse().unwrap();
    assert!(after >= 990, "asked after {after} ms");
    assert!(web.wait(busy, &Events::silent()).unwrap().result().is_ok());
}

#[test]
fn a_server_that_says_wait_an_hour_is_left_alone() {
    let hits = Arc::new(AtomicU32::new(0));
    let seen = Arc::clone(&hits);
    let server = Server::start(move |_| {
        seen.fetch_add(1, Ordering::Relaxed);
        text("").status(429).header("Retry-After", "3600")
    })
    .unwrap();
    let web = web(&server.url());
    for _ in 0..3 {
        let answer = web.get(&url(&server.url()), &Ask::page(), &Events::silent()).unwrap();
        assert_eq!(miss(&answer).0, Reason::ServerError);
    }
    assert_eq!(hits.load(Ordering::Relaxed), 1);
}

#[test]
fn what_may_get_better_is_tried_again_and_the_rest_is_not() {
    let hits = Arc::new(Mutex::new(std::collections::HashMap::<String, u32>::new()));
    let seen = Arc::clone(&hits);
    let server = Server::start(move |r| {
        let mut hits = seen.lock().unwrap();
        let n = hits.entry(r.path().to_string()).or_default();
        *n += 1;
        match (r.path(), *n) {
            ("/flaky", 1..=2) => text("").status(500),
            ("/broken", _) => text("").status(502),
            ("/gone", _) => text("").status(410),
            ("/closed", _) => text("").status(403),
            ("/cut", 1) => Response::raw(|s| s.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\nhalf")),
            ("/silent", 1) => Response::raw(|_| Ok(())),
            _ => text("fine"),
        }
    })
    .unwrap();
    for path in ["/flaky", "/cut", "/silent"] {
        assert_eq!(ask(&server, path, &Ask::page()).result().unwrap().text(), "fine", "{path}");
    }
    for (path, reason) in [("/broken", Reason::ServerError), ("/gone", Reason::NotFound), ("/closed", Reason::Refused)]
    {
        assert_eq!(miss(&ask(&server, path, &Ask::page())).0, reason, "{path}");
    }
    let hits = hits.lock().unwrap();
    let count = |path: &str| hits.get(path).copied().unwrap_or_default();
    assert_eq!((count("/flaky"), count("/cut"), count("/silent")), (3, 2, 2));
    assert_eq!((count("/broken"), count("/gone"), count("/closed")), (3, 1, 1));
}
