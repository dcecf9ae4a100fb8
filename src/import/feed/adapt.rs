//! From entries to the model.

use serde_json::{Map, Value};
use url::Url;

use crate::html;
use crate::import::parts;
use crate::model::{Author, Caption, Date, Digest, Draft, Enclosure, Link, LinkKind, Media, Source, Status, Term};

use super::construct::escape;
use super::item::{Dialect, Entry, Feed, Text};

/// Where a feed's entries come from: what they name as their source.
pub struct Origin<'a> {
    /// The kind of source: `feed`.
    pub kind: &'static str,
    pub uri: &'a str,
    pub sha256: Option<&'a Digest>,
}

/// Makes the draft of an entry. `feed` gives what entries take from it: authors, language, site.
pub fn draft(mut entry: Entry, feed: &Feed, origin: &Origin) -> Draft {
    let url = permalink(&entry);
    let mut draft = Draft {
        source: Source {
            kind: origin.kind.into(),
            uri: origin.uri.into(),
            sha256: origin.sha256.cloned(),
            updated: entry.updated.as_ref().and_then(|d| d.instant),
            captured: None,
        },
        key: Some(entry.id.clone()).filter(|id| !id.is_empty() && url.is_none()),
        aliases: aliases(&entry, url.as_deref()),
        status: if entry.draft { Status::Draft } else { Status::Published },
        title: entry.title.plain(),
        authors: authors(&entry, feed),
        published: entry.published.take(),
        updated: entry.updated.take(),
        language: entry.language.take().or_else(|| feed.site.language.clone()),
        tags: tags(&entry),
        base: base(&entry, url.as_deref(), feed),
        enclosures: enclosures(&entry),
        links: related(&entry),
        ..Draft::default()
    };
    draft.url = url;
    dates(&mut draft);
    body(&mut draft, &entry);
    media(&mut draft, &entry);
    let mut extra = std::mem::take(&mut entry.extra);
    if let Some(parent) = &entry.in_reply_to {
        extra.insert("in_reply_to".into(), parent.as_str().into());
    }
    let urls = |rel: &str| {
        let found: Vec<Value> = entry.links.iter().filter(|l| l.rel == rel).map(|l| l.href.as_str().into()).collect();
        (!found.is_empty()).then_some((rel.to_string(), Value::Array(found)))
    };
    extra.extend(["via", "replies", "license", "edit"].into_iter().filter_map(urls));
    if !extra.is_empty() {
        draft.extra = Map::from_iter([(origin.kind.to_string(), Value::Object(extra))]);
    }
    draft
}

/// Returns the address of an entry: what FeedBurner replaced, the link, an id that is one.
pub fn permalink(entry: &Entry) -> Option<String> {
    let original = entry.extra("feedburner:origLink").filter(|u| parts::is_web(u));
    let html = |l: &&super::item::Link| l.rel == "alternate" && parts::is_web(&l.href);
    let page = entry.links.iter().filter(html).find(|l| l.mime.as_deref().is_none_or(|m| m.contains("html")));
    let link = page.or_else(|| entry.links.iter().find(html)).map(|l| l.href.as_str());
    let id = Some(entry.id.as_str()).filter(|id| entry.id_is_address && parts::is_web(id));
    original.or(link).or(id).map(str::to_string)
}

/// Returns whether an entry is what a reader said: feeds of comments lead to places within posts.
pub fn is_comment(entry: &Entry) -> bool {
    let place = permalink(entry).and_then(|url| Some(url.rsplit_once('#')?.1.to_ascii_lowercase()));
    let numbered = |p: &str| p.strip_prefix('c').is_some_and(|n| n.len() > 3 && n.bytes().all(|b| b.is_ascii_digit()));
    place.is_some_and(|p| p.starts_with("comment-") || numbered(&p))
}

/// Returns the other names of an entry: its id, and the link a permalink was preferred to.
fn aliases(entry: &Entry, url: Option<&str>) -> Vec<String> {
    let links = entry.links.iter().filter(|l| l.rel == "alternate" && parts::is_web(&l.href)).map(|l| &l.href);
    let mut out: Vec<String> = std::iter::once(&entry.id).chain(links).cloned().collect();
    out.retain(|a| !a.is_empty() && Some(a.as_str()) != url);
    out.dedup();
    out
}

/// An entry without authors has those of its feed (RFC 4287 section 4.2.1).
fn authors(entry: &Entry, feed: &Feed) -> Vec<Author> {
    let podcast = || entry.extra("itunes:author").and_then(parts::author);
    let own: Vec<Author> = match entry.authors.as_slice() {
        [] => entry.account.clone().or_else(podcast).into_iter().collect(),
        all => all.to_vec(),
    };
    if own.is_empty() { feed.authors.clone() } else { own }
}

/// Feeds do not tell tags from categories: all are tags.
fn tags(entry: &Entry) -> Vec<Term> {
    let mut out = Vec::new();
    let label = |c: &super::item::Category| html::plain_text(c.label.as_deref().unwrap_or(&c.term));
    let kind = |c: &&super::item::Category| c.scheme.as_deref().is_none_or(|s| !s.ends_with("#kind"));
    for term in parts::terms(entry.categories.iter().filter(kind).map(label), "post_tag") {
        parts::add_term(&mut out, term);
    }
    out
}

