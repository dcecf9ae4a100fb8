//! Cookies that the user exported from a browser: the Netscape file of cookies, one a line. None is ever kept.
//!
//! <https://curl.se/docs/http-cookies.html>

use url::Url;

/// A cookie and where it may be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Cookie {
    /// Host, in lower case, without a leading dot.
    domain: String,
    /// Whether hosts below it get it too.
    below: bool,
    path: String,
    /// Only over https, or to this machine.
    secure: bool,
    /// Seconds since 1970 UTC from which on it is void; none until the browser closes.
    expires: Option<i64>,
    name: String,
    value: String,
}

/// A cookie is a secret: what is shown of it is its name.
impl std::fmt::Debug for Cookie {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Cookie({} for {})", self.name, self.domain)
    }
}

/// Reads a file of cookies. An error is the line, from 1, and what is wrong with it, without what stands there.
pub fn parse(text: &str) -> Result<Vec<Cookie>, (usize, &'static str)> {
    let mut cookies = Vec::new();
    for (n, line) in text.lines().enumerate() {
        let line = line.strip_prefix("#HttpOnly_").unwrap_or(line);
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let wrong = |why| (n + 1, why);
        let fields: Vec<&str> = line.split('\t').collect();
        let &[domain, below, path, secure, expires, name, ref value @ ..] = fields.as_slice() else {
            return Err(wrong("not seven fields with tabs between them"));
        };
        let value = value.join("\t");
        if [name, &value].iter().any(|t| t.bytes().any(|b| b < b' ' || b == b';' || b == 0x7f)) {
            return Err(wrong("a name or value that no cookie can have"));
        }
        let expires: i64 = expires.trim().parse().map_err(|_| wrong("no number as time of expiry"))?;
        cookies.push(Cookie {
            domain: domain.trim_start_matches('.').to_ascii_lowercase(),
            below: below.eq_ignore_ascii_case("true") || domain.starts_with('.'),
            path: path.to_string(),
            secure: secure.eq_ignore_ascii_case("true"),
            expires: (expires > 0).then_some(expires),
            name: name.to_string(),
            value,
        });
    }
    Ok(cookies)
}

/// Returns the value of the `Cookie` field for an address, longer paths first; none when no cookie is meant for it.
/// `now` is in seconds since 1970 UTC, `near` whether the address is this machine's.
pub(super) fn field(cookies: &[Cookie], url: &Url, now: i64, near: bool) -> Option<String> {
    let mut meant: Vec<&Cookie> = cookies.iter().filter(|c| c.goes_to(url, now, near)).collect();
    meant.sort_by_key(|c| std::cmp::Reverse(c.path.len()));
    let pairs: Vec<String> = meant.iter().map(|c| format!("{}={}", c.name, c.value)).collect();
    (!pairs.is_empty()).then(|| pairs.join("; "))
}

impl Cookie {
    /// RFC 6265, 5.1.3, 5.1.4 and 5.4.
    fn goes_to(&self, url: &Url, now: i64, near: bool) -> bool {
        let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
        let host_fits = host == self.domain
            || (self.below && host.strip_suffix(self.domain.as_str()).is_some_and(|h| h.ends_with('.')));
        let rest = url.path().strip_prefix(self.path.as_str());
        let path_fits = rest.is_some_and(|r| r.is_empty() || r.starts_with('/') || self.path.ends_with('/'));
        host_fits
            && path_fits
            && !self.domain.is_empty()
            && (!self.secure || url.scheme() == "https" || near)
            && self.expires.is_none_or(|e| e > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# Netscape HTTP Cookie File\n\n\
        .blog.example\tTRUE\t/\tTRUE\t0\tsid\ta=b\n\
        #HttpOnly_blog.example\tFALSE\t/paid\tFALSE\t2000000000\tpass\tx y\n\
        blog.example\tFALSE\t/\tFALSE\t1000\told\tz\n";

    fn sent(url: &str) -> Option<String> {
        field(&parse(FILE).unwrap(), &Url::parse(url).unwrap(), 1_800_000_000, false)
    }

    #[test]
    fn cookie_goes_only_where_it_is_meant_to() {
        assert_eq!(sent("https://blog.example/paid/1").as_deref(), Some("pass=x y; sid=a=b"));
        assert_eq!(sent("https://www.blog.example/paid"), Some("sid=a=b".into()), "one is for the host alone");
        assert_eq!(sent("https://blog.example/paidmore"), Some("sid=a=b".into()));
        assert_eq!(sent("http://blog.example/"), None, "a secure one does not go in the open");
        for other in ["https://notblog.example/", "https://example/", "https://blog.example.evil.example/"] {
            assert_eq!(sent(other), None, "{other}");
        }
    }

    #[test]
    fn line_that_is_none_is_named_without_what_stands_there() {
        assert_eq!(parse("# x\nsid=secret\n").unwrap_err(), (2, "not seven fields with tabs between them"));
        assert_eq!(parse("a\tTRUE\t/\tTRUE\tsoon\tn\tv").unwrap_err().0, 1);
        assert!(parse("a\tTRUE\t/\tTRUE\t0\tn\tv;w").is_err());
        assert!(!format!("{:?}", parse(FILE).unwrap()).contains("a=b"));
    }
}
