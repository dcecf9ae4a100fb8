//! The book: what stands in it, and that every file of it is sound. The books made here are left in the folder for
//! temporary files of the build, where `tests/run` has EPUBCheck read them.

mod book;
mod contents;
mod cover;
mod hostile;
mod languages;
mod lint;
mod photos;
mod planted;
mod reader;
mod shelf;

use mdarchive::model::{Author, Caption, Comment, CommentKind, Date, Kind, Link, LinkKind, Post, Status, Term};

use self::book::{Blog, media, picture, post};

#[test]
fn contents_have_two_levels_in_reading_order() {
    let blog = Blog::new("levels");
    let mut page = post(9, "About", "2006-01-01", "<p>Who we are.</p>");
    page.kind = Kind::Page;
    let mut undated = post(8, "Undated", "2007-01-01", "<p>When?</p>");
    undated.published = None;
    let posts = [
        post(1, "First", "2007-04-23", "<p>a</p>"),
        post(2, "Second", "2007-04-24", "<p>b</p>"),
        post(3, "Third", "2007-06-01", "<p>c</p>"),
        page,
        undated,
    ];
    let book = blog.with(posts).book();
    let entries: Vec<String> = book.contents().iter().map(|(level, label, _)| format!("{level} {label}")).collect();
    assert_eq!(
        entries,
        [
            "1 A quiet harbour",
            "1 April 2007",
            "2 First",
            "2 Second",
            "1 June 2007",
            "2 Third",
            "1 Without a date",
            "2 Undated",
            "1 Pages",
            "2 About",
            "1 Tags",
            "1 About this book"
        ]
    );
    assert_eq!(book.spine()[..4], ["cover", "title", "nav", "y2007-04"]);
    assert_eq!(book.spine().last().unwrap(), "colophon");
}

#[test]
fn links_between_posts_stay_in_the_book() {
    let body = r#"<p><a href="http://blog.example/2007/04/second/?utm_source=x">permalink</a> <a href="https://www.blog.example/?p=2#more">alias</a>
        <a href="http://other.example/a b">outside</a> <a href="javascript:alert(1)">bad</a> <a href="relative.html">lost</a></p>"#;
    let mut second = post(2, "Second", "2007-04-24", "<p>b</p>");
    second.url = Some("http://blog.example/2007/04/second/".into());
    let book = Blog::new("links").with([post(1, "First", "2007-04-23", body), second.clone()]).book();
    let first = book.chapter("First");
    let inside = format!("p{}.xhtml", second.id.short());
    assert!(first.contains(&format!("<a href=\"{inside}\">permalink</a> <a href=\"{inside}\">alias</a>")), "{first}");
    assert!(first.contains("<a href=\"http://other.example/a%20b\">outside</a><sup>"), "{first}");
    assert!(first.contains("</sup> bad lost"), "{first}");
}

#[test]
fn places_within_a_post_keep_their_links_and_unused_ids_go() {
    let body = r##"<p id="unused">Text<a href="#fn:1"><sup>1</sup></a>, <a href="#nowhere">lost</a>.</p><ol><li id="fn:1">Note.</li></ol>"##;
    let book = Blog::new("places").with([post(1, "Notes", "2007-04-23", body)]).book();
    let chapter = book.chapter("Notes");
    assert!(chapter.contains("<a href=\"#x-fn-1-95c914\"><sup>1</sup></a>, lost."), "{chapter}");
    assert!(chapter.contains("<li><span id=\"x-fn-1-95c914\"></span>Note.</li>"), "{chapter}");
    assert!(!chapter.contains("unused"));
}