fn base(entry: &Entry, url: Option<&str>, feed: &Feed) -> Option<String> {
    let own = entry.content.as_ref().and_then(|c| c.base.clone());
    // In RSS nobody says what addresses are relative to; Atom says it (xml:base), else it is the document.
    let said = entry.base.clone().filter(|_| feed.dialect == Dialect::Atom);
    own.or(said).or_else(|| url.map(str::to_string)).or_else(|| entry.base.clone()).or_else(|| feed.site.url.clone())
}

fn enclosures(entry: &Entry) -> Vec<Enclosure> {
    let mut out: Vec<Enclosure> = Vec::new();
    for link in entry.links.iter().filter(|l| l.rel == "enclosure" && parts::is_web(&l.href)) {
        if !out.iter().any(|e| e.url == link.href) {
            out.push(Enclosure { url: link.href.clone(), mime: link.mime.clone(), length: link.length });
        }
    }
    out
}

fn related(entry: &Entry) -> Vec<Link> {
    let found = entry.links.iter().filter(|l| l.rel == "related" && parts::is_web(&l.href));
    found
        .map(|l| Link {
            url: Some(l.href.clone()),
            text: l.title.clone().unwrap_or_default(),
            rel: Some("related".into()),
            kind: LinkKind::Related,
            target: None,
        })
        .collect()
}

/// Entries of Atom need not say when they were published: the time of change is the best there is then.
fn dates(draft: &mut Draft) {
    if draft.published.is_none()
        && let Some(date) = draft.updated.clone()
    {
        draft.published = Some(date);
        draft.guessed.insert("published", "the time of the last change; the feed gives no other".into());
    }
    let same = |a: &Option<Date>, b: &Option<Date>| matches!((a, b), (Some(a), Some(b)) if a.same_moment(b));
    if same(&draft.published, &draft.updated) && !draft.guessed.contains_key("published") {
        draft.updated = draft.updated.take().filter(|d| d.instant.is_some());
    }
}

/// The full text where the feed has it, else its summary, which may be a cut.
fn body(draft: &mut Draft, entry: &Entry) {
    let content = entry.content.as_ref().filter(|c| !c.is_empty());
    match (content, &entry.summary) {
        (Some(content), summary) => {
            draft.body = markup(content);
            draft.excerpt = summary.as_ref().and_then(|s| excerpt(s, content));
        }
        (None, Some(summary)) if !summary.is_empty() => {
            draft.body = without_trailer(&markup(summary)).to_string();
            if entry.content.as_ref().is_some_and(|c| c.src.is_some()) || looks_cut(&summary.plain()) {
                draft.guessed.insert("html", "the feed's summary; the full text is on the page".into());
            }
        }
        _ => {}
    }
}

/// Returns a text as HTML.
pub fn markup(text: &Text) -> String {
    if text.html {
        return text.value.clone();
    }
    let mut out = String::new();
    escape(text.value.trim(), &mut out);
    parts::paragraphs(&out)
}

/// Returns the summary where it is one, and not the beginning of the text.
fn excerpt(summary: &Text, content: &Text) -> Option<String> {
    let short = html::plain_text(without_trailer(&markup(summary)));
    if short.is_empty() || looks_cut(&short) {
        return None;
    }
    let start: String = short.trim_end_matches(['.', '!', '?']).chars().take(60).collect();
    (!content.plain().starts_with(&start)).then_some(short)
}

fn looks_cut(text: &str) -> bool {
    let text = text.trim_end_matches([']', ')', ' ']);
    ["...", "…", "[…", "Read more", "Continue reading", "[&hellip;"].iter().any(|end| text.ends_with(end))
}

/// `<p>The post <a>X</a> appeared first on <a>Y</a>.</p>`, which WordPress adds to the texts of its feeds.
fn without_trailer(html: &str) -> &str {
    let at = html.rfind("<p>The post <a").filter(|at| html.get(*at..).is_some_and(|t| t.contains("appeared first on")));
    at.and_then(|at| html.get(..at)).unwrap_or(html).trim_end()
}

/// Pictures that Media RSS names beside the text; portraits of authors are none of the post.
fn media(draft: &mut Draft, entry: &Entry) {
    for medium in &entry.media {
        let picture = medium.thumbnail
            || medium.medium.as_deref() == Some("image")
            || medium.mime.as_deref().is_some_and(|m| m.starts_with("image/"));
        let portrait = Url::parse(&medium.url).is_ok_and(|u| u.host_str().is_some_and(|h| h.ends_with("gravatar.com")));
        if !parts::is_web(&medium.url) || portrait {
            continue;
        }
        if !picture {
            if !draft.enclosures.iter().any(|e| e.url == medium.url) {
                let mime = medium.mime.clone();
                draft.enclosures.push(Enclosure { url: medium.url.clone(), mime, length: None });
            }
            continue;
        }
        let role = if medium.thumbnail { "featured" } else { "attachment" };
        if !draft.media.iter().any(|m| m.url == medium.url) {
            draft.media.push(Media { url: medium.url.clone(), role: role.into(), ..Media::default() });
        }
        let text = html::plain_text(&medium.description);
        if !text.is_empty() && !medium.thumbnail {
            let credit = medium.credit.clone();
            let html = medium.description.clone();
            draft.captions.push(Caption { text, html, credit, src: Some(medium.url.clone()), ..Caption::default() });
        }
    }
}
