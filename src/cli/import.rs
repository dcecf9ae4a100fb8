//! `mdarchive import`: what somebody already has, into the archive.

use std::time::Instant;

use serde_json::Value;

use super::args::ImportArgs;
use super::context::Context;
use super::exit::Exit;
use super::fetch::address;
use super::report::{self, clean, count, say_err, say_out};
use crate::error::{Error, Result};
use crate::import::{Options, counted};
use crate::ops::import::{ImportRequest, Outlook, import, look};

pub fn run(args: ImportArgs, context: &Context) -> Result<Exit> {
    let options = Options {
        site: args.site.as_deref().map(address).transpose()?,
        timezone: args.timezone.map(zone).transpose()?,
        encoding: args.encoding.map(encoding).transpose()?,
        all_comments: args.all_comments,
    };
    let mut request = ImportRequest::new(args.paths, context.archives.clone());
    (request.name, request.options, request.format) = (args.name, options, args.format);
    (request.strict, request.media) = (args.strict, args.media);
    if args.dry_run {
        return dry(&request, args.report.as_deref(), context);
    }
    let events = context.events();
    let started = Instant::now();
    let done = import(&request, &events, context.clock.clone());
    drop(events);
    let done = done?;
    let mut exit = Exit::Whole;
    let mut reports = Vec::new();
    for summary in &done.summaries {
        exit = exit.worse(Exit::of_summary(summary));
        context.summary(summary, started.elapsed());
        let mut value = serde_json::to_value(summary).unwrap_or_default();
        let own: Vec<_> = done.read.iter().filter(|r| r.archive == summary.archive).collect();
        value["read"] = serde_json::to_value(own).unwrap_or_default();
        reports.push(value);
    }
    for error in &done.failed {
        exit = exit.worse(Exit::of(error));
        context.error(error);
        reports.push(failure(error));
    }
    report::machine(&reports, context.json, args.report.as_deref())?;
    Ok(exit)
}

fn failure(error: &Error) -> Value {
    serde_json::json!({"error": error.to_string(), "hint": error.hint()})
}

/// Says what an import would bring.
fn dry(request: &ImportRequest, file: Option<&std::path::Path>, context: &Context) -> Result<Exit> {
    let events = context.events();
    let seen = look(request, &events);
    drop(events);
    let (all, failed) = seen?;
    let mut exit = Exit::Whole;
    let mut reports: Vec<Value> = all.iter().map(|o| serde_json::to_value(o).unwrap_or_default()).collect();
    for one in &all {
        let strict = request.strict && !one.faults().is_empty();
        exit = exit.worse(if one.error.is_some() || strict { Exit::Failed } else { Exit::Whole });
        exit = exit.worse(if one.gaps.is_empty() { Exit::Whole } else { Exit::Gaps });
        if !context.json {
            say_out(&told(one, context.verbose));
        }
    }
    for error in &failed {
        exit = exit.worse(Exit::of(error));
        context.error(error);
        reports.push(failure(error));
    }
    report::machine(&reports, context.json, file)?;
    if !context.quiet && !context.json {
        say_err("nothing was written (--dry-run)");
    }
    Ok(exit)
}

/// Lines shown of a list before "and N more".
const SHOWN: usize = 10;

/// Returns what one part would bring, in lines.
fn told(one: &Outlook, all: bool) -> String {
    let files = match one.files.as_slice() {
        [only] => only.clone(),
        [first, rest @ ..] => format!("{first} and {}", count(rest.len() as u64, "more file", "more files")),
        [] => String::new(),
    };
    let mut out = format!("{}: {}\n", clean(&files), clean(&one.name));
    let mut line = |name: &str, text: String| {
        if !text.is_empty() {
            out.push_str(&format!("  {name:<9} {}\n", clean(&text)));
        }
    };
    if let Some(error) = &one.error {
        line("error", error.clone());
        return out;
    }
    line("archive", one.archive.clone());
    let site = [one.site.clone(), one.generator.clone()].into_iter().flatten().collect::<Vec<_>>();
    line("site", site.join(", "));
    if one.posts + one.pages > 0 {
        let mut holds = vec![count(one.posts, "post", "posts"), count(one.pages, "page", "pages")];
        holds.extend(one.states.iter().map(|(state, n)| format!("{n} {}", format!("{state:?}").to_lowercase())));
        holds.push(count(one.comments, "comment", "comments"));
        holds.push(count(one.captions, "caption", "captions"));
        line("holds", holds.join(", "));
    }
    if let (Some(from), Some(to)) = (&one.from, &one.to) {
        line("dates", format!("{from} to {to}"));
    }
    let media = [(one.media, "with the posts"), (one.media_elsewhere, "named by address only (--media asks for them)")];
    let media: Vec<String> = media.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    line("media", media.join(", "));
    let listed = |all: Vec<(&str, u64)>| all.iter().map(|(what, n)| counted(*n, what)).collect::<Vec<_>>().join(", ");
    line("left out", listed(one.skipped.iter().map(|(k, n)| (k.as_str(), *n)).collect()));
    line("private", listed(one.withheld.iter().map(|(k, n)| (*k, *n)).collect()));
    let missing: Vec<String> = one.gaps.iter().map(report::gap_line).collect();
    for (name, lines) in [("repaired", &one.repaired), ("note", &one.remarks), ("missing", &missing)] {
        let shown = if all { lines.len() } else { SHOWN };
        lines.iter().take(shown).for_each(|l| line(name, l.clone()));
        if lines.len() > shown {
            line("", format!("and {} more (-v shows all)", lines.len() - shown));
        }
    }
    out
}

fn zone(name: String) -> Result<String> {
    let offset = || jiff::fmt::strtime::parse("%:z", &name).is_ok();
    if jiff::tz::TimeZone::get(&name).is_ok() || offset() {
        return Ok(name);
    }
    Err(Error::usage(format!("{name} is no time zone")).with_hint("write Europe/Berlin, UTC or +02:00"))
}

fn encoding(name: String) -> Result<String> {
    match encoding_rs::Encoding::for_label(name.as_bytes()) {
        Some(_) => Ok(name),
        None => Err(Error::usage(format!("{name} is no encoding")).with_hint("write utf-8, windows-1252, shift_jis …")),
    }
}
