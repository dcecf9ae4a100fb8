//! WordPress, through its REST API (`wp/v2`), as every WordPress since 4.7 has it unless somebody closed it.

mod again;
mod discover;
mod draft;
mod lacks;
mod memo;
mod plan;
mod rest;
mod tables;

use std::collections::{BTreeSet, VecDeque};

use serde_json::Value;

use self::discover::Blog;
use self::memo::Memo;
use self::plan::{Plan, Request, What};
use self::rest::RestPost;
use self::tables::Tables;
use super::{Batch, Named, Source, Step, Text, explain, gap_word};
use crate::error::Result;
use crate::http::{Answer, Ask};
use crate::model::{Capture, Digest, Gap, Kind, Reason, Site};

pub(super) use again::again;
pub(super) use discover::probe;

/// A blog made by WordPress.
pub(super) struct WordPress {
    blog: Blog,
    plan: Plan,
    tables: Tables,
    memo: Memo,
    /// Pages of posts that wait for a name or a term they use.
    held: VecDeque<Held>,
    /// Requests under way for such names and terms.
    lookups: usize,
    /// Totals of posts and pages, as far as they were told.
    totals: [Option<u64>; 2],
    /// Posts that the server could not give, until their addresses are known.
    nameless: VecDeque<Gap>,
    /// Requests for posts that failed since the last that did not.
    failures: u32,
    /// Platform ids that came in this run.
    seen: BTreeSet<(&'static str, u64)>,
    /// All ids are listed, to see which posts are gone.
    counting: bool,
    /// Nothing but addresses is asked for.
    listing: bool,
    /// The API gave a listing of something.
    speaks: bool,
    /// It does not list the blog's pages.
    pages_closed: bool,
    /// It holds a post back and does not say which.
    hides: bool,
}

/// A page of a listing, taken apart.
struct Held {
    kind: Kind,
    uri: String,
    sha256: Digest,
    posts: Vec<RestPost>,
    /// The page to go on with in a later run.
    next_page: Option<u64>,
}

impl Source for WordPress {
    fn site(&self) -> &Site {
        &self.blog.site
    }

    fn at(&self) -> String {
        self.blog.api.root().to_string()
    }

    fn resume(&mut self, memo: &Value) {
        if let Some(memo) = Memo::of(memo, &self.blog.key) {
            self.plan = if memo.done { Plan::again(&memo) } else { Plan::full() };
            self.memo = memo;
        }
    }

    fn covers(&self) -> bool {
        !self.pages_closed && !self.hides
    }

    fn only_names(&mut self) {
        (self.plan, self.listing) = (Plan::listing(), true);
    }

    fn next(&mut self) -> Option<Step> {
        if self.plan.idle() && self.held.is_empty() {
            self.plan.advance(&self.memo);
        }
        let request = self.plan.take()?;
        Some(Step::new(self.blog.api.url(request.what.route(), &request.query()), Ask::json()))
    }

    fn read(&mut self, answer: &Answer, known: &dyn Fn(&str) -> bool) -> Result<Batch> {
        let Some(request) = self.plan.answered() else { return Ok(Batch::default()) };
        let mut batch = Batch::default();
        match self.rows(&request, answer) {
            Ok((capture, rows)) => self.take(&request, capture, rows, known, &mut batch),
            Err(miss) => self.fail(&request, answer, &miss, &mut batch)?,
        }
        self.release(&mut batch);
        if self.plan.idle() && self.held.is_empty() && self.plan.at_end() {
            self.memo.done = true;
            batch.all = self.counting || self.listing;
            batch.whole = self.memo.comments_total.map(|_| "comments");
            batch.memo = Some(self.memo.to_value());
        }
        Ok(batch)
    }
}

impl WordPress {
    fn new(blog: Blog) -> WordPress {
        let memo = Memo::new(&blog.key);
        WordPress {
            blog,
            plan: Plan::full(),
            tables: Tables::default(),
            memo,
            held: VecDeque::new(),
            lookups: 0,
            totals: [None; 2],
            nameless: VecDeque::new(),
            failures: 0,
            seen: BTreeSet::new(),
            counting: false,
            listing: false,
            speaks: false,
            pages_closed: false,
            hides: false,
        }
    }

