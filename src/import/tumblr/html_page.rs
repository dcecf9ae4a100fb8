//! `posts/html/ID.html`: what an export has of a post where `posts.xml` is missing. The date is text, no address is there.

use scraper::{ElementRef, Html, Selector};

use super::post::Post;
use crate::html;

/// Returns whether a page is one of those.
pub fn fits(text: &str, name: &str) -> bool {
    let stem = name.rsplit('/').next().and_then(|f| f.strip_suffix(".html")).unwrap_or_default();
    let numbered = stem.len() > 3 && stem.bytes().all(|b| b.is_ascii_digit());
    numbered && text.contains("id=\"timestamp\"") && text.contains("id=\"footer\"")
}

/// Understands a page.
pub fn read(text: &str, name: &str) -> Option<Post> {
    if !fits(text, name) {
        return None;
    }
    let mut tree = html::parse_document(text);
    let words = |e: ElementRef<'_>| html::fold(&e.text().collect::<String>());
    let mut post = Post {
        id: name.rsplit('/').next()?.strip_suffix(".html")?.to_string(),
        kind: "regular".into(),
        tags: all(&tree, "#footer .tag").into_iter().map(words).collect(),
        ..Post::default()
    };
    let date = all(&tree, "#timestamp").first().map(|e| words(*e)).unwrap_or_default();
    post.about.insert("date".into(), date);
    let title = all(&tree, "body > h1").first().map(|e| words(*e)).unwrap_or_default();
    post.texts.insert("regular-title".into(), title);
    for id in all(&tree, "#footer, body > h1").iter().map(|e| e.id()).collect::<Vec<_>>() {
        if let Some(mut node) = tree.tree.get_mut(id) {
            node.detach();
        }
    }
    let body = all(&tree, "body").first().map(|e| e.inner_html()).unwrap_or_default();
    // The pictures lie in the folder of media.
    post.texts.insert("regular-body".into(), body.replace("src=\"../../media/", "src=\"media/").trim().to_string());
    Some(post)
}

fn all<'a>(tree: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    Selector::parse(selector).map_or(Vec::new(), |s| tree.select(&s).collect())
}
