//! Promise: a folder of Markdown holds the posts as generators of sites read them, and gives the same posts back.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use mdarchive::event::Events;
use mdarchive::export::{Job, Selection, markdown};
use mdarchive::model::{Caption, Date, Kind, Link, LinkKind, Post, Status};
use mdarchive::ops::import::ImportRequest;
use mdarchive::store::Archive;
use regex::Regex;

use crate::harness::{clock_at, draft, open_writer, refine};

fn made(archive: &Archive, selection: &Selection, out: &Path) -> PathBuf {
    markdown::export(&Job { archive, selection, events: &Events::silent() }, out, false).unwrap()
}

fn read_back(folder: &Path, into: &Path) -> Archive {
    let request = ImportRequest { name: Some("again".into()), ..ImportRequest::new(vec![folder.into()], into) };
    mdarchive::ops::import::import(&request, &Events::silent(), clock_at(0)).unwrap();
    Archive::open(&into.join("again")).unwrap()
}

/// White space around blocks, and a line end that closes code, say nothing.
fn settled(html: &str) -> String {
    static AROUND: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\s*(</?(?:p|h\d|[uo]l|li|blockquote|hr|pre|code|t\w+|div|br|fig\w+|d[ltd])\b[^>]*>)\s*").unwrap()
    });
    AROUND.replace_all(&html.split_whitespace().collect::<Vec<_>>().join(" "), "$1").into_owned()
}

/// What makes two posts the same, where they lie in two archives.
fn told(post: &Post) -> serde_json::Value {
    let mut post = post.clone();
    post.links.iter_mut().for_each(|l| l.target = None);
    serde_json::json!({
        "id": post.id, "url": post.url, "aliases": post.aliases, "kind": post.kind, "status": post.status,
        "title": post.title, "authors": post.authors, "published": post.published, "updated": post.updated,
        "language": post.language, "series": post.series, "tags": post.tags, "categories": post.categories,
        "excerpt": post.excerpt, "html": settled(&post.html), "text": post.text.split_whitespace().collect::<Vec<_>>(),
        "captions": post.captions, "links": post.links, "media": post.media, "comments": post.comments,
        "enclosures": post.enclosures,
    })
}

fn same(was: &Archive, is: &Archive) {
    let read = |a: &Archive| -> Vec<Post> { a.entries().unwrap().iter().map(|e| a.read(e).unwrap()).collect() };
    let (was, is) = (read(was), read(is));
    assert_eq!(was.len(), is.len());
    for (was, is) in was.iter().zip(&is) {
        let (was, is) = (told(was), told(is));
        for (key, value) in was.as_object().unwrap() {
            assert_eq!(&is[key], value, "{key} of {}", was["title"]);
        }
    }
}

#[test]
fn folder_of_the_sample_gives_the_same_posts_back() {
    let (out, back) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let archive = Archive::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("archives/sample")).unwrap();
    let folder = made(&archive, &Selection::default(), out.path());
    same(&archive, &read_back(&folder, back.path()));
    // Links lead from file to file, pictures lie beside, captions stand with them.
    let post = fs::read_to_string(folder.join("_posts/2006-10-14-the-lamp-is-lit.md")).unwrap();
    assert!(post.contains("[a page of its own](2006-11-03-how-to-trim-a-wick.md)"), "{post}");
    let figure =
        Regex::new(r#"<figure><img [^>]*src="\.\./(media/tower-[0-9a-f]{8}\.png)"[^>]*><figcaption>The tower from"#);
    let picture = figure.unwrap().captures(&post).unwrap();
    assert!(folder.join(&picture[1]).is_file());
    for line in ["title: \"Lighthouse Log: The Lamp Is Lit\"", "date: 2006-10-14T19:30:00+01:00", "  - \"lamp\""] {
        assert!(post.lines().any(|l| l == line), "{line}\n{post}");
    }
}

