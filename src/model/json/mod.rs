//! The two written forms of JSON, made in one pass: canonical (RFC 8785) for hashing, set on lines for files. Objects are
//! sorted where they stand. It knows nothing of what it writes.

mod serialise;

use std::cmp::Ordering;
use std::fmt::{self, Display};

use serde::ser::{self, Serialize};

/// Returns a value as compact JSON with sorted keys, or on lines of its own with an indent of two spaces.
///
/// Errors: a key that is no word, the same key twice, a number that is none.
pub fn write(value: &(impl Serialize + ?Sized), on_lines: bool) -> Result<Vec<u8>, Fault> {
    let mut writer = Writer { out: Vec::with_capacity(256), on_lines, depth: 0, spare: Vec::new() };
    value.serialize(&mut writer)?;
    Ok(writer.out)
}

/// Why a value has no JSON.
#[derive(Debug)]
pub struct Fault(String);

impl Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}

impl ser::Error for Fault {
    fn custom<T: Display>(why: T) -> Fault {
        Fault(why.to_string())
    }
}

type Done = Result<(), Fault>;

struct Writer {
    out: Vec<u8>,
    on_lines: bool,
    depth: usize,
    /// Where the members of an object wait while it is put in order.
    spare: Vec<u8>,
}

/// Numbers beyond these are not integers to all readers (RFC 8785, 3.2.2.3).
const EXACT: u64 = 1 << 53;

impl Writer {
    fn integer(&mut self, negative: bool, size: u64) -> Done {
        if size > EXACT {
            let value = size as f64;
            return self.float(if negative { -value } else { value });
        }
        let mut digits = [0; 20];
        let (mut at, mut rest) = (digits.len(), size);
        loop {
            at -= 1;
            if let Some(digit) = digits.get_mut(at) {
                *digit = b'0' + (rest % 10) as u8;
            }
            rest /= 10;
            if rest == 0 || at == 0 {
                break;
            }
        }
        if negative {
            self.out.push(b'-');
        }
        self.out.extend_from_slice(digits.get(at..).unwrap_or_default());
        Ok(())
    }

    fn float(&mut self, value: f64) -> Done {
        let text = serde_json_canonicalizer::to_vec(&value).map_err(ser::Error::custom)?;
        self.out.extend_from_slice(&text);
        Ok(())
    }

    fn string(&mut self, text: &str) {
        self.out.reserve(text.len() + 2);
        self.out.push(b'"');
        let mut rest = text.as_bytes();
        loop {
            let (plain, after) = rest.split_at(plain(rest));
            self.out.extend_from_slice(plain);
            let Some((byte, after)) = after.split_first() else { break };
            self.escape(*byte);
            rest = after;
        }
        self.out.push(b'"');
    }

    fn escape(&mut self, byte: u8) {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        let short = match byte {
            b'"' | b'\\' => byte,
            0x08 => b'b',
            b'\t' => b't',
            b'\n' => b'n',
            0x0c => b'f',
            b'\r' => b'r',
            _ => {
                let digit = |n: u8| HEX.get(usize::from(n & 15)).copied().unwrap_or(b'0');
                self.out.extend_from_slice(&[b'\\', b'u', b'0', b'0', digit(byte >> 4), digit(byte)]);
                return;
            }
        };
        self.out.extend_from_slice(&[b'\\', short]);
    }

    fn line(&mut self) {
        if self.on_lines {
            self.out.push(b'\n');
            self.out.resize(self.out.len() + 2 * self.depth, b' ');
        }
    }

    fn begin(&mut self, bracket: u8) {
        self.out.push(bracket);
        self.depth += 1;
    }

    /// Goes on to the next value of a list.
    fn next(&mut self, first: bool) {
        if !first {
            self.out.push(b',');
        }
        self.line();
    }

    fn end(&mut self, bracket: u8, empty: bool) {
        self.depth = self.depth.saturating_sub(1);
        if !empty {
            self.line();
        }
        self.out.push(bracket);
    }
}

