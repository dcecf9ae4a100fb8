//! Platforms, as their interfaces answer: what each is asked for, and what comes of it.

use mdarchive::model::{Kind, Reason};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{again, by, front, set, slugs, with};
use crate::fetch::posts;
use crate::harness::pages::{Site, text};

const JSON: &str = "application/json";

fn blogger_entry(n: u32, kind: &str) -> String {
    let link = if kind == "page" { format!("BASE/p/page-{n}.html") } else { format!("BASE/2007/04/post-{n}.html") };
    format!(
        "<entry><id>tag:blogger.com,1999:blog-1.{kind}-{n}</id><published>2007-04-{:02}T10:00:00.000-07:00</published><updated>2007-05-01T00:00:00Z</updated><category scheme='http://www.blogger.com/atom/ns#' term='Tea'/><title type='text'>Title {n}</title><content type='html'>{}</content><link rel='alternate' type='text/html' href='{link}'/><author><name>Ann</name></author></entry>",
        n % 28 + 1,
        text(&format!("Number {n}")).replace('<', "&lt;")
    )
}

fn blogger_comment(id: u32, post: u32) -> String {
    format!(
        "<entry xmlns:thr='http://purl.org/syndication/thread/1.0'><id>tag:blogger.com,1999:blog-1.post-{id}</id><published>2007-04-20T10:00:00Z</published><title>Cut…</title><content type='html'>Word {id}</content><link rel='alternate' href='BASE/2007/04/post-{post}.html?showComment=1#c{id}'/><author><name>Bo</name></author><thr:in-reply-to ref='tag:blogger.com,1999:blog-1.post-{post}' href='x'/></entry>"
    )
}

fn blogger_feed(entries: impl Iterator<Item = String>) -> String {
    format!(
        "<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'><id>tag:blogger.com,1999:blog-1</id><title>A blog</title><generator>Blogger</generator>{}</feed>",
        entries.collect::<String>()
    )
}

#[test]
fn blogger_is_paged_by_what_arrived_with_its_pages_and_comments() {
    let (site, dir) = (Site::new(), TempDir::new().unwrap());
    front(&site, "<meta name=generator content=blogger>");
    let feed = |name: &str, start: u32, order: &str| {
        format!("/feeds/{name}/default?alt=atom&max-results=100&{order}redirect=false&start-index={start}")
    };
    let first = |name: &str, most: u32| {
        format!("/feeds/{name}/default?alt=atom&start-index=1&max-results={most}&orderby=published&redirect=false")
    };
    let posts_of = |numbers: std::ops::Range<u32>| blogger_feed(numbers.map(|n| blogger_entry(n, "post")));
    site.put(
        "/feeds/posts/default?alt=atom&start-index=1&orderby=published&redirect=false&max-results=1",
        "application/atom+xml",
        posts_of(6..7),
    );
    // A hundred were asked for and three came: the fourth is next, not the hundred and first.
    site.put(&first("posts", 100), "application/atom+xml", posts_of(4..7));
    site.put(&feed("posts", 4, "orderby=published&"), "application/atom+xml", posts_of(1..4));
    site.put(&feed("posts", 7, "orderby=published&"), "application/atom+xml", blogger_feed(std::iter::empty()));
    site.put(&first("pages", 100), "application/atom+xml", blogger_feed([blogger_entry(9, "page")].into_iter()));
    site.put(
        &first("comments", 100),
        "application/atom+xml",
        blogger_feed([blogger_comment(70, 2), blogger_comment(71, 5)].into_iter()),
    );
    // What changed since, and what lies beyond the ends.
    site.put("/feeds/posts/default", "application/atom+xml", blogger_feed(std::iter::empty()));
    site.put("/feeds/pages/default", "application/atom+xml", blogger_feed(std::iter::empty()));
    site.put("/feeds/comments/default", "application/atom+xml", blogger_feed(std::iter::empty()));
    by(&site, &dir, "blogger", 0);
    assert_eq!(
        slugs(&dir),
        set(&["page-9", "post-1", "post-2", "post-3", "post-4", "post-5", "post-6"]),
        "{:#?}",
        site.hits()
    );
    let all = posts(&dir);
    let commented: Vec<(&str, &str)> =
        all.iter().flat_map(|p| p.comments.iter().map(|c| (p.title.as_str(), c.text.as_str()))).collect();
    assert_eq!(commented, [("Title 2", "Word 70"), ("Title 5", "Word 71")]);
    assert_eq!(all.iter().filter(|p| p.kind == Kind::Page).count(), 1);
    again(&site, &dir, "blogger", 100);
}

