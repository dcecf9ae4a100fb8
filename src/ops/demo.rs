//! The sample blog that comes with the program: two years of a lighthouse, served as WordPress serves a blog.
//! It knows neither the archive nor the source that reads it; what it shows lies in the folder beside it.

use std::sync::LazyLock;

use serde_json::Value;

use crate::http::serve::{Request, Response};

/// The blog's address. The name is made up: requests to it go to the server on the own machine.
pub const HOST: &str = "demo.mdarchive.example";

const HOME: &str = include_str!("demo/home.html");
const INDEX: &str = include_str!("demo/index.json");

/// Each listing of the REST API, as WordPress gives it, newest first.
const LISTINGS: [(&str, &str); 7] = [
    ("posts", include_str!("demo/posts.json")),
    ("pages", include_str!("demo/pages.json")),
    ("comments", include_str!("demo/comments.json")),
    ("media", include_str!("demo/media.json")),
    ("categories", include_str!("demo/categories.json")),
    ("tags", include_str!("demo/tags.json")),
    ("users", include_str!("demo/users.json")),
];

/// Pictures, by the end of their address.
const PICTURES: [(&str, &[u8]); 7] = [
    ("2006/10/chart.png", include_bytes!("demo/media/chart.png")),
    ("2006/10/tower.png", include_bytes!("demo/media/tower.png")),
    ("2007/01/storm.png", include_bytes!("demo/media/storm.png")),
    ("2007/04/fog.png", include_bytes!("demo/media/fog.png")),
    ("2007/06/dinghy.png", include_bytes!("demo/media/dinghy.png")),
    ("2007/06/sloop.png", include_bytes!("demo/media/sloop.png")),
    ("2007/06/trawler.png", include_bytes!("demo/media/trawler.png")),
];

/// Filters of a listing: the word of the query, the field it looks at, and whether later moments pass or listed ids.
/// WordPress compares local times.
const FILTERS: [(&str, &str, bool); 4] =
    [("include", "id", false), ("post", "post", false), ("after", "date", true), ("modified_after", "modified", true)];

static ROWS: LazyLock<Vec<(&str, Vec<Value>)>> = LazyLock::new(|| {
    LISTINGS.iter().map(|(name, json)| (*name, serde_json::from_str(json).unwrap_or_default())).collect()
});

