//! Markup to a tree, as browsers read it, in bounded time and memory: all that comes in is hostile.
//! It knows nothing of posts.
//!
//! The tree builder is quadratic in nesting: half a megabyte of `<ul><li>` takes it minutes. So a filter stands between
//! tokenizer and tree builder. It looks now and then at the builder's own stack and leaves out start tags while that is
//! too deep, formatting tags while too many are open, and all tags once misnesting has multiplied the nodes.

mod rawtext;
mod reference;
mod tag;
mod tokens;

use std::cell::{Cell, RefCell};

use ego_tree::iter::Edge;
use ego_tree::{NodeId, Tree};
use html5ever::tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult};
use html5ever::tree_builder::{Tracer, TreeBuilder, TreeBuilderOpts, create_element};
use html5ever::{LocalName, QualName, local_name, ns};
use scraper::{Html, HtmlTreeSink, Node};

use self::reference::{Null, Place};

/// The depth at which browsers, too, stop nesting.
const DEEPEST: usize = 512;
/// Entries of formatting elements on the stack and the list of the active ones.
const MOST_FORMATTING: usize = 256;
/// Nodes of one tree; what comes after them is text. The largest pages of blogs, with thousands of comments, have a third.
const MOST_NODES: usize = 600_000;
/// Tags between two looks at the stack.
const STEP: u32 = 16;

/// Parses a fragment as the content of a `body`, as browsers without scripts read it.
pub fn parse(fragment: &str) -> Html {
    run(fragment, true)
}

/// Parses a whole page, as browsers without scripts read it.
pub fn parse_document(page: &str) -> Html {
    run(page, false)
}

/// Returns the words of a fragment: tags dropped, entities decoded, white space folded.
pub fn plain_text(fragment: &str) -> String {
    if !fragment.contains(['<', '&', '\0']) {
        return super::fold(fragment);
    }
    let tree = parse(fragment);
    let words: String = super::walk::texts(tree.tree.root()).collect();
    super::fold(&words)
}

/// Returns a text with its character references decoded; markup is left as it is.
pub fn unescape(text: &str) -> String {
    if !text.contains('&') {
        return text.to_string();
    }
    let mut out = String::with_capacity(text.len());
    reference::decode(&tokens::lines(text), Place::Text, Null::Replaced, &mut out);
    out
}

fn run(text: &str, fragment: bool) -> Html {
    let options = TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() };
    // Room for all nodes at once: of pages of all kinds one in a hundred has more than an element and two texts a tag.
    let tags = memchr::memchr_iter(b'<', text.as_bytes()).count();
    let room = (tags + tags / 2).min(MOST_NODES) + 16;
    let empty = |mut html: Html, root: Node| {
        html.tree = Tree::with_capacity(root, room);
        html
    };
    let builder = if fragment {
        let sink = HtmlTreeSink::new(empty(Html::new_fragment(), Node::Fragment));
        let context = create_element(&sink, QualName::new(None, ns!(html), local_name!("body")), Vec::new());
        TreeBuilder::new_for_fragment(sink, context, None, options)
    } else {
        TreeBuilder::new(HtmlTreeSink::new(empty(Html::new_document(), Node::Document)), options)
    };
    let filter = Filter::new(builder);
    tokens::feed(text, &filter);
    let mut html = filter.builder.sink.0.into_inner();
    html.errors = Vec::new();
    flatten(&mut html);
    html
}

/// What may still come in.
#[derive(Clone, Copy, PartialEq)]
enum Level {
    All,
    NoFormatting,
    LeavesOnly,
    TextOnly,
}

struct Filter {
    builder: TreeBuilder<NodeId, HtmlTreeSink>,
    level: Cell<Level>,
    tags: Cell<u32>,
    tokens: Cell<usize>,
    /// Names of start tags left out, whose end tags are to be left out too.
    dropped: RefCell<Vec<LocalName>>,
}

impl Filter {
    fn new(builder: TreeBuilder<NodeId, HtmlTreeSink>) -> Filter {
        let (level, tags, tokens) = (Cell::new(Level::All), Cell::new(0), Cell::new(0));
        Filter { builder, level, tags, tokens, dropped: RefCell::new(Vec::new()) }
    }