#[test]
fn pictures_and_captions_stand_in_figures_and_missing_ones_in_frames() {
    let body = r#"<figure><a href="http://blog.example/full.png"><img src="http://blog.example/boat.png" alt="A boat"></a><figcaption>The <b>Mary Jane</b>.</figcaption></figure>
        <p><img src="http://blog.example/lost.jpg" alt="IMG_1.JPG"></p><figure><img src="http://blog.example/gone.jpg" alt="Gone"><figcaption>Was here.</figcaption></figure>
        <p>In a line <img src="http://blog.example/lost2.gif" alt="a dot"> and a smile <img src="http://blog.example/s.gif" alt=":-)">.</p>"#;
    let blog = Blog::new("pictures").with_media([("http://blog.example/boat.png", picture(40, 30))]);
    let mut one = post(1, "Boats", "2007-04-23", body);
    one.media =
        vec![media("http://blog.example/boat.png", &picture(40, 30)), media("http://blog.example/lost.jpg", b"")];
    one.captions = vec![
        Caption {
            text: "The Mary Jane.".into(),
            src: Some("http://blog.example/boat.png".into()),
            ..Caption::default()
        },
        Caption { text: "Was here.".into(), src: Some("http://blog.example/gone.jpg".into()), ..Caption::default() },
        Caption { text: "A caption whose picture nobody kept.".into(), ..Caption::default() },
    ];
    let book = blog.with([one]).book();
    let chapter = book.chapter("Boats");
    let flat = chapter.replace('\n', "");
    assert!(flat.contains("<figure class=\"missing\" id=\"f1\"><p>Picture not kept</p><figcaption><p>A caption whose picture nobody kept.</p></figcaption></figure>"), "{flat}");
    assert!(
        flat.contains("alt=\"A boat\"/></a><sup><a id=\"r1\" href=\"#n1\" epub:type=\"noteref\" role=\"doc-noteref\">1</a></sup><figcaption><p>The <b>Mary Jane</b>.</p></figcaption></figure>"),
        "{flat}"
    );
    assert!(flat.contains("<figure class=\"missing\"><p>Picture not kept</p><p><a href=\"http://blog.example/lost.jpg\">http://blog.example/lost.jpg</a></p></figure>"), "{flat}");
    assert!(flat.contains("<p>Picture not kept: Gone</p>") && flat.contains("<figcaption><p>Was here.</p>"), "{flat}");
    assert!(flat.contains("In a line <span class=\"lost\">[a dot]</span> and a smile :-)."), "{flat}");
    assert_eq!(book.names().filter(|n| n.starts_with("OEBPS/images/i")).count(), 1);
    assert!(book.text("OEBPS/text/gaps.xhtml").contains("http://blog.example/lost.jpg"));
}

#[test]
fn headings_begin_at_two_and_skip_no_level() {
    let body =
        "<h4>One</h4><p>a</p><h6>Below</h6><p>b</p><h1>Two</h1><p>c</p><h3></h3><h2><img src=\"x.gif\" alt=\"\"></h2>";
    let book = Blog::new("headings").with([post(1, "Levels", "2007-04-23", body)]).book();
    let chapter = book.chapter("Levels");
    assert!(
        chapter.contains("<h2>One</h2>") && chapter.contains("<h3>Below</h3>") && chapter.contains("<h2>Two</h2>"),
        "{chapter}"
    );
    assert_eq!(chapter.matches("<h2").count() + chapter.matches("<h3").count(), 3);
}

#[test]
fn comments_are_threads_and_can_be_left_out() {
    let comment = |id: &str, parent: Option<&str>, text: &str| Comment {
        id: id.into(),
        parent: parent.map(String::from),
        kind: CommentKind::Comment,
        author: "Ada".into(),
        url: Some("http://ada.example/".into()),
        published: Date::parse_iso("2007-05-01T10:00:00Z"),
        html: text.into(),
        text: String::new(),
        status: None,
    };
    let mut one = post(1, "Talk", "2007-04-23", "<p>a</p>");
    one.comments =
        vec![comment("1", None, "<h1>Loud</h1><p>First <script>x</script>word"), comment("2", Some("1"), "Answer")];
    let blog = Blog::new("comments").with([one]);
    let chapter = blog.book().chapter("Talk");
    assert!(
        chapter.contains("<h2>2 comments</h2>")
            && chapter.contains("<li id=\"c2\">")
            && chapter.contains("<p>Loud</p>"),
        "{chapter}"
    );
    assert!(
        chapter.find("id=\"c2\"").unwrap() < chapter.rfind("</ol>").unwrap()
            && chapter.matches("class=\"thread\"").count() == 2
    );
    let without = blog.book_with(|e| e.without.comments = true).chapter("Talk");
    assert!(!without.contains("comment") && !without.contains("Ada"), "{without}");
}

