//! What goes into the book, in which order and under which names, before any text is rendered.
//! File names depend on the post alone, never on its place: a new post renames nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use rayon::prelude::*;

use super::language::{apart, is_rtl};
use super::links::{Targets, hrefs};
use super::parts::{By, Order, Part, parts};
use super::tags::Index;
use super::tree::line;
use super::volumes::Volume;
use super::words::{self, Words};
use crate::error::{Error, Result};
use crate::export::Job;
use crate::model::{Kind, Status, normalise_url};
use crate::store::{Archive, Entry};

/// A chapter to be.
#[derive(Debug)]
pub struct Item {
    pub entry: Entry,
    /// File name without its ending, and id in the manifest.
    pub stem: String,
    /// Heading and label in the contents; made of the first words where the post has no title.
    pub title: String,
    pub given: bool,
    /// What stands in the title element: no two files have the same.
    pub page_title: String,
    pub date: Option<String>,
    /// The direction of the title where it is not that of the book.
    pub dir: Option<&'static str>,
}

/// A post of the archive that is not in this book.
#[derive(Debug, Clone)]
pub struct Away {
    pub title: String,
    /// Title of the volume it stands in; none where it is in no book.
    pub volume: Option<String>,
}

/// A chapter that links to another.
#[derive(Debug, Clone)]
pub struct Linking {
    pub file: String,
    pub title: String,
    pub date: Option<String>,
}

#[derive(Debug, Default)]
pub struct Plan {
    pub parts: Vec<Part>,
    pub targets: Targets,
    /// Place of each post by its id: file and title.
    pub by_id: HashMap<String, (String, String)>,
    /// Files by titles that only one post has, folded.
    titles: HashMap<String, Option<String>>,
    /// Addresses of posts of the archive that are not in this book, by their ids.
    others: Targets,
    away: HashMap<String, Away>,
    /// Chapters that link to a file, in order.
    pub linked: HashMap<String, Vec<Linking>>,
    /// Places within a file that other chapters name: as the source names them.
    pub wanted: HashMap<String, BTreeSet<String>>,
    /// Those that are there, with their names in the book.
    pub places: HashMap<String, BTreeMap<String, String>>,
    /// Archived copies by normalised address.
    pub copies: HashMap<String, String>,
    pub index: Index,
    host: Option<String>,
    site: String,
    /// Titles of the pages of posts: no other page has one of them.
    page_titles: HashSet<String>,
    pub volume: Option<Volume>,
    pub language: String,
    pub words: &'static Words,
}

/// What the order and the parts of the book follow from.
#[derive(Debug, Clone, Copy)]
pub struct Shape<'a> {
    pub by: By,
    pub order: Order,
    pub index: bool,
    /// All volumes, and which of them this is.
    pub volumes: Option<(&'a [Volume], usize)>,
}

/// Chooses and orders the posts of the book. An empty choice is an error. `all`: everything the archive holds.
pub fn plan(archive: &Archive, shape: Shape<'_>, language: String, chosen: Vec<Entry>, all: &[Entry]) -> Result<Plan> {
    let words = Words::of(&language);
    if chosen.is_empty() {
        return Err(Error::export(&archive.info.name, "no post to put into a book")
            .with_hint("see what is kept with `mdarchive list`; --drafts and --private take in what is not public"));
    }
    let mut plan = Plan { host: host(archive), site: site_title(archive), words, ..Plan::default() };
    plan.volume = shape.volumes.and_then(|(volumes, n)| volumes.get(n).cloned());
    let stems = stems(&chosen);
    plan.aim(&chosen, &stems);
    plan.look_around(archive, &chosen, all, shape);
    let read =
        chosen.into_par_iter().zip(stems).map(|(entry, stem)| item(archive, entry, stem, &language, &plan.targets));
    let (mut items, out): (Vec<Item>, Vec<Leads>) = read.collect::<Result<Vec<_>>>()?.into_iter().unzip();
    page_titles(&mut items, &site_title(archive));
    plan.page_titles = items.iter().map(|i| i.page_title.clone()).collect();
    for item in &items {
        let file = format!("{}.xhtml", item.stem);
        plan.by_id.insert(item.entry.id.to_string(), (file.clone(), item.title.clone()));
        let title = plan.titles.entry(fold(&item.title)).or_insert_with(|| Some(file.clone()));
        if title.as_deref() != Some(&file) {
            *title = None;
        }
    }
    plan.connect(&items, out);
    if shape.index {
        plan.index = Index::of(&items.iter().collect::<Vec<_>>());
    }
    plan.parts = parts(items, shape.by, shape.order, &language, words);
    plan.language = language;
    Ok(plan)
}

