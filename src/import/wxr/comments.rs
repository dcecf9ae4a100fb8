//! The readers' words: those that were public, without their e-mail and IP addresses.

use jiff::Timestamp;
use url::Url;

use super::adapt::moment;
use super::item;
use super::render::autop;
use crate::html;
use crate::import::report::Report;
use crate::model::{Comment, CommentKind, Date};

/// Returns the approved comments of a post and counts the others.
pub fn comments(all: &[item::Comment], base: Option<&Url>, report: &mut Report) -> Vec<Comment> {
    let mut out = Vec::new();
    for one in all {
        let kind = match one.kind.as_str() {
            "" | "comment" => CommentKind::Comment,
            "pingback" => CommentKind::Pingback,
            "trackback" => CommentKind::Trackback,
            other => {
                report.skip(&format!("entry of kind {other} among the comments"), 1);
                continue;
            }
        };
        match one.approved.as_str() {
            "1" | "approve" | "approved" => out.push(comment(one, kind, base)),
            "spam" => report.skip("spam comment", 1),
            "trash" | "post-trashed" => report.skip("comment in the trash", 1),
            _ => report.skip("comment never approved", 1),
        }
    }
    // The order in which they are joined with what other sources say.
    out.sort_by(|a, b| key(a).cmp(&key(b)));
    out
}

fn key(comment: &Comment) -> (Option<Timestamp>, u64, &str) {
    let instant = comment.published.as_ref().and_then(|d| d.instant);
    (instant, comment.id.parse().unwrap_or(u64::MAX), &comment.id)
}

fn comment(one: &item::Comment, kind: CommentKind, base: Option<&Url>) -> Comment {
    let body = html::body(&autop(&one.content), base, base);
    let web = |u: &String| Url::parse(u).is_ok_and(|u| matches!(u.scheme(), "http" | "https"));
    Comment {
        id: one.id.clone(),
        parent: Some(one.parent.clone()).filter(|p| !p.is_empty() && p != "0"),
        kind,
        author: html::plain_text(&one.author),
        url: Some(html::unescape(&one.url)).filter(web),
        published: Date::from_local_and_utc(moment(&one.date), moment(&one.date_gmt)),
        html: body.html,
        text: body.text,
    }
}
