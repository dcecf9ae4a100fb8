//! Defects planted one by one in a sound book: lint finds each, by its rule.

use std::collections::BTreeMap;
use std::io::Write;

use mdarchive::export::{Profile, RULES};
use mdarchive::model::{Caption, Post};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::book::{Blog, Kept, Made, media, picture, post};
use super::lint::faults;

fn sound() -> (Kept, Made) {
    let body = r##"<h2>Head</h2><p>See <a href="http://other.example/a">this page</a> and <a href="http://blog.example/2007/04/post-2/">that</a>.</p>
        <figure><img src="http://blog.example/boat.png" alt="A boat at sea"><figcaption>The Mary Jane.</figcaption></figure>
        <table><tr><th>a</th><th>b</th></tr><tr><td>c</td><td>d</td></tr></table>"##;
    let one = Post {
        media: vec![media("http://blog.example/boat.png", &picture(40, 60))],
        captions: vec![Caption {
            text: "The Mary Jane.".into(),
            src: Some("http://blog.example/boat.png".into()),
            ..Caption::default()
        }],
        ..post(1, "One", "2007-04-23", body)
    };
    let blog = Blog::new("planted")
        .with_media([("", picture(40, 60))])
        .with([one, post(2, "Two", "2007-05-01", "<p>Once upon a time there was a second post.</p>")]);
    let kept = blog.keep(false);
    let made = kept.make(&Default::default(), &Default::default()).unwrap();
    (kept, made)
}

