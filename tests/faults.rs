//! Promise: a disk that fails, or a process that dies, at any call leaves a sound archive that the next run completes.

use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use mdarchive::event::Events;
use mdarchive::model::Capture;
use mdarchive::store::{Archive, Disk, RealDisk, Writer, digest_file, pending, verify};

use crate::harness::{clock_at, draft, kept, opening, refine};

/// A disk that stops working at one call: only there, or from there on (as after a kill).
struct Failing {
    real: RealDisk,
    left: Arc<AtomicUsize>,
    for_good: bool,
    failed: bool,
}

impl Failing {
    fn step(&mut self) -> io::Result<()> {
        if self.failed && self.for_good {
            return Err(io::Error::other("the process is dead"));
        }
        let left = self.left.load(Ordering::Relaxed);
        if left == 0 && !self.failed {
            self.failed = true;
            return Err(io::Error::from(io::ErrorKind::StorageFull));
        }
        self.left.store(left.saturating_sub(1), Ordering::Relaxed);
        Ok(())
    }
}

impl Disk for Failing {
    fn create_dir_all(&mut self, path: &Path) -> io::Result<()> {
        self.step()?;
        self.real.create_dir_all(path)
    }
    fn write(&mut self, path: &Path, content: &mut dyn Read) -> io::Result<()> {
        // What a kill leaves of a file: its first half.
        let mut bytes = Vec::new();
        content.read_to_end(&mut bytes)?;
        let whole = self.step();
        let part = if whole.is_ok() { bytes.len() } else { bytes.len() / 2 };
        self.real.write(path, &mut &bytes[..part])?;
        whole
    }
    fn sync_all(&mut self, root: &Path) -> io::Result<()> {
        self.step()?;
        self.real.sync_all(root)
    }
    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        self.step()?;
        self.real.rename(from, to)
    }
    fn sync_dir(&mut self, path: &Path) -> io::Result<()> {
        self.step()?;
        self.real.sync_dir(path)
    }
    fn append(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let whole = self.step();
        let part = if whole.is_ok() { bytes.len() } else { bytes.len() / 2 };
        self.real.append(path, &bytes[..part])?;
        whole
    }
    fn remove(&mut self, path: &Path) -> io::Result<()> {
        self.step()?;
        self.real.remove(path)
    }
    fn create(&mut self, path: &Path) -> io::Result<Box<dyn Write + Send>> {
        self.step()?;
        self.real.create(path)
    }
}

fn capture(n: u32) -> Capture {
    Capture {
        url: url::Url::parse(&format!("http://blog.example/{n}")).unwrap(),
        time: clock_at(0).now(),
        request: Vec::new(),
        status: 200,
        headers: vec![("Content-Type".into(), "text/html".into())],
        body: format!("<p>{n}</p>").into_bytes(),
        decoded: None,
        truncated: None,
    }
}

/// The work that is disturbed: an archive is begun, then a post changes and one comes, each in several batches.
fn work(root: &Path, disk: &mut dyn FnMut() -> Box<dyn Disk>) -> mdarchive::Result<()> {
    let mut w = Writer::open_on(disk(), root, opening(), clock_at(0))?;
    for n in 1..4 {
        w.capture(&capture(n))?;
        w.keep_media(format!("GIF89a picture {n}").as_bytes())?;
        w.keep(refine(draft(n, "rest", "<p>First</p>")))?;
        w.commit()?;
    }
    w.finish(false)?;
    let mut w = Writer::open_on(disk(), root, opening(), clock_at(60))?;
    let mut edited = draft(1, "rest", "<p>Second</p>");
    edited.updated = mdarchive::model::Date::parse_iso("2007-06-01T00:00:00Z");
    w.keep(refine(edited))?;
    w.keep(refine(draft(9, "rest", "<p>Late</p>")))?;
    w.finish(false).map(|_| ())
}

/// Every file that is recorded lies there as recorded, or as the pending batch says.
fn assert_sound(root: &Path, at: usize) {
    let Ok(archive) = Archive::open(root) else { return };
    let pending = pending(root).unwrap();
    let mut expected = std::collections::BTreeMap::new();
    for line in archive.runs().unwrap() {
        for file in line.files {
            expected.insert(file.path, vec![file.sha256]);
        }
    }
    for staged in pending.iter().flat_map(|p| &p.staged) {
        expected.entry(staged.file.path.clone()).or_default().push(staged.file.sha256.clone());
    }
    for (path, digests) in &expected {
        let only_pending = digests.len() == 1 && pending.iter().flat_map(|p| &p.staged).any(|s| &s.file.path == path);
        match digest_file(&root.join(path)) {
            Ok((digest, _)) => assert!(digests.contains(&digest), "call {at}: {path} is neither old nor new"),
            Err(_) => assert!(only_pending, "call {at}: {path} is gone"),
        }
    }
    for entry in archive.entries().unwrap() {
        let post = archive.read(&entry).unwrap();
        assert_eq!(post.content_hash, post.hash_content(), "call {at}");
    }
}

#[test]
fn any_failing_call_leaves_a_sound_archive_and_the_next_run_completes_it() {
    let dir = tempfile::tempdir().unwrap();
    let whole = dir.path().join("whole");
    work(&whole, &mut || Box::new(RealDisk)).unwrap();
    let expected = kept(&whole);
    for for_good in [false, true] {
        let mut at = 0;
        loop {
            let root = dir.path().join(format!("{for_good}-{at}"));
            let left = Arc::new(AtomicUsize::new(at));
            let mut disk = || -> Box<dyn Disk> {
                Box::new(Failing { real: RealDisk, left: left.clone(), for_good, failed: false })
            };
            if work(&root, &mut disk).is_ok() {
                break;
            }
            assert_sound(&root, at);
            work(&root, &mut || Box::new(RealDisk)).unwrap();
            assert_sound(&root, at);
            assert!(pending(&root).unwrap().is_none());
            assert_eq!(names(&kept(&root)), names(&expected), "call {at}");
            assert_eq!(kept(&root), expected, "call {at}");
            at += 1;
        }
        assert!(at > 60, "the work made only {at} calls");
    }
}

fn names(files: &[(String, Vec<u8>)]) -> Vec<&str> {
    files.iter().map(|f| f.0.as_str()).collect()
}

#[test]
fn batch_that_a_power_cut_left_half_written_never_was() {
    let dir = tempfile::tempdir().unwrap();
    for cut in [false, true] {
        let root = dir.path().join(cut.to_string());
        work(&root, &mut || Box::new(RealDisk)).unwrap();
        let before = kept(&root);
        let path = before.iter().map(|f| f.0.clone()).find(|p| p.starts_with("posts/")).unwrap();
        let temp = format!("{path}.tmp~");
        std::fs::write(root.join(&temp), "half").unwrap();
        let staged = serde_json::json!({"temp": temp, "path": path, "sha256": "0".repeat(64), "bytes": 8});
        let list = serde_json::json!({"staged": [staged], "line": {"type": "batch", "run": "x"}}).to_string();
        std::fs::write(root.join(".pending.json"), &list[..if cut { 20 } else { list.len() }]).unwrap();
        // Who only reads finds the archive as it was.
        assert_eq!(verify(&root, &Events::silent()).unwrap().damage, [], "{cut}");
        work(&root, &mut || Box::new(RealDisk)).unwrap();
        assert!(kept(&root) == before && !root.join(&temp).exists() && !root.join(".pending.json").exists(), "{cut}");
    }
}
