//! One tag: its name and its attributes. It knows no other part of a page.

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{Tag, TagKind};
use html5ever::{Attribute, LocalName, QualName, ns};
use memchr::{memchr, memchr2};

use super::rawtext::is_space;
use super::reference::{self, Null, Place};

/// Attributes that a tag keeps; each is compared with all before it.
pub(super) const MOST: usize = 256;
/// Names that are remembered: a page has few, each many times.
const NAMES: usize = 256;

/// Returns a part of the text without copying it.
pub(super) fn share(whole: &StrTendril, from: usize, to: usize) -> StrTendril {
    match (u32::try_from(from), u32::try_from(to.saturating_sub(from))) {
        (Ok(from), Ok(length)) => whole.try_subtendril(from, length).unwrap_or_default(),
        _ => StrTendril::new(),
    }
}

/// Reads tags, and remembers the names it met.
pub(super) struct Tags {
    names: Vec<Option<LocalName>>,
    /// Room for a name that is to be changed.
    name: String,
}

impl Tags {
    pub fn new() -> Tags {
        Tags { names: std::iter::repeat_with(|| None).take(NAMES).collect(), name: String::new() }
    }

    /// Reads the tag whose name begins here. Returns it and where it ends; none where it does not end.
    pub fn read(&mut self, whole: &StrTendril, start: usize, kind: TagKind) -> Option<(Tag, usize)> {
        let bytes = whole.as_bytes();
        let until = |from: usize, ends: fn(u8) -> bool| {
            bytes.get(from..).and_then(|rest| rest.iter().position(|b| ends(*b))).map(|n| from + n)
        };
        let mut at = until(start, |b| is_space(b) || matches!(b, b'/' | b'>'))?;
        let name = self.named(whole, start, at);
        let (mut attrs, mut twins, mut self_closing) = (Vec::<Attribute>::new(), false, false);
        loop {
            at = until(at, |b| !is_space(b))?;
            match bytes.get(at)? {
                b'>' => break,
                b'/' => {
                    at += 1;
                    self_closing = *bytes.get(at)? == b'>';
                    continue;
                }
                _ => {}
            }
            // An equals sign may begin a name.
            let end = until(at + 1, |b| is_space(b) || matches!(b, b'/' | b'>' | b'='))?;
            let key = (at, end);
            at = until(end, |b| !is_space(b))?;
            let mut value = (at, at);
            if bytes.get(at) == Some(&b'=') {
                at = until(at + 1, |b| !is_space(b))?;
                match *bytes.get(at)? {
                    b'>' => {}
                    quote @ (b'"' | b'\'') => {
                        let close = at + 1 + memchr(quote, bytes.get(at + 1..)?)?;
                        value = (at + 1, close);
                        at = close + 1;
                    }
                    _ => {
                        value = (at, until(at, |b| is_space(b) || b == b'>')?);
                        at = value.1;
                    }
                }
            }
            if attrs.len() < MOST {
                let local = self.named(whole, key.0, key.1);
                if attrs.iter().any(|a| a.name.local == local) {
                    twins = true;
                } else {
                    attrs.push(Attribute {
                        name: QualName::new(None, ns!(), local),
                        value: value_of(whole, value.0, value.1),
                    });
                }
            }
        }
        Some((Tag { kind, name, self_closing, attrs, had_duplicate_attributes: twins }, at + 1))
    }

    /// Returns a name in lower case.
    fn named(&mut self, whole: &str, from: usize, to: usize) -> LocalName {
        let mut name = whole.get(from..to).unwrap_or_default();
        if name.bytes().any(|b| b.is_ascii_uppercase() || b == 0) {
            self.name.clear();
            self.name.extend(name.chars().map(|c| if c == '\0' { '\u{fffd}' } else { c.to_ascii_lowercase() }));
            name = &self.name;
        }
        let bytes = name.as_bytes();
        let of = |at: Option<&u8>| at.map_or(0, |b| usize::from(*b));
        let hash = bytes.len() + of(bytes.first()) * 7 + of(bytes.last()) * 31 + of(bytes.get(bytes.len() / 2)) * 17;
        match self.names.get_mut(hash % NAMES) {
            Some(Some(known)) if **known == *name => known.clone(),
            Some(slot) => slot.insert(LocalName::from(name)).clone(),
            None => LocalName::from(name),
        }
    }
}

fn value_of(whole: &StrTendril, from: usize, to: usize) -> StrTendril {
    let given = whole.get(from..to).unwrap_or_default();
    if memchr2(b'&', 0, given.as_bytes()).is_none() {
        return share(whole, from, to);
    }
    let mut out = String::with_capacity(given.len());
    reference::decode(given, Place::Attribute, Null::Replaced, &mut out);
    StrTendril::from_slice(&out)
}
