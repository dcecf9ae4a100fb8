//! Tokens of XML to entries, one at a time: RSS of all ages, RDF and Atom.

use std::io::Read;

use url::Url;

use crate::import::xml::{Bound, Fault, Token, Xml};
use crate::input;
use crate::model::Author;

use super::construct;
use super::date;
use super::doctype;
use super::fields;
use super::item::{Dialect, Entry, Feed, Link};

/// The namespaces told by address, whatever prefix a feed gives them.
const SPACES: &[Bound] = &[
    Bound { prefix: "content", is: |uri| uri.starts_with("http://purl.org/rss/1.0/modules/content") },
    Bound { prefix: "slash", is: |uri| uri.starts_with("http://purl.org/rss/1.0/modules/slash") },
    Bound { prefix: "rss", is: |uri| uri.starts_with("http://purl.org/rss/1.0/") && !uri.contains("modules") },
    Bound { prefix: "rss", is: |uri| uri.starts_with("http://my.netscape.com/rdf/simple/0.9") },
    Bound { prefix: "dc", is: |uri| uri.starts_with("http://purl.org/dc/elements/1.") },
    Bound { prefix: "dcterms", is: |uri| uri.starts_with("http://purl.org/dc/terms") },
    Bound { prefix: "atom", is: |uri| uri.starts_with("http://www.w3.org/2005/Atom") },
    Bound { prefix: "atom", is: |uri| uri.starts_with("http://purl.org/atom/ns") },
    Bound { prefix: "app", is: |uri| uri.starts_with("http://purl.org/atom/app") },
    Bound { prefix: "app", is: |uri| uri.starts_with("http://www.w3.org/2007/app") },
    Bound { prefix: "thr", is: |uri| uri == "http://purl.org/syndication/thread/1.0" },
    Bound { prefix: "fh", is: |uri| uri == "http://purl.org/syndication/history/1.0" },
    Bound { prefix: "media", is: |uri| uri.starts_with("http://search.yahoo.com/mrss") },
    Bound { prefix: "itunes", is: |uri| uri.contains("itunes.com/dtds/podcast") || uri.contains("itunes.com/DTDs") },
    Bound { prefix: "wfw", is: |uri| uri.starts_with("http://wellformedweb.org/CommentAPI") },
    Bound { prefix: "feedburner", is: |uri| uri.starts_with("http://rssnamespace.org/feedburner") },
    Bound { prefix: "blogger", is: |uri| uri.starts_with("http://schemas.google.com/blogger/2018") },
    Bound { prefix: "gd", is: |uri| uri == "http://schemas.google.com/g/2005" },
    Bound { prefix: "rdf", is: |uri| uri.starts_with("http://www.w3.org/1999/02/22-rdf-syntax-ns") },
    Bound { prefix: "h", is: |uri| uri == "http://www.w3.org/1999/xhtml" },
];

/// All of one entry together.
const MAX_ENTRY: usize = 64 << 20;

/// Elements that hold entries, and entries: the end of one ends all that is open in it.
const FRAMES: [&str; 7] = ["item", "entry", "channel", "rss", "feed", "RDF", "rdf:RDF"];

/// A reader of entries.
pub struct Parser {
    pub(super) xml: Xml,
    /// What was read of the feed itself so far; without entries.
    pub feed: Feed,
    base: Option<Url>,
    rooted: bool,
    taken: usize,
    strict: bool,
    defines: bool,
}

impl Parser {
    /// Opens a document. A strict reader ends at the first fault of its form.
    pub fn open(stream: Box<dyn Read>, base: Option<&Url>, strict: bool) -> std::io::Result<Parser> {
        let (stream, defines) = doctype::blank(input::narrow(stream)?)?;
        let xml = Xml::open(stream, strict, SPACES)?;
        let (feed, base) = (Feed::default(), base.cloned());
        Ok(Parser { xml, feed, base, rooted: false, taken: 0, strict, defines })
    }

    /// Returns the name of the current element without the prefix of the feed's own format.
    pub(super) fn name(&self) -> String {
        let name = self.xml.name();
        let own = if self.feed.dialect == Dialect::Atom { "atom:" } else { "rss:" };
        name.strip_prefix(own).unwrap_or(name).to_string()
    }

    /// Returns what was repaired, in sentences.
    pub fn repairs(&self) -> Vec<String> {
        let mut notes = self.xml.repairs().notes();
        if self.xml.patched() > 0 {
            notes.push(format!("{} bytes that are not UTF-8 were read as Windows-1252", self.xml.patched()));
        }
        if self.defines {
            notes.push("the DOCTYPE defines entities; they were not read".into());
        }
        notes
    }

