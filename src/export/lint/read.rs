//! Opens a container: its members, its package document, and a summary of every page for the rules about the whole
//! book. A page is parsed, shown to the rules, and let go: memory follows the links, not the text.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use zip::ZipArchive;

use super::page::{Element, Page};
use crate::error::{Error, Result};

/// Text files beyond this are not read: no reader shows them.
const MOST_TEXT: u64 = 32 << 20;
/// Enough of a picture to tell what it is.
const HEAD: u64 = 512 << 10;
const MOST_MEMBERS: usize = 200_000;

/// A file of the container.
#[derive(Debug)]
pub struct Member {
    pub name: String,
    /// The extra fields of its own header.
    pub extra: bool,
    /// Its time is the first that a ZIP can tell.
    pub timeless: bool,
}

/// A link of a page.
#[derive(Debug)]
pub struct Link {
    pub line: usize,
    /// Its place among the elements of the page, as that of an anchor.
    pub order: usize,
    /// Path in the container, or the whole address where it leads out.
    pub to: String,
    pub place: String,
    pub outside: bool,
    /// The reference of a note, or the way back from one.
    pub of_note: bool,
    /// It tells where this very post was published.
    pub of_source: bool,
}

/// What an anchor is.
#[derive(Debug)]
pub struct Anchor {
    /// Letters of its text.
    pub letters: usize,
    pub is_note: bool,
    pub order: usize,
}

/// Pictures with the caption they share.
#[derive(Debug)]
pub struct Figure {
    pub pictures: Vec<String>,
    pub caption: String,
}

/// What is kept of a page.
#[derive(Debug, Default)]
pub struct Summary {
    pub title: String,
    pub heading: Option<String>,
    pub kind: String,
    pub anchors: BTreeMap<String, Anchor>,
    pub links: Vec<Link>,
    /// Paths of pictures shown, with lines, and whether they have words.
    pub pictures: Vec<(usize, String, bool)>,
    pub classes: BTreeMap<String, usize>,
    pub broken: Option<(usize, String)>,
    pub twice: Vec<String>,
    pub bytes: usize,
    pub only_picture: bool,
    pub figures: Vec<Figure>,
    /// The words of the body, where the text is to be compared.
    pub words: String,
}

/// An item of the manifest.
#[derive(Debug, Clone)]
pub struct Item {
    pub id: String,
    pub path: String,
    pub mime: String,
    pub properties: String,
}

impl Item {
    pub fn is(&self, property: &str) -> bool {
        self.properties.split_whitespace().any(|p| p == property)
    }
}

/// A book.
#[derive(Debug, Default)]
pub struct Book {
    pub members: Vec<Member>,
    /// The first bytes say `mimetype` and the type, stored.
    pub begins: bool,
    /// Path of the package document.
    pub opf: String,
    pub package: Page,
    pub items: Vec<Item>,
    /// Items by their paths.
    places: HashMap<String, usize>,
    /// Paths in reading order.
    pub spine: Vec<String>,
    pub pages: BTreeMap<String, Summary>,
    pub nav: Option<Page>,
    pub ncx: Option<Page>,
    pub sheets: Vec<(String, String)>,
    /// The heads of pictures, and their sizes and a digest of their bytes.
    pub pictures: BTreeMap<String, Picture>,
}

#[derive(Debug, Clone)]
pub struct Picture {
    pub head: Vec<u8>,
    pub bytes: u64,
    pub digest: String,
}

impl Book {
    /// Returns the values of a metadata property or element.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (&'a Element, &'a str)> {
        let of = move |e: &Element| match e.name.as_str() {
            "meta" => e.get("property") == Some(name) && e.get("refines").is_none(),
            n => n == name,
        };
        self.package.elements.iter().filter(move |e| of(e)).map(|e| (e, self.package.text_of(e).trim()))
    }

    pub fn item(&self, path: &str) -> Option<&Item> {
        self.places.get(path).and_then(|n| self.items.get(*n))
    }
}

