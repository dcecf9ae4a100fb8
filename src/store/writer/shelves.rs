//! What is kept, as several threads may look at it while nobody writes.

use std::path::Path;

use crate::error::Result;
use crate::model::{Post, PostId, Source, merge, normalise_url, pretty_json};
use crate::store::archive::read_post;
use crate::store::batch::Batch;
use crate::store::entry::damaged;
use crate::store::index::Index;

#[derive(Clone, Copy)]
pub struct Shelves<'a> {
    pub root: &'a Path,
    pub index: &'a Index,
    pub batch: &'a Batch,
}

impl Shelves<'_> {
    /// Reads a post that is in its place, or on its way there.
    pub fn read(&self, path: &str) -> Result<Post> {
        match self.batch.read(self.root, path) {
            Some(bytes) => serde_json::from_slice(&bytes).map_err(|e| damaged(self.root, path, e)),
            None => read_post(self.root, path),
        }
    }

    /// Returns the kept posts that bear one of the names of a post.
    pub fn namesakes(&self, post: &Post) -> Result<Vec<Post>> {
        let mut found: Vec<Post> = Vec::new();
        for name in std::iter::once(post.id.as_str()).chain(post.names()) {
            let Some(known) = self.index.find(name).filter(|k| found.iter().all(|f| f.id != k.id)) else { continue };
            // The index knows numbers of names; the post itself has the last word.
            let kept = self.read(&known.path)?;
            if bears(&kept, name) {
                found.push(kept);
            }
        }
        Ok(found)
    }

    /// Returns the one post that another capture says nothing new of; none where it does, or where it is not plain.
    pub fn says_nothing_new(&self, post: &Post) -> Result<Option<PostId>> {
        let mut found = self.namesakes(post)?;
        let (Some(kept), true) = (found.pop(), found.is_empty()) else { return Ok(None) };
        if equals(&kept, post) {
            return Ok(Some(kept.id));
        }
        let merged = merge(&kept, post);
        let same = merged.older.is_none() && is_same(&kept, &merged.post);
        Ok(same.then_some(kept.id))
    }

    /// Returns a kept post with its links tied anew, where that changes it.
    pub fn tied(&self, id: &PostId) -> Result<Option<(Post, String)>> {
        let Some(known) = self.index.get(id) else { return Ok(None) };
        let mut post = self.read(&known.path)?;
        let mut news = false;
        for link in &mut post.links {
            let target = self.index.target(link).map(|id| id.to_string());
            news |= target != link.target;
            link.target = target;
        }
        if news {
            post.content_hash = post.hash_content();
        }
        Ok(news.then_some((post, known.path)))
    }
}

/// Whether a post is as it is kept.
pub fn is_same(kept: &Post, post: &Post) -> bool {
    let post = Post { sources: same_kinds(post, kept), ..post.clone() };
    post == *kept || pretty_json(&post) == pretty_json(kept)
}

/// Whether a capture says what is kept, word for word, so that there is nothing to join. Its hash is not taken yet.
fn equals(kept: &Post, post: &Post) -> bool {
    let hash = kept.content_hash.clone();
    post.html == kept.html && *kept == Post { sources: same_kinds(post, kept), content_hash: hash, ..post.clone() }
}

fn bears(post: &Post, name: &str) -> bool {
    let name = normalise_url(name);
    name == post.id.as_str() || post.names().any(|n| normalise_url(n) == name)
}

/// The sources of `post`, with those that `kept` has too as they stand there: a listing fetched again has another digest,
/// which alone is no news.
fn same_kinds(post: &Post, kept: &Post) -> Vec<Source> {
    post.sources.iter().map(|s| kept.sources.iter().find(|k| k.kind == s.kind).unwrap_or(s).clone()).collect()
}
