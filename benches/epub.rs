//! The book beside a bare packing of the same words and pictures, and beside pandoc and calibre where they are
//! installed; the nightly export of one new post; the peak of memory.
//!
//! `cargo bench --bench epub [-- POSTS [peers]]`: with `peers` pandoc and calibre make the same book, which takes minutes.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use mdarchive::event::Events;
use mdarchive::export::{self, Epub, Job, Selection};
use mdarchive::model::{Clock, Date, Draft, Media, Site, Source};
use mdarchive::ops::refine;
use mdarchive::store::{Archive, Opening, Writer};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const ROUNDS: usize = 5;
/// A picture in one post of five, of this many bytes: noise, as a JPEG is for a packer.
const PICTURE: usize = 200_000;
const EVERY: usize = 5;

fn main() {
    let posts: usize = std::env::args().filter_map(|a| a.parse().ok()).next().unwrap_or(2_000);
    let dir = tempfile::tempdir().expect("a folder");
    beside_packing(dir.path(), posts);
    nightly(dir.path(), posts / 4);
    if std::env::args().any(|a| a == "peers") {
        peers(dir.path(), posts);
    }
}

/// Pictures untouched: what is made beside the least any packer does.
fn beside_packing(dir: &Path, posts: usize) {
    let root = dir.join("blog.example");
    fill(&root, 0..posts, png::ColorType::Grayscale);
    let archive = Archive::open(&root).expect("an archive");
    let mut ratios = Vec::new();
    for round in 1..=ROUNDS {
        let bare = timed(|| pack(&archive, &dir.join("bare.zip")));
        let book = timed(|| {
            let (selection, events) = (Selection::default(), Events::silent());
            let job = Job { archive: &archive, selection: &selection, events: &events };
            export::export(&Epub::default(), &job, dir, true).expect("a book");
        });
        let ratio = book.as_secs_f64() / bare.as_secs_f64();
        println!("round {round}: book {book:.2?}, bare packing {bare:.2?}, ratio {ratio:.2}");
        ratios.push(ratio);
    }
    ratios.sort_by(f64::total_cmp);
    let size = std::fs::metadata(dir.join("blog.example.epub")).map_or(0, |m| m.len());
    println!("{posts} posts, a book of {:.1} MB", size as f64 / 1e6);
    println!("median ratio book / bare packing: {:.2}", ratios[ROUNDS / 2]);
    let (took, peak) = program(dir, "blog.example");
    println!("the program: {took:.2?}, peak memory {peak} MB (bound: 200)");
}

/// Pictures that have to be converted: the first export, and the one after a new post.
fn nightly(dir: &Path, posts: usize) {
    let root = dir.join("nightly.example");
    fill(&root, 0..posts, png::ColorType::Rgba);
    let (first, peak) = program(dir, "nightly.example");
    fill(&root, posts..posts + 1, png::ColorType::Rgba);
    let (second, _) = program(dir, "nightly.example");
    let share = 100.0 * second.as_secs_f64() / first.as_secs_f64();
    // A book is one file and appears whole: every byte of it is written again, and waited for.
    let copied = timed(|| {
        let copy = dir.join("copy.epub");
        std::fs::copy(dir.join("nightly.example.epub"), &copy).expect("copied");
        File::open(&copy).and_then(|f| f.sync_all()).expect("on the disk");
    });
    println!(
        "{} pictures converted: first {first:.2?}, with one new post {second:.2?}: {share:.1} % (bound: 5)",
        posts / EVERY
    );
    println!("copying that book and waiting for the disk: {copied:.2?}");
    println!("peak memory while converting: {peak} MB (bound: 200)");
}

/// Runs the program and returns its time and the most memory it had, in MB.
fn program(dir: &Path, name: &str) -> (Duration, u64) {
    let program = env!("CARGO_BIN_EXE_mdarchive");
    let begun = Instant::now();
    let mut child = Command::new(program)
        .args(["--archives".as_ref(), dir.as_os_str()])
        .args(["export", name, "--epub", "--quiet", "--force", "-o"])
        .arg(dir)
        .stdout(Stdio::null())
        .spawn()
        .expect("started");
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().expect("waited").is_none() {
        peak = peak.max(peak_memory(&status));
        std::thread::sleep(Duration::from_millis(5));
    }
    (begun.elapsed(), peak)
}

