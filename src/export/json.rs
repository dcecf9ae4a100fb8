//! `--json`: one document with everything; `--jsonl`: a post a line. Both are streams: memory does not grow.
//! Their shape is published in `docs/schema`.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::Path;

use rayon::prelude::*;

use super::{Exporter, Job, flush, write_error};
use crate::error::Result;
use crate::event::Unit;
use crate::model::{Post, SCHEMA, pretty_json};
use crate::store::Entry;

/// So many posts are read and written down at once.
const CHUNK: usize = 64;

/// The beginning of a document, by which it is known again.
const DOCUMENT: &str = "{\n  \"archive\": {\n    \"counts\": {\n";
/// The beginning of a line.
const LINE: &str = "{\"aliases\":[";

/// One document: `{"archive": …, "posts": […], "schema": 1}`.
pub struct Json;

/// One post a line, as compact JSON.
pub struct Jsonl;

impl Exporter for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn extension(&self) -> &'static str {
        "json"
    }

    fn write(&self, job: &Job, out: &mut File) -> Result<()> {
        let (archive, mut out) = (job.archive, BufWriter::with_capacity(1 << 17, out));
        let fail = write_error(archive);
        let head = indented(&pretty_json(&archive.info), 1);
        out.write_all(b"{\n  \"archive\": ").and_then(|()| out.write_all(&head)).map_err(&fail)?;
        out.write_all(b",\n  \"posts\": [").map_err(&fail)?;
        let mut first = true;
        each(job, &|post| indented(&pretty_json(post), 2), &mut |bytes| {
            let between = if std::mem::take(&mut first) { "\n    " } else { ",\n    " };
            out.write_all(between.as_bytes()).and_then(|()| out.write_all(bytes)).map_err(&fail)
        })?;
        let end = if first { "]" } else { "\n  ]" };
        writeln!(out, "{end},\n  \"schema\": {SCHEMA}\n}}").map_err(&fail)?;
        flush(&mut out, archive)
    }

    fn is_ours(&self, file: &Path) -> bool {
        begins_with(file, DOCUMENT)
    }
}

impl Exporter for Jsonl {
    fn name(&self) -> &'static str {
        "jsonl"
    }

    fn extension(&self) -> &'static str {
        "jsonl"
    }

    fn write(&self, job: &Job, out: &mut File) -> Result<()> {
        let mut out = BufWriter::with_capacity(1 << 17, out);
        let fail = write_error(job.archive);
        each(job, &line, &mut |bytes| out.write_all(bytes).map_err(&fail))?;
        flush(&mut out, job.archive)
    }

    fn is_ours(&self, file: &Path) -> bool {
        let mut first = String::new();
        let Ok(file) = File::open(file) else { return false };
        let read = BufReader::new(file.take(64 << 20)).read_line(&mut first);
        read.is_ok() && first.starts_with(LINE) && first.contains("\"content_hash\":\"")
    }
}

/// Returns a post as one line; through `Value`, whose keys are sorted.
fn line(post: &Post) -> Vec<u8> {
    let sorted = serde_json::to_value(post).unwrap_or_default();
    let mut line = serde_json::to_vec(&sorted).unwrap_or_default();
    line.push(b'\n');
    line
}

/// Hands each chosen post to `put`, in order, in the form that `render` gives it.
fn each(job: &Job, render: &(dyn Fn(&Post) -> Vec<u8> + Sync), put: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()> {
    each_of(job, &job.selection.of(job.archive.entries()?), render, put)
}

/// As [`each()`], of posts in an order of one's own.
pub(super) fn each_of(
    job: &Job,
    entries: &[Entry],
    render: &(dyn Fn(&Post) -> Vec<u8> + Sync),
    put: &mut dyn FnMut(&[u8]) -> Result<()>,
) -> Result<()> {
    job.events.total(Unit::Posts, entries.len() as u64);
    for chunk in entries.chunks(CHUNK) {
        job.events.check()?;
        let read = |entry: &Entry| job.archive.read(entry).map(|post| render(&post));
        for bytes in chunk.par_iter().map(read).collect::<Result<Vec<_>>>()? {
            put(&bytes)?;
            job.events.done(Unit::Posts, 1);
        }
    }
    Ok(())
}

/// Returns a JSON value, written over lines, as it stands within another: without its last line end, `depth` levels in.
/// A line end never stands in a string of JSON, so each begins a line of the layout.
pub(super) fn indented(json: &[u8], depth: usize) -> Vec<u8> {
    let json = json.strip_suffix(b"\n").unwrap_or(json);
    let mut out = Vec::with_capacity(json.len() + json.len() / 8);
    for (n, line) in json.split(|b| *b == b'\n').enumerate() {
        if n > 0 {
            out.push(b'\n');
            out.extend(std::iter::repeat_n(b' ', depth * 2));
        }
        out.extend_from_slice(line);
    }
    out
}

fn begins_with(file: &Path, text: &str) -> bool {
    let mut start = Vec::new();
    let read = File::open(file).and_then(|f| f.take(text.len() as u64).read_to_end(&mut start));
    read.is_ok() && start == text.as_bytes()
}
