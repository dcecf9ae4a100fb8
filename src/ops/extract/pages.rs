//! The pages that some paths hold, one after the other: files, members of folders and ZIPs, captures of web archives,
//! what comes in on standard input. It knows nothing of posts.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::import::warc::{Captures, Records};
use crate::import::{Head, is_page};
use crate::input::{self, HEAD, Named};

/// A page larger than this is no page.
pub const MAX_PAGE: u64 = 64 << 20;

/// Where the bytes of one page come from.
pub enum Bytes {
    Stream(Named),
    Held(Vec<u8>),
    /// They cannot be had, and why.
    None(String),
}

/// One page that is to be read.
pub struct Page {
    pub id: String,
    /// Name of its file.
    pub name: String,
    pub bytes: Bytes,
    /// Where it was found, where what holds it says so.
    pub url: Option<String>,
    pub content_type: Option<String>,
    /// What holds it says that it is a page.
    pub known: bool,
}

impl Page {
    fn named(name: &str, bytes: Bytes) -> Page {
        Page { id: id(name), name: name.to_string(), bytes, url: None, content_type: None, known: false }
    }

    /// Returns how many bytes are held in memory.
    pub fn held(&self) -> usize {
        if let Bytes::Held(bytes) = &self.bytes { bytes.len() } else { 0 }
    }
}

/// Returns a page's id: its file name without folders and without `.html` and `.gz`.
fn id(name: &str) -> String {
    let name = name.rsplit('/').next().unwrap_or(name);
    let name = name.strip_suffix(".gz").unwrap_or(name);
    name.strip_suffix(".html").or(name.strip_suffix(".htm")).unwrap_or(name).to_string()
}

/// What some bytes are to the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Page,
    Text,
    Other,
}

/// Endings of names of pages, and of plain texts.
const PAGES: [&str; 9] = ["html", "htm", "xhtml", "shtml", "php", "asp", "aspx", "cfm", "jsp"];
const TEXTS: [&str; 3] = ["txt", "text", "asc"];

/// Returns what a file is, by its name, else by how it begins.
pub fn shape(name: &str, bytes: &[u8], known: bool) -> Shape {
    let name = name.strip_suffix(".gz").unwrap_or(name).to_ascii_lowercase();
    let ending = name.rsplit_once('.').map_or("", |(_, e)| e);
    if known || PAGES.contains(&ending) {
        return Shape::Page;
    }
    let start = bytes.get(..bytes.len().min(HEAD)).unwrap_or(bytes);
    let marked = start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff");
    if start.contains(&0) && !marked {
        return Shape::Other;
    }
    let head = Head::new(&name, start.to_vec());
    if is_page(&head) || head.text.starts_with('<') && !head.text.starts_with("<?xml") {
        return Shape::Page;
    }
    if TEXTS.contains(&ending) || ending.len() != 3 && ending.len() != 4 { Shape::Text } else { Shape::Other }
}

/// What is still to be read.
pub struct Pages {
    /// The last one comes next.
    open: Vec<Source>,
    known: u64,
}

enum Source {
    One(Box<Page>),
    Archive { name: String, captures: Box<Captures> },
}

impl Pages {
    /// Opens all paths. One of several that cannot be opened becomes a page that cannot be read.
    ///
    /// Errors: the only path cannot be opened.
    pub fn of(paths: &[PathBuf]) -> Result<Pages> {
        let mut open = Vec::new();
        for path in paths {
            match sources(path) {
                Ok(found) => open.extend(found),
                Err(e) if paths.len() < 2 => return Err(e),
                Err(e) => {
                    let page = Page::named(&path.display().to_string(), Bytes::None(e.to_string()));
                    open.push(Source::One(Box::new(page)));
                }
            }
        }
        open.reverse();
        let known = open.len() as u64;
        Ok(Pages { open, known })
    }

    /// Returns how many pages there are at the least.
    pub fn known(&self) -> u64 {
        self.known
    }
}

impl Iterator for Pages {
    type Item = Page;

