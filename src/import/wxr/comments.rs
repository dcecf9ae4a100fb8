//! The readers' words: those that were public, without their e-mail and IP addresses.

use jiff::Timestamp;
use url::Url;

use super::adapt::moment;
use super::item;
use super::render::autop;
use crate::html;
use crate::import::report::{Options, Report};
use crate::model::{Comment, CommentKind, CommentStatus, Date};

/// Returns the approved comments of a post, the others too where they are wanted, and counts what is left out.
pub fn comments(all: &[item::Comment], base: Option<&Url>, options: &Options, report: &mut Report) -> Vec<Comment> {
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
        report.withhold("e-mail addresses of commenters", u64::from(one.mail));
        report.withhold("IP addresses of commenters", u64::from(one.ip));
        let status = match one.approved.as_str() {
            "1" | "approve" | "approved" => None,
            "spam" => Some(CommentStatus::Spam),
            "trash" | "post-trashed" => Some(CommentStatus::Trash),
            _ => Some(CommentStatus::Pending),
        };
        if status.is_none_or(|s| report.hidden(options, s)) {
            out.push(Comment { status, ..comment(one, kind, base) });
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
        status: None,
    }
}