    /// Reads the next entry; none at the end. An entry that is cut is lost.
    pub fn next(&mut self) -> Result<Option<Entry>, Fault> {
        loop {
            self.taken = 0;
            match self.xml.next()? {
                Token::End => return Ok(None),
                Token::Close | Token::Text => continue,
                Token::Open if !self.rooted => {
                    self.root()?;
                    continue;
                }
                Token::Open => {}
            }
            match self.name().as_str() {
                "channel" => self.in_scope(),
                "item" | "entry" => return self.entry().map(Some),
                name => self.of_feed(name)?,
            }
        }
    }

    fn root(&mut self) -> Result<(), Fault> {
        self.rooted = true;
        let name = self.xml.name().to_string();
        let local = name.rsplit(':').next().unwrap_or(&name);
        self.feed.dialect = match local {
            "RDF" => Dialect::Rdf,
            "feed" => Dialect::Atom,
            "rss" | "channel" => Dialect::Rss,
            _ => {
                let why = format!("not a feed (root element is <{name}>)");
                let line = self.xml.line();
                // A warning of the server may stand before the feed: a lenient reader looks past it.
                return Err(if self.strict { Fault::IllFormed { line, why } } else { Fault::Refused { line, why } });
            }
        };
        self.feed.version = self.xml.attribute("version").unwrap_or_default().to_string();
        self.in_scope();
        Ok(())
    }

    /// Takes base and language of the element that was opened for the whole feed.
    fn in_scope(&mut self) {
        if let Some(base) = self.base_of(self.base.as_ref()) {
            self.base = Some(base);
        }
        if let Some(language) = self.xml.attribute("xml:lang") {
            self.feed.site.language = Some(language.to_string());
        }
    }

    /// Returns the base that the element that was opened declares, if any.
    fn base_of(&self, outer: Option<&Url>) -> Option<Url> {
        let given = self.xml.attribute("xml:base")?;
        outer.map_or_else(|| Url::parse(given), |outer| outer.join(given)).ok()
    }

    /// Reads an element that says something of the feed.
    fn of_feed(&mut self, name: &str) -> Result<(), Fault> {
        match name {
            "link" | "atom:link" => {
                let base = self.base.clone();
                let link = self.take_link(name, base.as_ref())?;
                if link.rel == "alternate" && self.feed.site.url.is_none() {
                    self.feed.site.url = Some(link.href.clone()).filter(|h| h.contains("://"));
                }
                // A feed says where it lies: good enough to resolve against, where nothing better is known.
                if link.rel == "self" && self.base.is_none() {
                    self.base = Url::parse(&link.href).ok();
                }
                self.feed.links.extend(Some(link).filter(|l| !l.href.is_empty()));
            }
            "title" | "description" | "tagline" | "subtitle" => {
                let text = construct::read(self, name)?.plain();
                let site = &mut self.feed.site;
                let field = if name == "title" { &mut site.title } else { &mut site.description };
                if field.is_empty() {
                    *field = text;
                }
            }
            "language" | "dc:language" => {
                let text = self.text(name)?;
                let tag = text.trim();
                self.feed.site.language = self.feed.site.language.take().or(Some(tag.to_string()));
            }
            "generator" => {
                let version = self.xml.attribute("version").unwrap_or_default().to_string();
                let text = format!("{} {version}", self.text(name)?.trim());
                self.feed.site.generator = Some(text.trim().to_string()).filter(|t| !t.is_empty());
            }
            "id" => self.feed.id = self.text(name)?.trim().to_string(),
            "author" if self.feed.dialect == Dialect::Atom => {
                let author = self.person(name)?;
                self.feed.authors.extend(author);
            }
            "fh:complete" => {
                self.feed.complete = true;
                self.skip(name)?;
            }
            "fh:archive" => {
                self.feed.archive = true;
                self.skip(name)?;
            }
            // Their children bear the names of others.
            _ => self.skip(name)?,
        }
        Ok(())
    }

    fn entry(&mut self) -> Result<Entry, Fault> {
        let own = self.name();
        let base = self.base_of(self.base.as_ref()).or_else(|| self.base.clone());
        let mut entry = Entry {
            base: base.as_ref().map(Url::to_string),
            language: self.xml.attribute("xml:lang").map(str::to_string),
            id: self.xml.attribute("rdf:about").unwrap_or_default().to_string(),
            ..Entry::default()
        };
        entry.id_is_address = !entry.id.is_empty();
        loop {
            match self.xml.next()? {
                Token::Text => continue,
                Token::End => return Err(Fault::Cut { line: self.xml.line() }),
                Token::Close if self.is_frame() => break,
                Token::Close => continue,
                Token::Open => {}
            }
            let name = self.name();
            if name == own {
                let (line, xml) = (self.xml.line(), &mut self.xml);
                xml.repairs().add("entry closed that was left open", line);
                xml.unread(Token::Open);
                break;
            }
            fields::read(self, &name, &mut entry, base.as_ref())?;
        }
        entry.line = self.xml.line();
        Ok(entry)
    }

