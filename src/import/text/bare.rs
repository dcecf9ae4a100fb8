//! The bare dialect: what lines are without saying so. Each judgement is a sum of signs, none decides alone.

use std::sync::LazyLock;

use regex::Regex;

use crate::html::fold;
use crate::import::date;
use crate::model::Date;

/// Signs that lie outside a line.
#[derive(Debug, Clone, Copy, Default)]
pub struct Around {
    /// More blank lines before it than usual.
    pub set_off: bool,
    /// A line of tags ends the text, be it empty.
    pub trailer: bool,
    /// A list of titles ends the text.
    pub related: bool,
}

/// Returns the tags of a first line that is a list of them, where the signs suffice.
pub fn tag_line(line: &str, around: Around) -> Option<Vec<String>> {
    if line.contains(':') || line.len() > 300 {
        return None;
    }
    let tags: Vec<String> = line.split(',').map(fold).collect();
    let phrase = |t: &String| {
        let first = t.split(' ').next().unwrap_or_default().to_lowercase();
        let joins = ["and", "or", "but", "the", "which", "who", "then", "yet"].contains(&first.as_str());
        !t.is_empty() && t.split(' ').count() <= 4 && t.chars().count() <= 40 && !joins && !t.ends_with(['.', '!', '?'])
    };
    if tags.len() < 2 || !tags.iter().all(phrase) {
        return None;
    }
    static SPACED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r",(\s{2,}|\s*\u{a0})").expect("a fixed pattern"));
    let signs = 2 * usize::from(SPACED.is_match(line))
        + usize::from(tags.len() >= 3)
        + usize::from(around.trailer)
        + usize::from(around.related);
    (signs >= 2).then_some(tags)
}

/// Returns whether a line could be a title: short, with no full stop.
pub fn is_title(line: &str) -> bool {
    let line = line.trim_end_matches(['"', '”', '’', '\'', ')', ' ']);
    let length = line.chars().count();
    (1..=140).contains(&length) && line.split_whitespace().count() <= 24 && !line.ends_with(['.', ',', ';', ':'])
}

/// As [`is_title`], where other signs speak for a title too: then it may end in `U.S.` or `Inc.`.
pub fn is_title_or_abbreviation(line: &str) -> bool {
    static ABBREVIATION: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(\b\p{Lu}\.|\b(Inc|Jr|Sr|Co|Corp|Ltd|[ap]\.m)\.|\.\.\.)$").expect("a fixed pattern")
    });
    is_title(line) || ABBREVIATION.is_match(line.trim_end()) && is_title(line.trim_end().trim_end_matches('.'))
}

/// Returns whether most of the longer words begin with a capital, as in English titles.
pub fn is_title_case(line: &str) -> bool {
    let long = line.split_whitespace().map(|w| w.trim_start_matches(|c: char| !c.is_alphanumeric()));
    let long: Vec<&str> = long.filter(|w| w.chars().count() > 3).collect();
    let capital = |w: &&&str| w.chars().next().is_some_and(|c| c.is_uppercase() || c.is_numeric());
    !long.is_empty() && long.iter().filter(capital).count() * 3 >= long.len() * 2
}

/// Returns whether a line under the title describes a picture that the text has lost.
pub fn is_caption(line: &str, around: Around) -> bool {
    static PLACES: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)\((l|r|c|left|right|cent(er|re)|top|bottom|above|below|back|front)\)|\b(pictured|seen here|shown here)\b|(^|, )(left|right|far left|far right),").expect("a fixed pattern")
    });
    static CREDIT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)\b(ap photo|afp|reuters|getty images?|photo(graph)?( courtesy of| by|:)|image courtesy|file photo)\b|\(ap\b|/ap\)|©").expect("a fixed pattern")
    });
    static DATE: LazyLock<Regex> = LazyLock::new(|| {
        let month = "(jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*\\.?";
        Regex::new(&format!(r"(?i)\b({month} \d{{1,2}}(, \d{{4}})?|\d{{1,2}} {month} \d{{4}})\b"))
            .expect("a fixed pattern")
    });
    let line = fold(line);
    let sentences = line.match_indices(['.', '!', '?']).filter(|(i, _)| {
        line.get(i + 1..).is_some_and(|rest| rest.starts_with(' ') && rest.trim_start().starts_with(char::is_uppercase))
    });
    if line.chars().count() > 350 || sentences.count() > 2 || !around.set_off || line.split(' ').count() < 4 {
        return false;
    }
    let signs = 2 * usize::from(PLACES.is_match(&line))
        + 2 * usize::from(CREDIT.is_match(&line))
        + usize::from(DATE.is_match(&line))
        + usize::from(around.trailer || around.related);
    signs >= 2
}

