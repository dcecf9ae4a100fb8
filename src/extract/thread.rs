//! What readers wrote under a post: where each comment stands on the page and which one it answers. It knows no field.

use std::sync::LazyLock;

use regex::Regex;
use scraper::Html;

use super::outline::{Item, Outline};
use crate::html::walk;
use crate::model::CommentKind;

/// Classes of the element of one comment.
const COMMENTS: [&str; 14] = [
    "comment",
    "u-comment",
    "pingback",
    "trackback",
    "ljcmt_full",
    "comment-wrap",
    "commententry",
    "comment-item",
    "comments-body",
    "blogcomment",
    "bcomment",
    "serendipity_comment",
    "comment-box",
    "single-comment",
];

/// Classes of what stands between a comment and its answers.
const ANSWERS: [&str; 9] = [
    "children",
    "replies",
    "comment-replies",
    "comment-children",
    "comment-replybox-thread",
    "indented",
    "thread",
    "wp-block-comment-template",
    "comment-list",
];

/// Parts of names of what only repeats comments: lists of the newest ones.
const REPEATED: [&str; 5] = ["recent", "latest", "widget", "sidebar", "popular"];

/// Comments of one page.
const MOST: usize = 20_000;

/// The number in an id of a comment: `comment-12`, `li-comment-12`, `c6482`, `ljcmt77`.
static NUMBER: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^(?:(?:li|div|article|dsq)?-?comment-?|c|ljcmt|t|cmt-?)([0-9]\w{0,40})$").ok());
static DEPTH: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r" (?:comment-)?(?:depth|level)-?(\d{1,3}) ").ok());
static MARGIN: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?i)(?:margin|padding)-left:\s*(\d{1,4})").ok());

/// A comment on a page.
#[derive(Debug, Clone)]
pub(super) struct Thread {
    /// Indexes of its elements: answers to it stand among them where the page nests them.
    pub from: usize,
    pub to: usize,
    /// The elements of it that are not of an answer.
    pub own: Vec<usize>,
    /// Place in the list of the one it answers.
    pub parent: Option<usize>,
    pub number: Option<String>,
    pub kind: CommentKind,
}

/// Finds the comments of a page, in its order.
pub(super) fn find(tree: &Html, outline: &Outline) -> Vec<Thread> {
    let mut all: Vec<Thread> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut skip = 0;
    for (at, item) in outline.items.iter().enumerate() {
        while open.last().and_then(|n| all.get(*n)).is_some_and(|t| t.to <= at) {
            open.pop();
        }
        if at >= skip && all.len() < MOST {
            if open.is_empty()
                && REPEATED.iter().any(|r| item.sig.contains(r))
                && !matches!(&*item.name, "body" | "html")
            {
                skip = item.end;
            } else if let Some(mut thread) = begin(tree, outline, at, item)
                && is_apart(outline, &all, &open, &thread)
            {
                thread.parent = open.last().copied();
                open.push(all.len());
                all.push(thread);
            }
        }
        if let Some(thread) = open.last().and_then(|n| all.get_mut(*n)) {
            thread.own.push(at);
        }
    }
    by_depth(tree, outline, &mut all);
    all
}

/// Returns a comment that begins at an element.
fn begin(tree: &Html, outline: &Outline, at: usize, item: &Item) -> Option<Thread> {
    if item.sig.is_empty() || item.text == 0 || matches!(&*item.name, "body" | "html" | "a" | "span" | "form" | "p") {
        return None;
    }
    let number = number(item).or_else(|| anchor(outline, at));
    // A definition list has the name in one element and the words in the next ones.
    let listed = &*item.name == "dt" && (number.is_some() || item.sig.contains("comment"));
    let classed = item.named(&COMMENTS).is_some();
    let in_list = &*item.name == "li" && number.is_some();
    let microdata = tree.tree.get(item.id).is_some_and(|n| {
        walk::attr(&n, "itemprop") == Some("comment")
            || walk::attr(&n, "itemtype").is_some_and(|t| t.ends_with("/Comment") || t.ends_with("/UserComments"))
    });
    if !(listed || classed || in_list || microdata || number.is_some() && item.sig.contains("comment")) {
        return None;
    }
    let to = if listed { end_of_group(outline, at, item) } else { item.end };
    let parent = outline.items.get(item.parent);
    let pings = |i: &Item| i.sig.contains("trackback") || i.sig.contains("pinglist") || i.sig.contains("pingback");
    let kind = match (item.sig.contains("pingback"), item.sig.contains("trackback")) {
        (true, _) => CommentKind::Pingback,
        (_, true) => CommentKind::Trackback,
        _ if parent.is_some_and(pings) && parent.is_some_and(|p| !p.sig.contains("comment")) => CommentKind::Trackback,
        _ => CommentKind::Comment,
    };
    Some(Thread { from: at, to, own: Vec::new(), parent: None, number, kind })
}

/// Returns where the next term of a definition list begins.
fn end_of_group(outline: &Outline, at: usize, item: &Item) -> usize {
    let mut next = item.end;
    while let Some(sibling) = outline.items.get(next).filter(|i| i.parent == item.parent && &*i.name == "dd") {
        next = sibling.end;
    }
    next.max(at + 1)
}

fn number(item: &Item) -> Option<String> {
    let id = |word: &str| NUMBER.as_ref()?.captures(word)?.get(1).map(|m| m.as_str().to_string());
    item.sig.split_ascii_whitespace().find_map(id)
}

/// Returns the number that an anchor at the beginning of a comment names.
fn anchor(outline: &Outline, at: usize) -> Option<String> {
    outline.within(at).take(3).filter_map(|i| outline.items.get(i)).filter(|i| &*i.name == "a").find_map(number)
}

/// Returns whether a comment is none of the wrappers of the one around it.
fn is_apart(outline: &Outline, all: &[Thread], open: &[usize], thread: &Thread) -> bool {
    let Some(outer) = open.last().and_then(|n| all.get(*n)) else { return true };
    if let (Some(a), Some(b)) = (&outer.number, &thread.number) {
        return a != b;
    }
    let between = outline.around(thread.from).take_while(|at| *at > outer.from);
    let answers = |i: &Item| i.named(&ANSWERS).is_some() || matches!(&*i.name, "ul" | "ol");
    between.filter_map(|at| outline.items.get(at)).any(answers)
}

/// Gives those a parent that the page only indents.
fn by_depth(tree: &Html, outline: &Outline, all: &mut [Thread]) {
    let mut above: Vec<(usize, usize)> = Vec::new();
    for n in 0..all.len() {
        let Some(item) = all.get(n).and_then(|t| outline.items.get(t.from)) else { continue };
        let Some(depth) = depth(tree, item) else { continue };
        above.retain(|(d, _)| *d < depth);
        let parent = above.last().map(|(_, at)| *at);
        above.push((depth, n));
        if let Some(thread) = all.get_mut(n) {
            thread.parent = thread.parent.or(parent);
        }
    }
}

fn depth(tree: &Html, item: &Item) -> Option<usize> {
    let number = |found: Option<regex::Captures<'_>>| found?.get(1)?.as_str().parse().ok();
    number(DEPTH.as_ref()?.captures(&item.sig)).or_else(|| {
        let node = tree.tree.get(item.id)?;
        let style = walk::attr(&node, "style").or_else(|| walk::attr(&node.parent()?, "style"))?;
        number(MARGIN.as_ref()?.captures(style))
    })
}
