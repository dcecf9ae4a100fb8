//! A blog on the web into the archive: whole, again, broken off, broken.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use mdarchive::event::Events;
use mdarchive::http::Limits;
use mdarchive::http::serve::{Response, Server};
use mdarchive::model::{Gap, Kind, Post, Reason};
use mdarchive::ops::fetch::{FetchRequest, fetch};
use mdarchive::store::{Archive, Summary};
use mdarchive::{Error, Result};
use serde_json::json;
use tempfile::TempDir;
use url::Url;

use crate::harness::site::{Blog, json_response, picture};
use crate::harness::{clock_at, kept};

fn request(url: &str, dir: &TempDir) -> FetchRequest {
    let mut request = FetchRequest::new(Url::parse(url).unwrap(), dir.path());
    request.name = Some("blog".into());
    request.limits = Limits { backoff: Duration::from_millis(5), header: Duration::from_secs(5), ..Limits::default() };
    request
}

fn run(blog: &Blog, dir: &TempDir, at: i64) -> Result<Summary> {
    fetch(request(&blog.url(), dir), &Events::silent(), clock_at(at))
}

fn posts(dir: &TempDir) -> Vec<Post> {
    let archive = Archive::open(&dir.path().join("blog")).unwrap();
    archive.entries().unwrap().iter().map(|e| archive.read(e).unwrap()).collect()
}

fn number(posts: &[Post], id: u64) -> &Post {
    posts.iter().find(|p| p.extra["rest"]["id"] == id).unwrap_or_else(|| panic!("no post {id}"))
}

/// All files of the archive but its cache, with their bytes.
fn files(dir: &TempDir) -> Vec<(String, Vec<u8>)> {
    kept(&dir.path().join("blog"))
}

fn raw_files(dir: &TempDir) -> BTreeSet<String> {
    let raw = std::fs::read_dir(dir.path().join("blog/raw")).unwrap();
    raw.map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect()
}

fn gap<'a>(summary: &'a Summary, end: &str) -> &'a Gap {
    summary.gaps.iter().find(|g| g.url.ends_with(end)).unwrap_or_else(|| panic!("no gap for {end}: {:?}", summary.gaps))
}

#[test]
fn a_whole_blog_is_kept_as_it_is() {
    let (blog, dir) = (Blog::with_posts(250), TempDir::new().unwrap());
    let summary = run(&blog, &dir, 0).unwrap();
    assert_eq!((summary.new, summary.media, summary.gaps.len()), (252, 4, 0), "{summary:?}");
    let posts = posts(&dir);
    assert_eq!(posts.len(), 252);
    let base = blog.url().trim_end_matches('/').to_string();
    for id in (1..=250).chain([10_001, 10_002]) {
        let post = number(&posts, id);
        let page = id > 10_000;
        assert_eq!(post.kind, if page { Kind::Page } else { Kind::Post });
        assert_eq!(post.title, format!("Number {id} – tea & <b>"));
        let published = post.published.as_ref().unwrap();
        assert_eq!(published.offset.as_deref(), Some("-07:00"));
        assert_eq!(post.authors[0].name, "Ann & Bo");
        let labels = |terms: &[mdarchive::model::Term]| terms.iter().map(|t| t.label.clone()).collect::<Vec<_>>();
        let tags: Vec<String> = if id % 2 == 0 { vec!["Café".into(), "R&D".into()] } else { Vec::new() };
        assert_eq!(labels(&post.tags), tags);
        assert_eq!(post.categories.len(), usize::from(!page));
        let captions: Vec<&str> = post.captions.iter().map(|c| c.text.as_str()).collect();
        let expected = format!("Caption {id}, with words");
        assert_eq!(captions, if id % 3 == 0 { vec![expected.as_str()] } else { vec![] });
        let featured = id % 7 == 0;
        assert_eq!(post.media.len(), usize::from(id % 3 == 0 || featured), "post {id}");
        assert!(post.media.iter().all(|m| m.sha256.is_some() && m.height == Some(6)));
        assert!(post.captions.iter().all(|c| c.media == post.media[0].sha256));
        assert_eq!(post.excerpt.as_deref(), (id % 5 == 0).then_some("In short: nothing."));
        let short = if page { format!("{base}/?page_id={id}") } else { format!("{base}/?p={id}") };
        assert!(post.aliases.contains(&short));
        let comments = if page { 0 } else { id % 3 };
        assert_eq!(post.comments.len() as u64, comments);
        if comments == 2 {
            assert_eq!(post.comments[1].parent.as_deref(), Some(post.comments[0].id.as_str()));
            assert_eq!(post.comments[1].text, format!("Word 1 on {id}."));
            assert!(post.comments[1].author.starts_with("Reader <"));
            assert!(!post.comments[1].html.contains("script"));
        }
        assert!(post.sources[0].uri.contains("per_page=100"));
    }
    assert_eq!(number(&posts, 2).tags[0].slug, "café");
    let first = number(&posts, 1).id.to_string();
    assert!(posts.iter().all(|p| p.links.iter().any(|l| l.target.as_deref() == Some(&first))));
    let site = Archive::open(&dir.path().join("blog")).unwrap().info.site;
    assert_eq!((site.title.as_str(), site.timezone.as_deref()), ("A blog & more", Some("-07:00")));
    assert_eq!((site.language.as_deref(), site.generator.as_deref()), (Some("en-GB"), Some("WordPress 6.1")));
    // (posts + pages + comments + attachments + terms) / 100 + distinct media + 20
    let rows = 250 + 2 + summary.comments + 4 + 4;
    assert!(summary.requests <= rows / 100 + 4 + 20, "{} requests", summary.requests);
}

