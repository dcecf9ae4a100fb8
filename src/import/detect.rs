//! Which format a stream is in, by its content; names lie. One table, asked in order.

use std::io::Read;

use crate::error::Result;
use crate::input::Named;

use super::head::{Head, is_page};
use super::report::{Job, Report, Sink};
use super::unknown::{is_no_post, unknown};
use super::{
    answers, blogger, dotclear, feed, ghost, livejournal, markdown, medium, mhtml, mt, npf, own, page, redact,
    substack, text, tumblr, warc, wxr,
};

/// A format: how it is told from the others, and who reads it.
pub struct Format {
    /// The kind of source its posts name.
    pub kind: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// The ending of the copy kept of it.
    pub extension: &'static str,
    fits: fn(&Head) -> bool,
    /// Reads streams of the format; none where the format is known but cannot be read yet.
    pub read: Option<Reader>,
    /// Blanks what must not be kept in the copy of an original; none where nothing must.
    pub redact: Option<Redactor>,
}

/// Returns a copy of a stream without what is nobody's business.
pub type Redactor = for<'a> fn(Box<dyn Read + 'a>) -> Box<dyn Read + 'a>;

/// Reads streams that belong together, hands on what it finds, and reports.
pub type Reader = fn(&Job, &mut Sink) -> Result<Report>;

/// All formats, the surest first.
pub static FORMATS: &[Format] = &[
    Format {
        kind: "wxr",
        name: "a WordPress export",
        extension: "xml",
        fits: is_wxr,
        read: Some(wxr::read),
        redact: Some(redact::export),
    },
    Format {
        kind: "warc",
        name: "a web archive (WARC)",
        extension: "warc",
        fits: warc::fits,
        read: Some(warc::read),
        redact: None,
    },
    Format {
        kind: "arc",
        name: "an ARC file",
        extension: "arc",
        fits: |h| h.bytes.starts_with(b"filedesc://"),
        read: Some(warc::read),
        redact: None,
    },
    Format {
        kind: "blogger",
        name: "a Blogger export",
        extension: "xml",
        fits: is_blogger,
        read: Some(blogger::read),
        redact: Some(redact::feed),
    },
    Format {
        kind: "feed",
        name: "a feed",
        extension: "xml",
        fits: is_feed,
        read: Some(feed::read),
        redact: Some(redact::feed),
    },
    Format {
        kind: "tumblr",
        name: "a Tumblr export",
        extension: "xml",
        fits: tumblr::fits,
        read: Some(tumblr::read),
        redact: None,
    },
    Format {
        kind: "tumblr-api",
        name: "answers of Tumblr",
        extension: "json",
        fits: npf::fits,
        read: Some(npf::read),
        redact: None,
    },
    Format {
        kind: "livejournal",
        name: "a LiveJournal export",
        extension: "xml",
        fits: livejournal::fits,
        read: Some(livejournal::read),
        redact: None,
    },
    Format {
        kind: "medium",
        name: "a Medium export",
        extension: "html",
        fits: medium::fits,
        read: Some(medium::read),
        redact: None,
    },
    Format {
        kind: "page",
        name: "a saved page",
        extension: "html",
        fits: is_page,
        read: Some(page::read),
        redact: None,
    },
    Format {
        kind: "mhtml",
        name: "a saved page (MHTML)",
        extension: "mhtml",
        fits: is_mhtml,
        read: Some(mhtml::read),
        redact: None,
    },
    Format {
        kind: "mdarchive",
        name: "an archive of mdarchive, handed out as JSON",
        extension: "json",
        fits: own::fits,
        read: Some(own::read),
        redact: None,
    },
    Format {
        kind: "rest",
        name: "answers of a WordPress site",
        extension: "json",
        fits: answers::fits_rest,
        read: Some(answers::read_rest),
        redact: Some(redact::json),
    },
    Format {
        kind: "wpcom",
        name: "answers of WordPress.com",
        extension: "json",
        fits: answers::fits_wpcom,
        read: Some(answers::read_wpcom),
        redact: Some(redact::json),
    },
    Format {
        kind: "blogger-api",
        name: "answers of Blogger",
        extension: "json",
        fits: answers::fits_blogger,
        read: Some(answers::read_blogger),
        redact: Some(redact::json),
    },
    Format {
        kind: "ghost",
        name: "a Ghost export",
        extension: "json",
        fits: ghost::fits,
        read: Some(ghost::read),
        redact: Some(redact::json),
    },
    Format {
        kind: "dotclear",
        name: "a Dotclear backup",
        extension: "txt",
        fits: dotclear::fits,
        read: Some(dotclear::read),
        redact: Some(redact::dotclear),
    },
    Format {
        kind: "substack",
        name: "a Substack export",
        extension: "csv",
        fits: substack::fits,
        read: Some(substack::read),
        redact: None,
    },
    Format {
        kind: "mt",
        name: "a Movable Type export",
        extension: "txt",
        fits: is_movable_type,
        read: Some(mt::read),
        redact: Some(redact::movable_type),
    },
    Format {
        kind: "markdown",
        name: "a Markdown post",
        extension: "md",
        fits: markdown::fits,
        read: Some(markdown::read),
        redact: None,
    },
    Format {
        kind: "text",
        name: "a plain-text post",
        extension: "txt",
        fits: is_text,
        read: Some(text::read),
        redact: None,
    },
];

