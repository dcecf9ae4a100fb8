//! Promise: every shortcode that WordPress itself and its common plugins know is shown, kept or told.

use std::fs;

use mdarchive::html;

use super::read;

/// A shortcode as typed, and the body that comes of it.
const TABLE: [(&str, &str); 33] = [
    (
        "[caption id=\"attachment_5\" align=\"alignleft\" width=\"300\" caption=\"Said &quot;before&quot;\"]<a href=\"http://q.example/a\"><img src=\"http://q.example/p.jpg\" /></a>[/caption]",
        "<figure class=\"alignleft\"><a href=\"http://q.example/a\"><img src=\"http://q.example/p.jpg\"></a><figcaption>Said \"before\"</figcaption></figure>",
    ),
    (
        "[caption width=\"300\"]<img src=\"http://q.example/p.jpg\" /> Said <em>after</em>[/caption]",
        "<figure><img src=\"http://q.example/p.jpg\"><figcaption>Said <em>after</em></figcaption></figure>",
    ),
    (
        "[caption attachment_id=\"5\"]<img src=\"http://q.example/p.jpg\"> By its number[/caption]",
        "<figure><img src=\"http://q.example/p.jpg\"><figcaption>By its number</figcaption></figure>",
    ),
    (
        "[wp_caption caption=\"Stated\"]<img src=\"http://q.example/p.jpg\"> Lost[/wp_caption]",
        "<figure><img src=\"http://q.example/p.jpg\"><figcaption>Stated</figcaption></figure>",
    ),
    (
        "[gallery ids=\"6,5\"]",
        "<div><figure><img src=\"http://q.example/u/b.jpg\" alt=\"\"><figcaption>Cap b</figcaption></figure><figure><img src=\"http://q.example/u/a.jpg\" alt=\"\"><figcaption>Cap a</figcaption></figure></div>",
    ),
    (
        "[gallery columns=2 include=5]",
        "<div><figure><img src=\"http://q.example/u/a.jpg\" alt=\"\"><figcaption>Cap a</figcaption></figure></div>",
    ),
    ("[embed]http://v.example/1[/embed]", "<p>@http://v.example/1@</p>"),
    ("[embed width=\"3\"]http://v.example/1?a=1&amp;b[/embed]", "<p>@http://v.example/1?a=1&amp;b@</p>"),
    ("[audio src=\"http://q.example/s.mp3\"]", "<p>@http://q.example/s.mp3@</p>"),
    ("[audio http://q.example/s.mp3]", "<p>@http://q.example/s.mp3@</p>"),
    ("[audio mp3=\"http://q.example/s.mp3\"][/audio]", "<p>@http://q.example/s.mp3@</p>"),
    ("[video mp4=\"http://q.example/f.mp4\" poster=\"http://q.example/p.jpg\"]", "<p>@http://q.example/f.mp4@</p>"),
    ("[playlist ids=\"7\"]", "<ol><li><a href=\"http://q.example/u/s.mp3\">Title s</a></li></ol>"),
    ("[youtube http://www.youtube.com/watch?v=abc]", "<p>@http://www.youtube.com/watch?v=abc@</p>"),
    ("[youtube=http://www.youtube.com/watch?v=abc&w=3]", "<p>@http://www.youtube.com/watch?v=abc&amp;w=3@</p>"),
    ("[youtube id=\"abcdefg\"]", "<p>@https://www.youtube.com/watch?v=abcdefg@</p>"),
    ("[vimeo 12345]", "<p>@https://vimeo.com/12345@</p>"),
    ("[vimeo clip_id=\"12345\" width=\"400\"]", "<p>@https://vimeo.com/12345@</p>"),
    ("[dailymotion id=x1234]", "<p>@https://www.dailymotion.com/video/x1234@</p>"),
    ("[gist]https://gist.github.com/1[/gist]", "<p>@https://gist.github.com/1@</p>"),
    ("[gist 123456]", "<p>@https://gist.github.com/123456@</p>"),
    ("[gist id=123456]", "<p>@https://gist.github.com/123456@</p>"),
    ("[code]<b>&amp;</b>\n\n[gallery][/code]", "<pre><code>&lt;b&gt;&amp;amp;&lt;/b&gt;\n\n[gallery]</code></pre>"),
    (
        "[sourcecode language=\"php\"]<?php echo 1; ?>[/sourcecode]",
        "<pre><code class=\"language-php\">&lt;?php echo 1; ?&gt;</code></pre>",
    ),
    ("[latex]e=mc^2[/latex]", "<p><code>e=mc^2</code></p>"),
    ("[[gallery]]", "<p>[gallery]</p>"),
    ("[[caption]x[/caption]]", "<p>[caption]x[/caption]</p>"),
    ("[sic] it says", "<p>[sic] it says</p>"),
    ("[box tone=\"red\"]Kept[/box]", "<p>Kept</p>"),
    ("Before [form id=\"7\"] after", "<p>Before  after</p>"),
    ("[/stray]", "<p>[/stray]</p>"),
    ("http://v.example/alone\n\nand words", "<p>@http://v.example/alone@</p>\n<p>and words</p>"),
    ("words http://v.example/inline", "<p>words http://v.example/inline</p>"),
];

