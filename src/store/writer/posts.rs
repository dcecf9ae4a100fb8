//! What becomes of a post that comes in: new, joined into a kept one, or two that turn out to be one.

use std::collections::HashSet;
use std::time::Instant;

use rayon::prelude::*;

use super::shelves::is_same;
use super::{BATCH_BYTES, BATCH_POSTS, BATCH_TIME, Kept, PATIENCE, Writer};
use crate::error::Result;
use crate::model::{Kind, Post, PostId, merge, pretty_json};
use crate::store::archive::{read_post, walk};
use crate::store::facts::Facts;
use crate::store::layout;
use crate::store::runs::each_line;

impl Writer {
    /// Keeps a post: as a new one, or joined into the one it is another capture of.
    pub fn keep(&mut self, post: Post) -> Result<Kept> {
        let mut found = self.kept().namesakes(&post)?;
        let kept = match found.len() {
            0 => return self.keep_new(post),
            1 => found.pop(),
            _ => {
                let ids: Vec<PostId> = found.into_iter().map(|p| p.id).collect();
                let Some(first) = self.eldest(&ids)? else { return self.keep_new(post) };
                for other in ids.iter().filter(|id| **id != first) {
                    self.join(&first, other)?;
                }
                self.read(&first)?
            }
        };
        let Some(kept) = kept else { return self.keep_new(post) };
        let merged = merge(&kept, &post);
        if let Some(older) = merged.older
            && !self.has_version(&older)?
        {
            let path = layout::version_path(&older.id, &older.content_hash);
            self.stage_version(&path, pretty_json(&older))?;
        }
        self.replace(&kept, merged.post)
    }

    /// Keeps many posts: those that are new by one stroke, each with its links tied to what is kept, itself and the others
    /// included; then those that are another capture of something, in their order.
    pub fn keep_all(&mut self, posts: Vec<Post>) -> Result<()> {
        let (mut new, mut others): (Vec<(Post, String)>, Vec<Post>) = (Vec::new(), Vec::new());
        for post in posts {
            let own = post.id.to_string();
            let known = std::iter::once(own.as_str()).chain(post.names()).any(|name| self.index.find(name).is_some());
            if known {
                others.push(post);
                continue;
            }
            let path = self.new_path(&post, &new);
            self.index.put(&Facts::of(&post).without_links(), &path);
            new.push((post, path));
        }
        let index = &self.index;
        let made: (Vec<Post>, Vec<(String, Vec<u8>)>) = new
            .into_par_iter()
            .map(|(mut post, path)| {
                post.links.iter_mut().for_each(|l| l.target = index.target(l).map(|id| id.to_string()));
                post.content_hash = post.hash_content();
                let bytes = pretty_json(&post);
                (post, (path, bytes))
            })
            .unzip();
        let (posts, files) = made;
        for (post, (_, bytes)) in posts.iter().zip(&files) {
            self.index.seek(&Facts::of(post));
            self.count_new(post);
            self.hold(bytes.len());
        }
        self.batch.stage_all(self.disk.as_mut(), &self.root, files)?;
        self.commit_if_due()?;
        self.keep_others(others)
    }

    /// Keeps captures of posts that are there. Of most of them there is nothing to say; that is found out side by side.
    fn keep_others(&mut self, mut posts: Vec<Post>) -> Result<()> {
        let (shelves, index) = (self.kept(), &self.index);
        let nothing_new = posts
            .par_iter_mut()
            .map(|post| {
                post.links.iter_mut().for_each(|l| l.target = index.target(l).map(|id| id.to_string()));
                shelves.says_nothing_new(post)
            })
            .collect::<Result<Vec<Option<PostId>>>>()?;
        let mut touched = HashSet::new();
        for (mut post, same) in posts.into_iter().zip(nothing_new) {
            // Unless an earlier one of these had something to say of it, or moved it.
            if same.is_some_and(|id| !touched.contains(&id) && self.index.get(&id).is_some()) {
                self.summary.unchanged += 1;
                continue;
            }
            touched.extend(self.kept().namesakes(&post)?.into_iter().map(|p| p.id));
            post.links.iter_mut().for_each(|l| l.target = self.index.target(l).map(|id| id.to_string()));
            self.keep(post)?;
        }
        Ok(())
    }

    /// Ties the links of kept posts to what is kept by now.
    pub fn tie(&mut self, ids: &[PostId]) -> Result<()> {
        let shelves = self.kept();
        let tied = ids.par_iter().filter_map(|id| shelves.tied(id).transpose()).collect::<Result<Vec<_>>>()?;
        for (post, path) in tied {
            if self.index.touch(&post.id) {
                self.line.amended.push(post.id.clone());
                self.summary.amended += 1;
            }
            self.stage_post(&path, &post)?;
        }
        Ok(())
    }

