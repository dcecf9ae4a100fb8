//! Textile as HTML: what posts of the 2000s use of it.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::super::parts;

/// Renders Textile; markup inside stays.
pub fn html(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let mut out = String::new();
    let mut literal: Option<String> = None;
    for block in text.split("\n\n") {
        let trimmed = block.trim_matches('\n');
        if let Some(open) = &mut literal {
            open.push_str("\n\n");
            open.push_str(trimmed);
        } else if trimmed.trim_start().starts_with("<pre") {
            literal = Some(trimmed.to_string());
        } else if !trimmed.trim().is_empty() {
            out.push_str(&one(trimmed));
            out.push('\n');
        }
        if literal.as_ref().is_some_and(|l| l.contains("</pre>")) {
            out.push_str(&literal.take().unwrap_or_default());
            out.push('\n');
        }
    }
    out + &literal.unwrap_or_default()
}

fn one(block: &str) -> String {
    static SIGN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^(h[1-6]|p|bq|bc|fn\d+|notextile)(?:\([^)]*\)|\{[^}]*\}|\[[^\]]*\]|[<>=]+)*\.\.? ")
            .expect("a fixed pattern")
    });
    static LIST: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^(\*+|#+) (.*)$").expect("a fixed pattern"));
    if let Some(found) = SIGN.captures(block) {
        let sign = found.get(1).map(|m| m.as_str()).unwrap_or_default();
        let rest = block.get(found.get(0).map_or(0, |m| m.end())..).unwrap_or_default();
        let words = inline(rest).replace('\n', "<br />\n");
        return match sign {
            "bq" => format!("<blockquote><p>{words}</p></blockquote>"),
            "bc" => format!("<pre><code>{}</code></pre>", rest.replace('&', "&amp;").replace('<', "&lt;")),
            "notextile" => rest.to_string(),
            h if h.starts_with('h') => format!("<{h}>{words}</{h}>"),
            _ => format!("<p>{words}</p>"),
        };
    }
    let items: Option<Vec<(usize, bool, String)>> = block
        .lines()
        .map(|l| {
            let found = LIST.captures(l)?;
            let sign = found.get(1)?.as_str();
            Some((sign.len(), sign.starts_with('#'), inline(found.get(2)?.as_str())))
        })
        .collect();
    match items {
        Some(items) => list(&items),
        None => parts::paragraphs(&inline(block)),
    }
}

/// Writes list items; deeper ones as lists of their own.
fn list(items: &[(usize, bool, String)]) -> String {
    let name = |ordered: bool| if ordered { "ol" } else { "ul" };
    let mut out = String::new();
    let mut open: Vec<&str> = Vec::new();
    for (depth, ordered, words) in items {
        let depth = (*depth).min(6);
        while open.len() > depth {
            out.push_str(&format!("</li></{}>", open.pop().unwrap_or("ul")));
        }
        if open.len() == depth {
            out.push_str("</li>");
        }
        while open.len() < depth {
            out.push_str(&format!("<{}>", name(*ordered)));
            open.push(name(*ordered));
            if open.len() < depth {
                out.push_str("<li>");
            }
        }
        out.push_str(&format!("<li>{words}"));
    }
    while let Some(name) = open.pop() {
        out.push_str(&format!("</li></{name}>"));
    }
    out
}

/// Renders links, pictures and emphasis.
fn inline(text: &str) -> String {
    static LINK: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#""([^"\n]+?)(?:\(([^)"\n]*)\))?":([^\s<>"]+[\w/#=&;~])"#).expect("a fixed pattern")
    });
    static IMAGE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"!([<>=]?)([^\s!()]+)(?:\(([^)\n]*)\))?!(?::(\S+[\w/]))?").expect("a fixed pattern")
    });
    static MARKS: LazyLock<[(Regex, &str); 7]> = LazyLock::new(|| {
        let mark = |sign: &str, name: &'static str| {
            let pattern = format!(r"(^|[\s(>\x22'])({sign})(\S(?:[^\n]*?\S)?){sign}($|[\s)<.,;:!?\x22'])");
            (Regex::new(&pattern).expect("a fixed pattern"), name)
        };
        [
            mark(r"\*", "strong"),
            mark("_", "em"),
            mark("@", "code"),
            mark(r"\?\?", "cite"),
            mark("-", "del"),
            mark(r"\+", "ins"),
            mark(r"\^", "sup"),
        ]
    });
    let group = |c: &Captures, i: usize| c.get(i).map(|m| m.as_str().to_string()).unwrap_or_default();
    let text = IMAGE.replace_all(text, |c: &Captures| {
        let alt = group(c, 3).replace('"', "&quot;");
        let image = format!("<img src=\"{}\" alt=\"{alt}\" />", group(c, 2));
        let link = group(c, 4);
        if link.is_empty() { image } else { format!("<a href=\"{link}\">{image}</a>") }
    });
    let mut text =
        LINK.replace_all(&text, |c: &Captures| format!("<a href=\"{}\">{}</a>", group(c, 3), group(c, 1))).into_owned();
    for (pattern, name) in MARKS.iter() {
        text = pattern.replace_all(&text, format!("${{1}}<{name}>${{3}}</{name}>${{4}}")).into_owned();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_signs_become_markup() {
        let table = [
            ("h2. A *b*", "<h2>A <strong>b</strong></h2>\n"),
            ("bq. x\ny", "<blockquote><p>x<br />\ny</p></blockquote>\n"),
            ("* a\n** b\n* c", "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>\n"),
            (
                "see \"the _page_\":http://x.example/a.",
                "<p>see <a href=\"http://x.example/a\">the <em>page</em></a>.</p>\n",
            ),
            ("!/i/a.jpg(Boat)!", "<p><img src=\"/i/a.jpg\" alt=\"Boat\" /></p>\n"),
            ("2 * 3 * 4 and a-b-c", "<p>2 * 3 * 4 and a-b-c</p>\n"),
            ("<pre>\na *b*\n\nc</pre>\n\nd", "<pre>\na *b*\n\nc</pre>\n<p>d</p>\n"),
        ];
        for (text, expected) in table {
            assert_eq!(html(text), expected, "{text}");
        }
    }
}
