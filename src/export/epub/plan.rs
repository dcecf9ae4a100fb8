//! What goes into the book, in which order and under which names, before any text is read.
//! File names depend on the post alone, never on its place: a new post renames nothing.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use super::By;
use super::links::Targets;
use super::tree::line;
use super::words::{self, Words};
use crate::error::{Error, Result};
use crate::export::Job;
use crate::model::{Kind, Status};
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
}

/// A part of the book; without a title its chapters stand at the top of the contents.
#[derive(Debug)]
pub struct Part {
    pub stem: String,
    pub title: Option<String>,
    pub items: Vec<Item>,
}

#[derive(Debug)]
pub struct Plan {
    pub parts: Vec<Part>,
    pub targets: Targets,
    /// Place of each post by its id: file and title.
    pub by_id: HashMap<String, (String, String)>,
    pub language: String,
    pub words: &'static Words,
}

impl Plan {
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.parts.iter().flat_map(|p| &p.items)
    }
}

/// Chooses and orders the posts of the book. An empty choice is an error.
pub fn plan(archive: &Archive, by: By, language: String, chosen: Vec<Entry>) -> Result<Plan> {
    let words = Words::of(&language);
    if chosen.is_empty() {
        return Err(Error::export(&archive.info.name, "no post to put into a book")
            .with_hint("see what is kept with `mdarchive list`; --drafts and --private take in what is not public"));
    }
    let stems = stems(&chosen);
    let items = chosen.into_par_iter().zip(stems).map(|(entry, stem)| item(archive, entry, stem, &language));
    let mut items: Vec<Item> = items.collect::<Result<_>>()?;
    let site = site_title(archive);
    page_titles(&mut items, &site);
    let mut targets = Targets::default();
    let mut by_id = HashMap::new();
    for item in &items {
        let file = format!("{}.xhtml", item.stem);
        targets.add(item.entry.url.iter().map(String::as_str), &file);
        by_id.insert(item.entry.id.to_string(), (file, item.title.clone()));
    }
    // A permalink of one post goes before an alias of another.
    for item in &items {
        targets.add(item.entry.aliases.iter().map(String::as_str), &format!("{}.xhtml", item.stem));
    }
    let parts = parts(items, by, &language, words);
    Ok(Plan { parts, targets, by_id, language, words })
}

/// Returns the posts that are asked for: the published ones, unless the selection names other statuses.
pub fn choose(job: &Job) -> Result<Vec<Entry>> {
    let mut selection = job.selection.clone();
    if selection.statuses.is_empty() {
        selection.statuses = vec![Status::Published];
    }
    Ok(selection.of(job.archive.entries()?))
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

fn item(archive: &Archive, entry: Entry, stem: String, language: &str) -> Result<Item> {
    let mut title = line(&entry.title);
    let given = title.is_empty();
    if given {
        // Only here the text is needed before its turn.
        title = line(&archive.read(&entry)?.label());
    }
    if title.is_empty() {
        title = entry.id.to_string();
    }
    let date = entry.published.as_ref().map(|d| words::date(d, language)).filter(|d| !d.is_empty());
    Ok(Item { entry, stem, given, page_title: String::new(), title, date })
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

fn parts(items: Vec<Item>, by: By, language: &str, words: &Words) -> Vec<Part> {
    let dated = items.iter().any(|i| i.entry.kind != Kind::Page && i.entry.published.is_some());
    let by = if dated { by } else { By::None };
    // By sort key: what has no date follows what has one, and pages come last.
    let mut parts: BTreeMap<(u8, String), Part> = BTreeMap::new();
    for item in items {
        let numbers = item.entry.published.as_ref().map(words::numbers);
        let (order, stem, title) = match (item.entry.kind, by, numbers) {
            (Kind::Page, ..) => (2, "pages".into(), Some(words.pages.to_string())),
            (_, By::None, _) => (0, String::new(), None),
            (_, By::Month, Some((Some(y), Some(m), _))) => {
                (0, format!("y{y:04}-{m:02}"), Some(words::month(y, m, language)))
            }
            (_, _, Some((Some(y), ..))) => (0, format!("y{y:04}"), Some(y.to_string())),
            _ => (1, "undated".into(), Some(words.undated.to_string())),
        };
        let part = parts.entry((order, stem)).or_insert_with_key(|(_, stem)| Part {
            stem: stem.clone(),
            title,
            items: Vec::new(),
        });
        part.items.push(item);
    }
    parts.into_values().collect()
}
