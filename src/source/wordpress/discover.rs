//! Where a WordPress keeps its API, from any page of the blog.

use scraper::Selector;
use serde_json::Value;
use url::Url;

use super::super::{Look, Source};
use super::{WordPress, rest};
use crate::error::Result;
use crate::html;
use crate::http::Ask;
use crate::model::{Capture, Kind, Site, normalise_url};

/// The relation by which WordPress names its API, in a header and in the page.
const RELATION: &str = "https://api.w.org/";

/// So much of a page is looked at: what is looked for stands in its head.
const HEAD: usize = 512 << 10;

/// The root of an API: `…/wp-json/`, or `…/?rest_route=/` where permalinks are off.
#[derive(Debug, Clone)]
pub(super) struct Api(Url);

impl Api {
    pub fn root(&self) -> &Url {
        &self.0
    }

    /// Returns the address of a listing.
    pub fn url(&self, listing: &str, query: &[(&'static str, String)]) -> Url {
        let mut url = self.0.clone();
        let route = self.0.query_pairs().find(|(name, _)| name == "rest_route").map(|(_, v)| v.into_owned());
        match route {
            Some(route) => {
                let kept: Vec<(String, String)> = self
                    .0
                    .query_pairs()
                    .filter(|(n, _)| n != "rest_route")
                    .map(|(n, v)| (n.into(), v.into()))
                    .collect();
                url.query_pairs_mut()
                    .clear()
                    .extend_pairs(kept)
                    .append_pair("rest_route", &format!("{}/wp/v2/{listing}", route.trim_end_matches('/')));
            }
            None => url.set_path(&format!("{}/wp/v2/{listing}", self.0.path().trim_end_matches('/'))),
        }
        // Written by hand: WordPress reads `include=1,2`, and a comma says more to people than `%2C`.
        let fields = query.iter().map(|(name, value)| format!("{name}={value}"));
        let all: Vec<String> =
            url.query().map(str::to_string).filter(|q| !q.is_empty()).into_iter().chain(fields).collect();
        url.set_query(Some(&all.join("&")));
        url
    }
}

/// A blog whose API answered.
#[derive(Debug)]
pub(super) struct Blog {
    pub api: Api,
    pub home: Url,
    /// Host, and path where there is one: stands in the keys of its posts.
    pub key: String,
    pub site: Site,
}

impl Blog {
    /// A blog whose answers are kept, as far as its archive knows it.
    pub fn kept(home: Url, site: Site) -> Blog {
        Blog { api: Api(home.clone()), key: normalise_url(home.as_str()), home, site }
    }

    /// Returns the key of a post: platform, site, number.
    pub fn post_key(&self, id: u64) -> String {
        format!("wordpress:{}:{id}", self.key)
    }

    /// Returns the address under which WordPress finds a post by its number.
    pub fn short_link(&self, kind: Kind, id: u64) -> String {
        let name = if kind == Kind::Page { "page_id" } else { "p" };
        format!("{}/?{name}={id}", self.home.as_str().trim_end_matches('/'))
    }
}

/// Looks for the API of a blog.
pub(in crate::source) fn probe(look: &mut Look) -> Result<Option<Box<dyn Source>>> {
    let page = look.page;
    if let Some(blog) = rest::json(page).and_then(|index| blog(&index, page.url.clone(), page)) {
        return Ok(Some(Box::new(WordPress::new(blog))));
    }
    for root in roots(page, look.made_by_another("wordpress")) {
        let answer = look.get(&root, &Ask::json())?;
        let Ok(capture) = answer.result() else { continue };
        if let Some(blog) = rest::json(capture).and_then(|index| blog(&index, root, page)) {
            return Ok(Some(Box::new(WordPress::new(blog))));
        }
    }
    Ok(None)
}

/// Returns where the API may be: as the page says it, else where it usually is, unless something else made the page.
fn roots(page: &Capture, other: bool) -> Vec<Url> {
    let mut roots: Vec<Url> = linked(page).into_iter().collect();
    if other {
        return roots;
    }
    let first = page.url.path_segments().and_then(|mut s| s.next().map(str::to_string)).unwrap_or_default();
    let mut folders = vec!["/".to_string()];
    if !first.is_empty() && !first.contains('.') {
        // A blog in a folder of its own.
        folders.push(format!("/{first}/"));
    }
    for folder in folders {
        for end in ["wp-json/", "?rest_route=/"] {
            roots.extend(page.url.join(&format!("{folder}{end}")));
        }
    }
    let mut seen = Vec::new();
    roots.retain(|url| {
        !seen.contains(url) && {
            seen.push(url.clone());
            true
        }
    });
    roots
}

/// Returns the API that a page names in its `Link` header (RFC 8288) or in a `link`.
fn linked(page: &Capture) -> Option<Url> {
    let links = page.headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case("link")).flat_map(|(_, v)| v.split(",<"));
    let in_header = links.into_iter().find(|l| l.contains(RELATION)).and_then(|link| {
        let target = link.trim().trim_start_matches('<').split('>').next()?;
        page.url.join(target).ok()
    });
    in_header.or_else(|| {
        let tree = html::parse_document(head(page).as_str());
        let selector = Selector::parse("link[rel='https://api.w.org/']").ok()?;
        let link = tree.select(&selector).next()?;
        page.url.join(link.attr("href")?).ok()
    })
}

fn head(page: &Capture) -> String {
    let payload = page.payload();
    String::from_utf8_lossy(&payload[..payload.len().min(HEAD)]).into_owned()
}

/// Reads the index of an API; none where it is something else.
pub(super) fn blog(index: &Value, root: Url, page: &Capture) -> Option<Blog> {
    let speaks = index.get("namespaces")?.as_array()?.iter().any(|n| n == "wp/v2");
    let text = |name: &str| index.get(name).and_then(Value::as_str).map(html::unescape).unwrap_or_default();
    let address = |name: &str| Url::parse(&text(name)).ok().filter(|u| u.has_host());
    let home = address("home").or_else(|| address("url")).or_else(|| page.url.join("/").ok())?;
    let (language, generator) = declared(page);
    let site = Site {
        url: Some(home.to_string()),
        title: html::plain_text(&text("name")),
        description: html::plain_text(&text("description")),
        language,
        timezone: timezone(index),
        generator: generator.or_else(|| Some("WordPress".into())),
    };
    speaks.then(|| Blog { api: Api(root), key: normalise_url(home.as_str()), home, site })
}

/// Returns the zone's name, else its offset (`+05:30`).
fn timezone(index: &Value) -> Option<String> {
    let name = index.get("timezone_string").and_then(Value::as_str).filter(|n| !n.is_empty());
    let hours = index.get("gmt_offset").and_then(|v| v.as_f64().or_else(|| v.as_str()?.parse().ok()));
    name.map(str::to_string).or_else(|| {
        let minutes = (hours.filter(|h| h.abs() <= 15.0)? * 60.0).round() as i64;
        let sign = if minutes < 0 { '-' } else { '+' };
        Some(format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60))
    })
}

