//! `mdarchive fetch`: adds or refreshes blogs; one that fails does not stop the others.

use std::path::Path;
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
use crate::ops::fetch::{FetchRequest, archive_name, fetch, fetch_many};
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
    if let Some(file) = &args.input {
        return listed(file, args, &settings, context);
    }
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
    names.iter().map(|word| with(request(word, &settings, context)?, args, context)).collect()
}

/// Puts the flags into a request.
fn with(mut request: FetchRequest, args: &FetchArgs, context: &Context) -> Result<FetchRequest> {
    for (flag, value) in flags(args) {
        let Some(key) = Key::named(flag) else { continue };
        // The flag stands for one of them, the setting for all.
        let flag = if flag == "sources" { "source" } else { flag };
        (key.fill)(&mut request, &value, context.now()).map_err(|why| Error::usage(format!("--{flag}: {why}")))?;
    }
    if let Some(base) = &args.wayback_base {
        let base = archive_of_the_web(base)?;
        request.rescue = request.rescue.map(|_| base.clone());
        request.wayback.iter_mut().for_each(|w| w.base = base.clone());
    }
    if let Some(wayback) = &mut request.wayback {
        wayback.versions = args.wayback_versions;
        wayback.until = args.until.as_ref().map(|day| digits(day)).transpose()?;
    }
    request.name = args.name.clone().or(request.name);
    request.retry_gaps = args.retry_gaps;
    Ok(request)
}

/// Reads the address below which an archive of the web has its captures.
pub(super) fn archive_of_the_web(word: &str) -> Result<Url> {
    let mut base = address(word)?;
    if !base.path().ends_with('/') {
        base.set_path(&format!("{}/", base.path()));
    }
    Ok(base)
}

/// Returns a day as the digits of a time.
fn digits(day: &str) -> Result<String> {
    let digits: String = day.chars().filter(|c| *c != '-').collect();
    let fits = matches!(digits.len(), 4 | 6 | 8) && digits.bytes().all(|b| b.is_ascii_digit());
    let wrong = || Error::usage(format!("--until: {day:?} is no day")).with_hint("write 2009, 2009-04 or 2009-04-23");
    fits.then_some(digits).ok_or_else(wrong)
}

/// Returns a request a blog for the addresses of a file, one a line; what follows `#` after a blank is a remark.
fn listed(file: &Path, args: &FetchArgs, settings: &Settings, context: &Context) -> Result<Vec<FetchRequest>> {
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
                let request = with(request(own.as_str(), settings, context)?, args, context)?;
                requests.push(FetchRequest { name: Some(name), pages: vec![url], ..request });
            }
        }
    }
    if requests.is_empty() {
        return Err(Error::input(file.display(), "no address in it").with_hint("write one address a line"));
    }
    Ok(requests)
}

/// Returns the flags that stand for settings.
fn flags(args: &FetchArgs) -> Vec<(&'static str, Value)> {
    let text = |name, value: &Option<String>| value.clone().map(|v| (name, Value::Text(v)));
    let list = |name, value: &Vec<String>| (!value.is_empty()).then(|| (name, Value::List(value.clone())));
    [
        args.no_media.then_some(("media", Value::Bool(false))),
        args.no_raw_media.then_some(("raw-media", Value::Bool(false))),
        args.rescue.then_some(("rescue", Value::Bool(true))),
        args.wayback.then_some(("wayback", Value::Bool(true))),
        text("max-media", &args.max_media),
        args.no_robots.then_some(("robots", Value::Bool(false))),
        list("sources", &args.source),
        text("recheck", &args.recheck),
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

/// Reads an address as people write it: `blog.example` is `https://blog.example`, `localhost:8080` speaks http.
pub(super) fn address(word: &str) -> Result<Url> {
    let text =
        if word.contains("://") { word.to_string() } else { completed(word).unwrap_or_else(|| word.to_string()) };
    let url = Url::parse(&text).map_err(|e| {
        let why = match e {
            url::ParseError::RelativeUrlWithoutBase => {
                format!("{word} is no address and no blog of {}", settings::FILE)
            }
            e => format!("{word} is no address: {e}"),
        };
        Error::usage(why).with_hint("mdarchive fetch https://blog.example")
    })?;
    match url.scheme() {
        "http" | "https" if url.host_str().is_some() => Ok(url),
        scheme => Err(Error::usage(format!("cannot fetch {scheme}: addresses"))
            .with_hint("blogs live at http or https; files are for `mdarchive import`")),
    }
}

/// Returns the address that words without a scheme mean; none where they are no host.
fn completed(word: &str) -> Option<String> {
    let authority = word.split(['/', '?', '#']).next()?;
    let (host, port) = authority.rsplit_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
    let port_fits = port.is_none_or(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()));
    let host_fits = (host.contains('.') || host == "localhost") && !word.contains(char::is_whitespace);
    // Who names a port means a server at hand, and those seldom prove who they are.
    let scheme = if port.is_some_and(|p| p != "443") || host == "localhost" { "http" } else { "https" };
    (port_fits && host_fits).then(|| format!("{scheme}://{word}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_people_write_them() {
        for (word, url) in [
            ("blog.example", "https://blog.example/"),
            ("blog.example/2007/?p=1", "https://blog.example/2007/?p=1"),
            ("localhost:8080/blog/", "http://localhost:8080/blog/"),
            ("127.0.0.1:8300", "http://127.0.0.1:8300/"),
            ("blog.example:443", "https://blog.example/"),
            ("http://b\u{fc}cher.example/", "http://xn--bcher-kva.example/"),
        ] {
            assert_eq!(address(word).unwrap().as_str(), url);
        }
        for word in [
            "blog",
            "mailto:a@b.example",
            "file:///etc/passwd",
            "a b.example",
            "http://a.example:99999/",
            "c:\\blog.xml",
        ] {
            assert!(address(word).is_err(), "{word}");
        }
    }
}
