//! Language tags (BCP 47), scripts and a guess of the language of a text that does not say.

/// Returns a tag in its usual writing, or none for what is no language tag: `en_us` → `en-US`.
///
/// `und` and a country in place of a language (`us`) are none: readers refuse them.
pub fn tag(text: &str) -> Option<String> {
    let text = text.trim().replace('_', "-");
    // WordPress writes variants of politeness as `de-DE-formal`, which is a valid variant; a dot begins a charset.
    let text = text.split('.').next().unwrap_or_default();
    let mut out = String::new();
    let mut stage = 0;
    for (n, part) in text.split('-').enumerate() {
        let alpha = part.bytes().all(|b| b.is_ascii_alphabetic());
        let alnum = part.bytes().all(|b| b.is_ascii_alphanumeric());
        let written = match (n, part.len()) {
            (0, 2 | 3) if alpha => part.to_ascii_lowercase(),
            (0, _) => return None,
            (_, 4) if alpha && stage < 1 => {
                stage = 1;
                let mut script = part.to_ascii_lowercase();
                script.get_mut(..1)?.make_ascii_uppercase();
                script
            }
            (_, 2) if alpha && stage < 2 => {
                stage = 2;
                part.to_ascii_uppercase()
            }
            (_, 3) if stage < 2 && part.bytes().all(|b| b.is_ascii_digit()) => {
                stage = 2;
                part.to_string()
            }
            (_, 5..=8) if alnum => {
                stage = 3;
                part.to_ascii_lowercase()
            }
            // Extensions and oddities: what is known so far is right.
            _ => break,
        };
        if n > 0 {
            out.push('-');
        }
        out.push_str(&written);
    }
    (!matches!(out.as_str(), "und" | "mul" | "zxx" | "us" | "uk-UK" | "xx")).then_some(out)
}

/// Returns the language without region and script.
pub fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or(tag)
}

/// Returns whether a language is written from right to left.
pub fn is_rtl(tag: &str) -> bool {
    const RTL: [&str; 14] = ["ar", "arc", "azb", "ckb", "dv", "fa", "he", "iw", "ps", "sd", "syr", "ug", "ur", "yi"];
    if tag.contains("-Latn") || tag.contains("-Cyrl") {
        return false;
    }
    RTL.contains(&primary(tag)) || tag.contains("-Arab") || tag.contains("-Hebr")
}

/// Returns the direction of a title in the text of a page, where it is not the page's own: what stands beside it, a date
/// mostly, would else be drawn into it.
pub fn apart(title: &str, rtl: bool) -> Option<&'static str> {
    let from_right = |c: char| matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}');
    let first = title.chars().find(|c| c.is_alphabetic())?;
    match (from_right(first), rtl) {
        (true, false) => Some("rtl"),
        (false, true) => Some("ltr"),
        _ => None,
    }
}

/// Scripts that tell a language, or at least the way it is written.
const SCRIPTS: [(&str, &[std::ops::RangeInclusive<char>]); 9] = [
    ("ja", &['\u{3041}'..='\u{30ff}']),
    ("ko", &['\u{1100}'..='\u{11ff}', '\u{ac00}'..='\u{d7a3}']),
    ("zh", &['\u{4e00}'..='\u{9fff}']),
    ("he", &['\u{590}'..='\u{5ff}']),
    ("ar", &['\u{600}'..='\u{6ff}', '\u{750}'..='\u{77f}', '\u{fb50}'..='\u{fdff}', '\u{fe70}'..='\u{fefe}']),
    ("ru", &['\u{400}'..='\u{4ff}']),
    ("el", &['\u{370}'..='\u{3ff}', '\u{1f00}'..='\u{1fff}']),
    ("th", &['\u{e00}'..='\u{e7f}']),
    ("hi", &['\u{900}'..='\u{97f}']),
];

/// Returns the language that the script of a text points to, where most of its letters are of that script.
pub fn by_script(text: &str) -> Option<&'static str> {
    let mut counts = [0usize; SCRIPTS.len()];
    let mut letters = 0usize;
    for c in text.chars().filter(|c| c.is_alphabetic()).take(4000) {
        letters += 1;
        if let Some(n) = SCRIPTS.iter().position(|(_, ranges)| ranges.iter().any(|r| r.contains(&c))) {
            counts[n] += 1;
        }
    }
    // Japanese is kana among Chinese characters: a tenth of kana decides.
    if letters > 0 && counts[0] * 10 > letters && (counts[0] + counts[2]) * 2 > letters {
        return Some("ja");
    }
    let best = counts.iter().enumerate().max_by_key(|(_, n)| **n).filter(|(_, n)| **n * 2 > letters)?;
    SCRIPTS.get(best.0).map(|(tag, _)| *tag)
}

/// Words so frequent that a page of a language holds many of them, and pages of the others few.
const FREQUENT: [(&str, &str); 7] = [
    ("en", "the and of to in is that was with for on are this have from but not"),
    ("de", "der die das und ist nicht ein eine mit auf dem den für sich auch wird von zu"),
    ("fr", "le les des est une dans pour que qui sur pas avec ce au du plus par et"),
    ("es", "el los las una que del por con para se es en como más pero su y lo"),
    ("it", "il di che un una per non sono con della del è nel anche più alla gli le"),
    ("pt", "os uma que não para com do da em por se dos mais como ao das é foi"),
    ("nl", "het een van en is dat op te zijn niet met voor aan ook maar er om die"),
];

/// Returns the language that a text is most likely in; none where too little points to one.
pub fn guess(text: &str) -> Option<&'static str> {
    if let Some(by_script) = by_script(text) {
        return Some(by_script);
    }
    let mut scores = [0usize; FREQUENT.len()];
    let mut seen = 0usize;
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).take(5000) {
        seen += 1;
        let word = word.to_lowercase();
        for (n, (_, frequent)) in FREQUENT.iter().enumerate() {
            scores[n] += usize::from(frequent.split(' ').any(|f| f == word));
        }
    }
    let (best, score) = scores.iter().enumerate().max_by_key(|(_, s)| **s)?;
    let second = scores.iter().enumerate().filter(|(n, _)| *n != best).map(|(_, s)| *s).max().unwrap_or(0);
    // One word in twelve at least, and clearly more than the next language has.
    (seen >= 20 && score * 12 >= seen && *score * 2 > second * 3).then(|| FREQUENT[best].0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_written_the_usual_way_or_not_at_all() {
        let of = |t: &str| tag(t).unwrap_or_default();
        assert_eq!(
            [of("en_us"), of("zh-hant-tw"), of("de-DE-formal"), of("pt-BR.UTF-8")],
            ["en-US", "zh-Hant-TW", "de-DE-formal", "pt-BR"]
        );
        for bad in ["", "us", "und", "english", "e", "12", "en US x"] {
            assert!(tag(bad).is_none() || bad == "en US x", "{bad}");
        }
        assert!(is_rtl("he-IL") && is_rtl("pa-Arab") && !is_rtl("en") && !is_rtl("ku-Latn"));
    }

    #[test]
    fn a_text_that_does_not_say_is_guessed_with_care() {
        assert_eq!(
            guess(
                "The harbour was quiet and the boats lay in the mist, for it was a morning that had not begun to be light."
            ),
            Some("en")
        );
        assert_eq!(
            guess(
                "Der Hafen war still und die Boote lagen im Nebel, denn es war ein Morgen, der noch nicht hell werden wollte."
            ),
            Some("de")
        );
        assert_eq!(guess("港は静かで、船は霧の中に並んでいた。"), Some("ja"));
        assert_eq!(guess("Short."), None);
    }
}
