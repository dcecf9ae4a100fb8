//! What stands in the container of a post and is no text of it: bylines, share bars, lists of other posts. It knows no
//! field; where lines give the day or the author, those were read before.

use std::collections::HashSet;
use std::sync::LazyLock;

use ego_tree::{NodeId, NodeRef};
use regex::Regex;
use scraper::{Html, Node};

use super::byline;
use super::content::squash;
use super::outline::{Item, Outline, Part};
use super::pattern;
use super::plugs;
use super::rules;
use super::when::{self, Order};
use crate::html::text::is_breaking;
use crate::html::walk;

static LAST_LINES: LazyLock<Option<Regex>> = LazyLock::new(|| pattern::words(rules::LAST_LINES));
static COMMENTS: LazyLock<Option<Regex>> = LazyLock::new(|| pattern::words(rules::COMMENTS));
static AFTERWORDS: LazyLock<Option<Regex>> = LazyLock::new(|| pattern::words(rules::AFTERWORDS));
static AUTHOR_BOXES: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(rules::AUTHOR_BOXES).ok());
static LINK_LINES: LazyLock<Option<Regex>> = LazyLock::new(|| pattern::words(rules::LINK_LINES));
static LINES: LazyLock<Option<Regex>> = LazyLock::new(|| pattern::words(rules::JUNK_LINES));

/// The container and what is known of the post.
pub(super) struct Winnow<'a> {
    pub tree: &'a Html,
    pub outline: &'a Outline,
    pub at: usize,
    /// Whether the container has a name that promises text of a post and little else.
    pub known: bool,
    pub title: &'a str,
}

/// Where the prose of a container begins and ends, as indexes of elements.
#[derive(Debug, Clone, Copy)]
struct Span {
    heading: usize,
    first: usize,
    last: usize,
    /// Where what readers wrote begins.
    comments: usize,
    /// Where the opening ends and the close begins: about two paragraphs each.
    open: usize,
    close: usize,
    /// Where the article ends in which the first paragraph stands, or the last paragraph that stands in none.
    text: usize,
}

fn is_prose(i: &Item) -> bool {
    i.part == Part::Post && i.block && i.inline >= 80 && i.marks > 0 && i.inline_link * 2 < i.inline
}

fn is_caption(i: &Item) -> bool {
    i.sig.contains("caption")
}

