//! `mdarchive audit`: what a blog published against what is kept.

use super::args::AuditArgs;
use super::context::Context;
use super::exit::Exit;
use super::fetch::{address, archive_of_the_web, request};
use super::report::{self, clean, count};
use super::settings::keys::{Key, Value};
use crate::error::{Error, Result};
use crate::ops::fetch::{Audit, FetchRequest, archive_name, audit};

/// Missing posts shown before "and N more".
const SHOWN: usize = 20;

pub fn run(args: &AuditArgs, context: &Context) -> Result<Exit> {
    let work = |one: &FetchRequest| {
        let root = context.archives.join(one.name.as_deref().unwrap_or_default());
        audit(one, &root, &context.events(), &context.clock)
    };
    let tell = |audit: &Audit, _| {
        if !context.json {
            say(audit, context.verbose);
        }
        if audit.missing.iter().any(|m| !m.accepted) { Exit::Gaps } else { Exit::Whole }
    };
    report::each(&requests(args, context)?, context.json, work, tell)
}

/// Returns what to audit: archives by name, or by the address of their blog; none named = all.
fn requests(args: &AuditArgs, context: &Context) -> Result<Vec<FetchRequest>> {
    let settings = context.settings()?;
    let mut requests = Vec::new();
    let named: Vec<String> = args.blogs.iter().filter(|b| !b.contains("://")).cloned().collect();
    if args.blogs.is_empty() || !named.is_empty() {
        for archive in context.open(&named)? {
            let name = archive.info.name.clone();
            let told = settings.url(&name).or_else(|| archive.info.site.url.clone());
            let Some(url) = told else {
                return Err(Error::usage(format!("{name}: nobody says where this blog is"))
                    .with_hint(format!("mdarchive audit URL, with the address of {name}")));
            };
            let known = settings.url(&name).is_some();
            let made = request(if known { &name } else { &url }, &settings, context)?;
            requests.push(FetchRequest { name: Some(name), ..made });
        }
    }
    for word in args.blogs.iter().filter(|b| b.contains("://")) {
        let made = request(word, &settings, context)?;
        let name = archive_name(&address(word)?);
        requests.push(FetchRequest { name: Some(name), ..made });
    }
    for request in &mut requests {
        if !args.source.is_empty() {
            request.sources.clone_from(&args.source);
        }
        request.robots &= !args.no_robots;
        if args.wayback {
            wayback(request, args.wayback_base.as_deref(), context)?;
        }
    }
    Ok(requests)
}

/// Has an archive of the web asked too.
fn wayback(request: &mut FetchRequest, base: Option<&str>, context: &Context) -> Result<()> {
    let Some(key) = Key::named("wayback") else { return Ok(()) };
    (key.fill)(request, &Value::Bool(true), context.now()).map_err(Error::usage)?;
    if let (Some(base), Some(wayback)) = (base, &mut request.wayback) {
        wayback.base = archive_of_the_web(base)?;
    }
    Ok(())
}

fn say(audit: &Audit, all: bool) {
    let mut text = format!("{} ({})\n", clean(&audit.archive), clean(&audit.url));
    for told in &audit.sources {
        let how = match (&told.fault, told.whole) {
            (Some(fault), _) => format!("failed: {}", clean(fault)),
            (None, true) => "all there are, it says".into(),
            (None, false) => "those it knows".into(),
        };
        text.push_str(&format!("  {:<12} {:>8}  {how}\n", told.source, told.named));
    }
    text.push_str("  year         named     kept  missing\n");
    for (year, row) in &audit.years {
        text.push_str(&format!("  {year:<8} {:>9} {:>8} {:>8}\n", row.named, row.kept, row.missing));
    }
    if audit.missing.is_empty() {
        text.push_str("nothing is missing\n");
    } else {
        text.push_str(&format!("missing: {}\n", count(audit.missing.len() as u64, "post", "posts")));
    }
    let shown = if all { audit.missing.len() } else { SHOWN };
    for one in audit.missing.iter().take(shown) {
        let by: Vec<&str> = one.sources.iter().copied().collect();
        let why = one.reason.map(|r| format!(", {}", r.words())).unwrap_or_default();
        let accepted = if one.accepted { "  [accepted]" } else { "" };
        text.push_str(&format!("  {} (named by {}{why}){accepted}\n", clean(&one.url), by.join(", ")));
    }
    if audit.missing.len() > shown {
        text.push_str(&format!("  and {} more (-v shows all)\n", audit.missing.len() - shown));
    }
    report::say_out(&text);
}
