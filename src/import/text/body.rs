//! The running text of a post as HTML: a paragraph a block, everything escaped, addresses as links.

use std::sync::LazyLock;

use regex::Regex;

use super::blocks::Block;

/// Writes blocks as paragraphs. Lines shorter than a text column are kept apart, as verses are.
pub fn paragraphs(blocks: &[Block]) -> String {
    let mut out = String::new();
    for block in blocks {
        let lines: Vec<String> = block.lines.iter().map(|l| inline(l.trim())).collect();
        let between = if is_wrapped(block) { "\n" } else { "<br />\n" };
        out.push_str(&format!("<p>{}</p>\n", lines.join(between)));
    }
    out
}

/// Returns whether the lines of a block were broken by a program at the edge of its window.
fn is_wrapped(block: &Block) -> bool {
    let lengths: Vec<usize> = block.lines.iter().map(|l| l.chars().count()).collect();
    let Some((_, full)) = lengths.split_last() else { return false };
    !full.is_empty() && full.iter().all(|n| (50..=100).contains(n))
}

/// Escapes a text and makes links of the addresses in it.
pub fn inline(text: &str) -> String {
    static ADDRESS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#"https?://[^\s<>"]+"#).expect("a fixed pattern"));
    let mut out = String::new();
    let mut last = 0;
    for found in ADDRESS.find_iter(text) {
        let url = found.as_str().trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '\'', '’', '”']);
        out.push_str(&escape(text.get(last..found.start()).unwrap_or_default()));
        out.push_str(&format!("<a href=\"{0}\">{0}</a>", escape(url)));
        last = found.start() + url.len();
    }
    out.push_str(&escape(text.get(last..).unwrap_or_default()));
    out
}

/// Escapes the characters that mean something in HTML text and attributes.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::super::blocks::cut;
    use super::*;

    #[test]
    fn markup_in_a_text_stays_text() {
        let html = paragraphs(&cut("a < b & <script>x</script>\n\nsee http://x.example/?a=1&b=2."));
        assert_eq!(
            html,
            "<p>a &lt; b &amp; &lt;script&gt;x&lt;/script&gt;</p>\n<p>see <a href=\"http://x.example/?a=1&amp;b=2\">http://x.example/?a=1&amp;b=2</a>.</p>\n"
        );
    }

    #[test]
    fn verses_keep_their_lines_and_wrapped_prose_does_not() {
        assert_eq!(paragraphs(&cut("one\ntwo")), "<p>one<br />\ntwo</p>\n");
        let long = "word ".repeat(13);
        assert_eq!(paragraphs(&cut(&format!("{long}\n{long}\nend"))), format!("<p>{0}\n{0}\nend</p>\n", long.trim()));
    }
}
