//! Every format that people bring: our own cases, a folder each, and real files against independent counts.

mod cases;
mod corpus;
mod hostile;

use std::path::Path;

use mdarchive::event::Events;
use mdarchive::import::{Found, Job, Options, Report, group};
use mdarchive::input;
use mdarchive::model::{Post, Site};
use mdarchive::ops::refine;

/// What came of a path.
#[derive(Default)]
pub struct Read {
    pub site: Option<Site>,
    pub posts: Vec<Post>,
    pub reports: Vec<Report>,
    pub kinds: Vec<&'static str>,
    pub files: Vec<String>,
}

/// Reads a path as `mdarchive import` does, up to the posts.
pub fn read(path: &Path) -> mdarchive::Result<Read> {
    let opened = input::open(path)?;
    let events = Events::silent();
    let mut out = Read::default();
    for group in group(&opened.streams)?.groups {
        let job = Job { streams: &group.streams, events: &events, options: Options::default() };
        let mut drafts = Vec::new();
        let report = group.format.read.expect("a reader")(&job, &mut |found| {
            match found {
                Found::Site(s) => out.site = Some(s),
                Found::Draft(d) => drafts.push(*d),
                Found::File(f) => out.files.push(f.url),
                Found::Original(..) | Found::Post(_) => {}
            }
            Ok(())
        })?;
        assert_eq!(report.found, drafts.len() as u64, "{}: found and handed on differ", path.display());
        out.reports.push(report);
        out.kinds.push(group.format.kind);
        out.posts.extend(drafts.into_iter().map(|d| refine(d, "case", None)));
    }
    Ok(out)
}
