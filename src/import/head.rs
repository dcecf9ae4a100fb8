//! The beginning of a stream, by which its format is told. It knows no format but the shape of markup.

use crate::input;

/// The first bytes of a stream, looked at once for all formats.
pub struct Head {
    pub bytes: Vec<u8>,
    /// The same as text, with LF line ends and without what stands before the XML declaration.
    pub text: String,
    /// Name of the root element as written, prefix and all, where the text is XML or HTML.
    pub root: Option<String>,
    /// Name of the stream.
    pub name: String,
}

impl Head {
    pub fn new(name: &str, bytes: Vec<u8>) -> Head {
        let (text, _) = input::decode(&bytes, None);
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let start = text.find("<?xml").filter(|at| !text.get(..*at).unwrap_or_default().contains("<rss"));
        let text = text.get(start.unwrap_or(0)..).unwrap_or_default().trim_start().to_string();
        let root = root_element(&text);
        Head { bytes, text, root, name: name.to_string() }
    }

    /// Returns whether the root element has a name, its prefix apart and case ignored.
    pub fn is_root(&self, local: &str) -> bool {
        let own = self.root.as_deref().map(|r| r.rsplit(':').next().unwrap_or(r));
        own.is_some_and(|r| r.eq_ignore_ascii_case(local))
    }
}

/// Elements that a page may begin with whose writer left out what HTML does not ask for.
const BEGINNINGS: [&str; 9] = ["html", "head", "body", "title", "meta", "link", "div", "table", "article"];

/// Returns whether a stream is a page of HTML.
/// A page that bears the name of an export is what a server gave in its place: a login form, a message.
pub fn is_page(head: &Head) -> bool {
    let beginning = BEGINNINGS.iter().any(|name| head.is_root(name))
        || head.text.get(..15).is_some_and(|t| t.eq_ignore_ascii_case("<!doctype html>"));
    beginning && !named_like_export(head)
}

/// Returns whether a name promises an export.
pub(super) fn named_like_export(head: &Head) -> bool {
    head.name.ends_with(".xml") || head.name.ends_with(".xml.gz")
}

/// Returns the name of the first element of a text that starts with markup.
fn root_element(text: &str) -> Option<String> {
    let mut rest = text.trim_start();
    if !rest.starts_with('<') {
        return None;
    }
    while let Some(open) = rest.find('<') {
        rest = rest.get(open + 1..)?;
        let skip = match rest.chars().next()? {
            '?' => "?>",
            '!' if rest.starts_with("!--") => "-->",
            '!' => ">",
            c if c.is_alphabetic() || c == '_' => {
                let end = rest.find(|c: char| c.is_whitespace() || c == '>' || c == '/').unwrap_or(rest.len());
                return rest.get(..end).map(|n| n.chars().take(40).collect());
            }
            _ => return None,
        };
        rest = rest.get(rest.find(skip)? + skip.len()..)?;
    }
    None
}
