//! Dates of feeds: RFC 822 as programs write it, with names of zones, two digits of a year, wrong weekdays and the
//! months of other languages.

use jiff::civil::{self, DateTime};
use jiff::tz::Offset;

use crate::import::date;
use crate::model::{Date, Precision};

/// Reads a date in any of the forms feeds have. A zone nobody knows leaves the local time.
pub fn parse(text: &str) -> Option<Date> {
    let text = text.trim();
    if text.len() > 100 {
        return None;
    }
    date::parse(text).or_else(|| rfc822(text))
}

/// `[weekday,] day month year [hour:minute[:second] [am|pm] [zone]]`, parted by anything.
fn rfc822(text: &str) -> Option<Date> {
    let mut words = text.split(|c: char| c.is_whitespace() || c == ',').filter(|w| !w.is_empty()).peekable();
    while words.peek().is_some_and(|w| !w.starts_with(|c: char| c.is_ascii_digit())) {
        words.next();
    }
    let first = words.next()?;
    let mut parts: Vec<&str> = first.split(['-', '/', '.']).filter(|p| !p.is_empty()).collect();
    while parts.len() < 3 {
        parts.extend(words.next()?.split('-').filter(|p| !p.is_empty() && *p != "de"));
    }
    let &[day, month, year] = parts.as_slice() else { return None };
    let (day, month, year) = if day.len() == 4 { (year, month, day) } else { (day, month, year) };
    let number: i16 = year.parse().ok()?;
    // RFC 2822, section 4.3.
    let year = match year.len() {
        4 => number,
        2 if number < 50 => 2000 + number,
        2 | 3 => 1900 + number,
        _ => return None,
    };
    let day = day.trim_end_matches(|c: char| !c.is_ascii_digit()).parse().ok()?;
    let day = civil::Date::new(year, month_of(month)?, day).ok().filter(|d| d.year() >= 1970)?;
    let Some(clock) = words.next() else {
        return Some(Date { text: day.to_string(), instant: None, offset: None, precision: Precision::Day });
    };
    let mut clock = clock.split([':', '.']).map(|p| p.parse::<i8>().ok());
    let (mut hour, minute, second) = (clock.next()??, clock.next()??, clock.next().flatten());
    let rest: Vec<String> = words.map(str::to_ascii_uppercase).collect();
    match rest.first().map(String::as_str) {
        Some("PM") if hour < 12 => hour += 12,
        Some("AM") if hour == 12 => hour = 0,
        _ => {}
    }
    let time = civil::Time::new(hour, minute, second.unwrap_or(0), 0).ok()?;
    let local = DateTime::from_parts(day, time);
    let offset = rest.iter().find_map(|w| offset_of(w));
    let utc = offset.and_then(|o| o.to_timestamp(local).ok()).map(|t| Offset::UTC.to_datetime(t));
    let mut date = Date::from_local_and_utc(Some(local), utc)?;
    if second.is_none() {
        date.precision = Precision::Minute;
    }
    Some(date)
}

/// Names of zones with their minutes east of Greenwich. A name that stands for several (IST) is none.
const ZONES: [(&str, i32); 46] = [
    ("UT", 0),
    ("UTC", 0),
    ("GMT", 0),
    ("Z", 0),
    ("WET", 0),
    ("EST", -300),
    ("EDT", -240),
    ("CST", -360),
    ("CDT", -300),
    ("MST", -420),
    ("MDT", -360),
    ("PST", -480),
    ("PDT", -420),
    ("AKST", -540),
    ("AKDT", -480),
    ("HST", -600),
    ("AST", -240),
    ("ADT", -180),
    ("NST", -210),
    ("NDT", -150),
    ("BRT", -180),
    ("BRST", -120),
    ("BST", 60),
    ("WEST", 60),
    ("CET", 60),
    ("MET", 60),
    ("MEZ", 60),
    ("CEST", 120),
    ("MEST", 120),
    ("MESZ", 120),
    ("EET", 120),
    ("SAST", 120),
    ("EEST", 180),
    ("MSK", 180),
    ("MSD", 240),
    ("PKT", 300),
    ("HKT", 480),
    ("SGT", 480),
    ("AWST", 480),
    ("JST", 540),
    ("KST", 540),
    ("ACST", 570),
    ("AEST", 600),
    ("AEDT", 660),
    ("NZST", 720),
    ("NZDT", 780),
];

/// `EST`, `+0200`, `+2:00`, `GMT+2`.
fn offset_of(word: &str) -> Option<Offset> {
    let named = |name: &str| ZONES.iter().find(|(n, _)| *n == name).map(|(_, m)| *m);
    let sign = word.find(['+', '-']);
    let minutes = match sign {
        None => named(word.trim_matches(['(', ')']))?,
        Some(at) => {
            let (name, number) = word.split_at(at);
            if !matches!(name, "" | "GMT" | "UTC" | "UT") {
                return None;
            }
            let sign = if number.starts_with('-') { -1 } else { 1 };
            let digits = number.get(1..)?.replace(':', "");
            let n: i32 = digits.parse().ok()?;
            sign * if digits.len() <= 2 { n * 60 } else { n / 100 * 60 + n % 100 }
        }
    };
    Offset::from_seconds(minutes * 60).ok()
}