/// Opens a book and shows each page to `each`. `words`: whether the summaries hold the text.
pub fn open(path: &Path, words: bool, each: &mut dyn FnMut(&Page)) -> Result<Book> {
    let fault = |why: String| {
        Error::input(path.display(), format!("not an EPUB ({why})")).with_hint("lint reads finished books: BOOK.epub")
    };
    let file = File::open(path).map_err(Error::io("read", path))?;
    let mut zip = ZipArchive::new(BufReader::new(file)).map_err(|e| fault(e.to_string()))?;
    if zip.len() > MOST_MEMBERS {
        return Err(fault(format!("{} files", zip.len())));
    }
    let mut book = Book { begins: begins(path)?, ..Book::default() };
    for n in 0..zip.len() {
        let member = zip.by_index_raw(n).map_err(|e| fault(e.to_string()))?;
        book.members.push(Member {
            name: member.name().map(|n| n.into_owned()).unwrap_or_default(),
            extra: member.extra_data().is_some_and(|e| !e.is_empty()),
            timeless: member.last_modified().is_none_or(|t| t.year() == 1980 && t.month() == 1 && t.day() == 1),
        });
    }
    let container =
        text(&mut zip, "META-INF/container.xml").ok_or_else(|| fault("no META-INF/container.xml".into()))?;
    let container = Page::read("META-INF/container.xml", &container);
    let opf = container.named("rootfile").find_map(|e| e.get("full-path")).unwrap_or_default().to_string();
    let source = text(&mut zip, &opf).ok_or_else(|| fault("no package document".into()))?;
    book.package = Page::read(&opf, &source);
    book.opf = opf;
    book.manifest();
    for item in book.items.clone() {
        book.take(&mut zip, &item, words, each);
    }
    Ok(book)
}

impl Book {
    fn manifest(&mut self) {
        for e in self.package.named("item") {
            let of = |name: &str| e.get(name).unwrap_or_default().to_string();
            let path = resolve(&self.opf, e.get("href").unwrap_or_default()).0;
            self.items.push(Item { id: of("id"), path, mime: of("media-type"), properties: of("properties") });
        }
        self.places = self.items.iter().enumerate().map(|(n, i)| (i.path.clone(), n)).collect();
        let paths: HashMap<&str, &str> = self.items.iter().map(|i| (i.id.as_str(), i.path.as_str())).collect();
        let path = |id: &str| paths.get(id).map(|p| p.to_string());
        self.spine = self.package.named("itemref").filter_map(|e| path(e.get("idref")?)).collect();
    }

    fn take(&mut self, zip: &mut ZipArchive<BufReader<File>>, item: &Item, words: bool, each: &mut dyn FnMut(&Page)) {
        if item.mime.starts_with("image/") {
            if let Some(picture) = picture(zip, &item.path) {
                self.pictures.insert(item.path.clone(), picture);
            }
            return;
        }
        let Some(source) = text(zip, &item.path) else { return };
        match item.mime.as_str() {
            "application/xhtml+xml" => {
                let page = Page::read(&item.path, &source);
                each(&page);
                self.pages.insert(item.path.clone(), summary(&page, words));
                if item.is("nav") {
                    self.nav = Some(page);
                }
            }
            "application/x-dtbncx+xml" => self.ncx = Some(Page::read(&item.path, &source)),
            "text/css" => self.sheets.push((item.path.clone(), source)),
            _ => {}
        }
    }
}

/// Returns path and fragment of a reference in a file of the container.
pub fn resolve(from: &str, href: &str) -> (String, String) {
    let (path, place) = href.split_once('#').unwrap_or((href, ""));
    if path.is_empty() {
        return (from.to_string(), place.to_string());
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "." | "" => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    (crate::export::decoded(&parts.join("/")), place.to_string())
}

fn text(zip: &mut ZipArchive<BufReader<File>>, name: &str) -> Option<String> {
    let mut bytes = Vec::new();
    zip.by_name(name).ok()?.take(MOST_TEXT).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).trim_start_matches('\u{feff}').to_string())
}

