//! Imports of made-up files of any size beside the least that such an import has to do: a bare pass of a reader over the
//! same file, an HTML parse of each body, a batched write of the same files. Prints times, their ratio and the peak of the
//! importing program's memory, which must not grow with the file.
//!
//! `cargo bench --bench import [-- MEGABYTES [wxr|mt|warc]...]`: the size of the WordPress export (default 200); the
//! Movable Type file is half as large, the web archive two and a half times. `-- 2000` is the size that is promised.
//! Needs some five times the size on the disk; Linux, for the memory.

#[path = "import/made.rs"]
mod made;

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use mdarchive::store::{Disk, RealDisk};

/// What is promised.
const RATIO: f64 = 2.0;
const PEAK: u64 = 200 << 20;

const BATCH: usize = 500;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let size = args.iter().find_map(|a| a.parse::<u64>().ok()).unwrap_or(200) * 1_000_000;
    let wanted = |kind: &str| args.iter().all(|a| a.parse::<u64>().is_ok()) || args.iter().any(|a| a == kind);
    let dir = tempfile::tempdir_in(".").expect("a folder");
    for (kind, size) in [("wxr", size), ("mt", size / 2), ("warc", size * 5 / 2)] {
        if wanted(kind) {
            measure(kind, size, &dir.path().join(kind));
        }
    }
}

fn measure(kind: &str, size: u64, dir: &Path) {
    fs::create_dir_all(dir).expect("a folder");
    let files = made::make(kind, size, dir);
    let bytes: u64 = files.iter().map(|f| fs::metadata(f).expect("a file").len()).sum();
    let archives = dir.join("archives");
    let (time, peak) = import(&files, &archives);
    let posts = count(&archives);
    let again = import(&files, &archives);
    let bodies = parse_bodies(kind, &files);
    let pass = bare_pass(kind, &files);
    let write = write_again(&archives, &dir.join("hand"));
    let sum = pass + bodies + write;
    let ratio = time.as_secs_f64() / sum.as_secs_f64();
    println!(
        "{kind}: {:.0} MB, {posts} posts: import {time:.1?} with at most {} MB (bound {} MB); \
         reader {pass:.1?} + HTML {bodies:.1?} + write {write:.1?} = {sum:.1?}; ratio {ratio:.2} (bound {RATIO}); \
         again {:.1?} with {} MB",
        bytes as f64 / 1e6,
        peak >> 20,
        PEAK >> 20,
        again.0,
        again.1 >> 20,
    );
    fs::remove_dir_all(dir).expect("removed");
}

/// Imports the files in a process of its own. Returns how long it took and the most memory it held.
fn import(files: &[PathBuf], archives: &Path) -> (Duration, u64) {
    let start = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_mdarchive"))
        .arg("--archives")
        .arg(archives)
        .args(["--quiet", "import", "--name", "made"])
        .args(files)
        .stdout(Stdio::null())
        .spawn()
        .expect("started");
    let status = PathBuf::from(format!("/proc/{}/status", child.id()));
    let mut peak = 0;
    let end = loop {
        if let Some(end) = child.try_wait().expect("waited for") {
            break end;
        }
        let words = fs::read_to_string(&status).unwrap_or_default();
        let line = words.lines().find_map(|l| l.strip_prefix("VmHWM:"));
        let kilobytes: u64 = line.and_then(|l| l.split_whitespace().next()?.parse().ok()).unwrap_or(0);
        peak = peak.max(kilobytes << 10);
        std::thread::sleep(Duration::from_millis(20));
    };
    let time = start.elapsed();
    assert!(matches!(end.code(), Some(0 | 3)), "import ended with {end}");
    (time, peak)
}

fn count(archives: &Path) -> u64 {
    let text = fs::read_to_string(archives.join("made/archive.json")).expect("an archive");
    let info: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    info["counts"]["posts"].as_u64().unwrap_or(0)
}

