//! Addresses of a body: made absolute, judged by scheme, told apart. It knows no network.

use ego_tree::NodeId;
use html5ever::ns;
use scraper::{Html, Node};
use url::Url;

use super::walk;
use crate::model::LinkKind;

/// Attributes that hold an address.
const ADDRESSES: [&str; 6] = ["href", "src", "poster", "cite", "data", "longdesc"];

/// Schemes that may stand in a kept body. Scripts and what only a browser can resolve have no place there.
const SCHEMES: [&str; 18] = [
    "http", "https", "mailto", "ftp", "ftps", "tel", "sms", "xmpp", "irc", "ircs", "news", "nntp", "gopher", "gemini",
    "magnet", "geo", "feed", "sip",
];

/// Makes every address absolute and takes those away that lead nowhere.
pub(super) fn absolute(tree: &mut Html, top: NodeId, base: Option<&Url>) {
    let Some(root) = tree.tree.get(top) else { return };
    let mut changes: Vec<(NodeId, &str, Option<String>)> = Vec::new();
    for node in root.descendants() {
        let Node::Element(e) = node.value() else { continue };
        for (name, given) in e.attrs.iter().filter(|(name, _)| name.ns == ns!()) {
            if let Some(key) = ADDRESSES.into_iter().find(|key| *key == &*name.local) {
                let given: &str = given;
                let picture = key == "src" && e.name() == "img";
                let kept = resolve(given, base, picture);
                if kept.as_deref() != Some(given) {
                    changes.push((node.id(), key, kept));
                }
            }
        }
    }
    for (id, key, address) in changes {
        match address {
            Some(address) => walk::set(tree, id, key, &address),
            None => walk::unset(tree, id, key),
        }
    }
}

/// Returns an address as it is kept: absolute where a base is known, and none for what is no address or a forbidden one.
/// A fragment of the same page stays as it is. Pictures may hold their own data.
fn resolve(given: &str, base: Option<&Url>, picture: bool) -> Option<String> {
    let given: String = given.trim().chars().filter(|c| !c.is_control()).collect();
    if given.is_empty() {
        return None;
    }
    if given.starts_with('#') {
        return (given.len() > 1).then_some(given);
    }
    if picture && is_picture_data(&given) {
        return Some(given);
    }
    let url = match (Url::parse(&given), base) {
        (Ok(url), _) => url,
        (Err(_), Some(base)) => base.join(&given).ok()?,
        (Err(_), None) if given.starts_with("//") => Url::parse(&format!("https:{given}")).ok()?,
        (Err(url::ParseError::RelativeUrlWithoutBase), None) => return Some(given),
        (Err(_), None) => return None,
    };
    SCHEMES.contains(&url.scheme()).then(|| url.to_string())
}

fn is_picture_data(address: &str) -> bool {
    let start = address.get(..address.len().min(32)).unwrap_or_default().to_ascii_lowercase();
    [
        "data:image/png",
        "data:image/jpeg",
        "data:image/jpg",
        "data:image/gif",
        "data:image/webp",
        "data:image/avif",
        "data:image/bmp",
    ]
    .iter()
    .any(|kind| start.starts_with(kind))
}

/// Endings of files that are looked at or kept, not read as pages.
const FILES: [&str; 52] = [
    "jpg", "jpeg", "jpe", "png", "gif", "webp", "svg", "avif", "bmp", "tif", "tiff", "heic", "ico", "pdf", "mp3",
    "m4a", "ogg", "oga", "opus", "wav", "flac", "aac", "wma", "mid", "mp4", "m4v", "mov", "webm", "ogv", "avi", "wmv",
    "mpg", "mpeg", "mkv", "flv", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "pps", "odt", "ods", "odp", "rtf",
    "epub", "mobi", "zip", "gz", "rar", "7z",
];

/// Returns whether an address names a file by its ending. An address without path, or of a page that shows a file, is none.
pub(super) fn is_file(url: &Url) -> bool {
    if !matches!(url.scheme(), "http" | "https" | "ftp") {
        return false;
    }
    let file = url.path().rsplit('/').next().unwrap_or_default();
    // Wikis show a page about a file under an address that ends as the file does.
    let page_about =
        file.starts_with("File:") || file.starts_with("Image:") || url.query().is_some_and(|q| q.contains("File:"));
    let ending = file.rsplit_once('.').map(|(_, e)| e.to_ascii_lowercase());
    !page_about && ending.is_some_and(|e| FILES.contains(&e.as_str()))
}

/// Returns what kind of link an address makes, seen from the blog at `site`.
pub(super) fn kind(address: &str, base: Option<&Url>, site: Option<&Url>) -> LinkKind {
    let parsed = match base {
        Some(base) => base.join(address),
        None => Url::parse(address),
    };
    let Ok(url) = parsed else { return LinkKind::Internal };
    if is_file(&url) || url.path().contains("/wp-content/uploads/") {
        LinkKind::Media
    } else if site.is_some_and(|site| is_within(&url, site)) {
        LinkKind::Internal
    } else {
        LinkKind::External
    }
}

/// Returns whether an address lies in a blog: the same host, `www.` or not, and the blog's path or below.
fn is_within(url: &Url, site: &Url) -> bool {
    let bare = |u: &Url| u.host_str().map(|h| h.strip_prefix("www.").unwrap_or(h).to_string());
    let root = site.path().trim_end_matches('/');
    let path = url.path();
    matches!(url.scheme(), "http" | "https")
        && bare(url) == bare(site)
        && url.port_or_known_default().unwrap_or(0).max(443) == site.port_or_known_default().unwrap_or(0).max(443)
        && path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_become_absolute_and_scripts_go() {
        let base = Url::parse("http://example.com/2007/04/post/").ok();
        let of = |a: &str| resolve(a, base.as_ref(), false);
        assert_eq!(of(" ../x y.html ").as_deref(), Some("http://example.com/2007/04/x%20y.html"));
        assert_eq!(of("//cdn.example.com/a").as_deref(), Some("http://cdn.example.com/a"));
        assert_eq!(of("#note1").as_deref(), Some("#note1"));
        assert_eq!(of("mailto:a@example.com").as_deref(), Some("mailto:a@example.com"));
        for bad in [
            "javascript:alert(1)",
            "java\nscript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "file:///etc/passwd",
            "",
            "#",
        ] {
            assert_eq!(of(bad), None, "{bad}");
        }
        assert_eq!(resolve("data:image/png;base64,AA", None, true).as_deref(), Some("data:image/png;base64,AA"));
        assert_eq!(resolve("data:image/svg+xml,<svg/>", None, true), None);
        assert_eq!(resolve("/relative", None, false).as_deref(), Some("/relative"));
    }

    #[test]
    fn links_are_told_apart() {
        let site = Url::parse("http://www.example.com/blog/").ok();
        let of = |a: &str| kind(a, None, site.as_ref());
        assert_eq!(of("http://example.com/blog/2007/x/"), LinkKind::Internal);
        assert_eq!(of("https://example.com/blog"), LinkKind::Internal);
        assert_eq!(of("http://example.com/blogroll"), LinkKind::External);
        assert_eq!(of("http://example.com:8080/blog/"), LinkKind::External);
        assert_eq!(of("http://example.com/blog/a.PDF"), LinkKind::Media);
        assert_eq!(of("http://en.example.org/wiki/File:A.jpg"), LinkKind::External);
        assert_eq!(of("mailto:a@example.com"), LinkKind::External);
    }
}
