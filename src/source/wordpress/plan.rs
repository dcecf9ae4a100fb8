//! What is asked of the API, in which order.

use std::collections::VecDeque;

use super::memo::{Memo, Newest};
use super::slot;
use crate::model::Kind;

/// Rows asked for at a time: the most the API gives.
const ROWS: u64 = 100;

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
    extra: Extra,
    /// Asked because a post names something unknown; that post waits.
    pub lookup: bool,
}

impl Request {
    pub fn first(what: What) -> Request {
        Request { what, page: 1, rows: ROWS, extra: Vec::new(), lookup: false }
    }

    pub fn with(mut self, name: &'static str, value: impl ToString) -> Request {
        self.extra.push((name, value.to_string()));
        self
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
        Request { page: (self.page - 1) * self.rows / ROWS + 1, rows: ROWS, ..self.clone() }
    }

    /// Returns whether this is for a page of full length, not for a part of one.
    pub fn whole(&self) -> bool {
        self.rows == ROWS
    }

    /// Returns the requests for the same rows in tenths; none when a single row was asked for.
    pub fn smaller(&self) -> Option<Vec<Request>> {
        let rows = self.rows / 10;
        let part = |page| Request { page, rows, ..self.clone() };
        (rows > 0).then(|| ((self.page - 1) * 10 + 1..=self.page * 10).map(part).collect())
    }

    /// Asks for the address alone of the post that this request was for.
    pub fn address(&self) -> Request {
        Request { what: What::Address(self.what.kind()), ..self.clone() }.with("_fields", "id,link")
    }

    /// Returns the fields of the query, in a fixed order: the same request always has the same address.
    pub fn query(&self) -> Vec<(&'static str, String)> {
        let ascending = !matches!(self.what, What::Ids(_));
        let mut query = vec![("per_page", self.rows.to_string()), ("page", self.page.to_string())];
        query.push(("orderby", "id".into()));
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
                Some(since) => changed.with("modified_after", since),
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
        Plan { stage, again: false, queue: queue.into(), asked: VecDeque::new(), queued: Vec::new() }
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
                self.queue.push_back(match memo.newest_comment.as_ref().and_then(Newest::since) {
                    Some(since) => comments.with("after", since),
                    None => comments,
                });
                self.queue.push_back(Request::first(What::CommentCount).with("_fields", "id"));
                self.stage = Stage::End;
                return;
            }
            Stage::Pages | Stage::End => {
                self.stage = Stage::End;
                return;
            }
        };
        self.stage = next;
        self.queue.push_back(Request { page: memo.pages[slot(kind)].max(1), ..Request::first(What::Posts(kind)) });
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

    pub fn push(&mut self, request: Request) {
        self.queue.push_back(request);
    }

    pub fn push_all(&mut self, requests: Vec<Request>) {
        self.queue.extend(requests);
    }

    /// Puts requests before all others.
    pub fn push_first(&mut self, requests: Vec<Request>) {
        requests.into_iter().rev().for_each(|r| self.queue.push_front(r));
    }

    /// Queues further pages of a listing, if it says that it has more; a few at a time, whatever it says.
    pub fn more_pages(&mut self, request: &Request, pages: Option<u64>) {
        if request.lookup {
            return;
        }
        let pages = pages.map(|n| n.saturating_mul(request.rows).div_ceil(ROWS));
        let request = &request.of_page();
        let same = |what: &What, extra: &[_]| *what == request.what && *extra == request.extra;
        let queued = self.queued.iter().find(|(what, extra, _)| same(what, extra)).map(|(.., page)| *page);
        let last = queued.unwrap_or_default().max(request.page);
        let pages = pages.unwrap_or(last).min(request.page + WINDOW);
        let more: Vec<Request> = (last + 1..=pages).map(|page| Request { page, ..request.clone() }).collect();
        self.queued.retain(|(what, extra, _)| !same(what, extra));
        self.queued.push((request.what, request.extra.clone(), last.max(pages)));
        self.queue.extend(more);
    }
}
