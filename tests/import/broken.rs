//! Files that are damaged, or not what they say: a clear error, or what there is and a gap.

use std::fs;
use std::path::PathBuf;

use mdarchive::model::Reason;

use super::{Read, case, read};

fn write(text: impl AsRef<[u8]>, name: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    (folder, path)
}

fn whole() -> String {
    fs::read_to_string(case("wxr-variety/input.xml")).unwrap()
}

fn of(text: impl AsRef<[u8]>) -> Read {
    let (_folder, path) = write(text, "export.xml");
    read(&path).unwrap()
}

fn error_of(text: impl AsRef<[u8]>, name: &str) -> String {
    let (folder, path) = write(text, name);
    let error = read(&path).err().expect("an error");
    assert!(error.hint().is_some() || error.to_string().contains("line"), "{error}: says nothing of what to do");
    error.to_string().replace(&format!("{}/", folder.path().display()), "")
}

#[test]
fn a_cut_export_gives_what_precedes_the_cut() {
    let text = whole();
    let cut = text.find("Behind a word").unwrap() + 200;
    let read = of(&text.as_bytes()[..cut]);
    assert_eq!(read.drafts.len(), 3);
    let gap = &read.report.gaps[0];
    assert_eq!((gap.what.as_str(), gap.reason), ("file", Reason::Truncated));
    let line = text[..cut].lines().count();
    assert_eq!(gap.url, format!("export.xml#{line}"));
    assert!(read.report.notes.iter().any(|n| n.contains("cut short")), "{:?}", read.report.notes);
}

#[test]
fn a_cut_at_any_byte_ends_well() {
    let text = whole();
    for cut in (0..text.len()).step_by(997) {
        let (_folder, path) = write(&text.as_bytes()[..cut], "export.xml");
        match read(&path) {
            Ok(read) => assert!(!read.drafts.is_empty() && read.report.gaps.len() == 1, "cut at {cut}"),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}

#[test]
fn an_export_with_nothing_before_the_cut_is_an_error() {
    let text = whole();
    let cut = text.find("<item>").unwrap() + 100;
    let error = error_of(&text.as_bytes()[..cut], "export.xml");
    assert!(error.starts_with("cannot read export.xml: no posts or pages in it (cut short in line "), "{error}");
}

#[test]
fn a_page_with_the_name_of_an_export_is_told_by_its_root() {
    let page = "<!DOCTYPE html>\n<html lang=en><head><title>Login</title></head><body>Please log in</body></html>";
    let error = error_of(page, "export.xml");
    assert_eq!(error, "cannot read export.xml: not a WordPress export (root element is <html>)");
}

#[test]
fn entities_are_never_defined() {
    let bomb: String = (1..9).map(|n| format!("<!ENTITY a{n} \"{}\">", format!("&a{};", n - 1).repeat(10))).collect();
    let text = whole();
    let bombed = text
        .replacen("<rss", &format!("<!DOCTYPE rss [<!ENTITY a0 \"ha\">{bomb}]>\n<rss"), 1)
        .replace("Harbour &amp; Rope", "&a8;");
    let error = error_of(bombed, "export.xml");
    assert!(error.contains("it has a DOCTYPE"), "{error}");
}

#[test]
fn small_faults_are_repaired_and_told_with_their_lines() {
    let text = whole();
    let line = text[..text.find("Harbour &amp; Rope").unwrap()].lines().count();
    let table: [(&str, &str, &str); 6] = [
        ("Harbour &amp; Rope", "Harbour & Rope", "bare & escaped"),
        ("Harbour &amp; Rope", "Harbour &mdash; Rope", "HTML entities"),
        ("Harbour &amp; Rope", "Harbour \u{1}Rope", "control characters"),
        ("Harbour &amp; Rope", "Harbour < Rope", "bare <"),
        ("<title>Harbour &amp; Rope</title>", "<title>Harbour<br></title>", "left open"),
        ("<title>Harbour &amp; Rope</title>", "<title>Harbour</title><itunes:x>y</itunes:x>", "prefix"),
    ];
    for (from, to, note) in table {
        let read = of(text.replacen(from, to, 1));
        assert_eq!(read.drafts.len(), 11, "{to}");
        let told = &read.report.notes;
        assert!(told.iter().any(|n| n.contains(note) && n.contains(&format!("line {line}"))), "{to}: {told:?}");
        assert!(read.report.gaps.is_empty(), "{to}: repaired, nothing is missing");
    }
}

#[test]
fn an_item_left_open_costs_no_other() {
    let text = whole().replacen("\t</item>\n", "", 1);
    let read = of(text);
    assert_eq!(read.drafts.len(), 11);
    assert!(read.report.notes.iter().any(|n| n.contains("item closed that was left open")), "{:?}", read.report.notes);
}

#[test]
fn single_bytes_of_another_encoding_are_read() {
    let mut bytes = whole().into_bytes();
    let at = whole().find("Notes from the quay").unwrap();
    bytes[at] = 0x93;
    let read = of(bytes);
    assert_eq!(read.site.unwrap().description, "“otes from the quay");
    assert!(read.report.notes.iter().any(|n| n.contains("1 bytes that are not UTF-8")), "{:?}", read.report.notes);
}

#[test]
fn a_gzipped_export_is_an_export() {
    use std::io::Write;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(whole().as_bytes()).unwrap();
    let (_folder, path) = write(packed.finish().unwrap(), "export.xml.gz");
    assert_eq!(read(&path).unwrap().drafts.len(), 11);
}

#[test]
fn what_is_nothing_known_says_so() {
    assert!(error_of("", "x.xml").contains("empty"));
    assert!(error_of([0u8, 1, 2, 3, 255, 254], "x.bin").contains("not in a format known here"));
    assert!(error_of("<svg xmlns='http://www.w3.org/2000/svg'/>", "x.svg").contains("root element is <svg>"));
    assert!(error_of("  \n ", "x.txt").contains("no"));
}
