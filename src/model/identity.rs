//! What makes two captures the same post: identity, addresses compared, titles compared, slugs.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

use super::{Digest, Draft};

/// The identity of a post: 16 hex digits of the SHA-256 of what identified it at first sight. It never changes.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PostId(String);

impl PostId {
    pub fn of(identity: &str) -> PostId {
        PostId(Digest::of(identity).as_str()[..16].to_string())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the first eight digits, which stand in file names.
    pub fn short(&self) -> &str {
        self.0.get(..8).unwrap_or(&self.0)
    }

    /// Returns the id as a number; none where it has not the shape of one.
    pub fn number(&self) -> Option<u64> {
        self.is_valid().then(|| u64::from_str_radix(&self.0, 16).ok()).flatten()
    }

    /// Returns the id of a number.
    pub fn of_number(number: u64) -> PostId {
        PostId(format!("{number:016x}"))
    }

    /// Returns whether this is the shape of an id: 16 lower-case hex digits. An id from a file is hostile until this holds.
    pub fn is_valid(&self) -> bool {
        self.0.len() == 16 && self.0.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    }
}

impl fmt::Display for PostId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Returns the identity of a draft: its permalink, else its platform id and site, else archive, title and first paragraph.
pub fn identify(draft: &Draft, archive: &str) -> PostId {
    if let Some(url) = &draft.url {
        return PostId::of(&normalise_url(url));
    }
    if let Some(key) = &draft.key {
        return PostId::of(key);
    }
    let first = draft.body.split("</p>").next().unwrap_or_default();
    PostId::of(&format!("{archive}\n{}\n{}", fold_title(&draft.title), first.trim()))
}

/// Parts the key of a platform that numbers its posts (`wordpress:example.com:123`) into its blog and the whole of it;
/// another alias is none.
pub fn platform_key(alias: &str) -> Option<(&str, &str)> {
    let (blog, _) = alias.strip_prefix("wordpress:").and(alias.rsplit_once(':'))?;
    Some((blog, alias))
}

/// Query names that say how somebody came, not what is shown.
const TRACKING: [&str; 12] =
    ["fbclid", "gclid", "dclid", "msclkid", "mc_cid", "mc_eid", "igshid", "ref_src", "_ga", "yclid", "spm", "amp"];

/// Returns an address in the form in which two of them are compared: without scheme, `www.`, default port, fragment,
/// tracking query and trailing slash. What is no http address comes back as it is.
pub fn normalise_url(address: &str) -> String {
    let Ok(url) = Url::parse(address.trim()) else { return address.trim().to_string() };
    let (true, Some(host)) = (matches!(url.scheme(), "http" | "https"), url.host_str()) else {
        return address.trim().to_string();
    };
    let mut out = host.strip_prefix("www.").unwrap_or(host).to_string();
    if let Some(port) = url.port() {
        out.push_str(&format!(":{port}"));
    }
    out.push_str(url.path().trim_end_matches('/'));
    let tracking = |pair: &str| {
        let name = pair.split('=').next().unwrap_or_default();
        name.starts_with("utm_") || TRACKING.contains(&name)
    };
    let query: Vec<&str> =
        url.query().unwrap_or_default().split('&').filter(|p| !p.is_empty() && !tracking(p)).collect();
    if !query.is_empty() {
        out.push('?');
        out.push_str(&query.join("&"));
    }
    out
}

/// Returns a title in the form in which two of them are compared: quotes, dashes, case and white space folded.
pub fn fold_title(title: &str) -> String {
    let folded: String = title
        .chars()
        .map(|c| match c {
            '‘' | '’' | '‛' | '′' => '\'',
            '“' | '”' | '„' | '″' => '"',
            '‐'..='―' => '-',
            c => c,
        })
        .collect();
    folded.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ").replace("--", "-")
}

/// Returns a text in the form in which two of them are compared: as titles, and without the white space, which no two
/// sources set alike.
pub fn fold_words(text: &str) -> String {
    fold_title(&text.replace('…', "...")).split_whitespace().collect()
}

/// Returns words as they stand in file names and addresses: letters, digits and hyphens, at most 80 bytes, never empty.
pub fn slugify(words: &str) -> String {
    let mut slug = String::new();
    for c in words.chars().flat_map(char::to_lowercase) {
        if slug.len() + c.len_utf8() > 80 {
            break;
        }
        if c.is_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "untitled".to_string() } else { slug.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_post_has_one_address() {
        let same = [
            "http://www.example.com/2007/04/a/",
            "https://example.com/2007/04/a?utm_source=x#c",
            "https://example.com:443/2007/04/a",
        ];
        for address in same {
            assert_eq!(normalise_url(address), "example.com/2007/04/a");
        }
        assert_eq!(normalise_url("http://127.0.0.1:8300/?p=12"), "127.0.0.1:8300?p=12");
        assert_eq!(normalise_url("tag:blogger.com,1999:post-1"), "tag:blogger.com,1999:post-1");
    }

    #[test]
    fn slugs_are_safe_file_names() {
        assert_eq!(slugify("Missile Defense: “Vision”!"), "missile-defense-vision");
        assert_eq!(slugify("../.."), "untitled");
        assert_eq!(slugify("日本 Café"), "日本-café");
        assert!(slugify(&"é".repeat(4000)).len() <= 80);
    }
}
