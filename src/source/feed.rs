//! A blog's feed, with its history where it has one: archived and paged feeds
//! ([RFC 5005](https://www.rfc-editor.org/rfc/rfc5005)), `next_url` of JSON Feed, and `?paged=N` of WordPress.

use std::collections::HashSet;

use serde_json::Value;
use url::Url;

use super::again::Plain;
use super::walk::{Chain, Walk};
use super::{Again, Batch, Look, Named, Source, Step, Text, explain, gap_word};
use crate::error::{Error, Result};
use crate::extract::wants;
use crate::html;
use crate::http::{Answer, Ask};
use crate::import::feed::{self, Entry, Feed, Origin};
use crate::model::{Capture, Draft, Gap, Reason, Site, normalise_url};

/// Media types by which a page names its feeds.
const TYPES: [&str; 5] =
    ["application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json", "application/json"];

/// Where feeds are that no page names.
const USUAL: [&str; 6] = ["/feed/", "/atom.xml", "/index.xml", "/rss.xml", "/feed.xml", "/feed.json"];

/// A feed and what it leads to.
pub(super) struct FeedSource {
    walk: Walk,
    site: Site,
    seen: HashSet<String>,
    only_names: bool,
}

/// Whether an answer is a feed. The reader makes the best of what it gets, be it nothing.
fn is_feed(capture: &Capture) -> bool {
    let text = capture.text();
    let start = text.get(..text.floor_char_boundary(4096)).unwrap_or_default().to_lowercase();
    let begins = ["<rss", "<feed", "rdf:rdf", ":feed", "\"items\"", "jsonfeed.org"];
    begins.iter().any(|b| start.contains(b)) && feed::parse(capture.payload(), Some(&capture.url)).is_ok()
}

/// Looks for a feed: the page itself, one that it names, one where feeds usually are.
pub(super) fn probe(look: &mut Look) -> Result<Option<Box<dyn Source>>> {
    if look.text.is_empty() && is_feed(look.page) {
        return Ok(Some(Box::new(FeedSource::new(look.page.url.clone(), look.site.clone()))));
    }
    let known = look.memo("feed").and_then(|m| Url::parse(m.get("at")?.as_str()?).ok());
    if let Some(start) = known.or_else(|| named(look)) {
        return Ok(Some(Box::new(FeedSource::new(start, look.site.clone()))));
    }
    for path in USUAL {
        let Ok(url) = look.page.url.join(path) else { continue };
        let answer = look.get(&url, &Ask::feed())?;
        if answer.result().is_ok_and(|c| feed::parse(c.payload(), Some(&c.url)).is_ok()) {
            return Ok(Some(Box::new(FeedSource::new(url, look.site.clone()))));
        }
    }
    Ok(None)
}

/// Returns the feed of posts that a page names: the first that is of no comments, no other blog and no tag.
fn named(look: &Look) -> Option<Url> {
    let words = |l: &super::look::HeadLink| format!("{} {}", l.title, l.href.path().to_lowercase());
    let fits = |l: &&super::look::HeadLink| {
        let part = ["comment", "/tag/", "/category/", "/author/", "oembed", "wp-json"];
        l.rel.split(' ').any(|r| r == "alternate")
            && TYPES.contains(&l.mime.as_str())
            && matches!(l.href.scheme(), "http" | "https")
            && !part.iter().any(|p| words(l).contains(p))
    };
    look.links.iter().find(fits).map(|l| l.href.clone())
}

impl FeedSource {
    pub fn new(start: Url, site: Site) -> FeedSource {
        FeedSource { walk: Walk::new(start), site, seen: HashSet::new(), only_names: false }
    }

