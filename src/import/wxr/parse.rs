//! Tokens to the format's structs, one element of the channel at a time.

use crate::error::{Error, Result};
use crate::import::xml::{Bound, Fault, Token, Xml};
use crate::input::{Hashed, Named, Seen};

use super::item::{Author, Category, Channel, Comment, Item, Meta, is_read};

/// The namespaces of an export, by address. The version in it varies, and so does its scheme.
const SPACES: &[Bound] = &[
    Bound { prefix: "excerpt", is: |uri| is_export(uri, "excerpt/") || is_export(uri, "excerpt") },
    Bound { prefix: "wp", is: |uri| is_export(uri, "") },
    Bound { prefix: "content", is: |uri| uri.starts_with("http://purl.org/rss/1.0/modules/content") },
    Bound { prefix: "dc", is: |uri| uri.starts_with("http://purl.org/dc/elements/1.1") },
];

/// Matches `^https?://wordpress\.org/export/\d\.\d/REST$`.
pub fn is_export(uri: &str, rest: &str) -> bool {
    let path = uri.strip_prefix("http://").or_else(|| uri.strip_prefix("https://"));
    let Some(path) = path.and_then(|p| p.strip_prefix("wordpress.org/export/")) else { return false };
    let b = path.as_bytes();
    let version = matches!(b, [a, b'.', c, ..] if a.is_ascii_digit() && c.is_ascii_digit());
    version && path.get(3..).is_some_and(|p| p.strip_prefix('/').unwrap_or(p) == rest)
}

/// All of one item together.
const MAX_ITEM: usize = 256 << 20;

/// One element of the channel.
pub enum Element {
    Item(Box<Item>),
    Author(Author),
    /// One of the channel's own fields changed: [`Parser::channel`].
    Channel,
}

/// A reader of elements.
pub struct Parser {
    xml: Xml,
    pub channel: Channel,
    seen: Seen,
    /// Bytes of text taken into the element that is being read.
    taken: usize,
}

impl Parser {
    pub fn open(stream: &Named, strict: bool) -> Result<Parser> {
        let (hashed, seen) = Hashed::new(stream.open()?);
        let xml = Xml::open(Box::new(hashed), strict, SPACES).map_err(|e| stream.fault(e))?;
        Ok(Parser { xml, channel: Channel::default(), seen, taken: 0 })
    }

    /// Opens a stream whose digest is known.
    pub fn again(stream: &Named, strict: bool) -> Result<Parser> {
        let xml = Xml::open(stream.open()?, strict, SPACES).map_err(|e| stream.fault(e))?;
        Ok(Parser { xml, channel: Channel::default(), seen: Seen::default(), taken: 0 })
    }

    /// Returns what went through so far.
    pub fn seen(&self) -> &Seen {
        &self.seen
    }

    /// Returns what was repaired, in sentences.
    pub fn repairs(&self) -> Vec<String> {
        let mut notes = self.xml.repairs().notes();
        if self.xml.patched() > 0 {
            notes.push(format!("{} bytes that are not UTF-8 were read as Windows-1252", self.xml.patched()));
        }
        notes
    }

    /// Reads the next element; none at the end. An element that is cut is a fault, and lost.
    pub fn next(&mut self) -> Result<Option<Element>, Fault> {
        loop {
            self.taken = 0;
            match self.xml.next()? {
                Token::End => return Ok(None),
                Token::Open => {}
                Token::Close | Token::Text => continue,
            }
            match self.xml.name() {
                "rss" | "channel" | "RDF" => {}
                "item" => return self.item().map(|i| Some(Element::Item(Box::new(i)))),
                "wp:author" => {
                    let mut author = Author::default();
                    self.children("wp:author", &mut |name, text| author.set(name, text))?;
                    return Ok(Some(Element::Author(author)));
                }
                // Their children bear names of their own; nothing here needs them.
                "wp:category" | "wp:tag" | "wp:term" | "image" => {
                    let name = self.xml.name().to_string();
                    self.children(&name, &mut |_, _| {})?;
                }
                _ => {
                    let name = self.xml.name().to_string();
                    let text = self.text(&name)?;
                    self.channel.set(&name, text);
                    return Ok(Some(Element::Channel));
                }
            }
        }
    }

    fn item(&mut self) -> Result<Item, Fault> {
        let mut item = Item::default();
        loop {
            match self.xml.next()? {
                Token::Text => continue,
                Token::End => return Err(Fault::Cut { line: self.xml.line() }),
                Token::Close if matches!(self.xml.name(), "item" | "channel" | "rss") => break,
                Token::Close => continue,
                Token::Open => {}
            }
            match self.xml.name() {
                "item" => {
                    self.xml.repairs().add("item closed that was left open", self.xml.line());
                    self.xml.unread(Token::Open);
                    break;
                }
                "category" => {
                    let attribute = |name| self.xml.attribute(name).map(str::to_string);
                    let (domain, nicename) = (attribute("domain"), attribute("nicename"));
                    let label = self.text("category")?.trim().to_string();
                    item.terms.push(Category { domain, nicename, label });
                }
                "wp:postmeta" => {
                    let mut meta = Meta::default();
                    self.children("wp:postmeta", &mut |name, text| match name {
                        "wp:meta_key" => meta.key = text.trim().to_string(),
                        "wp:meta_value" => meta.value = text,
                        _ => {}
                    })?;
                    if is_read(&meta.key) {
                        item.meta.push(meta);
                    }
                }
                "wp:comment" => {
                    let mut comment = Comment::default();
                    self.children("wp:comment", &mut |name, text| comment.set(name, text))?;
                    item.comments.push(comment);
                }
                name => {
                    let name = name.to_string();
                    let text = self.text(&name)?;
                    item.set(&name, text);
                }
            }
        }
        item.line = self.xml.line();
        Ok(item)
    }

