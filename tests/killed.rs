//! A fetch that is killed at any moment leaves a sound archive, and the next one completes it to the same bytes.

use std::time::Duration;

use tempfile::TempDir;

use crate::harness::kept;
use crate::harness::run::{command, mdarchive};
use crate::harness::site::Blog;

/// How many moments are tried; `MDARCHIVE_KILLS` asks for more.
fn moments() -> u64 {
    std::env::var("MDARCHIVE_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(8)
}

fn archive(dir: &TempDir) -> std::path::PathBuf {
    dir.path().join("archives/blog")
}

#[test]
fn a_fetch_killed_at_any_moment_is_completed_to_the_same_bytes() {
    let blog = Blog::with_posts(560);
    blog.state().delay = Duration::from_millis(3);
    blog.edit("posts", 30, |p| p["content"]["rendered"] = serde_json::json!("<img src=\"/files/dead.png\">"));
    let url = blog.url();
    let words = ["fetch", url.as_str(), "--name", "blog"];
    let whole = TempDir::new().unwrap();
    let began = std::time::Instant::now();
    let undisturbed = mdarchive(whole.path(), &words);
    let length = began.elapsed();
    assert_eq!(undisturbed.code, 3, "{undisturbed:?}");
    let expected = kept(&archive(&whole));
    let mut cut = 0;
    for n in 0..moments() {
        let dir = TempDir::new().unwrap();
        let mut child = command(dir.path(), &words)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        // Spread over the whole run by the golden ratio: near to no other moment, and the same in each run.
        std::thread::sleep(length.mul_f64((n as f64 * 0.618_034).fract()));
        cut += u64::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
        if archive(&dir).join("archive.json").exists() {
            let verdict = mdarchive(dir.path(), &["verify"]);
            assert_eq!(verdict.code, 0, "moment {n}: {verdict:?}");
        }
        let completed = mdarchive(dir.path(), &words);
        assert!(matches!(completed.code, 0 | 3), "moment {n}: {completed:?}");
        let got = kept(&archive(&dir));
        let differing: Vec<_> = got.iter().filter(|f| !expected.contains(f)).map(|(path, _)| path).collect();
        assert!(got == expected, "moment {n}: {differing:?}");
        let gaps = mdarchive(dir.path(), &["gaps"]);
        assert!(gaps.out.contains("dead.png"), "moment {n}: {gaps:?}");
        assert_eq!(mdarchive(dir.path(), &["verify"]).code, 0, "moment {n}");
    }
    assert!(cut * 2 >= moments(), "only {cut} runs were cut");
}
