//! `search`: kept posts by the words in them. It reads posts one after the other and keeps of each no more than it shows.

mod fold;

use rayon::prelude::*;
use serde::Serialize;

use self::fold::Folded;
use crate::error::{Error, Result};
use crate::event::Events;
use crate::model::{Post, PostId};
use crate::store::{Archive, Entry};

/// Posts read at a time.
const CHUNK: usize = 1024;

/// Words that one search may have.
const MOST_WORDS: usize = 50;

/// Characters shown before and after the first word that is found in a text.
const BEFORE: usize = 40;
const AFTER: usize = 120;

/// What is looked for: each of these words and phrases must be in a post, at the beginning of a word.
#[derive(Debug, Clone)]
pub struct Words(Vec<String>);

/// Where a word was found, the better the later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    Text,
    /// Tags, categories, captions, authors.
    Around,
    Title,
}

/// A post that was found.
#[derive(Debug, Clone, Serialize)]
pub struct Hit {
    pub archive: String,
    pub id: PostId,
    pub url: Option<String>,
    pub title: String,
    /// Local time of publication.
    pub published: Option<String>,
    /// The worst of the places in which the words are.
    pub place: Place,
    /// A piece of the post with one of the words in it.
    pub snippet: String,
    /// The words in the snippet, as offsets in bytes.
    pub marks: Vec<(usize, usize)>,
    #[serde(skip)]
    rank: u32,
}

impl Words {
    /// Reads words as they stand on a command line: what is between quotes, or came as one word with blanks in it, is a
    /// phrase.
    ///
    /// # Errors
    /// [`Error::Usage`] when there is no letter and no digit in them, or there are too many.
    pub fn parse(given: &[String]) -> Result<Words> {
        let mut words = Vec::new();
        for one in given {
            // Between quotes stands every second piece.
            for (n, piece) in one.split('"').enumerate() {
                if n % 2 == 1 || !one.contains('"') {
                    words.push(piece);
                } else {
                    words.extend(piece.split_whitespace());
                }
            }
        }
        let folded = words.into_iter().map(|w| Folded::of(w).text.trim().to_string());
        let mut words: Vec<String> = folded.filter(|w| w.chars().any(char::is_alphanumeric)).collect();
        words.dedup();
        match words.len() {
            0 => Err(Error::usage("nothing to look for").with_hint("mdarchive search lighthouse \"old harbour\"")),
            n if n > MOST_WORDS => Err(Error::usage(format!("{n} words are more than can be looked for at once"))),
            _ => Ok(Words(words)),
        }
    }

    /// Looks into a post.
    fn find(&self, post: &Post, archive: &str) -> Option<Hit> {
        let mut around: Vec<&str> = post.captions.iter().map(|c| c.text.as_str()).collect();
        around.extend(post.tags.iter().chain(&post.categories).map(|t| t.label.as_str()));
        around.extend(post.authors.iter().map(|a| a.name.as_str()).chain(post.series.as_deref()));
        let around = around.join(" \u{b7} ");
        let places = [(Place::Title, post.title.as_str()), (Place::Around, &around), (Place::Text, &post.text)];
        let places = places.map(|(place, text)| (place, text, Folded::of(text)));
        let (mut rank, mut worst) = (0, Place::Title);
        for word in &self.0 {
            let (place, ..) = places.iter().find(|(.., folded)| folded.find(word, 0).is_some())?;
            rank += *place as u32;
            worst = worst.min(*place);
        }
        // Shown is the text, where it has one of the words: the title stands beside it in any case.
        let has = |folded: &Folded| self.0.iter().filter_map(|w| folded.find(w, 0)).min();
        let shown =
            [&places[2], &places[1]].into_iter().find_map(|(_, text, folded)| Some((*text, folded, has(folded)?)));
        let (snippet, marks) = match shown {
            Some((text, folded, (from, _))) => self.cut(text, folded, from),
            None => self.cut(&post.text, &places[2].2, 0),
        };
        Some(Hit {
            archive: archive.to_string(),
            id: post.id.clone(),
            url: post.url.clone(),
            title: post.title.clone(),
            published: post.published.as_ref().map(|d| d.text.clone()),
            place: worst,
            snippet,
            marks,
            rank,
        })
    }

