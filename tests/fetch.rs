//! A blog on the web into the archive: whole, again, broken off, broken.

use std::path::Path;
use std::time::Duration;

use mdarchive::Result;
use mdarchive::event::Events;
use mdarchive::http::Limits;
use mdarchive::http::serve::{Response, Server};
use mdarchive::model::{Gap, Kind, Post, Reason};
use mdarchive::ops::fetch::{FetchRequest, fetch};
use mdarchive::store::{Archive, Summary};
use serde_json::json;
use tempfile::TempDir;
use url::Url;

use crate::harness::site::{Blog, json_response, picture};
use crate::harness::{clock_at, kept};

pub fn request(url: &str, dir: &TempDir) -> FetchRequest {
    let mut request = FetchRequest::new(Url::parse(url).unwrap(), dir.path());
    request.name = Some("blog".into());
    request.limits = Limits { backoff: Duration::from_millis(5), header: Duration::from_secs(5), ..Limits::default() };
    request
}

pub fn run(blog: &Blog, dir: &TempDir, at: i64) -> Result<Summary> {
    fetch(request(&blog.url(), dir), &Events::silent(), clock_at(at))
}

pub fn posts(dir: &TempDir) -> Vec<Post> {
    let archive = Archive::open(&dir.path().join("blog")).unwrap();
    archive.entries().unwrap().iter().map(|e| archive.read(e).unwrap()).collect()
}

pub fn number(posts: &[Post], id: u64) -> &Post {
    posts.iter().find(|p| p.extra["rest"]["id"] == id).unwrap_or_else(|| panic!("no post {id}"))
}

/// All files of the archive but its cache, with their bytes.
pub fn files(dir: &TempDir) -> Vec<(String, Vec<u8>)> {
    kept(&dir.path().join("blog"))
}

pub fn gap<'a>(summary: &'a Summary, end: &str) -> &'a Gap {
    summary.gaps.iter().find(|g| g.url.ends_with(end)).unwrap_or_else(|| panic!("no gap for {end}: {:?}", summary.gaps))
}

#[test]
fn a_whole_blog_is_kept_as_it_is() {
    let (blog, dir) = (Blog::with_posts(250), TempDir::new().unwrap());
    let summary = run(&blog, &dir, 0).unwrap();
    assert_eq!((summary.new, summary.media, summary.gaps.len()), (252, 4, 0), "{summary:?}");
    let posts = posts(&dir);
    assert_eq!(posts.len(), 252);
    let base = blog.url().trim_end_matches('/').to_string();
    for id in (1..=250).chain([10_001, 10_002]) {
        let post = number(&posts, id);
        let page = id > 10_000;
        assert_eq!(post.kind, if page { Kind::Page } else { Kind::Post });
        assert_eq!(post.title, format!("Number {id} – tea & <b>"));
        let published = post.published.as_ref().unwrap();
        assert_eq!(published.offset.as_deref(), Some("-07:00"));
        assert_eq!(post.authors[0].name, "Ann & Bo");
        let labels = |terms: &[mdarchive::model::Term]| terms.iter().map(|t| t.label.clone()).collect::<Vec<_>>();
        let tags: Vec<String> = if id % 2 == 0 { vec!["Café".into(), "R&D".into()] } else { Vec::new() };
        assert_eq!(labels(&post.tags), tags);
        assert_eq!(post.categories.len(), usize::from(!page));
        let captions: Vec<&str> = post.captions.iter().map(|c| c.text.as_str()).collect();
        let expected = format!("Caption {id}, with words");
        assert_eq!(captions, if id % 3 == 0 { vec![expected.as_str()] } else { vec![] });
        let featured = id % 7 == 0;
        assert_eq!(post.media.len(), usize::from(id % 3 == 0 || featured), "post {id}");
        assert!(post.media.iter().all(|m| m.sha256.is_some() && m.height == Some(6)));
        assert!(post.captions.iter().all(|c| c.media == post.media[0].sha256));
        assert_eq!(post.excerpt.as_deref(), (id % 5 == 0).then_some("In short: nothing."));
        let short = if page { format!("{base}/?page_id={id}") } else { format!("{base}/?p={id}") };
        assert!(post.aliases.contains(&short));
        let comments = if page { 0 } else { id % 3 };
        assert_eq!(post.comments.len() as u64, comments);
        if comments == 2 {
            assert_eq!(post.comments[1].parent.as_deref(), Some(post.comments[0].id.as_str()));
            assert_eq!(post.comments[1].text, format!("Word 1 on {id}."));
            assert!(post.comments[1].author.starts_with("Reader <"));
            assert!(!post.comments[1].html.contains("script"));
        }
        assert!(post.sources[0].uri.contains("per_page=100"));
    }
    assert_eq!(number(&posts, 2).tags[0].slug, "café");
    let first = number(&posts, 1).id.to_string();
    assert!(posts.iter().all(|p| p.links.iter().any(|l| l.target.as_deref() == Some(&first))));
    let site = Archive::open(&dir.path().join("blog")).unwrap().info.site;
    assert_eq!((site.title.as_str(), site.timezone.as_deref()), ("A blog & more", Some("-07:00")));
    assert_eq!((site.language.as_deref(), site.generator.as_deref()), (Some("en-GB"), Some("WordPress 6.1")));
    // (posts + pages + comments + attachments + terms) / 100 + distinct media + 20
    let rows = 250 + 2 + summary.comments + 4 + 4;
    assert!(summary.requests <= rows / 100 + 4 + 20, "{} requests", summary.requests);
}

