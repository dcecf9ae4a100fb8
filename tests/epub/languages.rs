//! Languages of posts and book: direction, fixed words, dates.

use super::book::{Blog, post};

#[test]
fn scripts_of_the_world_have_their_language_and_direction() {
    let mut hebrew = post(1, "שלום", "2007-04-23", "<p>שלום עולם, זה פוסט על הים.</p><pre>let x = 1;</pre>");
    hebrew.text = "שלום עולם, זה פוסט על הים.".into();
    let mut japanese = post(2, "港の朝", "2007-04-24", "<p>港は静かで、船は霧の中に並んでいた。</p>");
    japanese.text = "港は静かで、船は霧の中に並んでいた。".into();
    let mut french = post(3, "Le port", "2007-04-25", "<p>Le port.</p>");
    french.language = Some("fr_FR".into());
    let book = Blog::new("world").with([hebrew, japanese, french]).book();
    let head = |title: &str| book.chapter(title).lines().nth(2).unwrap_or_default().to_string();
    assert!(head("שלום").contains("lang=\"he\" xml:lang=\"he\" dir=\"rtl\""), "{}", head("שלום"));
    assert!(book.chapter("שלום").contains("<pre dir=\"ltr\">"));
    assert!(head("港の朝").contains("lang=\"ja\" xml:lang=\"ja\">"));
    assert!(head("Le port").contains("lang=\"fr-FR\""));
    assert!(book.chapter("Le port").contains("<span lang=\"en\" xml:lang=\"en\">First published at</span>"));
}

#[test]
fn a_book_of_another_language_speaks_it() {
    let blog = Blog::new("german").with([post(1, "Erster", "2007-04-01", "<p>a</p>")]);
    let book = blog.book_with(|e| e.language = Some("de".into()));
    assert!(book.contents().iter().any(|(_, label, _)| label == "Über dieses Buch"));
    assert!(
        book.chapter("Erster").contains("<time datetime=\"2007-04-01T12:00:00+00:00\">1. April 2007</time>"),
        "{}",
        book.chapter("Erster")
    );
    let finnish = blog.book_with(|e| e.language = Some("fi".into()));
    assert!(
        finnish.chapter("Erster").contains("lang=\"fi\"") && finnish.chapter("Erster").contains("2007-04-01</time>")
    );
    let error = blog.try_book(|e| e.language = Some("klingon!".into())).unwrap_err();
    assert!(error.hint().unwrap().contains("pt-BR"));
}
