//! The real files of `../shared`, held against counts made by a script that shares no code with this program.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use mdarchive::import::{Options, feed, mhtml, warc};
use mdarchive::input;
use mdarchive::model::{Kind, Status};
use mdarchive::ops::refine;
use serde_json::Value;

use super::take;
use crate::import::shared;

/// The files of some folders of the corpus with what is expected of each.
fn expected(test: &str, folders: &[&str]) -> Option<(PathBuf, Vec<(String, Value)>)> {
    let root = shared(test, "corpus/import")?;
    let all: Value = serde_json::from_slice(&fs::read(root.join("expected.json")).unwrap()).unwrap();
    let files = all["files"].as_object().unwrap().iter();
    let wanted = files.filter(|(f, _)| folders.iter().any(|d| f.starts_with(&format!("{d}/"))));
    let wanted = wanted.map(|(f, e)| (f.clone(), e.clone())).collect();
    Some((root, wanted))
}

fn differences(file: &str, is: &[(&str, Value)], expected: &Value, wrong: &mut Vec<String>) {
    for (name, is) in is {
        if let Some(wanted) = expected.get(name).filter(|w| *w != is) {
            wrong.push(format!("{file}: {name} is {is}, not {wanted}"));
        }
    }
}

fn feed_counts(path: &Path) -> Vec<(&'static str, Value)> {
    let feed = feed::parse(&fs::read(path).unwrap(), None).unwrap();
    let dialect = match feed.dialect {
        feed::Dialect::Rss => "rss",
        feed::Dialect::Rdf => "rdf",
        feed::Dialect::Atom => "atom",
        feed::Dialect::Json => "json",
    };
    let tags: BTreeSet<String> =
        feed.entries.iter().flat_map(|e| &e.categories).map(|c| c.term.to_lowercase()).collect();
    let full = feed.entries.iter().filter(|e| e.content.is_some()).count();
    let files = feed.entries.iter().flat_map(|e| &e.links).filter(|l| l.rel == "enclosure").count();
    vec![
        ("kind", dialect.into()),
        ("version", feed.version.clone().into()),
        ("posts", feed.entries.len().into()),
        ("tags", tags.len().into()),
        ("with_full_content", full.into()),
        ("enclosures", files.into()),
        ("next", feed.next().is_some().into()),
    ]
}

fn history(path: &Path) -> BTreeSet<&'static str> {
    let feed = feed::parse(&fs::read(path).unwrap(), None).unwrap();
    let mut out: BTreeSet<&str> =
        ["current", "prev-archive", "next"].into_iter().filter(|r| feed.link(r).is_some()).collect();
    out.extend(feed.complete.then_some("complete"));
    out.extend(feed.archive.then_some("archive"));
    out
}

/// The content of this entry is XHTML, of which the counting script saw no text.
const XHTML: &str = "feed/atom/atom_example_1.xml";

/// The one item of this file ends within its title: there is nothing of it to keep.
const EMPTY_ITEM: &str = "feed/feedparser/rss_incomplete_cdata.xml";

