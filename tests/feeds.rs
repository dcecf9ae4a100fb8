//! Feeds, Blogger, saved pages, mails of pages and web archives: each of the real files is counted right, and our own
//! cases are read to the last field.

mod blogger;
mod corpus;
mod feed;
mod mhtml;
mod page;
mod warc;

use std::path::Path;

use mdarchive::event::Events;
use mdarchive::import::{Attached, Found, Job, Options, Report, group};
use mdarchive::input;
use mdarchive::model::{Draft, Site};

/// What the readers made of a path.
#[derive(Default)]
pub struct Taken {
    pub site: Option<Site>,
    pub drafts: Vec<Draft>,
    pub files: Vec<Attached>,
    pub reports: Vec<Report>,
}

impl Taken {
    pub fn notes(&self) -> String {
        self.reports.iter().flat_map(|r| r.notes.iter().chain(&r.remarks)).map(|n| format!("{n}\n")).collect()
    }
}

/// Reads a path as `mdarchive import` does, up to the drafts.
pub fn take(path: &Path, options: Options) -> mdarchive::Result<Taken> {
    let opened = input::open(path)?;
    let mut out = Taken::default();
    let events = Events::silent();
    for group in group(&opened.streams)?.groups {
        let job = Job { streams: &group.streams, events: &events, options: options.clone() };
        let report = group.format.read.expect(group.format.name)(&job, &mut |found| {
            match found {
                Found::Site(site) => out.site = Some(site),
                Found::Draft(draft) => out.drafts.push(*draft),
                Found::File(file) => out.files.push(file),
                Found::Original(..) | Found::Post(_) => {}
            }
            Ok(())
        })?;
        out.reports.push(report);
    }
    Ok(out)
}
