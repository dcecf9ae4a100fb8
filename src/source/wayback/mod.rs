//! A blog that is gone, out of the Wayback Machine or any archive of the same manner: the list of its captures first, then
//! of each post the best one, raw as it was received, stepping back where that shows something else.
//! One request at a time: an archive serves everybody.
//!
//! <https://archive.org/developers/wayback-cdx-server.html>, <https://datatracker.ietf.org/doc/html/rfc7089>

mod again;
mod captures;
mod choose;
mod judge;

use std::collections::{HashMap, HashSet, VecDeque};

use serde_json::{Value, json};
use url::Url;

use self::again::further;
use self::captures::{Dialect, Row, taken_apart};
use self::choose::Choice;
use self::judge::Page;
use super::{Batch, Named, Source, Step, Text, parts};
use crate::error::{Error, Result};
use crate::http::{Answer, Ask};
use crate::model::{Draft, Gap, Reason, Site, normalise_url};

pub(super) use self::again::again;
pub use self::captures::{BASE, raw};

/// Captures of one post that are tried until one shows it.
const MOST_TRIED: usize = 6;

/// Pages between two notes of how far it is.
const NOTE_EVERY: usize = 50;

/// What is wanted of an archive.
#[derive(Debug, Clone)]
pub struct Request {
    /// The archive; its captures are at `BASE/TIMEid_/URL`.
    pub base: Url,
    /// Last day or moment that counts, as digits of a time (`2009`, `20090423`).
    pub until: Option<String>,
    /// Captures of a post to keep where their texts differ: the newest, then the oldest, then those between.
    pub versions: usize,
}

/// What the answer that is under way belongs to.
#[derive(Debug)]
enum Asked {
    List,
    Front,
    Post,
}

/// A post on its way.
#[derive(Debug)]
struct Current {
    choice: Choice,
    tried: usize,
    /// Why the last capture was no good.
    last: Option<String>,
    /// What was found so far, each with the time of its capture.
    found: Vec<(String, Draft)>,
    /// A capture showed the post; what is asked now is for what else it said.
    more: bool,
    /// Further parts of the newest text that are still to be asked for.
    parts: VecDeque<(Url, Row)>,
    texts: HashSet<u64>,
}

pub struct Wayback {
    request: Request,
    /// Any address of the blog as it was.
    seed: Url,
    site: Site,
    dialect: Dialect,
    resume_key: Option<String>,
    rows: Vec<Row>,
    listed: bool,
    only_names: bool,
    front: Option<Row>,
    queue: VecDeque<Choice>,
    /// Captures of the further parts of posts, by their addresses.
    parts: HashMap<String, Vec<Row>>,
    current: Option<Current>,
    asked: Option<Asked>,
    /// Addresses that turned out to be no posts.
    none: HashSet<String>,
    /// Texts of posts that were read, each with its address: a page that stands under many is none of them.
    texts: HashMap<u64, String>,
    read: usize,
}

impl Wayback {
    pub fn new(seed: Url, request: Request) -> Wayback {
        let mut home = seed.clone();
        home.set_query(None);
        home.set_fragment(None);
        let site = Site { url: Some(home.to_string()), ..Site::default() };
        Wayback {
            request,
            seed: home,
            site,
            dialect: Dialect::Wayback,
            resume_key: None,
            rows: Vec::new(),
            listed: false,
            only_names: false,
            front: None,
            queue: VecDeque::new(),
            parts: HashMap::new(),
            current: None,
            asked: None,
            none: HashSet::new(),
            texts: HashMap::new(),
            read: 0,
        }
    }

    fn raw(&self, row: &Row) -> Option<Url> {
        captures::raw(&self.request.base, &row.time, &row.url)
    }

