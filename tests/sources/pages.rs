//! Sitemaps, archive pages, lists of addresses: what any site may have.

use std::sync::atomic::{AtomicBool, Ordering};

use mdarchive::event::Events;
use mdarchive::model::{Kind, Reason};
use mdarchive::ops::fetch::{audit, detect, fetch};
use tempfile::TempDir;
use url::Url;

use super::feeds::{ATOM, atom, numbered};
use super::{again, by, front, set, slugs, with};
use crate::fetch::{files, posts, request};
use crate::harness::clock_at;
use crate::harness::pages::{Site, text};

const XML: &str = "application/xml";

fn sitemap(of: &[(&str, &str)]) -> String {
    let urls: String =
        of.iter().map(|(path, mark)| format!("<url><loc>BASE{path}</loc><lastmod>{mark}</lastmod></url>")).collect();
    format!("<?xml version='1.0'?><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{urls}</urlset>")
}

/// A site with a sitemap in two parts.
fn mapped() -> Site {
    let site = Site::new();
    front(&site, "");
    site.put("/robots.txt", "text/plain", "User-agent: *\nDisallow: /hidden/\nSitemap: BASE/maps.xml\n");
    site.put("/maps.xml", XML, "<sitemapindex><sitemap><loc>BASE/post-sitemap.xml</loc></sitemap><sitemap><loc>BASE/page-sitemap.xml</loc></sitemap><sitemap><loc>BASE/category-sitemap.xml</loc></sitemap></sitemapindex>");
    site.put(
        "/post-sitemap.xml",
        XML,
        sitemap(&[("/", "1"), ("/a/", "2007-04-01"), ("/b/", "2007-04-02"), ("/tag/x/", "1"), ("/lost/", "1")]),
    );
    site.put("/page-sitemap.xml", XML, sitemap(&[("/about/", "2007-04-01")]));
    site.post("/a/", "Title A", "First");
    site.post("/b/", "Title B", "Second");
    site.post("/about/", "About", "Who we are");
    site
}

#[test]
fn a_sitemap_leads_to_every_page_and_its_dates_are_hints() {
    let (site, dir) = (mapped(), TempDir::new().unwrap());
    let summary = by(&site, &dir, "sitemap", 0);
    assert_eq!(slugs(&dir), set(&["a", "about", "b"]));
    assert_eq!(
        summary.gaps.iter().map(|g| (g.reason, g.url.ends_with("/lost/"))).collect::<Vec<_>>(),
        [(Reason::NotFound, true)]
    );
    assert!(!site.hits().iter().any(|h| h.contains("category")), "lists of categories are not asked for");
    let kinds: Vec<Kind> = posts(&dir).iter().filter(|p| p.title == "About").map(|p| p.kind).collect();
    assert_eq!(kinds, [Kind::Page]);
    assert!(
        posts(&dir).iter().all(|p| p.published.as_ref().unwrap().text.starts_with("2007-04-05")),
        "lastmod is no date of a post"
    );
    again(&site, &dir, "sitemap", 100);
    // One is marked as changed and did, one is marked and did not, one changed without a mark.
    site.post("/a/", "Title A", "Other");
    site.put("/post-sitemap.xml", XML, sitemap(&[("/a/", "2007-05-01"), ("/b/", "2007-05-02"), ("/lost/", "1")]));
    site.post("/about/", "About", "Others");
    site.hits();
    let summary = by(&site, &dir, "sitemap", 200);
    assert_eq!((summary.new, summary.changed), (0, 1));
    let hits = site.hits();
    assert!(!hits.iter().any(|h| h == "/lost/" || h == "/about/"), "{hits:?}");
    again(&site, &dir, "sitemap", 300);
    assert_eq!(
        with(&site, &dir, "sitemap", 400, |r| r.recheck = 2).changed
            + with(&site, &dir, "sitemap", 500, |r| r.recheck = 1).changed,
        1,
        "a slow look at all of them finds it"
    );
}

