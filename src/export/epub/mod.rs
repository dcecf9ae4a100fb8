//! A blog as a book: EPUB 3.3. Posts are read one after the other and pictures are copied through, so that memory
//! does not grow with the blog. It opens no address, and what it makes depends on archive and options alone.
//!
//! `plan` (which posts, which names) → `chapter` (a post: `flow` builds, `settle` mends, `split` cuts) → `container`;
//! then `package` lists what was written.

mod aloud;
mod attributes;
mod chapter;
mod container;
mod convert;
mod cover;
mod face;
mod flow;
mod front;
mod gallery;
mod guide;
pub(super) mod language;
mod links;
mod matter;
mod metadata;
mod notes;
mod package;
mod parts;
mod pictures;
mod plan;
mod probe;
mod profile;
mod rules;
mod settle;
mod shapes;
mod split;
mod stack;
mod tags;
mod thread;
mod traits;
mod tree;
mod vector;
mod volumes;
mod words;

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use self::chapter::{Chapter, Maker};
use self::container::{Container, Packed, pack};
use self::convert::Convert;
use self::face::Face;
use self::gallery::Captioned;
pub(super) use self::links::decoded;
use self::metadata::{Metadata, accessibility};
pub use self::notes::Links;
use self::package::{Package, Spined};
pub use self::parts::{By, Order};
use self::pictures::{Picture, Tally};
use self::plan::{Item, Plan, Shape};
pub use self::profile::Profile;
pub(super) use self::traits::{MOST_MOVING, components, is_see_through, moves, turn};
pub use self::volumes::{Volume, Volumes};
use super::template::Templates;
use super::{Exporter, Job, write_error};
use crate::error::{Error, Result};
use crate::event::{Events, Unit};
use crate::model::Post;
use crate::store::{Archive, Entry};

/// What a book goes without.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Without {
    pub comments: bool,
    /// The index of tags.
    pub tags: bool,
    /// The list of captioned pictures.
    pub pictures: bool,
    /// Under each post those that link to it.
    pub linked: bool,
    /// The list of what is missing.
    pub gaps: bool,
    /// The picture on the cover.
    pub cover_picture: bool,
}

/// The book as an export. Of the posts chosen, those published go in; others where the selection names their status.
#[derive(Debug, Clone, Default)]
pub struct Epub {
    pub without: Without,
    pub by: By,
    pub order: Order,
    pub links: Links,
    /// Language of the book as a tag; none = the blog's own.
    pub language: Option<String>,
    /// Folder whose files replace the templates of the same name.
    pub templates: Option<PathBuf>,
    /// The readers it is for.
    pub profile: Profile,
    /// Longest side of pictures in pixels; none = what the profile says, 0 = as they are.
    pub max_image: Option<u32>,
    /// All volumes of the blog, and which of them this is; none = one book.
    pub volume: Option<(Arc<Vec<Volume>>, usize)>,
}

impl Epub {
    /// Divides what is chosen into volumes; the same book for each, and the end of its file's name.
    pub fn volumes(&self, job: &Job, by: &Volumes) -> Result<Vec<(Epub, String)>> {
        let chosen = plan::choose(job)?;
        let language = self.language_of(job.archive, &chosen, job.events)?;
        let volumes = Arc::new(volumes::divide(by, &chosen, words::Words::of(&language)));
        let one = |n: usize, key: &str| {
            (
                Epub { volume: Some((volumes.clone(), n)), language: Some(language.clone()), ..self.clone() },
                format!("-{key}"),
            )
        };
        Ok(volumes.iter().enumerate().map(|(n, v)| one(n, &v.key)).collect())
    }
}