    /// Returns the rows of an answer, or why there are none. Asking past the last page is an end like any other.
    fn rows<'a>(&self, request: &Request, answer: &'a Answer) -> Result<(&'a Capture, Vec<Value>), crate::http::Miss> {
        let past_the_end = |c: &&Capture| c.status == 400 && c.text().contains("invalid_page_number");
        if let (Err(_), true, Some(last)) =
            (answer.result(), request.page > 1, answer.captures.last().filter(past_the_end))
        {
            return Ok((last, Vec::new()));
        }
        let capture = answer.result()?;
        match rest::json(capture) {
            Some(Value::Array(rows)) => Ok((capture, rows)),
            _ => Err(crate::http::Miss {
                url: answer.url.clone(),
                reason: Reason::WrongType,
                detail: "not a listing of the WordPress API".into(),
                status: Some(capture.status),
            }),
        }
    }

    /// Takes the rows of one page of a listing.
    fn take(
        &mut self,
        request: &Request,
        capture: &Capture,
        rows: Vec<Value>,
        known: &dyn Fn(&str) -> bool,
        batch: &mut Batch,
    ) {
        let pages = pages_of(request, capture, &rows);
        self.speaks = true;
        let total = rest::count(capture, "x-wp-total");
        match request.what {
            What::Ids(kind) => {
                let ids: Vec<u64> = rows.iter().filter_map(|r| r.get("id").and_then(Value::as_u64)).collect();
                let missing = self.unknown_ids(kind, &ids, known);
                let named = ids.iter().map(|id| Named { text: Text::Here, ..Named::at(self.blog.post_key(*id)) });
                batch.named.extend(named);
                if request.page == 1 && !self.counting && self.memo.lacks(kind, &ids, total) {
                    // Some are gone: all ids of both kinds tell which.
                    self.counting = true;
                    let other = if kind == Kind::Page { Kind::Post } else { Kind::Page };
                    self.plan.push(Request::first(What::Ids(other)).with("_fields", "id"));
                }
                if request.page > 1 || self.counting || !self.memo.explains(kind, &ids, total) {
                    self.plan.more_pages(request, pages);
                }
                self.memo.known[slot(kind)] = total;
                self.plan.push_all(Request::including(kind, &missing));
            }
            What::Links(_) => {
                self.plan.more_pages(request, pages);
                batch.named.extend(rows.iter().filter_map(link));
            }
            What::Posts(kind) | What::Changed(kind) | What::Included(kind) => {
                if request.what == What::Posts(kind) {
                    if self.shifted(kind, request, total) {
                        return;
                    }
                    self.totals[slot(kind)] = total;
                    batch.expected = self.totals.iter().flatten().copied().reduce(|a, b| a + b);
                }
                self.hold(request, capture, rows, known, batch);
            }
            What::Comments => {
                self.memo.comments_total = total;
                self.plan.more_pages(request, pages);
                self.tables.add_comments(&mut self.memo, &self.blog, rows);
            }
            What::NewComments | What::CommentsOf => {
                self.plan.more_pages(request, pages);
                batch.comments = self.tables.new_comments(&mut self.memo, &self.blog, rows);
            }
            What::CommentCount => {
                let expected = self.memo.comments_total.map(|known| known + self.tables.fresh());
                self.memo.comments_total = total;
                if expected != total {
                    // One that waited for approval, or one that was taken away: the dates do not tell.
                    self.plan.push(Request::first(What::NewComments));
                }
            }
            What::Address(kind) => {
                let id = rows.first().and_then(|r| r.get("id")).and_then(Value::as_u64);
                match (self.nameless.pop_front(), id) {
                    (Some(gap), Some(id)) => self.miss(kind, id, gap, batch),
                    (gap, _) => batch.gaps.extend(gap),
                }
            }
            What::Users | What::Terms(_) | What::Media | What::Authors => {
                if request.lookup {
                    self.lookups = self.lookups.saturating_sub(1);
                } else {
                    self.plan.more_pages(request, pages);
                }
                self.tables.add(request.what, rows);
            }
        }
    }

