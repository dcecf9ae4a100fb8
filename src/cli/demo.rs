//! `mdarchive demo`: the whole path on the sample blog; nothing leaves the machine.

use std::path::Path;
use std::time::Instant;

use url::Url;

use super::args::DemoArgs;
use super::context::Context;
use super::exit::Exit;
use super::report;
use crate::error::{Error, Result};
use crate::export::{self, Epub, Exporter, Job, Json, Selection, Zip};
use crate::http::serve::Server;
use crate::ops::demo::{self, HOST};
use crate::ops::fetch::{FetchRequest, fetch};
use crate::store::Archive;

pub fn run(args: &DemoArgs, context: &Context) -> Result<Exit> {
    let server = Server::start(demo::answer).map_err(Error::io("serve", HOST))?;
    let archives = args.output.join("archives");
    let address = format!("http://{HOST}/");
    let talk = |line: &str| {
        if !context.quiet {
            report::say_err(line);
        }
    };
    talk(&format!("a sample blog, served on this machine as {address}"));

    let url = Url::parse(&address).map_err(|e| Error::fetch(&address, e))?;
    let mut request = FetchRequest::new(url, &archives);
    request.hosts = vec![(HOST.to_string(), server.address())];
    let (events, started) = (context.events(), Instant::now());
    let summary = fetch(request, &events, context.clock.clone())?;
    drop(events);
    context.summary(&summary, started.elapsed());
    if summary.interrupted {
        return Ok(Exit::Interrupted);
    }

    let archive = Archive::open(&archives.join(&summary.archive))?;
    let formats: [&dyn Exporter; 3] = [&Epub::default(), &Json, &Zip];
    for exporter in formats {
        let events = context.telling_events();
        let job = Job { archive: &archive, selection: &Selection::default(), events: &events };
        let path = export::export(exporter, &job, &args.output, false)?;
        drop(events);
        report::say_out(&format!("{}\n", path.display()));
    }
    talk(&next(&archives));
    // What is missing was meant to be: the demo itself is whole.
    Ok(Exit::Whole)
}

/// Returns what to try next.
fn next(archives: &Path) -> String {
    let here = format!("mdarchive --archives {}", archives.display());
    format!(
        "\nThe post behind a password could not be saved; that is written down, not forgotten. Now try:\n  \
         {here} list\n  \
         {here} show storm-glass --explain\n  \
         {here} gaps\n  \
         {here} verify\n  \
         mdarchive fetch https://blog.example    your own blog"
    )
}
