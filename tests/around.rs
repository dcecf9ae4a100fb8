//! What stands around a post: the other posts of an index page, lists of related ones, what readers wrote. And pages that
//! hold no post at all.

use mdarchive::extract::{self, Verdict};
use mdarchive::model::{Comment, CommentKind, LinkKind};
use url::Url;

const WORDS: &str =
    "The ferry was late again, and the harbour master, who has a list of such days, wrote it down with care.";

fn read(page: &str, url: &str) -> Verdict {
    extract::page(page, Url::parse(url).ok().as_ref())
}

/// A page of one post with this after the text.
fn post(inside: &str, after: &str) -> String {
    let text = format!("<p>{WORDS}</p>").repeat(4);
    format!(
        "<html><head><title>A late ferry - The Quay</title></head><body class=\"single\"><div id=content><div class=post>\
         <h2 class=entry-title>A late ferry</h2><div class=entry-content>{text}{inside}</div></div>{after}</div></body></html>"
    )
}

fn comments(after: &str) -> Vec<Comment> {
    let mut verdict = read(&post("", after), "http://quay.example/2008/05/a-late-ferry/");
    let reading = verdict.posts.remove(0);
    assert!(
        reading.body.text.contains("harbour master") && !reading.body.text.contains("gull"),
        "{}",
        reading.body.text
    );
    reading.draft.comments
}

/// Returns id, parent, author, the author's address, the day and the text of each comment.
fn told(all: &[Comment]) -> Vec<String> {
    let line = |c: &Comment| {
        let (parent, url) = (c.parent.as_deref().unwrap_or("-"), c.url.as_deref().unwrap_or("-"));
        let day = c.published.as_ref().map_or("-", |d| d.text.as_str());
        format!("{} {parent} {} {url} {day} {}", c.id, c.author, c.text.replace("\n\n", " / "))
    };
    all.iter().map(line).collect()
}

#[test]
fn comments_of_wordpress_are_threaded_by_nesting_and_pings_are_told_apart() {
    let found = comments(
        "<ol class=commentlist>\
         <li class='comment even depth-1' id=comment-11><div id=div-comment-11 class=comment-body>\
         <div class='comment-author vcard'><img class=avatar src=a.png><cite class=fn><a href='http://ann.example/' rel='external nofollow'>Ann</a></cite> <span class=says>says:</span></div>\
         <div class='comment-meta commentmetadata'><a href='#comment-11'>May 3, 2008 at 4:05 pm</a></div>\
         <p>One gull saw it.</p><p>Two gulls did not.</p><div class=reply><a href='?replytocom=11'>Reply</a></div></div>\
         <ul class=children><li class='comment odd depth-2' id=comment-12><div id=div-comment-12 class=comment-body>\
         <div class='comment-author vcard'><cite class=fn>Bo</cite> <span class=says>says:</span></div>\
         <div class='comment-meta commentmetadata'><a href='#comment-12'>May 4, 2008 at 9:00 am</a></div><p>So it did, the gull.</p></div></li></ul></li>\
         <li class='pingback even depth-1' id=comment-13><div id=div-comment-13 class=comment-body><div class='comment-author vcard'>\
         <cite class=fn><a href='http://other.example/x'>Another gull</a></cite></div><div class='comment-meta commentmetadata'><a href='#comment-13'>May 5, 2008 at 9:00 am</a></div>\
         <p>[...] the gull [...]</p></div></li></ol>",
    );
    assert_eq!(
        told(&found),
        [
            "11 - Ann http://ann.example/ 2008-05-03T16:05:00 One gull saw it. / Two gulls did not.",
            "12 11 Bo - 2008-05-04T09:00:00 So it did, the gull.",
            "13 - Another gull http://other.example/x 2008-05-05T09:00:00 [...] the gull [...]",
        ]
    );
    assert_eq!(found[2].kind, CommentKind::Pingback);
}

