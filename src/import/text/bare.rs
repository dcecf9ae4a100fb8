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

/// Returns whether a line under the title describes a picture that the text has lost: people by their place in it, a
/// credit, or somebody doing something at a place and a date.
pub fn is_caption(line: &str, around: Around) -> bool {
    let line = fold(line);
    let words = line.split(' ').count();
    if line.chars().count() > 350 || words < 4 || sentences(&line) > 3 {
        return false;
    }
    let has = |pattern: &LazyLock<Regex>| usize::from(pattern.is_match(&line));
    let (places, credit, acts, ends) = (has(&PLACES), has(&CREDIT), has(&ACTS), has(&ENDS_IN_DATE));
    let signs = 2 * places + 3 * credit + acts + 2 * ends + has(&DATE);
    let signs = signs + usize::from(around.set_off) + usize::from(around.trailer || around.related);
    signs >= 4 && (places + credit > 0 || acts + ends == 2)
}

/// Full stops inside a line that end a sentence.
fn sentences(line: &str) -> usize {
    let ends = |(at, _): &(usize, &str)| {
        let rest = line.get(at + 1..).unwrap_or_default();
        rest.starts_with(' ') && rest.trim_start().starts_with(char::is_uppercase)
    };
    line.match_indices(['.', '!', '?']).filter(ends).count()
}

const MONTH: &str = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*\.?";

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a fixed pattern")
}

static PLACES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\((l|r|c|left|right|cent(er|re)|top|bottom|above|below|back|front)\)|\b(pictured|seen here|shown here)\b|(^|, )((far|second from) )?(left|right|cent(er|re)),",
    )
});
static CREDIT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)[(\[](ap|afp|reuters|getty|photo|file|courtesy|image)\b[^)\]]*[)\]]|\bphoto(graph)?( courtesy of| by|:)|\b(afp|reuters|ap|getty images)/\w|©",
    )
});
/// What people do in pictures.
static ACTS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(speaks?|smiles?|meets?|looks?|waves?|walks?|talks?|shakes?|gestures?|addresses|listens?|arrives?|stands?|sits?|attends?|holds?|poses?|greets?|watch(es)?|answers?|leaves|delivers?|reviews?|visits?|inspects?|points?|hands|shows?|reacts?|hugs?|boards?|pauses?)\b",
    )
});
static DATE: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"(?i)\b({MONTH} \d{{1,2}}(, \d{{4}})?|\d{{1,2}} {MONTH} \d{{4}})\b")));
/// A date that ends the sentence, without the `on` of running text.
static ENDS_IN_DATE: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"(?i)([^n]|[^o]n) ({MONTH} \d{{1,2}}, \d{{4}}|\d{{1,2}} {MONTH} \d{{4}})\.?$")));

/// Reads a line, or two, that say nothing but who wrote and when: `By NAME`, a date, or both.
pub fn dateline(lines: &[String]) -> Option<(Option<String>, Option<Date>)> {
    static BY: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^(?:[Bb]y|BY) (?P<name>\p{Lu}[\w.'’-]+(?: \p{Lu}[\w.'’-]+){0,3}|\p{Lu}[\w.'’-]+)$"));
    let (mut name, mut published) = (None, None);
    for line in lines {
        let line = fold(line);
        if let Some(found) = BY.captures(&line).and_then(|f| f.name("name")).filter(|_| name.is_none()) {
            name = Some(found.as_str().to_string());
        } else {
            published = Some(date::parse(&line).filter(|_| published.is_none() && line.len() > 7)?);
        }
    }
    (lines.len() <= 2 && (name.is_some() || published.is_some())).then_some((name, published))
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
        assert!(is_caption("The harbour master walks along the new quay in Oldport May 4, 2006.", apart));
        assert!(is_caption("The harbour master, left, speaks in Oldport, May 4, 2006. (AP Photo/A. Name)", PLAIN));
        let all = Around { set_off: true, trailer: true, related: true };
        for prose in [
            "On May 4, 2006 the harbour closed.",
            "The council closed the harbour on May 4, 2006.",
            "According to Reuters, the harbour will close in May.",
            "The man on the left left early.",
        ] {
            assert!(!is_caption(prose, all), "{prose}");
        }
        assert!(!is_caption("He left the harbour.", apart));
    }

    #[test]
    fn a_dateline_says_nothing_else() {
        let of = |lines: &[&str]| {
            let lines: Vec<String> = lines.iter().map(|l| l.to_string()).collect();
            dateline(&lines).map(|(n, d)| (n.unwrap_or_default(), d.map(|d| d.text).unwrap_or_default()))
        };
        assert_eq!(of(&["Monday, April 23, 2007"]), Some((String::new(), "2007-04-23".into())));
        assert_eq!(of(&["By Jane Doe", "April 3, 2006"]), Some(("Jane Doe".into(), "2006-04-03".into())));
        assert_eq!(of(&["By J. R. O’Hara"]), Some(("J. R. O’Hara".into(), String::new())));
        for prose in ["By noon it was over", "By The River We Sat And Wept", "2007", "May 2007", "It was April 3, 2006"]
        {
            assert_eq!(of(&[prose]), None, "{prose}");
        }
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
