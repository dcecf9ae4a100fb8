//! Tags and categories: only those the post itself shows, never a sidebar's cloud or a menu.

use std::collections::HashSet;

use scraper::Html;
use url::Url;

use super::Evidence;
use super::content::squash;
use super::facts::Facts;
use super::outline::{Item, Outline, Part};
use super::zone::Zone;
use crate::html::walk;
use crate::model::{Term, slugify};

/// Classes of elements whose links are tags, or categories.
const TAGS: [&str; 26] = [
    "tags",
    "tag-links",
    "tags-links",
    "post-tags",
    "entry-tags",
    "post_tags",
    "entry_tags",
    "posttags",
    "article-tags",
    "taglist",
    "tag-list",
    "blogger-labels",
    "post-labels",
    "post-tag",
    "ljtags",
    "tagged",
    "article__tags",
    "story-tags",
    "single-tags",
    "td-tags",
    "td-post-source-tags",
    "entry-tags-links",
    "taglinks",
    "post-taglist",
    "tagcloud-post",
    "p-category",
];
const CATEGORIES: [&str; 16] = [
    "cat-links",
    "post-categories",
    "entry-categories",
    "post-category",
    "entry-category",
    "post_categories",
    "categories-links",
    "categories",
    "category",
    "postcategory",
    "entry-cats",
    "post-cats",
    "meta-category",
    "meta-categories",
    "filed",
    "category-links",
];

/// Parts of addresses of pages that list what has a tag, or a category.
const TAG_PATHS: [&str; 8] =
    ["/tag/", "/tags/", "/tagged/", "/search/label/", "?tag=", "technorati.com/tag/", "/labels/", "/hashtag/"];
const CATEGORY_PATHS: [&str; 8] =
    ["/category/", "/categories/", "?cat=", "/cat/", "/rubrik/", "/kategorie/", "/categoria/", "/topics/"];

/// What begins a line that lists terms.
const LEADS: [(&str, bool); 20] = [
    ("tags:", true),
    ("tags", true),
    ("tagged", true),
    ("labels:", true),
    ("label:", true),
    ("technorati tags", true),
    ("del.icio.us tags", true),
    ("topics:", true),
    ("keywords:", true),
    ("schlagwörter", true),
    ("filed under", false),
    ("filed in", false),
    ("posted in", false),
    ("categories:", false),
    ("category:", false),
    ("categories", false),
    ("in ", false),
    ("kategorie", false),
    ("posted at", false),
    ("posted by", false),
];

#[derive(Default)]
pub(super) struct Terms {
    pub tags: Vec<Term>,
    pub categories: Vec<Term>,
    pub evidence: Vec<Evidence>,
}

impl Terms {
    fn add(&mut self, label: &str, tag: bool, source: &'static str, weight: i32) {
        let label = label
            .trim()
            .trim_start_matches('#')
            .trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|' | '•' | '·'))
            .to_string();
        if label.is_empty()
            || label.chars().count() > 80
            || !label.chars().any(char::is_alphanumeric)
            || is_no_term(&label)
        {
            return;
        }
        let known = self
            .tags
            .iter()
            .chain(&self.categories)
            .any(|t| squash(&t.label) == squash(&label) && t.label.to_lowercase() == label.to_lowercase());
        let field = if tag { "tags" } else { "categories" };
        self.evidence.push(Evidence { field, value: label.clone(), source, weight, chosen: !known });
        if known {
            return;
        }
        let term =
            Term { slug: slugify(&label), label, taxonomy: if tag { "post_tag" } else { "category" }.to_string() };
        if tag { self.tags.push(term) } else { self.categories.push(term) }
    }

    fn is_empty(&self) -> bool {
        self.tags.is_empty() && self.categories.is_empty()
    }
}

/// Links that stand among terms and are none.
fn is_no_term(label: &str) -> bool {
    let low = label.to_lowercase();
    let words = [
        "permalink",
        "comments",
        "comment",
        "trackback",
        "edit",
        "email",
        "print",
        "share",
        "share this",
        "tweet",
        "read more",
        "more",
        "reblog",
        "no comments",
        "leave a comment",
        "add comment",
        "permanent link",
        "all posts",
        "blog",
        "home",
    ];
    words.contains(&low.as_str())
        || low.starts_with("comments (")
        || low.ends_with(" comments")
        || low.ends_with(" comment")
        || low.starts_with("trackback")
}

