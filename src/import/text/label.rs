//! Lines that say what they are: `Tags: …`, `Title: …`, `[Caption: …]`.

use crate::html;

/// What a label announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    Title,
    Date,
    Updated,
    Author,
    Tags,
    Categories,
    Series,
    Source,
    Excerpt,
    Caption,
    Image,
    Related,
}

/// Labels in the words people use, in lower case.
const LABELS: [(&str, Label); 43] = [
    ("title", Label::Title),
    ("subject", Label::Title),
    ("headline", Label::Title),
    ("date", Label::Date),
    ("published", Label::Date),
    ("posted", Label::Date),
    ("updated", Label::Updated),
    ("modified", Label::Updated),
    ("author", Label::Author),
    ("by", Label::Author),
    ("posted by", Label::Author),
    ("tags", Label::Tags),
    ("tag", Label::Tags),
    ("tagged", Label::Tags),
    ("tagged as", Label::Tags),
    ("labels", Label::Tags),
    ("filed under", Label::Tags),
    ("keywords", Label::Tags),
    ("technorati tags", Label::Tags),
    ("technorati", Label::Tags),
    ("del.icio.us tags", Label::Tags),
    ("delicious tags", Label::Tags),
    ("category", Label::Categories),
    ("categories", Label::Categories),
    ("series", Label::Series),
    ("source", Label::Source),
    ("url", Label::Source),
    ("link", Label::Source),
    ("permalink", Label::Source),
    ("excerpt", Label::Excerpt),
    ("summary", Label::Excerpt),
    ("caption", Label::Caption),
    ("photo", Label::Caption),
    ("photo caption", Label::Caption),
    ("image", Label::Image),
    ("picture", Label::Image),
    ("related", Label::Related),
    ("related links", Label::Related),
    ("related posts", Label::Related),
    ("related entries", Label::Related),
    ("see also", Label::Related),
    ("links", Label::Related),
    ("previously", Label::Related),
];

/// The longest line of tags.
const MAX_LINE: usize = 400;

/// Reads a line that begins with a label and a colon. Markup in it is dropped, but for the words.
pub fn labelled(line: &str) -> Option<(Label, String)> {
    let plain = strip(line);
    let (key, value) = plain.split_once(':')?;
    // The colon stands directly after the word.
    let folded = key.to_lowercase();
    let (_, label) = LABELS.iter().find(|(words, _)| *words == folded)?;
    Some((*label, value.trim().to_string()))
}

/// Returns the words of a line that may hold a few tags of markup.
pub fn strip(line: &str) -> String {
    if line.contains("</") || line.contains("<!--") { html::plain_text(line) } else { html::fold(line) }
}

/// Reads the list after a label of tags: parted by `,` `;` or `|`, perhaps quoted. What reads like a sentence is no list.
pub fn list(value: &str) -> Option<Vec<String>> {
    if value.len() > MAX_LINE {
        return None;
    }
    let mut items = Vec::new();
    let mut item = String::new();
    let mut quoted = false;
    for c in value.chars() {
        match c {
            '"' | '“' | '”' => quoted = (c == '"' && !quoted) || c == '“',
            ',' | ';' | '|' if !quoted => items.push(std::mem::take(&mut item)),
            c => item.push(c),
        }
    }
    items.push(item);
    let items: Vec<String> = items.iter().map(|i| html::fold(i)).filter(|i| !i.is_empty()).collect();
    let sentence =
        |i: &String| i.split(' ').count() > 6 || i.chars().count() > 60 || i.ends_with('.') && i.contains(' ');
    (!items.iter().any(sentence)).then_some(items)
}

/// Takes the brackets off `[Caption: …]` and `(Photo: …)`.
pub fn unbracket(line: &str) -> &str {
    let line = line.trim();
    let inner = |open, close| line.strip_prefix(open).and_then(|l| l.strip_suffix(close));
    inner('[', ']').or_else(|| inner('(', ')')).map_or(line, str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_needs_its_colon_and_a_list() {
        assert_eq!(labelled("TAGS: a, b"), Some((Label::Tags, "a, b".into())));
        assert_eq!(labelled("Technorati Tags: , ,"), Some((Label::Tags, ", ,".into())));
        assert_eq!(labelled("<p>Technorati Tags: <a href='x'>a &amp; b</a></p>"), Some((Label::Tags, "a & b".into())));
        assert_eq!(labelled("Tags are what people hang on things."), None);
        assert_eq!(labelled("And a body, with a colon: no header."), None);
    }

    #[test]
    fn lists_end_where_sentences_begin() {
        assert_eq!(
            list("Iraq, oversight , \"no-bid, contracts\"; Congress").unwrap(),
            ["Iraq", "oversight", "no-bid, contracts", "Congress"]
        );
        assert_eq!(list("“naïve”, café").unwrap(), ["naïve", "café"]);
        assert_eq!(list(", ,"), Some(vec![]));
        assert_eq!(list("U.S., Sept."), Some(vec!["U.S.".into(), "Sept.".into()]));
        assert_eq!(list("these are the words of a man who liked words"), None);
    }
}
