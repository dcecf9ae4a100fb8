//! Does a capture show the post? Archives keep error pages that call themselves whole, and what stood at a domain after
//! its blog was gone.

use url::Url;

use super::captures::Row;
use crate::extract;
use crate::http::Answer;
use crate::import::page::{Page as Saved, Shown};
use crate::import::warc;
use crate::model::{Capture, Digest, Draft, normalise_url};

/// What a capture shows.
pub enum Page {
    /// The post, and a number that is the same for the same text.
    Post(Box<Draft>, u64),
    /// Not the post: another capture may have it.
    Bad(String),
    /// A page of the blog that is no post.
    Nothing(String),
}

/// Words of pages that stand where a blog was. Only short pages are judged by them: posts may write about anything.
const GONE: &[&str] = &[
    "domain is for sale",
    "domain may be for sale",
    "domain name is for sale",
    "buy this domain",
    "this domain has expired",
    "domain has expired",
    "domain parking",
    "parked free",
    "is parked",
    "parked domain",
    "sedoparking",
    "hugedomains.com",
    "account has been suspended",
    "account suspended",
    "blog has been removed",
    "blog has been deleted",
    "blog not found",
    "this blog is open to invited readers only",
    "page not found",
    "page cannot be found",
    "file not found",
    "404 not found",
    "error 404",
    "nothing found",
    "no posts matched",
    "journal has been deleted",
    "related searches",
    "diese domain",
    "domain steht zum verkauf",
    "this page is reserved",
    "future home of",
    "index of /",
    "default web site page",
    "it works!",
];

/// Texts of so many characters and more are not judged by single words.
const SHORT: usize = 1500;

/// Reads a capture of an address.
pub fn page(answer: &Answer, url: &str, row: &Row, base: &Url) -> Page {
    let capture = match answer.result() {
        Ok(capture) => capture,
        Err(miss) => return Page::Bad(miss.detail),
    };
    let time = time_of(capture.url.as_str(), base).unwrap_or_else(|| row.time.clone());
    read(capture, url, &time, base)
}

/// Reads what a capture of an address brought.
pub fn read(capture: &Capture, url: &str, time: &str, base: &Url) -> Page {
    let address = Url::parse(url).ok();
    let text = extract::decode(capture.payload(), capture.header("content-type")).text;
    if let Some(why) = parked(&text) {
        return Page::Bad(why);
    }
    let (text, sha256) = (text.as_str(), &capture.digest());
    let uri = format!("{base}{time}/{url}");
    let saved = Saved { text, url: address.as_ref(), kind: "wayback", uri: &uri, sha256, captured: warc::moment(time) };
    match saved.read() {
        Ok(Shown { wants: Some(wants), .. }) => Page::Bad(wants.into()),
        Ok(Shown { mut drafts, .. }) if drafts.len() == 1 => {
            let mut draft = drafts.remove(0);
            // Only what stands in the page may name it otherwise.
            if draft.url.as_deref().is_none_or(|u| normalise_url(u) != normalise_url(url)) {
                draft.aliases.extend(draft.url.replace(url.to_string()));
            }
            let words = format!("{}\n{}", draft.title, draft.body);
            Page::Post(Box::new(draft), number(&words))
        }
        Ok(several) => Page::Nothing(format!("a page that lists {} posts", several.drafts.len())),
        Err(why) => Page::Bad(why),
    }
}

/// Returns why a page is not the blog's, if its words say so.
pub fn parked(page: &str) -> Option<String> {
    let tree = crate::html::parse_document(page.get(..60_000).unwrap_or(page));
    let text = crate::html::fold(&tree.root_element().text().collect::<Vec<_>>().join(" ")).to_lowercase();
    let title = scraper::Selector::parse("title")
        .ok()
        .and_then(|s| tree.select(&s).next().map(|t| t.text().collect::<String>()));
    let title = title.unwrap_or_default().to_lowercase();
    let said = |place: &str| GONE.iter().find(|g| place.contains(**g));
    let found = said(&title).or_else(|| said(&text).filter(|_| text.chars().count() < SHORT))?;
    Some(format!("not the blog: \u{201c}{found}\u{201d}"))
}

/// Returns the time of the capture that was sent: an archive may lead to the nearest one.
fn time_of(url: &str, base: &Url) -> Option<String> {
    let time = url.strip_prefix(base.as_str())?.get(..14)?;
    time.bytes().all(|b| b.is_ascii_digit()).then(|| time.to_string())
}

/// Returns a number for a text, the same in every run.
fn number(text: &str) -> u64 {
    let digest = Digest::of(text);
    u64::from_str_radix(digest.as_str().get(..16).unwrap_or_default(), 16).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_whoever_has_the_domain_now_are_told_and_posts_about_them_are_not() {
        assert!(parked("<title>a.example</title><p>This domain is for sale! Related searches").is_some());
        assert!(parked("<title>404 Not Found</title><h1>Not Found</h1>").is_some());
        assert!(parked("<title>Blog not found</title>").is_some());
        let post = format!("<title>My day</title><p>{} buy this domain, they said.</p>", "word ".repeat(400));
        assert!(parked(&post).is_none());
    }
}