#[test]
fn what_is_protected_dead_or_false_is_a_gap_and_the_rest_is_kept() {
    let (blog, dir) = (Blog::with_posts(12), TempDir::new().unwrap());
    blog.edit("posts", 4, |p| p["content"] = json!({"rendered": "", "protected": true}));
    let picture_at = |path: &str| json!(format!("<p><img src=\"{path}\" alt=\"\"></p>"));
    blog.edit("posts", 5, |p| p["content"]["rendered"] = picture_at("/files/dead.png"));
    blog.edit("posts", 6, |p| p["content"]["rendered"] = picture_at("/files/page.png"));
    blog.edit("posts", 7, |p| p["content"]["rendered"] = picture_at("/files/empty.png"));
    blog.state().files.insert("/files/page.png".into(), b"<!DOCTYPE html><title>Moved</title>".to_vec());
    blog.state().files.insert("/files/empty.png".into(), Vec::new());
    let summary = run(&blog, &dir, 0).unwrap();
    assert_eq!((summary.new, summary.gaps.len()), (13, 4));
    assert_eq!(gap(&summary, "/post-4/").reason, Reason::Protected);
    assert_eq!(
        (gap(&summary, "dead.png").reason, gap(&summary, "dead.png").detail.as_str()),
        (Reason::NotFound, "HTTP 404")
    );
    assert_eq!(gap(&summary, "page.png").reason, Reason::WrongType);
    assert_eq!(gap(&summary, "empty.png").reason, Reason::WrongType);
    assert_eq!(gap(&summary, "dead.png").post.as_deref(), Some(number(&posts(&dir), 5).id.as_str()));

    // The picture comes back, the password is taken off.
    blog.state().files.insert("/files/dead.png".into(), picture(9));
    blog.edit("posts", 4, |p| p["content"] = json!({"rendered": "<p>Open now.</p>", "protected": false}));
    let summary =
        fetch(FetchRequest { retry_gaps: true, ..request(&blog.url(), &dir) }, &Events::silent(), clock_at(50))
            .unwrap();
    assert_eq!((summary.new, summary.media, summary.open_gaps), (1, 1, 2), "{summary:?}");
    let posts = posts(&dir);
    assert!(number(&posts, 5).media[0].sha256.is_some());
    assert_eq!(number(&posts, 4).text, "Open now.");
}

#[test]
fn media_left_out_are_gaps_until_they_are_wanted() {
    let (blog, dir) = (Blog::with_posts(10), TempDir::new().unwrap());
    let bare = FetchRequest { media: false, ..request(&blog.url(), &dir) };
    let summary = fetch(bare, &Events::silent(), clock_at(0)).unwrap();
    assert_eq!(summary.media, 0);
    assert!(!summary.gaps.is_empty() && summary.gaps.iter().all(|g| g.reason == Reason::NotFetched));
    let summary = run(&blog, &dir, 50).unwrap();
    assert_eq!((summary.media, summary.open_gaps), (3, 0), "{summary:?}");
    assert!(posts(&dir).iter().flat_map(|p| &p.media).all(|m| m.sha256.is_some()));
    let whole = TempDir::new().unwrap();
    run(&blog, &whole, 0).unwrap();
    let posts_of = |dir| files(dir).into_iter().filter(|(p, _)| p.starts_with("posts")).collect::<Vec<_>>();
    assert_eq!(posts_of(&dir), posts_of(&whole));
}