fn item(id: usize, kind: &str, title: &str, more: &str) -> String {
    format!(
        "<item><title>{title}</title><link>http://q.example/{id}/</link><wp:post_id>{id}</wp:post_id>\
         <wp:post_type>{kind}</wp:post_type><wp:status>publish</wp:status>{more}</item>"
    )
}

#[test]
fn every_shortcode_is_shown_kept_or_told() {
    let file = |id: usize, name: &str| {
        let stem = &name[..1];
        let more = format!(
            "<wp:attachment_url>http://q.example/u/{name}</wp:attachment_url><excerpt:encoded>Cap {stem}</excerpt:encoded>"
        );
        item(id, "attachment", &format!("Title {stem}"), &more)
    };
    let mut items = [file(5, "a.jpg"), file(6, "b.jpg"), file(7, "s.mp3")].concat();
    for (n, (typed, _)) in TABLE.iter().enumerate() {
        items += &item(100 + n, "post", "t", &format!("<content:encoded><![CDATA[{typed}]]></content:encoded>"));
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.xml");
    let export = format!(
        "<?xml version='1.0'?><rss version='2.0' xmlns:excerpt='http://wordpress.org/export/1.2/excerpt/' \
         xmlns:content='http://purl.org/rss/1.0/modules/content/' xmlns:wp='http://wordpress.org/export/1.2/'><channel>\
         <title>t</title><wp:wxr_version>1.2</wp:wxr_version>{items}</channel></rss>"
    );
    fs::write(&path, export).unwrap();
    let read = read(&path).unwrap();
    let of = |n: usize| read.drafts.iter().find(|d| d.extra["wxr"]["id"] == 100 + n).unwrap();
    for (n, (typed, made)) in TABLE.iter().enumerate() {
        let mut parts = made.split('@');
        let mut wanted = parts.next().unwrap().to_string();
        while let (Some(url), Some(rest)) = (parts.next(), parts.next()) {
            wanted += &format!("<a class=\"embed\" href=\"{url}\">{url}</a>{rest}");
        }
        assert_eq!(html::body(&of(n).body, None, None).html.trim(), wanted, "{typed}");
    }
    let told = |typed: &str| {
        let n = TABLE.iter().position(|(t, _)| *t == typed).unwrap();
        of(n).extra["wxr"].get("shortcodes").cloned().unwrap_or_default()
    };
    assert_eq!(told("[box tone=\"red\"]Kept[/box]"), serde_json::json!(["[box tone=\"red\"]"]));
    assert_eq!(told("Before [form id=\"7\"] after"), serde_json::json!(["[form id=\"7\"]"]));
    assert!(told("[sic] it says").is_null());
    let notes = read.report.all_remarks();
    assert!(notes.iter().any(|n| n.contains("unknown shortcodes") && n.contains("form")), "{notes:?}");
}
