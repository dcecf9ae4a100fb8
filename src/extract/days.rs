//! The vote on the day of a post: of all days that somebody gives, the one most speaks for, as readers of the page see it.
//! It knows no page.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use jiff::civil::DateTime;

use super::ballot::{Ballot, Candidate};
use super::when::{self, Order};
use crate::model::Date;

/// What is noted of a day on which the post was changed.
pub(super) const CHANGE: &str = "a day of change";

/// A text that may name the day.
pub(super) struct Told {
    pub text: String,
    pub source: &'static str,
    pub at: String,
    pub weight: i32,
    pub note: &'static str,
    /// A line that is a date and little else, where posts show theirs.
    pub plain: bool,
}

/// A day somebody gives.
struct Vote {
    date: Date,
    told: Told,
}

/// All that speaks for days of publication.
#[derive(Default)]
pub(super) struct Days(Vec<Vote>);

pub(super) fn told_by(source: &'static str, at: &str, text: String, weight: i32) -> Told {
    Told { text, source, at: at.to_string(), weight, note: "", plain: false }
}

impl Days {
    /// Returns whether a day is already told by more than a hint.
    pub fn are_told(&self) -> bool {
        self.0.iter().any(|v| v.told.weight > 2)
    }

    /// Adds a day that is known without a text.
    pub fn know(&mut self, date: Date, told: Told) {
        self.0.push(Vote { date, told });
    }

    /// Adds those texts that name a day. Of a source only the first word on a day counts: lists repeat days.
    pub fn hear(&mut self, told: Vec<Told>, order: Order) {
        for told in told {
            if let Some(date) = when::parse(&told.text, order).filter(plausible) {
                self.0.push(Vote { date, told });
            }
        }
    }

    /// Returns the day of a moment, as it is written.
    pub fn day(date: &Date) -> &str {
        date.text.get(..10).unwrap_or(&date.text)
    }

    /// Returns the day most speaks for, told as exactly as any of its sources tells it, and why what weighs more was not
    /// taken, where it was not.
    pub fn winner(&self) -> Option<(Date, &'static str)> {
        let day = |v: &Vote| Days::day(&v.date).to_string();
        let sources: BTreeSet<&str> = self.0.iter().map(|v| v.told.source).collect();
        let first_shown = self.0.iter().find(|v| v.told.source == "markup" && v.told.note.is_empty()).map(day);
        let total = |key: &str| -> i32 {
            let most = |source: &str| {
                self.0.iter().filter(|v| v.told.source == source && day(v) == key).map(|v| v.told.weight).max()
            };
            let later = |source: &str| i32::from(source == "markup" && first_shown.as_deref() != Some(key));
            sources.iter().filter_map(|s| most(s).map(|w| (w - later(s)).max(1))).sum()
        };
        let keys: Vec<String> = self.0.iter().take(200).map(day).collect();
        let best = keys.iter().enumerate().max_by_key(|(n, key)| (total(key), std::cmp::Reverse(*n)))?.1;
        let exact = |d: &Date| (d.precision, d.instant.is_some());
        let of_best = self.0.iter().filter(|v| day(v) == *best);
        // Of two that name one moment the one by the blog's own clock.
        let own = |d: &Date| !matches!(d.offset.as_deref(), None | Some("Z" | "+00:00"));
        let chosen = of_best.max_by_key(|v| (exact(&v.date), own(&v.date), v.told.weight))?;
        let labelled = || Some((self.before_change(chosen)?, "the page calls it the day of a change"));
        let local = || Some((self.as_shown(chosen)?, "the same moment, the page shows it in its own time"));
        let shown = || Some((self.only_shown(chosen)?, "the page shows one other day"));
        Some(labelled().or_else(local).or_else(shown).unwrap_or_else(|| (chosen.date.clone(), "")))
    }

