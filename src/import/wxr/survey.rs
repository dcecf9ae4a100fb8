//! The first pass: what posts refer to, whether the file is well-formed, what there is in it.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::item::{Author, Channel, Item};
use super::parse::{Element, Parser, refuse};
use super::shelf::{Attachment, Shelf};
use crate::error::Result;
use crate::event::Events;
use crate::html;
use crate::import::report::Report;
use crate::import::xml::Fault;
use crate::input::{Hashed, Named};
use crate::model::{Digest, Site, normalise_url};

/// How a file was read.
struct File {
    digest: Digest,
    strict: bool,
    cut: Option<(u64, &'static str)>,
}

/// What the first pass learnt of a site.
#[derive(Default)]
pub struct Survey {
    pub site: Site,
    /// Root address without a slash at its end.
    pub base: Option<String>,
    pub posts: u64,
    pub skipped: BTreeMap<String, u64>,
    authors: HashMap<String, Author>,
    attachments: Shelf,
    /// Post, place in the order its author gave, attachment uploaded to it; sorted.
    children: Vec<(u64, i64, u64)>,
    /// Reusable blocks (`wp_block`), their content.
    blocks: HashMap<u64, String>,
    /// Ids, addresses and guids of posts, hashed, and those that several posts bear: they identify none.
    names: HashSet<u64>,
    shared: HashSet<u64>,
    /// How the files were read, by what messages call them: two may bear one name.
    files: HashMap<String, File>,
    version: String,
}

/// Reads a file once: strictly, and if it is not well-formed, once more with repairs.
pub fn survey(stream: &Named, events: &Events) -> Result<Survey> {
    match pass(stream, true, events) {
        Err(Failure::IllFormed) => {}
        Err(Failure::Error(error)) => return Err(error),
        Ok(survey) => return Ok(survey),
    }
    match pass(stream, false, events) {
        Ok(survey) => Ok(survey),
        Err(Failure::Error(error)) => Err(error),
        Err(Failure::IllFormed) => Ok(Survey::default()),
    }
}

enum Failure {
    IllFormed,
    Error(crate::Error),
}

fn pass(stream: &Named, strict: bool, events: &Events) -> Result<Survey, Failure> {
    let error = Failure::Error;
    let mut parser = Parser::open(stream, strict).map_err(error)?;
    let mut survey = Survey::default();
    let mut cut = None;
    loop {
        events.check().map_err(error)?;
        match parser.next() {
            Ok(Some(Element::Item(item))) => survey.item(*item),
            Ok(Some(Element::Author(author))) => {
                survey.authors.insert(author.login.clone(), author);
            }
            Ok(Some(Element::Channel)) => {}
            Ok(None) => break,
            Err(Fault::IllFormed { .. } | Fault::Cut { .. }) if strict => return Err(Failure::IllFormed),
            Err(Fault::Cut { line }) => {
                cut = Some((line, "cut short"));
                break;
            }
            Err(Fault::IllFormed { line, .. }) => {
                cut = Some((line, "damaged beyond repair"));
                break;
            }
            Err(Fault::Refused { line, .. }) if survey.posts > 0 => {
                cut = Some((line, "not to be read on"));
                break;
            }
            Err(fault) => return Err(error(refuse(stream, fault))),
        }
    }
    survey.channel(&parser.channel);
    let digest = match cut {
        // A reader that gave up has seen a part of the file only.
        Some((_, why)) if why != "cut short" => whole_digest(stream).map_err(error)?,
        _ => parser.seen().digest(),
    };
    survey.files.insert(stream.shown.clone(), File { digest, strict, cut });
    Ok(survey)
}

fn whole_digest(stream: &Named) -> Result<Digest> {
    let (mut hashed, seen) = Hashed::new(stream.open()?);
    std::io::copy(&mut hashed, &mut std::io::sink()).map_err(|e| stream.fault(e))?;
    Ok(seen.digest())
}

impl Survey {
    fn item(&mut self, item: Item) {
        if item.is_post() {
            self.posts += 1;
            self.name(&format!("id {}", item.id.unwrap_or_default()));
            self.name(&format!("link {}", item.link));
            self.name(&format!("guid {}", item.guid));
            return;
        }
        *self.skipped.entry(item.kind.clone()).or_default() += 1;
        let Some(id) = item.id else { return };
        match item.kind.as_str() {
            "wp_block" => {
                self.blocks.insert(id, item.content);
            }
            "attachment" => {
                let parent = item.parent.unwrap_or_default();
                self.children.push((parent, item.order, id));
                let url =
                    html::unescape(if item.attachment_url.is_empty() { &item.guid } else { &item.attachment_url });
                let alt = item.meta("_wp_attachment_image_alt").unwrap_or_default().to_string();
                self.attachments.put(&Attachment { id, url, title: item.title, caption: item.excerpt, alt });
            }
            _ => {}
        }
    }

