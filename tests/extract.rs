//! Pages in, posts out. Where the shared corpus lies beside the project, its pages are read as well.

use std::path::{Path, PathBuf};

use mdarchive::html;

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
        for (name, bytes) in pages(&set).into_iter().take(150) {
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
    for (name, bytes) in pages(&set).into_iter().take(150) {
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
