//! SHA-256 and the two written forms of JSON: canonical (RFC 8785) for hashing, pretty for files.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// A SHA-256 digest as 64 lower-case hex digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(String);

impl Digest {
    pub fn of(bytes: impl AsRef<[u8]>) -> Digest {
        Digest::finish(Sha256::new_with_prefix(bytes))
    }

    pub fn finish(hasher: Sha256) -> Digest {
        Digest(hasher.finalize().iter().map(|b| format!("{b:02x}")).collect())
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
    serde_json_canonicalizer::to_vec(value).unwrap_or_default()
}

/// Returns a value as it stands in the archive's files: sorted keys, two-space indent, LF, final newline.
pub fn pretty_json(value: &impl Serialize) -> Vec<u8> {
    // Through `Value`, whose maps are sorted: the order of a struct's fields is for its reader.
    let sorted = serde_json::to_value(value).unwrap_or_default();
    let mut bytes = serde_json::to_vec_pretty(&sorted).unwrap_or_default();
    bytes.push(b'\n');
    bytes
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
}
