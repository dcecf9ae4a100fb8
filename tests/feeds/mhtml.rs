//! Pages saved as mails.

use std::io::Read;

use mdarchive::import::{Options, mhtml};

use super::take;
use crate::import::case;

#[test]
fn a_mail_gives_its_page_and_the_pictures_it_shows() {
    let taken = take(&case("mhtml/bell.mhtml"), Options::default()).unwrap();
    let [draft] = taken.drafts.as_slice() else { panic!("{}", taken.drafts.len()) };
    assert_eq!(draft.url.as_deref(), Some("http://quay.example/2007/01/bell.html"));
    let captured = draft.source.captured.map(|t| t.to_string());
    assert_eq!(captured.as_deref(), Some("2007-02-03T14:05:06Z"), "a mail says when it was written");
    assert!(draft.body.contains("that nobody rings") && draft.body.contains("café"), "{}", draft.body);
    let files: Vec<&str> = taken.files.iter().map(|f| f.url.as_str()).collect();
    assert_eq!(files, ["http://quay.example/img/bell.png", "http://quay.example/2007/01/cid/pier-quay"]);
    let mut bytes = Vec::new();
    taken.files[1].bytes.open().unwrap().read_to_end(&mut bytes).unwrap();
    assert_eq!(bytes, b"\x89PNG\r\n\x1a\n");
}

#[test]
fn mails_in_mails_end() {
    let mut mail = "Content-Type: text/plain\n\nx".to_string();
    for n in 0..200 {
        mail = format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n{mail}\n--b{n}--\n");
    }
    assert_eq!(mhtml::parse(mail.as_bytes()).parts.len(), 1);
}
