//! What the reader of a book sees beside the text: notes, indexes, ways from post to post.

use mdarchive::export::{By, Links, Order};
use mdarchive::model::{Author, Caption, Link, LinkKind, Post, Source, Status, Term};

use super::book::{Blog, Made, media, picture, post};

fn tag(label: &str) -> Term {
    Term { label: label.into(), slug: label.to_lowercase().replace(' ', "-"), taxonomy: "post_tag".into() }
}

fn titles(book: &Made) -> Vec<String> {
    book.contents().into_iter().map(|(level, label, _)| format!("{level} {label}")).collect()
}

#[test]
fn an_address_can_be_read_on_paper_once_a_chapter() {
    let body = r#"<p>See <a href="http://other.example/a.html">this</a> and <a href="http://other.example/a.html">again</a>,
        <a href="https://web.archive.org/web/20070423000000/http://dead.example/b">a copy</a>,
        <a href="http://blog.example/2001/gone/">a lost post</a>, <a href="http://plain.example/">plain.example</a>.</p>"#;
    let blog = Blog::new("notes").with([post(1, "Notes", "2007-04-23", body)]);
    let chapter = blog.book().chapter("Notes");
    assert_eq!(chapter.matches("doc-noteref").count(), 4, "{chapter}");
    assert_eq!(chapter.matches("role=\"doc-footnote\"").count(), 3, "{chapter}");
    assert!(chapter.contains("again</a><sup><a href=\"#n1\""), "{chapter}");
    assert!(
        chapter.contains(
            ">http://<wbr/>dead.<wbr/>example/<wbr/>b</a> · archived copy: <a href=\"https://web.archive.org/"
        ),
        "{chapter}"
    );
    assert!(chapter.contains("gone/</a> · a page of this blog that is not kept"), "{chapter}");
    let inline = blog.book_with(|e| e.links = Links::Inline).chapter("Notes");
    assert!(inline.contains("this</a> <span class=\"url\">[http://<wbr/>other."), "{inline}");
    assert!(!inline.contains("noteref"));
    let both = blog.book_with(|e| e.links = Links::Both).chapter("Notes");
    assert!(both.contains("class=\"url\"") && both.contains("noteref"));
    assert!(!blog.book_with(|e| e.links = Links::None).chapter("Notes").contains("dead.<wbr/>"));
}

#[test]
fn the_archived_copy_of_a_post_is_named() {
    let mut one = post(1, "Rescued", "2007-04-23", "<p>a</p>");
    let uri = "https://web.archive.org/web/20080101000000id_/http://blog.example/2007/04/post-1/";
    one.sources = vec![Source { kind: "wayback".into(), uri: uri.into(), ..Source::default() }];
    let chapter = Blog::new("rescued").with([one]).book().chapter("Rescued");
    assert!(chapter.contains(&format!("<span>archived copy:</span> <a href=\"{uri}\">")), "{chapter}");
}

#[test]
fn tags_lead_to_the_index_and_the_index_to_posts() {
    let with = |n, title: &str, tags: &[&str]| {
        let mut p = post(n, title, &format!("20{:02}-04-23", n % 20), "<p>a</p>");
        p.tags = tags.iter().map(|t| tag(t)).collect();
        p
    };
    let mut posts = vec![with(1, "One", &["Sea", "Élan", "C++", "C#", "海"]), with(2, "Two", &["sea"])];
    posts.extend((3..240).map(|n| with(n, &format!("P{n}"), &["many"])));
    posts[0].categories =
        vec![Term { label: "Uncategorized".into(), slug: "uncategorized".into(), taxonomy: "category".into() }];
    let book = Blog::new("tags").with(posts).book();
    let index = book.text("OEBPS/text/tags.xhtml").replace('\n', "");
    let letters: Vec<&str> = index.split("<h2>").skip(1).map(|s| s.split('<').next().unwrap()).collect();
    assert_eq!(letters, ["C", "E", "M", "S", "海"]);
    assert!(index.contains("<li><span id=\"k-sea\"></span>Sea<ul><li><a href=\"p"), "{index}");
    assert_eq!(index.split("k-sea").nth(1).unwrap().split("</ul>").next().unwrap().matches("<a href").count(), 2);
    // More than two hundred posts stand under their years.
    assert!(index.contains("</span>many<ul><li>2000<ul>"), "{index}");
    let chapter = book.chapter("One");
    assert!(
        chapter.contains("<a href=\"tags.xhtml#k-sea\">Sea</a>, <a href=\"tags.xhtml#k-elan")
            || chapter.contains("<a href=\"tags.xhtml#k-sea\">Sea</a>"),
        "{chapter}"
    );
    assert!(chapter.contains("Categories:</span> Uncategorized"), "{chapter}");
    assert!(book.text("OEBPS/nav.xhtml").contains("epub:type=\"index\" href=\"text/tags.xhtml\""));
    assert!(book.text("OEBPS/package.opf").contains(">index</meta>"));
    let without = Blog::new("no-tags").with([with(1, "One", &["Sea"])]).book_with(|e| e.without.tags = true);
    assert!(without.chapter("One").contains("Tags:</span> Sea") && !without.names().any(|n| n.contains("tags")));
}

