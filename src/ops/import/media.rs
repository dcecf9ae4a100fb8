//! The media that posts name: what came with the files, what is asked of the web, and what is missing.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use regex::{Captures, Regex};
use url::Url;

use super::ImportRequest;
use crate::error::Result;
use crate::event::Events;
use crate::http::{Client, Web};
use crate::import::{Attached, Bytes};
use crate::model::{Clock, Digest, Draft, Gap, Post, Reason};
use crate::ops::media::Gallery;
use crate::store::Writer;

/// Finds the media of posts.
pub(super) struct Finder<'a> {
    request: &'a ImportRequest,
    events: &'a Events,
    clock: Clock,
    gallery: Gallery,
    web: Option<Web>,
}

impl<'a> Finder<'a> {
    pub fn new(request: &'a ImportRequest, events: &'a Events, clock: Clock) -> Finder<'a> {
        Finder { request, events, clock, gallery: Gallery::default(), web: None }
    }

    /// Whether it was asked for in vain.
    pub fn missed(&self, url: &str) -> bool {
        self.gallery.has_missed(url)
    }

    /// Asks the web for what posts name and nobody has, where the user wants it.
    pub fn fetch(&mut self, writer: &mut Writer, posts: &[Post]) -> Result<()> {
        if !self.request.media {
            return Ok(());
        }
        let wanted = self.gallery.wanted(writer, posts);
        if wanted.is_empty() {
            return Ok(());
        }
        let web = match self.web.take() {
            Some(web) => web,
            None => self.open()?,
        };
        let asked = self.gallery.ask(Some(&web), self.events, writer, wanted, |w, gap| w.gap(gap), |_| {});
        self.web = Some(web);
        asked
    }

    /// Only the address that the user gave may lead to private ones: what a file says of its site is a stranger's word.
    fn open(&self) -> Result<Web> {
        let mut builder = Client::builder().limits(self.request.limits.clone()).clock(self.clock.clone());
        for (host, address) in &self.request.hosts {
            builder = builder.resolve(host, *address);
        }
        if let Some(site) = &self.request.options.site {
            builder = builder.seed(site);
        }
        Web::new(builder.build()?)
    }

    /// Writes into a post what is known of its media.
    pub fn fill(&self, writer: &Writer, post: &mut Post) {
        self.gallery.fill(writer, post);
    }

    /// Forgets one archive's media; returns how many requests were sent for them.
    pub fn end(&mut self) -> u64 {
        self.gallery = Gallery::default();
        self.web.take().map_or(0, |web| web.requests())
    }
}

/// Returns the media that the post names and nobody has.
pub(super) fn missing(post: &Post) -> impl Iterator<Item = Gap> + '_ {
    let web = |m: &&crate::model::Media| m.url.starts_with("http://") || m.url.starts_with("https://");
    post.media.iter().filter(|m| m.sha256.is_none()).filter(web).map(|m| Gap {
        url: m.url.clone(),
        what: "media".into(),
        reason: Reason::NotFetched,
        detail: "named by the imported file".into(),
        post: Some(post.id.to_string()),
    })
}

/// What stands in a text of its own and is shorter than this is a placeholder or an ornament: it stays there.
const SHORT: usize = 400;
/// The largest picture in a text, and all of one text together.
const MAX_EMBEDDED: usize = 64 << 20;

/// Takes out of a body the pictures, sounds and films that stand in it as `data:` addresses. Each is named by its
/// digest, relative to the post.
pub(super) fn embedded(draft: &mut Draft) -> Vec<Result<Attached, Gap>> {
    static DATA: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let pattern = r#"(?i)(\s(?:src|poster)\s*=\s*)(?:"\s*data:([^"]*)"|'\s*data:([^']*)'|data:([^\s"'>]+))"#;
        Regex::new(pattern).ok()
    });
    let Some(pattern) = DATA.as_ref().filter(|_| draft.body.len() > SHORT && draft.body.contains("data:")) else {
        return Vec::new();
    };
    let base = draft.base.as_deref().or(draft.url.as_deref()).and_then(|u| Url::parse(u).ok());
    let (mut found, mut left) = (Vec::new(), MAX_EMBEDDED);
    let body = pattern.replace_all(&draft.body, |c: &Captures| {
        let whole = c.get(0).map_or("", |m| m.as_str());
        let data = [2, 3, 4].iter().find_map(|n| c.get(*n)).map_or("", |m| m.as_str());
        let Some((kind, bytes)) = Some(data).filter(|d| d.len() >= SHORT).and_then(decode) else {
            return whole.to_string();
        };
        let digest = Digest::of(&bytes);
        let name = format!("data/{}.{}", digest.as_str().get(..16).unwrap_or_default(), ending(&kind));
        let url = base.as_ref().and_then(|b| b.join(&name).ok()).map_or(name, |u| u.to_string());
        found.push(match left.checked_sub(bytes.len()) {
            Some(rest) => {
                left = rest;
                Ok(Attached::new(url.clone(), Bytes::Held(bytes)))
            }
            None => Err(Gap {
                url: url.clone(),
                what: "media".into(),
                reason: Reason::TooLarge,
                detail: format!("more than {} MiB in one text", MAX_EMBEDDED >> 20),
                post: None,
            }),
        });
        format!("{}\"{url}\"", c.get(1).map_or("", |m| m.as_str()))
    });
    draft.body = body.into_owned();
    found
}

