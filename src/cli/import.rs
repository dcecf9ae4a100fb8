//! `mdarchive import`: what somebody already has, into the archive.

use std::time::Instant;

use super::args::ImportArgs;
use super::context::Context;
use super::exit::Exit;
use super::fetch::address;
use super::report;
use crate::error::{Error, Result};
use crate::import::Options;
use crate::ops::import::{ImportRequest, import};

pub fn run(args: ImportArgs, context: &Context) -> Result<Exit> {
    let options = Options {
        site: args.site.as_deref().map(address).transpose()?,
        timezone: args.timezone.map(zone).transpose()?,
        encoding: args.encoding.map(encoding).transpose()?,
    };
    let mut request = ImportRequest::new(args.paths, context.archives.clone());
    (request.name, request.options) = (args.name, options);
    let events = context.events();
    let started = Instant::now();
    let done = import(&request, &events, context.clock.clone());
    drop(events);
    let summaries = done?;
    let mut exit = Exit::Whole;
    for summary in &summaries {
        exit = exit.worse(Exit::of_summary(summary));
        context.summary(summary, started.elapsed());
    }
    let reports: Vec<serde_json::Value> =
        summaries.iter().map(|s| serde_json::to_value(s).unwrap_or_default()).collect();
    report::machine(&reports, context.json, args.report.as_deref())?;
    Ok(exit)
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
