//! Exports of Tumblr (`posts.xml`, the shape of its API of 2007) and answers of that API saved as files.

mod adapt;
mod html_page;
mod post;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::error::{Error, Result};
use crate::event::Unit;
use crate::html;
use crate::input::{Hashed, Named};
use crate::model::{Digest, Draft, Gap, Reason, Site, Source};

use super::report::{Attached, Bytes, Found, Job, Report, Sink};
use super::{Head, element, json};
use post::Post;

/// The largest answer.
const MAX_SIZE: u64 = 256 << 20;

/// Returns whether a stream is such an export or answer.
pub fn fits(head: &Head) -> bool {
    let answer = head.text.starts_with("var tumblr_api_read")
        || head.text.starts_with('{') && head.text.contains("\"tumblelog\"") && head.text.contains("\"posts\"");
    head.is_root("tumblr") || answer || html_page::fits(&head.text, &head.name)
}

/// Files that come with posts: `media/ID_N.ext`, by the id of their post, in order.
type Media<'a> = BTreeMap<String, Vec<&'a Named>>;

/// Reads an export with its media, or answers.
///
/// Errors: a stream cannot be read, or none of them holds a post.
pub fn read(job: &Job, sink: &mut Sink) -> Result<Report> {
    let mut work = Work { job, report: Report::default(), media: media(job.streams), sited: false };
    let documents: Vec<&Named> = job.streams.iter().filter(|s| work.is_document(s)).collect();
    for stream in &documents {
        work.document(stream, sink)?;
    }
    // The pages hold the same as posts.xml, worse.
    let pages: Vec<&Named> = job.streams.iter().filter(|s| s.name.ends_with(".html")).collect();
    if documents.is_empty() {
        for stream in &pages {
            work.page(stream, sink)?;
        }
    } else {
        work.report.skip("pages of posts that posts.xml has", pages.len() as u64);
    }
    if work.report.found == 0 {
        let shown = job.streams.first().map(|s| s.shown.as_str()).unwrap_or_default();
        return Err(Error::input(shown, "no post in it"));
    }
    Ok(work.report)
}

fn media(streams: &[Named]) -> Media<'_> {
    let mut out = Media::new();
    for stream in streams {
        let mut parts = stream.name.rsplit('/');
        let (file, folder) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let id = file.split(['_', '.']).next().unwrap_or_default();
        if folder == "media" && id.len() > 3 && id.bytes().all(|b| b.is_ascii_digit()) {
            out.entry(id.to_string()).or_default().push(stream);
        }
    }
    let number = |s: &Named| s.name.rsplit('/').next().and_then(|f| f.split(['_', '.']).nth(1)?.parse::<u32>().ok());
    out.values_mut().for_each(|v| v.sort_by_key(|s| number(s).unwrap_or(0)));
    out
}

struct Work<'a> {
    job: &'a Job<'a>,
    report: Report,
    media: Media<'a>,
    sited: bool,
}

impl<'a> Work<'a> {
    fn is_document(&self, stream: &Named) -> bool {
        if stream.name.ends_with(".html") || stream.name.contains("/media/") || stream.name.starts_with("media/") {
            return false;
        }
        stream.head().is_ok_and(|bytes| fits(&Head::new(&stream.name, bytes)))
    }

    fn document(&mut self, stream: &'a Named, sink: &mut Sink) -> Result<()> {
        let digest = digest(stream)?;
        sink(Found::Original(stream, digest.clone()))?;
        let head = Head::new(&stream.name, stream.head()?);
        if head.is_root("tumblr") { self.xml(stream, &digest, sink) } else { self.answer(stream, &digest, sink) }
    }

    fn xml(&mut self, stream: &Named, digest: &Digest, sink: &mut Sink) -> Result<()> {
        let mut title: Option<(String, String)> = None;
        let ending = element::each(stream, &["tumblelog", "post"], &mut |found| {
            self.job.events.check()?;
            if found.name == "tumblelog" {
                let about = found.attribute("title").unwrap_or_default().to_string();
                title = Some((about, html::plain_text(&found.text)));
                return Ok(());
            }
            let post = Post::of_xml(&found);
            self.hand_on(&post, title.take(), stream, digest, sink)
        })?;
        self.report.notes.extend(ending.notes.into_iter().map(|n| format!("{}: {n}", stream.name)));
        if let Some((line, why)) = ending.broken {
            self.report.notes.push(format!("{}: {why} in line {line}; what precedes it was read", stream.name));
            let url = format!("{}#{line}", stream.name);
            self.report.gaps.push(Gap { url, what: "file".into(), reason: Reason::Truncated, detail: why, post: None });
        }
        Ok(())
    }

    /// `var tumblr_api_read = {…};`, or the object alone.
    fn answer(&mut self, stream: &Named, digest: &Digest, sink: &mut Sink) -> Result<()> {
        let bytes = stream.read(MAX_SIZE)?;
        let text = String::from_utf8_lossy(&bytes);
        let start = text.find('{').unwrap_or(0);
        let object = text.get(start..).unwrap_or_default().trim_end().trim_end_matches(';');
        let value: Value = serde_json::from_str(object).map_err(|e| json::fault(stream, e))?;
        let about = value.get("tumblelog").unwrap_or(&Value::Null);
        let get = |key: &str| json::text(about, key).unwrap_or_default().to_string();
        let mut title = Some((get("title"), html::plain_text(&get("description"))));
        for post in json::items(&value, "posts") {
            self.job.events.check()?;
            self.hand_on(&Post::of_json(post), title.take(), stream, digest, sink)?;
        }
        Ok(())
    }

    fn page(&mut self, stream: &Named, sink: &mut Sink) -> Result<()> {
        self.job.events.check()?;
        let bytes = stream.read(MAX_SIZE)?;
        let Some(post) = html_page::read(&String::from_utf8_lossy(&bytes), &stream.name) else {
            self.report.skip("pages that are no posts", 1);
            return Ok(());
        };
        let digest = Digest::of(&bytes);
        sink(Found::Original(stream, digest.clone()))?;
        self.hand_on(&post, None, stream, &digest, sink)
    }

    fn hand_on(
        &mut self,
        post: &Post,
        about: Option<(String, String)>,
        stream: &Named,
        digest: &Digest,
        sink: &mut Sink,
    ) -> Result<()> {
        if !self.sited {
            self.sited = true;
            let url = self.job.options.site.as_ref().map(url::Url::to_string).or_else(|| post.home());
            let (title, description) = about.unwrap_or_default();
            sink(Found::Site(Site { url, title, description, generator: Some("Tumblr".into()), ..Site::default() }))?;
        }
        let files = self.media.remove(&post.id).unwrap_or_default();
        let mut draft = adapt::draft(post);
        for (place, file) in adapt::pair(post, &mut draft, &files) {
            sink(Found::File(Attached::new(place, Bytes::Stream(file.clone()))))?;
        }
        let (uri, sha256) = (stream.name.clone(), Some(digest.clone()));
        draft.source = Source { kind: "tumblr".into(), uri, sha256, ..Source::default() };
        self.count(draft, sink)
    }

    fn count(&mut self, draft: Draft, sink: &mut Sink) -> Result<()> {
        self.report.found += 1;
        self.job.events.done(Unit::Posts, 1);
        sink(Found::Draft(Box::new(draft)))
    }
}

fn digest(stream: &Named) -> Result<Digest> {
    let (mut hashed, seen) = Hashed::new(stream.open()?);
    std::io::copy(&mut hashed, &mut std::io::sink()).map_err(|e| stream.fault(e))?;
    Ok(seen.digest())
}
