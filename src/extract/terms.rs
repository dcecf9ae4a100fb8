//! Tags and categories: only those the post itself shows, never a sidebar's cloud or a menu.

use std::collections::HashSet;

use ego_tree::{NodeId, NodeRef};
use scraper::{Html, Node};

use super::Evidence;
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
const CATEGORIES: [&str; 19] = [
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
    "the-cat",
    "blog-terms",
    "post-cat",
    "meta-categories",
    "filed",
    "category-links",
];

/// Parts of addresses of pages that list what has a tag, or a category.
const TAG_PATHS: [&str; 8] =
    ["/tag/", "/tags/", "/tagged/", "/search/label/", "?tag=", "technorati.com/tag/", "/labels/", "/hashtag/"];
const CATEGORY_PATHS: [&str; 8] =
    ["/category/", "/categories/", "?cat=", "?category=", "/cat/", "/rubrik/", "/kategorie/", "/categoria/"];

/// What stands before links that are terms: tags (true) or categories.
const LEADS: [(&str, bool); 39] = [
    ("tags", true),
    ("tag", true),
    ("tagged", true),
    ("tagged with", true),
    ("tagged as", true),
    ("labels", true),
    ("label", true),
    ("topics", true),
    ("related topics", true),
    ("keywords", true),
    ("technorati", true),
    ("other stuff like this", true),
    ("schlagwörter", true),
    ("schlagworte", true),
    ("stichworte", true),
    ("etiquetas", true),
    ("mots-clés", true),
    ("mots clés", true),
    ("tags for this post", true),
    ("filed under", false),
    ("filed in", false),
    ("posted in", false),
    ("posted under", false),
    ("posted to", false),
    ("published in", false),
    ("categories", false),
    ("category", false),
    ("kategorie", false),
    ("kategorien", false),
    ("categorías", false),
    ("catégories", false),
    ("catégorie", false),
    ("under", false),
    ("in", false),
    ("section", false),
    ("more in", false),
    ("abgelegt unter", false),
    ("veröffentlicht in", false),
    ("rubrik", false),
];

#[derive(Default)]
pub(super) struct Terms {
    pub tags: Vec<Term>,
    pub categories: Vec<Term>,
    pub evidence: Vec<Evidence>,
    /// Addresses of the links that were read as terms: each is one term, however often the page shows it.
    linked: HashSet<String>,
}

impl Terms {
    /// Adds the term a link names, unless it leads to what readers say.
    fn link(&mut self, a: NodeRef<'_, Node>, tag: bool, source: &'static str, weight: i32) {
        let href = walk::attr(&a, "href").unwrap_or_default().trim_end_matches('/').to_lowercase();
        let said = href.rsplit_once('#').is_some_and(|(_, part)| part.starts_with("comment") || part == "respond");
        let leads = href.contains('/') || href.contains('?');
        // What leads to a list of posts is a term, even when it is called "comments".
        let listed = source == "rel-tag" || TAG_PATHS.iter().chain(&CATEGORY_PATHS).any(|p| href.contains(p));
        let odd = !listed && is_no_term(&walk::text(a));
        if !said && !odd && (!leads || self.linked.insert(href)) {
            self.add(&walk::text(a), tag, source, weight);
        }
    }

    fn add(&mut self, label: &str, tag: bool, source: &'static str, weight: i32) {
        let label = label
            .trim()
            .trim_start_matches('#')
            .trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|' | '•' | '·'))
            .to_string();
        if label.is_empty() || label.chars().count() > 80 || !label.chars().any(char::is_alphanumeric) {
            return;
        }
        // A post may have a tag and a category of one name.
        let list = if tag { &self.tags } else { &self.categories };
        let known = list.iter().any(|t| t.label.to_lowercase() == label.to_lowercase());
        let field = if tag { "tags" } else { "categories" };
        let reason = if known { super::told::SAID.to_string() } else { String::new() };
        self.evidence.push(Evidence {
            field,
            value: label.clone(),
            source,
            at: String::new(),
            weight,
            chosen: !known,
            reason,
        });
        if known {
            return;
        }
        let term =
            Term { slug: slugify(&label), label, taxonomy: if tag { "post_tag" } else { "category" }.to_string() };
        if tag { self.tags.push(term) } else { self.categories.push(term) }
    }

    /// Notes the words of the head that were not taken: they are often those of the whole site, or of search engines.
    fn refuse(&mut self, facts: &Facts) {
        let words = facts.texts("keywords");
        let list = |text: &str| text.split([',', ';']).map(crate::html::fold).collect::<Vec<_>>();
        let said = words.iter().map(|w| ("json-ld", "keywords", w.as_str()));
        let head = ["keywords", "news_keywords"].into_iter().flat_map(|n| facts.metas(n).map(move |v| ("meta", n, v)));
        let tags = facts.metas("article:tag").map(|v| ("opengraph", "article:tag", v));
        let all = said
            .chain(head)
            .chain(tags)
            .flat_map(|(source, at, text)| list(text).into_iter().map(move |w| (source, at, w)));
        let taken: Vec<String> = self.tags.iter().chain(&self.categories).map(|t| t.label.to_lowercase()).collect();
        for (source, at, value) in all.filter(|(_, _, w)| !w.is_empty() && !taken.contains(&w.to_lowercase())).take(12)
        {
            let (at, reason) = (at.to_string(), "words of the head, not shown with the post".to_string());
            self.evidence.push(Evidence { field: "tags", value, source, at, weight: 0, chosen: false, reason });
        }
    }

    fn is_empty(&self) -> bool {
        self.tags.is_empty() && self.categories.is_empty()
    }
}

