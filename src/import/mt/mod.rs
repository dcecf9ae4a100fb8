//! The text format of Movable Type, TypePad and Hatena
//! ([the import format](https://movabletype.org/documentation/appendices/import-export-format.html)), read entry by entry.

mod date;
mod entry;
mod lines;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{Cursor, Read};

use serde_json::{Map, Value, json};
use url::Url;

use crate::error::{Error, Result};
use crate::event::Unit;
use crate::html;
use crate::input::{self, Hashed, Named};
use crate::model::{Comment, CommentKind, Date, Draft, Gap, Kind as PostKind, Reason, Site, Source, Status};

use super::report::{Found, Job, Report, Sink};
use super::{markdown, parts};
use entry::{Entry, Section};
use lines::{Kind, Lines};

/// Fields that the model has a place for; others are kept as they are.
const KNOWN: [&str; 13] = [
    "AUTHOR",
    "TITLE",
    "BASENAME",
    "STATUS",
    "CONVERT BREAKS",
    "PRIMARY CATEGORY",
    "CATEGORY",
    "DATE",
    "TAGS",
    "NO ENTRY",
    "IMAGE",
    "UNIQUE URL",
    "ALLOW PINGS",
];

/// Comments of entries that only add some, by the entry's date.
type Added = BTreeMap<String, Vec<Comment>>;

/// Reads each stream entry by entry.
///
/// Errors: a stream cannot be read, or holds an entry longer than a post can be.
pub fn read(job: &Job, sink: &mut Sink) -> Result<Report> {
    let mut report = Report::default();
    for stream in job.streams {
        file(job, stream, &mut report, sink)?;
    }
    Ok(report)
}

fn file(job: &Job, stream: &Named, report: &mut Report, sink: &mut Sink) -> Result<()> {
    let mut head = Vec::new();
    let narrow = input::narrow(Box::new(Cursor::new(stream.head()?)));
    narrow.and_then(|mut r| r.read_to_end(&mut head)).map_err(|e| stream.fault(e))?;
    let kind = Kind::of(&head, job.options.encoding.as_deref());
    let zone = parts::zone(&job.options);
    let fault = |e| stream.fault(e);
    // The digest stands in every post, and comments may come long after their entry: a first look at the whole file.
    let (hashed, seen) = Hashed::new(stream.open()?);
    let mut lines = Lines::new(input::narrow(Box::new(hashed)).map_err(fault)?, kind);
    let mut adds = false;
    while let Some(line) = lines.next().map_err(fault)? {
        adds |= line.starts_with("NO ENTRY:");
        if lines.number() % 4096 == 0 {
            job.events.check()?;
        }
    }
    let digest = seen.digest();
    sink(Found::Original(stream, digest.clone()))?;
    if lines.other() > 0 {
        let name = kind.label().unwrap_or("windows-1252");
        report.notes.push(format!("{}: {} lines that are not UTF-8, read as {name}", stream.name, lines.other()));
    }
    let mut added = if adds { additions(stream, kind)? } else { Added::new() };
    if let Some(site) = &job.options.site {
        sink(Found::Site(Site { url: Some(site.to_string()), ..Site::default() }))?;
    }
    let mut keys = HashSet::new();
    let mut reader = Lines::new(input::narrow(stream.open()?).map_err(fault)?, kind);
    while let Some(entry) = entry::next(&mut reader).map_err(fault)? {
        job.events.check()?;
        if entry.get("NO ENTRY").is_some() {
            continue;
        }
        let mut draft = adapt(&entry, report, &stream.name);
        draft.comments.extend(added.remove(entry.get("DATE").unwrap_or_default()).unwrap_or_default());
        own_ids(&mut draft.comments);
        draft.published = draft.published.map(|d| parts::in_zone(d, zone.as_ref()));
        for comment in &mut draft.comments {
            comment.published = comment.published.take().map(|d| parts::in_zone(d, zone.as_ref()));
        }
        address(&mut draft, &entry, job.options.site.as_ref());
        draft.key = Some(key(&entry, &mut keys));
        draft.source =
            Source { kind: "mt".into(), uri: stream.name.clone(), sha256: Some(digest.clone()), ..Source::default() };
        report.found += 1;
        job.events.done(Unit::Posts, 1);
        sink(Found::Draft(Box::new(draft)))?;
    }
    for (date, comments) in added {
        report.gaps.push(Gap {
            url: stream.name.clone(),
            what: "post".into(),
            reason: Reason::Malformed,
            detail: format!("{} comments for an entry of {date}, which is not in the file", comments.len()),
            post: None,
        });
    }
    if report.found == 0 {
        return Err(Error::input(&stream.shown, "no entry in it"));
    }
    Ok(())
}

