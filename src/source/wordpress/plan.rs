//! What is asked of the API, in which order.

use std::collections::VecDeque;

use super::memo::{Memo, Newest};
use super::slot;
use crate::model::Kind;

/// Rows asked for at a time: the most the API gives.
pub(super) const ROWS: u64 = 100;

/// Rows asked for at a time where the API refuses to give so many.
const FEW: u64 = 10;

/// So many pages of a listing are queued beyond the one that is read.
const WINDOW: u64 = 4;

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Users,
    /// `categories` or `tags`.
    Terms(&'static str),
    Media,
    Comments,
    Posts(Kind),
    /// Posts changed since the last time.
    Changed(Kind),
    /// The ids of the newest posts, to see whether all of them are kept.
    Ids(Kind),
    /// The addresses of all posts, and their dates.
    Links(Kind),
    /// Posts asked for by their ids.
    Included(Kind),
    /// The address of one post whose text the server cannot give.
    Address(Kind),
    NewComments,
    /// All comments of posts that are new: they may be older than the newest comment that is known.
    CommentsOf,
    /// One comment, for the count in the header.
    CommentCount,
    /// Posts of authors whose names are not known, with the names.
    Authors,
}

impl What {
    pub fn kind(self) -> Kind {
        match self {
            What::Posts(kind)
            | What::Changed(kind)
            | What::Ids(kind)
            | What::Links(kind)
            | What::Included(kind)
            | What::Address(kind) => kind,
            _ => Kind::Post,
        }
    }

    /// Returns the listing it is asked of.
    pub fn route(self) -> &'static str {
        match self {
            What::Users => "users",
            What::Terms(name) => name,
            What::Media => "media",
            What::Comments | What::NewComments | What::CommentsOf | What::CommentCount => "comments",
            What::Authors => "posts",
            What::Posts(kind)
            | What::Changed(kind)
            | What::Ids(kind)
            | What::Links(kind)
            | What::Included(kind)
            | What::Address(kind) => {
                if kind == Kind::Page {
                    "pages"
                } else {
                    "posts"
                }
            }
        }
    }
}

/// Fields of a query beyond paging and order.
type Extra = Vec<(&'static str, String)>;

/// One request, before it has an address.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub what: What,
    pub page: u64,
    rows: u64,
    /// Rows of a page of full length, by which pages are counted.
    full: u64,
    extra: Extra,
    /// The newest change comes first; else the lowest number.
    by_change: bool,
    /// Asked because a post names something unknown; that post waits.
    pub lookup: bool,
}

impl Request {
    pub fn first(what: What) -> Request {
        Request { what, page: 1, rows: ROWS, full: ROWS, extra: Vec::new(), by_change: false, lookup: false }
    }

    pub fn with(mut self, name: &'static str, value: impl ToString) -> Request {
        self.extra.push((name, value.to_string()));
        self
    }

    /// Asks for what was changed after a moment, the newest first: where the API does not know the word it gives all
    /// there is, and the first that is older is the end.
    fn changed_after(self, since: String) -> Request {
        Request { by_change: true, ..self }.with("modified_after", since)
    }

    /// Returns the same request where the API cannot order by change.
    pub fn by_number(&self) -> Option<Request> {
        self.by_change.then(|| Request { by_change: false, ..self.clone() })
    }

    /// Returns whether a row that was changed at this time is asked for, and whether all that follow are older too.
    pub fn takes(&self, modified: Option<&str>) -> (bool, bool) {
        let since = self.extra.iter().find(|(name, _)| *name == "modified_after").map(|(_, since)| since.as_str());
        let older = modified.zip(since).is_some_and(|(modified, since)| modified <= since);
        (!older, older && self.by_change)
    }

    /// Asks for rows by their ids.
    pub fn lookup(what: What, ids: &[u64]) -> Request {
        Request { lookup: true, ..Request::first(what) }.with("include", list(ids))
    }

    /// Asks for posts by their ids.
    pub fn including(kind: Kind, ids: &[u64]) -> Vec<Request> {
        let chunks = ids.chunks(ROWS as usize);
        chunks.map(|ids| Request::first(What::Included(kind)).with("include", list(ids))).collect()
    }

    /// Asks for the comments of posts, by the posts' ids.
    pub fn comments_of(posts: &[u64]) -> Vec<Request> {
        let chunks = posts.chunks(ROWS as usize);
        chunks.map(|ids| Request::first(What::CommentsOf).with("post", list(ids))).collect()
    }