impl Plan {
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.parts.iter().flat_map(|p| &p.items)
    }

    /// Returns the title of a page that is no post's: its heading and the blog, told apart from posts of that title.
    pub fn page_title(&self, heading: &str, stem: &str) -> String {
        let title = format!("{heading} — {}", self.site);
        if self.page_titles.contains(&title) { format!("{heading} ({stem}) — {}", self.site) } else { title }
    }

    /// Notes which addresses lead to which chapter.
    fn aim(&mut self, chosen: &[Entry], stems: &[String]) {
        for (entry, stem) in chosen.iter().zip(stems) {
            self.targets.add(entry.url.iter().map(String::as_str), &format!("{stem}.xhtml"));
        }
        // A permalink of one post goes before an alias of another.
        for (entry, stem) in chosen.iter().zip(stems) {
            self.targets.add(entry.aliases.iter().map(String::as_str), &format!("{stem}.xhtml"));
        }
    }

    /// Notes the posts that are not in this book, and the archived copies that are known.
    fn look_around(&mut self, archive: &Archive, chosen: &[Entry], all: &[Entry], shape: Shape<'_>) {
        let here: HashSet<&str> = chosen.iter().map(|e| e.id.as_str()).collect();
        let site = site_title(archive);
        let mut volumes: HashMap<&str, String> = HashMap::new();
        for volume in shape.volumes.into_iter().flat_map(|(v, _)| v) {
            let title = volume_title(&site, volume);
            volumes.extend(volume.posts.iter().map(|id| (id.as_str(), title.clone())));
        }
        for entry in all {
            let copy = entry.sources.iter().find(|s| s.kind == "wayback" && super::notes::original(&s.uri).is_some());
            if let (Some(url), Some(copy)) = (&entry.url, copy) {
                self.copies.entry(normalise_url(url)).or_insert_with(|| line(&copy.uri));
            }
            if !here.contains(entry.id.as_str()) {
                let title = match line(&entry.title) {
                    title if title.is_empty() => entry.url.as_deref().map(line).unwrap_or_default(),
                    title => title,
                };
                let volume = volumes.get(entry.id.as_str()).cloned();
                // What is not public is not named either.
                if volume.is_some() || entry.status == Status::Published {
                    self.others.add(entry.url.iter().chain(&entry.aliases).map(String::as_str), entry.id.as_str());
                    self.away.insert(entry.id.to_string(), Away { title, volume });
                }
            }
        }
    }

    /// Notes which chapters link to which, and the places they name.
    fn connect(&mut self, items: &[Item], out: Vec<Leads>) {
        for (item, links) in items.iter().zip(out) {
            let own = format!("{}.xhtml", item.stem);
            let mut met = HashSet::new();
            for (file, place) in links.into_iter().filter(|(file, _)| *file != own) {
                if let Some(place) = place {
                    self.wanted.entry(file.clone()).or_default().insert(place);
                }
                if met.insert(file.clone()) {
                    let linking = Linking { file: own.clone(), title: item.title.clone(), date: item.date.clone() };
                    self.linked.entry(file).or_default().push(linking);
                }
            }
        }
    }

    /// Returns the post that an address leads to, where it is not in this book.
    pub fn away(&self, address: &str) -> Option<&Away> {
        self.away.get(self.others.find(address)?)
    }

    /// Returns the id of the post in another volume that an address leads to.
    pub fn in_other_volume(&self, address: &str) -> Option<&str> {
        let id = self.others.find(address)?;
        self.away.get(id).filter(|a| a.volume.is_some()).map(|_| id)
    }

    pub fn away_by_id(&self, id: &str) -> Option<&Away> {
        self.away.get(id)
    }

    /// Returns whether an address is one of the blog's posts by its look: of its host, and no file.
    pub fn is_own(&self, address: &str) -> bool {
        let Ok(url) = url::Url::parse(address) else { return false };
        let host = url.host_str().map(|h| h.strip_prefix("www.").unwrap_or(h));
        let port = url.port().map(|p| format!(":{p}")).unwrap_or_default();
        let file = url.path().rsplit('/').next().unwrap_or_default();
        let page = file.rsplit_once('.').is_none_or(|(_, end)| matches!(end, "html" | "htm" | "php" | "aspx"));
        let root = url.path().trim_matches('/').is_empty() && url.query().is_none();
        page && !root && host.is_some_and(|h| self.host.as_deref() == Some(&format!("{h}{port}")))
    }

    /// Returns the chapter of a title that no other has.
    pub fn by_title(&self, title: &str) -> Option<&str> {
        self.titles.get(&fold(title))?.as_deref()
    }
}

