//! The sample blog that comes with the program.

use mdarchive::event::Events;
use mdarchive::http::serve::Server;
use mdarchive::model::{CommentKind, Post, Reason};
use mdarchive::ops::demo;
use mdarchive::ops::fetch::{FetchRequest, fetch};
use mdarchive::store::{Archive, Summary};

use crate::harness::clock_at;

/// Fetches the sample blog into a folder.
fn fetched(archives: &std::path::Path) -> (Summary, Vec<Post>) {
    let server = Server::start(demo::answer).unwrap();
    let url = format!("http://{}/", demo::HOST).parse().unwrap();
    let mut request = FetchRequest::new(url, archives);
    request.hosts = vec![(demo::HOST.to_string(), server.address())];
    let summary = fetch(request, &Events::silent(), clock_at(0)).unwrap();
    let archive = Archive::open(&archives.join(demo::HOST)).unwrap();
    let posts = archive.entries().unwrap().iter().map(|e| archive.read(e).unwrap()).collect();
    (summary, posts)
}

#[test]
fn the_sample_blog_is_kept_whole_but_for_the_post_behind_a_password() {
    let folder = tempfile::tempdir().unwrap();
    let (summary, posts) = fetched(folder.path());
    assert_eq!((summary.new, summary.media, summary.comments), (13, 7, 11));
    let gaps: Vec<_> = summary.gaps.iter().map(|g| (g.url.as_str(), g.reason)).collect();
    assert_eq!(gaps, [("http://demo.mdarchive.example/2007/12/the-spare-key/", Reason::Protected)]);
    let captions: usize = posts.iter().map(|p| p.captions.len()).sum();
    assert_eq!(captions, 9);
    let threads = posts.iter().flat_map(|p| &p.comments).filter(|c| c.parent.is_some()).count();
    let pings = posts.iter().flat_map(|p| &p.comments).filter(|c| c.kind == CommentKind::Pingback).count();
    assert_eq!((threads, pings), (4, 1));
}

#[test]
fn links_inside_the_sample_blog_lead_to_kept_posts() {
    let folder = tempfile::tempdir().unwrap();
    let (_, posts) = fetched(folder.path());
    let inside: Vec<_> = posts
        .iter()
        .flat_map(|p| &p.links)
        .filter(|l| l.url.as_deref().is_some_and(|u| u.contains(demo::HOST)))
        .collect();
    let lost: Vec<_> = inside.iter().filter(|l| l.target.is_none()).filter_map(|l| l.url.as_deref()).collect();
    assert!(inside.len() > 10);
    assert_eq!(lost, ["http://demo.mdarchive.example/2007/12/the-spare-key/"]);
}

#[test]
fn the_sample_blog_fetched_twice_is_the_same() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    assert_eq!(fetched(one.path()).1, fetched(other.path()).1);
}
