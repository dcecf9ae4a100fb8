//! Promise: a blog that is gone comes back out of an archive of the web, and what the archive holds of others does not.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use mdarchive::http::serve::{Response, Server};
use mdarchive::model::{Post, pretty_json};
use mdarchive::store::Archive;
use serde_json::{Value, json};

use crate::harness::run::{Ran, mdarchive};
use crate::reextract::nothing_changes_in;

/// An archive of the web in the manner of the Wayback Machine, two rows a part of its list.
struct Web {
    server: Server,
    hits: Arc<Mutex<Vec<String>>>,
}

/// A capture: time, address, status, type, body.
type Capture = (&'static str, String, u16, &'static str, String);

impl Web {
    fn of(captures: Vec<Capture>) -> Web {
        let hits = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&hits);
        let held: BTreeMap<String, (u16, &str, String)> =
            captures.iter().map(|(t, u, s, m, b)| (format!("/web/{t}id_/{u}"), (*s, *m, b.clone()))).collect();
        let server = Server::start(move |request| {
            seen.lock().unwrap().push(request.target.clone());
            if request.path() == "/cdx/search/cdx" {
                return Response::new(200, "application/json", list(&captures, request.query("resumeKey")));
            }
            // An archive takes the usual port for none.
            match held.get(&request.target.replace(":80/", "/")) {
                Some((status, mime, body)) => Response::new(*status, mime, body.as_bytes().to_vec()),
                None => Response::new(404, "text/html", "no such capture"),
            }
        });
        Web { server: server.unwrap(), hits }
    }

    fn fetch(&self, dir: &std::path::Path, words: &[&str]) -> Ran {
        let base = format!("{}web/", self.server.url());
        let mut all = vec!["fetch", "http://old.example/", "--wayback", "--wayback-base", &base];
        all.extend(words);
        mdarchive(dir, &all)
    }
}

fn list(captures: &[Capture], resume: Option<String>) -> Vec<u8> {
    let from: usize = resume.map_or(0, |k| k.trim_start_matches("row ").parse().unwrap());
    let mut rows = vec![json!(["urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length"])];
    for (time, url, status, mime, body) in captures.iter().skip(from).take(2) {
        let digest = mdarchive::model::Digest::of(body).to_string();
        let length = body.len().to_string();
        rows.push(json!([
            url,
            time,
            url.replace(".example/", ".example:80/"),
            mime,
            status.to_string(),
            digest,
            length
        ]));
    }
    if from + 2 < captures.len() {
        rows.push(json!([]));
        rows.push(json!([format!("row+{}", from + 2)]));
    }
    Value::Array(rows).to_string().into_bytes()
}

fn page(title: &str, words: &str, picture: &str) -> String {
    let shown = if picture.is_empty() { String::new() } else { format!("<img src=\"{picture}\" alt=\"\">") };
    format!(
        "<html><head><title>{title} « Old Example</title></head><body><div id=\"content\"><div class=\"post\" id=\"post-1\">\
         <h2><a href=\"#\" rel=\"bookmark\">{title}</a></h2><small>April 23rd, 2007 by Ada</small><div class=\"entry\">\
         <p>{words} {}</p>{shown}</div><p class=\"postmetadata\">Posted in <a href=\"/category/sea/\" \
         rel=\"category tag\">Sea</a></p></div></div><div id=\"sidebar\"><ul><li>About</li></ul></div></body></html>",
        "The tide went out and came in again, and somebody wrote it down. ".repeat(6)
    )
}

fn at(n: u32) -> String {
    format!("http://old.example/2007/04/post-{n}/")
}

fn captures() -> Vec<Capture> {
    let parked = "<html><title>old.example</title><p>This domain is for sale. Related searches: tides</p></html>";
    let lost = "<html><title>404 - Page not found</title><h1>Not found</h1></html>";
    let html = "text/html";
    let mut all: Vec<Capture> = (1..=6)
        .map(|n| ("20080101000000", at(n), 200, html, page(&format!("Post {n}"), &format!("First words of {n}."), "")))
        .collect();
    // The newest capture is an error page that calls itself whole, or of whoever has the domain now.
    all.push(("20150101000000", at(1), 200, html, lost.to_string()));
    all.extend((2..=5).map(|n| ("20160101000000", at(n), 200, html, parked.to_string())));
    // Post 6 was edited later, and moved once.
    all.push((
        "20090101000000",
        at(6),
        200,
        html,
        page("Post 6", "Edited words of 6.", "http://old.example/files/p.png"),
    ));
    all.push(("20100101000000", at(6), 301, html, String::new()));
    // A redirect, a listing, a feed, a reply form: no posts.
    for other in ["2007/04/", "category/sea/", "feed/", "2007/04/post-1/?replytocom=4"] {
        all.push(("20080101000000", format!("http://old.example/{other}"), 200, html, page("List", "x", "")));
    }
    // Of post 7 nothing but error pages is left.
    all.push(("20150101000000", at(7), 200, html, lost.replace("Not found", "Lost")));
    all.push((
        "20080101000000",
        "http://old.example/".into(),
        200,
        html,
        "<html><head><title>Old Example</title></head></html>".into(),
    ));
    all.push(("20080101000000", "http://old.example/files/p.png".into(), 200, "image/png", String::new()));
    all
}

