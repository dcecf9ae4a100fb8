//! Posts made anew from what is kept of them: as they were by the readers of the same day, better by those of a later one.

use std::collections::BTreeMap;
use std::path::Path;

use mdarchive::event::Events;
use mdarchive::model::{Field, Post, Source, Term};
use mdarchive::ops::reextract::{Reextracted, reextract};
use mdarchive::store::{Archive, Opening, Writer};
use serde_json::Value;
use tempfile::TempDir;

use crate::fetch::{files, number, posts, run};
use crate::harness::pages::Site;
use crate::harness::run::mdarchive;
use crate::harness::site::Blog;
use crate::harness::{clock_at, kept};
use crate::sources::by;

fn again(dir: &TempDir, dry: bool) -> Reextracted {
    reextract(&dir.path().join("blog"), dry, &Events::silent(), clock_at(5_000)).unwrap()
}

/// The same readers make the same posts of what is kept, and every post of a fetch is made anew.
pub fn nothing_changes(dir: &TempDir) {
    nothing_changes_in(&dir.path().join("blog"));
}

pub fn nothing_changes_in(root: &Path) {
    let (before, count) = (kept(root), Archive::open(root).unwrap().entries().unwrap().len() as u64);
    let done = reextract(root, false, &Events::silent(), clock_at(5_000)).unwrap();
    assert_eq!((done.different.len(), done.reread, done.left.len()), (0, count, 0), "{done:#?}");
    assert_eq!(kept(root), before);
}

fn writer(dir: &TempDir) -> Writer {
    let opening = Opening { name: "blog".into(), site: Default::default(), command: "fetch", source: None };
    Writer::open(&dir.path().join("blog"), opening, clock_at(1_000)).unwrap()
}

/// Leaves posts as an earlier reader might have read them.
fn read_badly(dir: &TempDir, which: impl Fn(&Post) -> bool) {
    let mut writer = writer(dir);
    for post in posts(dir).iter().filter(|p| which(p)) {
        let change = |p: &mut Post| {
            (p.html, p.text) = ("<p>Menu Home About</p>\n".into(), "Menu Home About".into());
            (p.tags, p.captions) = (Vec::new(), Vec::new());
            p.fields.remove("tags");
        };
        writer.amend(&post.id, change).unwrap();
    }
    writer.finish(false).unwrap();
}

#[test]
fn a_blog_read_by_its_api_is_made_anew_as_it_was() {
    let (blog, dir) = (Blog::with_posts(120), TempDir::new().unwrap());
    run(&blog, &dir, 0).unwrap();
    blog.edit("posts", 9, |p| p["content"]["rendered"] = "<p>Quite another text.</p>".into());
    blog.comment(90_000, 9, None, "A late word.");
    run(&blog, &dir, 100).unwrap();
    nothing_changes(&dir);
}

#[test]
fn what_an_earlier_reader_read_badly_is_mended_and_kept_as_a_version() {
    let (blog, dir) = (Blog::with_posts(30), TempDir::new().unwrap());
    run(&blog, &dir, 0).unwrap();
    let whole = posts(&dir);
    read_badly(&dir, |p| p.extra["rest"]["id"] == 6 || p.extra["rest"]["id"] == 12);
    assert_eq!(number(&posts(&dir), 6).text, "Menu Home About");
    blog.hits();

    let before = files(&dir);
    let dry = again(&dir, true);
    assert_eq!((dry.summary.changed, dry.different.len(), dry.reread), (2, 2, 32), "{dry:#?}");
    for field in ["html", "text", "tags", "captions"] {
        assert!(dry.different[0].fields.contains(field), "{:?}", dry.different[0]);
    }
    assert_eq!(files(&dir), before, "a dry run writes nothing");

    let done = again(&dir, false);
    assert_eq!((done.summary.changed, done.summary.requests), (2, 0), "{done:#?}");
    assert_eq!(blog.hits().len(), 0, "nobody is asked");
    let mended = posts(&dir);
    for id in 1..=30 {
        let (was, is) = (number(&whole, id), number(&mended, id));
        assert_eq!((&was.html, &was.tags, &was.captions, &was.id), (&is.html, &is.tags, &is.captions, &is.id));
    }
    let archive = Archive::open(&dir.path().join("blog")).unwrap();
    let versions = archive.versions(&number(&mended, 6).id).unwrap();
    let texts: Vec<Value> =
        versions.iter().map(|v| serde_json::from_slice(&std::fs::read(v).unwrap()).unwrap()).collect();
    assert!(texts.iter().any(|v| v["text"] == "Menu Home About"), "what stood before is kept");
    nothing_changes(&dir);
}

