//! `mdarchive import`: what somebody already has, into the archive.

use std::time::Instant;

use super::args::ImportArgs;
use super::context::Context;
use super::exit::Exit;
use super::report;
use crate::error::Result;
use crate::ops::import::{ImportRequest, import};

pub fn run(args: ImportArgs, context: &Context) -> Result<Exit> {
    let request = ImportRequest { name: args.name, ..ImportRequest::new(args.paths, context.archives.clone()) };
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
