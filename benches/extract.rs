//! A page read with all its fields beside the least it can cost: the same page parsed and nothing more (html5ever, as
//! `scraper` drives it). One thread, both in one run, page by page. Prints both, their ratio and the peak memory.
//!
//! `cargo bench --bench extract [-- FOLDER]`
//!
//! Without a folder the pages are made here and taken from `tests/pages`; with one they are its `.html` files, gzipped
//! or not. A peer is run beside it over the same folder with its own parser as the yardstick, as `docs/extraction.md` says.

use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant};

use mdarchive::extract;

const ROUNDS: usize = 5;

fn main() {
    let folder = std::env::args().skip(1).find(|a| !a.starts_with("--"));
    let pages = match &folder {
        Some(folder) => read(Path::new(folder)),
        None => own(),
    };
    let size: usize = pages.iter().map(String::len).sum();
    println!("{} pages, {:.1} MB", pages.len(), size as f64 / 1e6);
    // The least of several times is what a page costs; the rest is what else the machine was doing.
    let mut least = vec![(Duration::MAX, Duration::MAX); pages.len()];
    for round in 1..=ROUNDS {
        let (mut parse, mut whole) = (Duration::ZERO, Duration::ZERO);
        for (page, least) in pages.iter().zip(&mut least) {
            let parsed = timed(|| std::hint::black_box(scraper::Html::parse_document(page)).errors.len());
            let read = timed(|| {
                let verdict = extract::bare(page, None);
                verdict.posts.iter().map(|p| extract::flat(p, "page").to_string().len()).sum()
            });
            *least = (least.0.min(parsed), least.1.min(read));
            parse += parsed;
            whole += read;
        }
        let ratio = whole.as_secs_f64() / parse.as_secs_f64();
        println!("round {round}: extract {whole:.2?}, parse alone {parse:.2?}, ratio {ratio:.2}");
    }
    let (parse, whole) = least.iter().fold((0.0, 0.0), |(p, w), l| (p + l.0.as_secs_f64(), w + l.1.as_secs_f64()));
    println!("least times: extract {whole:.3} s, parse alone {parse:.3} s");
    println!("ratio extract / parse alone: {:.2} (bound: 2)", whole / parse);
}

fn timed(work: impl FnOnce() -> usize) -> Duration {
    let start = Instant::now();
    std::hint::black_box(work());
    start.elapsed()
}

/// Reads the pages of a folder and of those in it.
fn read(folder: &Path) -> Vec<String> {
    let opened = mdarchive::input::open(folder).expect("a folder");
    let pages = opened.streams.iter().filter(|s| s.name.trim_end_matches(".gz").ends_with(".html"));
    let bytes = pages.map(|s| {
        let mut bytes = Vec::new();
        s.open().expect("a page").read_to_end(&mut bytes).expect("read");
        bytes
    });
    bytes.map(|b| extract::decode(&b, None).text).collect()
}

/// Pages of a few shapes with much around the post, and those of the tests.
fn own() -> Vec<String> {
    let mut pages = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages"));
    pages.extend((0..200).map(made));
    pages
}

fn made(n: usize) -> String {
    let menu: String =
        (0..30).map(|i| format!("<li class=\"menu-item\"><a href=\"/m/{i}/\">Menu {i}</a></li>")).collect();
    let text: String = (0..10 + n % 20)
        .map(|i| {
            format!(
                "<p>The lamp was lit at dusk and burned till the morning watch, <a href=\"/{i}\">as before</a>. {}</p>\n",
                "Nobody came up the stairs, and the oil was low. ".repeat(i % 7 + 1)
            )
        })
        .collect();
    let comments: String = (0..n % 25)
        .map(|i| {
            format!("<li class=\"comment depth-1\" id=\"comment-{i}\"><div class=\"vcard\"><cite class=\"fn\">Reader {i}</cite></div><p>So it was, {i} times.</p></li>")
        })
        .collect();
    let head = "<meta name=\"generator\" content=\"x\"><link rel=\"stylesheet\" href=\"x.css\">".repeat(8);
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><title>Night {n} | The Lamp</title>{head}<style>{}</style></head><body class=\"single\">\
         <ul id=\"nav\">{menu}</ul><div id=\"content\"><div class=\"post hentry\" id=\"post-{n}\"><h2 class=\"entry-title\">Night {n}</h2>\
         <div class=\"entry-content\">{text}<div class=\"wp-caption\"><img src=\"/{n}.jpg\" alt=\"\"><p class=\"wp-caption-text\">The lamp</p></div></div>\
         <p class=\"postmetadata\">Posted on May {}, 2007 in <a rel=\"category tag\" href=\"/category/x/\">Nights</a></p></div>\
         <ol class=\"commentlist\">{comments}</ol></div><div id=\"sidebar\"><ul>{menu}{menu}</ul></div>\
         <script>var x = {{}};</script></body></html>",
        ".a { color: red; }\n".repeat(60),
        n % 28 + 1
    )
}
