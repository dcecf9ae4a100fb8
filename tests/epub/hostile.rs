//! What a hostile page can hold does not reach the book; its words do.

use mdarchive::model::Post;

use super::book::{Blog, Made, post};
use crate::harness::{draft, refine};

/// A post whose body came through the archive's own passes.
fn kept(n: u32, title: &str, body: &str) -> Post {
    let mut post = Post { title: title.into(), ..refine(draft(n, "rest", body)) };
    post.tags.clear();
    post
}

fn all(book: &Made) -> String {
    book.names().filter(|n| n.ends_with(".xhtml")).map(|n| book.text(n)).collect()
}

#[test]
fn nothing_that_runs_loads_or_covers_the_page_reaches_the_book() {
    let bodies = [
        "<p onclick=\"steal()\" style=\"position:fixed;top:0\">word1</p><script>bad()</script><style>p{color:red}</style>",
        "<form action=\"http://x.example/\"><p>word2</p><input type=password><button>go</button></form>",
        "<iframe src=\"http://x.example/f\"></iframe><p>word3 <a href=\"javascript:bad()\">link</a> <a href=\"&#106;avascript:bad()\">two</a></p>",
        "<img src=\"http://t.example/pixel.gif\" width=\"1\" height=\"1\"><p>word4</p><object data=\"x.swf\"></object><embed src=\"x\">",
        "<p id=\"a\">word5</p><p id=\"a\">word6 <a href=\"#a\">up</a></p><x:y xmlns:x=\"urn:z\"><z:q>word7</z:q></x:y>",
        "<svg onload=\"bad()\"><script>bad()</script></svg><p>word8\u{1}\u{8}\u{ffff}</p><base href=\"http://x.example/\"><meta http-equiv=refresh content=0>",
        "<link rel=stylesheet href=\"http://x.example/s.css\"><p>word9<!-- -- --></p><?php bad() ?>",
    ];
    let posts = bodies.iter().enumerate().map(|(n, b)| kept(n as u32, &format!("Post {n}"), b));
    let book = Blog::new("attacks").with(posts).book();
    let text = all(&book);
    for word in 1..=9 {
        assert!(text.contains(&format!("word{word}")), "word{word}");
    }
    for bad in [
        "bad()",
        "steal",
        "position:fixed",
        "javascript:",
        "pixel.gif",
        "<form",
        "<iframe",
        "<svg",
        "<script",
        "<object",
        "s.css",
        "color:red",
    ] {
        assert!(!text.contains(bad), "{bad}");
    }
}

#[test]
fn ten_thousand_nested_tags_keep_their_words() {
    for tag in ["div", "b", "blockquote", "ul><li", "table><tr><td", "a href=\"http://x.example/\""] {
        let close = tag.split([' ', '>']).next().unwrap();
        let body = format!(
            "{}deep word{}<p>after</p>",
            format!("<{tag}>").repeat(10_000),
            format!("</{close}>").repeat(10_000)
        );
        let book = Blog::new("nested")
            .unclean()
            .with([kept(1, "Deep", &body), post(2, "Other", "2007-04-23", "<p>b</p>")])
            .book();
        let chapter = book.chapter("Deep");
        assert!(chapter.contains("deep word") && chapter.contains("after"), "{tag}");
    }
}