#[test]
fn robots_are_obeyed_where_nobody_sent_us_and_told_of() {
    let (site, dir) = (mapped(), TempDir::new().unwrap());
    site.put("/page-sitemap.xml", XML, sitemap(&[("/hidden/x/", "1"), ("/hidden/y/", "1")]));
    site.post("/hidden/x/", "X", "Hidden");
    site.post("/hidden/y/", "Y", "Hidden");
    let summary = by(&site, &dir, "sitemap", 0);
    assert_eq!(slugs(&dir), set(&["a", "b"]));
    let gap = summary.gaps.iter().find(|g| g.reason == Reason::Refused).unwrap();
    assert!(gap.detail.contains("robots.txt") && gap.detail.contains("2 addresses"), "{gap:?}");
    let named =
        with(&site, &dir, "", 100, |r| r.pages = vec![Url::parse(&format!("{}/hidden/x/", site.base())).unwrap()]);
    assert_eq!(named.new, 1, "what the user names is asked for");
    let own = TempDir::new().unwrap();
    with(&site, &own, "sitemap", 0, |r| r.robots = false);
    assert_eq!(slugs(&own), set(&["a", "b", "x", "y"]));
}

fn listing(posts: &[&str], more: &str) -> String {
    let all: String =
        posts.iter().map(|p| format!("<article><h2><a href='/{p}/'>{p}</a></h2><p>Words</p></article>")).collect();
    format!(
        "<head><title>A blog</title></head><body><main>{all}{more}</main><aside><a href='/2007/03/'>March</a></aside></body>"
    )
}

#[test]
fn older_posts_are_turned_to_the_last_page() {
    let (site, dir) = (Site::new(), TempDir::new().unwrap());
    let names: Vec<String> = (1..=7).map(|n| format!("post-{n}")).collect();
    for name in &names {
        site.post(&format!("/{name}/"), name, name);
    }
    site.page("/", &listing(&["post-7", "post-6", "post-5"], "<a class=share href='/post-7/?share=x'>Share</a><div class=nav-previous><a href='/page/2/'>← Older posts</a></div>"));
    site.page("/page/2/", &listing(&["post-5", "post-4", "post-3"], "<a rel=next href='/page/3/'>Older posts</a>"));
    // The last page leads back to the first, and to a calendar without end.
    site.page(
        "/page/3/",
        &listing(&["post-2", "post-1"], "<a rel=next href='/'>Older posts</a><a href='/1999/01/'>‹</a>"),
    );
    by(&site, &dir, "archive", 0);
    assert_eq!(slugs(&dir), numbered(1..8));
    let hits = site.hits();
    assert!(!hits.iter().any(|h| h.contains("share") || h.contains("1999") || h.contains("2007")), "{hits:?}");
    again(&site, &dir, "archive", 100);
    site.post("/post-8/", "Post 8", "New");
    site.page(
        "/",
        &listing(&["post-8", "post-7", "post-6"], "<div class=nav-previous><a href='/page/2/'>← Older posts</a></div>"),
    );
    site.hits();
    assert_eq!(by(&site, &dir, "archive", 200).new, 1);
    assert!(site.hits().len() <= 6);
}

#[test]
fn months_are_turned_where_no_page_leads_to_older_posts() {
    let (site, dir) = (Site::new(), TempDir::new().unwrap());
    for n in 1..=4 {
        site.post(&format!("/post-{n}/"), "Title", &format!("Number {n}"));
    }
    let months = "<aside><select><option value='/2007/04/'>April</option><option value='/2007/03/'>March</option></select></aside>";
    site.page("/", &listing(&["post-4"], months));
    site.page("/2007/04/", &listing(&["post-4", "post-3"], ""));
    site.page("/2007/03/", &listing(&["post-2"], "<a rel=next href='/2007/03/page/2/'>Older</a>"));
    site.page("/2007/03/page/2/", &listing(&["post-1"], "<a href='/2007/02/'>February</a>"));
    // A calendar that goes back for ever.
    for year in 1900..2008 {
        for month in 1..=12 {
            let path = format!("/{year}/{month:02}/");
            if !["/2007/04/", "/2007/03/"].contains(&path.as_str()) {
                site.page(&path, &format!("<body><a href='/{}/{month:02}/'>before</a></body>", year - 1));
            }
        }
    }
    by(&site, &dir, "archive", 0);
    assert_eq!(slugs(&dir), numbered(1..5));
    let hits = site.hits();
    assert!(hits.len() < 40, "{} requests: {hits:?}", hits.len());
    again(&site, &dir, "archive", 100);
}

