//! Promise: the command line teaches, its streams are clean, its exit codes mean what the help says.

use std::path::Path;

use crate::harness::run::{command, mdarchive};
use crate::harness::{draft, open_writer, refine};

fn archive_of_three(folder: &Path) {
    let mut w = open_writer(&folder.join("archives/blog.example"), 0);
    w.keep(refine(draft(1, "rest", "<p>One, see <a href=\"http://blog.example/?p=2\">two</a></p>"))).unwrap();
    w.keep(refine(draft(2, "rest", "<p>Two</p>"))).unwrap();
    let mut escape = draft(3, "rest", "<p>Three</p>");
    escape.title = "Bell \u{7} and \u{1b}[31mred".into();
    w.keep(refine(escape)).unwrap();
    mdarchive::ops::close(w, false).unwrap();
}

#[test]
fn alone_it_prints_commands_that_work() {
    let dir = tempfile::tempdir().unwrap();
    let ran = mdarchive(dir.path(), &[]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let commands: Vec<&str> = ran.out.lines().filter_map(|l| l.trim().strip_prefix("mdarchive ")).collect();
    assert!(commands.len() >= 4, "{}", ran.out);
    for line in commands.iter().filter(|l| !l.starts_with("saves")) {
        let verb = line.split_whitespace().next().unwrap();
        let words: Vec<&str> = if verb == "--help" { vec!["--help"] } else { vec![verb, "--help"] };
        assert_eq!(mdarchive(dir.path(), &words).code, 0, "{line}");
    }
}

#[test]
fn address_without_a_command_hints_at_fetch() {
    let dir = tempfile::tempdir().unwrap();
    let ran = mdarchive(dir.path(), &["https://blog.example"]);
    assert_eq!(ran.code, 2);
    assert_eq!(
        ran.err,
        "error: https://blog.example is an address, not a command\nhint: mdarchive fetch https://blog.example\n"
    );
}

#[test]
fn file_without_a_command_hints_at_import() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("post.txt"), "words").unwrap();
    let ran = mdarchive(dir.path(), &["post.txt"]);
    assert_eq!((ran.code, ran.err.lines().last()), (2, Some("hint: mdarchive import post.txt")));
}

#[test]
fn every_command_teaches_with_an_example_and_stands_in_the_manual() {
    let dir = tempfile::tempdir().unwrap();
    let manual = mdarchive(dir.path(), &["man"]).out;
    for verb in [
        "fetch",
        "import",
        "export",
        "list",
        "show",
        "verify",
        "gaps",
        "log",
        "diff",
        "revert",
        "extract",
        "init",
        "search",
        "stats",
        "reextract",
        "audit",
        "detect",
        "config",
    ] {
        let help = mdarchive(dir.path(), &[verb, "--help"]).out;
        assert!(help.contains(&format!("mdarchive {verb}")) && help.contains("Examples:"), "{verb}: {help}");
        assert!(manual.contains(verb), "{verb}");
    }
    assert!(mdarchive(dir.path(), &["completions", "bash"]).out.contains("mdarchive"));
}

