//! `mdarchive export`: hands archives out. Stdout has the paths and nothing else.

use std::path::PathBuf;

use super::args::ExportArgs;
use super::context::Context;
use super::exit::Exit;
use super::report;
use crate::error::{Error, Result};
use crate::export::{self, EXPORTERS, Exporter, Job, Selection};
use crate::store::Archive;

pub fn run(args: ExportArgs, context: &Context) -> Result<Exit> {
    let chosen: Vec<&dyn Exporter> = EXPORTERS.iter().copied().filter(|e| wanted(&args, context, e.name())).collect();
    if chosen.is_empty() && !args.epub && !args.markdown {
        return Err(Error::usage("no format named").with_hint(
            "mdarchive export --epub (or --json, --jsonl, --jsonfeed, --markdown, --zip; several at once)",
        ));
    }
    let threads = rayon::ThreadPoolBuilder::new().num_threads(args.jobs.unwrap_or(0)).build();
    let threads = threads.map_err(|e| Error::usage(format!("cannot use {:?} threads: {e}", args.jobs)))?;
    threads.install(|| all(&args, context, &chosen))
}

fn all(args: &ExportArgs, context: &Context, chosen: &[&dyn Exporter]) -> Result<Exit> {
    let selection = context.selection(&args.filter)?;
    let mut reports = Vec::new();
    let readers = Selection { statuses: args.book.statuses(), ..selection.clone() };
    for archive in context.open(&args.names)? {
        let mut made = |format: &str, path: PathBuf| {
            report::say_out(&format!("{}\n", path.display()));
            reports.push(serde_json::json!({"archive": archive.info.name, "format": format, "path": path}));
        };
        let begin = |format: &str| {
            let events = context.telling_events();
            events.phase(format!("exporting {} as {format}", archive.info.name));
            events
        };
        if args.epub {
            books(args, context, &archive, &readers, &mut made)?;
        }
        if args.markdown {
            let events = begin("markdown");
            let job = Job { archive: &archive, selection: &readers, events: &events };
            let path = export::markdown::export(&job, &args.output, args.force)?;
            drop(events);
            made("markdown", path);
        }
        for exporter in chosen {
            let events = begin(exporter.name());
            let selection = if exporter.is_for_readers() { &readers } else { &selection };
            let job = Job { archive: &archive, selection, events: &events };
            let path = match exporter.name() {
                "zip" if args.since_last => export::since_last(&job, &args.output, args.force)?,
                _ => Some(export::export(*exporter, &job, &args.output, args.force)?),
            };
            drop(events);
            if let Some(path) = path {
                made(exporter.name(), path);
            }
        }
    }
    report::machine(&reports, false, args.report.as_deref())?;
    Ok(Exit::Whole)
}

/// The book, or the volumes of it.
fn books(
    args: &ExportArgs,
    context: &Context,
    archive: &Archive,
    selection: &Selection,
    made: &mut dyn FnMut(&str, PathBuf),
) -> Result<()> {
    let book = args.book.epub();
    let events = context.telling_events();
    let job = Job { archive, selection, events: &events };
    let volumes = match &args.book.volumes {
        Some(by) => book.volumes(&job, by)?,
        None => vec![(book, String::new())],
    };
    if volumes.is_empty() {
        return Err(Error::export(&archive.info.name, "no post to put into a book")
            .with_hint("see what is kept with `mdarchive list`; --drafts and --private take in what is not public"));
    }
    drop(events);
    for (volume, end) in &volumes {
        let events = context.telling_events();
        events.phase(format!("exporting {}{end} as epub", archive.info.name));
        let job = Job { archive, selection, events: &events };
        let path = export::export_as(volume, &job, &args.output, end, args.force)?;
        drop(events);
        made(volume.name(), path);
    }
    Ok(())
}

fn wanted(args: &ExportArgs, context: &Context, name: &str) -> bool {
    match name {
        // With this command the flag for machine output is a format.
        "json" => context.json,
        "jsonl" => args.jsonl,
        "jsonfeed" => args.jsonfeed,
        "zip" => args.zip,
        _ => false,
    }
}