#[test]
fn comments_of_kubrick_have_no_class_of_their_own() {
    let found = comments(
        "<h3 id=comments>2 Responses</h3><ol class=commentlist><li class=alt id=comment-5><cite><a href='http://ann.example/'>Ann</a></cite> Says:<br />\
         <small class=commentmetadata><a href='#comment-5' title=''>May 3rd, 2006 at 4:05 pm</a></small><p>A gull.</p></li>\
         <li id=comment-6><cite>Bo</cite> Says:<br /><small class=commentmetadata><a href='#comment-6'>May 4th, 2006 at 9:00 am</a></small><p>No gull.</p></li></ol>",
    );
    assert_eq!(
        told(&found),
        ["5 - Ann http://ann.example/ 2006-05-03T16:05:00 A gull.", "6 - Bo - 2006-05-04T09:00:00 No gull."]
    );
}

#[test]
fn comments_of_block_themes_are_found() {
    let found = comments(
        "<div class=wp-block-comments><ol class=wp-block-comment-template><li id=comment-2 class='comment depth-1'>\
         <div class=wp-block-columns><div class=wp-block-comment-author-name><a href='http://ann.example/'>Ann</a></div>\
         <div class=wp-block-comment-date><time datetime='2023-01-16T07:17:56+00:00'>January 16, 2023</time></div>\
         <div class=wp-block-comment-content><p>A gull.</p></div></div>\
         <ol><li id=comment-3 class='comment depth-2'><div class=wp-block-comment-author-name>Bo</div><div class=wp-block-comment-date><time datetime='2023-01-17T07:17:56+00:00'>x</time></div>\
         <div class=wp-block-comment-content><p>Another gull.</p></div></li></ol></li></ol></div>",
    );
    assert_eq!(
        told(&found),
        ["2 - Ann http://ann.example/ 2023-01-16T07:17:56 A gull.", "3 2 Bo - 2023-01-17T07:17:56 Another gull."]
    );
}

#[test]
fn comments_of_blogger_old_and_new_are_found() {
    let old = comments(
        "<div id=comments><h4>2 comments:</h4><dl id=comments-block><dt class='comment-author ' id=c111><a name=c111></a><a href='http://ann.example/'>Ann</a> said...</dt>\
         <dd class=comment-body><p>A gull.</p></dd><dd class=comment-footer><span class=comment-timestamp><a href='#c111'>November 5, 2008 4:05 PM</a></span></dd>\
         <dt class='comment-author ' id=c112><a name=c112></a>Bo said...</dt><dd class=comment-body><p>No gull.</p></dd>\
         <dd class=comment-footer><span class=comment-timestamp><a href='#c112'>November 6, 2008 9:00 AM</a></span></dd></dl></div>",
    );
    assert_eq!(
        told(&old),
        ["111 - Ann http://ann.example/ 2008-11-05T16:05:00 A gull.", "112 - Bo - 2008-11-06T09:00:00 No gull."]
    );
    let new = comments(
        "<section class='comments threaded' id=comments><div class=comment-thread><ol><li class=comment id=c211><div class=avatar-image-container><img src=a.png></div>\
         <div class=comment-block><div class=comment-header><cite class=user><a href='http://ann.example/' rel=nofollow>Ann</a></cite><span class='datetime secondary-text'><a href='http://quay.example/x?showComment=1#c211'>November 5, 2013 at 4:05 PM</a></span></div>\
         <p class=comment-content>A gull.</p><span class=comment-actions><a>Reply</a></span></div>\
         <div class=comment-replies><div class=comment-thread><ol><li class=comment id=c212><div class=comment-block><div class=comment-header><cite class=user>Bo</cite><span class=datetime><a href='#c212'>November 6, 2013 at 9:00 AM</a></span></div><p class=comment-content>No gull.</p></div></li></ol></div></div></li></ol></div></section>",
    );
    assert_eq!(
        told(&new),
        ["211 - Ann http://ann.example/ 2013-11-05T16:05:00 A gull.", "212 211 Bo - 2013-11-06T09:00:00 No gull."]
    );
}

