//! Backups of Dotclear 2 (`///DOTCLEAR|version|single`): tables of a database as text.

use std::collections::BTreeMap;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};
use url::Url;

use crate::error::{Error, Result};
use crate::event::Unit;
use crate::html;
use crate::input::{self, Named};
use crate::model::{
    Comment, CommentKind, CommentStatus, Date, Digest, Draft, Gap, Kind, Reason, Site, Source, Status, Term,
};

use super::report::{Found, Job, Report, Sink};
use super::{Head, markdown, parts};

/// The largest backup.
const MAX_SIZE: u64 = 512 << 20;

/// Returns whether a stream is such a backup.
pub fn fits(head: &Head) -> bool {
    head.text.trim_start_matches('\u{feff}').starts_with("///DOTCLEAR|")
}

/// A row by the names of its columns.
type Row = BTreeMap<String, String>;

/// Reads each stream as one backup.
///
/// Errors: a stream cannot be read, or holds no posts.
pub fn read(job: &Job, sink: &mut Sink) -> Result<Report> {
    let mut report = Report::default();
    for stream in job.streams {
        one(job, stream, &mut report, sink)?;
    }
    Ok(report)
}

fn one(job: &Job, stream: &Named, report: &mut Report, sink: &mut Sink) -> Result<()> {
    let bytes = stream.read(MAX_SIZE)?;
    let digest = Digest::of(&bytes);
    let (text, _) = input::decode(&bytes, None);
    let tables = tables(&text, report);
    let empty = Vec::new();
    let table = |name: &str| tables.get(name).unwrap_or(&empty);
    if table("post").is_empty() {
        return Err(Error::input(&stream.shown, "no post in it"));
    }
    sink(Found::Original(stream, digest.clone()))?;
    let site = site(job, table("setting"), table("blog"));
    let base = site.url.as_deref().and_then(|u| Url::parse(u).ok());
    sink(Found::Site(site))?;
    let categories: BTreeMap<&str, Term> =
        table("category").iter().filter_map(|c| Some((get(c, "cat_id")?, term(c)?))).collect();
    let mut tags: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for meta in table("meta").iter().filter(|m| get(m, "meta_type") == Some("tag")) {
        tags.entry(get(meta, "post_id").unwrap_or_default()).or_default().extend(get(meta, "meta_id"));
    }
    let mut comments: BTreeMap<&str, Vec<Comment>> = BTreeMap::new();
    for row in table("comment") {
        report.withhold("e-mail addresses of commenters", u64::from(get(row, "comment_email").is_some()));
        report.withhold("IP addresses of commenters", u64::from(get(row, "comment_ip").is_some()));
        let status = match get(row, "comment_status") {
            Some("1") | None => None,
            Some("-2") => Some(CommentStatus::Spam),
            Some(_) => Some(CommentStatus::Pending),
        };
        if status.is_none_or(|s| report.hidden(&job.options, s)) {
            let own = comment(row).map(|c| Comment { status, ..c });
            comments.entry(get(row, "post_id").unwrap_or_default()).or_default().extend(own);
        }
    }
    let folder = table("setting")
        .iter()
        .find(|s| get(s, "setting_id") == Some("public_url"))
        .and_then(|s| get(s, "setting_value"));
    report.gaps.extend(table("media").iter().filter_map(|m| media(m, folder.unwrap_or("public"), base.as_ref())));
    for row in table("post") {
        job.events.check()?;
        let id = get(row, "post_id").unwrap_or_default();
        let mut draft = adapt(row, &base);
        draft.categories = get(row, "cat_id").and_then(|c| categories.get(c)).cloned().into_iter().collect();
        draft.tags = parts::terms(tags.get(id).into_iter().flatten(), "post_tag");
        draft.comments = comments.remove(id).unwrap_or_default();
        draft.source = Source {
            kind: "dotclear".into(),
            uri: stream.name.clone(),
            sha256: Some(digest.clone()),
            ..Source::default()
        };
        report.found += 1;
        job.events.done(Unit::Posts, 1);
        sink(Found::Draft(Box::new(draft)))?;
    }
    Ok(())
}

/// Reads `[table column,column]`, then a row a line: values in double quotes, with backslashes before what would end them.
fn tables(text: &str, report: &mut Report) -> BTreeMap<String, Vec<Row>> {
    let mut out: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    let mut current: Option<(String, Vec<String>)> = None;
    for (number, line) in text.lines().enumerate() {
        if let Some(head) = line.strip_prefix('[').and_then(|l| l.trim_end().strip_suffix(']')) {
            current = head
                .split_once(' ')
                .map(|(name, columns)| (name.to_string(), columns.split(',').map(|c| c.trim().to_string()).collect()));
            continue;
        }
        let (Some((name, columns)), true) = (&current, line.starts_with('"')) else { continue };
        let values = values(line);
        if values.len() != columns.len() {
            report.notes.push(format!(
                "line {}: {} values for {} columns of {name}",
                number + 1,
                values.len(),
                columns.len()
            ));
        }
        out.entry(name.clone()).or_default().push(columns.iter().cloned().zip(values).collect());
    }
    out
}

fn values(line: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut value = String::new();
    let (mut inside, mut chars) = (false, line.chars());
    while let Some(c) = chars.next() {
        match (inside, c) {
            (true, '\\') => match chars.next() {
                Some('n') => value.push('\n'),
                Some('r') => value.push('\r'),
                Some(c) => value.push(c),
                None => value.push('\\'),
            },
            (true, '"') => {
                inside = false;
                out.push(std::mem::take(&mut value));
            }
            (true, c) => value.push(c),
            (false, '"') => inside = true,
            (false, _) => {}
        }
    }
    if inside {
        out.push(value);
    }
    out
}

