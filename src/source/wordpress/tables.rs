//! What posts refer to by number: users, terms, media, comments.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::discover::Blog;
use super::draft;
use super::memo::{Memo, Newest};
use super::plan::{Request, What};
use super::rest::{RestComment, RestPost, Row, moment};
use crate::html;
use crate::model::{Author, Comment, Term};

/// Authors are asked for with their posts at most so often.
const MOST_AUTHOR_LOOKUPS: usize = 10;

/// A file of the media library.
#[derive(Debug, Default)]
pub(super) struct Medium {
    pub url: String,
    pub alt: Option<String>,
    pub caption: String,
}

#[derive(Debug, Default)]
pub(super) struct Tables {
    users: BTreeMap<u64, Author>,
    terms: BTreeMap<u64, Term>,
    media: BTreeMap<u64, Medium>,
    comments: BTreeMap<u64, Vec<Comment>>,
    fresh: BTreeSet<String>,
    /// The blog does not list its users.
    pub users_closed: bool,
    /// Numbers asked for, so that none is asked for twice.
    tried: BTreeSet<(&'static str, u64)>,
    author_lookups: usize,
}

impl Tables {
    pub fn author(&self, id: u64) -> Option<&Author> {
        self.users.get(&id)
    }

    pub fn terms(&self, ids: &[u64]) -> Vec<Term> {
        ids.iter().filter_map(|id| self.terms.get(id).cloned()).collect()
    }

    pub fn medium(&self, id: u64) -> Option<&Medium> {
        self.media.get(&id)
    }

    /// Takes the comments of a post, in the order of their numbers.
    pub fn comments_of(&mut self, post: u64) -> Vec<Comment> {
        self.comments.remove(&post).unwrap_or_default()
    }

    /// Takes in the rows of a listing.
    pub fn add(&mut self, what: What, rows: Vec<Value>) {
        for row in rows {
            if what == What::Authors {
                let Ok(post) = serde_json::from_value::<RestPost>(row) else { continue };
                post.embedded.author.into_iter().for_each(|user| self.add_user(user));
                continue;
            }
            let Ok(row) = serde_json::from_value::<Row>(row) else { continue };
            match what {
                What::Users => self.add_user(row),
                What::Terms(list) => {
                    let usual = if list == "tags" { "post_tag" } else { "category" };
                    let taxonomy = if row.taxonomy.is_empty() { usual.to_string() } else { row.taxonomy };
                    let term = Term { label: html::plain_text(&row.name), slug: decoded(&row.slug), taxonomy };
                    self.terms.insert(row.id, term);
                }
                _ => {
                    let alt = Some(html::unescape(&row.alt_text)).filter(|a| !a.is_empty());
                    let caption = html::plain_text(&row.caption.rendered);
                    self.media.insert(row.id, Medium { url: html::unescape(&row.source_url), alt, caption });
                }
            }
        }
    }

    fn add_user(&mut self, user: Row) {
        let filled = |text: String| Some(text).filter(|t| !t.is_empty());
        let name = html::plain_text(&user.name);
        if user.id != 0 && !name.is_empty() {
            self.users.insert(user.id, Author { name, slug: filled(decoded(&user.slug)), url: filled(user.link) });
        }
    }

    /// Takes in comments of posts that are still to come.
    pub fn add_comments(&mut self, memo: &mut Memo, blog: &Blog, rows: Vec<Value>) {
        for (post, comment) in read_comments(memo, blog, rows) {
            let list = self.comments.entry(post).or_default();
            if list.iter().all(|c| c.id != comment.id) {
                list.push(comment);
            }
        }
    }

    /// Takes in comments that were answered before: what was said of one last stands.
    pub fn renew_comments(&mut self, memo: &mut Memo, blog: &Blog, mut rows: Vec<Value>) {
        rows.retain(|r| r.get("content").is_some());
        for (post, comment) in read_comments(memo, blog, rows) {
            let list = self.comments.entry(post).or_default();
            list.retain(|c| c.id != comment.id);
            list.push(comment);
        }
    }

    /// Returns the comments of a post.
    pub fn known_comments(&self, post: u64) -> Vec<Comment> {
        self.comments.get(&post).cloned().unwrap_or_default()
    }