#[test]
fn again_with_nothing_new_writes_one_line_and_asks_little() {
    let (blog, dir) = (Blog::with_posts(250), TempDir::new().unwrap());
    run(&blog, &dir, 0).unwrap();
    let (before, raw) = (files(&dir), raw_files(&dir));
    let lines = || std::fs::read_to_string(dir.path().join("blog/runs.jsonl")).unwrap().lines().count();
    let count = lines();
    blog.hits();
    let summary = run(&blog, &dir, 100).unwrap();
    assert_eq!((summary.new, summary.changed, summary.amended), (0, 0, 0));
    assert!(blog.hits().len() <= 10);
    assert_eq!(files(&dir), before);
    assert_eq!((lines(), raw_files(&dir)), (count + 1, raw));
}

#[test]
fn what_was_edited_and_added_changes_and_nothing_else() {
    let (blog, dir) = (Blog::with_posts(220), TempDir::new().unwrap());
    run(&blog, &dir, 0).unwrap();
    let before = files(&dir);
    blog.edit("posts", 9, |p| p["content"]["rendered"] = json!("<p>Quite another text.</p>"));
    // Published now, but dated long ago, with words of old under it.
    blog.add(30_001);
    blog.comment(90_000, 30_001, None, "An old word.");
    blog.comment(90_001, 220, None, "A late word.");
    blog.hits();
    let summary = run(&blog, &dir, 100).unwrap();
    assert_eq!((summary.new, summary.changed, summary.amended, summary.comments), (1, 1, 1, 2), "{summary:?}");
    let hits = blog.hits();
    assert!(hits.len() <= 16, "{hits:#?}");
    let after = files(&dir);
    let changed: Vec<&String> = after.iter().filter(|f| !before.contains(f)).map(|(path, _)| path).collect();
    let ends = |end: &str| changed.iter().any(|path| path.contains(end));
    assert!(ends("post-9--") && ends("post-30001--") && ends("post-220--") && ends("versions/"), "{changed:?}");
    assert_eq!(changed.len(), 5, "and archive.json: {changed:?}");
    let posts = posts(&dir);
    assert_eq!(number(&posts, 9).text, "Quite another text.");
    assert_eq!(number(&posts, 30_001).tags.len() + number(&posts, 30_001).categories.len(), 1);
    assert!(number(&posts, 220).comments.iter().any(|c| c.text == "A late word."));
    assert_eq!(number(&posts, 30_001).comments[0].text, "An old word.");
    let archive = Archive::open(&dir.path().join("blog")).unwrap();
    assert_eq!(archive.versions(&number(&posts, 9).id).unwrap().len(), 1);
    blog.hits();
    let summary = run(&blog, &dir, 200).unwrap();
    assert_eq!((summary.new, summary.changed, summary.amended), (0, 0, 0));
    assert!(blog.hits().len() <= 10);
}