fn get<'a>(row: &'a Row, key: &str) -> Option<&'a str> {
    row.get(key).map(|v| v.trim()).filter(|v| !v.is_empty())
}

fn site(job: &Job, settings: &[Row], blogs: &[Row]) -> Site {
    let setting =
        |key: &str| settings.iter().find(|s| get(s, "setting_id") == Some(key)).and_then(|s| get(s, "setting_value"));
    let blog = |key: &str| blogs.first().and_then(|b| get(b, key));
    let own = blog("blog_url").filter(|u| parts::is_web(u)).map(|u| u.trim_end_matches('?').to_string());
    Site {
        url: job.options.site.as_ref().map(Url::to_string).or(own),
        title: html::plain_text(blog("blog_name").unwrap_or_default()),
        description: html::plain_text(blog("blog_desc").unwrap_or_default()),
        language: setting("lang").map(str::to_string),
        timezone: setting("blog_timezone").map(str::to_string),
        generator: Some("Dotclear".into()),
    }
}

fn term(row: &Row) -> Option<Term> {
    let label = html::plain_text(get(row, "cat_title")?);
    let slug = get(row, "cat_url").unwrap_or(&label).to_string();
    Some(Term { label, slug, taxonomy: "category".into() })
}

/// Reads a local time, beside which stands the name of its zone.
fn moment(row: &Row, time: &str, zone: &str) -> Option<Date> {
    let local: DateTime = get(row, time)?.parse().ok()?;
    let zone = get(row, zone).and_then(|z| TimeZone::get(z).ok());
    let zoned = zone.and_then(|z| z.to_zoned_datetime(local).ok()).filter(|z| z.year() >= 1970);
    zoned.map(|z| Date::from_zoned(&z)).or_else(|| Date::from_local(local))
}

/// Reads the time of a change, which is kept in UTC.
fn change(row: &Row, time: &str) -> Option<Date> {
    Date::from_local_and_utc(None, Some(get(row, time)?.parse().ok()?))
}

fn adapt(row: &Row, base: &Option<Url>) -> Draft {
    let kind = get(row, "post_type").unwrap_or("post");
    let id = get(row, "post_id").unwrap_or_default();
    let address = get(row, "post_url").zip(base.as_ref());
    let prefix = if kind == "page" { "pages" } else { "post" };
    let mut draft = Draft {
        key: Some(format!("dotclear:{id}")),
        kind: if kind == "post" { Kind::Post } else { Kind::Page },
        title: html::plain_text(get(row, "post_title").unwrap_or_default()),
        authors: get(row, "user_id").and_then(parts::author).into_iter().collect(),
        published: moment(row, "post_dt", "post_tz"),
        updated: change(row, "post_upddt"),
        language: get(row, "post_lang").map(str::to_string),
        ..Draft::default()
    };
    draft.url = address.and_then(|(path, base)| base.join(&format!("{prefix}/{path}")).ok()).map(|u| u.to_string());
    draft.base = base.as_ref().map(Url::to_string);
    draft.status = match (get(row, "post_status"), get(row, "post_password")) {
        (Some("1"), Some(_)) => Status::Protected,
        (Some("1"), None) | (None, _) => Status::Published,
        (Some("0"), _) => Status::Draft,
        (Some("-1"), _) => Status::Scheduled,
        _ => Status::Pending,
    };
    let rendered = |html: &str, source: &str| match (get(row, html), get(row, source)) {
        (Some(html), _) => html.to_string(),
        (None, Some(text)) if get(row, "post_format") == Some("markdown") => markdown::html(text),
        (None, Some(text)) => parts::paragraphs(text),
        (None, None) => String::new(),
    };
    draft.excerpt = Some(html::plain_text(&rendered("post_excerpt_xhtml", "post_excerpt"))).filter(|e| !e.is_empty());
    draft.body = rendered("post_content_xhtml", "post_content");
    let mut own: Map<String, Value> = Map::new();
    for key in ["post_url", "post_notes", "post_format"] {
        own.extend(get(row, key).map(|v| (key.to_string(), json!(v))));
    }
    draft.extra.insert("dotclear".into(), Value::Object(own));
    draft
}

/// A file that the backup lists and does not hold.
fn media(row: &Row, folder: &str, base: Option<&Url>) -> Option<Gap> {
    let path = format!("{}/{}", folder.trim_end_matches('/'), get(row, "media_file")?);
    let url = base.and_then(|b| b.join(&path).ok()).map_or(path, |u| u.to_string());
    let detail = "the backup lists it and does not hold it".into();
    Some(Gap { url, what: "media".into(), reason: Reason::NotFetched, detail, post: None })
}

fn comment(row: &Row) -> Option<Comment> {
    let raw = get(row, "comment_content")?;
    let (html, text) = parts::comment_body(raw, None);
    Some(Comment {
        id: get(row, "comment_id")?.to_string(),
        parent: None,
        kind: if get(row, "comment_trackback") == Some("1") { CommentKind::Trackback } else { CommentKind::Comment },
        author: html::plain_text(get(row, "comment_author").unwrap_or_default()),
        url: get(row, "comment_site").filter(|u| parts::is_web(u)).map(str::to_string),
        published: moment(row, "comment_dt", "comment_tz"),
        html,
        text,
        status: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_what_backslashes_protect() {
        assert_eq!(values(r#""1","a \"b\" \\ c","x\r\ny","""#), ["1", "a \"b\" \\ c", "x\r\ny", ""]);
    }
}