/// Returns the terms of the post.
pub(super) fn of(tree: &Html, outline: &Outline, zone: &Zone<'_>, facts: &Facts, base: Option<&Url>) -> Terms {
    let mut terms = Terms::default();
    let mut seen: HashSet<usize> = HashSet::new();
    let mut last_foot = None;
    for (at, item) in zone.items() {
        if &*item.name != "a" || item.text == 0 || item.text > 90 {
            continue;
        }
        let Some(node) = tree.tree.get(item.id) else { continue };
        let rel: Vec<&str> = walk::attr(&node, "rel").unwrap_or_default().split_ascii_whitespace().collect();
        let href = walk::attr(&node, "href").unwrap_or_default().to_lowercase();
        let Some((tag, source, weight)) = judge(outline, zone, at, &rel, &href) else { continue };
        if seen.insert(at) {
            last_foot = Some(at);
            terms.add(&walk::text(node), tag, source, weight);
        }
    }
    let _ = last_foot;
    lines(tree, outline, zone, &mut terms);
    if terms.is_empty() {
        facts.metas("article:tag").for_each(|v| terms.add(v, true, "meta", 4));
    }
    let _ = base;
    terms
}

/// Returns whether a link is a tag (or a category), by what, and how surely.
fn judge(outline: &Outline, zone: &Zone<'_>, at: usize, rel: &[&str], href: &str) -> Option<(bool, &'static str, i32)> {
    let in_prose = zone.in_text(at)
        && outline
            .around(at)
            .next()
            .and_then(|p| outline.items.get(p))
            .is_some_and(|p| p.inline.saturating_sub(p.inline_link) > 60);
    let by_path = if TAG_PATHS.iter().any(|p| href.contains(p)) {
        Some(true)
    } else if CATEGORY_PATHS.iter().any(|p| href.contains(p)) {
        Some(false)
    } else {
        None
    };
    if rel.contains(&"tag") || rel.contains(&"category") {
        return Some((!rel.contains(&"category") && by_path != Some(false), "rel-tag", 8));
    }
    let near: Vec<&Item> =
        outline.around(at).take(4).filter_map(|i| outline.items.get(i)).filter(|i| i.text < 700).collect();
    let own = outline.items.get(at).into_iter();
    let has = |classes: &[&str], i: &Item| classes.iter().any(|c| i.sig.contains(&format!(" {c} ")));
    for item in own.chain(near) {
        if has(&TAGS, item) {
            return Some((by_path != Some(false), "markup", 7));
        }
        if has(&CATEGORIES, item) {
            return Some((by_path == Some(true), "markup", 6));
        }
    }
    let about = outline.items.get(at).is_some_and(|i| i.part == Part::About);
    match by_path {
        Some(tag) if about || !in_prose && !zone.in_text(at) => Some((tag, "link", 5)),
        _ => None,
    }
}

/// Adds the terms of lines that begin by saying so: "Posted at 8:18 in A, B", "Labels: A, B".
fn lines(tree: &Html, outline: &Outline, zone: &Zone<'_>, terms: &mut Terms) {
    for (at, item) in zone.items() {
        let line = item.inline > 0 && item.text < 500 && (item.block || matches!(&*item.name, "span" | "small" | "em"));
        if !line || (zone.in_text(at) && item.part == Part::Post && item.link * 3 < item.text) {
            continue;
        }
        let Some(node) = tree.tree.get(item.id) else { continue };
        let low = walk::text(node).to_lowercase();
        let Some((_, tag)) = LEADS.iter().find(|(lead, _)| low.starts_with(lead)).copied() else { continue };
        let mut said = false;
        let mut links: Vec<(String, bool)> = Vec::new();
        for n in walk::readable(node) {
            if let Some(t) = n.value().as_text() {
                let words = t.text.to_lowercase();
                let linked = n.ancestors().take(4).any(|a| walk::name(&a) == "a");
                if !linked {
                    let words = words.trim_end();
                    let starts = [
                        "in",
                        "under",
                        "in:",
                        "under:",
                        "tags:",
                        "labels:",
                        "tagged",
                        "tags",
                        "categories:",
                        "category:",
                        "filed under",
                        "posted in",
                        "tagged with",
                    ];
                    said |= starts
                        .iter()
                        .any(|s| words.ends_with(s) || words.contains(&format!("{s} ")) && words.len() < 40);
                    if words.contains('|') || words.contains("comment") {
                        said = false;
                    }
                }
            } else if walk::name(&n) == "a" && said {
                links.push((walk::text(n), tag));
            }
        }
        links.iter().for_each(|(label, tag)| terms.add(label, *tag, "text", 5));
        let _ = outline;
    }
}
