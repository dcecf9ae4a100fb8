//! Captions of every age and platform as `figure > figcaption`, each beside its picture.

mod marks;

use ego_tree::{NodeId, NodeRef};
use scraper::node::Element;
use scraper::{Html, Node};

use self::marks::{Sure, mark};
use super::walk;

/// Classes of elements that hold one picture and its caption.
const HOLDERS: [&str; 14] = [
    "wp-caption",
    "wp-caption-dl",
    "tr-caption-container",
    "gallery-item",
    "photo-wrap",
    "photo-full",
    "photo-left",
    "photo-right",
    "image-block",
    "img-wrapper",
    "thumbinner",
    "media-image",
    "captioned-image",
    "captioned",
];

/// What a caption can belong to.
const SHOWN: [&str; 9] = ["img", "video", "audio", "table", "iframe", "object", "embed", "pre", "blockquote"];

/// How far up the element is sought that holds a caption and its picture, and how many nodes are looked at there.
const CLIMB: usize = 5;
const NEAR: usize = 120;

/// Makes every caption a `figcaption` in the `figure` of its picture, as far as the markup lets it.
pub(super) fn figures(tree: &mut Html, top: NodeId) {
    let Some(root) = tree.tree.get(top) else { return };
    let marked: Vec<(NodeId, Sure)> = root.descendants().filter_map(|n| mark(n).map(|sure| (n.id(), sure))).collect();
    for (id, sure) in marked {
        let Some(node) = tree.tree.get(id).filter(|n| n.parent().is_some()) else { continue };
        let within = node.ancestors().take_while(|a| a.id() != top).any(|a| walk::name(&a) == "figcaption");
        let shows = node.descendants().take(NEAR).any(|n| matches!(walk::name(&n), "img" | "iframe" | "video"));
        if within || (shows && walk::name(&node) != "figcaption") {
            continue;
        }
        if walk::text(node).is_empty() && !shows {
            if sure == Sure::Yes {
                walk::remove(tree, id);
            }
            continue;
        }
        if !place(tree, id, top) && sure == Sure::Yes {
            loose(tree, id);
        }
    }
}

/// Puts a caption into the figure of what it belongs to. Returns false when there is none.
fn place(tree: &mut Html, id: NodeId, top: NodeId) -> bool {
    let Some(node) = tree.tree.get(id) else { return false };
    let Some(parent) = node.parent() else { return false };
    if walk::name(&parent) == "figure" {
        walk::rename(tree, id, "figcaption");
        return true;
    }
    for holder in node.ancestors().take(CLIMB).take_while(|a| a.id() != top) {
        let taken = holder.children().any(|c| walk::name(&c) == "figcaption");
        if walk::name(&holder) == "figure" && !taken {
            let holder = holder.id();
            return adopt(tree, holder, id);
        }
        if matches!(walk::name(&holder), "figure" | "body" | "li" | "article" | "section" | "main") {
            break;
        }
        let part = matches!(walk::name(&holder), "td" | "th" | "tr" | "tbody" | "thead" | "dt" | "dd");
        if !part && holds(holder, node) {
            let holder = holder.id();
            walk::rename(tree, holder, "figure");
            return adopt(tree, holder, id);
        }
    }
    beside(tree, id)
}

/// Returns whether an element holds a picture and this caption and next to nothing else.
fn holds(holder: NodeRef<'_, Node>, caption: NodeRef<'_, Node>) -> bool {
    let e = holder.value().as_element();
    let known = e.is_some_and(|e| walk::classes(e).any(|c| HOLDERS.contains(&c)));
    let (mut shown, mut words, mut marks) = (false, 0, 0);
    let within = |n: NodeRef<'_, Node>| n.ancestors().take(16).any(|a| a.id() == caption.id());
    for n in holder.descendants().skip(1).take(NEAR) {
        match n.value() {
            Node::Text(t) if !t.text.trim().is_empty() && !within(n) => words += t.text.trim().len(),
            Node::Element(e) => {
                shown |= SHOWN.contains(&e.name())
                    && n.id() != caption.id()
                    && !matches!(e.name(), "pre" | "blockquote" | "table");
                marks += usize::from(mark(n).is_some());
            }
            _ => {}
        }
    }
    let complete = holder.descendants().nth(NEAR).is_none();
    known && marks < 2 || (shown && complete && marks < 2 && words <= 20)
}

