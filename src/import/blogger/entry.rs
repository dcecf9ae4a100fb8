//! What an entry of Blogger's Atom is, in the words of both exports.

use crate::import::feed::Entry;
use crate::model::{CommentStatus, Kind, Status};

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    Post(Kind, Status),
    /// One that readers see, or why they do not, and by what name it is counted.
    Comment(Option<(CommentStatus, &'static str)>),
    /// Not a post: by what name it is counted.
    Other(&'static str),
    Setting,
}

/// Returns what an entry is. The Takeout says it in `blogger:type` and `blogger:status`, the classic export by a category
/// whose scheme is `…#kind`; an entry of neither is a post.
pub fn sort(entry: &Entry) -> Sort {
    if let Some(kind) = entry.extra("blogger:type") {
        let status = entry.extra("blogger:status").unwrap_or("LIVE");
        return match kind {
            "POST" | "PAGE" => Sort::Post(if kind == "PAGE" { Kind::Page } else { Kind::Post }, status_of(status)),
            "COMMENT" => match status {
                "LIVE" => Sort::Comment(None),
                "SPAM_COMMENT" => Sort::Comment(Some((CommentStatus::Spam, "spam comments"))),
                "GHOSTED_COMMENT" => Sort::Comment(Some((CommentStatus::Spam, "hidden comments"))),
                _ => Sort::Comment(Some((CommentStatus::Pending, "comments never approved"))),
            },
            _ => Sort::Other("entries of a kind not known"),
        };
    }
    let status = if entry.draft { Status::Draft } else { Status::Published };
    let kind = entry.categories.iter().find(|c| c.scheme.as_deref().is_some_and(|s| s.ends_with("#kind")));
    match kind.and_then(|c| c.term.rsplit('#').next()) {
        Some("page") => Sort::Post(Kind::Page, status),
        Some("comment") => Sort::Comment(None),
        Some("settings") => Sort::Setting,
        Some("template") => Sort::Other("templates"),
        Some("post") | None => Sort::Post(Kind::Post, status),
        Some(_) => Sort::Other("entries of a kind not known"),
    }
}

/// A state that is not known is not taken for public.
fn status_of(word: &str) -> Status {
    match word {
        "LIVE" => Status::Published,
        "SCHEDULED" => Status::Scheduled,
        "SOFT_TRASHED" | "TRASHED" | "DELETED" => Status::Trash,
        _ => Status::Draft,
    }
}

/// Returns the id of the post a comment stands under.
pub fn parent_post(comment: &Entry) -> Option<String> {
    comment.extra("blogger:parent").map(str::to_string).or_else(|| comment.in_reply_to.clone())
}

/// Returns the id of the comment that a comment answers: `blogger:inReplyTo`, or the end of the classic export's link to it.
pub fn parent_comment(comment: &Entry) -> Option<String> {
    let takeout = comment.extra("blogger:inReplyTo").map(number);
    takeout.or_else(|| comment.link("related").map(number)).filter(|id| !id.is_empty())
}

/// `tag:blogger.com,1999:blog-7.post-9100` and `…/comments/default/9100` → `9100`.
pub fn number(id: &str) -> String {
    let id = id.trim();
    id.rsplit(['-', '/', '.']).next().unwrap_or(id).to_string()
}
