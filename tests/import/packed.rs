//! Files in files: ZIP, tar, gzip, Zstandard, one in another, and what is made to hurt.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use mdarchive::input;

use super::case;
use crate::harness::run::mdarchive;

fn zip(path: &Path, members: &[(&str, &[u8])]) {
    let mut out = zip::ZipWriter::new(File::create(path).unwrap());
    for (name, bytes) in members {
        out.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        out.write_all(bytes).unwrap();
    }
    out.finish().unwrap();
}

fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        // The safe way of setting a name refuses what these tests are about.
        let field = header.as_gnu_mut().unwrap();
        field.name[..name.len().min(100)].copy_from_slice(&name.as_bytes()[..name.len().min(100)]);
        header.set_cksum();
        out.append(&header, *bytes).unwrap();
    }
    out.into_inner().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

fn names(path: &Path) -> Vec<String> {
    input::open(path).unwrap().streams.into_iter().map(|s| s.name).collect()
}

#[test]
fn an_export_is_found_however_it_is_packed() {
    let folder = tempfile::tempdir().unwrap();
    let export = fs::read(case("wxr-variety/input.xml")).unwrap();
    let packed = tar(&[("blog/", b""), ("blog/export.xml", &export), ("blog/note.bin", b"\0\x01")]);
    let inner = folder.path().join("inner.zip");
    zip(&inner, &[("export.xml.gz", &gzip(&export))]);
    let two = [zstd(&export[..1000]), b"\x50\x2a\x4d\x18\x03\0\0\0abc".to_vec(), zstd(&export[1000..])].concat();
    let table = [
        ("plain.tar", packed.clone()),
        ("blog.tar.gz", gzip(&packed)),
        ("named-wrongly.dat", gzip(&packed)),
        ("blog.tar.zst", zstd(&packed)),
        ("export.xml.zst", zstd(&export)),
        ("frames.zst", two),
    ];
    for (name, bytes) in table {
        fs::write(folder.path().join(name), bytes).unwrap();
        let ran = mdarchive(folder.path(), &["import", name, "--archives", &format!("{name}.d")]);
        assert!(ran.err.contains("11 new"), "{name}: {}", ran.err);
    }
    let outer = folder.path().join("outer.zip");
    zip(&outer, &[("a/inner.zip", &fs::read(&inner).unwrap())]);
    let ran = mdarchive(folder.path(), &["import", "outer.zip", "--archives", "nested"]);
    assert!(ran.err.contains("11 new"), "{}", ran.err);
    let ran = mdarchive(folder.path(), &["verify", "--archives", "nested"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
}

#[test]
fn members_of_one_name_are_told_apart_and_books_stay_books() {
    let folder = tempfile::tempdir().unwrap();
    let (a, b, book) = (folder.path().join("a.zip"), folder.path().join("b.zip"), folder.path().join("c.epub"));
    zip(&a, &[("x.txt", b"one")]);
    zip(&b, &[("x.txt", b"two")]);
    zip(&book, &[("mimetype", b"application/epub+zip")]);
    let outer = folder.path().join("outer.zip");
    let read = |p: &Path| fs::read(p).unwrap();
    zip(&outer, &[("a.zip", &read(&a)), ("b.zip", &read(&b)), ("c.epub", &read(&book))]);
    let names = names(&outer);
    assert_eq!(names.len(), 3, "{names:?}");
    assert!(names.contains(&"x.txt".to_string()) && names.contains(&"c.epub".to_string()), "{names:?}");
    // In a folder each stands for itself.
    fs::remove_file(&outer).unwrap();
    let opened = input::open(folder.path()).unwrap();
    assert_eq!((opened.inside.len(), opened.streams.len()), (2, 1));
    let ran = mdarchive(folder.path(), &["import", "."]);
    assert!(ran.err.contains("a: 1 new") && ran.err.contains("b: 1 new"), "{}", ran.err);
}

#[test]
fn a_tar_that_leads_out_is_refused_and_its_links_are_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["../x.txt", "a/../../x.txt", "/etc/x.txt", "C:/x.txt"] {
        let path = folder.path().join("bad.tar");
        fs::write(&path, tar(&[(name, b"words")])).unwrap();
        let error = input::open(&path).unwrap_err().to_string();
        assert!(error.contains("member"), "{name}: {error}");
        fs::write(folder.path().join("bad.tar.gz"), gzip(&tar(&[(name, b"words")]))).unwrap();
        assert!(input::open(&folder.path().join("bad.tar.gz")).is_err(), "{name}");
    }
    let mut builder = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::Symlink);
    header.set_size(0);
    builder.append_link(&mut header, "passwd.txt", "/etc/passwd").unwrap();
    let mut header = tar::Header::new_gnu();
    header.set_size(5);
    let long = format!("{}/post.txt", "deep".repeat(40));
    builder.append_data(&mut header, &long, &b"words"[..]).unwrap();
    let path = folder.path().join("links.tar");
    fs::write(&path, builder.into_inner().unwrap()).unwrap();
    let opened = input::open(&path).unwrap();
    assert_eq!(opened.streams.iter().map(|s| &s.name).collect::<Vec<_>>(), [&long]);
    assert!(opened.notes.iter().any(|n| n.contains("a link, not followed")), "{:?}", opened.notes);
}

