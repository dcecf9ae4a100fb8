//! What a post shows from elsewhere (films, players, posts of other services) as links that still say what was there.

use ego_tree::{NodeId, NodeRef};
use scraper::{Html, Node};

use super::walk;

/// Frames that count readers, sell things or gather likes: no part of a post.
const NO_CONTENT: [&str; 16] = [
    "facebook.com/plugins/like",
    "facebook.com/plugins/follow",
    "facebook.com/plugins/page",
    "facebook.com/plugins/share",
    "facebook.com/plugins/likebox",
    "facebook.com/plugins/comments",
    "platform.twitter.com/widgets",
    "apis.google.com/",
    "doubleclick.net",
    "googlesyndication.com",
    "amazon-adsystem.com",
    "rcm.amazon.",
    "rcm-",
    "googletagmanager.com",
    "addthis.com",
    "disqus.com",
];

/// Turns frames and plug-ins into links of class `embed`; those without an address are taken out.
pub(super) fn links(tree: &mut Html, top: NodeId) {
    for id in walk::named(tree, top, &["iframe", "object", "embed", "frame", "amp-youtube", "amp-iframe"]) {
        let Some(node) = tree.tree.get(id).filter(|n| n.parent().is_some()) else { continue };
        let Some(address) = address(node) else {
            // A picture or words stand in for a plug-in that cannot be had.
            if walk::name(&node) == "object" {
                walk::unwrap(tree, id)
            } else {
                walk::remove(tree, id)
            }
            continue;
        };
        let title =
            walk::attr(&node, "title").or_else(|| walk::attr(&node, "aria-label")).unwrap_or(&address).to_string();
        let link = walk::make(tree, "a");
        walk::set(tree, link, "class", "embed");
        walk::set(tree, link, "href", &address);
        if let Some(mut place) = tree.tree.get_mut(id) {
            place.insert_id_before(link);
            place.detach();
        }
        if let Some(mut link) = tree.tree.get_mut(link) {
            link.append(Node::Text(scraper::node::Text { text: title.as_str().into() }));
        }
    }
}

/// Returns the address of what an element embeds; none when that is no content.
fn address(node: NodeRef<'_, Node>) -> Option<String> {
    let own = ["src", "data", "href"].iter().find_map(|key| walk::attr(&node, key));
    let inner = || {
        node.descendants().take(64).find_map(|n| match walk::name(&n) {
            "embed" | "iframe" => walk::attr(&n, "src"),
            "param" => {
                let name = walk::attr(&n, "name")?.to_ascii_lowercase();
                walk::attr(&n, "value").filter(|_| matches!(name.as_str(), "movie" | "src" | "filename" | "url"))
            }
            _ => None,
        })
    };
    let video = || walk::attr(&node, "data-videoid").map(|id| format!("https://www.youtube.com/watch?v={id}"));
    let address = own.or_else(inner).map(str::to_string).or_else(video)?;
    let invisible = ["width", "height"]
        .iter()
        .any(|key| walk::attr(&node, key).is_some_and(|v| matches!(v, "0" | "1" | "0px" | "1px")));
    let low = address.to_ascii_lowercase();
    let content = !NO_CONTENT.iter().any(|n| low.contains(n))
        && (low.starts_with("http") || low.starts_with("//") || low.starts_with('/'));
    (content && !invisible).then_some(address)
}

#[cfg(test)]
mod tests {
    use crate::html::body;
    use crate::model::LinkKind;

    #[test]
    fn a_film_becomes_a_link_that_says_so() {
        let cases = [
            "<iframe src='https://video.example/embed/1' width=560 height=315></iframe>",
            "<object width=425><param name=movie value='https://video.example/embed/1'><embed src='https://video.example/embed/1'></embed></object>",
            "<embed src='https://video.example/embed/1'>",
            "<iframe data-src='https://video.example/embed/1'></iframe>",
        ];
        for case in cases {
            let body = body(case, None, None);
            assert_eq!(body.links.len(), 1, "{case}");
            assert_eq!(body.links[0].url.as_deref(), Some("https://video.example/embed/1"), "{case}");
            assert_eq!(body.links[0].kind, LinkKind::Embed, "{case}");
            assert_eq!(body.text, "", "{case}");
        }
    }

    #[test]
    fn counters_and_buttons_are_no_content() {
        let body = body(
            "x<iframe src='https://www.facebook.com/plugins/like.php'></iframe><iframe src='http://a/' width=1 height=1>",
            None,
            None,
        );
        assert!(body.links.is_empty());
        assert_eq!(body.html, "x");
    }
}
