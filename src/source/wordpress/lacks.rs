//! What the API refuses or cannot give: what is asked in its place, and what is gone on without. It knows no post.

use super::plan::{Request, What};
use super::{Batch, Named, WordPress, explain, gap_word};
use crate::error::Result;
use crate::http::{Answer, Miss};
use crate::model::{Gap, Kind, Reason};

/// After so many failures in a row it is not single posts that break the server.
const MOST_FAILURES: u32 = 25;

impl WordPress {
    /// Names a post that the API cannot give: what its page shows is had in its place.
    pub(super) fn miss(&self, kind: Kind, id: u64, gap: Gap, batch: &mut Batch) {
        let url = self.blog.short_link(kind, id);
        let key = Some(self.blog.post_key(id));
        batch.named.push(Named { kind: Some(kind), key, ..Named::at(url.clone()) });
        batch.gaps.push(Gap { url, ..gap });
    }

    /// Goes on without what could not be had, if it can be gone on without.
    pub(super) fn fail(&mut self, request: &Request, answer: &Answer, miss: &Miss, batch: &mut Batch) -> Result<()> {
        if request.lookup {
            self.lookups = self.lookups.saturating_sub(1);
        }
        let away = matches!(miss.reason, Reason::Unreachable | Reason::Timeout);
        let gap = |what: &str| Gap {
            url: answer.url.to_string(),
            what: what.into(),
            reason: miss.reason,
            detail: miss.detail.clone(),
            post: None,
        };
        let (what, status) = (request.what, miss.status.unwrap_or_default());
        let whole = matches!(what, What::Posts(_)) && request.page == 1 && request.whole();
        let closed = matches!(miss.reason, Reason::Refused | Reason::NotFound) && status != 400;
        if status == 400 && request.is_large() && answer.captures.last().is_some_and(|c| c.text().contains("per_page"))
        {
            self.lookups += self.plan.shrink(request);
            return Ok(());
        }
        match what {
            _ if away && !request.lookup => return Err(explain(&self.blog.home, miss)),
            What::Posts(Kind::Page) | What::Changed(Kind::Page) | What::Links(Kind::Page) | What::Ids(Kind::Page)
                if closed =>
            {
                if !self.pages_closed {
                    batch.notes.push(format!("the interface does not list the blog's pages ({})", miss.detail));
                }
                self.pages_closed = true;
            }
            What::Changed(_) if status == 400 && request.by_number().is_some() => {
                self.plan.push_first(request.by_number().into_iter().collect());
            }
            What::Posts(kind) | What::Changed(kind) | What::Included(kind) => {
                self.failures += 1;
                let silent =
                    whole && kind == Kind::Post && (closed || !self.speaks && miss.reason != Reason::ServerError);
                if silent || self.failures > MOST_FAILURES {
                    return Err(explain(&self.blog.home, miss));
                }
                match (request.smaller(), request.ids()) {
                    // One post that the server cannot show must not hide the hundred around it.
                    (Some(parts), _) => {
                        self.plan.push_first(parts);
                    }
                    (None, Some(ids)) => ids.iter().for_each(|id| self.miss(kind, *id, gap(gap_word(kind)), batch)),
                    (None, None) => {
                        self.nameless.push_back(gap(gap_word(kind)));
                        self.plan.push(request.address());
                    }
                }
            }
            What::Address(_) => {
                batch.gaps.extend(self.nameless.pop_front());
                self.hides = true;
            }
            What::Comments | What::NewComments | What::CommentsOf => {
                // No count fits any more: the next run reads all of them again.
                self.memo.comments_total = None;
                batch.gaps.push(gap("comments"));
            }
            What::Terms(name) => batch.notes.push(format!("the blog does not list its {name} ({})", miss.detail)),
            // Lists of users are closed on many blogs: names are asked for with the posts.
            What::Users => self.tables.users_closed = true,
            What::Ids(_) => self.counting = false,
            What::Links(_) => return Err(explain(&self.blog.home, miss)),
            What::Media | What::Authors | What::CommentCount => {}
        }
        Ok(())
    }
}
