//! `extract`: pages in, posts out, nothing stored.

mod pages;

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde_json::{Value, json};
use url::Url;

use super::refine::assemble;
use crate::error::{Error, Result};
use crate::event::{Events, Unit};
use crate::extract::{self, Reading, Verdict};
use crate::import;
use pages::{Bytes, Page, Pages, Shape};

/// Pages that are read before their lines go out: enough to keep all cores busy, few enough to hold.
const CHUNK: usize = 64;
/// Bytes of pages that wait for their turn: those that come out of one stream cannot be read later.
const MAX_HELD: usize = 128 << 20;

/// What to read and how to tell of it.
#[derive(Debug, Clone, Default)]
pub struct ExtractRequest {
    /// Files, folders, ZIPs, web archives; `-` is standard input.
    pub paths: Vec<PathBuf>,
    /// Where pages came from, by id.
    pub urls: HashMap<String, String>,
    /// The archive's whole form of a post.
    pub full: bool,
    /// With each post the evidence for its fields.
    pub explain: bool,
    /// Threads; 0 = all cores.
    pub jobs: usize,
}

/// Reads addresses by page: a JSON object whose values are addresses, or objects with a `url`.
pub fn read_urls(path: &Path) -> Result<HashMap<String, String>> {
    let bytes = std::fs::read(path).map_err(Error::io("read", path))?;
    let all: HashMap<String, Value> = serde_json::from_slice(&bytes)
        .map_err(|e| Error::input(path.display(), e).with_hint("it is a JSON object: page id → address"))?;
    let address = |v: &Value| v.as_str().or(v["url"].as_str()).map(str::to_string);
    Ok(all.into_iter().filter_map(|(id, v)| Some((id, address(&v)?))).collect())
}

/// Hands one JSON object a post to `out`, in the order of the input. A page that is no post, or cannot be read, gives
/// its id and the reason; it never stops the rest.
///
/// Errors: the only path cannot be read; `out` fails.
pub fn extract(request: &ExtractRequest, events: &Events, out: &mut dyn FnMut(Value) -> Result<()>) -> Result<()> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(request.jobs)
        .build()
        .map_err(|e| Error::usage(format!("cannot start {} threads: {e}", request.jobs)))?;
    let mut pages = Pages::of(&request.paths)?;
    events.total(Unit::Files, pages.known());
    let (mut chunk, mut held) = (Vec::new(), 0);
    loop {
        let page = pages.next();
        let ended = page.is_none();
        held += page.as_ref().map_or(0, Page::held);
        chunk.extend(page);
        if !ended && chunk.len() < CHUNK && held < MAX_HELD {
            continue;
        }
        events.check()?;
        let lines: Vec<Vec<Value>> = pool.install(|| chunk.par_iter().map(|page| guarded(page, request)).collect());
        for line in lines {
            events.done(Unit::Files, 1);
            line.into_iter().try_for_each(&mut *out)?;
        }
        (chunk, held) = (Vec::new(), 0);
        if ended {
            return Ok(());
        }
    }
}

/// Reads a page; one that brings the reader down costs no more than itself.
fn guarded(page: &Page, request: &ExtractRequest) -> Vec<Value> {
    let read = || one(page, request);
    catch_unwind(AssertUnwindSafe(read))
        .unwrap_or_else(|_| vec![json!({"id": page.id, "reason": "the reader failed on this page; please report it"})])
}

fn one(page: &Page, request: &ExtractRequest) -> Vec<Value> {
    let none = |reason: String| vec![json!({"id": page.id, "reason": reason})];
    let read;
    let bytes = match &page.bytes {
        Bytes::None(reason) => return none(reason.clone()),
        Bytes::Held(bytes) => bytes,
        Bytes::Stream(stream) => match stream.read(pages::MAX_PAGE) {
            Ok(bytes) => {
                read = bytes;
                &read
            }
            Err(e) => return none(e.to_string()),
        },
    };
    let given = request.urls.get(&page.id).map(String::as_str).or(page.url.as_deref());
    let url = given.and_then(|u| Url::parse(u).ok());
    match pages::shape(&page.name, bytes, page.known) {
        Shape::Page => {
            let decoded = extract::decode(bytes, page.content_type.as_deref());
            let read = if request.full { extract::page } else { extract::bare };
            let mut lines = tell(&page.id, read(&decoded.text, url.as_ref()), request);
            if let (true, Some(line)) = (request.explain, lines.first_mut()) {
                let (stray, doubled) = (decoded.stray, decoded.doubled);
                line["encoding"] = json!({"name": decoded.encoding, "stray": stray, "doubled": doubled});
            }
            lines
        }
        Shape::Text => match import::plain_text(bytes, &page.name) {
            Some(draft) => {
                let posts = vec![Reading::from(draft)];
                tell(&page.id, Verdict { posts, ..Verdict::default() }, request)
            }
            None => none("there is no text in it".into()),
        },
        Shape::Other => none("neither a page nor a text".into()),
    }
}

fn tell(id: &str, verdict: Verdict, request: &ExtractRequest) -> Vec<Value> {
    if verdict.posts.is_empty() {
        let reason = verdict.reason.unwrap_or_else(|| "no post found".into());
        return vec![json!({"id": id, "reason": reason})];
    }
    let named = |n: usize| if n == 0 { id.to_string() } else { format!("{id}#{}", n + 1) };
    verdict.posts.into_iter().enumerate().map(|(n, reading)| line(reading, &named(n), request)).collect()
}

fn line(reading: Reading, id: &str, request: &ExtractRequest) -> Value {
    let told = |e: &extract::Evidence| json!({"field": e.field, "value": e.value, "source": e.source, "at": e.at, "weight": e.weight, "chosen": e.chosen, "reason": e.reason});
    let evidence: Option<Value> = request.explain.then(|| reading.evidence.iter().map(told).collect());
    let mut line = if request.full {
        serde_json::to_value(assemble(reading.draft, reading.body, id)).unwrap_or_default()
    } else {
        extract::flat(&reading, id)
    };
    if let Some(evidence) = evidence {
        line["evidence"] = evidence;
    }
    line
}
