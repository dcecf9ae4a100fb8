//! What stands among the paragraphs of a post and leads away from it: cards of other posts, links that stand alone, calls to
//! subscribe or to follow. It knows no field.

use std::sync::LazyLock;

use regex::Regex;

use super::outline::{Item, Outline, Part};
use super::pattern;
use super::rules;

static WALLS: LazyLock<Option<Regex>> = LazyLock::new(|| pattern::words(rules::WALLS));
static CALL_WORDS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(rules::CALL_WORDS).ok());
static CALLS: LazyLock<Option<Regex>> = LazyLock::new(|| pattern::words(rules::CALLS));

/// Elements of a card.
const MOST: usize = 200;

/// Returns whether an element shows another post: its heading is a link, and little else is in it.
///
/// An `article` counts only after the text, `end`: some lists are made of them.
pub(super) fn is_card(outline: &Outline, at: usize, item: &Item, end: usize) -> bool {
    let inner = || outline.within(at).take(MOST).filter_map(|i| outline.items.get(i));
    let heading = |i: &&Item| matches!(&*i.name, "h1" | "h2" | "h3" | "h4" | "h5") && i.text > 15;
    let linked = |i: &Item| i.link * 10 >= i.text * 9;
    match &*item.name {
        // `<a><h3>Another post</h3></a>`: a link around blocks.
        "a" => item.text < 600 && item.link == item.text && inner().any(|i| heading(&i)),
        "article" => at > end && item.text < 900 && inner().find(heading).is_some_and(linked),
        "ul" | "ol" => {
            item.text < 600 && linked(item) && inner().any(|i| heading(&i)) && inner().filter(heading).all(linked)
        }
        _ => false,
    }
}

/// Returns whether a block is one link and nothing else, as long as a title and all in capitals.
pub(super) fn is_loud_link(item: &Item, words: &str) -> bool {
    let loud = || !words.chars().any(char::is_lowercase) && words.chars().filter(|c| c.is_uppercase()).count() > 20;
    &*item.name == "p" && item.link == item.text && (25..200).contains(&item.text) && item.pictures == 0 && loud()
}

/// Returns whether a block says that the rest is for those who pay or log in, or that it waits for a consent.
pub(super) fn is_wall(item: &Item, words: &str) -> bool {
    item.part == Part::Post && item.text < 250 && WALLS.as_ref().is_some_and(|r| r.is_match(words))
}

/// Returns whether a block calls its readers to follow, to subscribe, to write or to buy. `words` in lower case.
pub(super) fn is_call(item: &Item, words: &str) -> bool {
    let maybe = || CALL_WORDS.as_ref().is_some_and(|r| r.is_match(words));
    let found = || CALLS.as_ref().and_then(|r| r.find(words));
    item.part == Part::Post && item.text < 420 && maybe() && found().is_some_and(|m| m.start() < 40 || item.text < 180)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(page: &str, name: &str) -> bool {
        let tree = crate::html::parse_document(page);
        let outline = Outline::of(&tree);
        let at = outline.items.iter().position(|i| &*i.name == name).unwrap_or(0);
        outline.items.get(at).is_some_and(|i| is_card(&outline, at, i, 0))
    }

    #[test]
    fn another_post_is_told_by_its_linked_heading() {
        assert!(card("<a href=/2><figure><img src=a></figure><h3>Snow on the north side</h3> It fell.</a>", "a"));
        assert!(card(
            "<article><h2><a href=/2>Snow on the north side</a></h2><p>It fell all day.</p></article>",
            "article"
        ));
        assert!(card("<ul><li><h4><a href=/2>Snow on the north side</a></h4></ul>", "ul"));
        assert!(!card("<article><h2>Snow on the north side</h2><p>It fell all day.</p></article>", "article"));
        assert!(!card("<ul><li><a href=/2>Snow on the north side</a></ul>", "ul"));
    }

    #[test]
    fn calls_are_told_from_sentences_about_them() {
        let call = |words: &str| {
            let page = format!("<p>{words}</p>");
            let tree = crate::html::parse_document(&page);
            let outline = Outline::of(&tree);
            outline.items.iter().any(|i| &*i.name == "p" && is_call(i, &words.to_lowercase()))
        };
        for words in [
            "Follow the Harbour Post on Twitter and Instagram @harbourpost.",
            "Download our app for iOS and Android.",
            "Ann Example may be reached at ann@harbour.example.",
            "To read the full story, please subscribe to the Harbour Post.",
            "Folgen Sie uns auf Instagram!",
            "Abonnieren Sie kostenlos unseren Newsletter.",
            "Únete a nuestro canal de Telegram.",
        ] {
            assert!(call(words), "{words}");
        }
        for words in [
            "She had followed the boats from Twitterton to the sea.",
            "The newsletter of the club was printed on blue paper for ninety years.",
            "We wrote an app in a week and nobody came.",
        ] {
            assert!(!call(words), "{words}");
        }
    }
}