#[test]
fn a_comment_that_waited_for_approval_is_found() {
    let (blog, dir) = (Blog::with_posts(30), TempDir::new().unwrap());
    run(&blog, &dir, 0).unwrap();
    // Its number and date are those of the day it was written.
    blog.comment(20_039, 3, None, "Waited long.");
    let summary = run(&blog, &dir, 100).unwrap();
    assert_eq!((summary.amended, summary.comments), (1, 1));
    assert_eq!(number(&posts(&dir), 3).comments.last().unwrap().text, "Waited long.");
}

#[test]
fn what_is_protected_dead_or_false_is_a_gap_and_the_rest_is_kept() {
    let (blog, dir) = (Blog::with_posts(12), TempDir::new().unwrap());
    blog.edit("posts", 4, |p| p["content"] = json!({"rendered": "", "protected": true}));
    let picture_at = |path: &str| json!(format!("<p><img src=\"{path}\" alt=\"\"></p>"));
    blog.edit("posts", 5, |p| p["content"]["rendered"] = picture_at("/files/dead.png"));
    blog.edit("posts", 6, |p| p["content"]["rendered"] = picture_at("/files/page.png"));
    blog.edit("posts", 7, |p| p["content"]["rendered"] = picture_at("/files/empty.png"));
    blog.state().files.insert("/files/page.png".into(), b"<!DOCTYPE html><title>Moved</title>".to_vec());
    blog.state().files.insert("/files/empty.png".into(), Vec::new());
    let summary = run(&blog, &dir, 0).unwrap();
    assert_eq!((summary.new, summary.gaps.len()), (13, 4));
    assert_eq!(gap(&summary, "/post-4/").reason, Reason::Protected);
    assert_eq!(
        (gap(&summary, "dead.png").reason, gap(&summary, "dead.png").detail.as_str()),
        (Reason::NotFound, "HTTP 404")
    );
    assert_eq!(gap(&summary, "page.png").reason, Reason::WrongType);
    assert_eq!(gap(&summary, "empty.png").reason, Reason::WrongType);
    assert_eq!(gap(&summary, "dead.png").post.as_deref(), Some(number(&posts(&dir), 5).id.as_str()));

    // The picture comes back, the password is taken off.
    blog.state().files.insert("/files/dead.png".into(), picture(9));
    blog.edit("posts", 4, |p| p["content"] = json!({"rendered": "<p>Open now.</p>", "protected": false}));
    let summary =
        fetch(FetchRequest { retry_gaps: true, ..request(&blog.url(), &dir) }, &Events::silent(), clock_at(50))
            .unwrap();
    assert_eq!((summary.new, summary.media, summary.open_gaps), (1, 1, 2), "{summary:?}");
    let posts = posts(&dir);
    assert!(number(&posts, 5).media[0].sha256.is_some());
    assert_eq!(number(&posts, 4).text, "Open now.");
}

#[test]
fn media_left_out_are_gaps_until_they_are_wanted() {
    let (blog, dir) = (Blog::with_posts(10), TempDir::new().unwrap());
    let bare = FetchRequest { media: false, ..request(&blog.url(), &dir) };
    let summary = fetch(bare, &Events::silent(), clock_at(0)).unwrap();
    assert_eq!(summary.media, 0);
    assert!(!summary.gaps.is_empty() && summary.gaps.iter().all(|g| g.reason == Reason::NotFetched));
    let summary = run(&blog, &dir, 50).unwrap();
    assert_eq!((summary.media, summary.open_gaps), (3, 0), "{summary:?}");
    assert!(posts(&dir).iter().flat_map(|p| &p.media).all(|m| m.sha256.is_some()));
    let whole = TempDir::new().unwrap();
    run(&blog, &whole, 0).unwrap();
    let posts_of = |dir| files(dir).into_iter().filter(|(p, _)| p.starts_with("posts")).collect::<Vec<_>>();
    assert_eq!(posts_of(&dir), posts_of(&whole));
}

