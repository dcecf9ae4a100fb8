//! A tree as markup again: HTML for the archive, well-formed XHTML for books. No crate on the shelf writes the latter
//! (names, twins among attributes and namespaces come out broken). It knows nothing of posts.

use std::collections::HashSet;

use ego_tree::iter::Edge;
use ego_tree::{NodeId, NodeRef};
use html5ever::{LocalName, ns};
use scraper::node::Element;
use scraper::{Html, Node};

/// The form of markup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Html,
    Xhtml,
}

/// Returns the tree as XHTML, without `html`, `head` and `body` around it. What it returns parses as XML inside an
/// element of the XHTML namespace.
pub fn xhtml(tree: &Html) -> String {
    let mut out = String::new();
    write(tree.tree.root(), Form::Xhtml, &mut out);
    out
}

/// Writes what is in a node; the node itself is not written.
pub(crate) fn write(node: NodeRef<'_, Node>, form: Form, out: &mut String) {
    traverse(node, Some(node.id()), form, out);
}

/// Writes a node and what is in it.
pub(crate) fn write_whole(node: NodeRef<'_, Node>, form: Form, out: &mut String) {
    traverse(node, None, form, out);
}

/// Writes a node and what is in it but for the tags of one.
fn traverse(node: NodeRef<'_, Node>, bare: Option<NodeId>, form: Form, out: &mut String) {
    let mut skip: Option<NodeId> = None;
    for edge in node.traverse() {
        match edge {
            Edge::Close(n) if skip == Some(n.id()) => skip = None,
            _ if skip.is_some() => {}
            Edge::Open(n) | Edge::Close(n) if Some(n.id()) == bare => {}
            Edge::Open(n) => match n.value() {
                Node::Text(text) => write_text(&text.text, form, out),
                Node::Element(e) => match part(e) {
                    Part::Dropped => skip = Some(n.id()),
                    Part::Through => {}
                    Part::Written(name) => {
                        open(n, e, name, form, out);
                        // The text of a void element could only come from another program's tree.
                        if is_void(&e.name.local) || name == "iframe" {
                            close(e, name, out);
                            skip = Some(n.id());
                        }
                    }
                },
                _ => {}
            },
            Edge::Close(n) => {
                if let Some(e) = n.value().as_element()
                    && let Part::Written(name) = part(e)
                {
                    close(e, name, out);
                }
            }
        }
    }
}

/// Returns whether an element has no content and no end tag.
pub(crate) fn is_void(name: &LocalName) -> bool {
    matches!(
        &**name,
        "area"
            | "base"
            | "br"
            | "col"
            | "embed"
            | "hr"
            | "img"
            | "input"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
    )
}

/// What becomes of an element.
enum Part<'a> {
    Dropped,
    /// Not written, but what is in it.
    Through,
    Written(&'a str),
}

fn part(e: &Element) -> Part<'_> {
    match e.name() {
        "script" | "style" | "template" | "head" | "noembed" | "noframes" | "frameset" => Part::Dropped,
        "html" | "body" => Part::Through,
        "xmp" | "plaintext" | "listing" => Part::Written("pre"),
        "image" if e.name.ns == ns!(html) => Part::Written("img"),
        name if is_ncname(name) => Part::Written(name),
        _ => Part::Through,
    }
}

/// Returns whether a name is an XML name without a colon (Namespaces in XML 1.0, section 3), of the simpler characters.
fn is_ncname(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

fn open(node: NodeRef<'_, Node>, e: &Element, name: &str, form: Form, out: &mut String) {
    out.push('<');
    out.push_str(name);
    if form == Form::Xhtml {
        let outer = node.ancestors().find_map(|n| n.value().as_element()).map_or(ns!(html), |p| p.name.ns.clone());
        if e.name.ns != outer {
            out.push_str(&format!(" xmlns=\"{}\"", &*e.name.ns));
        }
        if name == "svg" && e.name.ns == ns!(svg) {
            out.push_str(" xmlns:xlink=\"http://www.w3.org/1999/xlink\"");
        }
    }
    let mut seen = HashSet::new();
    for (key, value) in &e.attrs {
        let Some(written) = attribute(e, key) else { continue };
        if seen.insert(written) {
            out.push(' ');
            out.push_str(written);
            out.push_str("=\"");
            write_value(value, form, out);
            out.push('"');
        }
    }
    if is_void(&e.name.local) && e.name.ns == ns!(html) {
        out.push_str(if form == Form::Xhtml { "/>" } else { ">" });
        return;
    }
    out.push('>');
    // A parser drops the first line break in a pre.
    let first = node.first_child().and_then(|n| n.value().as_text());
    if form == Form::Html && name == "pre" && first.is_some_and(|t| t.text.starts_with('\n')) {
        out.push('\n');
    }
}

/// Returns the name under which an attribute is written; none when it is not.
fn attribute<'a>(e: &Element, key: &'a html5ever::QualName) -> Option<&'a str> {
    match &*key.local {
        "href" if key.ns == ns!(xlink) => return Some("xlink:href"),
        "lang" if key.ns == ns!(xml) => return Some("xml:lang"),
        "space" if key.ns == ns!(xml) => return Some("xml:space"),
        _ => {}
    }
    let foreign_prefix = key.ns == ns!(xlink) || key.ns == ns!(xmlns) || key.ns == ns!(xml);
    match &*key.local {
        "xml:lang" if e.name.ns == ns!(html) && super::walk::value(e, "lang").is_none() => Some("lang"),
        "xmlns" => None,
        name if is_ncname(name) && !foreign_prefix => Some(name),
        _ => None,
    }
}