/// Returns a title as two writings of it are compared.
fn fold(title: &str) -> String {
    line(title).to_lowercase().trim_end_matches('.').to_string()
}

/// Returns the title of a volume: the blog's and its own label.
pub fn volume_title(site: &str, volume: &Volume) -> String {
    format!("{site}: {}", volume.label)
}

/// Returns the posts that are asked for: the published ones, unless the selection names other statuses.
pub fn choose(job: &Job) -> Result<Vec<Entry>> {
    Ok(choose_of(job, job.archive.entries()?))
}

/// As [`choose`], of entries read before.
pub fn choose_of(job: &Job, all: Vec<Entry>) -> Vec<Entry> {
    let mut selection = job.selection.clone();
    if selection.statuses.is_empty() {
        selection.statuses = vec![Status::Published];
    }
    selection.of(all)
}

/// Returns the title of the book: the blog's, else its host or the archive's name. The same at each export.
pub fn site_title(archive: &Archive) -> String {
    let title = line(&archive.info.site.title);
    match title.is_empty() {
        false => title,
        true => host(archive).unwrap_or_else(|| line(&archive.info.name)),
    }
}

/// Returns the host of the blog, without `www.`.
pub fn host(archive: &Archive) -> Option<String> {
    let url = url::Url::parse(archive.info.site.url.as_deref()?).ok()?;
    let host = url.host_str()?;
    let port = url.port().map(|p| format!(":{p}")).unwrap_or_default();
    Some(format!("{}{port}", host.strip_prefix("www.").unwrap_or(host)))
}

/// Returns file names: `p` or `g` (a page) and eight digits of the id; all sixteen where two posts share eight.
fn stems(entries: &[Entry]) -> Vec<String> {
    let mut seen: HashMap<(bool, &str), usize> = HashMap::new();
    for e in entries {
        *seen.entry((e.kind == Kind::Page, e.id.short())).or_default() += 1;
    }
    let stem = |e: &Entry| {
        let page = e.kind == Kind::Page;
        let twin = seen.get(&(page, e.id.short())).is_some_and(|n| *n > 1);
        format!("{}{}", if page { 'g' } else { 'p' }, if twin { e.id.as_str() } else { e.id.short() })
    };
    entries.iter().map(stem).collect()
}

/// The chapters that one links to, with the places in them that it names.
type Leads = Vec<(String, Option<String>)>;
/// A chapter, and where it leads.
type Read = (Item, Leads);

fn item(archive: &Archive, entry: Entry, stem: String, language: &str, targets: &Targets) -> Result<Read> {
    let post = archive.read(&entry)?;
    let mut title = line(&entry.title);
    let given = title.is_empty();
    if given {
        title = line(&post.label());
    }
    if title.is_empty() {
        title = entry.id.to_string();
    }
    let date = entry.published.as_ref().map(|d| words::date(d, language)).filter(|d| !d.is_empty());
    let links = hrefs(&post.html).filter_map(|href| {
        let place = href.split_once('#').map(|(_, p)| super::links::decoded(p)).filter(|p| !p.is_empty());
        Some((targets.find(&href)?.to_string(), place))
    });
    let links = links.collect();
    let dir = apart(&title, is_rtl(language));
    Ok((Item { entry, stem, given, page_title: String::new(), title, date, dir }, links))
}

/// Two posts of one title are told apart by their date, two of one date by their id.
fn page_titles(items: &mut [Item], site: &str) {
    let mut titles: HashMap<String, usize> = HashMap::new();
    let mut dated: HashMap<(String, Option<String>), usize> = HashMap::new();
    for i in items.iter() {
        *titles.entry(i.title.clone()).or_default() += 1;
        *dated.entry((i.title.clone(), i.date.clone())).or_default() += 1;
    }
    for i in items {
        let alone = titles.get(&i.title).is_none_or(|n| *n == 1);
        let by_date = dated.get(&(i.title.clone(), i.date.clone())).is_none_or(|n| *n == 1);
        i.page_title = match &i.date {
            _ if alone => format!("{} — {site}", i.title),
            Some(date) if by_date => format!("{} ({date}) — {site}", i.title),
            _ => format!("{} ({}) — {site}", i.title, i.stem),
        };
    }
}