impl Winnow<'_> {
    /// Returns what is to be taken out, in order, nothing twice.
    pub fn chaff(&self) -> Vec<NodeId> {
        let mut out = Vec::new();
        let Some(container) = self.outline.items.get(self.at) else { return out };
        let title = squash(self.title);
        let span = self.span(&title);
        let (mut skip, mut seen) = (self.at + 1, 0);
        let mut captions = HashSet::new();
        for index in self.outline.within(self.at) {
            let Some(item) = self.outline.items.get(index) else { break };
            if index < skip {
                continue;
            }
            // A gallery says its captions once for each way it shows them.
            let said =
                item.block && (20..1200).contains(&item.text) && &*item.name != "figcaption" && is_caption(item) && {
                    let leaf =
                        self.outline.within(index).all(|c| self.outline.items.get(c).is_none_or(|i| !is_caption(i)));
                    leaf && !captions.insert(squash(&self.words(item)).chars().take(40).collect::<String>())
                };
            if said || self.is_chaff(index, item, container, seen, &title, span) {
                out.push(item.id);
                skip = item.end;
                continue;
            }
            seen += item.inline;
        }
        out
    }

    fn span(&self, title: &str) -> Span {
        let mut all = self.outline.within(self.at).filter(|at| self.outline.items.get(*at).is_some_and(is_prose));
        let first = all.next().unwrap_or(self.at);
        let last = all.next_back().unwrap_or(first);
        let close = all.nth_back(0).unwrap_or(last);
        let open = all.next().unwrap_or(first);
        let is_title = |at: &usize| {
            self.outline.items.get(*at).is_some_and(|i| {
                matches!(&*i.name, "h1" | "h2" | "h3")
                    && i.text < 300
                    && !title.is_empty()
                    && squash(&self.words(i)) == title
            })
        };
        let text = self.text(first);
        let heading = self.outline.within(self.at).filter(|at| *at < first).find(is_title).unwrap_or(self.at);
        let heads_comments = |at: &usize| {
            self.outline.items.get(*at).is_some_and(|i| {
                let heading = matches!(&*i.name, "h2" | "h3" | "h4" | "h5" | "h6");
                // A heading may itself be named for what it heads.
                let foreign =
                    i.part == Part::Foreign && self.outline.items.get(i.parent).is_none_or(|p| p.part == Part::Foreign);
                (heading || i.text < 40 && self.is_bold(*at, i))
                    && !foreign
                    && (4..90).contains(&i.text)
                    && COMMENTS.as_ref().is_some_and(|r| r.is_match(&self.words(i).to_lowercase()))
            })
        };
        let before = |at: &usize| {
            self.outline
                .within(self.at)
                .take_while(|i| i < at)
                .filter_map(|i| self.outline.items.get(i))
                .map(|i| i.inline)
                .sum::<usize>()
        };
        let comments = self
            .outline
            .within(self.at)
            .filter(|at| *at > first)
            .find(|at| heads_comments(at) && before(at) > 150)
            .unwrap_or(usize::MAX);
        let comments = comments.min(self.afterwords(first, comments));
        Span { heading, first, last: last.min(comments), comments, open, close, text }
    }

    /// Returns after which element no more is said that stands in no `article` of its own.
    fn text(&self, first: usize) -> usize {
        let is_article = |at: &usize| self.outline.items.get(*at).is_some_and(|i| &*i.name == "article");
        let inner = |at: usize| self.outline.around(at).take_while(|a| *a > self.at).find(is_article);
        let text = |at: usize| self.outline.items.get(at).map_or(0, |i| i.text);
        if let Some(own) = inner(first).filter(|own| text(*own) * 4 > text(self.at)) {
            return self.outline.items.get(own).map_or(usize::MAX, |i| i.end.saturating_sub(1));
        }
        let prose = |at: &usize| self.outline.items.get(*at).is_some_and(is_prose) && inner(*at).is_none();
        // A list of many things, each in an article, is what such a post is about.
        let sum = |list: &mut dyn Iterator<Item = &Item>| list.map(|i| i.inline).sum::<usize>();
        let items = |range: std::ops::Range<usize>| range.filter_map(|at| self.outline.items.get(at));
        let all = sum(&mut items(self.outline.within(self.at)));
        let last = self.outline.within(self.at).rev().find(prose);
        let after = |at: usize| sum(&mut items(at + 1..self.outline.within(self.at).end));
        last.filter(|at| after(*at) * 3 < all).unwrap_or(usize::MAX)
    }

    /// Returns where the lists of other posts begin after which no more than a little prose comes, before `end`.
    fn afterwords(&self, first: usize, end: usize) -> usize {
        let within = self.outline.within(self.at);
        let prose = |i: &Item| if is_prose(i) { i.inline - i.inline_link } else { 0 };
        let all: usize = within.clone().filter_map(|at| self.outline.items.get(at)).map(prose).sum();
        let (mut after, mut long, mut out) = (0, 0, usize::MAX);
        for at in within.rev().take_while(|at| *at > first) {
            let Some(item) = self.outline.items.get(at) else { break };
            after += prose(item);
            long += if item.inline >= 200 && item.marks > 2 { prose(item) } else { 0 };
            if after * 5 > all || long * 12 > all {
                break;
            }
            if at < end && item.part == Part::Post && self.is_afterword(at, item) {
                out = at;
            }
        }
        out
    }

    fn is_afterword(&self, at: usize, item: &Item) -> bool {
        let heading = matches!(&*item.name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6");
        (heading || (item.block && item.marks == 0 && item.inline > 0))
            && (4..70).contains(&item.text)
            && item.link == 0
            && self.outline.within(at).all(|c| self.outline.items.get(c).is_none_or(|i| !i.block || i.text == 0))
            && AFTERWORDS.as_ref().is_some_and(|r| r.is_match(&self.words(item).to_lowercase()))
    }

    fn words(&self, item: &Item) -> String {
        self.tree.tree.get(item.id).map(|n| walk::text(n)).unwrap_or_default()
    }

    fn is_chaff(&self, at: usize, item: &Item, container: &Item, seen: usize, title: &str, span: Span) -> bool {
        if item.part != Part::Post && container.part == Part::Post {
            return true;
        }
        if item.text == 0 && item.pictures == 0 {
            return false;
        }
        // All that stands before the title belongs to the site, all after the heading of the comments to readers.
        if at >= span.comments && at > span.first {
            return true;
        }
        if at < span.heading && item.end <= span.heading {
            return true;
        }
        // What is said of a picture is short, and no line about the post.
        if self.is_figure(at, item) {
            return false;
        }
        if item.text * 3 < container.text * 2
            && item.sig.contains("author")
            && AUTHOR_BOXES.as_ref().is_some_and(|r| r.is_match(&item.sig))
        {
            return true;
        }
        if at > span.first && plugs::is_card(self.outline, at, item, span.text) {
            return true;
        }
        let leaf = self.outline.within(at).all(|c| self.outline.items.get(c).is_none_or(|i| !i.block || i.text == 0));
        let edge = item.text < 60 && (at < span.first || at > span.last && item.link > 0);
        if (item.block || (item.parent == self.at || edge) && self.is_apart(item))
            && item.text > 0
            && item.text <= 900
            && (leaf || item.text < 120)
        {
            let words = self.words(item);
            if seen < 400
                && item.text < 300
                && !title.is_empty()
                && (matches!(&*item.name, "h1" | "h2" | "h3" | "h4") || self.is_bold(at, item))
                && squash(&words) == title
            {
                return true;
            }
            let low = words.to_lowercase();
            let (within, edge) = (at > span.first && at < span.last, at <= span.open || at >= span.close);
            if leaf
                && (plugs::is_wall(item, &low)
                    || within && plugs::is_loud_link(item, &words)
                    || edge && plugs::is_call(item, &low))
            {
                return true;
            }
            if self.is_line(item, &words, &low) || (leaf && self.is_edge(at, item, &words, span)) {
                return true;
            }
        }
        self.is_link_list(at, item, container)
    }

    /// Returns whether an element is a figure, part of one, or a caption by its name.
    fn is_figure(&self, at: usize, item: &Item) -> bool {
        let figure = |i: &Item| matches!(&*i.name, "figure" | "figcaption");
        let within = || self.outline.around(at).take(4).filter_map(|i| self.outline.items.get(i)).any(figure);
        figure(item) || item.named(&rules::CAPTIONS).is_some() || within()
    }

    /// Returns whether a block is all in bold: a heading by hand.
    fn is_bold(&self, at: usize, item: &Item) -> bool {
        let bold = |i: &Item| matches!(&*i.name, "b" | "strong") && i.text == item.text;
        item.block && self.outline.within(at).take(6).filter_map(|i| self.outline.items.get(i)).any(bold)
    }

    /// Returns whether an inline element stands on lines of its own.
    fn is_apart(&self, item: &Item) -> bool {
        let Some(node) = self.tree.tree.get(item.id) else { return false };
        let filled = |n: &NodeRef<'_, Node>| {
            n.value().is_element() || n.value().as_text().is_some_and(|t| !t.text.trim().is_empty())
        };
        let breaks = |n: Option<NodeRef<'_, Node>>| {
            n.is_none_or(|n| n.value().as_element().is_some_and(|e| is_breaking(&e.name.local)))
        };
        breaks(node.prev_siblings().find(filled)) && breaks(node.next_siblings().find(filled))
    }

    /// Returns whether a short block speaks about the post or its page.
    fn is_line(&self, item: &Item, words: &str, low: &str) -> bool {
        if item.text < 900 && LAST_LINES.as_ref().is_some_and(|r| r.is_match(low)) {
            return true;
        }
        if item.text < 300 && item.link * 10 > item.text * 4 && LINK_LINES.as_ref().is_some_and(|r| r.is_match(low)) {
            return true;
        }
        let known = || LINES.as_ref().is_some_and(|r| r.is_match(low));
        // "Posted on the wall of the harbour office, the new timetable is no joke.": a sentence.
        let sentence = item.text > 140 && item.link * 3 < item.text && words.ends_with(['.', '!', '?']);
        item.text < 250
            && (!sentence && (item.marks < 4 || item.link * 3 > item.text) && known()
                || words.starts_with("<img ")
                || words.starts_with("<a href"))
    }

    /// Returns whether a block before or after the prose is no part of it.
    fn is_edge(&self, at: usize, item: &Item, words: &str, span: Span) -> bool {
        let heading = item.name.len() == 2 && item.name.starts_with('h');
        if at < span.first {
            let day = item.text < 70 && when::parse(words, Order::MonthFirst).is_some();
            let byline = item.text < 100 && item.marks < 3 && byline::named(words, false).is_some();
            let label = !self.known && !heading && item.text < 60 && item.marks == 0 && item.pictures == 0;
            let author = item.text < 120 && item.marks < 3 && item.sig.contains("author");
            let section = item.text < 40 && item.link == item.text && item.marks == 0 && item.pictures == 0;
            return day || byline || label || author || (section && !heading && !words.contains('.'));
        }
        !self.known && at > span.last && item.pictures == 0 && (item.marks == 0 || item.inline_link * 2 > item.inline)
    }

    /// Returns whether an element is a list of links and nothing else: related posts, tags, a menu.
    fn is_link_list(&self, at: usize, item: &Item, container: &Item) -> bool {
        let list = matches!(&*item.name, "ul" | "ol" | "div" | "table" | "section" | "dl");
        let links =
            || self.outline.within(at).filter(|c| self.outline.items.get(*c).is_some_and(|i| &*i.name == "a")).count();
        list && item.pictures == 0
            && item.text > 0
            && item.link * 10 > item.text * 8
            && item.text * 3 < container.text
            && links() >= 3
    }
}

