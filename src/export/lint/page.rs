//! An XML document as a flat row of elements with their text. It knows no rule.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

/// Elements inside each other beyond this are not looked at: no reader shows them.
const DEPTH: usize = 400;

/// An element. Its text is the stretch of [`Page::text`] between `from` and `to`.
#[derive(Debug)]
pub struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub line: usize,
    pub parent: Option<usize>,
    pub from: usize,
    pub to: usize,
    /// The first element after those inside it.
    pub end: usize,
}

impl Element {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    pub fn has_type(&self, kind: &str) -> bool {
        self.get("epub:type").is_some_and(|t| t.split_whitespace().any(|t| t == kind))
    }

    pub fn classes(&self) -> impl Iterator<Item = &str> {
        self.get("class").unwrap_or_default().split_whitespace()
    }

    /// Returns the level of a heading, 1 to 6.
    pub fn level(&self) -> Option<u8> {
        let level = self.name.strip_prefix('h')?.parse().ok()?;
        (1..=6).contains(&level).then_some(level)
    }
}

/// A document.
#[derive(Debug, Default)]
pub struct Page {
    /// Path in the container.
    pub path: String,
    pub elements: Vec<Element>,
    pub text: String,
    /// Comments, instructions and sections that are no elements, with their lines.
    pub oddities: Vec<(usize, &'static str)>,
    /// Line and reason of the first place that is no XML.
    pub broken: Option<(usize, String)>,
    pub bytes: usize,
}

impl Page {
    /// Reads a document as far as it is well-formed.
    pub fn read(path: &str, source: &str) -> Page {
        let mut page = Page { path: path.into(), bytes: source.len(), ..Page::default() };
        let mut reader = Reader::from_str(source);
        reader.config_mut().check_comments = false;
        let (mut open, mut line, mut counted): (Vec<usize>, usize, usize) = (Vec::new(), 1, 0);
        loop {
            let event = reader.read_event();
            let at = (reader.buffer_position() as usize).min(source.len());
            let here = line;
            line += source.as_bytes().get(counted..at).map_or(0, |b| b.iter().filter(|b| **b == b'\n').count());
            counted = at;
            let taken = match event {
                Ok(Event::Eof) => break,
                Ok(event) => page.take(event, here, &mut open),
                Err(e) => Err(e.to_string()),
            };
            if let Err(why) = taken {
                page.broken = Some((here, why));
                break;
            }
        }
        if page.broken.is_none() && !open.is_empty() {
            page.broken = Some((line, "an element is not closed".into()));
        }
        while let Some(n) = open.pop() {
            page.close(n);
        }
        page
    }

    fn take(&mut self, event: Event<'_>, line: usize, open: &mut Vec<usize>) -> Result<(), String> {
        match event {
            Event::Start(e) => {
                let n = self.begin(&e, line, open.last().copied())?;
                open.push(n);
                if open.len() > DEPTH {
                    return Err(format!("more than {DEPTH} elements inside each other"));
                }
            }
            Event::Empty(e) => {
                let n = self.begin(&e, line, open.last().copied())?;
                self.close(n);
            }
            Event::End(_) => {
                if let Some(n) = open.pop() {
                    self.close(n);
                }
            }
            Event::Text(t) => self.text.push_str(&t.xml10_content()),
            Event::CData(t) => {
                self.oddities.push((line, "a CDATA section"));
                self.text.push_str(&t.xml10_content());
            }
            Event::GeneralRef(r) => match r.resolve_char_ref() {
                Ok(Some(c)) => self.text.push(c),
                _ => match named(&r.xml_content(XmlVersion::Implicit1_0)) {
                    Some(c) => self.text.push(c),
                    None => return Err(format!("&{}; is not declared", r.xml_content(XmlVersion::Implicit1_0))),
                },
            },
            Event::Comment(_) => self.oddities.push((line, "a comment")),
            Event::PI(_) => self.oddities.push((line, "a processing instruction")),
            Event::Decl(_) | Event::DocType(_) | Event::Eof => {}
        }
        Ok(())
    }

    fn begin(&mut self, e: &BytesStart<'_>, line: usize, parent: Option<usize>) -> Result<usize, String> {
        let mut attributes = Vec::new();
        for a in e.attributes() {
            let a = a.map_err(|e| e.to_string())?;
            attributes.push((a.key.as_ref().to_string(), decoded(&a.value)));
        }
        let at = self.text.len();
        let name = e.name().as_ref().to_string();
        self.elements.push(Element { name, attributes, line, parent, from: at, to: at, end: self.elements.len() + 1 });
        Ok(self.elements.len() - 1)
    }

    fn close(&mut self, n: usize) {
        let (to, end) = (self.text.len(), self.elements.len());
        if let Some(e) = self.elements.get_mut(n) {
            (e.to, e.end) = (to, end);
        }
    }

    pub fn text_of(&self, e: &Element) -> &str {
        self.text.get(e.from..e.to).unwrap_or_default()
    }

    /// Returns the elements inside one, in order.
    pub fn inside<'a>(&'a self, e: &'a Element) -> impl Iterator<Item = &'a Element> {
        let at = self.position(e);
        self.elements.get(at + 1..e.end).unwrap_or_default().iter()
    }

    /// Returns the elements around one, nearest first.
    pub fn around<'a>(&'a self, e: &Element) -> impl Iterator<Item = &'a Element> {
        std::iter::successors(e.parent.and_then(|p| self.elements.get(p)), |e| self.elements.get(e.parent?))
    }

    /// Returns the children of an element.
    pub fn children<'a>(&'a self, e: &'a Element) -> impl Iterator<Item = &'a Element> {
        let at = self.position(e);
        self.inside(e).filter(move |c| c.parent == Some(at))
    }

    pub fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.elements.iter().filter(move |e| e.name == name)
    }

    pub fn root(&self) -> Option<&Element> {
        self.elements.first()
    }

    fn position(&self, e: &Element) -> usize {
        // Elements lie in one vector: the place of a reference into it is its distance from the start.
        let start = self.elements.as_ptr() as usize;
        (std::ptr::from_ref(e) as usize).saturating_sub(start) / size_of::<Element>()
    }
}

/// Returns an attribute's value with its references decoded.
fn decoded(value: &str) -> String {
    if !value.contains('&') {
        return value.to_string();
    }
    crate::html::unescape(value)
}

fn named(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_know_their_text_their_line_and_what_is_around_them() {
        let page = Page::read("x", "<a>\n<b c=\"1 &amp; 2\">x<d/>y &#65;&lt;</b>z</a>");
        let b = page.named("b").next().unwrap();
        assert_eq!((page.text_of(b), b.line, b.get("c")), ("xy A<", 2, Some("1 & 2")));
        assert_eq!(page.inside(b).map(|e| e.name.as_str()).collect::<Vec<_>>(), ["d"]);
        assert_eq!(page.around(page.named("d").next().unwrap()).count(), 2);
        assert!(page.broken.is_none());
        assert_eq!(Page::read("x", "<a>\n<b></a>").broken.map(|(line, _)| line), Some(2));
        assert!(Page::read("x", "<a>&nbsp;</a>").broken.is_some());
    }
}