#[test]
fn captioned_pictures_are_listed_with_their_posts() {
    let body = r#"<figure><img src="http://blog.example/boat.png" alt=""><figcaption>The <b>Mary Jane</b>.</figcaption></figure><p><img src="http://blog.example/boat.png" alt=""></p>"#;
    let mut one = post(1, "Boats", "2007-04-23", body);
    one.media = vec![media("http://blog.example/boat.png", &picture(40, 50))];
    one.captions = vec![Caption {
        text: "The Mary Jane.".into(),
        src: Some("http://blog.example/boat.png".into()),
        ..Caption::default()
    }];
    let blog = Blog::new("listed").with_media([("", picture(40, 50))]).with([one.clone()]);
    let book = blog.book();
    let list = book.text("OEBPS/text/pictures.xhtml");
    let entry = format!(
        "<a href=\"p{}.xhtml#f1\">The Mary Jane.</a> <span class=\"date\">Boats, 23 April 2007</span>",
        one.id.short()
    );
    assert!(list.contains(&entry), "{list}");
    assert_eq!(titles(&book)[3..], ["1 Tags", "1 Pictures", "1 About this book"]);
    assert!(!blog.book_with(|e| e.without.pictures = true).names().any(|n| n.contains("pictures")));
}

#[test]
fn posts_know_who_links_to_them_and_to_which_place() {
    let first = r#"<p><a href="http://blog.example/2007/04/post-2/#The%20end">to its end</a> <a href="http://blog.example/?p=2">again</a> <a href="http://blog.example/2007/04/post-2/#nowhere">nowhere</a></p>"#;
    let second = r#"<p>Text.</p><h3 id="The end">The end</h3><p>Last. <a href="http://blog.example/2007/04/post-2/">self</a></p>"#;
    let posts = [post(1, "First", "2007-04-23", first), post(2, "Second", "2007-05-23", second)];
    let file = format!("p{}.xhtml", posts[1].id.short());
    let blog = Blog::new("linked").with(posts);
    let book = blog.book();
    let (one, two) = (book.chapter("First"), book.chapter("Second"));
    let place = one.split(&format!("{file}#")).nth(1).unwrap_or_else(|| panic!("{one}")).split('"').next().unwrap();
    assert!(
        place.starts_with("x-the-end-") && two.contains(&format!("<h2><span id=\"{place}\"></span>The end</h2>")),
        "{two}"
    );
    assert!(one.contains(&format!("<a href=\"{file}\">nowhere</a>")), "{one}");
    let linked = two.split("class=\"linked\"").nth(1).unwrap();
    assert!(linked.contains("<h2>Posts that link here</h2>") && linked.matches("<li>").count() == 1, "{linked}");
    assert!(linked.contains(">First</a> <span class=\"date\">23 April 2007</span>"), "{linked}");
    assert!(!one.contains("class=\"linked\""));
    assert!(!blog.book_with(|e| e.without.linked = true).chapter("Second").contains("class=\"linked\""));
}

#[test]
fn a_related_title_leads_to_the_post_that_alone_has_it() {
    let related = |text: &str| Link { url: None, text: text.into(), rel: None, kind: LinkKind::Related, target: None };
    let mut one = post(1, "One", "2007-04-23", "<p>a</p>");
    one.links = vec![related("the OTHER post"), related("Twice"), related("Nobody")];
    let posts = [
        one,
        post(2, "The other post", "2007-04-24", "<p>b</p>"),
        post(3, "Twice", "2007-04-25", "<p>c</p>"),
        post(4, "Twice", "2007-04-26", "<p>d</p>"),
    ];
    let file = format!("p{}.xhtml", posts[1].id.short());
    let chapter = Blog::new("related-title").with(posts).book().chapter("One");
    assert!(chapter.contains(&format!("<li><a href=\"{file}\">the OTHER post</a></li>")), "{chapter}");
    assert!(chapter.contains("<li>Twice</li>") && chapter.contains("<li>Nobody</li>"), "{chapter}");
}

