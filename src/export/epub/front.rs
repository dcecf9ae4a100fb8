//! Pictures and captions that a post names outside its body: they stand before it.

use std::collections::HashMap;

use super::pictures::{Pictures, Shown};
use super::tree::{Element, MISSING, Node, line, words};
use crate::model::{Post, normalise_url};

/// Returns a figure for each caption and featured picture that the blocks of the body do not show.
pub fn front(post: &Post, blocks: &[Node], pictures: &mut Pictures<'_>) -> Vec<Node> {
    let mut shown = Said::of(captions(blocks));
    let mut front = Vec::new();
    for caption in &post.captions {
        let text = line(&caption.text);
        let said = if text.is_empty() { line(caption.credit.as_deref().unwrap_or_default()) } else { text.clone() };
        if said.is_empty() || shown.take(&said) {
            continue;
        }
        let src = caption.src.as_deref().unwrap_or_default();
        let picture = pictures.show_media(src, caption.alt.as_deref().unwrap_or_default());
        front.push(figure(picture, &text, caption.credit.as_deref()));
    }
    for media in post.media.iter().filter(|m| m.role == "featured") {
        let same = |src: &str| normalise_url(src) == normalise_url(&media.url);
        let named = post.captions.iter().any(|c| c.src.as_deref().is_some_and(same));
        // A missing one that the body never shows is in the list of gaps.
        if !named && pictures.is_picture(&media.url) && !pictures.shows(&media.url) {
            let picture = pictures.show_media(&media.url, media.alt.as_deref().unwrap_or_default());
            front.push(figure(picture, "", None));
        }
    }
    front
}

/// The captions that the body shows, each to be met once.
struct Said {
    counts: HashMap<String, usize>,
}

impl Said {
    fn of(captions: Vec<String>) -> Said {
        let mut counts = HashMap::new();
        captions.into_iter().for_each(|c| *counts.entry(c).or_default() += 1);
        Said { counts }
    }

    /// Returns whether a caption is shown, alone or with the credit in it, and crosses it off.
    fn take(&mut self, text: &str) -> bool {
        // Looking into each is for bodies of a human size.
        let found = match self.counts.contains_key(text) {
            true => Some(text.to_string()),
            false if self.counts.len() > 500 => None,
            false => self.counts.keys().filter(|c| c.contains(text)).min().cloned(),
        };
        let Some(found) = found else { return false };
        match self.counts.get_mut(&found) {
            Some(n) if *n > 1 => *n -= 1,
            _ => drop(self.counts.remove(&found)),
        }
        true
    }
}

fn figure(shown: Shown, caption: &str, credit: Option<&str>) -> Node {
    let picture = match shown {
        Shown::Inside { file, alt, .. } => Element::new("img").with("src", file).with("alt", alt),
        Shown::Missing { url, alt, why } => Element::new(MISSING).with("url", url).with("alt", alt).with("why", why),
        Shown::Words(_) | Shown::Nothing => Element::new(MISSING),
    };
    let picture = Element::new("p").holding([picture.node()]).node();
    let mut words = Vec::new();
    if !caption.is_empty() {
        words.push(Element::new("p").holding([Node::text(caption)]).node());
    }
    if let Some(credit) = credit.map(line).filter(|c| !c.is_empty() && !caption.contains(c.as_str())) {
        words.push(Element::new("p").with("class", "credit").holding([Node::text(credit)]).node());
    }
    let caption = (!words.is_empty()).then(|| Element::new("figcaption").holding(words).node());
    Element::new("figure").holding([picture]).holding(caption).node()
}

/// Returns the captions shown in the blocks, as plain words.
fn captions(blocks: &[Node]) -> Vec<String> {
    let mut out = Vec::new();
    let mut open: Vec<&Node> = blocks.iter().rev().collect();
    while let Some(node) = open.pop() {
        let Node::Element(e) = node else { continue };
        if e.name == "figcaption" || e.name == "caption" || e.class() == "caption" {
            out.push(line(&words(&e.children)));
        }
        open.extend(e.children.iter().rev());
    }
    out
}