impl Exporter for Epub {
    fn name(&self) -> &'static str {
        "epub"
    }

    fn extension(&self) -> &'static str {
        "epub"
    }

    fn write(&self, job: &Job, out: &mut File) -> Result<()> {
        self.write_to(job, BufWriter::with_capacity(1 << 20, out))
    }

    fn is_ours(&self, file: &Path) -> bool {
        let head = || -> Option<Vec<u8>> {
            let mut zip = zip::ZipArchive::new(File::open(file).ok()?).ok()?;
            let mut head = Vec::new();
            zip.by_name("OEBPS/package.opf").ok()?.take(256 << 10).read_to_end(&mut head).ok()?;
            Some(head)
        };
        head().is_some_and(|head| String::from_utf8_lossy(&head).contains(">mdarchive</dc:contributor>"))
    }
}

/// The templates compiled in, by name relative to `templates/epub/`.
pub const TEMPLATES: &[(&str, &str)] = &[
    ("page.xhtml", include_str!("../../../templates/epub/page.xhtml")),
    ("cover.xhtml", include_str!("../../../templates/epub/cover.xhtml")),
    ("title.xhtml", include_str!("../../../templates/epub/title.xhtml")),
    ("part.xhtml", include_str!("../../../templates/epub/part.xhtml")),
    ("chapter.xhtml", include_str!("../../../templates/epub/chapter.xhtml")),
    ("comments.xhtml", include_str!("../../../templates/epub/comments.xhtml")),
    ("tags.xhtml", include_str!("../../../templates/epub/tags.xhtml")),
    ("pictures.xhtml", include_str!("../../../templates/epub/pictures.xhtml")),
    ("gaps.xhtml", include_str!("../../../templates/epub/gaps.xhtml")),
    ("colophon.xhtml", include_str!("../../../templates/epub/colophon.xhtml")),
    ("cover.svg", include_str!("../../../templates/epub/cover.svg")),
    ("css/book.css", include_str!("../../../templates/epub/css/book.css")),
    ("css/extra.css", include_str!("../../../templates/epub/css/extra.css")),
];

/// Posts made at once: enough to keep all cores busy, few enough to bound memory.
const AT_ONCE: usize = 32;

/// Licences that are named; a blog has one, or one before and one after a change.
const MOST_LICENCES: usize = 5;

impl Epub {
    /// Writes the book to what can be written and sought in.
    pub fn write_to(&self, job: &Job, out: impl Write + Seek) -> Result<()> {
        let Job { archive, events, .. } = *job;
        let mut notes = Vec::new();
        let templates = Templates::load("epub", TEMPLATES, self.templates.as_deref(), &mut |n| notes.push(n))?;
        notes.into_iter().for_each(|n| events.note(n));
        let all = archive.entries()?;
        let mut chosen = plan::choose_of(job, all.clone());
        if let Some(volume) = self.volume.as_ref().and_then(|(v, n)| v.get(*n)) {
            chosen.retain(|e| volume.posts.contains(&e.id));
        }
        let language = self.language_of(archive, &chosen, events)?;
        let shape = Shape {
            by: self.by,
            order: self.order,
            index: !self.without.tags,
            volumes: self.volume.as_ref().map(|(v, n)| (v.as_slice(), *n)),
        };
        let mut plan = plan::plan(archive, shape, language, chosen, &all)?;
        drop(all);
        let convert = Convert::of(archive, self.profile, self.max_image).map_err(write_error(archive))?;
        let metadata = Metadata::of(archive, &plan);
        let fixed = minijinja::Value::from(minijinja::value::Serde(plan.words));
        let maker = Maker {
            archive,
            plan: &Plan::default(),
            without: self.without,
            links: self.links,
            convert: &convert,
            templates: &templates,
            fixed,
        };
        plan.places = places(&maker, &plan)?;
        let maker = Maker { plan: &plan, ..maker };
        let mut book = Book::begin(archive, events, out)?;
        events.phase("writing the book");
        events.total(Unit::Posts, plan.items().count() as u64);
        for sheet in ["css/book.css", "css/extra.css"] {
            book.text(pack(sheet, templates.plain(sheet)))?;
        }
        matter::title(&maker, &metadata, &mut book)?;
        for part in &plan.parts {
            let level = if part.title.is_some() { 2 } else { 1 };
            if let Some(title) = &part.title {
                matter::part(&maker, part, title, &mut book)?;
            }
            for items in part.items.chunks(AT_ONCE) {
                events.check()?;
                let made = items.par_iter().map(|item| maker.chapter(item)).collect::<Result<Vec<_>>>()?;
                // Apart, so that what stays of a chapter does not come to lie in the room that each packing takes and
                // gives back: memory would grow by that room for each chapter.
                let packed = made.par_iter().map(packed).collect::<Result<Vec<_>>>()?;
                for (item, (chapter, packed)) in items.iter().zip(made.into_iter().zip(packed)) {
                    book.chapter(item, chapter, packed, level)?;
                }
            }
        }
        matter::lists(&maker, &mut book)?;
        matter::back(&maker, &metadata, &mut book)?;
        let cover = matter::cover(&maker, &metadata, self.profile, &mut book)?;
        book.finish(&maker, &metadata, cover)
    }

