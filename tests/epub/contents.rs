//! Contents: parts and posts, and the parts alone where they would be too long for readers.

use super::book::{Blog, post};

#[test]
fn parts_can_be_years_or_none() {
    let posts = [post(1, "A", "2007-04-23", "<p>a</p>"), post(2, "B", "2008-04-23", "<p>b</p>")];
    let blog = Blog::new("parts").with(posts);
    let labels = |by| {
        blog.book_with(|e| e.by = by).contents().iter().map(|(l, label, _)| format!("{l} {label}")).collect::<Vec<_>>()
    };
    assert_eq!(labels(mdarchive::export::By::Year)[1..5], ["1 2007", "2 A", "1 2008", "2 B"]);
    assert_eq!(labels(mdarchive::export::By::None)[1..3], ["1 A", "1 B"]);
}

#[test]
fn three_hundred_posts_make_one_book() {
    let body = |n: u32| {
        format!("<h2>Head</h2><p>Text {n} <a href=\"http://blog.example/2007/04/post-{}/\">next</a>.</p>", n + 1)
    };
    let posts =
        (0..300).map(|n| post(n, &format!("Post {n}"), &format!("{}-{:02}-11", 2005 + n / 60, n % 12 + 1), &body(n)));
    let book = Blog::new("many").with(posts).book();
    assert_eq!(book.contents().iter().filter(|(l, ..)| *l == 2).count(), 300);
    assert!(book.chapter("Post 7").contains(".xhtml\">next</a>"));
}

#[test]
fn contents_too_long_for_readers_name_the_parts_which_list_their_posts() {
    let title = "A long title about the lamp, the tide and the weather of this day ".repeat(14);
    let posts = (0..300).map(|n| post(n, &format!("{n} {title}"), &format!("{}-03-11", 2001 + n / 60), "<p>a</p>"));
    let book = Blog::new("long-contents").with(posts).book();
    let contents = book.contents();
    assert!(contents.iter().all(|(level, ..)| *level == 1), "{:?}", contents.len());
    assert!(book.text("OEBPS/text/y2001-03.xhtml").matches("<li>").count() == 60);
}