    fn next(&mut self) -> Option<Page> {
        loop {
            match self.open.pop()? {
                Source::One(page) => return Some(*page),
                Source::Archive { name, mut captures } => {
                    let Some(next) = captures.next() else { continue };
                    let page = match next {
                        Ok(capture) => Page {
                            id: capture.uri.clone(),
                            name: capture.uri.clone(),
                            bytes: capture.body.map_or_else(Bytes::None, Bytes::Held),
                            url: Some(capture.uri),
                            content_type: capture.content_type,
                            known: true,
                        },
                        Err(why) => Page::named(&name, Bytes::None(why)),
                    };
                    self.open.push(Source::Archive { name, captures });
                    return Some(page);
                }
            }
        }
    }
}

/// Returns what a path holds.
fn sources(path: &Path) -> Result<Vec<Source>> {
    if path.as_os_str() == "-" {
        return Ok(vec![stdin()]);
    }
    let streams = input::open(path)?.streams;
    Ok(streams.into_iter().map(source).collect())
}

fn source(stream: Named) -> Source {
    let name = stream.name.clone();
    let low = name.to_ascii_lowercase();
    let archive = [".warc", ".arc", ".warc.gz", ".arc.gz"].iter().any(|end| low.ends_with(end));
    if archive || PAGES.iter().all(|p| !low.trim_end_matches(".gz").ends_with(p)) && is_archive(&stream) {
        return match stream.open() {
            Ok(bytes) => archived(name, bytes),
            Err(e) => Source::One(Box::new(Page::named(&name, Bytes::None(e.to_string())))),
        };
    }
    Source::One(Box::new(Page::named(&name, Bytes::Stream(stream))))
}

fn is_archive(stream: &Named) -> bool {
    stream.head().is_ok_and(|head| begins_archive(&head))
}

fn begins_archive(head: &[u8]) -> bool {
    head.starts_with(b"WARC/1.") || head.starts_with(b"filedesc://")
}

fn archived(name: String, bytes: Box<dyn Read>) -> Source {
    Source::Archive { name, captures: Box::new(Captures::new(Records::new(bytes))) }
}

/// Returns what comes in on standard input: a web archive, a page or a text, gzipped or not.
fn stdin() -> Source {
    let mut raw = BufReader::new(std::io::stdin());
    let gzipped = raw.fill_buf().is_ok_and(|b| b.starts_with(&[0x1f, 0x8b]));
    let inner: Box<dyn Read> =
        if gzipped { Box::new(flate2::bufread::MultiGzDecoder::new(raw)) } else { Box::new(raw) };
    let mut plain = BufReader::new(inner);
    if plain.fill_buf().is_ok_and(begins_archive) {
        return archived("stdin".into(), Box::new(plain));
    }
    let mut bytes = Vec::new();
    let bytes = match plain.take(MAX_PAGE + 1).read_to_end(&mut bytes) {
        Ok(_) if bytes.len() as u64 > MAX_PAGE => Bytes::None(format!("larger than {} MiB", MAX_PAGE >> 20)),
        Ok(_) => Bytes::Held(bytes),
        Err(e) => Bytes::None(e.to_string()),
    };
    Source::One(Box::new(Page::named("stdin", bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_and_texts_are_told_apart_by_name_and_by_beginning() {
        let table: [(&str, &[u8], Shape); 9] = [
            ("a.html", b"anything", Shape::Page),
            ("a.php.gz", b"anything", Shape::Page),
            ("a.txt", b"Words.", Shape::Text),
            ("a.txt", b"<!DOCTYPE html><p>x", Shape::Page),
            ("a", b"<p>x", Shape::Page),
            ("stdin", b"Words.", Shape::Text),
            ("a.jpg", b"\xff\xd8\xff\xe0\0", Shape::Other),
            ("a.css", b"p { color: red }", Shape::Other),
            ("a.txt", b"\xff\xfea\0", Shape::Text),
        ];
        for (name, bytes, expected) in table {
            assert_eq!(shape(name, bytes, false), expected, "{name}");
        }
    }
}
