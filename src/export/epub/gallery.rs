//! The list of pictures by their captions, gathered while chapters are made.

use super::language;
use super::split::{MOST, split};
use super::tree::{Element, Node, each, line, words};

/// Letters of a caption that the list shows.
const SHOWN: usize = 120;

/// A captioned picture.
#[derive(Debug)]
pub struct Captioned {
    pub caption: String,
    /// File and place.
    pub href: String,
    pub post: String,
    pub date: Option<String>,
}

/// Gives each captioned figure of a file its id and returns number and caption of each. `count`: figures before.
pub fn number(nodes: &mut [Node], count: &mut usize) -> Vec<(usize, String)> {
    let mut out = Vec::new();
    each(nodes, &mut |e| {
        if e.name != "figure" {
            return;
        }
        let caption = e.children.iter().filter_map(Node::element).find(|c| c.name == "figcaption");
        let Some(caption) = caption.map(caption_of).filter(|c| !c.is_empty()) else { return };
        *count += 1;
        e.set("id", format!("f{count}"));
        out.push((*count, caption));
    });
    out
}

/// The caption without its credit.
fn caption_of(caption: &Element) -> String {
    let own = caption.children.iter().filter(|n| n.element().is_none_or(|e| e.class() != "credit"));
    let text = line(&words(&own.cloned().collect::<Vec<_>>()));
    let text = if text.is_empty() { line(&words(&caption.children)) } else { text };
    let short: String = text.chars().take(SHOWN).collect();
    if short.len() < text.len() { short + "…" } else { short }
}

/// Returns the list in files.
pub fn files(pictures: &[Captioned], rtl: bool) -> Vec<Vec<Node>> {
    if pictures.is_empty() {
        return Vec::new();
    }
    let items = pictures.iter().map(|p| {
        let link = Element::new("a").with("href", p.href.clone()).facing(language::apart(&p.caption, rtl));
        let link = link.holding([Node::text(&*p.caption)]).node();
        let post = match language::apart(&p.post, rtl) {
            None => Node::text(&*p.post),
            dir => Element::new("span").facing(dir).holding([Node::text(&*p.post)]).node(),
        };
        let date = p.date.iter().map(|date| Node::text(format!(", {date}")));
        let place = Element::new("span").with("class", "date").holding([post]).holding(date).node();
        Element::new("li").holding([link, Node::text(" "), place]).node()
    });
    split(vec![Element::new("ul").with("class", "list").holding(items).node()], MOST)
}
