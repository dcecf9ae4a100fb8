//! One post to its files in the book. It knows the plan and the archive, not the container.

use std::collections::{BTreeMap, HashMap};

use minijinja::context;
use scraper::Html;

use super::aloud::aloud;
use super::flow::{Guide, build};
use super::front::front;
use super::language;
use super::links::{self, outside, place};
use super::pictures::{Picture, Pictures, Shown, Tally};
use super::plan::{Item, Plan};
use super::rules::Played;
use super::settle::{close_up, settle};
use super::split::{MOST, split};
use super::thread::thread;
use super::tree::{self, Element, Node, each, line, size};
use super::words::{Words, machine};
use crate::error::Result;
use crate::export::template::{Templates, markup};
use crate::html;
use crate::model::{LinkKind, Post};
use crate::store::Archive;

/// Comments that take more than this get a file of their own.
const MOST_COMMENTS: usize = 100_000;

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
}

/// What all chapters share.
pub struct Maker<'a> {
    pub archive: &'a Archive,
    pub plan: &'a Plan,
    pub comments: bool,
    pub templates: &'a Templates,
    /// The fixed words as the templates see them.
    pub fixed: minijinja::Value,
}

/// Language and direction of one page, as the templates know them.
pub fn page(stem: &str, title: &str, language: &str, words: &Words) -> minijinja::Value {
    // Fixed words are in the book's language, or in English where it has none: marked where the page differs.
    let same = language::primary(language) == words.lang;
    let own = if same { String::new() } else { format!(" lang=\"{0}\" xml:lang=\"{0}\"", words.lang) };
    context! { stem, title, lang => language, rtl => language::is_rtl(language), words => markup(own) }
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
        let mut asked = Asked {
            plan: self.plan,
            own: format!("{}.xhtml", item.stem),
            pictures: Pictures::of(self.archive, &post, words),
            anchors: Default::default(),
        };
        let tree = html::parse(&post.html);
        asked.anchors = links::anchors(&tree, |page| asked.is_here(page));
        let blocks = self.body(&tree, &post, &mut asked, rtl);
        let mut groups = split(blocks, MOST);
        let comments = self.comments(&post, &mut asked, rtl);
        let inline = comments.as_ref().is_some_and(|c| size(c) <= MOST_COMMENTS) && groups.len() == 1;
        lead(&mut groups, &item.stem);
        let mut pages = Vec::new();
        let parts = groups.len();
        for (n, mut group) in groups.into_iter().enumerate() {
            close_up(&mut group);
            let stem = numbered(&item.stem, n);
            let part = format!("({}/{parts})", n + 1);
            let title = if n == 0 { item.page_title.clone() } else { format!("{} {part}", item.page_title) };
            let last = n + 1 == parts;
            let context = context! {
                page => page(&stem, &title, &language, words),
                words => self.fixed.clone(),
                first => n == 0,
                last,
                part,
                post => self.facts(&post, item),
                body => markup(tree::write(&group)),
                comments => comments.as_ref().filter(|_| inline).map(|c| markup(self.section(c, post.comments.len(), &language))),
                elsewhere => comments.as_ref().filter(|_| !inline).map(|_| context! { file => format!("c{}.xhtml", item.stem.get(1..).unwrap_or_default()), label => self.count(post.comments.len()) }),
                related => self.related(&post, &mut asked),
            };
            pages.push(Page { stem, xhtml: self.templates.render("chapter.xhtml", context)? });
        }
        if let Some(comments) = comments.as_ref().filter(|_| !inline) {
            self.comment_pages(comments, &post, item, &language, &mut pages)?;
        }
        let Pictures { used, tally, lost, .. } = asked.pictures;
        let count = if comments.is_some() { post.comments.len() } else { 0 };
        Ok(Chapter { pages, pictures: used, tally, lost, comments: count })
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
        if !self.comments || post.comments.is_empty() {
            return None;
        }
        let words = self.plan.words;
        let none = Default::default();
        Some(thread(&post.comments, words, &self.plan.language, &mut |comment| {
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

    fn section(&self, comments: &Node, n: usize, language: &str) -> String {
        let mut heading = Element::new("h2").holding([Node::text(self.count(n))]);
        if language::primary(language) != self.plan.words.lang {
            heading.set("lang", self.plan.words.lang);
        }
        tree::write(&[Element::new("section")
            .with("class", "comments")
            .holding([heading.node(), comments.clone()])
            .node()])
    }

    fn comment_pages(
        &self,
        comments: &Node,
        post: &Post,
        item: &Item,
        language: &str,
        pages: &mut Vec<Page>,
    ) -> Result<()> {
        let words = self.plan.words;
        let base = format!("c{}", item.stem.get(1..).unwrap_or_default());
        let groups = split(vec![comments.clone()], MOST);
        let parts = groups.len();
        for (n, group) in groups.into_iter().enumerate() {
            let stem = numbered(&base, n);
            let count = self.count(post.comments.len());
            let heading = if parts > 1 { format!("{count} ({}/{parts})", n + 1) } else { count };
            let title = format!("{heading}: {}", item.page_title);
            let context = context! {
                page => page(&stem, &title, language, words),
                heading,
                post => context! { title => &*item.title, file => format!("{}.xhtml", item.stem) },
                comments => markup(tree::write(&group)),
            };
            pages.push(Page { stem, xhtml: self.templates.render("comments.xhtml", context)? });
        }
        Ok(())
    }

    fn facts(&self, post: &Post, item: &Item) -> minijinja::Value {
        let labels = |terms: &[crate::model::Term]| {
            terms.iter().map(|t| line(&t.label)).filter(|l| !l.is_empty()).collect::<Vec<_>>().join(", ")
        };
        let names: Vec<String> = post.authors.iter().map(|a| line(&a.name)).filter(|n| !n.is_empty()).collect();
        let url = post.url.as_deref().map(line).filter(|u| !u.is_empty());
        let files = post.enclosures.iter().filter(|e| !post.html.contains(&e.url));
        context! {
            title => &*item.title,
            given => item.given,
            date => item.date.as_deref(),
            machine => post.published.as_ref().and_then(machine),
            authors => names.join(", "),
            series => post.series.as_deref().map(line).filter(|s| !s.is_empty()),
            tags => labels(&post.tags),
            categories => labels(&post.categories),
            href => url.as_deref().and_then(outside),
            url,
            files => files.map(|e| context! { href => outside(&e.url), url => line(&e.url) }).collect::<Vec<_>>(),
        }
    }

    /// The posts that the publisher lists as related: inside the book where they are in it.
    fn related(&self, post: &Post, asked: &mut Asked<'_>) -> Vec<minijinja::Value> {
        let links = post.links.iter().filter(|l| l.kind == LinkKind::Related && !line(&l.text).is_empty());
        let made = links.map(|l| {
            let inside = l.target.as_ref().and_then(|id| self.plan.by_id.get(id)).map(|(file, _)| file.clone());
            let href = inside.or_else(|| l.url.as_deref().and_then(|u| asked.link(u)));
            context! { href, text => line(&l.text) }
        });
        made.collect()
    }
}

/// Answers what the body asks while it is built.
struct Asked<'a> {
    plan: &'a Plan,
    own: String,
    pictures: Pictures<'a>,
    anchors: BTreeMap<String, String>,
}

impl Asked<'_> {
    fn is_here(&self, page: &str) -> bool {
        self.plan.targets.find(page) == Some(&self.own)
    }
}

impl Guide for Asked<'_> {
    fn link(&mut self, href: &str) -> Option<String> {
        if let Some(place) = place(href, |page| self.is_here(page)) {
            if let Some(name) = self.anchors.get(&links::decoded(place)) {
                return Some(format!("#{name}"));
            }
            if href.trim_start().starts_with('#') {
                return None;
            }
        }
        // Without the place within the other post: a link to a place makes some readers show a note.
        if let Some(file) = self.plan.targets.find(href) {
            return Some(file.to_string());
        }
        // A link to a picture that the book holds: the picture itself is there.
        if self.pictures.is_picture(href) {
            return None;
        }
        outside(href)
    }

    fn picture(&mut self, img: &scraper::node::Element, around: Option<&str>) -> Shown {
        self.pictures.show(img, around)
    }

    fn played(&mut self, kind: Played, url: &str) -> Option<(String, String)> {
        let words = self.plan.words;
        let word = match kind {
            Played::Video => words.video,
            Played::Sound => words.sound,
            Played::Embedded => words.embedded,
        };
        Some((word.to_string(), outside(url)?))
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

/// The name of a continuation: the first has the plain name.
fn numbered(stem: &str, n: usize) -> String {
    if n == 0 { stem.to_string() } else { format!("{stem}-{}", n + 1) }
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
                e.set("href", format!("{}.xhtml#{id}", numbered(stem, at)));
            }
        });
    }
}