/// Answers one request to the sample blog.
pub fn answer(request: &Request) -> Response {
    let path = request.path().trim_end_matches('/');
    if let Some(picture) = path.strip_prefix("/wp-content/uploads/") {
        return match PICTURES.iter().find(|(name, _)| *name == picture) {
            Some((_, bytes)) => Response::new(200, "image/png", *bytes),
            None => Response::new(404, "text/plain", "no such picture\n"),
        };
    }
    if let Some(name) = path.strip_prefix("/wp-json/wp/v2/") {
        return match ROWS.iter().find(|(n, _)| *n == name) {
            Some((_, rows)) => listing(request, rows),
            None => json(404, r#"{"code":"rest_no_route","message":"No such listing.","data":{"status":404}}"#),
        };
    }
    match path {
        "" => Response::new(200, "text/html; charset=UTF-8", HOME)
            .header("Link", format!("<http://{HOST}/wp-json/>; rel=\"https://api.w.org/\"")),
        "/wp-json" => json(200, INDEX),
        _ => Response::new(404, "text/plain", "no such page\n"),
    }
}

/// Answers with one page of a listing, and says in the headers how many there are.
fn listing(request: &Request, rows: &[Value]) -> Response {
    let number =
        |name: &str, default: usize| request.query(name).and_then(|v| v.parse().ok()).unwrap_or(default).max(1);
    let (size, page) = (number("per_page", 10).min(100), number("page", 1));
    let wanted: Vec<&Value> = rows.iter().filter(|row| FILTERS.iter().all(|f| passes(row, f, request))).collect();
    let pages = wanted.len().div_ceil(size);
    if page > pages.max(1) {
        return json(
            400,
            r#"{"code":"rest_post_invalid_page_number","message":"No such page.","data":{"status":400}}"#,
        );
    }
    let shown: Vec<&&Value> = wanted.iter().skip((page - 1).saturating_mul(size)).take(size).collect();
    json(200, serde_json::to_vec(&shown).unwrap_or_default())
        .header("X-WP-Total", wanted.len())
        .header("X-WP-TotalPages", pages)
}

/// Returns whether a row passes a filter of the query; one that was not asked for lets everything pass.
fn passes(row: &Value, (name, field, later): &(&str, &str, bool), request: &Request) -> bool {
    let Some(wanted) = request.query(name) else { return true };
    match row.get(*field) {
        Some(Value::String(moment)) if *later => moment.as_str() > wanted.as_str(),
        Some(Value::Number(id)) => wanted.split(',').any(|w| w == id.to_string()),
        _ => false,
    }
}

fn json(status: u16, body: impl Into<Vec<u8>>) -> Response {
    Response::new(status, "application/json; charset=UTF-8", body)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(target: &str) -> Response {
        answer(&Request { method: "GET".into(), target: target.into(), headers: Vec::new() })
    }

    fn rows(target: &str) -> Vec<Value> {
        serde_json::from_slice(&get(target).body).unwrap()
    }

    fn header<'a>(response: &'a Response, name: &str) -> &'a str {
        response.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str()).unwrap()
    }

    #[test]
    fn a_listing_comes_in_pages_and_says_how_many() {
        let first = get("/wp-json/wp/v2/posts?per_page=5&page=1");
        assert_eq!((header(&first, "X-WP-Total"), header(&first, "X-WP-TotalPages")), ("12", "3"));
        assert_eq!(rows("/wp-json/wp/v2/posts?per_page=5&page=3").len(), 2);
        assert_eq!(get("/wp-json/wp/v2/posts?per_page=5&page=4").status, 400);
    }

    #[test]
    fn a_listing_can_be_asked_for_part_of_it() {
        let count = |query: &str| rows(&format!("/wp-json/wp/v2/{query}")).len();
        assert_eq!(count("posts?per_page=100&modified_after=2008-08-01T00:00:00"), 2);
        assert_eq!(count("posts?include=3,5,999"), 2);
        assert_eq!(count("comments?post=3"), 4);
        assert_eq!(count("comments?after=2008-10-15T08:00:00"), 0);
    }

    #[test]
    fn every_picture_named_anywhere_is_served() {
        let said = LISTINGS.map(|(_, json)| json).concat();
        let mut seen = 0;
        for end in said.split(&format!("http://{HOST}/wp-content/uploads/")).skip(1) {
            let name: String = end.chars().take_while(|c| !"\"\\".contains(*c)).collect();
            assert_eq!(get(&format!("/wp-content/uploads/{name}")).status, 200, "{name}");
            seen += 1;
        }
        assert!(seen > PICTURES.len());
    }

    #[test]
    fn every_link_inside_the_blog_leads_to_a_post_or_page() {
        let all: Vec<Value> =
            ["posts", "pages"].iter().flat_map(|l| rows(&format!("/wp-json/wp/v2/{l}?per_page=100"))).collect();
        let known: Vec<&str> = all.iter().filter_map(|r| r["link"].as_str()).collect();
        for row in &all {
            let body = row["content"]["rendered"].as_str().unwrap();
            for end in body.split(&format!("href=\"http://{HOST}")).skip(1) {
                let link = format!("http://{HOST}{}", end.split('"').next().unwrap());
                assert!(known.contains(&link.as_str()), "{link}");
            }
        }
    }

    #[test]
    fn one_post_keeps_its_text_behind_a_password() {
        let hidden =
            rows("/wp-json/wp/v2/posts?per_page=100").iter().filter(|r| r["content"]["protected"] == true).count();
        assert_eq!(hidden, 1);
    }
}
