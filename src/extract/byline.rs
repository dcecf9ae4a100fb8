//! Names as bylines give them. It knows no page, only lines.
//!
//! A line is text in which [`EDGE`] stands where an element begins or ends: a name does not go on past it.

use std::sync::LazyLock;

use ego_tree::NodeRef;
use regex::Regex;
use scraper::Node;

use super::content::squash;
use super::pattern;
use super::people;
use crate::html::{fold, text, walk};

/// Where an inline element begins or ends in a line.
pub(super) const EDGE: char = '\u{1f}';

/// Returns the lines of an element, each folded.
pub(super) fn lines(node: NodeRef<'_, Node>) -> Vec<String> {
    let mut raw = String::new();
    let mut last = node.id();
    for n in walk::readable(node) {
        match n.value() {
            Node::Text(t) => {
                let parent = n.parent().map_or(last, |p| p.id());
                if parent != last {
                    raw.push(EDGE);
                    last = parent;
                }
                raw.extend(t.text.chars().map(|c| if c == '\n' || c == '\r' { ' ' } else { c }));
            }
            Node::Element(e) if text::is_breaking(&e.name.local) => raw.push('\n'),
            _ => {}
        }
    }
    raw.split('\n').map(fold).map(|l| l.trim_matches([EDGE, ' ']).to_string()).filter(|l| !l.is_empty()).collect()
}

const NAME: &str = concat!(
    r"(?:(?i:dr|prof|mr|mrs|ms|rev|sir)\.? )?\p{Lu}[\p{L}\p{M}.'’-]*",
    r"(?: +(?:(?i:de|da|di|van|von|der|den|la|le|el|al|bin|du|st\.?) +)*(?:\p{Lu}[\p{L}\p{M}.'’-]*|\(\p{Lu}[\p{L}]+\))){0,3}"
);
/// Words that say that a name follows, wherever they stand.
const WRITTEN: &str = concat!(
    r"(?:posted|published|written|reported|submitted|contributed|authored|created|guest post|story|words|text|article|reviewed|photos? and text|",
    r"veröffentlicht|geschrieben|eingestellt|verfasst|erstellt|gepostet|publicado|publicada|postado|postada|escrito|escrita|enviado|publié|posté|écrit|rédigé|pubblicato|scritto|geschreven|geplaatst|skrevet|skriven|napisał)"
);
const BY: &str = r"(?:by|von|vom|par|por|door|di|da|av|af|przez|de la mano de)";
const LABEL: &str = r"(?:author|autor(?:in|en)?|auteur|autore|verfasser(?:in)?|redakteur(?:in)?|text|words|writer|written by|skribent|forfatter|tekst|texto|reporter|by)";

fn rule(pattern: String) -> Option<Regex> {
    pattern::words(&pattern)
}

/// `By Ann Example`, alone, after a bar or after the day.
static BARE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    rule(format!(
        r"(?:^|^(?i:this|diese?r?)[\s\x1f][\w\s\x1f]{{0,40}}?|[|•·–—(]\s*|\b(?i:{WRITTEN})[\s\x1f]+(?i:on [^|]{{3,40}}?[\s\x1f])?|(?:\d|\b(?i:[ap]m|uhr))[\s\x1f,.]+)(?i:{BY}):?[\s\x1f]+({NAME}(?:[\s\x1f]*(?:&|,|\b(?i:and|und|y|et|e|og|och|en)\b)[\s\x1f]+{NAME})*)"
    ))
});
/// `Author: Ann Example`.
static LABELLED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    rule(format!(
        r"(?:^|[|•·–—]\s*)(?i:{LABEL})[\s\x1f]*:[\s\x1f]*({NAME}(?:[\s\x1f]*(?:&|,|\b(?i:and|und|y|et)\b)[\s\x1f]+{NAME})*)"
    ))
});
/// `Posted on Monday by annex | Comments`: what says so much may be followed by a name in small letters.
static POSTED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    rule(format!(
        r"^(?i:{WRITTEN})(?: [^|]{{3,40}})?[\s\x1f]+(?i:{BY}):?[\s\x1f]+([^\s\x1f]{{2,30}}(?: \p{{Lu}}[^\s\x1f]{{1,20}}){{0,2}})(?:[\s\x1f]+(?i:on|at|in|under|um|am|\|)\b|[\s\x1f]*[|•·,@]|[\s\x1f]*$)"
    ))
});