    /// The book's language: asked for, the blog's, the one most posts state, the one their text looks like.
    fn language_of(&self, archive: &Archive, chosen: &[Entry], events: &Events) -> Result<String> {
        if let Some(asked) = &self.language {
            return language::tag(asked).ok_or_else(|| {
                Error::usage(format!("`{asked}` is no language tag")).with_hint("give one like en, de or pt-BR")
            });
        }
        if let Some(stated) = archive.info.site.language.as_deref().and_then(language::tag) {
            return Ok(stated);
        }
        let mut text = String::new();
        let mut stated: BTreeMap<String, usize> = BTreeMap::new();
        // Spread over the whole blog; a few posts show what it is written in.
        for entry in chosen.iter().step_by((chosen.len() / 12).max(1)).take(12) {
            let Post { language, text: body, .. } = archive.read(entry)?;
            if let Some(tag) = language.as_deref().and_then(language::tag) {
                *stated.entry(tag).or_default() += 1;
            }
            text.extend(body.chars().take(5000));
            text.push('\n');
        }
        let most = stated.into_iter().max_by_key(|(_, n)| *n).map(|(tag, _)| tag);
        if let Some(found) = most.or_else(|| language::guess(&text).map(String::from)) {
            return Ok(found);
        }
        events.note("the language of the blog is not known; some readers refuse a book that does not say: give it with --language");
        Ok("und".into())
    }
}

/// Returns the places that chapters name in each other and that are there, with their names.
fn places(maker: &Maker<'_>, plan: &Plan) -> Result<HashMap<String, BTreeMap<String, String>>> {
    let items = plan.items().filter_map(|item| {
        let file = format!("{}.xhtml", item.stem);
        plan.wanted.get(&file).map(|wanted| (file, item, wanted))
    });
    let items: Vec<_> = items.collect();
    items.into_par_iter().map(|(file, item, wanted)| Ok((file, maker.places(item, wanted)?))).collect()
}

/// Compresses the files of one post.
fn packed(chapter: &Chapter) -> Result<Vec<Packed>> {
    let one =
        |p: &chapter::Page| pack(&format!("text/{}.xhtml", p.stem), &p.xhtml).map_err(|e| Error::export(&p.stem, e));
    chapter.pages.iter().map(one).collect()
}

/// The book as it grows.
struct Book<'a, W: Write + Seek> {
    container: Container<W>,
    archive: &'a Archive,
    events: &'a Events,
    spine: Vec<Spined>,
    pictures: BTreeMap<String, Picture>,
    tally: Tally,
    /// Post, address and reason of each picture that is not in the book.
    lost: Vec<(String, String, &'static str)>,
    comments: usize,
    captioned: Vec<Captioned>,
    /// Addresses of licences, with the number of posts that name each.
    licences: BTreeMap<String, usize>,
    /// First files of the index of tags and of the list of pictures.
    lists: Vec<&'static str>,
    /// The picture for the cover.
    face: Face,
}

