//! A blog on loopback that speaks the REST API as WordPress does, and can be edited and broken.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use mdarchive::http::serve::{Request, Response, Server};
use serde_json::{Value, json};

/// What goes wrong: asked for each request before it is answered.
pub type Fault = Box<dyn Fn(&Request) -> Option<Response> + Send>;

/// Listings by name, each row as the API gives it, in the order of ids.
pub type Rows = BTreeMap<&'static str, Vec<Value>>;

/// What happens to the blog just before it is asked for a target that holds these words.
type Change = (&'static str, Box<dyn FnOnce(&mut Rows) + Send>);

#[derive(Default)]
pub struct State {
    pub rows: Rows,
    /// Files by path.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Targets asked for, in order.
    pub hits: Vec<String>,
    pub fault: Option<Fault>,
    change: Option<Change>,
    pub delay: Duration,
    /// Whether the API has addresses of its own (`/wp-json/`) and the page names it.
    pub plain_permalinks: bool,
    /// Words of a query that the API passes over, as those before it did that did not know them.
    pub unknown: Vec<&'static str>,
    /// The API does not say how many rows there are.
    pub silent: bool,
    base: String,
}

pub struct Blog {
    server: Server,
    state: Arc<Mutex<State>>,
}

impl Blog {
    /// A blog of so many posts, with two pages, terms, captions, pictures and comments.
    pub fn with_posts(n: u64) -> Blog {
        let state = Arc::new(Mutex::new(State::default()));
        let seen = Arc::clone(&state);
        let server = Server::start(move |request| answer(&seen, request)).unwrap();
        let blog = Blog { server, state };
        blog.state().base = blog.url().trim_end_matches('/').to_string();
        blog.fill(n);
        blog
    }

    pub fn url(&self) -> String {
        self.server.url()
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Takes the list of targets asked for so far.
    pub fn hits(&self) -> Vec<String> {
        std::mem::take(&mut self.state().hits)
    }

    pub fn break_with(&self, fault: impl Fn(&Request) -> Option<Response> + Send + 'static) {
        self.state().fault = Some(Box::new(fault));
    }

    /// Changes the blog once, just before it is asked for a target that holds these words.
    pub fn change_before(&self, target: &'static str, change: impl FnOnce(&mut Rows) + Send + 'static) {
        self.state().change = Some((target, Box::new(change)));
    }

    pub fn mend(&self) {
        self.state().fault = None;
    }

    fn fill(&self, n: u64) {
        let mut state = self.state();
        let term = |id: u64, name: &str, slug: &str, taxonomy: &str| json!({"id": id, "name": name, "slug": slug, "taxonomy": taxonomy});
        let users = vec![
            json!({"id": 1, "name": "Ann &amp; Bo", "slug": "ann", "link": format!("{}/author/ann/", state.base)}),
        ];
        state.rows.insert("users", users);
        state.rows.insert(
            "categories",
            vec![term(1, "Sea &amp; Sky", "sea", "category"), term(2, "Land", "land", "category")],
        );
        state
            .rows
            .insert("tags", vec![term(3, "Café", "caf%c3%a9", "post_tag"), term(4, "R&amp;D", "r-d", "post_tag")]);
        let media = (0..4).map(|k| {
            json!({"id": 900 + k, "source_url": format!("{}/files/p{k}.png", state.base), "alt_text": format!("alt {k}"), "caption": {"rendered": "<p>From the library</p>\n"}, "post": null})
        });
        let media: Vec<Value> = media.collect();
        state.rows.insert("media", media);
        for k in 0..4 {
            state.files.insert(format!("/files/p{k}.png"), picture(k));
        }
        for list in ["posts", "pages", "comments"] {
            state.rows.insert(list, Vec::new());
        }
        for id in 1..=n {
            let post = post(&state.base, id, "posts");
            state.rows.get_mut("posts").unwrap().push(post);
        }
        for id in [10_001, 10_002] {
            let page = post(&state.base, id, "pages");
            state.rows.get_mut("pages").unwrap().push(page);
        }
        drop(state);
        for id in 1..=n {
            for k in 0..id % 3 {
                self.comment(
                    20_000 + id * 10 + k,
                    id,
                    (k == 1).then(|| 20_000 + id * 10),
                    &format!("Word {k} on {id}."),
                );
            }
        }
    }

    /// Adds a comment.
    pub fn comment(&self, id: u64, post: u64, parent: Option<u64>, text: &str) {
        let date = day(post, 3600 * (id % 10 + 1) as i64);
        let row = json!({"id": id, "post": post, "parent": parent.unwrap_or(0), "author_name": format!("Reader &lt;{}&gt;", id % 7), "author_url": "",
            "date": date, "date_gmt": date, "type": "comment", "content": {"rendered": format!("<p>{text}</p><script>bad()</script>\n")}});
        let mut state = self.state();
        let comments = state.rows.get_mut("comments").unwrap();
        comments.push(row);
        comments.sort_by_key(|c| c["id"].as_u64());
    }

    /// Adds a post dated long ago, as when a draft of old is published.
    pub fn add(&self, id: u64) {
        let mut state = self.state();
        let post = post(&state.base, id, "posts");
        state.rows.get_mut("posts").unwrap().push(post);
    }

    /// Changes a field of a post as an editor does.
    pub fn edit(&self, list: &str, id: u64, change: impl FnOnce(&mut Value)) {
        let mut state = self.state();
        let row = state.rows.get_mut(list).unwrap().iter_mut().find(|r| r["id"] == id).unwrap();
        change(row);
        for field in ["modified", "modified_gmt"] {
            row[field] = json!("2020-06-07T08:09:10");
        }
    }
}

/// Returns a moment so many days and seconds into the blog's life.
fn day(id: u64, seconds: i64) -> String {
    let start: jiff::civil::DateTime = "2007-04-01T10:00:00".parse().unwrap();
    let span = jiff::SignedDuration::from_secs((id % 10_000) as i64 * 86_400 + seconds);
    (start + span).strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

/// A post or page as the API gives it. Every third shows a picture, every seventh has a featured one.
fn post(base: &str, id: u64, list: &str) -> Value {
    let picture = format!("{base}/files/p{}.png", id % 4);
    let figure = format!(
        "<figure class=\"wp-block-image\"><img src=\"{picture}\" alt=\"seen {id}\" /><figcaption class=\"wp-element-caption\">Caption {id}, with <em>words</em></figcaption></figure>\n"
    );
    let figure = if id.is_multiple_of(3) { figure } else { String::new() };
    let (name, query) = if list == "pages" { ("page", "page_id") } else { ("post", "p") };
    json!({
        "id": id, "slug": format!("{name}-{id}"), "status": "publish", "type": name, "link": format!("{base}/{name}-{id}/"),
        "guid": {"rendered": format!("{base}/?{query}={id}")},
        "date": day(id, 0), "date_gmt": day(id, 7 * 3600), "modified": day(id, 60), "modified_gmt": day(id, 7 * 3600 + 60),
        "title": {"rendered": format!("Number {id} &#8211; <em>tea</em> &amp; &lt;b&gt;")},
        "content": {"rendered": format!("<p>Text of {id}, of some length.</p>\n{figure}<p>See <a href=\"/post-1/\">the first</a>.</p>\n"), "protected": false},
        "excerpt": {"rendered": if id.is_multiple_of(5) { "<p>In short: nothing.</p>\n".to_string() } else { format!("<p>Text of {id}, of some [&hellip;]</p>\n") }, "protected": false},
        "author": 1, "featured_media": if id.is_multiple_of(7) { 900 + id % 4 } else { 0 }, "sticky": id == 2, "format": "standard",
        "categories": if list == "pages" { json!([]) } else { json!([1 + id % 2]) }, "tags": if id.is_multiple_of(2) { json!([3, 4]) } else { json!([]) },
    })
}

/// A small PNG, another for each number.
pub fn picture(k: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 8 + k as u32, 6);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&vec![k as u8; (8 + k as usize) * 6]).unwrap();
    writer.finish().unwrap();
    bytes
}

fn answer(state: &Arc<Mutex<State>>, request: &Request) -> Response {
    let delay = {
        let mut state = state.lock().unwrap();
        state.hits.push(request.target.clone());
        if let Some((_, change)) = state.change.take_if(|(target, _)| request.target.contains(*target)) {
            change(&mut state.rows);
        }
        if let Some(response) = state.fault.as_ref().and_then(|f| f(request)) {
            return response;
        }
        state.delay
    };
    std::thread::sleep(delay);
    let state = state.lock().unwrap();
    let route = request.query("rest_route").or_else(|| request.path().strip_prefix("/wp-json").map(str::to_string));
    if let Some(route) = route.filter(|_| !state.plain_permalinks || !request.path().starts_with("/wp-json")) {
        return api(&state, route.trim_end_matches('/'), request);
    }
    if let Some(bytes) = state.files.get(request.path()) {
        return Response::new(200, "image/png", bytes.clone());
    }
    match request.path() {
        "/" => {
            let page = Response::new(
                200,
                "text/html",
                "<!doctype html><html lang=\"en-GB\"><head><meta name=\"generator\" content=\"WordPress 6.1\"></head><body>Hello</body></html>",
            );
            if state.plain_permalinks {
                return page;
            }
            page.header("Link", format!("<{}/wp-json/>; rel=\"https://api.w.org/\"", state.base))
        }
        _ => Response::new(404, "text/html", "<!doctype html><title>Nothing here</title>"),
    }
}

fn api(state: &State, route: &str, request: &Request) -> Response {
    if route.is_empty() {
        let index = json!({"name": "A blog &amp; more", "description": "Words", "url": state.base, "home": state.base, "gmt_offset": -7, "timezone_string": "", "namespaces": ["oembed/1.0", "wp/v2"]});
        return json_response(200, &index);
    }
    let Some(rows) = route.strip_prefix("/wp/v2/").and_then(|list| state.rows.get(list)) else {
        return json_response(404, &json!({"code": "rest_no_route"}));
    };
    let query = |name: &str| request.query(name).filter(|_| !state.unknown.contains(&name));
    let later =
        |row: &Value, field: &str, than: Option<String>| than.is_none_or(|t| row[field].as_str().unwrap() > t.as_str());
    let list = |name: &str| request.query(name).map(|i| i.split(',').map(str::to_string).collect::<Vec<_>>());
    let (include, of) = (list("include"), list("post"));
    let mut rows: Vec<Value> = rows
        .iter()
        .filter(|r| include.as_ref().is_none_or(|ids| ids.contains(&r["id"].to_string())))
        .filter(|r| of.as_ref().is_none_or(|ids| ids.contains(&r["post"].to_string())))
        .filter(|r| later(r, "modified", query("modified_after")))
        .filter(|r| later(r, "date", request.query("after")))
        .cloned()
        .collect();
    if query("orderby").as_deref() == Some("modified") {
        rows.sort_by_key(|r| r["modified"].as_str().map(str::to_string));
    }
    if request.query("order").as_deref() != Some("asc") {
        rows.reverse();
    }
    let number = |name, default| request.query(name).map_or(default, |v| v.parse::<usize>().unwrap());
    let (size, page) = (number("per_page", 10), number("page", 1));
    let pages = rows.len().div_ceil(size);
    if page > 1 && page > pages {
        return json_response(400, &json!({"code": "rest_post_invalid_page_number", "data": {"status": 400}}));
    }
    let mut shown: Vec<Value> = rows.iter().skip((page - 1) * size).take(size).cloned().collect();
    if request.query("_embed").is_some() {
        let users = &state.rows["users"];
        for row in &mut shown {
            row["_embedded"] = json!({"author": users.iter().filter(|u| u["id"] == row["author"]).collect::<Vec<_>>()});
        }
    }
    if request.query("_fields").as_deref() == Some("id") {
        shown.iter_mut().for_each(|r| *r = json!({"id": r["id"]}));
    }
    let answer = json_response(200, &Value::Array(shown));
    if state.silent { answer } else { answer.header("X-WP-Total", rows.len()).header("X-WP-TotalPages", pages) }
}

pub fn json_response(status: u16, value: &Value) -> Response {
    Response::new(status, "application/json; charset=UTF-8", value.to_string())
}