    /// Returns the page of full length that this is a part of.
    fn of_page(&self) -> Request {
        Request { page: (self.page - 1) * self.rows / self.full + 1, rows: self.full, ..self.clone() }
    }

    /// Returns the ids that are asked for, where it asks by ids.
    pub fn ids(&self) -> Option<Vec<u64>> {
        let (_, list) = self.extra.iter().find(|(name, _)| *name == "include")?;
        Some(list.split(',').filter_map(|id| id.parse().ok()).collect())
    }

    /// Returns the page of a hundred rows to go on with after this one, where it ends at such a page.
    pub fn next_hundred(&self) -> Option<u64> {
        let rows = self.page * self.rows;
        (self.whole() && rows.is_multiple_of(ROWS)).then_some(rows / ROWS + 1)
    }

    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Whether it asks for more rows than an API may want to give at a time.
    pub fn is_large(&self) -> bool {
        self.rows > FEW
    }

    /// Returns the requests for the same in pages of this length: all of a list, of a listing the first.
    fn in_pages_of(self, full: u64) -> Vec<Request> {
        if self.rows <= full {
            return vec![self];
        }
        let small =
            |extra| Request { page: (self.page - 1) * self.rows / full + 1, rows: full, full, extra, ..self.clone() };
        let list =
            self.extra.iter().position(|(name, value)| matches!(*name, "include" | "post") && value.contains(','));
        let Some((at, (_, ids))) = list.and_then(|at| Some((at, self.extra.get(at)?))) else {
            return vec![small(self.extra.clone())];
        };
        let ids: Vec<&str> = ids.split(',').collect();
        let part = |ids: &[&str]| {
            let mut extra = self.extra.clone();
            extra.iter_mut().skip(at).take(1).for_each(|(_, value)| *value = ids.join(","));
            small(extra)
        };
        ids.chunks(full as usize).map(part).collect()
    }

    /// Returns whether this is for a page of full length, not for a part of one.
    pub fn whole(&self) -> bool {
        self.rows == self.full
    }

    /// Returns the requests for the same rows in tenths, for posts that are asked for by their ids in halves; none when a
    /// single row was asked for.
    pub fn smaller(&self) -> Option<Vec<Request>> {
        if let Some(ids) = self.ids() {
            let half = |ids: &[u64]| Request::including(self.what.kind(), ids);
            return (ids.len() > 1).then(|| ids.chunks(ids.len().div_ceil(2)).flat_map(half).collect());
        }
        let rows = self.rows / 10;
        let part = |page| Request { page, rows, ..self.clone() };
        (rows > 0).then(|| ((self.page - 1) * 10 + 1..=self.page * 10).map(part).collect())
    }

    /// Asks for the number alone of the post that this request was for.
    pub fn address(&self) -> Request {
        Request { what: What::Address(self.what.kind()), ..self.clone() }.with("_fields", "id")
    }

    /// Returns the fields of the query, in a fixed order: the same request always has the same address.
    pub fn query(&self) -> Vec<(&'static str, String)> {
        let ascending = !matches!(self.what, What::Ids(_));
        let mut query = vec![("per_page", self.rows.to_string()), ("page", self.page.to_string())];
        let ascending = ascending && !self.by_change;
        query.push(("orderby", if self.by_change { "modified" } else { "id" }.into()));
        query.push(("order", if ascending { "asc" } else { "desc" }.into()));
        if self.what == What::CommentCount {
            query = vec![("per_page", "1".into())];
        }
        query.extend(self.extra.iter().cloned());
        query
    }
}

fn list(ids: &[u64]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

/// Stages: each begins when all answers of the one before are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Tables,
    Posts,
    Pages,
    News,
    End,
}

/// The queue of requests.
#[derive(Debug)]
pub(super) struct Plan {
    stage: Stage,
    again: bool,
    /// Rows asked for at a time.
    rows: u64,
    queue: VecDeque<Request>,
    asked: VecDeque<Request>,
    /// The highest page of a listing that was queued, by what is asked.
    queued: Vec<(What, Extra, u64)>,
}

impl Plan {
    /// Reads the whole blog: first what posts refer to, then the posts.
    pub fn full() -> Plan {
        let tables = [What::Users, What::Terms("categories"), What::Terms("tags"), What::Media, What::Comments];
        Plan::begin(Stage::Tables, tables.map(Request::first).into())
    }

