//! WordPress.com REST API, version 1.1 ([reference](https://developer.wordpress.com/docs/api/)).

use serde_json::{Map, Value, json};
use url::Url;

use super::{Answer, Made};
use crate::html;
use crate::import::json::{items, leaf, text};
use crate::import::parts;
use crate::import::report::{Job, Report};
use crate::model::{Author, Caption, Date, Draft, Kind, Media, Site, Status, Term, slugify};

pub fn make(job: &Job, answers: &[Answer], report: &mut Report) -> Made {
    let mut posts = Vec::new();
    for (n, answer) in answers.iter().enumerate() {
        for object in &answer.objects {
            if object.get("content").is_some() && object.get("ID").is_some() && object.get("post").is_none() {
                posts.push((n, object));
            } else {
                report.skip("objects of other kinds", 1);
            }
        }
    }
    let first = posts.iter().find_map(|(_, p)| text(p, "URL")).and_then(|l| Url::parse(l).ok());
    let home = job.options.site.clone().or_else(|| first.and_then(|u| u.join("/").ok()));
    let host = home.as_ref().and_then(Url::host_str).unwrap_or_default().to_string();
    let site =
        home.map(|u| Site { url: Some(u.to_string()), generator: Some("WordPress.com".into()), ..Site::default() });
    let drafts = posts.into_iter().map(|(n, post)| (n, adapt(post, &host, report))).collect();
    Made { site, drafts }
}

fn adapt(post: &Value, host: &str, report: &mut Report) -> Draft {
    let id = leaf(post, "ID").unwrap_or_default();
    let person = post.get("author").unwrap_or(&Value::Null);
    report.withhold("e-mail addresses of authors", u64::from(text(person, "email").is_some()));
    let mut draft = Draft {
        key: Some(format!("wordpress:{host}:{id}")),
        url: text(post, "URL").filter(|u| parts::is_web(u)).map(str::to_string),
        aliases: ["guid", "short_URL"].iter().filter_map(|k| text(post, k)).map(str::to_string).collect(),
        kind: if matches!(text(post, "type"), Some("post") | None) { Kind::Post } else { Kind::Page },
        title: html::plain_text(text(post, "title").unwrap_or_default()),
        published: text(post, "date").and_then(Date::parse_iso),
        updated: text(post, "modified").and_then(Date::parse_iso),
        body: text(post, "content").unwrap_or_default().to_string(),
        tags: terms(post, "tags", "post_tag"),
        categories: terms(post, "categories", "category"),
        ..Draft::default()
    };
    draft.authors.extend(text(person, "name").map(|name| Author {
        name: html::plain_text(name),
        slug: text(person, "login").map(str::to_string),
        url: text(person, "URL").filter(|u| parts::is_web(u)).map(str::to_string),
    }));
    draft.status = match text(post, "status") {
        Some("draft" | "auto-draft") => Status::Draft,
        Some("pending") => Status::Pending,
        Some("future") => Status::Scheduled,
        Some("private") => Status::Private,
        Some("trash") => Status::Trash,
        _ if text(post, "password").is_some() => Status::Protected,
        _ => Status::Published,
    };
    let excerpt = html::plain_text(text(post, "excerpt").unwrap_or_default());
    let cut = excerpt.ends_with("[…]") || html::plain_text(&draft.body).starts_with(&excerpt);
    draft.excerpt = (!excerpt.is_empty() && !cut).then_some(excerpt);
    draft.media.extend(text(post, "featured_image").map(|src| parts::featured(src, None)));
    for attachment in items(post, "attachments") {
        let Some(src) = text(attachment, "URL") else { continue };
        let alt = text(attachment, "alt").map(str::to_string);
        let mime = text(attachment, "mime_type").map(str::to_string);
        draft.media.push(Media {
            url: src.to_string(),
            mime,
            alt: alt.clone(),
            role: "attachment".into(),
            ..Media::default()
        });
        if let Some(words) = text(attachment, "caption") {
            let (text, src) = (html::plain_text(words), Some(src.to_string()));
            draft.captions.push(Caption { text, html: words.to_string(), src, alt, ..Caption::default() });
        }
    }
    let mut own: Map<String, Value> = Map::new();
    for key in ["slug", "format"] {
        own.extend(text(post, key).filter(|v| *v != "standard").map(|v| (key.to_string(), json!(v))));
    }
    draft.extra.insert("wpcom".into(), Value::Object(own));
    draft
}

fn terms(post: &Value, key: &str, taxonomy: &str) -> Vec<Term> {
    let mut out = Vec::new();
    for term in items(post, key) {
        let label = html::plain_text(text(term, "name").unwrap_or_default());
        let slug = text(term, "slug").map_or_else(|| slugify(&label), str::to_string);
        parts::add_term(&mut out, Term { label, slug, taxonomy: taxonomy.to_string() });
    }
    out
}
