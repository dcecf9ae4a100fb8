//! `mdarchive export`: hands archives out. Stdout has the paths and nothing else.

use super::args::ExportArgs;
use super::context::Context;
use super::exit::Exit;
use super::report;
use crate::error::{Error, Result};
use crate::export::{self, EXPORTERS, Exporter, Job, Selection};
use crate::store::Archive;

pub fn run(args: ExportArgs, context: &Context) -> Result<Exit> {
    let chosen: Vec<&dyn Exporter> = EXPORTERS.iter().copied().filter(|e| wanted(&args, context, e.name())).collect();
    if chosen.is_empty() && !args.epub {
        return Err(Error::usage("no format named")
            .with_hint("mdarchive export --epub (or --json, --jsonl, --zip; several at once)"));
    }
    let threads = rayon::ThreadPoolBuilder::new().num_threads(args.jobs.unwrap_or(0)).build();
    let threads = threads.map_err(|e| Error::usage(format!("cannot use {:?} threads: {e}", args.jobs)))?;
    threads.install(|| all(&args, context, &chosen))
}

fn all(args: &ExportArgs, context: &Context, chosen: &[&dyn Exporter]) -> Result<Exit> {
    let selection = context.selection(&args.filter)?;
    let mut reports = Vec::new();
    for archive in context.open(&args.names)? {
        let mut made = |exporter: &dyn Exporter, path: std::path::PathBuf| {
            report::say_out(&format!("{}\n", path.display()));
            reports.push(serde_json::json!({"archive": archive.info.name, "format": exporter.name(), "path": path}));
        };
        if args.epub {
            books(args, context, &archive, &selection, &mut made)?;
        }
        for exporter in chosen {
            let events = context.telling_events();
            events.phase(format!("exporting {} as {}", archive.info.name, exporter.name()));
            let job = Job { archive: &archive, selection: &selection, events: &events };
            let path = export::export(*exporter, &job, &args.output, args.force)?;
            drop(events);
            made(*exporter, path);
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
    made: &mut dyn FnMut(&dyn Exporter, std::path::PathBuf),
) -> Result<()> {
    let selection = Selection { statuses: args.book.statuses(), ..selection.clone() };
    let book = args.book.epub();
    let events = context.telling_events();
    let job = Job { archive, selection: &selection, events: &events };
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
        let job = Job { archive, selection: &selection, events: &events };
        let path = export::export_as(volume, &job, &args.output, end, args.force)?;
        drop(events);
        made(volume, path);
    }
    Ok(())
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
