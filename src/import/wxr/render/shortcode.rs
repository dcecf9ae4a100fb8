//! Shortcodes: `[name key="value"]content[/name]`
//! ([the API](https://developer.wordpress.org/plugins/shortcodes/)). `[[name]]` is the text `[name]`.

use std::collections::HashSet;

use super::tags::tag;
use crate::html;

/// A shortcode as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shortcode<'a> {
    pub name: &'a str,
    pub attributes: &'a str,
    pub content: Option<&'a str>,
    pub source: &'a str,
}

/// A part of a text.
#[derive(Debug, PartialEq, Eq)]
pub enum Part<'a> {
    Text(&'a str),
    Code(Shortcode<'a>),
}

/// Cuts a text at its shortcodes. Brackets inside tags are no shortcodes, and neither is a word in brackets (`[sic]`)
/// whose name `known` does not know, unless it has attributes or an end.
pub fn split<'a>(text: &'a str, known: &dyn Fn(&str) -> bool) -> Vec<Part<'a>> {
    let mut parts = Vec::new();
    let (mut from, mut at) = (0, 0);
    let last_tag = text.rfind('>').unwrap_or(0);
    let mut endless: HashSet<&str> = HashSet::new();
    while let Some(step) = text.get(at..).and_then(|t| memchr::memchr2(b'[', b'<', t.as_bytes())) {
        at += step;
        let rest = text.get(at..).unwrap_or_default();
        if rest.starts_with('<') {
            at += Some(rest).filter(|_| at < last_tag).and_then(tag).map_or(1, |t| t.source.len());
            continue;
        }
        let escaped = rest.starts_with("[[");
        let begin = at + usize::from(escaped);
        let Some(code) = text.get(begin..).and_then(|t| read(t, known, &mut endless)) else {
            at += 1;
            continue;
        };
        let end = begin + code.source.len();
        parts.push(Part::Text(text.get(from..at).unwrap_or_default()));
        if escaped && text.get(end..).is_some_and(|t| t.starts_with(']')) {
            parts.push(Part::Text(code.source));
            at = end + 1;
        } else if escaped {
            parts.push(Part::Text("["));
            parts.push(Part::Code(code));
            at = end;
        } else {
            parts.push(Part::Code(code));
            at = end;
        }
        from = at;
    }
    parts.push(Part::Text(text.get(from..).unwrap_or_default()));
    parts.retain(|p| *p != Part::Text(""));
    parts
}

/// The longest attributes.
const MAX_ATTRIBUTES: usize = 8 * 1024;

/// Reads the shortcode at the beginning of a text. `endless` are names whose end is known not to come.
fn read<'a>(text: &'a str, known: &dyn Fn(&str) -> bool, endless: &mut HashSet<&'a str>) -> Option<Shortcode<'a>> {
    let inner = text.strip_prefix('[')?;
    let length =
        inner.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-' | '.')).unwrap_or(inner.len());
    let name = inner.get(..length).filter(|n| n.starts_with(|c: char| c.is_ascii_alphabetic()))?;
    let close = inner.bytes().take(MAX_ATTRIBUTES).position(|b| matches!(b, b']' | b'['))?;
    let attributes = inner.get(length..close).filter(|_| inner.as_bytes().get(close) == Some(&b']'))?;
    if !attributes.is_empty() && !attributes.starts_with(|c: char| c.is_whitespace() || matches!(c, '=' | '/' | ':')) {
        return None;
    }
    let single = attributes.ends_with('/');
    let body = inner.get(close + 1..)?;
    let end = format!("[/{name}]");
    let content = if single || endless.contains(name) { None } else { body.find(&end).and_then(|at| body.get(..at)) };
    if content.is_none() && !single {
        endless.insert(name);
    }
    if !known(name) && content.is_none() && !attributes.contains('=') {
        return None;
    }
    let whole = 1 + close + 1 + content.map_or(0, |c| c.len() + end.len());
    Some(Shortcode { name, attributes: attributes.trim_end_matches('/').trim(), content, source: text.get(..whole)? })
}

