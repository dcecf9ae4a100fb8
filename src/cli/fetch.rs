//! `mdarchive fetch`: adds or refreshes blogs, one after another; one that fails does not stop the others.

use std::path::Path;
use std::time::Instant;

use url::Url;

use super::args::FetchArgs;
use super::context::Context;
use super::exit::Exit;
use super::report;
use super::settings;
use crate::error::{Error, Result};
use crate::ops::fetch::{FetchRequest, archive_name, fetch};

pub fn run(args: FetchArgs, context: &Context) -> Result<Exit> {
    let requests = requests(&args, context)?;
    let mut exit = Exit::Whole;
    let mut reports = Vec::new();
    let alone = requests.len() == 1;
    for request in requests {
        let url = request.url.to_string();
        let events = context.events();
        let started = Instant::now();
        let done = fetch(request, &events, context.clock.clone());
        drop(events);
        match done {
            Ok(summary) => {
                exit = exit.worse(Exit::of_summary(&summary));
                context.summary(&summary, started.elapsed());
                reports.push(serde_json::to_value(&summary).unwrap_or_default());
                if summary.interrupted {
                    break;
                }
            }
            Err(error) if alone => return Err(error),
            Err(error) => {
                exit = exit.worse(Exit::of(&error));
                context.error(&error);
                reports.push(serde_json::json!({"url": url, "error": error.to_string(), "hint": error.hint()}));
            }
        }
    }
    report::machine(&reports, context.json, args.report.as_deref())?;
    Ok(exit)
}

/// Returns what to fetch: addresses as they are, names and "all" from the settings.
fn requests(args: &FetchArgs, context: &Context) -> Result<Vec<FetchRequest>> {
    let known = settings::read(&context.archives)?;
    if let Some(file) = &args.input {
        return listed(file, args, context);
    }
    let mut requests = Vec::new();
    if args.blogs.is_empty() && known.is_empty() {
        let file = context.archives.join(settings::FILE);
        return Err(Error::usage(format!("no blog named, and none in {}", file.display()))
            .with_hint("mdarchive fetch https://blog.example"));
    }
    let names: Vec<&String> = if args.blogs.is_empty() { known.keys().collect() } else { args.blogs.iter().collect() };
    if args.name.is_some() && names.len() > 1 {
        return Err(Error::usage("--name goes with one blog").with_hint("fetch them one by one"));
    }
    for word in names {
        let (url, name, media) = match known.get(word) {
            Some(blog) => (blog.url.as_str(), Some(word.clone()), blog.media),
            None => (word.as_str(), None, true),
        };
        let mut request = FetchRequest::new(address(url)?, &context.archives);
        request.name = args.name.clone().or(name);
        request.media = media;
        requests.push(with(request, args));
    }
    Ok(requests)
}

/// Puts the flags into a request.
fn with(mut request: FetchRequest, args: &FetchArgs) -> FetchRequest {
    request.media &= !args.no_media;
    request.retry_gaps = args.retry_gaps;
    request.sources.clone_from(&args.source);
    request.recheck = args.recheck;
    request.robots = !args.no_robots;
    request
}

/// Returns a request a blog for the addresses of a file, one a line; what follows `#` after a blank is a remark.
fn listed(file: &Path, args: &FetchArgs, context: &Context) -> Result<Vec<FetchRequest>> {
    let text = if file == Path::new("-") {
        std::io::read_to_string(std::io::stdin()).map_err(Error::io("read", "stdin"))?
    } else {
        std::fs::read_to_string(file).map_err(Error::io("read", file))?
    };
    let mut requests: Vec<FetchRequest> = Vec::new();
    let words = text.trim_start_matches('\u{feff}').lines().map(|l| l.split(" #").next().unwrap_or(l).trim());
    for word in words.filter(|w| !w.is_empty() && !w.starts_with('#')) {
        let url = address(word)?;
        let own = url.join("/").unwrap_or_else(|_| url.clone());
        let name = args.name.clone().unwrap_or_else(|| archive_name(&own));
        match requests.iter_mut().find(|r| r.name.as_ref() == Some(&name)) {
            Some(request) => request.pages.push(url),
            None => {
                let request = FetchRequest::new(own, &context.archives);
                requests.push(with(FetchRequest { name: Some(name), pages: vec![url], ..request }, args));
            }
        }
    }
    if requests.is_empty() {
        return Err(Error::input(file.display(), "no address in it").with_hint("write one address a line"));
    }
    Ok(requests)
}

/// Reads an address as people write it: `blog.example` is `https://blog.example`.
pub(super) fn address(word: &str) -> Result<Url> {
    let bare = !word.contains("://") && word.contains('.') && !word.contains(char::is_whitespace);
    let text = if bare { format!("https://{word}") } else { word.to_string() };
    let url = Url::parse(&text).map_err(|e| {
        Error::usage(format!("{word} is no address and no blog of {}: {e}", settings::FILE))
            .with_hint("mdarchive fetch https://blog.example")
    })?;
    match url.scheme() {
        "http" | "https" if url.host_str().is_some() => Ok(url),
        scheme => Err(Error::usage(format!("cannot fetch {scheme}: addresses"))
            .with_hint("blogs live at http or https; files are for `mdarchive import`")),
    }
}