    /// Holds a page of posts until all it names is known.
    fn hold(
        &mut self,
        request: &Request,
        capture: &Capture,
        mut rows: Vec<Value>,
        known: &dyn Fn(&str) -> bool,
        batch: &mut Batch,
    ) {
        let kind = request.what.kind();
        let pages = pages_of(request, capture, &rows);
        let mut end = false;
        rows.retain(|row| {
            let (wanted, last) = request.takes(row.get("modified").and_then(Value::as_str));
            end |= last;
            wanted
        });
        self.plan.more_pages(request, pages.filter(|_| !end));
        let mut posts = Vec::new();
        for row in rows {
            let id = row.get("id").and_then(Value::as_u64);
            match serde_json::from_value::<RestPost>(row) {
                // Pages of a listing shift while it is read: the same post may come twice.
                Ok(post) if !self.seen.insert((gap_word(kind), post.id)) => {}
                Ok(post) => posts.push(post),
                Err(error) => batch.gaps.push(Gap {
                    url: id.map_or_else(|| answer_url(capture), |id| self.blog.short_link(kind, id)),
                    what: gap_word(kind).into(),
                    reason: Reason::Malformed,
                    detail: error.to_string(),
                    post: None,
                }),
            }
        }
        self.failures = 0;
        self.memo.note(kind, &posts, capture.time);
        let wanted = self.tables.wanted(&posts, self.plan.is_again());
        self.lookups += self.plan.push_first(wanted);
        if self.plan.is_again() {
            // The comments of a post behind a password are shown to nobody, and asking for them is an error.
            let new = |p: &&RestPost| !p.content.protected && !known(&self.blog.post_key(p.id));
            let open: Vec<u64> = posts.iter().filter(new).map(|p| p.id).collect();
            self.plan.push_all(Request::comments_of(&open));
        }
        let next_page = request.next_hundred().filter(|_| matches!(request.what, What::Posts(_)));
        if matches!(request.what, What::Posts(_)) {
            *self.memo.known[slot(kind)].get_or_insert(0) += posts.len() as u64;
        }
        let uri = answer_url(capture);
        self.held.push_back(Held { kind, uri, sha256: capture.digest(), posts, next_page });
    }

    /// Hands over the pages that wait for nothing any more.
    fn release(&mut self, batch: &mut Batch) {
        if self.lookups > 0 {
            return;
        }
        for held in std::mem::take(&mut self.held) {
            for post in &held.posts {
                if post.content.protected {
                    batch.gaps.push(draft::protected(post, held.kind));
                    continue;
                }
                let comments = self.tables.comments_of(post.id);
                batch.drafts.push(draft::draft(post, &held, &self.blog, &self.tables, comments));
            }
            if let Some(next) = held.next_page {
                self.memo.pages[slot(held.kind)] = next;
                self.memo.totals[slot(held.kind)] = self.totals[slot(held.kind)];
                batch.memo = Some(self.memo.to_value());
            }
        }
    }

    /// Returns whether a listing that is resumed is no longer the one that was begun; then it starts again.
    fn shifted(&mut self, kind: Kind, request: &Request, total: Option<u64>) -> bool {
        let before = self.memo.totals[slot(kind)];
        if request.page == 1 || self.totals[slot(kind)].is_some() || before.is_none() || before == total {
            return false;
        }
        let place = slot(kind);
        (self.memo.pages[place], self.memo.totals[place], self.memo.known[place]) = (1, None, None);
        self.plan.push(Request::first(What::Posts(kind)));
        true
    }

    fn unknown_ids(&self, kind: Kind, ids: &[u64], known: &dyn Fn(&str) -> bool) -> Vec<u64> {
        let ids = ids.iter().copied();
        ids.filter(|id| !self.seen.contains(&(gap_word(kind), *id)) && !known(&self.blog.post_key(*id))).collect()
    }
}

/// Returns the address of a post and its date, where only these were asked for.
fn link(row: &Value) -> Option<Named> {
    let text = |name: &str| row.get(name).and_then(Value::as_str);
    let published = text("date").map(str::to_string);
    Some(Named { published, text: Text::Here, ..Named::at(crate::html::unescape(text("link")?)) })
}

/// Returns how many pages a listing says it has; a page without rows is the last, whatever it says. Where it says
/// nothing, a full page has another after it.
fn pages_of(request: &Request, capture: &Capture, rows: &[Value]) -> Option<u64> {
    let told = rest::count(capture, "x-wp-totalpages");
    let silent = told.is_none() && rows.len() as u64 >= request.rows();
    told.or(silent.then(|| request.page + 1)).filter(|_| !rows.is_empty())
}

/// Returns the place of a kind in lists of two.
fn slot(kind: Kind) -> usize {
    usize::from(kind == Kind::Page)
}

fn answer_url(capture: &Capture) -> String {
    capture.url.to_string()
}