#[test]
fn what_is_cut_gives_what_precedes_the_cut() {
    let folder = tempfile::tempdir().unwrap();
    let noise: Vec<u8> = (0..2_000_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let whole = tar(&[("first.txt", b"The first\n\nWords of it.\n"), ("second.bin", &noise)]);
    for (name, bytes) in [("cut.tar", whole.clone()), ("cut.tar.gz", gzip(&whole)), ("cut.tar.zst", zstd(&whole))] {
        fs::write(folder.path().join(name), &bytes[..bytes.len() * 2 / 3]).unwrap();
        let ran = mdarchive(folder.path(), &["import", name, "--archives", &format!("{name}.d")]);
        assert!(ran.err.contains("1 new") && ran.err.contains("cut short"), "{name}: {}", ran.err);
    }
}

#[test]
fn bombs_are_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let zeros = vec![b'a'; 1 << 20];
    // A megabyte of one letter, a hundred times, in a tar: far more than any text is packed to.
    let many: Vec<(&str, &[u8])> = (0..100).map(|_| ("a.txt", zeros.as_slice())).collect();
    let path = folder.path().join("bomb.tar.gz");
    fs::write(&path, gzip(&tar(&many))).unwrap();
    let error = input::open(&path).unwrap_err().to_string();
    assert!(error.contains("200 times"), "{error}");
    // ZIPs in ZIPs in ZIPs: opened so deep and no deeper.
    let mut inner = b"words".to_vec();
    for n in 0..8 {
        let path = folder.path().join(format!("{n}.zip"));
        zip(&path, &[(if n == 0 { "x.txt" } else { "next.zip" }, &inner)]);
        inner = fs::read(&path).unwrap();
    }
    let opened = input::open(&folder.path().join("7.zip")).unwrap();
    assert!(opened.notes.iter().any(|n| n.contains("times over")), "{:?}", opened.notes);
    // Damage in the middle of a ZIP that lies in a ZIP is told.
    let broken = folder.path().join("broken.zip");
    zip(&broken, &[("inner.zip", b"PK\x03\x04 and nothing more")]);
    assert!(input::open(&broken).unwrap_err().to_string().contains("damaged ZIP"));
}

/// The beginning of a JPEG, another for each number.
fn picture(n: u8) -> Vec<u8> {
    [&b"\xff\xd8\xff\xe0\0\x10JFIF\0"[..], &[n; 60]].concat()
}

fn media_of(archive: &Path) -> Vec<(String, bool)> {
    let archive = mdarchive::store::Archive::open(archive).unwrap();
    let posts = archive.entries().unwrap().into_iter().map(|e| archive.read(&e).unwrap());
    posts.flat_map(|p| p.media).map(|m| (m.url.clone(), m.sha256.is_some())).collect()
}

