//! Moments as people write them. It knows no page.

use std::sync::LazyLock;

use jiff::civil;
use regex::Regex;

use crate::model::{Date, Precision};

/// Which of two numbers is the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    DayFirst,
    MonthFirst,
}

/// Beginnings of month names in the languages of most blogs, longer ones first where one begins another.
const MONTHS: [(&str, i8); 78] = [
    ("january", 1),
    ("januar", 1),
    ("jänner", 1),
    ("janvier", 1),
    ("janv", 1),
    ("enero", 1),
    ("gennaio", 1),
    ("janeiro", 1),
    ("januari", 1),
    ("jan", 1),
    ("ene", 1),
    ("gen", 1),
    ("february", 2),
    ("februar", 2),
    ("février", 2),
    ("fevrier", 2),
    ("févr", 2),
    ("febrero", 2),
    ("febbraio", 2),
    ("fevereiro", 2),
    ("feb", 2),
    ("fev", 2),
    ("march", 3),
    ("märz", 3),
    ("maerz", 3),
    ("mars", 3),
    ("marzo", 3),
    ("março", 3),
    ("maart", 3),
    ("mär", 3),
    ("mar", 3),
    ("mrt", 3),
    ("april", 4),
    ("avril", 4),
    ("abril", 4),
    ("aprile", 4),
    ("apr", 4),
    ("abr", 4),
    ("avr", 4),
    ("mayo", 5),
    ("maggio", 5),
    ("maio", 5),
    ("may", 5),
    ("mai", 5),
    ("mei", 5),
    ("mag", 5),
    ("june", 6),
    ("juni", 6),
    ("juin", 6),
    ("junio", 6),
    ("giugno", 6),
    ("junho", 6),
    ("jun", 6),
    ("giu", 6),
    ("july", 7),
    ("juli", 7),
    ("juillet", 7),
    ("julio", 7),
    ("luglio", 7),
    ("julho", 7),
    ("jul", 7),
    ("lug", 7),
    ("august", 8),
    ("août", 8),
    ("agosto", 8),
    ("augustus", 8),
    ("aug", 8),
    ("ago", 8),
    ("sep", 9),
    ("set", 9),
    ("oct", 10),
    ("okt", 10),
    ("ott", 10),
    ("out", 10),
    ("nov", 11),
    ("dec", 12),
    ("dez", 12),
    ("déc", 12),
];

const CLOCK: &str = r"(?:[,;@|·•–-]|\s|at\b|um\b|à\b|a las\b|alle\b|om\b)*(?:(?P<h>\d{1,2})[:.h](?P<mi>\d\d)(?::(?P<s>\d\d))?\s*(?P<ap>[ap]\.?m\b\.?)?)?";

static ISO: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\b((?:19|20)\d\d)-(\d\d)-(\d\d)(?:[t ](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?\s?(z|utc|[+-]\d\d:?\d\d)?)?")
        .ok()
});
static MONTH_DAY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(&format!(
        r"\b(?P<m>\p{{L}}{{3,10}})\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:\s*,\s*|\s+)(?P<y>(?:19|20)\d\d)\b{CLOCK}"
    ))
    .ok()
});
static DAY_MONTH: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(&format!(
        r"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th|\.|er)?[\s-]+(?:de\s+|of\s+)?(?P<m>\p{{L}}{{3,10}})\.?,?[\s-]+(?:de\s+|del\s+)?(?P<y>(?:19|20)\d\d)\b{CLOCK}"
    ))
    .ok()
});
static NUMBERS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(&format!(r"\b(?P<a>\d{{1,4}})(?P<sep>[/.-])\s?(?P<b>\d{{1,2}})[/.-]\s?(?P<c>\d{{2,4}})\b{CLOCK}")).ok()
});
static ADDRESS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let parted = r"(?P<y>(?:19|20)\d\d)[/_-](?P<m>0?[1-9]|1[0-2])[/_-](?P<d>0[1-9]|[12]\d|3[01]|[1-9])";
    let joined = r"(?P<yy>(?:19|20)\d\d)(?P<mm>0[1-9]|1[0-2])(?P<dd>0[1-9]|[12]\d|3[01])";
    Regex::new(&format!("[/_=-](?:{parted}|{joined})(?:[/_.?-]|$)")).ok()
});