/// Gathers the comments that come apart from their entry.
fn additions(stream: &Named, kind: Kind) -> Result<Added> {
    let mut added = Added::new();
    let mut reader = Lines::new(input::narrow(stream.open()?).map_err(|e| stream.fault(e))?, kind);
    while let Some(entry) = entry::next(&mut reader).map_err(|e| stream.fault(e))? {
        if entry.get("NO ENTRY").is_some() {
            let mut more = comments(&entry, &mut Report::default());
            added.entry(entry.get("DATE").unwrap_or_default().to_string()).or_default().append(&mut more);
        }
    }
    Ok(added)
}

/// Returns what tells an entry from the others: its date and basename, and a number where they are not enough.
fn key(entry: &Entry, keys: &mut HashSet<u64>) -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let date = entry.get("DATE").unwrap_or_default();
    let name = entry.get("BASENAME").unwrap_or_else(|| entry.get("TITLE").unwrap_or_default());
    let own = format!("mt:{date}:{name}");
    let mut candidate = own.clone();
    let mut n = 1;
    loop {
        let mut hasher = DefaultHasher::new();
        candidate.hash(&mut hasher);
        if keys.insert(hasher.finish()) {
            return candidate;
        }
        n += 1;
        candidate = format!("{own}:{n}");
    }
}

fn adapt(entry: &Entry, report: &mut Report, file: &str) -> Draft {
    report.notes.extend(entry.notes.iter().map(|n| format!("{file}: {n}")));
    let published = moment(entry.get("DATE"), entry.line, report, file);
    let mut draft = Draft {
        kind: PostKind::Post,
        title: html::plain_text(entry.get("TITLE").unwrap_or_default()),
        authors: entry.get("AUTHOR").and_then(parts::author).into_iter().collect(),
        published,
        url: entry.get("UNIQUE URL").filter(|u| parts::is_web(u)).map(str::to_string),
        tags: parts::terms(tags(entry), "post_tag"),
        categories: parts::terms(entry.all("PRIMARY CATEGORY").chain(entry.all("CATEGORY")), "category"),
        excerpt: Some(html::plain_text(&entry.text("EXCERPT"))).filter(|e| !e.is_empty()),
        body: body(entry),
        comments: comments(entry, report),
        ..Draft::default()
    };
    draft.status = match entry.get("STATUS").map(str::to_ascii_lowercase).as_deref() {
        Some("draft" | "unpublish") => Status::Draft,
        Some("future") => Status::Scheduled,
        Some("review") => Status::Pending,
        Some("junk" | "spam") => Status::Trash,
        Some(_) => Status::Published,
        None => {
            draft.guessed.insert("status", "no STATUS in the file: taken for published".into());
            Status::Published
        }
    };
    if let Some(image) = entry.get("IMAGE").filter(|u| parts::is_web(u)) {
        draft.media.push(parts::featured(image, None));
    }
    draft.extra = extra(entry);
    draft
}

/// Forms the permalink as the format's own templates do, where the user says what site it is.
fn address(draft: &mut Draft, entry: &Entry, site: Option<&Url>) {
    let (Some(site), Some(name), None, Status::Published) = (site, entry.get("BASENAME"), &draft.url, draft.status)
    else {
        return;
    };
    let root = format!("{}/", site.as_str().trim_end_matches('/'));
    if name.contains('/') {
        // Hatena writes day and time of the entry where others have a word.
        draft.url = Url::parse(&format!("{root}entry/{name}")).ok().map(|u| u.to_string());
        draft.guessed.insert("url", "formed by the rule of Hatena".into());
        return;
    }
    let day = draft.published.as_ref().and_then(|d| Some((d.text.get(..4)?, d.text.get(5..7)?)));
    let made = day.and_then(|(year, month)| Url::parse(&format!("{root}{year}/{month}/{name}.html")).ok());
    if let Some(url) = made {
        draft.url = Some(url.to_string());
        draft.guessed.insert("url", "formed by the usual rule of Movable Type".into());
    }
}

/// Reads a date, and says so where it cannot be one.
fn moment(text: Option<&str>, line: u64, report: &mut Report, file: &str) -> Option<Date> {
    let text = text?;
    let found = date::parse(text);
    if found.is_none() {
        report.notes.push(format!("{file}: line {line}: {text:?} is no date (MM/DD/YYYY hh:mm:ss)"));
    }
    found
}

