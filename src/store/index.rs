//! All posts of an archive by each of their names, for a writer. Made anew from the post files at each run.

use std::collections::HashMap;
use std::path::Path;

use rayon::prelude::*;
use url::Url;

use super::archive::post_files;
use super::entry::{Entry, read_entry};
use crate::error::Result;
use crate::model::{Media, PostId, fold_title, normalise_url};

#[derive(Debug, Default)]
pub struct Index {
    entries: HashMap<PostId, Entry>,
    names: HashMap<String, PostId>,
    titles: HashMap<String, PostId>,
    /// By host and last part of the permalink.
    slugs: HashMap<(String, String), PostId>,
    media: HashMap<String, Media>,
}

impl Index {
    pub fn load(root: &Path) -> Result<Index> {
        let files = post_files(root)?;
        let mut entries = files.par_iter().map(|f| read_entry(root, f)).collect::<Result<Vec<_>>>()?;
        entries.sort_by(|a, b| a.order().cmp(&b.order()));
        let mut index = Index::default();
        entries.into_iter().for_each(|e| index.put(e));
        Ok(index)
    }

    pub fn put(&mut self, entry: Entry) {
        for name in entry.url.iter().chain(&entry.aliases) {
            self.names.insert(normalise_url(name), entry.id.clone());
        }
        if let Some(key) = entry.url.as_deref().and_then(slug_key) {
            self.slugs.insert(key, entry.id.clone());
        }
        self.names.insert(entry.id.to_string(), entry.id.clone());
        if !entry.title.is_empty() {
            self.titles.entry(fold_title(&entry.title)).or_insert_with(|| entry.id.clone());
        }
        for medium in entry.media.iter().filter(|m| m.sha256.is_some()) {
            self.media.insert(medium.url.clone(), medium.clone());
        }
        self.entries.insert(entry.id.clone(), entry);
    }

    pub fn remove(&mut self, id: &PostId) {
        self.entries.remove(id);
    }

    pub fn get(&self, id: &PostId) -> Option<&Entry> {
        self.entries.get(id)
    }

    /// Finds a post by id, address or alias.
    pub fn find(&self, name: &str) -> Option<&Entry> {
        self.names.get(&normalise_url(name)).and_then(|id| self.entries.get(id))
    }

    pub fn find_title(&self, title: &str) -> Option<&Entry> {
        self.titles.get(&fold_title(title)).and_then(|id| self.entries.get(id))
    }

    pub fn find_slug(&self, host: &str, slug: &str) -> Option<&Entry> {
        self.slugs.get(&(host.to_string(), slug.to_string())).and_then(|id| self.entries.get(id))
    }

    pub fn medium(&self, url: &str) -> Option<&Media> {
        self.media.get(url)
    }

    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }
}

fn slug_key(url: &str) -> Option<(String, String)> {
    let url = Url::parse(url).ok()?;
    let slug = url.path_segments()?.rfind(|s| !s.is_empty())?.to_string();
    Some((url.host_str()?.to_string(), slug))
}
