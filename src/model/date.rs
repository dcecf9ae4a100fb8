//! A moment as a publisher gave it. Keeps the text beside what could be understood of it.

use jiff::civil::DateTime;
use jiff::tz::Offset;
use jiff::{Timestamp, ZonedDateTime};
use serde::{Deserialize, Serialize};

/// How exactly a moment is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    Year,
    Month,
    Day,
    Minute,
    Second,
}

/// A moment: the source text, the instant where it can be known, the offset where it is known.
///
/// A local time without a zone is not UTC: then `instant` and `offset` are absent and `text` holds the local time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Date {
    /// The local time as ISO 8601 without offset (`2007-04-23T12:15:00`, `2007-04-23`, `2007`), as far as it is known.
    pub text: String,
    /// The instant in UTC, RFC 3339 with `Z`.
    #[serde(default)]
    pub instant: Option<Timestamp>,
    /// The offset of the local time, `+02:00`.
    #[serde(default)]
    pub offset: Option<String>,
    pub precision: Precision,
}

impl Date {
    /// Returns a moment from a local time and the same moment in UTC, as WordPress gives both.
    /// The offset is their difference. Either may be missing; both missing or before 1970 is no date.
    pub fn from_local_and_utc(local: Option<DateTime>, utc: Option<DateTime>) -> Option<Date> {
        let known = |d: &DateTime| d.year() >= 1970;
        let (local, utc) = (local.filter(known), utc.filter(known));
        let instant = utc.and_then(|u| Offset::UTC.to_timestamp(u).ok());
        let local = local.or(utc)?;
        let offset = utc.and_then(|u| {
            let seconds = local.duration_since(u).as_secs();
            Offset::from_seconds(i32::try_from(seconds).ok()?).ok()
        });
        Some(Date {
            text: local.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
            instant,
            offset: offset.map(offset_text),
            precision: Precision::Second,
        })
    }

    /// Returns a moment whose instant and offset are both known.
    pub fn from_zoned(z: &ZonedDateTime) -> Date {
        Date {
            text: z.datetime().strftime("%Y-%m-%dT%H:%M:%S").to_string(),
            instant: Some(z.timestamp()),
            offset: Some(offset_text(z.offset())),
            precision: Precision::Second,
        }
    }

    /// Returns a local time whose zone is not known.
    pub fn from_local(local: DateTime) -> Option<Date> {
        Date::from_local_and_utc(Some(local), None)
    }

    /// Reads RFC 3339 and its shorter ISO 8601 relatives: `2007`, `2007-04`, `2007-04-23`,
    /// `2007-04-23T12:15`, `2007-04-23 12:15:00`, with or without `Z` or an offset. Anything else is no date.
    pub fn parse_iso(text: &str) -> Option<Date> {
        let text = text.trim();
        let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        if text.len() == 4 && digits(text) && text >= "1970" {
            return Some(Date { text: text.into(), instant: None, offset: None, precision: Precision::Year });
        }
        if text.len() == 7 && text.as_bytes()[4] == b'-' && digits(&text[..4]) && digits(&text[5..]) {
            format!("{text}-01").parse::<jiff::civil::Date>().ok().filter(|d| d.year() >= 1970)?;
            return Some(Date { text: text.into(), instant: None, offset: None, precision: Precision::Month });
        }
        if text.len() == 10 {
            let day = text.parse::<jiff::civil::Date>().ok().filter(|d| d.year() >= 1970)?;
            return Some(Date { text: day.to_string(), instant: None, offset: None, precision: Precision::Day });
        }
        let pieces = jiff::fmt::temporal::DateTimeParser::new();
        let parsed = pieces.parse_pieces(text).ok()?;
        let local = parsed.date().to_datetime(parsed.time()?);
        let mut date = Date::from_local(local)?;
        let clock = text.get(11..).unwrap_or_default().split(['+', '-', 'Z', 'z']).next().unwrap_or_default();
        if clock.matches(':').count() == 1 {
            date.precision = Precision::Minute;
        }
        if let Some(offset) = parsed.to_numeric_offset() {
            date.instant = offset.to_timestamp(local).ok();
            date.offset = Some(offset_text(offset));
        } else if text.ends_with(['Z', 'z']) {
            date.instant = Offset::UTC.to_timestamp(local).ok();
            date.offset = Some("+00:00".into());
        }
        Some(date)
    }

    /// Returns year and month of the local time, where they are known.
    pub fn year_month(&self) -> (Option<i16>, Option<i8>) {
        (self.text.get(..4).and_then(|y| y.parse().ok()), self.text.get(5..7).and_then(|m| m.parse().ok()))
    }

    /// Returns the local time, filled up with the first day of the year or month where less is known.
    pub fn local(&self) -> Option<DateTime> {
        let full = match self.precision {
            Precision::Year => format!("{}-01-01T00:00:00", self.text),
            Precision::Month => format!("{}-01T00:00:00", self.text),
            Precision::Day => format!("{}T00:00:00", self.text),
            _ => self.text.clone(),
        };
        full.parse().ok()
    }

    /// Returns whether both name the same moment, whatever their wording.
    pub fn same_moment(&self, other: &Date) -> bool {
        match (self.instant, other.instant) {
            (Some(a), Some(b)) => a == b,
            _ => self.text == other.text,
        }
    }
}

/// Returns an offset as `+02:00`; jiff's own form leaves out zero minutes.
fn offset_text(offset: Offset) -> String {
    let s = offset.seconds();
    format!("{}{:02}:{:02}", if s < 0 { '-' } else { '+' }, s.abs() / 3600, s.abs() / 60 % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_and_utc_give_the_offset() {
        let d =
            Date::from_local_and_utc("2013-01-11T20:22:19".parse().ok(), "2013-01-12T03:22:19".parse().ok()).unwrap();
        assert_eq!((d.text.as_str(), d.offset.as_deref()), ("2013-01-11T20:22:19", Some("-07:00")));
        assert_eq!(d.instant.unwrap().to_string(), "2013-01-12T03:22:19Z");
    }

    #[test]
    fn zero_dates_are_no_dates() {
        assert_eq!(Date::parse_iso("0000-00-00 00:00:00"), None);
        assert_eq!(Date::parse_iso("-0001-11-30T00:00:00"), None);
    }

    #[test]
    fn iso_forms_keep_their_precision() {
        let of = |s: &str| Date::parse_iso(s).map(|d| (d.text, d.instant.is_some(), d.precision));
        assert_eq!(of("2007"), Some(("2007".into(), false, Precision::Year)));
        assert_eq!(of("2007-04"), Some(("2007-04".into(), false, Precision::Month)));
        assert_eq!(of("2007-04-23"), Some(("2007-04-23".into(), false, Precision::Day)));
        assert_eq!(of("2007-04-23 12:15:00"), Some(("2007-04-23T12:15:00".into(), false, Precision::Second)));
        assert_eq!(of("2007-04-23T12:15+02:00"), Some(("2007-04-23T12:15:00".into(), true, Precision::Minute)));
        assert_eq!(of("2007-04-23T12:15:00Z"), Some(("2007-04-23T12:15:00".into(), true, Precision::Second)));
        assert_eq!(of("yesterday"), None);
    }
}
