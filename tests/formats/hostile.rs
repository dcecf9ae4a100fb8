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
