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
    // The canonical form has its keys sorted: the order of a struct's fields is for its reader.
    indent(&canonical_json(value))
}

/// Sets compact JSON on lines of its own.
fn indent(compact: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(compact.len() + compact.len() / 4);
    let (mut depth, mut quoted, mut at) = (0usize, false, 0);
    let line = |out: &mut Vec<u8>, depth: usize| {
        out.push(b'\n');
        out.extend(std::iter::repeat_n(b' ', depth * 2));
    };
    while let Some(&byte) = compact.get(at) {
        let next = compact.get(at + 1).copied();
        match byte {
            _ if quoted => {
                let rest = compact.get(at..).unwrap_or_default();
                let end = memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
                out.extend_from_slice(rest.get(..end).unwrap_or_default());
                at += end;
                let escaped = compact.get(at) == Some(&b'\\');
                let taken = if escaped { 2 } else { 1 };
                out.extend_from_slice(compact.get(at..at + taken).unwrap_or_default());
                at += taken;
                quoted = escaped;
                continue;
            }
            b'"' => {
                quoted = true;
                out.push(byte);
            }
            b'{' | b'[' if matches!(next, Some(b'}' | b']')) => {
                out.extend_from_slice(&[byte, next.unwrap_or_default()]);
                at += 1;
            }
            b'{' | b'[' => {
                out.push(byte);
                depth += 1;
                line(&mut out, depth);
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(byte);
            }
            b',' => {
                out.push(byte);
                line(&mut out, depth);
            }
            b':' => out.extend_from_slice(b": "),
            _ => out.push(byte),
        }
        at += 1;
    }
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
