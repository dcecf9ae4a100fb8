//! The fixed words of the book in the languages it knows, and dates as people write them.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::model::{Date, Precision};

use super::language::primary;

/// The words of one language. `{}` stands for a number, a name or a date.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Words {
    /// The language of these words.
    pub lang: &'static str,
    pub contents: &'static str,
    pub landmarks: &'static str,
    pub cover: &'static str,
    pub title_page: &'static str,
    pub start: &'static str,
    pub pages: &'static str,
    pub undated: &'static str,
    pub post: &'static str,
    pub posts: &'static str,
    pub by: &'static str,
    pub series: &'static str,
    pub tags: &'static str,
    pub categories: &'static str,
    pub first_published: &'static str,
    pub comment: &'static str,
    pub comments: &'static str,
    pub in_reply_to: &'static str,
    pub anonymous: &'static str,
    pub related: &'static str,
    pub files: &'static str,
    pub picture_missing: &'static str,
    pub picture_format: &'static str,
    pub picture_large: &'static str,
    pub picture_damaged: &'static str,
    pub video: &'static str,
    pub sound: &'static str,
    pub embedded: &'static str,
    pub missing: &'static str,
    pub missing_intro: &'static str,
    pub missing_more: &'static str,
    pub about: &'static str,
    pub blog: &'static str,
    pub kept_from: &'static str,
    pub captured: &'static str,
    pub holds: &'static str,
    pub made_by: &'static str,
    pub made_text: &'static str,
    pub licence: &'static str,
    pub pictures_described: &'static str,
    pub no_pictures: &'static str,
    pub notes: &'static str,
    pub back_to: &'static str,
    pub archived_copy: &'static str,
    pub not_kept: &'static str,
    pub not_in_book: &'static str,
    pub in_volume: &'static str,
    pub pictures: &'static str,
    pub linked: &'static str,
    pub no_tag: &'static str,
    pub no_author: &'static str,
    pub other_posts: &'static str,
    months: [&'static str; 12],
    /// A day, with `{d}`, `{m}`, `{y}`; a month, with `{m}`, `{y}`.
    day: &'static str,
    month: &'static str,
}

/// All words there are. English comes first: it stands in for languages that are not here.
static ALL: LazyLock<Vec<Words>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../templates/epub/words.json")).expect("the words are whole")
});

impl Default for &Words {
    fn default() -> Self {
        &ALL[0]
    }
}

impl Words {
    /// Returns the words of a language; English where it is not among those known.
    pub fn of(language: &str) -> &'static Words {
        let known = ALL.iter().find(|w| w.lang == primary(language));
        known.unwrap_or(&ALL[0])
    }

    /// Returns "12 comments".
    pub fn count(&self, n: usize, one: &str, many: &str) -> String {
        if n == 1 { one.to_string() } else { many.replace("{}", &n.to_string()) }
    }
}

/// Returns a date as the language writes it, as exactly as it is known.
pub fn date(date: &Date, language: &str) -> String {
    match numbers(date) {
        (Some(y), Some(m), Some(d)) if date.precision >= Precision::Day => day(y, m, d, language),
        (Some(y), Some(m), _) if date.precision >= Precision::Month => month(y, m, language),
        (Some(y), ..) => y.to_string(),
        _ => super::tree::line(&date.text),
    }
}

/// Returns "April 2007" as the language writes it at the beginning of a line.
pub fn month(y: i16, m: i8, language: &str) -> String {
    match pattern(language) {
        Pattern::Numeric(_, month) => {
            month.replace("{y}", &y.to_string()).replace("{m}", &format!("{m:02}")).replace("{n}", &m.to_string())
        }
        Pattern::Named(words) => {
            let named = words.month.replace("{m}", name(words, m)).replace("{y}", &y.to_string());
            let mut letters = named.chars();
            letters.next().map(|c| c.to_uppercase().chain(letters).collect()).unwrap_or_default()
        }
    }
}

