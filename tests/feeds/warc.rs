//! Web archives, made here record by record.

use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use mdarchive::import::Options;
use mdarchive::model::Digest;
use tempfile::TempDir;
use zip::write::SimpleFileOptions;

use super::{Taken, take};

fn record(kind: &str, uri: &str, date: &str, more: &str, block: &str) -> String {
    let n = block.len();
    format!(
        "WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {uri}\r\nWARC-Date: {date}\r\n{more}Content-Length: {n}\r\n\r\n{block}\r\n\r\n"
    )
}

fn page(words: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><head><title>On fog</title></head><body><h1>On fog</h1><div class=\"entry-content\"><p>{words}, which is why nobody ever drew its edges, and why this post ends without a line.</p><p>A picture of nothing: <img src=\"/img/fog.png\"> as every year, in November, when the boats stay in.</p></div></body></html>"
    )
}

const FOG: &str = "http://quay.example/2006/11/fog.html";

fn digest(n: u8) -> String {
    format!("WARC-Payload-Digest: sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA{n}\r\n")
}

/// Three captures of a page, the oldest last; one more that says what the second said; a picture; a page under another
/// name; what is no page.
fn records() -> Vec<String> {
    vec![
        record("warcinfo", "", "2020-01-01T00:00:00Z", "", "software: none\r\n"),
        record("response", FOG, "2010-01-01T00:00:00Z", &digest(2), &page("Second words")),
        record("revisit", FOG, "2011-01-01T00:00:00Z", &digest(2), "HTTP/1.1 200 OK\r\n\r\n"),
        record("response", FOG, "2012-01-01T00:00:00Z", &digest(3), &page("Third words")),
        record("response", FOG, "2008-01-01T00:00:00Z", &digest(1), &page("First words")),
        record(
            "revisit",
            "http://quay.example/?p=7",
            "2012-01-02T00:00:00Z",
            &format!("{}WARC-Refers-To-Target-URI: {FOG}\r\n", digest(3)),
            "",
        ),
        record(
            "response",
            "http://quay.example/img/fog.png",
            "2012-01-01T00:00:00Z",
            "",
            "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\nPNG",
        ),
        record(
            "response",
            "http://quay.example/img/other.png",
            "2012-01-01T00:00:00Z",
            "",
            "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\nPNG",
        ),
        record(
            "response",
            "http://quay.example/gone",
            "2012-01-01T00:00:00Z",
            "",
            "HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\n<html>no</html>",
        ),
        record("request", FOG, "2012-01-01T00:00:00Z", "", "GET / HTTP/1.1\r\n\r\n"),
    ]
}

fn packed(records: &[String]) -> Vec<u8> {
    let member = |r: &String| {
        let mut gz = GzEncoder::new(Vec::new(), Compression::fast());
        gz.write_all(r.as_bytes()).unwrap();
        gz.finish().unwrap()
    };
    records.iter().flat_map(member).collect()
}

fn file(folder: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

fn read(path: &Path) -> Taken {
    take(path, Options::default()).unwrap()
}

/// The first words of each draft, in the order in which they came.
fn words(taken: &Taken) -> Vec<&str> {
    taken.drafts.iter().map(|d| d.body.trim_start_matches("<p>").split(' ').next().unwrap_or_default()).collect()
}

#[test]
fn captures_of_a_page_come_in_the_order_of_time() {
    let folder = TempDir::new().unwrap();
    let taken = read(&file(&folder, "fog.warc.gz", &packed(&records())));
    assert_eq!(words(&taken), ["First", "Second", "Third"]);
    assert_eq!(taken.drafts[2].url.as_deref(), Some(FOG));
    assert_eq!(taken.drafts[2].aliases, ["http://quay.example/?p=7"]);
    let files: Vec<&str> = taken.files.iter().map(|f| f.url.as_str()).collect();
    assert_eq!(files, ["http://quay.example/img/fog.png"]);
    assert_eq!(taken.site.as_ref().unwrap().url.as_deref(), Some("http://quay.example/"));
    assert_eq!(taken.reports[0].skipped["captures that say what the one before them says"], 1);
}

#[test]
fn a_revisit_finds_its_payload_in_another_file() {
    let folder = TempDir::new().unwrap();
    let all = records();
    file(&folder, "a.warc.gz", &packed(&all[..3]));
    file(&folder, "b.warc", all[3..].concat().as_bytes());
    assert_eq!(words(&read(folder.path())), ["First", "Second", "Third"]);
}

#[test]
fn a_cut_archive_gives_what_precedes_the_cut_and_says_so() {
    let folder = TempDir::new().unwrap();
    let whole = records()[..2].concat();
    let cut = format!("{whole}{}", &records()[3][..300]);
    let taken = read(&file(&folder, "cut.warc", cut.as_bytes()));
    assert_eq!((words(&taken)[0], taken.reports[0].gaps.len()), ("Second", 1));
    let mut rubbish = packed(&records()[..2]);
    rubbish.extend(b"rubbish after the last member");
    let taken = read(&file(&folder, "rubbish.warc.gz", &rubbish));
    assert_eq!(words(&taken), ["Second"]);
    let mut garbled = records()[1].replace("Content-Length: ", "Content-Length: 1");
    garbled.push_str(&records()[3]);
    let error = take(&file(&folder, "lies.warc", garbled.as_bytes()), Options::default());
    assert!(error.is_ok_and(|t| t.notes().contains("cut within a record")));
}

#[test]
fn the_hashes_of_a_package_are_checked_and_its_list_of_pages_chooses() {
    let folder = TempDir::new().unwrap();
    let mut all = records();
    all.push(record("response", "http://quay.example/other", "2012-01-01T00:00:00Z", "", &page("Other words")));
    let data = packed(&all);
    let build = |name: &str, hash: &str| {
        let path = folder.path().join(name);
        let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
        let list = format!(
            "{{\"format\": \"json-pages-1.0\", \"id\": \"pages\"}}\n{{\"url\": \"{FOG}\", \"ts\": \"2012-01-01T00:00:00Z\"}}\n"
        );
        let package = format!(
            "{{\"profile\": \"data-package\", \"wacz_version\": \"1.1.1\", \"resources\": [{{\"name\": \"a\", \"path\": \"archive/a.warc.gz\", \"hash\": \"sha256:{hash}\", \"bytes\": {}}}]}}",
            data.len()
        );
        let parts: [(&str, &[u8]); 3] = [
            ("archive/a.warc.gz", &data),
            ("pages/pages.jsonl", list.as_bytes()),
            ("datapackage.json", package.as_bytes()),
        ];
        for (name, bytes) in parts {
            zip.start_file(name, SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap();
        path
    };
    let good = read(&build("good.wacz", Digest::of(&data).as_str()));
    assert_eq!((words(&good), good.reports[0].gaps.len()), (vec!["First", "Second", "Third"], 0));
    let bad = read(&build("bad.wacz", Digest::of("else").as_str()));
    assert!(bad.notes().contains("its hash is not the one"), "{}", bad.notes());
    assert_eq!(words(&bad).len(), 3);
}
