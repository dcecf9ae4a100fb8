//! One comment: who wrote it, when, and its words, out of the elements it stands in. It knows no post.

use std::sync::LazyLock;

use ego_tree::{NodeId, NodeRef};
use regex::Regex;
use scraper::{Html, Node};
use url::Url;

use super::dates;
use super::facts::Facts;
use super::outline::{Item, Outline};
use super::thread::Thread;
use super::when::{self, Order};
use crate::html::{self, fold, walk};
use crate::model::{Comment, Date, Digest};

/// Classes of the name of who wrote a comment, the surest first; the last are names of elements.
const AUTHORS: [&str; 20] = [
    "wp-block-comment-author-name",
    "comment-author-name",
    "comment-author-link",
    "fn",
    "p-author",
    "commenter-name",
    "comment-name",
    "commentauthor",
    "comment_author",
    "comment-author",
    "comment-user",
    "ljuser",
    "i-ljuser-username",
    "username",
    "commenter",
    "user",
    "author",
    "vcard",
    "comment-by",
    "poster",
];

/// Classes of the moment of a comment.
const MOMENTS: [&str; 21] = [
    "wp-block-comment-date",
    "comment-date",
    "comment_date",
    "commentdate",
    "comment-time",
    "comment-timestamp",
    "comment-permalink",
    "dt-published",
    "published",
    "datetime",
    "commentmetadata",
    "comment-metadata",
    "comment-meta",
    "comment-footer",
    "comments-post",
    "comment-header",
    "comment-info",
    "timestamp",
    "date",
    "submitted",
    "posted",
];

/// Classes of the words of a comment, the narrowest first.
const WORDS: [&str; 26] = [
    "wp-block-comment-content",
    "comment-content",
    "comment_content",
    "commentcontent",
    "comment-text",
    "comment_text",
    "commenttext",
    "bcommenttext",
    "e-content",
    "p-content",
    "comment-entry",
    "comment-copy",
    "comment-message",
    "serendipity_commentbody",
    "comment-body",
    "comment_body",
    "commentbody",
    "comments-body",
    "comment-inner",
    "entry-content",
    "message",
    "content",
    "text",
    "body",
    "post-comment",
    "comment-main",
];

/// Parts of names of what stands in a comment and is none of its words.
const AROUND: [&str; 24] = [
    "comment-author",
    "comment_author",
    "commentauthor",
    "vcard",
    "avatar",
    "says",
    "comment-meta",
    "commentmeta",
    "comment_meta",
    "comment-date",
    "comment-time",
    "comment-header",
    "comment-footer",
    "comment-title",
    "comment-actions",
    "comment-tools",
    "comment-options",
    "comments-post",
    "reply",
    "edit-link",
    "comment-permalink",
    "comment-number",
    "awaiting-moderation",
    "comment-info",
];

/// Lines that tell who and when: "Posted by: Ann | May 3, 2004 at 03:04 PM", "At 3:04 PM, Ann said…", "Ann wrote:".
static BYLINE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^(?:(?:posted|comment|written|left|geschrieben|von) (?:by|from|von)?:?\s*(.{1,80}?)\s*(?:\||,|\bat\b|\bon\b|\bam\b|\bum\b|$)|at \d.{4,60}?, (.{1,80}?) said\b|(.{1,80}?) (?:said|says|wrote|writes|schrieb|sagt|a dit|dijo|dit)\b[ .…:]*)",
    )
    .ok()
});
/// What stands around a name.
static SAID: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\s*\b(?:said|says|wrote|writes|schrieb|sagt|meint|a dit|dit|dijo|dice)\b[\s.…:,]*$|[\s:,|.]+$")
        .ok()
});

/// Returns the comments of a page; their elements are spent by it.
pub(super) fn all(
    tree: &mut Html,
    outline: &Outline,
    threads: &[Thread],
    facts: &Facts,
    base: Option<&Url>,
) -> Vec<Comment> {
    let order = dates::by_language(facts);
    let mut out: Vec<Option<Comment>> = threads.iter().map(|t| one(tree, outline, t, order, base)).collect();
    let mut ids: Vec<Option<String>> = Vec::with_capacity(out.len());
    let mut seen = std::collections::HashSet::new();
    for comment in &mut out {
        // The same comment shown twice is one.
        *comment = comment.take().filter(|c| seen.insert(c.id.clone()));
        ids.push(comment.as_ref().map(|c| c.id.clone()));
    }
    for (thread, comment) in threads.iter().zip(&mut out) {
        if let (Some(comment), Some(parent)) = (comment.as_mut(), thread.parent) {
            comment.parent = ids.get(parent).cloned().flatten().filter(|id| *id != comment.id);
        }
    }
    out.into_iter().flatten().collect()
}

