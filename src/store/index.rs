//! All posts of an archive by each of their names, for a writer. Made anew from the post files at each run. It holds
//! numbers and not texts, some three hundred bytes a post, as a blog may have a million of them.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::path::Path;

use rayon::prelude::*;

use super::archive::post_files;
use super::facts::{Facts, Looks, looks, read_facts};
use crate::error::Result;
use crate::model::{Digest, Kind, Link, Media, PostId, fold_title, normalise_url, platform_key};

/// Post files read at a time.
const CHUNK: usize = 1024;

/// A post that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    pub id: PostId,
    /// Path of its file, relative to the archive.
    pub path: String,
    pub kind: Kind,
}

#[derive(Debug)]
struct Slot {
    id: u64,
    /// Where its path stands among all paths, and its length.
    path: (u64, u32),
    kind: Kind,
    /// It was joined into another.
    gone: bool,
    /// The run brought it or came to it before.
    touched: bool,
    /// Local time of publication in the order of time, so that of two posts with one title the elder bears it.
    when: u64,
    /// Blog and number on its platform, hashed; zero where there is none.
    key: (u64, u64),
}

/// What is known of a file of media.
#[derive(Debug)]
struct Medium {
    sha256: [u8; 32],
    mime: u16,
    bytes: u64,
    width: u32,
    height: u32,
}

/// A hash in two halves, so that a name takes twelve bytes with its post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key(u32, u32);

impl From<Key> for u64 {
    fn from(key: Key) -> u64 {
        u64::from(key.0) << 32 | u64::from(key.1)
    }
}

impl From<u64> for Key {
    fn from(hash: u64) -> Key {
        Key((hash >> 32) as u32, hash as u32)
    }
}

/// Names are kept as their hashes, salted anew at each run: the store looks into the post itself before it takes two for
/// one.
#[derive(Debug, Default)]
pub struct Index {
    salt: RandomState,
    slots: Vec<Slot>,
    /// The paths of all posts, one behind the other: a million small pieces of memory, each for the whole run, would keep
    /// all that is freed between them from being used.
    paths: String,
    names: HashMap<Key, u32>,
    titles: HashMap<Key, u32>,
    /// By host and last part of the permalink.
    slugs: HashMap<Key, u32>,
    media: HashMap<u64, Medium>,
    /// Where the few came from that were not at their address.
    vias: HashMap<u64, String>,
    mimes: Vec<String>,
    /// Keys of posts that have several.
    more_keys: HashMap<u32, Vec<(u64, u64)>>,
    /// What posts point to and did not find: the hash of it, and who looks.
    seekers: Vec<(Key, u32)>,
    by_title: bool,
    /// Names have changed hands: what was found before may be found elsewhere now.
    moved: bool,
}

impl Index {
    pub fn load(root: &Path) -> Result<Index> {
        let mut index = Index::default();
        for files in post_files(root)?.chunks(CHUNK) {
            let facts = files.par_iter().map(|f| read_facts(root, f)).collect::<Result<Vec<_>>>()?;
            facts.iter().zip(files).for_each(|(read, path)| index.put(&read.facts(), path));
        }
        index.moved = false;
        Ok(index)
    }

    /// Takes in a post, or what it became.
    pub fn put(&mut self, facts: &Facts, path: &str) {
        let Some(id) = facts.id.number() else { return };
        let own = self.key("name", facts.id.as_str());
        let mut keys = facts.keys().map(|(blog, key)| (self.hash("blog", blog), self.hash("key", key)));
        let key = keys.next().unwrap_or_default();
        let more: Vec<(u64, u64)> = keys.collect();
        let n = match self.names.get(&own).copied().filter(|n| self.slot(*n).is_some_and(|s| s.id == id)) {
            Some(n) => n,
            None => self.slots.len() as u32,
        };
        let kept = self.slots.get(n as usize).map(|s| s.path).filter(|at| self.path(*at) == path);
        let at = kept.unwrap_or_else(|| {
            self.paths.push_str(path);
            ((self.paths.len() - path.len()) as u64, path.len() as u32)
        });
        let touched = self.slots.get(n as usize).is_some_and(|s| s.touched);
        let slot = Slot { id, path: at, kind: facts.kind, gone: false, touched, when: facts.when(), key };
        match self.slots.get_mut(n as usize) {
            Some(old) => *old = slot,
            None => self.slots.push(slot),
        }
        if !more.is_empty() {
            self.more_keys.insert(n, more);
        }
        self.names.insert(own, n);
        for name in facts.names() {
            let hash = self.key("name", &normalise_url(name));
            let before = self.names.insert(hash, n);
            self.moved |= before.is_some_and(|b| b != n);
        }
        if let Some((host, slug)) = facts.slug() {
            let hash = self.pair(&host, &slug);
            self.slugs.insert(hash, n);
        }
        if let Some(title) = facts.folded_title() {
            let hash = self.key("title", &title);
            let elder = self.titles.get(&hash).and_then(|t| self.slot(*t)).map(|s| (s.when, s.id));
            if elder.is_none_or(|elder| (facts.when(), id) <= elder) {
                self.moved |= self.titles.insert(hash, n).is_some_and(|b| b != n) && self.by_title;
            }
        }
        facts.media.iter().for_each(|m| self.know(m));
        self.seek(facts);
    }

