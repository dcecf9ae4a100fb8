//! Saved pages: from a browser ("save as", SingleFile), mirrors (wget, HTTrack), downloads of a web archive. What a page
//! says goes through [`extract`]; here is only where it came from and what lies beside it.

mod local;
mod origin;

use std::collections::BTreeMap;

use jiff::Timestamp;
use url::Url;

use crate::error::{Error, Result};
use crate::event::Unit;
use crate::extract;
use crate::html;
use crate::input::Named;
use crate::model::{Digest, Draft, Gap, Reason, Site, Source};

use super::head::Head;
use super::report::{Attached, Bytes, Found, Job, Report, Sink};
use local::Beside;
pub(super) use origin::{origin, undo_replay};

const NOT_SIGNED_IN: &str =
    "a server sends a page in place of an export to whom is not signed in; download the export again";

/// A page larger than this is no page.
pub const MAX_PAGE: u64 = 64 << 20;

/// Returns whether a stream can only be a part of a page: a style, a script, what a browser saved in the folder beside it.
pub fn is_part(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let styles = [".css", ".js", ".mjs", ".map", ".woff", ".woff2", ".ttf", ".eot", ".ico"];
    let beside = ["_files", ".files", "_fichiers", "-dateien", "_archivos", "_arquivos", "_bestanden", "_pliki"];
    let folders = name.rsplit_once('/').map_or("", |(folders, _)| folders);
    styles.iter().any(|s| name.ends_with(s)) || folders.split('/').any(|f| beside.iter().any(|b| f.ends_with(b)))
}

/// A page as it came, and what is known of it.
pub struct Page<'a> {
    pub text: &'a str,
    pub url: Option<&'a Url>,
    /// What its post names as source: kind, and the stream or address.
    pub kind: &'static str,
    pub uri: &'a str,
    pub sha256: &'a Digest,
    /// When it was saved or captured, where that is written down; a page of a fetch of our own says nothing.
    pub captured: Option<Timestamp>,
}

/// What a page shows.
pub struct Shown {
    pub drafts: Vec<Draft>,
    /// What it wants before it shows all of its post: the draft, if there is one, is a beginning.
    pub wants: Option<&'static str>,
}

impl Shown {
    /// Hands on the posts; says what is missing of them.
    pub fn told(self, url: &str, report: &mut Report) -> Vec<Draft> {
        let gap = |detail: &str| Gap {
            url: url.into(),
            what: "post".into(),
            reason: Reason::Protected,
            detail: detail.into(),
            post: None,
        };
        report.gaps.extend(self.wants.map(gap));
        self.drafts
    }
}

impl Page<'_> {
    /// Returns what the page shows, or why it holds no post.
    pub fn read(&self) -> std::result::Result<Shown, String> {
        let verdict = extract::page(self.text, self.url);
        if verdict.posts.is_empty() && verdict.wants.is_none() {
            return Err(verdict.reason.unwrap_or_else(|| "no post found".into()));
        }
        let several = verdict.posts.len() > 1;
        let drafts = verdict.posts.into_iter().map(|reading| self.draft(reading, several)).collect();
        Ok(Shown { drafts, wants: verdict.wants })
    }

    /// Returns a post as this page gives it. What a list of posts shows of one, its own page tells better; what is cut
    /// there, every other source does.
    fn draft(&self, reading: extract::Reading, several: bool) -> Draft {
        let mut draft = reading.draft;
        let kind = match (several, reading.cut) {
            (true, true) => "excerpt",
            (true, false) => "index",
            (false, true) => "excerpt",
            (false, false) => self.kind,
        };
        let sha256 = Some(self.sha256.clone());
        let (uri, captured) = (self.uri.into(), self.captured);
        draft.source = Source { kind: kind.into(), uri, sha256, captured, ..Source::default() };
        draft.base = draft.base.take().or_else(|| draft.url.clone());
        if several {
            draft.guessed.insert("url", "a link of its own on a page that shows several posts".into());
        }
        draft
    }
}

/// Hands on those of some files that a draft shows, before the draft.
pub fn send(drafts: Vec<Draft>, files: Vec<(String, Bytes)>, sink: &mut Sink) -> Result<()> {
    for (url, bytes) in files {
        let written = url.replace('&', "&amp;");
        if drafts.iter().any(|d| d.body.contains(&written) || d.media.iter().any(|m| m.url == url)) {
            sink(Found::File(Attached::new(url, bytes)))?;
        }
    }
    for draft in drafts {
        sink(Found::Draft(Box::new(draft)))?;
    }
    Ok(())
}

/// Pages that are no posts, and why: counted, the first of each reason named.
#[derive(Default)]
pub struct Refused(Vec<(String, String)>);

impl Refused {
    pub fn add(&mut self, name: &str, why: String, report: &mut Report) {
        report.skip("pages without a post", 1);
        if self.0.len() < 20 && !self.0.iter().any(|(w, _)| *w == why) {
            self.0.push((why, name.to_string()));
        }
    }

    pub fn tell(self, report: &mut Report) {
        report.notes.extend(self.0.into_iter().map(|(why, name)| format!("{name}: {why}")));
    }