#[test]
fn many_comments_get_a_file_of_their_own() {
    let mut one = post(1, "Busy", "2007-04-23", "<p>a</p>");
    let text = "A long word on the matter. ".repeat(40);
    let comment = |n: usize| Comment {
        id: n.to_string(),
        parent: None,
        kind: CommentKind::Comment,
        author: "B".into(),
        url: None,
        published: None,
        html: format!("<p>{text}</p>"),
        text: String::new(),
        status: None,
    };
    one.comments = (0..300).map(comment).collect();
    let book = Blog::new("busy").with([one.clone()]).book();
    let stem = one.id.short().to_string();
    assert!(book.chapter("Busy").contains(&format!("<a href=\"c{stem}.xhtml\">300 comments</a>")));
    let spine = book.spine();
    let at = spine.iter().position(|s| *s == format!("p{stem}")).unwrap();
    assert_eq!(spine[at + 1..at + 3], [format!("c{stem}"), format!("c{stem}-2")]);
    let all: usize = [format!("c{stem}"), format!("c{stem}-2")]
        .iter()
        .map(|s| book.text(&format!("OEBPS/text/{s}.xhtml")).matches("<li id=").count())
        .sum();
    assert_eq!(all, 300);
}

#[test]
fn a_long_post_is_cut_between_blocks_and_its_links_follow() {
    let mut body = String::from("<p><a href=\"#end\">to the end</a></p>");
    (0..3000).for_each(|n| body.push_str(&format!("<p>Paragraph {n} {}</p>", "of many words ".repeat(10))));
    body.push_str("<h3 id=\"end\">The end</h3><p>Last.</p>");
    let one = post(1, "Long", "2007-04-23", &body);
    let book = Blog::new("long").with([one.clone()]).book();
    let stem = format!("p{}", one.id.short());
    let files: Vec<String> = book.spine().into_iter().filter(|s| s.starts_with(&stem)).collect();
    assert!(files.len() >= 2, "{files:?}");
    let last = files.last().unwrap();
    assert!(book.chapter("Long").contains(&format!("<a href=\"{last}.xhtml#x-end\">to the end</a>")));
    let text = book.text(&format!("OEBPS/text/{last}.xhtml"));
    assert!(text.contains(&format!("Long ({0}/{0})", files.len())) && text.contains("First published at"), "{text}");
    assert!(!book.chapter("Long").contains("First published at"));
    assert_eq!(book.contents().iter().filter(|(_, label, _)| label.starts_with("Long")).count(), 1);
}

#[test]
fn untitled_posts_are_called_by_their_first_words() {
    let posts =
        (1..4).map(|n| post(n, "", "2007-04-23", "<p>The tide turned at noon and nobody in the harbour saw it.</p>"));
    let book = Blog::new("untitled").with(posts).book();
    let labels: Vec<String> =
        book.contents().into_iter().filter(|(l, ..)| *l == 2).map(|(_, label, _)| label).collect();
    assert_eq!(labels, ["The tide turned at noon and nobody in the …"; 3]);
    assert!(book.chapter("The tide turned at noon and nobody in the …").contains("<h1 id=\"h\" class=\"given\">"));
}