#[test]
fn uploads_beside_the_parts_of_an_export_belong_to_its_posts() {
    let folder = tempfile::tempdir().unwrap();
    let part = |items: &str| {
        format!(
            "<?xml version='1.0'?><rss version='2.0' xmlns:excerpt='http://wordpress.org/export/1.2/excerpt/' xmlns:content='http://purl.org/rss/1.0/modules/content/' xmlns:wp='http://wordpress.org/export/1.2/'><channel><title>t</title><wp:wxr_version>1.2</wp:wxr_version><wp:base_blog_url>http://q.example</wp:base_blog_url>{items}</channel></rss>"
        )
    };
    let post = part(
        "<item><title>P</title><link>http://q.example/p/</link><content:encoded><![CDATA[<img src=\"http://q.example/wp-content/uploads/2007/04/a-300x200.jpg\"> <img src=\"http://q.example/wp-content/uploads/2007/05/a.jpg\">]]></content:encoded><wp:post_id>1</wp:post_id><wp:post_type>post</wp:post_type><wp:status>publish</wp:status></item>",
    );
    let attachment = |id: u8, month: &str| {
        format!(
            "<item><title>A</title><wp:post_id>{id}</wp:post_id><wp:post_type>attachment</wp:post_type><wp:attachment_url>http://q.example/wp-content/uploads/2007/{month}/a.jpg</wp:attachment_url></item>"
        )
    };
    let attachments = part(&format!("{}{}", attachment(8, "04"), attachment(9, "05")));
    zip(
        &folder.path().join("q.zip"),
        &[
            ("q.wordpress.000.xml", post.as_bytes()),
            ("q.wordpress.001.xml", attachments.as_bytes()),
            ("uploads/2007/04/a-300x200.jpg", &picture(1)),
            ("uploads/2007/05/a.jpg", &picture(2)),
            ("uploads/2007/05/other.jpg", &picture(3)),
        ],
    );
    let ran = mdarchive(folder.path(), &["import", "q.zip"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let media = media_of(&folder.path().join("archives/q.example"));
    assert!(media.len() == 2 && media.iter().all(|(_, had)| *had), "{media:?}");
    // The same where the uploads come by a path of their own; alone they are no blog, and it is said so.
    let apart = folder.path().join("apart/wp-content/uploads/2007");
    fs::write(
        folder.path().join("q.xml"),
        post.replace("</channel>", &(attachment(8, "04") + &attachment(9, "05") + "</channel>")),
    )
    .unwrap();
    for (month, name, n) in [("04", "a-300x200.jpg", 1), ("05", "a.jpg", 2)] {
        fs::create_dir_all(apart.join(month)).unwrap();
        fs::write(apart.join(month).join(name), picture(n)).unwrap();
    }
    for (archives, paths) in [("d", ["q.xml", "apart/wp-content"]), ("e", ["apart/wp-content", "q.xml"])] {
        let ran = mdarchive(folder.path(), &["import", paths[0], paths[1], "--archives", archives]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let media = media_of(&folder.path().join(archives).join("q.example"));
        assert!(media.len() == 2 && media.iter().all(|(_, had)| *had), "{media:?}");
    }
    let ran = mdarchive(folder.path(), &["import", "apart"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("pictures, sounds and films alone are no blog"), "{}", ran.err);
}

#[test]
fn a_tumblr_export_with_its_posts_in_a_zip_of_their_own_finds_its_media() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("posts.zip");
    let posts = "   <tumblr version='1.0'><tumblelog title='L'/><posts><post id='100000000002' url='http://lantern.tumblr.com/post/100000000002' type='photo' unix-timestamp='1330675200' format='html'><photo-caption>left</photo-caption><photo-url max-width='1280'>https://64.media.tumblr.com/a/p1_1280.jpg</photo-url></post></posts></tumblr>";
    zip(&inner, &[("posts.xml", posts.as_bytes())]);
    let members = [("posts.zip", fs::read(&inner).unwrap()), ("media/100000000002_0.jpg", picture(4))];
    let members: Vec<(&str, &[u8])> = members.iter().map(|(n, b)| (*n, b.as_slice())).collect();
    zip(&folder.path().join("export.zip"), &members);
    fs::remove_file(&inner).unwrap();
    // Unpacked by hand it is the same.
    let unpacked = folder.path().join("unpacked");
    fs::create_dir_all(unpacked.join("media")).unwrap();
    members.iter().for_each(|(name, bytes)| fs::write(unpacked.join(name), bytes).unwrap());
    for path in ["export.zip", "unpacked"] {
        let ran = mdarchive(folder.path(), &["import", path, "--archives", &format!("{path}.d")]);
        assert_eq!(ran.code, 0, "{path}: {}", ran.err);
        let media = media_of(&folder.path().join(format!("{path}.d/lantern.tumblr.com")));
        assert_eq!(media, [("https://64.media.tumblr.com/a/p1_1280.jpg".to_string(), true)], "{path}");
    }
}

#[test]
fn pictures_in_a_text_are_kept_as_media() {
    let folder = tempfile::tempdir().unwrap();
    let data = base64(&[picture(5), vec![7; 600]].concat());
    let text = format!(
        "---\ntitle: t\nurl: http://q.example/t\n---\n<p>Words</p>\n<img src=\"data:image/jpeg;base64,{data}\" alt=\"x\">\n"
    );
    fs::write(folder.path().join("t.md"), text).unwrap();
    let ran = mdarchive(folder.path(), &["import", "t.md"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let media = media_of(&folder.path().join("archives/t"));
    assert!(matches!(media.as_slice(), [(url, true)] if url.contains("data/") && url.ends_with(".jpg")), "{media:?}");
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::prelude::BASE64_STANDARD.encode(bytes)
}