    /// Returns whether the element that ended holds entries or is one.
    pub(super) fn is_frame(&self) -> bool {
        FRAMES.contains(&self.name().as_str())
    }

    /// Counts bytes taken into the entry that is being read.
    pub(super) fn take(&mut self, n: usize) -> Result<(), Fault> {
        self.taken = self.taken.saturating_add(n);
        if self.taken > MAX_ENTRY {
            let why = format!("an entry is longer than {} MiB", MAX_ENTRY >> 20);
            return Err(Fault::Refused { line: self.xml.line(), why });
        }
        Ok(())
    }

    /// Reads an element to its end, handing on each element in it with its text.
    pub(super) fn children(&mut self, own: &str, each: &mut dyn FnMut(&str, &Xml, &str)) -> Result<(), Fault> {
        let mut open: Vec<String> = Vec::new();
        let mut text = String::new();
        loop {
            match self.xml.next()? {
                Token::End => return Err(Fault::Cut { line: self.xml.line() }),
                Token::Text => {
                    let n = self.xml.text().len();
                    self.take(n)?;
                    text.push_str(self.xml.text());
                }
                Token::Open => {
                    open.push(self.name());
                    text.clear();
                    each(&self.name(), &self.xml, "");
                }
                Token::Close => {
                    let name = self.name();
                    if let Some(at) = open.iter().rposition(|n| *n == name) {
                        each(&name, &self.xml, text.trim());
                        text.clear();
                        open.truncate(at);
                    } else if name == own {
                        return Ok(());
                    } else if self.is_frame() {
                        self.xml.unread(Token::Close);
                        return Ok(());
                    }
                }
            }
        }
    }

    /// Reads past an element.
    pub(super) fn skip(&mut self, own: &str) -> Result<(), Fault> {
        self.children(own, &mut |_, _, _| {})
    }

    /// Reads the text of an element, that of elements in it included.
    pub(super) fn text(&mut self, own: &str) -> Result<String, Fault> {
        Ok(construct::read(self, own)?.value)
    }

    /// Reads `link`: an address as text (RSS) or in attributes (Atom).
    pub(super) fn take_link(&mut self, own: &str, outer: Option<&Url>) -> Result<Link, Fault> {
        let base = self.base_of(outer).or_else(|| outer.cloned());
        let attribute = |name: &str| self.xml.attribute(name).map(|v| v.trim().to_string());
        let href = attribute("href").or_else(|| attribute("url")).or_else(|| attribute("rdf:resource"));
        let mut link = Link {
            rel: attribute("rel").unwrap_or_default(),
            mime: attribute("type").filter(|t| t.contains('/')),
            length: attribute("length").and_then(|l| l.parse().ok()).filter(|n| *n > 0),
            title: attribute("title"),
            href: String::new(),
        };
        let text = self.text(own)?;
        link.rel = match link.rel.rsplit('/').next().unwrap_or_default() {
            "" => "alternate".to_string(),
            rel => rel.to_ascii_lowercase(),
        };
        link.href = resolve(href.unwrap_or(text).trim(), base.as_ref());
        Ok(link)
    }

    /// Reads a person construct (RFC 4287 section 3.2); the e-mail address is nobody's business.
    pub(super) fn person(&mut self, own: &str) -> Result<Option<Author>, Fault> {
        let mut author = Author::default();
        self.children(own, &mut |name, _, text| match name {
            "name" => author.name = crate::html::fold(text),
            "uri" | "url" | "homepage" => author.url = Some(text.to_string()).filter(|u| u.starts_with("http")),
            _ => {}
        })?;
        Ok((!author.name.is_empty()).then_some(author))
    }

    /// Reads a date into a field; one that cannot be read is kept as written.
    pub(super) fn take_date(&mut self, own: &str, bad: &mut Vec<String>) -> Result<Option<crate::model::Date>, Fault> {
        let text = self.text(own)?;
        let found = date::parse(&text);
        if found.is_none() && !text.trim().is_empty() {
            bad.push(text.trim().chars().take(60).collect());
        }
        Ok(found)
    }

    /// Returns the number of the line that is being read.
    pub fn xml_line(&self) -> u64 {
        self.xml.line()
    }
}

/// Returns an address made absolute; as it is where that cannot be.
pub(super) fn resolve(given: &str, base: Option<&Url>) -> String {
    match (base, Url::parse(given)) {
        (Some(base), Err(_)) if !given.is_empty() => {
            base.join(given).map_or_else(|_| given.to_string(), |u| u.to_string())
        }
        _ => given.to_string(),
    }
}
