//! Substack, through the interface of its own pages: the archive lists the posts, each text is asked for by its slug.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use serde_json::{Map, Value, json};
use url::Url;

use super::again::Others;
use super::paged::{number, with};
use super::walk::{Chain, Walk};
use super::{Again, Batch, Look, Named, Source, Step, Text, explain};
use crate::error::{Error, Result};
use crate::html;
use crate::http::{Answer, Ask};
use crate::import::substack::body_html;
use crate::model::{
    Author, Capture, Date, Digest, Draft, Enclosure, Gap, Kind, Media, Reason, Site, Source as Origin, Term, slugify,
};

/// Posts asked for at a time: what its own pages ask for.
const ROWS: &str = "12";

/// What an answer is awaited for.
enum Asked {
    List,
    Post(Value),
}

/// A publication.
pub(super) struct Substack {
    walk: Walk,
    site: Site,
    posts: VecDeque<Value>,
    asked: VecDeque<Asked>,
    seen: HashSet<u64>,
    only_names: bool,
    /// What the list said of each post when its text was read, by its number.
    marks: BTreeMap<u64, String>,
    /// What the list led to, to be noted once its posts are read.
    all: bool,
}

/// Asks for the archive where the page is one of Substack's.
pub(super) fn probe(look: &mut Look) -> Result<Option<Box<dyn Source>>> {
    let host = look.page.url.host_str().unwrap_or_default();
    if !host.ends_with(".substack.com") && !look.text.contains("substackcdn.com") && !look.made_by("substack") {
        return Ok(None);
    }
    let path = format!("/api/v1/archive?sort=new&search=&offset=0&limit={ROWS}");
    let Ok(url) = look.page.url.join(&path) else { return Ok(None) };
    let answer = look.get(&url, &Ask::json())?;
    if answer.result().ok().and_then(rows).is_none() {
        return Ok(None);
    }
    let site = Site { generator: Some("Substack".into()), ..look.site.clone() };
    Ok(Some(Box::new(Substack {
        walk: Walk::new(url),
        site,
        posts: VecDeque::new(),
        asked: VecDeque::new(),
        seen: HashSet::new(),
        only_names: false,
        marks: BTreeMap::new(),
        all: false,
    })))
}

fn rows(capture: &Capture) -> Option<Vec<Value>> {
    match serde_json::from_str(&capture.text()).ok()? {
        Value::Array(rows) => Some(rows),
        _ => None,
    }
}

impl Substack {
    fn list(
        &mut self,
        chain: &Chain,
        capture: &Capture,
        known: &dyn Fn(&str) -> bool,
        batch: &mut Batch,
    ) -> Result<()> {
        let Some(rows) = rows(capture) else { return Err(Error::fetch(&chain.url, "not the archive of a Substack")) };
        let (mut fresh, mut news) = (0, 0);
        let count = rows.len() as u64;
        for row in rows {
            let (Some(id), Some(url)) = (row.get("id").and_then(Value::as_u64), self.address(&row)) else { continue };
            if !self.seen.insert(id) {
                continue;
            }
            fresh += 1;
            let new = !known(&format!("substack:{id}")) && !known(&url);
            news += usize::from(new);
            let published = row.get("post_date").and_then(Value::as_str).map(str::to_string);
            batch.named.push(Named { name: url, published, text: Text::Here, ..Named::default() });
            let mark = mark(&row);
            // A text that was changed shows in what the list says of it: the first looks at a kept post only note that.
            let edited = self.marks.get(&id).is_some_and(|before| *before != mark);
            self.marks.insert(id, mark);
            if (new || edited) && !self.only_names {
                self.posts.push_back(row);
            }
        }
        let reached = chain.stops && news == 0;
        let offset = number(&chain.url, "offset").unwrap_or(0) + count;
        let on = (fresh > 0 && !reached).then(|| with(&chain.url, "offset", &offset.to_string()));
        if !on.is_some_and(|url| self.walk.go_on(chain, url)) {
            self.all = self.walk.end(reached, true);
        }
        Ok(())
    }

    fn address(&self, row: &Value) -> Option<String> {
        address(&self.walk.start, row)
    }

