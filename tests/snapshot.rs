//! Promise: a snapshot is the whole archive, restoring it gives the same archive, and damage to either is found.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};

use mdarchive::error::Error;
use mdarchive::event::Events;
use mdarchive::model::{Capture, Digest};
use mdarchive::store::bag::{self, restore};
use mdarchive::store::{Archive, What, verify};
use tempfile::TempDir;
use url::Url;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::harness::{draft, open_writer, refine};

/// A 1×1 picture.
const PICTURE: &[u8] =
    b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";

/// Makes an archive that has something in each folder, by two runs.
pub fn archive(folder: &Path) -> PathBuf {
    let root = folder.join("blog.example");
    let mut w = open_writer(&root, 0);
    for n in 1..=3 {
        w.keep(refine(draft(n, "rest", &format!("<p>Words of {n}, café</p>")))).unwrap();
    }
    let mut page = draft(4, "rest", "<p>About</p>");
    page.kind = mdarchive::model::Kind::Page;
    w.keep(refine(page)).unwrap();
    w.keep_media(PICTURE).unwrap();
    w.capture(&capture()).unwrap();
    w.keep_raw_import(&Digest::of("original"), "xml", &mut "<rss/>".as_bytes()).unwrap();
    w.finish(false).unwrap();
    let mut w = open_writer(&root, 86_400);
    let mut edited = draft(1, "rest", "<p>Other words of 1</p>");
    edited.updated = mdarchive::model::Date::parse_iso("2007-06-01T00:00:00Z");
    w.keep(refine(edited)).unwrap();
    w.finish(false).unwrap();
    root
}

fn capture() -> Capture {
    Capture {
        url: Url::parse("http://blog.example/").unwrap(),
        time: "2026-03-04T05:06:07Z".parse().unwrap(),
        request: Vec::new(),
        status: 200,
        headers: vec![("Content-Type".into(), "text/html".into())],
        body: b"<p>Words</p>".to_vec(),
        decoded: None,
        truncated: None,
    }
}

pub fn snapshot(root: &Path) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    bag::write(&Archive::open(root).unwrap(), &mut out, &Events::silent()).unwrap();
    out.into_inner()
}

/// All files below a folder but the cache.
pub fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()) {
            match entry.is_dir() {
                true if !entry.ends_with(".cache") => folders.push(entry),
                true => {}
                false => {
                    let name = entry.strip_prefix(root).unwrap().to_str().unwrap().to_string();
                    files.insert(name, fs::read(entry).unwrap());
                }
            }
        }
    }
    files
}

/// The entries of a ZIP file as they come.
pub fn entries(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut all = Vec::new();
    for at in 0..zip.len() {
        let mut entry = zip.by_index(at).unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        all.push((entry.name().unwrap().to_string(), bytes));
    }
    all
}

pub fn pack(entries: &[(String, Vec<u8>)], path: &Path) {
    let mut zip = ZipWriter::new(File::create(path).unwrap());
    for (name, bytes) in entries {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap();
}

/// A snapshot in which something was changed, the manifests made to agree where `agree` says so.
pub fn forged(folder: &Path, agree: bool, change: impl FnOnce(&mut Vec<(String, Vec<u8>)>)) -> PathBuf {
    let mut all = entries(&snapshot(&archive(&folder.join("forging"))));
    change(&mut all);
    if agree {
        let line = |(name, bytes): &(String, Vec<u8>)| {
            let name = name.split_once('/')?.1;
            name.starts_with("data/").then(|| format!("{}  {name}\n", Digest::of(bytes)))
        };
        let manifest: String = all.iter().filter_map(line).collect();
        all.retain(|(name, _)| !name.ends_with("/tagmanifest-sha256.txt"));
        all.iter_mut()
            .filter(|(n, _)| n.ends_with("/manifest-sha256.txt"))
            .for_each(|e| e.1 = manifest.clone().into_bytes());
    }
    let path = folder.join("forged.zip");
    pack(&all, &path);
    path
}

pub fn find<'a>(all: &'a mut [(String, Vec<u8>)], part: &str) -> &'a mut (String, Vec<u8>) {
    all.iter_mut().find(|(name, _)| name.contains(part)).unwrap()
}

/// Tries to restore, and returns what the error says; nothing may be left behind.
pub fn refused(zip: &Path) -> String {
    let folder = tempfile::tempdir().unwrap();
    let error = restore(zip, folder.path(), None, &Events::silent()).unwrap_err();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "something was left behind");
    error.to_string()
}

pub fn damage(path: &Path) -> Vec<(String, What)> {
    let damage = verify(path, &Events::silent()).unwrap().damage;
    assert!(damage.windows(2).all(|d| d[0].path < d[1].path), "a file is reported once: {damage:?}");
    damage.into_iter().map(|d| (d.path, d.what)).collect()
}

