//! Dates as people and old programs write them. ISO 8601 is read by the model itself.

use jiff::civil;
use jiff::fmt::rfc2822::DateTimeParser;

use crate::model::{Date, Precision};

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Reads ISO 8601, RFC 2822 and dates in English words (`April 23, 2007`, `23 April 2007 10:15 pm`).
/// Dates in numbers alone, whose order of day and month nobody knows, are no dates.
pub fn parse(text: &str) -> Option<Date> {
    let text = text.trim();
    if text.len() > 80 {
        return None;
    }
    iso(text).or_else(|| named_zone(text)).or_else(|| rfc2822(text)).or_else(|| words(text))
}

/// `2013-12-24 23:29:53 Europe/Berlin`.
fn named_zone(text: &str) -> Option<Date> {
    let (local, name) = text.rsplit_once(' ').filter(|(_, name)| name.contains('/'))?;
    let zone = jiff::tz::TimeZone::get(name).ok()?;
    Some(super::parts::in_zone(iso(local)?, Some(&zone)))
}

fn iso(text: &str) -> Option<Date> {
    let mut date = Date::parse_iso(&join_offset(text))?;
    let clock = text.split([' ', 'T']).nth(1).unwrap_or_default();
    if clock.split(['+', '-', 'Z']).next().is_some_and(|c| c.matches(':').count() == 1) {
        date.precision = Precision::Minute;
    }
    Some(date)
}

/// Reads the date of a feed: `Sat, 02 Nov 2013 23:02:32 +0000`
/// ([RFC 2822, section 3.3](https://www.rfc-editor.org/rfc/rfc2822#section-3.3)); a wrong weekday does not matter.
pub fn rfc2822(text: &str) -> Option<Date> {
    let text = text.trim();
    let parser = DateTimeParser::new().relaxed_weekday(true);
    let zoned = parser.parse_zoned_datetime(text).ok()?;
    (zoned.year() >= 1970).then(|| Date::from_zoned(&zoned))
}

/// `2005-09-02 23:10 -0500` → `2005-09-02 23:10-05:00`.
fn join_offset(text: &str) -> String {
    let Some((local, offset)) = text.rsplit_once(' ') else { return text.to_string() };
    // `UTC-03:00`
    let bare = ["UTC", "GMT"].iter().find_map(|z| offset.strip_prefix(z)).filter(|o| o.starts_with(['+', '-']));
    let offset = bare.unwrap_or(offset);
    let digits = offset.get(1..).unwrap_or_default();
    match (offset.chars().next(), digits.len(), digits.bytes().all(|b| b.is_ascii_digit() || b == b':')) {
        (Some(sign @ ('+' | '-')), 4, true) if !digits.contains(':') => {
            format!("{local}{sign}{}:{}", digits.get(..2).unwrap_or_default(), digits.get(2..).unwrap_or_default())
        }
        (Some('+' | '-'), 5, true) => format!("{local}{offset}"),
        (Some('Z' | 'z'), 0, _) => format!("{local}Z"),
        _ if offset.eq_ignore_ascii_case("UTC") || offset.eq_ignore_ascii_case("GMT") => format!("{local}Z"),
        _ => text.to_string(),
    }
}

/// Month name, day, year and perhaps a time, in any order that English knows.
fn words(text: &str) -> Option<Date> {
    let folded = text.to_ascii_lowercase().replace([',', '.'], " ");
    let (mut day, mut month, mut year, mut time, mut half) = (None, None, None, None, None);
    for word in folded.split_whitespace() {
        let number = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let suffix = word.get(number.len()..).unwrap_or_default();
        match number.parse::<i16>() {
            _ if word.contains(':') => {
                time = Some(clock(number)?);
                half = half.or((!suffix.is_empty()).then_some(suffix));
            }
            Ok(n @ 1970..=2200) if year.is_none() => year = Some(n),
            Ok(n @ 1..=31) if day.is_none() && ["", "st", "nd", "rd", "th"].contains(&suffix) => day = Some(n as i8),
            Ok(_) => return None,
            Err(_) if word == "am" || word == "pm" => half = Some(word),
            Err(_) => match month_of(word) {
                Some(m) if month.is_none() => month = Some(m),
                _ if is_weekday(word) || ["at", "on", "the", "of"].contains(&word) => {}
                _ => return None,
            },
        }
    }
    let date = civil::Date::new(year?, month?, day?).ok()?;
    let Some((hour, minute, second)) = time else {
        return Some(Date { text: date.to_string(), instant: None, offset: None, precision: Precision::Day });
    };
    let hour = match half {
        Some("pm") if hour < 12 => hour + 12,
        Some("am") if hour == 12 => 0,
        _ => hour,
    };
    let mut found = Date::from_local(date.to_datetime(civil::Time::new(hour, minute, second.unwrap_or(0), 0).ok()?))?;
    if second.is_none() {
        found.precision = Precision::Minute;
    }
    Some(found)
}

fn clock(text: &str) -> Option<(i8, i8, Option<i8>)> {
    let mut parts = text.split(':').map(|p| p.parse::<i8>().ok());
    let (hour, minute) = (parts.next()??, parts.next()??);
    Some((hour, minute, parts.next().flatten()))
}

/// Returns the number of a month by its English name or the first three letters of it.
pub fn month_of(word: &str) -> Option<i8> {
    const FULL: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let word = word.to_ascii_lowercase();
    let at = MONTHS.iter().position(|m| *m == word).or_else(|| FULL.iter().position(|m| *m == word));
    at.or((word == "sept").then_some(8)).map(|i| i as i8 + 1)
}

fn is_weekday(word: &str) -> bool {
    ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].iter().any(|d| word.starts_with(d)) && word.len() <= 9
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_people_and_feeds_are_understood() {
        let of = |s: &str| parse(s).map(|d| (d.text, d.offset, d.precision));
        let minute = |t: &str, o: Option<&str>| Some((t.to_string(), o.map(str::to_string), Precision::Minute));
        let day = |t: &str| Some((t.to_string(), None, Precision::Day));
        assert_eq!(of("2005-09-02 23:10 -0500"), minute("2005-09-02T23:10:00", Some("-05:00")));
        assert_eq!(of("2012-03-30 23:00 UTC-03:00"), minute("2012-03-30T23:00:00", Some("-03:00")));
        assert_eq!(of("April 23, 2007"), day("2007-04-23"));
        assert_eq!(of("Monday, 23rd Apr. 2007"), day("2007-04-23"));
        assert_eq!(of("23 April 2007 at 10:15 pm"), minute("2007-04-23T22:15:00", None));
        assert_eq!(of("April 23, 2007 12:05am"), minute("2007-04-23T00:05:00", None));
        assert_eq!(of("2015-01-02 03:04 UTC"), minute("2015-01-02T03:04:00", Some("+00:00")));
        assert_eq!(of("2015-07-02 03:04 Europe/Berlin"), minute("2015-07-02T03:04:00", Some("+02:00")));
        let feed = of("Sat, 02 Nov 2013 23:02:32 +0000").unwrap();
        assert_eq!((feed.0.as_str(), feed.1.as_deref()), ("2013-11-02T23:02:32", Some("+00:00")));
    }

    #[test]
    fn what_could_be_read_two_ways_is_no_date() {
        for text in ["05/01/2007", "yesterday", "May", "2007 2008 May 1", "the day of the dog", ""] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