/// How months begin, in the languages feeds are written in; what begins like another stands before it.
const MONTHS: [(&str, i8); 96] = [
    ("jan", 1),
    ("ene", 1),
    ("gen", 1),
    ("led", 1),
    ("sty", 1),
    ("oca", 1),
    ("янв", 1),
    ("tammi", 1),
    ("feb", 2),
    ("fév", 2),
    ("fev", 2),
    ("úno", 2),
    ("lut", 2),
    ("şub", 2),
    ("фев", 2),
    ("helmi", 2),
    ("mar", 3),
    ("mär", 3),
    ("mae", 3),
    ("maa", 3),
    ("mrz", 3),
    ("mrt", 3),
    ("már", 3),
    ("bře", 3),
    ("мар", 3),
    ("apr", 4),
    ("avr", 4),
    ("abr", 4),
    ("ápr", 4),
    ("dub", 4),
    ("kwi", 4),
    ("nis", 4),
    ("апр", 4),
    ("huhti", 4),
    ("may", 5),
    ("mai", 5),
    ("maj", 5),
    ("mei", 5),
    ("mag", 5),
    ("máj", 5),
    ("kvě", 5),
    ("мая", 5),
    ("май", 5),
    ("touko", 5),
    ("juin", 6),
    ("jun", 6),
    ("jún", 6),
    ("giu", 6),
    ("cze", 6),
    ("haz", 6),
    ("июн", 6),
    ("kesä", 6),
    ("juil", 7),
    ("jul", 7),
    ("júl", 7),
    ("lug", 7),
    ("lip", 7),
    ("tem", 7),
    ("июл", 7),
    ("heinä", 7),
    ("aug", 8),
    ("aoû", 8),
    ("aou", 8),
    ("ago", 8),
    ("sie", 8),
    ("srp", 8),
    ("ağu", 8),
    ("авг", 8),
    ("elo", 8),
    ("sep", 9),
    ("set", 9),
    ("sze", 9),
    ("wrz", 9),
    ("zář", 9),
    ("eyl", 9),
    ("сен", 9),
    ("syys", 9),
    ("oct", 10),
    ("okt", 10),
    ("ott", 10),
    ("out", 10),
    ("paź", 10),
    ("říj", 10),
    ("eki", 10),
    ("окт", 10),
    ("nov", 11),
    ("lis", 11),
    ("kas", 11),
    ("ноя", 11),
    ("marras", 11),
    ("dec", 12),
    ("déc", 12),
    ("dez", 12),
    ("dic", 12),
    ("des", 12),
    ("дек", 12),
];

/// December of a few languages more; and what no table needs: `11月`, `11월`, `11`.
fn month_of(word: &str) -> Option<i8> {
    let word = word.to_lowercase();
    let digits: String = word.chars().take_while(char::is_ascii_digit).collect();
    if !digits.is_empty() && matches!(word.get(digits.len()..), Some("月" | "월")) {
        return digits.parse().ok().filter(|m| (1..=12).contains(m));
    }
    let more = [("gru", 12), ("pro", 12), ("ara", 12), ("joulu", 12), ("loka", 10)];
    // "marras" begins like "mar".
    let mut found: Option<(&str, i8)> = None;
    for (name, month) in MONTHS.into_iter().chain(more) {
        if word.starts_with(name) && found.is_none_or(|(n, _)| name.len() > n.len()) {
            found = Some((name, month));
        }
    }
    found.map(|(_, month)| month)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_programs_write_them() {
        let table = [
            ("Sun, 19 May 2002 15:21:36 GMT", "2002-05-19T15:21:36", Some("+00:00")),
            ("Tue, 19 May 02 15:21 EDT", "2002-05-19T15:21:00", Some("-04:00")),
            ("19 May 98 15:21:36 PST", "1998-05-19T15:21:36", Some("-08:00")),
            ("Do, 24 Dez 2009 18:00:00 +0100", "2009-12-24T18:00:00", Some("+01:00")),
            ("jeu., 24 déc. 2009 18:00:00 CET", "2009-12-24T18:00:00", Some("+01:00")),
            ("lun, 02 ene 2006 08:09:10 +0000", "2006-01-02T08:09:10", Some("+00:00")),
            ("Пт, 02 янв 2006 08:09:10 +0300", "2006-01-02T08:09:10", Some("+03:00")),
            ("2 de marzo de 2006 08:09:10 -0300", "2006-03-02T08:09:10", Some("-03:00")),
            ("Mon, 2 Jan 2006 08:09:10 GMT+02:00", "2006-01-02T08:09:10", Some("+02:00")),
            ("Mon, 2 Jan 2006 08:09:10 Nowhere", "2006-01-02T08:09:10", None),
            ("2-Jan-2006 08:09:10 PM", "2006-01-02T20:09:10", None),
            ("Mon, 2 Jan 2006", "2006-01-02", None),
            ("2006-01-02T08:09:10+02:00", "2006-01-02T08:09:10", Some("+02:00")),
        ];
        for (text, local, offset) in table {
            let date = parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((date.text.as_str(), date.offset.as_deref()), (local, offset), "{text}");
        }
        for text in ["", "never", "Mon", "32 Jan 2006 08:09:10 GMT", "Thu, 01 Jan 1960 00:00:00 GMT", "1/2/06"] {
            assert!(parse(text).is_none(), "{text}");
        }
    }
}
