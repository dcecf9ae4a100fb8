//! Promise: whatever happened to a kept file, and to a snapshot of it, is found.

use std::fs;

use mdarchive::error::Error;
use mdarchive::event::Events;
use mdarchive::model::Digest;
use mdarchive::store::{What, verify};

use crate::snapshot::{archive, damage, entries, files, find, forged, pack, refused, snapshot, temp};

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
    for at in (0..bytes.len()).step_by(13) {
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
    assert!(found * 13 > bytes.len() / 2, "{found}");
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
fn what_is_no_snapshot_is_an_error_and_no_damage() {
    let one = temp();
    let path = one.path().join("x.zip");
    fs::write(&path, "<rss/>").unwrap();
    assert!(matches!(verify(&path, &Events::silent()), Err(Error::Input { .. })));
    pack(&[("a.txt".into(), b"a".to_vec())], &path);
    assert!(matches!(verify(&path, &Events::silent()), Err(Error::Input { .. })));
    assert!(matches!(verify(one.path(), &Events::silent()), Err(Error::Archive { .. })));
}
