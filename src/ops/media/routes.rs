//! Where a medium may be had, in the order in which it is asked for: the original behind a smaller picture, the address as
//! it stands in the post, a capture in an archive of the web.

use std::sync::LazyLock;

use regex::Regex;
use url::Url;

use crate::source::wayback;

/// How the platforms name smaller pictures, and the name of the original. The host must end so, the rest of the address
/// is rewritten by the pattern.
static SIZES: LazyLock<Vec<(&str, Regex, &str)>> = LazyLock::new(|| {
    let table = [
        // WordPress: picture-300x200.jpg
        ("", r"^(.*/(?:uploads|files|blogs\.dir)/.*)-\d{2,4}x\d{2,4}(\.(?:jpe?g|png|gif|webp|avif))(?:\?.*)?$", "$1$2"),
        // WordPress.com and its picture server
        (".files.wordpress.com", r"^([^?]*)\?.*$", "$1"),
        (".wp.com", r"^https?://i[0-3]\.wp\.com/([^?]+)(?:\?.*)?$", "https://$1"),
        // Blogger: /s320/, /s1600-h/ (a page), /w640-h480/
        (".blogspot.com", r"^(.*)/(?:s\d{2,4}|w\d{2,4}-h\d{2,4})(?:-[a-z0-9-]+)?/([^/?]+)(?:\?.*)?$", "$1/s0/$2"),
        (
            ".googleusercontent.com",
            r"^(.*)/(?:s\d{2,4}|w\d{2,4}-h\d{2,4})(?:-[a-z0-9-]+)?/([^/?]+)(?:\?.*)?$",
            "$1/s0/$2",
        ),
        (".googleusercontent.com", r"^([^=]*)=(?:s\d{2,4}|w\d{2,4}-h\d{2,4})[a-z0-9-]*$", "$1=s0"),
        // Tumblr: tumblr_x_500.jpg
        (
            "media.tumblr.com",
            r"^(.*tumblr_[^/]*)_(?:75sq|100|250|400|500|540|640)(\.(?:jpe?g|png|gif))$",
            "${1}_1280$2",
        ),
        // TypePad: /.a/6a00…-320wi
        ("", r"^(.*/\.a/6a[0-9a-z]+)-\d{2,4}(?:wi|pi|hi|si)$", "$1-pi"),
    ];
    // A pattern that is none would be a slip of this table; the test goes through all of them.
    table.into_iter().filter_map(|(host, pattern, to)| Some((host, Regex::new(pattern).ok()?, to))).collect()
});

/// An address to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Route {
    pub url: Url,
    /// It is not the address that stands in the post.
    pub via: bool,
}

/// Returns where a medium may be had. `archive` is the archive of the web to ask where it is gone, `dead` whether the blog
/// itself is gone: then whoever has its domain now is not asked at all.
pub(super) fn routes(address: &str, time: &str, archive: Option<&Url>, dead: bool) -> Vec<Route> {
    let Ok(mut named) = Url::parse(address) else { return Vec::new() };
    named.set_fragment(None);
    let original = original(&named).filter(|o| *o != named);
    let mut routes = Vec::new();
    if !dead {
        routes.extend(original.clone().map(|url| Route { url, via: true }));
        routes.push(Route { url: named.clone(), via: false });
    }
    if let Some(base) = archive {
        // Without a date an archive leads to the newest capture.
        let time = if time.len() < 4 { "2" } else { time };
        for url in original.iter().chain([&named]) {
            routes.extend(wayback::raw(base, time, url.as_str()).map(|url| Route { url, via: true }));
        }
    }
    routes
}

fn original(url: &Url) -> Option<Url> {
    let host = url.host_str()?;
    SIZES.iter().filter(|(end, ..)| host.ends_with(end) || end.strip_prefix('.') == Some(host)).find_map(
        |(_, pattern, to)| {
            let rewritten = pattern.replace(url.as_str(), *to);
            (rewritten != url.as_str()).then(|| Url::parse(&rewritten).ok()).flatten()
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_original_behind_a_size_is_asked_first() {
        for (named, behind) in [
            (
                "http://a.example/wp-content/uploads/2012/06/x-300x200.jpg",
                "http://a.example/wp-content/uploads/2012/06/x.jpg",
            ),
            ("http://a.files.wordpress.com/2012/06/x.jpg?w=300&h=200", "http://a.files.wordpress.com/2012/06/x.jpg"),
            ("https://i0.wp.com/a.example/x.png?resize=300", "https://a.example/x.png"),
            ("http://1.bp.blogspot.com/_a/b/c/d/s320/x.JPG", "http://1.bp.blogspot.com/_a/b/c/d/s0/x.JPG"),
            ("http://1.bp.blogspot.com/_a/b/c/d/s1600-h/x.JPG", "http://1.bp.blogspot.com/_a/b/c/d/s0/x.JPG"),
            (
                "https://blogger.googleusercontent.com/img/b/R29/AVv=w640-h480",
                "https://blogger.googleusercontent.com/img/b/R29/AVv=s0",
            ),
            ("http://25.media.tumblr.com/tumblr_abc_500.jpg", "http://25.media.tumblr.com/tumblr_abc_1280.jpg"),
            ("http://a.typepad.com/.a/6a00d83451-320wi", "http://a.typepad.com/.a/6a00d83451-pi"),
        ] {
            let found: Vec<String> = routes(named, "", None, false).into_iter().map(|r| r.url.into()).collect();
            assert_eq!(found, [behind, named]);
        }
        assert_eq!(SIZES.len(), 8);
        for plain in ["http://a.example/x-300x200.jpg", "http://a.example/wp-content/uploads/wide-1024.jpg"] {
            assert_eq!(routes(plain, "", None, false).len(), 1, "{plain}");
        }
    }

    #[test]
    fn an_archive_is_asked_last_or_of_a_dead_blog_alone() {
        let base = Url::parse("https://web.archive.org/web/").unwrap();
        let of = |dead| routes("http://a.example/x.jpg", "20070423", Some(&base), dead);
        let capture = "https://web.archive.org/web/20070423id_/http://a.example/x.jpg";
        assert_eq!(of(true), [Route { url: Url::parse(capture).unwrap(), via: true }]);
        assert_eq!(of(false).last(), of(true).last());
        assert_eq!(of(false).len(), 2);
    }
}