    /// Returns the piece of a text around a place, in one line, and where the words are in it.
    fn cut(&self, text: &str, folded: &Folded, at: usize) -> (String, Vec<(usize, usize)>) {
        let back = |n: usize| text.get(..at).unwrap_or_default().char_indices().rev().nth(n).map_or(0, |(i, _)| i);
        let on = text.get(at..).unwrap_or_default().char_indices().nth(AFTER).map_or(text.len(), |(i, _)| at + i);
        let (mut from, mut to) = (back(BEFORE), on);
        // Not in the middle of a word, where there is a blank near by.
        if from > 0 {
            from += text.get(from..at).and_then(|t| t.find(char::is_whitespace)).map_or(0, |i| i + 1);
        }
        if to < text.len() {
            to = text.get(at..to).and_then(|t| t.rfind(char::is_whitespace)).map_or(to, |i| at + i).max(at);
        }
        let piece = text.get(from..to).unwrap_or_default();
        let mut found: Vec<(usize, usize)> = Vec::new();
        for word in &self.0 {
            let mut after = 0;
            while let Some((a, b)) = folded.find(word, after).filter(|(_, b)| *b <= to && found.len() < 100) {
                after = b;
                if a >= from {
                    found.push((a - from, b - from));
                }
            }
        }
        found.sort_unstable();
        let mut marks: Vec<(usize, usize)> = Vec::new();
        for (a, b) in found {
            match marks.last_mut().filter(|last| a <= last.1) {
                Some(last) => last.1 = last.1.max(b),
                None => marks.push((a, b)),
            }
        }
        let lead = if from > 0 { "…" } else { "" };
        let tail = if to < text.len() { "…" } else { "" };
        marks.iter_mut().for_each(|(a, b)| (*a, *b) = (*a + lead.len(), *b + lead.len()));
        // A line end is one byte, and so is the blank in its place: the marks stay where they are.
        let line: String = piece.chars().map(|c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c }).collect();
        (format!("{lead}{line}{tail}"), marks)
    }
}

/// Returns the posts among those that have all words in them: those that have them in the title first, then those that
/// have them among tags and captions, of equals the newest first.
///
/// # Errors
/// [`Error::Archive`] when a post cannot be read, [`Error::Interrupted`].
pub fn search(archive: &Archive, entries: &[Entry], words: &Words, events: &Events) -> Result<Vec<Hit>> {
    let mut hits = Vec::new();
    for chunk in entries.chunks(CHUNK) {
        events.check()?;
        let name = &archive.info.name;
        let found = chunk.par_iter().map(|entry| Ok(words.find(&archive.read(entry)?, name)));
        hits.extend(found.collect::<Result<Vec<_>>>()?.into_iter().flatten());
    }
    sort(&mut hits);
    Ok(hits)
}

/// Puts hits of several archives in one order.
pub fn sort(hits: &mut [Hit]) {
    hits.sort_by(|a, b| b.rank.cmp(&a.rank).then_with(|| b.published.cmp(&a.published)).then_with(|| a.id.cmp(&b.id)));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(given: &[&str]) -> Vec<String> {
        Words::parse(&given.iter().map(|w| w.to_string()).collect::<Vec<_>>()).unwrap().0
    }

    fn found(given: &[&str], title: &str, text: &str) -> Option<Hit> {
        let post = Post { title: title.into(), text: text.into(), ..Post::default() };
        Words::parse(&given.iter().map(|w| w.to_string()).collect::<Vec<_>>()).unwrap().find(&post, "a")
    }

    #[test]
    fn quotes_make_a_phrase() {
        assert_eq!(words(&["Élan", "two words"]), ["elan", "two words"]);
        assert_eq!(words(&["one \"Two  Three\" four"]), ["one", "two three", "four"]);
        assert!(Words::parse(&["\"\"".into(), "–".into()]).is_err());
    }

    #[test]
    fn all_words_must_be_there_at_the_beginning_of_a_word() {
        let text = "The lantern of the Café was lit;\nthe old harbour slept.";
        for (given, yes) in [
            (&["lantern"][..], true),
            (&["LANT", "cafe"], true),
            (&["antern"], false),
            (&["lantern", "boat"], false),
            (&["lit; the old"], true),
            (&["harbour old"], false),
            (&["day"], true),
        ] {
            assert_eq!(found(given, "A day", text).is_some(), yes, "{given:?}");
        }
        assert!(found(&["湯"], "", "那是一碗湯").is_some(), "where words are not set apart, they begin anywhere");
    }

    #[test]
    fn the_snippet_shows_the_words() {
        let text = format!("{} the Café\nof old {}", "word ".repeat(40), "more ".repeat(60));
        let hit = found(&["cafe", "old"], "", &text).unwrap();
        let marked: Vec<&str> = hit.marks.iter().map(|(a, b)| &hit.snippet[*a..*b]).collect();
        assert_eq!(marked, ["Café", "old"]);
        assert!(hit.snippet.starts_with('…') && hit.snippet.ends_with("more…") && !hit.snippet.contains('\n'));
    }
}