/// Returns language and maker, as a page declares them.
fn declared(page: &Capture) -> (Option<String>, Option<String>) {
    let tree = html::parse_document(&head(page));
    let find = |selector: &str, attribute: &str| {
        let selector = Selector::parse(selector).ok()?;
        let value = tree.select(&selector).next()?.attr(attribute)?.trim().to_string();
        (!value.is_empty() && value.len() < 100).then_some(value)
    };
    let maker = find("meta[name='generator'][content^='WordPress']", "content");
    (find("html[lang]", "lang"), maker)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(url: &str, headers: &[(&str, &str)], body: &str) -> Capture {
        Capture {
            url: Url::parse(url).unwrap(),
            time: jiff::Timestamp::UNIX_EPOCH,
            request: Vec::new(),
            status: 200,
            headers: headers.iter().map(|(n, v)| (n.to_string(), v.to_string())).collect(),
            body: body.into(),
            decoded: None,
            truncated: None,
        }
    }

    #[test]
    fn the_api_is_found_in_the_header_in_the_page_and_where_it_usually_is() {
        let first = |p: &Capture| roots(p, false)[0].to_string();
        let header =
            [("Link", "<http://a.example/x>; rel=shortlink,<http://a.example/api/>; rel=\"https://api.w.org/\"")];
        assert_eq!(first(&page("http://a.example/2007/post/", &header, "")), "http://a.example/api/");
        let link = "<link rel='https://api.w.org/' href='/blog/wp-json/' />";
        assert_eq!(first(&page("http://a.example/blog/", &[], link)), "http://a.example/blog/wp-json/");
        let guesses: Vec<String> =
            roots(&page("http://a.example/blog/post/", &[], ""), false).iter().map(Url::to_string).collect();
        assert_eq!(
            guesses,
            [
                "http://a.example/wp-json/",
                "http://a.example/?rest_route=/",
                "http://a.example/blog/wp-json/",
                "http://a.example/blog/?rest_route=/"
            ]
        );
    }

    #[test]
    fn listings_have_their_address_with_and_without_permalinks() {
        let query = [("per_page", "100".to_string()), ("include", "1,2".to_string())];
        let url = |root: &str| Api(Url::parse(root).unwrap()).url("posts", &query).to_string();
        assert_eq!(
            url("http://a.example/blog/wp-json/"),
            "http://a.example/blog/wp-json/wp/v2/posts?per_page=100&include=1,2"
        );
        assert_eq!(
            url("http://a.example/?rest_route=/"),
            "http://a.example/?rest_route=%2Fwp%2Fv2%2Fposts&per_page=100&include=1,2"
        );
    }

    #[test]
    fn an_offset_stands_for_a_zone_without_a_name() {
        assert_eq!(timezone(&serde_json::json!({"gmt_offset": 5.5, "timezone_string": ""})), Some("+05:30".into()));
        assert_eq!(timezone(&serde_json::json!({"gmt_offset": "-7"})), Some("-07:00".into()));
        assert_eq!(timezone(&serde_json::json!({"timezone_string": "Europe/Berlin"})), Some("Europe/Berlin".into()));
    }
}
