//! Promise: what is settled beforehand holds, everybody can see where it is settled, and a slip of the pen is named.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use mdarchive::store::Archive;
use serde_json::Value;

use crate::harness::run::{Ran, command, mdarchive};
use crate::harness::site::Blog;

fn settle(dir: &Path, text: &str) {
    std::fs::create_dir_all(dir.join("archives")).unwrap();
    std::fs::write(dir.join("archives/mdarchive.toml"), text).unwrap();
}

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e}: {ran:?}"))
}

#[test]
fn init_writes_what_a_nightly_backup_needs_and_replaces_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let ran = mdarchive(dir.path(), &["init", "b"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "b/archives/mdarchive.toml\nb/justfile\n"));
    assert_eq!(mdarchive(&dir.path().join("b"), &["config", "check"]).code, 0);
    let recipes = std::fs::read_to_string(dir.path().join("b/justfile")).unwrap();
    for recipe in ["backup ", "backup-all ", "schedule ", "unschedule:"] {
        assert!(recipes.lines().any(|l| l.starts_with(recipe)), "{recipe}");
    }
    std::fs::write(dir.path().join("b/justfile"), "mine").unwrap();
    let again = mdarchive(dir.path(), &["init", "b"]);
    assert_eq!((again.code, again.out.as_str()), (0, ""));
    assert!(again.err.contains("b/justfile is there already"), "{}", again.err);
    assert_eq!(std::fs::read_to_string(dir.path().join("b/justfile")).unwrap(), "mine");
    assert_eq!(mdarchive(&dir.path().join("b"), &["config", "init"]).code, 2);
}

#[test]
fn the_example_holds_once_it_is_switched_on() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(mdarchive(dir.path(), &["config", "init"]).out, "archives/mdarchive.toml\n");
    let path = dir.path().join("archives/mdarchive.toml");
    let example = std::fs::read_to_string(&path).unwrap();
    let begin = example.find("# [").unwrap();
    std::fs::write(&path, example[begin..].replace("# [", "[").replace("\n# ", "\n").replace("\n#\n", "\n")).unwrap();
    let shown = json(&mdarchive(dir.path(), &["config", "show", "--json"]));
    let schema = json(&mdarchive(dir.path(), &["config", "schema"]));
    let keys = schema["additionalProperties"]["properties"].as_object().unwrap();
    assert!(keys.len() > 5);
    for key in keys.keys() {
        assert_eq!(
            shown["blog.example"][key]["from"].as_str().unwrap().split(' ').next(),
            Some("archives/mdarchive.toml")
        );
    }
}

#[test]
fn a_slip_is_named_with_file_line_and_the_nearest_word() {
    let dir = tempfile::tempdir().unwrap();
    for (text, said) in [
        (
            "[a]\nurl = \"https://a.example\"\nmedai = false\n",
            "line 3: [a] has no setting `medai`; did you mean `media`?",
        ),
        ("[a]\nmedia = false\n", "line 1: [a] has no `url`"),
        ("[a]\nurl = 5\n", "line 2: [a] `url` is to be a text in quotes"),
        ("[a\n", "line 1: "),
    ] {
        settle(dir.path(), text);
        for words in [&["config", "check"][..], &["fetch"], &["config", "show"]] {
            let ran = mdarchive(dir.path(), words);
            assert_eq!(ran.code, 2, "{words:?} {ran:?}");
            assert!(ran.err.starts_with(&format!("error: archives/mdarchive.toml {said}")), "{}", ran.err);
        }
    }
    for (text, said) in [
        ("[a]\nurl = \"ftp://a.example\"\n", "error: cannot fetch ftp: addresses"),
        (
            "[a]\nurl = \"https://a.example\"\ndelay = \"soon\"\n",
            "error: archives/mdarchive.toml line 3: `delay`: no time",
        ),
        ("[a]\nurl = \"https://a.example\"\nsince = \"soon\"\n", "error: archives/mdarchive.toml line 3: `since`: "),
    ] {
        settle(dir.path(), text);
        let ran = mdarchive(dir.path(), &["config", "check"]);
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.err.starts_with(said), "{}", ran.err);
    }
}

#[test]
fn show_says_where_each_value_comes_from() {
    let dir = tempfile::tempdir().unwrap();
    let own = dir.path().join("own/mdarchive");
    std::fs::create_dir_all(&own).unwrap();
    std::fs::write(own.join("config.toml"), "[defaults]\ncontact = \"mailto:me@a.example\"\ndelay = \"9s\"\n").unwrap();
    settle(
        dir.path(),
        "[a.example]\nurl = \"https://a.example\"\nmedia = false\n[defaults]\ndelay = \"2s\"\nmedia = true\nsince = \"2007\"\n",
    );
    let shown = |words: &[&str]| {
        let output = command(dir.path(), words)
            .env("XDG_CONFIG_HOME", dir.path().join("own"))
            .env("MDARCHIVE_SINCE", "2008")
            .output()
            .unwrap();
        serde_json::from_slice::<Value>(&output.stdout).unwrap()["a.example"].clone()
    };
    let all = shown(&["config", "show", "a.example", "--json"]);
    let of = |key: &str| (all[key]["value"].clone(), all[key]["from"].as_str().unwrap().to_string());
    assert_eq!(
        of("media"),
        (false.into(), "archives/mdarchive.toml line 3".into()),
        "the blog's own before the default"
    );
    assert_eq!(of("delay"), ("2s".into(), "archives/mdarchive.toml line 5".into()), "the nearer file first");
    assert_eq!(of("since"), ("2008".into(), "MDARCHIVE_SINCE".into()), "the environment before the files");
    assert!(of("contact").1.ends_with("own/mdarchive/config.toml line 2"));
    assert_eq!(shown(&["config", "show", "--json", "--no-config"]), Value::Null);
}

