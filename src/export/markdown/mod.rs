//! `--markdown`: a folder of posts that Jekyll and Hugo build as it stands and Obsidian opens as a vault. Media lie
//! beside, links between posts are relative. It opens no address; what it writes depends on archive and choice alone.

mod body;
mod front;
mod inline;
mod plan;
mod site;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use scraper::Html;

use self::front::Beside;
use self::plan::{MediaFiles, Plan, on_site, relative};
use super::folder::{self, Folder};
use super::{Job, Selection};
use crate::error::Result;
use crate::event::Unit;
use crate::html::{self, walk};
use crate::model::{Post, Status};
use crate::store::Entry;

/// Posts made at once.
const AT_ONCE: usize = 64;

/// Writes the chosen posts to a folder `NAME-markdown` and returns its path. Posts that are not public go in only where
/// the selection names their status.
pub fn export(job: &Job, folder: &Path, force: bool) -> Result<PathBuf> {
    let path = super::place::path_of(job.archive, folder, "-markdown", "")?;
    folder::put(&path, force, "markdown", &mut |out| write(job, out))?;
    Ok(path)
}

fn write(job: &Job, out: &Folder) -> Result<()> {
    let public = Selection { statuses: vec![Status::Published], ..job.selection.clone() };
    let selection = if job.selection.statuses.is_empty() { &public } else { job.selection };
    let entries = selection.of(job.archive.entries()?);
    let plan = Plan::of(&entries);
    job.events.total(Unit::Posts, entries.len() as u64);
    let mut files = MediaFiles::new();
    let numbered: Vec<(usize, &Entry)> = entries.iter().enumerate().collect();
    for chunk in numbered.chunks(AT_ONCE) {
        job.events.check()?;
        let made = chunk.par_iter().map(|(at, entry)| post(job, &plan, *at, entry, out)).collect::<Result<Vec<_>>>()?;
        made.into_iter().for_each(|media| files.extend(media));
        job.events.done(Unit::Posts, chunk.len() as u64);
    }
    job.events.total(Unit::Files, files.len() as u64);
    for (name, from) in &files {
        job.events.check()?;
        out.copy(name, from)?;
        job.events.done(Unit::Files, 1);
    }
    site::write(&job.archive.info.site, &plan.names, !files.is_empty(), out)
}

/// Writes one post and returns the files of its media.
fn post(job: &Job, plan: &Plan, at: usize, entry: &Entry, out: &Folder) -> Result<MediaFiles> {
    let post = job.archive.read(entry)?;
    let name = plan.names.get(at).map(String::as_str).unwrap_or_default();
    let mut files = MediaFiles::new();
    let mut media: BTreeMap<&str, String> = BTreeMap::new();
    for medium in &post.media {
        let Some(from) = job.archive.path_of(medium).filter(|f| f.is_file()) else { continue };
        let extension = from.extension().map(|e| e.to_string_lossy().into_owned()).unwrap_or_default();
        let Some(file) = plan::medium(medium, &extension) else { continue };
        media.insert(&medium.url, relative(name, &file));
        files.insert(file, from);
    }
    let (text, comments) = written(&post, plan, name, &media);
    out.write(name, text.as_bytes())?;
    if let Some(comments) = comments {
        let stem = name.rsplit('/').next().and_then(|f| f.strip_suffix(".md")).unwrap_or(name);
        out.write(&format!("_data/comments/{stem}.json"), &comments)?;
    }
    Ok(files)
}

/// Returns a post's file, and its comments as data.
fn written(post: &Post, plan: &Plan, name: &str, media: &BTreeMap<&str, String>) -> (String, Option<Vec<u8>>) {
    let body = html::body(&post.html, None, None);
    let mut tree = html::parse(&post.html);
    let mut place = Place { plan, name, media, addresses: BTreeMap::new(), sites: BTreeMap::new() };
    place.all(&mut tree);
    let picture = post.media.iter().find(|m| m.role == "featured").and_then(|m| media.get(m.url.as_str())).cloned();
    // What is kept beside the post and not named in its text is found again by the same list.
    for medium in &post.media {
        if let Some(file) = media.get(medium.url.as_str()) {
            place.addresses.entry(file.clone()).or_insert_with(|| medium.url.clone());
        }
    }
    let text = body::markdown(&tree, &place.sites);
    let front = front::front(post, &Beside { addresses: &place.addresses, body: &body, picture });
    let comments = (!post.comments.is_empty()).then(|| {
        let sorted = serde_json::to_value(&post.comments).unwrap_or_default();
        let mut bytes = serde_json::to_vec_pretty(&sorted).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    });
    (format!("{front}\n{text}"), comments)
}

/// Turns addresses into names of files beside.
struct Place<'a> {
    plan: &'a Plan,
    name: &'a str,
    media: &'a BTreeMap<&'a str, String>,
    /// Name → the address it stands for.
    addresses: BTreeMap<String, String>,
    /// Name → what it is called on the finished site.
    sites: BTreeMap<String, String>,
}

impl Place<'_> {
    fn all(&mut self, tree: &mut Html) {
        let mut changes = Vec::new();
        for node in tree.tree.nodes() {
            let Some(e) = node.value().as_element() else { continue };
            for key in ["src", "href", "poster"] {
                if let Some(file) = e.attr(key).and_then(|address| self.file(address, key)) {
                    changes.push((node.id(), key, file));
                }
            }
        }
        changes.into_iter().for_each(|(id, key, file)| walk::set(tree, id, key, &file));
    }

    fn file(&mut self, address: &str, key: &str) -> Option<String> {
        if let Some(file) = self.media.get(address) {
            self.addresses.insert(file.clone(), address.to_string());
            return Some(file.clone());
        }
        let (target, place) = self.plan.find(address).filter(|_| key == "href")?;
        if target == self.name && place.is_some() {
            return None;
        }
        let file = relative(self.name, target);
        let page = match file.strip_prefix("../") {
            Some(rest) => format!("../{}", on_site(rest)),
            None => on_site(&file),
        };
        let bare = address.split('#').next().unwrap_or(address).to_string();
        // One name stands for one address: another alias of the same post stays as it is.
        if *self.addresses.entry(file.clone()).or_insert_with(|| bare.clone()) != bare {
            return None;
        }
        self.addresses.insert(page.clone(), bare);
        self.sites.insert(file.clone(), page);
        Some(match place {
            Some(place) => format!("{file}#{place}"),
            None => file,
        })
    }
}