fn picture(zip: &mut ZipArchive<BufReader<File>>, name: &str) -> Option<Picture> {
    use sha2::Digest;
    let mut member = zip.by_name(name).ok()?;
    let (bytes, mut head, mut hash) = (member.size(), Vec::new(), sha2::Sha256::new());
    member.by_ref().take(HEAD).read_to_end(&mut head).ok()?;
    hash.update(&head);
    // Longer ones are told apart by size and beginning: no more is unpacked than a picture of a book may have.
    let mut rest = vec![0; 64 << 10];
    let mut left = MOST_TEXT;
    while left > 0 {
        let n = member.read(&mut rest).ok().filter(|n| *n > 0).unwrap_or_default();
        if n == 0 {
            break;
        }
        hash.update(rest.get(..n).unwrap_or_default());
        left = left.saturating_sub(n as u64);
    }
    let digest = hash.finalize().iter().map(|b| format!("{b:02x}")).collect();
    Some(Picture { head, bytes, digest })
}

fn begins(path: &Path) -> Result<bool> {
    let mut head = [0u8; 58];
    let mut file = File::open(path).map_err(Error::io("read", path))?;
    Ok(file.read_exact(&mut head).is_ok()
        && head.starts_with(b"PK\x03\x04")
        && head.get(8..10) == Some(&[0, 0])
        && head.get(28..30) == Some(&[0, 0])
        && head.get(30..58) == Some(b"mimetypeapplication/epub+zip"))
}

fn summary(page: &Page, words: bool) -> Summary {
    let folded = |e: &Element| crate::html::fold(page.text_of(e));
    let body = page.named("body").next();
    let top = body.and_then(|b| page.children(b).next());
    let mut s = Summary {
        title: page.named("title").next().map(folded).unwrap_or_default(),
        heading: page.named("h1").next().map(folded),
        kind: top.and_then(|e| e.get("epub:type")).unwrap_or_default().to_string(),
        broken: page.broken.clone(),
        bytes: page.bytes,
        only_picture: body.is_some_and(|b| {
            page.text_of(b).trim().is_empty() && page.inside(b).filter(|e| e.name == "img").count() == 1
        }),
        ..Summary::default()
    };
    for (order, e) in page.elements.iter().enumerate() {
        if let Some(id) = e.get("id") {
            let is_note = e.has_type("footnote") || e.has_type("endnote");
            let anchor = Anchor { letters: page.text_of(e).trim().chars().count(), is_note, order };
            if s.anchors.insert(id.to_string(), anchor).is_some() {
                s.twice.push(id.to_string());
            }
        }
        for class in e.classes() {
            s.classes.entry(class.to_string()).or_insert(e.line);
        }
        if e.name == "img" {
            let said = e.get("alt").is_some_and(|a| !a.trim().is_empty());
            s.pictures.push((e.line, resolve(&page.path, e.get("src").unwrap_or_default()).0, said));
        }
        if let Some(href) = e.get("href").filter(|_| e.name == "a") {
            s.links.push(link(page, e, order, href));
        }
    }
    if words {
        s.words = super::against::words(page);
        s.figures = super::against::figures(page);
    }
    s
}

fn link(page: &Page, e: &Element, order: usize, href: &str) -> Link {
    let outside = href.split(['/', '#', '?']).next().is_some_and(|s| s.contains(':'));
    let (to, place) = if outside { (href.to_string(), String::new()) } else { resolve(&page.path, href) };
    let of_note = e.has_type("noteref") || e.has_type("backlink");
    let of_source = page.around(e).take(3).any(|p| p.classes().any(|c| c == "source"));
    Link { line: e.line, order, to, place, outside, of_note, of_source }
}