#[test]
fn what_another_source_said_is_never_lost() {
    let (blog, dir) = (Blog::with_posts(6), TempDir::new().unwrap());
    run(&blog, &dir, 0).unwrap();
    let mut writer = writer(&dir);
    let whole = number(&posts(&dir), 1).clone();
    let said = Post {
        series: Some("Letters".into()),
        tags: vec![Term { label: "By hand".into(), slug: "by-hand".into(), taxonomy: "post_tag".into() }],
        fields: BTreeMap::from(
            ["series", "tags"].map(|n| (n.to_string(), Field { source: "wxr".into(), ..Field::default() })),
        ),
        sources: vec![Source {
            kind: "wxr".into(),
            uri: "export.xml".into(),
            updated: whole.sources[0].updated,
            ..Source::default()
        }],
        comments: Vec::new(),
        ..whole
    };
    writer.keep(said).unwrap();
    writer.finish(false).unwrap();
    let before = number(&posts(&dir), 1).clone();
    assert_eq!((before.series.as_deref(), before.tags[0].label.as_str()), (Some("Letters"), "By hand"));
    read_badly(&dir, |p| p.extra["rest"]["id"] == 2);
    again(&dir, false);
    assert_eq!(*number(&posts(&dir), 1), before);
    let archive = Archive::open(&dir.path().join("blog")).unwrap();
    let lines = archive.runs().unwrap();
    assert_eq!(lines.last().unwrap().command, "reextract");
}

/// A site whose pages hold one text under two addresses.
fn twins() -> Site {
    let site = Site::new();
    let words = "It rained on the pier and the gulls said nothing of it to anyone who asked them. ".repeat(12);
    site.page("/", "<head><title>Twins</title></head><body><p>Hello</p></body>");
    let urls: String = ["one", "two"].iter().map(|n| format!("<url><loc>BASE/2007/04/{n}/</loc></url>")).collect();
    site.put(
        "/sitemap.xml",
        "text/xml",
        format!("<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{urls}</urlset>"),
    );
    for n in ["one", "two"] {
        site.post(&format!("/2007/04/{n}/"), "Twin", &words);
    }
    site
}

#[test]
fn a_payload_that_is_kept_by_reference_is_found() {
    let (site, dir) = (twins(), TempDir::new().unwrap());
    by(&site, &dir, "sitemap", 0);
    assert_eq!(posts(&dir).len(), 2);
    let raw = std::fs::read_dir(dir.path().join("blog/raw")).unwrap().map(|e| e.unwrap().path());
    let index: String = raw
        .filter(|p| p.extension().is_some_and(|e| e == "cdxj"))
        .map(|p| std::fs::read_to_string(p).unwrap())
        .collect();
    assert!(index.contains("warc/revisit"), "{index}");
    nothing_changes(&dir);
    read_badly(&dir, |_| true);
    assert_eq!(again(&dir, false).summary.changed, 2);
    assert!(posts(&dir).iter().all(|p| p.text.starts_with("It rained on the pier")));
}

#[test]
fn an_index_that_is_gone_is_no_hindrance_and_a_damaged_capture_changes_nothing() {
    let (site, dir) = (twins(), TempDir::new().unwrap());
    by(&site, &dir, "sitemap", 0);
    let raw: Vec<_> = std::fs::read_dir(dir.path().join("blog/raw")).unwrap().map(|e| e.unwrap().path()).collect();
    let warc = raw.iter().find(|p| p.to_string_lossy().ends_with(".warc.gz")).unwrap();
    std::fs::remove_file(raw.iter().find(|p| p.extension().is_some_and(|e| e == "cdxj")).unwrap()).unwrap();
    assert_eq!(again(&dir, true).reread, 2);
    let mut bytes = std::fs::read(warc).unwrap();
    let (from, to) = (bytes.len() / 4, bytes.len() - 20);
    bytes[from..to].iter_mut().for_each(|b| *b ^= 0x5a);
    std::fs::write(warc, bytes).unwrap();
    let before = files(&dir);
    let done = again(&dir, false);
    assert_eq!((done.reread, done.different.len()), (0, 0));
    assert_eq!(done.left.values().sum::<u64>(), 2);
    assert_eq!(files(&dir), before);
}

#[test]
fn the_program_says_what_it_did_and_what_it_left() {
    let (site, dir) = (twins(), TempDir::new().unwrap());
    by(&site, &dir, "sitemap", 0);
    std::fs::write(dir.path().join("post.txt"), "Title: From a file\nDate: 2007-04-01\n\nWords of its own.\n").unwrap();
    let words = |more: &[&str]| {
        let mut words = vec!["reextract", "--archives", "."];
        words.extend(more);
        mdarchive(dir.path(), &words)
    };
    let imported = mdarchive(dir.path(), &["import", "post.txt", "--name", "blog", "--archives", "."]);
    assert_eq!(imported.code, 0, "{}", imported.err);
    read_badly(&dir, |p| p.url.as_deref().is_some_and(|u| u.ends_with("/two/")));
    let dry = words(&["--dry-run"]);
    assert_eq!(dry.code, 0, "{}", dry.err);
    assert!(dry.out.contains("Twin: ") && dry.out.contains("html"), "{}", dry.out);
    assert!(dry.err.contains("1 post left as it is") && dry.err.contains("nothing was written"), "{}", dry.err);
    let json = words(&["blog", "--json"]);
    let value: Value = serde_json::from_str(&json.out).unwrap();
    let report = value.as_array().map_or(&value, |a| &a[0]);
    assert_eq!((report["changed"].as_u64(), report["reread"].as_u64()), (Some(1), Some(2)), "{}", json.out);
    assert_eq!(words(&[]).code, 0);
    assert_eq!(words(&["nowhere"]).code, 2);
}
