//! What the tests share: a temporary archive, posts made up, a clock that stands still.

pub mod pages;
pub mod run;
pub mod site;

use std::path::{Path, PathBuf};

use mdarchive::model::{Clock, Draft, Source, Term};
use mdarchive::store::{Opening, Writer};

/// A clock that shows one time, in seconds after 2026-03-04 05:06:07 UTC.
pub fn clock_at(seconds: i64) -> Clock {
    let base: jiff::Timestamp = "2026-03-04T05:06:07Z".parse().unwrap();
    Clock::new(move || base + jiff::SignedDuration::from_secs(seconds))
}

pub fn opening() -> Opening {
    Opening {
        name: "blog.example".into(),
        site: mdarchive::model::Site {
            url: Some("http://blog.example/".into()),
            title: "A blog".into(),
            ..Default::default()
        },
        command: "import",
        source: Some(("rest".into(), "http://blog.example/".into())),
    }
}

pub fn open_writer(root: &Path, at: i64) -> Writer {
    Writer::open(root, opening(), clock_at(at)).unwrap()
}

/// A made-up post: number `n` of a blog, as a source of the given kind gives it.
pub fn draft(n: u32, kind: &str, body: &str) -> Draft {
    Draft {
        source: Source { kind: kind.into(), uri: format!("{kind}:1"), ..Source::default() },
        key: Some(format!("wordpress:blog.example:{n}")),
        url: Some(format!("http://blog.example/2007/04/post-{n}/")),
        aliases: vec![format!("http://blog.example/?p={n}")],
        title: format!("Post {n}"),
        published: mdarchive::model::Date::parse_iso(&format!("2007-04-{:02}T12:00:00Z", n % 28 + 1)),
        updated: mdarchive::model::Date::parse_iso("2007-05-01T12:00:00Z"),
        tags: vec![Term { label: "Tag".into(), slug: "tag".into(), taxonomy: "post_tag".into() }],
        body: body.into(),
        ..Draft::default()
    }
}

pub fn refine(draft: Draft) -> mdarchive::model::Post {
    let site = url::Url::parse("http://blog.example/").unwrap();
    mdarchive::ops::refine(draft, "blog.example", Some(&site))
}

/// All files of an archive but its cache, its runs and its raw captures: path and bytes, sorted. Each is checked
/// against the published schema on the way, the runs too.
pub fn kept(root: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(root.join(&folder)).unwrap() {
            let entry = entry.unwrap();
            let relative = folder.join(entry.file_name());
            let name = relative.to_string_lossy().into_owned();
            if entry.file_type().unwrap().is_dir() {
                if name != ".cache" && name != "raw" {
                    folders.push(relative);
                }
            } else if name != "runs.jsonl" {
                files.push((name, std::fs::read(entry.path()).unwrap()));
            }
        }
    }
    files.sort();
    crate::schema::check_files(&files);
    crate::schema::check_runs(root);
    files
}