#[test]
fn only_what_is_public_goes_into_the_book_unless_asked() {
    let status = |n, status| Post { status, ..post(n, &format!("{status:?}"), "2007-04-23", "<p>a</p>") };
    let posts = [Status::Published, Status::Draft, Status::Private, Status::Trash]
        .into_iter()
        .enumerate()
        .map(|(n, s)| status(n as u32, s));
    let blog = Blog::new("public").with(posts);
    let titles = |book: &book::Made| {
        book.contents().into_iter().filter(|(l, ..)| *l == 2).map(|(_, label, _)| label).collect::<Vec<_>>()
    };
    assert_eq!(titles(&blog.book()), ["Published"]);
    let asked = blog.selected(&[Status::Published, Status::Draft]);
    assert_eq!(titles(&asked).len(), 2);
}

#[test]
fn an_empty_choice_is_an_error_with_a_hint() {
    let blog = Blog::new("empty").with([Post { status: Status::Draft, ..post(1, "Draft", "2007-04-23", "<p>a</p>") }]);
    let error = blog.try_book(|_| {}).unwrap_err();
    assert!(error.to_string().contains("no post") && error.hint().unwrap().contains("--drafts"), "{error}");
}

#[test]
fn metadata_comes_from_the_archive_alone() {
    let mut one = post(1, "One", "2007-04-23", "<p>a</p>");
    one.authors = vec![Author { name: "Jane Q. Doe".into(), ..Author::default() }];
    one.tags = vec![Term { label: "Sea & Sky".into(), slug: "sea".into(), taxonomy: "post_tag".into() }];
    one.updated = Date::parse_iso("2009-01-02T03:04:05Z");
    let book = Blog::new("metadata").with([one]).book();
    let colophon = book.text("OEBPS/text/colophon.xhtml");
    assert!(colophon.contains("<dt>Captured</dt>\n<dd>"), "{colophon}");
    let opf = book.text("OEBPS/package.opf");
    for part in [
        "<dc:identifier id=\"m-uid\">urn:uuid:",
        "<dc:title id=\"m-title\">A quiet harbour</dc:title>",
        "<dc:language>en-GB</dc:language>",
        "<dc:creator id=\"m-creator-0\">Jane Q. Doe</dc:creator>",
        "property=\"file-as\">Doe, Jane Q.</meta>",
        "scheme=\"marc:relators\">aut</meta>",
        "<dc:subject>Sea &amp; Sky</dc:subject>",
        "<dc:publisher>blog.example</dc:publisher>",
        "<dc:date>2007-04-23</dc:date>",
        "<meta property=\"dcterms:modified\">2009-01-02T03:04:05Z</meta>",
        "property=\"group-position\">2007</meta>",
        "<meta name=\"cover\" content=\"cover-image\"/>",
        "property=\"schema:accessibilityHazard\">none</meta>",
    ] {
        assert!(opf.contains(part), "{part} in {opf}");
    }
}

#[test]
fn the_same_archive_gives_the_same_bytes_and_one_more_post_renames_nothing() {
    let posts: Vec<Post> =
        (0..70).map(|n| post(n, &format!("Post {n}"), &format!("2007-{:02}-11", n % 12 + 1), "<p>a</p>")).collect();
    let blog = Blog::new("same").with(posts.clone());
    let (first, second) = (blog.book(), blog.book());
    assert!(first.bytes == second.bytes);
    let more = Blog::new("more").with(posts.into_iter().chain([post(99, "New", "2007-01-01", "<p>n</p>")])).book();
    let changed: Vec<&str> = first.names().filter(|n| n.contains("/text/p") && first.text(n) != more.text(n)).collect();
    assert!(changed.is_empty(), "{changed:?}");
    assert!(first.names().all(|n| more.names().any(|m| m == n)));
}

