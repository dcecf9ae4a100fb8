//! All fields of a post but its text: candidates of each field to a vote, the vote to a value. It knows no field's own rules.

use scraper::Html;
use url::Url;

use super::content::{Found, squash};
use super::facts::Facts;
use super::outline::Outline;
use super::zone::Zone;
use super::{Evidence, authors, dates, terms, title};
use crate::model::Draft;

/// A page, or a part of one, and where its post stands.
pub(super) struct Page<'a> {
    pub tree: &'a Html,
    pub outline: &'a Outline,
    pub facts: &'a Facts,
    /// The heading that says what the page's head says.
    pub heading: Option<usize>,
    /// The container of the text.
    pub at: usize,
    pub base: Option<&'a Url>,
}

/// Returns a draft with the fields of the post, and the evidence for them.
pub(super) fn read<'a>(page: &Page<'a>, address: Option<&Url>) -> (Draft, Vec<Evidence>, Zone<'a>) {
    let Page { tree, outline, facts, heading, at, base } = *page;
    // A page out of the Wayback Machine is judged by the address it had.
    let origin = address.map(original);
    let host = origin.as_ref().and_then(Url::host_str).unwrap_or_default();
    let titles = title::ballot(tree, outline, facts, at, origin.as_ref());
    let title = titles.winner(squash).map(|c| c.value.clone()).unwrap_or_default();
    let mut evidence = titles.evidence("title", &title, squash);
    let heading = heading.or_else(|| title::shown(tree, outline, &title, at));
    let zone = Zone::of(outline, at, heading);
    let days = dates::days(&dates::Page { tree, outline, zone: &zone, facts, url: origin.as_ref() });
    let published = days.winner();
    let day = |v: &str| v.get(..10).unwrap_or(v).to_string();
    let text = |d: &Option<crate::model::Date>| d.as_ref().map(|d| d.text.clone()).unwrap_or_default();
    evidence.extend(days.ballot().evidence("published", &text(&published), day));
    let (updated, changes) = dates::changed(facts);
    evidence.extend(changes.evidence("updated", &text(&updated), day));
    let names = authors::names(tree, &zone, facts, host, &title);
    let (authors, by) = authors::winner(&names, facts, base);
    evidence.extend(names.ballot.evidence("authors", &by, squash));
    let terms = terms::of(tree, outline, &zone, facts);
    evidence.extend(terms.evidence);
    let draft = Draft {
        title,
        authors,
        published,
        updated,
        tags: terms.tags,
        categories: terms.categories,
        language: facts.language.clone(),
        ..Draft::default()
    };
    (draft, evidence, zone)
}

/// Returns where the post stands on a page without text whose head says that it is one: a picture, a film, a text that
/// scripts fetch.
pub(super) fn untold(outline: &Outline, facts: &Facts, heading: Option<usize>) -> Option<Found> {
    let article = facts.meta_value("og:type").is_some_and(|t| t.eq_ignore_ascii_case("article"));
    let dated = facts.rules("published").next().is_some() || !facts.texts("datePublished").is_empty();
    let first = || outline.items.iter().position(|i| &*i.name == "h1" && i.text > 0);
    let heading = heading.or_else(first).filter(|_| article && dated)?;
    let parent = outline.items.get(heading).map(|i| i.parent)?;
    Some(Found { at: parent, how: "the post's heading" })
}

/// Returns the address a page had before the Wayback Machine kept it.
fn original(address: &Url) -> Url {
    let kept = address.host_str() == Some("web.archive.org");
    let inner = kept.then(|| address.as_str().split_once("/http").map(|(_, rest)| format!("http{rest}"))).flatten();
    inner.and_then(|a| Url::parse(&a).ok()).unwrap_or_else(|| address.clone())
}
