//! A plain text as a post: who decides which line is what, and in which order.

use crate::html::fold;
use crate::model::{Author, Caption, Draft, Media, Term, slugify};

use super::super::date;
use super::bare::{self, Around};
use super::blocks::{self, Block};
use super::body::{escape, inline, paragraphs};
use super::label::{self, Label, labelled};
use super::{guess, related};

/// Understands a text. `name` stands in for a title where there is none.
pub fn understand(text: &str, name: &str) -> Draft {
    let mut draft = Draft::default();
    let mut blocks = blocks::cut(text);
    let usual = blocks::usual_gap(&blocks);
    let mut tags = header(&mut draft, &mut blocks);
    let (trailer, more) = trailer(&mut blocks);
    draft.links = related::headed(&mut blocks);
    if draft.links.is_empty() {
        draft.links = related::bare(&mut blocks, usual);
        if !draft.links.is_empty() {
            guess(&mut draft, "links", "single lines in title style at the end, set off or sharing a series");
        }
    }
    let around = Around { set_off: false, trailer, related: !draft.links.is_empty() };
    first_captions(&mut draft, &mut blocks);
    dateline(&mut draft, &mut blocks, "first line");
    bare_tags(&mut draft, &mut blocks, &mut tags, around);
    tags.extend(more);
    draft.tags = terms(&tags, "post_tag");
    if draft.title.is_empty() {
        find_title(&mut draft, &mut blocks, name);
    }
    dateline(&mut draft, &mut blocks, "the line under the title");
    byline(&mut draft, &mut blocks);
    bare_caption(&mut draft, &mut blocks, around, usual);
    let body = captions(&mut draft, blocks);
    draft.body = body;
    if draft.series.is_none() {
        let others: Vec<String> = draft.links.iter().map(|l| l.text.clone()).collect();
        draft.series = bare::series(&draft.title, &others);
        if draft.series.is_some() {
            guess(&mut draft, "series", "the title's words before the colon, shared with a related title");
        }
    }
    draft
}

/// Takes the first blocks whose every line says what it is: the header, or a labelled line of tags.
fn header(draft: &mut Draft, blocks: &mut Vec<Block>) -> Vec<String> {
    let mut tags = Vec::new();
    while let Some(first) = blocks.first() {
        let lines: Option<Vec<(Label, String)>> = first.lines.iter().map(|l| labelled(l)).collect();
        let in_header = |l: Label| !matches!(l, Label::Caption | Label::Image | Label::Related);
        let Some(lines) = lines.filter(|l| l.iter().all(|(label, value)| in_header(*label) && fits(*label, value)))
        else {
            break;
        };
        for (label, value) in lines {
            state(draft, &mut tags, label, value);
        }
        blocks.remove(0);
    }
    tags
}

/// Returns whether a value is what its label announces.
fn fits(label: Label, value: &str) -> bool {
    match label {
        Label::Tags | Label::Categories => label::list(value).is_some(),
        Label::Date | Label::Updated => value.is_empty() || date::parse(value).is_some(),
        Label::Author | Label::Series | Label::Title => value.chars().count() <= 200,
        _ => true,
    }
}

fn state(draft: &mut Draft, tags: &mut Vec<String>, label: Label, value: String) {
    match label {
        Label::Tags => tags.extend(label::list(&value).unwrap_or_default()),
        Label::Categories => draft.categories = terms(&label::list(&value).unwrap_or_default(), "category"),
        Label::Title => draft.title = value,
        Label::Date => draft.published = date::parse(&value),
        Label::Updated => draft.updated = date::parse(&value),
        Label::Author if !value.is_empty() => draft.authors.push(Author { name: value, slug: None, url: None }),
        Label::Series => draft.series = Some(value).filter(|v| !v.is_empty()),
        Label::Excerpt => draft.excerpt = Some(value).filter(|v| !v.is_empty()),
        Label::Source if value.starts_with("http://") || value.starts_with("https://") => draft.url = Some(value),
        _ => {}
    }
}

/// Takes labelled lines of tags off the end. Says whether there were any, be they empty.
fn trailer(blocks: &mut Vec<Block>) -> (bool, Vec<String>) {
    let mut lists: Vec<Vec<String>> = Vec::new();
    while let Some(block) = blocks.last_mut() {
        let last = block.lines.last().map(String::as_str).unwrap_or_default();
        let tags = labelled(last).filter(|(l, _)| *l == Label::Tags).and_then(|(_, value)| label::list(&value));
        // The only line of a text is its text.
        let Some(tags) = tags.filter(|_| blocks.len() > 1) else { break };
        lists.push(tags);
        if let Some(block) = blocks.last_mut() {
            block.lines.pop();
            if block.lines.is_empty() {
                blocks.pop();
            }
        }
    }
    (!lists.is_empty(), lists.into_iter().rev().flatten().collect())
}

/// Takes a first line that is a list of tags without a label; a title and a text must follow it.
fn bare_tags(draft: &mut Draft, blocks: &mut Vec<Block>, tags: &mut Vec<String>, around: Around) {
    let [first, second, _, ..] = blocks.as_slice() else { return };
    if !tags.is_empty() || !draft.title.is_empty() || !second.single().is_some_and(bare::is_title_or_abbreviation) {
        return;
    }
    let Some(found) = first.single().and_then(|line| bare::tag_line(line, around)) else { return };
    tags.extend(found);
    guess(draft, "tags", "first line, a comma list of short phrases before the title");
    blocks.remove(0);
}

