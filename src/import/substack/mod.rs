//! Exports of Substack: `posts.csv` and a fragment of HTML a post. Lists of subscribers and of who opened what lie in the
//! same folder: they are never opened.

mod body;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::error::{Error, Result};
use crate::event::Unit;
use crate::html;
use crate::input::{self, Named};
use crate::model::{Date, Digest, Draft, Enclosure, Gap, Kind, Reason, Site, Source, Status};

pub use body::html as body_html;

use super::csv::Table;
use super::report::{Found, Job, Report, Sink};
use super::{Head, parts};

/// The largest file.
const MAX_SIZE: u64 = 64 << 20;

/// Returns whether a stream is the list of posts.
pub fn fits(head: &Head) -> bool {
    let first = head.text.lines().next().unwrap_or_default();
    let names: Vec<&str> = first.split(',').map(|n| n.trim().trim_matches('"')).collect();
    ["post_id", "post_date", "is_published"].iter().all(|n| names.contains(n))
}

/// Returns whether a name is that of a file about readers.
pub fn is_private(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase();
    let lists = ["email_list", "subscriber", "members.", "followers"];
    file.ends_with(".opens.csv")
        || file.ends_with(".delivers.csv")
        || file.ends_with(".csv") && lists.iter().any(|l| file.starts_with(l))
}

/// Reads an export.
///
/// Errors: there is no list of posts in it, or a stream cannot be read.
pub fn read(job: &Job, sink: &mut Sink) -> Result<Report> {
    let mut report = Report::default();
    report.withhold(
        "files about subscribers, never opened",
        job.streams.iter().filter(|s| is_private(&s.name)).count() as u64,
    );
    let pages: BTreeMap<&str, &Named> = job.streams.iter().filter_map(|s| Some((page_id(&s.name)?, s))).collect();
    let numbered: BTreeMap<&str, &str> = pages.keys().filter_map(|id| Some((id.split('.').next()?, *id))).collect();
    let mut used: BTreeSet<&str> = BTreeSet::new();
    if let Some(site) = &job.options.site {
        sink(Found::Site(Site { url: Some(site.to_string()), generator: Some("Substack".into()), ..Site::default() }))?;
    }
    let mut lists = 0;
    for list in job.streams.iter().filter(|s| s.name.to_ascii_lowercase().ends_with(".csv") && !is_private(&s.name)) {
        let bytes = list.read(MAX_SIZE)?;
        let (text, _) = input::decode(&bytes, None);
        if !fits(&Head::new(&list.name, text.clone().into_bytes())) {
            continue;
        }
        lists += 1;
        let digest = Digest::of(&bytes);
        sink(Found::Original(list, digest.clone()))?;
        let table = Table::read(&text);
        for row in &table.rows {
            job.events.check()?;
            let get = |name: &str| table.get(row, name);
            let Some(id) = get("post_id") else {
                report.notes.push(format!("{}: a row without an id, left out", list.name));
                continue;
            };
            let number = id.split('.').next().unwrap_or(id);
            let page = pages.get_key_value(id).or_else(|| numbered.get(number).and_then(|id| pages.get_key_value(*id)));
            let mut draft = adapt(job, id, &get);
            draft.source = source(&list.name, &digest);
            match page {
                Some((key, page)) => {
                    used.insert(*key);
                    (draft.source, draft.body) = fragment(page, sink)?;
                }
                None => report.gaps.push(Gap {
                    url: format!("{}#{id}", list.name),
                    what: "post".into(),
                    reason: Reason::Malformed,
                    detail: "the export lists it and has no text of it".into(),
                    post: None,
                }),
            }
            hand_on(job, draft, &mut report, sink)?;
        }
    }
    if lists == 0 {
        let shown = job.streams.first().map(|s| s.shown.as_str()).unwrap_or_default();
        return Err(Error::input(shown, "no posts.csv in it"));
    }
    for (id, page) in pages.iter().filter(|(id, _)| !used.contains(**id)) {
        let mut draft = adapt(job, id, &|_| None);
        draft.title = id.split_once('.').map_or(*id, |(_, slug)| slug).replace('-', " ");
        draft.status = Status::Draft;
        draft.guessed.insert("title", "the file's name".into());
        draft.guessed.insert("status", "not in the list of posts: taken for a draft".into());
        (draft.source, draft.body) = fragment(page, sink)?;
        report.notes.push(format!("{}: not in the list of posts, taken in as a draft", page.name));
        hand_on(job, draft, &mut report, sink)?;
    }
    Ok(report)
}

fn hand_on(job: &Job, draft: Draft, report: &mut Report, sink: &mut Sink) -> Result<()> {
    report.found += 1;
    job.events.done(Unit::Posts, 1);
    sink(Found::Draft(Box::new(draft)))
}

/// Returns the id in the name of a page: `posts/123.slug.html` → `123.slug`.
fn page_id(name: &str) -> Option<&str> {
    let file = name.rsplit('/').next()?.strip_suffix(".html")?;
    file.starts_with(|c: char| c.is_ascii_digit()).then_some(file)
}

fn source(name: &str, digest: &Digest) -> Source {
    Source { kind: "substack".into(), uri: name.to_string(), sha256: Some(digest.clone()), ..Source::default() }
}

fn fragment(page: &Named, sink: &mut Sink) -> Result<(Source, String)> {
    let bytes = page.read(MAX_SIZE)?;
    let digest = Digest::of(&bytes);
    sink(Found::Original(page, digest.clone()))?;
    Ok((source(&page.name, &digest), body::html(&input::decode(&bytes, None).0)))
}

fn adapt<'a>(job: &Job, id: &str, get: &dyn Fn(&str) -> Option<&'a str>) -> Draft {
    let (number, slug) = id.split_once('.').unwrap_or((id, ""));
    let published = get("is_published").is_none_or(|v| v.eq_ignore_ascii_case("true"));
    let date = get("post_date").and_then(Date::parse_iso);
    let address = job.options.site.as_ref().filter(|_| published && !slug.is_empty());
    let mut draft = Draft {
        key: Some(format!("substack:{number}")),
        url: address.and_then(|site| site.join(&format!("/p/{slug}")).ok()).map(|u| u.to_string()),
        kind: if get("type") == Some("page") { Kind::Page } else { Kind::Post },
        status: if published { Status::Published } else { Status::Draft },
        title: html::plain_text(get("title").unwrap_or_default()),
        published: date.filter(|_| published),
        excerpt: get("subtitle").map(html::plain_text).filter(|s| !s.is_empty()),
        ..Draft::default()
    };
    if let Some(url) = get("podcast_url").filter(|u| parts::is_web(u)) {
        draft.enclosures.push(Enclosure { url: url.to_string(), mime: None, length: None });
    }
    let mut own: Map<String, Value> =
        ["type", "audience"].iter().filter_map(|k| Some((k.to_string(), json!(get(k)?)))).collect();
    if !slug.is_empty() {
        own.insert("slug".into(), json!(slug));
    }
    draft.extra.insert("substack".into(), Value::Object(own));
    draft
}