    /// Returns comments of posts that may be kept already, each with the key of its post.
    pub fn new_comments(&mut self, memo: &mut Memo, blog: &Blog, rows: Vec<Value>) -> Vec<(String, Comment)> {
        let comments = read_comments(memo, blog, rows);
        self.fresh.extend(comments.iter().map(|(_, c)| c.id.clone()));
        comments.into_iter().map(|(post, comment)| (blog.post_key(post), comment)).collect()
    }

    /// Returns how many comments came that an earlier run cannot have had.
    pub fn fresh(&self) -> u64 {
        self.fresh.len() as u64
    }

    /// Returns the requests for what posts refer to and the tables do not hold.
    /// After whole lists were read (`again` is not set) only users can be missing, where their list is closed.
    pub fn wanted(&mut self, posts: &[RestPost], again: bool) -> Vec<Request> {
        let mut requests = Vec::new();
        // One behind a password is not kept, whatever it refers to.
        let posts: Vec<&RestPost> = posts.iter().filter(|p| !p.content.protected).collect();
        if again {
            let users = self.missing("users", posts.iter().map(|p| p.author), |t, id| t.users.contains_key(&id));
            requests.extend(ask(What::Users, &users));
            for (list, pick) in [("categories", categories as fn(&RestPost) -> &[u64]), ("tags", tags)] {
                let ids = posts.iter().flat_map(|p| pick(p).iter().copied());
                let terms = self.missing(list, ids, |t, id| t.terms.contains_key(&id));
                requests.extend(ask(What::Terms(list), &terms));
            }
            let media =
                self.missing("media", posts.iter().map(|p| p.featured_media), |t, id| t.media.contains_key(&id));
            requests.extend(ask(What::Media, &media));
        }
        if self.users_closed && self.author_lookups < MOST_AUTHOR_LOOKUPS {
            let nameless = posts.iter().filter(|p| p.yoast_head_json.author.is_empty());
            let authors: BTreeMap<u64, u64> = nameless.map(|p| (p.author, p.id)).collect();
            let missing = self.missing("authors", authors.keys().copied(), |t, id| t.users.contains_key(&id));
            let examples: Vec<u64> = missing.iter().filter_map(|a| authors.get(a).copied()).collect();
            if !examples.is_empty() {
                self.author_lookups += 1;
                let request = Request::lookup(What::Authors, &examples).with("_embed", "author");
                requests.push(request.with("_fields", "id,author,_links,_embedded"));
            }
        }
        requests
    }

    fn missing(
        &mut self,
        list: &'static str,
        ids: impl Iterator<Item = u64>,
        held: impl Fn(&Tables, u64) -> bool,
    ) -> Vec<u64> {
        let ids: BTreeSet<u64> = ids.filter(|id| *id != 0 && !held(self, *id)).collect();
        ids.into_iter().filter(|id| self.tried.insert((list, *id))).collect()
    }
}

fn categories(post: &RestPost) -> &[u64] {
    &post.categories
}

fn tags(post: &RestPost) -> &[u64] {
    &post.tags
}

fn ask(what: What, ids: &[u64]) -> Vec<Request> {
    ids.chunks(100).map(|ids| Request::lookup(what, ids)).collect()
}

fn read_comments(memo: &mut Memo, blog: &Blog, rows: Vec<Value>) -> Vec<(u64, Comment)> {
    let mut comments = Vec::new();
    for row in rows {
        let Ok(comment) = serde_json::from_value::<RestComment>(row) else { continue };
        let (local, utc) = (moment(&comment.date), moment(&comment.date_gmt));
        // Comments are dated when they are written: none can come late into a second that is gone.
        Newest::join(&mut memo.newest_comment, local, utc, jiff::Timestamp::MAX);
        comments.push((comment.post, draft::comment(&comment, blog)));
    }
    comments
}

/// Slugs that are not ASCII come percent-encoded.
fn decoded(slug: &str) -> String {
    if !slug.contains('%') {
        return slug.to_string();
    }
    let pair = format!("x={}", slug.replace('+', "%2B"));
    url::form_urlencoded::parse(pair.as_bytes()).next().map(|(_, v)| v.into_owned()).unwrap_or_default()
}
