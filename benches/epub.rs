//! The book beside a bare packing of the same words and pictures. Prints both, their ratio and the peak memory.
//!
//! `cargo bench --bench epub [-- POSTS]`

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use mdarchive::event::Events;
use mdarchive::export::{self, Epub, Job, Selection};
use mdarchive::model::{Clock, Date, Draft, Site, Source};
use mdarchive::ops::refine;
use mdarchive::store::{Archive, Opening, Writer};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const ROUNDS: usize = 5;
/// A picture in one post of ten, of this many bytes: noise, as a JPEG is for a packer.
const PICTURE: usize = 200_000;

fn main() {
    let posts: usize = std::env::args().filter_map(|a| a.parse().ok()).next().unwrap_or(2_000);
    let dir = tempfile::tempdir().expect("a folder");
    let root = dir.path().join("blog.example");
    fill(&root, posts);
    let archive = Archive::open(&root).expect("an archive");
    let mut ratios = Vec::new();
    for round in 1..=ROUNDS {
        let bare = timed(|| pack(&archive, &dir.path().join("bare.zip")));
        let book = timed(|| {
            let (selection, events) = (Selection::default(), Events::silent());
            let job = Job { archive: &archive, selection: &selection, events: &events };
            export::export(&Epub::default(), &job, dir.path(), true).expect("a book");
        });
        let ratio = book.as_secs_f64() / bare.as_secs_f64();
        println!("round {round}: book {book:.2?}, bare packing {bare:.2?}, ratio {ratio:.2}");
        ratios.push(ratio);
    }
    ratios.sort_by(f64::total_cmp);
    let size = std::fs::metadata(dir.path().join("blog.example.epub")).map_or(0, |m| m.len());
    println!("{posts} posts, a book of {:.1} MB", size as f64 / 1e6);
    println!("median ratio book / bare packing: {:.2}", ratios[ROUNDS / 2]);
    println!("peak memory of the whole run: {} MB (bound: 300)", peak_memory());
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

/// Makes an archive: paragraphs, a caption, a link to the post before, comments, pictures.
fn fill(root: &Path, posts: usize) {
    let opening = Opening {
        name: "blog.example".into(),
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
    for n in 0..posts {
        let mut body = "<p>The lamp was lit at dusk and burned till the morning watch.</p>".repeat(140);
        let url = format!("http://blog.example/p/{n}.png");
        if n % 10 == 0 {
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
            let kept = writer.keep_media(&picture(n)).expect("kept");
            *medium = mdarchive::model::Media {
                url: medium.url.clone(),
                alt: medium.alt.clone(),
                role: medium.role.clone(),
                ..kept
            };
        }
        writer.keep(post).expect("kept");
    }
    writer.finish(false).expect("finished");
}

/// A PNG of grey noise.
fn picture(seed: usize) -> Vec<u8> {
    let mut state = seed as u64 * 2_654_435_761 + 1;
    let (width, height) = (500, PICTURE / 500);
    let mut noise = vec![0u8; width * height];
    for b in &mut noise {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        *b = (state >> 33) as u8;
    }
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width as u32, height as u32);
    encoder.set_color(png::ColorType::Grayscale);
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

/// Returns the most memory this process had at a time, in MB; 0 where the system does not tell.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    line.and_then(|l| l.split_whitespace().next()?.parse::<u64>().ok()).map_or(0, |kb| kb / 1024)
}