/// Links that stand among terms and are none.
fn is_no_term(label: &str) -> bool {
    let low = label.to_lowercase();
    // "Comments (3)", "Reblog (0)", "No Comments »".
    let low = low.trim_matches(|c: char| !c.is_alphabetic());
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
    words.contains(&low)
        || low.starts_with("comments (")
        || low.ends_with(" comments")
        || low.ends_with(" comment")
        || low.starts_with("trackback")
}

/// Returns the terms of the post.
pub(super) fn of(tree: &Html, outline: &Outline, zone: &Zone<'_>, facts: &Facts) -> Terms {
    let mut terms = Terms::default();
    for (at, item) in zone.items() {
        if &*item.name != "a" || item.text == 0 || item.text > 90 {
            continue;
        }
        let Some(node) = tree.tree.get(item.id) else { continue };
        let rel: Vec<&str> = walk::attr(&node, "rel").unwrap_or_default().split_ascii_whitespace().collect();
        let href = walk::attr(&node, "href").unwrap_or_default().to_lowercase();
        let Some((tag, source, weight)) = judge(outline, zone, at, &rel, &href) else { continue };
        terms.link(node, tag, source, weight);
    }
    lines(tree, outline, zone, &mut terms);
    // Movable Type says the category in its TrackBack data.
    if terms.categories.is_empty() {
        terms.add(facts.rdf_value("dc:subject").unwrap_or_default(), false, "trackback-rdf", 6);
    }
    if terms.is_empty() {
        facts.metas("article:tag").for_each(|v| terms.add(v, true, "meta", 4));
    }
    terms.refuse(facts);
    terms
}

/// Returns whether a link is a tag (or a category), by what, and how surely.
fn judge(outline: &Outline, zone: &Zone<'_>, at: usize, rel: &[&str], href: &str) -> Option<(bool, &'static str, i32)> {
    if href.contains("/author/") {
        return None;
    }
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
    let near: Vec<&Item> =
        outline.around(at).take(4).filter_map(|i| outline.items.get(i)).filter(|i| i.text < 700).collect();
    let own = outline.items.get(at).into_iter();
    let has = |classes: &[&str], i: &Item| i.named(classes).is_some();
    if rel.contains(&"tag") || rel.contains(&"category") {
        // The nearest name decides: Movable Type and Squarespace have rel="tag" on categories as well.
        let filed = near.iter().find(|i| has(&TAGS, i) || has(&CATEGORIES, i)).is_some_and(|i| !has(&TAGS, i));
        let category = rel.contains(&"category") || by_path == Some(false) || by_path.is_none() && filed;
        return Some((!category, "rel-tag", 8));
    }
    for item in own.chain(near) {
        if has(&TAGS, item) {
            return Some((by_path != Some(false), "markup", 7));
        }
        if has(&CATEGORIES, item) {
            return Some((by_path == Some(true), "markup", 6));
        }
    }
    let about = outline.items.get(at).is_some_and(|i| i.part == Part::About);
    // A line of nothing but links under the text, in an element with both.
    let line = zone.block(at).is_some_and(|b| b.inline_link * 10 >= b.inline * 9);
    let under = line && zone.distance(at).1 < 80;
    match by_path {
        Some(tag) if about || !in_prose && (under || !zone.in_text(at)) => Some((tag, "link", 5)),
        _ => None,
    }
}

/// Adds the terms of lines that say so: "Posted at 8:18 in A, B | Permalink", "Labels: A, B".
fn lines(tree: &Html, outline: &Outline, zone: &Zone<'_>, terms: &mut Terms) {
    let foreign: HashSet<NodeId> = outline.items.iter().filter(|i| i.part == Part::Foreign).map(|i| i.id).collect();
    let mut next = 0;
    for (at, item) in zone.items() {
        let line = item.inline > 0 && item.link > 0 && item.text < 500 && item.block;
        let prose = zone.in_text(at) && item.link * 4 < item.text;
        if at < next || !line || prose {
            continue;
        }
        next = item.end;
        let Some(node) = tree.tree.get(item.id) else { continue };
        let (mut said, mut link) = (None, None);
        for n in walk::readable(node) {
            if foreign.contains(&n.id()) || n.ancestors().take(8).any(|a| foreign.contains(&a.id())) {
                said = None;
            } else if walk::name(&n) == "a" {
                link = Some(n.id());
                if let Some(tag) = said {
                    terms.link(n, tag, "text", 5);
                }
            } else if let Some(t) = n.value().as_text()
                && !n.ancestors().take(4).any(|a| Some(a.id()) == link)
                && t.text.chars().any(char::is_alphabetic)
            {
                let words = crate::html::fold(&t.text).to_lowercase();
                let joins = matches!(words.trim_matches([',', ';', ' ']), "and" | "or" | "&" | "und" | "y" | "et");
                if !joins {
                    said = lead(&words);
                }
            }
        }
    }
}

/// Returns what a text says the links after it are: tags (true) or categories.
fn lead(words: &str) -> Option<bool> {
    let words = words.trim_end_matches([':', ' ', '»']);
    let (_, tag) = LEADS
        .iter()
        .find(|(end, _)| words == *end || words.strip_suffix(end).is_some_and(|w| w.ends_with([' ', '|', ','])))?;
    // "in" alone says nothing but after the day or the name.
    let bare = !words.ends_with("in")
        || words.starts_with("posted")
        || words.starts_with("filed")
        || words.starts_with("by ")
        || words.starts_with("in")
        || words.contains(':')
        || words.chars().any(|c| c.is_ascii_digit());
    bare.then_some(*tag)
}