    /// Takes in a page of the list of captures.
    fn list(&mut self, answer: &Answer, known: &dyn Fn(&str) -> bool) -> Result<Batch> {
        let list = match answer.result() {
            Ok(capture) => captures::read(&capture.text()),
            Err(_) => None,
        };
        let Some(list) = list else {
            if self.dialect == Dialect::Wayback
                && self.rows.is_empty()
                && answer.miss.as_ref().and_then(|m| m.status).is_none_or(|s| s < 500)
            {
                self.dialect = Dialect::Pywb;
                return Ok(Batch::default());
            }
            let why = answer.result().err().map_or("no list of captures".to_string(), |m| m.detail);
            return Err(Error::fetch(&self.request.base, why)
                .with_hint("archives are busy at times: the same command goes on where it stopped"));
        };
        self.rows.extend(list.rows);
        self.resume_key = list.resume_key;
        if self.resume_key.is_some() {
            return Ok(Batch::default());
        }
        self.listed = true;
        let rows = std::mem::take(&mut self.rows);
        if rows.is_empty() {
            return Err(Error::fetch(&self.seed, "the archive has no capture of it")
                .with_hint("try the address it had at the time, with or without www., or a folder of it"));
        }
        let until = self.request.until.as_deref();
        let mut plan = choose::plan(rows, &self.seed, until);
        self.part(&mut plan.posts);
        if self.only_names {
            // What may be anything is evidence of nothing.
            let sure = plan.posts.into_iter().filter(|c| c.certain && !self.none.contains(&c.url));
            let named = sure.map(|c| Named { text: Text::Here, ..Named::at(c.url) }).collect();
            return Ok(Batch { named, notes: plan.notes, ..Batch::default() });
        }
        let all = plan.posts.len();
        let new = |c: &Choice| !known(&c.url) && !self.none.contains(&c.url);
        self.queue = plan.posts.into_iter().filter(new).collect();
        self.front = plan.front.filter(|_| !self.queue.is_empty());
        Ok(Batch { notes: plan.notes, expected: Some(all as u64), ..Batch::default() })
    }

    /// Takes the further parts of posts out of the list: they are no posts of their own.
    fn part(&mut self, posts: &mut Vec<Choice>) {
        let names: HashSet<String> = posts.iter().map(|c| normalise_url(&c.url)).collect();
        let whole = |c: &Choice| parts::whole(&Url::parse(&c.url).ok().filter(parts::is_numbered)?);
        let (further, own): (Vec<Choice>, Vec<Choice>) = std::mem::take(posts)
            .into_iter()
            .partition(|c| whole(c).is_some_and(|w| names.contains(&normalise_url(w.as_str()))));
        *posts = own;
        self.parts = further.into_iter().map(|c| (normalise_url(&c.url), c.captures)).collect();
    }

    /// Returns the parts of the post that a capture shows, each with the capture nearest to it in time.
    fn parts_of(&self, answer: &Answer, time: &str) -> VecDeque<(Url, Row)> {
        let further = answer.result().map(further).unwrap_or_default();
        let number = |t: &str| t.parse::<u64>().unwrap_or_default();
        let near = |url: Url| {
            let rows = self.parts.get(&normalise_url(url.as_str()))?;
            let row = rows.iter().min_by_key(|r| number(&r.time).abs_diff(number(time)))?.clone();
            Some((url, row))
        };
        further.into_iter().map_while(near).collect()
    }

    /// Takes in the front page: what the blog was called.
    fn front(&mut self, answer: &Answer) -> Batch {
        let Ok(capture) = answer.result() else { return Batch::default() };
        let text = crate::extract::decode(capture.payload(), capture.header("content-type")).text;
        if judge::parked(&text).is_some() {
            return Batch::default();
        }
        let (_, mut site) = super::look::head(&text, &self.seed);
        site.url = self.site.url.take();
        self.site = site.clone();
        Batch { site: Some(site), ..Batch::default() }
    }

    /// Takes in a capture of the current post; what came of the post once that is settled.
    fn post(&mut self, answer: &Answer) -> Batch {
        let Some(mut current) = self.current.take() else { return Batch::default() };
        if let Some((url, row)) = current.parts.pop_front() {
            let same = |(_, _, at): (Url, &str, &str)| normalise_url(at) == normalise_url(url.as_str());
            let here = answer.result().ok().and_then(taken_apart).is_some_and(same);
            match (judge::page(answer, url.as_str(), &row, &self.request.base), current.found.first_mut()) {
                (Page::Post(part, _), Some((_, draft))) if here => parts::join(draft, *part),
                // A text with a hole would say what its author did not.
                _ => current.parts.clear(),
            }
            return self.go_on(current);
        }
        let row = current.choice.captures.get(current.tried).cloned();
        current.tried += 1;
        let page = row.as_ref().map(|row| judge::page(answer, &current.choice.url, row, &self.request.base));
        match page {
            Some(Page::Post(draft, text)) => {
                let other = self.texts.get(&text).filter(|url| **url != current.choice.url);
                if let Some(other) = other {
                    current.last = Some(format!("the same page as {other}"));
                } else if current.texts.insert(text) {
                    let time = row.map(|r| r.time).unwrap_or_default();
                    if current.found.is_empty() {
                        current.parts = self.parts_of(answer, &time);
                    }
                    current.found.push((time, *draft));
                }
            }
            Some(Page::Bad(why)) => current.last = Some(why),
            Some(Page::Nothing(why)) => {
                current.last = Some(why);
                current.choice.certain = false;
            }
            None => {}
        }
        self.go_on(current)
    }