/// Posts with all that front matter has no word for.
fn odd(folder: &Path) -> Archive {
    let root = folder.join("blog.example");
    let mut w = open_writer(&root, 0);
    for (n, date) in
        ["2007", "2007-04", "2007-04-23", "2007-04-23T12:15", "2007-04-23T12:15:30+05:30"].iter().enumerate()
    {
        let mut post = draft(n as u32, "rest", "<p>a <b>b</b> {{ c }} | <em>d</em></p><p class=\"pullquote\">e</p>");
        post.published = Date::parse_iso(date);
        w.keep(refine(post)).unwrap();
    }
    let mut bare = draft(10, "text", "<p>No date</p>");
    (bare.published, bare.updated, bare.title, bare.aliases) = (None, None, String::new(), Vec::new());
    bare.excerpt = Some("a *star* and more".into());
    let caption = Caption { text: "At noon".into(), html: "At <em>noon</em>".into(), ..Caption::default() };
    bare.captions = vec![caption];
    let related = Link { url: None, text: "Log: next".into(), rel: None, kind: LinkKind::Related, target: None };
    bare.links = vec![related];
    w.keep(refine(bare)).unwrap();
    let mut signs = draft(14, "rest", "<p>Signs</p>");
    signs.title = "Signs: & <b> / ?".into();
    w.keep(refine(signs)).unwrap();
    let mut page = draft(11, "rest", "<p>See <a href=\"http://blog.example/2007/04/post-2/#x\">that</a></p>");
    (page.kind, page.published) = (Kind::Page, None);
    w.keep(refine(page)).unwrap();
    for (n, status) in [(12, Status::Draft), (13, Status::Private)] {
        let mut post = draft(n, "rest", "<p>Hidden</p>");
        post.status = status;
        w.keep(refine(post)).unwrap();
    }
    w.finish(false).unwrap();
    Archive::open(&root).unwrap()
}

#[test]
fn what_front_matter_has_no_word_for_comes_back_too() {
    let (one, out, back) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let archive = odd(one.path());
    let all = Selection { statuses: vec![Status::Published, Status::Draft, Status::Private], ..Selection::default() };
    let folder = made(&archive, &all, out.path());
    same(&archive, &read_back(&folder, back.path()));
    let page = fs::read_to_string(folder.join("pages/post-11.md")).unwrap();
    assert!(page.contains("[that](../_posts/2007-04-23-post-2.md#x)"), "{page}");
    // What a site would publish unasked.
    let private = fs::read_to_string(folder.join("_posts/2007-04-14-post-13.md")).unwrap();
    assert!(private.contains("\ndraft: true\npublished: false\n"), "{private}");
}

#[test]
fn only_what_is_public_is_handed_out_unasked_and_twice_the_same() {
    let (one, out, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let archive = odd(one.path());
    let folder = made(&archive, &Selection::default(), out.path());
    let list = fs::read_to_string(folder.join(".mdarchive.json")).unwrap();
    assert!(!list.contains("post-12") && !list.contains("post-13"), "{list}");
    made(&archive, &Selection::default(), out.path());
    let elsewhere = made(&archive, &Selection::default(), other.path());
    for folder in [&folder, &elsewhere] {
        assert_eq!(fs::read_to_string(folder.join(".mdarchive.json")).unwrap(), list);
    }
    let few = Selection { limit: Some(1), ..Selection::default() };
    made(&archive, &few, out.path());
    assert_eq!(fs::read_dir(folder.join("_posts")).unwrap().count(), 1);
}

#[test]
fn a_word_that_was_changed_by_hand_is_the_word_that_comes_in() {
    let (one, out, back) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let archive = odd(one.path());
    let folder = made(&archive, &Selection::default(), out.path());
    let file = folder.join("_posts/2007-04-23-post-4.md");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("title: \"Post 4\"", "title: \"Mine\"").replace("- \"Tag\"", "- \"Other\"")).unwrap();
    let again = read_back(&folder, back.path());
    let post = again.entries().unwrap().iter().map(|e| again.read(e).unwrap()).find(|p| p.title == "Mine").unwrap();
    assert_eq!(post.tags[0].label, "Other");
}