fn pack(order: &[String], files: &BTreeMap<String, Vec<u8>>, stored: bool) -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for name in order {
        let method = if stored && name == "mimetype" { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        zip.start_file(name, SimpleFileOptions::default().compression_method(method)).unwrap();
        zip.write_all(&files[name]).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn each_planted_defect_is_found_by_its_rule() {
    let (kept, book) = sound();
    let one = book.contents().iter().find(|c| c.1 == "One").unwrap().2.clone();
    let two = book.contents().iter().find(|c| c.1 == "Two").unwrap().2.clone();
    let (chapter, second) = (format!("OEBPS/{one}"), format!("OEBPS/{two}"));
    let (opf, nav, ncx, css) = ("OEBPS/package.opf", "OEBPS/nav.xhtml", "OEBPS/toc.ncx", "OEBPS/css/book.css");
    let cover = "OEBPS/text/cover.xhtml";
    let edits: Vec<(u8, &str, &str, &str)> = vec![
        (2, &chapter, "</figure>", "</p>"),
        (2, opf, "<dc:language>en-GB</dc:language>", ""),
        (3, &chapter, "role=\"doc-chapter\"", ""),
        (3, &chapter, ">that</a>", "></a>"),
        (4, &chapter, "id=\"f1\"", "id=\"1F\""),
        (5, opf, "<item id=\"toc\"", "<item id=\"other\""),
        (6, &chapter, "xml:lang=\"en-GB\"", "xml:lang=\"us\""),
        (6, &chapter, "xml:lang=\"en-GB\">", "xml:lang=\"en-GB\" dir=\"rtl\">"),
        (7, &chapter, "<title>One — A quiet harbour", "<title>"),
        (7, &chapter, "<title>One", "<title>Two"),
        (8, &chapter, "<h2>Head</h2>", "<h4>Head</h4>"),
        (8, &chapter, "<h2>Head</h2>", "<h2></h2>"),
        (9, &chapter, "<h2>Head", "<!-- x --><h2>Head"),
        (9, &chapter, "<h2>Head", "<h2 onclick=\"x()\">Head"),
        (9, &chapter, "<h2>Head", "<h2 style=\"x\">Head"),
        (9, &chapter, "<h2>Head", "<iframe src=\"x\"></iframe><h2>Head"),
        (10, &chapter, "src=\"../images/", "src=\"http://x.example/"),
        (10, css, "p { margin", "p { content: url(http://x.example/); margin"),
        (11, css, "p { margin", "p { position: fixed; margin"),
        (11, css, "p { margin: 0 0 .6em", "p { margin: 0 0 min(1em, 2vw)"),
        (11, css, "\np { margin", "\n@media screen { b { font-weight: bold; } } p { margin"),
        (12, &chapter, "class=\"byline\"", "class=\"unheard\""),
        (12, &chapter, "class=\"byline\"", "class=\"fn\""),
        (13, &chapter, "href=\"p", "href=\"q"),
        (13, &chapter, "#k-tag", "#k-lost"),
        (14, "OEBPS/text/y2007-04.xhtml", &one[5..], "@#whole"),
        (15, &second, "<p>Once", "<p><a href=\"http://blog.example/2007/04/post-1/\">x</a> Once"),
        (16, &chapter, "<sup><a id=\"r1\"", "<b><a id=\"r1\""),
        (16, &chapter, "epub:type=\"backlink\"", ""),
        (17, &chapter, "doc-noteref\">1<", "doc-noteref\">2<"),
        (18, nav, ">Two</a>", ">Zwei</a>"),
        (18, &second, "<h1 id=\"h\">Two", "<h1 id=\"h\">Zwei"),
        (19, ncx, "<text>Two</text>", "<text>Zwei</text>"),
        (19, ncx, "urn:uuid:", "urn:other:"),
        (20, nav, " hidden=\"hidden\"", ""),
        (20, nav, "epub:type=\"titlepage\"", "epub:type=\"toc\""),
        (21, cover, "</section>", "<p>words</p></section>"),
        (21, opf, "properties=\"cover-image\"", ""),
        (22, opf, "media-type=\"image/png\" id=\"i", "media-type=\"image/jpeg\" id=\"i"),
        (24, &chapter, "<img ", "<b "),
        (25, &chapter, "alt=\"A boat at sea\"", ""),
        (25, &chapter, "alt=\"A boat at sea\"", "alt=\"boat.png\""),
        (25, &chapter, "alt=\"A boat at sea\"", "alt=\"The Mary Jane.\""),
        (26, &chapter, "The Mary Jane.", "The Mary."),
        (27, &chapter, " scope=\"row\"", ""),
        (27, &chapter, "<td>c", "<td rowspan=\"3\">c"),
        (28, &second, "Once upon", "Once"),
        (28, &second, "<p>Once", "<p> </p><p>Once"),
        (29, opf, "<dc:publisher>", "<dc:publisher>x</dc:publisher><dc:publisher>"),
        (29, opf, ">alternativeText<", ">none<"),
    ];
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("book.epub");
    let check = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        faults(&path, Profile::Generic, Some(&kept.archive))
    };
    assert_eq!(check(&pack(&book.order, &book.files, true)), Vec::<String>::new());
    let mut failed = Vec::new();
    for (rule, file, from, to) in edits {
        let mut files = book.files.clone();
        let text = book.text(file);
        if !text.contains(from) {
            failed.push(format!("{file} has no {from:?}: {}", text.chars().take(3000).collect::<String>()));
            continue;
        }
        // A place in another chapter: `@` stands for its file, and the words get an id there.
        let to = if to.starts_with('@') { to.replace('@', from) } else { to.to_string() };
        files.insert(file.into(), text.replacen(from, &to, 1).into_bytes());
        if to.ends_with("#whole") {
            let body = book.text(&chapter).replace("<h2>Head</h2>", "<h2 id=\"whole\">A long heading</h2>");
            files.insert(chapter.clone(), body.into_bytes());
        }
        let found = check(&pack(&book.order, &files, true));
        if !found.iter().any(|f| f.starts_with(&format!("{rule} "))) {
            failed.push(format!("rule {rule} does not see {from:?} → {to:?}: {found:?}"));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn defects_of_the_container_are_found() {
    let (_, book) = sound();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("book.epub");
    let check = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        faults(&path, Profile::Generic, None)
    };
    let has = |faults: &[String], rule: u8| faults.iter().any(|f| f.starts_with(&format!("{rule} ")));
    assert!(has(&check(&pack(&book.order, &book.files, false)), 1));
    let (mut order, mut files) = (book.order.clone(), book.files.clone());
    order.push("OEBPS/Stray File.txt".into());
    files.insert("OEBPS/Stray File.txt".into(), b"x".to_vec());
    let found = check(&pack(&order, &files, true));
    assert!(has(&found, 1) && has(&found, 4), "{found:?}");
    let photo = book.order.iter().find(|n| n.contains("/images/i")).unwrap().clone();
    let mut files = book.files.clone();
    files.insert(photo.clone(), picture(3000, 2500));
    assert!(has(&check(&pack(&book.order, &files, true)), 23));
    let late = SimpleFileOptions::default()
        .last_modified_time(zip::DateTime::from_date_and_time(2026, 1, 2, 3, 4, 6).unwrap());
    let mut zip = ZipWriter::new_append(std::io::Cursor::new(pack(&book.order, &book.files, true))).unwrap();
    zip.start_file("META-INF/late", late).unwrap();
    assert!(has(&check(&zip.finish().unwrap().into_inner()), 30));
    assert!(mdarchive::export::lint(dir.path(), Default::default()).is_err());
    assert_eq!(RULES.len(), 30);
}

#[test]
fn any_file_is_told_of_in_one_line_and_never_a_panic() {
    let (_, book) = sound();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("book.epub");
    for at in (0..book.bytes.len()).step_by(book.bytes.len() / 60) {
        std::fs::write(&path, &book.bytes[..at]).unwrap();
        let _ = mdarchive::export::lint(&path, Default::default());
        let mut hurt = book.bytes.clone();
        hurt[at] ^= 0x55;
        std::fs::write(&path, &hurt).unwrap();
        let _ = mdarchive::export::lint(&path, Default::default());
    }
}