    fn channel(&mut self, channel: &Channel) {
        self.base = channel.base();
        self.version = channel.version.clone();
        let text = |t: &str| html::plain_text(t);
        let generator = channel.generator.split("?v=").nth(1).map(|v| format!("WordPress {v}"));
        self.site = Site {
            url: self.base.as_ref().map(|b| format!("{b}/")),
            title: text(&channel.title),
            description: text(&channel.description),
            language: Some(channel.language.clone()).filter(|l| !l.is_empty()),
            timezone: None,
            generator: generator.or_else(|| Some(channel.generator.clone()).filter(|g| !g.is_empty())),
        };
    }

    fn name(&mut self, name: &str) {
        let hash = hash(name);
        if !self.names.insert(hash) {
            self.shared.insert(hash);
        }
    }

    /// Returns whether several posts bear the name, so that it identifies none of them.
    pub fn is_shared(&self, kind: &str, name: impl std::fmt::Display) -> bool {
        self.shared.contains(&hash(&format!("{kind} {name}")))
    }

    /// Returns what tells sites apart: host and path of the root address, as keys of posts have it.
    pub fn key(&self) -> String {
        self.base.as_deref().map(normalise_url).unwrap_or_default()
    }

    /// Ends the looking: what is needed only to see that names are shared goes, the rest is put in order.
    pub fn settle(&mut self) {
        self.names = HashSet::new();
        self.children.sort_unstable();
        self.children.dedup();
        self.children.shrink_to_fit();
        self.attachments.settle();
    }

    /// Takes in what another file of the same site holds.
    pub fn join(&mut self, other: Survey) {
        self.posts += other.posts;
        for (what, n) in other.skipped {
            *self.skipped.entry(what).or_default() += n;
        }
        self.authors.extend(other.authors);
        self.attachments.join(&other.attachments);
        self.children.extend(other.children);
        self.blocks.extend(other.blocks);
        self.shared.extend(other.shared);
        self.names.extend(other.names);
        self.files.extend(other.files);
    }

    pub fn author(&self, login: &str) -> Option<&Author> {
        self.authors.get(login)
    }

    /// Returns the addresses of all attachments.
    pub fn addresses(&self) -> impl Iterator<Item = String> {
        self.attachments.addresses()
    }

    pub fn attachment(&self, id: u64) -> Option<Attachment> {
        self.attachments.get(id)
    }

    pub fn block(&self, id: u64) -> Option<&str> {
        self.blocks.get(&id).map(String::as_str)
    }

    /// Returns what was uploaded to a post, in the order its author gave.
    pub fn uploads(&self, post: u64) -> Vec<Attachment> {
        let from = self.children.partition_point(|(parent, ..)| *parent < post);
        let own = self.children.iter().skip(from).take_while(|(parent, ..)| *parent == post);
        own.filter_map(|(.., id)| self.attachments.get(*id)).collect()
    }

    pub fn is_strict(&self, file: &str) -> bool {
        self.files.get(file).is_some_and(|f| f.strict)
    }

    pub fn digest(&self, file: &str) -> Digest {
        self.files.get(file).map_or_else(|| Digest::of(b""), |f| f.digest.clone())
    }

    /// Returns where a file stops before its end, and why.
    pub fn cut(&self, file: &str) -> Option<(u64, &'static str)> {
        self.files.get(file).and_then(|f| f.cut)
    }

    pub fn any_cut(&self) -> Option<(u64, &'static str)> {
        self.files.values().find_map(|f| f.cut)
    }

    /// Puts what the survey knows into the report.
    pub fn tell(&self, report: &mut Report) {
        for (what, n) in &self.skipped {
            report.skip(what, *n);
        }
        report.withhold("e-mail addresses of authors", self.authors.values().filter(|a| a.mail).count() as u64);
        report.dialect = format!("WXR {}", self.version).trim_end().to_string();
        if !matches!(self.version.as_str(), "1.0" | "1.1" | "1.2") {
            report.notes.push(match self.version.as_str() {
                "" => "the export does not say its version (wp:wxr_version); read as 1.2".to_string(),
                other => format!("the export says it is version {other:?} (wp:wxr_version); read as 1.2"),
            });
        }
    }
}

/// A name as eight bytes: there may be a million of them. Two that collide cost an alias, no post.
fn hash(name: &str) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish()
}
