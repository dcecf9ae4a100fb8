//! What this program itself handed out: `export --json` (one document), `--jsonl` (a post a line), and the files of an
//! archive. Posts come back as they were; what they say is as hostile as any other file.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{BufRead, BufReader, Read};

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use url::Url;

use super::Head;
use super::report::{Attached, Bytes, Found, Job, Report, Sink};
use crate::error::{Error, Result};
use crate::event::Unit;
use crate::html;
use crate::input::{Hashed, Named};
use crate::model::{Gap, Post, Reason, SCHEMA, Site};

/// The longest line, and so the largest post.
const MAX_POST: u64 = 256 << 20;

/// The largest front page of an archive.
const MAX_INFO: u64 = 16 << 20;

/// Returns whether a stream is such a document, line or file.
pub fn fits(head: &Head) -> bool {
    let start: String = head.text.chars().take(400).filter(|c| !c.is_whitespace()).collect();
    let document = start.starts_with("{\"archive\":{\"counts\":{\"");
    let post = start.starts_with("{\"aliases\":[") && (head.text.contains("\"authors\"") || head.text.len() > 8000);
    document || post
}

/// Reads documents, lines of posts, and the folder of an archive with its media.
///
/// Errors: a stream cannot be read; none of them holds a post; a newer version of this program wrote it.
pub fn read(job: &Job, sink: &mut Sink) -> Result<Report> {
    let mut work = Work { job, report: Report::default(), media: media(job.streams), last: None };
    for stream in job.streams {
        job.events.check()?;
        let file = stream.name.rsplit('/').next().unwrap_or(&stream.name);
        if file == "archive.json" {
            let info = serde_json::from_slice(&stream.read(MAX_INFO)?).unwrap_or(Value::Null);
            work.site(&info, sink)?;
        } else if !stream.name.contains("versions/") && fits(&Head::new(&stream.name, stream.head()?)) {
            work.stream(stream, sink)?;
        }
    }
    if work.report.found == 0 {
        let shown = job.streams.first().map(|s| s.shown.as_str()).unwrap_or_default();
        let why = work.last.unwrap_or_else(|| "no post in it".into());
        return Err(Error::input(shown, why).with_hint("hand out the archive again with `mdarchive export --json`"));
    }
    Ok(work.report)
}

/// The files of an archive's media, by digest.
fn media(streams: &[Named]) -> BTreeMap<&str, &Named> {
    let own = |s: &'_ Named| s.name.starts_with("media/sha256/") || s.name.contains("/media/sha256/");
    let digest = |s: &'_ Named| -> Option<usize> { Some(s.name.rfind('/')? + 1) };
    let named = streams.iter().filter(|s| own(s)).filter_map(|s| {
        let file = s.name.get(digest(s)?..)?;
        Some((file.split('.').next()?, s))
    });
    named.collect()
}

struct Work<'a> {
    job: &'a Job<'a>,
    report: Report,
    media: BTreeMap<&'a str, &'a Named>,
    /// Why the last post could not be read.
    last: Option<String>,
}

impl Work<'_> {
    fn site(&mut self, info: &Value, sink: &mut Sink) -> Result<()> {
        let mut site: Site = info.get("site").cloned().and_then(|s| serde_json::from_value(s).ok()).unwrap_or_default();
        if let Some(told) = &self.job.options.site {
            site.url = Some(told.to_string());
        }
        if site == Site::default() { Ok(()) } else { sink(Found::Site(site)) }
    }

    fn stream(&mut self, stream: &Named, sink: &mut Sink) -> Result<()> {
        let (mut whole, seen) = Hashed::new(stream.open()?);
        std::io::copy(&mut whole, &mut std::io::sink()).map_err(|e| stream.fault(e))?;
        sink(Found::Original(stream, seen.digest()))?;
        let head = stream.head()?;
        let lines = head.starts_with(b"{\"aliases\":[");
        let end = if lines { self.lines(stream, sink)? } else { self.document(stream, sink)? };
        if let Some((line, why)) = end {
            self.gap(stream, line, why);
        }
        Ok(())
    }

    /// One post a line.
    fn lines(&mut self, stream: &Named, sink: &mut Sink) -> Result<Option<(u64, String)>> {
        let mut reader = BufReader::with_capacity(1 << 17, stream.open()?);
        for number in 1.. {
            let mut line = Vec::new();
            let read = reader.by_ref().take(MAX_POST).read_until(b'\n', &mut line);
            match read.map_err(|e| stream.fault(e))? {
                0 => break,
                _ if line.iter().all(u8::is_ascii_whitespace) => {}
                _ => match serde_json::from_slice::<Value>(&line) {
                    Ok(value) => self.post(value, stream, number, sink)?,
                    Err(e) if e.is_eof() => return Ok(Some((number, "the line ends too soon".into()))),
                    Err(e) => self.gap(stream, number, e.to_string()),
                },
            }
        }
        Ok(None)
    }

    /// A document, read post by post; or one post.
    fn document(&mut self, stream: &Named, sink: &mut Sink) -> Result<Option<(u64, String)>> {
        let reader = BufReader::with_capacity(1 << 17, stream.open()?);
        let mut json = serde_json::Deserializer::from_reader(reader);
        let mut failed = None;
        let seed = Document { work: self, stream, sink, failed: &mut failed };
        let end = seed.deserialize(&mut json);
        match (failed, end) {
            (Some(error), _) => Err(error),
            (None, Ok(())) => Ok(None),
            (None, Err(e)) => {
                let why =
                    if e.is_eof() { "the JSON ends too soon; what precedes it was read".into() } else { e.to_string() };
                Ok(Some((e.line() as u64, why)))
            }
        }
    }

    fn gap(&mut self, stream: &Named, line: u64, why: String) {
        let url = if line > 0 { format!("{}#{line}", stream.name) } else { stream.name.clone() };
        self.last = Some(if line > 0 { format!("line {line}: {why}") } else { why.clone() });
        self.report.gaps.push(Gap { url, what: "post".into(), reason: Reason::Malformed, detail: why, post: None });
    }

    /// Hands on a post, cleaned as if it came from a stranger.
    fn post(&mut self, value: Value, stream: &Named, line: u64, sink: &mut Sink) -> Result<()> {
        let version = value.get("schema").and_then(Value::as_u64).unwrap_or_default();
        if version > u64::from(SCHEMA) {
            return Err(Error::input(
                &stream.shown,
                format!("its posts are of version {version}, known here is {SCHEMA}"),
            )
            .with_hint("import it with a newer mdarchive"));
        }
        let post = match serde_json::from_value::<Post>(value) {
            Ok(post) if post.id.is_valid() => post,
            Ok(post) => {
                self.gap(stream, line, format!("{:?} is no id of a post", post.id.as_str()));
                return Ok(());
            }
            Err(e) => {
                self.gap(stream, line, e.to_string());
                return Ok(());
            }
        };
        for medium in &post.media {
            let Some(file) = medium.sha256.as_ref().and_then(|d| self.media.remove(d.as_str())) else { continue };
            sink(Found::File(Attached {
                url: medium.url.clone(),
                bytes: Bytes::Stream(file.clone()),
                via: medium.via.clone(),
            }))?;
        }
        self.report.found += 1;
        self.job.events.done(Unit::Posts, 1);
        sink(Found::Post(Box::new(cleaned(post))))
    }
}

