//! JSON as people's exports have it: numbers where texts should be, nulls where lists should be. It knows no format.

use std::fmt;
use std::io::{self, BufReader, Read};

use serde::de::{DeserializeOwned, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{Error, Result};
use crate::input::{self, Hashed, Named};
use crate::model::{Digest, Gap, Reason};

use super::report::Report;

/// The largest file that is held as a whole.
const MAX_SIZE: u64 = 1 << 30;

/// A leaf of any type as its words; what has parts, and null, is none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Loose(pub Option<String>);

impl Loose {
    /// Returns the words, none of what is blank.
    pub fn get(&self) -> Option<&str> {
        self.0.as_deref().map(str::trim).filter(|t| !t.is_empty())
    }

    /// Returns whether it says yes.
    pub fn yes(&self) -> bool {
        matches!(self.get(), Some("true" | "1" | "TRUE" | "True"))
    }

    pub fn string(&self) -> String {
        self.get().unwrap_or_default().to_string()
    }
}

impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Loose, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Loose;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("anything")
            }
            fn visit_bool<E>(self, v: bool) -> std::result::Result<Loose, E> {
                Ok(Loose(Some(v.to_string())))
            }
            fn visit_i64<E>(self, v: i64) -> std::result::Result<Loose, E> {
                Ok(Loose(Some(v.to_string())))
            }
            fn visit_u64<E>(self, v: u64) -> std::result::Result<Loose, E> {
                Ok(Loose(Some(v.to_string())))
            }
            fn visit_f64<E>(self, v: f64) -> std::result::Result<Loose, E> {
                Ok(Loose(Some(v.to_string())))
            }
            fn visit_str<E>(self, v: &str) -> std::result::Result<Loose, E> {
                Ok(Loose(Some(v.to_string())))
            }
            fn visit_string<E>(self, v: String) -> std::result::Result<Loose, E> {
                Ok(Loose(Some(v)))
            }
            fn visit_unit<E>(self) -> std::result::Result<Loose, E> {
                Ok(Loose(None))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> std::result::Result<Loose, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Loose(None))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Loose, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Loose(None))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

/// Reads a value; null is its default.
pub fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> std::result::Result<T, D::Error> {
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

/// Reads a whole stream, and takes its digest. Of one that is cut, what precedes the cut is read, and the report says so.
///
/// Errors: the stream cannot be read, is no JSON, nests deeper than 128 levels, or is larger than 1 GiB.
pub fn read<T: DeserializeOwned>(stream: &Named, report: &mut Report) -> Result<(T, Digest)> {
    let (hashed, seen) = Hashed::new(stream.open()?);
    let value = serde_json::from_reader(bare(hashed).map_err(|e| stream.fault(e))?);
    let cut = match value {
        Ok(value) => return Ok((value, seen.digest())),
        Err(e) if e.is_eof() => e,
        Err(e) => return Err(fault(stream, e)),
    };
    let (line, digest) = (cut.line(), seen.digest());
    let mut text = Vec::new();
    bare(stream.open()?).and_then(|mut r| r.read_to_end(&mut text)).map_err(|e| stream.fault(e))?;
    let whole = completed(text).and_then(|text| serde_json::from_slice(&text).ok());
    let Some(value) = whole else { return Err(fault(stream, cut)) };
    let detail = format!("the JSON ends too soon, in line {line}");
    report.notes.push(format!("{}: {detail}; what precedes it was read", stream.name));
    let (url, what) = (format!("{}#{line}", stream.name), "file".into());
    report.gaps.push(Gap { url, what, reason: Reason::Truncated, detail, post: None });
    Ok((value, digest))
}

/// Leaves out a byte order mark: it is no JSON, and is there all the same; UTF-16 becomes UTF-8.
fn bare<'a>(inner: impl Read + 'a) -> io::Result<impl Read + 'a> {
    let inner = input::narrow(Box::new(inner))?;
    let mut bounded = BufReader::with_capacity(64 * 1024, inner.take(MAX_SIZE));
    let mut start = Vec::new();
    bounded.by_ref().take(3).read_to_end(&mut start)?;
    if start == b"\xef\xbb\xbf" {
        start.clear();
    }
    Ok(io::Cursor::new(start).chain(bounded))
}

/// A bracket that is open, and where the last whole value in it ends.
struct Open {
    bracket: u8,
    end: Option<usize>,
}

/// Cuts a text that ends too soon back to the last whole value of its outermost list, and closes what is open there.
fn completed(mut text: Vec<u8>) -> Option<Vec<u8>> {
    let mut open: Vec<Open> = Vec::new();
    let (mut inside, mut escaped) = (false, false);
    for (at, b) in text.iter().enumerate() {
        match b {
            _ if std::mem::take(&mut escaped) => {}
            b'\\' if inside => escaped = true,
            b'"' => inside = !inside,
            _ if inside => {}
            b'{' | b'[' => open.push(Open { bracket: *b, end: None }),
            b'}' | b']' => {
                open.pop();
                if let Some(outer) = open.last_mut() {
                    outer.end = Some(at + 1);
                }
            }
            _ => {}
        }
    }
    let list = open.iter().position(|o| o.bracket == b'[' && o.end.is_some())?;
    text.truncate(open.get(list)?.end?);
    text.extend(open.iter().take(list + 1).rev().map(|o| if o.bracket == b'[' { b']' } else { b'}' }));
    Some(text)
}

/// Ties what is wrong with JSON to its stream.
pub fn fault(stream: &Named, error: serde_json::Error) -> Error {
    match error.classify() {
        serde_json::error::Category::Io => stream.fault(error.into()),
        serde_json::error::Category::Eof => {
            Error::input(&stream.shown, format!("the JSON ends too soon, in line {}", error.line()))
        }
        _ => Error::input(&stream.shown, format!("no JSON of this format: {error}")),
    }
}

/// Returns the words under a key, none of what is blank.
pub fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str().map(str::trim).filter(|t| !t.is_empty())
}

/// Returns the words or number under a key.
pub fn leaf(value: &Value, key: &str) -> Option<String> {
    match value.get(key)? {
        Value::String(text) => Some(text.trim().to_string()).filter(|t| !t.is_empty()),
        Value::Number(n) => Some(n.to_string()),
        _ => None,
    }
}

/// Returns the values of a list, or of an object without its names.
pub fn items<'a>(value: &'a Value, key: &str) -> Vec<&'a Value> {
    match value.get(key) {
        Some(Value::Array(items)) => items.iter().collect(),
        Some(Value::Object(fields)) => fields.values().collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_cut_keeps_its_whole_values() {
        let completed = |t: &str| completed(t.as_bytes().to_vec()).map(|t| String::from_utf8(t).unwrap());
        let table = [
            ("[{\"a\":1},{\"a\":[{\"x\":1},{", Some("[{\"a\":1}]")),
            (
                "{\"db\":[{\"data\":{\"posts\":[{\"t\":\"}\\\"]\"},{\"t",
                Some("{\"db\":[{\"data\":{\"posts\":[{\"t\":\"}\\\"]\"}]}}]}"),
            ),
            ("{\"posts\":[{\"t\":", None),
            ("", None),
        ];
        for (text, whole) in table {
            assert_eq!(completed(text).as_deref(), whole);
            assert!(whole.is_none_or(|w| serde_json::from_str::<Value>(w).is_ok()));
        }
    }
}