/// Takes the title: a first line that is short and has no full stop, else the file's name.
fn find_title(draft: &mut Draft, blocks: &mut Vec<Block>, name: &str) {
    let Some(first) = blocks.first_mut() else {
        draft.title = name.to_string();
        return guess(draft, "title", "the file's name");
    };
    let after_tags = draft.guessed.contains_key("tags");
    let fits = if after_tags { bare::is_title_or_abbreviation } else { bare::is_title };
    let alone = first.single().is_some_and(fits);
    if alone || stands_out(first) {
        draft.title = fold(first.lines.remove(0).trim_start_matches('#'));
        if first.lines.is_empty() {
            blocks.remove(0);
        }
        let how = if after_tags { "the line after the tags" } else { "first line, short, no full stop" };
        return guess(draft, "title", how);
    }
    draft.title = name.to_string();
    guess(draft, "title", "the file's name");
}

/// Returns whether the first line of a block is a title and the rest a text: much shorter, and no sentence that goes on.
fn stands_out(block: &Block) -> bool {
    let [first, second, ..] = block.lines.as_slice() else { return false };
    let goes_on = second.trim_start().starts_with(char::is_lowercase);
    bare::is_title(first) && !goes_on && first.chars().count() * 4 < second.chars().count() * 3
}

/// Takes labelled captions that stand before everything else.
fn first_captions(draft: &mut Draft, blocks: &mut Vec<Block>) {
    while let Some((Label::Caption, words)) = blocks.first().and_then(caption_label).filter(|_| blocks.len() > 1) {
        draft.captions.push(caption(&words));
        blocks.remove(0);
    }
}

/// Returns what a block of one line is labelled as, be it in brackets.
fn caption_label(block: &Block) -> Option<(Label, String)> {
    labelled(label::unbracket(block.single()?)).filter(|(_, words)| !words.is_empty())
}

/// Takes a block that says nothing but who wrote and when.
fn dateline(draft: &mut Draft, blocks: &mut Vec<Block>, place: &str) {
    let found = blocks.first().filter(|_| blocks.len() > 1).and_then(|b| bare::dateline(&b.lines));
    let Some((name, published)) = found.filter(|_| draft.published.is_none()) else { return };
    if published.is_some() {
        draft.published = published;
        guess(draft, "published", &format!("{place}, a date and nothing else"));
    }
    if let Some(name) = name.filter(|_| draft.authors.is_empty()) {
        draft.authors.push(Author { name, slug: None, url: None });
        guess(draft, "authors", &format!("{place}, a name and nothing else"));
    }
    blocks.remove(0);
}

/// Takes the line that says who posted the text when, under the title or at the end.
fn byline(draft: &mut Draft, blocks: &mut Vec<Block>) {
    for at in [0, blocks.len().saturating_sub(1)] {
        let found = blocks.get(at).and_then(Block::single).and_then(bare::byline).filter(|_| blocks.len() > 1);
        let Some((name, published)) = found else { continue };
        if draft.published.is_none() {
            draft.published = Some(published);
            guess(draft, "published", "a line that says when it was posted");
        }
        if let Some(name) = name.filter(|_| draft.authors.is_empty()) {
            draft.authors.push(Author { name, slug: None, url: None });
            guess(draft, "authors", "a line that says who posted it");
        }
        blocks.remove(at);
        return;
    }
}

/// Takes the line under the title that describes a lost picture.
fn bare_caption(draft: &mut Draft, blocks: &mut Vec<Block>, around: Around, usual: usize) {
    let [first, _, ..] = blocks.as_slice() else { return };
    let around = Around { set_off: first.before > usual, ..around };
    let Some(line) = first.single().filter(|l| labelled(label::unbracket(l)).is_none() && bare::is_caption(l, around))
    else {
        return;
    };
    draft.captions.push(caption(line));
    guess(draft, "captions", "a sentence set off under the title, with the signs of a caption");
    blocks.remove(0);
}

/// Takes the labelled captions out of the text and writes the rest as HTML.
fn captions(draft: &mut Draft, blocks: Vec<Block>) -> String {
    let mut out = String::new();
    let mut text: Vec<Block> = Vec::new();
    for block in blocks {
        match caption_label(&block) {
            Some((Label::Caption, words)) => draft.captions.push(caption(&words)),
            Some((Label::Image, value)) if value.contains("://") => {
                out.push_str(&paragraphs(&std::mem::take(&mut text)));
                out.push_str(&figure(draft, &value));
            }
            _ => text.push(block),
        }
    }
    out + &paragraphs(&text)
}

/// Writes `URL | caption` as a figure.
fn figure(draft: &mut Draft, value: &str) -> String {
    let (url, words) = value.split_once('|').unwrap_or((value, ""));
    let (url, words) = (url.trim(), fold(words));
    draft.media.push(Media { url: url.to_string(), role: "body".into(), ..Media::default() });
    let caption = if words.is_empty() { String::new() } else { format!("<figcaption>{}</figcaption>", inline(&words)) };
    format!("<figure><img src=\"{}\" />{caption}</figure>\n", escape(url))
}

fn caption(words: &str) -> Caption {
    let words = fold(words);
    Caption { html: escape(&words), text: words, ..Caption::default() }
}

/// Makes terms of labels; of those that differ in case only, the first stands.
fn terms(labels: &[String], taxonomy: &str) -> Vec<Term> {
    let mut out: Vec<Term> = Vec::new();
    for label in labels {
        if !out.iter().any(|t| t.label.to_lowercase() == label.to_lowercase()) {
            out.push(Term { label: label.clone(), slug: slugify(label), taxonomy: taxonomy.to_string() });
        }
    }
    out
}
