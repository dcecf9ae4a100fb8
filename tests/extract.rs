//! Pages in, posts out. Where the shared corpus lies beside the project, its pages are read as well.

use std::path::{Path, PathBuf};

use mdarchive::{extract, html};

/// Returns the folder of real pages; says so in one line when there is none.
fn corpus(set: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found =
        ["..", "../.."].iter().map(|up| root.join(up).join("shared/corpus/extract").join(set)).find(|p| p.is_dir());
    if found.is_none() {
        eprintln!("skipped: no shared/corpus/extract/{set} beside the project");
    }
    found
}

/// Returns the pages of a set, by name.
fn pages(set: &Path) -> Vec<(String, Vec<u8>)> {
    let Ok(files) = std::fs::read_dir(set.join("pages")) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = files.flatten().map(|f| f.path()).collect();
    paths.sort();
    paths.into_iter().filter_map(|p| Some((p.file_name()?.to_string_lossy().into_owned(), read(&p)?))).collect()
}

fn read(path: &Path) -> Option<Vec<u8>> {
    let bytes = std::fs::read(path).ok()?;
    if path.extension().is_some_and(|e| e == "gz") {
        let mut out = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::MultiGzDecoder::new(&bytes[..]), &mut out).ok()?;
        return Some(out);
    }
    Some(bytes)
}

#[test]
fn a_cleaned_body_of_a_real_page_comes_out_as_it_went_in() {
    for set in ["hand", "dragnet"] {
        let Some(set) = corpus(set) else { return };
        for (name, bytes) in pages(&set).into_iter().take(40) {
            let base = url::Url::parse("http://example.com/a/b").ok();
            let once = html::body(&String::from_utf8_lossy(&bytes), base.as_ref(), base.as_ref());
            let twice = html::body(&once.html, base.as_ref(), base.as_ref());
            assert!(once.html == twice.html, "{name}: HTML differs");
            assert!(once.captions == twice.captions, "{name}: captions differ");
            assert!(once.links == twice.links, "{name}: links differ");
            assert!(once.text == twice.text, "{name}: text differs");
        }
    }
}

#[test]
fn a_real_page_as_xhtml_is_xml() {
    let Some(set) = corpus("dragnet") else { return };
    for (name, bytes) in pages(&set).into_iter().take(40) {
        let written = html::xhtml(&html::parse(&String::from_utf8_lossy(&bytes)));
        let wrapped = format!("<body xmlns=\"http://www.w3.org/1999/xhtml\">{written}</body>");
        let mut reader = quick_xml::Reader::from_str(&wrapped);
        loop {
            match reader.read_event() {
                Ok(quick_xml::events::Event::Eof) => break,
                Ok(quick_xml::events::Event::Start(e) | quick_xml::events::Event::Empty(e)) => {
                    for attribute in e.attributes() {
                        assert!(attribute.is_ok(), "{name}: {attribute:?}");
                    }
                }
                Ok(_) => {}
                Err(e) => panic!("{name}: {e}"),
            }
        }
    }
}

/// Each folder under `tests/pages` is a page, what is to be found in it, and why it is there.
#[test]
fn every_page_gives_what_stands_in_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages");
    let mut cases: Vec<PathBuf> = std::fs::read_dir(root).unwrap().map(|f| f.unwrap().path()).collect();
    cases.sort();
    assert!(!cases.is_empty());
    let mut wrong = Vec::new();
    for case in cases {
        let bytes = std::fs::read(case.join("page.html")).unwrap();
        let expected: serde_json::Value =
            serde_json::from_slice(&std::fs::read(case.join("expected.json")).unwrap()).unwrap();
        let url = url::Url::parse(expected["url"].as_str().unwrap()).ok();
        let text = extract::decode(&bytes, None).text;
        let verdict = extract::page(&text, url.as_ref());
        let [post] = verdict.posts.as_slice() else { panic!("{} gives {} posts", case.display(), verdict.posts.len()) };
        let found = extract::flat(post, "x");
        for (field, expected) in expected.as_object().unwrap() {
            let found = match field.as_str() {
                "links" => found["links"].as_array().unwrap().iter().map(|l| l["url"].clone()).collect(),
                _ => found[field].clone(),
            };
            if found != *expected {
                wrong.push(format!(
                    "{} {field}\n  expected {expected}\n  found    {found}",
                    case.file_name().unwrap().to_string_lossy()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_page_without_a_post_says_why() {
    for page in ["", "<html></html>", "<p></p>", "<nav><a href=/>Home</a></nav>"] {
        let verdict = extract::page(page, None);
        assert!(verdict.posts.is_empty() && verdict.reason.is_some(), "{page}");
    }
}

#[test]
fn hostile_pages_end_soon() {
    let cases = [
        "<div class=entry-content><p>word, word. ".repeat(20_000),
        "<div class=comments><a href=x>a".repeat(20_000),
        format!("<article>{}", "<p>By Ann Example on May 1, 2007 in <a rel=tag href=/tag/x>x</a></p>".repeat(5_000)),
        format!("<title>{}</title><h1>x</h1>{}", "a | ".repeat(50_000), "<h2>a</h2>".repeat(5_000)),
        format!("<script type=application/ld+json>{}</script><p>x", "[".repeat(100_000)),
        "<table><tr><td><p class=wp-caption-text>a".repeat(5_000),
        "\u{0}\u{1}&#0;<a href='\u{0}'>".repeat(10_000),
    ];
    for case in cases {
        let start = std::time::Instant::now();
        let verdict = extract::page(&case, None);
        if let Some(draft) = verdict.draft {
            extract::flat(&draft, "x");
        }
        assert!(start.elapsed().as_secs() < 30, "{} took {:?}", &case[..case.floor_char_boundary(40)], start.elapsed());
    }
}