fn close(e: &Element, name: &str, out: &mut String) {
    if !(is_void(&e.name.local) && e.name.ns == ns!(html)) {
        out.push_str("</");
        out.push_str(name);
        out.push('>');
    }
}

fn write_text(text: &str, form: Form, out: &mut String) {
    escape(text, out, |c| match c {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '\u{a0}' if form == Form::Html => Some("&nbsp;"),
        '\r' => Some("\n"),
        // White space to those who read the tree, and so it stays.
        '\u{b}' | '\u{c}' => Some(" "),
        c => dropped(c).then_some(""),
    });
}

fn write_value(value: &str, form: Form, out: &mut String) {
    escape(value, out, |c| match c {
        '&' => Some("&amp;"),
        '"' => Some("&quot;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '\n' if form == Form::Xhtml => Some("&#10;"),
        '\t' if form == Form::Xhtml => Some("&#9;"),
        '\r' => Some(if form == Form::Xhtml { "&#10;" } else { "\n" }),
        c => dropped(c).then_some(""),
    });
}

/// Returns whether a character has no place in XML 1.0 (section 2.2) or says nothing.
pub(super) fn dropped(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}' | '\u{fffe}' | '\u{ffff}')
}

fn escape(text: &str, out: &mut String, written: impl Fn(char) -> Option<&'static str>) {
    let mut from = 0;
    for (at, c) in text.char_indices() {
        if let Some(instead) = written(c) {
            out.push_str(&text[from..at]);
            out.push_str(instead);
            from = at + c.len_utf8();
        }
    }
    out.push_str(&text[from..]);
}

#[cfg(test)]
mod tests {
    use quick_xml::events::Event;

    use super::super::parse::parse;
    use super::*;

    /// Reads a fragment as XML with namespaces; an error says where it breaks.
    fn check(fragment: &str) -> Result<(), String> {
        let wrapped = format!("<body xmlns=\"http://www.w3.org/1999/xhtml\">{fragment}</body>");
        let mut reader = quick_xml::NsReader::from_str(&wrapped);
        loop {
            match reader.read_event().map_err(|e| format!("{e} in {fragment}"))? {
                Event::Eof => return Ok(()),
                Event::Start(e) | Event::Empty(e) => {
                    for attribute in e.attributes() {
                        attribute.map_err(|e| format!("{e} in {fragment}"))?;
                    }
                    let (resolved, _) = reader.resolver().resolve_element(e.name());
                    if matches!(resolved, quick_xml::name::ResolveResult::Unknown(_)) {
                        return Err(format!("unbound prefix in {fragment}"));
                    }
                }
                _ => {}
            }
        }
    }

    fn written(markup: &str) -> String {
        let out = xhtml(&parse(markup));
        check(&out).unwrap();
        out
    }

    #[test]
    fn everything_written_is_xml() {
        let cases = [
            "<p a\"b=1 1x=2 x:y=3 onclick=\"a<b\" title='\"<&>'>a & b < c</p>",
            "<o:p>word</o:p><fb:like></fb:like><h1>x<br>y<hr>z",
            "<svg viewBox='0 0 1 1' xmlns='x' xmlns:xlink='y' xlink:href='#a'><foreignObject><p>in<br></p></foreignObject><path d='M0'/></svg>",
            "<math><mi>x</mi><annotation-xml encoding='text/html'><b>y</b></annotation-xml></math>",
            "<script>a<b</script><style>x{}</style><!-- a -- b --><?php echo ?><template><p>t</template>",
            "a\u{0}\u{1}\u{b}\u{ffff}&#1;&#13;\r\nb<img src=x alt='a\nb'>",
            "<textarea></p></textarea><xmp><b></xmp><iframe><p></iframe><noscript><img></noscript>",
            "<plaintext><a</plaintext>",
        ];
        for case in cases {
            written(case);
        }
    }

    #[test]
    fn void_elements_close_themselves_and_twins_are_dropped() {
        assert_eq!(written("<p Title=a title=b>x<br>y<p></p>"), "<p title=\"a\">x<br/>y</p><p></p>");
    }

    #[test]
    fn foreign_elements_name_their_namespace() {
        assert_eq!(
            written("<svg xml:space=preserve><foreignObject><p>x</p></foreignObject></svg>"),
            "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" xml:space=\"preserve\">\
             <foreignObject><p xmlns=\"http://www.w3.org/1999/xhtml\">x</p></foreignObject></svg>"
        );
    }

    #[test]
    fn html_form_reads_back_as_itself() {
        for case in [
            "<pre>\n\n a</pre>",
            "a&nbsp;&amp;lt; <img alt=\"&quot;\">",
            "<table><tbody><tr><td>x</td></tr></tbody></table>",
        ] {
            let mut once = String::new();
            write(parse(case).tree.root(), Form::Html, &mut once);
            let mut twice = String::new();
            write(parse(&once).tree.root(), Form::Html, &mut twice);
            assert_eq!(once, twice);
        }
    }
}
