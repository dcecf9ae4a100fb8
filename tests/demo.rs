//! The sample blog that comes with the program.

use std::path::Path;

use mdarchive::event::Events;
use mdarchive::http::serve::Server;
use mdarchive::model::{CommentKind, Post, Reason};
use mdarchive::ops::demo;
use mdarchive::ops::fetch::{FetchRequest, fetch};
use mdarchive::store::{Archive, Summary};

use crate::harness::{clock_at, kept};

/// Fetches the sample blog into a folder, under a name.
fn fetched(archives: &Path) -> (Summary, Vec<Post>) {
    let server = Server::start(demo::answer).unwrap();
    let url = format!("http://{}/", demo::HOST).parse().unwrap();
    let mut request = FetchRequest::new(url, archives);
    request.hosts = vec![(demo::HOST.to_string(), server.address())];
    request.name = Some("sample".into());
    let summary = fetch(request, &Events::silent(), clock_at(0)).unwrap();
    let archive = Archive::open(&archives.join("sample")).unwrap();
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

/// `archives/sample` is what this program makes of the sample blog today. `just sample` makes it anew; read the diff.
#[test]
fn the_archive_that_comes_with_the_program_is_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    fetched(folder.path());
    let (fresh, sample) = (folder.path().join("sample"), Path::new(env!("CARGO_MANIFEST_DIR")).join("archives/sample"));
    if std::env::var_os("MDARCHIVE_UPDATE").is_some() {
        let _ = std::fs::remove_dir_all(&sample);
        copy(&fresh, &sample);
    }
    let names = |root: &Path| kept(root).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!(names(&sample), names(&fresh));
    for ((name, old), (_, new)) in kept(&sample).into_iter().zip(kept(&fresh)) {
        assert!(old == new, "{name} is out of date: run `just sample` and read the diff");
    }
}

/// Copies an archive without what can be rebuilt.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        } else if entry.file_name() != ".cache" {
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    }
}
