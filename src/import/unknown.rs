//! What to say of a stream that no reader here understands: what it seems to be, and what to do about it.

use super::head::{Head, named_like_export};
use crate::error::Error;
use crate::input::Named;

/// What can be imported, for the hint.
pub const KNOWN: &str = "what can be imported: exports of WordPress, Blogger, Movable Type, TypePad, Ghost, Medium, Substack, \
    Tumblr, LiveJournal and Dotclear, folders of Markdown posts, feeds, saved pages, web archives, plain-text posts, and \
    what mdarchive export wrote";

/// First bytes of files that people take for exports, what they are, and what to do.
const KINDS: [(&[u8], &str, &str); 16] = [
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it and import the folder"),
    (b"Rar!\x1a\x07", "a RAR archive", "unpack it and import the folder"),
    (b"BZh", "packed with bzip2", "unpack it and import what is in it"),
    (b"\xfd7zXZ\x00", "packed with xz", "unpack it and import what is in it"),
    (b"\x1f\x8b", "packed with gzip, and damaged", "download or copy it again"),
    (b"%PDF-", "a PDF document", "a blog's platform exports its posts in another form: see its settings"),
    (b"PK\x03\x04", "a ZIP that cannot be read", "download or copy it again"),
    (b"\x89PNG", "a picture", "give the export, and the folder of pictures with it"),
    (b"\xff\xd8\xff", "a picture", "give the export, and the folder of pictures with it"),
    (b"GIF8", "a picture", "give the export, and the folder of pictures with it"),
    (b"SQLite format 3\0", "a SQLite database", DATABASE),
    (b"\x7fELF", "a program", KNOWN),
    (b"MZ", "a program", KNOWN),
    (b"\xd0\xcf\x11\xe0", "an old office document", "save it as plain text and import that"),
    (b"{\\rtf", "an RTF document", "save it as plain text and import that"),
    (b"ID3", "a sound", KNOWN),
];

/// Root elements of XML that is no export, what it is, and what to do.
const ROOTS: [(&str, &str, &str); 6] = [
    ("html", "not a WordPress export (root element is <html>)", PAGE),
    ("urlset", "a sitemap: it lists addresses and holds no posts", "`mdarchive fetch` reads the blog itself"),
    ("sitemapindex", "a sitemap: it lists addresses and holds no posts", "`mdarchive fetch` reads the blog itself"),
    ("opml", "a list of feeds (OPML), and no posts", "`mdarchive fetch` takes the address of each blog in it"),
    ("mysqldump", "a dump of a database", DUMP),
    ("pma_xml_export", "a dump of a database", DUMP),
];

const DATABASE: &str = "give the folder of `L-` and `C-` files if it is one of ljdump's; else export the blog with the program that made it";
const PAGE: &str =
    "a server gave a page in place of the export: sign in, download it again, and look at it in a browser";
const DUMP: &str = "export the posts with the blog's own tools (WordPress: Tools > Export > All content)";

/// Beginnings of texts that are no posts.
const TEXTS: [(&str, &str, &str); 5] = [
    ("-- mysql dump", "a dump of a database", DUMP),
    ("-- mariadb dump", "a dump of a database", DUMP),
    ("-- phpmyadmin sql dump", "a dump of a database", DUMP),
    ("-- postgresql database dump", "a dump of a database", DUMP),
    ("<?php", "a program in PHP", DUMP),
];

/// Makes the error for a stream that fits no format.
pub fn unknown(stream: &Named, head: &Head) -> Error {
    let told = |why: &str, hint: &str| Error::input(&stream.shown, why).with_hint(hint);
    if head.bytes.is_empty() {
        return told("the file is empty", "copy or download it again");
    }
    if head.bytes.iter().all(|b| *b == 0) {
        return told("nothing but zero bytes: the file was never filled", "copy or download it again");
    }
    if head.text.trim().is_empty() {
        return told("nothing but white space in it", "copy or download it again");
    }
    if let Some((_, what, hint)) = KINDS.iter().find(|(start, ..)| head.bytes.starts_with(start)) {
        return told(what, hint);
    }
    if let Some((_, what, hint)) = dumped(&head.text) {
        return told(what, hint);
    }
    if let Some(root) = &head.root {
        let local = root.rsplit(':').next().unwrap_or(root).to_ascii_lowercase();
        return match ROOTS.iter().find(|(name, ..)| *name == local) {
            Some((_, what, hint)) => told(what, hint),
            None if named_like_export(head) => {
                told(&format!("not a WordPress export (root element is <{root}>)"), KNOWN)
            }
            None => told(&format!("no export, feed or page known here (root element is <{root}>)"), KNOWN),
        };
    }
    if head.text.starts_with(['{', '[']) {
        let key = head.text.split('"').nth(1).filter(|k| !k.is_empty() && k.len() < 60);
        let key = key.map(|k| format!(" (it begins with {k:?})")).unwrap_or_default();
        return told(&format!("JSON, but of no export known here{key}"), KNOWN);
    }
    told("not in a format known here", KNOWN)
}

/// Returns whether a text is one of those that only look like words of somebody: programs' files, tables.
pub fn is_no_post(head: &Head) -> bool {
    let table = [".csv", ".tsv"].iter().any(|e| head.name.to_ascii_lowercase().ends_with(e));
    table || dumped(&head.text).is_some() || KINDS.iter().any(|(start, ..)| head.bytes.starts_with(start))
}

fn dumped(text: &str) -> Option<&'static (&'static str, &'static str, &'static str)> {
    let start: String = text.chars().take(40).collect::<String>().to_ascii_lowercase();
    TEXTS.iter().find(|(words, ..)| start.starts_with(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_says_what_it_is_and_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.dat");
        let table: [(&[u8], &str); 10] = [
            (b"", "is empty"),
            (b" \n\n", "white space"),
            (b"\0\0\0\0", "zero bytes"),
            (b"%PDF-1.4", "a PDF"),
            (b"SQLite format 3\0xxxx", "SQLite"),
            (b"<?xml version='1.0'?><urlset/>", "a sitemap"),
            (b"<opml version='2.0'>", "a list of feeds"),
            (b"{\"bookmarks\": []}", "begins with \"bookmarks\""),
            (b"-- MySQL dump 10.13", "a dump"),
            (b"\x01\x02\x03", "not in a format known here"),
        ];
        for (bytes, words) in table {
            std::fs::write(&path, bytes).unwrap();
            let stream = crate::input::open(&path).unwrap().streams.remove(0);
            let error = unknown(&stream, &Head::new("x.dat", bytes.to_vec()));
            assert!(error.to_string().contains(words), "{error}");
            assert!(error.hint().is_some(), "{error}");
        }
        let no_post = |name: &str, text: &str| is_no_post(&Head::new(name, text.as_bytes().to_vec()));
        assert!(no_post("x", "-- MySQL dump 10.13") && no_post("readers.csv", "a,b") && no_post("x", "%PDF-1.4"));
        assert!(!no_post("x", "My dump of thoughts"));
    }
}
