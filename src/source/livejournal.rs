//! LiveJournal, Dreamwidth and their kin: the calendar leads to every entry that strangers may see. It gives names only;
//! the texts are on the pages.

use std::collections::HashSet;

use scraper::Selector;
use serde_json::Value;
use url::Url;

use super::walk::{Chain, Walk};
use super::{Batch, Look, Named, Source, Step, explain};
use crate::error::Result;
use crate::html;
use crate::http::{Answer, Ask};
use crate::model::{Capture, Site, normalise_url};

/// Hosts of journals.
const HOSTS: [&str; 3] = [".livejournal.com", ".dreamwidth.org", ".insanejournal.com"];

/// A journal.
pub(super) struct Journal {
    walk: Walk,
    site: Site,
    seen: HashSet<String>,
}

/// A page of a journal names its entries by number.
pub(super) fn probe(look: &mut Look) -> Result<Option<Box<dyn Source>>> {
    let host = look.page.url.host_str().unwrap_or_default();
    let known = HOSTS.iter().any(|h| host.ends_with(h)) || look.text.contains("LJ.") || look.text.contains("ljuser");
    let start = look.page.url.join("/");
    match start {
        Ok(start) if known && !links(&look.text, &look.page.url).posts.is_empty() => {
            let site = Site { generator: Some("LiveJournal".into()), ..look.site.clone() };
            Ok(Some(Box::new(Journal { walk: Walk::new(start), site, seen: HashSet::new() })))
        }
        _ => Ok(None),
    }
}

impl Journal {
    fn take(&mut self, chain: &Chain, capture: &Capture, known: &dyn Fn(&str) -> bool) -> Batch {
        let mut batch = Batch::default();
        let found = links(&capture.text(), &capture.url);
        let mut news = 0;
        for url in found.posts {
            if self.seen.insert(normalise_url(url.as_str())) {
                news += usize::from(!known(url.as_str()));
                batch.named.push(Named::at(url));
            }
        }
        let front = self.walk.is_start(chain);
        if front && chain.stops {
            // All entries on the front page are new: there are more of them behind it.
            let many = news > 0 && news == batch.named.len();
            let older = found.older.filter(|_| many);
            if older.is_some_and(|url| self.walk.go_on(chain, url)) {
                return batch;
            }
        } else if front {
            self.walk.add(capture.url.join("/calendar").unwrap_or_else(|_| capture.url.clone()));
        } else {
            found.periods.into_iter().for_each(|url| self.walk.add(url));
        }
        batch.all = self.walk.end(chain.stops, !front);
        batch
    }
}

impl Source for Journal {
    fn site(&self) -> &Site {
        &self.site
    }

    fn at(&self) -> String {
        self.walk.start.to_string()
    }

    fn resume(&mut self, memo: &Value) {
        self.walk.resume(memo);
    }

    fn only_names(&mut self) {
        self.walk = Walk::new(self.walk.start.clone());
    }

    fn next(&mut self) -> Option<Step> {
        self.walk.next(Ask::page())
    }

    fn read(&mut self, answer: &Answer, known: &dyn Fn(&str) -> bool) -> Result<Batch> {
        let Some(chain) = self.walk.answered() else { return Ok(Batch::default()) };
        let mut batch = match answer.result() {
            Ok(capture) if capture.status == 304 => return Ok(Batch::default()),
            Ok(capture) => self.take(&chain, capture, known),
            Err(miss) if self.walk.is_start(&chain) => return Err(explain(&chain.url, &miss)),
            Err(miss) => Batch {
                notes: vec![format!("{}: {} ({})", chain.url, miss.reason.words(), miss.detail)],
                all: self.walk.end(false, false),
                ..Batch::default()
            },
        };
        batch.memo = self.walk.memo();
        Ok(batch)
    }

    fn covers(&self) -> bool {
        self.walk.covers()
    }
}

/// What a page of a journal leads to.
struct Links {
    posts: Vec<Url>,
    /// Years, months and days.
    periods: Vec<Url>,
    older: Option<Url>,
}

fn links(text: &str, at: &Url) -> Links {
    let mut found = Links { posts: Vec::new(), periods: Vec::new(), older: None };
    let tree = html::parse_document(text);
    let Ok(all) = Selector::parse("a[href]") else { return found };
    for link in tree.select(&all).take(20_000) {
        let Some(mut url) = link.attr("href").and_then(|h| at.join(h.trim()).ok()) else { continue };
        if url.host_str() != at.host_str() || url.port() != at.port() {
            continue;
        }
        url.set_fragment(None);
        let skip = url.query_pairs().any(|(k, _)| k == "skip") && url.path() == "/";
        if skip
            && found.older.is_none()
            && !at.query_pairs().any(|(k, v)| k == "skip" && url.as_str().ends_with(&format!("={v}")))
        {
            found.older = Some(url);
            continue;
        }
        url.set_query(None);
        let segments: Vec<&str> = url.path_segments().into_iter().flatten().filter(|s| !s.is_empty()).collect();
        let number = |s: &str| !s.is_empty() && s.len() < 20 && s.bytes().all(|b| b.is_ascii_digit());
        let list = match segments.as_slice() {
            [page] if page.strip_suffix(".html").is_some_and(number) => &mut found.posts,
            [year, rest @ ..]
                if year.len() == 4
                    && number(year)
                    && rest.len() < 3
                    && rest.iter().all(|s| s.len() == 2 && number(s)) =>
            {
                &mut found.periods
            }
            _ => continue,
        };
        if !list.contains(&url) {
            list.push(url);
        }
    }
    found
}