#[test]
fn what_is_kept_but_not_in_the_book_is_told_unless_it_is_private() {
    let body = r#"<p><a href="http://blog.example/2007/04/post-2/">draft</a> <a href="http://blog.example/2007/04/post-3/">old</a></p>"#;
    let secret = Post { status: Status::Private, ..post(2, "Secret plans", "2007-04-24", "<p>b</p>") };
    let blog = Blog::new("away").with([
        post(1, "One", "2008-04-23", body),
        secret,
        post(3, "Old one", "2005-01-01", "<p>c</p>"),
    ]);
    let kept = blog.keep(false);
    let selection = mdarchive::export::Selection { limit: Some(1), ..Default::default() };
    let book = kept.make(&mdarchive::export::Epub::default(), &selection).unwrap();
    let chapter = book.chapter("One");
    assert!(chapter.contains(" · Old one (not in this book)"), "{chapter}");
    assert!(!chapter.contains("Secret"), "{chapter}");
}

#[test]
fn parts_follow_tags_authors_series_and_time_may_run_backwards() {
    let with = |n, title: &str, day: &str, tags: &[&str], author: &str, series: Option<&str>| {
        let mut p = post(n, title, day, "<p>a</p>");
        p.tags = tags.iter().map(|t| tag(t)).collect();
        p.authors = if author.is_empty() { vec![] } else { vec![Author { name: author.into(), ..Author::default() }] };
        p.series = series.map(String::from);
        p
    };
    let blog = Blog::new("parts").with([
        with(1, "A", "2007-04-23", &["boats", "Sea"], "Zoe", Some("Tides")),
        with(2, "B", "2007-06-23", &["Sea"], "adam", None),
        with(3, "C", "2008-04-23", &[], "", Some("Tides")),
    ]);
    let of = |by, order| {
        let all = titles(&blog.book_with(|e| (e.by, e.order) = (by, order)));
        all[1..].iter().take_while(|t| *t != "1 Tags").cloned().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(of(By::Tag, Order::Oldest), "1 Sea 2 A 2 B 1 Without a tag 2 C");
    assert_eq!(of(By::Author, Order::Oldest), "1 adam 2 B 1 Zoe 2 A 1 Without an author 2 C");
    assert_eq!(of(By::Series, Order::Newest), "1 Tides 2 C 2 A 1 Other posts 2 B");
    assert_eq!(of(By::Month, Order::Newest), "1 April 2008 2 C 1 June 2007 2 B 1 April 2007 2 A");
    assert_eq!(of(By::None, Order::Newest), "1 C 1 B 1 A");
}

#[test]
fn a_part_too_long_for_readers_is_cut() {
    let posts = (0..1100).map(|n| post(n, &format!("Post {n}"), "2007-04-11", "<p>a</p>"));
    let book = Blog::new("long-part").with(posts).book();
    let parts: Vec<String> = titles(&book).into_iter().filter(|t| t.contains("April")).collect();
    assert_eq!(parts, ["1 April 2007 (1/3)", "1 April 2007 (2/3)", "1 April 2007 (3/3)"]);
    assert_eq!(book.spine().iter().filter(|s| s.starts_with("y2007-04")).count(), 3);
}

#[test]
fn titles_and_addresses_of_another_direction_leave_what_stands_beside_them_in_place() {
    let hebrew = "<p>שלום עולם, זה פוסט על הים. <a href=\"http://o.example/x\">קישור</a></p>";
    let mut one = post(1, "שלום", "2007-04-23", hebrew);
    one.text = "שלום עולם, זה פוסט על הים.".into();
    let two = post(2, "Two", "2007-04-24", &format!("<p><a href=\"{}\">it</a></p>", one.url.as_deref().unwrap()));
    let book = Blog::new("directions").with([one, two]).book_with(|e| e.links = Links::Both);
    let chapter = book.chapter("שלום");
    for part in [
        "<time dir=\"ltr\" datetime=",
        "<span class=\"url\" dir=\"ltr\">",
        "<a href=\"http://o.example/x\" dir=\"ltr\">",
        "dir=\"ltr\">Two</a> <span class=\"date\" dir=\"ltr\">",
    ] {
        assert!(chapter.contains(part), "{part} in {chapter}");
    }
    assert!(book.text("OEBPS/text/y2007-04.xhtml").contains("dir=\"rtl\">שלום</a>"));
    assert!(!book.chapter("Two").contains("dir="), "{}", book.chapter("Two"));
}

#[test]
fn words_in_a_table_that_fits_are_not_broken() {
    let table = |word: &str| {
        format!("<table><tr><th>Name</th><th>Value</th></tr><tr><td>{word}</td><td>3,400</td></tr></table>")
    };
    let posts =
        [post(1, "Narrow", "2007-04-23", &table("oil")), post(2, "Wide", "2007-04-24", &table(&"long".repeat(20)))];
    let book = Blog::new("table-words").with(posts).book();
    assert!(book.chapter("Narrow").contains("<table class=\"whole\">"));
    assert!(book.chapter("Wide").contains("<table>"));
}