#[test]
fn several_sources_are_joined_and_each_text_comes_once() {
    let (site, dir) = (mapped(), TempDir::new().unwrap());
    front(&site, "<link rel=alternate type=application/atom+xml href=/atom.xml>");
    site.put("/atom.xml", ATOM, atom("", 1..3));
    site.put("/post-sitemap.xml", XML, sitemap(&[("/a/", "1"), ("/post-1/", "1"), ("/post-2/", "2")]));
    by(&site, &dir, "", 0);
    assert_eq!(slugs(&dir), set(&["a", "about", "post-1", "post-2"]));
    let hits = site.hits();
    assert!(!hits.iter().any(|h| h.starts_with("/post-1")), "the feed has the whole text: {hits:?}");
    again(&site, &dir, "", 100);
    let (info, found) = detect(&request(&format!("{}/", site.base()), &dir), &Events::silent(), &clock_at(0)).unwrap();
    assert_eq!(info.title, "A blog");
    let rows: Vec<(&str, &str)> = found.iter().map(|d| (d.source, d.used)).collect();
    assert_eq!(rows, [("feed", "yes"), ("sitemap", "yes")]);
}

#[test]
fn a_list_of_addresses_is_got_and_nothing_else() {
    let (site, dir) = (mapped(), TempDir::new().unwrap());
    let url = |path: &str| Url::parse(&site.base()).unwrap().join(path).unwrap();
    let summary = with(&site, &dir, "", 0, |r| r.pages = vec![url("/b/"), url("/nowhere/"), url("/b/")]);
    assert_eq!((summary.new, summary.gaps.len()), (1, 1));
    assert_eq!(slugs(&dir), set(&["b"]));
    let mut hits = site.hits();
    hits.sort();
    assert_eq!(hits, ["/b/", "/nowhere/"]);
}

#[test]
fn a_post_that_is_gone_is_kept_suspected_and_confirmed_a_day_later() {
    let (site, dir) = (mapped(), TempDir::new().unwrap());
    by(&site, &dir, "sitemap", 0);
    let hour = 3600;
    let gone = || posts(&dir).into_iter().find(|p| p.title == "Title B").unwrap().gone;
    // Taken out of the list, but still there: no reason to think that it is gone.
    site.put("/post-sitemap.xml", XML, sitemap(&[("/a/", "2007-04-01"), ("/lost/", "1")]));
    by(&site, &dir, "sitemap", hour);
    assert_eq!(gone(), None);
    again(&site, &dir, "sitemap", 2 * hour);

    let (site, dir) = (mapped(), TempDir::new().unwrap());
    by(&site, &dir, "sitemap", 0);
    let gone = || posts(&dir).into_iter().find(|p| p.title == "Title B").unwrap().gone;
    let take_away = || {
        site.remove("/b/");
        site.put("/post-sitemap.xml", XML, sitemap(&[("/a/", "2007-04-01"), ("/lost/", "1")]));
    };
    take_away();
    by(&site, &dir, "sitemap", hour);
    let suspected = gone().expect("the list misses it and its page is not there");
    assert_eq!(suspected.confirmed, None);
    by(&site, &dir, "sitemap", 10 * hour);
    assert_eq!(gone().unwrap().confirmed, None, "nine hours are not enough");
    by(&site, &dir, "sitemap", 22 * hour);
    assert!(gone().unwrap().confirmed.is_some());
    assert_eq!(posts(&dir).len(), 3, "it is kept");
    again(&site, &dir, "sitemap", 50 * hour);
    site.post("/b/", "Title B", "Second");
    site.put("/post-sitemap.xml", XML, sitemap(&[("/a/", "2007-04-01"), ("/b/", "2007-06-02"), ("/lost/", "1")]));
    by(&site, &dir, "sitemap", 60 * hour);
    assert_eq!(gone(), None, "it came back");
}

