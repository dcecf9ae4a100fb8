//! One post to its files in the book. It knows the plan and the archive, not the container.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use minijinja::{Value, context};
use scraper::Html;

use super::aloud::aloud;
use super::flow::{Guide, build};
use super::front::front;
use super::gallery::{self, Captioned};
use super::guide::{Asked, Blind};
use super::language;
use super::links::{self, outside};
use super::notes::{AWAY, Links, Notes, original};
use super::pictures::{Picture, Pictures, Tally};
use super::plan::{Item, Plan};
use super::settle::{close_up, settle};
use super::split::{MOST, split};
use super::tags::{file_name, says_nothing};
use super::thread::thread;
use super::tree::{self, Element, Node, each, line, size};
use super::words::{Words, machine};
use super::{Convert, Without};
use crate::error::Result;
use crate::export::template::{Templates, markup};
use crate::html;
use crate::model::{LinkKind, Post, Term};
use crate::store::Archive;

/// Comments that take more than this get a file of their own.
const MOST_COMMENTS: usize = 100_000;
/// Posts that link to one and are named under it; the rest is counted.
const MOST_LINKED: usize = 200;

/// A text file of the book.
#[derive(Debug)]
pub struct Page {
    pub stem: String,
    pub xhtml: String,
}

/// What became of a post.
#[derive(Debug)]
pub struct Chapter {
    pub pages: Vec<Page>,
    pub pictures: Vec<Picture>,
    pub tally: Tally,
    pub lost: Vec<(String, &'static str)>,
    pub comments: usize,
    pub captioned: Vec<Captioned>,
    /// Addresses of the licences that the post names as its own.
    pub licences: Vec<String>,
}

/// What all chapters share.
pub struct Maker<'a> {
    pub archive: &'a Archive,
    pub plan: &'a Plan,
    pub without: Without,
    pub links: Links,
    pub convert: &'a Convert,
    pub templates: &'a Templates,
    /// The fixed words as the templates see them.
    pub fixed: Value,
}

/// Language and direction of one page, as the templates know them.
pub fn page(stem: &str, title: &str, language: &str, words: &Words) -> Value {
    // Fixed words are in the book's language, or in English where it has none: marked where the page differs.
    let same = language::primary(language) == words.lang;
    let own = if same { String::new() } else { format!(" lang=\"{0}\" xml:lang=\"{0}\"", words.lang) };
    let rtl = language::is_rtl(language);
    // Addresses run from the left on any page, and so do dates in a language that does.
    let ltr = if rtl { " dir=\"ltr\"" } else { "" };
    context! { stem, title, lang => language, rtl, words => markup(own), ltr => markup(ltr.to_string()) }
}

/// Returns the licences that a post names: links marked so, and what its feed said.
fn licences(post: &Post) -> Vec<String> {
    let marked = |rel: &str| rel.split_ascii_whitespace().any(|r| r.eq_ignore_ascii_case("license"));
    let links = post.links.iter().filter(|l| l.rel.as_deref().is_some_and(marked)).filter_map(|l| l.url.as_deref());
    let told = post.extra.values().filter_map(|source| source.get("license")?.as_array()).flatten();
    let mut all: Vec<String> = links.chain(told.filter_map(|v| v.as_str())).filter_map(outside).collect();
    all.sort();
    all.dedup();
    all
}

