//! The media that posts want: each address asked once, what came joined back into the posts.

use std::collections::{BTreeMap, HashMap, HashSet};

use url::Url;

use crate::error::Result;
use crate::event::{Events, Unit};
use crate::http::{Answer, Ask, Web};
use crate::model::{Capture, Gap, Media, Post, Reason};
use crate::store::{OpenGap, Writer};

/// An address that a post wants.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    /// As it stands in the post.
    pub url: String,
    pub post: Option<String>,
}

impl Wanted {
    pub fn gap(&self, reason: Reason, detail: &str) -> Gap {
        Gap { url: self.url.clone(), what: "media".into(), reason, detail: detail.into(), post: self.post.clone() }
    }
}

/// What came in this run, by address.
#[derive(Debug, Default)]
pub(super) struct Gallery {
    came: HashMap<String, Media>,
    missed: HashSet<String>,
}

impl Gallery {
    pub fn put(&mut self, url: &str, medium: Media) {
        self.came.insert(url.to_string(), medium);
    }

    pub fn miss(&mut self, url: &str) {
        self.missed.insert(url.to_string());
    }

    fn find(&self, writer: &Writer, url: &str) -> Option<Media> {
        self.came.get(url).cloned().or_else(|| writer.known_media(url))
    }

    /// Returns the media of posts that are not kept and were not asked for, each address once.
    pub fn wanted(&self, writer: &Writer, posts: &[Post]) -> Vec<Wanted> {
        let mut seen = HashSet::new();
        let mut wanted = Vec::new();
        for post in posts {
            for medium in &post.media {
                let asked = self.missed.contains(&medium.url) || self.find(writer, &medium.url).is_some();
                if !asked && seen.insert(medium.url.as_str()) {
                    wanted.push(Wanted { url: medium.url.clone(), post: Some(post.id.to_string()) });
                }
            }
        }
        wanted
    }

    pub fn has_missed(&self, url: &str) -> bool {
        self.missed.contains(url)
    }

    /// Asks for media, each with the post that wants it, or leaves them where they are; `lost` hears of what is not had,
    /// `found` of what came. Every answer is kept before it is judged.
    pub fn ask(
        &mut self,
        web: Option<&Web>,
        events: &Events,
        writer: &mut Writer,
        wanted: Vec<Wanted>,
        mut lost: impl FnMut(&mut Writer, Gap),
        mut found: impl FnMut(&str),
    ) -> Result<()> {
        let (asked, refused) = split(wanted, web.is_some());
        refused.into_iter().for_each(|gap| lost(writer, gap));
        let Some(web) = web else { return Ok(()) };
        let urls: Vec<Url> = asked.keys().cloned().collect();
        web.each(urls, &Ask::media(), events, |url, answer: Answer| {
            answer.captures.iter().try_for_each(|c| writer.capture(c))?;
            let Some(wanted) = asked.get(&url) else { return Ok(()) };
            match judge(&answer) {
                Ok(capture) => {
                    let medium = writer.keep_media(capture.payload())?;
                    for one in wanted {
                        self.put(&one.url, medium.clone());
                        found(&one.url);
                    }
                    events.done(Unit::Media, 1);
                }
                Err((reason, detail)) => {
                    for one in wanted {
                        self.miss(&one.url);
                        lost(writer, one.gap(reason, &detail));
                    }
                }
            }
            Ok(())
        })
    }

    /// Writes into a post what is known of its media.
    pub fn fill(&self, writer: &Writer, post: &mut Post) {
        for medium in post.media.iter_mut().filter(|m| m.sha256.is_none()) {
            if let Some(kept) = self.find(writer, &medium.url) {
                let Media { sha256, mime, bytes, width, height, .. } = kept;
                (medium.sha256, medium.mime, medium.bytes, medium.width, medium.height) =
                    (sha256, mime, bytes, width, height);
            }
        }
        let digests: HashMap<&str, _> = post.media.iter().map(|m| (m.url.as_str(), &m.sha256)).collect();
        for caption in post.captions.iter_mut().filter(|c| c.media.is_none()) {
            caption.media = caption.src.as_deref().and_then(|src| digests.get(src).copied().cloned().flatten());
        }
    }
}

/// Parts what can be asked, by the address that is asked, from what cannot.
fn split(wanted: Vec<Wanted>, take: bool) -> (BTreeMap<Url, Vec<Wanted>>, Vec<Gap>) {
    let mut asked: BTreeMap<Url, Vec<Wanted>> = BTreeMap::new();
    let mut refused = Vec::new();
    for one in wanted {
        match Url::parse(&one.url) {
            // What it shows stands in the address itself.
            Ok(url) if url.scheme() == "data" => {}
            Ok(mut url) if take && matches!(url.scheme(), "http" | "https") => {
                url.set_fragment(None);
                asked.entry(url).or_default().push(one);
            }
            Ok(url) if matches!(url.scheme(), "http" | "https") => {
                refused.push(one.gap(Reason::NotFetched, "media were left out"));
            }
            _ => refused.push(one.gap(Reason::Forbidden, "not a web address")),
        }
    }
    (asked, refused)
}

/// Returns the media among open gaps that are to be asked for again.
pub(super) fn missing(open: &[OpenGap], all: bool, take: bool) -> Vec<Wanted> {
    let again = |g: &&OpenGap| g.gap.what == "media" && take && (all || g.gap.reason == Reason::NotFetched);
    open.iter().filter(again).map(|g| Wanted { url: g.gap.url.clone(), post: g.gap.post.clone() }).collect()
}

/// Returns what came if it is a medium: servers that have lost a picture often send a page in its place.
fn judge(answer: &Answer) -> Result<&Capture, (Reason, String)> {
    let capture = answer.result().map_err(|miss| (miss.reason, miss.detail))?;
    let payload = capture.payload();
    let label = capture.media_type();
    let wrong = |what: &str| Err((Reason::WrongType, what.to_string()));
    if payload.is_empty() {
        return wrong("an empty answer");
    }
    if looks_like_page(payload) {
        return wrong("a page in place of the file");
    }
    let unknown = infer::get(payload).is_none();
    match label.as_str() {
        "text/html" | "application/xhtml+xml" if unknown => wrong("a page in place of the file"),
        "application/json" if unknown && !answer.url.path().ends_with(".json") => wrong("JSON in place of the file"),
        _ => Ok(capture),
    }
}

fn looks_like_page(payload: &[u8]) -> bool {
    let start =
        payload.iter().position(|b| !b.is_ascii_whitespace() && !b"\xef\xbb\xbf".contains(b)).unwrap_or_default();
    let head: Vec<u8> = payload.iter().skip(start).take(16).map(u8::to_ascii_lowercase).collect();
    [&b"<!doctype html"[..], b"<html", b"<head", b"<body"].iter().any(|mark| head.starts_with(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_no_picture_whatever_its_label() {
        assert!(looks_like_page(b"\xef\xbb\xbf\n <!DOCTYPE HTML><title>404</title>"));
        assert!(looks_like_page(b"<html lang=en>"));
        assert!(!looks_like_page(b"<svg xmlns='http://www.w3.org/2000/svg'/>"));
        assert!(!looks_like_page(b"\x89PNG\r\n"));
    }
}
