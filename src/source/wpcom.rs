//! WordPress.com and the sites tied to it, through its own interface
//! ([REST 1.1](https://developer.wordpress.com/docs/api/1.1/get/sites/%24site/posts/)).

use jiff::Timestamp;
use url::Url;

use super::paged::{self, Paged, Platform, by, told, with};
use super::{Again, Look, Source};
use crate::error::Result;
use crate::html;
use crate::http::Ask;
use crate::model::{Capture, Draft, Site, Status};

/// Where the interface lives.
const HOST: &str = "public-api.wordpress.com";

static PLATFORM: Platform = Platform {
    read: |capture, site| by("wpcom", capture, site),
    next,
    changed: |start, at: Timestamp| Some(with(start, "modified_after", &at.to_string())),
    closed: |draft: &Draft| (draft.status == Status::Protected).then_some("needs a password"),
    ask: Ask::json,
    alone: told,
};

pub(super) fn again(site: &Site) -> Box<dyn Again> {
    paged::again(&PLATFORM, site, |_| true)
}

/// Asks the interface about the blog where the page says that it is one of its own.
pub(super) fn probe(look: &mut Look) -> Result<Option<Box<dyn Source>>> {
    let (scheme, host) = (look.page.url.scheme(), look.page.url.host_str().unwrap_or_default().to_string());
    if !host.ends_with(".wordpress.com") && !look.text.contains(HOST) && !look.made_by("wordpress.com") {
        return Ok(None);
    }
    let Ok(root) = Url::parse(&format!("{scheme}://{HOST}/rest/v1.1/sites/{host}")) else { return Ok(None) };
    let answer = look.get(&root, &Ask::json())?;
    let about = answer.result().ok().and_then(|c| serde_json::from_str::<serde_json::Value>(&c.text()).ok());
    let Some(about) = about.filter(|a| a.get("ID").is_some()) else { return Ok(None) };
    let text = |name: &str| about.get(name).and_then(|v| v.as_str()).map(html::plain_text).unwrap_or_default();
    let site = Site {
        url: Some(text("URL")).filter(|u| !u.is_empty()).or_else(|| look.site.url.clone()),
        title: text("name"),
        description: text("description"),
        language: Some(text("lang")).filter(|l| !l.is_empty()),
        generator: Some("WordPress.com".into()),
        timezone: None,
    };
    let list = Url::parse(&format!("{root}/posts/?number=100&type=any&order_by=date")).ok();
    Ok(list.and_then(|start| Paged::boxed(&PLATFORM, start, Vec::new(), site)))
}

/// Goes on with the handle that the answer gives.
fn next(at: &Url, capture: &Capture, _: usize) -> Option<Url> {
    let answer: serde_json::Value = serde_json::from_str(&capture.text()).ok()?;
    let handle = answer.get("meta")?.get("next_page")?.as_str()?;
    Some(with(at, "page_handle", handle))
}
