//! Front matter: where it ends, in which language it is, and what it says.

use super::node::{self, Fields, Node};
use super::yaml;
use crate::html;

/// The language of the front matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Yaml,
    Toml,
    Json,
    /// `Key: value` lines up to the first blank one (Pelican, MultiMarkdown).
    Meta,
    /// `:key: value` fields of reStructuredText.
    Rst,
    /// `.. key: value` lines (Nikola).
    Nikola,
    /// `<meta name content>` (Pelican).
    Html,
    None,
}

/// A text cut in two.
pub struct Front<'a> {
    pub language: Language,
    pub fields: Fields,
    pub body: &'a str,
    /// What was wrong with it.
    pub notes: Vec<String>,
}

/// The longest front matter.
const LONGEST: usize = 1 << 20;

/// Cuts the front matter off. `extension` decides between the languages without a fence.
pub fn split<'a>(text: &'a str, extension: &str) -> Front<'a> {
    let text = text.trim_start_matches('\u{feff}');
    let start = text.trim_start_matches(['\n', '\r', ' ']);
    let fenced = fence(start, "---", &["---", "..."]).map(|cut| (Language::Yaml, cut));
    let fenced = fenced.or_else(|| fence(start, "+++", &["+++"]).map(|cut| (Language::Toml, cut)));
    let fenced = fenced.or_else(|| fence(start, ";;;", &[";;;"]).map(|cut| (Language::Json, cut)));
    if let Some((language, (front, body))) = fenced.filter(|(_, (front, _))| front.len() <= LONGEST) {
        let (fields, notes) = parse(language, front);
        return Front { language, fields, body, notes };
    }
    let found = match extension {
        "rst" => rst(start).or_else(|| nikola(start)),
        "html" | "htm" => metas(start),
        _ => json(start)
            .or_else(|| unopened_json(start))
            .or_else(|| unopened(start))
            .or_else(|| nikola(start))
            .or_else(|| meta(start)),
    };
    found.unwrap_or(Front { language: Language::None, fields: Vec::new(), body: text, notes: Vec::new() })
}

/// Returns what stands between a line that opens and one that closes, and what comes after.
fn fence<'a>(text: &'a str, open: &str, close: &[&str]) -> Option<(&'a str, &'a str)> {
    let rest = text.strip_prefix(open)?;
    let (tail, rest) = rest.split_once('\n')?;
    if !tail.trim().is_empty() {
        return None;
    }
    until(rest, close)
}

/// Cuts at the first line that is one of some.
fn until<'a>(text: &'a str, close: &[&str]) -> Option<(&'a str, &'a str)> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if close.contains(&line.trim_end()) {
            return Some((text.get(..at)?, text.get(at + line.len()..)?));
        }
        at += line.len();
    }
    None
}

fn parse(language: Language, front: &str) -> (Fields, Vec<String>) {
    match language {
        Language::Toml => match front.parse::<toml::Table>() {
            Ok(table) => match node::from_toml(&toml::Value::Table(table)) {
                Node::Map(fields) => (fields, Vec::new()),
                _ => (Vec::new(), Vec::new()),
            },
            Err(e) => {
                let lines = front.replace(" = ", ": ");
                (
                    yaml::read_lines(&lines),
                    vec![format!("front matter is no TOML, read line by line: {}", one_line(e.message()))],
                )
            }
        },
        Language::Json => {
            let whole = if front.trim_start().starts_with('{') { front.to_string() } else { format!("{{{front}}}") };
            match serde_json::from_str(&whole).map(|v| node::from_json(&v)) {
                Ok(Node::Map(fields)) => (fields, Vec::new()),
                _ => (Vec::new(), vec!["front matter is no JSON, left out".into()]),
            }
        }
        _ => match yaml::read(&front.replace('\t', "    ")) {
            Ok(fields) => (fields, Vec::new()),
            Err(e) => {
                (yaml::read_lines(front), vec![format!("front matter is no YAML, read line by line: {}", one_line(&e))])
            }
        },
    }
}

fn one_line(text: &str) -> String {
    html::fold(text).chars().take(160).collect()
}

/// `{ … }` at the start (Hugo).
fn json(text: &str) -> Option<Front<'_>> {
    if !text.starts_with('{') || text.starts_with("{{") || text.starts_with("{%") {
        return None;
    }
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<serde_json::Value>();
    let value = values.next()?.ok()?;
    let Node::Map(fields) = node::from_json(&value) else { return None };
    let body = text.get(values.byte_offset()..)?;
    Some(Front { language: Language::Json, fields, body, notes: Vec::new() })
}

