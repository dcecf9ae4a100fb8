//! A WordPress export of our own that has one of everything.

use std::fs;
use std::io::Read as _;

use mdarchive::html::{self, plain_text};
use mdarchive::import::FORMATS;
use mdarchive::input;
use mdarchive::model::{CommentKind, Draft, Kind, Status};
use url::Url;

use super::{Read, case, read};

fn variety() -> Read {
    read(&case("wxr-variety/input.xml")).unwrap()
}

fn find(read: &Read, id: u64) -> &Draft {
    read.drafts.iter().find(|d| d.extra["wxr"]["id"] == id).unwrap()
}

fn captions(draft: &Draft) -> Vec<String> {
    html::body(&draft.body, None, None).captions.into_iter().map(|c| c.text).collect()
}

#[test]
fn the_site_is_described() {
    let site = variety().site.unwrap();
    assert_eq!(site.url.as_deref(), Some("http://harbour.example/notes/"));
    assert_eq!((site.title.as_str(), site.description.as_str()), ("Harbour & Rope", "Notes from the quay"));
    assert_eq!((site.language.as_deref(), site.generator.as_deref()), (Some("en-GB"), Some("WordPress 6.1")));
}

#[test]
fn each_status_is_told_from_the_others() {
    let read = variety();
    let status = |id| find(&read, id).status;
    let table = [
        (1, Status::Published),
        (4, Status::Protected),
        (5, Status::Draft),
        (6, Status::Scheduled),
        (50, Status::Private),
        (51, Status::Pending),
        (52, Status::Trash),
        (53, Status::Draft),
    ];
    for (id, expected) in table {
        assert_eq!(status(id), expected, "post {id}");
    }
    assert!(read.report.notes.iter().any(|n| n.contains("wc-hold")));
    assert_eq!(find(&read, 60).kind, Kind::Page);
    let skipped = [("attachment", 4), ("nav_menu_item", 1), ("wp_global_styles", 1), ("wp_block", 1)];
    for (what, n) in skipped {
        assert_eq!(read.report.skipped.get(what), Some(&n), "{what}");
    }
}

#[test]
fn a_post_has_its_names_dates_and_terms() {
    let read = variety();
    let post = find(&read, 1);
    assert_eq!(post.title, "Captions, old & new");
    assert_eq!(post.url.as_deref(), Some("http://harbour.example/notes/2006/05/captions/"));
    assert_eq!(post.key.as_deref(), Some("wordpress:harbour.example/notes:1"));
    assert!(post.aliases.contains(&"http://harbour.example/notes/?p=1".to_string()));
    assert!(find(&read, 60).aliases.contains(&"http://harbour.example/notes/?page_id=60".to_string()));
    let published = post.published.as_ref().unwrap();
    assert_eq!((published.text.as_str(), published.offset.as_deref()), ("2006-05-04T10:00:00", Some("+02:00")));
    assert_eq!(post.source.updated.unwrap().to_string(), "2006-06-01T10:00:00Z");
    assert_eq!(post.authors[0].name, "The Dock Warden");
    let terms: Vec<(&str, &str)> = post.tags.iter().map(|t| (t.label.as_str(), t.slug.as_str())).collect();
    assert_eq!(terms, [("日", "日"), ("Rope & knots", "rope-knots")]);
    assert_eq!(post.categories[0].label, "Tides");
    assert_eq!(post.series.as_deref(), Some("Quay diary"));
    assert_eq!(post.excerpt.as_deref(), Some("A summary its author wrote."));
    assert_eq!(post.extra["wxr"]["format"], "image");
    assert_eq!(post.extra["wxr"]["terms"][0]["label"], "North quay");
}

#[test]
fn a_draft_has_no_permalink_and_no_date() {
    let read = variety();
    for id in [5, 51] {
        let draft = find(&read, id);
        assert_eq!((&draft.url, &draft.published), (&None, &None));
        assert!(draft.key.is_some() && draft.updated.is_some());
    }
    assert_eq!(find(&read, 6).url, None);
    assert!(find(&read, 6).published.is_some());
}

#[test]
fn captions_of_every_markup_are_found() {
    let read = variety();
    assert_eq!(captions(find(&read, 1)), ["The \"old\" crane", "A rope, coiled by its maker", "The buoy"]);
    assert_eq!(
        captions(find(&read, 2)),
        ["The crane, from the library", "A buoy in fog", "The crane, from the library"],
        "uploads in the order of their author, then the gallery by name"
    );
    assert_eq!(captions(find(&read, 3)), ["A rope in a block", "First", "The whole gallery", "In a shortcode"]);
    let body = &find(&read, 1).body;
    assert!(body.contains("A rope, <em>coiled</em> by <a href=\"http://rope.example/\">"), "{body}");
}

#[test]
fn an_attachment_after_its_post_is_found() {
    let read = variety();
    let media = &find(&read, 1).media[0];
    assert_eq!((media.url.as_str(), media.role.as_str()), ("http://harbour.example/notes/files/crane.jpg", "featured"));
    assert_eq!(media.alt.as_deref(), Some("Crane & sky"));
    let gallery = &find(&read, 2).body;
    let (rope, crane) = (gallery.find("rope.jpg").unwrap(), gallery.find("crane.jpg").unwrap());
    assert!(rope < crane, "by menu_order");
    assert!(!gallery.contains("Not a picture"));
}