/// Returns how many first bytes of a text stand in JSON as they are.
fn plain(text: &[u8]) -> usize {
    const STEP: usize = 32;
    let odd = |b: u8| b < 0x20 || b == b'"' || b == b'\\';
    let (steps, _) = text.as_chunks::<STEP>();
    // Without a branch a byte, so that it is done many bytes at a time.
    let whole = steps.iter().take_while(|s| !s.iter().fold(false, |any, b| any | odd(*b))).count() * STEP;
    let rest = text.get(whole..).unwrap_or_default();
    whole + rest.iter().position(|b| odd(*b)).unwrap_or(rest.len())
}

struct List<'a> {
    writer: &'a mut Writer,
    empty: bool,
    /// A variant with values stands in an object of its own, which ends with it.
    variant: bool,
}

impl<'a> List<'a> {
    fn begin(writer: &'a mut Writer, variant: Option<&str>) -> List<'a> {
        if let Some(name) = variant {
            writer.variant(name);
        }
        writer.begin(b'[');
        List { writer, empty: true, variant: variant.is_some() }
    }

    fn add<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
        self.writer.next(self.empty);
        self.empty = false;
        value.serialize(&mut *self.writer)
    }

    fn finish(self) -> Done {
        self.writer.end(b']', self.empty);
        if self.variant {
            self.writer.end(b'}', false);
        }
        Ok(())
    }
}

impl Writer {
    /// Begins the object around the value of a variant.
    fn variant(&mut self, name: &str) {
        self.begin(b'{');
        self.next(true);
        self.string(name);
        self.colon();
    }

    fn colon(&mut self) {
        self.out.extend_from_slice(if self.on_lines { b": " } else { b":" });
    }
}

/// Where a member of an object stands.
#[derive(Clone, Copy)]
struct Member {
    from: usize,
    /// The end of its name, quotes included.
    name: usize,
    to: usize,
    /// Its name is of ASCII letters and signs that stand as they are.
    simple: bool,
}

struct Object<'a> {
    writer: &'a mut Writer,
    members: Vec<Member>,
    sorted: bool,
    variant: bool,
}

impl<'a> Object<'a> {
    fn begin(writer: &'a mut Writer, variant: Option<&str>, len: usize) -> Object<'a> {
        if let Some(name) = variant {
            writer.variant(name);
        }
        writer.begin(b'{');
        Object { writer, members: Vec::with_capacity(len.min(64)), sorted: true, variant: variant.is_some() }
    }

    fn name(&mut self, write: impl FnOnce(&mut Writer) -> Done) -> Done {
        self.writer.next(self.members.is_empty());
        let from = self.writer.out.len();
        write(self.writer)?;
        let name = self.writer.out.len();
        let simple = self.writer.out.get(from..name).is_some_and(|n| n.iter().all(|b| b.is_ascii() && *b != b'\\'));
        self.writer.colon();
        let member = Member { from, name, to: name, simple };
        if let Some(last) = self.members.last() {
            self.sorted = self.sorted && order(&self.writer.out, last, &member) == Ordering::Less;
        }
        self.members.push(member);
        Ok(())
    }

    fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
        value.serialize(&mut *self.writer)?;
        if let Some(last) = self.members.last_mut() {
            last.to = self.writer.out.len();
        }
        Ok(())
    }

    fn finish(mut self) -> Done {
        if !self.sorted {
            self.sort()?;
        }
        self.writer.end(b'}', self.members.is_empty());
        if self.variant {
            self.writer.end(b'}', false);
        }
        Ok(())
    }

    fn sort(&mut self) -> Done {
        let Some(start) = self.members.first().map(|m| m.from) else { return Ok(()) };
        let out = &self.writer.out;
        self.members.sort_by(|a, b| order(out, a, b));
        if self.members.array_windows().any(|[a, b]| order(out, a, b) == Ordering::Equal) {
            return Err(ser::Error::custom("the same key twice"));
        }
        let mut spare = std::mem::take(&mut self.writer.spare);
        spare.clear();
        spare.extend_from_slice(self.writer.out.get(start..).unwrap_or_default());
        self.writer.out.truncate(start);
        for (n, member) in self.members.iter().enumerate() {
            if n > 0 {
                self.writer.next(false);
            }
            let words = spare.get(member.from - start..member.to - start).unwrap_or_default();
            self.writer.out.extend_from_slice(words);
        }
        self.writer.spare = spare;
        Ok(())
    }
}

