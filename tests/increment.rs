//! Promise: a snapshot of what came after another goes on top of it, and on nothing else.

use std::fs;
use std::path::{Path, PathBuf};

use mdarchive::event::Events;
use mdarchive::export::{Job, Selection, since_last};
use mdarchive::store::bag::restore;
use mdarchive::store::{Archive, verify};

use crate::harness::{draft, open_writer, refine};
use crate::snapshot::{archive, entries, files, temp};

fn next(root: &Path, out: &Path) -> Option<PathBuf> {
    let archive = Archive::open(root).unwrap();
    let job = Job { archive: &archive, selection: &Selection::default(), events: &Events::silent() };
    since_last(&job, out, false).unwrap()
}

/// A night later: a post more, one changed, a file of the user's own taken away.
fn go_on(root: &Path, night: u32) {
    let mut w = open_writer(root, i64::from(night) * 200_000);
    w.keep(refine(draft(100 + night, "rest", "<p>New</p>"))).unwrap();
    let mut edited = draft(2, "rest", &format!("<p>Changed in night {night}</p>"));
    edited.updated = mdarchive::model::Date::parse_iso(&format!("2008-06-{night:02}T00:00:00Z"));
    w.keep(refine(edited)).unwrap();
    w.finish(false).unwrap();
}

#[test]
fn snapshots_on_top_of_each_other_are_the_archive() {
    let (one, out, two) = (temp(), temp(), temp());
    let root = archive(one.path());
    fs::write(root.join("note.txt"), "mine").unwrap();
    let first = next(&root, out.path()).unwrap();
    assert_eq!(next(&root, out.path()), None, "nothing changed");
    go_on(&root, 1);
    fs::remove_file(root.join("note.txt")).unwrap();
    let second = next(&root, out.path()).unwrap();
    assert_eq!(second.file_name().unwrap(), "blog.example-2.zip");
    let middle = files(&root);
    go_on(&root, 2);
    let third = next(&root, out.path()).unwrap();

    // Small, valid by itself, and it says what it does.
    assert!(fs::metadata(&second).unwrap().len() < fs::metadata(&first).unwrap().len());
    let told = entries(&fs::read(&second).unwrap());
    let text = |name: &str| {
        let found = told.iter().find(|(n, _)| n.ends_with(name)).unwrap_or_else(|| panic!("no {name}"));
        String::from_utf8(found.1.clone()).unwrap()
    };
    assert!(text("removed-sha256.txt").trim_end().ends_with("  note.txt"), "{}", text("removed-sha256.txt"));
    assert!(text("replaced-sha256.txt").contains("posts/2007/04/post-2--"), "{}", text("replaced-sha256.txt"));
    assert!(!text("/manifest-sha256.txt").contains("post-3--"), "what did not change stays away");
    let info = text("bag-info.txt");
    for line in ["Bag-Count: 2 of ?", "Follows-File: blog.example.zip", "Files-Removed: 1"] {
        assert!(info.lines().any(|l| l == line), "{line}\n{info}");
    }
    for zip in [&first, &second, &third] {
        assert_eq!(verify(zip, &Events::silent()).unwrap().damage, [], "{}", zip.display());
    }

    let put = |zip: &Path| restore(zip, two.path(), None, &Events::silent());
    put(&first).unwrap();
    put(&second).unwrap();
    let restored = two.path().join("blog.example");
    assert!(files(&restored) == middle);
    put(&third).unwrap();
    assert!(files(&restored) == files(&root));
    assert!(put(&third).unwrap().already);
    assert_eq!(verify(&restored, &Events::silent()).unwrap().damage, []);

    // Plain unpacking, one over the other, gives the same but for what is to go.
    let mut laid = std::collections::BTreeMap::new();
    for zip in [&first, &second, &third] {
        let data = entries(&fs::read(zip).unwrap());
        laid.extend(data.into_iter().filter_map(|(n, b)| Some((n.split_once("/data/")?.1.to_string(), b))));
    }
    laid.remove("note.txt");
    assert!(laid == files(&root));
}

#[test]
fn snapshot_goes_on_top_of_nothing_but_what_it_follows() {
    let (one, out, two) = (temp(), temp(), temp());
    let root = archive(one.path());
    let first = next(&root, out.path()).unwrap();
    go_on(&root, 1);
    let second = next(&root, out.path()).unwrap();
    go_on(&root, 2);
    let third = next(&root, out.path()).unwrap();
    let put = |zip: &Path| restore(zip, two.path(), None, &Events::silent());
    let error = put(&second).unwrap_err();
    assert!(error.to_string().contains("on top of blog.example.zip"), "{error}");
    assert_eq!(fs::read_dir(two.path()).unwrap().count(), 0);
    put(&first).unwrap();
    let restored = two.path().join("blog.example");
    let before = files(&restored);
    assert!(put(&third).unwrap_err().to_string().contains("is not as the snapshots before"));
    assert!(files(&restored) == before);
    put(&second).unwrap();
    put(&third).unwrap();
    // An archive that went on by itself is not thrown back.
    go_on(&restored, 3);
    let before = files(&restored);
    assert!(put(&third).is_err() && put(&second).is_err());
    assert!(files(&restored) == before);
}

#[test]
fn a_new_beginning_leaves_the_old_steps_behind() {
    let (one, out) = (temp(), temp());
    let root = archive(one.path());
    next(&root, out.path()).unwrap();
    go_on(&root, 1);
    let second = next(&root, out.path()).unwrap();
    let archive = Archive::open(&root).unwrap();
    let job = Job { archive: &archive, selection: &Selection::default(), events: &Events::silent() };
    mdarchive::export::export(&mdarchive::export::Zip, &job, out.path(), false).unwrap();
    let stale = fs::read(&second).unwrap();
    assert_eq!(next(&root, out.path()), None);
    go_on(&root, 2);
    assert_eq!(next(&root, out.path()).unwrap(), second);
    assert!(fs::read(&second).unwrap() != stale);
    // Another archive's snapshot is none of ours.
    fs::write(out.path().join("blog.example.zip"), "PK\x03\x04").unwrap();
    assert!(since_last(&job, out.path(), false).is_err());
}