/// WordPress 1: `Filed under: General — Ann Example @ 10:23 am`.
static AT: LazyLock<Option<Regex>> =
    LazyLock::new(|| rule(format!(r"[—–][\s\x1f]+({NAME}|[^\s\x1f]{{2,30}})[\s\x1f]+@[\s\x1f]+\d{{1,2}}:\d\d")));
/// Drupal 6: `Tue, 04/07/2009 - 13:22 — annex`, the name a link.
static DASH: LazyLock<Option<Regex>> = LazyLock::new(|| {
    rule(r"\d{1,2}:\d\d(?:\s*[ap]m)?[\s\x1f]+[—–][\s\x1f]*\x1f[\s\x1f]*([^\s\x1f]{2,30}(?: [^\s\x1f]{1,30}){0,3})[\s\x1f]*$".to_string())
});
/// `Ann Example, 3 May 2019` and `03.05.2019 | 13:10 | Ann Example`: a line that is a name and a day.
static DATED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let name = NAME.replace("{0,3}", "{1,3}");
    rule(format!(
        r"^[\s\x1f]*(?:({name})[\s\x1f]*[,|·•–—-][\s\x1f]*([^|]*\d)[\s\x1f]*|([^|]*\d[^|]*)\|(?:[^|]*\d[^|]*\|)*[\s\x1f]*({name}))$"
    ))
});

/// Returns the name in a line that is a name and a day and nothing else.
pub(super) fn dated(line: &str) -> Option<String> {
    let found = DATED.as_ref().filter(|_| line.len() < 80)?.captures(line)?;
    let (name, day) = found.get(1).zip(found.get(2)).or(found.get(4).zip(found.get(3)))?;
    let words = day.as_str().split(|c: char| !c.is_alphabetic()).filter(|w| w.len() > 2).count();
    let is_day = words < 3 && super::when::parse(day.as_str(), super::when::Order::DayFirst).is_some();
    let called = name.as_str().split(' ').any(super::when::is_month_or_day);
    (is_day && !called).then(|| clean(name.as_str()))?
}

/// Returns the name a byline gives: "Posted by Ann Example on …". `strict`: only where the line begins so.
pub(super) fn named(line: &str, strict: bool) -> Option<String> {
    let found = |rule: &'static LazyLock<Option<Regex>>| {
        let found = rule.as_ref()?.captures(line)?;
        let begins = found.get(0).is_some_and(|m| m.start() == 0);
        (begins || !strict).then(|| fold(&found[1].replace(EDGE, " ")))
    };
    if line.len() >= 300 {
        return None;
    }
    // The rules are slow beside a look at what each of them needs.
    let (by, by_name) = by_words(line);
    let dash = line.contains(['—', '–']);
    (by_name.then(|| found(&BARE)).flatten())
        .or_else(|| line.contains(':').then(|| found(&LABELLED)).flatten())
        .or_else(|| by.then(|| found(&POSTED)).flatten())
        .or_else(|| (dash && line.contains('@')).then(|| found(&AT)).flatten())
        .or_else(|| dash.then(|| found(&DASH)).flatten())
}

