//! Saved pages: where they came from, what lies beside them, and what a web archive did to them.

use mdarchive::event::Events;
use mdarchive::import::{Found, Job, Options};
use mdarchive::model::Clock;
use mdarchive::ops::import::{ImportRequest, import};

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

#[test]
fn pages_of_several_sites_are_told_apart() {
    let folder = tempfile::TempDir::new().unwrap();
    let words =
        "<p>A sentence of some length, with a comma, that says next to nothing about the weather.</p>".repeat(4);
    for (name, host) in [("a", "one.example"), ("b", "two.example"), ("c", "www.one.example")] {
        let saved = format!("<!-- saved from url=(0021)http://{host}/{name} -->");
        let page =
            format!("{saved}<html><body><h1>{name}</h1><div class=\"entry-content\">{words}</div></body></html>");
        std::fs::write(folder.path().join(format!("{name}.html")), page).unwrap();
    }
    let opened = mdarchive::input::open(folder.path()).unwrap();
    let groups = mdarchive::import::group(&opened.streams).unwrap();
    let (events, mut seen) = (Events::silent(), Vec::new());
    let job = Job { streams: &groups.groups[0].streams, events: &events, options: Options::default() };
    groups.groups[0].format.read.unwrap()(&job, &mut |found| {
        match found {
            Found::Site(site) => seen.push(format!("site {}", site.url.unwrap_or_default())),
            Found::Draft(draft) => seen.push(draft.url.unwrap_or_default()),
            _ => {}
        }
        Ok(())
    })
    .unwrap();
    let wanted = [
        "site http://one.example/",
        "http://one.example/a",
        "http://www.one.example/c",
        "site http://two.example/",
        "http://two.example/b",
    ];
    assert_eq!(seen, wanted);
}

#[test]
fn a_part_of_a_folder_without_posts_does_not_keep_the_others_out() {
    let folder = tempfile::TempDir::new().unwrap();
    let root = folder.path().join("in");
    std::fs::create_dir(&root).unwrap();
    std::fs::write(root.join("feed.xml"), "<rss version='2.0'><channel><title>x</title></channel></rss>").unwrap();
    std::fs::copy(case("mirror/quay.example/2006/11/rope.html"), root.join("rope.html")).unwrap();
    let request = ImportRequest::new(vec![root], folder.path().join("archives"));
    let summaries = import(&request, &Events::silent(), Clock::system()).unwrap().summaries;
    let last = summaries.last().unwrap();
    assert_eq!((last.new, last.notes.iter().any(|n| n.contains("feed.xml: a feed with no entries"))), (1, true));
}
