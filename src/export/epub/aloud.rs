//! What is read aloud: nothing twice, and no link as nothing.

use super::tree::{Node, each, line, words};

/// Runs the passes over settled blocks.
pub fn aloud(blocks: &mut [Node]) {
    describe(blocks);
    each(blocks, &mut |e| {
        // A link around a picture that nobody described has its address for words.
        if e.name == "a" && !speaks(&e.children) {
            let href = e.get("href").unwrap_or_default().to_string();
            e.set("aria-label", href);
        }
    });
}

/// A caption copied into the alternative text is read aloud twice: the caption stays.
fn describe(blocks: &mut [Node]) {
    each(blocks, &mut |e| {
        if e.name != "figure" {
            return;
        }
        let caption = e.children.iter().filter_map(Node::element).find(|c| c.name == "figcaption");
        let Some(caption) = caption.map(|c| line(&words(&c.children))) else { return };
        each(&mut e.children, &mut |img| {
            if img.name == "img" && img.get("alt").is_some_and(|alt| alt == caption) {
                img.set("alt", "");
            }
        });
    });
}

/// Returns whether nodes hold words, be they those of a picture.
fn speaks(nodes: &[Node]) -> bool {
    nodes.iter().any(|n| match n {
        Node::Text(t) => !t.trim().is_empty(),
        Node::Element(e) => e.get("alt").is_some_and(|a| !a.is_empty()) || speaks(&e.children),
    })
}

#[cfg(test)]
mod tests {
    use super::super::tree::{Element, write};
    use super::*;

    #[test]
    fn a_link_around_an_undescribed_picture_says_where_it_leads() {
        let link = |alt: &str| {
            let img = Element::new("img").with("src", "a.png").with("alt", alt).node();
            let mut blocks = vec![Element::new("a").with("href", "http://e.com/").holding([img]).node()];
            aloud(&mut blocks);
            write(&blocks)
        };
        assert!(link("").contains("aria-label=\"http://e.com/\""));
        assert!(!link("A boat").contains("aria-label"));
    }

    #[test]
    fn a_caption_is_not_said_twice() {
        let img = Element::new("img").with("src", "a.png").with("alt", "A boat").node();
        let caption = Element::new("figcaption").holding([Node::text("A boat")]).node();
        let mut blocks = vec![Element::new("figure").holding([img, caption]).node()];
        aloud(&mut blocks);
        assert!(write(&blocks).contains("alt=\"\""));
    }
}