fn one(tree: &mut Html, outline: &Outline, thread: &Thread, order: Order, base: Option<&Url>) -> Option<Comment> {
    let own: Vec<&Item> = thread.own.iter().filter_map(|at| outline.items.get(*at)).collect();
    let (author, url) = author(tree, &own, base);
    let published = moment(tree, &own, order);
    let content = content(outline, thread);
    let chaff = chaff(tree, outline, thread, content);
    for id in chaff {
        walk::remove(tree, id);
    }
    let body = words(tree, outline, thread, content, base)?;
    if body.text.is_empty() && !body.html.contains("<img") || author.is_empty() && published.is_none() {
        return None;
    }
    let said = || {
        let when = published.as_ref().map(|d| d.text.as_str()).unwrap_or_default();
        Digest::of(format!("{author}\n{when}\n{}", body.text)).as_str().get(..12).map(str::to_string)
    };
    let id = thread.number.clone().or_else(said)?;
    Some(Comment {
        id,
        parent: None,
        kind: thread.kind,
        author,
        url,
        published,
        html: body.html,
        text: body.text,
        status: None,
    })
}

/// Returns who wrote it, and the address of their own.
fn author(tree: &Html, own: &[&Item], base: Option<&Url>) -> (String, Option<String>) {
    let node = |i: &&Item| tree.tree.get(i.id);
    let by_class = own
        .iter()
        .filter(|i| i.text > 0 && i.text < 160 && !matches!(&*i.name, "li" | "article" | "time"))
        .filter_map(|i| i.named(&AUTHORS).map(|rank| (rank, *i)))
        .min_by_key(|(rank, _)| *rank)
        .map(|(_, i)| i);
    let by_prop = || own.iter().copied().find(|i| i.text < 160 && node(i).is_some_and(|n| has_prop(&n, "author")));
    let by_name = || own.iter().copied().find(|i| &*i.name == "cite" && i.text > 0 && i.text < 160);
    if let Some(found) = by_prop().or(by_class).or_else(by_name).and_then(|i| tree.tree.get(i.id)) {
        let inner = found.descendants().take(60).find(|n| has_prop(n, "name") || is_classed(n, "fn"));
        let name = bare(&walk::text(inner.unwrap_or(found)));
        if !name.is_empty() {
            return (name, home(found, base));
        }
    }
    let lines = own.iter().filter(|i| (2..250).contains(&i.text)).filter_map(node);
    for line in lines {
        let text = walk::text(line);
        let Some(found) = BYLINE.as_ref().and_then(|r| r.captures(&text)) else { continue };
        let name = (1..=3).find_map(|n| found.get(n)).map(|m| bare(m.as_str())).unwrap_or_default();
        if !name.is_empty() {
            let link = line.descendants().find(|n| walk::name(n) == "a" && bare(&walk::text(*n)) == name);
            return (name, link.and_then(|a| home(a, base)));
        }
    }
    (String::new(), None)
}

fn has_prop(node: &NodeRef<'_, Node>, wanted: &str) -> bool {
    walk::attr(node, "itemprop").is_some_and(|p| p.split_ascii_whitespace().any(|p| p.eq_ignore_ascii_case(wanted)))
}

fn is_classed(node: &NodeRef<'_, Node>, wanted: &str) -> bool {
    node.value().as_element().is_some_and(|e| walk::classes(e).any(|c| c == wanted))
}

/// Returns a name without "says", "Posted by" and marks around it.
fn bare(text: &str) -> String {
    let mut name = fold(text);
    for start in ["posted by", "comment by", "by"] {
        let low = name.to_lowercase();
        if low.starts_with(start) && low.get(start.len()..).is_some_and(|r| r.starts_with([' ', ':'])) {
            name = name.get(start.len()..).unwrap_or_default().trim_start_matches([' ', ':']).to_string();
        }
    }
    let name = SAID.as_ref().map_or(name.clone(), |r| r.replace(&name, "").into_owned());
    name.trim().trim_matches(['"', '|', ',']).trim().to_string()
}

/// Returns where a name leads: never to the comment itself, to an address of mail or into the page.
fn home(node: NodeRef<'_, Node>, base: Option<&Url>) -> Option<String> {
    let around = node.parent().filter(|p| walk::name(p) == "a");
    let mut links = node.descendants().take(60).chain(around).filter(|n| walk::name(n) == "a");
    links.find_map(|a| {
        let href = walk::attr(&a, "href").filter(|h| !h.contains("#comment") && !h.starts_with('#'))?;
        let url = base.map_or_else(|| Url::parse(href), |b| b.join(href)).ok()?;
        matches!(url.scheme(), "http" | "https").then(|| url.to_string())
    })
}

