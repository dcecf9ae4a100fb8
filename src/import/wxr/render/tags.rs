//! The few things that paragraphs and shortcodes must know of tags.

/// A tag at the beginning of a text.
#[derive(Debug, PartialEq, Eq)]
pub struct Tag<'a> {
    /// In lower case; `!--` for a comment.
    pub name: String,
    pub closing: bool,
    pub source: &'a str,
}

/// Reads the tag or comment at the beginning of a text that starts with `<`; none where `<` is just a sign.
/// Callers ask only where a `>` follows, or reading a text of many `<` would take the square of its length.
pub fn tag(text: &str) -> Option<Tag<'_>> {
    let inner = text.strip_prefix('<')?;
    if inner.starts_with("!--") {
        let end = text.find("-->").map_or(text.len(), |at| at + 3);
        return Some(Tag { name: "!--".into(), closing: false, source: text.get(..end)? });
    }
    let closing = inner.starts_with('/');
    let named = inner.strip_prefix('/').unwrap_or(inner);
    let length = named.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | ':')).unwrap_or(named.len());
    let name = named.get(..length)?.to_ascii_lowercase();
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let end = end_of_tag(text)?;
    Some(Tag { name, closing, source: text.get(..end)? })
}

/// Returns where a tag ends: behind its `>`, those in quotes not counted. A quote that never closes counts for nothing.
fn end_of_tag(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut bare = None;
    for (at, b) in text.bytes().enumerate() {
        match (quote, b) {
            (None, b'>') => return Some(at + 1),
            (None, b'"' | b'\'') => quote = Some(b),
            (Some(q), _) if b == q => quote = None,
            (Some(_), b'>') => bare = bare.or(Some(at + 1)),
            _ => {}
        }
    }
    bare
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_end_where_browsers_end_them() {
        let source = |t| tag(t).map(|t| t.source.to_string());
        assert_eq!(source("<a href='x>y'>z"), Some("<a href='x>y'>".into()));
        assert_eq!(source("<a href='x>y z"), Some("<a href='x>".into()));
        assert_eq!(source("<!-- a > b -->c"), Some("<!-- a > b -->".into()));
        assert_eq!(source("< a>"), None);
        assert_eq!(source("<3 you"), None);
        assert_eq!(tag("</DIV >").map(|t| (t.name, t.closing)), Some(("div".into(), true)));
    }
}