#[test]
fn one_post_that_breaks_the_server_hides_no_other() {
    for broken in [142, 7] {
        let (blog, dir) = (Blog::with_posts(250), TempDir::new().unwrap());
        blog.break_with(move |r| {
            let number = |name| r.query(name).and_then(|v| v.parse::<u64>().ok());
            let (size, page) = (number("per_page")?, number("page")?);
            let asked = (page - 1) * size + 1..=page * size;
            let whole = r.path().ends_with("/posts") && r.query("_fields").is_none();
            (whole && asked.contains(&broken)).then(|| Response::new(500, "text/html", "Allowed memory size exhausted"))
        });
        let summary = run(&blog, &dir, 0).unwrap();
        assert_eq!((summary.new, summary.gaps.len()), (251, 1), "{:?}", summary.gaps);
        let gap = gap(&summary, &format!("/?p={broken}"));
        assert_eq!((gap.reason, gap.what.as_str()), (Reason::ServerError, "post"));
        blog.mend();
        let summary = run(&blog, &dir, 100).unwrap();
        assert_eq!((summary.new, summary.open_gaps), (1, 0), "{summary:?}");
    }
}

#[test]
fn a_post_that_the_api_cannot_give_is_read_from_its_page() {
    for (status, words) in [(500, "Allowed memory size exhausted"), (400, "{}"), (200, "<b>Fatal error</b>: Uncaught")]
    {
        let (blog, dir) = (Blog::with_posts(130), TempDir::new().unwrap());
        blog.break_with(move |r| {
            if r.query("p").as_deref() == Some("42") {
                let page = "<!doctype html><title>Number 42</title><article class=\"post hentry\"><h1 class=\"entry-title\">Number 42</h1><div class=\"entry-content\"><p>What the page shows of the forty-second, in some words more than a few.</p></div></article>";
                return Some(Response::new(200, "text/html", page));
            }
            let number = |name| r.query(name).and_then(|v| v.parse::<u64>().ok());
            let (size, page) = (number("per_page")?, number("page")?);
            let named = r.query("include").map(|i| i.split(',').any(|id| id == "42"));
            let asked = named.unwrap_or((page - 1) * size < 42 && 42 <= page * size);
            let texts = r.path().ends_with("/posts") && r.query("_fields").is_none() && r.query("modified_after").is_none();
            (texts && asked).then(|| Response::new(status, "text/html", words))
        });
        let summary = run(&blog, &dir, 0).unwrap();
        assert_eq!((summary.new, summary.gaps.len()), (132, 0), "{status}: {:?}", summary.gaps);
        assert!(posts(&dir).iter().any(|p| p.text.starts_with("What the page shows")), "{status}");
        blog.hits();
        let summary = run(&blog, &dir, 100).unwrap();
        assert_eq!((summary.new, summary.changed, summary.amended), (0, 0, 0), "{status}");
        assert!(blog.hits().len() <= 10, "{status}");
    }
}

#[test]
fn an_api_that_gives_few_rows_or_no_totals_is_read_to_its_end() {
    let few = |r: &mdarchive::http::serve::Request| {
        let rows: u64 = r.query("per_page")?.parse().ok()?;
        let refused =
            json!({"code": "rest_invalid_param", "message": "Invalid parameter(s): per_page", "data": {"status": 400}});
        (rows > 10).then(|| json_response(400, &refused))
    };
    let (blog, dir) = (Blog::with_posts(250), TempDir::new().unwrap());
    blog.break_with(few);
    let summary = run(&blog, &dir, 0).unwrap();
    assert_eq!((summary.new, summary.gaps.len()), (252, 0), "{summary:?}");
    let all = posts(&dir);
    assert!(all.iter().all(|p| !p.authors.is_empty()) && all.iter().any(|p| p.tags.len() == 2));
    blog.hits();
    assert_eq!(run(&blog, &dir, 100).unwrap().new, 0);
    assert!(blog.hits().len() <= 14);

    let (blog, dir) = (Blog::with_posts(250), TempDir::new().unwrap());
    blog.state().silent = true;
    assert_eq!(run(&blog, &dir, 0).unwrap().new, 252);
    blog.hits();
    assert_eq!(run(&blog, &dir, 100).unwrap().new, 0);
    assert!(blog.hits().len() <= 10);
}

