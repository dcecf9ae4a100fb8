//! A page read with all its fields beside the least it can cost: the same page parsed and nothing more (html5ever, as
//! `scraper` drives it). One thread, both in one run, by the time the thread was at work. Prints both, their ratio, and the
//! memory that a page takes. All fields are those of a flat line, written; the comments, which no flat line has, are read
//! beside it for a second ratio, and are part of the memory.
//!
//! `cargo bench --bench extract [-- FOLDER]`
//!
//! Without a folder the pages are made here and taken from `tests/pages`; with one they are its `.html` files, gzipped
//! or not. A peer is run beside it over the same folder with its own parser as the yardstick, as `docs/extraction.md` says.

use std::alloc::{GlobalAlloc, Layout, System};
use std::io::Read;
use std::path::Path;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
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
    let (mut ratios, mut with_comments) = (Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        let parse = timed(&pages, |page| scraper::Html::parse_document(page).errors.len());
        let whole = timed(&pages, |page| {
            let verdict = extract::bare(page, None);
            verdict.posts.iter().map(|p| extract::flat(p, "page").to_string().len()).sum()
        });
        let all = timed(&pages, |page| {
            let verdict = extract::page(page, None);
            verdict.posts.iter().map(|p| extract::flat(p, "page").to_string().len()).sum()
        });
        let ratio = |time: Duration| time.as_secs_f64() / parse.as_secs_f64();
        println!("round {round}: extract {whole:.2?}, parse alone {parse:.2?}, ratio {:.2}", ratio(whole));
        ratios.push(ratio(whole));
        with_comments.push(ratio(all));
    }
    ratios.sort_by(f64::total_cmp);
    with_comments.sort_by(f64::total_cmp);
    println!("median ratio extract / parse alone: {:.2} (bound: 2)", ratios[ROUNDS / 2]);
    println!("with the comments of the page: {:.2}", with_comments[ROUNDS / 2]);
    let (most, size) = memory(&pages);
    println!("memory: at most {most:.1} times a page and 8 MB, at a page of {:.2} MB (bound: 30)", size as f64 / 1e6);
}

fn timed(pages: &[String], work: impl Fn(&str) -> usize) -> Duration {
    let start = cpu();
    for page in pages {
        std::hint::black_box(work(page));
    }
    cpu().saturating_sub(start)
}

/// Returns the time this thread was at work, so that what else the machine does counts for nothing; where the system does
/// not tell, the time that went by.
fn cpu() -> Duration {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|t| t.split_whitespace().next()?.parse().ok());
    nanos.map_or_else(|| START.elapsed(), Duration::from_nanos)
}

/// Counts what is allocated, and the most of it at one time.
struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = NOW.fetch_add(layout.size(), Relaxed) + layout.size();
        MOST.fetch_max(now, Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let grown = size.saturating_sub(layout.size());
        let now = NOW.fetch_add(grown, Relaxed) + grown;
        MOST.fetch_max(now, Relaxed);
        NOW.fetch_sub(layout.size().saturating_sub(size), Relaxed);
        unsafe { System.realloc(at, layout, size) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Returns how many times its size a page takes at the most, 8 MB apart, and that page's size.
fn memory(pages: &[String]) -> (f64, usize) {
    let one = |page: &String| {
        let before = NOW.load(Relaxed);
        MOST.store(before, Relaxed);
        let verdict = extract::page(page, None);
        let lines: Vec<String> = verdict.posts.iter().map(|p| extract::flat(p, "page").to_string()).collect();
        std::hint::black_box(lines);
        let most = MOST.load(Relaxed).saturating_sub(before);
        (most.saturating_sub(8 << 20) as f64 / page.len().max(1) as f64, page.len())
    };
    pages.iter().map(one).fold((0.0, 0), |a, b| if b.0 > a.0 { b } else { a })
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
