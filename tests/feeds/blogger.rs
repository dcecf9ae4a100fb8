//! Blogger's exports: posts with their comments, and what lies beside them.

use mdarchive::import::Options;
use mdarchive::model::{Kind, LinkKind, Status};
use url::Url;

use super::take;
use crate::import::case;

#[test]
fn a_takeout_is_read_with_its_settings_and_albums() {
    let taken = take(&case("blogger-takeout"), Options::default()).unwrap();
    let site = taken.site.as_ref().unwrap();
    assert_eq!(site.url.as_deref(), Some("https://quay-notes.blogspot.com/"));
    assert_eq!((site.timezone.as_deref(), site.description.as_str()), (Some("Europe/London"), "Boats, mostly"));
    let states: Vec<_> = taken.drafts.iter().map(|d| (d.kind, d.status)).collect();
    let post = |status| (Kind::Post, status);
    let wanted = [post(Status::Published), (Kind::Page, Status::Published), post(Status::Draft), post(Status::Trash)];
    assert_eq!(states, wanted);
    let one = &taken.drafts[0];
    assert_eq!(one.title, "Fog & bells");
    assert_eq!(one.url.as_deref(), Some("https://quay-notes.blogspot.com/2008/03/fog-bells.html"));
    assert_eq!(one.key.as_deref(), Some("tag:blogger.com,1999:blog-7.post-1"));
    assert!(one.body.starts_with("<p>First line.<br />\nSecond"), "{}", one.body);
    assert_eq!(one.tags.iter().map(|t| t.label.as_str()).collect::<Vec<_>>(), ["fog", "Bells"]);
    assert_eq!(
        (one.links[0].kind, one.links[0].url.as_deref()),
        (LinkKind::External, Some("https://other.example/bell"))
    );
    assert_eq!(one.extra["blogger"]["blogger:location"]["name"], "Old Pier");
    let thread: Vec<_> = one.comments.iter().map(|c| (c.id.as_str(), c.parent.as_deref())).collect();
    assert_eq!(thread, [("91", None), ("92", Some("91"))]);
    assert_eq!(one.comments[0].html, "I was <b>there</b>.");
    assert_eq!(taken.drafts[2].published, None);
    let files: Vec<&str> = taken.files.iter().map(|f| f.url.as_str()).collect();
    assert_eq!(files, ["https://1.bp.blogspot.com/_x/s320/old%20pier.png"]);
    assert_eq!(taken.reports[0].withheld["files about people, never opened"], 1);
    assert_eq!(taken.reports[0].skipped["spam comments"], 1);
    assert_eq!(taken.reports[0].skipped["pictures of albums that no post shows"], 1);
}

#[test]
fn a_takeout_without_a_host_takes_the_one_given() {
    let feed = case("blogger-takeout/Takeout/Blogger/Blogs/Quay/feed.atom");
    let alone = take(&feed, Options::default()).unwrap();
    assert_eq!(
        (&alone.drafts[0].url, alone.drafts[0].extra["blogger"]["blogger:filename"].as_str()),
        (&None, Some("/2008/03/fog-bells.html"))
    );
    assert!(alone.reports[0].remarks.concat().contains("--site"));
    let site = Url::parse("http://quay.example/").ok();
    let given = take(&feed, Options { site, ..Options::default() }).unwrap();
    assert_eq!(given.drafts[0].url.as_deref(), Some("http://quay.example/2008/03/fog-bells.html"));
}

#[test]
fn a_classic_export_is_read_and_its_settings_are_no_posts() {
    let taken = take(&case("blogger-classic/blog-02-03-2010.xml"), Options::default()).unwrap();
    assert_eq!(taken.site.as_ref().unwrap().timezone.as_deref(), Some("Europe/London"));
    let [one, draft] = taken.drafts.as_slice() else { panic!("{}", taken.drafts.len()) };
    assert_eq!(
        (one.title.as_str(), one.url.as_deref()),
        ("Fog & bells", Some("http://quay-notes.blogspot.com/2008/03/fog-bells.html"))
    );
    assert_eq!(one.key.as_deref(), Some("tag:blogger.com,1999:blog-7.post-1"));
    assert_eq!((one.tags.len(), one.comments.len(), one.comments[1].parent.as_deref()), (1, 2, Some("91")));
    assert_eq!((draft.status, draft.url.as_deref()), (Status::Draft, None));
    assert_eq!((taken.reports[0].skipped["settings"], taken.reports[0].skipped["templates"]), (1, 1));
    assert!(taken.notes().contains("prefix bound") && taken.notes().contains("bare &"), "{}", taken.notes());
}