    /// Asks what is new since the last time.
    pub fn again(memo: &Memo) -> Plan {
        let mut queue = Vec::new();
        for kind in [Kind::Post, Kind::Page] {
            let since = memo.changed[slot(kind)].as_ref().map(|c| c.since());
            let changed = Request::first(What::Changed(kind));
            queue.push(match since.flatten() {
                Some(since) => changed.changed_after(since),
                None => changed,
            });
            queue.push(Request::first(What::Ids(kind)).with("_fields", "id"));
        }
        Plan { again: true, ..Plan::begin(Stage::News, queue) }
    }

    /// Asks for the addresses of all posts and for nothing else.
    pub fn listing() -> Plan {
        let list = |kind| Request::first(What::Links(kind)).with("_fields", "id,link,date");
        Plan::begin(Stage::End, vec![list(Kind::Post), list(Kind::Page)])
    }

    fn begin(stage: Stage, queue: Vec<Request>) -> Plan {
        Plan { stage, again: false, rows: ROWS, queue: queue.into(), asked: VecDeque::new(), queued: Vec::new() }
    }

    pub fn is_again(&self) -> bool {
        self.again
    }

    /// Returns whether nothing is waiting to be asked or answered.
    pub fn idle(&self) -> bool {
        self.queue.is_empty() && self.asked.is_empty()
    }

    pub fn at_end(&self) -> bool {
        matches!(self.stage, Stage::Pages | Stage::End)
    }

    /// Begins the next stage.
    pub fn advance(&mut self, memo: &Memo) {
        let (next, kind) = match self.stage {
            Stage::Tables => (Stage::Posts, Kind::Post),
            Stage::Posts => (Stage::Pages, Kind::Page),
            Stage::News => {
                // After the posts, so that each comment finds its post.
                let comments = Request::first(What::NewComments);
                self.push(match memo.newest_comment.as_ref().and_then(Newest::since) {
                    Some(since) => comments.with("after", since),
                    None => comments,
                });
                self.push(Request::first(What::CommentCount).with("_fields", "id"));
                self.stage = Stage::End;
                return;
            }
            Stage::Pages | Stage::End => {
                self.stage = Stage::End;
                return;
            }
        };
        self.stage = next;
        self.push(Request { page: memo.pages[slot(kind)].max(1), ..Request::first(What::Posts(kind)) });
    }

    pub fn take(&mut self) -> Option<Request> {
        let request = self.queue.pop_front()?;
        self.asked.push_back(request.clone());
        Some(request)
    }

    /// Returns the request that the next answer belongs to.
    pub fn answered(&mut self) -> Option<Request> {
        self.asked.pop_front()
    }

    /// Asks for fewer rows at a time from now on, those of a request that was refused first; returns how many more
    /// lookups wait than before.
    pub fn shrink(&mut self, refused: &Request) -> usize {
        let lookups = |queue: &VecDeque<Request>| queue.iter().filter(|r| r.lookup).count();
        let before = lookups(&self.queue);
        self.rows = FEW;
        let waiting = std::mem::take(&mut self.queue);
        self.push(refused.clone());
        self.push_all(waiting.into());
        lookups(&self.queue).saturating_sub(before)
    }

    pub fn push(&mut self, request: Request) {
        self.queue.extend(request.in_pages_of(self.rows));
    }

    pub fn push_all(&mut self, requests: Vec<Request>) {
        requests.into_iter().for_each(|r| self.push(r));
    }

    /// Puts requests before all others; returns how many they are.
    pub fn push_first(&mut self, requests: Vec<Request>) -> usize {
        let requests: Vec<Request> = requests.into_iter().flat_map(|r| r.in_pages_of(self.rows)).collect();
        let count = requests.len();
        requests.into_iter().rev().for_each(|r| self.queue.push_front(r));
        count
    }

    /// Queues further pages of a listing, if it says that it has more; a few at a time, whatever it says.
    pub fn more_pages(&mut self, request: &Request, pages: Option<u64>) {
        if request.lookup {
            return;
        }
        let pages = pages.map(|n| n.saturating_mul(request.rows).div_ceil(request.full));
        let request = &request.of_page();
        let same = |what: &What, extra: &[_]| *what == request.what && *extra == request.extra;
        let queued = self.queued.iter().find(|(what, extra, _)| same(what, extra)).map(|(.., page)| *page);
        let last = queued.unwrap_or_default().max(request.page);
        let pages = pages.unwrap_or(last).min(request.page + WINDOW);
        let more: Vec<Request> = (last + 1..=pages).map(|page| Request { page, ..request.clone() }).collect();
        self.queued.retain(|(what, extra, _)| !same(what, extra));
        self.queued.push((request.what, request.extra.clone(), last.max(pages)));
        self.push_all(more);
    }
}
