//! The parts of a book: its chapters by month, year, tag, series or author. It knows labels and dates, no text.

use std::collections::{BTreeMap, HashMap};

use super::plan::Item;
use super::tags::{key, plain, says_nothing};
use super::volumes::slug;
use super::words::{self, Words};
use crate::model::Kind;

/// How the book is divided.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum By {
    #[default]
    Month,
    Year,
    /// The tag or category of the post that most posts of the book share.
    Tag,
    Series,
    Author,
    None,
}

/// In which order chapters stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    #[default]
    Oldest,
    Newest,
}

/// A part of the book; without a title its chapters stand at the top of the contents.
#[derive(Debug)]
pub struct Part {
    pub stem: String,
    pub title: Option<String>,
    pub items: Vec<Item>,
}

/// Entries of one part of the contents that all readers can take.
pub const MOST: usize = 500;

/// What orders parts: what has no date, tag or author follows what has one, and pages come last.
type Place = (u8, String, String, Option<String>);

/// Divides chapters, which come in order of time.
pub fn parts(items: Vec<Item>, by: By, order: Order, language: &str, words: &Words) -> Vec<Part> {
    let dated = items.iter().any(|i| i.entry.kind != Kind::Page && i.entry.published.is_some());
    let posts = items.iter().filter(|i| i.entry.kind != Kind::Page).count();
    let by = match by {
        By::Month | By::Year if !dated => By::None,
        // A list that long stalls readers.
        By::None if dated && posts > MOST => By::Year,
        by => by,
    };
    let uses = uses(&items);
    let mut parts: BTreeMap<(u8, String), Part> = BTreeMap::new();
    for item in items {
        let (group, order, stem, title) = place(&item, by, &uses, language, words);
        let part = parts.entry((group, order)).or_insert_with(|| Part { stem, title, items: Vec::new() });
        part.items.push(item);
    }
    let mut parts: Vec<((u8, String), Part)> = parts.into_iter().collect();
    if order == Order::Newest {
        // Only what time orders is turned around.
        let in_time = matches!(by, By::Month | By::Year);
        let end = parts.iter().take_while(|((group, _), _)| *group == 0).count();
        if in_time {
            parts.get_mut(..end).into_iter().for_each(<[_]>::reverse);
        }
        parts.iter_mut().filter(|((group, _), _)| *group < 2).for_each(|(_, p)| newest(&mut p.items));
    }
    parts.into_iter().flat_map(|(_, p)| pieces(p)).collect()
}

/// Turns around what has a date; the rest stays behind.
fn newest(items: &mut [Item]) {
    let dated = items.iter().take_while(|i| i.entry.published.is_some()).count();
    items.get_mut(..dated).into_iter().for_each(<[_]>::reverse);
}

/// Cuts a part that is too long for the contents.
fn pieces(part: Part) -> Vec<Part> {
    let count = part.items.len().div_ceil(MOST);
    let title = match &part.title {
        Some(title) if count > 1 => title.clone(),
        _ => return vec![part],
    };
    let mut items = part.items.into_iter();
    let piece = |n: usize| Part {
        stem: super::tags::file_name(&part.stem, n),
        title: Some(format!("{title} ({}/{count})", n + 1)),
        items: items.by_ref().take(MOST).collect(),
    };
    (0..count).map(piece).collect()
}

/// Returns in how many chapters each tag is met.
fn uses(items: &[Item]) -> HashMap<String, usize> {
    let mut uses: HashMap<String, usize> = HashMap::new();
    for term in items.iter().flat_map(|i| i.entry.tags.iter().chain(&i.entry.categories)) {
        *uses.entry(key(&term.label)).or_default() += 1;
    }
    uses
}

fn place(item: &Item, by: By, uses: &HashMap<String, usize>, language: &str, words: &Words) -> Place {
    let entry = &item.entry;
    if entry.kind == Kind::Page {
        return (2, String::new(), "pages".into(), Some(words.pages.to_string()));
    }
    let numbers = entry.published.as_ref().map(words::numbers);
    let labelled = |letter: char, label: Option<String>, none: &str| match label {
        Some(label) => (0, format!("{}\0{label}", plain(&label)), format!("{letter}-{}", slug(&label)), Some(label)),
        None => (1, String::new(), format!("{letter}-none"), Some(none.to_string())),
    };
    match (by, numbers) {
        (By::None, _) => (0, String::new(), String::new(), None),
        (By::Tag, _) => labelled('t', main_tag(item, uses), words.no_tag),
        (By::Series, _) => {
            labelled('s', entry.series.as_deref().map(super::tree::line).filter(|s| !s.is_empty()), words.other_posts)
        }
        (By::Author, _) => {
            let name = entry.authors.iter().map(|a| super::tree::line(&a.name)).find(|n| !n.is_empty());
            labelled('a', name, words.no_author)
        }
        (By::Month, Some((Some(y), Some(m), _))) => {
            let stem = format!("y{y:04}-{m:02}");
            (0, stem.clone(), stem, Some(words::month(y, m, language)))
        }
        (_, Some((Some(y), ..))) => {
            let stem = format!("y{y:04}");
            (0, stem.clone(), stem, Some(y.to_string()))
        }
        _ => (1, String::new(), "undated".into(), Some(words.undated.to_string())),
    }
}

/// A post stands once in the book: under the tag that most chapters share, so that parts are few and long.
fn main_tag(item: &Item, uses: &HashMap<String, usize>) -> Option<String> {
    let terms = item.entry.tags.iter().chain(&item.entry.categories).filter(|t| !says_nothing(t));
    let most = terms.max_by_key(|t| {
        let key = key(&t.label);
        (uses.get(&key).copied().unwrap_or_default(), std::cmp::Reverse(key))
    });
    most.map(|t| super::tree::line(&t.label))
}
