//! Blogger, through the feeds every blog there has: posts, pages and comments, paged by what arrived.

use jiff::Timestamp;
use url::Url;

use super::answers::Made;
use super::paged::{self, Paged, Platform, number, open, told, with};
use super::{Again, Look, Source};
use crate::error::{Error, Result};
use crate::html;
use crate::http::Ask;
use crate::import::feed::{self, Entry, Feed, Origin};
use crate::model::{Capture, Comment, CommentKind, Kind, Site};

static PLATFORM: Platform = Platform {
    read,
    next,
    changed: |start, at: Timestamp| Some(with(&with(start, "orderby", "updated"), "updated-min", &at.to_string())),
    closed: open,
    ask: Ask::feed,
    alone: told,
};

pub(super) fn again(site: &Site) -> Box<dyn Again> {
    paged::again(&PLATFORM, site, |url| url.path().contains("/feeds/") && url.path().ends_with("/default"))
}

/// Asks for the feed of posts where the page is one of Blogger's.
pub(super) fn probe(look: &mut Look) -> Result<Option<Box<dyn Source>>> {
    let host = look.page.url.host_str().unwrap_or_default();
    if !look.made_by("blogger") && !host.contains(".blogspot.") && !look.text.contains("/feeds/posts/default") {
        return Ok(None);
    }
    let list = |name: &str| {
        // To FeedBurner, where many are sent, the history does not go.
        let query = "alt=atom&start-index=1&max-results=100&orderby=published&redirect=false";
        look.page.url.join(&format!("/feeds/{name}/default?{query}")).ok()
    };
    let (Some(posts), Some(pages), Some(comments)) = (list("posts"), list("pages"), list("comments")) else {
        return Ok(None);
    };
    let answer = look.get(&with(&posts, "max-results", "1"), &Ask::feed())?;
    // A blog may show summaries or no feed at all; then its pages say more.
    let whole = answer.result().ok().and_then(|c| feed::parse(c.payload(), Some(&c.url)).ok());
    let whole = whole.is_some_and(|f| f.entries.iter().all(|e| e.content.is_some()) && !f.entries.is_empty());
    let site = look.site.clone();
    Ok(whole.then_some(()).and_then(|()| Paged::boxed(&PLATFORM, posts, vec![pages, comments], site)))
}

fn read(capture: &Capture, _: Option<&Url>) -> Result<Made> {
    let mut feed = feed::parse(capture.payload(), Some(&capture.url)).map_err(|why| Error::fetch(&capture.url, why))?;
    let entries = std::mem::take(&mut feed.entries);
    if capture.url.path().contains("/feeds/comments/") {
        let comments = entries.into_iter().filter_map(|e| comment(e, &feed)).collect();
        return Ok(Made { comments, ..Made::default() });
    }
    let digest = capture.digest();
    let origin = Origin { kind: "feed", uri: capture.url.as_str(), sha256: Some(&digest) };
    let kind = if capture.url.path().contains("/feeds/pages/") { Kind::Page } else { Kind::Post };
    let mut made = Made { notes: std::mem::take(&mut feed.repairs), ..Made::default() };
    for entry in entries {
        let mut draft = feed::draft(entry, &feed, &origin);
        draft.kind = kind;
        made.drafts.push(draft);
    }
    made.site = (kind == Kind::Post).then(|| feed.site.clone());
    Ok(made)
}

/// Returns a comment with the id of its post.
fn comment(entry: Entry, feed: &Feed) -> Option<(String, Comment)> {
    let post = entry.in_reply_to.clone()?;
    let parent = entry.links.iter().find(|l| l.rel == "related").and_then(|l| tail(&l.href));
    let author = entry.authors.first().or(feed.authors.first()).cloned().unwrap_or_default();
    let text = entry.content.as_ref().or(entry.summary.as_ref())?;
    let body = html::body(&feed::markup(text), None, None);
    let comment = Comment {
        id: tail(&entry.id)?,
        parent,
        kind: CommentKind::Comment,
        author: author.name,
        url: author.url,
        published: entry.published,
        status: None,
        html: body.html,
        text: body.text,
    };
    Some((post, comment))
}

/// Returns the number at the end of an id or address: `…post-123`, `…/default/123`.
fn tail(id: &str) -> Option<String> {
    let digits: String = id.chars().rev().take_while(char::is_ascii_digit).collect();
    (!digits.is_empty()).then(|| digits.chars().rev().collect())
}

/// A hundred are asked for, and fewer come where posts are long: what arrived is what counts.
fn next(at: &Url, _: &Capture, rows: usize) -> Option<Url> {
    (rows > 0).then(|| with(at, "start-index", &(number(at, "start-index").unwrap_or(1) + rows as u64).to_string()))
}
