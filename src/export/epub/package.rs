//! Package document, contents and NCX, by the crate `epub-builder` from empty bodies, then mended. It knows no post.
//!
//! The crate (0.8.3) is used as a writer of these three documents only. Its container keeps the whole book in memory
//! and compresses pictures again; and its documents fail EPUBCheck 5.3.0 in the normal case. What is mended, and why:
//!
//! | document | by the crate | here |
//! |---|---|---|
//! | package | a language and a creator share the id `epub-creator-0` (RSC-005) | languages have no id |
//! | package | no publisher, source, contributor, date (but by the crate `chrono`), series | written in front of `dcterms:modified` |
//! | package | ids made of whole paths; `modified` is now | id = file stem, stable between exports; the latest post's |
//! | package | contents not in the spine, no guide but for it | after the title page; cover, contents, text |
//! | contents | an empty `landmarks` list (RSC-005, RSC-017), no language, a stylesheet of its own | filled, hidden, the book's |
//! | NCX | no `dtb:uid` (NCX-001), depth 1, title "Contents" | as the package says |

use std::collections::HashMap;
use std::io::{Cursor, Read};

use epub_builder::{EpubBuilder, EpubContent, EpubVersion, MetadataOpfV3, PageDirection, TocElement, ZipLibrary};

use super::language::is_rtl;
use super::metadata::Metadata;
use super::tree::escape;
use super::words::Words;
use crate::error::{Error, Result};

/// A text file in reading order.
#[derive(Debug, Clone)]
pub struct Spined {
    pub stem: String,
    /// Label and level (1 or 2) in the contents.
    pub entry: Option<(String, i32)>,
}

/// What the package is made of.
pub struct Package<'a> {
    pub metadata: &'a Metadata,
    pub claims: Vec<(&'static str, String)>,
    pub words: &'a Words,
    pub contents_title: String,
    pub spine: &'a [Spined],
    /// Stylesheets and pictures: path relative to the package document, and type.
    pub resources: &'a [(String, &'static str)],
    /// Path and type.
    pub cover: (&'a str, &'static str),
    /// Addresses of licences; empty where none is known.
    pub rights: String,
    /// Stems of the lists there are: `tags`, `pictures`.
    pub lists: &'a [&'static str],
    /// The file where the posts begin.
    pub start: Option<String>,
}

/// The three documents, finished.
pub struct Documents {
    pub package: String,
    pub contents: String,
    pub ncx: String,
}