/// Returns whether a line has one of the words of [`BY`] before a space, and whether a name may follow it.
fn by_words(line: &str) -> (bool, bool) {
    const ENDS: [&str; 12] = ["by", "von", "vom", "par", "por", "door", "di", "da", "av", "af", "przez", "mano de"];
    let space = |c: char| c.is_whitespace() || c == EDGE;
    let ends_in = |text: &str| {
        let bytes = text.as_bytes();
        ENDS.iter().any(|end| {
            let from = bytes.len().checked_sub(end.len());
            from.and_then(|from| bytes.get(from..)).is_some_and(|tail| tail.eq_ignore_ascii_case(end.as_bytes()))
        })
    };
    let mut found = (false, false);
    let mut rest = line;
    let mut at = 0;
    while let Some(gap) = rest.find(space) {
        let before = line.get(..at + gap).unwrap_or_default();
        let after = rest.get(gap..).unwrap_or_default().trim_start_matches(space);
        at = line.len() - after.len();
        rest = after;
        if ends_in(before.strip_suffix(':').unwrap_or(before)) {
            found.0 = true;
            // The titles before names may be written small.
            let begins = |c: char| c.is_uppercase() || !c.is_ascii() || "dmprs".contains(c);
            found.1 |= after.chars().next().is_some_and(begins);
        }
    }
    found
}

/// Returns whether a whole text says only that the author's name comes next.
pub(super) fn is_label(text: &str) -> bool {
    static LABELS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        rule(format!(r"^(?i:{LABEL}(?:\(s\))?s?|{BY}|{WRITTEN}(?: {BY})|geschrieben von|article by|post by)\s*:?$"))
    });
    text.len() < 40 && LABELS.as_ref().is_some_and(|r| r.is_match(text))
}

/// What stands before a name and is none of it.
static BEFORE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    rule(format!(
        r"^(?i:(?:{WRITTEN} (?:&|and|und) )?{WRITTEN} ?{BY}:?|(?:an? )?(?:article|post|story|guest post|beitrag|gastbeitrag|artikel|ein artikel|ein beitrag) {BY}|{BY}:?|{LABEL}\s*[:|]|from:?|{WRITTEN}:|(?:zeige )?alle (?:beiträge|artikel) von|view all (?:posts|articles|stories) by|view all posts|(?:all )?(?:posts|articles|entries) by|see all (?:posts|articles) by|more (?:articles |posts |stories )?(?:from|by)|mehr (?:artikel |beiträge )?von|(?:fact[ -]checked|medically reviewed|reviewed|geprüft|edited|updated) (?:by|von)|about (?:the )?author:?|about|über)(?:[\s:\x1f]+|$)"
    ))
});
/// Where a name ends and something else begins.
static AFTER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    rule(
        concat!(
            r"(?i)(?:[\s\x1f](?:on|at|in|says|sagt|via|posted|published|updated|veröffentlicht|um|am|for the|vor \d+)[\s\x1f]|,? (?:on|updated|posted|published) |",
            r"[\s\x1f]+[|·•—–→»›@(-]|\||\u{2009}|→|»|›|[\s\x1f]says:?$|[\s\x1f]rss feed$|[\s\x1f](?:follow|tags|topics|shares?|share|bio|profile|quelle|archives?|author archives?)$|[\s\x1f]\d+[\s\x1f])"
        )
        .to_string(),
    )
});

/// Returns a name without what stands around it; none when it is no name.
pub(super) fn clean(value: &str) -> Option<String> {
    if !value.contains([',', ';']) {
        return one(value);
    }
    let mut names: Vec<String> = Vec::new();
    let mut rest = value;
    while !rest.is_empty() && names.len() < 40 {
        let (part, more) = rest.find([',', ';']).map_or((rest, ""), |at| rest.split_at(at));
        rest = more.get(1..).unwrap_or_default();
        match one(part) {
            Some(name) if !names.is_empty() && is_aside(&name) => break,
            Some(name) => names.push(name),
            None if names.is_empty() => {}
            None => break,
        }
        // What ends the first name ends the list: "Ann Example on 3 May, 2019".
        if AFTER.as_ref().is_some_and(|r| r.find_iter(part).any(|m| m.start() > 1)) {
            break;
        }
    }
    (!names.is_empty()).then(|| names.join(", "))
}