fn posts(dir: &std::path::Path) -> BTreeMap<String, Post> {
    let archive = Archive::open(&dir.join("archives/old.example")).unwrap();
    archive.entries().unwrap().iter().map(|e| archive.read(e).unwrap()).map(|p| (p.url.clone().unwrap(), p)).collect()
}

#[test]
fn the_newest_capture_that_shows_the_post_is_kept_and_nothing_of_others() {
    let (web, dir) = (Web::of(captures()), tempfile::tempdir().unwrap());
    let ran = web.fetch(dir.path(), &["--no-media"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    let posts = posts(dir.path());
    assert_eq!(posts.keys().cloned().collect::<Vec<_>>(), (1..=6).map(at).collect::<Vec<_>>(), "{ran:?}");
    for (n, post) in (1..).zip(posts.values()) {
        assert_eq!(post.title, format!("Post {n}"));
        assert_eq!(post.categories[0].label, "Sea");
        let words = if n == 6 { "Edited words of 6.".into() } else { format!("First words of {n}.") };
        assert!(post.text.starts_with(&words), "{}", post.text);
        let time = if n == 6 { "2009" } else { "2008" };
        assert_eq!(post.sources[0].kind, "wayback");
        assert!(post.sources[0].uri.contains(&format!("/web/{time}0101000000/{}", at(n))), "{}", post.sources[0].uri);
    }
    nothing_changes_in(&dir.path().join("archives/old.example"));
    let gaps = mdarchive(dir.path(), &["gaps"]).out;
    assert!(gaps.contains(&format!("post     {}: not found (1 tried; the last: not the blog", at(7))), "{gaps}");
    let site = Archive::open(&dir.path().join("archives/old.example")).unwrap().info.site;
    assert_eq!((site.title.as_str(), site.url.as_deref()), ("Old Example", Some("http://old.example/")));
}

#[test]
fn what_is_kept_is_not_asked_for_again() {
    let (web, dir) = (Web::of(captures()), tempfile::tempdir().unwrap());
    web.fetch(dir.path(), &["--no-media"]);
    let before: Vec<_> = posts(dir.path()).values().map(pretty_json).collect();
    web.hits.lock().unwrap().clear();
    let ran = web.fetch(dir.path(), &["--no-media"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    let hits = web.hits.lock().unwrap().clone();
    assert!(hits.iter().all(|h| !(1..=6).any(|n| h.contains(&at(n)))), "{hits:?}");
    assert_eq!(posts(dir.path()).values().map(pretty_json).collect::<Vec<_>>(), before);
}

#[test]
fn nothing_after_the_day_named_and_the_oldest_text_where_it_is_wanted() {
    let (web, dir) = (Web::of(captures()), tempfile::tempdir().unwrap());
    web.fetch(dir.path(), &["--no-media", "--until", "2008"]);
    assert!(posts(dir.path())[&at(6)].text.starts_with("First words of 6."));
    let dir = tempfile::tempdir().unwrap();
    web.fetch(dir.path(), &["--no-media", "--wayback-versions", "2"]);
    let posts = posts(dir.path());
    assert!(posts[&at(6)].text.starts_with("Edited words of 6."));
    let old = mdarchive(dir.path(), &["show", posts[&at(6)].id.as_str(), "--version", "1"]);
    assert!(old.out.contains("First words of 6."), "{old:?}");
}

#[test]
fn every_text_that_a_post_had_is_kept_where_all_are_wanted() {
    let mut all = captures();
    for (time, words) in [("20080601000000", "Second"), ("20081001000000", "Third")] {
        all.push((time, at(6), 200, "text/html", page("Post 6", &format!("{words} words of 6."), "")));
    }
    let web = Web::of(all);
    let texts = |n: &str| {
        let dir = tempfile::tempdir().unwrap();
        web.fetch(dir.path(), &["--no-media", "--wayback-versions", n]);
        let archive = Archive::open(&dir.path().join("archives/old.example")).unwrap();
        let post = posts(dir.path()).remove(&at(6)).unwrap();
        let read = |p: &std::path::PathBuf| serde_json::from_slice::<Post>(&std::fs::read(p).unwrap()).unwrap().text;
        let mut texts: Vec<String> = archive.versions(&post.id).unwrap().iter().map(read).collect();
        texts.insert(0, post.text);
        texts.iter().map(|t| t.split(' ').next().unwrap().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(texts("1"), ["Edited"]);
    assert_eq!(texts("2"), ["Edited", "First"]);
    assert_eq!(texts("3"), ["Edited", "First", "Third"]);
    assert_eq!(texts("all"), ["Edited", "First", "Second", "Third"]);
}

#[test]
fn pictures_of_a_blog_that_is_gone_come_from_the_archive_and_say_so() {
    let png = crate::harness::site::picture(7);
    let (web, dir) = (Web::of(captures()), tempfile::tempdir().unwrap());
    let ran = web.fetch(dir.path(), &[]);
    assert_eq!(ran.code, 3, "{ran:?}");
    let hits = web.hits.lock().unwrap().clone();
    let asked = "/web/20070423id_/http://old.example/files/p.png";
    assert!(hits.iter().any(|h| h == asked), "the capture nearest to the post's day is asked: {hits:?}");
    // The archive leads to the capture it has.
    let held = Server::start(move |request| match request.target.as_str() {
        "/web/20070423id_/http://old.example/files/p.png" => {
            let mut response = Response::new(302, "text/html", "");
            response.headers.push(("Location".into(), "/web/20080101000000id_/http://old.example/files/p.png".into()));
            response
        }
        "/web/20080101000000id_/http://old.example/files/p.png" => Response::new(200, "image/png", png.clone()),
        _ => Response::new(404, "text/html", "gone"),
    });
    let held = held.unwrap();
    let base = format!("{}web/", held.url());
    let words = ["fetch", "http://old.example/", "--wayback", "--wayback-base", &base, "--retry-gaps"];
    let ran = mdarchive(dir.path(), &words);
    let post = &posts(dir.path())[&at(6)];
    let medium = post.media.iter().find(|m| m.url.ends_with("p.png")).unwrap();
    assert!(medium.sha256.is_some(), "{ran:?}");
    assert_eq!(medium.via.as_deref(), Some(format!("{base}20080101000000id_/http://old.example/files/p.png").as_str()));
}

#[test]
fn archive_without_a_capture_says_so_and_writes_nothing() {
    let (web, dir) = (Web::of(Vec::new()), tempfile::tempdir().unwrap());
    let ran = web.fetch(dir.path(), &[]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.err.starts_with("error: cannot fetch http://old.example/: the archive has no capture of it\nhint: "),
        "{}",
        ran.err
    );
}

#[test]
fn an_audit_asks_the_archive_what_the_blog_no_longer_tells() {
    let kept: Vec<Capture> = captures().into_iter().filter(|c| c.1 != at(2) && c.1 != at(5)).collect();
    let (web, whole, dir) = (Web::of(kept), Web::of(captures()), tempfile::tempdir().unwrap());
    web.fetch(dir.path(), &["--no-media"]);
    let base = format!("{}web/", whole.server.url());
    let audit = |words: &[&str]| mdarchive(dir.path(), &[&["audit", "old.example"], words].concat());
    let ran = audit(&["--wayback", "--wayback-base", &base]);
    assert_eq!(ran.code, 3, "{ran:?}");
    let row = ran.out.lines().find(|l| l.trim_start().starts_with("2007")).unwrap_or_default();
    assert_eq!(row.split_whitespace().collect::<Vec<_>>(), ["2007", "7", "4", "3"], "{ran:?}");
    for n in [2, 5] {
        assert!(ran.out.contains(&format!("{} (named by wayback)", at(n))), "{ran:?}");
    }
    assert!(ran.out.contains(&format!("{} (named by wayback, not found)", at(7))), "a gap of the fetch: {ran:?}");
    assert!(!ran.out.contains("category") && !ran.out.contains("replytocom"), "{ran:?}");
    let hits = whole.hits.lock().unwrap().clone();
    assert!(hits.iter().all(|h| h.starts_with("/cdx/")), "only the list is asked for: {hits:?}");
    whole.hits.lock().unwrap().clear();
    // Whoever has the list of a blog that is gone, and does not ask for it, learns nothing.
    assert_eq!(audit(&[]).code, 1);
    assert!(whole.hits.lock().unwrap().is_empty());
    web.fetch(dir.path(), &["--no-media"]);
    mdarchive(dir.path(), &["gaps", "--accept"]);
    let own = format!("{}web/", web.server.url());
    assert_eq!(audit(&["--wayback", "--wayback-base", &own]).code, 0, "nothing is missing but what is accepted");
}