fn moment(tree: &Html, own: &[&Item], order: Order) -> Option<Date> {
    let told = |i: &&Item| {
        let node = tree.tree.get(i.id)?;
        let timed = walk::name(&node) == "time" || has_prop(&node, "datePublished") || has_prop(&node, "commentTime");
        let value = walk::attr(&node, "datetime").or(walk::attr(&node, "title").filter(|_| &*i.name == "abbr"));
        let value = value.or(walk::attr(&node, "content").filter(|_| timed));
        value.and_then(|v| when::parse(v, order))
    };
    if let Some(date) = own.iter().find_map(told) {
        return Some(date);
    }
    let mut named: Vec<(usize, &Item)> =
        own.iter().filter(|i| i.text < 250).filter_map(|i| i.named(&MOMENTS).map(|rank| (rank, *i))).collect();
    named.sort_by_key(|(rank, _)| *rank);
    let read = |i: &Item| tree.tree.get(i.id).and_then(|n| when::parse(&walk::text(n), order));
    named.into_iter().find_map(|(_, i)| read(i)).or_else(|| {
        let short = own.iter().filter(|i| i.text < 120 && (&*i.name == "a" || i.block || &*i.name == "small"));
        short.copied().find_map(read)
    })
}

/// Returns the element of the words, as its place in the outline.
fn content(outline: &Outline, thread: &Thread) -> Option<usize> {
    let ranked = thread.own.iter().filter_map(|at| {
        let item = outline.items.get(*at).filter(|i| !matches!(&*i.name, "a" | "span" | "li"))?;
        let rank = item.named(&WORDS)?;
        (item.text > 0 || item.pictures > 0).then_some((rank, *at))
    });
    ranked.min().map(|(_, at)| at)
}

/// Returns what stands in a comment and is none of its words.
fn chaff(tree: &Html, outline: &Outline, thread: &Thread, content: Option<usize>) -> Vec<NodeId> {
    let holds = |item: &Item, at: usize| content.is_some_and(|c| at <= c && c < item.end);
    let mut out = Vec::new();
    let mut next = thread.from;
    for at in thread.own.iter().copied().filter(|at| *at > thread.from) {
        let Some(item) = outline.items.get(at).filter(|_| at >= next) else { continue };
        let text = || tree.tree.get(item.id).map(|n| walk::text(n)).unwrap_or_default();
        let around = item.sig.split_ascii_whitespace().any(|word| AROUND.iter().any(|a| word.contains(a)))
            || matches!(&*item.name, "form" | "script" | "noscript" | "button" | "time")
            || &*item.name == "cite" && content.is_none()
            || item.text < 250
                && item.text > 0
                && item.inline_link < item.text
                && !item.sig.is_empty()
                && is_byline(&text())
            || &*item.name == "dt";
        let answers = item.named(&["children", "replies", "comment-replies"]).is_some();
        if (around || answers) && !holds(item, at) {
            out.push(item.id);
            next = item.end;
        }
    }
    out
}

/// Returns whether a line tells who wrote and nothing else.
fn is_byline(text: &str) -> bool {
    BYLINE.as_ref().and_then(|r| r.find(text)).is_some_and(|m| m.start() == 0 && text.len() < 120 + m.len())
        && text.len() < 160
}

/// Returns the words of a comment, made clean.
fn words(
    tree: &mut Html,
    outline: &Outline,
    thread: &Thread,
    content: Option<usize>,
    base: Option<&Url>,
) -> Option<html::Body> {
    let at = content.unwrap_or(thread.from);
    let item = outline.items.get(at)?;
    let mut top = item.id;
    if thread.to > item.end && content.is_none() {
        // A definition list: the elements after the name.
        top = outline.items.get(item.end).filter(|_| item.end < thread.to)?.id;
    }
    let lead: Vec<NodeId> = tree.tree.get(top)?.children().take(4).filter(is_lead).map(|n| n.id()).collect();
    lead.into_iter().for_each(|id| walk::remove(tree, id));
    Some(html::of_tree(tree, top, base, base))
}

/// Returns whether a node is what is left of "Ann says:" without the name.
fn is_lead(node: &NodeRef<'_, Node>) -> bool {
    let said = |t: &str| {
        let word = t.trim().trim_end_matches([':', '.', '…', ',']).to_lowercase();
        matches!(word.as_str(), "says" | "said" | "wrote" | "writes" | "schrieb" | "sagt" | "dijo" | "a dit" | "dice")
    };
    node.value().as_text().is_some_and(|t| said(&t.text)) || walk::name(node) == "br"
}