/// Returns whether what follows a name and a comma is no name but words on the person.
pub(super) fn is_aside(name: &str) -> bool {
    let low = name.to_lowercase();
    let first = low.split(' ').next().unwrap_or_default();
    let small =
        name.starts_with(char::is_lowercase) && !["de", "di", "da", "van", "von", "del", "la", "el"].contains(&first);
    small && name.contains(' ')
        || ["updated", "on", "at"].contains(&first)
        || super::when::is_month_name(first)
        || DAYS.contains(&first)
}

const DAYS: [&str; 14] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "montag",
    "dienstag",
    "mittwoch",
    "donnerstag",
    "freitag",
    "samstag",
    "sonntag",
];

fn one(value: &str) -> Option<String> {
    let mut name = fold(value);
    for _ in 0..3 {
        match BEFORE.as_ref().and_then(|r| r.find(&name)) {
            Some(found) => name = name.get(found.end()..).unwrap_or_default().to_string(),
            None => break,
        }
    }
    let start = name.find(|c: char| c != EDGE && c != ' ').unwrap_or(0);
    name.drain(..start);
    if let Some(end) = AFTER.as_ref().and_then(|r| r.find_iter(&name).map(|m| m.start()).find(|at| *at > 1)) {
        name.truncate(end);
    }
    name = fold(&name.replace(EDGE, " "));
    name = name.trim_matches(|c: char| c.is_whitespace() || ",;:|·•-–—/\"“”„()[]".contains(c)).to_string();
    if name.ends_with('.')
        && !name.trim_end_matches('.').contains('.')
        && name.split(' ').next_back().is_some_and(|w| w.len() > 4)
    {
        name.pop();
    }
    // A byline goes on with the day.
    while let Some((before, last)) = name.rsplit_once(' ')
        && (before.contains(' ') || before.starts_with(char::is_lowercase))
        && super::when::is_month_name(&last.to_lowercase())
    {
        name = before.trim_end_matches([',', ' ']).to_string();
    }
    is_name(&name).then_some(name)
}

fn is_name(name: &str) -> bool {
    let low = name.to_lowercase();
    let digits = name.chars().filter(char::is_ascii_digit).count();
    let minutes = digits > 0 && (low.contains("minute") || low.contains(" min"));
    let clock = digits > 1 && (low.ends_with(" uhr") || low.chars().all(|c| c.is_ascii_digit() || ":. ".contains(c)));
    let template = low.matches('.').count() > 1 && !low.contains(' ') && *name == *low;
    !(name.is_empty()
        || name.chars().count() > 100
        || name.split_whitespace().count() > 12
        || digits > 4
        || minutes
        || clock
        || template
        || name.contains("://")
        || name.contains(['{', '}', '<', '>', '=', '?', '©'])
        || (name.contains('@') && !name.starts_with('@'))
        || !name.chars().any(char::is_alphabetic)
        || [" by", " von", " por", " par", " door", " di", " da", " av"].iter().any(|end| low.ends_with(end))
        || low.starts_with("subscribe to ")
        || people::NO_NAMES.contains(&low.as_str()))
}

/// Returns whether a name is one to log in with, not one to be called by: `ann_example`, `admin`.
pub(super) fn is_login(name: &str) -> bool {
    let low = name.to_lowercase();
    !name.contains(' ')
        && (["admin", "administrator", "editor", "redaktion", "webmaster", "wordpressadmin", "user", "staff"]
            .contains(&low.as_str())
            || (name.contains('_') && name.is_ascii())
            || (low == name && (name.contains(['.', '_', '-']) || name.chars().any(|c| c.is_ascii_digit()))))
}