/// Decodes what stands behind `data:` ([RFC 2397](https://www.rfc-editor.org/rfc/rfc2397)), if it is a medium.
fn decode(data: &str) -> Option<(String, Vec<u8>)> {
    let (head, body) = data.split_once(',')?;
    let mut words = head.split(';').map(|w| w.trim().to_ascii_lowercase());
    let kind = words.next()?;
    if !["image/", "audio/", "video/"].iter().any(|k| kind.starts_with(k)) {
        return None;
    }
    let plain = percent(body);
    if !words.any(|w| w == "base64") {
        return Some((kind, plain));
    }
    let mut packed: Vec<u8> = plain.into_iter().filter(|b| !b.is_ascii_whitespace() && *b != b'=').collect();
    packed.iter_mut().for_each(|b| {
        *b = if *b == b'-' {
            b'+'
        } else if *b == b'_' {
            b'/'
        } else {
            *b
        }
    });
    while !packed.len().is_multiple_of(4) {
        packed.push(b'=');
    }
    BASE64_STANDARD.decode(packed).ok().map(|bytes| (kind, bytes))
}

fn percent(text: &str) -> Vec<u8> {
    let (mut out, mut rest) = (Vec::with_capacity(text.len()), text.as_bytes());
    while let Some((first, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|h| std::str::from_utf8(h).ok()).and_then(|h| u8::from_str_radix(h, 16).ok());
        match hex.filter(|_| *first == b'%') {
            Some(byte) => {
                out.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            None => {
                out.push(*first);
                rest = tail;
            }
        }
    }
    out
}

fn ending(kind: &str) -> &str {
    let name = kind.split('/').nth(1).unwrap_or_default();
    match name {
        "jpeg" => "jpg",
        "svg+xml" => "svg",
        "mpeg" => "mp3",
        plain if !plain.is_empty() && plain.len() < 6 && plain.bytes().all(|b| b.is_ascii_alphanumeric()) => plain,
        _ => "bin",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_in_a_text_are_taken_out_of_it() {
        let bytes: Vec<u8> = b"\x89PNG\r\n".iter().copied().chain((0..600u32).map(|n| (n % 251) as u8)).collect();
        let packed = BASE64_STANDARD.encode(&bytes);
        let own = format!("data:image/png;base64,{packed}");
        let tiny = "data:image/gif;base64,R0lGODlhAQABAAAAACw=";
        let mut draft = Draft {
            url: Some("http://quay.example/2007/a.html".into()),
            body: format!(
                "<img alt='x' src=\"{own}\"><img src='{tiny}' data-src='b.png'><p>src=x</p><img src='{}'>",
                own.replace('+', "%2B")
            ),
            ..Draft::default()
        };
        let found: Vec<Attached> = embedded(&mut draft).into_iter().map(|f| f.unwrap()).collect();
        let url = format!("http://quay.example/2007/data/{}.png", &Digest::of(&bytes).as_str()[..16]);
        assert_eq!(
            draft.body,
            format!("<img alt='x' src=\"{url}\"><img src='{tiny}' data-src='b.png'><p>src=x</p><img src=\"{url}\">")
        );
        assert!(found.iter().all(|f| f.url == url && matches!(&f.bytes, Bytes::Held(b) if *b == bytes)));
        assert_eq!(found.len(), 2);
        assert!(decode("text/html;base64,AAAA").is_none() && decode("image/png;base64,!!!").is_none());
    }
}
