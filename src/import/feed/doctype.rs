//! Takes the DOCTYPE off a document: RSS 0.91 and 1.0 have one, and nothing it defines is ever read.

use std::io::{self, Cursor, Read};

/// How far into a document its DOCTYPE is sought, and how long it may be.
const REACH: u64 = 64 * 1024;

/// Returns the document with spaces for its DOCTYPE, and whether it had one that defines entities.
pub fn blank(mut stream: Box<dyn Read>) -> io::Result<(Box<dyn Read>, bool)> {
    let mut head = Vec::new();
    stream.by_ref().take(REACH).read_to_end(&mut head)?;
    let range = find(&head);
    let mut defines = false;
    if let Some(part) = range.and_then(|r| head.get_mut(r)) {
        defines = part.windows(8).any(|w| w == b"<!ENTITY");
        part.iter_mut().filter(|b| **b != b'\n').for_each(|b| *b = b' ');
    }
    Ok((Box::new(Cursor::new(head).chain(stream)), defines))
}

fn find(head: &[u8]) -> Option<std::ops::Range<usize>> {
    let start = head.windows(9).position(|w| w.eq_ignore_ascii_case(b"<!DOCTYPE"))?;
    // After the root element has begun it is text.
    let element = |w: &[u8]| w.first() == Some(&b'<') && w.get(1).is_some_and(|b| b.is_ascii_alphabetic());
    let declared = head.get(..start)?.windows(5).position(|w| w == b"<?xml").unwrap_or(0);
    if outside_comments(head.get(declared..start)?).windows(2).any(element) {
        return None;
    }
    let (mut quote, mut inside) = (None, 0usize);
    for (at, b) in head.iter().enumerate().skip(start) {
        match (quote, b) {
            (Some(q), b) if q == *b => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(*b),
            (None, b'[') => inside += 1,
            (None, b']') => inside = inside.saturating_sub(1),
            (None, b'>') if inside == 0 => return Some(start..at + 1),
            _ => {}
        }
    }
    None
}

fn outside_comments(head: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = head;
    while let Some(at) = rest.windows(4).position(|w| w == b"<!--") {
        out.extend_from_slice(rest.get(..at).unwrap_or_default());
        rest = rest.get(at + 4..).unwrap_or_default();
        let end = rest.windows(3).position(|w| w == b"-->").map_or(rest.len(), |e| e + 3);
        rest = rest.get(end..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blanked(text: &'static str) -> (String, bool) {
        let (mut reader, defines) = blank(Box::new(text.as_bytes())).unwrap();
        let mut out = String::new();
        reader.read_to_string(&mut out).unwrap();
        (out, defines)
    }

    #[test]
    fn a_doctype_is_blanked_and_its_lines_stay() {
        let (text, defines) = blanked("<?xml?><!-- <x> --><!DOCTYPE r\n[<!ENTITY a \"]>\"> ]><r>&a;</r>");
        assert_eq!(text.trim_start_matches("<?xml?><!-- <x> -->").trim_start(), "<r>&a;</r>");
        assert!(defines && text.contains('\n'));
        assert_eq!(blanked("<r><!DOCTYPE x></r>"), ("<r><!DOCTYPE x></r>".into(), false));
    }
}