/// Returns whether a part of a list is what people put behind their names: `FACS`, `E-RYT`.
fn is_degree(part: &str) -> bool {
    const AGENCIES: [&str; 12] = ["AP", "DPA", "AFP", "CNN", "BBC", "NDR", "WDR", "SWR", "ARD", "ZDF", "APA", "NBC"];
    (2..8).contains(&part.len())
        && part.chars().all(|c| c.is_ascii_uppercase() || c == '-' || c == '.')
        && !AGENCIES.contains(&part)
}

/// Returns the names in a list of names.
pub(super) fn split(names: &str) -> Vec<String> {
    static PARTS: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"\s*(?:;|,|/|\s&\s|\s(?i:and|und|et|y)\s)\s*").ok());
    let Some(parts) = PARTS.as_ref() else { return vec![names.to_string()] };
    let titles =
        ["jr", "sr", "phd", "ph.d", "md", "m.d", "mba", "cfa", "rd", "esq", "ii", "iii", "rn", "cpa", "dds", "dvm"];
    let mut out: Vec<String> = Vec::new();
    for part in parts.split(names) {
        let key = part.to_lowercase();
        if titles.contains(&key.trim_end_matches('.')) || is_degree(part) {
            match out.last_mut().filter(|l| l.contains(' ')) {
                Some(last) => last.push_str(&format!(", {part}")),
                None => out.push(part.to_string()),
            }
        } else if !part.is_empty() && !out.iter().any(|o| squash(o) == squash(part)) {
            out.push(part.to_string());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_bylines() {
        let cases = [
            ("Posted by Ann Example on April 23, 2007 at 08:18 AM in A, B", "Ann Example"),
            ("By Ann de la Example", "Ann de la Example"),
            ("Posted on Monday, April 23 by annex | Comments", "annex"),
            ("von Änne Beispiel", "Änne Beispiel"),
            ("Veröffentlicht am 3. Mai 2019 von Änne Beispiel", "Änne Beispiel"),
            ("By\u{1f} Ann Example \u{1f}Senior Reporter", "Ann Example"),
            ("Autor: \u{1f}Ann Example\u{1f} Tags:", "Ann Example"),
            ("Text: Ann Example", "Ann Example"),
            ("Filed under: General — annex @ 00:11", "annex"),
            ("Tue, 04/07/2009 - 13:22 —\u{1f} annex", "annex"),
        ];
        for (line, name) in cases {
            assert_eq!(named(line, false).as_deref(), Some(name), "{line}");
        }
        for prose in ["we went by train to the Alps and came back", "Der Untergang von Rom", "a picture by Ann"] {
            assert_eq!(named(prose, false), None, "{prose}");
        }
    }

    #[test]
    fn a_line_of_a_name_and_a_day_gives_the_name() {
        for line in ["Ann Example, 01.12.2021", "Ann Example, 2 November 2004", "04.02.2022 | 13:10 Uhr | Ann Example"]
        {
            assert_eq!(dated(line).as_deref(), Some("Ann Example"), "{line}");
        }
        for line in ["Berlin, 3 May 2019", "Ann Example, 12 pictures", "Friday May, 3 2019", "We went in 2004"] {
            assert_eq!(dated(line), None, "{line}");
        }
    }

    #[test]
    fn what_stands_around_a_name_goes() {
        for (line, name) in [
            ("By Ann Example | April 3", "Ann Example"),
            ("Eingestellt von \u{1f}der Otto", "der Otto"),
            ("Zeige alle Beiträge von annex →", "annex"),
            ("Ann Example RSS feed", "Ann Example"),
            ("View all posts by Ann Example", "Ann Example"),
        ] {
            assert_eq!(clean(line).as_deref(), Some(name), "{line}");
        }
        for line in ["ann@example.com", "12 comments 2007", "7 minutes", "page.head.author", "View more posts"] {
            assert_eq!(clean(line), None, "{line}");
        }
        assert_eq!(split("Ann Example, Ph.D. and Bob Other"), ["Ann Example, Ph.D.", "Bob Other"]);
    }
}