    fn post(&self, row: &Value, answer: &Answer, batch: &mut Batch) {
        let url = self.address(row).unwrap_or_default();
        let mut gap = |reason, detail: String| {
            batch.gaps.push(Gap { url: url.clone(), what: "post".into(), reason, detail, post: None });
        };
        let capture = match answer.result() {
            Ok(capture) => capture,
            Err(miss) => return gap(miss.reason, miss.detail),
        };
        let post: Value = serde_json::from_str(&capture.text()).unwrap_or_default();
        let body = post.get("body_html").and_then(Value::as_str).unwrap_or_default();
        let text = |name: &str| post.get(name).or(row.get(name)).and_then(Value::as_str).unwrap_or_default();
        if is_closed(text("audience")) {
            return gap(Reason::Protected, "for those who pay; what strangers see is a beginning".into());
        }
        if body.trim().is_empty() && text("podcast_url").is_empty() {
            return gap(Reason::Malformed, "the answer has no text of it".into());
        }
        batch.drafts.push(draft(&post, row, &url, body, capture));
    }
}

fn address(start: &Url, row: &Value) -> Option<String> {
    let told = row.get("canonical_url").and_then(Value::as_str).filter(|u| u.starts_with("http"));
    let slug = row.get("slug").and_then(Value::as_str);
    let formed = || Some(start.join(&format!("/p/{}", slug?)).ok()?.to_string());
    told.map(str::to_string).or_else(formed)
}

/// Returns what a row of the list says of the state of its post.
fn mark(row: &Value) -> String {
    let told: Vec<String> = ["updated_at", "title", "subtitle", "wordcount", "cover_image", "audience"]
        .iter()
        .filter_map(|name| row.get(name).filter(|v| !v.is_null()).map(Value::to_string))
        .collect();
    Digest::of(told.join("\n")).as_str().chars().take(12).collect()
}

fn is_closed(audience: &str) -> bool {
    matches!(audience, "only_paid" | "founding")
}

/// Reads kept answers: the rows of the archive first, which say what a post's own answer may leave out.
#[derive(Default)]
struct Kept(HashMap<String, Value>);

pub(super) fn again(_: &Site) -> Box<dyn Again> {
    Box::new(Kept::default())
}

impl Again for Kept {
    fn reads(&self, url: &Url) -> bool {
        url.path().starts_with("/api/v1/posts/")
    }

    fn learns(&self, url: &Url) -> bool {
        url.path() == "/api/v1/archive"
    }

    fn alone(&self, _: &[&str], from: &Url) -> Option<Url> {
        self.reads(from).then(|| from.clone())
    }

    fn learn(&mut self, capture: &Capture) {
        for row in rows(capture).unwrap_or_default() {
            if let Some(slug) = row.get("slug").and_then(Value::as_str).map(str::to_string) {
                self.0.insert(slug, row);
            }
        }
    }

    fn read(&self, capture: &Capture, _: &Others) -> Result<Vec<Draft>> {
        let not = |why: &str| Error::fetch(&capture.url, why);
        let post: Value = serde_json::from_str(&capture.text()).map_err(|e| not(&e.to_string()))?;
        let slug = capture.url.path_segments().and_then(|mut s| s.next_back()).unwrap_or_default();
        let row = self.0.get(slug).unwrap_or(&post);
        let text = |name: &str| post.get(name).or(row.get(name)).and_then(Value::as_str).unwrap_or_default();
        let body = text("body_html");
        let Some(url) = address(&capture.url, row).filter(|_| !is_closed(text("audience"))) else {
            return Ok(Vec::new());
        };
        Ok(vec![draft(&post, row, &url, body, capture)])
    }
}

