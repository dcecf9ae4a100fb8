//! `mdarchive extract`: pages in, a JSON line a page out.

use super::args::ExtractArgs;
use super::context::Context;
use super::exit::Exit;
use super::report;
use crate::error::Result;
use crate::ops::extract::{ExtractRequest, extract, read_urls};

pub fn run(args: &ExtractArgs, context: &Context) -> Result<Exit> {
    let request = ExtractRequest {
        paths: args.paths.clone(),
        urls: args.urls.as_deref().map(read_urls).transpose()?.unwrap_or_default(),
        full: args.full,
        explain: args.explain,
        jobs: args.jobs.unwrap_or(0),
    };
    let events = context.events();
    extract(&request, &events, &mut |line| {
        report::say_out(&format!("{line}\n"));
        Ok(())
    })?;
    Ok(Exit::Whole)
}