/// Makes a caption a direct child of a figure and opens the lists and tables that only lay both out.
fn adopt(tree: &mut Html, figure: NodeId, caption: NodeId) -> bool {
    let Some(node) = tree.tree.get(caption) else { return false };
    let layout: Vec<NodeId> = node.ancestors().take_while(|a| a.id() != figure).map(|a| a.id()).collect();
    let first = first_shown(tree, figure).is_none_or(|shown| comes_before(tree, figure, caption, shown));
    if let Some(mut figure) = tree.tree.get_mut(figure) {
        if first {
            figure.prepend_id(caption)
        } else {
            figure.append_id(caption)
        };
    }
    walk::rename(tree, caption, "figcaption");
    let parts = ["dl", "dt", "dd", "table", "tbody", "thead", "tr", "td", "th"];
    let boxed = layout.iter().any(|id| tree.tree.get(*id).is_some_and(|n| parts.contains(&walk::name(&n))));
    if boxed || is_layout(tree, figure) {
        for id in walk::named(tree, figure, &parts) {
            if id != figure && id != caption {
                walk::unwrap(tree, id);
            }
        }
    }
    true
}

/// Returns whether cells or terms stand right in an element that is no table or list any more.
fn is_layout(tree: &Html, figure: NodeId) -> bool {
    let parts = ["dt", "dd", "tbody", "tr", "td"];
    tree.tree.get(figure).is_some_and(|f| f.children().any(|c| parts.contains(&walk::name(&c))))
}

fn first_shown(tree: &Html, holder: NodeId) -> Option<NodeId> {
    let shown = |n: &NodeRef<'_, Node>| SHOWN.contains(&walk::name(n)) && !is_layout_table(n);
    tree.tree.get(holder)?.descendants().skip(1).take(NEAR).find(shown).map(|n| n.id())
}

fn is_layout_table(n: &NodeRef<'_, Node>) -> bool {
    walk::name(n) == "table"
        && n.descendants().take(NEAR).any(|d| matches!(walk::name(&d), "img" | "iframe" | "object" | "embed"))
}

fn comes_before(tree: &Html, holder: NodeId, a: NodeId, b: NodeId) -> bool {
    let order = tree.tree.get(holder).and_then(|h| h.descendants().map(|n| n.id()).find(|id| *id == a || *id == b));
    order == Some(a)
}

/// Makes a figure of a caption and the element right before or after it, when that shows a picture and says nothing.
fn beside(tree: &mut Html, id: NodeId) -> bool {
    let Some(node) = tree.tree.get(id) else { return false };
    let filled = |n: &NodeRef<'_, Node>| {
        n.value().is_element() || n.value().as_text().is_some_and(|t| !t.text.trim().is_empty())
    };
    let only_shows = |n: &NodeRef<'_, Node>| {
        n.descendants().take(NEAR).any(|d| matches!(walk::name(&d), "img" | "iframe" | "object" | "video"))
            && n.descendants().nth(NEAR).is_none()
            && walk::text(*n).is_empty()
    };
    let not_break = |n: &NodeRef<'_, Node>| filled(n) && walk::name(n) != "br";
    let Some(picture) = node.prev_siblings().find(not_break).filter(only_shows) else { return false };
    let picture = picture.id();
    let figure = walk::make(tree, "figure");
    if let Some(mut place) = tree.tree.get_mut(picture) {
        place.insert_id_before(figure);
    }
    if let Some(mut figure) = tree.tree.get_mut(figure) {
        figure.append_id(picture);
        figure.append_id(id);
    }
    walk::rename(tree, id, "figcaption");
    true
}

/// Marks a caption that no figure holds, so that it is known again.
fn loose(tree: &mut Html, id: NodeId) {
    let Some(node) = tree.tree.get(id) else { return };
    let name = match walk::name(&node) {
        name @ ("p" | "span" | "dd" | "small" | "td") => name.to_string(),
        _ => "p".to_string(),
    };
    walk::edit(tree, id, |e| {
        e.name = walk::html_name(&name);
    });
    walk::set(tree, id, "class", "wp-caption-text");
}

/// Returns whether an element of a cleaned body is a caption.
pub(super) fn is_clean_caption(e: &Element) -> bool {
    e.name() == "figcaption" || walk::classes(e).any(|c| c == "wp-caption-text")
}

#[cfg(test)]
mod tests {
    use crate::html::body;

    /// Returns caption and picture of each caption, and checks that a second run finds the same.
    fn found(markup: &str) -> Vec<(String, Option<String>)> {
        let once = body(markup, None, None);
        let twice = body(&once.html, None, None);
        assert_eq!((&once.html, &once.captions, &once.links), (&twice.html, &twice.captions, &twice.links), "{markup}");
        once.captions.into_iter().map(|c| (c.text, c.src)).collect()
    }

