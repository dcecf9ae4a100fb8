//! What all commands share: where archives lie, which are meant, how much is said.

use std::path::PathBuf;

use super::args::{Cli, FilterArgs};
use super::progress;
use super::report;
use crate::error::{Error, Result};
use crate::event::Events;
use crate::model::Clock;
use crate::store::{Archive, Entry, archive_names};

pub struct Context {
    pub archives: PathBuf,
    pub json: bool,
    pub quiet: bool,
    pub verbose: bool,
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
            clock: Clock::system(),
        })
    }

    pub fn events(&self) -> Events {
        progress::events(self.quiet || self.json, self.verbose)
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

/// Returns the posts that pass the filters.
pub fn select(entries: Vec<Entry>, filter: &FilterArgs, clock: &Clock) -> Result<Vec<Entry>> {
    let since = filter.since.as_deref().map(|s| day(s, clock)).transpose()?;
    let until = filter.until.as_deref().map(|s| day(s, clock)).transpose()?;
    let same = |a: &str, b: &str| a.to_lowercase() == b.to_lowercase();
    let passes = |e: &Entry| {
        let date = e.published.as_ref().map(|d| d.text.as_str());
        since.as_deref().is_none_or(|s| date.is_some_and(|d| d >= s))
            && until.as_deref().is_none_or(|u| date.is_some_and(|d| d.get(..u.len()).unwrap_or(d) <= u))
            && filter
                .tag
                .as_deref()
                .is_none_or(|t| e.tags.iter().chain(&e.categories).any(|x| same(&x.label, t) || same(&x.slug, t)))
            && filter.author.as_deref().is_none_or(|a| e.authors.iter().any(|x| same(&x.name, a)))
            && filter.series.as_deref().is_none_or(|s| e.series.as_deref().is_some_and(|x| same(x, s)))
    };
    let chosen = entries.into_iter().filter(passes);
    Ok(chosen.take(filter.limit.unwrap_or(usize::MAX)).collect())
}

/// Returns a date (`2007`, `2007-04`, `2007-04-23`) as it is, an age (`30d`, `6w`, `2y`) as the day so long ago.
pub fn day(text: &str, clock: &Clock) -> Result<String> {
    let wrong = || {
        Error::usage(format!("{text} is no date and no age"))
            .with_hint("write 2007, 2007-04, 2007-04-23 or an age as 30d, 6w, 2y")
    };
    if let Some(days) = text.get(text.len().saturating_sub(1)..).and_then(|u| match u {
        "d" => Some(1),
        "w" => Some(7),
        "y" => Some(365),
        _ => None,
    }) {
        let n: i64 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
        let hours = n.checked_mul(days * 24).filter(|h| (0..24 * 365 * 500).contains(h)).ok_or_else(wrong)?;
        let then = clock.now().checked_sub(jiff::SignedDuration::from_hours(hours)).map_err(|_| wrong())?;
        return Ok(then.strftime("%Y-%m-%d").to_string());
    }
    crate::model::Date::parse_iso(text).map(|d| d.text).ok_or_else(wrong)
}