/// Reads `Posted by NAME on DATE`: a line that ends in a date and says so.
pub fn byline(line: &str) -> Option<(Option<String>, Date)> {
    static BYLINE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)^(?:posted|published|written)\b(?: by (?P<name>[^,|@\d]{2,60}?))?\s*(?:,|\||\bon\b|\bat\b|:)\s*(?P<date>.{4,60}?)\.?$").expect("a fixed pattern")
    });
    let line = fold(line);
    let found = BYLINE.captures(&line)?;
    let date = date::parse(found.name("date")?.as_str())?;
    Some((found.name("name").map(|n| fold(n.as_str())), date))
}

/// Returns the series a title belongs to: its words before the colon, where other titles begin with the same.
pub fn series(title: &str, others: &[String]) -> Option<String> {
    let prefix = |t: &str| t.split_once(": ").map(|(p, _)| fold(p));
    let own = prefix(title).filter(|p| (1..=8).contains(&p.split(' ').count()) && p.chars().count() <= 60)?;
    let same = |t: &String| prefix(t).is_some_and(|p| p.to_lowercase() == own.to_lowercase());
    others.iter().any(same).then_some(own)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Around = Around { set_off: false, trailer: false, related: false };

    #[test]
    fn a_comma_list_alone_is_no_tag_line() {
        assert_eq!(
            tag_line("Rain,\u{a0} Harbours,\u{a0} Old boats", PLAIN).unwrap(),
            ["Rain", "Harbours", "Old boats"]
        );
        assert!(tag_line("Rain, Harbours, Old boats", Around { trailer: true, ..PLAIN }).is_some());
        for title in ["Rain, Harbours, Old boats", "Guns, Germs, and Steel", "Paris, France"] {
            assert_eq!(tag_line(title, PLAIN), None, "{title}");
        }
        assert_eq!(
            tag_line("Well, it rained, and nobody came.", Around { trailer: true, related: true, ..PLAIN }),
            None
        );
    }

    #[test]
    fn a_caption_shows_two_signs_and_stands_apart() {
        let apart = Around { set_off: true, ..PLAIN };
        assert!(is_caption("The harbour master (R) looks at the new crane, 4 May 2006.", apart));
        assert!(is_caption("Boats in the old dock. (AP Photo/A. Name)", apart));
        assert!(!is_caption("The harbour master (R) looks at the new crane, 4 May 2006.", PLAIN));
        assert!(!is_caption("On May 4, 2006 the harbour closed.", apart));
        assert!(!is_caption("He left the harbour.", apart));
    }

    #[test]
    fn a_byline_says_who_and_when() {
        let of = |l| byline(l).map(|(n, d)| (n.unwrap_or_default(), d.text));
        assert_eq!(
            of("Posted by The Warden on April 23, 2007 at 10:15 PM"),
            Some(("The Warden".into(), "2007-04-23T22:15:00".into()))
        );
        assert_eq!(of("posted on 23 April 2007"), Some((String::new(), "2007-04-23".into())));
        for line in ["Posted by the door on a cold morning", "Posted by The Warden", "He posted on April 23, 2007"] {
            assert_eq!(of(line), None, "{line}");
        }
    }

    #[test]
    fn a_series_is_shared() {
        let others = vec!["Dock Diary: The Crane".to_string()];
        assert_eq!(series("Dock diary: The Rope", &others).as_deref(), Some("Dock diary"));
        assert_eq!(series("Rope: The Return", &others), None);
    }
}
