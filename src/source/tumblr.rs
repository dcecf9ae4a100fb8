//! Tumblr, through its first interface (`/api/read`), which asks for no key.

use url::Url;

use super::paged::{self, Paged, Platform, by, never, number, open, with};
use super::{Again, Look, Source};
use crate::error::Result;
use crate::http::Ask;
use crate::model::{Capture, Site};

static PLATFORM: Platform = Platform {
    read: |capture, site| by("tumblr", capture, site),
    next,
    changed: never,
    closed: open,
    ask: Ask::json,
    alone: |names, from| {
        let id = names.iter().find_map(|n| n.strip_prefix("tumblr:")?.parse::<u64>().ok())?;
        from.join(&format!("/api/read/json?debug=1&id={id}")).ok()
    },
};

pub(super) fn again(site: &Site) -> Box<dyn Again> {
    paged::again(&PLATFORM, site, |_| true)
}

/// Looks for the interface where the page is one of Tumblr's.
pub(super) fn probe(look: &mut Look) -> Result<Option<Box<dyn Source>>> {
    let host = look.page.url.host_str().unwrap_or_default();
    if !host.ends_with(".tumblr.com") && !look.text.contains("tumblr.com/") && !look.made_by("tumblr") {
        return Ok(None);
    }
    let Ok(url) = look.page.url.join("/api/read/json?debug=1&num=50&start=0") else { return Ok(None) };
    let answer = look.get(&url, &Ask::json())?;
    let site = look.site.clone();
    Ok(answer
        .result()
        .ok()
        .filter(|c| c.text().contains("\"tumblelog\""))
        .and_then(|_| Paged::boxed(&PLATFORM, url, Vec::new(), site)))
}

/// Goes on by what came: at most 50, and fewer where posts are long.
fn next(at: &Url, _: &Capture, rows: usize) -> Option<Url> {
    (rows > 0).then(|| with(at, "start", &(number(at, "start").unwrap_or(0) + rows as u64).to_string()))
}
