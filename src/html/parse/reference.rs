//! Character references as browsers read them (HTML, section 13.2.5.72 and after). It knows no markup.

use html5ever::data::{C1_REPLACEMENTS, NAMED_ENTITIES};

/// The longest name that counts without its semicolon, as `&frac34`.
const LEGACY: usize = 6;

/// Where a reference stands: in the value of an attribute `&copy=` is an address, not a sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Text,
    Attribute,
}

/// What becomes of U+0000.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Null {
    Dropped,
    Replaced,
}

/// Writes a text with its references decoded.
pub(super) fn decode(text: &str, place: Place, null: Null, out: &mut String) {
    let mut rest = text;
    while let Some(at) = memchr::memchr2(b'&', 0, rest.as_bytes()) {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        rest = match after.strip_prefix('&') {
            Some(name) => {
                let (length, chars) = one(name, place);
                match length {
                    0 => out.push('&'),
                    _ => out.extend(chars.into_iter().flatten()),
                }
                name.get(length..).unwrap_or_default()
            }
            None => {
                out.extend((null == Null::Replaced).then_some('\u{fffd}'));
                after.get(1..).unwrap_or_default()
            }
        };
    }
    out.push_str(rest);
}

/// Reads what follows an ampersand. Returns how long the reference is, 0 when it is none, and what it stands for.
fn one(text: &str, place: Place) -> (usize, [Option<char>; 2]) {
    match text.as_bytes().first() {
        Some(b'#') => numeric(text),
        Some(b) if b.is_ascii_alphanumeric() => named(text, place),
        _ => (0, [None; 2]),
    }
}

fn numeric(text: &str) -> (usize, [Option<char>; 2]) {
    let (base, from) = match text.as_bytes().get(1) {
        Some(b'x' | b'X') => (16, 2),
        _ => (10, 1),
    };
    let digits = text.bytes().skip(from).take_while(|b| char::from(*b).is_digit(base)).count();
    let Some(number) = text.get(from..from + digits).filter(|d| !d.is_empty()) else { return (0, [None; 2]) };
    // A number too large for 32 bits stands for no character.
    let number = u32::from_str_radix(number, base).unwrap_or(u32::MAX);
    let high = number.checked_sub(0x80).and_then(|at| C1_REPLACEMENTS.get(at as usize).copied().flatten());
    let c = match number {
        0 => '\u{fffd}',
        _ => high.or_else(|| char::from_u32(number)).unwrap_or('\u{fffd}'),
    };
    let end = from + digits;
    (end + usize::from(text.as_bytes().get(end) == Some(&b';')), [Some(c), None])
}

fn named(text: &str, place: Place) -> (usize, [Option<char>; 2]) {
    let bytes = text.as_bytes();
    let run = bytes.iter().take(64).take_while(|b| b.is_ascii_alphanumeric()).count();
    let full = run + usize::from(bytes.get(run) == Some(&b';'));
    // A name of all that stands there, or the longest that needs no semicolon.
    let lengths = std::iter::once(full).chain((2..=run.min(LEGACY)).rev());
    let known = |length: usize| {
        let (a, b) = NAMED_ENTITIES.get(text.get(..length)?).copied().filter(|(a, _)| *a != 0)?;
        Some((length, [char::from_u32(a), char::from_u32(b).filter(|b| *b != '\0')]))
    };
    let Some((length, chars)) = lengths.filter_map(known).next() else { return (0, [None; 2]) };
    let closed = bytes.get(length - 1) == Some(&b';');
    let goes_on = bytes.get(length).is_some_and(|b| *b == b'=' || b.is_ascii_alphanumeric());
    match place {
        Place::Attribute if !closed && goes_on => (0, [None; 2]),
        _ => (length, chars),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(given: &str, place: Place) -> String {
        let mut out = String::new();
        decode(given, place, Null::Replaced, &mut out);
        out
    }

    #[test]
    fn references_are_read_as_browsers_do() {
        let cases = [
            ("&amp;&lt&gt;&nbsp;", "&<>\u{a0}"),
            ("&notit; &notin; &not", "¬it; ∉ ¬"),
            ("&#8217;&#x2019&#146;&#0;&#xD800;&#99999999999;", "’’’\u{fffd}\u{fffd}\u{fffd}"),
            ("& &; &# &#x &#xg; &unknown; &é", "& &; &# &#x &#xg; &unknown; &é"),
            ("&acE;&frac34x\0", "∾̳¾x\u{fffd}"),
        ];
        for (given, expected) in cases {
            assert_eq!(text(given, Place::Text), expected, "{given}");
        }
        assert_eq!(text("?a&copy=1&copyx&copy;&copy", Place::Attribute), "?a&copy=1&copyx©©");
    }
}