#[test]
fn comments_of_movable_type_and_typepad_are_told_by_their_footers() {
    let typepad = comments(
        "<div id=comments><h2>Comments</h2><a id=c6a00d8></a><div class=comment id=comment-6a00d8><div class=comment-content><p>A gull.</p></div>\
         <p class=comment-footer>Posted by: <a href='http://ann.example/'>Ann</a> | <a href='http://quay.example/x.html?cid=6a00d8#comment-6a00d8'>May 03, 2007 at 04:05 PM</a></p></div></div>",
    );
    assert_eq!(told(&typepad), ["6a00d8 - Ann http://ann.example/ 2007-05-03T16:05:00 A gull."]);
    let mt = comments(
        "<div class=comments-head>Comments</div><div class=comments-body><a name=c77></a><p>A gull.</p><p>And a tern.</p>\
         <span class=comments-post>Posted by: <a href='http://ann.example/'>Ann</a> at May 3, 2004 04:05 PM</span></div>",
    );
    assert_eq!(
        told(&mt)[0].split_once(' ').unwrap().1,
        "- Ann http://ann.example/ 2004-05-03T16:05:00 A gull. / And a tern."
    );
}

#[test]
fn comments_are_found_by_their_indentation_and_by_what_they_are_marked_as() {
    let livejournal = comments(
        "<div id=comments><div class=ljcmt_full id=ljcmt31 style='margin-left: 0px'><span class=ljuser>ann</span> <span class=comment-date>2005-05-03 16:05</span><div class=comment-text>A gull.</div></div>\
         <div class=ljcmt_full id=ljcmt32 style='margin-left: 25px'><span class=ljuser>bo</span> <span class=comment-date>2005-05-04 09:00</span><div class=comment-text>No gull.</div></div></div>",
    );
    assert_eq!(
        told(&livejournal),
        ["31 - ann - 2005-05-03T16:05:00 A gull.", "32 31 bo - 2005-05-04T09:00:00 No gull."]
    );
    let entries = comments(
        "<div class='u-comment h-cite' id=comment-1><a class='p-author h-card' href='http://ann.example/'>Ann</a> <time class=dt-published datetime='2019-05-03T16:05:00+02:00'>x</time><div class='e-content'>A gull.</div></div>",
    );
    assert_eq!(told(&entries), ["1 - Ann http://ann.example/ 2019-05-03T16:05:00 A gull."]);
    let microdata = comments(
        "<div itemprop=comment itemscope itemtype='http://schema.org/Comment' class=c id=comment-9><span itemprop=author itemscope><span itemprop=name>Ann</span></span>\
         <meta itemprop=datePublished content='2014-05-03T16:05:00+02:00'><div itemprop=text class=comment-text>A gull.</div></div>",
    );
    assert_eq!(told(&microdata), ["9 - Ann - 2014-05-03T16:05:00 A gull."]);
}

/// Returns the text of the post and its related links as address and text.
fn related(inside: &str, after: &str) -> (String, Vec<(String, String)>) {
    let mut verdict = read(&post(inside, after), "http://quay.example/2008/05/a-late-ferry/");
    let reading = verdict.posts.remove(0);
    let links = reading.draft.links.into_iter().filter(|l| l.kind == LinkKind::Related);
    (reading.body.text, links.map(|l| (l.url.unwrap_or_default(), l.text)).collect())
}

#[test]
fn lists_of_related_posts_leave_the_body_and_are_kept_as_links() {
    let items = "<li><a href='/a/'>The gull</a></li><li><a href='/b/'>The tern</a></li>";
    let expected = [
        ("http://quay.example/a/".to_string(), "The gull".to_string()),
        ("http://quay.example/b/".into(), "The tern".into()),
    ];
    let cases = [
        (format!("<h3>Related posts</h3><ul>{items}</ul>"), String::new()),
        (format!("<p><strong>Related Posts:</strong></p><ol>{items}</ol>"), String::new()),
        (format!("<div id=jp-relatedposts class=jp-relatedposts><h3><em>Related</em></h3><ul>{items}</ul></div>"), String::new()),
        (format!("<div class='yarpp yarpp-related'><h3>Other words</h3><ol>{items}</ol></div>"), String::new()),
        ("<p>Related: <a href='/a/'>The gull</a>, <a href='/b/'>The tern</a></p>".into(), String::new()),
        (
            "<div class=linkwithin_outer><div id=linkwithin_text_0>You might also like:</div><a href='/a/'><img src=a.jpg><span class=linkwithin_title>The gull</span></a><a href='/b/'><span class=linkwithin_title>The tern</span></a><a href='http://www.linkwithin.com/'>LinkWithin</a></div>".into(),
            String::new(),
        ),
        (String::new(), format!("<div class=related-posts><h4>Related</h4><ul>{items}</ul></div>")),
        (String::new(), format!("<h4>Ähnliche Beiträge</h4><ul>{items}</ul>")),
    ];
    for (inside, after) in cases {
        let (text, links) = related(&inside, &after);
        let links: Vec<_> = links.into_iter().filter(|(u, _)| u.contains("quay.example")).collect();
        assert_eq!(links, expected, "{inside}{after}");
        assert!(!text.contains("gull") && !text.contains("elated"), "{inside}{after}: {text}");
    }
}

