//! The media that posts name: what is known of them, and what is missing.

use crate::model::{Gap, Media, Post, Reason};
use crate::store::Writer;

/// Writes into a post what is known of its media.
pub(super) fn fill(writer: &Writer, post: &mut Post) {
    for medium in post.media.iter_mut().filter(|m| m.sha256.is_none()) {
        let known = writer.known_media(&medium.url);
        if let Some(Media { sha256, mime, bytes, width, height, .. }) = known {
            (medium.sha256, medium.mime, medium.bytes) = (sha256, mime, bytes);
            (medium.width, medium.height) = (width, height);
        }
    }
    let media = &post.media;
    for caption in post.captions.iter_mut().filter(|c| c.media.is_none()) {
        let shown = media.iter().find(|m| Some(&m.url) == caption.src.as_ref());
        caption.media = shown.and_then(|m| m.sha256.clone());
    }
}

/// Returns the media that the post names and nobody has.
pub(super) fn missing(post: &Post) -> impl Iterator<Item = Gap> + '_ {
    let web = |m: &&Media| m.url.starts_with("http://") || m.url.starts_with("https://");
    post.media.iter().filter(|m| m.sha256.is_none()).filter(web).map(|m| Gap {
        url: m.url.clone(),
        what: "media".into(),
        reason: Reason::NotFetched,
        detail: "named by the imported file".into(),
        post: Some(post.id.to_string()),
    })
}