#[test]
fn lines_become_paragraphs_and_structure_goes() {
    let read = variety();
    let body = &find(&read, 1).body;
    assert!(body.contains("<p>After.<br />\nOn a new line.</p>\n<p>The second page.</p>"), "{body}");
    assert!(!body.contains("more") && !body.contains("nextpage"));
    assert!(find(&read, 60).body.contains("<h2>Who</h2>\n<p>A harbour.</p>"));
}

#[test]
fn shortcodes_are_rendered_kept_or_told() {
    let read = variety();
    let body = &find(&read, 2).body;
    assert!(body.contains("<a class=\"embed\" href=\"http://film.example/watch?v=1&amp;t=2\">"), "{body}");
    assert!(body.contains("<a class=\"embed\" href=\"http://harbour.example/notes/files/fog.mp3\">"));
    assert!(body.contains("[gallery] shows pictures, [sic] does not."));
    assert!(body.contains("Kept words") && !body.contains("[box"));
    assert!(body.contains("<pre><code class=\"language-c\">a &lt;b&gt; &amp;&amp; c\n\n[gallery]</code></pre>"));
    assert!(read.report.all_remarks().iter().any(|n| n.contains("unknown shortcodes") && n.contains("box")));
}

#[test]
fn blocks_lose_their_comments_and_reusable_ones_are_shown() {
    let read = variety();
    let body = &find(&read, 3).body;
    assert!(!body.contains("wp:"), "{body}");
    assert_eq!(body.matches("Said once, shown often.").count(), 1 + 4, "itself, and as deep as is allowed");
    assert!(body.contains("<a class=\"embed\" href=\"http://film.example/2\">"));
    let told = read.report.all_remarks().join("\n");
    assert!(told.contains("left out: latest-posts"), "{told}");
    assert!(told.contains("show themselves"), "{told}");
}

#[test]
fn public_comments_are_kept_with_their_threads_and_others_counted() {
    let read = variety();
    let comments = &find(&read, 1).comments;
    let seen: Vec<(&str, Option<&str>, &str, CommentKind)> =
        comments.iter().map(|c| (c.id.as_str(), c.parent.as_deref(), c.author.as_str(), c.kind)).collect();
    assert_eq!(
        seen,
        [
            ("12", None, "Other blog", CommentKind::Pingback),
            ("7", None, "Ann", CommentKind::Comment),
            ("8", Some("7"), "Bo & Co", CommentKind::Comment)
        ]
    );
    assert_eq!(comments[1].html, "<p>A first word.<br>\nOn two lines.</p>");
    assert!(!comments[2].html.contains("script"));
    assert_eq!(comments[0].published.as_ref().unwrap().offset.as_deref(), Some("+02:00"));
    for what in ["spam comments", "comments never approved", "comments in the trash"] {
        assert_eq!(read.report.skipped.get(what), Some(&1), "{what}");
    }
}

#[test]
fn what_is_nobodys_business_leaves_no_trace() {
    let file = case("wxr-variety/input.xml");
    let read = variety();
    let everything = format!("{:?}", read.drafts);
    let redact = FORMATS.iter().find(|f| f.kind == "wxr").unwrap().redact.unwrap();
    let mut copy = String::new();
    redact(input::open(&file).unwrap().streams[0].open().unwrap()).read_to_string(&mut copy).unwrap();
    for secret in ["warden@harbour.example", "reader@mail.example", "203.0.113.7", "s3cret"] {
        assert!(fs::read_to_string(&file).unwrap().contains(secret));
        assert!(!everything.contains(secret), "{secret}");
        assert!(!copy.contains(secret), "{secret}");
    }
    let again = tempfile::tempdir().unwrap();
    fs::write(again.path().join("copy.xml"), &copy).unwrap();
    let second = super::read(&again.path().join("copy.xml")).unwrap();
    assert_eq!(second.drafts.len(), read.drafts.len());
    assert_eq!(find(&second, 1).body, find(&read, 1).body);
}

#[test]
fn parts_of_one_blog_know_each_others_attachments() {
    let whole = fs::read_to_string(case("wxr-variety/input.xml")).unwrap();
    let (head, rest) = whole.split_at(whole.find("\t<item>").unwrap());
    let (posts, attachments) = rest.split_at(rest.find("<title><![CDATA[crane]]>").unwrap() - "\t<item>\n\t\t".len());
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("x.000.xml"), format!("{head}{posts}</channel></rss>")).unwrap();
    fs::write(folder.path().join("x.001.xml"), format!("{head}{attachments}")).unwrap();
    let read = read(folder.path()).unwrap();
    assert_eq!(read.drafts.len(), variety().drafts.len());
    assert_eq!(captions(find(&read, 2)).len(), 3);
    assert_eq!(read.originals.len(), 2);
    assert!(read.report.notes.iter().all(|n| !n.contains("line")), "{:?}", read.report.notes);
}

#[test]
fn the_text_of_a_post_is_that_of_its_page() {
    let read = variety();
    let site = Url::parse("http://harbour.example/notes/").ok();
    let text = plain_text(&html::body(&find(&read, 1).body, site.as_ref(), site.as_ref()).html);
    assert!(text.starts_with("Before.") && text.ends_with("After. On a new line. The second page."), "{text}");
}
