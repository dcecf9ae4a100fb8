//! Blogger API, version 3 ([reference](https://developers.google.com/blogger/docs/3.0/reference)).

use std::collections::BTreeMap;

use serde_json::Value;
use url::Url;

use super::{Answer, Made};
use crate::html;
use crate::import::json::{items, leaf, text};
use crate::import::parts;
use crate::import::report::{Job, Options, Report};
use crate::model::{Author, Comment, CommentKind, CommentStatus, Date, Draft, Kind, Site, Status};

pub fn make(job: &Job, answers: &[Answer], report: &mut Report) -> Made {
    let mut comments: BTreeMap<String, Vec<Comment>> = BTreeMap::new();
    let mut posts = Vec::new();
    let mut site = None;
    for (n, answer) in answers.iter().enumerate() {
        for object in &answer.objects {
            match text(object, "kind") {
                Some("blogger#post" | "blogger#page") => posts.push((n, object)),
                Some("blogger#comment") => {
                    let post = object.get("post").and_then(|p| leaf(p, "id")).unwrap_or_default();
                    comments.entry(post).or_default().extend(comment(object, &job.options, report));
                }
                Some("blogger#blog") => site = Some(blog(object)),
                _ => report.skip("objects of other kinds", 1),
            }
        }
    }
    let first = posts.iter().find_map(|(_, p)| text(p, "url")).and_then(|l| Url::parse(l).ok());
    let home = job.options.site.clone().or_else(|| first.and_then(|u| u.join("/").ok()));
    let site = site.or_else(|| {
        home.map(|u| Site { url: Some(u.to_string()), generator: Some("Blogger".into()), ..Site::default() })
    });
    let drafts = posts.into_iter().map(|(n, post)| (n, adapt(post, &mut comments, &job.options, report))).collect();
    Made { site, drafts }
}

fn blog(object: &Value) -> Site {
    Site {
        url: text(object, "url").map(str::to_string),
        title: text(object, "name").unwrap_or_default().to_string(),
        description: html::plain_text(text(object, "description").unwrap_or_default()),
        language: object.get("locale").and_then(|l| text(l, "language")).map(str::to_string),
        timezone: None,
        generator: Some("Blogger".into()),
    }
}

fn person(object: &Value) -> (String, Option<String>) {
    let author = object.get("author").unwrap_or(&Value::Null);
    // Names come escaped at times.
    let name = html::plain_text(text(author, "displayName").unwrap_or_default());
    (name, text(author, "url").filter(|u| parts::is_web(u)).map(str::to_string))
}

fn adapt(post: &Value, comments: &mut BTreeMap<String, Vec<Comment>>, options: &Options, report: &mut Report) -> Draft {
    let id = leaf(post, "id").unwrap_or_default();
    let blog = post.get("blog").and_then(|b| leaf(b, "id")).unwrap_or_default();
    let (name, url) = person(post);
    let labels: Vec<String> =
        items(post, "labels").into_iter().filter_map(Value::as_str).map(html::plain_text).collect();
    let mut draft = Draft {
        key: Some(format!("tag:blogger.com,1999:blog-{blog}.post-{id}")),
        url: text(post, "url").filter(|u| parts::is_web(u)).map(str::to_string),
        kind: if text(post, "kind") == Some("blogger#page") { Kind::Page } else { Kind::Post },
        title: html::plain_text(text(post, "title").unwrap_or_default()),
        published: text(post, "published").and_then(Date::parse_iso),
        updated: text(post, "updated").and_then(Date::parse_iso),
        tags: parts::terms(labels, "post_tag"),
        body: text(post, "content").unwrap_or_default().to_string(),
        comments: comments.remove(&id).unwrap_or_default(),
        ..Draft::default()
    };
    draft.status = match text(post, "status") {
        Some("DRAFT") => Status::Draft,
        Some("SCHEDULED") => Status::Scheduled,
        Some("SOFT_TRASHED") => Status::Trash,
        _ => Status::Published,
    };
    if !name.is_empty() {
        draft.authors.push(Author { name, slug: None, url });
    }
    let replies = post.get("replies").unwrap_or(&Value::Null);
    for reply in items(replies, "items") {
        draft.comments.extend(comment(reply, options, report));
    }
    draft
}

fn comment(object: &Value, options: &Options, report: &mut Report) -> Option<Comment> {
    let status = match text(object, "status").map(str::to_ascii_lowercase).as_deref() {
        None | Some("live") => None,
        Some("spam") => Some(CommentStatus::Spam),
        Some("emptied") => Some(CommentStatus::Trash),
        Some(_) => Some(CommentStatus::Pending),
    };
    if status.is_some_and(|s| !report.hidden(options, s)) {
        return None;
    }
    let (html, words) = parts::comment_body(text(object, "content")?, None);
    let (author, url) = person(object);
    Some(Comment {
        id: leaf(object, "id")?,
        parent: object.get("inReplyTo").and_then(|r| leaf(r, "id")),
        kind: CommentKind::Comment,
        author,
        url,
        published: text(object, "published").and_then(Date::parse_iso),
        html,
        text: words,
        status,
    })
}