    /// Takes note of what the links of a post seek and have not found.
    pub fn seek(&mut self, facts: &Facts) {
        let Some(n) = self.names.get(&self.key("name", facts.id.as_str())).copied() else { return };
        for looks in facts.looks() {
            self.by_title |= matches!(looks, Looks::Title(_));
            let hash = self.looked_for(&looks);
            self.seekers.push((hash, n));
        }
    }

    /// Returns the post that a link leads to.
    pub fn target(&self, link: &Link) -> Option<PostId> {
        let found = looks(link).into_iter().find_map(|looks| match looks {
            Looks::Address(url) => self.find(&url),
            Looks::Slug(host, slug) => self.find_slug(&host, &slug),
            Looks::Title(title) => self.find_title(&title),
        });
        found.map(|known| known.id)
    }

    /// Takes note of the bytes that lie under an address.
    pub fn know(&mut self, medium: &Media) {
        let Some(sha256) = medium.sha256.as_ref().and_then(bytes_of) else { return };
        let mime = medium.mime.clone().unwrap_or_default();
        let at = self.mimes.iter().position(|m| *m == mime).unwrap_or_else(|| {
            self.mimes.push(mime);
            self.mimes.len() - 1
        });
        let known = Medium {
            sha256,
            mime: at as u16,
            bytes: medium.bytes.unwrap_or_default(),
            width: medium.width.unwrap_or_default(),
            height: medium.height.unwrap_or_default(),
        };
        let number = self.hash("media", &medium.url);
        match &medium.via {
            Some(via) => self.vias.insert(number, via.clone()),
            None => self.vias.remove(&number),
        };
        self.media.insert(number, known);
    }

    /// Forgets what lies under an address: it was not what it seemed.
    pub fn forget(&mut self, url: &str) {
        let number = self.hash("media", url);
        self.media.remove(&number);
        self.vias.remove(&number);
    }

    pub fn remove(&mut self, id: &PostId) {
        self.moved = true;
        if let Some(n) = self.names.get(&self.key("name", id.as_str()))
            && let Some(slot) = self.slots.get_mut(*n as usize)
        {
            slot.gone = true;
        }
    }

    /// Returns whether the run comes to a post for the first time; to one that is not here it always does.
    pub fn touch(&mut self, id: &PostId) -> bool {
        let n = self.names.get(&self.key("name", id.as_str()));
        let slot = n.and_then(|n| self.slots.get_mut(*n as usize));
        slot.is_none_or(|slot| !std::mem::replace(&mut slot.touched, true))
    }

    pub fn get(&self, id: &PostId) -> Option<Known> {
        let slot = self.names.get(&self.key("name", id.as_str())).and_then(|n| self.slot(*n))?;
        (Some(slot.id) == id.number()).then(|| self.known(slot))
    }

    /// Finds a post by id, address or alias.
    pub fn find(&self, name: &str) -> Option<Known> {
        self.at(&self.names, self.key("name", &normalise_url(name)))
    }

    pub fn find_title(&self, title: &str) -> Option<Known> {
        self.at(&self.titles, self.key("title", &fold_title(title)))
    }

    pub fn find_slug(&self, host: &str, slug: &str) -> Option<Known> {
        self.at(&self.slugs, self.pair(host, slug))
    }