impl Maker<'_> {
    /// Makes the files of one post.
    pub fn chapter(&self, item: &Item) -> Result<Chapter> {
        let mut post = self.archive.read(&item.entry)?;
        // What nobody could read on the blog stands in no book.
        post.comments.retain(|c| c.status.is_none());
        let words = self.plan.words;
        let language = self.language(&post);
        let rtl = language::is_rtl(&language);
        let own = format!("{}.xhtml", item.stem);
        let mut asked = Asked {
            plan: self.plan,
            pictures: Pictures::of(self.archive, &post, words, self.convert),
            anchors: Default::default(),
            own: own.clone(),
        };
        let tree = html::parse(&post.html);
        asked.anchors = links::anchors(&tree, self.plan.wanted.get(&own), |page| asked.is_here(page));
        let mut groups = cut(self.body(&tree, &post, &mut asked, rtl));
        let mut comments = self.comments(&post, &mut asked, rtl);
        let count = if comments.is_some() { post.comments.len() } else { 0 };
        let inline = comments.as_ref().is_some_and(|c| size(c) <= MOST_COMMENTS) && groups.len() == 1;
        lead(&mut groups, &item.stem);
        let mut pages = Vec::new();
        let (parts, mut figures, mut captioned) = (groups.len(), 0, Vec::new());
        for (n, mut group) in groups.into_iter().enumerate() {
            close_up(&mut group);
            let stem = file_name(&item.stem, n);
            let named = gallery::number(&mut group, &mut figures);
            captioned.extend(named.into_iter().map(|(f, caption)| Captioned {
                caption,
                href: format!("{stem}.xhtml#f{f}"),
                post: item.title.clone(),
                date: item.date.clone(),
            }));
            let part = format!("({}/{parts})", n + 1);
            let title = if n == 0 { item.page_title.clone() } else { format!("{} {part}", item.page_title) };
            let mut notes = Notes::new(self.plan, self.links, language::is_rtl(&language));
            notes.mark(&mut group);
            let talk = comments.take_if(|_| inline).map(|c| {
                let mut section = vec![self.section(c, count, &language)];
                notes.mark(&mut section);
                markup(tree::write(&section))
            });
            let context = context! {
                page => page(&stem, &title, &language, words),
                words => self.fixed.clone(),
                first => n == 0,
                last => n + 1 == parts,
                part,
                post => self.facts(&post, item),
                body => markup(tree::write(&group)),
                comments => talk,
                elsewhere => (count > 0 && !inline).then(|| context! { file => format!("{}.xhtml", comment_stem(item)), label => self.count(count) }),
                linked => self.linked(&own, rtl),
                related => self.related(&post, &mut asked),
                notes => self.notes(notes, &language),
            };
            pages.push(Page { stem, xhtml: self.templates.render("chapter.xhtml", context)? });
        }
        if let Some(comments) = comments {
            self.comment_pages(comments, count, item, &language, &mut pages)?;
        }
        let Pictures { used, tally, lost, .. } = asked.pictures;
        let licences = licences(&post);
        Ok(Chapter { pages, pictures: used, tally, lost, comments: count, captioned, licences })
    }

    /// Returns which of the places that other chapters name come to stand in a post, with their names.
    pub fn places(&self, item: &Item, wanted: &BTreeSet<String>) -> Result<BTreeMap<String, String>> {
        let post = self.archive.read(&item.entry)?;
        let tree = html::parse(&post.html);
        let anchors = links::anchors(&tree, Some(wanted), |_| false);
        let mut groups = cut(settle(build(&tree, &mut Blind, &anchors, true), self.plan.words, false));
        let mut there = BTreeSet::new();
        // Where a long post is cut depends on its pictures too: places in one are not named from outside.
        if let [blocks] = groups.as_mut_slice() {
            each(blocks, &mut |e| there.extend(e.get("id").map(String::from)));
        }
        Ok(anchors.into_iter().filter(|(_, name)| there.contains(name) && post.html.len() < MOST / 2).collect())
    }

    fn notes(&self, notes: Notes<'_>, language: &str) -> Option<Value> {
        let lang = (language::primary(language) != self.plan.words.lang).then_some(self.plan.words.lang);
        notes.section(lang).map(|section| markup(tree::write(&[section])))
    }

    fn linked(&self, own: &str, rtl: bool) -> Option<Value> {
        let linked = self.plan.linked.get(own).filter(|_| !self.without.linked)?;
        let posts = linked.iter().take(MOST_LINKED);
        let posts = posts.map(|l| context! { file => &*l.file, title => &*l.title, date => l.date.as_deref(), dir => language::apart(&l.title, rtl) });
        let more = linked.len().saturating_sub(MOST_LINKED);
        let more = (more > 0).then(|| self.plan.words.missing_more.replace("{}", &more.to_string()));
        Some(context! { posts => posts.collect::<Vec<_>>(), more })
    }

    /// The language of the page: the post's own, else what its script says, else the book's.
    fn language(&self, post: &Post) -> String {
        let stated = post.language.as_deref().and_then(language::tag);
        let book = &self.plan.language;
        let by_script = || {
            let script = language::by_script(&post.text)?;
            // Chinese characters and Cyrillic are written in more than one language: the book's own goes first.
            let same = language::by_script(&post.title).is_none() && language::primary(book) == script;
            let of_book = matches!(
                language::primary(book),
                "ja" | "zh" | "ru" | "uk" | "bg" | "sr" | "fa" | "ur" | "ar" | "hi" | "mr"
            );
            (!same && !of_book).then(|| script.to_string())
        };
        stated.or_else(by_script).unwrap_or_else(|| book.clone())
    }

    /// The blocks of the body, with the pictures and captions that the post names outside it.
    fn body(&self, tree: &Html, post: &Post, asked: &mut Asked<'_>, rtl: bool) -> Vec<Node> {
        let anchors = asked.anchors.clone();
        let mut blocks = settle(build(tree, asked, &anchors, true), self.plan.words, rtl);
        let mut all = settle(front(post, &blocks, &mut asked.pictures), self.plan.words, rtl);
        all.append(&mut blocks);
        aloud(&mut all);
        all
    }

    fn comments(&self, post: &Post, asked: &mut Asked<'_>, rtl: bool) -> Option<Node> {
        if self.without.comments || post.comments.is_empty() {
            return None;
        }
        let words = self.plan.words;
        let none = Default::default();
        Some(thread(&post.comments, words, (&self.plan.language, rtl), &mut |comment| {
            let source = if comment.html.trim().is_empty() { paragraphs(&comment.text) } else { comment.html.clone() };
            let mut blocks = settle(build(&html::parse(&source), asked, &none, false), words, rtl);
            aloud(&mut blocks);
            blocks
        }))
    }

    fn count(&self, n: usize) -> String {
        let words = self.plan.words;
        words.count(n, words.comment, words.comments)
    }

    fn section(&self, comments: Node, n: usize, language: &str) -> Node {
        let mut heading = Element::new("h2").holding([Node::text(self.count(n))]);
        if language::primary(language) != self.plan.words.lang {
            heading.set("lang", self.plan.words.lang);
        }
        Element::new("section").with("class", "comments").holding([heading.node(), comments]).node()
    }

    fn comment_pages(
        &self,
        comments: Node,
        count: usize,
        item: &Item,
        language: &str,
        pages: &mut Vec<Page>,
    ) -> Result<()> {
        let words = self.plan.words;
        let groups = cut(vec![comments]);
        let parts = groups.len();
        for (n, mut group) in groups.into_iter().enumerate() {
            let stem = file_name(&comment_stem(item), n);
            let label = self.count(count);
            let heading = if parts > 1 { format!("{label} ({}/{parts})", n + 1) } else { label };
            let title = format!("{heading}: {}", item.page_title);
            let mut notes = Notes::new(self.plan, self.links, language::is_rtl(language));
            notes.mark(&mut group);
            let context = context! {
                page => page(&stem, &title, language, words),
                heading,
                post => context! { title => &*item.title, file => format!("{}.xhtml", item.stem) },
                comments => markup(tree::write(&group)),
                notes => self.notes(notes, language),
            };
            pages.push(Page { stem, xhtml: self.templates.render("comments.xhtml", context)? });
        }
        Ok(())
    }

    fn facts(&self, post: &Post, item: &Item) -> Value {
        let names: Vec<String> = post.authors.iter().map(|a| line(&a.name)).filter(|n| !n.is_empty()).collect();
        let url = post.url.as_deref().map(line).filter(|u| !u.is_empty());
        let files = post.enclosures.iter().filter(|e| !post.html.contains(&e.url));
        let copy = post.sources.iter().find(|s| s.kind == "wayback" && original(&s.uri).is_some());
        context! {
            title => &*item.title,
            given => item.given,
            date => item.date.as_deref(),
            machine => post.published.as_ref().and_then(machine),
            authors => names.join(", "),
            series => post.series.as_deref().map(line).filter(|s| !s.is_empty()),
            tags => self.labels(&post.tags),
            categories => self.labels(&post.categories),
            href => url.as_deref().and_then(outside),
            url,
            copy => copy.and_then(|c| outside(&c.uri)),
            files => files.map(|e| context! { href => outside(&e.url), url => line(&e.url) }).collect::<Vec<_>>(),
        }
    }

    /// Tags with their places in the index.
    fn labels(&self, terms: &[Term]) -> Vec<Value> {
        let label = |t: &Term| {
            let label = line(&t.label);
            let href = if says_nothing(t) { None } else { self.plan.index.place(&label) };
            (!label.is_empty()).then(|| context! { href, label })
        };
        terms.iter().filter_map(label).collect()
    }

    /// The posts that the publisher lists as related: inside the book where they are in it.
    fn related(&self, post: &Post, asked: &mut Asked<'_>) -> Vec<Value> {
        let links = post.links.iter().filter(|l| l.kind == LinkKind::Related && !line(&l.text).is_empty());
        let made = links.map(|l| {
            let text = line(&l.text);
            let plan = self.plan;
            let target = l.target.as_ref().and_then(|id| plan.by_id.get(id)).map(|(file, _)| file.clone());
            let led = l.url.as_deref().and_then(|u| asked.link(u)).filter(|h| !h.starts_with(AWAY));
            let inside = target.or_else(|| led.clone().filter(|h| !h.contains(':')));
            // A list of bare titles: the post that alone has the title.
            let href = inside.or_else(|| plan.by_title(&text).map(String::from)).or(led);
            let away = l.url.as_deref().and_then(|u| plan.away(u)).and_then(|a| a.volume.clone());
            let address = href.as_deref().filter(|h| h.contains(':')).map(line).filter(|h| *h != text);
            context! { href, text, address, place => away.map(|v| plan.words.in_volume.replace("{}", &v)) }
        });
        made.collect()
    }
}

