//! Moments as people write them. It knows no page.

use std::sync::LazyLock;

use jiff::civil;
use regex::Regex;

use super::months::month;
use crate::model::{Date, Precision};

/// Which of two numbers is the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    DayFirst,
    MonthFirst,
}

const CLOCK: &str = r"(?:[,;@|·•–-]|\s|at\b|um\b|à\b|a las\b|alle\b|om\b)*(?:(?P<h>\d{1,2})[:.h](?P<mi>\d\d)(?::(?P<s>\d\d))?\s*(?P<ap>[ap]\.?m\b\.?)?(?:\s*(?P<z>gmt\b|utc\b|z\b|[+-]\d\d:?\d\d\b))?)?";

static ISO: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\b((?:19|20)\d\d)-(\d\d)-(\d\d)(?:[t ](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?\s?(z|utc|[+-]\d\d:?\d\d)?)?")
        .ok()
});
static MONTH_DAY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(&format!(
        r"\b(?P<m>[\p{{L}}\p{{M}}]{{2,14}})\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:\s*,\s*|\s+)(?P<y>(?:19|20)\d\d)\b{CLOCK}"
    ))
    .ok()
});
static DAY_MONTH: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(&format!(
        r"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th|\.|er)?[\s-]+(?:de\s+|of\s+)?(?P<m>[\p{{L}}\p{{M}}]{{2,14}})\.?(?:\s*/\s*[\p{{L}}\p{{M}}]{{2,14}})?,?[\s-]+(?:de\s+|del\s+)?(?P<y>(?:19|20)\d\d)\b{CLOCK}"
    ))
    .ok()
});
static NUMBERS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(&format!(
        r"\b(?P<a>\d{{1,4}})(?P<sep>[/.-])\s?(?P<b>\d{{1,2}})(?P<sep2>[/.-])\s?(?P<c>\d{{2,4}})\b{CLOCK}"
    ))
    .ok()
});
static IDEOGRAPHS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?P<y>(?:19|20)\d\d)\s?[年년]\s?(?P<m>\d{1,2})\s?[月월]\s?(?P<d>\d{1,2})\s?[日일]?(?:\s*(?P<h>\d{1,2}):(?P<mi>\d\d)(?::(?P<s>\d\d))?)?").ok()
});
static ADDRESS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let parted = r"(?P<y>(?:19|20)\d\d)[/_-](?P<m>0?[1-9]|1[0-2])[/_-](?P<d>0[1-9]|[12]\d|3[01]|[1-9])";
    let joined = r"(?P<yy>(?:19|20)\d\d)(?P<mm>0[1-9]|1[0-2])(?P<dd>0[1-9]|[12]\d|3[01])";
    Regex::new(&format!("[/_=-](?:{parted}|{joined})(?:[/_.?-]|$)")).ok()
});

/// Returns the first moment a text names.
pub(super) fn parse(text: &str, order: Order) -> Option<Date> {
    let low: String = text.trim().chars().flat_map(char::to_lowercase).map(digit).take(300).collect();
    let low = low.get(..low.floor_char_boundary(300))?;
    iso(low)
        .or_else(|| worded(&MONTH_DAY, low))
        .or_else(|| worded(&DAY_MONTH, low))
        .or_else(|| numbers(low, order))
        .or_else(|| ideographs(low))
}

/// Returns the digit of ours for one of another script.
fn digit(c: char) -> char {
    const ZEROS: [u32; 4] = [0x660, 0x6f0, 0x966, 0x9e6];
    let code = u32::from(c);
    let value = ZEROS.iter().find(|z| (**z..**z + 10).contains(&code)).map(|z| code - z);
    value.and_then(|v| char::from_digit(v, 10)).unwrap_or(c)
}

/// Returns which number comes first in the dates of whoever wrote this, where the text shows it: `25/11/2012`.
pub(super) fn order_of(text: &str) -> Option<Order> {
    let low = text.get(..text.floor_char_boundary(300))?;
    NUMBERS.as_ref()?.captures_iter(low).find_map(|found| {
        let (a, b): (i16, i16) = (found["a"].parse().ok()?, found["b"].parse().ok()?);
        match (&found["sep"], a, b) {
            (".", ..) | (_, 32.., _) => None,
            (_, 13.., 1..=12) => Some(Order::DayFirst),
            (_, 1..=12, 13..=31) => Some(Order::MonthFirst),
            _ => None,
        }
    })
}

/// Returns the day an address names.
pub(super) fn in_address(path: &str) -> Option<Date> {
    let found = ADDRESS.as_ref()?.captures(path)?;
    // Blogger's `2003_05_01_archive.html` is a month or a week.
    if path.get(found.get(0)?.end()..)?.starts_with("archive") {
        return None;
    }
    let part = |a: &str, b: &str| found.name(a).or(found.name(b)).map(|m| m.as_str());
    let (y, m, d) = (part("y", "yy")?.parse().ok()?, part("m", "mm")?.parse().ok()?, part("d", "dd")?.parse().ok()?);
    day(y, m, d)
}

fn iso(low: &str) -> Option<Date> {
    let found = ISO.as_ref()?.captures(low)?;
    let part = |n: usize| found.get(n).map(|m| m.as_str());
    let date = format!("{}-{}-{}", part(1)?, part(2)?, part(3)?);
    let Some(clock) = part(4) else { return Date::parse_iso(&date) };
    let offset = match part(5) {
        Some("z" | "utc") => "Z".to_string(),
        Some(o) if !o.contains(':') => format!("{}:{}", o.get(..3)?, o.get(3..)?),
        Some(o) => o.to_string(),
        None => String::new(),
    };
    Date::parse_iso(&format!("{date}T{clock}{offset}")).or_else(|| Date::parse_iso(&date))
}

