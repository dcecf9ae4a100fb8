//! The API's kept answers, read once more: users, terms, media and comments first, then the posts that name them.

use serde_json::Value;
use url::Url;

use super::super::again::{Again, Others, home};
use super::discover::{self, Blog};
use super::memo::Memo;
use super::plan::What;
use super::rest::{self, RestPost};
use super::tables::Tables;
use super::{Held, answer_url, draft};
use crate::error::{Error, Result};
use crate::model::{Capture, Draft, Kind, Site};

struct Kept {
    /// As the index of the API tells it, else as the archive does.
    blog: Option<Blog>,
    tables: Tables,
    memo: Memo,
}

pub(in crate::source) fn again(site: &Site) -> Box<dyn Again> {
    let blog = home(site).map(|home| Blog::kept(home, site.clone()));
    let key = blog.as_ref().map(|b| b.key.clone()).unwrap_or_default();
    Box::new(Kept { memo: Memo::new(&key), blog, tables: Tables::default() })
}

/// Returns the listing that an address is of: `posts` of `/wp-json/wp/v2/posts`; empty for the index of the API.
fn listing(url: &Url) -> Option<String> {
    let route = url.query_pairs().find(|(k, _)| k == "rest_route").map(|(_, v)| v.into_owned());
    let route = route.unwrap_or_else(|| url.path().to_string());
    match route.split_once("/wp/v2/") {
        Some((_, list)) => Some(list.trim_end_matches('/').to_string()),
        None => (route == "/" || route.ends_with("/wp-json/")).then(String::new),
    }
}

impl Again for Kept {
    fn reads(&self, url: &Url) -> bool {
        matches!(listing(url).as_deref(), Some("posts" | "pages"))
    }

    fn learns(&self, url: &Url) -> bool {
        match listing(url).as_deref() {
            Some("posts" | "pages") => url.query().is_some_and(|q| q.contains("_embed=author")),
            Some("") => url.path() != "/" || url.query().is_some_and(|q| q.contains("rest_route")),
            Some(_) => true,
            None => false,
        }
    }

    fn learn(&mut self, capture: &Capture) {
        let what = match listing(&capture.url).as_deref() {
            Some("users") => What::Users,
            Some("categories") => What::Terms("categories"),
            Some("tags") => What::Terms("tags"),
            Some("media") => What::Media,
            Some("comments") => What::Comments,
            Some("posts" | "pages") => What::Authors,
            Some("") => {
                let told = rest::json(capture).and_then(|index| discover::blog(&index, capture.url.clone(), capture));
                self.blog = told.or(self.blog.take());
                return;
            }
            _ => return,
        };
        let (Some(Value::Array(rows)), Some(blog)) = (rest::json(capture), &self.blog) else { return };
        match what {
            What::Comments => self.tables.renew_comments(&mut self.memo, blog, rows),
            what => self.tables.add(what, rows),
        }
    }

    fn read(&self, capture: &Capture, _: &Others) -> Result<Vec<Draft>> {
        let kind = if listing(&capture.url).as_deref() == Some("pages") { Kind::Page } else { Kind::Post };
        let (Some(Value::Array(rows)), Some(blog)) = (rest::json(capture), &self.blog) else {
            return Err(Error::fetch(&capture.url, "not a listing of the WordPress API"));
        };
        let posts = rows.into_iter().filter_map(|row| serde_json::from_value::<RestPost>(row).ok());
        let posts = posts.filter(|p| !p.content.protected).collect();
        let held = Held { kind, uri: answer_url(capture), sha256: capture.digest(), posts, next_page: None };
        let one = |p| draft::draft(p, &held, blog, &self.tables, self.tables.known_comments(p.id));
        Ok(held.posts.iter().map(one).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listings_are_told_by_their_address() {
        let of = |u: &str| listing(&Url::parse(u).unwrap());
        assert_eq!(of("http://a.example/blog/wp-json/wp/v2/posts?per_page=100").as_deref(), Some("posts"));
        assert_eq!(of("http://a.example/?rest_route=%2Fwp%2Fv2%2Ftags&page=2").as_deref(), Some("tags"));
        assert_eq!(of("http://a.example/wp-json/").as_deref(), Some(""));
        assert_eq!(of("http://a.example/2007/04/post/"), None);
    }
}
