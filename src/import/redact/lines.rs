//! Formats of lines: a line is blanked, in part, or handed on as it is.

use std::io::Read;

use super::{Filter, through};

/// The longest piece of a line that is looked at.
const PIECE: usize = 1 << 20;

/// Lines that go through a function: it is given a piece of a line and whether it begins the line, and returns what
/// stands in its place, none where the piece stays.
struct Lines<F> {
    /// The last piece ended its line.
    whole: bool,
    /// Lines may end as those of old Macs do.
    old: bool,
    line: F,
}

fn lines<'a>(
    original: Box<dyn Read + 'a>,
    old: bool,
    line: impl FnMut(&[u8], bool) -> Option<Vec<u8>> + 'a,
) -> Box<dyn Read + 'a> {
    through(original, Lines { whole: true, old, line })
}

impl<F: FnMut(&[u8], bool) -> Option<Vec<u8>>> Filter for Lines<F> {
    fn run(&mut self, raw: &mut Vec<u8>, ended: bool, out: &mut Vec<u8>) {
        let mut at = 0;
        while let Some(rest) = raw.get(at..).filter(|r| !r.is_empty()) {
            let near = rest.get(..PIECE.min(rest.len())).unwrap_or_default();
            let end = near.iter().enumerate().position(|(n, b)| match b {
                b'\n' => true,
                // The line end of old Macs, where it is not the first half of another.
                b'\r' if self.old => rest.get(n + 1).map_or(ended, |next| *next != b'\n'),
                _ => false,
            });
            let end = end.map(|n| n + 1);
            let cut = || Some(rest.len().min(PIECE)).filter(|n| ended || *n == PIECE);
            let Some(piece) = end.or_else(cut).and_then(|n| rest.get(..n)) else { break };
            let begins =
                std::mem::replace(&mut self.whole, piece.ends_with(b"\n") || self.old && piece.ends_with(b"\r"));
            match (self.line)(piece, begins) {
                Some(other) => out.extend(other),
                None => out.extend_from_slice(piece),
            }
            at += piece.len();
        }
        raw.drain(..at);
    }
}

/// Returns the end of a line: `\r\n`, `\n` or nothing.
fn end(line: &[u8]) -> &[u8] {
    let n = line.iter().rev().take_while(|b| matches!(b, b'\n' | b'\r')).count();
    line.get(line.len() - n..).unwrap_or_default()
}

/// Blanks `EMAIL:` and `IP:` of comments and pings.
pub fn movable_type<'a>(original: Box<dyn Read + 'a>) -> Box<dyn Read + 'a> {
    let mut fields = false;
    let keys: [&[u8]; 7] = [b"AUTHOR:", b"EMAIL:", b"IP:", b"URL:", b"DATE:", b"TITLE:", b"BLOG NAME:"];
    lines(original, true, move |line, begins| {
        let bare = line.get(..line.len() - end(line).len()).unwrap_or_default();
        if !begins {
            return None;
        }
        if bare == b"COMMENT:" || bare == b"PING:" {
            fields = true;
            return None;
        }
        fields = fields && keys.iter().any(|k| bare.starts_with(k));
        let secret = keys.get(1..3).unwrap_or_default().iter().find(|k| fields && bare.starts_with(k))?;
        Some([secret, end(line)].concat())
    })
}

/// Blanks addresses and passwords in the rows of a Dotclear backup.
pub fn dotclear<'a>(original: Box<dyn Read + 'a>) -> Box<dyn Read + 'a> {
    let mut secret: Vec<bool> = Vec::new();
    let (mut column, mut inside, mut escaped) = (0usize, false, false);
    lines(original, false, move |line, begins| {
        if begins {
            (column, inside, escaped) = (0, false, false);
        }
        if begins && line.starts_with(b"[") {
            let text = String::from_utf8_lossy(line);
            let columns = text.trim_end().trim_end_matches(']').split_once(' ').map_or("", |(_, c)| c);
            let hides = |c: &str| {
                let c = c.trim();
                ["email", "_ip", "pwd", "password", "recover_key"].iter().any(|k| c.ends_with(k)) || c == "log_msg"
            };
            secret = columns.split(',').map(hides).collect();
            return None;
        }
        if !secret.contains(&true) {
            return None;
        }
        let mut out = Vec::with_capacity(line.len());
        for b in line {
            match (inside, b) {
                (true, _) if std::mem::take(&mut escaped) => {}
                (true, b'\\') => escaped = true,
                (true, b'"') => inside = false,
                (false, b'"') => {
                    inside = true;
                    out.push(*b);
                    continue;
                }
                (false, b',') => column += 1,
                _ => {}
            }
            if !inside || !secret.get(column).copied().unwrap_or(false) {
                out.push(*b);
            }
        }
        Some(out)
    })
}

#[cfg(test)]
mod tests {
    use super::super::copy;
    use super::*;

    #[test]
    fn only_what_commenters_gave_away_is_blanked() {
        let text = "AUTHOR: a\r\n-----\r\nBODY:\r\nEMAIL: stays\r\n-----\r\nCOMMENT:\r\nAUTHOR: b\r\nEMAIL: b@x.example\r\nIP: 192.0.2.1\r\ntext\r\nEMAIL: is text\r\n";
        let blank = "AUTHOR: a\r\n-----\r\nBODY:\r\nEMAIL: stays\r\n-----\r\nCOMMENT:\r\nAUTHOR: b\r\nEMAIL:\r\nIP:\r\ntext\r\nEMAIL: is text\r\n";
        assert_eq!(copy(movable_type, text.as_bytes()), blank);
        assert_eq!(copy(movable_type, text.replace('\n', "").as_bytes()), blank.replace('\n', ""));
        let wide: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(copy(movable_type, &wide), blank);
    }

    #[test]
    fn columns_of_addresses_are_blanked() {
        let text = "[comment comment_id,comment_email,comment_content,comment_ip]\n\"1\",\"a@x.example\",\"say \\\"x\\\", y\",\"192.0.2.1\"\n\n[post post_id,post_title]\n\"1\",\"t\"\n";
        let blank = "[comment comment_id,comment_email,comment_content,comment_ip]\n\"1\",\"\",\"say \\\"x\\\", y\",\"\"\n\n[post post_id,post_title]\n\"1\",\"t\"\n";
        assert_eq!(copy(dotclear, text.as_bytes()), blank);
    }
}