fn ideographs(low: &str) -> Option<Date> {
    let found = IDEOGRAPHS.as_ref()?.captures(low)?;
    with_clock(found["y"].parse().ok()?, found["m"].parse().ok()?, found["d"].parse().ok()?, &found)
}

fn worded(rule: &LazyLock<Option<Regex>>, low: &str) -> Option<Date> {
    rule.as_ref()?.captures_iter(low).find_map(|found| {
        let m = month(&found["m"])?;
        with_clock(found["y"].parse().ok()?, m, found["d"].parse().ok()?, &found)
    })
}

fn numbers(low: &str, order: Order) -> Option<Date> {
    NUMBERS.as_ref()?.captures_iter(low).find_map(|found| {
        let (a, b, c): (i16, i16, i16) = (found["a"].parse().ok()?, found["b"].parse().ok()?, found["c"].parse().ok()?);
        let year = |y: i16| match y {
            93..=99 => 1900 + y,
            0..93 => 2000 + y,
            y => y,
        };
        (found["sep"] == found["sep2"]).then_some(())?;
        let (y, m, d) = if a > 31 {
            (a, b, c)
        } else {
            let day_first = match (a, b) {
                (13.., _) => true,
                (_, 13..) => false,
                _ => &found["sep"] == "." || order == Order::DayFirst,
            };
            if day_first { (year(c), b, a) } else { (year(c), a, b) }
        };
        (1990..2100).contains(&y).then_some(())?;
        with_clock(y, i8::try_from(m).ok()?, i8::try_from(d).ok()?, &found)
    })
}

/// Returns whether a word (lower case) is the name of a month.
pub(super) fn is_month_name(word: &str) -> bool {
    month(word).is_some()
}

/// Returns whether a word, in any case, is the name of a month or, in English or German, of a day.
pub(super) fn is_month_or_day(word: &str) -> bool {
    let low = word.to_lowercase();
    month(&low).is_some() || low.len() > 5 && (low.ends_with("day") || low.ends_with("tag"))
}

fn day(y: i16, m: i8, d: i8) -> Option<Date> {
    let date = civil::Date::new(y, m, d).ok()?;
    Date::parse_iso(&date.to_string())
}

fn with_clock(y: i16, m: i8, d: i8, found: &regex::Captures<'_>) -> Option<Date> {
    let plain = day(y, m, d)?;
    let number = |name: &str| found.name(name).and_then(|n| n.as_str().parse::<i8>().ok());
    let (Some(mut hour), Some(minute)) = (number("h"), number("mi")) else { return Some(plain) };
    match found.name("ap").map(|a| a.as_str().starts_with('p')) {
        Some(true) if hour < 12 => hour += 12,
        Some(false) if hour == 12 => hour = 0,
        _ => {}
    }
    let second = number("s");
    if let Some(zone) = found.name("z").map(|z| z.as_str()) {
        let offset = match zone {
            "gmt" | "utc" | "z" => "Z".to_string(),
            z if z.contains(':') => z.to_string(),
            z => format!("{}:{}", z.get(..3)?, z.get(3..)?),
        };
        let exact = format!("{}T{hour:02}:{minute:02}:{:02}{offset}", plain.text, second.unwrap_or(0));
        return Date::parse_iso(&exact).or(Some(plain));
    }
    let Ok(local) = civil::Date::new(y, m, d).and_then(|date| {
        let time = civil::Time::new(hour, minute, second.unwrap_or(0), 0)?;
        Ok(date.to_datetime(time))
    }) else {
        return Some(plain);
    };
    let mut date = Date::from_local(local)?;
    if second.is_none() {
        date.precision = Precision::Minute;
    }
    Some(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_people_write_them() {
        let cases = [
            ("Posted on April 23, 2007 at 8:18 PM", "2007-04-23T20:18:00"),
            ("23rd of April 2007", "2007-04-23"),
            ("Monday, 23. April 2007, 08:18 Uhr", "2007-04-23T08:18:00"),
            ("le 3 février 2011", "2011-02-03"),
            ("13 de septiembre de 2012", "2012-09-13"),
            ("2012-10-29T17:05:00+00:00", "2012-10-29T17:05:00"),
            ("Sept. 5, 2012", "2012-09-05"),
            ("05.11.2012", "2012-11-05"),
            ("2012/11/05", "2012-11-05"),
            ("11/25/12", "2012-11-25"),
            ("3/14/99", "1999-03-14"),
            ("24 نيسان / أبريل 2020", "2020-04-24"),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text, Order::MonthFirst).map(|d| d.text).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(parse("11/07/2012", Order::MonthFirst).unwrap().text, "2012-11-07");
        assert_eq!(parse("11/07/2012", Order::DayFirst).unwrap().text, "2012-07-11");
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in
            ["Version 1.2.3", "Sat 9-23.30", "decide 12 2012", "99/99/2012", "555-12-3456", "31 February 2012", ""]
        {
            assert_eq!(parse(text, Order::MonthFirst), None, "{text}");
        }
    }

    #[test]
    fn addresses_name_days() {
        let of = |a: &str| in_address(a).map(|d| d.text);
        assert_eq!(of("/2007/04/23/slug/").as_deref(), Some("2007-04-23"));
        assert_eq!(of("/blog/2012-11-02/x").as_deref(), Some("2012-11-02"));
        assert_eq!(of("/2007/04/slug.html"), None);
        assert_eq!(of("/2003_05_01_archive.html"), None);
    }
}
