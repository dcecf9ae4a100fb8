//! `reextract`: kept posts made anew from the answers that were kept with them, by the readers of today. Nothing is asked
//! of anyone; what no reader can make anew stays as it is.

mod answers;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rayon::prelude::*;
use serde::Serialize;
use url::Url;

use self::answers::{Answers, Key};
use super::media::Gallery;
use super::resolve::{close, tie};
use super::{names, refine};
use crate::error::{Error, Result};
use crate::event::{Events, Unit};
use crate::model::{Clock, Draft, Media, Post, PostId, Reason, Source, merge, normalise_url};
use crate::store::{Archive, Entry, Kept, Opening, Summary, Writer, compare};

/// Posts that are made at a time.
const BATCH: usize = 256;

/// What came of it.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Reextracted {
    #[serde(flatten)]
    pub summary: Summary,
    /// Posts that were made anew, changed or not.
    pub reread: u64,
    /// Posts that stay as they are, by reason.
    pub left: BTreeMap<&'static str, u64>,
    /// The posts that are not as they were, with what becomes of them.
    pub different: Vec<Different>,
    /// Nothing was written.
    pub dry: bool,
}

/// A post that today's readers make otherwise.
#[derive(Debug, Clone, Serialize)]
pub struct Different {
    pub id: PostId,
    pub url: Option<String>,
    pub title: String,
    /// Its words changed: what stood before is a version.
    pub text: bool,
    /// Names of the fields.
    pub fields: BTreeSet<String>,
}

const NO_ANSWER: &str = "no answer of theirs is kept: they came from files, or their raw capture is gone";
const NO_POST: &str = "today's reader finds no post in what is kept";

/// Makes the posts of an archive anew; with `dry`, only says what would become of them.
///
/// # Errors
/// [`Error::Archive`] when there is none at `root`, or it is in use; [`Error::Io`] from the disk.
pub fn reextract(root: &Path, dry: bool, events: &Events, clock: Clock) -> Result<Reextracted> {
    let archive = Archive::open(root)?;
    let name = archive.info.name.clone();
    let entries = archive.entries()?;
    let opening = Opening { name, site: Default::default(), command: "reextract", source: None };
    let writer = Writer::open(root, opening, clock)?;
    let mut run = Run {
        site: archive.info.site.url.as_deref().and_then(|u| Url::parse(u).ok()),
        answers: Answers::open(&archive, &entries, events)?,
        done: Reextracted { dry, ..Reextracted::default() },
        writer,
        events,
    };
    let end = run.all(entries);
    let interrupted = matches!(end, Err(Error::Interrupted));
    if !interrupted {
        end?;
    }
    let Run { writer, mut done, .. } = run;
    if dry {
        if interrupted {
            return Err(Error::Interrupted);
        }
        let name = writer.name().to_string();
        let text = |t: bool| done.different.iter().filter(|d| d.text == t).count() as u64;
        let (changed, amended) = (text(true), text(false));
        let unchanged = done.reread.saturating_sub(changed + amended);
        let counts = writer.info().counts;
        done.summary = Summary { archive: name, changed, amended, unchanged, counts, ..Summary::default() };
        return Ok(done);
    }
    done.summary = close(writer, interrupted)?;
    Ok(done)
}

struct Run<'a> {
    writer: Writer,
    site: Option<Url>,
    answers: Answers,
    events: &'a Events,
    done: Reextracted,
}

