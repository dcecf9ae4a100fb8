//! The reader of tokens. Names come with the prefix that stands for their namespace here, whatever the document calls it.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::counted::Counted;
use super::record::Repairs;
use super::repair::Repair;
use crate::html;
use crate::input::Decoded;

/// Elements inside each other; exports have five.
const MAX_DEPTH: usize = 256;

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    /// An element begins: [`Xml::name`], [`Xml::attribute`].
    Open,
    /// An element ends: [`Xml::name`].
    Close,
    /// Characters: [`Xml::text`].
    Text,
    /// The document is over.
    End,
}

/// Why a document cannot be read on.
#[derive(Debug)]
pub enum Fault {
    /// Not well-formed; a lenient reader may know better.
    IllFormed {
        line: u64,
        why: String,
    },
    /// It ends before its root element does.
    Cut {
        line: u64,
    },
    /// It must not be read: a DOCTYPE, endless nesting, a value without end.
    Refused {
        line: u64,
        why: String,
    },
    Io(io::Error),
}

/// A prefix and the namespace that it stands for, where a document is read.
pub struct Bound {
    pub prefix: &'static str,
    pub is: fn(&str) -> bool,
}

/// A reader of tokens.
pub struct Xml {
    reader: Reader<Counted>,
    buf: Vec<u8>,
    strict: bool,
    repairs: Repairs,
    patched: Rc<Cell<u64>>,
    known: &'static [Bound],
    /// Declarations in force: at what depth, the document's prefix, the one used here.
    spaces: Vec<(usize, String, String)>,
    /// Names of the open elements, as written.
    inside: Vec<String>,
    rooted: bool,
    name: String,
    text: String,
    attributes: Vec<(String, String)>,
    /// An empty element was opened: its end comes next.
    empty: bool,
    again: Option<Token>,
}

impl Xml {
    /// Opens a stream. `known` are the namespaces told by address.
    pub fn open(stream: Box<dyn Read>, strict: bool, known: &'static [Bound]) -> io::Result<Xml> {
        let (repairs, patched) = (Repairs::default(), Rc::new(Cell::new(0)));
        let decoded = Decoded::new(stream, patched.clone())?;
        let whole: Box<dyn Read> =
            if strict { Box::new(decoded) } else { Box::new(Repair::new(decoded, repairs.clone())) };
        let mut reader = Reader::from_reader(Counted::new(whole));
        let config = reader.config_mut();
        config.check_end_names = strict;
        config.allow_unmatched_ends = !strict;
        config.allow_dangling_amp = !strict;
        Ok(Xml {
            reader,
            buf: Vec::new(),
            strict,
            repairs,
            patched,
            known,
            spaces: Vec::new(),
            inside: Vec::new(),
            rooted: false,
            name: String::new(),
            text: String::new(),
            attributes: Vec::new(),
            empty: false,
            again: None,
        })
    }

    /// Returns the name of the element that was opened or closed: `wp:post_id`, `title`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the characters that came.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns an attribute of the element that was opened.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// Returns all attributes of the element that was opened, as written; a default namespace is one of them.
    pub fn attributes(&self) -> &[(String, String)] {
        &self.attributes
    }

    pub fn line(&self) -> u64 {
        self.reader.get_ref().line()
    }

    /// Returns the record of repairs; those of the reader's owner belong there too.
    pub fn repairs(&self) -> &Repairs {
        &self.repairs
    }

    /// Returns how many bytes were not in the encoding they should be in.
    pub fn patched(&self) -> u64 {
        self.patched.get()
    }

    /// Makes the token that came last come once more.
    pub fn unread(&mut self, token: Token) {
        self.again = Some(token);
    }

    /// Reads the next token.
    pub fn next(&mut self) -> Result<Token, Fault> {
        if let Some(token) = self.again.take() {
            return Ok(token);
        }
        if std::mem::take(&mut self.empty) {
            self.leave(self.inside.len().saturating_sub(1));
            return Ok(Token::Close);
        }
        loop {
            self.buf.clear();
            self.reader.get_mut().begin();
            let mut buf = std::mem::take(&mut self.buf);
            let event = self.reader.read_event_into(&mut buf).map_err(|e| self.fault(e));
            let token = event.and_then(|event| self.take(event));
            self.buf = buf;
            // One long value must not hold its memory for the rest of the document.
            if self.buf.capacity() > 1 << 20 {
                self.buf = Vec::new();
            }
            if let Some(token) = token? {
                return Ok(token);
            }
        }
    }

