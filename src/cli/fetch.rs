//! `mdarchive fetch`: adds or refreshes blogs; one that fails does not stop the others.

use std::sync::Arc;
use std::time::{Duration, Instant};

use url::Url;

use super::args::FetchArgs;
use super::context::Context;
use super::exit::Exit;
use super::report;
use super::settings::keys::{Key, Value};
use super::settings::{self, Settings};
use crate::error::{Error, Result};
use crate::event::Unit;
use crate::http::without_password;
use crate::ops::fetch::{FetchRequest, fetch, fetch_many};
use crate::store::Summary;

pub fn run(args: FetchArgs, context: &Context) -> Result<Exit> {
    let requests = requests(&args, context)?;
    let urls: Vec<String> = requests.iter().map(|r| without_password(r.url.as_str())).collect();
    let mut exit = Exit::Whole;
    let mut reports = Vec::new();
    for (url, (end, took)) in urls.iter().zip(fetch_all(requests, context)) {
        let (one, report) = match end {
            Ok(summary) => {
                context.summary(&summary, took);
                (Exit::of_summary(&summary), serde_json::to_value(&summary).unwrap_or_default())
            }
            Err(error) if urls.len() == 1 => return Err(error),
            Err(error) => {
                context.error(&error);
                let exit = Exit::of(&error);
                let mut report = report::error_value(&error, exit);
                report["url"] = url.as_str().into();
                (exit, report)
            }
        };
        exit = exit.worse(one);
        reports.push(report);
    }
    report::machine(&reports, context.json, args.report.as_deref())?;
    Ok(exit)
}

/// Returns how each fetch ended, in the order of the requests.
fn fetch_all(mut requests: Vec<FetchRequest>, context: &Context) -> Vec<(Result<Summary>, Duration)> {
    let clock = &context.clock;
    if requests.len() == 1
        && let Some(request) = requests.pop()
    {
        let started = Instant::now();
        return vec![(fetch(request, &context.events(), clock.clone()), started.elapsed())];
    }
    let events = Arc::new(context.events());
    events.total(Unit::Blogs, requests.len() as u64);
    let listen = |r: &FetchRequest| events.one_of_several(r.name.as_deref().unwrap_or(r.url.as_str()));
    let mut ends = Vec::new();
    fetch_many(requests, listen, clock, |fetched| {
        events.done(Unit::Blogs, 1);
        ends.push(fetched);
    });
    ends.sort_by_key(|f| f.at);
    ends.into_iter().map(|f| (f.end, f.took)).collect()
}

/// Returns what to fetch: addresses as they are, names and "all" from the settings.
fn requests(args: &FetchArgs, context: &Context) -> Result<Vec<FetchRequest>> {
    let settings = context.settings()?;
    let known = settings.blogs();
    if args.blogs.is_empty() && known.is_empty() {
        let file = context.archives.join(settings::FILE);
        return Err(Error::usage(format!("no blog named, and none in {}", file.display()))
            .with_hint("mdarchive fetch https://blog.example"));
    }
    let names = if args.blogs.is_empty() { &known } else { &args.blogs };
    if args.name.is_some() && names.len() > 1 {
        return Err(Error::usage("--name goes with one blog").with_hint("fetch them one by one"));
    }
    let flags = flags(args);
    let mut requests = Vec::new();
    for word in names {
        let mut request = request(word, &settings, context)?;
        for (flag, value) in &flags {
            let Some(key) = Key::named(flag) else { continue };
            (key.fill)(&mut request, value, context.now()).map_err(|why| Error::usage(format!("--{flag}: {why}")))?;
        }
        request.name = args.name.clone().or(request.name);
        request.retry_gaps = args.retry_gaps;
        requests.push(request);
    }
    Ok(requests)
}

/// Returns the flags that stand for settings.
fn flags(args: &FetchArgs) -> Vec<(&'static str, Value)> {
    let text = |name, value: &Option<String>| value.clone().map(|v| (name, Value::Text(v)));
    let list = |name, value: &Vec<String>| (!value.is_empty()).then(|| (name, Value::List(value.clone())));
    [
        args.no_media.then_some(("media", Value::Bool(false))),
        text("since", &args.since),
        text("delay", &args.delay),
        text("cookies", &args.cookies),
        list("include", &args.include),
        list("exclude", &args.exclude),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Returns the request for a blog that the settings name, or for an address, with all that is set for it.
pub(super) fn request(word: &str, settings: &Settings, context: &Context) -> Result<FetchRequest> {
    let known = settings.url(word);
    let mut request = FetchRequest::new(address(known.as_deref().unwrap_or(word))?, &context.archives);
    request.name = known.map(|_| word.to_string());
    settings::fill(&mut request, &settings.of(word), context.now())?;
    request.headers = settings::headers()?;
    Ok(request)
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
