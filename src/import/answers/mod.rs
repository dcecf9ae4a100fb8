//! Answers of blogs' own interfaces, saved as files: WordPress REST (`wp/v2`), WordPress.com (`rest/v1.1`), Blogger (`v3`).
//! What refers to other answers (names of terms, comments) is found where those are given too.

mod blogger;
mod rest;
mod wpcom;

use serde_json::Value;

use crate::error::{Error, Result};
use crate::event::Unit;
use crate::input::Named;
use crate::model::{Digest, Draft, Site, Source};

use super::report::{Found, Job, Report, Sink};
use super::{Head, json};

/// A file as it came: the objects in it.
struct Answer<'a> {
    stream: &'a Named,
    digest: Digest,
    objects: Vec<Value>,
}

/// What a reader makes of all objects together.
struct Made {
    site: Option<Site>,
    /// Drafts, by the number of their answer.
    drafts: Vec<(usize, Draft)>,
}

fn has(head: &Head, key: &str) -> bool {
    head.text.contains(&format!("\"{key}\""))
}

fn is_json(head: &Head) -> bool {
    head.text.starts_with(['{', '['])
}

/// Returns whether a stream is an answer of `wp/v2`.
pub fn fits_rest(head: &Head) -> bool {
    let linked = has(head, "_links") && (has(head, "avatar_urls") || has(head, "taxonomy") || has(head, "source_url"));
    is_json(head) && (has(head, "rendered") || linked || has(head, "namespaces") && has(head, "routes"))
}

/// Returns whether a stream is an answer of `rest/v1.1`.
pub fn fits_wpcom(head: &Head) -> bool {
    is_json(head) && (has(head, "site_ID") || has(head, "found") && has(head, "posts") && has(head, "ID"))
}

/// Returns whether a stream is an answer of Blogger's interface.
pub fn fits_blogger(head: &Head) -> bool {
    is_json(head) && head.text.contains("\"blogger#")
}

/// Reads answers of `wp/v2`.
///
/// Errors: a stream cannot be read, or none of them holds a post.
pub fn read_rest(job: &Job, sink: &mut Sink) -> Result<Report> {
    read(job, sink, "rest", rest::make)
}

/// Reads answers of `rest/v1.1`.
///
/// Errors: a stream cannot be read, or none of them holds a post.
pub fn read_wpcom(job: &Job, sink: &mut Sink) -> Result<Report> {
    read(job, sink, "wpcom", wpcom::make)
}

/// Reads answers of Blogger's interface.
///
/// Errors: a stream cannot be read, or none of them holds a post.
pub fn read_blogger(job: &Job, sink: &mut Sink) -> Result<Report> {
    read(job, sink, "blogger-api", blogger::make)
}

fn read(job: &Job, sink: &mut Sink, kind: &str, make: fn(&Job, &[Answer], &mut Report) -> Made) -> Result<Report> {
    let mut report = Report::default();
    let mut answers = Vec::new();
    for stream in job.streams {
        job.events.check()?;
        let (value, digest) = json::read::<Value>(stream, &mut report)?;
        answers.push(Answer { stream, digest, objects: objects(value) });
    }
    let made = make(job, &answers, &mut report);
    if made.drafts.is_empty() {
        let shown = job.streams.first().map(|s| s.shown.as_str()).unwrap_or_default();
        let others: Vec<String> = report.skipped.iter().map(|(what, n)| format!("{n} {what}")).collect();
        let only = if others.is_empty() { String::new() } else { format!(", only {}", others.join(", ")) };
        return Err(Error::input(shown, format!("no posts or pages in it{only}")));
    }
    for answer in &answers {
        sink(Found::Original(answer.stream, answer.digest.clone()))?;
    }
    if let Some(site) = made.site {
        sink(Found::Site(site))?;
    }
    for (from, mut draft) in made.drafts {
        job.events.check()?;
        if let Some(answer) = answers.get(from) {
            let (uri, sha256) = (answer.stream.name.clone(), Some(answer.digest.clone()));
            draft.source = Source { kind: kind.into(), uri, sha256, ..Source::default() };
        }
        report.found += 1;
        job.events.done(Unit::Posts, 1);
        sink(Found::Draft(Box::new(draft)))?;
    }
    Ok(report)
}

/// Returns the objects of an answer: those of its list, wherever that stands, else the answer itself.
fn objects(value: Value) -> Vec<Value> {
    match value {
        // Pages of answers put one after the other are lists in a list.
        Value::Array(items) if items.iter().all(Value::is_array) => items.into_iter().flat_map(objects).collect(),
        Value::Array(items) => items,
        Value::Object(mut fields) => {
            for key in ["posts", "items", "comments"] {
                let listed =
                    fields.get(key).is_some_and(|v| v.as_array().is_some_and(|a| a.iter().all(Value::is_object)));
                if listed && let Some(Value::Array(items)) = fields.remove(key) {
                    return items;
                }
            }
            vec![Value::Object(fields)]
        }
        _ => Vec::new(),
    }
}
