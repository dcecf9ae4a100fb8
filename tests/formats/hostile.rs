//! What is made to hurt: bounded, and refused with the reason.

use std::fs;
use std::time::{Duration, Instant};

use super::{Read, read};

/// Reads a file of a name and content; it must end soon, and without a panic.
fn soon(name: &str, content: &[u8]) -> mdarchive::Result<Read> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    let start = Instant::now();
    let found = read(&path);
    assert!(start.elapsed() < Duration::from_secs(20), "{name}: {:?}", start.elapsed());
    found
}

fn refused(name: &str, content: &str) -> String {
    match soon(name, content.as_bytes()) {
        Ok(read) => panic!("{name}: {} posts", read.posts.len()),
        Err(error) => error.to_string(),
    }
}

#[test]
fn json_nested_a_million_deep_is_refused() {
    let deep = "[".repeat(1_000_000);
    let table = [
        format!("{{\"db\":[{{\"meta\":{{}},\"data\":{{\"posts\":[{{\"tags\":{deep}"),
        format!("{{\"found\":1,\"posts\":[{{\"ID\":1,\"site_ID\":1,\"tags\":{deep}"),
        format!("[{{\"rendered\":1,\"x\":{deep}"),
        format!("{{\"kind\":\"blogger#postList\",\"items\":{deep}"),
        format!("var tumblr_api_read = {{\"tumblelog\":{{}},\"posts\":{deep}"),
    ];
    for (n, text) in table.iter().enumerate() {
        let error = refused("x.json", text);
        assert!(error.contains("recursion") || error.contains("JSON"), "{n}: {error}");
    }
    let escaped = "[".repeat(100_000);
    let lexical = format!(
        "{{\"db\":[{{\"meta\":{{}},\"data\":{{\"posts\":[{{\"id\":1,\"title\":\"t\",\"lexical\":\"{escaped}\"}}]}}}}]}}"
    );
    assert_eq!(soon("x.json", lexical.as_bytes()).unwrap().posts.len(), 1);
}

#[test]
fn a_bomb_of_aliases_is_read_line_by_line() {
    let mut bomb = "---\ntitle: still here\na0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_string();
    for n in 1..40 {
        let m = n - 1;
        bomb += &format!("a{n}: &a{n} [*a{m},*a{m},*a{m},*a{m},*a{m},*a{m},*a{m},*a{m},*a{m},*a{m}]\n");
    }
    let found = soon("x.md", (bomb + "---\nbody\n").as_bytes()).unwrap();
    assert_eq!(found.posts[0].title, "still here");
    assert!(found.reports[0].notes.iter().any(|n| n.contains("values")), "{:?}", found.reports[0].notes);
}

#[test]
fn entities_of_a_journal_are_never_expanded() {
    let bomb = "<?xml version='1.0'?><!DOCTYPE livejournal [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;'>]><livejournal><entry><itemid>1</itemid><event>&b;</event></entry></livejournal>";
    let error = refused("x.xml", bomb);
    assert!(error.contains("no entry") || error.contains("DOCTYPE"), "{error}");
}

/// Files are named as entities, and media by their place on this machine: neither is ever opened.
#[test]
fn a_file_of_this_machine_is_never_read() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret.png");
    fs::write(&secret, "the secret of the quay").unwrap();
    let at = format!("file://{}", secret.display());
    let entity = format!("<?xml version='1.0'?><!DOCTYPE x [<!ENTITY s SYSTEM '{at}'>]>");
    let feed = "<rss version='2.0'><channel><title>t</title><item><title>A &s;</title><link>http://q.example/1</link><description>&s;</description></item></channel></rss>";
    let tumblr = "<tumblr version='1.0'><tumblelog title='t'/><posts><post id='1234' type='regular'><regular-title>&s;</regular-title></post></posts></tumblr>";
    let journal = "<livejournal><entry><itemid>1</itemid><event>&s;</event></entry></livejournal>";
    for text in [feed, tumblr, journal] {
        let found = soon("x.xml", (entity.clone() + text).as_bytes());
        let posts = found.map(|f| format!("{:?}", f.posts)).unwrap_or_default();
        assert!(!posts.contains("secret of"), "{posts}");
    }
    let markdown =
        format!("---\ntitle: t\n---\n![a]({at}) ![b]({}) ![c](../../../../../../etc/passwd)\n", secret.display());
    let takeout = format!(
        "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:blogger='http://schemas.google.com/blogger/2018'><entry><id>1</id><blogger:type>POST</blogger:type><blogger:status>LIVE</blogger:status><title>t</title><content type='html'>&lt;img src='{at}'&gt;</content><blogger:filename>/../../etc/passwd</blogger:filename></entry></feed>"
    );
    for (name, text) in [("x.md", markdown), ("feed.atom", takeout)] {
        let found = soon(name, text.as_bytes()).unwrap();
        assert!(found.files.is_empty(), "{:?}", found.files);
        assert!(!found.posts[0].html.contains("file:"), "{}", found.posts[0].html);
    }
}

