//! Pages in, posts out. Where the shared corpus lies beside the project, its pages are read as well.

use std::path::{Path, PathBuf};

use mdarchive::model::Comment;
use mdarchive::{extract, html};
use serde_json::Value;

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

/// Returns the cases of a folder, each with what is wrong with it.
fn cases(folder: &str) -> Vec<(String, Vec<String>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let only = std::env::var("MDARCHIVE_CASE").unwrap_or_default();
    // A folder without cases is none.
    let mut cases: Vec<PathBuf> = std::fs::read_dir(root).into_iter().flatten().map(|f| f.unwrap().path()).collect();
    cases.sort();
    let read = |case: &PathBuf| {
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        let why = std::fs::read_to_string(case.join("why.txt")).unwrap();
        assert!(
            why.contains(": ") && why.trim().lines().count() == 1,
            "{name}: why.txt is a line: platform, year: lesson"
        );
        let bytes = std::fs::read(case.join("page.html")).unwrap();
        let expected: Value = serde_json::from_slice(&std::fs::read(case.join("expected.json")).unwrap()).unwrap();
        let found = found(&bytes, expected["url"].as_str());
        (name, faults(&found, &expected))
    };
    cases.iter().filter(|c| c.to_string_lossy().contains(&only)).map(read).collect()
}

/// Each folder under `tests/pages` is a page, what is to be found in it (all of it, and what is not), and why it is there.
#[test]
fn every_page_gives_what_stands_in_it() {
    let cases = cases("pages");
    assert!(cases.len() >= 120 || std::env::var("MDARCHIVE_CASE").is_ok(), "{} cases", cases.len());
    let wrong: Vec<String> = cases.iter().flat_map(|(name, f)| f.iter().map(move |f| format!("{name} {f}"))).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Pages that are not read right yet, as `tests/pages` has those that are. The folder may only get smaller.
#[test]
fn page_that_is_read_right_by_now_moves_to_the_others() {
    for (name, faults) in cases("pages-not-yet") {
        faults.iter().for_each(|f| println!("{name} {f}"));
        assert!(!faults.is_empty(), "{name} is read right: move it to tests/pages");
    }
}

/// Returns the flat line of a page with what else a case may speak of.
fn found(bytes: &[u8], url: Option<&str>) -> Value {
    let url = url.and_then(|u| url::Url::parse(u).ok());
    let verdict = extract::page(&extract::decode(bytes, None).text, url.as_ref());
    let Some(post) = verdict.posts.first() else { return serde_json::json!({ "reason": verdict.reason }) };
    let mut found = extract::flat(post, "x");
    let body = &post.body;
    let related = |l: &&Value| l["kind"] == "related";
    let links = found["links"].as_array().unwrap().clone();
    found["related"] = links.iter().filter(related).map(|l| l["url"].clone()).collect();
    found["links"] = links.iter().filter(|l| !related(l)).map(|l| l["url"].clone()).collect();
    found["credits"] = body.captions.iter().filter_map(|c| c.credit.clone()).collect();
    let pictures = regex::Regex::new("<img[^>]* src=\"([^\"]*)\"").unwrap();
    found["pictures"] = pictures.captures_iter(found["html"].as_str().unwrap()).map(|c| c[1].to_string()).collect();
    found["posts"] = verdict.posts.iter().map(|p| Value::from(p.draft.url.clone())).collect();
    let comment = |c: &Comment| serde_json::json!({"id": c.id, "parent": c.parent, "kind": c.kind, "author": c.author, "url": c.url, "published": c.published.as_ref().map(|d| &d.text), "text": c.text});
    found["comments"] = post.draft.comments.iter().map(comment).collect();
    found
}

/// Returns what of a page is not as its case says. A case speaks of each of the first fields, of the others as it likes.
fn faults(found: &Value, expected: &Value) -> Vec<String> {
    let expected = expected.as_object().unwrap();
    if let Some(said) = expected.get("reason") {
        // The words may change, not that there are some, and that they name the kind of page.
        let (said, reason) = (said.as_str().unwrap(), found["reason"].as_str().unwrap_or("a post"));
        return if reason.contains(said) {
            vec![]
        } else {
            vec![format!("reason\n  expected {said}\n  found    {reason}")]
        };
    }
    if found["reason"].is_string() {
        return vec![format!("gives no post: {}", found["reason"])];
    }
    let mut out = Vec::new();
    for field in ["url", "title", "author", "published", "tags", "categories", "captions", "text"] {
        if !expected.contains_key(field) {
            out.push(format!("says nothing of {field}"));
        }
    }
    for (field, expected) in expected.iter().filter(|(f, _)| *f != "absent") {
        if found[field] != *expected {
            out.push(format!("{field}\n  expected {expected}\n  found    {}", found[field]));
        }
    }
    for words in expected.get("absent").into_iter().flat_map(|a| a.as_array().unwrap()) {
        if found.to_string().contains(words.as_str().unwrap()) {
            out.push(format!("holds {words}, which is none of the post"));
        }
    }
    out
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
        for post in verdict.posts {
            extract::flat(&post, "x");
        }
        assert!(start.elapsed().as_secs() < 30, "{} took {:?}", &case[..case.floor_char_boundary(40)], start.elapsed());
    }
}