    /// Understands an event; none where it says nothing to the reader's owner.
    fn take(&mut self, event: Event) -> Result<Option<Token>, Fault> {
        match event {
            Event::Start(start) => self.enter(&start).map(Some),
            Event::Empty(start) => {
                self.empty = true;
                self.enter(&start).map(Some)
            }
            Event::End(end) => {
                // An end that nothing began is no end; one that closes others closes them all.
                let Some(at) = self.inside.iter().rposition(|n| n == end.name().as_ref()) else {
                    self.repairs.add("end of an element that was not begun left out", self.line());
                    return Ok(None);
                };
                if at + 1 < self.inside.len() {
                    self.repairs.add("element closed that was left open", self.line());
                }
                self.name = self.canonical(end.name().as_ref())?;
                self.leave(at);
                Ok(Some(Token::Close))
            }
            Event::Text(text) => self.characters(&text.xml10_content(), false),
            Event::CData(text) => self.characters(&text.xml10_content(), true),
            Event::GeneralRef(reference) => {
                let text = match reference.resolve_char_ref() {
                    Ok(Some(c)) => c.to_string(),
                    Ok(None) => self.entity(&reference.xml_content(XmlVersion::Explicit1_0))?,
                    Err(e) => return Err(self.ill(e)),
                };
                self.characters(&text, true)
            }
            Event::DocType(_) => {
                Err(Fault::Refused { line: self.line(), why: "it has a DOCTYPE, which no WordPress export has".into() })
            }
            Event::Eof if !self.inside.is_empty() => Err(Fault::Cut { line: self.line() }),
            Event::Eof => Ok(Some(Token::End)),
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) => Ok(None),
        }
    }

    fn enter(&mut self, start: &BytesStart) -> Result<Token, Fault> {
        self.rooted = true;
        if self.inside.len() >= MAX_DEPTH {
            let why = format!("more than {MAX_DEPTH} elements inside each other");
            return Err(Fault::Refused { line: self.line(), why });
        }
        self.inside.push(start.name().as_ref().to_string());
        self.attributes.clear();
        for attribute in start.attributes().with_checks(false) {
            let attribute = match attribute {
                Ok(attribute) => attribute,
                Err(e) if self.strict => return Err(self.ill(e)),
                Err(_) => {
                    self.repairs.add("attribute that cannot be read left out", self.line());
                    break;
                }
            };
            let key: String = attribute.key.as_ref().to_string();
            let value = html::unescape(&attribute.value);
            match key.strip_prefix("xmlns:") {
                Some(prefix) => {
                    let here = self.known.iter().find(|k| (k.is)(&value)).map_or(prefix, |k| k.prefix).to_string();
                    self.spaces.push((self.inside.len(), prefix.to_string(), here));
                }
                None => self.attributes.push((key, value)),
            }
        }
        self.name = self.canonical(start.name().as_ref())?;
        Ok(Token::Open)
    }

    /// Leaves the open elements but the first `n`.
    fn leave(&mut self, n: usize) {
        self.inside.truncate(n);
        self.spaces.retain(|(depth, _, _)| *depth <= n);
    }

    /// Returns a name with the prefix used here.
    fn canonical(&mut self, name: &str) -> Result<String, Fault> {
        let Some((prefix, local)) = name.split_once(':') else { return Ok(name.to_string()) };
        if let Some((_, _, here)) = self.spaces.iter().rev().find(|(_, p, _)| p == prefix) {
            return Ok(format!("{here}:{local}"));
        }
        if self.strict {
            return Err(self.ill(format!("prefix {prefix}: is not bound")));
        }
        self.repairs.add("prefix bound that was not declared", self.line());
        self.spaces.push((0, prefix.to_string(), prefix.to_string()));
        Ok(name.to_string())
    }

    fn characters(&mut self, text: &str, markup: bool) -> Result<Option<Token>, Fault> {
        if self.strict {
            if has_control(text.as_bytes()) {
                return Err(self.ill("control characters"));
            }
            if !markup && text.contains("]]>") {
                return Err(self.ill("]]> outside CDATA"));
            }
            if !self.rooted && !text.trim().is_empty() {
                return Err(self.ill("text before the root element"));
            }
        }
        self.text.clear();
        self.text.push_str(text);
        Ok((!self.inside.is_empty()).then_some(Token::Text))
    }

    /// Returns what a named reference stands for; only those of XML itself are defined.
    fn entity(&mut self, name: &str) -> Result<String, Fault> {
        let found = quick_xml::escape::resolve_xml_entity(name).map(str::to_string);
        match found {
            Some(text) => Ok(text),
            None if self.strict => Err(self.ill(format!("&{name}; is not defined"))),
            None => Ok(html::unescape(&format!("&{name};"))),
        }
    }

    fn ill(&self, why: impl std::fmt::Display) -> Fault {
        Fault::IllFormed { line: self.line(), why: why.to_string() }
    }

    fn fault(&self, error: quick_xml::Error) -> Fault {
        match error {
            quick_xml::Error::Io(cause) => {
                let kind = cause.kind();
                let inner = io::Error::new(kind, cause.to_string());
                if kind == io::ErrorKind::InvalidData {
                    Fault::Refused { line: self.line(), why: inner.to_string() }
                } else {
                    Fault::Io(inner)
                }
            }
            quick_xml::Error::Syntax(_) if !self.strict => Fault::Cut { line: self.line() },
            other => self.ill(other),
        }
    }
}

