//! The time of day where a page shows it apart from the day: "posted by Ann @ 7:51 AM". It knows no source of days.

use std::sync::LazyLock;

use regex::Regex;

use super::dates::Page;
use super::outline::{Item, Part};
use super::when::{self, Order};
use crate::html::walk;
use crate::model::{Date, Precision};

/// A clock that stands alone, begins a line or follows a word that leads to it.
static CLOCK: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?:^|\b(?:at|um|en|alle|kl\.?|klo|om)\s|(?:^|\s)(?:às|à|@)\s*)([01]?\d|2[0-3])[:.h]([0-5]\d)(?:[:.]([0-5]\d))?(?:\s*([ap])\.?m\b\.?)?(?:\s|[,|·•]|uhr|$)",
    )
    .ok()
});

/// Returns the day with the time that the lines about the post show, where it has none.
pub(super) fn with_clock(page: &Page<'_>, day: Date) -> Date {
    if day.precision != Precision::Day || day.instant.is_some() {
        return day;
    }
    let lines = page.zone.items().filter(|(at, i)| is_line(page, *at, i));
    let clock =
        lines.filter_map(|(_, i)| page.tree.tree.get(i.id)).find_map(|n| clock(&walk::text(n).to_lowercase(), &day));
    clock.and_then(|c| when::parse(&format!("{} {c}", day.text), Order::DayFirst)).unwrap_or(day)
}

/// Returns whether an element is a short line about the post.
fn is_line(page: &Page<'_>, at: usize, item: &Item) -> bool {
    let last = || page.zone.distance(at).1 <= item.text + 8 && !item.block;
    let about = item.part == Part::About || !page.zone.in_text(at) || last();
    about && (4..160).contains(&item.text)
}

/// Returns the time a line gives as a clock of 24 hours; none when the line is about another day.
fn clock(line: &str, day: &Date) -> Option<String> {
    if [Order::DayFirst, Order::MonthFirst]
        .into_iter()
        .all(|o| when::parse(line, o).is_some_and(|d| d.text != day.text))
    {
        return None;
    }
    let found = CLOCK.as_ref()?.captures(line)?;
    let hour: u8 = found[1].parse().ok()?;
    let hour = match found.get(4).map(|m| m.as_str()) {
        Some("p") if hour < 12 => hour + 12,
        Some("a") if hour == 12 => 0,
        _ => hour,
    };
    let seconds = found.get(3).map(|s| format!(":{}", s.as_str())).unwrap_or_default();
    Some(format!("{hour:02}:{}{seconds}", &found[2]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_read_from_the_lines_of_a_post() {
        let day = Date::parse_iso("2005-03-08").unwrap();
        let cases = [
            ("posted by dan muster @ 7:51 am", Some("07:51")),
            ("7:51 pm", Some("19:51")),
            ("20:31:12", Some("20:31:12")),
            ("geschrieben von änne in küche um 09:41 | kommentare (0)", Some("09:41")),
            ("posted at 12:05 am in heat", Some("00:05")),
            ("published on may 3, 2019 at 7:51 am", None),
            ("a score of 3:11 to us", None),
            ("comments (2)", None),
        ];
        for (line, time) in cases {
            assert_eq!(clock(line, &day).as_deref(), time, "{line}");
        }
    }
}