/// Endings of parts of a format that are not what the format's own files are.
const PARTS: [&str; 6] = ["html", "htm", "rst", "textile", "csv", "json"];

impl Format {
    /// Returns the ending of the copy kept of a stream.
    pub fn extension_of(&self, name: &str) -> &'static str {
        let own = name.rsplit_once('.').map(|(_, e)| e.to_ascii_lowercase()).unwrap_or_default();
        let mixed = matches!(self.kind, "substack" | "markdown" | "tumblr");
        PARTS.into_iter().find(|p| mixed && *p == own).unwrap_or(self.extension)
    }

    /// Returns whether a stream that begins so is in this format.
    pub fn fits(&self, head: &Head) -> bool {
        (self.fits)(head)
    }
}

/// Finds the format of a stream.
///
/// Errors: the stream cannot be read, or is in no format known here.
pub fn detect(stream: &Named) -> Result<&'static Format> {
    let head = Head::new(&stream.name, stream.head()?);
    FORMATS.iter().find(|f| (f.fits)(&head)).ok_or_else(|| unknown(stream, &head))
}

fn is_wxr(head: &Head) -> bool {
    head.is_root("rss") && wxr::looks_like_export(&head.text)
}

fn is_blogger(head: &Head) -> bool {
    head.is_root("feed")
        && (head.text.contains("http://schemas.google.com/blogger/2018")
            || head.text.contains("http://schemas.google.com/blogger/2008/kind#"))
}

fn is_feed(head: &Head) -> bool {
    head.is_root("feed") || head.is_root("rss") || head.is_root("RDF") || feed::is_json_feed(&head.text)
}

fn is_mhtml(head: &Head) -> bool {
    let first = head.text.split("\n\n").next().unwrap_or_default().to_ascii_lowercase();
    first.contains("mime-version:") && (first.contains("multipart/related") || first.contains("content-location:"))
}

/// Fields that entries of Movable Type begin with.
const MT_KEYS: [&str; 9] =
    ["AUTHOR", "TITLE", "DATE", "STATUS", "BASENAME", "UNIQUE URL", "CATEGORY", "PRIMARY CATEGORY", "NO ENTRY"];

fn is_movable_type(head: &Head) -> bool {
    let key = |l: &str| l.split_once(':').is_some_and(|(k, _)| MT_KEYS.contains(&k.trim()));
    let parts = ["\n-----\nBODY:", "\n-----\nEXTENDED BODY:", "\n-----\nCOMMENT:", "\nSTART BODY:"];
    head.text.lines().take(3).any(key) && parts.iter().any(|p| head.text.contains(p))
}

/// Text is what holds no control characters and is no markup.
fn is_text(head: &Head) -> bool {
    let control = |c: char| c.is_control() && !matches!(c, '\n' | '\t' | '\u{c}' | '\u{85}');
    let controls = head.text.chars().filter(|c| control(*c)).count();
    // Records of programs are no words of anybody.
    let json = head.text.starts_with('{') && head.text.get(1..).is_some_and(|t| t.trim_start().starts_with(['"', '}']))
        || head.text.starts_with('[')
            && head.text.get(1..).is_some_and(|t| t.trim_start().starts_with(['{', '[', ']']));
    !head.text.trim().is_empty()
        && !is_no_post(head)
        && !json
        && controls * 200 < head.text.chars().count()
        && !head.bytes.contains(&0)
        && head.root.is_none()
        || head.bytes.starts_with(&[0xff, 0xfe]) && controls == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> Option<&'static str> {
        let head = Head::new("x", text.as_bytes().to_vec());
        FORMATS.iter().find(|f| (f.fits)(&head)).map(|f| f.kind)
    }

    #[test]
    fn content_tells_the_format() {
        let table = [
            ("WARC/1.0\r\nWARC-Type: warcinfo", Some("warc")),
            ("<rss xmlns:wp='http://wordpress.org/export/1.2/'>", Some("wxr")),
            (
                "\n Warning: x\n<?xml version='1.0'?><!-- c --><rss xmlns:x=\"https://wordpress.org/export/1.0/\">",
                Some("wxr"),
            ),
            ("<?xml version='1.0'?><rss><channel><title>x</title>", Some("feed")),
            ("<feed xmlns='http://www.w3.org/2005/Atom'>", Some("feed")),
            ("<!DOCTYPE html>\n<html lang='en'>", Some("page")),
            ("<!-- saved from url=(0021)http://x/ -->\n<HTML>", Some("page")),
            ("AUTHOR: A\nTITLE: T\nDATE: 01/02/2003 04:05:06\n-----\nBODY:\nx\n-----\n", Some("mt")),
            ("---\ntitle: x\n---\n", Some("markdown")),
            ("Just words.\n", Some("text")),
            ("{\"title\": \"a record\"}", None),
            ("[Caption: the pier] and words", Some("text")),
            ("\u{0}\u{1}\u{2}", None),
            ("<svg xmlns='http://www.w3.org/2000/svg'/>", None),
        ];
        for (text, expected) in table {
            assert_eq!(kind(text), expected, "{text}");
        }
    }
}