#[test]
fn an_audit_says_what_is_missing_by_year_and_who_names_it() {
    let (site, dir) = (mapped(), TempDir::new().unwrap());
    front(&site, "<link rel=alternate type=application/atom+xml href=/atom.xml>");
    site.put("/atom.xml", ATOM, atom("", 1..2));
    site.post("/2006/11/old/", "Old", "See");
    site.put("/post-sitemap.xml", XML, sitemap(&[("/a/", "1"), ("/index-page/", "1"), ("/2006/11/old/", "1")]));
    site.page("/index-page/", "<body>Nothing</body>");
    site.page(
        "/a/",
        &format!("<body><article class=h-entry><h1 class=p-name>Title A</h1><div class=e-content>{}<p><a href='/2005/01/older/'>older</a> <a href='/2006/11/old/'>old</a></p></div></article></body>", text("First")),
    );
    by(&site, &dir, "", 0);
    let root = dir.path().join("blog");
    let ask = || audit(&request(&format!("{}/", site.base()), &dir), &root, &Events::silent(), &clock_at(0)).unwrap();
    let missing = |a: &mdarchive::ops::fetch::Audit| {
        a.missing.iter().map(|m| m.url.replace(&site.base(), "")).collect::<Vec<_>>()
    };
    let found = ask();
    assert_eq!(missing(&found), ["/2005/01/older/"], "only a link says so, and what is no post is none");
    assert!(found.missing[0].sources.contains("links"));
    let (kept, lost) = (found.years["2007"], found.years["2005"]);
    assert_eq!((kept.named, kept.kept, kept.missing, lost.missing), (3, 3, 0, 1), "{:?}", found.years);
    site.put("/post-sitemap.xml", XML, sitemap(&[("/a/", "1"), ("/2006/11/old/", "1"), ("/2007/02/new/", "1")]));
    let before = files(&dir);
    site.hits();
    let found = ask();
    assert_eq!(missing(&found), ["/2005/01/older/", "/2007/02/new/"]);
    assert_eq!(found.years["2007"].missing, 1);
    assert_eq!(files(&dir), before, "an audit writes nothing");
    assert!(!site.hits().iter().any(|h| h.starts_with("/2007/02")), "and gets no post");
}