#[test]
fn hostile_posts_make_a_sound_book() {
    let deep = format!("{}word{}", "<div><b><ul><li>".repeat(2500), "</li></ul></b></div>".repeat(2500));
    let bodies = [
        "<script>alert(1)</script><p onclick=\"x()\" style=\"color:red\" id=\"a\" class=\"note\">x<style>p{}</style></p><p id=\"a\">y</p><iframe src=\"http://v.example/1\"></iframe>".to_string(),
        "a\u{0}b\u{1}c\u{b}\u{ffff}\u{202e}d &#1; &#xFFFE;<a href=\"http://[bad\">x</a><a href=\" JaVaScRiPt:x\">y</a><a href=\"data:text/html,x\">z</a>".to_string(),
        deep,
        "<table><tr><td>a<table><tr><td>b</td></tr></table></td></tr></table><table><tr><td rowspan=99 colspan=0>a</td><td>b</td></tr><tfoot><tr><th>c</th></tr></tfoot></table><table></table><table><caption>x</caption></table>".to_string(),
        "<ul>text<li>a<li>b<ul><li>c</ul></ul><ul><ul><li>deep</li></ul></ul><li>loose</li><dl><dd>x<dt>y<p>z</dl><dt>free</dt>".to_string(),
        "<b><p>one</p><div>two</div></b><h2><div>head</div></h2><p><span><blockquote>q</blockquote></span>rest</p><pre>a\n\n<p>b</p><div>c</div></pre>".to_string(),
        "<svg><script>x</script><text>t</text></svg><math><mi>x</mi></math><video src=\"http://v.example/a.mp4\" title=\"A film\">no video</video><audio><source src=\"http://v.example/a.mp3\"></audio><object data=\"x\"></object>".to_string(),
        "<ruby>漢<rt>かん</rt>字<rt>じ</rt></ruby><ruby>half<rp>(</rp></ruby><bdo>x</bdo><bdo dir=\"rtl\">y</bdo><abbr>z</abbr><time>noon</time><q cite=\"x\">q</q><ins datetime=\"never\">i</ins>".to_string(),
        "one<br><br>two<br>three<br/><br/><br/>four<hr>five<br>".to_string(),
        "<img><img src=\"\"><img src=\"data:image/png;base64,AAAA\" alt=\"d\"><picture><source srcset=\"x\"><img src=\"file:///etc/passwd\"></picture><input value=v><button>press</button><select><option>o</select>".to_string(),
        "<p lang=\"xx yy\" dir=\"auto\">l</p><div lang=\"fr\" dir=\"ltr\"><p>f</p>g</div><ol start=\"x\" type=\"q\"><li value=\"y\">v</li></ol><a name=\"n\">n</a><a href=\"#n\">to n</a><a href=\"#\">top</a>".to_string(),
        format!("<p>{}</p>", "unbroken".repeat(60_000)),
        "<p>]]> &lt;!-- -- --&gt; <!-- a -- b --> <?php x ?> <![CDATA[ y ]]> & &amp; &nbsp;</p><o:p>office</o:p><fb:like></fb:like>".to_string(),
        String::new(),
    ];
    let posts = bodies.iter().enumerate().map(|(n, body)| {
        let mut p = post(n as u32, &format!("Case {n} \u{0}\u{8}<b> & \"x\"\nnext"), "2007-04-23", body);
        p.language = Some("xx--bad".into());
        p.series = Some("S <1>".into());
        p.url = Some(format!("http://blog.example/<{n}>|x"));
        p.links = vec![
            Link { url: None, text: "Related & lost".into(), rel: None, kind: LinkKind::Related, target: None },
            Link {
                url: Some("javascript:x".into()),
                text: "Bad".into(),
                rel: None,
                kind: LinkKind::Related,
                target: Some("nobody".into()),
            },
        ];
        p
    });
    let book = Blog::new("hostile").unclean().with(posts).book();
    assert!(book.names().all(|n| !book.is_text(n) || !book.text(n).contains("<script")));
    assert!(book.chapter("Case 2 <b> & \"x\" next").contains("word"));
    let case = |n: usize| book.chapter(&format!("Case {n} <b> & \"x\" next"));
    assert!(case(8).contains("<p>one</p>\n<p>two<br/>\nthree</p>\n<p>four</p>\n<hr/>\n<p>five</p>"), "{}", case(8));
    assert!(case(5).contains("<p><b>one</b></p>\n<p><b>two</b></p>\n<h2>head</h2>"), "{}", case(5));
    assert!(case(6).contains("Video “A film”: <a href=\"http://v.example/a.mp4\">"), "{}", case(6));
    assert!(
        case(7).contains("<ruby>漢<rt>かん</rt>字<rt>じ</rt></ruby>half(x<bdo dir=\"rtl\">y</bdo>z"),
        "{}",
        case(7)
    );
}