    /// Reads the entries of one document.
    fn take(&mut self, chain: &Chain, capture: &Capture, mut feed: Feed, known: &dyn Fn(&str) -> bool) -> Batch {
        let mut batch = Batch::default();
        if feed.site.url.is_none() {
            feed.site.url.clone_from(&self.site.url);
        }
        batch.site = Some(feed.site.clone());
        let digest = capture.digest();
        let origin = Origin { kind: "feed", uri: capture.url.as_str(), sha256: Some(&digest) };
        let entries = std::mem::take(&mut feed.entries);
        let (mut fresh, mut news) = (0, 0);
        for entry in entries {
            let name = feed::permalink(&entry).unwrap_or_else(|| entry.id.clone());
            if name.is_empty() || !self.seen.insert(normalise_url(&name)) {
                continue;
            }
            fresh += 1;
            news += usize::from(!known(&name));
            let (draft, cut) = draft(entry, &feed, &origin);
            let wants = wants(&draft.body).filter(|_| draft.url.is_some());
            batch.named.push(Named {
                name,
                published: draft.published.as_ref().map(|d| d.text.clone()),
                text: if cut && draft.url.is_some() && wants.is_none() { Text::Cut } else { Text::Here },
                ..Named::default()
            });
            match wants {
                Some(wants) => batch.gaps.push(Gap {
                    url: draft.url.unwrap_or_default(),
                    what: gap_word(draft.kind).into(),
                    reason: Reason::Protected,
                    detail: wants.into(),
                    post: None,
                }),
                None if self.only_names => {}
                None => batch.drafts.push(draft),
            }
        }
        batch.notes.extend(feed.repairs.iter().take(3).map(|r| format!("{}: {r}", capture.url)));
        let reached = chain.stops && news == 0;
        let on = next(&feed, &capture.url).filter(|_| fresh > 0 && !reached);
        if !on.is_some_and(|url| self.walk.go_on(chain, url)) {
            // A document that repeats the one before it is no end: the feed has no pages.
            batch.all = self.walk.end(reached, feed.complete || (self.walk.pages > 1 && fresh > 0));
        }
        batch
    }
}

impl Source for FeedSource {
    fn site(&self) -> &Site {
        &self.site
    }

    fn at(&self) -> String {
        self.walk.start.to_string()
    }

    fn resume(&mut self, memo: &Value) {
        self.walk.resume(memo);
    }

    fn only_names(&mut self) {
        self.only_names = true;
        self.walk = Walk::new(self.walk.start.clone());
    }

    fn next(&mut self) -> Option<Step> {
        self.walk.next(Ask::feed())
    }

    fn read(&mut self, answer: &Answer, known: &dyn Fn(&str) -> bool) -> Result<Batch> {
        let Some(chain) = self.walk.answered() else { return Ok(Batch::default()) };
        let first = self.walk.is_start(&chain);
        let ended = |walk: &mut Walk, all: bool, notes: Vec<String>| Batch {
            all: walk.end(false, all),
            notes,
            ..Batch::default()
        };
        let mut batch = match answer.result() {
            Ok(capture) if capture.status == 304 => return Ok(Batch::default()),
            Ok(capture) => match feed::parse(capture.payload(), Some(&capture.url)) {
                Ok(feed) => self.take(&chain, capture, feed, known),
                Err(why) if first => return Err(Error::fetch(&chain.url, why)),
                Err(why) => {
                    ended(&mut self.walk, false, vec![format!("{}: {why}; the feed was read up to there", chain.url)])
                }
            },
            // Past the last page of WordPress there is no page.
            Err(miss) if !first && matches!(miss.reason, Reason::NotFound) => ended(&mut self.walk, true, Vec::new()),
            Err(miss) => return Err(explain(&chain.url, &miss)),
        };
        batch.memo = self.walk.memo();
        Ok(batch)
    }

    fn covers(&self) -> bool {
        self.walk.covers()
    }
}

/// Returns the draft of an entry, and whether it has only a beginning of the text.
fn draft(entry: Entry, feed: &Feed, origin: &Origin) -> (Draft, bool) {
    let cut = is_cut(&entry);
    let mut draft = feed::draft(entry, feed, origin);
    if cut {
        draft.guessed.insert("html", "the feed's summary; the full text is on the page".into());
    }
    (draft, cut)
}

