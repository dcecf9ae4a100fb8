//! Promise: what opens doors is sent to whom it is meant for and kept nowhere.

use std::io::Read;
use std::path::Path;

use flate2::read::MultiGzDecoder;
use mdarchive::http::serve::Response;

use crate::harness::run::command;
use crate::harness::site::Blog;

const SECRET: &str = "letmein-0x5eaf00d";

/// All bytes of all files below a folder, what is packed unpacked.
fn everything(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(everything(&path));
            continue;
        }
        let mut bytes = std::fs::read(&path).unwrap();
        if path.extension().is_some_and(|e| e == "gz") {
            let packed = std::mem::take(&mut bytes);
            MultiGzDecoder::new(packed.as_slice()).read_to_end(&mut bytes).unwrap();
        }
        all.push((path.display().to_string(), bytes));
    }
    all
}

#[test]
fn cookies_and_headers_of_the_user_open_the_blog_and_are_kept_nowhere() {
    let (blog, dir) = (Blog::with_posts(5), tempfile::tempdir().unwrap());
    blog.break_with(|request| {
        let cookie = request.header("cookie").is_some_and(|c| c.contains(SECRET));
        let key = request.header("x-key") == Some(SECRET);
        let mut door = Response::new(401, "text/plain", "members only");
        door.headers.push(("Set-Cookie".into(), format!("sid={SECRET}")));
        (!cookie || !key).then_some(door)
    });
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), format!("127.0.0.1\tFALSE\t/\tFALSE\t0\tsid\t{SECRET}\n")).unwrap();
    let cookies = file.path().to_str().unwrap();
    let url = blog.url();
    let fetch = |words: &[&str], headers: &str| {
        let mut words = words.to_vec();
        words.extend(["fetch", &url, "--verbose", "--report", "report.json", "--name", "ours"]);
        command(dir.path(), &words).env("MDARCHIVE_HEADERS", headers).output().unwrap()
    };
    let shut = fetch(&["--json"], "");
    assert_eq!(shut.status.code(), Some(1), "{shut:?}");
    assert!(!dir.path().join("archives").exists());
    let open = {
        let words =
            ["fetch", url.as_str(), "--verbose", "--report", "report.json", "--name", "ours", "--cookies", cookies];
        command(dir.path(), &words).env("MDARCHIVE_HEADERS", format!("X-Key: {SECRET}")).output().unwrap()
    };
    assert_eq!(open.status.code(), Some(0), "{open:?}");
    let snapshot = command(dir.path(), &["export", "--zip", "--epub", "--json", "--jsonl"]).output().unwrap();
    assert_eq!(snapshot.status.code(), Some(0), "{snapshot:?}");
    let mut all = everything(dir.path());
    let said = [shut.stdout, shut.stderr, open.stdout, open.stderr, snapshot.stdout, snapshot.stderr].concat();
    all.push(("what was said".into(), said));
    assert!(all.iter().any(|(name, bytes)| name.ends_with(".warc.gz") && find(bytes, b"GET /")));
    for (name, bytes) in all {
        assert!(!find(&bytes, SECRET.as_bytes()), "the secret is in {name}");
    }
}

#[test]
fn file_of_cookies_that_is_none_is_named_and_its_content_is_not() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("c.txt"), format!("# cookies\nsid={SECRET}\n")).unwrap();
    let ran = crate::harness::run::mdarchive(dir.path(), &["fetch", "https://blog.example", "--cookies", "c.txt"]);
    assert_eq!(ran.code, 2);
    assert_eq!(ran.err.lines().next(), Some("error: --cookies: c.txt line 2: not seven fields with tabs between them"));
}

fn find(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|w| w == word)
}