#[test]
fn related_titles_without_addresses_are_links_too() {
    let titles: String = (1..=11).map(|n| format!("<li>Gull Watch: Day {n}</li>")).collect();
    let (text, links) = related(&format!("<h4>Related posts:</h4><ul>{titles}</ul>"), "");
    assert_eq!(links.len(), 11);
    assert_eq!(links[10], (String::new(), "Gull Watch: Day 11".to_string()));
    assert!(!text.contains("Gull Watch"), "{text}");
}

#[test]
fn prose_under_a_heading_that_says_related_stays() {
    let (text, links) = related(
        &format!("<h3>Related</h3><p>My aunt, who is related to <a href='/x/'>nobody</a> here, came too. {WORDS}</p>"),
        "",
    );
    assert!(links.is_empty() && text.contains("My aunt"), "{text}");
}

/// Posts of an index page, in the shape of a theme.
fn index(count: usize, one: impl Fn(usize, &str) -> String) -> String {
    let posts: String = (1..=count).map(|n| one(n, &format!("<p>Number {n}. {WORDS}</p><p>{WORDS}</p>"))).collect();
    let menu: String = (0..8).map(|n| format!("<li><a href='/m{n}/'>Menu {n}</a></li>")).collect();
    format!(
        "<html lang=en><head><title>The Quay</title></head><body class='home blog'><ul id=nav>{menu}</ul><div id=content>{posts}</div></body></html>"
    )
}

#[test]
fn an_index_page_of_ten_posts_gives_ten_posts() {
    let page = index(10, |n, text| {
        format!(
            "<div class='post hentry' id=post-{n}><h2 class=entry-title><a href='/2008/05/ferry-{n}/' rel=bookmark>Ferry {n}</a></h2>\
             <p class=meta>Posted by <span class='author vcard'><a class=fn href='/author/ann/'>Ann Quay</a></span> on <abbr class=published title='2008-05-{n:02}T10:00:00+0200'>May {n}</abbr></p>\
             <div class=entry-content>{text}</div><p class=postmetadata>Tags: <a href='/tag/sea-{n}/' rel=tag>Sea {n}</a></p></div>"
        )
    });
    let verdict = read(&page, "http://quay.example/");
    assert_eq!(verdict.posts.len(), 10);
    for (n, reading) in verdict.posts.iter().enumerate().map(|(n, r)| (n + 1, r)) {
        let draft = &reading.draft;
        assert_eq!(draft.url.as_deref(), Some(format!("http://quay.example/2008/05/ferry-{n}/").as_str()));
        assert_eq!(draft.title, format!("Ferry {n}"));
        assert_eq!(draft.authors.first().map(|a| a.name.as_str()), Some("Ann Quay"));
        assert_eq!(
            draft.published.as_ref().map(|d| d.text.as_str()),
            Some(format!("2008-05-{n:02}T10:00:00").as_str())
        );
        assert_eq!(draft.tags.iter().map(|t| t.label.clone()).collect::<Vec<_>>(), [format!("Sea {n}")]);
        assert!(reading.body.text.starts_with(&format!("Number {n}. The ferry")), "{}", reading.body.text);
        assert!(!reading.cut && reading.body.text.matches("Number").count() == 1);
    }
}

