//! `mdarchive export`: hands archives out. Stdout has the paths and nothing else.

use super::args::{self, ExportArgs};
use super::context::Context;
use super::exit::Exit;
use super::report;
use crate::error::{Error, Result};
use crate::export::{self, By, EXPORTERS, Epub, Exporter, Job, Selection};
use crate::model::Status;

pub fn run(args: ExportArgs, context: &Context) -> Result<Exit> {
    let book = book(&args);
    let mut chosen: Vec<&dyn Exporter> =
        EXPORTERS.iter().copied().filter(|e| wanted(&args, context, e.name())).collect();
    if args.epub {
        chosen.insert(0, &book);
    }
    if chosen.is_empty() {
        return Err(Error::usage("no format named")
            .with_hint("mdarchive export --epub (or --json, --jsonl, --zip; several at once)"));
    }
    let all = context.selection(&args.filter)?;
    let shown = Selection { statuses: statuses(&args), ..all.clone() };
    let mut reports = Vec::new();
    for archive in context.open(&args.names)? {
        for exporter in &chosen {
            let events = context.telling_events();
            events.phase(format!("exporting {} as {}", archive.info.name, exporter.name()));
            let selection = if exporter.name() == book.name() { &shown } else { &all };
            let job = Job { archive: &archive, selection, events: &events };
            let path = export::export(*exporter, &job, &args.output, args.force)?;
            drop(events);
            report::say_out(&format!("{}\n", path.display()));
            reports.push(serde_json::json!({"archive": archive.info.name, "format": exporter.name(), "path": path}));
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

/// What is not public goes into a book only when asked for; documents and snapshots hold everything.
fn statuses(args: &ExportArgs) -> Vec<Status> {
    let mut statuses = vec![Status::Published];
    if args.drafts {
        statuses.extend([Status::Draft, Status::Pending, Status::Scheduled]);
    }
    if args.private {
        statuses.extend([Status::Private, Status::Protected]);
    }
    statuses
}

fn book(args: &ExportArgs) -> Epub {
    Epub {
        comments: !args.no_comments,
        by: match args.by {
            args::By::Month => By::Month,
            args::By::Year => By::Year,
            args::By::None => By::None,
        },
        language: args.language.clone(),
        templates: args.templates.clone(),
        profile: args.profile.into(),
    }
}
