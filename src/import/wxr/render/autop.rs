//! Lines to paragraphs, as WordPress does it: a blank line parts two paragraphs, a newline is a `<br />`; not inside
//! `pre` and its like, and not where a block element already makes its own line.
//! What WordPress promises is said in [its handbook](https://developer.wordpress.org/reference/functions/wpautop/).

use super::slots::{self, Stands};
use super::tags::tag;

/// Elements that make lines of their own.
const BLOCKS: [&str; 47] = [
    "table",
    "thead",
    "tfoot",
    "caption",
    "col",
    "colgroup",
    "tbody",
    "tr",
    "td",
    "th",
    "div",
    "dl",
    "dd",
    "dt",
    "ul",
    "ol",
    "li",
    "pre",
    "form",
    "map",
    "area",
    "blockquote",
    "address",
    "math",
    "menu",
    "style",
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "fieldset",
    "legend",
    "section",
    "article",
    "aside",
    "hgroup",
    "header",
    "footer",
    "nav",
    "figure",
    "figcaption",
    "details",
    "summary",
];
/// Elements whose content is not touched.
const VERBATIM: [&str; 6] = ["pre", "script", "style", "svg", "math", "textarea"];
/// Elements in which lines mean nothing.
const QUIET: [&str; 4] = ["object", "audio", "video", "select"];

/// Makes paragraphs of a text that may hold HTML and slots.
pub fn autop(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let tagless = text.len() - text.rfind('>').map_or(0, |at| at + 1);
    let mut work = Autop { out: String::with_capacity(text.len() + text.len() / 8), ..Autop::default() };
    let mut rest = text.as_str();
    while let Some(c) = rest.chars().next() {
        let taken = match c {
            '<' if rest.len() <= tagless => {
                work.inline("<");
                1
            }
            '<' => work.markup(rest),
            '\n' => work.lines(rest),
            _ => match slots::mark(rest) {
                Some((length, stands)) => {
                    work.slot(rest.get(..length).unwrap_or_default(), stands);
                    length
                }
                None => {
                    let length =
                        rest.char_indices().skip(1).find(|(_, c)| is_special(*c)).map_or(rest.len(), |(at, _)| at);
                    work.inline(rest.get(..length).unwrap_or_default());
                    length
                }
            },
        };
        rest = rest.get(taken.max(1)..).unwrap_or_default();
    }
    work.flush(Right::Blank);
    work.out
}

fn is_special(c: char) -> bool {
    matches!(c, '<' | '\n') || ('\u{fdd0}'..='\u{fdd2}').contains(&c)
}

/// What stands before a run of text.
#[derive(Default, Clone)]
enum Left {
    #[default]
    Free,
    Open(String),
}

/// What ends a run of text.
#[derive(Clone, Copy, PartialEq)]
enum Right {
    Blank,
    Block,
}

#[derive(Default)]
struct Autop {
    out: String,
    /// Text since the last blank line or block.
    run: String,
    left: Left,
    newline: bool,
    quiet: usize,
    /// A `<p>` of the author's is open.
    in_p: bool,
}

impl Autop {
    fn inline(&mut self, text: &str) {
        if self.newline && self.quiet == 0 {
            let kept = self.run.trim_end().len();
            self.run.truncate(kept);
            if !self.run.is_empty() {
                self.run.push_str(if self.run.ends_with("<br />") { "\n" } else { "<br />\n" });
            }
        }
        self.newline = false;
        self.run.push_str(text);
    }

    /// Newlines, with the spaces between them. Returns their length.
    fn lines(&mut self, rest: &str) -> usize {
        let length = rest.find(|c: char| !c.is_ascii_whitespace()).unwrap_or(rest.len());
        let count = rest.get(..length).unwrap_or_default().matches('\n').count();
        let last = rest.get(..length).and_then(|s| s.rfind('\n')).map_or(length, |at| at + 1);
        match (self.quiet > 0, count) {
            (true, _) => self.run.push('\n'),
            (false, 1) => self.newline = true,
            (false, _) => self.flush(Right::Blank),
        }
        // The spaces before the next word belong to it.
        last
    }

    fn slot(&mut self, mark: &str, stands: Stands) {
        if stands == Stands::Inline {
            return self.inline(mark);
        }
        self.flush(Right::Block);
        self.out.push_str(mark);
        self.out.push('\n');
        self.left = Left::Free;
    }

    /// A tag, a comment, or a stray `<`. Returns its length.
    fn markup(&mut self, rest: &str) -> usize {
        let Some(tag) = tag(rest) else {
            self.inline("<");
            return 1;
        };
        let block = BLOCKS.contains(&tag.name.as_str());
        if VERBATIM.contains(&tag.name.as_str()) && !tag.closing && !tag.source.ends_with("/>") {
            return self.verbatim(rest, &tag.name, tag.source.len(), block);
        }
        match tag.name.as_str() {
            "br" if self.quiet == 0 => self.line_break(),
            name if QUIET.contains(&name) => {
                self.quiet = if tag.closing { self.quiet.saturating_sub(1) } else { self.quiet + 1 };
                self.inline(tag.source);
            }
            name if block => self.block(name, tag.closing, tag.source),
            _ => self.inline(tag.source),
        }
        tag.source.len()
    }

