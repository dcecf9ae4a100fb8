//! WordPress exports (WXR 1.0, 1.1, 1.2): the format's own structs, a reader, and the adapter into drafts.
//!
//! Two passes over a file: the first learns what posts refer to (authors, attachments, reusable blocks) and whether the
//! file is well-formed, the second hands on one post at a time.

mod adapt;
mod beside;
mod comments;
mod item;
mod parse;
mod render;
mod shelf;
mod survey;

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::event::Unit;
use crate::input::Named;
use crate::model::{Gap, Reason};

use super::report::{Attached, Bytes, Found, Job, Report, Sink};
use super::xml::Fault;
use adapt::Adapter;
use parse::{Element, Parser};
use survey::Survey;

pub use parse::looks_like_export;

/// Reads the streams of an export. Files of one site (a large blog is exported in numbered parts) know each other's
/// attachments.
///
/// Errors: a stream cannot be read; no stream holds a post or page.
pub fn read(job: &Job, sink: &mut Sink) -> Result<Report> {
    let mut report = Report::default();
    let mut sites: BTreeMap<String, (Survey, Vec<&Named>)> = BTreeMap::new();
    job.events.phase("looking through the export");
    let (files, documents): (Vec<&Named>, Vec<&Named>) =
        job.streams.iter().partition(|s| super::markdown::is_media(&s.name));
    for stream in documents.iter().copied() {
        let one = match survey::survey(stream, job.events) {
            Ok(one) => one,
            Err(error @ Error::Input { .. }) if documents.len() > 1 => {
                report.unreadable(stream, &error);
                continue;
            }
            Err(error) => return Err(error),
        };
        match sites.get_mut(&one.key()) {
            Some((all, streams)) => {
                all.join(one);
                streams.push(stream);
            }
            None => {
                sites.insert(one.key(), (one, vec![stream]));
            }
        }
    }
    sites.values_mut().for_each(|(survey, _)| survey.settle());
    if sites.values().all(|(survey, _)| survey.posts == 0) {
        return Err(empty(job.streams, sites.values().map(|(s, _)| s)));
    }
    job.events.phase("reading posts");
    job.events.total(Unit::Posts, sites.values().map(|(s, _)| s.posts).sum());
    for (survey, streams) in sites.values().filter(|(s, _)| s.posts > 0) {
        sink(Found::Site(survey.site.clone()))?;
        for (url, file) in beside::tied(&files, survey) {
            sink(Found::File(Attached::new(url, Bytes::Stream(file.clone()))))?;
        }
        for stream in streams {
            sink(Found::Original(stream, survey.digest(&stream.shown)))?;
            posts(stream, survey, job, sink, &mut report)?;
        }
        survey.tell(&mut report);
    }
    Ok(report)
}

/// Hands on the posts and pages of one file.
fn posts(stream: &Named, survey: &Survey, job: &Job, sink: &mut Sink, report: &mut Report) -> Result<()> {
    let strict = survey.is_strict(&stream.shown);
    let mut parser = Parser::again(stream, strict)?;
    let adapter = Adapter::new(survey, &job.options, stream);
    loop {
        job.events.check()?;
        let item = match parser.next() {
            Ok(Some(Element::Item(item))) => item,
            Ok(Some(_)) => continue,
            Ok(None) => break,
            // The first pass met it too and told of it.
            Err(Fault::Cut { .. } | Fault::IllFormed { .. } | Fault::Refused { .. }) => break,
            Err(Fault::Io(cause)) => return Err(stream.fault(cause)),
        };
        if !item.is_post() {
            continue;
        }
        let draft = adapter.draft(*item, report);
        report.found += 1;
        sink(Found::Draft(Box::new(draft)))?;
    }
    let place = |what: String| format!("{}: {what}", stream.name);
    report.notes.extend(parser.repairs().into_iter().map(place));
    if let Some((line, why)) = survey.cut(&stream.shown) {
        report.notes.push(place(format!("{why} in line {line}; what precedes it was read")));
        report.gaps.push(Gap {
            url: format!("{}#{line}", stream.name),
            what: "file".into(),
            reason: if why.starts_with("cut") { Reason::Truncated } else { Reason::Malformed },
            detail: why.to_string(),
            post: None,
        });
    }
    Ok(())
}

/// Says what was there in place of posts.
fn empty<'a>(streams: &[Named], surveys: impl Iterator<Item = &'a Survey>) -> Error {
    let shown = streams.first().map(|s| s.shown.as_str()).unwrap_or_default();
    let (mut seen, mut cut) = (Vec::new(), None);
    for survey in surveys {
        seen.extend(survey.skipped.iter().map(|(what, n)| format!("{n} {what}")));
        cut = cut.or(survey.any_cut());
    }
    let mut why = "no posts or pages in it".to_string();
    if !seen.is_empty() {
        why.push_str(&format!(", only {}", seen.join(", ")));
    }
    match cut {
        Some((line, cause)) => Error::input(shown, format!("{why} ({cause} in line {line})"))
            .with_hint("export the blog again: Tools > Export > All content, and download the whole file"),
        None => Error::input(shown, why).with_hint("export the blog again with Tools > Export > All content"),
    }
}
