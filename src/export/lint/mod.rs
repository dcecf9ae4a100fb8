//! What a book has to be, checked on the finished file: any EPUB 3, whoever made it. EPUBCheck sees few of these faults.
//! It knows no exporter: it reads the container, and for the rules about lost text the archive, nothing else.
//!
//! `read` opens the container and parses a page at a time → the rules, one function each, in the table [`RULES`].

mod against;
mod contents;
mod head;
mod links;
mod markup;
mod notes;
mod package;
mod page;
mod pictures;
mod read;
mod styles;

use std::path::Path;

use serde::Serialize;

use self::page::Page;
use self::read::Book;
use crate::error::Result;
use crate::export::Profile;
use crate::store::Archive;

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Fault {
    /// Number of the rule in [`RULES`].
    pub rule: u8,
    /// Path in the container; empty when it is about the book as a whole.
    pub file: String,
    /// Line in the file, from 1; 0 when it is about the file as a whole.
    pub line: usize,
    pub what: String,
    /// Good advice, not a fault: the book works, but not everywhere, or not as well as it could.
    pub advice: bool,
}

/// A rule of the table.
pub struct Rule {
    pub number: u8,
    /// One word or two.
    pub name: &'static str,
    /// What it asks for.
    pub asks: &'static str,
    page: fn(&Page, &mut Found<'_>),
    book: fn(&Book, &mut Found<'_>),
}

/// How strictly, and beside what, a book is read.
#[derive(Default, Clone, Copy)]
pub struct Strictness<'a> {
    /// For which readers.
    pub profile: Profile,
    /// The archive it was made of: its texts and captions are all in the book.
    pub against: Option<&'a Archive>,
}

/// What a rule is told and what it finds.
pub struct Found<'a> {
    rule: u8,
    strictness: Strictness<'a>,
    faults: Vec<Fault>,
}

/// Faults of one rule that are told; more of the same say nothing new.
const MOST: usize = 100;

impl Found<'_> {
    fn fault(&mut self, file: &str, line: usize, what: impl Into<String>) {
        self.add(file, line, what.into(), false);
    }

    fn advise(&mut self, file: &str, line: usize, what: impl Into<String>) {
        self.add(file, line, what.into(), true);
    }

    fn add(&mut self, file: &str, line: usize, what: String, advice: bool) {
        let same = self.faults.iter().rev().filter(|f| f.rule == self.rule && f.advice == advice).count();
        if same < MOST {
            self.faults.push(Fault { rule: self.rule, file: file.into(), line, what, advice });
        }
    }
}

