//! What the flags of `mdarchive import` promise: to look only, to be strict, to fetch what is missing, to take all.

use std::fs;
use std::path::Path;

use mdarchive::event::Events;
use mdarchive::model::{CommentStatus, Post};
use mdarchive::ops::import::{ImportRequest, import};
use mdarchive::store::Archive;

use super::case;
use crate::harness::clock_at;
use crate::harness::run::mdarchive;
use crate::harness::site::{Blog, picture};

fn variety() -> String {
    case("wxr-variety/input.xml").display().to_string()
}

fn posts(root: &Path) -> Vec<Post> {
    let archive = Archive::open(root).unwrap();
    archive.entries().unwrap().iter().map(|e| archive.read(e).unwrap()).collect()
}

#[test]
fn a_dry_run_tells_what_would_come_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let ran = mdarchive(folder.path(), &["import", "--dry-run", &variety()]);
    for words in [
        "WordPress export (WXR 1.2)",
        "harbour.example_notes",
        "10 posts, 1 page",
        " protected",
        "2006-05-04 to ",
        "spam",
    ] {
        assert!(ran.out.contains(words), "{words}: {}", ran.out);
    }
    assert!(ran.out.contains("e-mail addresses of commenters"), "{}", ran.out);
    assert!(ran.err.contains("nothing was written"), "{}", ran.err);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    let machine = mdarchive(folder.path(), &["import", "--dry-run", "--json", &variety()]);
    let told: serde_json::Value = serde_json::from_str(&machine.out).unwrap();
    assert_eq!((&told[0]["format"], &told[0]["posts"], &told[0]["pages"]), (&"wxr".into(), &10.into(), &1.into()));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn strict_refuses_what_must_be_repaired_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let bad = folder.path().join("bent.xml");
    let text = "<?xml version='1.0'?><rss version='2.0'><channel><title>a & b</title><link>http://quay.example/</link><item><title>t</title><description>words</description></item></channel></rss>";
    fs::write(&bad, text).unwrap();
    let ran = mdarchive(folder.path(), &["import", "--strict", "bent.xml"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.starts_with("error: cannot read bent.xml: not without fault: "), "{}", ran.err);
    assert!(!folder.path().join("archives").exists());
    assert_eq!(mdarchive(folder.path(), &["import", "bent.xml"]).code, 0);
    fs::write(&bad, text.replace(" & ", " and ")).unwrap();
    assert_eq!(mdarchive(folder.path(), &["import", "--strict", "bent.xml", "--name", "good"]).code, 0);
}