/// A blog of a hundred posts, by sitemap, by feed and by archive pages.
fn large() -> Site {
    let site = Site::new();
    let older =
        |n: u32| if n < 10 { format!("<a rel=next href='/page/{}/'>Older posts</a>", n + 1) } else { String::new() };
    let link = "<link rel=alternate type=application/atom+xml href=/atom-10.xml>";
    for page in 1..=10 {
        let names: Vec<String> = (0..10).map(|k| format!("post-{}", 100 - (page - 1) * 10 - k)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let path = if page == 1 { "/".to_string() } else { format!("/page/{page}/") };
        site.page(&path, &listing(&names, &older(page)).replace("</head>", &format!("{link}</head>")));
        let next =
            if page > 1 { format!("<link rel='next' href='BASE/atom-{}.xml'/>", page - 1) } else { String::new() };
        site.put(&format!("/atom-{page}.xml"), ATOM, atom(&next, (page - 1) * 10 + 1..page * 10 + 1));
    }
    for n in 1..=100 {
        site.post(&format!("/post-{n}/"), &format!("Post {n}"), &format!("Number {n}"));
    }
    let all: Vec<(String, String)> = (1..=100).map(|n| (format!("/post-{n}/"), format!("2007-{n}"))).collect();
    let all: Vec<(&str, &str)> = all.iter().map(|(p, m)| (p.as_str(), m.as_str())).collect();
    site.put("/sitemap.xml", XML, sitemap(&all));
    site
}

#[test]
fn a_run_cut_at_any_moment_goes_on_where_it_stood() {
    for (source, requests) in [("sitemap", 102), ("feed", 11), ("archive", 112)] {
        let (site, whole) = (large(), TempDir::new().unwrap());
        by(&site, &whole, source, 0);
        assert_eq!(slugs(&whole), numbered(1..101));
        assert!(site.hits().len() <= requests + 3);
        let bodies = |dir: &TempDir| {
            let text = |p: &mdarchive::model::Post| {
                (p.url.clone().unwrap().replace("http://127.0.0.1:", "")[5..].to_string(), p.text.clone())
            };
            posts(dir).iter().map(text).collect::<std::collections::BTreeSet<_>>()
        };
        for cut in [1, 3, 7, 40, 60, 110].into_iter().filter(|c| *c < requests) {
            let (site, dir) = (large(), TempDir::new().unwrap());
            let flag: &'static AtomicBool = Box::leak(Box::new(AtomicBool::new(false)));
            site.on_hit(move |n| flag.store(n >= cut, Ordering::Relaxed));
            let mut first = request(&format!("{}/", site.base()), &dir);
            first.sources = vec![source.to_string()];
            let ended = fetch(first, &Events::new(|_| {}, flag), clock_at(0));
            assert!(ended.map_or(true, |s| s.interrupted), "{source} cut at {cut}");
            site.on_hit(|_| {});
            by(&site, &dir, source, 100);
            assert_eq!(slugs(&dir), numbered(1..101), "{source} cut at {cut}");
            assert_eq!(bodies(&dir), bodies(&whole), "{source} cut at {cut}");
            let asked = site.hits().len();
            assert!(asked <= requests + 60, "{source} cut at {cut}: {asked} requests in all");
            again(&site, &dir, source, 200);
        }
    }
}

#[test]
fn what_was_chosen_for_one_run_says_nothing_of_the_next() {
    let (site, dir) = (mapped(), TempDir::new().unwrap());
    let one = Url::parse(&format!("{}/b/", site.base())).unwrap();
    with(&site, &dir, "", 0, |r| r.pages = vec![one]);
    assert_eq!(slugs(&dir), set(&["b"]));
    by(&site, &dir, "", 100);
    assert_eq!(slugs(&dir), set(&["a", "about", "b"]));
    site.post("/lost/", "Lost", "Found again");
    assert_eq!(by(&site, &dir, "", 200).new, 0, "what was not there is not asked for every night");
    assert_eq!(with(&site, &dir, "", 300, |r| r.retry_gaps = true).new, 1);
}

/// A part of a post, with the links to the others.
fn part(site: &Site, target: &str, words: &str, links: &[u32]) {
    let links: String =
        links.iter().map(|n| format!("<a class=post-page-numbers href='/2007/04/long/{n}/'>{n}</a> ")).collect();
    site.page(
        target,
        &format!("<head><title>Long</title></head><body><article class=h-entry><h1 class=p-name>Long</h1><time class=dt-published datetime=2007-04-05T06:07:08Z>5 April</time><div class=e-content>{}<div class=page-links>Pages: {links}</div></div></article></body>", text(words)),
    );
}

#[test]
fn the_parts_of_a_post_are_put_together_in_their_order() {
    let (site, dir) = (Site::new(), TempDir::new().unwrap());
    front(&site, "");
    site.put("/sitemap.xml", XML, sitemap(&[("/2007/04/long/", "1"), ("/2007/04/short/", "1")]));
    site.post("/2007/04/short/", "Short", "Short");
    part(&site, "/2007/04/long/", "Opening", &[2, 3]);
    part(&site, "/2007/04/long/2/", "Middle", &[3]);
    let first = by(&site, &dir, "sitemap", 0);
    let long = || posts(&dir).into_iter().find(|p| p.title == "Long").unwrap();
    let places = |words: &[&str]| words.iter().map(|w| long().text.find(w)).collect::<Vec<_>>();
    let found = places(&["Opening", "Middle", "Ending"]);
    assert!(found[0] < found[1] && found[1].is_some() && found[2].is_none(), "{}", long().text);
    assert!(!long().text.contains("Pages:"), "{}", long().text);
    let gap: Vec<&str> = first.gaps.iter().map(|g| g.url.rsplit("long").next().unwrap()).collect();
    assert_eq!(gap, ["/3/"], "the part that is not had is a gap: {:?}", first.gaps);
    assert_eq!(posts(&dir).len(), 2);
    part(&site, "/2007/04/long/3/", "Ending", &[2]);
    let retried = with(&site, &dir, "sitemap", 100, |r| r.retry_gaps = true);
    let found = places(&["Opening", "Middle", "Ending"]);
    assert!(found[0] < found[1] && found[1] < found[2], "{}", long().text);
    assert_eq!((retried.open_gaps, retried.changed), (0, 1), "{retried:?}");
    crate::reextract::nothing_changes(&dir);
}
