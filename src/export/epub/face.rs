//! Which picture stands on the cover: the first that serves. It draws nothing.
//!
//! The first, since it stays when posts are added: the cover by which a book is known does not change every night.

use std::path::{Path, PathBuf};

use super::chapter::Chapter;
use super::plan::Item;
use crate::model::Kind;

/// A picture serves when its sides are at least so long, in pixels.
const SHORT_SIDE: usize = 300;
const LONG_SIDE: usize = 480;
/// Banners and strips are no pictures to look at.
const MOST_STRETCHED: usize = 2;

/// The picture so far, and the place of its post: pages come after posts, undated ones after dated.
#[derive(Debug, Default)]
pub struct Face {
    first: Option<(Place, PathBuf)>,
}

type Place = (bool, (bool, String, String));

impl Face {
    /// Takes the first picture of a chapter that serves, if no earlier post has one.
    pub fn see(&mut self, item: &Item, chapter: &Chapter) {
        let (undated, time, id) = item.entry.order();
        let place = (item.entry.kind == Kind::Page, (undated, time.to_string(), id.to_string()));
        if self.first.as_ref().is_some_and(|(first, _)| *first <= place) {
            return;
        }
        if let Some(picture) = chapter.pictures.iter().find(|p| serves(&p.path, p.mime)) {
            self.first = Some((place, picture.path.clone()));
        }
    }

    pub fn picture(self) -> Option<PathBuf> {
        self.first.map(|(_, path)| path)
    }
}

/// Returns whether a picture, as the book shows it, can be looked at on a cover.
pub fn serves(path: &Path, mime: &str) -> bool {
    let size = imagesize::size(path).ok().filter(|_| matches!(mime, "image/jpeg" | "image/png"));
    size.is_some_and(|s| {
        let (short, long) = (s.width.min(s.height), s.width.max(s.height));
        short >= SHORT_SIDE && long >= LONG_SIDE && long <= short * MOST_STRETCHED
    })
}
