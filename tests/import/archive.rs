//! The whole way: from files into an archive.

use std::fs;
use std::path::{Path, PathBuf};

use mdarchive::event::Events;
use mdarchive::model::{LinkKind, Post, Reason, Status};
use mdarchive::ops::import::{ImportRequest, import};
use mdarchive::store::{Archive, Summary, archive_names};

use super::case;
use crate::harness::{clock_at, draft, kept, open_writer, refine};

fn run(archives: &Path, paths: &[PathBuf], at: i64) -> mdarchive::Result<Vec<Summary>> {
    import(&ImportRequest::new(paths.to_vec(), archives), &Events::silent(), clock_at(at)).map(|done| done.summaries)
}

fn posts(root: &Path) -> Vec<Post> {
    let archive = Archive::open(root).unwrap();
    archive.entries().unwrap().iter().map(|e| archive.read(e).unwrap()).collect()
}

fn variety() -> PathBuf {
    case("wxr-variety/input.xml")
}

#[test]
fn an_export_becomes_the_archive_of_its_site() {
    let folder = tempfile::tempdir().unwrap();
    let summary = run(folder.path(), &[variety()], 0).unwrap().remove(0);
    assert_eq!((summary.archive.as_str(), summary.new), ("harbour.example_notes", 11));
    let root = folder.path().join("harbour.example_notes");
    let posts = posts(&root);
    assert_eq!(posts.len(), 11);
    let captions = posts.iter().find(|p| p.title.starts_with("Captions")).unwrap();
    assert_eq!(captions.captions.len(), 3);
    assert_eq!(captions.sources[0].kind, "wxr");
    assert!(captions.fields.values().all(|f| f.source == "wxr"));
    assert!(posts.iter().any(|p| p.status == Status::Protected));
    let missing: Vec<&str> = summary.gaps.iter().map(|g| g.url.as_str()).collect();
    assert!(missing.contains(&"http://harbour.example/notes/files/rope.jpg"), "{missing:?}");
    assert!(summary.gaps.iter().all(|g| g.reason == Reason::NotFetched && g.post.is_some()));
    let raw = fs::read_dir(root.join("raw/import")).unwrap().next().unwrap().unwrap().path();
    assert_eq!(raw.file_stem().unwrap().to_str(), captions.sources[0].sha256.as_ref().map(|d| d.as_str()));
    let copy = fs::read_to_string(raw).unwrap();
    assert!(copy.contains("Behind a word") && !copy.contains("s3cret") && !copy.contains("@"));
}

#[test]
fn an_export_read_again_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &[variety()], 0).unwrap();
    let root = folder.path().join("harbour.example_notes");
    let before = kept(&root);
    let summary = run(folder.path(), &[variety()], 60).unwrap().remove(0);
    assert_eq!((summary.new, summary.changed, summary.amended, summary.unchanged), (0, 0, 0, 11));
    assert_eq!(kept(&root), before);
}

#[test]
fn a_newer_export_updates_in_place_and_keeps_the_old_text() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &[variety()], 0).unwrap();
    let newer = fs::read_to_string(variety())
        .unwrap()
        .replace("A harbour.", "A harbour, and more.")
        .replace("2006-06-01 1", "2006-07-01 1");
    let file = folder.path().join("newer.xml");
    fs::write(&file, newer).unwrap();
    let summary = run(folder.path(), &[file], 60).unwrap().remove(0);
    assert_eq!((summary.new, summary.changed), (0, 1));
    let archive = Archive::open(&folder.path().join("harbour.example_notes")).unwrap();
    let about = archive.entries().unwrap().into_iter().find(|e| e.title == "About").unwrap();
    assert!(archive.read(&about).unwrap().text.contains("and more"));
    assert_eq!(archive.versions(&about.id).unwrap().len(), 1);
}

#[test]
fn the_seed_like_text_is_kept_with_its_evidence() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ferry.txt");
    fs::copy(case("text-bare/input.txt"), &file).unwrap();
    let summary = run(&folder.path().join("archives"), std::slice::from_ref(&file), 0).unwrap().remove(0);
    assert_eq!((summary.archive.as_str(), summary.new, summary.gaps.len()), ("ferry", 1, 0));
    let root = folder.path().join("archives/ferry");
    let post = posts(&root).remove(0);
    assert_eq!(post.series.as_deref(), Some("Harbour Notes"));
    let related: Vec<_> = post.links.iter().filter(|l| l.kind == LinkKind::Related).collect();
    assert_eq!((related.len(), post.captions.len(), post.published.is_none()), (4, 1, true));
    assert_eq!(post.captions[0].src, None);
    let copy = root.join(format!("raw/import/{}.txt", post.sources[0].sha256.as_ref().unwrap()));
    assert_eq!(fs::read(copy).unwrap(), fs::read(file).unwrap());
}