/// Whether a text holds what no XML may: most control characters, U+FFFE, U+FFFF.
fn has_control(text: &[u8]) -> bool {
    let control = |b: u8| b < b' ' && !matches!(b, b'\t' | b'\n' | b'\r');
    // Without a branch a byte, so that it is done many bytes at a time.
    let low = text.chunks(64).any(|part| part.iter().fold(false, |any, b| any | control(*b)));
    let high = |at: usize| matches!(text.get(at + 1..at + 3), Some([0xbf, 0xbe | 0xbf]));
    low || memchr::memchr_iter(0xef, text).any(high)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[Bound] = &[Bound { prefix: "wp", is: |uri| uri.contains("wordpress.org/export/") }];

    fn read(text: &str, strict: bool) -> (String, Option<Fault>, Vec<String>) {
        let mut xml = Xml::open(Box::new(io::Cursor::new(text.to_string())), strict, KNOWN).unwrap();
        let mut out = String::new();
        loop {
            match xml.next() {
                Ok(Token::Open) => out += &format!("<{}>", xml.name()),
                Ok(Token::Close) => out += &format!("</{}>", xml.name()),
                Ok(Token::Text) => out += xml.text(),
                Ok(Token::End) => return (out, None, xml.repairs().notes()),
                Err(fault) => return (out, Some(fault), xml.repairs().notes()),
            }
        }
    }

    #[test]
    fn names_are_told_by_their_namespace() {
        let text = "<r xmlns:x='https://wordpress.org/export/1.2/'><x:a b='&lt;'/><c xmlns:x='http://else/'><x:d/></c><x:e>&amp;<![CDATA[&f;]]>&#33;</x:e></r>";
        let (out, fault, _) = read(text, true);
        assert!(fault.is_none(), "{fault:?}");
        assert_eq!(out, "<r><wp:a></wp:a><c><x:d></x:d></c><wp:e>&&f;!</wp:e></r>");
    }

    #[test]
    fn a_strict_reader_says_what_a_lenient_one_repairs() {
        let table = [
            ("<r>a & b</r>", "<r>a & b</r>"),
            ("<r>a&mdash;b</r>", "<r>a—b</r>"),
            ("<r><wp:a/></r>", "<r><wp:a></wp:a></r>"),
            ("<r><a>x</r>", "<r><a>x</r>"),
            ("<r>x</b></r>", "<r>x</r>"),
            ("<r>\u{2}x</r>", "<r>x</r>"),
            ("<r>\u{feff}\u{ffff}x</r>", "<r>\u{feff}x</r>"),
            ("oops <r/>", "<r></r>"),
            ("<r><![CDATA[a ]]> b]]></r>", "<r>a ]]> b</r>"),
        ];
        for (broken, whole) in table {
            assert!(matches!(read(broken, true).1, Some(Fault::IllFormed { line: 1, .. })), "{broken}");
            let (out, fault, notes) = read(broken, false);
            assert!(fault.is_none(), "{broken}: {fault:?}");
            assert_eq!(out, whole);
            assert_eq!(notes.len(), 1, "{broken}: {notes:?}");
        }
    }

    #[test]
    fn what_must_not_be_read_is_refused() {
        let bomb = "<!DOCTYPE r [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]>\n<r>&b;</r>";
        for strict in [true, false] {
            assert!(matches!(read(bomb, strict).1, Some(Fault::Refused { .. })));
            assert!(matches!(read(&"<a>".repeat(1000), strict).1, Some(Fault::Refused { .. })));
            assert!(matches!(read("<r>\n<a>x</a>\n<b>y", strict).1, Some(Fault::Cut { line: 3 })));
        }
        assert!(matches!(read("<r><a>x</a><b", false).1, Some(Fault::Cut { .. })));
    }
}
