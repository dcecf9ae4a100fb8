//! Text constructs: plain, escaped HTML, or markup among the feed's own that is written out again.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::html;
use crate::import::xml::{Fault, Token};

use super::item::Text;
use super::xml::Parser;

/// Elements of HTML that have no end.
const VOID: [&str; 14] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];

impl Text {
    /// Returns the text without markup, in one line.
    pub fn plain(&self) -> String {
        if self.html { html::plain_text(&self.value) } else { html::fold(&self.value) }
    }

    /// Returns whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.value.trim().is_empty()
    }
}

/// What a construct says of its own form.
enum Form {
    Plain,
    Html,
    /// XHTML in a `div` that is none of it.
    Xhtml,
    Base64,
}

fn form(parser: &Parser) -> Form {
    let attribute = |name| parser.xml.attribute(name).unwrap_or_default().trim().to_ascii_lowercase();
    let (kind, mode) = (attribute("type"), attribute("mode"));
    match kind.split(';').next().unwrap_or_default() {
        _ if mode == "base64" => Form::Base64,
        "xhtml" | "application/xhtml+xml" => Form::Xhtml,
        "html" | "text/html" => Form::Html,
        _ => Form::Plain,
    }
}

/// Reads a construct to its end.
pub(super) fn read(parser: &mut Parser, own: &str) -> Result<Text, Fault> {
    let form = form(parser);
    let src = parser.xml.attribute("src").map(str::to_string);
    let base = parser.xml.attribute("xml:base").map(str::to_string);
    let (value, markup) = inner(parser, own, matches!(form, Form::Xhtml))?;
    let (value, html) = match form {
        Form::Base64 => {
            let packed: String = value.chars().filter(|c| !c.is_whitespace()).collect();
            let bytes = STANDARD.decode(packed).unwrap_or_default();
            (String::from_utf8_lossy(&bytes).into_owned(), true)
        }
        Form::Plain => (value, markup),
        Form::Html | Form::Xhtml => (value, true),
    };
    Ok(Text { value, html, src, base })
}

/// Returns what stands in an element, and whether other elements stand in it: then it is all written as markup.
fn inner(parser: &mut Parser, own: &str, wrapped: bool) -> Result<(String, bool), Fault> {
    let mut out = String::new();
    let mut open: Vec<String> = Vec::new();
    let mut markup = false;
    loop {
        match parser.xml.next()? {
            Token::End => return Err(Fault::Cut { line: parser.xml.line() }),
            Token::Text => {
                let text = parser.xml.text();
                let n = text.len();
                if markup {
                    escape(text, &mut out);
                } else {
                    out.push_str(text);
                }
                parser.take(n)?;
            }
            Token::Open => {
                if !markup {
                    let before = std::mem::take(&mut out);
                    escape(&before, &mut out);
                    markup = true;
                }
                let name = local(&parser.name());
                if !(wrapped && open.is_empty() && name == "div") {
                    begin(parser, &name, &mut out);
                    parser.take(name.len())?;
                }
                open.push(name);
            }
            Token::Close => {
                let name = local(&parser.name());
                if let Some(at) = open.iter().rposition(|n| *n == name) {
                    for (depth, name) in open.drain(at..).enumerate().collect::<Vec<_>>().into_iter().rev() {
                        let wrapper = wrapped && at + depth == 0 && name == "div";
                        if !wrapper && !VOID.contains(&name.as_str()) {
                            let _ = write!(out, "</{name}>");
                        }
                    }
                } else if parser.name() == own {
                    return Ok((out, markup));
                } else if parser.is_frame() {
                    parser.xml.unread(Token::Close);
                    return Ok((out, markup));
                }
            }
        }
    }
}

fn local(name: &str) -> String {
    name.strip_prefix("h:").unwrap_or(name).to_string()
}

fn begin(parser: &Parser, name: &str, out: &mut String) {
    let _ = write!(out, "<{name}");
    for (key, value) in parser.xml.attributes() {
        if !key.starts_with("xml") {
            let _ = write!(out, " {key}=\"");
            escape(value, out);
            out.push('"');
        }
    }
    out.push('>');
}

/// Writes a text as markup has it.
pub(super) fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
}