/// JSON whose opening fence is missing (Hexo): `"name": value` lines, then `;;;`.
fn unopened_json(text: &str) -> Option<Front<'_>> {
    let (front, body) = until(text, &[";;;"]).filter(|(front, _)| front.starts_with('"') && front.len() <= LONGEST)?;
    let (fields, notes) = parse(Language::Json, front);
    (!fields.is_empty()).then_some(Front { language: Language::Json, fields, body, notes })
}

/// YAML whose opening fence is missing (Hexo): names and values, then `---` before any blank line.
fn unopened(text: &str) -> Option<Front<'_>> {
    let (front, body) = until(text, &["---"])?;
    let first = front.lines().next()?;
    let (key, _) = first.split_once(':')?;
    let word = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    if !word || front.len() > LONGEST || front.lines().any(|l| l.trim().is_empty()) {
        return None;
    }
    let (fields, notes) = parse(Language::Yaml, front);
    // A title underlined with dashes is a heading.
    let known = fields.iter().any(|(k, _)| KNOWN.contains(&k.to_ascii_lowercase().as_str()));
    (known && !fields.is_empty()).then_some(Front { language: Language::Yaml, fields, body, notes })
}

/// Names that say a block of `Key: value` lines is no prose.
const KNOWN: [&str; 16] = [
    "title",
    "date",
    "category",
    "categories",
    "tags",
    "author",
    "authors",
    "slug",
    "summary",
    "status",
    "modified",
    "lang",
    "layout",
    "keywords",
    "description",
    "template",
];

/// `Key: value` lines up to the first blank one; lines indented by four spaces go on.
fn meta(text: &str) -> Option<Front<'_>> {
    let (block, body) = match text.find("\n\n").into_iter().chain(text.find("\n\r\n")).min() {
        Some(at) => (text.get(..at)?, text.get(at..)?),
        None => (text, ""),
    };
    let mut fields: Fields = Vec::new();
    for line in block.lines().take(500) {
        if line.starts_with("    ") || line.starts_with('\t') {
            match fields.last_mut() {
                Some((_, Node::Text(last))) => {
                    last.push('\n');
                    last.push_str(line.trim());
                }
                _ => return None,
            }
            continue;
        }
        let (key, value) = line.split_once(':')?;
        let word = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
        if key.is_empty() || !key.bytes().all(word) {
            return None;
        }
        fields.push((key.to_string(), Node::Text(value.trim().to_string())));
    }
    let known = fields.iter().any(|(k, _)| KNOWN.contains(&k.to_ascii_lowercase().as_str()));
    known.then_some(Front { language: Language::Meta, fields, body, notes: Vec::new() })
}

/// `.. key: value` lines, perhaps inside an HTML comment.
fn nikola(text: &str) -> Option<Front<'_>> {
    let (inner, commented) = match text.strip_prefix("<!--") {
        Some(rest) => (rest, true),
        None => (text, false),
    };
    let fields = dotted(inner);
    if fields.is_empty() {
        return None;
    }
    let body = if commented {
        inner.split_once("-->")?.1
    } else {
        let end: usize =
            inner.split_inclusive('\n').take_while(|l| l.trim().is_empty() || l.starts_with(".. ")).map(str::len).sum();
        inner.get(end..)?
    };
    Some(Front { language: Language::Nikola, fields, body, notes: Vec::new() })
}

/// Reads `.. key: value` lines until another comes.
pub fn dotted(text: &str) -> Fields {
    let mut fields = Vec::new();
    for line in text.lines().map(str::trim).skip_while(|l| l.is_empty()) {
        let Some((key, value)) = line.strip_prefix(".. ").and_then(|l| l.split_once(':')) else {
            if line.is_empty() && fields.is_empty() {
                continue;
            }
            break;
        };
        if value.starts_with(':') || key.contains(' ') {
            break;
        }
        fields.push((key.to_string(), Node::Text(value.trim().to_string())));
    }
    fields
}