fn wpcom_post(n: u32) -> Value {
    json!({"ID": n, "site_ID": 1, "author": {"ID": 2, "login": "ann", "name": "Ann", "email": false}, "date": format!("2007-04-{n:02}T08:00:00-04:00"), "modified": "2007-06-05T08:00:00-04:00",
        "title": format!("Title {n} &#8212; so"), "URL": format!("http://blog.wpcom.example/2007/04/post-{n}/"), "content": text(&format!("Number {n}")), "excerpt": "", "slug": format!("post-{n}"), "guid": format!("http://blog.wpcom.example/?p={n}"),
        "status": "publish", "password": "", "type": if n == 3 { "page" } else { "post" }, "tags": {"tea": {"ID": 1, "name": "tea", "slug": "tea"}}, "categories": {}, "attachments": {}})
}

#[test]
fn wordpress_com_is_read_with_the_handles_that_it_gives() {
    let (site, dir) = (Site::new(), TempDir::new().unwrap());
    front(&site, "<link rel=dns-prefetch href='//public-api.wordpress.com'>");
    let root = "/rest/v1.1/sites/blog.wpcom.example";
    site.put(
        root,
        JSON,
        json!({"ID": 1, "name": "A &amp; B", "description": "", "URL": "http://blog.wpcom.example", "lang": "en"})
            .to_string(),
    );
    let answer = |posts: Vec<Value>, next: Option<&str>| {
        json!({"found": 3, "posts": posts, "meta": {"next_page": next}}).to_string()
    };
    site.put(
        &format!("{root}/posts/?number=100&type=any&order_by=date"),
        JSON,
        answer(vec![wpcom_post(4), wpcom_post(3)], Some("value=2007&id=3")),
    );
    site.put(
        &format!("{root}/posts/?number=100&type=any&order_by=date&page_handle=value%3D2007%26id%3D3"),
        JSON,
        answer(vec![wpcom_post(2)], None),
    );
    site.put(&format!("{root}/posts/"), JSON, answer(Vec::new(), None));
    let hosts = |r: &mut mdarchive::ops::fetch::FetchRequest| {
        r.url = url::Url::parse("http://blog.wpcom.example/").unwrap();
        r.hosts = ["blog.wpcom.example", "public-api.wordpress.com"].map(|h| (h.to_string(), site.address())).to_vec();
    };
    let summary = with(&site, &dir, "wpcom", 0, hosts);
    assert_eq!(summary.new, 3, "{:#?}", site.hits());
    assert_eq!(slugs(&dir), set(&["post-2", "post-3", "post-4"]));
    let all = posts(&dir);
    assert!(all.iter().all(|p| p.title.contains("— so") && p.tags[0].label == "tea" && p.authors[0].name == "Ann"));
    site.hits();
    let summary = with(&site, &dir, "wpcom", 100, hosts);
    let hits = site.hits();
    assert_eq!((summary.new, summary.changed, summary.amended), (0, 0, 0));
    assert!(hits.len() <= 10 && hits.iter().any(|h| h.contains("modified_after=2007-06-05")), "{hits:#?}");
}

#[test]
fn tumblr_is_read_to_its_end() {
    let (site, dir) = (Site::new(), TempDir::new().unwrap());
    front(&site, "<link rel=icon href='https://assets.tumblr.com/x.png'>");
    let post = |n: u32| json!({"id": n.to_string(), "url": format!("BASE/post/{n}"), "url-with-slug": format!("BASE/post/{n}/post-{n}"), "type": "regular", "date-gmt": format!("2013-07-{n:02} 16:27:23 GMT"), "date": format!("Sat, {n:02} Jul 2013 13:27:23"), "unix-timestamp": 1373128043 + n, "format": "html", "slug": format!("post-{n}"), "regular-title": format!("Title {n}"), "regular-body": text("Words"), "tags": ["tea"]});
    let answer = |numbers: std::ops::Range<u32>| {
        json!({"tumblelog": {"title": "A blog", "description": "", "name": "a"}, "posts-start": 0, "posts-total": "5", "posts": numbers.map(post).collect::<Vec<_>>()}).to_string()
    };
    site.put("/api/read/json?debug=1&num=50&start=0", JSON, answer(3..6));
    site.put("/api/read/json?debug=1&num=50&start=3", JSON, answer(1..3));
    site.put("/api/read/json?debug=1&num=50&start=5", JSON, answer(0..0));
    by(&site, &dir, "tumblr", 0);
    assert_eq!(slugs(&dir), set(&["post-1", "post-2", "post-3", "post-4", "post-5"]), "{:#?}", site.hits());
    again(&site, &dir, "tumblr", 100);
    // An old post was edited, and no listing says so.
    for n in 1..6 {
        let mut post = post(n);
        post["regular-body"] = json!(text(if n == 1 { "Edited" } else { "Words" }));
        let answer = json!({"tumblelog": {"title": "A blog", "description": "", "name": "a"}, "posts-start": 0, "posts-total": "1", "posts": [post]});
        site.put(&format!("/api/read/json?debug=1&id={n}"), JSON, answer.to_string());
    }
    rechecked(&site, &dir, "tumblr", 5);
}

