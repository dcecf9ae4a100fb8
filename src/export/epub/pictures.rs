//! Which kept pictures the book can show, under which names, and what stands in place of the others.

use std::collections::HashMap;
use std::path::PathBuf;

use scraper::node::Element as Source;

use super::convert::{Convert, Ready};
use super::probe::Fault;
use super::tree::line;
use super::words::Words;
use crate::model::{Media, Post, normalise_url};
use crate::store::Archive;

/// A picture of the book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    pub path: PathBuf,
    pub mime: &'static str,
    /// Relative to the package document.
    pub file: String,
    /// No larger than a line or two of text: an icon, a smiley.
    pub small: bool,
    /// It may move, and flash.
    pub moves: bool,
}

/// What the pictures of a chapter, or of the book, are like: the claims about accessibility follow from it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub shown: usize,
    pub described: usize,
    pub moving: usize,
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.shown += other.shown;
        self.described += other.described;
        self.moving += other.moving;
    }
}

/// What the book shows in place of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// The file in the book, the words that stand for it, and whether it is a sign in a line rather than a picture.
    Inside {
        file: String,
        alt: String,
        small: bool,
    },
    /// Words in place of the picture: a smiley.
    Words(String),
    /// Address, alternative text and the reason why it is not there.
    Missing {
        url: String,
        alt: String,
        why: String,
    },
    Nothing,
}

/// The pictures of one post.
pub struct Pictures<'a> {
    archive: &'a Archive,
    words: &'static Words,
    convert: &'a Convert,
    media: HashMap<String, &'a Media>,
    pub used: Vec<Picture>,
    pub tally: Tally,
    /// Address and reason of each picture that is not in the book.
    pub lost: Vec<(String, &'static str)>,
}

impl<'a> Pictures<'a> {
    pub fn of(archive: &'a Archive, post: &'a Post, words: &'static Words, convert: &'a Convert) -> Pictures<'a> {
        let mut media = HashMap::new();
        for m in &post.media {
            media.entry(normalise_url(&m.url)).or_insert(m);
        }
        Pictures { archive, words, convert, media, used: Vec::new(), tally: Tally::default(), lost: Vec::new() }
    }

    /// Returns what is shown for an `img`. `around`: where the link around it leads, often the picture in full size.
    pub fn show(&mut self, img: &Source, around: Option<&str>) -> Shown {
        let src = ["src", "data-src", "data-lazy-src"].iter().find_map(|a| img.attr(a)).unwrap_or_default().trim();
        let dot = |name: &str| img.attr(name).is_some_and(|v| matches!(v.trim(), "0" | "1" | "2" | "0px" | "1px"));
        let known = self.media.get(&normalise_url(src)).copied();
        let tiny = known.is_some_and(|m| matches!((m.width, m.height), (Some(0..=2), Some(0..=2))));
        if tiny || dot("width") && dot("height") {
            return Shown::Nothing;
        }
        let alt = alternative(img.attr("alt").unwrap_or_default());
        match self.find(src).or_else(|fault| around.and_then(|a| self.find(a).ok()).ok_or(fault)) {
            Ok(picture) => self.inside(picture, alt),
            // A smiley is a word.
            Err(_) if is_smiley(&alt) => Shown::Words(alt),
            Err(fault) => self.missing(src, alt, fault),
        }
    }

    /// Returns what is shown for a medium that the post names outside its body.
    pub fn show_media(&mut self, url: &str, alt: &str) -> Shown {
        match self.find(url) {
            Ok(picture) => self.inside(picture, alternative(alt)),
            Err(fault) => self.missing(url, alternative(alt), fault),
        }
    }

    /// Returns whether an address is that of a picture of this post.
    pub fn is_picture(&self, url: &str) -> bool {
        self.find(url).is_ok()
    }

    /// Returns whether a picture is shown already.
    pub fn shows(&self, url: &str) -> bool {
        self.find(url).is_ok_and(|p| self.used.contains(&p))
    }

    fn inside(&mut self, picture: Picture, alt: String) -> Shown {
        let (file, small) = (format!("../{}", picture.file), picture.small);
        self.tally.shown += 1;
        self.tally.described += usize::from(!alt.is_empty());
        self.tally.moving += usize::from(picture.moves);
        if !self.used.contains(&picture) {
            self.used.push(picture);
        }
        Shown::Inside { file, alt, small }
    }

    fn missing(&mut self, url: &str, alt: String, fault: Fault) -> Shown {
        let url = if url.starts_with("data:") { "" } else { url };
        let (why, reason) = match fault {
            Fault::Missing => (self.words.picture_missing, "picture not kept"),
            Fault::Format => (self.words.picture_format, "picture kept, of a kind that books cannot show"),
            Fault::Large => (self.words.picture_large, "picture kept, of more pixels than a book can show"),
            Fault::Damaged => (self.words.picture_damaged, "picture kept, but damaged"),
        };
        self.lost.push((line(url), reason));
        Shown::Missing { url: line(url), alt, why: why.to_string() }
    }

    fn find(&self, url: &str) -> Result<Picture, Fault> {
        let media = self.media.get(&normalise_url(url)).copied().ok_or(Fault::Missing)?;
        let digest = media.sha256.as_ref().ok_or(Fault::Missing)?;
        let named = self.archive.path_of(media).filter(|p| p.is_file());
        let path = named.or_else(|| self.archive.media_file(digest)).ok_or(Fault::Missing)?;
        let Ready { path, mime, ending, small } = self.convert.ready(&path, digest)?;
        // 32 digits tell any two pictures apart and keep the name short; an id begins with a letter.
        let file = format!("images/i{}.{ending}", digest.as_str().get(..32).unwrap_or_default());
        Ok(Picture { path, mime, file, small, moves: mime == "image/gif" })
    }
}

/// Returns an alternative text that says something: a file name is none.
pub fn alternative(alt: &str) -> String {
    let alt = line(alt);
    let lower = alt.to_ascii_lowercase();
    let named =
        !lower.contains(' ') && [".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp"].iter().any(|e| lower.ends_with(e));
    if named { String::new() } else { alt }
}

fn is_smiley(alt: &str) -> bool {
    let n = alt.chars().count();
    let signs = alt.chars().all(|c| !c.is_alphanumeric() && !c.is_whitespace());
    n > 0 && (n <= 3 && signs || n <= 12 && alt.starts_with(':') && !alt.contains(' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_is_no_alternative_text() {
        assert_eq!(alternative("IMG_0042.JPG"), "");
        assert_eq!(alternative(" A  boat.jpg at sea "), "A boat.jpg at sea");
        assert!(is_smiley(":-)") && is_smiley("😀") && is_smiley(":smile:") && !is_smiley("A b"));
    }
}
