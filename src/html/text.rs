//! A tree as plain text, with white space as a browser shows it. It knows nothing of posts.

use ego_tree::NodeRef;
use ego_tree::iter::Edge;
use html5ever::{LocalName, local_name};
use scraper::Node;

use super::walk;
use super::xhtml::dropped;

/// How far an element stands apart from what is before and after it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    None,
    Space,
    Line,
    Blank,
}

fn gap(name: &LocalName) -> Gap {
    match *name {
        local_name!("p")
        | local_name!("div")
        | local_name!("section")
        | local_name!("article")
        | local_name!("main")
        | local_name!("header")
        | local_name!("footer")
        | local_name!("aside")
        | local_name!("nav")
        | local_name!("address")
        | local_name!("h1")
        | local_name!("h2")
        | local_name!("h3")
        | local_name!("h4")
        | local_name!("h5")
        | local_name!("h6")
        | local_name!("blockquote")
        | local_name!("ul")
        | local_name!("ol")
        | local_name!("dl")
        | local_name!("table")
        | local_name!("figure")
        | local_name!("figcaption")
        | local_name!("pre")
        | local_name!("hr")
        | local_name!("details")
        | local_name!("summary")
        | local_name!("center")
        | local_name!("form")
        | local_name!("fieldset")
        | local_name!("video")
        | local_name!("audio")
        | local_name!("hgroup")
        | local_name!("menu")
        | local_name!("dir") => Gap::Blank,
        local_name!("li")
        | local_name!("dt")
        | local_name!("dd")
        | local_name!("tr")
        | local_name!("caption")
        | local_name!("option") => Gap::Line,
        local_name!("td") | local_name!("th") => Gap::Space,
        _ => Gap::None,
    }
}

/// Returns whether an element parts the words before it from those after it.
pub(crate) fn is_breaking(name: &LocalName) -> bool {
    *name == local_name!("br") || gap(name) > Gap::None
}

/// Returns whether an element stands in a block of its own.
pub(crate) fn is_block(name: &LocalName) -> bool {
    gap(name) >= Gap::Line
}

/// Returns the text under a node: blocks parted by blank lines, `br` and list items on lines of their own, cells parted by
/// spaces, white space folded but in `pre`.
pub(crate) fn plain(node: NodeRef<'_, Node>) -> String {
    let mut out = Writer { out: String::new(), due: Gap::None };
    let (top, mut skip, mut pre) = (node.id(), None, 0);
    for edge in node.traverse() {
        match edge {
            Edge::Close(n) if skip == Some(n.id()) => skip = None,
            _ if skip.is_some() => {}
            Edge::Open(n) | Edge::Close(n) if n.id() == top => {}
            Edge::Open(n) => match n.value() {
                Node::Text(t) if pre > 0 => out.verbatim(&t.text),
                Node::Text(t) => out.folded(&t.text),
                Node::Element(e) => match e.name.local {
                    local_name!("title") => {}
                    _ if walk::is_unread(e) => skip = Some(n.id()),
                    local_name!("a") if shows_its_address(n) => skip = Some(n.id()),
                    local_name!("br") => out.line(),
                    ref name => {
                        pre += usize::from(*name == local_name!("pre"));
                        out.part(gap(name));
                    }
                },
                _ => {}
            },
            Edge::Close(n) => {
                let Some(e) = n.value().as_element() else { continue };
                pre -= usize::from(e.name.local == local_name!("pre")).min(pre);
                out.part(gap(&e.name.local));
            }
        }
    }
    out.out
}

/// Returns whether a node stands for something embedded that has no words of its own.
fn shows_its_address(a: NodeRef<'_, Node>) -> bool {
    let embed = a.value().as_element().is_some_and(|e| walk::classes(e).any(|c| c == "embed"));
    embed && walk::attr(&a, "href").is_some_and(|href| walk::text(a) == href)
}

struct Writer {
    out: String,
    /// What parts the last word from the next one.
    due: Gap,
}

impl Writer {
    fn part(&mut self, gap: Gap) {
        self.due = self.due.max(gap);
    }

    /// A line break, and another one makes a blank line.
    fn line(&mut self) {
        self.due = if self.due >= Gap::Line { Gap::Blank } else { Gap::Line };
    }

    fn settle(&mut self) {
        let due = std::mem::replace(&mut self.due, Gap::None);
        if !self.out.is_empty() {
            self.out.push_str(match due {
                Gap::None => "",
                Gap::Space => " ",
                Gap::Line => "\n",
                Gap::Blank => "\n\n",
            });
        }
    }

    fn folded(&mut self, text: &str) {
        for (n, word) in text.split(char::is_whitespace).enumerate() {
            if n > 0 {
                self.part(Gap::Space);
            }
            let word = word.trim_matches(char::is_control);
            if !word.is_empty() {
                self.settle();
                self.put(word);
            }
        }
    }

    /// Puts words as they are written in HTML too: without characters that say nothing.
    fn put(&mut self, words: &str) {
        match words.contains(dropped) {
            true => self.out.push_str(&words.replace(['\u{b}', '\u{c}'], " ").replace(dropped, "")),
            false => self.out.push_str(words),
        }
    }

    fn verbatim(&mut self, text: &str) {
        if text.contains('\r') {
            return self.verbatim(&text.replace('\r', "\n"));
        }
        let text = if self.due == Gap::Blank { text.trim_start_matches('\n') } else { text };
        let body = text.trim_end();
        if !body.is_empty() {
            self.settle();
            self.put(body);
        }
        match text.get(body.len()..).unwrap_or_default() {
            "" => {}
            end if end.matches('\n').count() > 1 => self.part(Gap::Blank),
            end if end.contains('\n') => self.part(Gap::Line),
            _ => self.part(Gap::Space),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse::parse;
    use super::*;

    fn text(markup: &str) -> String {
        plain(parse(markup).tree.root())
    }

    #[test]
    fn what_is_written_reads_the_same_again() {
        for markup in ["<p>a<\u{c}\0\0\"b\">c", "<p>a\u{1}b \u{b}c\u{7f}d", "<pre>a\u{2}b\n\u{c}c</pre>"] {
            let body = crate::html::body(markup, None, None);
            assert_eq!(crate::html::body(&body.html, None, None).text, body.text, "{markup:?} as {:?}", body.html);
        }
    }

    #[test]
    fn blocks_are_parted_by_blank_lines_and_breaks_are_lines() {
        assert_eq!(
            text("<h2>A</h2>\n<p>one\n two<br>three<br><br>four</p><div><p>five</div>six"),
            "A\n\none two\nthree\n\nfour\n\nfive\n\nsix"
        );
    }

    #[test]
    fn items_stand_on_lines_and_cells_are_parted() {
        assert_eq!(text("<ul><li>a<li>b</ul><table><tr><td>c<td>d<tr><td>e</table>f"), "a\nb\n\nc d\ne\n\nf");
    }

    #[test]
    fn words_are_neither_joined_nor_torn() {
        assert_eq!(text("<p>in<b>side</b> <i> out</i>&nbsp;, end</p>"), "inside out , end");
    }

    #[test]
    fn pre_keeps_its_lines() {
        assert_eq!(text("x<pre>\nfn a() {\n    b\n}\n</pre>y"), "x\n\nfn a() {\n    b\n}\n\ny");
    }

    #[test]
    fn an_embed_without_words_says_nothing() {
        assert_eq!(
            text("a <a class=embed href='http://x/y'>http://x/y</a> b <a class=embed href='http://x/y'>A film</a>"),
            "a b A film"
        );
    }
}