/// Compares the names of two members as RFC 8785 does: by their UTF-16 units.
fn order(out: &[u8], a: &Member, b: &Member) -> Ordering {
    if a.simple && b.simple {
        // Without their quotes, which are no letters.
        let name = |m: &Member| out.get(m.from + 1..m.name - 1).unwrap_or_default();
        return name(a).cmp(name(b));
    }
    let name = |m: &Member| out.get(m.from..m.name).unwrap_or_default();
    let (a, b) = (name(a), name(b));
    let units = |name: &[u8]| -> Vec<u16> {
        serde_json::from_slice::<String>(name).unwrap_or_default().encode_utf16().collect()
    };
    units(a).cmp(&units(b))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use serde_json::{Value, json};

    use serde::Serialize;

    use super::*;

    #[derive(Serialize)]
    struct All {
        zebra: u8,
        #[serde(rename = "type")]
        kind: Shape,
        shapes: Vec<Shape>,
        none: Option<String>,
        some: Option<i64>,
        pair: (u32, char),
        unit: (),
        #[serde(flatten)]
        other: HashMap<String, Value>,
    }

    #[derive(Serialize)]
    enum Shape {
        Point,
        Of(u8),
        At(u8, u8),
        Named { b: u8, a: u8 },
    }

    fn all() -> All {
        let other = [
            ("big", json!(u64::MAX)),
            ("small", json!(-9_007_199_254_740_993_i64)),
            ("float", json!([1.0, 0.1, 1e30, -2.5e-9])),
            ("é", json!({"\u{1f600}": 1, "\u{e000}": 2, "a\"b": 3, "a": 4, "a b": 5, "": 6})),
            ("empty", json!([{}, [], "", {"x": [[]]}])),
            ("text", json!(format!("{}\n\t\r\u{8}\u{c}\u{1}\u{7f}\\\"/ é 漢 {}\"", "x".repeat(40), "y".repeat(31)))),
        ];
        All {
            zebra: 255,
            kind: Shape::Named { b: 1, a: 2 },
            shapes: vec![Shape::Point, Shape::Of(3), Shape::At(4, 5)],
            none: None,
            some: Some(-7),
            pair: (4_000_000_000, '"'),
            unit: (),
            other: other.into_iter().map(|(k, v)| (k.to_string(), v)).collect(),
        }
    }

    #[test]
    fn compact_form_is_the_canonical_one() {
        let usual = serde_json_canonicalizer::to_vec(&all()).unwrap();
        assert_eq!(String::from_utf8(write(&all(), false).unwrap()).unwrap(), String::from_utf8(usual).unwrap());
    }

    #[test]
    fn lines_change_nothing_but_white_space() {
        let value: Value = serde_json::from_slice(&write(&all(), false).unwrap()).unwrap();
        let on_lines = write(&value, true).unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&on_lines).unwrap(), value);
        // Without numbers that others write otherwise, and names that others sort otherwise.
        let plain =
            json!({"empty": value["empty"], "text": value["text"], "list": [1, -2, null, true, {"b": 1, "a": [[]]}]});
        assert_eq!(
            String::from_utf8(write(&plain, true).unwrap()).unwrap(),
            serde_json::to_string_pretty(&plain).unwrap()
        );
    }

    #[test]
    fn what_has_no_form_is_an_error() {
        #[derive(Serialize)]
        struct Twice {
            b: u8,
            #[serde(rename = "a")]
            one: u8,
            #[serde(flatten)]
            more: HashMap<&'static str, u8>,
        }
        assert!(write(&Twice { b: 1, one: 2, more: HashMap::from([("a", 3)]) }, false).is_err());
        assert!(write(&f64::NAN, false).is_err());
        assert!(write(&HashMap::from([((1, 2), 3)]), false).is_err());
        assert_eq!(write(&HashMap::from([(1, 3)]), false).unwrap(), b"{\"1\":3}");
    }
}