#[cfg(test)]
mod tests {
    use super::super::mark;
    use super::*;

    /// Returns what is left of the element with the id `text`.
    fn left(inner: &str) -> String {
        let mut tree = crate::html::parse_document(&format!("<body><div id=text>{inner}</div>"));
        let mut outline = Outline::of(&tree);
        mark::mark(&tree, &mut outline);
        let at = outline.items.iter().position(|i| i.sig.contains(" text ")).unwrap_or(0);
        for id in (Winnow { tree: &tree, outline: &outline, at, known: true, title: "" }).chaff() {
            walk::remove(&mut tree, id);
        }
        outline.items.get(at).and_then(|i| tree.tree.get(i.id)).map(|n| walk::text(n)).unwrap_or_default()
    }

    const PROSE: &str =
        "<p>It rained all day, and we stayed in the hut with tea, cards and a stove that would not draw.</p>";
    const TEASERS: &str = "<div><h4>Snow, at last</h4><img src=a.jpg>The slopes are open, and so is the new lift on the north side of the hill.</div>";

    #[test]
    fn all_after_the_heading_of_other_posts_goes() {
        let page = format!("{}<h3>Das könnte Sie auch interessieren</h3>{TEASERS}", PROSE.repeat(6));
        assert!(left(&page).ends_with("would not draw."), "{}", left(&page));
    }

    #[test]
    fn a_short_caption_is_no_line_about_the_post() {
        assert!(
            left(&format!("<figure><img src=a.jpg><figcaption>Home</figcaption></figure>{PROSE}")).starts_with("Home")
        );
        assert!(left(&format!("<p>Home</p>{PROSE}")).starts_with("It rained"));
    }

    #[test]
    fn long_prose_after_such_a_heading_stays() {
        let page = format!(
            "{PROSE}<h3>More on the weather</h3><p>{}</p>",
            "It snowed, then it thawed, then it froze. ".repeat(8)
        );
        assert!(left(&page).ends_with("then it froze."));
    }

    #[test]
    fn a_line_that_only_links_to_another_post_goes() {
        let page =
            format!("{PROSE}<p><b>Lea también: <a href=/2>La nieve llega al norte de la sierra</a></b></p>{PROSE}");
        assert!(!left(&page).contains("nieve"));
        let kept = format!(
            "{PROSE}<p>Here is a map: we walked from the hut to <a href=/2>the lake</a> and back, in the rain.</p>"
        );
        assert!(left(&kept).contains("the lake"));
    }
}