/// Reads a file as the leanest reader of its format would.
fn bare_pass(kind: &str, files: &[PathBuf]) -> Duration {
    let start = Instant::now();
    for file in files {
        match kind {
            "wxr" => {
                let mut xml = quick_xml::Reader::from_file(file).expect("a file");
                let mut buffer = Vec::new();
                while !matches!(xml.read_event_into(&mut buffer).expect("XML"), quick_xml::events::Event::Eof) {
                    buffer.clear();
                }
            }
            "mt" => {
                let (mut lines, mut line) = (BufReader::new(File::open(file).expect("a file")), Vec::new());
                while lines.read_until(b'\n', &mut line).expect("a line") > 0 {
                    line.clear();
                }
            }
            _ => records(file, &mut |_| {}),
        }
    }
    start.elapsed()
}

fn records(file: &Path, found: &mut dyn FnMut(Vec<u8>)) {
    let stream = File::open(file).expect("a file");
    let mut records = mdarchive::import::warc::Records::new(Box::new(flate2::read::MultiGzDecoder::new(
        BufReader::with_capacity(128 * 1024, stream),
    )));
    while let Ok(Some(record)) = records.record() {
        let (block, _) = records.block(64 << 20).expect("a block");
        if record.kind == "response" {
            found(block);
        }
    }
}

/// Parses each body (for web archives: each page) once. Only the parsing is timed.
fn parse_bodies(kind: &str, files: &[PathBuf]) -> Duration {
    let mut time = Duration::ZERO;
    let mut parse = |text: &str| {
        let start = Instant::now();
        std::hint::black_box(scraper::Html::parse_document(text));
        time += start.elapsed();
    };
    for file in files {
        match kind {
            "warc" => records(file, &mut |block| {
                let text = String::from_utf8_lossy(&block);
                if let Some((_, page)) = text.split_once("\r\n\r\n").filter(|(head, _)| head.contains("text/html")) {
                    parse(page);
                }
            }),
            _ => {
                let (from, to) = made::body_marks(kind);
                let mut body: Option<String> = None;
                for line in BufReader::new(File::open(file).expect("a file")).lines() {
                    let line = line.expect("a line");
                    match &mut body {
                        None => {
                            body = line.split_once(from).map(|(_, rest)| rest.to_string());
                        }
                        Some(text) => {
                            text.push('\n');
                            text.push_str(&line);
                        }
                    }
                    if body.is_some() && line.ends_with(to) {
                        parse(body.take().unwrap_or_default().trim_end_matches(to));
                    }
                }
            }
        }
    }
    time
}

/// Writes the files of the archive once more, each in its own folder and one after the other, as the store does it:
/// temporaries, one sync, renames, one sync. Only that is timed, not their reading.
fn write_again(archives: &Path, to: &Path) -> Duration {
    fs::create_dir_all(to).expect("a folder");
    let (mut files, mut folders) = (Vec::new(), vec![archives.to_path_buf()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    let temp = |path: &Path| PathBuf::from(format!("{}.tmp", path.display()));
    let mut time = Duration::ZERO;
    for files in files.chunks(BATCH) {
        let places: Vec<PathBuf> =
            files.iter().map(|file| to.join(file.strip_prefix(archives).expect("inside"))).collect();
        let mut timed = |work: &mut dyn FnMut()| {
            let start = Instant::now();
            work();
            time += start.elapsed();
        };
        for (file, place) in files.iter().zip(&places) {
            let mut from = File::open(file).expect("a file");
            let mut into = None;
            timed(&mut || {
                fs::create_dir_all(place.parent().expect("a folder")).expect("made");
                into = Some(File::create(temp(place)).expect("a file"));
            });
            let (mut buffer, mut into) = (vec![0; 1 << 20], into.expect("a file"));
            loop {
                let n = from.read(&mut buffer).expect("read");
                if n == 0 {
                    break;
                }
                timed(&mut || into.write_all(&buffer[..n]).expect("written"));
            }
        }
        timed(&mut || {
            RealDisk.sync_all(to).expect("synced");
            places.iter().for_each(|place| fs::rename(temp(place), place).expect("renamed"));
            RealDisk.sync_all(to).expect("synced");
        });
    }
    time
}