pub(super) fn again(site: &Site) -> Box<dyn Again> {
    Plain::boxed(
        site,
        |_| true,
        |capture, home| {
            let feed = feed::parse(capture.payload(), Some(&capture.url));
            let mut feed = feed.map_err(|why| Error::fetch(&capture.url, why))?;
            feed.site.url = feed.site.url.take().or_else(|| home.map(|u| u.to_string()));
            let digest = capture.digest();
            let origin = Origin { kind: "feed", uri: capture.url.as_str(), sha256: Some(&digest) };
            let entries = std::mem::take(&mut feed.entries);
            Ok(entries.into_iter().map(|entry| draft(entry, &feed, &origin).0).collect())
        },
    )
}

/// Returns where a feed goes on.
fn next(feed: &Feed, at: &Url) -> Option<Url> {
    let told = feed.prev_archive().or(feed.next()).and_then(|n| at.join(n).ok());
    told.or_else(|| paged(feed, at)).filter(|n| matches!(n.scheme(), "http" | "https"))
}

/// WordPress answers older entries at `?paged=N`, and says nothing of it.
fn paged(feed: &Feed, at: &Url) -> Option<Url> {
    let made = feed.site.generator.as_deref().is_some_and(|g| g.contains("wordpress.org") || g.contains("WordPress"));
    let shape = at.path().trim_end_matches('/').ends_with("/feed") || at.query_pairs().any(|(k, _)| k == "feed");
    if !made && !shape {
        return None;
    }
    let page = at.query_pairs().find(|(k, _)| k == "paged").and_then(|(_, v)| v.parse::<u32>().ok()).unwrap_or(1);
    let rest: Vec<(String, String)> = at
        .query_pairs()
        .filter(|(k, _)| k != "paged")
        .map(|(k, v)| (k.into_owned(), v.into_owned()))
        .chain([("paged".to_string(), page.checked_add(1)?.to_string())])
        .collect();
    let mut next = at.clone();
    next.query_pairs_mut().clear().extend_pairs(rest);
    Some(next)
}

/// Returns whether an entry has less than the whole text: only a summary, or a text that ends as a beginning does.
fn is_cut(entry: &Entry) -> bool {
    let Some(content) = entry.content.as_ref().filter(|c| c.src.is_none() && !c.value.trim().is_empty()) else {
        return true;
    };
    let text = html::plain_text(content.value.get(content.value.len().saturating_sub(600)..).unwrap_or(&content.value));
    let text = text.trim_end_matches([']', ')', ' ', '»', '→', '›']).to_lowercase();
    ["[…", "[...", "[&hellip;", "read more", "continue reading", "read the rest", "weiterlesen", "lire la suite"]
        .iter()
        .any(|end| text.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_text_is_known_by_how_it_ends() {
        let entry = |text: &str| Entry {
            content: Some(feed::Text { value: text.into(), html: true, ..feed::Text::default() }),
            ..Entry::default()
        };
        assert!(is_cut(&entry("<p>It began well […]</p>")));
        assert!(is_cut(&entry("<p>It began well. <a href='/x'>Read more »</a></p>")));
        assert!(!is_cut(&entry("<p>It began well, and so on …</p>")));
        assert!(is_cut(&Entry::default()));
    }

    #[test]
    fn wordpress_pages_its_feed_by_number() {
        let at = |u: &str| paged(&Feed::default(), &Url::parse(u).unwrap()).map(|u| u.to_string());
        assert_eq!(at("http://a.example/feed/").as_deref(), Some("http://a.example/feed/?paged=2"));
        assert_eq!(at("http://a.example/?feed=rss2&paged=7").as_deref(), Some("http://a.example/?feed=rss2&paged=8"));
        assert_eq!(at("http://a.example/atom.xml"), None);
    }
}
