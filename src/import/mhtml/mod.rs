//! Pages saved as a mail (MHTML, "single file"): a page, and its pictures as further parts.

mod mime;

use std::sync::LazyLock;

use regex::{Captures, Regex};
use url::Url;

use crate::error::{Error, Result};
use crate::event::Unit;
use crate::extract;
use crate::input::Named;
use crate::model::{Digest, Gap, Reason};

use super::feed::parse_date;
use super::page::{self, Page, Refused};
use super::report::{Bytes, Found, Job, Report, Sink};

pub use mime::{Header, Mail, Part, parse};

/// The longest mail.
const MAX_MAIL: u64 = 512 << 20;

/// Reads each stream as a page.
///
/// Errors: a stream cannot be read; none holds a post.
pub fn read(job: &Job, sink: &mut Sink) -> Result<Report> {
    let mut report = Report::default();
    let (mut refused, mut site) = (Refused::default(), None);
    job.events.total(Unit::Posts, job.streams.len() as u64);
    for stream in job.streams {
        job.events.check()?;
        one(stream, job, &mut site, &mut refused, sink, &mut report)?;
    }
    if report.found == 0 {
        let shown = job.streams.first().map(|s| s.shown.clone()).unwrap_or_default();
        return Err(Error::input(shown, format!("a saved page (MHTML), but {}", refused.why()))
            .with_hint("save the page of a single post"));
    }
    refused.tell(&mut report);
    Ok(report)
}

fn one(
    stream: &Named,
    job: &Job,
    site: &mut Option<String>,
    refused: &mut Refused,
    sink: &mut Sink,
    report: &mut Report,
) -> Result<()> {
    let bytes = stream.read(MAX_MAIL)?;
    let sha256 = Digest::of(&bytes);
    let mail = parse(&bytes);
    drop(bytes);
    sink(Found::Original(stream, sha256.clone()))?;
    if mail.guessed {
        report
            .notes
            .push(format!("{}: the boundary that the header names does not occur; another was found", stream.name));
    }
    if mail.cut {
        let detail = "its last part does not end".to_string();
        report.notes.push(format!("{}: {detail}; what is there was read", stream.name));
        let url = stream.name.clone();
        report.gaps.push(Gap { url, what: "file".into(), reason: Reason::Truncated, detail, post: None });
    }
    let Some(root) = root(&mail) else {
        refused.add(&stream.name, "no page in it".into(), report);
        return Ok(());
    };
    let decoded = extract::decode(&root.body, root.header.get("content-type"));
    let origin = page::origin(&decoded.text, &stream.name);
    let url = address(&mail, root).or(origin.url);
    let text = if origin.rewritten { page::undo_replay(&decoded.text) } else { decoded.text };
    let text = by_location(&text, &mail);
    page::tell_site(url.as_ref(), job, site, sink)?;
    let said = mail.header.get("date").and_then(parse_date).and_then(|d| d.instant);
    let (uri, captured) = (stream.name.as_str(), said.or(origin.captured));
    let page = Page { text: &text, url: url.as_ref(), kind: "page", uri, sha256: &sha256, captured };
    match page.read() {
        Ok(shown) => {
            let drafts = shown.told(&stream.name, report);
            report.found += drafts.len() as u64;
            page::send(drafts, files(mail, url.as_ref()), sink)
        }
        Err(why) => {
            refused.add(&stream.name, why, report);
            Ok(())
        }
    }
}

fn is_html(part: &Part) -> bool {
    matches!(part.header.media_type().as_str(), "text/html" | "application/xhtml+xml")
}

/// Returns the page: the part that `start` names, else the first one that is HTML (RFC 2387 section 3.2).
fn root(mail: &Mail) -> Option<&Part> {
    let start = mail.header.parameter("start");
    let named = mail.parts.iter().find(|p| start.is_some() && p.header.get("content-id") == start.as_deref());
    named.filter(|p| is_html(p)).or_else(|| mail.parts.iter().find(|p| is_html(p)))
}

/// Returns where the page was: Chrome says it in the mail's header, others in that of the part.
fn address(mail: &Mail, root: &Part) -> Option<Url> {
    let said = [mail.header.get("snapshot-content-location"), root.header.get("content-location")];
    let said = said.into_iter().chain([mail.header.get("content-location")]).flatten();
    said.filter_map(|a| Url::parse(a).ok()).find(|u| matches!(u.scheme(), "http" | "https"))
}

/// `<frame-1@mhtml.blink>` → `frame-1@mhtml.blink`.
fn content_id(part: &Part) -> Option<&str> {
    part.header.get("content-id").map(|id| id.trim().trim_start_matches('<').trim_end_matches('>'))
}

/// A name for a part that has none of the web.
fn made_up(id: &str) -> String {
    let plain: String = id.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' }).collect();
    format!("cid/{plain}")
}

fn location(part: &Part) -> Option<String> {
    let said = part.header.get("content-location").filter(|l| !l.is_empty() && !l.starts_with("cid:"));
    said.map(str::to_string).or_else(|| content_id(part).map(made_up))
}

/// Returns the page with its references to parts by id made references by address.
fn by_location(text: &str, mail: &Mail) -> String {
    static ID: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"cid:([^"'\s<>)]+)"#).ok());
    let Some(pattern) = ID.as_ref().filter(|_| text.contains("cid:")) else { return text.to_string() };
    let named = |c: &Captures| {
        let id = c.get(1).map_or("", |m| m.as_str());
        let part = mail.parts.iter().find(|p| content_id(p) == Some(id));
        part.and_then(location).unwrap_or_else(|| made_up(id))
    };
    pattern.replace_all(text, named).into_owned()
}

/// Returns the pictures, sounds and films of the mail with their addresses.
fn files(mail: Mail, base: Option<&Url>) -> Vec<(String, Bytes)> {
    let media = |p: &Part| {
        let kind = p.header.media_type();
        ["image/", "audio/", "video/"].iter().any(|k| kind.starts_with(k))
    };
    let mut out = Vec::new();
    for part in mail.parts.into_iter().filter(media) {
        let Some(at) = location(&part) else { continue };
        let url = base.and_then(|b| b.join(&at).ok()).map_or(at, |u| u.to_string());
        out.push((url, Bytes::Held(part.body)));
    }
    out
}
