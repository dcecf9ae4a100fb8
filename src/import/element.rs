//! One element of an XML document held as a whole: for formats whose items are small. It knows no format.

use super::xml::{Fault, Token, Xml};

/// What one item may hold.
const MAX_TEXT: usize = 64 << 20;
const MAX_NODES: usize = 200_000;

/// An element with its attributes, text and children.
#[derive(Debug, Default)]
pub struct Element {
    pub name: String,
    attributes: Vec<(String, String)>,
    /// Its own characters, those of its children apart.
    pub text: String,
    pub children: Vec<Element>,
}

impl Element {
    /// Reads the element that was just opened, up to its end.
    ///
    /// Errors: as the reader's; the element holds more than an item can.
    pub fn read(xml: &mut Xml) -> Result<Element, Fault> {
        let mut stack = vec![Element::opened(xml)];
        let (mut held, mut nodes) = (0, 0);
        loop {
            match xml.next()? {
                Token::Open => {
                    nodes += 1;
                    stack.push(Element::opened(xml));
                }
                Token::Text => {
                    held += xml.text().len();
                    if let Some(last) = stack.last_mut() {
                        last.text.push_str(xml.text());
                    }
                }
                Token::Close => {
                    let Some(done) = stack.pop() else { return Ok(Element::default()) };
                    match stack.last_mut() {
                        Some(parent) => parent.children.push(done),
                        None => return Ok(done),
                    }
                }
                Token::End => return Err(Fault::Cut { line: xml.line() }),
            }
            if held > MAX_TEXT || nodes > MAX_NODES {
                return Err(Fault::Refused { line: xml.line(), why: "an item larger than a post can be".into() });
            }
        }
    }

    fn opened(xml: &Xml) -> Element {
        let attributes = xml.attributes().to_vec();
        Element { name: xml.name().to_string(), attributes, ..Element::default() }
    }

    /// Returns an attribute, none of what is blank.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, v)| v.trim()).filter(|v| !v.is_empty())
    }

    /// Returns the first child of a name.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|c| c.name == name)
    }

    /// Returns the children of a name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |c| c.name == name)
    }

    /// Returns the text of the first child of a name, none of what is blank.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.child(name).map(|c| c.text.trim()).filter(|t| !t.is_empty())
    }
}

/// What the reading of a document came to.
#[derive(Debug, Default)]
pub struct Ending {
    /// What was repaired, with the lines.
    pub notes: Vec<String>,
    /// Where and why it ended before its end.
    pub broken: Option<(u64, String)>,
}

/// Reads all elements of some names from a stream, one at a time; repairs what is not well-formed.
///
/// Errors: the stream cannot be read; or whatever `each` returns.
pub fn each(
    stream: &crate::input::Named,
    wanted: &[&str],
    each: &mut dyn FnMut(Element) -> crate::error::Result<()>,
) -> crate::error::Result<Ending> {
    let mut xml = Xml::open(stream.open()?, false, &[]).map_err(|e| stream.fault(e))?;
    let mut ending = Ending::default();
    let take = |xml: &mut Xml| -> Result<Option<Element>, Fault> {
        loop {
            match xml.next()? {
                Token::Open if wanted.contains(&xml.name()) => return Element::read(xml).map(Some),
                Token::End => return Ok(None),
                _ => {}
            }
        }
    };
    loop {
        match take(&mut xml) {
            Ok(Some(element)) => each(element)?,
            Ok(None) => break,
            Err(Fault::Io(cause)) => return Err(stream.fault(cause)),
            Err(Fault::Cut { line }) => {
                ending.broken = Some((line, "cut short".into()));
                break;
            }
            Err(Fault::IllFormed { line, why } | Fault::Refused { line, why }) => {
                ending.broken = Some((line, why));
                break;
            }
        }
    }
    ending.notes = xml.repairs().notes();
    Ok(ending)
}
