//! SHA-256 and the two written forms of JSON: canonical (RFC 8785) for hashing, pretty for files.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::json;

/// A SHA-256 digest as 64 lower-case hex digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(String);

impl Digest {
    pub fn of(bytes: impl AsRef<[u8]>) -> Digest {
        Digest::finish(Sha256::new_with_prefix(bytes))
    }

    pub fn finish(hasher: Sha256) -> Digest {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        let digit = |n: u8| char::from(HEX.get(usize::from(n & 15)).copied().unwrap_or(b'0'));
        let mut hex = String::with_capacity(64);
        hasher.finalize().iter().for_each(|b| hex.extend([digit(b >> 4), digit(*b)]));
        Digest(hex)
    }

    /// Returns a digest from 64 hex digits; anything else is none.
    pub fn parse(hex: &str) -> Option<Digest> {
        (hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_hexdigit())).then(|| Digest(hex.to_ascii_lowercase()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Returns a value in the form of RFC 8785, for hashing.
pub fn canonical_json(value: &impl Serialize) -> Vec<u8> {
    // The model holds strings, integers, lists and maps with string keys: all of these serialise.
    json::write(value, false).unwrap_or_default()
}

/// Returns a value as it stands in the archive's files: sorted keys, two-space indent, LF, final newline.
pub fn pretty_json(value: &impl Serialize) -> Vec<u8> {
    let mut out = json::write(value, true).unwrap_or_default();
    out.push(b'\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_have_sorted_keys() {
        let value = serde_json::json!({"b": 1, "a": {"d": 1, "c": 2}});
        assert_eq!(
            String::from_utf8(pretty_json(&value)).unwrap(),
            "{\n  \"a\": {\n    \"c\": 2,\n    \"d\": 1\n  },\n  \"b\": 1\n}\n"
        );
    }

    #[test]
    fn files_look_as_the_usual_writer_sets_them() {
        let value = serde_json::json!({
            "empty": [{}, [], ""], "text": "a \"b\" \\ {c: [d, e]}\n\t\u{1}\u{7f} é 漢 \\\"", "list": [1, -2, null, true, {"x": [[]]}],
        });
        let usual = format!("{}\n", serde_json::to_string_pretty(&value).unwrap());
        assert_eq!(String::from_utf8(pretty_json(&value)).unwrap(), usual);
    }
}
