//! Promise: killed at any moment, an archive is sound, and the next run completes it to the bytes of an undisturbed one.

use std::io::Read;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::harness::kept;
use crate::harness::run::{command, mdarchive};
use crate::harness::site::Blog;

/// Moments at which a run is killed, for each of fetch and import: few in the quick part, 50 in tests/run.
fn kills() -> u32 {
    std::env::var("MDARCHIVE_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(6)
}

/// Lets a run live for so long, then kills it. Returns whether it came to its end before.
fn killed_after(folder: &Path, words: &[&str], life: Duration) -> bool {
    let mut child = command(folder, words).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let born = Instant::now();
    loop {
        if child.try_wait().unwrap().is_some() {
            return true;
        }
        if born.elapsed() >= life {
            child.kill().unwrap();
            child.wait().unwrap();
            return false;
        }
        std::thread::sleep(Duration::from_micros(200));
    }
}

/// Kills runs at moments spread over the life of a whole one; after each, the archive verifies and is completed.
fn kill_many(words: &[&str], whole_code: i32) {
    let dir = tempfile::tempdir().unwrap();
    let whole = dir.path().join("whole");
    std::fs::create_dir(&whole).unwrap();
    let born = Instant::now();
    let ran = mdarchive(&whole, words);
    let life = born.elapsed();
    assert_eq!(ran.code, whole_code, "{}", ran.err);
    let expected = kept(&whole.join("archives/blog"));
    let mut begun = 0;
    let kills = kills();
    for n in 0..kills {
        let folder = dir.path().join(n.to_string());
        // Spread by the golden ratio: near to no other moment, and the same in each run. A machine that has grown quicker
        // since the whole run was timed ends it before: then it gets half as long, at last no time at all.
        let mut time = life.mul_f64((f64::from(n) * 0.618_034).fract());
        loop {
            std::fs::create_dir(&folder).unwrap();
            if !killed_after(&folder, words, time) {
                break;
            }
            std::fs::remove_dir_all(&folder).unwrap();
            time = if time > Duration::from_millis(1) { time / 2 } else { Duration::ZERO };
        }
        let archive = folder.join("archives/blog");
        if archive.join("archive.json").exists() {
            begun += 1;
            let verified = mdarchive(&folder, &["verify"]);
            assert_eq!(verified.code, 0, "kill {n}: {}{}", verified.out, verified.err);
        }
        let again = mdarchive(&folder, words);
        assert_eq!(again.code, whole_code, "kill {n}: {}", again.err);
        let found = kept(&archive);
        for (want, have) in expected.iter().zip(&found) {
            assert_eq!(want.0, have.0, "kill {n}");
            assert!(want.1 == have.1, "kill {n}: {} differs:\n{}", want.0, String::from_utf8_lossy(&have.1));
        }
        assert_eq!(expected.len(), found.len(), "kill {n}");
        std::fs::remove_dir_all(&folder).unwrap();
    }
    println!("{begun} of {kills} killed after the first batch");
    assert!(begun > 0 || kills < 50, "no kill fell after the first batch");
}

#[test]
fn fetch_killed_at_any_moment_is_completed_to_the_same_bytes() {
    // More than a batch, so that some kills fall between the first and the end.
    let blog = Blog::with_posts(700);
    let url = blog.url();
    kill_many(&["fetch", &url, "--name", "blog"], 0);
}

/// An export of so many posts, of which every tenth has a caption and a comment.
fn export_file(posts: u32) -> String {
    let item = |n: u32| {
        let more = if n.is_multiple_of(10) {
            format!(
                "<wp:comment><wp:comment_id>{n}</wp:comment_id><wp:comment_author>Reader</wp:comment_author>\
                 <wp:comment_date_gmt>2007-05-01 00:00:00</wp:comment_date_gmt><wp:comment_approved>1</wp:comment_approved>\
                 <wp:comment_content>Comment {n}</wp:comment_content></wp:comment>"
            )
        } else {
            String::new()
        };
        let day = n % 28 + 1;
        format!(
            "<item><title>Night {n}</title><link>http://blog.example/2007/04/night-{n}/</link>\
             <dc:creator>keeper</dc:creator><content:encoded><![CDATA[The lamp was lit.\n\nIt burned till {n}.]]></content:encoded>\
             <wp:post_id>{n}</wp:post_id><wp:post_date>2007-04-{day:02} 12:00:00</wp:post_date>\
             <wp:post_date_gmt>2007-04-{day:02} 12:00:00</wp:post_date_gmt><wp:post_name>night-{n}</wp:post_name>\
             <wp:status>publish</wp:status><wp:post_type>post</wp:post_type>\
             <category domain=\"post_tag\" nicename=\"lamp\"><![CDATA[Lamp]]></category>{more}</item>\n"
        )
    };
    let items: String = (1..=posts).map(item).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" \
         xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
         xmlns:wp=\"http://wordpress.org/export/1.2/\"><channel><title>Nights</title><link>http://blog.example</link>\
         <wp:wxr_version>1.2</wp:wxr_version><wp:base_blog_url>http://blog.example</wp:base_blog_url>\n{items}</channel></rss>\n"
    )
}

#[test]
fn import_killed_at_any_moment_is_completed_to_the_same_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("export.xml");
    // More than one batch of posts.
    std::fs::write(&file, export_file(1_100)).unwrap();
    kill_many(&["import", file.to_str().unwrap(), "--name", "blog"], 0);
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_cleanly() {
    let dir = tempfile::tempdir().unwrap();
    let blog = Blog::with_posts(250);
    let gate = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
    let seen = gate.clone();
    blog.break_with(move |request| {
        if request.path().ends_with("/posts") && seen.fetch_add(1, std::sync::atomic::Ordering::Relaxed) > 0 {
            std::thread::sleep(Duration::from_secs(20));
        }
        None
    });
    let url = blog.url();
    let mut child = command(dir.path(), &["fetch", &url, "--name", "blog"]).stderr(Stdio::piped()).spawn().unwrap();
    while gate.load(std::sync::atomic::Ordering::Relaxed) < 2 {
        std::thread::sleep(Duration::from_millis(5));
    }
    let asked = Instant::now();
    let pid = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let code = child.wait().unwrap().code();
    assert_eq!(code, Some(130));
    assert!(asked.elapsed() < Duration::from_secs(10), "it took {:?}", asked.elapsed());
    let mut err = String::new();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    assert!(err.contains("run the same command again"), "{err}");
    if dir.path().join("archives/blog").exists() {
        assert_eq!(mdarchive(dir.path(), &["verify"]).code, 0);
    }
}
