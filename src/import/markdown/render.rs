//! Markdown as HTML.

use pulldown_cmark::{Options, Parser, html::push_html};

/// What generators of blogs read beyond CommonMark.
fn dialect() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_DEFINITION_LIST
}

/// Renders Markdown; markup inside stays.
pub fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    push_html(&mut out, Parser::new_ext(text, dialect()));
    out
}
