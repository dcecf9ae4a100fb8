//! The body of a post as Markdown, block by block. Each block is rendered again: what does not give the same HTML stands
//! as HTML, which Markdown allows; so nothing is lost where it has no word for a thing (figures with captions, merged
//! cells, definitions), and an import of what was written gives the same body.
//!
//! Own, and not one of the crates for it: they bring a second HTML parser along, and none asks whether its result reads
//! as what it came from.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use ego_tree::NodeRef;
use regex::Regex;
use scraper::{Html, Node};

use super::inline;
use crate::html;
use crate::html::text::is_block;
use crate::html::{walk, xhtml};
use crate::import;

/// Blocks that go on over a blank line.
const RUNNING_ON: [&str; 3] = ["ul", "ol", "blockquote"];

/// Returns the tree of a cleaned body as Markdown. `sites`: what links to other files are called where the blocks that
/// stay HTML are shown, on the finished site.
pub fn markdown(tree: &Html, sites: &BTreeMap<String, String>) -> String {
    let Some(top) = tree.tree.root().children().find(|n| n.value().is_element()) else { return String::new() };
    let mut blocks: Vec<String> = Vec::new();
    let mut last = None;
    for piece in pieces(top) {
        let markup = markup(&piece);
        if markup.trim().is_empty() {
            continue;
        }
        let written = block(&piece, 0).filter(|b| !is_template(b) && reads_as(b, &markup));
        let name = piece.first().map(walk::name).filter(|n| written.is_some() && RUNNING_ON.contains(n));
        // Two lists without a word between them would be one.
        if name.is_some() && last.is_some() {
            blocks.push("<!-- -->".into());
        }
        last = name;
        blocks.push(written.unwrap_or_else(|| raw(&piece, &on_site(markup, sites))));
    }
    let mut out = blocks.join("\n\n");
    out.push('\n');
    out
}

