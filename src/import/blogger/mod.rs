//! Blogger's exports: the classic one (`blog-MM-DD-YYYY.xml`) and the Takeout's `feed.atom` with what lies beside it. Both
//! are Atom with comments, settings and templates among the posts; the struct is the feed's.
//!
//! Two passes over a file: the first takes comments and settings, the second hands on posts.

mod album;
mod entry;
mod settings;

use std::collections::BTreeMap;

use url::Url;

use crate::error::{Error, Result};
use crate::event::Unit;
use crate::html;
use crate::input::{self, Hashed, Named};
use crate::model::{
    Comment, CommentKind, CommentStatus, Digest, Draft, Gap, Kind, Link, LinkKind, Reason, Site, Status,
};

use super::feed::{self, Entry, Feed, Origin, Parser};
use super::parts;
use super::report::{Found, Job, Report, Sink};
use super::xml::Fault;
use album::Albums;
use entry::{Sort, sort};
use settings::Settings;

/// The longest file of settings.
const MAX_SETTINGS: u64 = 1 << 20;

/// Reads exports; each feed is a blog of its own.
///
/// Errors: a stream cannot be read; no stream holds a post or page.
pub fn read(job: &Job, sink: &mut Sink) -> Result<Report> {
    let mut report = Report::default();
    let mut albums = Albums::of(job.streams);
    let mut feeds = Vec::new();
    for stream in job.streams {
        if is_feed(stream)? {
            feeds.push(stream);
        }
    }
    for stream in &feeds {
        let survey = survey(stream, job)?;
        if let Some(digest) = survey.digest.clone() {
            sink(Found::Original(stream, digest))?;
        }
        posts(stream, survey, job, &mut albums, sink, &mut report)?;
    }
    if report.found == 0 {
        let shown = feeds.first().or(job.streams.first().as_ref()).map(|s| s.shown.clone()).unwrap_or_default();
        return Err(Error::input(shown, "a Blogger export with no posts or pages in it")
            .with_hint("export the blog again: Settings > Manage blog > Back up content"));
    }
    report.skip("pictures of albums that no post shows", albums.len().saturating_sub(albums.shown));
    let about_people = |s: &&Named| s.name.ends_with("followers.csv") || s.name.ends_with("profile.csv");
    report.withhold("files about people, never opened", job.streams.iter().filter(about_people).count() as u64);
    Ok(report)
}

fn is_feed(stream: &Named) -> Result<bool> {
    let name = stream.name.to_ascii_lowercase();
    let picture = [".jpg", ".jpeg", ".png", ".gif", ".webp", ".csv", ".json"].iter().any(|e| name.ends_with(e));
    Ok(!picture && super::head::Head::new(&stream.name, stream.head()?).is_root("feed"))
}

/// What the first pass tells.
#[derive(Default)]
struct Survey {
    feed: Feed,
    settings: Settings,
    comments: BTreeMap<String, Vec<Comment>>,
    posts: u64,
    skipped: BTreeMap<&'static str, u64>,
    strict: bool,
    fault: Option<(u64, String)>,
    digest: Option<Digest>,
}

fn survey(stream: &Named, job: &Job) -> Result<Survey> {
    match pass(stream, job, true)? {
        Some(survey) => Ok(survey),
        None => Ok(pass(stream, job, false)?.unwrap_or_default()),
    }
}

/// Reads the stream once; none where a strict reader came upon a fault that a lenient one may repair.
fn pass(stream: &Named, job: &Job, strict: bool) -> Result<Option<Survey>> {
    let (hashed, seen) = Hashed::new(stream.open()?);
    let mut parser = Parser::open(Box::new(hashed), None, strict).map_err(|e| stream.fault(e))?;
    let mut survey = Survey { strict, ..Survey::default() };
    loop {
        job.events.check()?;
        match parser.next() {
            Ok(Some(entry)) => survey.take(entry, job.options.all_comments),
            Ok(None) => break,
            Err(Fault::Io(cause)) => return Err(stream.fault(cause)),
            Err(Fault::IllFormed { .. } | Fault::Cut { .. }) if strict => return Ok(None),
            Err(fault) => {
                survey.fault = Some((parser.xml_line(), feed::words(&fault)));
                break;
            }
        }
    }
    survey.digest = Some(match survey.fault {
        Some(_) => feed::whole_digest(stream)?,
        None => seen.digest(),
    });
    survey.feed = parser.feed;
    Ok(Some(survey))
}

