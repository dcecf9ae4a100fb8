//! The book beside the archive it was made of: is all the text there, and each caption with its picture? It reads the
//! archive's own plain text, never the exporter's idea of it.

use std::collections::{BTreeMap, HashMap};

use super::Found;
use super::page::{Element, Page};
use super::read::{Book, Figure, resolve};
use crate::model::Post;
use crate::store::{Archive, Entry};

/// Parts of a chapter that are not the post's own text.
fn is_ours(page: &Page, e: &Element) -> bool {
    let class = ["comments", "linked", "related", "notes", "byline", "series", "framed", "lost", "url", "more"];
    // Words in the place of a picture; its caption is the post's.
    let frame = || e.name == "p" && page.around(e).next().is_some_and(|f| f.classes().any(|c| c == "missing"));
    frame()
        || matches!(e.name.as_str(), "header" | "footer" | "h1")
        || e.has_type("noteref")
        || e.classes().any(|c| class.contains(&c))
}

/// Returns the words of a chapter's text.
pub fn words(page: &Page) -> String {
    let Some(body) = page.named("body").next() else { return String::new() };
    let mut out = String::new();
    let mut at = body.from;
    for e in page.inside(body).filter(|e| is_ours(page, e)) {
        if e.from >= at {
            out.push_str(page.text.get(at..e.from).unwrap_or_default());
            // What is between two blocks is a blank; a note's number stands in a word.
            if !e.has_type("noteref") {
                out.push(' ');
            }
            at = e.to;
        }
    }
    out.push_str(page.text.get(at..body.to).unwrap_or_default());
    out
}

pub fn figures(page: &Page) -> Vec<Figure> {
    let of = |f: &Element| {
        let caption = page.inside(f).find(|e| e.name == "figcaption")?;
        let sources = page.inside(f).filter(|e| e.name == "img").filter_map(|i| i.get("src"));
        let pictures = sources.map(|s| resolve(&page.path, s).0).collect();
        Some(Figure { pictures, caption: letters(page.text_of(caption)) })
    };
    page.named("figure").filter_map(of).collect()
}

/// Returns the letters and digits of a text: line ends, blanks and the marks between are the book's own affair.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// What is done with a post, its path and its pages.
type Act<'a> = dyn FnMut(&Post, &str, &[&super::read::Summary], &mut Found<'_>) + 'a;

/// Calls `act` for each chapter that is a post of the archive, with all pages of it.
fn chapters(book: &Book, found: &mut Found<'_>, act: &mut Act<'_>) {
    let Some(archive) = found.strictness.against else { return };
    let entries = match archive.entries() {
        Ok(entries) => entries,
        Err(e) => return found.fault("", 0, e.to_string()),
    };
    for entry in &entries {
        let Some((path, pages)) = pages(book, entry) else { continue };
        match archive.read(entry) {
            Ok(post) => act(&post, &path, &pages, found),
            Err(e) => found.fault(&path, 0, e.to_string()),
        }
    }
}

fn pages<'a>(book: &'a Book, entry: &Entry) -> Option<(String, Vec<&'a super::read::Summary>)> {
    let named = |stem: &str| book.pages.keys().find(|p| p.ends_with(&format!("/{stem}.xhtml")));
    let names = ["p", "g"].iter().flat_map(|k| [entry.id.short(), entry.id.as_str()].map(|id| format!("{k}{id}")));
    let first = names.filter_map(|n| named(&n)).next()?;
    let mut pages: Vec<_> = book.pages.get(first).into_iter().collect();
    for n in 2.. {
        let next = format!("{}-{n}.xhtml", first.trim_end_matches(".xhtml"));
        match book.pages.get(&next) {
            Some(page) => pages.push(page),
            None => break,
        }
    }
    Some((first.clone(), pages))
}

pub fn texts(book: &Book, found: &mut Found<'_>) {
    chapters(book, found, &mut |post, path, pages, found| {
        let shown: String = pages.iter().map(|p| letters(&p.words)).collect();
        let kept = letters(&crate::html::plain_text(&post.html));
        // Words that stand in for a picture are in neither text; all other letters are, in their order.
        if let Some(lost) = missing(&kept, &shown) {
            found.fault(path, 0, format!("the text lacks, from letter {} on: {}", lost.0, lost.1));
        }
    });
}