#[test]
fn records_that_lie_about_their_length_cost_no_other() {
    let words =
        "<p>A sentence of some length, with a comma, that says next to nothing about the weather.</p>".repeat(6);
    let page =
        format!("<html><body><article><h1>T</h1><div class=\"entry-content\">{words}</div></article></body></html>");
    let answer = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{page}");
    let record = |length: &str, n: u8| {
        format!(
            "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://q.example/{n}\r\nWARC-Date: 2012-01-01T00:00:00Z\r\nContent-Type: application/http; msgtype=response\r\nContent-Length: {length}\r\n\r\n{answer}\r\n\r\n"
        )
    };
    let honest = record(&answer.len().to_string(), 1);
    for length in ["99999999999999999999999", "18446744073709551615", "999999999999", "-1", "0", "10", "x", ""] {
        let found = soon("x.warc", (honest.clone() + &record(length, 2)).as_bytes()).unwrap();
        assert!(found.posts.iter().any(|p| p.url.as_deref() == Some("http://q.example/1")), "{length}");
        let report = &found.reports[0];
        assert!(!report.gaps.is_empty() || !report.notes.is_empty(), "{length}: not a word of it");
    }
}

/// Sixteen ZIPs in each of sixteen ZIPs: 16 kB that unpack to terabytes.
#[test]
fn a_zip_that_unpacks_to_terabytes_is_refused() {
    let packed = |members: Vec<(String, Vec<u8>)>| {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, bytes) in members {
            zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            std::io::Write::write_all(&mut zip, &bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    };
    let mut inner = packed(vec![("a.txt".into(), vec![b'a'; 20 << 20])]);
    for _ in 0..4 {
        inner = packed((0..16).map(|n| (format!("{n}.zip"), inner.clone())).collect());
    }
    assert!(inner.len() < 64 << 10, "{}", inner.len());
    let error = soon("x.zip", &inner).err().expect("refused").to_string();
    assert!(error.contains("than a file of its size") || error.contains("times"), "{error}");
}

#[test]
fn markup_without_end_ends() {
    let quotes = ">".repeat(200_000);
    let brackets = "[".repeat(200_000);
    let stars = "*a ".repeat(200_000);
    for text in [&quotes, &brackets, &stars] {
        assert_eq!(soon("x.md", format!("# t\n\n{text}\n").as_bytes()).unwrap().posts.len(), 1);
        let entry = format!(
            "TITLE: t\nDATE: 01/02/2003 04:05:06\nCONVERT BREAKS: textile\n-----\nBODY:\n{text}\n-----\n--------\n"
        );
        assert_eq!(soon("x.txt", entry.as_bytes()).unwrap().posts.len(), 1);
    }
    let braces = format!("---\ntitle: t\n---\n{}", "{% highlight ".repeat(20_000));
    assert_eq!(soon("x.md", braces.as_bytes()).unwrap().posts.len(), 1);
    let rst = format!("t\n===\n\n{}", "`a ".repeat(100_000));
    assert_eq!(soon("x.rst", rst.as_bytes()).unwrap().posts.len(), 1);
}

#[test]
fn an_entry_without_end_is_refused() {
    let line = format!("TITLE: t\nDATE: 01/02/2003 04:05:06\n-----\nBODY:\n{}", "x".repeat(17 << 20));
    assert!(refused("x.txt", &line).contains("line longer than"));
}

#[test]
fn damage_of_any_kind_is_no_panic() {
    let cases = ["mt/input.txt", "ghost/input.json", "dotclear/input.txt", "blogger-api/input.json"];
    for case in cases {
        let whole = fs::read(crate::import::case("").join(case)).unwrap();
        let name = case.rsplit('/').next().unwrap();
        for n in 0..60 {
            let cut = whole.len() * n / 60;
            let _ = soon(name, &whole[..cut]);
            let mut bent = whole.clone();
            bent[cut] = [0, b'"', b'\n', 0xff, b'<', b'-'][n % 6];
            let _ = soon(name, &bent);
        }
    }
}
