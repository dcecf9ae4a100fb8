//! `audit`: what the blog says it published against what is kept. Nothing is got, nothing is written.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::path::Path;

use serde::Serialize;
use url::Url;

use super::gate::Gate;
use super::inventory::{Evidence, Inventory};
use super::state::State;
use super::{FetchRequest, known_sources, web};
use crate::error::{Error, Result};
use crate::event::Events;
use crate::http::{Answer, Web};
use crate::model::{Clock, LinkKind, PostId, Reason, Status, normalise_url};
use crate::source::{Found, Named, Reach, Source as _, WAYBACK, Wayback, find};
use crate::store::{Archive, Entry};

/// Links inside the blog say what there is too, under a name of their own.
const LINKS: &str = "links";

/// What one way names.
#[derive(Debug, Clone, Serialize)]
pub struct Told {
    pub source: &'static str,
    pub named: u64,
    /// It names every post there is, as far as it says.
    pub whole: bool,
    /// Why it names nothing, or not all.
    pub fault: Option<String>,
}

/// One year of the blog.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Year {
    pub named: u64,
    pub kept: u64,
    pub missing: u64,
}

/// A post that is named and not kept.
#[derive(Debug, Clone, Serialize)]
pub struct Missing {
    pub url: String,
    /// Who names it.
    pub sources: BTreeSet<&'static str>,
    pub published: Option<String>,
    /// Why it is not kept, where a fetch found out.
    pub reason: Option<Reason>,
    /// The user knows and accepts it.
    pub accepted: bool,
}

/// What came of an audit.
#[derive(Debug, Clone, Serialize)]
pub struct Audit {
    pub archive: String,
    pub url: String,
    pub sources: Vec<Told>,
    /// By year of publication; what nobody dates stands under `undated`.
    pub years: BTreeMap<String, Year>,
    pub missing: Vec<Missing>,
}

/// Holds what the blog says of itself against its archive in the folder `root`.
///
/// # Errors
/// [`Error::Archive`] when there is none, [`Error::Fetch`] when the blog says nothing.
pub fn audit(request: &FetchRequest, root: &Path, events: &Events, clock: &Clock) -> Result<Audit> {
    known_sources(&request.sources)?;
    let archive = Archive::open(root)?;
    let state = State::load(|name| archive.cache_get(name), false);
    let entries = archive.entries()?;
    let live = web(&FetchRequest { wayback: None, ..request.clone() }, clock)?;
    events.phase("looking for the blog");
    let mut sources = Vec::new();
    let found = find(&request.url, &request.sources, &state.memos, true, &mut |url, ask| live.get(url, ask, events));
    let found = match found {
        // The blog is gone: the archive of the web has the word.
        Err(error @ Error::Fetch { .. }) if request.wayback.is_some() => {
            let fault = Some(error.to_string());
            sources.push(Told { source: "blog", named: 0, whole: false, fault });
            Vec::new()
        }
        found => found?,
    };
    let site = found.first().and_then(|f| Url::parse(f.source.site().url.as_deref()?).ok());
    let site = site.or_else(|| Some(request.url.clone()));
    let mut teller = Teller { events, gate: Gate::new(request.robots), inventory: Inventory::default(), site };
    for found in found.into_iter().filter(|f| f.way.reach != Reach::Page) {
        sources.push(teller.ask(&live, found)?);
    }
    if let Some(wanted) = &request.wayback {
        let mut source = Wayback::new(request.url.clone(), wanted.clone());
        state.memos.get(WAYBACK.name).into_iter().for_each(|memo| source.resume(memo));
        sources.push(teller.ask(&web(request, clock)?, Found { way: &WAYBACK, source: Box::new(source) })?);
    }
    sources.push(teller.links(&archive, &entries)?);
    let mut audit = Audit {
        archive: archive.info.name.clone(),
        url: crate::http::without_password(request.url.as_str()),
        sources,
        years: BTreeMap::new(),
        missing: Vec::new(),
    };
    compare(&mut audit, &teller.inventory, &archive, &entries, &state)?;
    Ok(audit)
}

/// Asks sources for names.
struct Teller<'a> {
    events: &'a Events,
    gate: Gate,
    inventory: Inventory,
    site: Option<Url>,
}