#[test]
fn nothing_kept_says_how_to_begin() {
    let dir = tempfile::tempdir().unwrap();
    let ran = mdarchive(dir.path(), &["list"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.err.starts_with("error: cannot use archive archives: nothing is kept there yet\nhint: begin with"),
        "{}",
        ran.err
    );
}

#[test]
fn search_finds_words_and_stats_counts() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("archives/blog.example");
    let mut writer = open_writer(&root, 0);
    let bodies = [
        "<p>The fog lay over the Café.</p>",
        "<p>No fog, but <a href='http://blog.example/2007/04/post-1/'>rain</a>.</p>",
        "<p>Sun.</p>",
    ];
    for (n, body) in (1..).zip(bodies) {
        let mut one = draft(n, "rest", body);
        one.title = if n == 3 { "Fog at last".into() } else { one.title };
        one.key = Some(format!("wordpress:blog.example:{n}"));
        writer.keep(refine(one)).unwrap();
    }
    mdarchive::ops::close(writer, false).unwrap();
    let ids = |words: &[&str]| {
        let ran = mdarchive(dir.path(), &[&["search", "--json"], words].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        let hits: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        hits.as_array().unwrap().iter().map(|h| h["title"].as_str().unwrap().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&["FOG"]), ["Fog at last", "Post 2", "Post 1"], "the title first, then the newest");
    assert_eq!(ids(&["fog", "cafe"]), ["Post 1"]);
    assert_eq!(ids(&["lay over"]), ["Post 1"]);
    assert_eq!(ids(&["fog", "--until", "2007-04-02"]), ["Post 1"]);
    assert_eq!(ids(&["fog", "--limit", "1"]), ["Fog at last"]);
    assert!(ids(&["fog", "--tag", "none"]).is_empty());
    let ran = mdarchive(dir.path(), &["search", "cafe", "--in", "blog.example"]);
    assert!(
        ran.out.contains("Post 1\n          The fog lay over the Café.") && !ran.out.contains('\u{1b}'),
        "{}",
        ran.out
    );
    assert_eq!((mdarchive(dir.path(), &["search", "snow"]).code, mdarchive(dir.path(), &["search", "-"]).code), (0, 2));

    let stats: serde_json::Value = serde_json::from_str(&mdarchive(dir.path(), &["stats", "--json"]).out).unwrap();
    assert_eq!((&stats[0]["posts"], &stats[0]["years"]["2007"]), (&3.into(), &3.into()));
    assert_eq!((&stats[0]["words"], &stats[0]["links"]["internal"]), (&11.into(), &1.into()), "{stats:#}");
    assert_eq!(stats[0]["tags"][0], serde_json::json!(["Tag", 3]));
    let ran = mdarchive(dir.path(), &["stats"]);
    assert!(ran.code == 0 && ran.out.contains("years: 2007         3  ####"), "{}", ran.out);
}

#[test]
fn list_and_show_find_posts_and_let_no_escape_through() {
    let dir = tempfile::tempdir().unwrap();
    archive_of_three(dir.path());
    let listed = mdarchive(dir.path(), &["list"]);
    assert_eq!(listed.out.lines().count(), 3);
    assert!(listed.out.contains("Post 1  #Tag") && !listed.out.contains('\u{1b}') && !listed.out.contains('\u{7}'));
    let json: serde_json::Value = serde_json::from_str(&mdarchive(dir.path(), &["list", "--json"]).out).unwrap();
    assert_eq!(json[0]["title"], "Post 1");
    let id = json[0]["id"].as_str().unwrap();
    for name in [&id[..6], "post-1", "http://blog.example/?p=1", "blog.example/2007/04/post-1"] {
        let shown = mdarchive(dir.path(), &["show", name]);
        assert!(shown.code == 0 && shown.out.starts_with("Post 1\n"), "{name}: {shown:?}");
    }
    let several = mdarchive(dir.path(), &["show", "post"]);
    assert!(several.code == 2 && several.err.contains("3 posts begin with post"), "{several:?}");
    let post: serde_json::Value = serde_json::from_str(&mdarchive(dir.path(), &["show", id, "--json"]).out).unwrap();
    assert_eq!(post["links"][0]["target"], json[1]["id"], "a link inside the blog knows its post");
    let explained = mdarchive(dir.path(), &["show", id, "--explain"]).out;
    assert!(explained.contains("title       rest     stated  Post 1"), "{explained}");
}

#[test]
fn what_was_chosen_on_a_page_and_what_lost_is_explained() {
    let dir = tempfile::tempdir().unwrap();
    let page = r#"<html lang=en><head><title>A day out | Blog</title>
        <meta property="og:title" content="Your best day out, ever"><meta name=keywords content="Hotels">
        <link rel=canonical href="http://blog.example/a-day-out"></head>
        <body><h1 class="entry-title">A day out</h1><p>by <a rel=author href=/ann>Ann Example</a></p><div class=entry-content>
        <p>We walked along the river, saw three herons and a boat, and came home late, tired and content.</p></div></body></html>"#;
    std::fs::write(dir.path().join("page.html"), page).unwrap();
    let told = mdarchive(dir.path(), &["extract", "page.html", "--explain"]).out;
    assert!(told.contains("  title       A day out\n") && told.contains("markup .entry-title"), "{told}");
    assert!(told.contains("opengraph og:title") && told.contains("Your best day out, ever  ("), "{told}");
    assert!(told.contains("Hotels  (words of the head, not shown with the post)"), "{told}");
    let lines = mdarchive(dir.path(), &["extract", "page.html", "--explain", "--jsonl"]).out;
    let line: serde_json::Value = serde_json::from_str(&lines).unwrap();
    assert!(line["evidence"].as_array().unwrap().iter().any(|e| e["at"] == "og:title" && e["chosen"] == false));
    assert_eq!(mdarchive(dir.path(), &["import", "page.html"]).code, 0);
    let shown = mdarchive(dir.path(), &["show", "a", "--explain"]).out;
    assert!(shown.contains("lost    Your best day out, ever  (") && shown.contains("rel-author rel=author"), "{shown}");
    // A second import changes nothing of it.
    assert_eq!(mdarchive(dir.path(), &["import", "page.html"]).code, 0);
    assert_eq!(mdarchive(dir.path(), &["show", "a", "--explain"]).out, shown);
}

#[test]
fn verify_finds_a_changed_file() {
    let dir = tempfile::tempdir().unwrap();
    archive_of_three(dir.path());
    assert_eq!(mdarchive(dir.path(), &["verify"]).code, 0);
    let path = dir.path().join("archives/blog.example/posts/2007/04");
    let file = std::fs::read_dir(path).unwrap().next().unwrap().unwrap().path();
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("One", "Won").replace("Two", "Too").replace("Three", "Tree")).unwrap();
    let ran = mdarchive(dir.path(), &["verify"]);
    assert_eq!(ran.code, 4);
    assert!(ran.out.contains(file.file_name().unwrap().to_str().unwrap()), "{ran:?}");
}