    /// Returns the first reason.
    pub fn why(&self) -> &str {
        self.0.first().map_or("no post found", |(why, _)| why)
    }
}

/// Reads each stream as a page; what is no page lies beside them.
///
/// Errors: a stream cannot be read; no page holds a post.
pub fn read(job: &Job, sink: &mut Sink) -> Result<Report> {
    let mut report = Report::default();
    let mut beside = Beside::default();
    let mut pages: Vec<&Named> = Vec::new();
    for stream in job.streams {
        if is_page(stream)? {
            pages.push(stream);
        } else {
            beside.add_file(stream);
        }
    }
    // Pages of one site come together: each site has an archive of its own.
    let mut by_site: BTreeMap<String, Vec<&Named>> = BTreeMap::new();
    for page in pages {
        let head = extract::decode(&page.head()?, None).text;
        let url = origin(&head, &page.name).url;
        by_site.entry(url.as_ref().map(host).unwrap_or_default()).or_default().push(page);
        beside.add_page(page, url);
    }
    let several = by_site.len() > 1;
    let pages: Vec<&Named> = by_site.into_values().flatten().collect();
    job.events.total(Unit::Posts, pages.len() as u64);
    let (mut refused, mut site) = (Refused::default(), None);
    for stream in &pages {
        job.events.check()?;
        one(stream, &beside, job, (&mut site, several), &mut refused, sink, &mut report)?;
    }
    if report.found == 0 && !pages.is_empty() {
        let shown = job.streams.first().map(|s| s.shown.clone()).unwrap_or_default();
        let name = job.streams.first().map(|s| s.name.as_str()).unwrap_or_default();
        if name.ends_with(".xml") || name.ends_with(".xml.gz") {
            // What a server sends in place of an export that it does not give out.
            return Err(Error::input(shown, "not a WordPress export (root element is <html>)").with_hint(NOT_SIGNED_IN));
        }
        return Err(Error::input(shown, format!("a saved page, but {}", refused.why()))
            .with_hint("save the page of a single post, or give the export of the blog"));
    }
    refused.tell(&mut report);
    Ok(report)
}

fn is_page(stream: &Named) -> Result<bool> {
    if is_part(&stream.name) {
        return Ok(false);
    }
    let head = Head::new(&stream.name, stream.head()?);
    Ok(super::head::is_page(&head))
}

/// Reads one page.
fn one(
    stream: &Named,
    beside: &Beside,
    job: &Job,
    (site, several): (&mut Option<String>, bool),
    refused: &mut Refused,
    sink: &mut Sink,
    report: &mut Report,
) -> Result<()> {
    let bytes = stream.read(MAX_PAGE)?;
    let sha256 = Digest::of(&bytes);
    sink(Found::Original(stream, sha256.clone()))?;
    let told = job.options.encoding.as_ref().map(|name| format!("text/html; charset={name}"));
    let decoded = extract::decode(&bytes, told.as_deref());
    if decoded.stray > 0 {
        let what = format!("{} bytes do not fit {}", decoded.stray, decoded.encoding);
        report.notes.push(format!("{}: {what}", stream.name));
    }
    if decoded.doubled > 2 {
        report.notes.push(format!("{}: {} characters look as if encoded twice", stream.name, decoded.doubled));
    }
    let origin = origin(&decoded.text, &stream.name);
    let text = if origin.rewritten { undo_replay(&decoded.text) } else { decoded.text };
    let url = origin.url.as_ref();
    if let (true, Some(url)) = (several && job.options.site.is_none(), url) {
        // Another site than that of the page before.
        site.take_if(|told| Url::parse(told).is_ok_and(|told| host(&told) != host(url)));
    }
    tell_site(url, job, site, sink)?;
    let (text, files) = beside.resolve(&text, &stream.name, url);
    let kind = if origin.rewritten { "wayback" } else { "page" };
    let (uri, captured) = (stream.name.as_str(), origin.captured);
    let page = Page { text: &text, url, kind, uri, sha256: &sha256, captured };
    match page.read() {
        Ok(shown) => {
            let mut drafts = shown.told(&stream.name, report);
            if url.is_some() {
                drafts.iter_mut().for_each(|d| {
                    d.guessed.entry("url").or_insert_with(|| origin.how.to_string());
                });
            }
            report.found += drafts.len() as u64;
            let files = files.into_iter().map(|(url, file)| (url, Bytes::Stream(file.clone()))).collect();
            send(drafts, files, sink)
        }
        Err(why) => {
            refused.add(&stream.name, why, report);
            Ok(())
        }
    }
}

fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    host.strip_prefix("www.").unwrap_or(host).to_string()
}

/// Names the site once, by the first page whose address is known.
pub fn tell_site(url: Option<&Url>, job: &Job, told: &mut Option<String>, sink: &mut Sink) -> Result<()> {
    let root = job.options.site.clone().or_else(|| url.and_then(|u| u.join("/").ok()));
    if let (None, Some(root)) = (&told, root) {
        *told = Some(root.to_string());
        sink(Found::Site(Site { url: Some(html::fold(root.as_str())), ..Site::default() }))?;
    }
    Ok(())
}
