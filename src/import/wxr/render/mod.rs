//! What was typed into WordPress, as the HTML it makes of it: blocks, shortcodes, paragraphs. Quotes, dashes and
//! smileys stay as their author typed them. It does not clean: scripts and handlers pass through.

mod autop;
mod blocks;
mod embed;
mod figure;
mod shortcode;
mod slots;
mod tags;

use std::collections::BTreeSet;

use super::item::Item;
use super::survey::Survey;
use slots::Slots;

pub use autop::autop;

/// What a body may refer to.
pub struct Context<'a> {
    pub survey: &'a Survey,
    /// The post's own number: a gallery without ids shows what was uploaded to it.
    pub post: u64,
}

/// A rendered body.
pub struct Rendered {
    pub html: String,
    /// What could not be rendered: what happened, and to what.
    pub notes: Vec<(&'static str, String)>,
    /// Shortcodes that only a plugin can show, as they were typed, without what stands in them.
    pub unknown: Vec<String>,
}

/// What a body may grow to by blocks that it shows again and again.
const MAX_GROWTH: usize = 32 << 20;
/// Shortcodes and blocks inside each other.
const MAX_DEPTH: usize = 5;

/// Renders the body of a post. Text with block comments is HTML already, but for its dynamic blocks; text without is
/// what people type: lines and blank lines.
pub fn render(item: &Item, context: &Context) -> Rendered {
    let (slots, unknown) = (Slots::default(), Vec::new());
    let mut work = Work { context, slots, notes: BTreeSet::new(), unknown, made: 0 };
    let typed = work.slots.clear(&item.content);
    let typed = without_structure(&typed);
    let linked = embed::lines(&typed, &mut work.slots);
    let html = match linked.contains("<!-- wp:") {
        true => {
            let flat = work.blocks(&linked, 0);
            work.expand(&flat, 0)
        }
        false => {
            let expanded = work.expand(&linked, 0);
            autop(&expanded)
        }
    };
    Rendered { html: work.slots.fill(&html), notes: work.notes.into_iter().collect(), unknown: work.unknown }
}

/// A rendering under way.
struct Work<'a> {
    context: &'a Context<'a>,
    slots: Slots,
    notes: BTreeSet<(&'static str, String)>,
    unknown: Vec<String>,
    /// Bytes made beyond what was typed.
    made: usize,
}

impl Work<'_> {
    fn note(&mut self, what: &'static str, which: &str) {
        self.notes.insert((what, which.chars().take(60).collect()));
    }

    /// Accounts for what is about to be added; no more once there is too much.
    fn grow(&mut self, bytes: usize) -> bool {
        self.made = self.made.saturating_add(bytes);
        if self.made > MAX_GROWTH {
            self.note("shown too often inside itself, some left out", "");
        }
        self.made <= MAX_GROWTH
    }
}

/// Takes out the marks that part a post into teaser and rest, or into pages: all of it is kept, in one.
fn without_structure(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("<!--") {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let end = from.find("-->").map_or(from.len(), |e| e + 3);
        let (comment, after) = from.split_at(end);
        let words = comment.trim_start_matches("<!--").trim_start();
        match () {
            () if words.starts_with("nextpage") => out.push_str("\n\n"),
            () if words.starts_with("more") || words.starts_with("noteaser") => {}
            () => out.push_str(comment),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}
