//! Which posts: one choice for every format and listing.

use jiff::civil::{self, DateTime};
use jiff::{Span, ToSpan};

use crate::error::{Error, Result};
use crate::model::{Kind, Status};
use crate::store::Entry;

/// A choice of posts. What is left empty chooses all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Local time of the earliest post; posts without a date are left out.
    pub since: Option<DateTime>,
    /// Local time before which the latest post was published.
    pub until: Option<DateTime>,
    /// Label or slug of a tag or category, without case.
    pub tag: Option<String>,
    /// Name or slug, without case.
    pub author: Option<String>,
    pub series: Option<String>,
    pub kinds: Vec<Kind>,
    pub statuses: Vec<Status>,
    /// So many of the newest.
    pub limit: Option<usize>,
}

impl Selection {
    /// Returns whether all posts are chosen.
    pub fn is_all(&self) -> bool {
        *self == Selection::default()
    }

    /// Returns the chosen ones in the order given, which is that of time, undated last.
    pub fn of(&self, mut entries: Vec<Entry>) -> Vec<Entry> {
        entries.retain(|e| self.chooses(e));
        let Some(limit) = self.limit else { return entries };
        // The newest are the last of those with a date; undated ones fill up what is left.
        let dated = entries.iter().take_while(|e| e.published.is_some()).count();
        entries.drain(..dated.saturating_sub(limit));
        entries.truncate(limit);
        entries
    }

    fn chooses(&self, entry: &Entry) -> bool {
        let time = entry.published.as_ref().and_then(|d| d.local());
        let in_time = match (self.since, self.until, time) {
            (None, None, _) => true,
            (_, _, None) => false,
            (since, until, Some(time)) => since.is_none_or(|s| time >= s) && until.is_none_or(|u| time < u),
        };
        let tagged = |tag: &String| {
            entry.tags.iter().chain(&entry.categories).any(|t| same(&t.label, tag) || same(&t.slug, tag))
        };
        let written = |name: &String| {
            entry.authors.iter().any(|a| same(&a.name, name) || a.slug.as_ref().is_some_and(|s| same(s, name)))
        };
        in_time
            && self.tag.as_ref().is_none_or(tagged)
            && self.author.as_ref().is_none_or(written)
            && self.series.as_ref().is_none_or(|s| entry.series.as_ref().is_some_and(|e| same(e, s)))
            && (self.kinds.is_empty() || self.kinds.contains(&entry.kind))
            && (self.statuses.is_empty() || self.statuses.contains(&entry.status))
    }
}

fn same(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.trim().to_lowercase()
}

/// Returns the first moment that `--since` means: the beginning of a year, month or day, or so long before `now`.
pub fn since(text: &str, now: DateTime) -> Result<DateTime> {
    window(text, now).map(|(first, _)| first)
}

/// Returns the first moment that `--until` no longer means: the end of a year, month or day, or so long before `now`.
pub fn until(text: &str, now: DateTime) -> Result<DateTime> {
    window(text, now).map(|(_, end)| end)
}

/// Returns beginning and end of a stretch of time: `2007`, `2007-04`, `2007-04-23`; `30d`, `6w`, `3m`, `2y` ago.
fn window(text: &str, now: DateTime) -> Result<(DateTime, DateTime)> {
    let text = text.trim();
    let bad = || {
        Error::usage(format!("{text:?} is no date and no age"))
            .with_hint("write 2007, 2007-04, 2007-04-23, or an age as 30d, 6w, 3m, 2y")
    };
    let (day, span): (String, Span) = match text.len() {
        4 if text.bytes().all(|b| b.is_ascii_digit()) => (format!("{text}-01-01"), 1.year()),
        7 if text.as_bytes().get(4) == Some(&b'-') => (format!("{text}-01"), 1.month()),
        10 => (text.to_string(), 1.day()),
        _ => {
            let ago = age(text).and_then(|age| now.checked_sub(age).ok()).ok_or_else(bad)?;
            return Ok((ago, ago));
        }
    };
    let first = day.parse::<civil::Date>().map_err(|_| bad())?.to_datetime(civil::Time::midnight());
    Ok((first, first.checked_add(span).map_err(|_| bad())?))
}

fn age(text: &str) -> Option<Span> {
    let unit = text.chars().next_back()?;
    let n: i64 = text.strip_suffix(unit)?.parse().ok().filter(|n| *n >= 0)?;
    let span = Span::new();
    match unit {
        'd' => span.try_days(n).ok(),
        'w' => span.try_weeks(n).ok(),
        'm' => span.try_months(n).ok(),
        'y' => span.try_years(n).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Author, Date, Term};

    fn entry(date: &str, tag: &str) -> Entry {
        Entry {
            published: Date::parse_iso(date),
            tags: vec![Term {
                label: tag.into(),
                slug: tag.to_lowercase().replace(' ', "-"),
                taxonomy: "post_tag".into(),
            }],
            authors: vec![Author { name: "Ada".into(), ..Author::default() }],
            ..Entry::default()
        }
    }

    fn chosen(selection: Selection) -> Vec<String> {
        let all = vec![
            entry("2007-04-23", "Air Force"),
            entry("2007-05-01T00:00:00", "b"),
            entry("2008", "b"),
            entry("", "b"),
        ];
        let text = |e: &Entry| e.published.as_ref().map_or("undated".into(), |d| d.text.clone());
        selection.of(all).iter().map(text).collect()
    }

    #[test]
    fn until_takes_in_the_whole_of_what_it_names() {
        let now = civil::date(2026, 3, 4).at(5, 6, 7, 0);
        let range = |s: &str, u: &str| Selection {
            since: Some(since(s, now).unwrap()),
            until: Some(until(u, now).unwrap()),
            ..Selection::default()
        };
        assert_eq!(chosen(range("2007", "2007-04")), ["2007-04-23"]);
        assert_eq!(chosen(range("2007-04-23", "2007")), ["2007-04-23", "2007-05-01T00:00:00"]);
        assert_eq!(chosen(range("19y", "1d")), ["2007-04-23", "2007-05-01T00:00:00", "2008"]);
        for bad in ["", "yesterday", "-3d", "2007-13", "99999999999y", "é", "2007-4-23", "aaaa-bb", "日本日本"] {
            assert!(since(bad, now).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn tag_is_known_by_label_and_slug_without_case() {
        for tag in ["air force", "Air-Force"] {
            assert_eq!(chosen(Selection { tag: Some(tag.into()), ..Selection::default() }), ["2007-04-23"]);
        }
        assert_eq!(chosen(Selection { author: Some("ada".into()), ..Selection::default() }).len(), 4);
        assert_eq!(chosen(Selection { author: Some("bob".into()), ..Selection::default() }).len(), 0);
    }

    #[test]
    fn limit_takes_the_newest() {
        let first = |n| chosen(Selection { limit: Some(n), ..Selection::default() });
        assert_eq!(first(1), ["2008"]);
        assert_eq!(first(3).len(), 3);
        assert_eq!(first(9), ["2007-04-23", "2007-05-01T00:00:00", "2008", "undated"]);
        assert_eq!(first(0).len(), 0);
    }
}