impl Run<'_> {
    fn all(&mut self, entries: Vec<Entry>) -> Result<()> {
        self.events.phase("making posts anew from what is kept");
        self.events.total(Unit::Posts, entries.len() as u64);
        let mut todo: Vec<(Vec<Key>, Entry)> = Vec::new();
        for entry in entries {
            let keys: Vec<Key> = entry.sources.iter().filter_map(|s| self.answers.key(s)).collect();
            if keys.is_empty() {
                *self.done.left.entry(NO_ANSWER).or_default() += 1;
                self.events.done(Unit::Posts, 1);
            } else {
                todo.push((keys, entry));
            }
        }
        // Posts of one answer together: it is read once.
        todo.sort_by(|a, b| (&a.0, a.1.order()).cmp(&(&b.0, b.1.order())));
        while !todo.is_empty() {
            let rest = todo.split_off(todo.len().min(BATCH));
            self.batch(std::mem::replace(&mut todo, rest))?;
            self.events.check()?;
        }
        Ok(())
    }

    fn batch(&mut self, todo: Vec<(Vec<Key>, Entry)>) -> Result<()> {
        let mut wanted: BTreeMap<&Key, Vec<&Entry>> = BTreeMap::new();
        for (keys, entry) in &todo {
            keys.iter().for_each(|key| wanted.entry(key).or_default().push(entry));
        }
        let answers = &self.answers;
        let site = self.site.as_ref();
        let read = wanted.into_par_iter().map(|(key, of)| Ok((key, answers.read(key, &of, site)?)));
        let drafts: BTreeMap<&Key, Vec<Draft>> = read.collect::<Result<_>>()?;
        let name = self.writer.name();
        let make = |keys: &[Key], entry: &Entry| -> Vec<Post> {
            let own = keys.iter().filter_map(|key| own(drafts.get(key)?, entry));
            own.map(|draft| refine(draft, name, self.site.as_ref())).collect()
        };
        let made: Vec<Vec<Post>> = todo.par_iter().map(|(keys, entry)| make(keys, entry)).collect();
        drop(drafts);
        for ((_, entry), made) in todo.into_iter().zip(made) {
            self.events.done(Unit::Posts, 1);
            if made.is_empty() {
                *self.done.left.entry(NO_POST).or_default() += 1;
                continue;
            }
            self.done.reread += 1;
            self.join(&entry.id, made)?;
        }
        Ok(())
    }

    /// Joins what was made anew into the kept post, as a fetch joins what it reads.
    fn join(&mut self, id: &PostId, made: Vec<Post>) -> Result<()> {
        let Some(kept) = self.writer.read(id)? else { return Ok(()) };
        let gallery = Gallery::default();
        let mut post = kept.clone();
        for mut one in made {
            one.id = id.clone();
            // What it is called now may be another post's name: it stays this post.
            one.aliases.retain(|a| self.writer.find(a).is_none_or(|other| other.id == *id));
            gallery.fill(&self.writer, &mut one);
            names::disown(&self.writer, &mut one);
            tie(&self.writer, &mut one);
            for source in &mut one.sources {
                let before = kept.sources.iter().find(|s| s.kind == source.kind);
                before.into_iter().for_each(|b| source.clone_from(&Source { updated: source.updated, ..b.clone() }));
            }
            post = merge(&post, &one).post;
        }
        let what = compare(&kept, &post);
        if what == Kept::Unchanged {
            return if self.done.dry { Ok(()) } else { self.writer.amend(id, |_| {}).map(|_| ()) };
        }
        self.done.different.push(Different {
            id: id.clone(),
            url: post.url.clone(),
            title: post.title.clone(),
            text: what == Kept::Changed,
            fields: differing(&kept, &post),
        });
        if self.done.dry {
            return Ok(());
        }
        let known: BTreeSet<&str> = kept.media.iter().map(|m| m.url.as_str()).collect();
        let new: Vec<Media> = post.media.iter().filter(|m| !known.contains(m.url.as_str())).cloned().collect();
        for wanted in gallery.wanted(&self.writer, &[Post { media: new, ..post.clone() }]) {
            self.writer.gap(wanted.gap(Reason::NotFetched, "found anew; `mdarchive fetch` asks for it"));
        }
        self.writer.amend(id, |p| *p = post).map(|_| ())
    }
}

/// Returns the draft of a post among those of an answer: by its names, else the only one there is.
fn own(drafts: &[Draft], entry: &Entry) -> Option<Draft> {
    let names: BTreeSet<String> =
        entry.url.iter().chain(&entry.aliases).map(|n| normalise_url(n)).chain([entry.id.to_string()]).collect();
    let bears = |d: &&Draft| d.key.iter().chain(&d.url).chain(&d.aliases).any(|n| names.contains(&normalise_url(n)));
    drafts.iter().find(bears).or_else(|| drafts.first().filter(|_| drafts.len() == 1)).cloned()
}

fn differing(a: &Post, b: &Post) -> BTreeSet<String> {
    let (Ok(serde_json::Value::Object(a)), Ok(serde_json::Value::Object(b))) =
        (serde_json::to_value(a), serde_json::to_value(b))
    else {
        return BTreeSet::new();
    };
    let silent = ["content_hash", "fields", "sources", "schema"];
    let names = a.keys().chain(b.keys()).filter(|n| a.get(*n) != b.get(*n) && !silent.contains(&n.as_str()));
    names.cloned().collect()
}
