//! What marks an element as a caption: its name and its classes, a table; a slanted line right under a picture. It moves
//! nothing.

use ego_tree::NodeRef;
use scraper::Node;

use crate::html::walk;

/// How sure a mark is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Sure {
    /// A caption whatever stands around it.
    Yes,
    /// A caption when it stands beside a picture.
    BesidePicture,
}

/// What marks a caption: element (any when empty), class (any when empty), how sure that is.
const MARKS: [(&str, &str, Sure); 34] = [
    ("figcaption", "", Sure::Yes),
    // WordPress, its galleries, and what its themes made of both.
    ("", "wp-caption-text", Sure::Yes),
    ("dd", "wp-caption-dd", Sure::Yes),
    ("", "gallery-caption", Sure::Yes),
    ("", "blocks-gallery-caption", Sure::Yes),
    // Blogger, TypePad, Squarespace, Medium.
    ("td", "tr-caption", Sure::Yes),
    ("", "photo-caption", Sure::BesidePicture),
    ("", "asset-img-caption", Sure::BesidePicture),
    ("", "asset-caption", Sure::BesidePicture),
    ("", "image-caption", Sure::BesidePicture),
    ("", "image-caption-wrapper", Sure::BesidePicture),
    ("", "imageCaption", Sure::BesidePicture),
    // Names that people give.
    ("", "caption", Sure::BesidePicture),
    ("", "caption-text", Sure::BesidePicture),
    ("", "img-caption", Sure::BesidePicture),
    ("", "imgcaption", Sure::BesidePicture),
    ("", "imgCaption", Sure::BesidePicture),
    ("", "image_caption", Sure::BesidePicture),
    ("", "photo_caption", Sure::BesidePicture),
    ("", "photoCaption", Sure::BesidePicture),
    ("", "photocaption", Sure::BesidePicture),
    ("", "pic-caption", Sure::BesidePicture),
    ("", "piccaption", Sure::BesidePicture),
    ("", "picture-caption", Sure::BesidePicture),
    ("", "media-caption", Sure::BesidePicture),
    ("", "video-caption", Sure::BesidePicture),
    ("", "figure-caption", Sure::BesidePicture),
    ("", "figcaption", Sure::BesidePicture),
    ("", "thumbcaption", Sure::BesidePicture),
    ("", "article-image-caption", Sure::BesidePicture),
    ("", "entry-caption", Sure::BesidePicture),
    ("", "featured-image-caption", Sure::BesidePicture),
    ("", "lead-caption", Sure::BesidePicture),
    ("", "cutline", Sure::BesidePicture),
];

/// Returns whether an element is marked as a caption, and how surely.
pub fn mark(node: NodeRef<'_, Node>) -> Option<Sure> {
    let e = node.value().as_element()?;
    let class = walk::value(e, "class");
    if class.is_none() && !matches!(e.name(), "figcaption" | "small" | "i" | "em") {
        return None;
    }
    let named = |(name, class, _): &&(&str, &str, Sure)| {
        (name.is_empty() || e.name() == *name) && (class.is_empty() || walk::classes(e).any(|c| c == *class))
    };
    let small = || e.name() == "small" && node.parent().is_some_and(|p| walk::name(&p) == "figure");
    // Every class of the table has one of these in it.
    let may = e.name() == "figcaption" || class.is_some_and(|c| c.contains("aption") || c.contains("cutline"));
    let said = || walk::classes(e).any(|c| is_named(c) || is_said(c)).then_some(Sure::BesidePicture);
    let marked = may.then(|| MARKS.iter().find(named)).flatten().map(|m| m.2);
    let marked = marked.or_else(|| small().then_some(Sure::Yes)).or_else(said);
    marked.or_else(|| is_slanted_line(node).then_some(Sure::BesidePicture))
}

/// Words of classes for pictures, and for what is said under them: `media__description`, `img_legend`, `cssMediaTitle`.
const PICTURES: [&str; 8] = ["image", "img", "media", "photo", "foto", "picture", "bild", "visual"];
const SAID: [&str; 8] =
    ["description", "descr", "legend", "legende", "unterschrift", "subtitle", "mediatitle", "bildtext"];

/// Returns whether a class is that of a caption by the words it is made of.
fn is_said(class: &str) -> bool {
    let ends = |w: &str| {
        class.len().checked_sub(w.len()).and_then(|at| class.get(at..)).is_some_and(|e| e.eq_ignore_ascii_case(w))
    };
    if !SAID.iter().any(|w| ends(w)) {
        return false;
    }
    let low = class.to_ascii_lowercase();
    PICTURES.iter().any(|w| low.contains(w)) || matches!(&*low, "legend" | "legende" | "bildunterschrift")
}

/// Returns whether a class is made with the word: `c-media__caption`, `responsive-img-caption`, `rte--imageCaption`.
fn is_named(class: &str) -> bool {
    let end = class.strip_suffix("-text").or_else(|| class.strip_suffix("-content")).unwrap_or(class);
    let end = end.strip_suffix("aption").and_then(|e| e.strip_suffix(['c', 'C']));
    end.is_some_and(|e| e.is_empty() || !e.ends_with(|c: char| c.is_ascii_uppercase()))
}

/// Returns whether an element is a short slanted or small line that stands in one paragraph with a picture, after it and
/// nothing else: by hand, that is how captions were set.
fn is_slanted_line(node: NodeRef<'_, Node>) -> bool {
    const LONGEST: usize = 160;
    let paragraph = |n: &NodeRef<'_, Node>| matches!(walk::name(n), "p" | "div" | "center");
    let Some(parent) = node.parent().filter(paragraph) else { return false };
    if !matches!(walk::name(&node), "i" | "em" | "small") || parent.children().nth(8).is_some() {
        return false;
    }
    let empty = |n: &NodeRef<'_, Node>| n.value().as_text().is_some_and(|t| t.text.trim().is_empty());
    let shows = |n: &NodeRef<'_, Node>| {
        let picture = |d: NodeRef<'_, Node>| walk::name(&d) == "img";
        matches!(walk::name(n), "img" | "a" | "br")
            && walk::text(*n).is_empty()
            && n.descendants().take(6).any(|d| picture(d) || walk::name(&d) == "br")
    };
    let mut before = node.prev_siblings().filter(|n| !empty(n)).peekable();
    let parted = before.peek().is_some_and(|n| walk::name(n) == "br");
    let after = node.next_siblings().any(|n| !empty(&n));
    let mut pictures = false;
    let only = before.all(|n| {
        pictures |= n.descendants().take(6).any(|d| walk::name(&d) == "img");
        shows(&n)
    });
    parted && only && pictures && !after && (1..LONGEST).contains(&walk::text(node).len())
}
