//! What becomes of a post that comes in: new, joined into a kept one, or two that turn out to be one.

use std::time::Instant;

use rayon::prelude::*;

use super::{BATCH_BYTES, BATCH_POSTS, BATCH_TIME, Kept, Writer};
use crate::error::Result;
use crate::model::{Kind, Post, PostId, Source, merge, normalise_url, pretty_json};
use crate::store::archive::{read_post, walk};
use crate::store::facts::Facts;
use crate::store::layout;
use crate::store::runs::each_line;

impl Writer {
    /// Keeps a post: as a new one, or joined into the one it is another capture of.
    pub fn keep(&mut self, post: Post) -> Result<Kept> {
        let mut ids: Vec<PostId> = Vec::new();
        let own = post.id.to_string();
        for name in std::iter::once(own.as_str()).chain(post.names()) {
            let Some(entry) = self.index.find(name).filter(|e| !ids.contains(&e.id)) else { continue };
            // The index knows numbers of names; the post itself has the last word.
            if self.read(&entry.id)?.is_some_and(|kept| bears(&kept, name)) {
                ids.push(entry.id);
            }
        }
        let Some(first) = self.eldest(&ids)? else { return self.keep_new(post) };
        for other in ids.iter().filter(|id| **id != first) {
            self.join(&first, other)?;
        }
        let Some(kept) = self.read(&first)? else { return self.keep_new(post) };
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
        let made: Vec<(Post, String, Vec<u8>)> = new
            .into_par_iter()
            .map(|(mut post, path)| {
                post.links.iter_mut().for_each(|l| l.target = index.target(l).map(|id| id.to_string()));
                post.content_hash = post.hash_content();
                let bytes = pretty_json(&post);
                (post, path, bytes)
            })
            .collect();
        let files: Vec<(&str, &[u8])> = made.iter().map(|(_, path, bytes)| (path.as_str(), bytes.as_slice())).collect();
        self.batch.stage_all(self.disk.as_mut(), &self.root, &files)?;
        for (post, _, bytes) in made {
            self.index.seek(&Facts::of(&post));
            self.count_new(&post);
            self.hold(post.id, bytes);
        }
        self.commit_if_due()?;
        for mut post in others {
            post.links.iter_mut().for_each(|l| l.target = self.index.target(l).map(|id| id.to_string()));
            self.keep(post)?;
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
        self.touch(&post.id);
    }

    /// Holds a post that cannot be read from its place yet.
    fn hold(&mut self, id: PostId, bytes: Vec<u8>) {
        self.fresh_bytes += bytes.len();
        self.fresh.insert(id, bytes);
        self.batch_since.get_or_insert_with(Instant::now);
    }

    fn commit_if_due(&mut self) -> Result<()> {
        let late = self.batch_since.is_some_and(|since| since.elapsed() >= BATCH_TIME);
        if self.fresh.len() >= BATCH_POSTS || self.fresh_bytes >= BATCH_BYTES || late {
            self.commit()?;
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
        self.count_new(&post);
        self.stage_post(&path, &post)?;
        Ok(Kept::New)
    }

    fn replace(&mut self, kept: &Post, mut post: Post) -> Result<Kept> {
        if compare(kept, &post) == Kept::Unchanged {
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
        let first = self.touch(&post.id);
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

    /// Returns whether the run comes to the post for the first time.
    fn touch(&mut self, id: &PostId) -> bool {
        self.touched.insert(self.index.hash("name", id.as_str()))
    }

    /// Joins a post into another that turned out to be the same; its last text stays as a version.
    fn join(&mut self, into: &PostId, other: &PostId) -> Result<()> {
        let (Some(kept), Some(younger)) = (self.read(into)?, self.read(other)?) else { return Ok(()) };
        let Some(entry) = self.index.get(other) else { return Ok(()) };
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
        self.index.put(&Facts::of(post), path);
        self.hold(post.id.clone(), bytes);
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
    let bare = |p: &Post| pretty_json(&Post { sources: same_kinds(p, kept), ..p.clone() });
    if bare(post) == pretty_json(kept) {
        Kept::Unchanged
    } else if kept.hash_text() != post.hash_text() {
        Kept::Changed
    } else {
        Kept::Amended
    }
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
