//! `mdarchive export`: hands archives out. Stdout has the paths and nothing else.

use std::collections::HashSet;
use std::path::PathBuf;

use super::args::{self, ExportArgs};
use super::context::Context;
use super::exit::Exit;
use super::report;
use crate::error::{Error, Result};
use crate::event::Events;
use crate::export::epub::{self, By, Choice, EpubOptions};
use crate::export::{self, EXPORTERS, Exporter, Job, Selection};
use crate::model::PostId;
use crate::store::Archive;

pub fn run(args: ExportArgs, context: &Context) -> Result<Exit> {
    let chosen: Vec<&dyn Exporter> = EXPORTERS.iter().copied().filter(|e| wanted(&args, context, e.name())).collect();
    if chosen.is_empty() && !args.epub {
        return Err(Error::usage("no format named")
            .with_hint("mdarchive export --epub (or --json, --jsonl, --zip; several at once)"));
    }
    let selection = context.selection(&args.filter)?;
    std::fs::create_dir_all(&args.output).map_err(Error::io("create", &args.output))?;
    let mut reports = Vec::new();
    for archive in context.open(&args.names)? {
        for exporter in &chosen {
            let events = context.events();
            events.phase(format!("exporting {} as {}", archive.info.name, exporter.name()));
            let job = Job { archive: &archive, selection: &selection, events: &events };
            let path = export::export(*exporter, &job, &args.output, args.force)?;
            drop(events);
            say(&mut reports, &archive, exporter.name(), path);
        }
        if args.epub {
            let events = context.events();
            events.phase(format!("exporting {} as epub", archive.info.name));
            let path = book(&args, &selection, &archive, &events)?;
            drop(events);
            say(&mut reports, &archive, "epub", path);
        }
    }
    report::machine(&reports, false, args.report.as_deref())?;
    Ok(Exit::Whole)
}

fn wanted(args: &ExportArgs, context: &Context, name: &str) -> bool {
    match name {
        // With this command the flag for machine output is a format.
        "json" => context.json,
        "jsonl" => args.jsonl,
        "zip" => args.zip,
        _ => false,
    }
}

fn say(reports: &mut Vec<serde_json::Value>, archive: &Archive, format: &str, path: PathBuf) {
    report::say_out(&format!("{}\n", path.display()));
    reports.push(serde_json::json!({"archive": archive.info.name, "format": format, "path": path}));
}

fn book(args: &ExportArgs, selection: &Selection, archive: &Archive, events: &Events) -> Result<PathBuf> {
    let choose: Option<Choice> = if selection.is_all() {
        None
    } else {
        let ids: HashSet<PostId> = selection.of(archive.entries()?).into_iter().map(|e| e.id).collect();
        Some(Box::new(move |entry| ids.contains(&entry.id)))
    };
    let options = EpubOptions {
        comments: !args.no_comments,
        by: match args.by {
            args::By::Month => By::Month,
            args::By::Year => By::Year,
            args::By::None => By::None,
        },
        language: args.language.clone(),
        templates: args.templates.clone(),
        drafts: args.drafts,
        private: args.private,
        force: args.force,
        choose,
    };
    epub::export(archive, &options, &args.output, events)
}
