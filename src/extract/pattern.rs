//! Regular expressions that stay quick on text of any script. It knows no rule.

use regex::Regex;

/// Letters of all scripts in ranges, with what little stands between them: the exact tables have hundreds, and a pattern
/// that repeats them takes longer to build than a page to read.
const LETTERS: &str = r"A-Za-z\u{c0}-\u{1fff}\u{2c00}-\u{2dff}\u{3040}-\u{d7ff}\u{f900}-\u{fdff}\u{fe70}-\u{feff}";

/// Builds a pattern whose words begin and end with ASCII letters wherever `\b` says so: the boundary that knows all letters
/// is left to an engine many times slower. `\w`, `\p{L}` and `\p{M}` within brackets are taken loosely.
pub(super) fn words(pattern: &str) -> Option<Regex> {
    let loose = pattern
        .replace(r"\b", r"(?-u:\b)")
        .replace(r"[\w", &format!("[0-9_{LETTERS}"))
        .replace(r"[\p{L}\p{M}", &format!("[{LETTERS}"))
        .replace(r"[\p{L}]", &format!("[{LETTERS}]"));
    Regex::new(&loose).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_end_where_they_do_and_hold_letters_of_all_scripts() {
        let rule = words(r"^tags?\b [\w.]{2,9}\b|^[\p{L}\p{M}'-]+$").unwrap();
        for (text, expected) in
            [("tag añb", true), ("tagged x", false), ("Тагъ", true), ("d’or", false), ("d'or", true)]
        {
            assert_eq!(rule.is_match(text), expected, "{text}");
        }
    }
}
