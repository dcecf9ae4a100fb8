//! Ghost, through its Content API ([reference](https://docs.ghost.org/content-api)), with the key that the blog's own
//! pages carry for their search and their portal.

use jiff::Timestamp;
use scraper::Selector;
use serde_json::{Value, json};
use url::Url;

use super::answers::{Made, read, read_as};
use super::paged::{self, Paged, Platform, told, with};
use super::{Again, Look, Source};
use crate::error::Result;
use crate::html;
use crate::http::Ask;
use crate::model::{Capture, Draft, Kind, Site};

static PLATFORM: Platform = Platform {
    read: read_list,
    next,
    changed: |start, at: Timestamp| Some(with(start, "filter", &format!("updated_at:>'{at}'"))),
    closed,
    ask: Ask::json,
    alone: told,
};

pub(super) fn again(site: &Site) -> Box<dyn Again> {
    paged::again(&PLATFORM, site, |_| true)
}

/// Looks for the key in the page.
pub(super) fn probe(look: &mut Look) -> Result<Option<Box<dyn Source>>> {
    if !look.made_by("ghost") && !look.text.contains("/ghost/api/") && !look.text.contains("data-ghost=") {
        return Ok(None);
    }
    let Some((root, key)) = key(&look.text, &look.page.url) else { return Ok(None) };
    let list = |name: &str| {
        let mut url = root.join(&format!("ghost/api/content/{name}/")).ok()?;
        url.query_pairs_mut()
            .append_pair("key", &key)
            .append_pair("include", "tags,authors")
            .append_pair("limit", "100")
            .append_pair("page", "1");
        Some(url)
    };
    let (Some(posts), Some(pages)) = (list("posts"), list("pages")) else { return Ok(None) };
    let answer = look.get(&with(&posts, "limit", "1"), &Ask::json())?;
    let open = answer.result().is_ok_and(|c| c.text().contains("\"pagination\""));
    let site = look.site.clone();
    Ok(open.then_some(()).and_then(|()| Paged::boxed(&PLATFORM, posts, vec![pages], site)))
}

/// Returns the root of the blog and the key to its interface.
fn key(text: &str, page: &Url) -> Option<(Url, String)> {
    let tree = html::parse_document(text);
    let script = tree.select(&Selector::parse("script[data-key]").ok()?).next()?;
    let key = script.attr("data-key")?.trim();
    let plain = key.len() < 100 && !key.is_empty() && key.bytes().all(|b| b.is_ascii_hexdigit());
    let told = ["data-ghost", "data-api"].iter().find_map(|a| script.attr(a)).and_then(|r| page.join(r).ok());
    let mut root = told.unwrap_or_else(|| page.clone());
    let path = root.path().split("ghost/api").next().unwrap_or("/").to_string();
    root.set_path(&path);
    root.set_query(None);
    // A key is for the blog that carries it.
    let same = root.host_str() == page.host_str() || root.host_str().is_some_and(|h| h.ends_with(".ghost.io"));
    (plain && same).then(|| (root, key.to_string()))
}

/// Pages come in a list of their own name, which an export does not have.
fn read_list(capture: &Capture, site: Option<&Url>) -> Result<Made> {
    match serde_json::from_str::<Value>(&capture.text()) {
        Ok(Value::Object(mut answer)) if answer.contains_key("pages") => {
            let pages = answer.remove("pages").unwrap_or_default();
            let mut made = read_as("ghost", capture, json!({"posts": pages, "data": {}}).to_string().as_bytes(), site)?;
            made.drafts.iter_mut().for_each(|d| d.kind = Kind::Page);
            Ok(made)
        }
        _ => read("ghost", capture, site),
    }
}

fn next(at: &Url, capture: &Capture, _: usize) -> Option<Url> {
    let answer: Value = serde_json::from_str(&capture.text()).ok()?;
    let page = answer.get("meta")?.get("pagination")?.get("next")?.as_u64()?;
    Some(with(at, "page", &page.to_string()))
}

/// A post for members shows strangers its beginning, or nothing.
fn closed(draft: &Draft) -> Option<&'static str> {
    let visibility = draft.extra.get("ghost")?.get("visibility")?.as_str()?;
    match visibility {
        "paid" | "tiers" | "members" => Some("for members; what strangers see is a beginning"),
        _ => None,
    }
}