/// Returns where the first stretch of a text is that another does not hold in the same order. What the other adds
/// between (the words of a frame) is passed over.
fn missing(kept: &str, shown: &str) -> Option<(usize, String)> {
    /// Letters that have to agree before the two go on together.
    const TOGETHER: usize = 12;
    const FAR: usize = 20_000;
    let (kept, shown): (Vec<char>, Vec<char>) = (kept.chars().collect(), shown.chars().collect());
    let (mut at, mut from) = (0, 0);
    while let Some(c) = kept.get(at) {
        if shown.get(from) != Some(c) {
            let piece = kept.get(at..(at + TOGETHER).min(kept.len())).unwrap_or_default();
            let rest = shown.get(from..).unwrap_or_default();
            match rest.windows(piece.len()).take(FAR).position(|w| w == piece) {
                Some(n) => from += n,
                None => return Some((at, piece.iter().collect())),
            }
        }
        at += 1;
        from += 1;
    }
    None
}

pub fn captions(book: &Book, found: &mut Found<'_>) {
    let digests: HashMap<String, String> = book.pictures.keys().map(|p| (stem(p), p.clone())).collect();
    let archive = found.strictness.against;
    chapters(book, found, &mut |post, path, pages, found| {
        let mut shown: BTreeMap<&str, Vec<&Figure>> = BTreeMap::new();
        pages.iter().flat_map(|p| &p.figures).for_each(|f| shown.entry(&f.caption).or_default().push(f));
        let all: String = pages.iter().map(|p| letters(&p.words)).collect();
        for caption in &post.captions {
            let text = letters(&caption.text);
            if text.is_empty() {
                continue;
            }
            let figures: Vec<&&Figure> = shown.iter().filter(|(c, _)| c.contains(&text)).flat_map(|(_, f)| f).collect();
            if figures.is_empty() && !all.contains(&text) {
                found.fault(path, 0, format!("no caption {:?}", super::markup::short(&caption.text)));
            }
            let picture = archive.and_then(|a| picture_of(a, post, caption, &digests));
            if let Some(picture) =
                picture.filter(|p| !figures.is_empty() && !figures.iter().any(|f| f.pictures.contains(p)))
            {
                let what = format!("the caption {:?} is not with {picture}", super::markup::short(&caption.text));
                found.fault(path, 0, what);
            }
        }
    });
}

fn stem(path: &str) -> String {
    path.rsplit('/').next().and_then(|n| n.split('.').next()).unwrap_or_default().to_string()
}

/// Returns the picture of a caption where the book holds it.
fn picture_of<'a>(
    _: &Archive,
    post: &Post,
    caption: &crate::model::Caption,
    files: &'a HashMap<String, String>,
) -> Option<&'a String> {
    let src = crate::model::normalise_url(caption.src.as_deref()?);
    let media = post.media.iter().find(|m| crate::model::normalise_url(&m.url) == src)?;
    let digest = media.sha256.as_ref()?;
    files.get(&format!("i{}", digest.as_str().get(..32)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lost_text_is_found_and_added_words_are_not() {
        let kept = "onceuponatimetherewasaharbourandnobodysawthetideturn";
        assert_eq!(missing(kept, kept), None);
        assert_eq!(missing(kept, &kept.replace("harbour", "harbourVideo")), None);
        assert!(missing(kept, &kept.replace("nobodysaw", "")).is_some());
        assert!(missing(kept, "").is_some());
    }

    #[test]
    fn the_words_of_a_chapter_are_those_of_its_post() {
        let page = Page::read(
            "x",
            "<html><body><section><header><h1>T</h1></header><p>One<sup><a epub:type=\"noteref\">1</a></sup>, two</p><section class=\"notes\"><p>n</p></section></section></body></html>",
        );
        assert_eq!(crate::html::fold(&words(&page)), "One, two");
    }
}
