//! What becomes of a post that comes in: new, joined into a kept one, or two that turn out to be one.

use std::time::Instant;

use super::{BATCH_POSTS, BATCH_TIME, Kept, Writer};
use crate::error::Result;
use crate::model::{Kind, Post, PostId, Source, merge, pretty_json};
use crate::store::entry::Entry;
use crate::store::layout;
use crate::store::runs::read_runs;

impl Writer {
    /// Keeps a post: as a new one, or joined into the one it is another capture of.
    pub fn keep(&mut self, post: Post) -> Result<Kept> {
        let mut ids: Vec<PostId> = Vec::new();
        let own = post.id.to_string();
        for name in std::iter::once(own.as_str()).chain(post.names()) {
            if let Some(entry) = self.index.find(name).filter(|e| !ids.contains(&e.id)) {
                ids.push(entry.id.clone());
            }
        }
        let Some(first) = self.eldest(&ids)? else { return self.keep_new(post) };
        for other in ids.iter().filter(|id| **id != first) {
            self.join(&first, other)?;
        }
        let Some(kept) = self.read(&first)? else { return self.keep_new(post) };
        let merged = merge(&kept, &post);
        if let Some(older) = merged.older {
            let path = layout::version_path(&older.id, &older.content_hash);
            self.stage_version(&path, pretty_json(&older))?;
        }
        self.replace(&kept, merged.post)
    }

    /// Changes a kept post in place, as when a new comment arrives; returns what came of it.
    pub fn amend(&mut self, id: &PostId, change: impl FnOnce(&mut Post)) -> Result<Kept> {
        let Some(kept) = self.read(id)? else { return Ok(Kept::Unchanged) };
        let mut post = kept.clone();
        change(&mut post);
        post.content_hash = post.hash_content();
        self.replace(&kept, post)
    }

    fn keep_new(&mut self, mut post: Post) -> Result<Kept> {
        post.content_hash = post.hash_content();
        let mut path = layout::post_path(&post);
        if self.root.join(&path).exists() || self.batch.contains(&path) {
            // Another post has the same slug, month and first eight digits.
            path = path.replace(&format!("--{}.json", post.id.short()), &format!("--{}.json", post.id));
        }
        match post.kind {
            Kind::Page => self.info.counts.pages += 1,
            _ => self.info.counts.posts += 1,
        }
        self.info.counts.comments += post.comments.len() as u64;
        self.summary.comments += post.comments.len() as u64;
        self.summary.new += 1;
        self.line.new.push(post.id.clone());
        self.touched.insert(post.id.clone());
        self.stage_post(&path, &post)?;
        Ok(Kept::New)
    }

    fn replace(&mut self, kept: &Post, mut post: Post) -> Result<Kept> {
        let bare = |p: &Post| pretty_json(&Post { sources: same_kinds(p, kept), ..p.clone() });
        if bare(&post) == pretty_json(kept) {
            self.summary.unchanged += 1;
            return Ok(Kept::Unchanged);
        }
        post.id = kept.id.clone();
        let Some(path) = self.index.get(&kept.id).map(|e| e.path.clone()) else { return self.keep_new(post) };
        let changed = kept.hash_text() != post.hash_text();
        if changed {
            let version = layout::version_path(&kept.id, &kept.content_hash);
            self.stage_version(&version, pretty_json(kept))?;
        }
        let comments = post.comments.len() as u64;
        let before = kept.comments.len() as u64;
        self.info.counts.comments = (self.info.counts.comments + comments).saturating_sub(before);
        self.summary.comments += comments.saturating_sub(before);
        let (list, kind) =
            if changed { (&mut self.line.changed, Kept::Changed) } else { (&mut self.line.amended, Kept::Amended) };
        if self.touched.insert(post.id.clone()) {
            list.push(post.id.clone());
            *(if changed { &mut self.summary.changed } else { &mut self.summary.amended }) += 1;
        }
        self.stage_post(&path, &post)?;
        Ok(kind)
    }

    /// Returns the post that was kept first among several that are one.
    fn eldest(&self, ids: &[PostId]) -> Result<Option<PostId>> {
        if ids.len() < 2 {
            return Ok(ids.first().cloned());
        }
        let runs = read_runs(&self.root)?;
        let first = runs.iter().flat_map(|l| &l.new).chain(&self.line.new).find(|id| ids.contains(id));
        Ok(first.or(ids.first()).cloned())
    }

    /// Joins a post into another that turned out to be the same; its last text stays as a version.
    fn join(&mut self, into: &PostId, other: &PostId) -> Result<()> {
        let (Some(kept), Some(younger)) = (self.read(into)?, self.read(other)?) else { return Ok(()) };
        let Some(entry) = self.index.get(other).cloned() else { return Ok(()) };
        let merged = merge(&kept, &younger).post;
        self.stage_version(&layout::version_path(other, &younger.content_hash), pretty_json(&younger))?;
        self.batch.remove(&entry.path);
        self.fresh.remove(other);
        self.index.remove(other);
        match entry.kind {
            Kind::Page => self.info.counts.pages = self.info.counts.pages.saturating_sub(1),
            _ => self.info.counts.posts = self.info.counts.posts.saturating_sub(1),
        }
        self.info.counts.comments = self.info.counts.comments.saturating_sub(younger.comments.len() as u64);
        self.replace(&kept, merged).map(|_| ())
    }

    fn stage_post(&mut self, path: &str, post: &Post) -> Result<()> {
        let bytes = pretty_json(post);
        self.batch.stage(self.disk.as_mut(), &self.root, path, &mut bytes.as_slice())?;
        self.index.put(Entry::of(post, path));
        self.fresh.insert(post.id.clone(), bytes);
        let since = *self.batch_since.get_or_insert_with(Instant::now);
        if self.fresh.len() >= BATCH_POSTS || since.elapsed() >= BATCH_TIME {
            self.commit()?;
        }
        Ok(())
    }

    /// An earlier text; one that is already kept is never rewritten.
    fn stage_version(&mut self, path: &str, bytes: Vec<u8>) -> Result<()> {
        if self.root.join(path).exists() || self.batch.contains(path) {
            return Ok(());
        }
        self.info.counts.versions += 1;
        self.batch.stage(self.disk.as_mut(), &self.root, path, &mut bytes.as_slice()).map(|_| ())
    }
}

/// The sources of `post`, with those that `kept` has too as they stand there: a listing fetched again has another digest,
/// which alone is no news.
fn same_kinds(post: &Post, kept: &Post) -> Vec<Source> {
    post.sources.iter().map(|s| kept.sources.iter().find(|k| k.kind == s.kind).unwrap_or(s).clone()).collect()
}