#[test]
fn feeds_of_all_ages_are_counted_right() {
    let Some((root, files)) = expected("feeds_of_all_ages_are_counted_right", &["feed", "feed-rfc5005"]) else {
        return;
    };
    let mut wrong = Vec::new();
    for (file, wanted) in &files {
        let path = root.join(file);
        let posts = wanted["posts"].as_u64().unwrap();
        let read = take(&path, Options::default());
        if posts == 0 || file == EMPTY_ITEM {
            let error = read.err().map(|e| e.to_string()).unwrap_or_default();
            assert!(error.contains("no entries"), "{file}: {error}");
            continue;
        }
        let mut wanted = wanted.clone();
        if file == XHTML {
            wanted["with_full_content"] = 1.into();
        }
        differences(file, &feed_counts(&path), &wanted, &mut wrong);
        if let Some(links) = wanted["history"].as_array() {
            let links: BTreeSet<&str> = links.iter().filter_map(Value::as_str).collect();
            assert_eq!(history(&path), links, "{file}");
        }
        let read = read.unwrap_or_else(|e| panic!("{file}: {e}"));
        assert_eq!(read.drafts.len() as u64, posts, "{file}");
        if wanted["wellformed"] == false {
            assert!(!read.notes().is_empty(), "{file}: repaired without a word");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn blogger_exports_are_counted_right() {
    let Some((root, files)) = expected("blogger_exports_are_counted_right", &["blogger-classic", "blogger-takeout"])
    else {
        return;
    };
    let mut wrong = Vec::new();
    for (file, wanted) in &files {
        let taken = take(&root.join(file), Options::default()).unwrap_or_else(|e| panic!("{file}: {e}"));
        let count = |kind, wanted: fn(Status) -> bool| -> Value {
            taken.drafts.iter().filter(|d| d.kind == kind && wanted(d.status)).count().into()
        };
        let tags: BTreeSet<&str> = taken.drafts.iter().flat_map(|d| &d.tags).map(|t| t.label.as_str()).collect();
        let comments: usize = taken.drafts.iter().map(|d| d.comments.len()).sum();
        let posts = || taken.drafts.iter().filter(|d| d.kind == Kind::Post);
        let is = [
            ("posts", count(Kind::Post, |_| true)),
            ("published", count(Kind::Post, |s| s == Status::Published)),
            ("drafts", count(Kind::Post, |s| s == Status::Draft)),
            ("scheduled", count(Kind::Post, |s| s == Status::Scheduled)),
            ("trashed", count(Kind::Post, |s| s == Status::Trash)),
            ("pages", count(Kind::Page, |_| true)),
            ("comments_approved", comments.into()),
            ("tags", tags.len().into()),
            ("untitled", posts().filter(|d| d.title.is_empty()).count().into()),
        ];
        differences(file, &is, wanted, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn saved_pages_give_a_post_with_its_captions() {
    let Some((root, files)) = expected("saved_pages_give_a_post_with_its_captions", &["saved-html", "substack-page"])
    else {
        return;
    };
    let mut wrong = Vec::new();
    for (file, wanted) in &files {
        let taken = take(&root.join(file), Options::default()).unwrap_or_else(|e| panic!("{file}: {e}"));
        let captions: u64 = wanted["captions"].as_object().unwrap().values().filter_map(Value::as_u64).sum();
        let posts: Vec<_> = taken.drafts.into_iter().map(|d| refine(d, "case", None)).collect();
        let found: usize = posts.iter().map(|p| p.captions.len()).sum();
        if found as u64 != captions {
            wrong.push(format!("{file}: {found} captions, not {captions}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_parts_of_saved_mails_are_counted_right() {
    let Some((root, files)) = expected("the_parts_of_saved_mails_are_counted_right", &["mhtml"]) else { return };
    let mut wrong = Vec::new();
    for (file, wanted) in &files {
        let mail = mhtml::parse(&fs::read(root.join(file)).unwrap());
        let of = |kind: &str| mail.parts.iter().filter(|p| p.header.media_type().starts_with(kind)).count();
        let is = [
            ("parts", mail.parts.len().into()),
            ("html_parts", of("text/html").into()),
            ("images", of("image/").into()),
        ];
        differences(file, &is, wanted, &mut wrong);
        let posts = take(&root.join(file), Options::default()).map_or(0, |t| t.drafts.len());
        // The other two end before their page says anything.
        let whole = ["mhtml/example.com.mhtml", "mhtml/portfolio.mhtml"].contains(&file.as_str());
        assert_eq!(posts, usize::from(whole), "{file}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the records of a file amount to, in the words of expected.json.
fn record_counts(file: &Path) -> Vec<(&'static str, Value)> {
    let streams = input::open(file).unwrap().streams;
    let (mut kinds, mut uris, mut pages, mut all) = (BTreeMap::<String, u64>::new(), BTreeSet::new(), 0, 0);
    let mut damaged = false;
    for stream in streams.iter().filter(|s| !s.name.ends_with(".json") && !s.name.ends_with(".jsonl")) {
        let mut records = warc::Records::new(stream.open().unwrap());
        loop {
            let record = match records.record() {
                Ok(Some(record)) => record,
                Ok(None) => break,
                Err(fault) => {
                    damaged = !matches!(fault, warc::Fault::Io(_));
                    break;
                }
            };
            all += 1;
            *kinds.entry(record.kind.clone()).or_default() += 1;
            let response = record.kind == "response";
            if response || record.kind == "resource" || record.kind == "revisit" {
                uris.insert(record.uri.clone());
            }
            let (block, extent) = records.block(1 << 30).unwrap();
            let answer = warc::parse_response(&block);
            damaged |= extent == warc::Extent::Cut && !answer.is_whole(&answer.body);
            pages += u64::from(response && answer.status == 200 && answer.media_type() == "text/html");
        }
    }
    vec![
        ("records", all.into()),
        ("warc_records", all.into()),
        ("types", serde_json::to_value(kinds).unwrap()),
        ("uris", uris.len().into()),
        ("html_200", pages.into()),
        ("damaged", damaged.into()),
    ]
}

#[test]
fn the_records_of_web_archives_are_counted_right() {
    let Some((root, files)) = expected("the_records_of_web_archives_are_counted_right", &["warc", "wacz"]) else {
        return;
    };
    let mut wrong = Vec::new();
    for (file, wanted) in &files {
        differences(file, &record_counts(&root.join(file)), wanted, &mut wrong);
        let taken = take(&root.join(file), Options::default());
        let posts = taken.as_ref().map_or(0, |t| t.drafts.len() as u64);
        // A page of a resource record or of ARC is no answer with status 200 to the counting script.
        let pages = wanted["html_200"].as_u64().unwrap_or(1).max(u64::from(file.contains("resource")));
        assert_eq!(posts, pages, "{file}");
        if wanted["bad_resources"] == 1 {
            assert!(taken.err().unwrap().to_string().contains("1 of its files"), "{file}");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn lists_of_captures_are_counted_right() {
    let Some((root, files)) = expected("lists_of_captures_are_counted_right", &["cdx", "cdx-server"]) else { return };
    let mut wrong = Vec::new();
    for (file, wanted) in &files {
        let list = warc::parse_list(&fs::read_to_string(root.join(file)).unwrap());
        let good = |l: &&warc::Line| l.status == Some(200) || l.mime == "warc/revisit";
        let is = [
            ("captures", list.lines.len().into()),
            ("urls", warc::captures(&list).len().into()),
            ("ok_or_revisit", list.lines.iter().filter(good).count().into()),
            ("resume_key", list.resume_key.clone().into()),
        ];
        differences(file, &is, wanted, &mut wrong);
        let error = take(&root.join(file), Options::default()).err().map(|e| e.to_string()).unwrap_or_default();
        assert!(error.contains(&format!("a list of {} captures", list.lines.len())), "{file}: {error}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