pub fn temp() -> TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn restored_snapshot_is_the_same_archive_byte_for_byte() {
    let (one, two) = (temp(), temp());
    let root = archive(one.path());
    let zip = one.path().join("blog.zip");
    fs::write(&zip, snapshot(&root)).unwrap();
    let restored = restore(&zip, two.path(), None, &Events::silent()).unwrap();
    assert_eq!(restored.root, two.path().join("blog.example"));
    assert!(!restored.already);
    assert_eq!(files(&restored.root), files(&root));
    assert_eq!(fs::read_dir(two.path()).unwrap().count(), 1, "no temporary folder stays");
    assert_eq!(snapshot(&restored.root), fs::read(&zip).unwrap());
    assert_eq!(damage(&restored.root), []);
    let again = restore(&zip, two.path(), None, &Events::silent()).unwrap();
    assert!(again.already);
}

#[test]
fn bag_packed_again_by_other_hands_is_restored_too() {
    let (one, two) = (temp(), temp());
    let root = archive(one.path());
    let zip = one.path().join("blog.zip");
    // As a stream: sizes follow the data, folders have entries, nothing is in order.
    let mut writer = ZipWriter::new_stream(File::create(&zip).unwrap());
    writer.add_directory("blog.example/", SimpleFileOptions::default()).unwrap();
    writer.add_directory("blog.example/data/posts/", SimpleFileOptions::default()).unwrap();
    for (name, bytes) in entries(&snapshot(&root)).iter().rev() {
        writer.start_file(name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap();
    assert_eq!(damage(&zip), []);
    let restored = restore(&zip, two.path(), None, &Events::silent()).unwrap();
    assert_eq!(files(&restored.root), files(&root));
}

#[test]
fn snapshot_is_a_bag_of_every_file_in_order() {
    let one = temp();
    let root = archive(one.path());
    let zip = snapshot(&root);
    let all = entries(&zip);
    let names: Vec<&str> = all.iter().map(|(n, _)| n.as_str()).collect();
    assert!(names.is_sorted() && names.iter().all(|n| n.starts_with("blog.example/")));
    let payload: Vec<String> =
        names.iter().filter_map(|n| n.strip_prefix("blog.example/data/")).map(String::from).collect();
    assert_eq!(payload, files(&root).into_keys().collect::<Vec<_>>());
    for folder in ["media/", "pages/", "posts/", "raw/import/", "versions/"] {
        assert!(payload.iter().any(|p| p.starts_with(folder)), "{folder} is not in it");
    }
    let text = |name: &str| {
        all.iter().find(|(n, _)| n.ends_with(name)).map(|(_, b)| String::from_utf8_lossy(b).into_owned()).unwrap()
    };
    let size: usize = files(&root).values().map(Vec::len).sum();
    let info = text("/bag-info.txt");
    assert!(info.contains(&format!("Payload-Oxum: {size}.{}\n", payload.len())), "{info}");
    assert!(info.contains("Bagging-Date: 2026-03-05\n"), "the day of the last run, not of today: {info}");
    assert_eq!(text("/bagit.txt"), "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n");
    assert_eq!(text("/manifest-sha256.txt").lines().count(), payload.len());
    assert_eq!(text("/tagmanifest-sha256.txt").lines().count(), 3);
    let mut read = ZipArchive::new(Cursor::new(&zip)).unwrap();
    for at in 0..read.len() {
        let entry = read.by_index(at).unwrap();
        let time = entry.last_modified().unwrap();
        assert_eq!((time.year(), time.month(), time.day(), time.hour()), (1980, 1, 1, 0));
        let stored = entry.compression() == CompressionMethod::Stored;
        let name = entry.name().unwrap().to_string();
        assert_eq!(stored, name.ends_with(".gif") || name.ends_with(".gz"), "{name}");
    }
}

#[test]
fn unfinished_and_hidden_files_stay_out_of_a_snapshot() {
    let one = temp();
    let root = archive(one.path());
    let before = snapshot(&root);
    for name in ["posts/2007/04/x.json.tmp~", "raw/r-1.warc.gz.open~", ".git/config", ".cache/index", "posts/.swp"] {
        fs::create_dir_all(root.join(name).parent().unwrap()).unwrap();
        fs::write(root.join(name), "x").unwrap();
    }
    let mut runs = fs::OpenOptions::new().append(true).open(root.join("runs.jsonl")).unwrap();
    runs.write_all(b"{\"type\":\"run\",\"ru").unwrap();
    assert!(snapshot(&root) == before);
    assert_eq!(damage(&root), []);
}

#[test]
fn batch_cut_off_by_a_kill_is_in_the_snapshot_and_is_sound() {
    let one = temp();
    let root = archive(one.path());
    let whole = snapshot(&root);
    // Goes back to the moment between two renames of the last batch.
    let runs = fs::read_to_string(root.join("runs.jsonl")).unwrap();
    let (earlier, last) = runs.trim_end().rsplit_once('\n').unwrap();
    let line: serde_json::Value = serde_json::from_str(last).unwrap();
    let mut staged = Vec::new();
    for file in line["files"].as_array().unwrap() {
        let path = file["path"].as_str().unwrap();
        let temp = format!("{path}.tmp~");
        if path.starts_with("posts/") {
            fs::rename(root.join(path), root.join(&temp)).unwrap();
        }
        let mut file = file.clone();
        file["temp"] = temp.into();
        staged.push(file);
    }
    assert!(
        staged.iter().any(|s| root.join(s["temp"].as_str().unwrap()).exists()),
        "the test needs a file not yet in place"
    );
    fs::write(root.join("runs.jsonl"), format!("{earlier}\n")).unwrap();
    fs::write(root.join(".pending.json"), serde_json::json!({"staged": staged, "line": line}).to_string()).unwrap();
    assert_eq!(damage(&root), []);
    assert!(snapshot(&root) == whole);
    // And one step later, when the line is written and the list still there.
    fs::write(root.join("runs.jsonl"), &runs).unwrap();
    assert_eq!(damage(&root), []);
    assert!(snapshot(&root) == whole);
}

#[test]
fn another_archive_is_never_overwritten_by_a_snapshot() {
    let (one, two) = (temp(), temp());
    let zip = one.path().join("blog.zip");
    fs::write(&zip, snapshot(&archive(one.path()))).unwrap();
    let other = archive(two.path());
    fs::write(other.join("notes.txt"), "mine").unwrap();
    let before = files(&other);
    let error = restore(&zip, two.path(), None, &Events::silent()).unwrap_err();
    assert!(matches!(error, Error::Archive { .. }), "{error}");
    assert_eq!(files(&other), before);
    let named = restore(&zip, two.path(), Some("second"), &Events::silent()).unwrap();
    assert_eq!(named.root, two.path().join("second"));
    for name in ["../up", "a/b", ".hidden", ""] {
        assert!(restore(&zip, two.path(), Some(name), &Events::silent()).is_err(), "{name:?}");
    }
}

#[test]
fn names_that_lead_out_of_the_folder_are_refused() {
    for name in [
        "../evil",
        "blog.example/data/../../evil",
        "/etc/evil",
        "blog.example\\data\\evil",
        "C:/evil",
        "blog.example/data/C:evil",
        "blog.example/data/.git/hooks/post-checkout",
        "blog.example/data/.cache/index.json",
        "blog.example/data/x.json.tmp~",
        "blog.example/data/a\u{0}b",
        "blog.example/data//evil",
        "elsewhere/evil",
    ] {
        let one = temp();
        let zip = forged(one.path(), true, |all| all.push((name.to_string(), b"x".to_vec())));
        let why = refused(&zip);
        assert!(why.contains("evil") || why.contains("no name") || why.contains("outside"), "{name:?}: {why}");
        assert!(!one.path().join("evil").exists());
        assert_eq!(damage(&zip).len(), 1, "{name:?}");
    }
}

#[test]
fn twins_and_links_are_refused() {
    let one = temp();
    let zip = forged(one.path(), true, |all| {
        let twin = find(all, "data/archive.json").1.clone();
        all.push(("blog.example/data/Archive.json".into(), twin));
    });
    assert!(refused(&zip).contains("twin"));
    let two = temp();
    let all = entries(&snapshot(&archive(two.path())));
    let mut writer = ZipWriter::new(File::create(&zip).unwrap());
    for (name, bytes) in &all {
        writer.start_file(name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.add_symlink("blog.example/data/posts/link", "/etc", SimpleFileOptions::default()).unwrap();
    writer.finish().unwrap();
    assert!(refused(&zip).contains("no plain file"));
}

#[test]
fn name_given_twice_is_refused() {
    let one = temp();
    let root = archive(one.path());
    fs::write(root.join("notes1.txt"), "one").unwrap();
    fs::write(root.join("notes2.txt"), "two").unwrap();
    let mut bytes = snapshot(&root);
    // Makes both the same name, in both directories of the file.
    while let Some(at) = bytes.windows(10).position(|w| w == b"notes2.txt") {
        bytes[at + 5] = b'1';
    }
    let zip = one.path().join("twice.zip");
    fs::write(&zip, bytes).unwrap();
    assert!(refused(&zip).contains("duplicate"));
    assert_eq!(damage(&zip).len(), 1);
}

#[test]
fn bomb_is_refused_before_it_is_unpacked() {
    let one = temp();
    let zip = forged(one.path(), true, |all| all.push(("blog.example/data/raw/zeros".into(), vec![0; 80 << 20])));
    assert!(refused(&zip).contains("bomb"));
}

#[test]
fn snapshot_of_a_newer_format_is_left_alone() {
    let one = temp();
    let zip = forged(one.path(), true, |all| {
        let front = find(all, "data/archive.json");
        front.1 = String::from_utf8(front.1.clone()).unwrap().replace("\"format\": 1", "\"format\": 99").into_bytes();
    });
    assert!(refused(&zip).contains("format 99 is newer"));
}