/// Returns the first moment a text names.
pub(super) fn parse(text: &str, order: Order) -> Option<Date> {
    let low = text.trim().to_lowercase();
    let low = low.get(..low.floor_char_boundary(300))?;
    iso(low).or_else(|| worded(&MONTH_DAY, low)).or_else(|| worded(&DAY_MONTH, low)).or_else(|| numbers(low, order))
}

/// Returns the day an address names.
pub(super) fn in_address(path: &str) -> Option<Date> {
    let found = ADDRESS.as_ref()?.captures(path)?;
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

fn worded(rule: &LazyLock<Option<Regex>>, low: &str) -> Option<Date> {
    rule.as_ref()?.captures_iter(low).find_map(|found| {
        let m = month(&found["m"])?;
        with_clock(found["y"].parse().ok()?, m, found["d"].parse().ok()?, &found)
    })
}

fn numbers(low: &str, order: Order) -> Option<Date> {
    NUMBERS.as_ref()?.captures_iter(low).find_map(|found| {
        let (a, b, c): (i16, i16, i16) = (found["a"].parse().ok()?, found["b"].parse().ok()?, found["c"].parse().ok()?);
        let year = |y: i16| if y < 100 { 2000 + y } else { y };
        let (y, m, d) = if a > 31 {
            (a, b, c)
        } else {
            let day_first = match (a, b) {
                (13.., _) => true,
                (_, 13..) => false,
                _ => &found["sep"] == "." && a < 32 && found["c"].len() == 4 || order == Order::DayFirst,
            };
            if day_first { (year(c), b, a) } else { (year(c), a, b) }
        };
        (1990..2100).contains(&y).then_some(())?;
        with_clock(y, i8::try_from(m).ok()?, i8::try_from(d).ok()?, &found)
    })
}

/// Returns whether a word (lower case) is the name of a month.
pub(super) fn is_month_name(word: &str) -> bool {
    month(word.trim_end_matches('.')).is_some()
}

fn month(name: &str) -> Option<i8> {
    MONTHS.iter().find(|(start, _)| name.starts_with(start) && is_month(name, start)).map(|(_, n)| *n)
}

/// Returns whether a word is a month and no other word that begins like one: `marketing`, `decide`, `second`.
fn is_month(name: &str, start: &str) -> bool {
    let rest = name.get(start.len()..).unwrap_or_default();
    let long = [
        "tember", "tembre", "tiembre", "embro", "ober", "obre", "ubre", "tobre", "ember", "iembre", "embre", "ruary",
        "ch", "il", "t", "e", "y", "s", "tubro", "tembro", "zembro", "embrie", "uary", "uar", "ust", "tober", "", "i",
    ];
    rest.is_empty() || long.contains(&rest)
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
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text, Order::MonthFirst).map(|d| d.text).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(parse("11/07/2012", Order::MonthFirst).unwrap().text, "2012-11-07");
        assert_eq!(parse("11/07/2012", Order::DayFirst).unwrap().text, "2012-07-11");
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in ["Version 1.2.3", "decide 12 2012", "99/99/2012", "555-12-3456", "31 February 2012", ""] {
            assert_eq!(parse(text, Order::MonthFirst), None, "{text}");
        }
    }

    #[test]
    fn addresses_name_days() {
        let of = |a: &str| in_address(a).map(|d| d.text);
        assert_eq!(of("/2007/04/23/slug/").as_deref(), Some("2007-04-23"));
        assert_eq!(of("/blog/2012-11-02/x").as_deref(), Some("2012-11-02"));
        assert_eq!(of("/2007/04/slug.html"), None);
    }
}
