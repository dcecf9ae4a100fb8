//! Moments as people write them. It knows no page.

use std::sync::{LazyLock, OnceLock};

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

/// A rule, and the same for texts of nothing but ASCII, which is many times quicker.
struct Rule {
    pattern: fn() -> String,
    any: OnceLock<Option<Regex>>,
    ascii: OnceLock<Option<Regex>>,
}

impl Rule {
    const fn new(pattern: fn() -> String) -> Rule {
        Rule { pattern, any: OnceLock::new(), ascii: OnceLock::new() }
    }

    /// Returns the rule for a text in lower case.
    fn of(&self, low: &str) -> Option<&Regex> {
        if !low.is_ascii() {
            return self.any.get_or_init(|| Regex::new(&(self.pattern)()).ok()).as_ref();
        }
        let plain = |pattern: String| {
            [(r"[\p{L}\p{M}]", "[a-z]"), (r"\s", r"[\t-\r\x20]"), (r"\d", "[0-9]"), (r"\b", r"(?-u:\b)")]
                .into_iter()
                .fold(pattern, |p, (any, ascii)| p.replace(any, ascii))
        };
        self.ascii.get_or_init(|| Regex::new(&plain((self.pattern)())).ok()).as_ref()
    }
}

static ISO: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\b((?:19|20)\d\d)-(\d\d)-(\d\d)(?:[t ](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?\s?(z|utc|[+-]\d\d:?\d\d)?)?")
        .ok()
});
static MONTH_DAY: Rule = Rule::new(|| {
    format!(
        r"\b(?P<m>[\p{{L}}\p{{M}}]{{2,14}})\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:\s*,\s*|\s+)(?P<y>(?:19|20)\d\d)\b{CLOCK}"
    )
});
static DAY_MONTH: Rule = Rule::new(|| {
    format!(
        r"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th|\.|er)?[\s-]+(?:de\s+|of\s+)?(?P<m>[\p{{L}}\p{{M}}]{{2,14}})\.?(?:\s*/\s*[\p{{L}}\p{{M}}]{{2,14}})?,?[\s-]+(?:de\s+|del\s+)?(?P<y>(?:19|20)\d\d)\b{CLOCK}"
    )
});
static NUMBERS: Rule = Rule::new(|| {
    format!(r"\b(?P<a>\d{{1,4}})(?P<sep>[/.-])\s?(?P<b>\d{{1,2}})(?P<sep2>[/.-])\s?(?P<c>\d{{2,4}})\b{CLOCK}")
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
    let low = lowered(text)?;
    worded(&low).or_else(|| numbered(&low, order))
}

/// Returns the first moment a text names, read with the day first, and read with the month first.
pub(super) fn both(text: &str) -> (Option<Date>, Option<Date>) {
    let Some(low) = lowered(text) else { return (None, None) };
    match worded(&low) {
        Some(date) => (Some(date.clone()), Some(date)),
        None => (numbered(&low, Order::DayFirst), numbered(&low, Order::MonthFirst)),
    }
}

/// Returns the first moment that is told in one way only.
fn worded(low: &str) -> Option<Date> {
    // The rules are slow beside these looks at what each of them needs.
    let year = may_hold_year(low);
    (low.contains('-').then(|| iso(low)).flatten())
        .or_else(|| year.then(|| with_month(&MONTH_DAY, low)).flatten())
        .or_else(|| year.then(|| with_month(&DAY_MONTH, low)).flatten())
}

fn numbered(low: &str, order: Order) -> Option<Date> {
    (may_hold_numbers(low).then(|| numbers(low, order)).flatten())
        .or_else(|| low.contains(['年', '년']).then(|| ideographs(low)).flatten())
}

/// Returns the beginning of a text in lower case, with our digits; none where it has none.
fn lowered(text: &str) -> Option<String> {
    const LONGEST: usize = 300;
    let text = text.trim();
    if text.is_ascii() && !text.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut low: String = if text.is_ascii() {
        text.bytes().take(LONGEST).map(|b| char::from(b.to_ascii_lowercase())).collect()
    } else {
        text.chars().take(LONGEST).flat_map(char::to_lowercase).map(digit).take(LONGEST).collect()
    };
    low.truncate(low.floor_char_boundary(LONGEST));
    Some(low)
}

/// Returns whether a year of four digits stands where the rules with names of months have one.
fn may_hold_year(low: &str) -> bool {
    low.as_bytes().windows(5).any(|w| match w {
        [before, b'1', b'9', a, b] | [before, b'2', b'0', a, b] => {
            (before.is_ascii_whitespace() || matches!(before, b',' | b'-' | 0x0b | 0x80..))
                && a.is_ascii_digit()
                && b.is_ascii_digit()
        }
        _ => false,
    })
}

/// Returns whether two signs that part numbers follow digits.
fn may_hold_numbers(low: &str) -> bool {
    let parts = |w: &&[u8]| matches!(w, [d, b'/' | b'.' | b'-'] if d.is_ascii_digit());
    low.as_bytes().windows(2).filter(parts).nth(1).is_some()
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
    NUMBERS.of(low)?.captures_iter(low).find_map(|found| {
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

fn with_month(rule: &Rule, low: &str) -> Option<Date> {
    rule.of(low)?.captures_iter(low).find_map(|found| {
        let m = month(&found["m"])?;
        with_clock(found["y"].parse().ok()?, m, found["d"].parse().ok()?, &found)
    })
}

fn numbers(low: &str, order: Order) -> Option<Date> {
    NUMBERS.of(low)?.captures_iter(low).find_map(|found| {
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