#[test]
fn pages_that_the_api_does_not_list_are_found_in_another_way() {
    let (blog, dir) = (Blog::with_posts(30), TempDir::new().unwrap());
    let base = blog.url();
    blog.break_with(move |r| match r.path() {
        p if p.ends_with("/wp/v2/pages") => Some(json_response(401, &json!({"code": "rest_forbidden"}))),
        "/sitemap.xml" => {
            let map = format!("<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\"><url><loc>{base}about/</loc></url></urlset>");
            Some(Response::new(200, "application/xml", map))
        }
        "/about/" => Some(Response::new(200, "text/html", "<!doctype html><title>About</title><article><h1>About</h1><div class=\"entry-content\"><p>About this blog and whoever writes it, in a few words of no weight.</p></div></article>")),
        _ => None,
    });
    let summary = run(&blog, &dir, 0).unwrap();
    assert_eq!(summary.new, 31, "{summary:?}");
    assert!(
        summary.notes.iter().any(|n| n.contains("does not list the blog's pages (HTTP 401)")),
        "{:?}",
        summary.notes
    );
    blog.hits();
    assert_eq!(run(&blog, &dir, 100).unwrap().new, 0);
    assert!(blog.hits().len() <= 12, "{:#?}", blog.hits());
}

#[test]
fn a_server_that_cannot_show_any_post_ends_the_run_soon() {
    let (blog, dir) = (Blog::with_posts(500), TempDir::new().unwrap());
    blog.break_with(|r| r.path().ends_with("/posts").then(|| Response::new(500, "text/html", "no")));
    let error = run(&blog, &dir, 0).unwrap_err();
    assert!(error.to_string().contains("server error (HTTP 500)"), "{error}");
    assert!(blog.hits().len() < 150);
}

#[test]
fn names_come_with_the_posts_where_users_are_not_listed() {
    let (blog, dir) = (Blog::with_posts(130), TempDir::new().unwrap());
    blog.break_with(|r| {
        r.path().ends_with("/users").then(|| json_response(401, &json!({"code": "rest_user_cannot_view"})))
    });
    let summary = run(&blog, &dir, 0).unwrap();
    assert!(summary.gaps.is_empty());
    assert!(posts(&dir).iter().all(|p| p.authors[0].name == "Ann & Bo"));
    assert!(blog.hits().iter().filter(|h| h.contains("_embed")).count() <= 2);
}

#[test]
fn a_blog_without_permalinks_is_found() {
    let (blog, dir) = (Blog::with_posts(3), TempDir::new().unwrap());
    blog.state().plain_permalinks = true;
    assert_eq!(run(&blog, &dir, 0).unwrap().new, 5);
}

#[test]
fn a_copy_with_its_originals_guid_is_a_post_of_its_own() {
    let (blog, dir) = (Blog::with_posts(6), TempDir::new().unwrap());
    blog.edit("posts", 5, |p| p["guid"]["rendered"] = json!("http://elsewhere.example/?p=1"));
    blog.edit("posts", 6, |p| p["guid"]["rendered"] = json!("http://elsewhere.example/?p=1"));
    assert_eq!(run(&blog, &dir, 0).unwrap().new, 8);
}

/// What the user reads when an address is of no use.
fn failure(url: &str) -> (String, String) {
    let dir = TempDir::new().unwrap();
    let error = fetch(request(url, &dir), &Events::silent(), clock_at(0)).unwrap_err();
    assert!(!dir.path().join("blog").exists(), "nothing is written");
    (error.to_string(), error.hint().unwrap_or_default())
}

#[test]
fn what_is_no_blog_ends_in_one_clear_line() {
    let page = Server::start(|r| match r.path() {
        "/" => Response::new(200, "text/html", "<!doctype html><title>A shop</title>"),
        "/members/" => {
            Response::new(200, "text/html", "<title>In</title><form><input name=n><input type=\"password\"></form>")
        }
        "/empty/" => Response::new(200, "text/html", ""),
        "/picture/" => Response::new(200, "image/png", picture(1)),
        _ => Response::new(404, "text/html", "no"),
    })
    .unwrap();
    let (error, hint) = failure(&page.url());
    let start = format!("cannot fetch {}: no blog found there (looked for: WordPress API, ", page.url());
    assert!(error.starts_with(&start) && error.ends_with("the page itself)"), "{error}");
    assert!(hint.contains("mdarchive import"));
    let (error, hint) = failure(&format!("{}members/", page.url()));
    assert!(error.ends_with("it asks for a name and a password") && hint.contains("--cookies"), "{error}");
    for nothing in ["empty/", "picture/"] {
        let (error, _) = failure(&format!("{}{nothing}", page.url()));
        assert!(error.contains("no blog found there") || error.contains("nothing to keep"), "{error}");
    }
    let (error, hint) = failure(&format!("{}nothing", page.url()));
    assert_eq!(error, format!("cannot fetch {}nothing: not found (HTTP 404)", page.url()));
    assert!(hint.contains("front page"));
    let gone = Server::start(|_| Response::new(200, "text/html", "")).unwrap().url();
    assert_eq!(failure(&gone).0, format!("cannot fetch {gone}: connection refused"));
    assert!(
        failure("http://no-such-host.invalid/")
            .0
            .starts_with("cannot fetch http://no-such-host.invalid/: name not found")
    );
    let secret = page.url().replace("http://", "http://me:hunter2@");
    assert!(!failure(&secret).0.contains("hunter2"));
}

