//! The one thing that is not kept as it came: secrets.

use url::Url;

use crate::model::Header;

/// What stands in the place of a secret.
const REDACTED: &str = "[redacted]";

/// Header fields whose values are secrets, sent or received.
const SECRET: [&str; 7] =
    ["authorization", "proxy-authorization", "cookie", "cookie2", "set-cookie", "set-cookie2", "x-wp-nonce"];

/// Returns a header field as it may be kept. `given` names fields that the user set: these are secrets too.
pub(super) fn redact(name: &str, value: &str, given: &[&Header]) -> Header {
    let secret =
        SECRET.iter().any(|s| name.eq_ignore_ascii_case(s)) || given.iter().any(|(n, _)| n.eq_ignore_ascii_case(name));
    let value = match name.to_ascii_lowercase().as_str() {
        _ if secret => REDACTED.to_string(),
        "location" | "content-location" | "referer" => without_password(value),
        _ => value.to_string(),
    };
    (name.to_string(), value)
}

/// Returns an address without `user:password@`; anything that is no address with one comes back as it is.
pub fn without_password(address: &str) -> String {
    match Url::parse(address.trim()) {
        Ok(url) if has_password(&url) => strip(url).to_string(),
        // `//user:password@host/` is an address too.
        Err(_) if address.starts_with("//") && address.contains('@') => {
            let rest = &address[2..];
            let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
            rest[..end].rfind('@').map_or_else(|| address.to_string(), |at| format!("//{}", &rest[at + 1..]))
        }
        _ => address.to_string(),
    }
}

pub(super) fn has_password(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

/// Returns the address with user and password taken off.
pub(super) fn strip(mut url: Url) -> Url {
    // Both fail only for addresses without a host, which have neither.
    let _ = (url.set_username(""), url.set_password(None));
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_blanked_whatever_their_case() {
        let token = ("X-Token".to_string(), "abc".to_string());
        let given = [&token];
        for name in ["Cookie", "AUTHORIZATION", "set-cookie", "x-token"] {
            assert_eq!(redact(name, "abc", &given).1, REDACTED);
        }
        assert_eq!(redact("ETag", "\"1\"", &given), ("ETag".into(), "\"1\"".into()));
        assert_eq!(redact("Location", "http://u:p@example.com/a", &[]).1, "http://example.com/a");
    }

    #[test]
    fn addresses_lose_their_password_and_nothing_else() {
        assert_eq!(without_password("https://me:pw@example.com:8443/a?b=c@d#e"), "https://example.com:8443/a?b=c@d#e");
        assert_eq!(without_password("//me:pw@example.com/a@b"), "//example.com/a@b");
        assert_eq!(without_password("/a@b"), "/a@b");
        assert_eq!(without_password("https://example.com/@me"), "https://example.com/@me");
    }
}