impl Package<'_> {
    /// Makes the three of them. A list of contents longer than readers take gives the parts alone: each lists its posts.
    pub fn documents(&self) -> Result<Documents> {
        let whole = self.made(2)?;
        if whole.contents.len() <= super::split::MOST
            || self.spine.iter().all(|s| s.entry.as_ref().is_none_or(|(_, level)| *level < 2))
        {
            return Ok(whole);
        }
        self.made(1)
    }

    fn made(&self, depth: i32) -> Result<Documents> {
        let made = self.build(depth).map_err(|e| Error::export("the package document", e))?;
        let mut zip = zip::ZipArchive::new(Cursor::new(made)).map_err(|e| Error::export("the package document", e))?;
        let mut text = |name: &str| -> Result<String> {
            let mut out = String::new();
            let mut file = zip.by_name(name).map_err(|e| Error::export(name, e))?;
            file.read_to_string(&mut out).map_err(|e| Error::export(name, e))?;
            Ok(out)
        };
        Ok(Documents {
            package: self.mend_package(&text("OEBPS/content.opf")?),
            contents: self.mend_contents(&text("OEBPS/nav.xhtml")?),
            ncx: self.mend_ncx(&text("OEBPS/toc.ncx")?),
        })
    }

    fn build(&self, depth: i32) -> epub_builder::Result<Vec<u8>> {
        let m = self.metadata;
        let mut book = EpubBuilder::new(ZipLibrary::new()?)?;
        book.epub_version(EpubVersion::V33);
        book.set_title(&m.title);
        book.set_languages(m.languages.clone());
        book.set_authors(m.creators.iter().map(|(name, _)| name.clone()).collect());
        book.set_subjects(m.subjects.clone());
        book.set_description(m.description.iter().cloned().collect());
        if !self.rights.is_empty() {
            book.set_license(&self.rights);
        }
        book.set_toc_name(self.words.contents);
        book.set_uuid(m.id);
        if m.languages.first().is_some_and(|l| is_rtl(l)) {
            book.metadata("direction", PageDirection::Rtl.to_string())?;
        }
        let mut meta = |refines: &str, property: &str, content: &str| {
            // The crate leaves this content as it is.
            let mut escaped = String::new();
            escape(&mut escaped, content);
            let mut item = MetadataOpfV3::new(property.to_string(), escaped);
            item.refines = (!refines.is_empty()).then(|| format!("#{refines}"));
            book.add_metadata_opf(Box::new(item));
        };
        meta("m-title", "title-type", "main");
        meta("m-title", "file-as", &m.title_sort);
        for (n, (_, sort)) in m.creators.iter().enumerate() {
            meta(&format!("epub-creator-{n}"), "file-as", sort);
        }
        for (property, value) in &self.claims {
            meta("", property, value);
        }
        book.add_cover_image(self.cover.0, std::io::empty(), self.cover.1)?;
        for (path, mime) in self.resources {
            book.add_resource(path, std::io::empty(), *mime)?;
        }
        for file in self.spine {
            let path = format!("text/{}.xhtml", file.stem);
            let mut content = EpubContent::new(path.as_str(), std::io::empty());
            if let Some((label, level)) = file.entry.as_ref().filter(|(_, level)| *level <= depth) {
                content.toc = TocElement::new(path.as_str(), label.as_str()).level(*level);
            }
            book.add_content(content)?;
        }
        let mut out = Vec::new();
        book.generate(&mut out)?;
        Ok(out)
    }

    fn mend_package(&self, opf: &str) -> String {
        let mut ids: HashMap<String, String> = HashMap::new();
        let mut out = String::with_capacity(opf.len() + 2000);
        for line in opf.lines() {
            let trimmed = line.trim();
            if trimmed.is_empty() || trimmed.contains("href=\"stylesheet.css\"") {
                continue;
            }
            if trimmed.starts_with("<package ") {
                let language = self.metadata.languages.first().map_or("en", String::as_str);
                out.push_str(&line.replace("epub-id-1", "m-uid").replace('>', &format!(" xml:lang=\"{language}\">")));
            } else if trimmed.starts_with("<dc:identifier") {
                out.push_str(&line.replace("epub-id-1", "m-uid"));
            } else if trimmed.starts_with("<dc:title>") {
                out.push_str(&line.replace("<dc:title>", "<dc:title id=\"m-title\">"));
            } else if let Some(rest) = trimmed.strip_prefix("<dc:language id=") {
                out.push_str("    <dc:language");
                out.push_str(rest.find('>').and_then(|n| rest.get(n..)).unwrap_or(rest));
            } else if trimmed.contains("epub-creator-") {
                out.push_str(&line.replace("epub-creator-", "m-creator-"));
            } else if trimmed.contains("\"dcterms:modified\"") {
                self.put_metadata(&mut out);
            } else if trimmed.starts_with("<item ") && trimmed.contains("id=\"id_") {
                out.push_str(&rename(line, &mut ids));
            } else if trimmed.contains("\"ncx\"") {
                out.push_str(&line.replace("\"ncx\"", "\"toc\""));
            } else if trimmed.starts_with("<itemref ") {
                let old = attribute(trimmed, "idref").unwrap_or_default();
                let stem = ids.get(old).map_or(old, String::as_str);
                out.push_str(&format!("    <itemref idref=\"{stem}\"/>"));
                if stem == "title" {
                    out.push_str("\n    <itemref idref=\"nav\"/>");
                }
            } else if trimmed == "<guide>" {
                out.push_str(line);
                self.put_guide(&mut out);
            } else {
                out.push_str(line);
            }
            out.push('\n');
        }
        out
    }

    /// What the crate has no words for.
    fn put_metadata(&self, out: &mut String) {
        let m = self.metadata;
        let mut put = |open: &str, text: &str, close: &str| {
            out.push_str("    ");
            out.push_str(open);
            escape(out, text);
            out.push_str(close);
            out.push('\n');
        };
        let simple = [("publisher", &m.publisher), ("date", &m.date), ("source", &m.source)];
        for (name, text) in simple.iter().filter_map(|(n, t)| t.as_ref().map(|t| (n, t))) {
            put(&format!("<dc:{name}>"), text, &format!("</dc:{name}>"));
        }
        put("<dc:contributor id=\"m-maker\">", "mdarchive", "</dc:contributor>");
        put("<meta refines=\"#m-maker\" property=\"role\" scheme=\"marc:relators\">", "bkp", "</meta>");
        let (series, id) = &m.series;
        put("<meta property=\"belongs-to-collection\" id=\"m-series\">", series, "</meta>");
        put("<meta refines=\"#m-series\" property=\"collection-type\">", "series", "</meta>");
        if let Some(position) = m.position {
            put("<meta refines=\"#m-series\" property=\"group-position\">", &position.to_string(), "</meta>");
        }
        put("<meta refines=\"#m-series\" property=\"dcterms:identifier\">", &id.urn().to_string(), "</meta>");
        put("<meta name=\"calibre:series\" content=\"", series, "\"/>");
        if let Some(position) = m.position {
            put("<meta name=\"calibre:series_index\" content=\"", &position.to_string(), "\"/>");
        }
        put("<meta property=\"dcterms:modified\">", &m.modified, "</meta>");
        out.pop();
    }

    fn put_guide(&self, out: &mut String) {
        for (kind, label, file) in self.places().into_iter().filter(|(kind, ..)| matches!(*kind, "cover" | "text")) {
            out.push_str(&format!("\n    <reference type=\"{kind}\" title=\"{label}\" href=\"{file}\"/>"));
        }
    }

    /// The places every book has, by their names in the guide.
    fn places(&self) -> Vec<(&'static str, &'static str, String)> {
        let w = Words::of(self.words.lang);
        // A cover without a page is its picture alone.
        let cover = self.spine.iter().any(|s| s.stem == "cover");
        let mut places: Vec<_> =
            cover.then(|| ("cover", w.cover, "text/cover.xhtml".to_string())).into_iter().collect();
        places.extend([
            ("title-page", w.title_page, "text/title.xhtml".to_string()),
            ("toc", w.contents, "nav.xhtml".to_string()),
        ]);
        places.extend(self.start.iter().map(|stem| ("text", w.start, format!("text/{stem}.xhtml"))));
        let list = |stem: &&'static str| match *stem {
            "tags" => ("index", w.tags, "text/tags.xhtml".to_string()),
            _ => ("loi", w.pictures, "text/pictures.xhtml".to_string()),
        };
        places.extend(self.lists.iter().map(list));
        places
    }

    fn mend_contents(&self, nav: &str) -> String {
        let language = self.metadata.languages.first().map_or("en", String::as_str);
        let dir = if is_rtl(language) { " dir=\"rtl\"" } else { "" };
        let mut out = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" \
             xmlns:epub=\"http://www.idpf.org/2007/ops\" lang=\"{language}\" xml:lang=\"{language}\"{dir}>\n<head>\n<title>"
        );
        escape(&mut out, &self.contents_title);
        out.push_str("</title>\n");
        for sheet in ["book", "extra"] {
            out.push_str(&format!("<link rel=\"stylesheet\" type=\"text/css\" href=\"css/{sheet}.css\"/>\n"));
        }
        out.push_str("</head>\n");
        let body = nav.find("<body>").and_then(|n| nav.get(n..)).unwrap_or_default();
        let toc = "<nav epub:type=\"toc\" role=\"doc-toc\" id=\"toc\" aria-labelledby=\"toc-title\">";
        let own = if super::language::primary(language) == self.words.lang {
            String::new()
        } else {
            format!(" lang=\"{0}\" xml:lang=\"{0}\"", self.words.lang)
        };
        let body = body
            .replace("<nav epub:type = \"toc\" id=\"toc\">", toc)
            .replace("<h1 id=\"toc-title\">", &format!("<h1 id=\"toc-title\"{own}>"));
        let (before, after) =
            body.split_once("<nav epub:type = \"landmarks\">").unwrap_or((&body, "</nav>\n</body>\n</html>\n"));
        out.push_str(before);
        out.push_str("<nav epub:type=\"landmarks\" id=\"landmarks\" hidden=\"hidden\">\n");
        out.push_str(&format!("<h2{own}>{}</h2>\n<ol{own}>\n", self.words.landmarks));
        for (kind, label, file) in self.places() {
            let kind = match kind {
                "title-page" => "titlepage",
                "text" => "bodymatter",
                kind => kind,
            };
            out.push_str(&format!("<li><a epub:type=\"{kind}\" href=\"{file}\">{label}</a></li>\n"));
        }
        out.push_str("</ol>\n  ");
        out.push_str(after.trim_start());
        out
    }

    fn mend_ncx(&self, ncx: &str) -> String {
        let language = self.metadata.languages.first().map_or("en", String::as_str);
        let depth = if self.spine.iter().any(|s| s.entry.as_ref().is_some_and(|(_, l)| *l > 1)) { 2 } else { 1 };
        let mut title = String::new();
        escape(&mut title, &self.metadata.title);
        let uid = format!("<head>\n    <meta name=\"dtb:uid\" content=\"{}\"/>", self.metadata.id.urn());
        let (head, rest) = ncx.split_once("<docTitle>").unwrap_or((ncx, ""));
        let rest = rest.split_once("</docTitle>").map_or("", |(_, rest)| rest);
        let head = head
            .replace("<head>", &uid)
            .replace("<ncx version=\"2005-1\"", &format!("<ncx version=\"2005-1\" xml:lang=\"{language}\""))
            .replace("name=\"dtb:depth\" content=\"1\"", &format!("name=\"dtb:depth\" content=\"{depth}\""));
        format!("{head}<docTitle>\n    <text>{title}</text>\n  </docTitle>{rest}")
    }
}

/// Gives an item of the manifest the stem of its file as id.
fn rename(line: &str, ids: &mut HashMap<String, String>) -> String {
    let (Some(old), Some(href)) = (attribute(line, "id"), attribute(line, "href")) else { return line.to_string() };
    let name = href.rsplit('/').next().unwrap_or(href);
    let stem = name.split('.').next().unwrap_or(name);
    ids.insert(old.to_string(), stem.to_string());
    line.replace(&format!("id=\"{old}\""), &format!("id=\"{stem}\""))
}

fn attribute<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let from = line.find(&format!(" {name}=\""))? + name.len() + 3;
    line.get(from..)?.split('"').next()
}