#[test]
fn a_password_in_the_address_reaches_the_blog_and_no_file() {
    let (blog, dir) = (Blog::with_posts(9), TempDir::new().unwrap());
    blog.break_with(|r| {
        (r.header("authorization") != Some("Basic bWU6aHVudGVyMg==")).then(|| Response::new(401, "text/plain", "who?"))
    });
    let url = blog.url().replace("http://", "http://me:hunter2@");
    assert_eq!(fetch(request(&url, &dir), &Events::silent(), clock_at(0)).unwrap().new, 11);
    let mut folders = vec![dir.path().to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()) {
            match entry.is_dir() {
                true => folders.push(entry),
                false => assert!(!clear(&entry).contains("hunter2"), "{}", entry.display()),
            }
        }
    }
}

/// The text of a file, unpacked where it is packed.
fn clear(path: &Path) -> String {
    let bytes = std::fs::read(path).unwrap();
    let mut out = Vec::new();
    if bytes.starts_with(&[0x1f, 0x8b]) {
        std::io::Read::read_to_end(&mut flate2::read::MultiGzDecoder::new(bytes.as_slice()), &mut out).unwrap();
    }
    String::from_utf8_lossy(if out.is_empty() { &bytes } else { &out }).into_owned()
}

#[test]
fn a_picture_that_is_sent_for_links_from_elsewhere_is_none_of_the_posts() {
    let guard = Server::start(|r| match r.path() {
        "/led.png" => Response::new(302, "text/plain", "").header("Location", "/no-hotlinking.png"),
        "/no-hotlinking.png" => Response::new(200, "image/png", picture(8)),
        "/mine.png" => Response::new(200, "image/png", picture(7)),
        _ => Response::new(200, "image/png", picture(9)),
    })
    .unwrap();
    let address = guard.url().trim_start_matches("http://").trim_end_matches('/').parse().unwrap();
    let (blog, dir) = (Blog::with_posts(150), TempDir::new().unwrap());
    let show = |id: u64, urls: &[&str]| {
        let shown: String = urls.iter().map(|u| format!("<p><img src=\"{u}\" alt=\"\"></p>")).collect();
        blog.edit("posts", id, |p| p["content"]["rendered"] = json!(shown));
    };
    let elsewhere = |name: &str| format!("http://pictures.example/{name}.png");
    show(4, &[&elsewhere("a"), &elsewhere("mine")]);
    show(5, &[&elsewhere("b"), &elsewhere("led")]);
    // On the second page of the listing, when the first two are kept.
    show(141, &[&elsewhere("c"), "/files/s1.png", "/files/s2.png", "/files/s3.png"]);
    for n in 1..4 {
        blog.state().files.insert(format!("/files/s{n}.png"), picture(6));
    }
    let run = |at: i64| {
        let mut request = request(&blog.url(), &dir);
        request.hosts.push(("pictures.example".into(), address));
        fetch(request, &Events::silent(), clock_at(at)).unwrap()
    };
    let summary = run(0);
    let mut gaps: Vec<(&str, Reason)> =
        summary.gaps.iter().map(|g| (g.url.rsplit('/').next().unwrap(), g.reason)).collect();
    gaps.sort_unstable();
    assert_eq!(gaps, ["a.png", "b.png", "c.png", "led.png"].map(|n| (n, Reason::Refused)), "{:?}", summary.gaps);
    assert_eq!(summary.open_gaps, 4);
    let kept = |id: u64| {
        let posts = posts(&dir);
        number(&posts, id).media.iter().map(|m| m.sha256.is_some()).collect::<Vec<_>>()
    };
    assert_eq!((kept(4), kept(5)), (vec![false, true], vec![false, false]));
    assert_eq!(kept(141), [false, true, true, true], "what the blog shows itself is meant");
    // Known from now on, one is enough.
    blog.add(30_001);
    show(30_001, &[&elsewhere("d")]);
    let summary = run(100);
    assert_eq!((summary.new_gaps, summary.open_gaps, summary.gaps[0].url.as_str()), (1, 5, elsewhere("d").as_str()));
    assert_eq!(kept(30_001), [false]);
}
