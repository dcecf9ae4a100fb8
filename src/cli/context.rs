//! What all commands share: where archives lie, which are meant, how much is said.

use std::path::PathBuf;

use super::args::{Cli, FilterArgs};
use super::progress;
use super::report;
use super::settings::Settings;
use crate::error::{Error, Result};
use crate::event::Events;
use crate::export::{Selection, since, until};
use crate::model::Clock;
use crate::store::{Archive, Summary, archive_names};

pub struct Context {
    pub archives: PathBuf,
    pub json: bool,
    pub quiet: bool,
    pub verbose: bool,
    /// Whether files of settings count.
    pub config: bool,
    pub clock: Clock,
}

impl Context {
    pub fn new(cli: &Cli) -> Result<Context> {
        let global = &cli.global;
        Ok(Context {
            archives: global.archives.clone(),
            json: global.json,
            quiet: global.quiet,
            verbose: global.verbose,
            config: !global.no_config,
            clock: Clock::system(),
        })
    }

    pub fn events(&self) -> Events {
        progress::events(self.quiet || self.json, self.verbose)
    }

    /// As [`Context::events`], for work whose notes stand in no summary.
    pub fn telling_events(&self) -> Events {
        progress::events(self.quiet, !self.quiet)
    }

    /// Says what a run did, unless only what is wrong is wanted.
    pub fn summary(&self, summary: &Summary, took: std::time::Duration) {
        if !self.quiet && !self.json {
            report::summary(summary, took.as_secs_f64(), self.verbose);
        } else if self.quiet && summary.open_gaps > 0 {
            report::gaps(summary, self.verbose);
        }
    }

    /// Returns the choice of posts that the filters describe.
    pub fn selection(&self, filter: &FilterArgs) -> Result<Selection> {
        let now = self.now();
        Ok(Selection {
            since: filter.since.as_deref().map(|s| since(s, now)).transpose()?,
            until: filter.until.as_deref().map(|s| until(s, now)).transpose()?,
            tag: filter.tag.clone(),
            author: filter.author.clone(),
            series: filter.series.clone(),
            limit: filter.limit,
            ..Selection::default()
        })
    }

    /// Returns the time from which ages count.
    pub fn now(&self) -> jiff::civil::DateTime {
        self.clock.now().to_zoned_datetime(jiff::tz::TimeZone::UTC).datetime()
    }

    pub fn settings(&self) -> Result<Settings> {
        Settings::read(&self.archives, self.config)
    }

    pub fn error(&self, error: &Error) {
        report::error(error);
    }

    /// Opens the named archives; none named = all. None there is an error.
    pub fn open(&self, names: &[String]) -> Result<Vec<Archive>> {
        let names = if names.is_empty() { archive_names(&self.archives)? } else { names.to_vec() };
        if names.is_empty() {
            return Err(Error::archive(&self.archives, "nothing is kept there yet").with_hint(
                "begin with `mdarchive fetch URL` or `mdarchive import FILE`, or name the folder with --archives",
            ));
        }
        names.iter().map(|n| self.open_one(n)).collect()
    }

    /// Returns what is to be verified, by name: named archives or snapshot files; none named = all archives.
    pub fn places(&self, names: &[String]) -> Result<Vec<(String, PathBuf)>> {
        if names.is_empty() {
            // Opened by name only: an archive with a damaged front page is to be looked at too.
            let names = archive_names(&self.archives)?;
            if names.is_empty() {
                self.open(&[])?;
            }
            return Ok(names.into_iter().map(|n| (n.clone(), self.archives.join(n))).collect());
        }
        let mut places = Vec::new();
        for name in names {
            let path = PathBuf::from(name);
            let inside = self.archives.join(name);
            let place = if path.is_file() || (path.join("archive.json").exists() && !inside.exists()) {
                path
            } else if inside.is_dir() && !name.contains("..") {
                inside
            } else {
                self.open_one(name)?.root
            };
            places.push((name.clone(), place));
        }
        Ok(places)
    }

    fn open_one(&self, name: &str) -> Result<Archive> {
        let known = archive_names(&self.archives)?;
        let plain = !name.is_empty() && !name.contains(['/', '\\']) && name != "..";
        if !plain || (!known.iter().any(|k| k == name) && !self.archives.join(name).join("archive.json").exists()) {
            let hint = if known.is_empty() {
                "nothing is kept there yet".into()
            } else {
                format!("there are: {}", known.join(", "))
            };
            return Err(Error::usage(format!("no archive named {name} in {}", self.archives.display())).with_hint(hint));
        }
        Archive::open(&self.archives.join(name))
    }
}