    #[test]
    fn a_caption_of_any_platform_is_found_with_its_picture() {
        let cases = [
            "<figure class=wp-block-image><img src=a.jpg><figcaption>Words</figcaption></figure>",
            "<div class='wp-caption alignnone'><a href=b.jpg><img src=a.jpg></a><p class=wp-caption-text>Words</p></div>",
            "<dl class='wp-caption'><dt><a href=b.jpg><img src=a.jpg></a></dt><dd class='wp-caption-dd'>Words</dd></dl>",
            "<dl class=gallery-item><dt class=gallery-icon><img src=a.jpg></dt><dd class='wp-caption-text gallery-caption'>Words</dd></dl>",
            "<table class=tr-caption-container><tbody><tr><td><a href=b.jpg><img src=a.jpg></a></td></tr><tr><td class=tr-caption>Words</td></tr></tbody></table>",
            "<div class='photo-wrap'><a class=asset-img-link href=b.jpg><img class=asset src=a.jpg></a><div class='photo-caption caption-xid'>Words</div></div>",
            "<div class=image-block><div class=w><img data-src=a.jpg></div><div class=image-caption-wrapper><div class=image-caption><p>Words</p></div></div></div>",
            "<figure class=graf><div><img src=a.jpg></div><figcaption class=imageCaption>Words</figcaption></figure>",
            "<figure data-kind=photo><img src=a.jpg><small>Words</small></figure>",
            "<p>Text before it.</p><div><img src=a.jpg><br><span class=caption>Words</span></div><p>Text after it.</p>",
            "<p>Before</p><p><img src=a.jpg></p><p class=wp-caption-text>Words</p><p>After</p>",
            "<p><span class='photo-full'><img src=a.jpg><span class=photo-caption>Words</span></span> and more text here that is long</p>",
        ];
        for case in cases {
            assert_eq!(found(case), [("Words".to_string(), Some("a.jpg".to_string()))], "{case}");
        }
    }

    #[test]
    fn captions_become_figures() {
        let of = |markup: &str| body(markup, None, None).html;
        let figure = "<figure><a href=\"b.jpg\"><img src=\"a.jpg\"></a><figcaption>W <em>x</em></figcaption></figure>";
        assert_eq!(
            of(
                "<div class=wp-caption style='width:3px'><a href=b.jpg><img src=a.jpg></a><p class=wp-caption-text>W <em>x</em></p></div>"
            ),
            figure
        );
        assert_eq!(
            of(
                "<table class=tr-caption-container><tr><td><a href=b.jpg><img src=a.jpg></a></td></tr><tr><td class=tr-caption>W <em>x</em></td></tr></table>"
            ),
            figure
        );
    }

    #[test]
    fn a_gallery_has_captions_of_its_pictures_and_its_own() {
        let gallery = "<figure class=wp-block-gallery><ul><li><figure><img src=a.jpg><figcaption>A</figcaption></figure></li>\
                       <li><figure><img src=b.jpg><figcaption>B</figcaption></figure></li></ul><figcaption class=blocks-gallery-caption>All</figcaption></figure>";
        let expected = [("A", Some("a.jpg")), ("B", Some("b.jpg")), ("All", None)];
        assert_eq!(found(gallery), expected.map(|(t, s)| (t.to_string(), s.map(str::to_string))));
    }

    #[test]
    fn every_certain_caption_counts_even_without_a_picture() {
        let markup = "<p class=wp-caption-text>One</p><figure><table><tr><td>x</td></tr></table><figcaption>Two</figcaption></figure>\
                      <figure><iframe src='http://a.example/v'></iframe><figcaption>Three</figcaption></figure><figcaption>Four</figcaption>\
                      <p class=wp-caption-text> </p>";
        let texts: Vec<String> = found(markup).into_iter().map(|c| c.0).collect();
        assert_eq!(texts, ["One", "Two", "Three", "Four"]);
    }

    #[test]
    fn what_is_named_caption_far_from_pictures_is_none() {
        assert_eq!(found("<div class=caption><p>A whole text of its own</p></div><p>and more</p>"), []);
        assert_eq!(found("<div class=caption><img src=a.jpg><p>text</p></div>"), []);
    }

    #[test]
    fn credit_and_markup_are_kept_apart() {
        let b = body(
            "<figure><img src=a.jpg alt=Alt><figcaption>A <a href=x>boat</a> <span class=credit>Photo: Agency</span></figcaption></figure>",
            None,
            None,
        );
        let c = &b.captions[0];
        assert_eq!(
            (c.text.as_str(), c.credit.as_deref(), c.alt.as_deref()),
            ("A boat Photo: Agency", Some("Photo: Agency"), Some("Alt"))
        );
        assert_eq!(c.html, "A <a href=\"x\">boat</a> <span class=\"credit\">Photo: Agency</span>");
    }
}
