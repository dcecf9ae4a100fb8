//! `extract`: pages in, posts out, nothing stored.

use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde_json::{Value, json};
use url::Url;

use super::refine;
use crate::error::{Error, Result};
use crate::event::{Events, Unit};
use crate::extract::{self, Verdict};
use crate::input::{self, Named};

/// A page larger than this is no page.
const MAX_PAGE: u64 = 64 << 20;
/// Pages that are read before their lines go out: enough to keep all cores busy, few enough to hold.
const CHUNK: usize = 64;

/// What to read and how to tell of it.
#[derive(Debug, Clone, Default)]
pub struct ExtractRequest {
    /// Files, folders, ZIPs; `-` is standard input.
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

/// Where the bytes of one page come from.
enum Page {
    Stream(Named),
    Bytes(Vec<u8>),
}

/// Reads addresses by page: a JSON object whose values are addresses, or objects with a `url`.
pub fn read_urls(path: &Path) -> Result<HashMap<String, String>> {
    let bytes = std::fs::read(path).map_err(Error::io("read", path))?;
    let all: HashMap<String, Value> = serde_json::from_slice(&bytes)
        .map_err(|e| Error::input(path.display(), e).with_hint("it is a JSON object: page id → address"))?;
    let address = |v: &Value| v.as_str().or(v["url"].as_str()).map(str::to_string);
    Ok(all.into_iter().filter_map(|(id, v)| Some((id, address(&v)?))).collect())
}

/// Hands one JSON object a page to `out`, in the order of the input. A page that is no post, or cannot be read, gives
/// its id and the reason.
pub fn extract(request: &ExtractRequest, events: &Events, out: &mut dyn FnMut(Value) -> Result<()>) -> Result<()> {
    let mut pages = Vec::new();
    for path in &request.paths {
        if path.as_os_str() == "-" {
            let mut bytes = Vec::new();
            std::io::stdin().lock().take(MAX_PAGE).read_to_end(&mut bytes).map_err(Error::io("read", "stdin"))?;
            pages.push(("stdin".to_string(), Page::Bytes(bytes)));
        } else {
            pages.extend(input::open(path)?.streams.into_iter().map(|s| (page_id(&s.name), Page::Stream(s))));
        }
    }
    events.total(Unit::Files, pages.len() as u64);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(request.jobs)
        .build()
        .map_err(|e| Error::usage(format!("cannot start {} threads: {e}", request.jobs)))?;
    for chunk in pages.chunks(CHUNK) {
        events.check()?;
        let lines: Vec<Value> = pool.install(|| chunk.par_iter().map(|(id, page)| one(id, page, request)).collect());
        for line in lines {
            events.done(Unit::Files, 1);
            out(line)?;
        }
    }
    Ok(())
}

/// Returns a page's id: its file name without folders and without `.html` and `.gz`.
fn page_id(name: &str) -> String {
    let name = name.rsplit('/').next().unwrap_or(name);
    let name = name.strip_suffix(".gz").unwrap_or(name);
    name.strip_suffix(".html").or(name.strip_suffix(".htm")).unwrap_or(name).to_string()
}

fn one(id: &str, page: &Page, request: &ExtractRequest) -> Value {
    let read;
    let bytes = match page {
        Page::Bytes(bytes) => bytes,
        Page::Stream(stream) => match stream.read(MAX_PAGE) {
            Ok(bytes) => {
                read = bytes;
                &read
            }
            Err(e) => return json!({"id": id, "reason": e.to_string()}),
        },
    };
    let url = request.urls.get(id).and_then(|u| Url::parse(u).ok());
    let text = extract::decode(bytes, None).text;
    tell(id, extract::page(&text, url.as_ref()), request, url.as_ref())
}

fn tell(id: &str, verdict: Verdict, request: &ExtractRequest, url: Option<&Url>) -> Value {
    let Some(draft) = verdict.draft else {
        let reason = verdict.reason.unwrap_or_else(|| "no post found".into());
        return json!({"id": id, "reason": reason});
    };
    let mut line = if request.full {
        let site = url.and_then(|u| u.join("/").ok());
        serde_json::to_value(refine(draft, id, site.as_ref())).unwrap_or_default()
    } else {
        extract::flat(&draft, id)
    };
    if request.explain {
        let evidence = |e: &extract::Evidence| json!({"field": e.field, "value": e.value, "source": e.source, "weight": e.weight, "chosen": e.chosen});
        line["evidence"] = verdict.evidence.iter().map(evidence).collect();
    }
    line
}