    /// Returns where a new post is to lie.
    fn new_path(&self, post: &Post, others: &[(Post, String)]) -> String {
        let path = layout::post_path(post);
        if self.root.join(&path).exists() || self.batch.contains(&path) || others.iter().any(|(_, p)| *p == path) {
            // Another post has the same slug, month and first eight digits.
            return path.replace(&format!("--{}.json", post.id.short()), &format!("--{}.json", post.id));
        }
        path
    }

    fn count_new(&mut self, post: &Post) {
        match post.kind {
            Kind::Page => self.info.counts.pages += 1,
            _ => self.info.counts.posts += 1,
        }
        self.info.counts.comments += post.comments.len() as u64;
        self.summary.comments += post.comments.len() as u64;
        self.summary.new += 1;
        self.line.new.push(post.id.clone());
        self.index.touch(&post.id);
    }

    /// Counts a post into the batch.
    fn hold(&mut self, bytes: usize) {
        self.fresh = (self.fresh.0 + 1, self.fresh.1 + bytes);
        self.batch_since.get_or_insert_with(Instant::now);
    }

    /// Sends the batch on its way when it is full. While the one before is on its way it may grow a little more: a slow
    /// disk gets fewer batches, not a waiting line.
    fn commit_if_due(&mut self) -> Result<()> {
        let late = self.batch_since.is_some_and(|since| since.elapsed() >= BATCH_TIME);
        let full = |times: usize| self.fresh.0 >= BATCH_POSTS * times || self.fresh.1 >= BATCH_BYTES * times;
        if full(PATIENCE) || (full(1) || late) && !self.batch.is_flying() {
            self.launch()?;
        }
        Ok(())
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
        let path = self.new_path(&post, &[]);
        self.index.put(&Facts::of(&post).without_links(), &path);
        self.count_new(&post);
        self.stage_post(&path, &post)?;
        Ok(Kept::New)
    }

    fn replace(&mut self, kept: &Post, mut post: Post) -> Result<Kept> {
        if is_same(kept, &post) {
            self.summary.unchanged += 1;
            return Ok(Kept::Unchanged);
        }
        post.id = kept.id.clone();
        let Some(path) = self.index.get(&kept.id).map(|e| e.path) else { return self.keep_new(post) };
        let changed = kept.hash_text() != post.hash_text();
        if changed {
            let version = layout::version_path(&kept.id, &kept.content_hash);
            self.stage_version(&version, pretty_json(kept))?;
        }
        let comments = post.comments.len() as u64;
        let before = kept.comments.len() as u64;
        self.info.counts.comments = (self.info.counts.comments + comments).saturating_sub(before);
        self.summary.comments += comments.saturating_sub(before);
        let first = self.index.touch(&post.id);
        let (list, kind) =
            if changed { (&mut self.line.changed, Kept::Changed) } else { (&mut self.line.amended, Kept::Amended) };
        if first {
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
        #[derive(serde::Deserialize)]
        struct New {
            #[serde(default)]
            new: Vec<PostId>,
        }
        let mut first = None;
        each_line(&self.root, &mut |line: New| {
            first = first.take().or_else(|| line.new.into_iter().find(|id| ids.contains(id)));
        })?;
        let first = first.or_else(|| self.line.new.iter().find(|id| ids.contains(id)).cloned());
        Ok(first.or_else(|| ids.first().cloned()))
    }

    /// Joins a post into another that turned out to be the same; its last text stays as a version.
    fn join(&mut self, into: &PostId, other: &PostId) -> Result<()> {
        let (Some(kept), Some(younger)) = (self.read(into)?, self.read(other)?) else { return Ok(()) };
        let Some(entry) = self.index.get(other) else { return Ok(()) };
        let merged = merge(&kept, &younger).post;
        self.stage_version(&layout::version_path(other, &younger.content_hash), pretty_json(&younger))?;
        self.batch.remove(&entry.path);
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
        let size = bytes.len();
        self.batch.stage_all(self.disk.as_mut(), &self.root, vec![(path.to_string(), bytes)])?;
        self.index.put(&Facts::of(post), path);
        self.hold(size);
        self.commit_if_due()
    }

    /// Whether a text is kept among the earlier ones of its post, whatever else was known of it then.
    fn has_version(&self, post: &Post) -> Result<bool> {
        let folder = layout::version_path(&post.id, "");
        let folder = folder.rsplit_once('/').map_or("", |(folder, _)| folder);
        let words = post.hash_text();
        let (mut files, mut found) = (self.batch.below(folder), false);
        walk(&self.root, folder, &mut |file| files.push(file))?;
        for file in files {
            let there =
                [file.clone(), format!("{file}{}", layout::TEMP)].into_iter().find(|f| self.root.join(f).exists());
            found |= there.map(|f| read_post(&self.root, &f)).transpose()?.is_some_and(|p| p.hash_text() == words);
        }
        Ok(found)
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

/// Returns what becomes of a kept post that is to say this from now on.
pub fn compare(kept: &Post, post: &Post) -> Kept {
    if is_same(kept, post) {
        Kept::Unchanged
    } else if kept.hash_text() != post.hash_text() {
        Kept::Changed
    } else {
        Kept::Amended
    }
}