    /// Whether the post that bears a name has a number of its own on the platform of `key`, and another one.
    pub fn is_another(&self, name: &str, key: &str) -> bool {
        let Some((blog, _)) = platform_key(key) else { return false };
        let (blog, key) = (self.hash("blog", blog), self.hash("key", key));
        let Some(n) = self.names.get(&self.key("name", &normalise_url(name))) else { return false };
        let Some(slot) = self.slot(*n) else { return false };
        let all = std::iter::once(&slot.key).chain(self.more_keys.get(n).into_iter().flatten());
        let mut own = all.filter(|(b, k)| *b == blog && *k != 0).peekable();
        own.peek().is_some() && own.all(|(_, k)| *k != key)
    }

    pub fn medium(&self, url: &str) -> Option<Media> {
        let number = self.hash("media", url);
        let known = self.media.get(&number)?;
        let hex: String = known.sha256.iter().map(|b| format!("{b:02x}")).collect();
        Some(Media {
            url: url.to_string(),
            sha256: Digest::parse(&hex),
            mime: self.mimes.get(usize::from(known.mime)).filter(|m| !m.is_empty()).cloned(),
            bytes: Some(known.bytes),
            width: Some(known.width).filter(|w| *w > 0),
            height: Some(known.height).filter(|h| *h > 0),
            via: self.vias.get(&number).cloned(),
            ..Media::default()
        })
    }

    /// Whether bytes lie under the address of this number.
    pub fn has_medium(&self, number: u64) -> bool {
        self.media.contains_key(&number)
    }

    /// Whether a post bears the name of this number.
    pub fn has_name(&self, number: u64) -> bool {
        self.names.get(&Key::from(number)).is_some_and(|n| self.slot(*n).is_some())
    }

    /// Returns the ids of all posts, sorted.
    pub fn ids(&self) -> Vec<PostId> {
        sorted(self.slots.iter().filter(|s| !s.gone).map(|s| s.id).collect())
    }

    /// Returns the posts that point to something that is there by now, or may be elsewhere.
    pub fn answered(&self) -> Vec<PostId> {
        if self.moved {
            return self.ids();
        }
        let found = self.seekers.iter().filter(|(looked_for, _)| {
            [&self.names, &self.slugs, &self.titles].iter().any(|t| t.contains_key(looked_for))
        });
        sorted(found.filter_map(|(_, n)| self.slot(*n)).map(|s| s.id).collect())
    }

    /// Returns the number under which a name of a gap, a title or an address is remembered in this run.
    pub fn hash(&self, kind: &str, name: &str) -> u64 {
        self.salt.hash_one((kind, name))
    }

    fn key(&self, kind: &str, name: &str) -> Key {
        self.hash(kind, name).into()
    }

    fn pair(&self, host: &str, slug: &str) -> Key {
        self.salt.hash_one(("slug", host, slug)).into()
    }

    fn looked_for(&self, looks: &Looks) -> Key {
        match looks {
            Looks::Address(url) => self.key("name", &normalise_url(url)),
            Looks::Slug(host, slug) => self.pair(host, slug),
            Looks::Title(title) => self.key("title", &fold_title(title)),
        }
    }

    fn slot(&self, n: u32) -> Option<&Slot> {
        self.slots.get(n as usize).filter(|s| !s.gone)
    }

    fn at(&self, table: &HashMap<Key, u32>, hash: Key) -> Option<Known> {
        table.get(&hash).and_then(|n| self.slot(*n)).map(|slot| self.known(slot))
    }

    fn known(&self, slot: &Slot) -> Known {
        Known { id: PostId::of_number(slot.id), path: self.path(slot.path).to_string(), kind: slot.kind }
    }

    fn path(&self, (from, length): (u64, u32)) -> &str {
        let from = usize::try_from(from).unwrap_or(usize::MAX);
        self.paths.get(from..from.saturating_add(length as usize)).unwrap_or_default()
    }
}

fn sorted(mut ids: Vec<u64>) -> Vec<PostId> {
    ids.sort_unstable();
    ids.dedup();
    ids.into_iter().map(PostId::of_number).collect()
}

fn bytes_of(digest: &Digest) -> Option<[u8; 32]> {
    let mut out = [0; 32];
    for (at, byte) in out.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digest.as_str().get(at * 2..at * 2 + 2)?, 16).ok()?;
    }
    Some(out)
}