#[test]
fn ghost_is_read_with_the_key_of_its_page_and_what_is_for_members_is_a_gap() {
    let (site, dir) = (Site::new(), TempDir::new().unwrap());
    front(
        &site,
        "<meta name=generator content='Ghost 5.130'><script defer src='/portal.js' data-ghost='BASE/' data-key='22444f78447824223cefc48062' data-api='BASE/ghost/api/content/'></script>",
    );
    let post = |n: u32, page: bool, visibility: &str| json!({"id": format!("5c7ece47da174000c0c5c6d{n}"), "uuid": format!("3a033ce7-9e2d-4b3b-a9ef-76887efacc7{n}"), "title": format!("Title {n}"), "slug": format!("post-{n}"), "html": text("Words"), "comment_id": "1", "feature_image": null, "visibility": visibility, "page": page, "created_at": "2019-03-05T19:30:15.000+00:00", "updated_at": "2019-03-26T19:45:31.000+00:00", "published_at": format!("2019-03-{:02}T15:30:00.000+00:00", n + 1), "custom_excerpt": null, "url": format!("BASE/post-{n}/"), "authors": [{"id": "1", "name": "Ann", "slug": "ann"}], "tags": [{"id": "2", "name": "Tea", "slug": "tea"}]});
    let answer = |list: &str, posts: Vec<Value>, next: Option<u32>| {
        json!({list: posts, "meta": {"pagination": {"page": 1, "limit": 100, "pages": 2, "total": 4, "next": next, "prev": null}}}).to_string()
    };
    let list = |list: &str, end: &str| {
        format!("/ghost/api/content/{list}/?key=22444f78447824223cefc48062&include=tags%2Cauthors&{end}")
    };
    site.put(&list("posts", "page=1&limit=1"), JSON, answer("posts", vec![post(4, false, "public")], Some(2)));
    site.put(
        &list("posts", "limit=100&page=1"),
        JSON,
        answer("posts", vec![post(4, false, "public"), post(3, false, "paid")], Some(2)),
    );
    site.put(&list("posts", "limit=100&page=2"), JSON, answer("posts", vec![post(1, false, "public")], None));
    site.put(&list("pages", "limit=100&page=1"), JSON, answer("pages", vec![post(2, true, "public")], None));
    site.put("/ghost/api/content/posts/", JSON, answer("posts", Vec::new(), None));
    let summary = by(&site, &dir, "ghost", 0);
    assert_eq!(slugs(&dir), set(&["post-1", "post-2", "post-4"]), "{:#?}", site.hits());
    assert_eq!((summary.gaps.len(), summary.gaps[0].reason), (1, Reason::Protected));
    again(&site, &dir, "ghost", 100);
}