impl<'a> Shortcode<'a> {
    /// Returns the value of an attribute, without its quotes.
    pub fn get(&self, key: &str) -> Option<&'a str> {
        self.pairs().into_iter().find(|(k, _)| k.eq_ignore_ascii_case(key)).map(|(_, v)| v)
    }

    /// Returns keys and values; a value without a key has an empty one. Quotes are optional, and editors make curly ones
    /// of them.
    fn pairs(&self) -> Vec<(&'a str, &'a str)> {
        const QUOTES: [(&str, &str); 6] =
            [("\"", "\""), ("'", "'"), ("“", "”"), ("”", "”"), ("″", "″"), ("&quot;", "&quot;")];
        let mut out = Vec::new();
        let mut rest = self.attributes.trim_start();
        while !rest.is_empty() {
            let word = rest.find(|c: char| c.is_whitespace() || c == '=').unwrap_or(rest.len());
            let (mut key, mut after) = rest.split_at(word);
            match after.trim_start().strip_prefix('=') {
                Some(value) => after = value.trim_start(),
                // A bare value: it is read again as one.
                None => (key, after) = ("", rest),
            }
            let quoted = QUOTES.iter().find_map(|(open, close)| {
                let inner = after.strip_prefix(open)?;
                let end = inner.find(close)?;
                Some((inner.get(..end)?, inner.get(end + close.len()..)?))
            });
            let (value, left) =
                quoted.unwrap_or_else(|| after.split_at(after.find(char::is_whitespace).unwrap_or(after.len())));
            out.push((key, value));
            rest = left.trim_start();
        }
        out
    }

    /// Returns the first address among attributes and content.
    pub fn address(&self) -> Option<String> {
        let named = ["src", "url", "mp4", "mp3", "m4a", "m4v", "webm", "ogg", "ogv", "wav", "flv", "wmv", "href"];
        let given = named.iter().filter_map(|k| self.get(k)).chain([self.attributes, self.content.unwrap_or_default()]);
        given
            .filter_map(|text| {
                let from = text.find("http://").or_else(|| text.find("https://"))?;
                let url = text.get(from..)?;
                let end = url.find(|c: char| c.is_whitespace() || "\"'<>”]".contains(c)).unwrap_or(url.len());
                url.get(..end).map(html::unescape)
            })
            .next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(name: &str) -> bool {
        ["gallery", "caption", "youtube"].contains(&name)
    }

    #[test]
    fn only_shortcodes_are_cut_out() {
        let text =
            "a [gallery] b [sic] [[gallery ids=1]] <a href='[gallery]'>c</a> [box x=\"1\"]d[/box] [1] [caption]e";
        let parts = split(text, &known);
        let codes: Vec<(&str, &str, Option<&str>)> = parts
            .iter()
            .filter_map(|p| match p {
                Part::Code(c) => Some((c.name, c.attributes, c.content)),
                Part::Text(_) => None,
            })
            .collect();
        assert_eq!(codes, [("gallery", "", None), ("box", "x=\"1\"", Some("d")), ("caption", "", None)]);
        let words: String = parts.iter().map(|p| if let Part::Text(t) = p { t } else { "_" }).collect();
        assert_eq!(words, "a _ b [sic] [gallery ids=1] <a href='[gallery]'>c</a> _ [1] _e");
    }

    #[test]
    fn attributes_are_read_with_and_without_quotes() {
        let one = |t: &'static str| match split(t, &known).remove(0) {
            Part::Code(c) => c,
            Part::Text(t) => panic!("{t}"),
        };
        let code = one("[gallery ids=\"1, 2\" columns=2 link='file' size=”full” rand]");
        let got = ["ids", "columns", "link", "size"].map(|k| code.get(k).unwrap_or_default());
        assert_eq!(got, ["1, 2", "2", "file", "full"]);
        assert_eq!(
            one("[youtube=http://y.example/w?v=1&amp;w=320]").address().unwrap(),
            "http://y.example/w?v=1&w=320"
        );
        assert_eq!(one("[youtube http://y.example/2 /]").address().unwrap(), "http://y.example/2");
    }

    #[test]
    fn endless_shortcodes_cost_no_more_than_their_length() {
        let began = std::time::Instant::now();
        split(&"[caption]".repeat(30_000), &known);
        split(&"[[".repeat(100_000), &known);
        split(&"[a ".repeat(100_000), &known);
        assert!(began.elapsed().as_secs() < 10, "{:?}", began.elapsed());
    }
}