#[test]
fn the_format_may_be_told_and_an_unknown_one_lists_those_known() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("x.txt"), "---\ntitle: A post\n---\n\nWords *here*.\n").unwrap();
    let title = |format: &str| {
        let ran = mdarchive(folder.path(), &["import", "--format", format, "--name", format, "x.txt"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        posts(&folder.path().join("archives").join(format)).remove(0)
    };
    assert!(title("markdown").html.contains("<em>here</em>"));
    assert!(title("text").html.contains("*here*"));
    let ran = mdarchive(folder.path(), &["import", "--format", "wordstar", "x.txt"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("wxr, ") && ran.err.contains("markdown"), "{}", ran.err);
}

#[test]
fn the_encoding_may_be_told() {
    let folder = tempfile::tempdir().unwrap();
    let text = encoding_rs::WINDOWS_1251.encode("Title: Туман\n\nТуман над гаванью.\n").0.into_owned();
    let page = "<html><body><h1>Туман</h1><div class=\"entry-content\"><p>Туман над гаванью, и никого.</p></div></body></html>";
    fs::write(folder.path().join("a.txt"), text).unwrap();
    fs::write(folder.path().join("b.html"), encoding_rs::WINDOWS_1251.encode(page).0).unwrap();
    for (file, name) in [("a.txt", "a"), ("b.html", "b")] {
        let ran = mdarchive(folder.path(), &["import", file, "--encoding", "windows-1251"]);
        assert_eq!(ran.code, 0, "{file}: {}", ran.err);
        let post = posts(&folder.path().join("archives").join(name)).remove(0);
        assert!(post.text.contains("Туман над гаванью"), "{file}: {}", post.text);
    }
}

#[test]
fn addresses_of_hatena_are_formed_by_its_own_rule() {
    let folder = tempfile::tempdir().unwrap();
    let entry = "AUTHOR: mi\nTITLE: 霧\nBASENAME: 2013/08/01/223456\nSTATUS: Publish\nCONVERT BREAKS: 0\nDATE: 08/01/2013 22:34:56\n-----\nBODY:\n<p>霧。</p>\n-----\n--------\n";
    fs::write(folder.path().join("h.txt"), entry).unwrap();
    let ran = mdarchive(folder.path(), &["import", "h.txt", "--site", "https://mi.hatenablog.example/"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let post = posts(&folder.path().join("archives/mi.hatenablog.example")).remove(0);
    assert_eq!(post.url.as_deref(), Some("https://mi.hatenablog.example/entry/2013/08/01/223456"));
}

#[test]
fn media_named_by_address_are_fetched_where_that_is_asked_for() {
    let blog = Blog::with_posts(1);
    blog.state().files.insert("/a/rope.png".into(), picture(3));
    let folder = tempfile::tempdir().unwrap();
    let base = blog.url();
    let feed = format!(
        "<rss version='2.0'><channel><title>t</title><link>{base}</link><item><title>One</title><link>{base}one</link><description>&lt;p&gt;A rope: &lt;img src=\"{base}a/rope.png\"&gt; &lt;img src=\"{base}a/gone.png\"&gt; &lt;img src=\"file:///etc/passwd\"&gt;&lt;/p&gt;</description></item></channel></rss>"
    );
    fs::write(folder.path().join("feed.xml"), feed).unwrap();
    let ran = mdarchive(folder.path(), &["import", "feed.xml", "--name", "quay"]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(blog.hits().is_empty() && ran.err.contains("rope.png: not fetched"), "{}", ran.err);
    // What a file says of its own site opens no door to private addresses.
    let ran = mdarchive(folder.path(), &["import", "feed.xml", "--name", "quay", "--media"]);
    assert!(blog.hits().is_empty() && ran.code == 3, "{}", ran.err);
    let ran = mdarchive(folder.path(), &["import", "feed.xml", "--name", "quay", "--media", "--site", &base]);
    let hits = blog.hits();
    assert!(hits.contains(&"/a/rope.png".to_string()), "{hits:?} {}", ran.err);
    assert!(ran.err.contains("1 new file of media") && !ran.err.contains("passwd"), "{}", ran.err);
    let kept = posts(&folder.path().join("archives/quay")).remove(0);
    let have: Vec<_> = kept.media.iter().map(|m| (m.url.ends_with("rope.png"), m.sha256.is_some())).collect();
    assert!(have.contains(&(true, true)) && have.contains(&(false, false)), "{:?}", kept.media);
    let gaps = mdarchive(folder.path(), &["gaps", "quay"]).out;
    assert!(gaps.contains("gone.png") && !gaps.contains("rope.png"), "{gaps}");
}

#[test]
fn comments_that_were_never_public_come_marked_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let all = |archives: &str, all_comments: bool| {
        let mut request = ImportRequest::new(vec![variety().into()], folder.path().join(archives));
        request.options.all_comments = all_comments;
        let done = import(&request, &Events::silent(), clock_at(0)).unwrap();
        let posts = posts(&folder.path().join(archives).join("harbour.example_notes"));
        let hidden: Vec<CommentStatus> = posts.iter().flat_map(|p| &p.comments).filter_map(|c| c.status).collect();
        (hidden, done.summaries[0].notes.join("\n"))
    };
    let (hidden, notes) = all("public", false);
    assert!(hidden.is_empty() && notes.contains("1 spam comment") && notes.contains("--all-comments"), "{notes}");
    let (hidden, notes) = all("all", true);
    for status in [CommentStatus::Spam, CommentStatus::Trash, CommentStatus::Pending] {
        assert!(hidden.contains(&status), "{status:?} {hidden:?}");
    }
    assert!(!notes.contains("spam comment"), "{notes}");
    let book = mdarchive(folder.path(), &["--archives", "all", "export", "--jsonl", "--epub"]);
    assert_eq!(book.code, 0, "{}", book.err);
}

#[test]
fn one_bad_file_does_not_keep_the_good_ones_out() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("bad.xml"), "<html><body>Log in</body></html>").unwrap();
    fs::write(folder.path().join("good.txt"), "A title\n\nSome words of a post.\n").unwrap();
    let ran = mdarchive(folder.path(), &["import", "bad.xml", "good.txt"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("1 new") && ran.err.contains("error: cannot read bad.xml"), "{}", ran.err);
    assert!(folder.path().join("archives/good").is_dir());
}

#[test]
fn two_exports_of_one_name_are_two() {
    let folder = tempfile::tempdir().unwrap();
    let whole = fs::read_to_string(variety()).unwrap();
    for (n, year) in ["2007", "2008"].iter().enumerate() {
        let place = folder.path().join(year);
        fs::create_dir(&place).unwrap();
        fs::write(place.join("export.xml"), format!("{whole}<!-- {n} -->")).unwrap();
    }
    let ran = mdarchive(folder.path(), &["import", "2007/export.xml", "2008/export.xml"]);
    assert!(ran.code != 1, "{}", ran.err);
    let raw = folder.path().join("archives/harbour.example_notes/raw/import");
    assert_eq!(fs::read_dir(raw).unwrap().count(), 2);
}