/// Fetches, but is stopped when the blog is asked for the `n`th time; returns whether it was.
fn stop_at(blog: &Blog, dir: &TempDir, n: u32, at: i64) -> bool {
    let flag: &'static AtomicBool = Box::leak(Box::new(AtomicBool::new(false)));
    let count = AtomicU32::new(0);
    blog.break_with(move |_| {
        if count.fetch_add(1, Ordering::Relaxed) + 1 == n {
            flag.store(true, Ordering::Relaxed);
        }
        None
    });
    let summary = fetch(request(&blog.url(), dir), &Events::new(|_| {}, flag), clock_at(at));
    blog.mend();
    match summary {
        Ok(summary) => summary.interrupted,
        Err(Error::Interrupted) => true,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn a_run_that_was_stopped_is_completed_to_the_same_bytes() {
    let (blog, whole) = (Blog::with_posts(330), TempDir::new().unwrap());
    blog.edit("posts", 30, |p| p["content"]["rendered"] = json!("<img src=\"/files/dead.png\">"));
    let undisturbed = run(&blog, &whole, 0).unwrap();
    let (expected, asked) = (files(&whole), blog.hits().len() as u32);
    for n in (1..asked).step_by(2) {
        let dir = TempDir::new().unwrap();
        let stopped = stop_at(&blog, &dir, n, 0);
        let summary = run(&blog, &dir, 100).unwrap();
        assert_eq!(files(&dir), expected, "stopped at request {n} of {asked} ({stopped})");
        assert_eq!(summary.open_gaps, undisturbed.open_gaps, "stopped at request {n}");
    }
}

#[test]
fn a_blog_that_goes_away_in_the_middle_is_gone_on_with_later() {
    let (blog, dir, whole) = (Blog::with_posts(730), TempDir::new().unwrap(), TempDir::new().unwrap());
    run(&blog, &whole, 0).unwrap();
    blog.break_with(|r| r.target.contains("/posts?per_page=100&page=7").then(|| Response::raw(|_| Ok(()))));
    let error = run(&blog, &dir, 0).unwrap_err();
    assert!(matches!(error, Error::Fetch { .. }), "{error}");
    assert!(posts(&dir).len() >= 500, "what had come is kept");
    blog.mend();
    blog.hits();
    run(&blog, &dir, 100).unwrap();
    assert!(
        !blog.hits().iter().any(|h| h.contains("/posts?per_page=100&page=3&")),
        "what was kept is not asked for again"
    );
    assert_eq!(files(&dir), files(&whole));
}

#[test]
fn one_post_that_breaks_the_server_hides_no_other() {
    let (blog, dir) = (Blog::with_posts(250), TempDir::new().unwrap());
    blog.break_with(|r| {
        let number = |name| r.query(name).and_then(|v| v.parse::<u64>().ok());
        let (size, page) = (number("per_page")?, number("page")?);
        let broken = r.path().ends_with("/posts") && ((page - 1) * size + 1..=page * size).contains(&142);
        broken.then(|| Response::new(500, "text/html", "Allowed memory size exhausted"))
    });
    let summary = run(&blog, &dir, 0).unwrap();
    assert_eq!((summary.new, summary.gaps.len()), (251, 1), "{:?}", summary.gaps);
    assert_eq!((summary.gaps[0].reason, summary.gaps[0].what.as_str()), (Reason::ServerError, "post"));
}

#[test]
fn names_come_with_the_posts_where_users_are_not_listed() {
    let (blog, dir) = (Blog::with_posts(130), TempDir::new().unwrap());
    blog.break_with(|r| {
        r.path().ends_with("/users").then(|| json_response(401, &json!({"code": "rest_user_cannot_view"})))
    });
    let summary = run(&blog, &dir, 0).unwrap();
    assert!(summary.gaps.is_empty());
    assert!(posts(&dir).iter().all(|p| p.authors[0].name == "Ann & Bo"));
    assert!(blog.hits().iter().filter(|h| h.contains("_embed")).count() <= 2);
}

#[test]
fn a_blog_without_permalinks_is_found() {
    let (blog, dir) = (Blog::with_posts(3), TempDir::new().unwrap());
    blog.state().plain_permalinks = true;
    assert_eq!(run(&blog, &dir, 0).unwrap().new, 5);
}

#[test]
fn a_copy_with_its_originals_guid_is_a_post_of_its_own() {
    let (blog, dir) = (Blog::with_posts(6), TempDir::new().unwrap());
    blog.edit("posts", 5, |p| p["guid"]["rendered"] = json!("http://elsewhere.example/?p=1"));
    blog.edit("posts", 6, |p| p["guid"]["rendered"] = json!("http://elsewhere.example/?p=1"));
    assert_eq!(run(&blog, &dir, 0).unwrap().new, 8);
}

#[test]
fn a_listing_that_shifts_while_it_is_read_gives_each_post_once() {
    let (blog, dir) = (Blog::with_posts(250), TempDir::new().unwrap());
    let early = blog.state().rows.get_mut("posts").unwrap().remove(0);
    // From the second page on all rows stand one further down: the last of the first page comes again.
    blog.change_before("/posts?per_page=100&page=2&", |rows| rows.get_mut("posts").unwrap().insert(0, early));
    let first = run(&blog, &dir, 0).unwrap();
    assert!(first.new < 252 && first.unchanged == 0);
    let second = run(&blog, &dir, 100).unwrap();
    assert_eq!(
        first.new + second.new,
        252,
        "the early one has an old number and no recent change, but the blog counts it"
    );
    blog.hits();
    assert_eq!(run(&blog, &dir, 200).unwrap().new, 0);
    assert!(blog.hits().len() <= 10);
}

/// What the user reads when an address is of no use.
fn failure(url: &str) -> (String, String) {
    let dir = TempDir::new().unwrap();
    let error = fetch(request(url, &dir), &Events::silent(), clock_at(0)).unwrap_err();
    assert!(!dir.path().join("blog").exists(), "nothing is written");
    (error.to_string(), error.hint().unwrap_or_default())
}

#[test]
fn what_is_no_blog_ends_in_one_clear_line() {
    let page = Server::start(|r| match r.path() {
        "/" => Response::new(200, "text/html", "<!doctype html><title>A shop</title>"),
        _ => Response::new(404, "text/html", "no"),
    })
    .unwrap();
    let (error, hint) = failure(&page.url());
    assert_eq!(
        error,
        format!(
            "cannot fetch {}: no blog found there (no WordPress API; looked for a link in the page, /wp-json/, /?rest_route=/)",
            page.url()
        )
    );
    assert!(hint.contains("mdarchive import"));
    let (error, hint) = failure(&format!("{}nothing", page.url()));
    assert_eq!(error, format!("cannot fetch {}nothing: not found (HTTP 404)", page.url()));
    assert!(hint.contains("front page"));
    let gone = Server::start(|_| Response::new(200, "text/html", "")).unwrap().url();
    assert_eq!(failure(&gone).0, format!("cannot fetch {gone}: connection refused"));
    assert!(
        failure("http://no-such-host.invalid/")
            .0
            .starts_with("cannot fetch http://no-such-host.invalid/: name not found")
    );
    let secret = page.url().replace("http://", "http://me:hunter2@");
    assert!(!failure(&secret).0.contains("hunter2"));
}

#[test]
fn a_password_in_the_address_reaches_the_blog_and_no_file() {
    let (blog, dir) = (Blog::with_posts(9), TempDir::new().unwrap());
    blog.break_with(|r| {
        (r.header("authorization") != Some("Basic bWU6aHVudGVyMg==")).then(|| Response::new(401, "text/plain", "who?"))
    });
    let url = blog.url().replace("http://", "http://me:hunter2@");
    assert_eq!(fetch(request(&url, &dir), &Events::silent(), clock_at(0)).unwrap().new, 11);
    let mut folders = vec![dir.path().to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()) {
            match entry.is_dir() {
                true => folders.push(entry),
                false => assert!(!clear(&entry).contains("hunter2"), "{}", entry.display()),
            }
        }
    }
}

/// The text of a file, unpacked where it is packed.
fn clear(path: &Path) -> String {
    let bytes = std::fs::read(path).unwrap();
    let mut out = Vec::new();
    if bytes.starts_with(&[0x1f, 0x8b]) {
        std::io::Read::read_to_end(&mut flate2::read::MultiGzDecoder::new(bytes.as_slice()), &mut out).unwrap();
    }
    String::from_utf8_lossy(if out.is_empty() { &bytes } else { &out }).into_owned()
}