#[test]
fn archive_of_a_newer_format_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    archive_of_three(dir.path());
    let info = dir.path().join("archives/blog.example/archive.json");
    let text = std::fs::read_to_string(&info).unwrap().replace("\"format\": 1", "\"format\": 9");
    std::fs::write(&info, &text).unwrap();
    let ran = mdarchive(dir.path(), &["list"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.err.contains("format 9 is newer than this program knows") && ran.err.contains("hint: update"),
        "{ran:?}"
    );
    assert_eq!(std::fs::read_to_string(&info).unwrap(), text);
}

#[cfg(unix)]
#[test]
fn closed_pipe_is_a_success() {
    let dir = tempfile::tempdir().unwrap();
    archive_of_three(dir.path());
    let mut child = command(dir.path(), &["list", "--json"]).stdout(std::process::Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn words_that_fit_nothing_are_named_with_what_would_fit() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("post.txt"), "A title\n\nWords.\n").unwrap();
    let table: [(&[&str], &str); 5] = [
        (&["import", "post.txt", "--timezone", "Nowhere/Land"], "error: Nowhere/Land is no time zone\nhint: write"),
        (&["import", "post.txt", "--encoding", "klingon"], "error: klingon is no encoding\nhint: write"),
        (&["import", "post.txt", "--name", "../out"], "error: \"../out\" is no name for an archive\nhint:"),
        (&["fetch", "ftp://blog.example/"], "error: cannot fetch ftp: addresses\nhint:"),
        (&["fetch"], "error: no blog named, and none in archives/mdarchive.toml\nhint: mdarchive fetch"),
    ];
    for (words, said) in table {
        let ran = mdarchive(dir.path(), words);
        assert_eq!(ran.code, 2, "{words:?}: {ran:?}");
        assert!(ran.err.starts_with(said), "{words:?}: {}", ran.err);
    }
    assert!(!dir.path().join("archives").exists(), "nothing is written");
}
