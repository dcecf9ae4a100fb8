//! WordPress REST API, version 2 ([reference](https://developer.wordpress.org/rest-api/reference/)).

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use url::Url;

use super::{Answer, Made};
use crate::html;
use crate::import::json::{items, leaf, text};
use crate::import::parts;
use crate::import::report::{Job, Options, Report};
use crate::model::{
    Author, Caption, Comment, CommentKind, CommentStatus, Date, Draft, Kind, Media, Site, Status, Term,
};

/// What posts refer to, by id.
#[derive(Default)]
struct Known {
    terms: BTreeMap<String, Term>,
    users: BTreeMap<String, Author>,
    media: BTreeMap<String, Value>,
    comments: BTreeMap<String, Vec<Comment>>,
}

pub fn make(job: &Job, answers: &[Answer], report: &mut Report) -> Made {
    let mut known = Known::default();
    let mut site = None;
    let mut posts = Vec::new();
    for (n, answer) in answers.iter().enumerate() {
        for object in &answer.objects {
            let id = leaf(object, "id").unwrap_or_default();
            let has = |key: &str| object.get(key).is_some();
            if has("content") && (has("title") || has("slug")) && !has("author_name") {
                posts.push((n, object));
            } else if has("source_url") {
                known.media.insert(id, object.clone());
                report.skip("attachments", 1);
            } else if has("author_name") {
                let post = leaf(object, "post").unwrap_or_default();
                known.comments.entry(post).or_default().extend(comment(object, &job.options, report));
            } else if has("taxonomy") {
                known.terms.extend(term(object).map(|t| (id, t)));
                report.skip("terms", 1);
            } else if has("routes") || has("namespaces") {
                site = Some(front(object));
            } else if has("name") {
                known.users.extend(author(object).map(|a| (id, a)));
                report.skip("users", 1);
            } else {
                report.skip("objects of other kinds", 1);
            }
        }
    }
    let first = posts.iter().find_map(|(_, p)| text(p, "link")).and_then(|l| Url::parse(l).ok());
    let home = job.options.site.clone().or_else(|| first.and_then(|u| u.join("/").ok()));
    let site = site.or_else(|| {
        home.map(|u| Site { url: Some(u.to_string()), generator: Some("WordPress".into()), ..Site::default() })
    });
    let drafts = posts.into_iter().map(|(n, post)| (n, adapt(post, &mut known, site.as_ref()))).collect();
    Made { site, drafts }
}

/// Reads the front page of the interface.
fn front(object: &Value) -> Site {
    Site {
        url: text(object, "home").or(text(object, "url")).map(str::to_string),
        title: html::plain_text(text(object, "name").unwrap_or_default()),
        description: html::plain_text(text(object, "description").unwrap_or_default()),
        timezone: text(object, "timezone_string").map(str::to_string),
        generator: Some("WordPress".into()),
        ..Site::default()
    }
}

fn rendered<'a>(object: &'a Value, key: &str) -> &'a str {
    match object.get(key) {
        Some(Value::String(text)) => text,
        Some(value) => value.get("rendered").and_then(Value::as_str).unwrap_or_default(),
        None => "",
    }
}

fn moment(object: &Value, local: &str, utc: &str) -> Option<Date> {
    let read = |key: &str| text(object, key)?.trim_end_matches('Z').parse().ok();
    Date::from_local_and_utc(read(local), read(utc))
}

fn term(object: &Value) -> Option<Term> {
    let label = html::plain_text(text(object, "name")?);
    let slug = text(object, "slug").unwrap_or(&label).to_string();
    Some(Term { label, slug, taxonomy: text(object, "taxonomy")?.to_string() })
}

fn author(object: &Value) -> Option<Author> {
    let name = html::plain_text(text(object, "name")?);
    let url = text(object, "link").filter(|u| parts::is_web(u)).map(str::to_string);
    Some(Author { name, slug: text(object, "slug").map(str::to_string), url })
}

fn comment(object: &Value, options: &Options, report: &mut Report) -> Option<Comment> {
    report.withhold("e-mail addresses of commenters", u64::from(text(object, "author_email").is_some()));
    report.withhold("IP addresses of commenters", u64::from(text(object, "author_ip").is_some()));
    let status = match text(object, "status") {
        None | Some("approved") => None,
        Some("spam") => Some(CommentStatus::Spam),
        Some("trash") => Some(CommentStatus::Trash),
        Some(_) => Some(CommentStatus::Pending),
    };
    if status.is_some_and(|s| !report.hidden(options, s)) {
        return None;
    }
    let (html, words) = parts::comment_body(rendered(object, "content"), None);
    Some(Comment {
        id: leaf(object, "id")?,
        parent: leaf(object, "parent").filter(|p| p != "0"),
        kind: match text(object, "type") {
            Some("pingback") => CommentKind::Pingback,
            Some("trackback") => CommentKind::Trackback,
            _ => CommentKind::Comment,
        },
        author: html::plain_text(text(object, "author_name").unwrap_or_default()),
        url: text(object, "author_url").filter(|u| parts::is_web(u)).map(str::to_string),
        published: moment(object, "date", "date_gmt"),
        html,
        text: words,
        status,
    })
}

