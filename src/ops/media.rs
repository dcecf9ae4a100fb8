//! The media that posts want: each address asked once, what came joined back into the posts.

mod guards;
mod hunt;
mod routes;

use std::collections::{BTreeSet, HashMap, HashSet};

use url::Url;

use self::guards::Guards;
use self::hunt::Hunt;
use crate::error::Result;
use crate::event::{Events, Unit};
use crate::http::{Answer, Ask, Web};
use crate::model::{Capture, Date, Digest, Gap, Media, Post, Reason};
use crate::store::{OpenGap, Writer};

/// An address that a post wants.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    /// As it stands in the post.
    pub url: String,
    pub post: Option<String>,
    /// When its post was published, as digits of a time; empty where that is not known.
    pub time: String,
}

impl Wanted {
    pub fn gap(&self, reason: Reason, detail: &str) -> Gap {
        Gap { url: self.url.clone(), what: "media".into(), reason, detail: detail.into(), post: self.post.clone() }
    }
}

/// How media are asked for.
#[derive(Debug, Clone)]
pub(super) struct Manner {
    /// The archive of the web to ask for what is gone.
    pub archive: Option<Url>,
    /// The blog itself is gone: whoever has its domain now is not asked at all.
    pub dead: bool,
    /// Largest medium, in bytes.
    pub largest: u64,
    /// Whether the exchanges go into the raw capture.
    pub raw: bool,
}

impl Default for Manner {
    fn default() -> Manner {
        Manner { archive: None, dead: false, largest: Ask::media().largest, raw: true }
    }
}

/// What came in this run, by address.
#[derive(Debug, Default)]
pub(super) struct Gallery {
    manner: Manner,
    came: HashMap<String, Media>,
    missed: HashSet<String>,
    guards: Guards,
}

impl Gallery {
    pub fn new(manner: Manner) -> Gallery {
        Gallery { manner, ..Gallery::default() }
    }

    /// Says whose pictures are meant wherever they stand, and which are known to be none.
    pub fn for_blog(mut self, home: Option<&Url>, known: BTreeSet<Digest>) -> Gallery {
        self.guards.home = home.and_then(Url::host_str).map(str::to_string);
        self.guards.known = known;
        self
    }

    /// Returns the pictures that are sent in place of others.
    pub fn guards(&self) -> &BTreeSet<Digest> {
        &self.guards.known
    }

    /// Takes the addresses of what was taken for pictures of posts and is none.
    pub fn spoiled(&mut self) -> Vec<Wanted> {
        std::mem::take(&mut self.guards.spoiled)
    }

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
                    let time = digits(post.published.as_ref());
                    wanted.push(Wanted { url: medium.url.clone(), post: Some(post.id.to_string()), time });
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
        let manner = self.manner.clone();
        let ask = Ask { largest: manner.largest, ..Ask::media() };
        let mut hunts: Vec<Hunt> = asked.into_iter().map(|one| Hunt::new(one, &manner)).collect();
        while !hunts.is_empty() {
            let mut round = hunt::round(&mut hunts);
            let urls = round.keys().map(|url| (url.clone(), ask.clone())).collect();
            let mut missed: Vec<Hunt> = Vec::new();
            web.each(urls, events, |url, answer: Answer| {
                if manner.raw {
                    answer.captures.iter().try_for_each(|c| writer.capture(c))?;
                }
                let asked = round.remove(&url).unwrap_or_default();
                let wanted = || asked.iter().map(|h| h.wanted.clone()).collect();
                let judged = judge(&answer).and_then(|capture| match self.guards.judge(&url, capture, wanted()) {
                    None => Ok(capture),
                    Some(why) => Err((Reason::Refused, why)),
                });
                match judged {
                    Ok(capture) => {
                        let medium = writer.keep_media(capture.payload())?;
                        for hunt in asked {
                            let via = hunt.via.then(|| capture.url.to_string());
                            self.put(&hunt.wanted.url, Media { via, ..medium.clone() });
                            found(&hunt.wanted.url);
                        }
                        events.done(Unit::Media, 1);
                    }
                    Err((reason, detail)) => missed.extend(asked.into_iter().map(|h| h.failed(reason, &detail))),
                }
                Ok(())
            })?;
            for spoiled in &self.guards.spoiled {
                if self.came.remove(&spoiled.url).is_some() {
                    self.missed.insert(spoiled.url.clone());
                    lost(
                        writer,
                        spoiled.gap(Reason::Refused, "the same picture under many names: one for links from elsewhere"),
                    );
                }
            }
            for hunt in missed {
                if hunt.goes_on() {
                    hunts.push(hunt);
                } else {
                    self.miss(&hunt.wanted.url);
                    lost(writer, hunt.gap());
                }
            }
        }
        Ok(())
    }

    /// Writes into a post what is known of its media.
    pub fn fill(&self, writer: &Writer, post: &mut Post) {
        for medium in post.media.iter_mut().filter(|m| m.sha256.is_none()) {
            if let Some(kept) = self.find(writer, &medium.url) {
                let Media { sha256, mime, bytes, width, height, via, .. } = kept;
                (medium.sha256, medium.mime, medium.bytes, medium.width, medium.height, medium.via) =
                    (sha256, mime, bytes, width, height, via);
            }
        }
        let digests: HashMap<&str, _> = post.media.iter().map(|m| (m.url.as_str(), &m.sha256)).collect();
        for caption in post.captions.iter_mut().filter(|c| c.media.is_none()) {
            caption.media = caption.src.as_deref().and_then(|src| digests.get(src).copied().cloned().flatten());
        }
    }
}

/// Returns a date as the digits in which archives of the web give times: `20070423120000`, or as far as it is known.
fn digits(date: Option<&Date>) -> String {
    date.map(|d| d.text.chars().filter(char::is_ascii_digit).take(14).collect()).unwrap_or_default()
}

/// Parts what can be asked from what cannot.
fn split(wanted: Vec<Wanted>, take: bool) -> (Vec<Wanted>, Vec<Gap>) {
    let (mut asked, mut refused) = (Vec::new(), Vec::new());
    for one in wanted {
        match Url::parse(&one.url) {
            // What it shows stands in the address itself.
            Ok(url) if url.scheme() == "data" => {}
            Ok(url) if take && matches!(url.scheme(), "http" | "https") => asked.push(one),
            Ok(url) if matches!(url.scheme(), "http" | "https") => {
                refused.push(one.gap(Reason::NotFetched, "media were left out"));
            }
            _ => refused.push(one.gap(Reason::Forbidden, "not a web address")),
        }
    }
    (asked, refused)
}

/// Returns the media among open gaps that are to be asked for again.
pub(super) fn missing(open: &[OpenGap], all: bool, take: bool, writer: &Writer) -> Vec<Wanted> {
    let again = |g: &&OpenGap| g.gap.what == "media" && take && (all || g.gap.reason == Reason::NotFetched);
    let time = |post: &Option<String>| {
        let entry = post.as_deref().and_then(|id| writer.entry(id));
        digits(entry.and_then(|e| e.published).as_ref())
    };
    let want = |g: &OpenGap| Wanted { url: g.gap.url.clone(), post: g.gap.post.clone(), time: time(&g.gap.post) };
    open.iter().filter(again).map(want).collect()
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
    if imagesize::blob_size(payload).is_ok_and(|s| s.width <= 1 && s.height <= 1) {
        return wrong("a picture of one pixel");
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