impl Survey {
    fn take(&mut self, entry: Entry, all_comments: bool) {
        match sort(&entry) {
            Sort::Post(..) => self.posts += 1,
            Sort::Other(name) => *self.skipped.entry(name).or_default() += 1,
            Sort::Setting => {
                let name = entry.id.rsplit('.').next().unwrap_or_default();
                let value = entry.content.as_ref().map(feed::Text::plain).unwrap_or_default();
                self.settings.set(name, &value);
                *self.skipped.entry("settings").or_default() += 1;
            }
            Sort::Comment(Some((_, name))) if !all_comments => *self.skipped.entry(name).or_default() += 1,
            Sort::Comment(hidden) => {
                if let Some(post) = entry::parent_post(&entry) {
                    let comment = comment(&entry, hidden.map(|(status, _)| status));
                    self.comments.entry(post).or_default().push(comment);
                }
            }
        }
    }
}

/// A comment's title is the beginning of its text, cut: it is ignored.
fn comment(entry: &Entry, status: Option<CommentStatus>) -> Comment {
    let raw = entry.content.as_ref().map(feed::markup).unwrap_or_default();
    let (html, text) = parts::comment_body(&raw, None);
    let author = entry.authors.first().cloned().unwrap_or_default();
    Comment {
        id: entry::number(&entry.id),
        parent: entry::parent_comment(entry),
        kind: CommentKind::Comment,
        author: author.name,
        url: author.url,
        published: entry.published.clone().or_else(|| entry.updated.clone()),
        html,
        text,
        status,
    }
}

/// Returns the settings that lie beside a feed.
fn settings_beside(stream: &Named, job: &Job) -> Result<Option<Settings>> {
    let folder = stream.name.rsplit_once('/').map_or("", |(folder, _)| folder);
    let own = |s: &&Named| s.name.rsplit_once('/').unwrap_or(("", &s.name)) == (folder, "settings.csv");
    let Some(file) = job.streams.iter().find(own) else { return Ok(None) };
    let bytes = file.read(MAX_SETTINGS)?;
    Ok(Some(Settings::from_csv(&input::decode(&bytes, None).0)))
}

fn site(survey: &Survey, job: &Job) -> Site {
    let settings = &survey.settings;
    let mut site = survey.feed.site.clone();
    let given = job.options.site.as_ref().map(Url::to_string);
    site.url = given.or_else(|| settings.host()).or(site.url);
    let or = |old: &str, names: &[&str]| match settings.get(names) {
        Some(value) if old.is_empty() => html::plain_text(value),
        _ => old.to_string(),
    };
    site.title = or(&site.title, &["blog_name", "BLOG_NAME"]);
    site.description = or(&site.description, &["blog_description", "BLOG_DESCRIPTION"]);
    let zone = job.options.timezone.clone();
    site.timezone =
        zone.or_else(|| settings.get(&["blog_time_zone", "BLOG_TIME_ZONE", "BLOG_TIMEZONE"]).map(str::to_string));
    site.language = settings.get(&["blog_locale", "BLOG_LOCALE"]).map(|l| l.replace('_', "-")).or(site.language);
    site.generator = Some("Blogger".into());
    site
}