#[test]
fn settings_reach_the_fetch_and_a_flag_goes_before_them() {
    let (blog, dir) = (Blog::with_posts(30), tempfile::tempdir().unwrap());
    let dated: Vec<String> =
        blog.state().rows["posts"].iter().map(|p| p["date"].as_str().unwrap()[..10].to_string()).collect();
    let middle = &dated[dated.len() / 2];
    let late = dated.iter().filter(|d| *d >= middle).count() as u64;
    settle(dir.path(), &format!("[ours]\nurl = \"{}\"\nsince = \"{middle}\"\nmedia = false\n", blog.url()));
    let ran = mdarchive(dir.path(), &["fetch", "ours"]);
    assert_eq!(ran.code, 3, "media left out are gaps: {ran:?}");
    let counts = || Archive::open(&dir.path().join("archives/ours")).unwrap().info.counts;
    assert_eq!((counts().posts, counts().media), (late, 0));
    let pattern = format!("*/{}/", blog.state().rows["posts"][0]["slug"].as_str().unwrap());
    let ran = mdarchive(dir.path(), &["fetch", "ours", "--since", "1999", "--exclude", &pattern, "--retry-gaps"]);
    assert!(matches!(ran.code, 0 | 3), "{ran:?}");
    let titles = mdarchive(dir.path(), &["list", "ours"]).out;
    assert_eq!(titles.lines().filter(|l| !l.contains("[page]")).count(), dated.len() - 1, "{titles}");
}

#[test]
fn one_blog_that_fails_stops_no_other_and_stands_in_the_report() {
    let (blog, dir) = (Blog::with_posts(3), tempfile::tempdir().unwrap());
    let gone = "http://127.0.0.1:1/";
    settle(dir.path(), &format!("[a-gone]\nurl = \"{gone}\"\n[b]\nurl = \"{}\"\n", blog.url()));
    let ran = mdarchive(dir.path(), &["fetch", "--json", "--report", "report.json"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    let reports = json(&ran);
    assert_eq!((&reports[0]["code"], &reports[0]["url"]), (&1.into(), &gone.into()));
    assert!(reports[0]["error"].as_str().unwrap().starts_with("cannot fetch http://127.0.0.1:1/"));
    assert_eq!((&reports[1]["archive"], &reports[1]["new"]), (&"b".into(), &5.into()));
    assert_eq!(std::fs::read_to_string(dir.path().join("report.json")).unwrap(), ran.out);
}

#[test]
fn an_error_is_an_object_where_machine_output_was_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let ran = mdarchive(dir.path(), &["fetch", "http://127.0.0.1:1/", "--json"]);
    let error = json(&ran);
    assert_eq!((ran.code, &error["code"], &error["url"]), (1, &1.into(), &"http://127.0.0.1:1/".into()));
    assert!(ran.err.starts_with("error: cannot fetch http://127.0.0.1:1/"), "people are told too: {}", ran.err);
    let error = json(&mdarchive(dir.path(), &["list", "--json"]));
    assert_eq!((&error["code"], &error["url"]), (&1.into(), &Value::Null));
    assert!(error["hint"].as_str().unwrap().starts_with("begin with"));
}

#[test]
fn blogs_of_different_hosts_are_asked_side_by_side() {
    let (one, two, dir) = (Blog::with_posts(1), Blog::with_posts(1), tempfile::tempdir().unwrap());
    // Each holds its first answer back until the other was asked too; alone it gives up and counts nothing.
    let seen = Arc::new(AtomicU32::new(0));
    let met = Arc::new(AtomicU32::new(0));
    for (bit, blog) in [(1, &one), (2, &two)] {
        let (seen, met) = (Arc::clone(&seen), Arc::clone(&met));
        blog.break_with(move |_| {
            seen.fetch_or(bit, Ordering::SeqCst);
            let begun = Instant::now();
            while seen.load(Ordering::SeqCst) != 3 && begun.elapsed() < Duration::from_secs(10) {
                std::thread::sleep(Duration::from_millis(5));
            }
            met.fetch_or(if seen.load(Ordering::SeqCst) == 3 { bit } else { 4 }, Ordering::SeqCst);
            None
        });
    }
    let other = two.url().replace("127.0.0.1", "localhost");
    settle(dir.path(), &format!("[one]\nurl = \"{}\"\n[two]\nurl = \"{other}\"\n", one.url()));
    let ran = mdarchive(dir.path(), &["fetch"]);
    assert_eq!(met.load(Ordering::SeqCst), 3, "{ran:?}");
}