fn day(y: i16, m: i8, d: i8, language: &str) -> String {
    match pattern(language) {
        Pattern::Numeric(day, _) => {
            let numbers =
                day.replace("{y}", &y.to_string()).replace("{n}", &m.to_string()).replace("{e}", &d.to_string());
            numbers.replace("{m}", &format!("{m:02}")).replace("{d}", &format!("{d:02}"))
        }
        Pattern::Named(words) => {
            // The Americas write the month first; the first of a month is an ordinal in French and Italian.
            let american = matches!(language, "en-US" | "en-CA" | "en-PH");
            let pattern = if american { "{m} {d}, {y}" } else { words.day };
            let number = match (words.lang, d) {
                ("fr", 1) => "1er".to_string(),
                ("it" | "pt", 1) => "1º".to_string(),
                _ => d.to_string(),
            };
            pattern.replace("{d}", &number).replace("{m}", name(words, m)).replace("{y}", &y.to_string())
        }
    }
}

enum Pattern {
    /// A day and a month in numbers.
    Numeric(&'static str, &'static str),
    Named(&'static Words),
}

fn pattern(language: &str) -> Pattern {
    match primary(language) {
        "ja" | "zh" => Pattern::Numeric("{y}年{n}月{e}日", "{y}年{n}月"),
        "ko" => Pattern::Numeric("{y}년 {n}월 {e}일", "{y}년 {n}월"),
        lang => match ALL.iter().find(|w| w.lang == lang) {
            Some(words) => Pattern::Named(words),
            None => Pattern::Numeric("{y}-{m}-{d}", "{y}-{m}"),
        },
    }
}

fn name(words: &'static Words, m: i8) -> &'static str {
    usize::try_from(m - 1).ok().and_then(|n| words.months.get(n)).copied().unwrap_or_default()
}

/// Returns year, month and day of the local time, as far as they are known and possible.
pub fn numbers(date: &Date) -> (Option<i16>, Option<i8>, Option<i8>) {
    let (year, month) = date.year_month();
    let month = month.filter(|m| (1..=12).contains(m) && date.precision >= Precision::Month);
    let day = date.text.get(8..10).and_then(|d| d.parse().ok()).filter(|d| (1..=31).contains(d));
    (year, month, day.filter(|_| date.precision >= Precision::Day))
}

/// Returns the value of a `datetime` attribute (HTML, "valid time string"): none unless it is one.
pub fn machine(date: &Date) -> Option<String> {
    date.local()?;
    let with_time = date.precision >= Precision::Minute;
    // A minute with seconds is a second's claim; HTML lets the seconds go.
    let text = if date.precision == Precision::Minute { date.text.get(..16)? } else { date.text.as_str() };
    let offset = date.offset.as_deref().filter(|o| with_time && o.len() == 6).unwrap_or_default();
    Some(format!("{text}{offset}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_as_people_do() {
        let day = Date::parse_iso("2007-04-01T12:15:00+02:00").unwrap();
        let of = |l: &str| date(&day, l);
        assert_eq!(
            [of("en-GB"), of("en-US"), of("de"), of("fr-CA")],
            ["1 April 2007", "April 1, 2007", "1. April 2007", "1er avril 2007"]
        );
        assert_eq!(
            [of("es"), of("it"), of("pt-BR"), of("nl")],
            ["1 de abril de 2007", "1º aprile 2007", "1º de abril de 2007", "1 april 2007"]
        );
        assert_eq!([of("ja"), of("fi")], ["2007年4月1日", "2007-04-01"]);
        assert_eq!([month(2007, 4, "fr"), month(2007, 4, "ko")], ["Avril 2007", "2007년 4월"]);
    }

    #[test]
    fn a_date_says_no_more_than_is_known() {
        let of = |t: &str| Date::parse_iso(t).map(|d| (date(&d, "en"), machine(&d).unwrap()));
        assert_eq!(of("2007"), Some(("2007".into(), "2007".into())));
        assert_eq!(of("2007-04"), Some(("April 2007".into(), "2007-04".into())));
        assert_eq!(of("2007-04-23T12:15"), Some(("23 April 2007".into(), "2007-04-23T12:15".into())));
    }
}