    /// An element whose content is not touched.
    fn verbatim(&mut self, rest: &str, name: &str, open: usize, block: bool) -> usize {
        let close = format!("</{name}");
        let body = rest.get(open..).unwrap_or_default();
        let end = find_ignoring_case(body, &close).map_or(rest.len(), |at| {
            let from = open + at;
            rest.get(from..).and_then(|r| r.find('>')).map_or(rest.len(), |e| from + e + 1)
        });
        let whole = rest.get(..end).unwrap_or_default();
        if block {
            self.flush(Right::Block);
            self.out.push_str(whole);
            self.out.push('\n');
            self.left = Left::Free;
        } else {
            self.inline(whole);
        }
        end
    }

    /// Two breaks in a row part paragraphs.
    fn line_break(&mut self) {
        self.newline = false;
        let kept = self.run.trim_end();
        if kept.ends_with("<br />") {
            let kept = kept.trim_end_matches("<br />").len();
            self.run.truncate(kept);
            return self.flush(Right::Blank);
        }
        if !kept.is_empty() {
            self.run.push_str("<br />");
        }
    }

    fn block(&mut self, name: &str, closing: bool, source: &str) {
        self.flush(Right::Block);
        match (name, closing) {
            // The paragraph it would close was closed before.
            ("p", true) if !std::mem::take(&mut self.in_p) => return,
            ("p", false) => self.in_p = true,
            _ => {}
        }
        self.out.push_str(source);
        if closing || name == "hr" {
            self.out.push('\n');
            self.left = Left::Free;
        } else {
            self.left = Left::Open(name.to_string());
        }
    }

    /// Ends the run of text.
    fn flush(&mut self, right: Right) {
        self.newline = false;
        let run = std::mem::take(&mut self.run);
        let run = run.trim();
        let left = std::mem::take(&mut self.left);
        if run.is_empty() {
            // A blank line parts a block from what follows in it; a single newline does not.
            self.left = if right == Right::Blank { Left::Free } else { left };
            return;
        }
        // What follows a block's beginning stands in it as it is, even before a blank line; only a paragraph ends there.
        let around = match &left {
            Left::Free => Some("<p>"),
            Left::Open(name) if name == "blockquote" => Some("<p>"),
            Left::Open(name) if name == "p" => Some(""),
            Left::Open(_) => None,
        };
        match around {
            Some(open) => {
                self.in_p = false;
                self.out.push_str(&format!("{open}{run}</p>\n"));
            }
            None => self.out.push_str(run),
        }
    }
}

fn find_ignoring_case(haystack: &str, needle: &str) -> Option<usize> {
    let (h, n) = (haystack.as_bytes(), needle.as_bytes());
    h.windows(n.len()).position(|w| w.eq_ignore_ascii_case(n))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(text: &str) -> String {
        autop(text).replace('\n', "")
    }

    #[test]
    fn blank_lines_part_paragraphs_and_newlines_break_lines() {
        assert_eq!(flat("one\ntwo \n\n\nthree"), "<p>one<br />two</p><p>three</p>");
        assert_eq!(flat("one<br />\ntwo<br><br>three"), "<p>one<br />two</p><p>three</p>");
        assert_eq!(flat("a <em>b\nc</em> < d\r\ne"), "<p>a <em>b<br />c</em> < d<br />e</p>");
        assert_eq!(flat(" \n\n "), "");
    }

    #[test]
    fn blocks_make_their_own_lines() {
        assert_eq!(
            flat("one\n<ul>\n<li>a</li>\n\t<li>b\nc</li>\n</ul>\ntwo"),
            "<p>one</p><ul><li>a</li><li>b<br />c</li></ul><p>two</p>"
        );
        assert_eq!(flat("<h2>a</h2>\nb\n<hr />\nc"), "<h2>a</h2><p>b</p><hr /><p>c</p>");
        assert_eq!(flat("<div>a</div><div>\n\nb\n\n</div>"), "<div>a</div><div><p>b</p></div>");
        assert_eq!(flat("<blockquote>a\n\nb</blockquote>"), "<blockquote><p>a</p><p>b</p></blockquote>");
        assert_eq!(flat("<p>a</p>\n\n<p>b\n\nc</p>d"), "<p>a</p><p>b</p><p>c</p><p>d</p>");
        assert_eq!(flat("<p>a\n<td>b</td>\nc"), "<p>a</p><td>b</td><p>c</p>");
        assert_eq!(flat("<p>a <math>\n<mi>b</mi></math> c</p>"), "<p>a</p><math><mi>b</mi></math><p>c</p>");
        assert_eq!(flat("<table><tr>\n<td>a\nb</td>\n</tr></table>"), "<table><tr><td>a<br />b</td></tr></table>");
    }

    #[test]
    fn what_is_written_as_it_looks_stays() {
        assert_eq!(autop("<pre>a\n\nb <ul> </pre>c"), "<pre>a\n\nb <ul> </pre>\n<p>c</p>\n");
        assert_eq!(autop("x <script>\na\n\nb</script> y"), "<p>x <script>\na\n\nb</script> y</p>\n");
        assert_eq!(autop("<PRE>a\nb</PRE>"), "<PRE>a\nb</PRE>\n");
        assert_eq!(autop("<pre>never\n\nclosed"), "<pre>never\n\nclosed\n");
        assert_eq!(flat("<a\nhref='x'>b</a>"), "<p><ahref='x'>b</a></p>");
    }

    #[test]
    fn hostile_text_takes_no_more_than_its_length() {
        let began = std::time::Instant::now();
        for unit in ["<", "<pre>", "<p>", "\n \n", "<br>", "<a '", "</p>", "<!--"] {
            autop(&unit.repeat(200_000 / unit.len()));
        }
        assert!(began.elapsed().as_secs() < 10, "{:?}", began.elapsed());
    }
}
