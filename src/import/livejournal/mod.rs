//! Journals of LiveJournal, Dreamwidth and their kin: the export XML (a month a file, comments apart) and the folders
//! of ljdump (`L-` an entry, `C-` its comments).

mod body;
mod comments;

use serde_json::{Map, Value, json};
use url::Url;

use crate::error::{Error, Result};
use crate::event::Unit;
use crate::html;
use crate::input::{Hashed, Named};
use crate::model::{Date, Digest, Draft, Gap, Kind, Reason, Site, Source, Status};

use super::element::{self, Element, Ending};
use super::report::{Found, Job, Report, Sink};
use super::{Head, parts};
use comments::Comments;

/// Returns whether a stream is a part of such a journal.
pub fn fits(head: &Head) -> bool {
    let has = |tag: &str| head.text.contains(tag);
    head.is_root("livejournal")
        || head.is_root("event") && has("<eventtime>")
        || head.is_root("comments") && has("<comment>") && has("<id>")
}

/// Reads entries and comments wherever they stand.
///
/// Errors: a stream cannot be read, or none of them holds an entry.
pub fn read(job: &Job, sink: &mut Sink) -> Result<Report> {
    let mut report = Report::default();
    let mut comments = Comments::new(job.options.all_comments);
    let mut journal = Vec::new();
    for stream in job.streams {
        job.events.check()?;
        let head = Head::new(&stream.name, stream.head()?);
        if !fits(&head) {
            report.skip("files that are no entries", 1);
            continue;
        }
        journal.push(stream);
        if !head.is_root("event") {
            let ending = element::each(stream, &["comment", "usermap"], &mut |found| {
                comments.add(&found, &stream.name);
                Ok(())
            })?;
            // Those of files with entries are told when these are read.
            if head.is_root("comments") {
                tell(stream, ending, &mut report);
            }
        }
    }
    let mut sited = false;
    for stream in journal {
        let mut found = 0;
        let mut own = None;
        let ending = element::each(stream, &["entry", "event"], &mut |entry| {
            job.events.check()?;
            if entry.get("itemid").is_none() && entry.get("event").is_none() {
                return Ok(());
            }
            let digest = match &own {
                Some(digest) => digest,
                None => {
                    let digest = own.insert(digest(stream)?);
                    sink(Found::Original(stream, digest.clone()))?;
                    digest
                }
            };
            let mut draft = adapt(job, &entry);
            if !std::mem::replace(&mut sited, true) {
                sink(Found::Site(site(job, &draft)))?;
            }
            draft.comments = comments.of(entry.get("itemid").unwrap_or_default());
            draft.source = Source {
                kind: "livejournal".into(),
                uri: stream.name.clone(),
                sha256: Some(digest.clone()),
                ..Source::default()
            };
            found += 1;
            job.events.done(Unit::Posts, 1);
            sink(Found::Draft(Box::new(draft)))
        })?;
        report.found += found;
        if found > 0 {
            tell(stream, ending, &mut report);
        }
    }
    comments.tell(&mut report);
    if report.found == 0 {
        let shown = job.streams.first().map(|s| s.shown.as_str()).unwrap_or_default();
        return Err(Error::input(shown, "no entry in it, only comments or nothing")
            .with_hint("import the folder that holds the months and the comments together"));
    }
    Ok(report)
}

fn tell(stream: &Named, ending: Ending, report: &mut Report) {
    report.notes.extend(ending.notes.into_iter().map(|n| format!("{}: {n}", stream.name)));
    if let Some((line, why)) = ending.broken {
        report.notes.push(format!("{}: {why} in line {line}; what precedes it was read", stream.name));
        let url = format!("{}#{line}", stream.name);
        report.gaps.push(Gap { url, what: "file".into(), reason: Reason::Truncated, detail: why, post: None });
    }
}

fn digest(stream: &Named) -> Result<Digest> {
    let (mut hashed, seen) = Hashed::new(stream.open()?);
    std::io::copy(&mut hashed, &mut std::io::sink()).map_err(|e| stream.fault(e))?;
    Ok(seen.digest())
}

