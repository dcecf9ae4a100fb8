//! Finished pieces of HTML, held back while what is around them is made into paragraphs.

/// Marks of a slot: noncharacters, which no text may hold (Unicode, section 23.7).
const BLOCK: char = '\u{fdd0}';
const INLINE: char = '\u{fdd1}';
const END: char = '\u{fdd2}';

#[derive(Default)]
pub struct Slots(Vec<String>);

/// How a slot stands in the text around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    /// By itself, as a figure does.
    Block,
    /// In the line, as a word does.
    Inline,
}

impl Slots {
    /// Takes the marks out of a text, so that those found later are ours.
    pub fn clear(&self, text: &str) -> String {
        if next(text, &[BLOCK, INLINE, END]).is_none() {
            return text.to_string();
        }
        text.chars().filter(|c| !matches!(*c, BLOCK | INLINE | END)).collect()
    }

    /// Puts a piece away and returns the mark that stands for it.
    pub fn put(&mut self, html: String, stands: Stands) -> String {
        self.0.push(html);
        let mark = if stands == Stands::Block { BLOCK } else { INLINE };
        format!("{mark}{}{END}", self.0.len() - 1)
    }

    /// Puts the pieces back in place of their marks.
    pub fn fill(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = next(rest, &[BLOCK, INLINE]) {
            let (before, from) = rest.split_at(at);
            out.push_str(before);
            let Some((mark, after)) = from.split_once(END) else { break };
            let number: Option<usize> = mark.trim_start_matches([BLOCK, INLINE]).parse().ok();
            out.push_str(number.and_then(|n| self.0.get(n)).map(String::as_str).unwrap_or_default());
            rest = after;
        }
        out.push_str(rest);
        out
    }
}

/// Returns where the next of some marks stands. All of them begin with the same byte, which few texts hold.
fn next(text: &str, marks: &[char]) -> Option<usize> {
    memchr::memchr_iter(0xef, text.as_bytes()).find(|at| text.get(*at..).is_some_and(|rest| rest.starts_with(marks)))
}

/// Returns the length of a mark at the beginning of a text, and how it stands.
pub fn mark(text: &str) -> Option<(usize, Stands)> {
    let stands = match text.chars().next()? {
        BLOCK => Stands::Block,
        INLINE => Stands::Inline,
        _ => return None,
    };
    text.find(END).map(|at| (at + END.len_utf8(), stands))
}