#[test]
fn a_related_title_leads_to_its_post_when_that_comes() {
    let folder = tempfile::tempdir().unwrap();
    let texts = folder.path().join("texts");
    fs::create_dir(&texts).unwrap();
    fs::copy(case("text-bare/input.txt"), texts.join("a.txt")).unwrap();
    fs::write(texts.join("b.txt"), "Harbour Notes: The Dredger Comes Home\n\nIt came home at noon. Nobody cheered.\n")
        .unwrap();
    let summary = run(&folder.path().join("archives"), &[texts], 0).unwrap().remove(0);
    assert_eq!((summary.archive.as_str(), summary.new), ("texts", 2));
    let posts = posts(&folder.path().join("archives/texts"));
    let (ferry, dredger) = (
        posts.iter().find(|p| p.title.contains("Ferry")).unwrap(),
        posts.iter().find(|p| p.title.contains("Dredger")).unwrap(),
    );
    let targets: Vec<&str> = ferry.links.iter().filter_map(|l| l.target.as_deref()).collect();
    assert_eq!(targets, [dredger.id.as_str()]);
}

#[test]
fn an_import_joins_what_was_fetched_whatever_comes_first() {
    let file = tempfile::tempdir().unwrap();
    let export = file.path().join("export.xml");
    let text = fs::read_to_string(variety()).unwrap().replace("http://harbour.example/notes", "http://blog.example");
    fs::write(&export, text.replace("http://harbour.example/", "http://blog.example/")).unwrap();
    let fetched = || {
        let mut draft = draft(1, "rest", "<p>As the web shows it.</p>");
        draft.url = Some("http://blog.example/2006/05/captions/".into());
        draft.title = "Captions as the web shows them".into();
        draft.updated = mdarchive::model::Date::parse_iso("2006-06-01T10:00:00Z");
        refine(draft)
    };
    let orders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    for (first, folder) in [true, false].into_iter().zip(&orders) {
        let root = folder.path().join("blog.example");
        let fetch = |at| {
            let mut writer = open_writer(&root, at);
            writer.keep(fetched()).unwrap();
            writer.finish(false).unwrap();
        };
        if first {
            fetch(0);
        }
        run(folder.path(), std::slice::from_ref(&export), 60).unwrap();
        if !first {
            fetch(120);
        }
        let posts = posts(&root);
        assert_eq!(posts.len(), 11, "no post doubled");
        let one = posts.iter().find(|p| p.title.starts_with("Captions")).unwrap();
        let kinds: Vec<&str> = one.sources.iter().map(|s| s.kind.as_str()).collect();
        assert_eq!(kinds, ["rest", "wxr"]);
        assert_eq!(one.title, "Captions, old & new", "as the author wrote it");
        assert_eq!(one.fields["title"].rejected[0].source, "rest");
    }
    let bare = |root: &Path| -> Vec<Post> { posts(&root.join("blog.example")) };
    assert_eq!(bare(orders[0].path()), bare(orders[1].path()));
}

#[test]
fn nothing_is_written_where_nothing_can_be_used() {
    let folder = tempfile::tempdir().unwrap();
    let archives = folder.path().join("archives");
    let bad = folder.path().join("bad.xml");
    fs::write(&bad, "<rss xmlns:wp='http://wordpress.org/export/1.2/'><channel><title>x</title>").unwrap();
    let missing = folder.path().join("missing.xml");
    for paths in [vec![bad.clone()], vec![missing.clone()], vec![variety(), missing], vec![folder.path().join(".")]] {
        let error = run(&archives, &paths, 0).err().unwrap();
        assert!(error.hint().is_some(), "{error}");
        assert!(archive_names(&archives).unwrap_or_default().is_empty(), "{error}");
    }
}

#[test]
fn a_cut_export_is_kept_with_a_gap() {
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(variety()).unwrap();
    let file = folder.path().join("cut.xml");
    fs::write(&file, &text[..text.find("Not ready").unwrap()]).unwrap();
    let summary = run(folder.path(), &[file], 0).unwrap().remove(0);
    assert_eq!(summary.new, 4);
    let gap = summary.gaps.iter().find(|g| g.what == "file").unwrap();
    assert_eq!(gap.reason, Reason::Truncated);
    assert!(gap.url.starts_with("cut.xml#"));
}

