//! Pages made to harm: what they may cost is capped before they are understood. Nothing here is timed.

use mdarchive::{extract, html};

fn nodes(page: &str) -> usize {
    html::parse_document(page).tree.values().len()
}

#[test]
fn a_tree_stops_growing_and_its_text_goes_on() {
    let page = "<p>a".repeat(900_000) + "<b>the end";
    let tree = html::parse_document(&page);
    assert!(tree.tree.values().len() < 1_300_000, "{} nodes", tree.tree.values().len());
    assert!(html::plain_text(&page).ends_with("the end"));
}

#[test]
fn a_page_is_read_as_far_as_a_person_writes() {
    let line = "A word, and another one. ".repeat(1 << 20);
    let verdict = extract::page(&format!("<div class=entry-content><p>{line}"), None);
    let text = &verdict.posts.first().expect("a post").body.text;
    assert!((15 << 20..=16 << 20).contains(&text.len()), "{}", text.len());
}

#[test]
fn a_million_of_anything_ends_in_a_verdict() {
    const WORDS: &str =
        "<p>Somebody wrote this, and more, and then some; it is a post, nothing else, but look around it.</p>";
    const MANY: usize = 100_000;
    let cases = [
        "<div>".repeat(1_000_000),
        format!("<div{}>", " a=b".repeat(1_000_000)),
        (0..MANY).map(|n| format!(" a{n}")).collect::<String>().replacen(' ', "<p ", 1) + ">",
        "&amp;".repeat(MANY),
        "&#x41;".repeat(MANY),
        "&".repeat(MANY),
        "<".repeat(MANY),
        "<!".repeat(MANY),
        "</p>".repeat(MANY),
        "<div class=comment id=comment-1><ol class=children>".repeat(5_000),
        "<li class='comment depth-1' id=comment-1><p>a</p>".repeat(5_000),
        "<h3>Related</h3><ul>".repeat(5_000),
        "<div class='post hentry'><h2><a href=/x>".repeat(5_000),
        "<a href=x><table><a href=y>".repeat(5_000),
        format!("<title>{}</title>", "a | b ".repeat(MANY)),
        format!("<p class='{}'>x", "a ".repeat(MANY)),
    ];
    for case in cases {
        for page in [format!("{case}{WORDS}"), format!("{WORDS}{WORDS}{case}")] {
            let start = page.get(..page.floor_char_boundary(40)).unwrap_or_default().to_string();
            let count = nodes(&page);
            assert!(count < 1_300_000, "{start}: {count} nodes");
            let verdict = extract::page(&page, None);
            assert!(!verdict.posts.is_empty() || verdict.reason.is_some(), "{start}");
            verdict.posts.iter().for_each(|p| assert!(extract::flat(p, "x").is_object()));
        }
    }
}