/// Plain text as HTML, a paragraph for each block.
fn paragraphs(text: &str) -> String {
    let mut out = String::new();
    for block in text.split("\n\n").filter(|b| !b.trim().is_empty()) {
        out.push_str("<p>");
        tree::escape(&mut out, block.trim());
        out.push_str("</p>");
    }
    out
}

/// The name of the file of a post's comments.
fn comment_stem(item: &Item) -> String {
    format!("c{}", item.stem.get(1..).unwrap_or_default())
}

/// Cuts blocks into files, with room for the notes of their links.
fn cut(mut blocks: Vec<Node>) -> Vec<Vec<Node>> {
    /// What a note takes beside the address, which it shows twice.
    const NOTE: usize = 420;
    let mut notes = 0;
    each(&mut blocks, &mut |e| notes += e.get("href").map_or(0, |h| NOTE + 3 * h.len().min(1000)));
    let bytes: usize = blocks.iter().map(size).sum();
    let share = bytes as f64 / (bytes + notes).max(1) as f64;
    split(blocks, (MOST as f64 * share) as usize)
}

/// Makes links within a post lead to the file in which their place came to stand.
fn lead(groups: &mut [Vec<Node>], stem: &str) {
    if groups.len() < 2 {
        return;
    }
    let mut places = HashMap::new();
    for (n, group) in groups.iter_mut().enumerate() {
        each(group, &mut |e| {
            if let Some(id) = e.get("id") {
                places.insert(id.to_string(), n);
            }
        });
    }
    for (n, group) in groups.iter_mut().enumerate() {
        each(group, &mut |e| {
            let target =
                e.get("href").and_then(|h| h.strip_prefix('#')).and_then(|id| Some((id.to_string(), *places.get(id)?)));
            if let Some((id, at)) = target.filter(|(_, at)| *at != n) {
                e.set("href", format!("{}.xhtml#{id}", file_name(stem, at)));
            }
        });
    }
}