fn site(job: &Job, first: &Draft) -> Site {
    let own = first.url.as_deref().and_then(|u| Url::parse(u).ok()).and_then(|u| u.join(".").ok());
    let url = job.options.site.clone().or(own).map(|u| u.to_string());
    Site { url, generator: Some("LiveJournal".into()), ..Site::default() }
}

fn adapt(job: &Job, entry: &Element) -> Draft {
    let id = entry.get("itemid").unwrap_or_default();
    let props = entry.child("props").unwrap_or(entry);
    let public = entry.get("ditemid").map(str::to_string).or_else(|| {
        let (item, anum) = (id.parse::<u64>().ok()?, entry.get("anum")?.parse::<u64>().ok()?);
        Some((item.checked_mul(256)? + anum).to_string())
    });
    let formed = job.options.site.as_ref().zip(public.as_ref()).and_then(|(s, p)| s.join(&format!("{p}.html")).ok());
    let whole = props.get("opt_preformatted").is_some_and(|v| v != "0");
    let made = body::html(entry.get("event").unwrap_or_default(), whole);
    let mut draft = Draft {
        key: Some(format!("livejournal:{id}")),
        url: entry.get("url").filter(|u| parts::is_web(u)).map(str::to_string).or(formed.map(|u| u.to_string())),
        kind: Kind::Post,
        title: html::plain_text(entry.get("subject").unwrap_or_default()),
        published: moment(entry.get("eventtime"), entry.get("logtime"))
            .map(|d| parts::in_zone(d, parts::zone(&job.options).as_ref())),
        tags: parts::terms(props.get("taglist").unwrap_or_default().split(','), "post_tag"),
        body: made.html,
        ..Draft::default()
    };
    let security = entry.get("security").unwrap_or("public");
    draft.status = if security == "public" { Status::Published } else { Status::Private };
    let mut own = Map::new();
    if security != "public" {
        own.insert("security".into(), json!(security));
        own.extend(entry.get("allowmask").map(|m| ("allowmask".to_string(), json!(m))));
    }
    for name in ["current_music", "current_mood", "current_moodid", "current_location", "picture_keyword", "logtime"] {
        own.extend(props.get(name).or(entry.get(name)).map(|v| (name.to_string(), json!(v))));
    }
    if !made.cuts.is_empty() {
        own.insert("cuts".into(), json!(made.cuts));
    }
    if !own.is_empty() {
        draft.extra.insert("livejournal".into(), Value::Object(own));
    }
    draft
}

/// `eventtime` is what the writer typed, `logtime` the server's UTC. Where they are a zone apart, that is the offset.
fn moment(event: Option<&str>, log: Option<&str>) -> Option<Date> {
    let local: jiff::civil::DateTime = event?.parse().ok()?;
    let log: Option<jiff::civil::DateTime> = log.and_then(|l| l.parse().ok());
    let apart = log.map(|l| local.duration_since(l).as_secs());
    let quarter = apart.map(|s| (s as f64 / 900.0).round() as i64 * 900);
    let plausible = apart.zip(quarter).filter(|(s, q)| (s - q).abs() <= 300 && q.abs() <= 14 * 3600);
    let utc = plausible.and_then(|(_, q)| local.checked_sub(jiff::SignedDuration::from_secs(q)).ok());
    Date::from_local_and_utc(Some(local), utc)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offset_is_what_lies_between_writer_and_server() {
        let date = moment(Some("2004-11-03 01:12:00"), Some("2004-11-03 07:13:55")).unwrap();
        assert_eq!((date.text.as_str(), date.offset.as_deref()), ("2004-11-03T01:12:00", Some("-06:00")));
        let backdated = moment(Some("1999-01-01 12:00:00"), Some("2004-11-03 07:13:55")).unwrap();
        assert_eq!((backdated.text.as_str(), backdated.instant), ("1999-01-01T12:00:00", None));
    }
}
