//! Several volumes of one blog, and the same bytes whoever makes them.

use std::process::Command;

use mdarchive::model::{Post, Status};

use super::book::{Blog, Made, post};

fn of<'a>(opf: &'a str, from: &str) -> &'a str {
    opf.split(from).nth(1).and_then(|s| s.split('<').next()).unwrap_or_default()
}

fn shelf(extra: bool) -> Blog {
    let body = r#"<p><a href="http://blog.example/2007/04/post-3/">later</a> <a href="http://blog.example/2007/04/post-2/">here</a></p>"#;
    let mut posts = vec![
        post(1, "One", "2007-04-23", body),
        post(2, "Two", "2007-05-23", "<p>b</p>"),
        post(3, "Three", "2009-04-23", "<p>c</p>"),
    ];
    if extra {
        posts.push(post(4, "Four", "2009-05-01", "<p>d</p>"));
    }
    Blog::new("shelf").with(posts)
}

#[test]
fn volumes_keep_their_names_and_identifiers_and_name_each_other() {
    let (before, after) = (shelf(false).keep(false).volumes("year"), shelf(true).keep(false).volumes("year"));
    assert_eq!(before.keys().collect::<Vec<_>>(), ["-2007", "-2009"]);
    let opf = |made: &Made| made.text("OEBPS/package.opf");
    let (old, new) = (opf(&before["-2009"]), opf(&after["-2009"]));
    assert_eq!(of(&old, "m-uid\">"), of(&new, "m-uid\">"));
    assert_ne!(of(&old, "m-uid\">"), of(&opf(&before["-2007"]), "m-uid\">"));
    assert_eq!(of(&old, "m-title\">"), "A quiet harbour: 2009");
    assert!(
        old.contains("property=\"group-position\">2009<") && old.contains("id=\"m-series\">A quiet harbour<"),
        "{old}"
    );
    let chapter = before["-2007"].chapter("One");
    assert!(
        chapter.contains("<p>later<sup>") && chapter.contains("Three · in the volume “A quiet harbour: 2009”"),
        "{chapter}"
    );
    assert!(chapter.contains(".xhtml\">here</a>"), "{chapter}");
    // A new post in one volume leaves the bytes of the other alone.
    assert!(before["-2007"].bytes == after["-2007"].bytes);
}

#[test]
fn volumes_by_count_size_and_tag_hold_every_post_once() {
    let kept = shelf(true).keep(false);
    for by in ["count=3", "size=9kB", "tag=nothing"] {
        let volumes = kept.volumes(by);
        let posts: usize = volumes.values().map(|m| m.names().filter(|n| n.contains("/text/p")).count()).sum();
        assert_eq!(posts, 4, "{by}: {:?}", volumes.keys());
    }
}

#[test]
fn neither_zone_nor_locale_nor_threads_nor_the_order_of_keeping_show() {
    let mut posts: Vec<_> = (0..40)
        .map(|n| post(n, &format!("Post {n}"), "2007-04-11", "<p>é <a href=\"http://o.example/\">x</a></p>"))
        .collect();
    // Pictures that are converted, the first of them for the cover too.
    let mut media = Vec::new();
    for post in posts.iter_mut().step_by(10) {
        let url = format!("http://blog.example/{}.bmp", media.len());
        let mut bytes = std::io::Cursor::new(Vec::new());
        let painted = image::RgbImage::from_fn(600, 400, |x, y| image::Rgb([x as u8, y as u8, media.len() as u8]));
        painted.write_to(&mut bytes, image::ImageFormat::Bmp).unwrap();
        post.html.push_str(&format!("<p><img src=\"{url}\" alt=\"\"></p>"));
        post.media = vec![super::book::media(&url, bytes.get_ref())];
        media.push(("", bytes.into_inner()));
    }
    let statuses = [(50, Status::Draft), (51, Status::Private)];
    posts.extend(
        statuses.map(|(n, status)| Post { status, ..post(n, &format!("{status:?}"), "2007-04-12", "<p>a</p>") }),
    );
    let blog = Blog::new("settled").with_media(media).with(posts);
    let export = |backwards: bool, zone: &str, locale: &str, jobs: &str, more: &[&str]| {
        let kept = blog.keep(backwards);
        let out = kept.dir.path().join("out");
        let program = env!("CARGO_BIN_EXE_mdarchive");
        let status = Command::new(program)
            .args(["--archives".as_ref(), kept.dir.path().as_os_str(), "export".as_ref(), "--epub".as_ref()])
            .args(["--jobs", jobs, "-q", "blog.example", "-o"])
            .arg(&out)
            .args(more)
            .env("TZ", zone)
            .env("LC_ALL", locale)
            .output()
            .unwrap();
        assert!(status.status.success(), "{}", String::from_utf8_lossy(&status.stderr));
        std::fs::read(out.join("blog.example.epub")).unwrap()
    };
    let first = export(false, "UTC", "C", "1", &[]);
    assert!(first == export(true, "Pacific/Kiritimati", "tr_TR.UTF-8", "4", &[]));
    assert!(first == export(false, "America/St_Johns", "ja_JP.UTF-8", "2", &[]));
    let all = export(false, "UTC", "C", "1", &["--drafts", "--private"]);
    assert!(all == export(true, "Pacific/Kiritimati", "tr_TR.UTF-8", "4", &["--drafts", "--private"]));
    let names = |bytes: Vec<u8>| zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap().len();
    assert_eq!(names(all), names(first) + 2);
}

#[test]
fn templates_are_copied_changed_and_used() {
    let dir = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_mdarchive")).args(args).current_dir(dir.path()).output().unwrap()
    };
    let copied = run(&["templates", "copy", "mine"]);
    assert!(copied.status.success());
    assert_eq!(String::from_utf8_lossy(&copied.stdout).lines().count(), mdarchive::export::TEMPLATES.len());
    let title = dir.path().join("mine/epub/title.xhtml");
    let text = std::fs::read_to_string(&title).unwrap();
    std::fs::write(&title, text.replace("<h1>", "<h1 id=\"mine\">")).unwrap();
    let again = run(&["templates", "copy", "mine"]);
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).contains("--force"));
    let book = Blog::new("templates").with([post(1, "One", "2007-04-23", "<p>a</p>")]);
    let made = book.book_with(|e| e.templates = Some(dir.path().join("mine")));
    assert!(made.text("OEBPS/text/title.xhtml").contains("<h1 id=\"mine\">A quiet harbour"));
    assert!(made.notes.is_empty(), "{:?}", made.notes);
}