#[test]
fn a_bad_file_among_good_ones_is_a_gap() {
    let folder = tempfile::tempdir().unwrap();
    let exports = folder.path().join("exports");
    fs::create_dir(&exports).unwrap();
    fs::copy(variety(), exports.join("good.xml")).unwrap();
    fs::write(
        exports.join("bad.xml"),
        "<!DOCTYPE rss><rss xmlns:wp='http://wordpress.org/export/1.2/'><channel/></rss>",
    )
    .unwrap();
    fs::write(exports.join("picture.bin"), [0u8, 159, 146, 150]).unwrap();
    let summary = run(folder.path(), &[exports], 0).unwrap().remove(0);
    assert_eq!(summary.new, 11);
    let gap = summary.gaps.iter().find(|g| g.url == "bad.xml").unwrap();
    assert_eq!(gap.reason, Reason::Malformed);
    assert!(gap.detail.contains("DOCTYPE"), "{}", gap.detail);
    assert!(summary.notes.iter().any(|n| n.contains("picture.bin")), "{:?}", summary.notes);
}

#[test]
fn an_archive_is_named_as_the_user_says_or_found_by_its_site() {
    let folder = tempfile::tempdir().unwrap();
    let request = ImportRequest { name: Some("quay".into()), ..ImportRequest::new(vec![variety()], folder.path()) };
    import(&request, &Events::silent(), clock_at(0)).unwrap();
    let summary = run(folder.path(), &[variety()], 60).unwrap().remove(0);
    assert_eq!((summary.archive.as_str(), summary.unchanged), ("quay", 11));
    assert_eq!(archive_names(folder.path()).unwrap(), ["quay"]);
    for name in ["../x", "", "a/b", ".hidden"] {
        let request = ImportRequest { name: Some(name.into()), ..ImportRequest::new(vec![variety()], folder.path()) };
        assert!(import(&request, &Events::silent(), clock_at(0)).is_err(), "{name}");
    }
}

#[test]
fn a_stopped_import_is_whole_and_goes_on() {
    use std::sync::atomic::{AtomicBool, Ordering};
    static STOP: AtomicBool = AtomicBool::new(false);
    let folder = tempfile::tempdir().unwrap();
    let events = Events::new(
        |e| {
            if matches!(e, mdarchive::event::Event::Total(..)) {
                STOP.store(true, Ordering::Relaxed)
            }
        },
        &STOP,
    );
    let request = ImportRequest::new(vec![variety()], folder.path());
    match import(&request, &events, clock_at(0)) {
        Ok(done) => assert!(done.summaries.iter().all(|s| s.interrupted && s.new < 11)),
        Err(error) => assert!(matches!(error, mdarchive::Error::Interrupted), "{error}"),
    }
    let summary = run(folder.path(), &[variety()], 60).unwrap().remove(0);
    assert_eq!(summary.counts.posts + summary.counts.pages, 11);
}

#[test]
fn zips_that_could_do_harm_are_refused_whole() {
    use std::io::Write;
    let folder = tempfile::tempdir().unwrap();
    let zip = |name: &str, entry: &str, link: bool| {
        let path = folder.path().join(name);
        let mut zip = zip::ZipWriter::new(fs::File::create(&path).unwrap());
        let options = zip::write::SimpleFileOptions::default();
        zip.start_file("a.xml", options).unwrap();
        zip.write_all(&fs::read(variety()).unwrap()).unwrap();
        if link {
            zip.add_symlink(entry, "/etc/passwd", options).unwrap();
        } else {
            zip.start_file(entry, options).unwrap();
            zip.write_all(b"x").unwrap();
        }
        zip.finish().unwrap();
        path
    };
    for (name, entry, link) in [
        ("up.zip", "../../x.txt", false),
        ("root.zip", "/x.txt", false),
        ("back.zip", "a\\b.txt", false),
        ("link.zip", "l.txt", true),
    ] {
        let path = zip(name, entry, link);
        let error = run(&folder.path().join("archives"), &[path], 0).err().unwrap_or_else(|| panic!("{name} was read"));
        assert!(error.to_string().contains(name) && error.hint().is_some(), "{error}");
        assert!(archive_names(&folder.path().join("archives")).unwrap_or_default().is_empty());
    }
    let good = zip("good.zip", "b.xml.txt", false);
    assert_eq!(run(&folder.path().join("archives"), &[good], 0).unwrap()[0].new, 11);
}