/// The nodes in an element: a block by itself, what stands between blocks together.
fn pieces(top: NodeRef<'_, Node>) -> Vec<Vec<NodeRef<'_, Node>>> {
    let mut out: Vec<Vec<NodeRef<'_, Node>>> = Vec::new();
    let mut open = false;
    for node in top.children() {
        let blank = node.value().as_text().is_some_and(|t| t.text.trim().is_empty());
        if is_block(walk::name(&node)) {
            out.push(vec![node]);
            open = false;
        } else if open {
            out.last_mut().into_iter().for_each(|run| run.push(node));
        } else if !blank {
            out.push(vec![node]);
            open = true;
        }
    }
    out
}

fn markup(piece: &[NodeRef<'_, Node>]) -> String {
    let mut out = String::new();
    piece.iter().for_each(|n| xhtml::write_whole(*n, xhtml::Form::Html, &mut out));
    out
}

/// Names the targets of links as the finished site does.
fn on_site(mut markup: String, sites: &BTreeMap<String, String>) -> String {
    for (file, page) in sites {
        for end in ['"', '#'] {
            let wanted = format!(" href=\"{file}{end}");
            if markup.contains(&wanted) {
                markup = markup.replace(&wanted, &format!(" href=\"{page}{end}"));
            }
        }
    }
    markup
}

/// Returns whether Liquid, Nunjucks or Hugo would take a part of it for theirs.
fn is_template(text: &str) -> bool {
    ["{{", "{%", "{#"].iter().any(|open| text.contains(open))
}

/// Returns whether Markdown gives the HTML it was made of, but for white space between blocks.
fn reads_as(text: &str, markup: &str) -> bool {
    let clean = |html: &str| settled(&html::body(html, None, None).html);
    clean(&import::markdown(text)) == clean(markup)
}

/// White space around the tags of blocks says nothing; within `pre` all of it does.
fn settled(html: &str) -> String {
    static AROUND: LazyLock<Regex> = LazyLock::new(|| {
        let names =
            "p|h[1-6]|ul|ol|li|blockquote|hr|pre|table|thead|tbody|tfoot|tr|td|th|div|br|figure|figcaption|dl|dt|dd";
        Regex::new(&format!(r"\s*(</?(?:{names})\b[^>]*>)\s*")).expect("a fixed pattern")
    });
    let mut out = String::with_capacity(html.len());
    for (n, part) in html.split("<pre").enumerate() {
        let (verbatim, rest) = match part.split_once("</pre>") {
            Some((code, rest)) if n > 0 => (code.strip_suffix("</code>").map_or(code, |c| c.trim_end()), rest),
            _ => ("", part),
        };
        if n > 0 {
            out.push_str("<pre");
        }
        out.push_str(verbatim);
        out.push_str(AROUND.replace_all(&html::fold(&format!("<p>{rest}")), "$1").as_ref());
    }
    out
}

/// Returns a block in the words of Markdown; none where it has none.
fn block(piece: &[NodeRef<'_, Node>], depth: usize) -> Option<String> {
    let [node] = piece else { return None };
    let e = node.value().as_element()?;
    let bare = e.attrs().next().is_none();
    if depth > 12 {
        return None;
    }
    match e.name() {
        "p" if bare => inline::within(*node).filter(|text| !text.is_empty()),
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" if bare => {
            let level = usize::from(e.name().as_bytes()[1] - b'0');
            inline::within(*node).filter(|t| !t.is_empty() && !t.contains('\n')).map(|t| {
                // A closing row of # would go.
                let end = if t.ends_with('#') { " #" } else { "" };
                format!("{} {t}{end}", "#".repeat(level))
            })
        }
        "hr" if bare => Some("* * *".into()),
        "blockquote" if bare => {
            let inner = blocks(*node, depth)?;
            Some(
                inner
                    .lines()
                    .map(|l| if l.is_empty() { ">".into() } else { format!("> {l}") })
                    .collect::<Vec<_>>()
                    .join("\n"),
            )
        }
        "ul" if bare => list(*node, None, depth),
        "ol" => match e.attrs().collect::<Vec<_>>().as_slice() {
            [] => list(*node, Some(1), depth),
            [("start", n)] => list(*node, n.parse().ok().filter(|n| *n < 100_000_000), depth),
            _ => None,
        },
        "pre" if bare => code(*node),
        "table" if bare => table(*node),
        _ => None,
    }
}

/// Returns the blocks in an element, parted by blank lines.
fn blocks(node: NodeRef<'_, Node>, depth: usize) -> Option<String> {
    let pieces = pieces(node);
    let written = pieces.iter().map(|piece| match piece.first().is_some_and(|n| is_block(walk::name(n))) {
        true => block(piece, depth + 1),
        false => inline::run(piece),
    });
    Some(written.collect::<Option<Vec<_>>>()?.join("\n\n"))
}

/// A list: tight where its items are words, with blank lines where they are paragraphs.
fn list(node: NodeRef<'_, Node>, start: Option<u32>, depth: usize) -> Option<String> {
    let mut items = Vec::new();
    let mut loose = false;
    for child in node.children() {
        match child.value() {
            Node::Text(text) if text.text.trim().is_empty() => {}
            Node::Element(e) if e.name() == "li" && e.attrs().next().is_none() => {
                loose |= child.children().any(|n| walk::name(&n) == "p");
                items.push(child);
            }
            _ => return None,
        }
    }
    let mut out = Vec::new();
    for (n, item) in items.into_iter().enumerate() {
        let mark = match start {
            Some(first) => format!("{}. ", first as usize + n),
            None => "- ".to_string(),
        };
        let text = blocks(item, depth)?;
        // In a tight list a list within follows its words at once.
        let text = if loose { text } else { text.replace("\n\n", "\n") };
        let indent = " ".repeat(mark.len());
        let lines = text.lines().enumerate().map(|(n, l)| match (n, l) {
            (0, l) => format!("{mark}{l}"),
            (_, "") => String::new(),
            (_, l) => format!("{indent}{l}"),
        });
        out.push(lines.collect::<Vec<_>>().join("\n"));
    }
    (!out.is_empty()).then(|| out.join(if loose { "\n\n" } else { "\n" }))
}

/// A fenced block of code.
fn code(node: NodeRef<'_, Node>) -> Option<String> {
    let mut children = node.children();
    let code = children.next().filter(|n| walk::name(n) == "code")?;
    if children.next().is_some() || !code.children().all(|n| n.value().is_text()) {
        return None;
    }
    let language = match code.value().as_element()?.attrs().collect::<Vec<_>>().as_slice() {
        [] => "",
        [("class", class)] => {
            class.strip_prefix("language-").filter(|l| l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+'))?
        }
        _ => return None,
    };
    let text: String = walk::texts(code).collect();
    let fence = "`".repeat(inline::longest(&text, '`').max(2) + 1);
    Some(format!("{fence}{language}\n{}\n{fence}", text.strip_suffix('\n').unwrap_or(&text)))
}

/// A table with one row of headings and nothing merged.
fn table(node: NodeRef<'_, Node>) -> Option<String> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut heads = 0;
    for part in node.children().filter(|n| n.value().is_element()) {
        for row in part.children().filter(|n| n.value().is_element()) {
            let mut cells = Vec::new();
            for cell in row.children().filter(|n| n.value().is_element()) {
                heads += usize::from(walk::name(&cell) == "th");
                if cell.value().as_element()?.attrs().next().is_some() {
                    return None;
                }
                cells.push(inline::within(cell).filter(|t| !t.contains('\n'))?);
            }
            rows.push(cells);
        }
    }
    let width = rows.first()?.len();
    if width == 0 || heads != width || rows.iter().any(|r| r.len() != width) {
        return None;
    }
    let line = |cells: &Vec<String>| format!("| {} |", cells.join(" | "));
    let mut out = vec![line(rows.first()?), format!("|{}", " --- |".repeat(width))];
    out.extend(rows.iter().skip(1).map(line));
    Some(out.join("\n"))
}

/// Elements that Markdown takes for the beginning of a block of HTML, which ends at the next blank line (CommonMark 4.6).
const OPENING: [&str; 34] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "center",
    "details",
    "div",
    "dl",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "main",
    "menu",
    "nav",
    "ol",
    "p",
    "section",
    "summary",
    "table",
    "ul",
    "pre",
    "figcaption",
    "fieldset",
    "dd",
    "dt",
    "li",
];

/// A block as HTML without blank lines and without what generators of sites would take for theirs.
fn raw(piece: &[NodeRef<'_, Node>], markup: &str) -> String {
    static BLANK: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(\n[ \t]*)\n").expect("a fixed pattern"));
    let one = piece.first().filter(|_| piece.len() == 1).map(walk::name).unwrap_or_default();
    let opens = OPENING.contains(&one);
    let kept = match (opens, markup.contains("<pre")) {
        (true, _) => BLANK.replace_all(markup.trim(), "$1&#10;").into_owned(),
        (false, true) => markup.trim().replace('\n', "&#10;"),
        (false, false) => html::fold(markup),
    };
    let kept = kept.replace('{', "&#123;");
    // A comment opens a block of HTML as well: it ends with its line.
    if opens { kept } else { format!("<!-- -->{kept}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn markdown(body: &str) -> String {
        super::markdown(&html::parse(body), &BTreeMap::new())
    }

    #[test]
    fn what_markdown_has_a_word_for_is_markdown() {
        let table = [
            ("<p>a <em>b</em> <strong>c</strong></p>", "a *b* **c**\n"),
            (
                "<p>1. a</p><p># b * c_d_ [e] {{ f }} {% g %}</p>",
                "1\\. a\n\n\\# b \\* c_d\\_ \\[e\\] \\{\\{ f }} \\{\\% g %}\n",
            ),
            ("<p>a<br>- b</p>", "a  \n\\- b\n"),
            ("<h2>a</h2><hr><p><a href=\"http://a.b/c_d_(e)\">x</a></p>", "## a\n\n* * *\n\n[x](http://a.b/c_d_(e))\n"),
            ("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "- a\n  - b\n- c\n"),
            ("<ol start=\"3\"><li><p>a</p><p>b</p></li></ol>", "3. a\n\n   b\n"),
            ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b\n"),
            ("<pre><code class=\"language-c\">a `b`\n\n\tc\n</code></pre>", "```c\na `b`\n\n\tc\n```\n"),
            (
                "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>c</td><td>d | e</td></tr></tbody></table>",
                "| a | b |\n| --- | --- |\n| c | d \\| e |\n",
            ),
            ("<p><img src=\"a.jpg\" alt=\"b\"></p>", "![b](a.jpg)\n"),
        ];
        for (html, text) in table {
            assert_eq!(markdown(html), text, "{html}");
        }
    }

    #[test]
    fn what_it_has_no_word_for_stays_html_and_comes_back() {
        let bodies = [
            "<figure><img src=\"a.jpg\"><figcaption>At <em>noon</em>\n\nby the pier</figcaption></figure>",
            "<p class=\"pullquote\">a {{ b }}</p>",
            "<pre>\n\na  {% b\n\n\tc</pre>",
            "words <b>without</b> a paragraph",
            "<p>a</p>b <i>c</i><p>d</p>",
            "<dl><dt>a</dt><dd>b</dd></dl>",
            "<table><tbody><tr><td colspan=\"2\">a</td></tr></tbody></table>",
            "<p>a<sup>2</sup> <b> b </b><em> c</em><em>d</em></p>",
            "<video controls=\"\" src=\"http://a.b/c.mp4\"></video>",
            "<p><a class=\"embed\" href=\"http://v.example/1\">http://v.example/1</a></p>",
            "<h2 id=\"x\">a</h2><ol reversed=\"\"><li>a</li></ol>",
            "<p>a\u{a0}b &amp;amp; &lt;i&gt; \\* 3 &lt; 4 == %% c</p>",
            "<p>one line\n    two</p><p>+ a</p><p>a: b</p><p>: c</p>",
            "<div><p>a</p>\n\n<p>b</p></div>",
            "<ul><li>a</li><li><p>b</p></li></ul>",
            "<ol><li>a</li></ol><ol><li>b</li></ol><ul><li>c</li></ul>",
            "<p><img src=\"a.jpg\" alt=\"b\" title=\"c\"></p>",
            "<blockquote><p>a</p></blockquote><blockquote><p>b</p></blockquote>",
        ];
        for html in bodies {
            let text = markdown(html);
            let again = html::body(&import::markdown(&text), None, None).html;
            assert_eq!(settled(&again), settled(&html::body(html, None, None).html), "{text}");
        }
    }

    #[test]
    fn deep_nesting_is_written_in_bounded_time() {
        let deep = format!("{}x{}", "<blockquote>".repeat(400), "</blockquote>".repeat(400));
        assert!(markdown(&deep).contains('x'));
    }
}