fn adapt(post: &Value, known: &mut Known, site: Option<&Site>) -> Draft {
    let id = leaf(post, "id").unwrap_or_default();
    let nothing = Value::Null;
    let embedded = post.get("_embedded").unwrap_or(&nothing);
    let host = site
        .and_then(|s| Url::parse(s.url.as_deref()?).ok())
        .and_then(|u| u.host_str().map(str::to_string))
        .unwrap_or_default();
    let mut draft = Draft {
        key: (!id.is_empty()).then(|| format!("wordpress:{host}:{id}")),
        url: text(post, "link").filter(|u| parts::is_web(u)).map(str::to_string),
        aliases: Some(rendered(post, "guid")).filter(|g| !g.is_empty()).map(str::to_string).into_iter().collect(),
        kind: if matches!(text(post, "type"), Some("post") | None) { Kind::Post } else { Kind::Page },
        title: html::plain_text(rendered(post, "title")),
        published: moment(post, "date", "date_gmt"),
        updated: moment(post, "modified", "modified_gmt"),
        body: rendered(post, "content").to_string(),
        comments: known.comments.remove(&id).unwrap_or_default(),
        ..Draft::default()
    };
    let protected = post.get("content").and_then(|c| c.get("protected")).and_then(Value::as_bool).unwrap_or(false);
    draft.status = match text(post, "status") {
        Some("draft" | "auto-draft") => Status::Draft,
        Some("pending") => Status::Pending,
        Some("future") => Status::Scheduled,
        Some("private") => Status::Private,
        Some("trash") => Status::Trash,
        _ if protected => Status::Protected,
        _ => Status::Published,
    };
    // An excerpt that ends so was made by WordPress, not by the writer; so was one that is how the text begins.
    let excerpt = html::plain_text(rendered(post, "excerpt"));
    let cut =
        excerpt.ends_with("[…]") || excerpt.ends_with("[...]") || html::plain_text(&draft.body).starts_with(&excerpt);
    draft.excerpt = (!excerpt.is_empty() && !cut).then_some(excerpt);
    terms(&mut draft, post, embedded, known);
    featured(&mut draft, post, embedded, known);
    draft.extra = extra(post);
    draft
}

/// Sets tags, categories and authors: a byline of Co-Authors Plus is a taxonomy of that name.
fn terms(draft: &mut Draft, post: &Value, embedded: &Value, known: &Known) {
    let lists = embedded.get("wp:term").and_then(Value::as_array).into_iter().flatten();
    let mut all: Vec<Term> = lists.filter_map(Value::as_array).flatten().filter_map(term).collect();
    for key in ["categories", "tags"] {
        let ids = items(post, key).into_iter().filter_map(Value::as_u64);
        all.extend(ids.filter_map(|id| known.terms.get(&id.to_string())).cloned());
    }
    let mut byline: Vec<Author> = Vec::new();
    for term in all {
        match term.taxonomy.as_str() {
            "category" => parts::add_term(&mut draft.categories, term),
            "author" => byline.push(Author { name: term.label, slug: Some(term.slug), url: None }),
            "series" => draft.series = draft.series.take().or(Some(term.label)),
            "post_format" | "nav_menu" => {}
            _ => parts::add_term(&mut draft.tags, term),
        }
    }
    let own = items(embedded, "author").into_iter().find_map(author);
    let own = own.or_else(|| known.users.get(&leaf(post, "author")?).cloned());
    let seo = post.get("yoast_head_json").and_then(|y| text(y, "author")).and_then(parts::author);
    draft.authors = if byline.is_empty() { own.or(seo).into_iter().collect() } else { byline };
}

fn featured(draft: &mut Draft, post: &Value, embedded: &Value, known: &Known) {
    let id = leaf(post, "featured_media").filter(|id| id != "0");
    let medium = items(embedded, "wp:featuredmedia").into_iter().find(|m| m.get("source_url").is_some());
    let medium = medium.or_else(|| known.media.get(&id?));
    let src = medium.and_then(|m| text(m, "source_url")).or(text(post, "jetpack_featured_media_url"));
    let Some(src) = src else { return };
    let alt = medium.and_then(|m| text(m, "alt_text")).map(str::to_string);
    let mut found: Media = parts::featured(src, alt.clone());
    found.mime = medium.and_then(|m| text(m, "mime_type")).map(str::to_string);
    draft.media.push(found);
    let raw = medium.map(|m| rendered(m, "caption")).unwrap_or_default();
    let words = html::plain_text(raw);
    if !words.is_empty() {
        let inner = html::body(raw, None, None).html.replace("<p>", "").replace("</p>", "").trim().to_string();
        draft.captions.push(Caption {
            text: words,
            html: inner,
            src: Some(src.to_string()),
            alt,
            ..Caption::default()
        });
    }
}

fn extra(post: &Value) -> Map<String, Value> {
    let mut own = Map::new();
    for key in ["slug", "format", "sticky", "template", "parent", "menu_order"] {
        let value =
            post.get(key).filter(|v| !v.is_null() && **v != json!("") && **v != json!(false) && **v != json!(0));
        own.extend(value.filter(|v| **v != json!("standard")).map(|v| (key.to_string(), v.clone())));
    }
    if let Some(kind) = text(post, "type").filter(|t| !matches!(*t, "post" | "page")) {
        own.insert("type".into(), json!(kind));
    }
    let mut all = Map::new();
    if !own.is_empty() {
        all.insert("rest".into(), Value::Object(own));
    }
    all
}