    /// Asks on for the current post, or settles it.
    fn go_on(&mut self, mut current: Current) -> Batch {
        if !current.parts.is_empty() {
            self.current = Some(current);
            return Batch::default();
        }
        let wanted = self.request.versions.max(1);
        if !current.found.is_empty() && !current.more && wanted > 1 {
            // The oldest is the other end of what the post went through; those between follow from the newest on.
            let mut rest = current.choice.captures.split_off(current.tried);
            if let Some(oldest) = (0..rest.len()).min_by_key(|n| rest.get(*n).map(|r| r.time.clone())) {
                let oldest = rest.remove(oldest);
                rest.insert(0, oldest);
            }
            (current.choice.captures, current.tried, current.more) = (rest, 0, true);
        }
        if current.more && current.found.len() < wanted && current.tried < current.choice.captures.len() {
            self.current = Some(current);
            return Batch::default();
        }
        let more = current.found.is_empty() && current.tried < current.choice.captures.len().min(MOST_TRIED);
        if more {
            self.current = Some(current);
            return Batch::default();
        }
        self.settle(current)
    }

    fn settle(&mut self, current: Current) -> Batch {
        self.read += 1;
        let mut batch = Batch::default();
        if current.found.is_empty() {
            let why = current.last.unwrap_or_else(|| "no capture".into());
            if current.choice.certain {
                let detail = format!("{} tried; the last: {why}", current.tried);
                let (url, what) = (current.choice.url, "post".to_string());
                batch.gaps.push(Gap { url, what, reason: Reason::NotFound, detail, post: None });
            } else {
                self.none.insert(current.choice.url);
            }
        } else {
            for text in current.texts {
                self.texts.entry(text).or_insert_with(|| current.choice.url.clone());
            }
            // The oldest first: what is kept later is the newer text.
            let mut found = current.found;
            found.sort_by(|a, b| a.0.cmp(&b.0));
            batch.drafts = found.into_iter().map(|(_, draft)| draft).collect();
        }
        if self.read.is_multiple_of(NOTE_EVERY) || self.queue.is_empty() {
            batch.memo = Some(self.memo());
        }
        batch
    }

    fn memo(&self) -> Value {
        let mut none: Vec<&String> = self.none.iter().collect();
        none.sort();
        json!({ "none": none })
    }
}

impl Source for Wayback {
    fn site(&self) -> &Site {
        &self.site
    }

    fn at(&self) -> String {
        format!("{} of {}", self.request.base, self.seed)
    }

    fn resume(&mut self, memo: &Value) {
        let none = memo["none"].as_array().into_iter().flatten();
        self.none.extend(none.filter_map(|v| v.as_str().map(str::to_string)));
    }

    fn only_names(&mut self) {
        self.only_names = true;
    }

    fn next(&mut self) -> Option<Step> {
        if self.asked.is_some() {
            return None;
        }
        if !self.listed {
            let url = captures::query(
                &self.request.base,
                self.dialect,
                &self.seed,
                self.request.until.as_deref(),
                self.resume_key.as_deref(),
            )?;
            self.asked = Some(Asked::List);
            return Some(Step::new(url, Ask::json()));
        }
        if let Some(url) = self.front.take().and_then(|row| self.raw(&row)) {
            self.asked = Some(Asked::Front);
            return Some(Step::new(url, Ask::page()));
        }
        if self.current.is_none() {
            let choice = self.queue.pop_front()?;
            self.current = Some(Current {
                choice,
                tried: 0,
                last: None,
                found: Vec::new(),
                more: false,
                parts: VecDeque::new(),
                texts: HashSet::new(),
            });
        }
        let current = self.current.as_ref()?;
        let part = current.parts.front().map(|(_, row)| row);
        let url = self.raw(part.or_else(|| current.choice.captures.get(current.tried))?)?;
        self.asked = Some(Asked::Post);
        Some(Step::new(url, Ask::page()))
    }

    fn read(&mut self, answer: &Answer, known: &dyn Fn(&str) -> bool) -> Result<Batch> {
        match self.asked.take() {
            Some(Asked::List) => self.list(answer, known),
            Some(Asked::Front) => Ok(self.front(answer)),
            Some(Asked::Post) => Ok(self.post(answer)),
            None => Ok(Batch::default()),
        }
    }

    fn covers(&self) -> bool {
        true
    }
}