/// Returns body and extended body as HTML, as "convert breaks" says.
fn body(entry: &Entry) -> String {
    let convert = entry.get("CONVERT BREAKS").unwrap_or_default().to_ascii_lowercase();
    let render = |text: String| match convert.as_str() {
        "0" | "richtext" | "wysiwyg" | "false" | "none" => text,
        c if c.starts_with("markdown") => markdown::html(&text),
        c if c.starts_with("textile") => markdown::textile(&text),
        "" if has_blocks(&text) => text,
        _ => parts::paragraphs(&text),
    };
    let (body, more) = (render(entry.text("BODY")), render(entry.text("EXTENDED BODY")));
    if more.trim().is_empty() { body } else { format!("{body}\n\n<!--more-->\n\n{more}") }
}

fn has_blocks(text: &str) -> bool {
    let folded = text.to_ascii_lowercase();
    ["<p>", "<p ", "<br", "<div"].iter().any(|b| folded.contains(b))
}

/// Returns the tags of `TAGS: "with, comma",plain`.
fn tags(entry: &Entry) -> Vec<String> {
    let mut out = Vec::new();
    for line in entry.all("TAGS") {
        let (mut tag, mut quote) = (String::new(), None);
        for c in line.chars() {
            match (c, quote) {
                (',', None) => out.push(std::mem::take(&mut tag)),
                ('"' | '\'', None) if tag.trim().is_empty() => quote = Some(c),
                (c, Some(q)) if c == q => quote = None,
                (c, _) => tag.push(c),
            }
        }
        out.push(tag);
    }
    out
}

fn comments(entry: &Entry, report: &mut Report) -> Vec<Comment> {
    entry.sections.iter().filter(|s| s.name == "COMMENT" || s.name == "PING").map(|s| comment(s, report)).collect()
}

/// Two comments that say the same are two.
fn own_ids(comments: &mut [Comment]) {
    let mut seen: HashMap<String, usize> = HashMap::new();
    for comment in comments {
        let n = seen.entry(comment.id.clone()).or_default();
        *n += 1;
        if *n > 1 {
            comment.id = format!("{}-{n}", comment.id);
        }
    }
}

/// Reads fields until the first line that is none or repeats one; the rest is the text.
fn comment(section: &Section, report: &mut Report) -> Comment {
    const FIELDS: [&str; 7] = ["AUTHOR", "TITLE", "EMAIL", "IP", "URL", "BLOG NAME", "DATE"];
    let mut fields: BTreeMap<&str, &str> = BTreeMap::new();
    let mut rest = section.text.as_str();
    while let Some((line, after)) = rest.split_once('\n') {
        let Some((key, value)) = line.split_once(':').map(|(k, v)| (k.trim(), v.trim())) else { break };
        let Some(key) = FIELDS.iter().find(|f| **f == key) else { break };
        if fields.contains_key(key) {
            break;
        }
        fields.insert(key, value);
        rest = after;
    }
    let field = |key: &str| fields.get(key).copied().filter(|v| !v.is_empty());
    report.withhold("e-mail addresses of commenters", u64::from(field("EMAIL").is_some()));
    report.withhold("IP addresses of commenters", u64::from(field("IP").is_some()));
    let ping = section.name == "PING";
    let text = rest.trim_matches('\n');
    let (html, words) = parts::comment_body(&parts::paragraphs(text), None);
    let author = if ping { field("BLOG NAME").or(field("TITLE")) } else { field("AUTHOR") };
    let (author, date) = (html::plain_text(author.unwrap_or_default()), field("DATE").unwrap_or_default());
    Comment {
        id: parts::id_of(&[date, &author, text]),
        parent: None,
        kind: if ping { CommentKind::Trackback } else { CommentKind::Comment },
        url: field("URL").and_then(linked),
        published: date::parse(date),
        author,
        html,
        text: words,
        status: None,
    }
}

/// Returns an address that may stand in a link.
fn linked(value: &str) -> Option<String> {
    let inner = value.split("href=\"").nth(1).and_then(|v| v.split('"').next()).unwrap_or(value);
    parts::is_web(inner).then(|| html::unescape(inner))
}

/// Keeps what the model has no place for.
fn extra(entry: &Entry) -> Map<String, Value> {
    let mut own = Map::new();
    for (key, value) in &entry.meta {
        if !KNOWN.contains(&key.as_str()) && !value.is_empty() {
            own.insert(key.to_lowercase(), json!(value));
        }
    }
    if let Some(name) = entry.get("BASENAME") {
        own.insert("basename".into(), json!(name));
    }
    let known = ["BODY", "EXTENDED BODY", "EXCERPT", "COMMENT", "PING"];
    for section in entry.sections.iter().filter(|s| !known.contains(&s.name.as_str())) {
        let text = section.text.trim();
        if !text.is_empty() {
            own.insert(section.name.to_lowercase(), json!(text));
        }
    }
    let mut all = Map::new();
    if !own.is_empty() {
        all.insert("mt".into(), Value::Object(own));
    }
    all
}