/// Hands on the posts and pages of one blog.
fn posts(
    stream: &Named,
    mut survey: Survey,
    job: &Job,
    albums: &mut Albums,
    sink: &mut Sink,
    report: &mut Report,
) -> Result<()> {
    if let Some(beside) = settings_beside(stream, job)? {
        survey.settings = beside;
    }
    let site = site(&survey, job);
    job.events.total(Unit::Posts, survey.posts);
    if survey.posts > 0 {
        sink(Found::Site(site.clone()))?;
    }
    let root = site.url.as_deref().and_then(|u| Url::parse(u).ok());
    let blog = stream.name.rsplit('/').nth(1).unwrap_or_default();
    let origin = Origin { kind: "blogger", uri: &stream.name, sha256: survey.digest.as_ref() };
    let mut parser = Parser::open(stream.open()?, None, survey.strict).map_err(|e| stream.fault(e))?;
    let mut pathless = 0;
    // The first pass met the fault at the end too.
    while let Ok(Some(entry)) = parser.next() {
        job.events.check()?;
        let Sort::Post(kind, status) = sort(&entry) else { continue };
        let comments = survey.comments.remove(&entry.id).unwrap_or_default();
        let draft = draft(entry, kind, status, comments, &survey, root.as_ref(), &origin);
        let path = draft.extra.get("blogger").and_then(|e| e.get("blogger:filename"));
        pathless += u64::from(draft.url.is_none() && path.is_some());
        albums.send(&draft.body, blog, sink)?;
        report.found += 1;
        sink(Found::Draft(Box::new(draft)))?;
    }
    if pathless > 0 {
        let what = "name no host, and so have no address; give it with --site";
        report.remarks.push(format!("{}: {pathless} posts {what}", stream.name));
    }
    for (what, n) in &survey.skipped {
        report.skip(what, *n);
    }
    let orphans = survey.comments.values().map(|c| c.len() as u64).sum();
    report.skip("comments on posts that are not in the file", orphans);
    report.notes.extend(parser.repairs().into_iter().map(|what| format!("{}: {what}", stream.name)));
    if let Some((line, why)) = survey.fault {
        report.notes.push(format!("{}: {why}; what precedes it was read", stream.name));
        let reason = if why.starts_with("cut") { Reason::Truncated } else { Reason::Malformed };
        let url = format!("{}#{line}", stream.name);
        report.gaps.push(Gap { url, what: "file".into(), reason, detail: why, post: None });
    }
    Ok(())
}

fn draft(
    mut entry: Entry,
    kind: Kind,
    status: Status,
    comments: Vec<Comment>,
    survey: &Survey,
    root: Option<&Url>,
    origin: &Origin,
) -> Draft {
    let takeout = entry.extra("blogger:type").is_some();
    let (id, path) = (entry.id.clone(), entry.extra("blogger:filename").map(str::to_string));
    let mut about = None;
    if takeout {
        entry.title.html = true;
        // What the Takeout calls the link of a post is where its title leads, not where it is.
        about = entry.link("alternate").map(str::to_string);
        entry.links.retain(|l| l.rel != "alternate");
    }
    // Both exports have the original date in it for posts moved from elsewhere, and little else that is their own.
    let mut draft = feed::draft(entry, &survey.feed, origin);
    draft.key = Some(id.clone()).filter(|id| !id.is_empty());
    draft.aliases.retain(|a| *a != id);
    if let (Some(path), Some(root)) = (&path, root) {
        draft.url = root.join(path.trim_start_matches('/')).ok().map(|u| u.to_string());
    }
    draft.base = draft.url.clone().or_else(|| root.map(Url::to_string));
    draft.links.retain(|l| l.kind != LinkKind::Related);
    if let Some(about) = about {
        let text = draft.title.clone();
        draft.links.push(Link {
            url: Some(about),
            text,
            rel: Some("via".into()),
            kind: LinkKind::External,
            target: None,
        });
    }
    (draft.kind, draft.status, draft.comments) = (kind, status, comments);
    if status == Status::Draft {
        // What a draft has for a date is when it was begun.
        draft.updated = draft.updated.or(draft.published.take());
        draft.published = None;
        draft.guessed.remove("published");
    }
    breaks(&mut draft, survey.settings.breaks());
    draft
}

/// Makes breaks of newlines where the blog had "convert line breaks" set. Where nobody says so, a text of several lines
/// without any markup for lines must have been written so.
fn breaks(draft: &mut Draft, said: Option<bool>) {
    let body = draft.body.trim();
    let folded = body.to_ascii_lowercase();
    let marked = ["<br", "<p>", "<p ", "<div", "<table", "<pre"].iter().any(|tag| folded.contains(tag));
    if marked || !body.contains('\n') || said == Some(false) {
        return;
    }
    draft.body = parts::paragraphs(body);
    if said.is_none() {
        draft.guessed.insert("html", "newlines taken for breaks: the text has no other".into());
    }
}

/// `%C3%A9+x` → `é x`.
pub fn decoded(name: &str) -> String {
    parts::percent_decoded(&name.replace('+', " "))
}
