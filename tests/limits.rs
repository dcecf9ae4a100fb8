//! The limits of the polite client: size, time, number.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use mdarchive::Error;
use mdarchive::event::Events;
use mdarchive::http::serve::{Response, Server};
use mdarchive::http::{Ask, Client, Web};
use mdarchive::model::Reason;
use url::Url;

use crate::http::{ask, miss, text, url, web};

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut e = GzEncoder::new(Vec::new(), Compression::best());
    e.write_all(bytes).unwrap();
    e.finish().unwrap()
}

/// Answers nothing more, until the client goes away.
fn hang(stream: &mut TcpStream) -> std::io::Result<()> {
    stream.read(&mut [0; 64]).map(|_| ())
}

#[test]
fn a_response_of_three_gigabytes_ends_early() {
    let server = Server::start(|r| match r.path() {
        "/announced" => Response::raw(|s| {
            s.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 3221225472\r\n\r\n")?;
            hang(s)
        }),
        _ => Response::raw(|s| {
            s.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")?;
            while s.write_all(&[b'x'; 65536]).is_ok() {}
            Ok(())
        }),
    })
    .unwrap();
    let small = Ask { largest: 1 << 20, ..Ask::page() };
    for path in ["/announced", "/endless"] {
        let answer = ask(&server, path, &small);
        assert_eq!(miss(&answer).0, Reason::TooLarge, "{path}");
        let capture = answer.captures.last().unwrap();
        assert_eq!(capture.truncated, Some("length"), "{path}");
        assert!(capture.body.len() <= 64 << 10, "{path}");
        assert_eq!(answer.captures.len(), 1, "{path}: not tried again");
    }
}

#[test]
fn a_gzip_bomb_is_refused() {
    let bomb = gzip(&vec![0; 8 << 20]);
    let server = Server::start(move |_| text("").header("Content-Encoding", "gzip").body(bomb.clone())).unwrap();
    let answer = ask(&server, "/", &Ask { largest: 1 << 20, ..Ask::page() });
    assert_eq!(miss(&answer).0, Reason::TooLarge);
    assert!(answer.captures[0].decoded.is_none());
}

#[test]
fn servers_that_hang_or_drip_are_given_up() {
    let server = Server::start(|r| match r.path() {
        "/hang" => Response::raw(hang),
        "/stop" => Response::raw(|s| {
            s.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")?;
            hang(s)
        }),
        "/driphead" => Response::raw(|s| {
            s.write_all(b"HTTP/1.1 200 OK\r\n")?;
            loop {
                s.write_all(b"X-A: b\r\n")?;
                std::thread::sleep(Duration::from_millis(100));
            }
        }),
        _ => Response::raw(|s| {
            s.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n")?;
            loop {
                s.write_all(b"x")?;
                std::thread::sleep(Duration::from_millis(100));
            }
        }),
    })
    .unwrap();
    for path in ["/hang", "/stop", "/driphead", "/drip"] {
        let began = Instant::now();
        let answer = ask(&server, path, &Ask::page());
        assert_eq!(miss(&answer).0, Reason::Timeout, "{path}");
        assert!(began.elapsed() < Duration::from_secs(6), "{path} took {:?}", began.elapsed());
    }
}

#[test]
fn a_cut_body_is_kept_and_called_cut() {
    let server = Server::start(|r| match r.path() {
        "/length" => Response::raw(|s| s.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nhalf")),
        "/chunks" => Response::raw(|s| {
            s.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n400\r\nonly")
        }),
        _ => {
            let whole = gzip(&(0..=255u8).cycle().take(9000).collect::<Vec<_>>());
            text("").header("Content-Encoding", "gzip").body(whole[..whole.len() / 2].to_vec())
        }
    })
    .unwrap();
    for path in ["/length", "/chunks", "/gzip"] {
        let answer = ask(&server, path, &Ask::page());
        assert_eq!(miss(&answer).0, Reason::Truncated, "{path}");
        assert!(!answer.captures.last().unwrap().body.is_empty(), "{path}");
    }
}

#[test]
fn a_header_without_measure_is_refused() {
    let server = Server::start(|_| text("x").header("X-Big", "a".repeat(200_000))).unwrap();
    assert_eq!(miss(&ask(&server, "/", &Ask::page())).0, Reason::TooLarge);
}

#[test]
fn a_server_that_is_not_there_is_unreachable() {
    let gone = Server::start(|_| text("")).unwrap().url();
    let answer = web(&gone).get(&url(&gone), &Ask::page(), &Events::silent()).unwrap();
    assert_eq!(miss(&answer), (Reason::Unreachable, "connection refused".into()));
    let answer = web("http://a/").get(&url("http://no-such-host.invalid/"), &Ask::page(), &Events::silent()).unwrap();
    assert_eq!(miss(&answer).0, Reason::Unreachable);
    assert!(miss(&answer).1.starts_with("name not found"));
}

#[test]
fn a_server_without_a_certificate_has_no_secure_page() {
    let server = Server::start(|_| text("")).unwrap();
    let address = server.url().replace("http:", "https:");
    let answer = web(&address).get(&url(&address), &Ask::page(), &Events::silent()).unwrap();
    assert_eq!(miss(&answer).0, Reason::Unreachable, "{answer:?}");
}

#[test]
fn many_are_asked_at_once_but_never_more_than_eight_of_one_host() {
    let now = Arc::new(Mutex::new((0u32, 0u32)));
    let seen = Arc::clone(&now);
    let server = Server::start(move |_| {
        {
            let mut n = seen.lock().unwrap();
            n.0 += 1;
            n.1 = n.1.max(n.0);
        }
        std::thread::sleep(Duration::from_millis(20));
        seen.lock().unwrap().0 -= 1;
        text("x")
    })
    .unwrap();
    let urls: Vec<Url> = (0..40).map(|n| url(&format!("{}{n}", server.url()))).collect();
    let (web, mut got) = (web(&server.url()), 0);
    web.each(urls.into_iter().map(|u| (u, Ask::media())).collect(), &Events::silent(), |_, answer| {
        got += usize::from(answer.result().is_ok());
        Ok(())
    })
    .unwrap();
    assert_eq!((got, web.requests()), (40, 40));
    let most = now.lock().unwrap().1;
    assert!((4..=8).contains(&most), "{most} at once");
}

#[test]
fn who_asks_to_stop_does_not_wait_for_a_hanging_server() {
    use std::sync::atomic::AtomicBool;
    static STOP: AtomicBool = AtomicBool::new(false);
    let server = Server::start(|_| Response::raw(hang)).unwrap();
    let client = Client::builder().seed(&url(&server.url())).build().unwrap();
    let web = Web::new(client).unwrap();
    let events = Events::new(|_| {}, &STOP);
    std::thread::spawn(|| {
        std::thread::sleep(Duration::from_millis(100));
        STOP.store(true, Ordering::Relaxed);
    });
    let began = Instant::now();
    let end = web.get(&url(&server.url()), &Ask::page(), &events);
    assert!(matches!(end, Err(Error::Interrupted)));
    assert!(began.elapsed() < Duration::from_secs(2));
}
