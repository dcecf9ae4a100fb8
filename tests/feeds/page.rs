//! Saved pages: where they came from, what lies beside them, and what a web archive did to them.

use mdarchive::import::Options;

use super::{Taken, take};
use crate::import::case;

/// Reads a case but for the word about it.
fn pages(name: &str) -> Taken {
    let mut taken = take(&case(name), Options::default()).unwrap();
    taken.drafts.retain(|d| d.source.kind != "text");
    taken
}

#[test]
fn a_page_saved_by_a_browser_knows_its_address_and_its_pictures() {
    let taken = pages("page");
    let [draft] = taken.drafts.as_slice() else { panic!("{}", taken.drafts.len()) };
    assert_eq!(draft.url.as_deref(), Some("http://quay.example/2006/11/vote.html"));
    assert_eq!(draft.source.kind, "page");
    assert!(draft.body.contains("half in the water") && !draft.body.contains("Home"), "{}", draft.body);
    let [file] = taken.files.as_slice() else { panic!("{:?}", taken.files) };
    assert!(draft.body.contains(&file.url), "{} is not in {}", file.url, draft.body);
    assert_eq!(taken.site.unwrap().url.as_deref(), Some("http://quay.example/"));
}

#[test]
fn a_mirror_leads_back_to_the_web() {
    let taken = pages("mirror");
    let by = |end: &str| taken.drafts.iter().find(|d| d.url.as_deref().is_some_and(|u| u.ends_with(end))).unwrap();
    let rope = by("quay.example/2006/11/rope.html");
    assert!(rope.body.contains("href=\"http://quay.example/2006/11/bell.html\""), "{}", rope.body);
    assert!(rope.body.contains("src=\"http://quay.example/img/bell.png\""), "{}", rope.body);
    assert!(taken.files.iter().any(|f| f.url == "http://quay.example/img/bell.png"));
    let fog = by("quay.example/2006/11/fog.html");
    assert!(fog.body.contains("href=\"http://quay.example/2006/12/more.html\""), "{}", fog.body);
    assert!(
        fog.body.contains("src=\"http://quay.example/img/fog.png\"") && !fog.body.contains("toolbar"),
        "{}",
        fog.body
    );
    assert_eq!((fog.source.kind.as_str(), taken.drafts.len()), ("wayback", 3));
}
