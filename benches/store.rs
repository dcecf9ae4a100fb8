//! Store writes beside the least a disk can do: the same posts kept through the store, and the same bytes written,
//! synced and renamed by hand. Prints both and their ratio.
//!
//! `cargo bench --bench store [-- POSTS]`

use std::path::Path;
use std::time::{Duration, Instant};

use mdarchive::model::{Clock, Draft, Post, Site, Source, pretty_json};
use mdarchive::ops::refine;
use mdarchive::store::{Disk, Opening, RealDisk, Writer};

const ROUNDS: usize = 5;
const BATCH: usize = 500;

fn main() {
    let posts: usize = std::env::args().filter_map(|a| a.parse().ok()).next().unwrap_or(2_000);
    let made: Vec<Post> = (0..posts).map(post).collect();
    let bytes: Vec<Vec<u8>> = made.iter().map(pretty_json).collect();
    let total: usize = bytes.iter().map(Vec::len).sum();
    println!("{posts} posts, {:.1} MB as files", total as f64 / 1e6);
    let mut ratios = Vec::new();
    for round in 1..=ROUNDS {
        let dir = tempfile::tempdir_in(".").expect("a folder");
        let by_hand = timed(|| write_by_hand(&dir.path().join("hand"), &bytes));
        let by_store = timed(|| keep(&dir.path().join("store"), &made));
        let ratio = by_store.as_secs_f64() / by_hand.as_secs_f64();
        println!("round {round}: store {by_store:.2?}, by hand {by_hand:.2?}, ratio {ratio:.2}");
        ratios.push(ratio);
    }
    ratios.sort_by(f64::total_cmp);
    println!("median ratio store / by hand: {:.2}", ratios[ROUNDS / 2]);
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn post(n: usize) -> Post {
    let paragraph = format!("<p>{}</p>", "The lamp was lit at dusk and burned till the morning watch. ".repeat(20));
    let draft = Draft {
        source: Source { kind: "rest".into(), uri: "http://blog.example/".into(), ..Source::default() },
        url: Some(format!("http://blog.example/2007/{:02}/post-{n}/", n % 12 + 1)),
        title: format!("Post {n}"),
        published: mdarchive::model::Date::parse_iso(&format!("2007-{:02}-01T00:00:00Z", n % 12 + 1)),
        body: paragraph.repeat(4),
        ..Draft::default()
    };
    refine(draft, "blog.example", None)
}

fn keep(root: &Path, posts: &[Post]) {
    let opening = Opening { name: "blog.example".into(), site: Site::default(), command: "bench", source: None };
    let mut writer = Writer::open(root, opening, Clock::system()).expect("a writer");
    for post in posts {
        writer.keep(post.clone()).expect("kept");
    }
    writer.finish(false).expect("finished");
}

fn write_by_hand(root: &Path, files: &[Vec<u8>]) {
    std::fs::create_dir_all(root).expect("a folder");
    for (batch, files) in files.chunks(BATCH).enumerate() {
        let name = |i: usize| root.join(format!("{batch}-{i}.json"));
        for (i, bytes) in files.iter().enumerate() {
            std::fs::write(name(i).with_extension("tmp"), bytes).expect("written");
        }
        RealDisk.sync_all(root).expect("synced");
        for i in 0..files.len() {
            std::fs::rename(name(i).with_extension("tmp"), name(i)).expect("renamed");
        }
        RealDisk.sync_all(root).expect("synced");
    }
}
