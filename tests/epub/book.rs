//! A made-up blog in an archive, and the book made of it.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::sync::{Arc, Mutex};

use mdarchive::event::{Event, Events};
use mdarchive::export::{Epub, Job, Selection};
use mdarchive::model::{Digest, Media, Post, Site, Status};
use mdarchive::store::{Archive, Opening, Writer};
use sha2::{Digest as _, Sha256};

use super::lint::lint;
use crate::harness::{clock_at, draft, refine};

pub struct Blog {
    name: &'static str,
    title: String,
    media: Vec<Vec<u8>>,
    posts: Vec<Post>,
    clean: bool,
}

/// A post with its body as it stands in an archive.
pub fn post(n: u32, title: &str, day: &str, html: &str) -> Post {
    let mut post = refine(draft(n, "rest", "<p>body</p>"));
    post.title = title.into();
    post.html = html.into();
    post.text = mdarchive::html::plain_text(html);
    post.published = mdarchive::model::Date::parse_iso(&format!("{day}T12:00:00+00:00"));
    post.links.clear();
    post.media.clear();
    post.captions.clear();
    post
}

/// A grey PNG.
pub fn picture(width: u32, height: u32) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.write_header().unwrap().write_image_data(&vec![128; (width * height) as usize]).unwrap();
    out
}

/// A medium of a post; without bytes it is missing.
pub fn media(url: &str, bytes: &[u8]) -> Media {
    let kept = !bytes.is_empty();
    Media {
        url: url.into(),
        sha256: kept.then(|| Digest::of(bytes)),
        mime: kept.then(|| "image/png".into()),
        role: "body".into(),
        ..Media::default()
    }
}

impl Blog {
    pub fn new(name: &'static str) -> Blog {
        Blog::titled(name, "A quiet harbour")
    }

    pub fn titled(name: &'static str, title: &str) -> Blog {
        Blog { name, title: title.into(), media: Vec::new(), posts: Vec::new(), clean: true }
    }

    /// Its bodies did not come through the archive's own cleaning: their text is not compared.
    pub fn unclean(mut self) -> Blog {
        self.clean = false;
        self
    }

    pub fn with(mut self, posts: impl IntoIterator<Item = Post>) -> Blog {
        self.posts.extend(posts);
        self
    }

    pub fn with_media<'a>(mut self, media: impl IntoIterator<Item = (&'a str, Vec<u8>)>) -> Blog {
        self.media.extend(media.into_iter().map(|(_, bytes)| bytes));
        self
    }

    pub fn book(&self) -> Made {
        self.book_with(|_| {})
    }

    /// Makes the book and checks every file of it.
    pub fn book_with(&self, ask: impl Fn(&mut Epub)) -> Made {
        let made = self.try_book(ask).unwrap_or_else(|e| panic!("{e}"));
        made.keep(self.name);
        made
    }

    pub fn try_book(&self, ask: impl Fn(&mut Epub)) -> mdarchive::Result<Made> {
        self.make(ask, Selection::default())
    }

    pub fn selected(&self, statuses: &[Status]) -> Made {
        self.make(|_| {}, Selection { statuses: statuses.to_vec(), ..Selection::default() }).unwrap()
    }

    /// Keeps the posts in an archive, in the order given or backwards.
    pub fn keep(&self, backwards: bool) -> Kept {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("blog.example");
        let site = Site {
            url: Some("http://blog.example/".into()),
            title: self.title.clone(),
            description: "Boats &amp; weather".into(),
            language: Some("en-GB".into()),
            ..Site::default()
        };
        let opening = Opening {
            name: "blog.example".into(),
            site,
            command: "import",
            source: Some(("rest".into(), "http://blog.example/".into())),
        };
        let mut writer = Writer::open(&root, opening, clock_at(0)).unwrap();
        for bytes in &self.media {
            writer.keep_media(bytes).unwrap();
        }
        let mut posts: Vec<&Post> = self.posts.iter().collect();
        if backwards {
            posts.reverse();
        }
        for post in posts {
            writer.keep(post.clone()).unwrap();
        }
        writer.finish(false).unwrap();
        Kept { archive: Archive::open(&root).unwrap(), clean: self.clean, dir }
    }

    fn make(&self, ask: impl Fn(&mut Epub), selection: Selection) -> mdarchive::Result<Made> {
        let mut epub = Epub::default();
        ask(&mut epub);
        self.keep(false).make(&epub, &selection)
    }
}