fn no_page(_: &Page, _: &mut Found<'_>) {}
fn no_book(_: &Book, _: &mut Found<'_>) {}

const fn of_page(number: u8, name: &'static str, asks: &'static str, page: fn(&Page, &mut Found<'_>)) -> Rule {
    Rule { number, name, asks, page, book: no_book }
}

const fn of_book(number: u8, name: &'static str, asks: &'static str, book: fn(&Book, &mut Found<'_>)) -> Rule {
    Rule { number, name, asks, page: no_page, book }
}

/// The rules, by number.
pub static RULES: [Rule; 30] = [
    of_book(
        1,
        "container",
        "mimetype first, stored, without extra field; no folder entries; no unlisted file",
        package::container,
    ),
    of_book(2, "well-formed", "every document is XML, the package is complete, ids are met once", package::whole),
    Rule {
        number: 3,
        name: "accessible",
        asks: "roles fit their types, labels lead somewhere, links have words",
        page: markup::accessible,
        book: no_book,
    },
    Rule {
        number: 4,
        name: "names",
        asks: "files are named [a-z0-9-]+.[a-z0-9]+ within 64 letters, ids [a-z][a-z0-9-]*",
        page: head::ids,
        book: package::names,
    },
    of_book(5, "manifest ids", "the id of an item is the name of its file without the ending", package::manifest_ids),
    of_page(
        6,
        "language",
        "lang and xml:lang agree and are well-formed; dir exactly for scripts written from the right",
        head::language,
    ),
    of_book(7, "titles", "titles of files are not empty and all different", head::titles),
    of_page(8, "headings", "one h1, first; no level skipped; no empty heading", head::headings),
    of_page(
        9,
        "plain markup",
        "no comment, instruction, style, script, handler, form, frame, base or control character",
        markup::plain,
    ),
    Rule {
        number: 10,
        name: "self-contained",
        asks: "nothing outside the book is loaded",
        page: markup::contained,
        book: styles::contained,
    },
    of_book(
        11,
        "stylesheets",
        "only properties and units that old readers take; no function, no at-rule",
        styles::properties,
    ),
    of_book(12, "classes", "each class is styled; none has a name that readers take for a note", styles::classes),
    of_book(13, "links", "each link inside the book leads to a file and a place that are there", links::resolve),
    of_book(
        14,
        "fragments",
        "a link to another chapter names a place only if that is an anchor; a link forward leads to a note or to an anchor",
        links::fragments,
    ),
    of_book(15, "home", "no link to the web where the post it leads to is in the book", links::home),
    of_page(
        16,
        "note references",
        "raised, in the file of their note, before it; the note is typed, of 9 to 5,000 letters, and links back",
        notes::references,
    ),
    of_page(
        17,
        "note numbers",
        "notes are numbered from 1 in the order of their references, none unreferenced",
        notes::numbers,
    ),
    of_book(
        18,
        "contents",
        "every text but cover and continuations, in reading order, labelled as headed; two levels, at most 500 entries each",
        contents::contents,
    ),
    of_book(19, "NCX", "says what the contents say; its uid is the identifier", contents::ncx),
    of_book(20, "landmarks", "hidden, no type twice; the guide agrees", contents::landmarks),
    of_book(
        21,
        "cover",
        "one opaque RGB JPEG or PNG, at least 1,000 wide, at most 5.6 megapixels, alone on its page",
        pictures::cover,
    ),
    of_book(
        22,
        "picture types",
        "type, first bytes and ending agree; a kind the readers show; no transparency, CMYK, turn, or motion where forbidden",
        pictures::types,
    ),
    of_book(23, "picture sizes", "each within the limits of bytes and area", pictures::sizes),
    of_book(24, "pictures used", "each picture of the package is shown, and is there once", pictures::used),
    of_page(
        25,
        "alternative text",
        "each picture has one, which is neither the file's name nor the caption",
        pictures::alternative,
    ),
    of_book(
        26,
        "captions",
        "the captions are those of the archive, each with its picture (with --against)",
        against::captions,
    ),
    of_page(27, "tables", "not nested, spans within bounds, heads with scope, none for layout", markup::tables),
    Rule {
        number: 28,
        name: "text",
        asks: "no element of blanks only; the text is that of the archive (with --against)",
        page: markup::blanks,
        book: against::texts,
    },
    of_book(
        29,
        "sizes and metadata",
        "no file too large for readers; each single property once; accessibility claimed as it is",
        package::metadata,
    ),
    of_book(
        30,
        "no time of its own",
        "nothing in the file tells when it was made: the same input gives the same bytes",
        package::timeless,
    ),
];

/// Reads a book and returns what is wrong with it, by rule, file and line.
///
/// Errors: [`Error::Input`](crate::error::Error::Input) when the file is no ZIP that holds a package document.
pub fn lint(path: &Path, strictness: Strictness<'_>) -> Result<Vec<Fault>> {
    let mut found = Found { rule: 0, strictness, faults: Vec::new() };
    let book = read::open(path, strictness.against.is_some(), &mut |page| {
        for rule in &RULES {
            found.rule = rule.number;
            (rule.page)(page, &mut found);
        }
    })?;
    for rule in &RULES {
        found.rule = rule.number;
        (rule.book)(&book, &mut found);
    }
    found.faults.sort();
    Ok(found.faults)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_numbered_from_one_to_thirty() {
        assert!(RULES.iter().enumerate().all(|(n, r)| usize::from(r.number) == n + 1 && !r.asks.is_empty()));
    }
}