    fn admits(&self, tag: &Tag) -> bool {
        self.tags.set(self.tags.get() + 1);
        if self.tags.get() >= STEP {
            self.tags.set(0);
            self.level.set(self.look());
        }
        let level = self.level.get();
        if tag.kind == TagKind::EndTag {
            return level != Level::TextOnly && !self.was_dropped(&tag.name);
        }
        let admitted = match level {
            Level::All => true,
            Level::NoFormatting => !is_formatting(&tag.name),
            Level::LeavesOnly => is_leaf(&tag.name),
            Level::TextOnly => return matches!(tag.name, local_name!("script") | local_name!("style")),
        };
        if !admitted {
            self.dropped.borrow_mut().push(tag.name.clone());
        }
        admitted
    }

    fn was_dropped(&self, name: &LocalName) -> bool {
        let mut dropped = self.dropped.borrow_mut();
        let near = dropped.len().saturating_sub(16);
        let found = dropped.iter().skip(near).rposition(|n| n == name);
        if let Some(at) = found {
            dropped.truncate(near + at);
        }
        found.is_some()
    }

    fn look(&self) -> Level {
        let nodes = self.builder.sink.0.borrow().tree.values().len();
        let multiplied = nodes > 8 * self.tokens.get() + 10_000;
        if self.level.get() == Level::TextOnly || multiplied || nodes > MOST_NODES {
            return Level::TextOnly;
        }
        let census = Census { sink: &self.builder.sink, all: Cell::new(0), formatting: Cell::new(0) };
        self.builder.trace_handles(&census);
        match (census.all.get(), census.formatting.get()) {
            (all, _) if all > DEEPEST => Level::LeavesOnly,
            (_, formatting) if formatting > MOST_FORMATTING => Level::NoFormatting,
            _ => Level::All,
        }
    }
}

impl TokenSink for Filter {
    type Handle = NodeId;

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<NodeId> {
        self.tokens.set(self.tokens.get() + 1);
        match &token {
            Token::ParseError(_) | Token::NullCharacterToken => return TokenSinkResult::Continue,
            Token::TagToken(tag) if !self.admits(tag) => return TokenSinkResult::Continue,
            _ => {}
        }
        self.builder.process_token(token, 1)
    }

    fn end(&self) {
        self.builder.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }
}

/// Counts what the tree builder holds on to: its stack and its list of formatting elements.
struct Census<'a> {
    sink: &'a HtmlTreeSink,
    all: Cell<usize>,
    formatting: Cell<usize>,
}

impl Tracer for Census<'_> {
    type Handle = NodeId;

    fn trace_handle(&self, node: &NodeId) {
        self.all.set(self.all.get() + 1);
        let html = self.sink.0.borrow();
        let element = html.tree.get(*node).and_then(|n| n.value().as_element());
        if element.is_some_and(|e| is_formatting(&e.name.local)) {
            self.formatting.set(self.formatting.get() + 1);
        }
    }
}

fn is_formatting(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("a")
            | local_name!("b")
            | local_name!("big")
            | local_name!("code")
            | local_name!("em")
            | local_name!("font")
            | local_name!("i")
            | local_name!("nobr")
            | local_name!("s")
            | local_name!("small")
            | local_name!("strike")
            | local_name!("strong")
            | local_name!("tt")
            | local_name!("u")
    )
}

/// Returns whether an element never holds other elements.
fn is_leaf(name: &LocalName) -> bool {
    super::xhtml::is_void(name) || matches!(&**name, "script" | "style" | "title" | "textarea" | "iframe")
}

