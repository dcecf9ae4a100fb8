//! The posts a text names as related: under a heading, or as a bare list of titles at its end.

use std::sync::LazyLock;

use regex::Regex;

use crate::html::{self, fold};
use crate::model::{Link, LinkKind};

use super::bare::{is_title, is_title_case, is_title_or_abbreviation};
use super::blocks::Block;
use super::label::{Label, labelled};

/// Takes the block of related links off the end: a heading (`Related:`), then lines of links or titles.
pub fn headed(blocks: &mut Vec<Block>) -> Vec<Link> {
    let heading = |b: &Block| {
        let first = b.lines.first().map(String::as_str).unwrap_or_default();
        let bare = first.trim().trim_matches(['*', '#', '_', '=', '-', ' ']);
        let with_colon = if bare.ends_with(':') { bare.to_string() } else { format!("{bare}:") };
        // What stands behind the colon is the first link.
        let named =
            |(label, rest): (Label, String)| label == Label::Related && (rest.is_empty() || rest.contains("://"));
        // Without its colon, one word is a word.
        labelled(&with_colon).is_some_and(named) && (bare.contains(':') || bare.contains(' '))
    };
    let Some(at) = blocks.iter().rposition(heading) else { return Vec::new() };
    let mut lines: Vec<&str> = blocks.iter().skip(at).flat_map(|b| b.lines.iter().map(String::as_str)).collect();
    if let Some(first) = lines.first_mut() {
        *first = first.split_once(':').map_or("", |(_, rest)| rest);
    }
    lines.retain(|l| !l.trim().trim_matches(['*', '#', '_', '=', '-']).is_empty());
    let links: Option<Vec<Link>> = lines.iter().map(|l| link(l)).collect();
    match links {
        Some(links) if !links.is_empty() => {
            blocks.truncate(at);
            links
        }
        _ => Vec::new(),
    }
}

/// Takes a bare list of titles off the end: at least three lines in title style, set off by extra blank lines
/// or sharing a series.
pub fn bare(blocks: &mut Vec<Block>, usual: usize) -> Vec<Link> {
    let prefix = |t: &str| t.split_once(": ").map(|(p, _)| fold(p).to_lowercase());
    // One of the first two lines is the title; a list of its series need not be in title style.
    let firsts: Vec<String> = blocks.iter().take(2).filter_map(|b| b.single().and_then(prefix)).collect();
    let in_series = |l: &str| prefix(l).is_some_and(|p| firsts.contains(&p));
    let title = |l: &String| is_title_or_abbreviation(l) && (is_title_case(l) || in_series(l)) && !l.contains("://");
    let tail = blocks.iter().rev().take_while(|b| b.lines.iter().all(title)).count();
    // The first two blocks are title and text, whatever they look like.
    let first = (blocks.len() - tail).max(2);
    let set_off = |b: &Block| b.before > usual;
    // The list begins where the extra blank lines are, if they are anywhere.
    let start = (first..blocks.len()).find(|i| blocks.get(*i).is_some_and(set_off)).unwrap_or(first);
    let lines: Vec<String> = blocks.iter().skip(start).flat_map(|b| b.lines.iter().map(|l| fold(l))).collect();
    let mut prefixes: Vec<String> = lines.iter().filter_map(|l| prefix(l)).chain(firsts).collect();
    prefixes.sort();
    let shared = prefixes.windows(2).any(|w| matches!(w, [a, b] if a == b));
    if lines.len() < 3 || !(shared || blocks.get(start).is_some_and(set_off)) {
        return Vec::new();
    }
    blocks.truncate(start);
    lines.into_iter().map(|text| related(None, text)).collect()
}

/// Reads a line of a related list: `text - URL`, `URL`, `* <a href="URL">text</a>`, or a title alone.
fn link(line: &str) -> Option<Link> {
    static ANCHOR: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?i)<a\b[^>]*?href\s*=\s*["']?([^"'\s>]+)[^>]*>(.*?)</a>"#).expect("a fixed pattern")
    });
    static ADDRESS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"https?://[^\s<>]+").expect("a fixed pattern"));
    let line = line.trim().trim_start_matches(['*', '•', '-', '–', '+', ' ', '\t']);
    if let Some(found) = ANCHOR.captures(line) {
        let group = |i| found.get(i).map(|m: regex::Match| m.as_str()).unwrap_or_default();
        return Some(related(Some(html::unescape(group(1))), html::plain_text(group(2))));
    }
    if let Some(found) = ADDRESS.find(line) {
        let around = format!("{} {}", line.get(..found.start())?, line.get(found.end()..)?);
        let text = fold(around.trim_matches(|c: char| c.is_whitespace() || "-–—:|()<>[]".contains(c)));
        let url = found.as_str().trim_end_matches([')', '.', ',', ']']).to_string();
        let text = if text.is_empty() { url.clone() } else { text };
        return Some(related(Some(url), text));
    }
    is_title(line).then(|| related(None, fold(line)))
}

fn related(url: Option<String>, text: String) -> Link {
    Link { url, text, rel: None, kind: LinkKind::Related, target: None }
}

#[cfg(test)]
mod tests {
    use super::super::blocks::cut;
    use super::*;

    #[test]
    fn a_poem_is_no_list_of_titles() {
        let mut poem = cut("A Poem\n\nThe rain came down\n\nand nobody saw it\n\n\nthe boats were grey\n\nThe end");
        assert!(bare(&mut poem, 1).is_empty());
        assert_eq!(poem.len(), 5);
    }

    #[test]
    fn a_list_of_the_series_needs_no_title_style() {
        let mut post = cut(
            "Dock diary: the rope\n\nIt was long.\n\nDock diary: the crane\n\nDock diary: what the U.S.\n\nDock diary: low water?",
        );
        assert_eq!(bare(&mut post, 1).len(), 3);
        assert_eq!(post.len(), 2);
    }

    #[test]
    fn words_under_a_heading_that_are_no_links_stay_in_the_body() {
        let mut blocks = cut("T\n\nLinks:\nthey hold chains together, and this is a sentence.");
        assert!(headed(&mut blocks).is_empty());
        assert_eq!(blocks.len(), 2);
    }
}
