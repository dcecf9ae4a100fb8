//! Notes for links: an address that can be read on paper. It knows the chapter's tree and where posts are, no more.

use std::collections::HashMap;

use super::plan::{Away, Plan};
use super::tree::{Element, Node, line, words};
use super::words::Words;

/// What is said of where links lead.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Links {
    /// A note at the end of the chapter for each address.
    #[default]
    Notes,
    /// The address in brackets behind the words.
    Inline,
    Both,
    /// Nothing: links lead out and no more.
    None,
}

/// Marks a link to a post that stands in another volume: followed by the post's id.
pub const AWAY: &str = "away:";
/// Longer addresses are cut where they are shown; the link has all of it.
const MOST_SHOWN: usize = 400;

/// One note.
struct Note {
    /// Where the link leads; none for a post in another volume.
    href: Option<String>,
    /// What is read.
    shown: String,
    /// Where the post stands that it leads to, or that it is not kept.
    about: Option<String>,
    copy: Option<String>,
}

/// The notes of one file.
pub struct Notes<'a> {
    plan: &'a Plan,
    links: Links,
    /// The page is written from the right: addresses are not.
    rtl: bool,
    words: &'static Words,
    notes: Vec<Note>,
    numbers: HashMap<String, usize>,
}

impl<'a> Notes<'a> {
    pub fn new(plan: &'a Plan, links: Links, rtl: bool) -> Notes<'a> {
        Notes { plan, links, rtl, words: plan.words, notes: Vec::new(), numbers: HashMap::new() }
    }

    /// Puts a reference behind each link that leads out of the book.
    pub fn mark(&mut self, nodes: &mut Vec<Node>) {
        let mut out = Vec::with_capacity(nodes.len());
        for node in nodes.drain(..) {
            let Node::Element(mut e) = node else {
                out.push(node);
                continue;
            };
            // No room for a number in a gloss; a byline is no text, and a frame shows its address already.
            if e.name == "ruby" || matches!(e.class(), "byline" | "missing" | "framed") {
                out.push(e.node());
                continue;
            }
            let href = e.get("href").filter(|h| e.name == "a" && leads_out(h)).map(String::from);
            let Some(href) = href else {
                self.mark(&mut e.children);
                out.push(e.node());
                continue;
            };
            let note = self.note(&href, &line(&words(&e.children)));
            match href.strip_prefix(AWAY) {
                Some(_) => out.append(&mut e.children),
                None => out.push(e.node()),
            }
            if let Some(note) = note {
                self.put(&href, note, &mut out);
            }
        }
        *nodes = out;
    }

    /// Returns what is to be said of a link; none where its words say it already.
    fn note(&self, href: &str, said: &str) -> Option<Note> {
        if let Some(id) = href.strip_prefix(AWAY) {
            let away = self.plan.away_by_id(id)?;
            return Some(Note { href: None, shown: away.title.clone(), about: Some(self.place_of(away)), copy: None });
        }
        let (address, copy) = match original(href) {
            Some(address) => (address.to_string(), Some(href.to_string())),
            None => (href.to_string(), self.plan.copies.get(&crate::model::normalise_url(href)).cloned()),
        };
        let about = match self.plan.away(&address) {
            Some(away) => Some(format!("{} ({})", away.title, self.place_of(away))),
            None if self.plan.is_own(&address) => Some(self.words.not_kept.to_string()),
            None => None,
        };
        if about.is_none() && copy.is_none() && bare(said) == bare(&address) {
            return None;
        }
        let shown = address.strip_prefix("mailto:").unwrap_or(&address).to_string();
        Some(Note { href: Some(address), shown, about, copy })
    }

    fn place_of(&self, away: &Away) -> String {
        match &away.volume {
            Some(volume) => self.words.in_volume.replace("{}", volume),
            None => self.words.not_in_book.to_string(),
        }
    }

    fn put(&mut self, href: &str, note: Note, out: &mut Vec<Node>) {
        if matches!(self.links, Links::Inline | Links::Both) || self.links == Links::None && note.href.is_none() {
            let mut inner = vec![Node::text("[")];
            inner.extend(breakable(&cut(&note.shown)));
            inner.extend(note.about.iter().map(|a| Node::text(format!("; {a}"))));
            inner.extend(note.copy.iter().map(|c| Node::text(format!("; {} {}", self.words.archived_copy, cut(c)))));
            inner.push(Node::text("]"));
            // Outside: a blank at the end of a stretch of the other direction would stand on its wrong side.
            out.push(Node::text(" "));
            out.push(self.ltr(Element::new("span").with("class", "url")).holding(inner).node());
        }
        if !matches!(self.links, Links::Notes | Links::Both) {
            return;
        }
        let known = self.numbers.get(href).copied();
        let number = known.unwrap_or(self.notes.len() + 1);
        let mut link = Element::new("a");
        // The first reference gets the way back.
        if known.is_none() {
            link.set("id", format!("r{number}"));
            self.notes.push(note);
            self.numbers.insert(href.to_string(), number);
        }
        let link = link
            .with("href", format!("#n{number}"))
            .with("epub:type", "noteref")
            .with("role", "doc-noteref")
            .holding([Node::text(number.to_string())]);
        out.push(Element::new("sup").holding([link.node()]).node());
    }

    /// Returns the section of notes; none where there are none. `lang`: that of its fixed words, where it differs.
    pub fn section(self, lang: Option<&str>) -> Option<Node> {
        if self.notes.is_empty() {
            return None;
        }
        let mut heading = Element::new("h2").holding([Node::text(self.words.notes)]);
        if let Some(lang) = lang {
            heading.set("lang", lang);
        }
        let section = Element::new("section")
            .with("class", "notes")
            .with("epub:type", "endnotes")
            .with("role", "doc-endnotes")
            .holding([heading.node()]);
        let notes = self.notes.iter().enumerate().map(|(n, note)| self.one(n + 1, note));
        Some(section.holding(notes).node())
    }

    fn ltr(&self, element: Element) -> Element {
        element.facing(self.rtl.then_some("ltr"))
    }

    /// One note: its number leads back, then the address.
    fn one(&self, number: usize, note: &Note) -> Node {
        let words = self.words;
        let back = Element::new("a")
            .with("href", format!("#r{number}"))
            .with("epub:type", "backlink")
            .with("role", "doc-backlink")
            .with("aria-label", words.back_to.replace("{}", &number.to_string()))
            .holding([Node::text(number.to_string())]);
        let mut inner = vec![back.node(), Node::text(" ")];
        let shown = breakable(&cut(&note.shown));
        match &note.href {
            Some(href) => inner.push(self.ltr(Element::new("a").with("href", href.clone())).holding(shown).node()),
            None => inner.extend(shown),
        }
        if let Some(about) = &note.about {
            inner.push(Node::text(format!(" · {about}")));
        }
        if let Some(copy) = &note.copy {
            inner.push(Node::text(format!(" · {} ", words.archived_copy)));
            inner.push(self.ltr(Element::new("a").with("href", copy.clone())).holding(breakable(&cut(copy))).node());
        }
        let p = Element::new("p").holding(inner).node();
        Element::new("div")
            .with("id", format!("n{number}"))
            .with("epub:type", "footnote")
            .with("role", "doc-footnote")
            .holding([p])
            .node()
    }
}

fn leads_out(href: &str) -> bool {
    href.split(['/', '#', '?']).next().is_some_and(|s| s.contains(':'))
}

/// Returns the address that an archived copy shows: `…/web/20070423121500/http://…`.
pub fn original(href: &str) -> Option<&str> {
    let (before, rest) = href.split_once("/web/")?;
    if !before.contains("://") {
        return None;
    }
    let (stamp, address) = rest.split_once('/')?;
    let digits = stamp.bytes().take_while(u8::is_ascii_digit).count();
    (digits >= 4 && stamp.len() <= 20 && address.contains("://")).then_some(address)
}

/// An address as people write it: scheme and last slash do not matter.
fn bare(text: &str) -> String {
    let text = text.trim().trim_end_matches('/').to_lowercase();
    let text = ["https://", "http://", "mailto:", "tel:"].iter().find_map(|s| text.strip_prefix(s)).unwrap_or(&text);
    crate::export::decoded(text.strip_prefix("www.").unwrap_or(text))
}

fn cut(text: &str) -> String {
    let short: String = text.chars().take(MOST_SHOWN).collect();
    if short.len() < text.len() { short + "…" } else { short }
}

/// An address that may be broken after slashes and dots.
fn breakable(text: &str) -> Vec<Node> {
    let mut out = Vec::new();
    let mut piece = String::new();
    let mut signs = text.chars().peekable();
    while let Some(c) = signs.next() {
        piece.push(c);
        if matches!(c, '/' | '.') && signs.peek() != Some(&'/') && piece.len() > 4 {
            out.push(Node::Text(std::mem::take(&mut piece)));
            out.push(Element::new("wbr").node());
        }
    }
    if piece.is_empty() {
        // No break behind the last letter.
        out.pop_if(|n| n.element().is_some());
    } else {
        out.push(Node::Text(piece));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_are_the_address_need_no_note() {
        assert_eq!(bare("www.e.com/a%20b/"), bare("http://e.com/a b"));
        assert_ne!(bare("here"), bare("http://e.com/"));
    }

    #[test]
    fn an_address_breaks_after_slashes_and_dots() {
        let html = super::super::tree::write(&breakable("http://www.e.com/a/"));
        assert_eq!(html, "http://<wbr/>www.e.<wbr/>com/a/");
    }

    #[test]
    fn an_archived_copy_names_its_original() {
        let of = |u: &'static str| original(u);
        assert_eq!(of("https://web.archive.org/web/20070423121500/http://e.com/a"), Some("http://e.com/a"));
        assert_eq!(of("https://web.archive.org/web/2007id_/http://e.com/"), Some("http://e.com/"));
        assert_eq!(of("http://e.com/web/design/http"), None);
    }
}
