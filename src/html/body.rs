//! The passes over the body of a post, in order.

use ego_tree::NodeId;
use scraper::Html;
use url::Url;

use super::{address, caption, clean, embed, gather, image, nest, parse, text, xhtml};
use crate::model::{Caption, Link, Media};

/// What the passes make of a body.
#[derive(Debug, Clone, Default)]
pub struct Body {
    /// Clean HTML with absolute addresses.
    pub html: String,
    /// Plain text, blocks parted by blank lines.
    pub text: String,
    pub captions: Vec<Caption>,
    pub links: Vec<Link>,
    /// What the body shows or links to, each address once, in order.
    pub media: Vec<Media>,
}

/// A tree on its way through the passes.
struct Work<'a> {
    tree: &'a mut Html,
    /// The element whose content is the body.
    top: NodeId,
    base: Option<&'a Url>,
    /// What is left may read otherwise when parsed again, so it is.
    again: bool,
}

/// The passes, in order: each sees what the ones before it left.
const PASSES: [fn(&mut Work<'_>); 11] = [
    // `<img data-src=a><noscript><img src=a></noscript>` → one picture
    |w| image::noscript(w.tree, w.top),
    // `<img class=wp-smiley alt=":-)">` → `:-)`
    |w| image::smileys(w.tree, w.top),
    // `<img src=blank.gif data-src=a srcset="b 2x">` → `<img src=b>`
    |w| image::best(w.tree, w.top),
    // `<a href=../x>` → `<a href=http://example.com/x>`
    |w| address::absolute(w.tree, w.top, w.base),
    // `<div class=wp-caption><img><p class=wp-caption-text>` → `<figure><img><figcaption>`
    |w| caption::figures(w.tree, w.top),
    // `<iframe src=film>` → `<a class=embed href=film>`
    |w| embed::links(w.tree, w.top),
    // scripts, handlers, forms, trackers and unknown elements go
    |w| w.again |= clean::allow(w.tree, w.top),
    // `<p><figure>` → `<div><figure>`
    |w| nest::mend(w.tree, w.top),
    // "a" "b" → "ab"
    |w| nest::join_texts(w.tree, w.top),
    // U+FEFF at the very begin goes
    |w| nest::unmark(w.tree, w.top),
    // `<table>a<tr>` → read again
    |w| w.again |= !nest::rests(w.tree, w.top),
];

/// Runs all passes over a body. `base` resolves relative addresses; `site` tells internal links from external ones.
///
/// A cleaned body comes out as it went in: `body(body(x).html)` has the same HTML, captions and links.
pub fn body(fragment: &str, base: Option<&Url>, site: Option<&Url>) -> Body {
    let mut tree = parse::parse(fragment);
    let Some(top) = tree.tree.root().children().find(|n| n.value().is_element()).map(|n| n.id()) else {
        return Body::default();
    };
    of_tree(&mut tree, top, base, site)
}

/// Runs all passes over what is in one element of a tree, which is spent by it.
pub(crate) fn of_tree(tree: &mut Html, top: NodeId, base: Option<&Url>, site: Option<&Url>) -> Body {
    let (mut html, again) = run(tree, top, base);
    if !again {
        return gathered(tree, top, html, base, site);
    }
    // Mending is not needed more than once or twice; markup that never comes to rest is kept as it is then.
    let mut last = (parse::parse(""), top);
    for _ in 0..4 {
        let mut next = parse::parse(&html);
        let Some(top) = next.tree.root().children().find(|n| n.value().is_element()).map(|n| n.id()) else { break };
        let before = std::mem::take(&mut html);
        html = run(&mut next, top, base).0;
        last = (next, top);
        if html == before {
            break;
        }
    }
    gathered(&last.0, last.1, html, base, site)
}

fn run(tree: &mut Html, top: NodeId, base: Option<&Url>) -> (String, bool) {
    let mut work = Work { tree, top, base, again: false };
    for pass in PASSES {
        pass(&mut work);
    }
    let again = work.again;
    let mut html = String::new();
    if let Some(top) = tree.tree.get(top) {
        xhtml::write(top, xhtml::Form::Html, &mut html);
    }
    (html.trim().to_string(), again)
}

fn gathered(tree: &Html, top: NodeId, html: String, base: Option<&Url>, site: Option<&Url>) -> Body {
    let Some(top) = tree.tree.get(top) else { return Body::default() };
    Body {
        html,
        text: text::plain(top),
        captions: gather::captions(top),
        links: gather::links(top, base, site),
        media: gather::media(top, base),
    }
}
