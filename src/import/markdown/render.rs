//! The body of a post as HTML, by the ending of its file.

use std::sync::LazyLock;

use pulldown_cmark::{Options, Parser, html::push_html};
use regex::Regex;

use super::{rst, textile};

/// What generators of blogs read beyond CommonMark.
fn dialect() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_DEFINITION_LIST
}

/// Renders Markdown; markup inside stays. A picture alone in its paragraph with a title is a figure.
pub fn html(text: &str) -> String {
    static FIGURE: LazyLock<Regex> = LazyLock::new(|| {
        // As the renderer writes it: markup that somebody wrote himself is no figure for its title.
        Regex::new(r#"<p>((?:<a [^>]*>)?<img src="[^"]*" alt="[^"]*" title="([^"]+)" />(?:</a>)?)</p>"#)
            .expect("a fixed pattern")
    });
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    push_html(&mut out, Parser::new_ext(text, dialect()));
    match out.contains("title=\"") {
        true => FIGURE.replace_all(&out, "<figure>$1<figcaption>$2</figcaption></figure>").into_owned(),
        false => out,
    }
}

/// Renders a text by the ending of its file; says whether the markup is known.
pub fn by_extension(text: &str, extension: &str) -> (String, bool) {
    match extension {
        "html" | "htm" => (text.to_string(), true),
        "rst" => (rst::html(text), true),
        "textile" => (textile::html(text), true),
        "org" | "adoc" | "asciidoc" | "asc" | "pod" => {
            let escaped = text.replace('&', "&amp;").replace('<', "&lt;");
            (super::super::parts::paragraphs(&escaped), false)
        }
        _ => (html(text), true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_alone_with_a_title_is_a_figure() {
        assert_eq!(
            html("![A](a.jpg \"At noon\")\n\nx ![B](b.jpg \"t\")"),
            "<figure><img src=\"a.jpg\" alt=\"A\" title=\"At noon\" /><figcaption>At noon</figcaption></figure>\n<p>x <img src=\"b.jpg\" alt=\"B\" title=\"t\" /></p>\n"
        );
    }
}