#[test]
fn substack_lists_its_posts_and_gives_each_text() {
    let (site, dir) = (Site::new(), TempDir::new().unwrap());
    front(&site, "<link rel=preconnect href='https://substackcdn.com'>");
    let row = |n: u32, audience: &str| json!({"id": n, "slug": format!("post-{n}"), "title": format!("Title {n}"), "subtitle": "In short: nothing", "post_date": format!("2021-05-{n:02}T12:00:00.000Z"), "canonical_url": format!("BASE/p/post-{n}"), "audience": audience, "type": "newsletter", "cover_image": null, "postTags": [{"name": "Tea", "slug": "tea"}], "publishedBylines": [{"id": 1, "name": "Ann", "handle": "ann"}]});
    // A post's own answer says what its row says, and its text.
    let whole = |n: u32, body: String| {
        let mut post = row(n, if n == 4 { "only_paid" } else { "everyone" });
        post["body_html"] = json!(body);
        post
    };
    let list = |offset: u32| {
        format!(
            "/api/v1/archive?sort=new&search=&{}",
            if offset == 0 { "offset=0&limit=12".to_string() } else { format!("limit=12&offset={offset}") }
        )
    };
    site.put(&list(0), JSON, json!([row(5, "everyone"), row(4, "only_paid")]).to_string());
    site.put(&list(2), JSON, json!([row(3, "everyone")]).to_string());
    site.put(&list(3), JSON, "[]");
    for n in [3, 4, 5] {
        let body = format!("{}<div class='subscription-widget-wrap'>Subscribe</div>", text(&format!("Number {n}")));
        site.put(&format!("/api/v1/posts/post-{n}"), JSON, whole(n, body).to_string());
    }
    let summary = by(&site, &dir, "substack", 0);
    assert_eq!(slugs(&dir), set(&["post-3", "post-5"]), "{:#?}", site.hits());
    assert_eq!((summary.gaps.len(), summary.gaps[0].reason), (1, Reason::Protected));
    let all = posts(&dir);
    assert!(
        all.iter().all(|p| !p.text.contains("Subscribe") && p.tags[0].label == "Tea" && p.authors[0].name == "Ann")
    );
    assert_eq!(all[0].excerpt.as_deref(), Some("In short: nothing"));
    again(&site, &dir, "substack", 100);
    // The list says that the text is another.
    let mut edited = row(5, "everyone");
    edited["wordcount"] = json!(77);
    site.put(&list(0), JSON, json!([edited, row(4, "only_paid")]).to_string());
    let body = whole(5, text("Edited"));
    site.put("/api/v1/posts/post-5", JSON, body.to_string());
    assert_eq!(by(&site, &dir, "substack", 200).changed, 1);
    assert!(posts(&dir).iter().any(|p| p.text.starts_with("Edited")));
    again(&site, &dir, "substack", 300);
    // An old one was edited too, and the list is silent about it.
    let body = whole(3, text("Edited"));
    site.put("/api/v1/posts/post-3", JSON, body.to_string());
    again(&site, &dir, "substack", 400);
    rechecked(&site, &dir, "substack", 2);
}

/// Looks at one kept post a night: after so many nights the one that was edited is found, once, and its tags stay.
fn rechecked(site: &Site, dir: &TempDir, source: &str, nights: i64) {
    let before = posts(dir).len();
    let changed: u64 = (1..=nights).map(|n| with(site, dir, source, 1000 * n, |r| r.recheck = 1).changed).sum();
    assert_eq!(changed, 1, "{:#?}", site.hits());
    let all = posts(dir);
    assert!(
        all.iter().any(|p| p.text.starts_with("Edited")) && all.iter().all(|p| p.tags[0].label.to_lowercase() == "tea")
    );
    assert_eq!(all.len(), before);
    assert_eq!(with(site, dir, source, 9_000, |r| r.recheck = 9).changed, 0);
}

#[test]
fn the_calendar_of_a_journal_leads_to_every_entry() {
    let (site, dir) = (Site::new(), TempDir::new().unwrap());
    site.page("/", "<head><title>A journal</title></head><body><script>LJ.init()</script><a href='/512.html'>New</a><a href='/?skip=20'>Previous 20</a></body>");
    site.page("/calendar", "<body><a href='/2004/'>2004</a><a href='/2005/'>2005</a></body>");
    site.page("/2004/", "<body><a href='/2004/11/'>November</a><a href='/2003/'>before</a></body>");
    site.page("/2004/11/", "<body><a href='/2004/11/02/'>2</a><a href='/256.html'>First</a></body>");
    site.page("/2004/11/02/", "<body><a href='/256.html?mode=reply'>Reply</a><a href='/300.html'>Second</a></body>");
    site.page("/2005/", "<body><a href='/512.html'>New</a></body>");
    for n in [256, 300, 512] {
        site.post(&format!("/{n}.html"), &format!("Entry {n}"), &format!("Number {n}"));
    }
    by(&site, &dir, "livejournal", 0);
    assert_eq!(slugs(&dir), set(&["256", "300", "512"]), "{:#?}", site.hits());
    again(&site, &dir, "livejournal", 100);
}
