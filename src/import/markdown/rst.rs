//! reStructuredText as HTML: what posts use of it
//! ([the specification](https://docutils.sourceforge.io/docs/ref/rst/restructuredtext.html)).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::html;

/// Blocks inside blocks.
const DEEPEST: usize = 8;

struct Work {
    /// `.. _name: address`, by name in lower case.
    targets: BTreeMap<String, String>,
    /// Characters that underline titles, in the order of their levels.
    levels: Vec<char>,
}

/// Renders a text.
pub fn html(text: &str) -> String {
    static TARGET: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?m)^\.\. _`?([^`:\n]+)`?:[ \t]+(\S+)[ \t]*$").expect("a fixed pattern"));
    let text = text.replace("\r\n", "\n").replace('\t', "    ");
    let mut targets = BTreeMap::new();
    for found in TARGET.captures_iter(&text) {
        let group = |i| found.get(i).map(|m: regex::Match| m.as_str()).unwrap_or_default();
        targets.insert(html::fold(group(1)).to_lowercase(), group(2).to_string());
    }
    let mut work = Work { targets, levels: Vec::new() };
    let lines: Vec<&str> = text.lines().collect();
    work.blocks(&lines, 0)
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

fn blank(line: &str) -> bool {
    line.trim().is_empty()
}

/// Returns how many lines from `at` on are blank or indented by at least `n`, trailing blank ones apart.
fn indented(lines: &[&str], at: usize, n: usize) -> usize {
    let all = lines.iter().skip(at).take_while(|l| blank(l) || indent(l) >= n).count();
    let tail = lines.iter().skip(at).take(all).rev().take_while(|l| blank(l)).count();
    all - tail
}

/// Takes the common indentation off.
fn dedent<'a>(lines: &[&'a str]) -> Vec<&'a str> {
    let least = lines.iter().filter(|l| !blank(l)).map(|l| indent(l)).min().unwrap_or(0);
    lines.iter().map(|l| l.get(least..).unwrap_or("")).collect()
}

fn rule(line: Option<&&str>) -> Option<char> {
    let line = line?.trim_end();
    let c = line.chars().next().filter(char::is_ascii_punctuation)?;
    (line.len() >= 3 && line.chars().all(|x| x == c)).then_some(c)
}

fn slice<'a, 'b>(lines: &'b [&'a str], at: usize, n: usize) -> &'b [&'a str] {
    lines.get(at..(at + n).min(lines.len())).unwrap_or_default()
}

impl Work {
    fn blocks(&mut self, lines: &[&str], depth: usize) -> String {
        let mut out = String::new();
        let mut at = 0;
        while let Some(line) = lines.get(at) {
            if blank(line) {
                at += 1;
            } else if indent(line) > 0 {
                let n = indented(lines, at, 1).max(1);
                let inner = dedent(slice(lines, at, n));
                let words = if depth < DEEPEST {
                    self.blocks(&inner, depth + 1)
                } else {
                    format!("<p>{}</p>", escape(&html::fold(&inner.join(" "))))
                };
                out.push_str(&format!("<blockquote>\n{words}</blockquote>\n"));
                at += n;
            } else if let Some(rest) = line.strip_prefix("..").filter(|r| r.is_empty() || r.starts_with(' ')) {
                let n = indented(lines, at + 1, 1);
                out.push_str(&self.directive(rest.trim(), &dedent(slice(lines, at + 1, n)), depth));
                at += 1 + n;
            } else if let Some(n) = self.title(lines, at, &mut out) {
                at += n;
            } else if let Some((_, ordered)) = item(line) {
                at += self.list(lines, at, ordered, depth, &mut out);
            } else {
                at += self.paragraph(lines, at, &mut out);
            }
        }
        out
    }

    /// Writes the title that begins here, if one does, and returns how many lines it takes.
    fn title(&mut self, lines: &[&str], at: usize, out: &mut String) -> Option<usize> {
        let over = rule(lines.get(at));
        let (words, under, n) = match over {
            Some(c) if rule(lines.get(at + 2)) == Some(c) => (lines.get(at + 1)?, c, 3),
            Some(_) => {
                out.push_str("<hr />\n");
                return Some(1);
            }
            None => (lines.get(at)?, rule(lines.get(at + 1))?, 2),
        };
        let level = self.levels.iter().position(|c| *c == under).unwrap_or_else(|| {
            self.levels.push(under);
            self.levels.len() - 1
        });
        out.push_str(&format!("<h{0}>{1}</h{0}>\n", (level + 2).min(6), self.inline(words.trim())));
        Some(n)
    }

    fn list(&mut self, lines: &[&str], at: usize, ordered: bool, depth: usize, out: &mut String) -> usize {
        let name = if ordered { "ol" } else { "ul" };
        out.push_str(&format!("<{name}>\n"));
        let mut taken = 0;
        while let Some(line) = lines.get(at + taken) {
            if blank(line) {
                taken += 1;
                continue;
            }
            let Some((width, _)) = item(line).filter(|(_, o)| *o == ordered) else { break };
            let n = indented(lines, at + taken + 1, width.min(2));
            let mut inner = vec![line.get(width..).unwrap_or("").trim_start()];
            inner.extend(dedent(slice(lines, at + taken + 1, n)));
            let simple = inner.iter().all(|l| !blank(l) && item(l).is_none() && !l.starts_with(".."));
            let words = if simple || depth >= DEEPEST {
                self.inline(&inner.join("\n"))
            } else {
                self.blocks(&inner, depth + 1)
            };
            out.push_str(&format!("<li>{words}</li>\n"));
            taken += 1 + n;
        }
        out.push_str(&format!("</{name}>\n"));
        taken.max(1)
    }

    fn paragraph(&mut self, lines: &[&str], at: usize, out: &mut String) -> usize {
        let n = lines.iter().skip(at).take_while(|l| !blank(l)).count().max(1);
        let words = slice(lines, at, n).iter().map(|l| l.trim()).collect::<Vec<_>>().join("\n");
        let Some(said) = words.strip_suffix("::") else {
            out.push_str(&format!("<p>{}</p>\n", self.inline(&words)));
            return n;
        };
        let said = said.trim_end();
        if !said.is_empty() {
            out.push_str(&format!("<p>{}:</p>\n", self.inline(said)));
        }
        let gap = lines.iter().skip(at + n).take_while(|l| blank(l)).count();
        let more = indented(lines, at + n + gap, 1);
        if more > 0 {
            out.push_str(&literal(&dedent(slice(lines, at + n + gap, more))));
        }
        n + gap + more
    }

    fn directive(&mut self, head: &str, below: &[&str], depth: usize) -> String {
        let Some((name, argument)) = head.split_once("::") else {
            return if head.eq_ignore_ascii_case("TEASER_END") || head.eq_ignore_ascii_case("more") {
                "<!--more-->\n".into()
            } else {
                String::new()
            };
        };
        let options = below.iter().take_while(|l| l.starts_with(':')).count();
        let option = |key: &str| {
            let value = |l: &&str| {
                l.strip_prefix(':')?.split_once(':').filter(|(k, _)| *k == key).map(|(_, v)| v.trim().to_string())
            };
            below.iter().take(options).find_map(value).unwrap_or_default()
        };
        let rest: Vec<&str> = below.iter().skip(options).skip_while(|l| blank(l)).copied().collect();
        let argument = argument.trim();
        match name.trim() {
            "image" | "figure" | "thumbnail" => {
                let image = format!("<img src=\"{}\" alt=\"{}\" />", escape(argument), escape(&option("alt")));
                let target = option("target");
                let image =
                    if target.is_empty() { image } else { format!("<a href=\"{}\">{image}</a>", escape(&target)) };
                let caption = rest.iter().take_while(|l| !blank(l)).map(|l| l.trim()).collect::<Vec<_>>().join(" ");
                let caption = if caption.is_empty() {
                    caption
                } else {
                    format!("<figcaption>{}</figcaption>", self.inline(&caption))
                };
                format!("<figure>{image}{caption}</figure>\n")
            }
            "code" | "code-block" | "sourcecode" | "parsed-literal" => literal(&rest),
            "raw" if argument == "html" => rest.join("\n") + "\n",
            "raw" | "contents" | "meta" | "class" | "role" | "default-role" => String::new(),
            "youtube" => format!(
                "<p><a href=\"https://www.youtube.com/watch?v={0}\">https://www.youtube.com/watch?v={0}</a></p>\n",
                escape(argument)
            ),
            "vimeo" => {
                format!("<p><a href=\"https://vimeo.com/{0}\">https://vimeo.com/{0}</a></p>\n", escape(argument))
            }
            _ if depth >= DEEPEST => String::new(),
            name => {
                let first =
                    if argument.is_empty() { String::new() } else { format!("<p>{}</p>\n", self.inline(argument)) };
                let inner = self.blocks(&rest, depth + 1);
                let quoted = matches!(
                    name,
                    "note"
                        | "warning"
                        | "tip"
                        | "hint"
                        | "important"
                        | "epigraph"
                        | "pull-quote"
                        | "highlights"
                        | "admonition"
                );
                if quoted { format!("<blockquote>\n{first}{inner}</blockquote>\n") } else { first + &inner }
            }
        }
    }

    fn inline(&self, text: &str) -> String {
        static MARK: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"``(?P<code>.+?)``|\*\*(?P<strong>[^*\s][^*]*)\*\*|\*(?P<em>[^*\s][^*]*)\*|(?::[a-z-]+:)?`(?P<text>[^`<]*?)\s*<(?P<url>[^>`]+)>`__?|`(?P<named>[^`]+)`__?|:(?P<role>[a-z-]+):`(?P<said>[^`]+)`|(?P<bare>https?://[^\s<>]*[\w/])|\b(?P<word>[A-Za-z0-9][\w.-]*?)_\b").expect("a fixed pattern")
        });
        let mut out = String::new();
        let mut last = 0;
        for found in MARK.captures_iter(text) {
            let Some(whole) = found.get(0) else { continue };
            out.push_str(&escape(text.get(last..whole.start()).unwrap_or_default()));
            out.push_str(&self.mark(&found).unwrap_or_else(|| escape(whole.as_str())));
            last = whole.end();
        }
        out.push_str(&escape(text.get(last..).unwrap_or_default()));
        out
    }

    fn mark(&self, found: &Captures) -> Option<String> {
        let part = |name| found.name(name).map(|m| m.as_str());
        let link = |url: &str, words: &str| format!("<a href=\"{}\">{}</a>", escape(url), escape(words));
        let target = |words: &str| self.targets.get(&html::fold(words).to_lowercase());
        for name in ["code", "strong", "em"] {
            if let Some(words) = part(name) {
                return Some(format!("<{name}>{}</{name}>", escape(words)));
            }
        }
        if let Some(url) = part("url") {
            let words = part("text").filter(|w| !w.is_empty()).unwrap_or(url);
            return Some(link(url, words));
        }
        if let Some(words) = part("named").or(part("word")) {
            return target(words).map(|url| link(url, words));
        }
        if let Some(words) = part("said") {
            let code = matches!(part("role"), Some("code" | "literal"));
            return Some(if code {
                format!("<code>{}</code>", escape(words))
            } else {
                format!("<em>{}</em>", escape(words))
            });
        }
        part("bare").map(|url| link(url, url))
    }
}

/// Returns the width of a list item's mark, and whether it is a number.
fn item(line: &str) -> Option<(usize, bool)> {
    if line.starts_with("- ") || line.starts_with("* ") || line.starts_with("+ ") {
        return Some((2, false));
    }
    let digits = line.bytes().take_while(|b| b.is_ascii_digit() || *b == b'#').count();
    let rest = line.get(digits..)?;
    ((1..=3).contains(&digits) && (rest.starts_with(". ") || rest.starts_with(") "))).then_some((digits + 2, true))
}

fn literal(lines: &[&str]) -> String {
    format!("<pre><code>{}</code></pre>\n", escape(&lines.join("\n")))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_blocks_become_markup() {
        let table = [
            (
                "A title\n=======\n\nText *here* and ``a<b``.",
                "<h2>A title</h2>\n<p>Text <em>here</em> and <code>a&lt;b</code>.</p>\n",
            ),
            ("- one\n- two\n  goes on\n", "<ul>\n<li>one</li>\n<li>two\ngoes on</li>\n</ul>\n"),
            (
                ".. figure:: a.jpg\n   :alt: A boat\n\n   At **noon**.\n",
                "<figure><img src=\"a.jpg\" alt=\"A boat\" /><figcaption>At <strong>noon</strong>.</figcaption></figure>\n",
            ),
            (
                "See `the page <http://x.example/>`_ and `it`_.\n\n.. _it: http://y.example/",
                "<p>See <a href=\"http://x.example/\">the page</a> and <a href=\"http://y.example/\">it</a>.</p>\n",
            ),
            ("Code::\n\n    x = 1\n\n    y\n\nEnd", "<p>Code:</p>\n<pre><code>x = 1\n\ny</code></pre>\n<p>End</p>\n"),
            (".. a comment\n   that goes on\n\nText", "<p>Text</p>\n"),
        ];
        for (text, expected) in table {
            assert_eq!(html(text), expected, "{text}");
        }
    }

    #[test]
    fn endless_nesting_ends() {
        let deep: String = (0..400).map(|n| format!("{}x\n\n", " ".repeat(400 - n))).collect();
        assert!(html(&deep).len() < 40_000);
        let items: String = (0..200).map(|n| format!("{}- x\n\n", "  ".repeat(n))).collect();
        assert!(html(&items).contains("<li>"));
    }
}
