//! The body of a post, less what sells subscriptions; pictures under the address they were sent in from.

use std::sync::LazyLock;

use ego_tree::NodeId;
use regex::{Captures, Regex};
use scraper::{Html, Selector};
use serde_json::Value;

use crate::html;
use crate::import::json::{items, text};
use crate::import::parts::percent_decoded;

/// What is no part of the text.
const ASIDE: &str = ".subscription-widget-wrap, .subscription-widget-wrap-editor, .subscription-widget, .button-wrapper, .paywall-jump, .paywall-title, .image-link-expand, .header-anchor-parent";

/// Things shown by a script, whose data stand beside them.
const SHOWN: &str = "div[data-attrs], a[data-attrs], iframe[data-attrs]";

/// Cleans a fragment.
pub fn html(fragment: &str) -> String {
    static CDN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"https://substackcdn\.com/image/fetch/[^"'\s]*?(https?%3A%2F%2F[^"'\s?&]+)"#)
            .expect("a fixed pattern")
    });
    let mut tree = html::parse(fragment);
    let found: Vec<(NodeId, Option<String>)> = select(&tree, ASIDE)
        .into_iter()
        .map(|id| (id, None))
        .chain(select(&tree, SHOWN).into_iter().filter_map(|id| Some((id, Some(shown(&tree, id)?)))))
        .collect();
    let mut made = Vec::new();
    for (id, markup) in found {
        if let Some(markup) = markup {
            let mark = format!("\u{e000}{}\u{e001}", made.len());
            made.push(markup);
            let text = tree.tree.orphan(scraper::Node::Text(scraper::node::Text { text: mark.as_str().into() })).id();
            if let Some(mut node) = tree.tree.get_mut(id) {
                node.insert_id_before(text);
            }
        }
        if let Some(mut node) = tree.tree.get_mut(id) {
            node.detach();
        }
    }
    let mut out = tree.root_element().inner_html();
    for (n, markup) in made.iter().enumerate() {
        out = out.replace(&format!("\u{e000}{n}\u{e001}"), markup);
    }
    CDN.replace_all(&out, |c: &Captures| percent_decoded(c.get(1).map_or("", |m| m.as_str())).replace('"', "%22"))
        .into_owned()
}

fn select(tree: &Html, selector: &str) -> Vec<NodeId> {
    Selector::parse(selector).map_or(Vec::new(), |s| tree.select(&s).map(|e| e.id()).collect())
}

/// Renders what a script would show, as far as it can be told; none where the element speaks for itself.
fn shown(tree: &Html, id: NodeId) -> Option<String> {
    let element = scraper::ElementRef::wrap(tree.tree.get(id)?)?;
    let data: Value = serde_json::from_str(element.attr("data-attrs")?).ok()?;
    if let Some(gallery) = data.get("gallery") {
        let image = |i: &Value| {
            let get = |k: &str| escape(text(i, k).unwrap_or_default());
            format!("<img src=\"{}\" alt=\"{}\" />", get("src"), get("alt"))
        };
        let images: String = items(gallery, "images").into_iter().map(image).collect();
        let caption =
            text(gallery, "caption").map(|c| format!("<figcaption>{}</figcaption>", escape(c))).unwrap_or_default();
        return Some(format!("<figure>{images}{caption}</figure>"));
    }
    let link = |url: &str, words: &str| {
        Some(format!("<p><a class=\"embed\" href=\"{}\">{}</a></p>", escape(url), escape(words)))
    };
    let class = element.attr("class").unwrap_or_default();
    let word = |k: &str| text(&data, k);
    if class.contains("youtube") {
        let url = format!("https://www.youtube.com/watch?v={}", word("videoId")?);
        return link(&url, &url);
    }
    if class.contains("vimeo") {
        let url = format!("https://vimeo.com/{}", word("videoId")?);
        return link(&url, &url);
    }
    if element.value().name() == "a" || !element.text().all(|t| t.trim().is_empty()) {
        return None;
    }
    let url = ["canonical_url", "url", "src"].iter().find_map(|k| word(k)).filter(|u| u.starts_with("http"))?;
    link(url, ["title", "full_text", "name"].iter().find_map(|k| word(k)).unwrap_or(url))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_have_the_address_they_came_from() {
        let out = html(
            "<p>a</p><div class='subscription-widget-wrap'>buy</div><img src=\"https://substackcdn.com/image/fetch/w_1456,c_limit/https%3A%2F%2Fbucket.example%2Fa%20b.png\">",
        );
        assert_eq!(out, "<p>a</p><img src=\"https://bucket.example/a b.png\">");
    }

    #[test]
    fn what_a_script_shows_is_kept() {
        let out = html(
            r#"<div class="image-gallery-embed" data-attrs='{"gallery":{"images":[{"src":"http://x.example/1.png","alt":"one"}],"caption":"Both"}}'></div><div class="youtube-wrap" data-attrs='{"videoId":"abc"}'></div>"#,
        );
        assert!(
            out.contains(
                "<figure><img src=\"http://x.example/1.png\" alt=\"one\" /><figcaption>Both</figcaption></figure>"
            ),
            "{out}"
        );
        assert!(out.contains("watch?v=abc"), "{out}");
    }
}