/// Returns the draft of a post, from its own answer and its row in the archive.
fn draft(post: &Value, row: &Value, url: &str, body: &str, capture: &Capture) -> Draft {
    let text = |name: &str| post.get(name).or(row.get(name)).and_then(Value::as_str).unwrap_or_default();
    let list = |name: &str| post.get(name).or(row.get(name)).and_then(Value::as_array).into_iter().flatten();
    let id = row.get("id").and_then(Value::as_u64).unwrap_or_default();
    let updated = Date::parse_iso(text("updated_at"));
    let author = |a: &Value| {
        let name = html::fold(a.get("name")?.as_str()?);
        let slug = a.get("handle").and_then(Value::as_str).map(str::to_string);
        Some(Author { name, slug, url: None })
    };
    let tag = |t: &Value| {
        let label = html::fold(t.get("name")?.as_str()?);
        let slug = t.get("slug").and_then(Value::as_str).map_or_else(|| slugify(&label), str::to_string);
        Some(Term { label, slug, taxonomy: "post_tag".into() })
    };
    let cover = Some(text("cover_image")).filter(|c| c.starts_with("http"));
    let own: Map<String, Value> = ["slug", "type", "audience"]
        .iter()
        .filter(|name| !text(name).is_empty())
        .map(|name| (name.to_string(), json!(text(name))))
        .collect();
    Draft {
        source: Origin {
            kind: "substack".into(),
            uri: capture.url.to_string(),
            sha256: Some(capture.digest()),
            updated: updated.as_ref().and_then(|d| d.instant),
            captured: None,
        },
        key: Some(format!("substack:{id}")),
        url: Some(url.to_string()),
        kind: if text("type") == "page" { Kind::Page } else { Kind::Post },
        title: html::plain_text(text("title")),
        authors: list("publishedBylines").filter_map(author).collect(),
        published: Date::parse_iso(text("post_date")),
        updated,
        tags: list("postTags").filter_map(tag).collect(),
        excerpt: Some(html::plain_text(text("subtitle"))).filter(|s| !s.is_empty()),
        body: body_html(body),
        base: Some(url.to_string()),
        media: cover
            .map(|url| Media { url: url.into(), role: "featured".into(), ..Media::default() })
            .into_iter()
            .collect(),
        enclosures: Some(text("podcast_url"))
            .filter(|u| u.starts_with("http"))
            .map(|url| Enclosure { url: url.into(), mime: None, length: None })
            .into_iter()
            .collect(),
        extra: Map::from_iter([("substack".to_string(), Value::Object(own))]),
        ..Draft::default()
    }
}

impl Source for Substack {
    fn site(&self) -> &Site {
        &self.site
    }

    fn at(&self) -> String {
        self.walk.start.to_string()
    }

    fn resume(&mut self, memo: &Value) {
        self.walk.resume(memo.get("walk").unwrap_or(memo));
        let marks = memo.get("marks").and_then(|m| serde_json::from_value(m.clone()).ok());
        self.marks = marks.unwrap_or_default();
    }

    fn only_names(&mut self) {
        self.only_names = true;
        self.walk = Walk::new(self.walk.start.clone());
    }

    fn next(&mut self) -> Option<Step> {
        while let Some(row) = self.posts.pop_front() {
            let slug = row.get("slug").and_then(Value::as_str).unwrap_or_default().to_string();
            let mut url = self.walk.start.clone();
            url.set_query(None);
            if let (false, Ok(mut path)) = (slug.is_empty(), url.path_segments_mut()) {
                path.clear().extend(["api", "v1", "posts", &slug]);
            }
            if !slug.is_empty() {
                self.asked.push_back(Asked::Post(row));
                return Some(Step::new(url, Ask::json()));
            }
        }
        // The texts of a part of the list come before the next part, so that a run that is broken off leaves no hole.
        if self.asked.iter().any(|a| matches!(a, Asked::Post(_))) {
            return None;
        }
        let step = self.walk.next(Ask::json())?;
        self.asked.push_back(Asked::List);
        Some(step)
    }

    fn read(&mut self, answer: &Answer, known: &dyn Fn(&str) -> bool) -> Result<Batch> {
        let mut batch = Batch::default();
        match self.asked.pop_front() {
            None => return Ok(batch),
            Some(Asked::Post(row)) => self.post(&row, answer, &mut batch),
            Some(Asked::List) => {
                let Some(chain) = self.walk.answered() else { return Ok(batch) };
                match answer.result() {
                    Ok(capture) if capture.status == 304 => return Ok(batch),
                    Ok(capture) => self.list(&chain, capture, known, &mut batch)?,
                    Err(miss) => return Err(explain(&chain.url, &miss)),
                }
            }
        }
        if self.posts.is_empty() && !self.asked.iter().any(|a| matches!(a, Asked::Post(_))) {
            batch.all = self.all;
            batch.memo = self.walk.memo().map(|walk| json!({"walk": walk, "marks": self.marks}));
        }
        Ok(batch)
    }

    fn covers(&self) -> bool {
        true
    }
}
