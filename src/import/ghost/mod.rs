//! Exports of Ghost of every age, and answers of its Content API saved as files
//! ([the import format](https://ghost.org/docs/migration/custom/)).

mod body;
mod cards;
mod export;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use url::Url;

use crate::error::{Error, Result};
use crate::event::Unit;
use crate::html;
use crate::import::json::Loose;
use crate::input::Named;
use crate::model::{Author, Caption, Date, Digest, Draft, Kind, Site, Source, Status, Term, slugify};

use super::report::{Found, Job, Report, Sink};
use super::{Head, date, json, parts};
use export::{Data, File, Post, User};

/// Returns whether a stream is such a file.
pub fn fits(head: &Head) -> bool {
    let text = &head.text;
    let has = |word: &str| text.contains(&format!("\"{word}\""));
    text.starts_with('{')
        && (has("db") && has("meta") || has("posts") && has("data") || has("posts") && OWN.iter().any(|k| has(k)))
}

/// Keys that only Ghost writes.
const OWN: [&str; 9] = [
    "mobiledoc",
    "lexical",
    "posts_tags",
    "posts_authors",
    "custom_excerpt",
    "codeinjection_head",
    "comment_id",
    "feature_image",
    "exported_on",
];

/// Reads each stream as one export.
///
/// Errors: a stream cannot be read, is no JSON, or holds no posts.
pub fn read(job: &Job, sink: &mut Sink) -> Result<Report> {
    let mut report = Report::default();
    for stream in job.streams {
        job.events.check()?;
        let (file, digest) = json::read::<File>(stream, &mut report)?;
        sink(Found::Original(stream, digest.clone()))?;
        let mut any = false;
        for data in file.parts() {
            any |= !data.posts.is_empty();
            one(job, stream, &digest, data, &mut report, sink)?;
        }
        if !any {
            return Err(Error::input(&stream.shown, "no post in it"));
        }
    }
    Ok(report)
}

/// What posts refer to, by id.
struct Known {
    terms: BTreeMap<String, Term>,
    users: BTreeMap<String, Author>,
    /// Tags and authors of posts, in order.
    tags_of: BTreeMap<String, Vec<(i64, String)>>,
    authors_of: BTreeMap<String, Vec<(i64, String)>>,
    /// What takes the place of `__GHOST_URL__`.
    base: String,
}