/// An archive of a test.
pub struct Kept {
    pub archive: Archive,
    clean: bool,
    pub dir: tempfile::TempDir,
}

impl Kept {
    /// Makes the book and has it checked.
    pub fn make(&self, epub: &Epub, selection: &Selection) -> mdarchive::Result<Made> {
        let notes = Arc::new(Mutex::new(Vec::new()));
        let heard = notes.clone();
        static NEVER: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);
        let events = Events::new(
            move |e| {
                if let Event::Note(text) = e {
                    heard.lock().unwrap().push(text);
                }
            },
            &NEVER,
        );
        let mut out = Cursor::new(Vec::new());
        epub.write_to(&Job { archive: &self.archive, selection, events: &events }, &mut out)?;
        let notes = notes.lock().unwrap().clone();
        let made = Made::read(out.into_inner(), notes);
        lint(&made, epub.profile, self.clean.then_some(&self.archive));
        Ok(made)
    }

    /// Makes all volumes.
    pub fn volumes(&self, by: &str) -> BTreeMap<String, Made> {
        let (selection, events) = (Selection::default(), Events::silent());
        let job = Job { archive: &self.archive, selection: &selection, events: &events };
        let volumes = Epub::default().volumes(&job, &by.parse().unwrap()).unwrap();
        volumes.into_iter().map(|(epub, end)| (end, self.make(&epub, &selection).unwrap())).collect()
    }
}

/// A book, unpacked.
#[derive(Debug)]
pub struct Made {
    pub bytes: Vec<u8>,
    pub notes: Vec<String>,
    /// In the order of the container.
    pub order: Vec<String>,
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Made {
    fn read(bytes: Vec<u8>, notes: Vec<String>) -> Made {
        let mut zip = zip::ZipArchive::new(Cursor::new(&bytes)).unwrap();
        let (mut order, mut files) = (Vec::new(), BTreeMap::new());
        for n in 0..zip.len() {
            let mut file = zip.by_index(n).unwrap();
            let name = file.name().unwrap().to_string();
            let mut content = Vec::new();
            file.read_to_end(&mut content).unwrap();
            order.push(name.clone());
            assert!(files.insert(name.clone(), content).is_none(), "{name} twice");
        }
        drop(zip);
        Made { bytes, notes, order, files }
    }

    /// Leaves the book where other programs can check it.
    fn keep(&self, name: &str) {
        let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("books");
        std::fs::create_dir_all(&folder).unwrap();
        let hash: String = Sha256::digest(&self.bytes).iter().take(3).map(|b| format!("{b:02x}")).collect();
        std::fs::write(folder.join(format!("{name}-{hash}.epub")), &self.bytes).unwrap();
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.order.iter().map(String::as_str)
    }

    pub fn is_text(&self, name: &str) -> bool {
        [".xhtml", ".opf", ".ncx", ".css", ".xml"].iter().any(|e| name.ends_with(e))
    }

    pub fn text(&self, name: &str) -> String {
        let bytes = self.files.get(name).unwrap_or_else(|| panic!("no {name}"));
        String::from_utf8(bytes.clone()).unwrap()
    }

    /// Stems of the files in reading order.
    pub fn spine(&self) -> Vec<String> {
        let opf = self.text("OEBPS/package.opf");
        opf.split("<itemref idref=\"").skip(1).map(|s| s.split('"').next().unwrap().to_string()).collect()
    }

    /// Level, label and file of each entry of the contents.
    pub fn contents(&self) -> Vec<(usize, String, String)> {
        let nav = self.text("OEBPS/nav.xhtml");
        let toc = nav.split("<nav epub:type=\"landmarks\"").next().unwrap();
        let (mut level, mut out) = (0, Vec::new());
        for piece in toc.split('<').skip(1) {
            if piece.starts_with("ol") {
                level += 1;
            } else if piece.starts_with("/ol") {
                level -= 1;
            } else if let Some(link) = piece.strip_prefix("a href=\"") {
                let (file, label) = link.split_once("\">").unwrap();
                out.push((level, super::lint::unescape(label), file.to_string()));
            }
        }
        out
    }

    /// The first file of the chapter of this title.
    pub fn chapter(&self, title: &str) -> String {
        let contents = self.contents();
        let (.., file) = contents
            .iter()
            .find(|(_, label, _)| label == title)
            .unwrap_or_else(|| panic!("no {title} in {contents:?}"));
        self.text(&format!("OEBPS/{file}"))
    }
}
