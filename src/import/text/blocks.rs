//! A text as blocks of lines, with how many blank lines set each off.

/// Lines without a blank one between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    pub lines: Vec<String>,
    /// Blank lines before it.
    pub before: usize,
}

impl Block {
    /// Returns the line of a block of one.
    pub fn single(&self) -> Option<&str> {
        match self.lines.as_slice() {
            [line] => Some(line),
            _ => None,
        }
    }
}

/// Cuts a text into blocks. Line ends may be LF, CRLF or CR; a line of no-break spaces is blank.
pub fn cut(text: &str) -> Vec<Block> {
    let text = text
        .trim_start_matches('\u{feff}')
        .replace("\r\n", "\n")
        .replace(['\r', '\u{2028}', '\u{2029}', '\u{c}'], "\n");
    let mut blocks: Vec<Block> = Vec::new();
    let mut before = 0;
    let mut open = false;
    for line in text.lines() {
        if line.trim().is_empty() {
            before += 1;
            open = false;
            continue;
        }
        let line = line.trim_end().to_string();
        match blocks.last_mut() {
            Some(block) if open => block.lines.push(line),
            _ => blocks.push(Block { lines: vec![line], before }),
        }
        (open, before) = (true, 0);
    }
    blocks
}

/// Returns the number of blank lines that usually stand between two blocks.
pub fn usual_gap(blocks: &[Block]) -> usize {
    let mut counts = [0usize; 8];
    for block in blocks.iter().skip(1) {
        if let Some(n) = counts.get_mut(block.before.min(7)) {
            *n += 1;
        }
    }
    (0..counts.len()).rev().max_by_key(|i| counts.get(*i).copied().unwrap_or(0)).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_lines_are_counted_whatever_they_are_made_of() {
        let blocks = cut("a\r\n\r\n \u{a0}\r\nb\rc\n\n\n\n d ");
        let seen: Vec<(usize, String)> = blocks.iter().map(|b| (b.before, b.lines.join("|"))).collect();
        assert_eq!(seen, [(0, "a".into()), (2, "b|c".into()), (3, " d".into())]);
    }

    #[test]
    fn the_usual_gap_is_the_most_frequent_one() {
        assert_eq!(usual_gap(&cut("a\n\nb\n\nc\n\n\n\nd")), 1);
        assert_eq!(usual_gap(&cut("a\n\n\nb\n\n\nc\n\nd")), 2);
        assert_eq!(usual_gap(&cut("a")), 0);
    }
}