    /// Returns the first day the page shows for the post, where it shows the one its head tells only as that of a later change.
    fn before_change(&self, chosen: &Vote) -> Option<Date> {
        let day = Days::day(&chosen.date);
        let seen = |v: &&Vote| matches!(v.told.source, "markup" | "text");
        let mut same = self.0.iter().filter(seen).filter(|v| Days::day(&v.date) == day).peekable();
        same.peek()?;
        if matches!(chosen.told.source, "markup" | "text" | "url") || same.any(|v| v.told.note != CHANGE) {
            return None;
        }
        let sure = |v: &&Vote| v.told.note.is_empty() && v.told.plain && v.told.weight > 2 && Days::day(&v.date) < day;
        self.0.iter().find(seen).filter(sure).map(|v| v.date.clone())
    }

    /// Returns the one day the page shows for the post, where its head tells another: many a program puts there the day of
    /// its draft, of its import or of its last change.
    fn only_shown(&self, chosen: &Vote) -> Option<Date> {
        let day = Days::day(&chosen.date);
        let hidden = |v: &Vote| matches!(v.told.source, "meta" | "json-ld");
        if self.0.iter().any(|v| Days::day(&v.date) == day && !hidden(v) && v.told.note.is_empty()) {
            return None;
        }
        let change =
            |v: &Vote| self.0.iter().any(|o| o.told.note == CHANGE && Days::day(&o.date) == Days::day(&v.date));
        let mut shown = self.0.iter().filter(|v| !hidden(v) && v.told.note.is_empty());
        let first = shown.next()?;
        let alone = shown.all(|v| Days::day(&v.date) == Days::day(&first.date));
        // A day the text happens to name is none that is shown for the post.
        let sure = |v: &&Vote| v.told.plain && (v.told.weight > 2 || hidden(chosen));
        let plain = self.0.iter().filter(sure).filter(|v| Days::day(&v.date) == Days::day(&first.date));
        plain.max_by_key(|v| v.date.precision).filter(|v| alone && !change(v)).map(|v| v.date.clone())
    }

    /// Returns the day as readers of the page see it, where the head gives the same moment in the time of Greenwich and
    /// that is another day.
    fn as_shown(&self, chosen: &Vote) -> Option<Date> {
        const VISIBLE: [&str; 3] = ["markup", "text", "url"];
        let visible = |v: &&Vote| VISIBLE.contains(&v.told.source) && v.told.note.is_empty();
        let day = Days::day(&chosen.date);
        if self.0.iter().filter(visible).any(|v| Days::day(&v.date) == day) {
            return None;
        }
        let utc = chosen.date.instant.is_some() && matches!(chosen.date.offset.as_deref(), Some("Z" | "+00:00") | None);
        let moment: DateTime = chosen.date.text.parse().ok()?;
        let fits = |v: &&Vote| {
            let apart = |local: DateTime| local.duration_since(moment);
            match v.date.text.parse::<DateTime>() {
                // Both clocks show the same minute of another hour.
                Ok(local) if v.date.text.len() > 10 => {
                    let apart = apart(local);
                    apart.abs() <= SignedDuration::from_hours(14) && apart.as_mins() % 30 == 0
                }
                _ => Days::day(&v.date).parse::<jiff::civil::Date>().is_ok_and(|d| {
                    let (start, end) = (d.at(0, 0, 0, 0), d.at(23, 59, 59, 0));
                    utc && apart(end) >= SignedDuration::from_hours(-12)
                        && apart(start) <= SignedDuration::from_hours(14)
                }),
            }
        };
        let shown = self.0.iter().filter(visible).find(|v| Days::day(&v.date) != day && fits(v))?;
        let mut date = shown.date.clone();
        if utc && date.instant.is_none() {
            date.instant = chosen.date.instant;
        }
        Some(date)
    }

    /// Returns all that was said; `ruled` is why what weighs most was not taken.
    pub fn ballot(self, ruled: &'static str) -> Ballot {
        let mut ballot = Ballot::default();
        for Vote { date, told } in self.0 {
            let value = format!("{}{}", date.text, date.offset.as_deref().unwrap_or_default());
            let hidden = matches!(told.source, "meta" | "json-ld");
            let note = if told.note.is_empty() && hidden { ruled } else { told.note };
            ballot.put(Candidate { value, source: told.source, at: told.at, weight: told.weight, note });
        }
        ballot
    }
}

pub(super) fn plausible(date: &Date) -> bool {
    date.text.len() >= 10 && date.year_month().0.is_some_and(|y| (1993..2040).contains(&y))
}
