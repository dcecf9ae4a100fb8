//! Comments, which come in files of their own, and who wrote them.

use std::collections::BTreeMap;

use crate::html;
use crate::import::element::Element;
use crate::import::parts;
use crate::import::report::Report;
use crate::model::{Comment, CommentKind, CommentStatus, Date};

/// All comments of a journal, by the entry they belong to.
#[derive(Default)]
pub struct Comments {
    users: BTreeMap<String, String>,
    /// A comment with the id of its writer, where that has to be looked up.
    of: BTreeMap<String, Vec<(Comment, Option<String>)>>,
    screened: u64,
    deleted: u64,
    /// Whether those that were hidden are wanted too.
    all: bool,
}

impl Comments {
    pub fn new(all: bool) -> Comments {
        Comments { all, ..Comments::default() }
    }

    /// Takes a `comment` or a `usermap`. In ljdump's files, the name says which entry it belongs to.
    pub fn add(&mut self, found: &Element, file: &str) {
        let get = |name: &str| found.attribute(name).or(found.get(name));
        if found.name == "usermap" {
            if let (Some(id), Some(user)) = (get("id"), get("user")) {
                self.users.insert(id.to_string(), user.to_string());
            }
            return;
        }
        let Some(id) = get("id") else { return };
        match get("state") {
            // The list of all comments has no texts, but says the states; the texts say them again.
            Some("D") if !self.all && (get("jitemid").is_some() || found.child("id").is_some()) => self.deleted += 1,
            Some("S") if !self.all && found.child("body").is_some() => self.screened += 1,
            Some("D" | "S") if !self.all => {}
            state => {
                let Some(raw) = found.child("body").map(|b| b.text.trim()) else { return };
                let item = get("jitemid")
                    .map(str::to_string)
                    .or_else(|| file.rsplit('/').next()?.strip_prefix("C-").map(str::to_string));
                let subject = html::plain_text(get("subject").unwrap_or_default());
                let subject = if subject.is_empty() {
                    subject
                } else {
                    format!("<p><strong>{}</strong></p>\n", subject.replace('<', "&lt;"))
                };
                let (html, text) =
                    parts::comment_body(&format!("{subject}{}", super::body::html(raw, false).html), None);
                let comment = Comment {
                    id: id.to_string(),
                    parent: get("parentid").filter(|p| *p != "0").map(str::to_string),
                    kind: CommentKind::Comment,
                    author: get("user").unwrap_or_default().to_string(),
                    url: None,
                    published: get("date").and_then(Date::parse_iso),
                    html,
                    text,
                    status: match state {
                        Some("S") => Some(CommentStatus::Pending),
                        Some("D") => Some(CommentStatus::Trash),
                        _ => None,
                    },
                };
                self.of
                    .entry(item.unwrap_or_default())
                    .or_default()
                    .push((comment, get("posterid").map(str::to_string)));
            }
        }
    }

    /// Takes the comments of an entry out.
    pub fn of(&mut self, item: &str) -> Vec<Comment> {
        let named = |(mut comment, poster): (Comment, Option<String>)| {
            if comment.author.is_empty() {
                let user = poster.filter(|p| p != "0").and_then(|p| self.users.get(&p));
                comment.author = user.cloned().unwrap_or_default();
            }
            comment
        };
        self.of.remove(item).unwrap_or_default().into_iter().map(named).collect()
    }

    /// Says what was left out, and what belongs to no entry.
    pub fn tell(&self, report: &mut Report) {
        report.skip("screened comments", self.screened);
        report.skip("deleted comments", self.deleted);
        let orphans: usize = self.of.values().map(Vec::len).sum();
        if orphans > 0 {
            report.notes.push(format!("{orphans} comments belong to entries that are not there, left out"));
            report.skip("comments without their entry", orphans as u64);
        }
    }
}