#[test]
fn related_posts_lead_inside_where_they_are_kept() {
    let other = post(2, "Other", "2007-04-24", "<p>b</p>");
    let mut one = post(1, "One", "2007-04-23", "<p>a</p>");
    let related = |text: &str, target: Option<String>| Link {
        url: None,
        text: text.into(),
        rel: None,
        kind: LinkKind::Related,
        target,
    };
    one.links = vec![related("Other", Some(other.id.to_string())), related("Long lost", None)];
    let book = Blog::new("related").with([one, other.clone()]).book();
    let chapter = book.chapter("One");
    assert!(
        chapter.contains(&format!("<li><a href=\"p{}.xhtml\">Other</a></li>\n<li>Long lost</li>", other.id.short())),
        "{chapter}"
    );
}

#[test]
fn a_users_template_replaces_one_of_ours() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("css")).unwrap();
    std::fs::write(dir.path().join("css/extra.css"), "p { hyphens: none; }").unwrap();
    let blog = Blog::new("templates").with([post(1, "One", "2007-04-23", "<p>a</p>")]);
    let own = dir.path().to_path_buf();
    let book = blog.try_book(|e| e.templates = Some(own.clone())).unwrap();
    assert_eq!(book.text("OEBPS/css/extra.css"), "p { hyphens: none; }");
    std::fs::write(dir.path().join("part.xhtml"), "<p>\n{{ nothing }}</p>").unwrap();
    let error = blog.try_book(|e| e.templates = Some(own.clone())).unwrap_err().to_string();
    assert!(error.contains("part.xhtml line 2"), "{error}");
}

#[test]
fn posts_may_have_the_titles_of_our_own_pages() {
    let names = ["Tags", "About this book", "April 2007", "Contents", "Pages", "A quiet harbour"];
    let posts = names.iter().enumerate().map(|(n, title)| post(n as u32, title, "2007-04-23", "<p>a</p>"));
    let book = Blog::new("namesakes").with(posts).book();
    assert!(book.text("OEBPS/text/tags.xhtml").contains("<title>Tags (tags) — A quiet harbour</title>"));
}

#[test]
fn licences_that_posts_name_stand_in_the_colophon_that_of_the_most_first() {
    let marked = |n: u32, address: &str| {
        let mut post = post(n, &format!("Post {n}"), "2007-04-23", "<p>a</p>");
        let (url, rel) = (Some(address.to_string()), Some("license noopener".to_string()));
        post.links = vec![Link { url, text: "some rights".into(), rel, kind: LinkKind::External, target: None }];
        post
    };
    let (by, zero) = ("https://l.example/by/4.0/", "https://l.example/zero/");
    let mut told = post(4, "Post 4", "2007-04-23", "<p>a</p>");
    told.extra.insert("feed".into(), serde_json::json!({"license": [by, "javascript:x"]}));
    let book = Blog::new("licensed").with([marked(1, zero), marked(2, by), marked(3, by), told]).book();
    let colophon = book.text("OEBPS/text/colophon.xhtml");
    let shown = format!("<dt>Licence</dt>\n<dd><a href=\"{by}\">{by}</a></dd>\n<dd><a href=\"{zero}\">{zero}</a></dd>");
    assert!(colophon.contains(&shown), "{colophon}");
    assert!(book.text("OEBPS/package.opf").contains(&format!(">{by}, {zero}</dc:rights>")));
    let bare = Blog::new("bare").with([post(1, "One", "2007-04-23", "<p>a</p>")]).book();
    assert!(!bare.text("OEBPS/text/colophon.xhtml").contains("Licence"));
}