/// Takes elements out of the deepest level: misnesting can make the tree deeper than the stack ever was.
fn flatten(html: &mut Html) {
    let mut deep = Vec::new();
    let mut depth = 0;
    for edge in html.tree.root().traverse() {
        match edge {
            Edge::Open(node) => {
                depth += 1;
                if depth == DEEPEST && node.has_children() {
                    deep.push(node.id());
                }
            }
            Edge::Close(_) => depth -= 1,
        }
    }
    for id in deep {
        let Some(node) = html.tree.get(id) else { continue };
        let texts: Vec<NodeId> = node.descendants().filter(|n| n.value().is_text()).map(|n| n.id()).collect();
        let elements: Vec<NodeId> = node.children().filter(|n| !n.value().is_text()).map(|n| n.id()).collect();
        let Some(mut node) = html.tree.get_mut(id) else { continue };
        for text in texts {
            node.append_id(text);
        }
        for element in elements {
            if let Some(mut element) = html.tree.get_mut(element) {
                element.detach();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    fn depth(html: &Html) -> usize {
        let (mut depth, mut most) = (0, 0);
        for edge in html.tree.root().traverse() {
            match edge {
                Edge::Open(_) => depth += 1,
                Edge::Close(_) => depth -= 1,
            }
            most = most.max(depth);
        }
        most
    }

    #[test]
    fn hostile_nesting_ends_soon_in_a_shallow_tree() {
        let fonts: String = (0..400).map(|i| format!("<font size={i}>")).collect();
        let cases = [
            "<ul><li>".repeat(64_000),
            "<b>".repeat(200_000),
            "<b><p>x</b></p>".repeat(40_000),
            "<a><table>".repeat(50_000),
            (0..100_000).map(|i| format!("<i a{i}>")).collect(),
            format!("<p>{fonts}{}", "</p><p>x".repeat(60_000)),
            "<div><svg>".repeat(50_000),
            "<template>".repeat(50_000),
            "<b><div></b>".repeat(50_000),
        ];
        for case in cases {
            let start = Instant::now();
            let tree = parse(&case);
            let head = &case[..30];
            assert!(start.elapsed() < Duration::from_secs(20), "{head} took {:?}", start.elapsed());
            assert!(depth(&tree) <= DEEPEST, "{head} is {} deep", depth(&tree));
            assert!(tree.tree.values().len() < 12 * case.len(), "{head} made {}", tree.tree.values().len());
        }
    }

    #[test]
    fn a_tag_of_a_hundred_thousand_attributes_keeps_the_first() {
        let mut tag = String::from("<p title='a>b'");
        (0..100_000).for_each(|i| tag.push_str(&format!(" a{i}=\"<{i}>\"")));
        let start = Instant::now();
        let tree = parse(&(tag + ">word</p>"));
        assert!(start.elapsed() < Duration::from_secs(5), "took {:?}", start.elapsed());
        let p = tree.tree.values().find_map(|n| n.as_element().filter(|e| e.name() == "p")).unwrap();
        assert_eq!((p.attr("title"), p.attrs.len()), (Some("a>b"), tag::MOST));
        assert_eq!(super::super::walk::texts(tree.tree.root()).collect::<String>(), "word");
    }

    #[test]
    fn ordinary_depth_is_left_alone() {
        let tree = parse(&("<div>".repeat(300) + "<p>deep <b>bold</b>" + &"</div>".repeat(300) + "<p>after"));
        let names: Vec<&str> = tree.tree.values().filter_map(|n| n.as_element().map(|e| e.name())).collect();
        assert_eq!(names.iter().filter(|n| **n == "div").count(), 300);
        assert!(names.contains(&"b"));
    }

    #[test]
    fn text_after_the_cap_is_kept() {
        let text = plain_text(&("<div>".repeat(2_000) + "deep" + &"</div>".repeat(2_000) + " after"));
        assert_eq!(text, "deep after");
    }

    #[test]
    fn plain_text_has_no_tags_and_no_entities() {
        assert_eq!(plain_text(" A &amp; B&nbsp;<b>c</b>\n d\0e <!-- x --><script>no</script>&#8217;"), "A & B c de ’");
        assert_eq!(plain_text("nothing  to do"), "nothing to do");
    }

    #[test]
    fn unescape_leaves_markup_alone() {
        assert_eq!(
            unescape("<b>x</b> &amp;amp; &hellip; &#x27; &copy 2007 & &unknown;"),
            "<b>x</b> &amp; … ' © 2007 & &unknown;"
        );
    }
}
