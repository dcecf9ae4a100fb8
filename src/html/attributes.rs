//! Tags with hundreds of attributes, cut before they are parsed. It knows no tree.

use std::borrow::Cow;

use memchr::memchr;

/// Attributes of one tag; the tokenizer compares each with all before it.
pub(super) const MOST: usize = 256;

/// A tag that ends within so many bytes has not too many attributes.
const LONG: usize = 2 * MOST;

/// Cuts tags with hundreds of attributes: the tokenizer compares each with all before it. Returns the text and how many
/// start tags it has.
pub(super) fn few(text: &str) -> (Cow<'_, str>, usize) {
    let bytes = text.as_bytes();
    let mut cuts = Vec::new();
    let (mut at, mut tags) = (0, 0);
    while let Some(open) = bytes.get(at..).and_then(|rest| memchr(b'<', rest)).map(|n| at + n) {
        at = open + 1;
        if !bytes.get(at).is_some_and(u8::is_ascii_alphabetic) {
            continue;
        }
        tags += 1;
        // Most tags are short; one that ends inside quotes goes on.
        if let Some(end) = short(bytes, at) {
            at = end;
            continue;
        }
        let (end, cut) = long_tag(bytes, at);
        cuts.extend(cut.map(|from| (from, end)));
        at = end;
    }
    if cuts.is_empty() {
        return (Cow::Borrowed(text), tags);
    }
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (cut, end) in cuts {
        out.push_str(text.get(from..cut).unwrap_or_default());
        from = end;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    (Cow::Owned(out), tags)
}

/// Returns where a short tag ends; none when it is long or its first `>` stands in quotes.
fn short(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..bytes.len().min(at + LONG))?;
    let tag = rest.get(..memchr(b'>', rest)?)?;
    let even = |quote: u8| tag.iter().fold(0, |odd, b| odd ^ u8::from(*b == quote)) == 0;
    (even(b'"') && even(b'\'')).then_some(at + tag.len())
}

/// Returns where a tag ends and, if it has too many attributes, where the first one too many begins.
fn long_tag(bytes: &[u8], start: usize) -> (usize, Option<usize>) {
    let (mut quote, mut after_equals, mut in_name, mut attributes, mut cut) = (None, false, true, 0, None);
    let mut next = start;
    while let Some(b) = bytes.get(next).copied() {
        let at = next;
        next += 1;
        match (quote, b) {
            (Some(q), _) => {
                let Some(end) = bytes.get(at..).and_then(|rest| memchr(q, rest)) else { break };
                next = at + end + 1;
                (quote, in_name) = (None, false);
            }
            (None, b'>') => return (at, cut),
            (None, b'"' | b'\'') if after_equals => quote = Some(b),
            (None, b' ' | b'\t' | b'\n' | b'\r' | 0x0c | b'/') => {
                in_name = false;
                continue;
            }
            (None, _) if !in_name && !after_equals && b != b'=' => {
                in_name = true;
                attributes += 1;
                if attributes > MOST && cut.is_none() {
                    cut = Some(at);
                }
            }
            _ => {}
        }
        after_equals = quote.is_none() && b == b'=';
        in_name = in_name || after_equals;
    }
    (bytes.len(), cut)
}
