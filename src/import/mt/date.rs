//! `MM/DD/YYYY hh:mm:ss AM|PM`, the only form of a date in the format.

use jiff::civil;

use crate::model::{Date, Precision};

/// Reads a date. No zone is known; without AM and PM the hours are those of 24; two digits of a year are of the 1900s,
/// as Movable Type itself reads them, but for years in which nobody had a blog. A month beyond 12 is no date.
pub fn parse(text: &str) -> Option<Date> {
    let mut words = text.split_whitespace();
    let mut numbers = words.next()?.split('/').map(|n| n.parse::<i16>().ok());
    let (month, day, year) = (numbers.next()??, numbers.next()??, numbers.next()??);
    let year = match year {
        0..70 => 2000 + year,
        70..100 => 1900 + year,
        _ => year,
    };
    let date = civil::Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    let Some(clock) = words.next() else {
        let day = Date { text: date.to_string(), instant: None, offset: None, precision: Precision::Day };
        return (year >= 1970).then_some(day);
    };
    let mut parts = clock.split(':').map(|n| n.parse::<i8>().ok());
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next());
    let hour = match words.next().map(str::to_ascii_uppercase).as_deref() {
        Some("AM") if hour == 12 => 0,
        Some("PM") if hour < 12 => hour + 12,
        _ => hour,
    };
    let time = civil::Time::new(hour, minute, second.flatten().unwrap_or(0), 0).ok()?;
    let mut found = Date::from_local(date.to_datetime(time))?;
    if second.is_none() {
        found.precision = Precision::Minute;
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noon_and_midnight_are_told_apart() {
        let table = [
            ("11/04/2004 12:05:09 AM", Some("2004-11-04T00:05:09")),
            ("12/31/2010 12:00:00 PM", Some("2010-12-31T12:00:00")),
            ("01/31/2002 15:47:06", Some("2002-01-31T15:47:06")),
            ("1/2/99 1:00 PM", Some("1999-01-02T13:00:00")),
            ("1/2/05 12:15:00 AM", Some("2005-01-02T00:15:00")),
            ("13/01/2004 00:00:00", None),
            ("", None),
        ];
        for (text, expected) in table {
            assert_eq!(parse(text).map(|d| d.text), expected.map(str::to_string), "{text}");
        }
    }
}