fn one(job: &Job, stream: &Named, digest: &Digest, data: Data, report: &mut Report, sink: &mut Sink) -> Result<()> {
    let mut site = site(&data);
    if let Some(told) = &job.options.site {
        site.url = Some(told.to_string());
    }
    for user in &data.users {
        report.withhold("password hashes of users", u64::from(user.password.get().is_some()));
        report.withhold("e-mail addresses of users", u64::from(user.email.get().is_some()));
    }
    report.withhold("subscribers and members", (data.subscribers.len() + data.members.len()) as u64);
    let known = Known {
        base: site.url.clone().unwrap_or_default().trim_end_matches('/').to_string(),
        terms: data.tags.iter().filter_map(|t| Some((t.id.get()?.to_string(), t.term()?))).collect(),
        users: data.users.iter().filter_map(|u| Some((u.id.get()?.to_string(), author(u)?))).collect(),
        tags_of: pairs(data.posts_tags.iter().map(|p| (&p.post_id, &p.tag_id, &p.sort_order))),
        authors_of: pairs(data.posts_authors.iter().map(|p| (&p.post_id, &p.author_id, &p.sort_order))),
    };
    let metas: BTreeMap<&str, &export::Meta> =
        data.posts_meta.iter().filter_map(|m| Some((m.post_id.get()?, m))).collect();
    if site != Site::default() {
        sink(Found::Site(site))?;
    }
    for post in &data.posts {
        job.events.check()?;
        let meta = post.id.get().and_then(|id| metas.get(id)).copied();
        let mut draft = adapt(post, meta, &known, report, &stream.name);
        address(&mut draft, post, &data, job.options.site.as_ref());
        draft.source = Source {
            kind: "ghost".into(),
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

/// Forms the permalink as the settings say, where the user says what site it is.
fn address(draft: &mut Draft, post: &Post, data: &Data, site: Option<&Url>) {
    let (Some(site), Some(slug), None, Status::Published) = (site, post.slug.get(), &draft.url, draft.status) else {
        return;
    };
    let rule = data.settings.iter().find(|s| s.key.get() == Some("permalinks")).and_then(|s| s.value.get());
    let rule = rule.filter(|r| r.contains(":slug") && draft.kind == Kind::Post).unwrap_or("/:slug/");
    let day = draft.published.as_ref().map(|d| d.text.clone()).unwrap_or_default();
    let part = |range: std::ops::Range<usize>| day.get(range).unwrap_or_default();
    let path = rule
        .replace(":slug", slug)
        .replace(":year", part(0..4))
        .replace(":month", part(5..7))
        .replace(":day", part(8..10));
    let root = site.as_str().trim_end_matches('/');
    if let Some(url) =
        Url::parse(&format!("{root}/{}", path.trim_start_matches('/'))).ok().filter(|_| !path.contains(':'))
    {
        draft.url = Some(url.to_string());
        draft.guessed.insert("url", "formed by the rule of the settings".into());
    }
}

/// Sorts what belongs to posts by their ids.
fn pairs<'a>(all: impl Iterator<Item = (&'a Loose, &'a Loose, &'a Loose)>) -> BTreeMap<String, Vec<(i64, String)>> {
    let mut out: BTreeMap<String, Vec<(i64, String)>> = BTreeMap::new();
    for (post, own, order) in all {
        let (Some(post), Some(own)) = (post.get(), own.get()) else { continue };
        let order = order.get().and_then(|o| o.parse().ok()).unwrap_or(0);
        out.entry(post.to_string()).or_default().push((order, own.to_string()));
    }
    // Equal numbers keep the order of the file.
    out.values_mut().for_each(|v| v.sort_by_key(|(order, _)| *order));
    out
}

/// Returns what the settings say; the address comes from posts that know theirs.
fn site(data: &Data) -> Site {
    let setting = |keys: &[&str]| {
        let found = |key: &&str| data.settings.iter().find(|s| s.key.get() == Some(*key))?.value.get();
        keys.iter().find_map(found).map(|v| v.trim_matches('"').to_string())
    };
    let address = data.posts.iter().find_map(|p| Url::parse(p.url.get()?).ok()).and_then(|u| u.join("/").ok());
    Site {
        url: address.filter(Url::has_host).map(|u| u.to_string()),
        title: setting(&["title"]).unwrap_or_default(),
        description: setting(&["description"]).unwrap_or_default(),
        language: setting(&["locale", "lang", "default_locale", "defaultLang"]),
        timezone: setting(&["timezone", "active_timezone", "activeTimezone"]),
        generator: (!data.settings.is_empty()).then(|| "Ghost".to_string()),
    }
}

fn author(user: &User) -> Option<Author> {
    let name = user.name.get().or(user.slug.get())?;
    let url = user.website.get().filter(|u| parts::is_web(u)).map(str::to_string);
    Some(Author { name: html::fold(name), slug: user.slug.get().map(str::to_string), url })
}

fn adapt(post: &Post, meta: Option<&export::Meta>, known: &Known, report: &mut Report, file: &str) -> Draft {
    let id = post.id.string();
    let at = |text: &str| text.replace("__GHOST_URL__", &known.base);
    let mut draft = Draft {
        key: post.uuid.get().or(post.id.get()).map(|id| format!("ghost:{id}")),
        aliases: post.uuid.get().and(post.id.get()).map(|id| format!("ghost:{id}")).into_iter().collect(),
        url: post.url.get().filter(|u| parts::is_web(u) && !u.contains("/404/")).map(str::to_string),
        title: post.title.string(),
        published: moment(&post.published_at),
        updated: moment(&post.updated_at),
        language: post.locale.get().or(post.language.get()).map(|l| l.replace('_', "-")),
        excerpt: post.custom_excerpt.get().map(html::fold),
        ..Draft::default()
    };
    draft.kind = if post.page.yes() || post.kind.get() == Some("page") { Kind::Page } else { Kind::Post };
    draft.status = match post.status.get() {
        Some("draft") => Status::Draft,
        Some("scheduled") => Status::Scheduled,
        _ => Status::Published,
    };
    if draft.status == Status::Draft {
        draft.published = None;
    }
    draft.tags = tags(post, &id, known);
    draft.authors = authors(post, &id, known);
    let (body, note) = body::html(post);
    if let Some(note) = note {
        report.remarks.push(format!("{file}: {}: {note}", post.slug.get().unwrap_or(&id)));
    }
    draft.body = at(&body);
    draft.base = draft.url.clone().or_else(|| Some(format!("{}/", known.base)).filter(|b| b.len() > 1));
    let alt = post.feature_image_alt.get().or(meta.and_then(|m| m.feature_image_alt.get()));
    let caption = post.feature_image_caption.get().or(meta.and_then(|m| m.feature_image_caption.get()));
    let whole = |image: String| match Url::parse(draft.base.as_deref().unwrap_or_default()).and_then(|b| b.join(&image))
    {
        Ok(url) if image.starts_with('/') => url.to_string(),
        _ => image,
    };
    if let Some(image) = post.feature_image.get().or(post.image.get()).map(at).map(whole) {
        draft.media.push(parts::featured(&image, alt.map(str::to_string)));
        if let Some(words) = caption {
            draft.captions.push(Caption {
                text: html::plain_text(words),
                html: words.to_string(),
                src: Some(image),
                alt: alt.map(str::to_string),
                ..Caption::default()
            });
        }
    }
    draft.extra = extra(post);
    draft
}

/// Returns the tags; those of a name that begins with `#` are the editors' own.
fn tags(post: &Post, id: &str, known: &Known) -> Vec<Term> {
    let mut out = Vec::new();
    let of_ids = known.tags_of.get(id).into_iter().flatten().filter_map(|(_, tag)| known.terms.get(tag).cloned());
    let own = post.tags.iter().filter_map(|t| match t {
        Value::String(name) => Some(Term { label: name.clone(), slug: slugify(name), taxonomy: "post_tag".into() }),
        tag => {
            let label = json::text(tag, "name")?.to_string();
            let slug = json::text(tag, "slug").map_or_else(|| slugify(&label), str::to_string);
            Some(Term { label, slug, taxonomy: "post_tag".into() })
        }
    });
    for mut term in of_ids.chain(own) {
        if term.label.starts_with('#') || term.slug.starts_with("hash-") {
            term.taxonomy = "internal".into();
        }
        parts::add_term(&mut out, term);
    }
    out
}

fn authors(post: &Post, id: &str, known: &Known) -> Vec<Author> {
    let mut out: Vec<Author> = Vec::new();
    let of_ids = known.authors_of.get(id).into_iter().flatten().filter_map(|(_, user)| known.users.get(user).cloned());
    out.extend(of_ids);
    let own = |value: &Value| {
        let url = json::text(value, "url").or(json::text(value, "website")).map(str::to_string);
        let name = json::text(value, "name")?;
        Some(Author { name: html::fold(name), slug: json::text(value, "slug").map(str::to_string), url })
    };
    let embedded: Vec<Author> = post.authors.iter().filter_map(own).collect();
    let embedded = if embedded.is_empty() { own(&post.primary_author).into_iter().collect() } else { embedded };
    for author in embedded {
        if !out.iter().any(|a| a.name == author.name) {
            out.push(author);
        }
    }
    if out.is_empty() {
        out.extend(post.author_id.get().and_then(|id| known.users.get(id)).cloned());
    }
    out
}

/// Milliseconds since 1970 (0.x), ISO 8601 after.
fn moment(value: &Loose) -> Option<Date> {
    let text = value.get()?;
    match text.parse::<i64>() {
        Ok(ms) if ms > 10_000 => parts::from_instant(jiff::Timestamp::from_millisecond(ms).ok()?),
        Ok(_) => None,
        Err(_) => date::parse(text),
    }
}

/// Keeps what the model has no place for.
fn extra(post: &Post) -> Map<String, Value> {
    let fields = [
        ("slug", &post.slug),
        ("visibility", &post.visibility),
        ("featured", &post.featured),
        ("canonical_url", &post.canonical_url),
        ("created_at", &post.created_at),
        ("meta_title", &post.meta_title),
        ("meta_description", &post.meta_description),
        ("email_only", &post.email_only),
    ];
    let plain = |v: &str| v == "public" || v == "false" || v == "0";
    let own: Map<String, Value> =
        fields.iter().filter_map(|(k, v)| Some((k.to_string(), json!(v.get().filter(|v| !plain(v))?)))).collect();
    let mut all = Map::new();
    if !own.is_empty() {
        all.insert("ghost".into(), Value::Object(own));
    }
    all
}
