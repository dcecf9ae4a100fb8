//! What a site asks of robots ([RFC 9309](https://www.rfc-editor.org/rfc/rfc9309)). It knows no network: it reads a text
//! and answers whether an address may be crawled.

use url::Url;

/// The name by which a site can speak to this program.
const NAME: &str = "mdarchive";

/// Bytes of the text that are read (section 2.5).
const LONGEST: usize = 500 << 10;

/// One `Allow` or `Disallow`.
#[derive(Debug, Clone)]
struct Rule {
    allow: bool,
    path: String,
}

/// The rules for this program, and the sitemaps that the same text names.
#[derive(Debug, Clone, Default)]
pub struct Robots {
    rules: Vec<Rule>,
    pub sitemaps: Vec<String>,
}

impl Robots {
    /// Reads a `robots.txt`.
    pub fn parse(text: &[u8]) -> Robots {
        let text = String::from_utf8_lossy(text.get(..LONGEST).unwrap_or(text));
        let (mut own, mut all, mut sitemaps) = (Vec::new(), Vec::new(), Vec::new());
        let (mut is_own, mut is_all, mut named, mut met_own) = (false, false, false, false);
        for line in text.trim_start_matches('\u{feff}').lines() {
            let line = line.split('#').next().unwrap_or_default();
            let Some((key, value)) = line.split_once(':') else { continue };
            let value = value.trim();
            match key.trim().to_ascii_lowercase().as_str() {
                "user-agent" => {
                    if !named {
                        (is_own, is_all) = (false, false);
                    }
                    named = true;
                    let product = value.split(['/', ' ']).next().unwrap_or_default();
                    is_own |= product.eq_ignore_ascii_case(NAME);
                    is_all |= value == "*";
                    met_own |= is_own;
                }
                word @ ("allow" | "disallow") => {
                    named = false;
                    let rule = Rule { allow: word == "allow", path: normal(value) };
                    if is_own && !value.is_empty() {
                        own.push(rule);
                    } else if is_all && !value.is_empty() {
                        all.push(rule);
                    }
                }
                "sitemap" => sitemaps.push(value.to_string()),
                _ => {}
            }
        }
        // A group of its own is the only one that counts, even where it forbids nothing.
        Robots { rules: if met_own { own } else { all }, sitemaps }
    }

    /// The rules of a site whose `robots.txt` cannot be had because the server fails (section 2.3.1.4): nothing may be
    /// crawled.
    pub fn closed() -> Robots {
        Robots { rules: vec![Rule { allow: false, path: "/".into() }], sitemaps: Vec::new() }
    }

    /// Returns the rule that forbids an address; none when it may be crawled. The longest match decides, and among equals
    /// the kinder (section 2.2.2).
    pub fn forbids(&self, url: &Url) -> Option<&str> {
        let target = normal(&url.query().map_or_else(|| url.path().to_string(), |q| format!("{}?{q}", url.path())));
        if target == "/robots.txt" {
            return None;
        }
        let fitting = self.rules.iter().filter(|r| matches(&r.path, &target));
        let rule = fitting.max_by_key(|r| (r.path.len(), r.allow))?;
        (!rule.allow).then_some(rule.path.as_str())
    }
}

/// Returns a path with its escapes in one form: letters that need none have none, the digits of others are capital.
fn normal(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut bytes = path.bytes();
    while let Some(byte) = bytes.next() {
        let mut ahead = bytes.clone();
        let hex = |b: Option<u8>| (b? as char).to_digit(16);
        let coded = (byte == b'%').then(|| hex(ahead.next()).zip(hex(ahead.next()))).flatten();
        let value = match coded {
            Some((high, low)) => {
                bytes = ahead;
                u8::try_from(high * 16 + low).unwrap_or(byte)
            }
            None => byte,
        };
        let plain = value.is_ascii_alphanumeric() || b"-._~".contains(&value);
        if plain || (coded.is_none() && value.is_ascii()) {
            out.push(char::from(value));
        } else {
            out.push_str(&format!("%{value:02X}"));
        }
    }
    out
}

/// Returns whether a rule's path matches: from the start, `*` for anything, `$` for the end. One pass, no backtracking
/// beyond the last `*`.
fn matches(rule: &str, target: &str) -> bool {
    let (rule, whole) = rule.strip_suffix('$').map_or((rule, false), |r| (r, true));
    let mut parts = rule.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = target.strip_prefix(first) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return !whole || rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() && whole {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forbidden(text: &str, path: &str) -> bool {
        let url = Url::parse("http://a.example").unwrap().join(path).unwrap();
        Robots::parse(text.as_bytes()).forbids(&url).is_some()
    }

    #[test]
    fn the_longest_rule_decides_and_the_kinder_among_equals() {
        let text = "User-agent: *\nDisallow: /wp-admin/\nAllow: /wp-admin/admin-ajax.php\nDisallow: /x\nAllow: /x\n";
        assert!(forbidden(text, "/wp-admin/edit.php"));
        assert!(!forbidden(text, "/wp-admin/admin-ajax.php"));
        assert!(!forbidden(text, "/x/y"));
        assert!(!forbidden(text, "/2007/"));
        assert!(!forbidden("User-agent: *\nDisallow:\n", "/a"));
        assert!(!forbidden("User-agent: *\nDisallow: /\n", "/robots.txt"));
    }

    #[test]
    fn stars_and_ends_and_escapes_match() {
        let text = "user-agent: *\ndisallow: /*.php$\ndisallow: /a%3cd\ndisallow: /caf\u{e9}/\ndisallow: /p/*/end\n";
        assert!(forbidden(text, "/x/y.php") && !forbidden(text, "/x/y.php5"));
        assert!(forbidden(text, "/a%3Cd.html"));
        assert!(forbidden(text, "/caf%C3%A9/x"));
        assert!(forbidden(text, "/p/1/end") && !forbidden(text, "/p/end"));
    }

    #[test]
    fn a_group_of_its_own_is_the_only_one() {
        let text = "User-agent: *\nDisallow: /\n\nUser-agent: other\nUser-agent: MDArchive/2\nDisallow: /private\n";
        assert!(forbidden(text, "/private/x") && !forbidden(text, "/public"));
        assert!(!forbidden("User-agent: *\nDisallow: /\nUser-agent: mdarchive\nAllow: /\n", "/public"));
        assert!(forbidden("User-agent: googlebot\nAllow: /\nUser-agent: *\nDisallow: /\n", "/a"));
    }

    #[test]
    fn sitemaps_are_named_whatever_the_group() {
        let text =
            "Sitemap: http://a.example/one.xml\nUser-agent: x\nDisallow: /\nsitemap: http://a.example/two.xml # two\n";
        let robots = Robots::parse(text.as_bytes());
        assert_eq!(robots.sitemaps, ["http://a.example/one.xml", "http://a.example/two.xml"]);
    }
}