#[test]
fn posts_under_the_heading_of_a_day_have_that_day_and_a_cut_one_says_so() {
    let page = index(3, |n, text| {
        format!(
            "<div class=date-outer><h2 class=date-header><span>Monday, May {n}, 2011</span></h2><div class=date-posts><div class=post-outer><div class='post hentry'>\
             <h3 class='post-title entry-title'><a href='http://quay.example/2011/05/f{n}.html'>Ferry {n}</a></h3><div class='post-body entry-content'>{text}</div>\
             <div class=jump-link><a href='http://quay.example/2011/05/f{n}.html#more'>Read more »</a></div></div></div></div></div>"
        )
    });
    let verdict = read(&page, "http://quay.example/");
    let told: Vec<_> = verdict
        .posts
        .iter()
        .map(|r| (r.draft.published.as_ref().unwrap().text.clone(), r.cut, extract::flat(r, "x")["truncated"].clone()))
        .collect();
    let expected: Vec<_> = (1..=3).map(|n| (format!("2011-05-{n:02}"), true, serde_json::json!(true))).collect();
    assert_eq!(told, expected);
}

#[test]
fn a_post_with_teasers_of_others_around_it_is_one_post() {
    let teaser = |n: usize| {
        format!("<div class='post hentry'><h3><a href='/2008/04/t{n}/'>Tern {n}</a></h3><p>{WORDS} {WORDS}</p></div>")
    };
    let teasers: String = (1..=4).map(teaser).collect();
    let main = format!(
        "<div class='post hentry'><h1 class=entry-title>A late ferry</h1><div class=entry-content>{}</div></div>",
        format!("<p>{WORDS}</p>").repeat(6)
    );
    for title in ["A late ferry | The Quay", "The Quay"] {
        let page =
            format!("<html><head><title>{title}</title></head><body>{main}<h3>Newer</h3>{teasers}</body></html>");
        for url in ["http://quay.example/2008/05/a-late-ferry/", ""] {
            let verdict = read(&page, url);
            assert_eq!(verdict.posts.len(), 1, "{title} {url}");
            assert_eq!(verdict.posts[0].draft.title, "A late ferry");
        }
    }
    let with_comments = post(
        "",
        &(1..9)
            .map(|n| format!("<div class='comment post' id=comment-{n}><cite>Ann {n}</cite><p>{WORDS}</p></div>"))
            .collect::<String>(),
    );
    assert_eq!(read(&with_comments, "http://quay.example/2008/05/a-late-ferry/").posts.len(), 1);
}

#[test]
fn a_page_that_is_no_post_says_what_it_is() {
    let teasers =
        index(5, |n, text| format!("<div class=post><h2><a href='/2008/{n}/'>Ferry {n}</a></h2>{text}</div>"));
    let links: String = (0..60).map(|n| format!("<a href='/tag/t{n}/'>tag {n}</a> ")).collect();
    let page = |title: &str, class: &str, inner: &str| {
        format!(
            "<html><head><title>{title}</title></head><body class='{class}'><div id=content>{inner}</div></body></html>"
        )
    };
    let cases = [
        (page("Page not found | The Quay", "", &format!("<h1>Not found</h1><p>{WORDS}</p>")), "", "error page"),
        (page("The Quay", "error404", "<h1>Oh</h1><p>Nothing, sorry, nothing at all is here.</p>"), "", "error page"),
        (teasers.clone(), "http://quay.example/?s=ferry", "search"),
        (page("Search Results for ferry", "search-results", &teasers), "", "search"),
        (
            page(
                "Log In ‹ The Quay",
                "login",
                "<form><p>Name <input name=log></p><p>Password <input type=password></p></form><p>Lost it, or forgot? Ask.</p>",
            ),
            "",
            "log in",
        ),
        (page("Tags", "", &links), "", "links"),
        (page("", "", ""), "", "empty"),
    ];
    for (page, url, why) in cases {
        let verdict = read(&page, url);
        let reason = verdict.reason.unwrap_or_default();
        assert!(verdict.posts.is_empty() && reason.contains(why), "{why}: {reason} {}", verdict.posts.len());
    }
}
