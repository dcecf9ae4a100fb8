//! Any bytes as a page: they end in posts or in a reason, and what comes out holds what the passes promise.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mdarchive::{extract, html};
use url::Url;

fuzz_target!(|bytes: &[u8]| {
    let decoded = extract::decode(bytes, None);
    // With and without an address: half of the rules look at it.
    let url = (bytes.len() % 2 == 0).then(|| Url::parse("http://blog.example/2007/04/a-post/").ok()).flatten();
    let verdict = extract::page(&decoded.text, url.as_ref());
    assert!(!verdict.posts.is_empty() || verdict.reason.is_some(), "neither a post nor a reason");
    for post in &verdict.posts {
        let line = extract::flat(post, "x");
        assert!(line.is_object());
        let low = post.body.html.to_ascii_lowercase();
        assert!(!low.contains("<script") && !low.contains("<iframe") && !low.contains("<form"), "unclean: {low}");
        let ids: std::collections::HashSet<_> = post.draft.comments.iter().map(|c| &c.id).collect();
        assert_eq!(ids.len(), post.draft.comments.len(), "two comments with one id");
        for comment in &post.draft.comments {
            assert!(comment.parent.as_ref().is_none_or(|p| ids.contains(p) && *p != comment.id), "an answer to nothing");
        }
        let again = html::body(&post.body.html, None, None);
        assert_eq!(again.text, post.body.text, "the body reads otherwise when parsed again");
    }
});