    /// Reads the children of an element, each of which holds text, up to its end.
    fn children(&mut self, parent: &str, set: &mut dyn FnMut(&str, String)) -> Result<(), Fault> {
        loop {
            match self.xml.next()? {
                Token::Text => {}
                Token::End => return Err(Fault::Cut { line: self.xml.line() }),
                Token::Close if self.xml.name() == parent => return Ok(()),
                Token::Close if matches!(self.xml.name(), "item" | "channel" | "rss") => {
                    self.xml.unread(Token::Close);
                    return Ok(());
                }
                Token::Close => {}
                Token::Open if self.xml.name() == "item" => {
                    self.xml.unread(Token::Open);
                    return Ok(());
                }
                // Metadata of comments and terms: a level deeper, and never read.
                Token::Open if matches!(self.xml.name(), "wp:commentmeta" | "wp:termmeta") => {
                    let name = self.xml.name().to_string();
                    self.text(&name)?;
                }
                Token::Open => {
                    let name = self.xml.name().to_string();
                    let text = self.text(&name)?;
                    set(&name, text);
                }
            }
        }
    }

    /// Reads the text of an element up to its end. Markup inside it is dropped but for the words.
    fn text(&mut self, own: &str) -> Result<String, Fault> {
        let mut out = String::new();
        let mut inside = 0usize;
        loop {
            match self.xml.next()? {
                Token::Text => {
                    self.taken += self.xml.text().len();
                    if self.taken > MAX_ITEM {
                        let why = format!("an item is longer than {} MiB", MAX_ITEM >> 20);
                        return Err(Fault::Refused { line: self.xml.line(), why });
                    }
                    out.push_str(self.xml.text());
                }
                Token::End => return Err(Fault::Cut { line: self.xml.line() }),
                Token::Close if inside == 0 && self.xml.name() == own => return Ok(out),
                Token::Close
                    if matches!(self.xml.name(), "item" | "channel" | "rss" | "wp:comment" | "wp:postmeta") =>
                {
                    self.xml.unread(Token::Close);
                    return Ok(out);
                }
                Token::Close => inside = inside.saturating_sub(1),
                // An item inside a value: the value was never closed.
                Token::Open if self.xml.name() == "item" => {
                    self.xml.unread(Token::Open);
                    return Ok(out);
                }
                Token::Open => inside += 1,
            }
        }
    }
}

/// Returns whether the first bytes of a document are those of an export: RSS with WordPress's namespace or version.
pub fn looks_like_export(head: &str) -> bool {
    let namespace = head.match_indices("wordpress.org/export/").any(|(at, _)| {
        let start = head.get(..at).and_then(|h| h.rfind(['"', '\''])).map_or(0, |q| q + 1);
        let end = head.get(at..).and_then(|h| h.find(['"', '\''])).map_or(head.len(), |q| at + q);
        head.get(start..end).is_some_and(|uri| is_export(uri, "") || is_export(uri, "excerpt/"))
    });
    namespace || head.contains("<wp:wxr_version>")
}

/// Ties a fault that ends the reading to the file.
pub fn refuse(stream: &Named, fault: Fault) -> Error {
    match fault {
        Fault::Io(cause) => stream.fault(cause),
        Fault::Refused { line, why } | Fault::IllFormed { line, why } => {
            Error::input(&stream.shown, format!("not a WordPress export: {why} (line {line})"))
        }
        Fault::Cut { line } => Error::input(&stream.shown, format!("cut short in line {line}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exports_are_told_by_their_namespace() {
        for uri in
            ["http://wordpress.org/export/1.0/", "https://wordpress.org/export/1.2/", "http://wordpress.org/export/1.1"]
        {
            assert!(is_export(uri, ""), "{uri}");
            assert!(looks_like_export(&format!("<rss xmlns:wp=\"{uri}\">")));
        }
        assert!(is_export("http://wordpress.org/export/1.2/excerpt/", "excerpt/"));
        for uri in [
            "http://wordpress.org/export/",
            "http://wordpress.org.example/export/1.2/",
            "ftp://wordpress.org/export/1.2/",
        ] {
            assert!(!is_export(uri, ""), "{uri}");
            assert!(!looks_like_export(&format!("<rss xmlns:wp=\"{uri}\">")));
        }
    }
}
