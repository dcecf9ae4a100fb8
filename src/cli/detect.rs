//! `mdarchive detect`: how a blog can be read.

use super::args::DetectArgs;
use super::context::Context;
use super::exit::Exit;
use super::fetch::address;
use super::report::{self, clean};
use crate::error::Result;
use crate::ops::fetch::{FetchRequest, detect};

pub fn run(args: &DetectArgs, context: &Context) -> Result<Exit> {
    let request = FetchRequest::new(address(&args.url)?, &context.archives);
    let events = context.events();
    let (site, found) = detect(&request, &events, &context.clock)?;
    drop(events);
    if context.json {
        let value = serde_json::json!({"url": request.url.as_str(), "site": site, "sources": found});
        report::say_out(&format!("{}\n", serde_json::to_string_pretty(&value).unwrap_or_default()));
        return Ok(Exit::Whole);
    }
    let made = site.generator.map(|g| format!(" ({g})")).unwrap_or_default();
    let title = if site.title.is_empty() { "(no title)" } else { &site.title };
    report::say_out(&format!("{}{}\n", clean(title), clean(&made)));
    for row in found {
        let line = format!("{:<10} {:<18} used: {:<4} {}", row.source, row.what, row.used, row.at);
        report::say_out(&format!("{}\n", clean(&line)));
    }
    Ok(Exit::Whole)
}