/// The same posts as one page beside their pictures, given to pandoc and calibre.
fn peers(dir: &Path, posts: usize) {
    let archive = Archive::open(&dir.join("blog.example")).expect("an archive");
    let folder = dir.join("page");
    std::fs::create_dir_all(&folder).expect("a folder");
    let mut page = String::from("<html><head><meta charset=utf-8><title>A blog</title></head><body>");
    for entry in archive.entries().expect("entries") {
        let post = archive.read(&entry).expect("a post");
        let mut body = post.html.clone();
        for (medium, file) in post.media.iter().filter_map(|m| Some((m, archive.path_of(m)?))) {
            let name = file.file_name().expect("a name").to_string_lossy().into_owned();
            std::fs::copy(&file, folder.join(&name)).expect("copied");
            body = body.replace(&medium.url, &name);
        }
        page += &format!("<h1>{}</h1>{body}", post.title);
    }
    std::fs::write(folder.join("index.html"), page + "</body></html>").expect("written");
    let (ours, _) = program(dir, "blog.example");
    let run = |name: &str, args: &[&str]| {
        let mut command = Command::new(name);
        command.args(args).current_dir(&folder).stdout(Stdio::null()).stderr(Stdio::null());
        let mut done = false;
        let took = timed(|| done = command.status().is_ok_and(|s| s.success()));
        let times = took.as_secs_f64() / ours.as_secs_f64();
        if done {
            println!("{name}: {took:.2?}, {times:.1} times ours ({ours:.2?}); bound: 10")
        } else {
            println!("{name}: not there, or failed")
        }
    };
    println!("{posts} posts as one page:");
    run("pandoc", &["-f", "html", "index.html", "-o", "pandoc.epub"]);
    run("ebook-convert", &["index.html", "calibre.epub"]);
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

/// Makes an archive: paragraphs, a caption, a link to the post before, comments, pictures.
fn fill(root: &Path, posts: std::ops::Range<usize>, color: png::ColorType) {
    let opening = Opening {
        name: root.file_name().expect("a name").to_string_lossy().into(),
        site: Site {
            url: Some("http://blog.example/".into()),
            title: "A blog".into(),
            language: Some("en".into()),
            ..Site::default()
        },
        command: "bench",
        source: None,
    };
    let mut writer = Writer::open(root, opening, Clock::system()).expect("a writer");
    for n in posts {
        let mut body = "<p>The lamp was lit at dusk and burned till the morning watch.</p>".repeat(140);
        let url = format!("http://blog.example/p/{n}.png");
        if n % EVERY == 0 {
            body +=
                &format!("<figure><img src=\"{url}\" alt=\"\"><figcaption>The lamp, night {n}</figcaption></figure>");
        }
        if n > 0 {
            body += &format!("<p><a href=\"http://blog.example/post-{}/\">the night before</a></p>", n - 1);
        }
        let draft = Draft {
            source: Source { kind: "rest".into(), uri: "http://blog.example/".into(), ..Source::default() },
            url: Some(format!("http://blog.example/post-{n}/")),
            title: format!("Night {n}"),
            published: Date::parse_iso(&format!("{}-{:02}-01T00:00:00Z", 1990 + n / 120, n / 10 % 12 + 1)),
            body,
            ..Draft::default()
        };
        let mut post = refine(draft, "blog.example", None);
        for medium in &mut post.media {
            let kept = writer.keep_media(&picture(n, color)).expect("kept");
            *medium = Media { url: medium.url.clone(), alt: medium.alt.clone(), role: medium.role.clone(), ..kept };
        }
        writer.keep(post).expect("kept");
    }
    writer.finish(false).expect("finished");
}

/// A PNG of noise.
fn picture(seed: usize, color: png::ColorType) -> Vec<u8> {
    let mut state = seed as u64 * 2_654_435_761 + 1;
    // Transparent ones are of a megapixel: so much there is to convert.
    let (width, height) = if color == png::ColorType::Rgba { (1200, 900) } else { (500, PICTURE / 500) };
    let mut noise = vec![0u8; width * height * color.samples()];
    for b in &mut noise {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        *b = (state >> 33) as u8;
    }
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width as u32, height as u32);
    encoder.set_color(color);
    let mut writer = encoder.write_header().expect("a head");
    writer.write_image_data(&noise).expect("a picture");
    writer.finish().expect("an end");
    bytes
}

/// The least any packer does: the bodies deflated, the pictures stored.
fn pack(archive: &Archive, path: &Path) {
    let mut zip = ZipWriter::new(File::create(path).expect("a file"));
    let text = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    let bytes = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for entry in archive.entries().expect("entries") {
        let post = archive.read(&entry).expect("a post");
        zip.start_file(format!("{}.xhtml", post.id), text).expect("begun");
        zip.write_all(post.html.as_bytes()).expect("written");
        for file in post.media.iter().filter_map(|m| archive.path_of(m)) {
            zip.start_file(file.file_name().expect("a name").to_string_lossy(), bytes).expect("begun");
            std::io::copy(&mut File::open(file).expect("a picture"), &mut zip).expect("written");
        }
    }
    zip.finish().expect("packed");
}

/// Returns the most memory a process had at a time, in MB; 0 where the system does not tell.
fn peak_memory(status: &str) -> u64 {
    let status = std::fs::read_to_string(status).unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    line.and_then(|l| l.split_whitespace().next()?.parse::<u64>().ok()).map_or(0, |kb| kb / 1024)
}
