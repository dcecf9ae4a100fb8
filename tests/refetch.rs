//! A blog that was fetched before: nothing new, something new, broken off.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use mdarchive::Error;
use mdarchive::event::Events;
use mdarchive::http::serve::Response;
use mdarchive::ops::fetch::{FetchRequest, fetch};
use mdarchive::store::Archive;
use serde_json::json;
use tempfile::TempDir;

use crate::fetch::{files, number, posts, request, run};
use crate::harness::clock_at;
use crate::harness::site::{Blog, json_response};

fn raw_files(dir: &TempDir) -> BTreeSet<String> {
    let raw = std::fs::read_dir(dir.path().join("blog/raw")).unwrap();
    raw.map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn again_with_nothing_new_writes_one_line_and_asks_little() {
    let (blog, dir) = (Blog::with_posts(250), TempDir::new().unwrap());
    blog.edit("posts", 4, |p| p["content"] = json!({"rendered": "", "protected": true}));
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
fn an_old_api_that_does_not_know_of_changes_is_not_read_whole_each_night() {
    let (blog, dir) = (Blog::with_posts(1_200), TempDir::new().unwrap());
    blog.state().unknown = vec!["modified_after"];
    run(&blog, &dir, 0).unwrap();
    blog.hits();
    let summary = run(&blog, &dir, 100).unwrap();
    assert_eq!((summary.new, summary.changed, summary.amended), (0, 0, 0));
    let hits = blog.hits();
    assert!(hits.len() <= 10, "{hits:#?}");
    blog.edit("posts", 9, |p| p["content"]["rendered"] = json!("<p>Quite another text.</p>"));
    assert_eq!(run(&blog, &dir, 200).unwrap().changed, 1);
    // Older still: the order of changes is an error to it.
    blog.break_with(|r| {
        let modified = r.query("orderby").as_deref() == Some("modified");
        modified.then(|| {
            json_response(400, &json!({"code": "rest_invalid_param", "message": "Invalid parameter(s): orderby"}))
        })
    });
    blog.edit("posts", 7, |p| {
        p["content"]["rendered"] = json!("<p>Changed as well.</p>");
    });
    blog.state().rows.get_mut("posts").unwrap()[6]["modified"] = json!("2020-07-07T08:09:10");
    let summary = run(&blog, &dir, 300).unwrap();
    assert_eq!((summary.new, summary.changed), (0, 1), "{summary:?}");
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
fn comments_that_could_not_be_had_are_had_later() {
    let (blog, dir, whole) = (Blog::with_posts(150), TempDir::new().unwrap(), TempDir::new().unwrap());
    run(&blog, &whole, 0).unwrap();
    blog.break_with(|r| {
        r.target.contains("/comments?per_page=100&page=2").then(|| Response::new(500, "text/html", "no"))
    });
    let summary = run(&blog, &dir, 0).unwrap();
    assert_eq!((summary.gaps.len(), summary.gaps[0].what.as_str()), (1, "comments"));
    blog.mend();
    let summary = run(&blog, &dir, 100).unwrap();
    assert_eq!(summary.open_gaps, 0);
    let texts = |dir: &TempDir| posts(dir).into_iter().map(|p| (p.id, p.comments)).collect::<Vec<_>>();
    assert_eq!(texts(&dir), texts(&whole));
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

#[test]
fn a_post_that_was_taken_away_is_kept_and_marked_as_gone() {
    let (blog, dir) = (Blog::with_posts(220), TempDir::new().unwrap());
    run(&blog, &dir, 0).unwrap();
    let gone = |id: u64| number(&posts(&dir), id).gone.clone();
    blog.state().rows.get_mut("posts").unwrap().retain(|r| r["id"] != 9);
    let hour = 3600;
    run(&blog, &dir, hour).unwrap();
    assert_eq!(gone(9).unwrap().confirmed, None);
    assert_eq!(posts(&dir).iter().filter(|p| p.gone.is_some()).count(), 1);
    blog.hits();
    run(&blog, &dir, 10 * hour).unwrap();
    assert!(blog.hits().len() <= 10);
    assert_eq!(gone(9).unwrap().confirmed, None);
    run(&blog, &dir, 30 * hour).unwrap();
    assert!(gone(9).unwrap().confirmed.is_some());
    assert_eq!(posts(&dir).len(), 222);
    blog.hits();
    run(&blog, &dir, 60 * hour).unwrap();
    assert!(blog.hits().len() <= 10);
}

#[test]
fn a_closed_interface_is_no_end_where_the_blog_can_be_read_in_another_way() {
    let (blog, dir) = (Blog::with_posts(5), TempDir::new().unwrap());
    let base = blog.url();
    blog.break_with(move |r| {
        let closed = json!({"code": "rest_cannot_access", "data": {"status": 401}});
        let feed = format!("<feed xmlns='http://www.w3.org/2005/Atom'><title>A</title><id>x</id><entry><id>1</id><title>One</title><link href='{base}post-1/'/><updated>2007-04-01T00:00:00Z</updated><content type='html'>&lt;p&gt;Words of it.&lt;/p&gt;</content></entry></feed>");
        match r.target.as_str() {
            "/atom.xml" => Some(Response::new(200, "application/atom+xml", feed)),
            t if t.contains("/wp/v2/") => Some(json_response(401, &closed)),
            _ => None,
        }
    });
    let summary = run(&blog, &dir, 0).unwrap();
    assert_eq!(summary.new, 1);
    assert!(summary.notes.iter().any(|n| n.contains("another way")), "{:?}", summary.notes);
    blog.hits();
    assert_eq!(run(&blog, &dir, 100).unwrap().new, 0);
    assert!(blog.hits().len() <= 10);
}

#[test]
fn where_a_picture_came_from_is_known_in_the_next_run() {
    let (blog, dir) = (Blog::with_posts(3), TempDir::new().unwrap());
    let small = "/wp-content/uploads/2008/05/gull-300x200.png";
    blog.state().files.insert(small.replace("-300x200", ""), crate::harness::site::picture(9));
    let shown = json!(format!("<p><img src=\"{small}\" alt=\"\"></p>"));
    blog.edit("posts", 1, |p| p["content"]["rendered"] = shown.clone());
    run(&blog, &dir, 0).unwrap();
    let via = |id: u64| number(&posts(&dir), id).media[0].via.clone();
    let first = via(1);
    assert!(first.as_deref().is_some_and(|v| v.ends_with("/gull.png")), "{first:?}");
    blog.add(30_001);
    blog.edit("posts", 30_001, |p| p["content"]["rendered"] = shown.clone());
    let again = FetchRequest { retry_gaps: true, ..request(&blog.url(), &dir) };
    let summary = fetch(again, &Events::silent(), clock_at(100)).unwrap();
    assert_eq!((summary.new, summary.changed + summary.amended), (1, 0), "{summary:?}");
    assert_eq!((via(1), via(30_001)), (first.clone(), first));
    crate::reextract::nothing_changes(&dir);
}