impl Teller<'_> {
    fn ask(&mut self, web: &Web, found: Found) -> Result<Told> {
        let (way, mut source) = (found.way, found.source);
        self.events.phase(format!("asking: {}", way.what));
        source.only_names();
        let mut told = Told { source: way.name, named: 0, whole: false, fault: None };
        let mut pending = VecDeque::new();
        let mut names = BTreeSet::new();
        loop {
            while pending.len() < 2
                && let Some(step) = source.next()
            {
                let allowed = !way.crawls || self.gate.permits(&step.url, web, self.events, &mut |_| Ok(()))?;
                pending.push_back(if allowed {
                    Ok(web.start(&step.url, &step.ask))
                } else {
                    Err(Answer::missed(&step.url, Reason::Refused, "robots.txt forbids it"))
                });
            }
            let answer = match pending.pop_front() {
                None => break,
                Some(Ok(next)) => web.wait(next, self.events)?,
                Some(Err(refused)) => refused,
            };
            let batch = match source.read(&answer, &|_| false) {
                Ok(batch) => batch,
                Err(error @ Error::Fetch { .. }) => {
                    told.fault = Some(error.to_string());
                    break;
                }
                Err(error) => return Err(error),
            };
            told.whole |= batch.all;
            for named in &batch.named {
                if self.inside(&named.name) {
                    names.insert(normalise_url(&named.name));
                    self.inventory.add(way.name, named);
                }
            }
        }
        told.named = names.len() as u64;
        Ok(told)
    }

    fn inside(&self, name: &str) -> bool {
        let host = |u: &Url| u.host_str().map(|h| h.trim_start_matches("www.").to_string());
        Url::parse(name).is_ok_and(|u| self.site.as_ref().is_none_or(|s| host(s) == host(&u)))
    }

    /// Links of kept posts that lead to posts of the same blog: those of a shape that kept posts have.
    fn links(&mut self, archive: &Archive, entries: &[Entry]) -> Result<Told> {
        let shapes: BTreeSet<String> = entries.iter().filter_map(|e| shape(e.url.as_deref()?)).collect();
        let mut names = BTreeSet::new();
        for entry in entries {
            self.events.check()?;
            let post = archive.read(entry)?;
            for link in post.links.iter().filter(|l| l.kind == LinkKind::Internal && l.target.is_none()) {
                let Some(mut url) = link.url.as_deref().and_then(|u| Url::parse(u).ok()) else { continue };
                url.set_fragment(None);
                let fits = url.query().is_none() && shape(url.as_str()).is_some_and(|s| shapes.contains(&s));
                if fits && self.inside(url.as_str()) {
                    names.insert(normalise_url(url.as_str()));
                    self.inventory.add(LINKS, &Named::at(url));
                }
            }
        }
        Ok(Told { source: LINKS, named: names.len() as u64, whole: false, fault: None })
    }
}

/// Returns the shape of a dated address: digits as one, the last part left out; none of one without a date.
fn shape(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let (folder, _) = url.path().trim_end_matches('/').rsplit_once('/')?;
    let digits = folder.bytes().filter(u8::is_ascii_digit).count();
    (digits >= 4).then(|| folder.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect())
}

/// Fills in what is kept and what is missing, by year.
fn compare(audit: &mut Audit, told: &Inventory, archive: &Archive, entries: &[Entry], state: &State) -> Result<()> {
    let mut kept: HashMap<String, &Entry> = HashMap::new();
    for entry in entries {
        for name in entry.url.iter().chain(&entry.aliases) {
            kept.insert(normalise_url(name), entry);
        }
    }
    let gaps: HashMap<String, (Reason, bool)> =
        archive.gaps()?.into_iter().map(|g| (normalise_url(&g.gap.url), (g.gap.reason, g.accepted))).collect();
    let mut counted: BTreeSet<&PostId> = BTreeSet::new();
    for evidence in told.all() {
        let name = normalise_url(&evidence.name);
        let entry = kept.get(&name);
        let gap = gaps.get(&name).copied();
        // A fetch looked at it and found that it is no post.
        if entry.is_none() && gap.is_none() && state.seen(&evidence.name).is_some() {
            continue;
        }
        if entry.is_some_and(|e| !counted.insert(&e.id)) {
            continue;
        }
        let date = entry.and_then(|e| e.published.as_ref()).map(|d| d.text.clone()).or(evidence.published.clone());
        let row = audit.years.entry(year(date.as_deref(), Some(&evidence.name))).or_default();
        row.named += 1;
        match entry {
            Some(_) => row.kept += 1,
            None => {
                row.missing += 1;
                audit.missing.push(missing(evidence, gap));
            }
        }
    }
    // What is kept and nobody names: taken away since, or never listed.
    for entry in entries.iter().filter(|e| e.status == Status::Published && !counted.contains(&e.id)) {
        let date = entry.published.as_ref().map(|d| d.text.as_str());
        audit.years.entry(year(date, entry.url.as_deref())).or_default().kept += 1;
    }
    audit.missing.sort_by(|a, b| (&a.published, &a.url).cmp(&(&b.published, &b.url)));
    Ok(())
}

fn missing(evidence: &Evidence, gap: Option<(Reason, bool)>) -> Missing {
    Missing {
        url: evidence.name.clone(),
        sources: evidence.ways.clone(),
        published: evidence.published.clone(),
        reason: gap.map(|(reason, _)| reason),
        accepted: gap.is_some_and(|(_, accepted)| accepted),
    }
}

/// Returns the year of a post, by its date or by the date in its address.
fn year(date: Option<&str>, url: Option<&str>) -> String {
    let plausible =
        |y: &str| y.len() == 4 && (y.starts_with("19") || y.starts_with("20")) && y.bytes().all(|b| b.is_ascii_digit());
    let dated = date.and_then(|d| d.get(..4)).filter(|y| plausible(y));
    let parts = url.into_iter().flat_map(|u| u.split('/').skip(3));
    let found = dated.or_else(|| parts.into_iter().find(|p| plausible(p)));
    found.map_or_else(|| "undated".to_string(), str::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_is_of_the_year_of_its_date_or_address() {
        assert_eq!(year(Some("2007-04-23T10:00:00"), None), "2007");
        assert_eq!(year(None, Some("http://a.example/blog/1999/12/x.html")), "1999");
        assert_eq!(year(None, Some("http://2007.example/x/")), "undated");
    }
}
