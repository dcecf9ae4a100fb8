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
fn archive(folder: &Path) -> PathBuf {
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

fn snapshot(root: &Path) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    bag::write(&Archive::open(root).unwrap(), &mut out, &Events::silent()).unwrap();
    out.into_inner()
}

/// All files below a folder but the cache.
fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
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
fn entries(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
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

fn pack(entries: &[(String, Vec<u8>)], path: &Path) {
    let mut zip = ZipWriter::new(File::create(path).unwrap());
    for (name, bytes) in entries {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap();
}

/// A snapshot in which something was changed, the manifests made to agree where `agree` says so.
fn forged(folder: &Path, agree: bool, change: impl FnOnce(&mut Vec<(String, Vec<u8>)>)) -> PathBuf {
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

fn find<'a>(all: &'a mut [(String, Vec<u8>)], part: &str) -> &'a mut (String, Vec<u8>) {
    all.iter_mut().find(|(name, _)| name.contains(part)).unwrap()
}

/// Tries to restore, and returns what the error says; nothing may be left behind.
fn refused(zip: &Path) -> String {
    let folder = tempfile::tempdir().unwrap();
    let error = restore(zip, folder.path(), None, &Events::silent()).unwrap_err();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "something was left behind");
    error.to_string()
}

fn damage(path: &Path) -> Vec<(String, What)> {
    verify(path, &Events::silent()).unwrap().damage.into_iter().map(|d| (d.path, d.what)).collect()
}

fn temp() -> TempDir {
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
fn changed_missing_and_foreign_files_of_an_archive_are_found() {
    let one = temp();
    let root = archive(one.path());
    assert_eq!(damage(&root), []);
    for path in files(&root).into_keys().filter(|p| p != "runs.jsonl") {
        let bytes = fs::read(root.join(&path)).unwrap();
        for at in [0, bytes.len() / 2, bytes.len() - 1] {
            let mut bent = bytes.clone();
            bent[at] ^= 1;
            fs::write(root.join(&path), bent).unwrap();
            assert!(damage(&root).contains(&(path.clone(), What::Changed)), "{path}, byte {at}");
        }
        fs::write(root.join(&path), &bytes[..bytes.len() - 1]).unwrap();
        assert!(damage(&root).contains(&(path.clone(), What::Changed)), "{path}, cut");
        fs::remove_file(root.join(&path)).unwrap();
        assert!(damage(&root).contains(&(path.clone(), What::Missing)), "{path}, removed");
        fs::write(root.join(&path), bytes).unwrap();
    }
    fs::write(root.join("posts/2007/04/forged.json"), "{}").unwrap();
    fs::write(root.join("notes.txt"), "a word of the user's own").unwrap();
    let found = damage(&root);
    assert!(found.contains(&("posts/2007/04/forged.json".into(), What::Unrecorded)));
    assert!(found.iter().all(|(path, _)| path == "posts/2007/04/forged.json"), "{found:?}");
}

#[test]
fn post_that_contradicts_its_own_hash_is_found_though_a_run_recorded_it() {
    let one = temp();
    let root = archive(one.path());
    let (path, bytes) = files(&root).into_iter().find(|(p, _)| p.starts_with("pages/")).unwrap();
    let bent = String::from_utf8(bytes).unwrap().replace("About", "Abaut").into_bytes();
    let runs = fs::read_to_string(root.join("runs.jsonl")).unwrap();
    let old = Digest::of(fs::read(root.join(&path)).unwrap());
    fs::write(root.join("runs.jsonl"), runs.replace(old.as_str(), Digest::of(&bent).as_str())).unwrap();
    fs::write(root.join(&path), bent).unwrap();
    assert_eq!(damage(&root), [(path, What::Inconsistent)]);
}

#[test]
fn lost_record_of_the_runs_is_found() {
    let one = temp();
    let root = archive(one.path());
    let runs = fs::read_to_string(root.join("runs.jsonl")).unwrap();
    fs::write(root.join("runs.jsonl"), runs.replacen("\"type\"", "\"tipe\"", 1)).unwrap();
    assert!(damage(&root).contains(&("runs.jsonl".into(), What::Inconsistent)));
    fs::remove_file(root.join("runs.jsonl")).unwrap();
    assert!(damage(&root).iter().any(|(_, what)| *what == What::Unrecorded));
}

#[test]
fn flipped_byte_of_a_snapshot_is_found_wherever_it_matters() {
    let one = temp();
    let bytes = snapshot(&archive(one.path()));
    let zip = one.path().join("blog.zip");
    fs::write(&zip, &bytes).unwrap();
    assert_eq!(damage(&zip), []);
    let clean = entries(&bytes);
    let mut found = 0;
    for at in (0..bytes.len()).step_by(7) {
        let mut bent = bytes.clone();
        bent[at] ^= 1;
        fs::write(&zip, &bent).unwrap();
        let Ok(report) = verify(&zip, &Events::silent()) else { continue };
        if report.damage.is_empty() {
            // A time or an attribute: what is kept is untouched.
            assert_eq!(entries(&bent), clean, "byte {at}");
        } else {
            found += 1;
        }
    }
    assert!(found * 7 > bytes.len() / 2, "{found}");
    for cut in [bytes.len() - 1, bytes.len() / 2, 40] {
        fs::write(&zip, &bytes[..cut]).unwrap();
        assert!(!damage(&zip).is_empty(), "cut at {cut}");
    }
}

#[test]
fn tampered_snapshot_is_neither_sound_nor_restored() {
    let one = temp();
    type Change = fn(&mut Vec<(String, Vec<u8>)>);
    let changes: [(&str, What, Change); 3] = [
        ("data/archive.json", What::Changed, |all| find(all, "data/archive.json").1.push(b' ')),
        ("data/media/", What::Missing, |all| all.retain(|(n, _)| !n.contains("data/media"))),
        ("data/posts/x.json", What::Changed, |all| all.push(("blog.example/data/posts/x.json".into(), b"{}".to_vec()))),
    ];
    for (path, what, change) in changes {
        let zip = forged(one.path(), false, change);
        let found = damage(&zip);
        assert!(found.iter().any(|(p, w)| p.starts_with(path) && *w == what), "{path}: {found:?}");
        refused(&zip);
        fs::remove_dir_all(one.path().join("forging")).unwrap();
    }
}

#[test]
fn snapshot_whose_manifests_were_made_to_agree_is_found_by_the_records_of_the_runs() {
    let one = temp();
    let zip = forged(one.path(), true, |all| find(all, "data/pages/").1.push(b' '));
    let found = damage(&zip);
    assert!(matches!(found.as_slice(), [(path, What::Changed)] if path.starts_with("data/pages/")), "{found:?}");
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

#[test]
fn what_is_no_snapshot_is_an_error_and_no_damage() {
    let one = temp();
    let path = one.path().join("x.zip");
    fs::write(&path, "<rss/>").unwrap();
    assert!(matches!(verify(&path, &Events::silent()), Err(Error::Input { .. })));
    pack(&[("a.txt".into(), b"a".to_vec())], &path);
    assert!(matches!(verify(&path, &Events::silent()), Err(Error::Input { .. })));
    assert!(matches!(verify(one.path(), &Events::silent()), Err(Error::Archive { .. })));
}