impl<'a, W: Write + Seek> Book<'a, W> {
    fn begin(archive: &'a Archive, events: &'a Events, out: W) -> Result<Book<'a, W>> {
        Ok(Book {
            container: Container::begin(out).map_err(write_error(archive))?,
            archive,
            events,
            spine: Vec::new(),
            pictures: BTreeMap::new(),
            tally: Tally::default(),
            lost: Vec::new(),
            comments: 0,
            captioned: Vec::new(),
            licences: BTreeMap::new(),
            lists: Vec::new(),
            face: Face::default(),
        })
    }

    fn text(&mut self, packed: std::io::Result<Packed>) -> Result<()> {
        let done = packed.and_then(|p| self.container.add(p));
        done.map_err(write_error(self.archive))
    }

    /// Adds a text file and its place in reading order.
    fn page(&mut self, stem: &str, xhtml: &str, entry: Option<(&str, i32)>) -> Result<()> {
        self.text(pack(&format!("text/{stem}.xhtml"), xhtml))?;
        self.spine.push(Spined { stem: stem.into(), entry: entry.map(|(label, level)| (label.into(), level)) });
        Ok(())
    }

    fn chapter(&mut self, item: &Item, chapter: Chapter, packed: Vec<Packed>, level: i32) -> Result<()> {
        for (n, (page, packed)) in chapter.pages.iter().zip(packed).enumerate() {
            self.text(Ok(packed))?;
            let entry = (n == 0).then(|| (item.title.clone(), level));
            self.spine.push(Spined { stem: page.stem.clone(), entry });
        }
        self.face.see(item, &chapter);
        self.pictures.extend(chapter.pictures.into_iter().map(|p| (p.file.clone(), p)));
        self.tally += chapter.tally;
        self.comments += chapter.comments;
        self.captioned.extend(chapter.captioned);
        for licence in chapter.licences {
            *self.licences.entry(licence).or_default() += 1;
        }
        let id = item.entry.id.to_string();
        self.lost.extend(chapter.lost.into_iter().map(|(url, why)| (id.clone(), url, why)));
        self.events.done(Unit::Posts, 1);
        Ok(())
    }

    /// Returns the licences that posts name, that of the most first.
    fn licences(&self) -> Vec<String> {
        let mut all: Vec<(&String, &usize)> = self.licences.iter().collect();
        all.sort_by_key(|(_, n)| std::cmp::Reverse(**n));
        all.into_iter().map(|(address, _)| address.clone()).take(MOST_LICENCES).collect()
    }

    /// Copies the pictures and writes what lists them all.
    fn finish(mut self, maker: &Maker<'_>, metadata: &Metadata, cover: (String, &'static str)) -> Result<()> {
        for (file, picture) in &self.pictures {
            self.events.check()?;
            let mut from = File::open(&picture.path).map_err(Error::io("read", &picture.path))?;
            self.container.copy(file, &mut from).map_err(write_error(self.archive))?;
        }
        let mut resources: Vec<(String, &'static str)> =
            vec![("css/book.css".into(), "text/css"), ("css/extra.css".into(), "text/css")];
        resources.extend(self.pictures.values().map(|p| (p.file.clone(), p.mime)));
        let start = maker.plan.parts.first().and_then(|p| match p.title {
            Some(_) => Some(p.stem.clone()),
            None => p.items.first().map(|i| i.stem.clone()),
        });
        let package = Package {
            metadata,
            claims: accessibility(self.tally, self.lists.contains(&"tags"), maker.plan.words),
            words: maker.plan.words,
            contents_title: maker.plan.page_title(maker.plan.words.contents, "nav"),
            spine: &self.spine,
            resources: &resources,
            cover: (&cover.0, cover.1),
            rights: self.licences().join(", "),
            lists: &self.lists,
            start,
        };
        let documents = package.documents()?;
        for (name, text) in
            [("nav.xhtml", &documents.contents), ("toc.ncx", &documents.ncx), ("package.opf", &documents.package)]
        {
            self.text(pack(name, text))?;
        }
        let mut out = self.container.finish().map_err(write_error(self.archive))?;
        out.flush().map_err(write_error(self.archive))
    }
}
