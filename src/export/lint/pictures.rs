//! Rules about pictures: what each reader shows, and how large it may be.

use std::collections::{BTreeMap, BTreeSet};

use imagesize::ImageType;

use super::Found;
use super::page::Page;
use super::read::{Book, Picture};
use crate::export::{components, is_see_through, moves, turn};

const WARN_BYTES: u64 = 1_500_000;
const MOST_BYTES: u64 = 5_000_000;

fn kind(head: &[u8]) -> Option<(&'static str, &'static [&'static str])> {
    Some(match imagesize::image_type(head).ok()? {
        ImageType::Jpeg => ("image/jpeg", &["jpg", "jpeg"]),
        ImageType::Png => ("image/png", &["png"]),
        ImageType::Gif => ("image/gif", &["gif"]),
        ImageType::Webp => ("image/webp", &["webp"]),
        _ => return None,
    })
}

/// Returns width and height.
fn size(picture: &Picture) -> Option<(usize, usize)> {
    imagesize::blob_size(&picture.head).ok().map(|s| (s.width, s.height))
}

pub fn cover(book: &Book, found: &mut Found<'_>) {
    let covers: Vec<_> = book.items.iter().filter(|i| i.is("cover-image")).collect();
    let [cover] = covers.as_slice() else {
        return found.fault(&book.opf, 0, format!("{} covers", covers.len()));
    };
    let Some(picture) = book.pictures.get(&cover.path) else { return };
    let mut fault = |what: String| found.fault(&cover.path, 0, what);
    match kind(&picture.head) {
        Some(("image/jpeg", _)) if components(&picture.head) == Some(4) => fault("CMYK".into()),
        Some(("image/jpeg" | "image/png", _)) => {}
        _ => fault("neither JPEG nor PNG".into()),
    }
    if is_see_through(&picture.head) {
        fault("transparent".into());
    }
    if let Some((width, height)) = size(picture) {
        if width < 1000 {
            fault(format!("{width} pixels wide"));
        }
        if width * height > 5_600_000 {
            fault(format!("{width} × {height} pixels"));
        }
    }
    let meta = book.package.named("meta").find(|e| e.get("name") == Some("cover"));
    if meta.and_then(|m| m.get("content")) != Some(&cover.id) {
        found.fault(&book.opf, 0, "no meta name=\"cover\" that names the cover's item");
    }
    for (path, page) in book.pages.iter().filter(|(_, p)| p.kind == "cover") {
        if !page.only_picture {
            found.fault(path, 0, "the cover's page holds more than its picture");
        }
    }
}

pub fn types(book: &Book, found: &mut Found<'_>) {
    let profile = found.strictness.profile;
    for (path, picture) in &book.pictures {
        let mime = book.item(path).map(|i| i.mime.as_str()).unwrap_or_default();
        let mut fault = |what: String| found.fault(path, 0, what);
        let Some((real, endings)) = kind(&picture.head) else {
            fault(format!("{mime}: no picture that all readers show"));
            continue;
        };
        if real != mime {
            fault(format!("{mime}, by its bytes {real}"));
        }
        if !endings.iter().any(|e| path.ends_with(&format!(".{e}"))) {
            fault(format!("{real}, by its name something else"));
        }
        if !profile.shows(real) {
            fault(format!("{real}, which these readers do not show"));
        }
        if is_see_through(&picture.head) {
            fault("transparent: dark lines vanish on a dark page".into());
        }
        if real == "image/jpeg" && components(&picture.head) == Some(4) {
            fault("CMYK".into());
        }
        if turn(&picture.head) > 1 {
            fault("turned by its EXIF data, which some readers do not read".into());
        }
        if moves(&picture.head) && (!profile.moves() || picture.bytes > crate::export::MOST_MOVING) {
            fault("it moves".into());
        }
    }
}

pub fn sizes(book: &Book, found: &mut Found<'_>) {
    let profile = found.strictness.profile;
    let cover = book.items.iter().find(|i| i.is("cover-image")).map(|i| i.path.as_str());
    for (path, picture) in book.pictures.iter().filter(|(p, _)| Some(p.as_str()) != cover) {
        if picture.bytes > MOST_BYTES {
            found.fault(path, 0, format!("{:.1} MB", picture.bytes as f64 / 1e6));
        } else if picture.bytes > WARN_BYTES {
            found.advise(path, 0, format!("{:.1} MB", picture.bytes as f64 / 1e6));
        }
        if let Some((width, height)) = size(picture).filter(|(w, h)| (w * h) as u64 > profile.area()) {
            found.fault(path, 0, format!("{width} × {height} pixels"));
        }
    }
}

pub fn used(book: &Book, found: &mut Found<'_>) {
    let shown: BTreeSet<&str> = book.pages.values().flat_map(|p| &p.pictures).map(|(_, p, _)| p.as_str()).collect();
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for (path, picture) in &book.pictures {
        let cover = book.item(path).is_some_and(|i| i.is("cover-image"));
        if !shown.contains(path.as_str()) && !cover {
            found.fault(path, 0, "shown nowhere");
        }
        if let Some(first) = seen.insert(&picture.digest, path) {
            found.fault(path, 0, format!("the same as {first}"));
        }
    }
}

pub fn alternative(page: &Page, found: &mut Found<'_>) {
    for img in page.named("img") {
        let Some(alt) = img.get("alt") else {
            found.fault(&page.path, img.line, "no alt");
            continue;
        };
        let alt = alt.trim();
        let name = img.get("src").and_then(|s| s.rsplit('/').next()).unwrap_or_default();
        let lower = alt.to_ascii_lowercase();
        let ending =
            ["jpg", "jpeg", "png", "gif", "webp", "bmp", "tif"].iter().any(|e| lower.ends_with(&format!(".{e}")));
        if !alt.is_empty() && (alt == name || ending && !alt.contains(' ')) {
            found.fault(&page.path, img.line, format!("alt is a file name: {alt:?}"));
        }
        let caption =
            page.around(img).find(|e| e.name == "figure").and_then(|f| page.inside(f).find(|e| e.name == "figcaption"));
        if !alt.is_empty() && caption.is_some_and(|c| crate::html::fold(page.text_of(c)) == crate::html::fold(alt)) {
            found.fault(&page.path, img.line, "alt is the caption: read aloud twice");
        }
    }
}
