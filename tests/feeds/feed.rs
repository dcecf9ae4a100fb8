//! Our own feeds, read to the last field.

use mdarchive::import::{Options, feed};
use mdarchive::model::{LinkKind, Reason};
use url::Url;

use super::take;
use crate::import::case;

#[test]
fn words_of_readers_are_no_posts() {
    let item =
        |link: &str| format!("<item><title>On fog</title><link>{link}</link><description>words</description></item>");
    let feed = |items: &str| format!("<rss version='2.0'><channel><title>x</title>{items}</channel></rss>");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f.xml");
    let said = item("http://q.example/fog/#comment-12") + &item("http://q.example/fog.html?showComment=1#c1203");
    std::fs::write(&path, feed(&(item("http://q.example/fog/") + &said))).unwrap();
    let taken = take(&path, Options::default()).unwrap();
    assert_eq!((taken.drafts.len(), taken.reports[0].skipped["comments of a feed"]), (1, 2));
    std::fs::write(&path, feed(&said)).unwrap();
    let error = take(&path, Options::default()).err().unwrap().to_string();
    assert!(error.contains("a feed of comments, and no posts"), "{error}");
}

#[test]
fn a_faulty_feed_is_read_and_its_repairs_are_named_by_line() {
    let taken = take(&case("feed/faulty.rss"), Options::default()).unwrap();
    let site = taken.site.as_ref().unwrap();
    assert_eq!((site.title.as_str(), site.description.as_str()), ("Ferry & Quay", "Boats & weather"));
    let notes = taken.notes();
    for part in ["line 8: bare &", "stood before the document", "prefix bound", "entities", "\"sometime\""] {
        assert!(notes.contains(part), "{part} is not in {notes}");
    }
    let one = &taken.drafts[0];
    assert_eq!(one.title, "Tide tables – part one");
    assert_eq!(one.url.as_deref(), Some("https://quay.example/2009/tide-tables/"));
    assert_eq!(one.aliases, ["https://quay.example/?p=12"]);
    let date = one.published.as_ref().unwrap();
    assert_eq!((date.text.as_str(), date.offset.as_deref()), ("2009-12-24T18:00:00", Some("+01:00")));
    assert_eq!(one.authors.iter().map(|a| a.name.as_str()).collect::<Vec<_>>(), ["Wren"]);
    assert_eq!(one.tags.iter().map(|t| t.label.as_str()).collect::<Vec<_>>(), ["Tides"]);
    assert!(one.body.contains("low water at noon") && one.excerpt.is_none(), "{:?}", one.excerpt);
    assert_eq!(one.enclosures[0].length, Some(1200));
    assert_eq!(
        (one.captions[0].text.as_str(), one.captions[0].credit.as_deref()),
        ("The harbour at low water", Some("Wren"))
    );
    assert_eq!(one.media[0].url, "https://quay.example/harbour.jpg");
}

#[test]
fn an_address_that_entries_share_is_no_permalink() {
    let taken = take(&case("feed/faulty.rss"), Options::default()).unwrap();
    let names: Vec<_> = taken.drafts[1..].iter().map(|d| (d.url.as_deref(), d.key.as_deref())).collect();
    assert_eq!(names, [(None, Some("n-1")), (None, Some("n-2"))]);
    assert!(taken.drafts[1].body.contains("Fog — no boats") && taken.drafts[1].guessed.contains_key("html"));
    assert!(!taken.drafts[2].guessed.contains_key("html"));
}

#[test]
fn atom_is_read_with_bases_constructs_and_what_the_feed_says_for_its_entries() {
    let taken = take(&case("feed/archive.atom"), Options::default()).unwrap();
    assert_eq!(taken.site.as_ref().unwrap().title, "Ferry & Quay");
    let one = &taken.drafts[0];
    assert_eq!(one.title, "A long night");
    assert_eq!(one.url.as_deref(), Some("https://quay.example/2009/long-night/"));
    assert_eq!(one.body, "<p>The bell rang<br>all night. <img src=\"bell.png\" alt=\"a &quot;bell&quot;\"></p>");
    assert_eq!(one.base.as_deref(), Some("https://quay.example/2009/"));
    assert_eq!((one.authors[0].name.as_str(), one.language.as_deref()), ("Wren", Some("en-GB")));
    assert_eq!((one.excerpt.as_deref(), one.tags[0].label.as_str()), (Some("Why nobody slept."), "Night"));
    assert_eq!((one.links[0].kind, one.links[0].text.as_str()), (LinkKind::Related, "Another night"));
    assert!(one.guessed.contains_key("published"));
    let two = &taken.drafts[1];
    assert_eq!(two.title, "Plain <words>");
    assert_eq!((two.authors[0].name.as_str(), two.body.as_str()), ("Guest", "<p>One &lt; two</p>\n\n<p>and three</p>"));
    let gap = &taken.reports[0].gaps[0];
    assert_eq!((gap.url.as_str(), gap.reason), ("https://quay.example/notes.pdf", Reason::NotFetched));
    assert!(taken.notes().contains("https://quay.example/2008.atom"));
}

#[test]
fn json_feed_is_read() {
    let taken = take(&case("feed/feed.json"), Options::default()).unwrap();
    let one = &taken.drafts[0];
    assert_eq!((taken.drafts.len(), one.url.as_deref()), (1, Some("https://quay.example/2010/rope/")));
    assert_eq!(
        (one.aliases.as_slice(), one.body.as_str()),
        (["7".to_string()].as_slice(), "<p>Three strands.</p>\n\n<p>Whipped ends.</p>")
    );
    assert_eq!((one.tags.len(), one.enclosures[0].length), (2, Some(900)));
    assert_eq!(one.extra["feed"]["_quay"]["depth"], 3);
    assert_eq!(one.authors[0].url.as_deref(), Some("https://quay.example/wren"));
}

#[test]
fn a_page_of_a_feed_tells_where_the_others_are() {
    let bytes = std::fs::read(case("feed/archive.atom")).unwrap();
    let archive = feed::parse(&bytes, None).unwrap();
    assert_eq!((archive.prev_archive(), archive.archive), (Some("https://quay.example/2008.atom"), true));
    let base = Url::parse("http://elsewhere.example/feed.json").unwrap();
    let page = feed::parse(&std::fs::read(case("feed/feed.json")).unwrap(), Some(&base)).unwrap();
    assert_eq!(page.next(), Some("https://quay.example/feed.json?page=2"));
}

#[test]
fn hostile_feeds_end_in_an_error_or_in_time() {
    let deep = format!("<feed><entry><content type=\"xhtml\">{}", "<div>".repeat(100_000));
    assert!(feed::parse(deep.as_bytes(), None).unwrap_err().contains("inside each other"));
    let json = format!("{{\"version\":\"https://jsonfeed.org/version/1\",\"items\":{}", "[".repeat(1_000_000));
    assert!(feed::parse(json.as_bytes(), None).is_err());
    let laughs = "<!DOCTYPE rss [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]><rss><channel><item><title>&b;</title><link>http://a.example/1</link></item></channel></rss>";
    let feed = feed::parse(laughs.as_bytes(), None).unwrap();
    assert!(!feed.entries[0].title.value.contains("ha"), "{:?}", feed.entries[0].title);
    let cut = "<rss><channel><item><link>http://a.example/1</link></item><item><title>x";
    let feed = feed::parse(cut.as_bytes(), None).unwrap();
    assert_eq!((feed.entries.len(), feed.cut), (1, Some(1)));
}
