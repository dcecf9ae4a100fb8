//! JSON as people's exports have it: numbers where texts should be, nulls where lists should be. It knows no format.

use std::fmt;
use std::io::BufReader;

use serde::de::{DeserializeOwned, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{Error, Result};
use crate::input::{Hashed, Named};
use crate::model::Digest;

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

/// Reads a whole stream, and takes its digest.
///
/// Errors: the stream cannot be read, is no JSON, nests deeper than 128 levels, or is larger than 1 GiB.
pub fn read<T: DeserializeOwned>(stream: &Named) -> Result<(T, Digest)> {
    let (hashed, seen) = Hashed::new(stream.open()?);
    let mut bounded = BufReader::with_capacity(64 * 1024, std::io::Read::take(hashed, MAX_SIZE));
    let mut head = [0u8; 3];
    // A byte order mark is no JSON, and is there all the same.
    let n = std::io::Read::read(&mut bounded, &mut head).map_err(|e| stream.fault(e))?;
    let start: Vec<u8> = head
        .get(..n)
        .unwrap_or_default()
        .strip_prefix(b"\xef\xbb\xbf")
        .map_or_else(|| head.get(..n).unwrap_or_default().to_vec(), |_| Vec::new());
    let mut whole = std::io::Read::chain(std::io::Cursor::new(start), bounded);
    let value = serde_json::from_reader(&mut whole).map_err(|e| fault(stream, e))?;
    Ok((value, seen.digest()))
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