/// The title and the `:key: value` fields of reStructuredText, in any order.
fn rst(text: &str) -> Option<Front<'_>> {
    let mut fields: Fields = Vec::new();
    let mut at = 0;
    let mut listed = false;
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let rule = |l: Option<&&str>| {
        let l = l.map(|l| l.trim_end()).unwrap_or_default();
        let c = l.chars().next().unwrap_or(' ');
        l.chars().count() >= 3 && c.is_ascii_punctuation() && l.chars().all(|x| x == c)
    };
    let mut n = 0;
    while let Some(line) = lines.get(n) {
        let bare = line.trim_end();
        let field = bare
            .strip_prefix(':')
            .and_then(|l| l.split_once(':'))
            .filter(|(k, _)| !k.is_empty() && !k.starts_with(' '));
        if let Some((key, value)) = field {
            fields.push((key.to_string(), Node::Text(value.trim().to_string())));
            listed = true;
        } else if listed && line.starts_with([' ', '\t']) && !bare.is_empty() {
            if let Some((_, Node::Text(last))) = fields.last_mut() {
                last.push(' ');
                last.push_str(bare.trim());
            }
        } else if bare.is_empty() {
            // Blank lines stand anywhere here.
        } else if !fields.iter().any(|(k, _)| k == "title") && rule(lines.get(n + 1)) {
            fields.push(("title".into(), Node::Text(bare.trim().to_string())));
            at += line.len();
            n += 1;
        } else if !(n == 0 && rule(lines.get(n)) && rule(lines.get(n + 2))) {
            break;
        }
        at += lines.get(n).map_or(0, |l| l.len());
        n += 1;
    }
    (!fields.is_empty()).then_some(Front { language: Language::Rst, fields, body: text.get(at..)?, notes: Vec::new() })
}

/// `<title>` and `<meta name content>` of a page; its body is what `body` holds.
fn metas(text: &str) -> Option<Front<'_>> {
    let folded = text.to_ascii_lowercase();
    let (head, rest) = (folded.find("<head")?, folded.find("<body")?);
    let tree = html::parse_document(text.get(head..rest)?);
    let mut fields: Fields = Vec::new();
    for node in tree.tree.root().descendants() {
        let Some(element) = node.value().as_element() else { continue };
        match element.name() {
            "title" => {
                let words: String =
                    node.descendants().filter_map(|n| n.value().as_text().map(|t| t.to_string())).collect();
                fields.push(("title".into(), Node::Text(html::fold(&words))));
            }
            "meta" => {
                // `contents` is a common slip.
                let content = element.attr("content").or_else(|| element.attr("contents"));
                if let (Some(name), Some(content)) = (element.attr("name"), content) {
                    let name = if name.eq_ignore_ascii_case("keywords") { "tags" } else { name };
                    fields.push((name.to_string(), Node::Text(content.to_string())));
                }
            }
            _ => {}
        }
    }
    let start = rest + folded.get(rest..)?.find('>')? + 1;
    let end = folded.rfind("</body").filter(|e| *e >= start).unwrap_or(text.len());
    Some(Front { language: Language::Html, fields, body: text.get(start..end)?, notes: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_is_cut_where_it_ends() {
        let table: [(&str, &str, Language, &str); 13] = [
            ("---\ntitle: a --- b\n---\nx", "md", Language::Yaml, "x"),
            ("\u{feff}---\r\ntitle: a\r\n...\r\nx", "md", Language::Yaml, "x"),
            ("+++\ntitle = 'a'\n+++\nx", "md", Language::Toml, "x"),
            ("{\"title\": \"a\"}\nx", "md", Language::Json, "\nx"),
            (";;;\n\"title\": \"a\"\n;;;\nx", "md", Language::Json, "x"),
            ("\"title\": \"a\",\n\"tags\": [\"b\"]\n;;;\nx", "md", Language::Json, "x"),
            ("title: a\ntags:\n- b\n---\nx", "md", Language::Yaml, "x"),
            ("Title: a\nTags: b\n    c\n\nx", "md", Language::Meta, "\n\nx"),
            (".. title: a\n.. date: 2020-01-01\n\nx", "md", Language::Nikola, "x"),
            ("<!--\n.. title: a\n-->\nx", "md", Language::Nikola, "\nx"),
            ("=====\na\n=====\n\n:date: 2020-01-01\n\nx", "rst", Language::Rst, "x"),
            ("<html><head><title>a</title></head><body class=z>x</body></html>", "html", Language::Html, "x"),
            ("Note: this is prose.\n\nx", "md", Language::None, "Note: this is prose.\n\nx"),
        ];
        for (text, extension, language, body) in table {
            let front = split(text, extension);
            assert_eq!((front.language, front.body), (language, body), "{text}");
            if language != Language::None {
                assert_eq!(node::first(&front.fields, &["title"]).map(|t| t.get(..1).unwrap()), Some("a"), "{text}");
            }
        }
    }

    #[test]
    fn a_heading_underlined_with_dashes_is_no_fence() {
        assert_eq!(split("Harbour: news\n---\n\nx", "md").language, Language::None);
    }
}
