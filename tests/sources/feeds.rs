//! Feeds with their history: archived, paged, numbered; texts that they cut or keep behind a wall.

use mdarchive::model::Reason;
use tempfile::TempDir;

use super::{again, by, front, slugs};
use crate::fetch::posts;
use crate::harness::pages::{Site, text};

pub const ATOM: &str = "application/atom+xml";
fn entry(n: u32) -> String {
    format!(
        "<entry><id>tag:a.example,2007:{n}</id><title>Post {n}</title><link rel='alternate' href='BASE/post-{n}/'/><published>2007-04-{:02}T00:00:00Z</published><updated>2007-04-{:02}T00:00:00Z</updated><content type='html'>{}</content></entry>",
        n % 28 + 1,
        n % 28 + 1,
        text(&format!("Number {n}")).replace('<', "&lt;")
    )
}

pub fn atom(links: &str, numbers: impl Iterator<Item = u32>) -> String {
    let entries: String = numbers.map(entry).collect();
    format!("<feed xmlns='http://www.w3.org/2005/Atom'><title>A blog</title><id>x</id>{links}{entries}</feed>")
}

pub fn numbered(numbers: std::ops::Range<u32>) -> std::collections::BTreeSet<String> {
    numbers.map(|n| format!("post-{n}")).collect()
}

#[test]
fn a_paged_and_an_archived_feed_are_read_to_their_ends() {
    for relation in ["next", "prev-archive"] {
        let (site, dir) = (Site::new(), TempDir::new().unwrap());
        front(&site, "<link rel=alternate type=application/atom+xml href=/atom.xml>");
        site.put("/atom.xml", ATOM, atom(&format!("<link rel='{relation}' href='BASE/atom-2.xml'/>"), 20..30));
        site.put("/atom-2.xml", ATOM, atom(&format!("<link rel='{relation}' href='BASE/atom-1.xml'/>"), 10..20));
        // Pages shift: one entry stands on two of them. The last leads back to the first.
        site.put("/atom-1.xml", ATOM, atom(&format!("<link rel='{relation}' href='BASE/atom.xml'/>"), 1..11));
        by(&site, &dir, "feed", 0);
        assert_eq!(slugs(&dir), numbered(1..30));
        again(&site, &dir, "feed", 100);
        assert!(posts(&dir).iter().all(|p| p.text.starts_with("Number") && p.title.starts_with("Post")));
        site.put("/atom.xml", ATOM, atom("<link rel='next' href='BASE/atom-2.xml'/>", 25..33));
        site.hits();
        assert_eq!(by(&site, &dir, "feed", 200).new, 3);
        assert!(site.hits().len() <= 4, "what was read before is not read again");
    }
}

#[test]
fn a_json_feed_and_the_numbered_feed_of_wordpress_are_read_to_their_ends() {
    let (site, dir) = (Site::new(), TempDir::new().unwrap());
    front(&site, "<link rel=alternate type=application/feed+json href=/feed.json>");
    let item = |n: u32| {
        format!(
            "{{\"id\": \"{n}\", \"url\": \"BASE/post-{n}/\", \"title\": \"Post {n}\", \"content_html\": \"{}\"}}",
            text("Words")
        )
    };
    let feed = |next: &str, n: u32| {
        format!(
            "{{\"version\": \"https://jsonfeed.org/version/1.1\", \"title\": \"A\", {next} \"items\": [{}, {}]}}",
            item(n),
            item(n + 1)
        )
    };
    site.put("/feed.json", "application/feed+json", feed("\"next_url\": \"BASE/feed-2.json\",", 3));
    site.put("/feed-2.json", "application/feed+json", feed("", 1));
    by(&site, &dir, "feed", 0);
    assert_eq!(slugs(&dir), numbered(1..5));

    let (site, dir) = (Site::new(), TempDir::new().unwrap());
    front(&site, "<link rel=alternate type=application/rss+xml href=/feed/>");
    let item = |n: u32| {
        format!(
            "<item><title>Post {n}</title><link>BASE/post-{n}/</link><guid isPermaLink='false'>BASE/?p=7</guid><content:encoded><![CDATA[{}]]></content:encoded></item>",
            text("Words")
        )
    };
    let rss = |numbers: std::ops::Range<u32>| {
        format!(
            "<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel><title>A</title><link>BASE/</link>{}</channel></rss>",
            numbers.map(item).collect::<String>()
        )
    };
    site.put("/feed/", "application/rss+xml", rss(5..8));
    site.put("/feed/?paged=2", "application/rss+xml", rss(2..5));
    site.put("/feed/?paged=3", "application/rss+xml", rss(1..2));
    site.remove("/feed/?paged=4");
    site.put("/feed/?paged=4", "text/html", "");
    by(&site, &dir, "feed", 0);
    assert_eq!(slugs(&dir), numbered(1..8), "posts that share a guid are posts of their own");
    again(&site, &dir, "feed", 100);
}

#[test]
fn a_text_that_the_feed_cuts_is_got_from_its_page() {
    let (site, dir) = (Site::new(), TempDir::new().unwrap());
    front(&site, "<link rel=alternate type=application/rss+xml href=/rss.xml>");
    site.put("/rss.xml", "application/rss+xml", "<rss version='2.0'><channel><title>A</title><link>BASE/</link><item><title>Whole title</title><link>BASE/post-1/</link><category>Tea</category><description>It began […]</description></item></channel></rss>");
    site.post("/post-1/", "Whole title", "All of it");
    by(&site, &dir, "feed", 0);
    let post = posts(&dir).remove(0);
    assert!(post.text.contains("All of it"), "{}", post.text);
    assert_eq!(post.tags[0].label, "Tea", "and the feed's own fields are kept");
    again(&site, &dir, "feed", 100);
}

#[test]
fn a_text_behind_a_password_is_a_gap_though_the_feed_lists_it() {
    let (site, dir) = (Site::new(), TempDir::new().unwrap());
    front(&site, "<link rel=alternate type=application/rss+xml href=/rss.xml>");
    let form = "&lt;p&gt;This post is protected.&lt;/p&gt;&lt;form action='BASE/wp-login.php?action=postpass' class='post-password-form' method='post'&gt;&lt;input type='password'&gt;&lt;/form&gt;";
    let item = |n: u32, words: &str| {
        format!("<item><title>Post {n}</title><link>BASE/post-{n}/</link><description>{words}</description></item>")
    };
    let open = text("In words for everyone").replace('<', "&lt;");
    let feed = format!(
        "<rss version='2.0'><channel><title>A</title><link>BASE/</link>{}{}</channel></rss>",
        item(1, form),
        item(2, &open)
    );
    site.put("/rss.xml", "application/rss+xml", feed);
    let summary = by(&site, &dir, "feed", 0);
    assert_eq!(posts(&dir).len(), 1);
    assert_eq!((summary.gaps.len(), summary.gaps[0].reason), (1, Reason::Protected));
    assert!(summary.gaps[0].url.ends_with("/post-1/"));
    again(&site, &dir, "feed", 100);
}