/// Returns a post whose markup holds nothing but what the archive would have kept.
fn cleaned(mut post: Post) -> Post {
    let base = post.url.as_deref().and_then(|u| Url::parse(u).ok());
    let clean = |markup: &str| html::body(markup, base.as_ref(), base.as_ref());
    let body = clean(&post.html);
    if body.html != post.html {
        (post.html, post.text) = (body.html, body.text);
    }
    for comment in &mut post.comments {
        let body = clean(&comment.html);
        if body.html != comment.html {
            (comment.html, comment.text) = (body.html, body.text);
        }
    }
    for caption in &mut post.captions {
        caption.html = clean(&caption.html).html;
    }
    let web = |url: &str| ["http://", "https://", "mailto:"].iter().any(|s| url.starts_with(s)) || !url.contains(':');
    post.links.retain(|l| l.url.as_deref().is_none_or(web));
    post.media.retain(|m| web(&m.url));
    post.content_hash = post.hash_content();
    post
}

/// `{"archive": …, "posts": […], "schema": 1}`, whose posts are handed on as they come.
struct Document<'w, 'j, 's, 'c> {
    work: &'w mut Work<'j>,
    stream: &'w Named,
    sink: &'s mut Sink<'c>,
    failed: &'w mut Option<Error>,
}

impl<'de> DeserializeSeed<'de> for Document<'_, '_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> std::result::Result<(), D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Document<'_, '_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an archive or a post")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<(), A::Error> {
        let Document { work, stream, sink, failed } = self;
        let mut stop = |error: Error| {
            *failed = Some(error);
            serde::de::Error::custom("stopped")
        };
        let (mut single, mut listed) = (serde_json::Map::new(), false);
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "archive" => {
                    let info = map.next_value::<Value>()?;
                    work.site(&info, sink).map_err(&mut stop)?;
                }
                "posts" => {
                    listed = true;
                    let mut error = None;
                    let posts = Posts { work: &mut *work, stream, sink: &mut *sink, failed: &mut error };
                    let end = map.next_value_seed(posts);
                    if let Some(error) = error {
                        return Err(stop(error));
                    }
                    end?;
                }
                _ => {
                    single.insert(key, map.next_value::<Value>()?);
                }
            }
        }
        if !listed {
            work.post(Value::Object(single), stream, 0, sink).map_err(&mut stop)?;
        }
        Ok(())
    }
}

/// The posts of a document.
struct Posts<'w, 'j, 's, 'c> {
    work: &'w mut Work<'j>,
    stream: &'w Named,
    sink: &'s mut Sink<'c>,
    failed: &'w mut Option<Error>,
}

impl<'de> DeserializeSeed<'de> for Posts<'_, '_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> std::result::Result<(), D::Error> {
        json.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Posts<'_, '_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a list of posts")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> std::result::Result<(), A::Error> {
        while let Some(value) = seq.next_element::<Value>()? {
            let end = self.work.job.events.check().and_then(|()| self.work.post(value, self.stream, 0, self.sink));
            if let Err(error) = end {
                *self.failed = Some(error);
                return Err(serde::de::Error::custom("stopped"));
            }
        }
        Ok(())
    }
}
