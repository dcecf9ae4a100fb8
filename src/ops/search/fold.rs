//! Texts in the form in which words are looked for: no case, no marks on letters, white space as one blank. It knows no
//! post.

use icu_normalizer::properties::{CanonicalDecomposition, CanonicalDecompositionBorrowed, Decomposed};

const LETTERS: CanonicalDecompositionBorrowed<'static> = CanonicalDecomposition::new();

/// A folded text that knows where each of its pieces came from.
pub struct Folded {
    pub text: String,
    /// For each byte of the folded text, where the character it came from begins.
    from: Vec<u32>,
    /// The length of the text as it was.
    end: usize,
}

impl Folded {
    pub fn of(text: &str) -> Folded {
        let mut folded =
            Folded { text: String::with_capacity(text.len()), from: Vec::with_capacity(text.len()), end: text.len() };
        for (at, c) in text.char_indices() {
            match plain(c) {
                ' ' if folded.text.ends_with(' ') => {}
                c if is_mark(c) => {}
                c => c.to_lowercase().map(base).filter(|c| !is_mark(*c)).for_each(|c| folded.push(c, at)),
            }
        }
        folded
    }

    fn push(&mut self, c: char, at: usize) {
        self.text.push(c);
        self.from.resize(self.text.len(), u32::try_from(at).unwrap_or(u32::MAX));
    }

    /// Finds a folded word after a place of the original text; returns its beginning and end there.
    pub fn find(&self, word: &str, after: usize) -> Option<(usize, usize)> {
        let start = self.from.partition_point(|at| (*at as usize) < after);
        let rest = self.text.get(start..)?;
        let begins = |at: usize| {
            let before = self.text.get(..start + at).and_then(|t| t.chars().next_back());
            let first = word.chars().next();
            !before.is_some_and(|c| c.is_alphanumeric() && !is_unspaced(c))
                || first.is_none_or(|c| !c.is_alphanumeric() || is_unspaced(c))
        };
        let (at, _) = rest.match_indices(word).find(|(at, _)| begins(*at))?;
        let place = |at: usize| self.from.get(start + at).map_or(self.end, |p| *p as usize);
        Some((place(at), place(at + word.len())))
    }
}

/// Returns one of the signs that people write one for the other.
fn plain(c: char) -> char {
    match c {
        '‘' | '’' | '‛' | '′' => '\'',
        '“' | '”' | '„' | '″' => '"',
        '‐'..='―' => '-',
        c if c.is_whitespace() => ' ',
        c => c,
    }
}

/// Returns a letter without the marks on it.
fn base(c: char) -> char {
    let mut letter = c;
    // Vietnamese letters bear two.
    for _ in 0..4 {
        match LETTERS.decompose(letter) {
            Decomposed::Expansion(first, mark) if is_mark(mark) => letter = first,
            Decomposed::Singleton(other) => letter = other,
            _ => break,
        }
    }
    letter
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}')
}

/// Returns whether a letter is of a script that sets no blanks between words.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{2e80}'..='\u{31ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_marks_and_white_space_are_folded() {
        for (text, folded) in [
            ("Ångström", "angstrom"),
            ("VIỆT", "viet"),
            ("cafe\u{301}", "cafe"),
            ("a \n\tb", "a b"),
            ("Éß", "eß"),
            ("が", "が"),
        ] {
            assert_eq!(Folded::of(text).text, folded);
        }
    }

    #[test]
    fn a_word_is_found_where_it_stood() {
        let text = "Ünder the cafe\u{301}, the CAFÉ";
        let folded = Folded::of(text);
        let (a, b) = folded.find("cafe", 0).unwrap();
        assert_eq!(&text[a..b], "cafe\u{301}");
        let (a, b) = folded.find("cafe", b).unwrap();
        assert_eq!((&text[a..b], folded.find("cafe", b)), ("CAFÉ", None));
    }
}
