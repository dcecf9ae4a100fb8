//! Parts of a page that are no tags and no plain text: where scripts and styles end, and the declaration of a type.
//! It knows no tree.

use std::cell::RefCell;

use html5ever::buffer_queue::BufferQueue;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::ScriptEscapeKind;
use html5ever::tokenizer::{Doctype, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use memchr::{memchr, memchr2};

pub(super) fn is_space(b: u8) -> bool {
    matches!(b, b' ' | b'\n' | b'\t' | b'\x0c')
}

/// Returns whether a name stands here as that of a tag.
fn stands(text: &[u8], at: usize, name: &str) -> bool {
    let given = text.get(at..at + name.len()).unwrap_or_default();
    given.eq_ignore_ascii_case(name.as_bytes())
        && text.get(at + name.len()).is_some_and(|b| is_space(*b) || matches!(b, b'/' | b'>'))
}

/// Returns where a text ends that the end tag of this name ends.
pub(super) fn end(text: &str, start: usize, name: &str) -> Option<usize> {
    let text = text.as_bytes();
    let mut at = start;
    loop {
        let open = at + memchr(b'<', text.get(at..)?)?;
        if text.get(open + 1) == Some(&b'/') && stands(text, open + 2, name) {
            return Some(open);
        }
        at = open + 1;
    }
}

/// Returns where a script ends: within `<!--` one that begins in it hides its end.
pub(super) fn script_end(text: &str, start: usize, name: &str) -> Option<usize> {
    let text = text.as_bytes();
    let (mut at, mut escaped) = (start, None);
    loop {
        let ahead = text.get(at..)?;
        let next = at + if escaped.is_some() { memchr2(b'<', b'-', ahead) } else { memchr(b'<', ahead) }?;
        let rest = text.get(next..).unwrap_or_default();
        at = next + 1;
        match escaped {
            Some(_) if rest.starts_with(b"-->") => {
                escaped = None;
                at = next + 3;
            }
            None if rest.starts_with(b"<!--") => {
                escaped = Some(ScriptEscapeKind::Escaped);
                // `<!-->` ends what it began.
                at = next + 2;
            }
            Some(ScriptEscapeKind::DoubleEscaped) if rest.starts_with(b"</") && stands(text, next + 2, "script") => {
                escaped = Some(ScriptEscapeKind::Escaped);
                at = next + 8;
            }
            Some(ScriptEscapeKind::DoubleEscaped) => {}
            _ if rest.starts_with(b"</") && stands(text, next + 2, name) => return Some(next),
            Some(ScriptEscapeKind::Escaped) if stands(text, next + 1, "script") => {
                escaped = Some(ScriptEscapeKind::DoubleEscaped);
                at = next + 7;
            }
            _ => {}
        }
    }
}

/// Reads one declaration of a type, which each page has once.
pub(super) fn doctype(text: &str) -> Option<Doctype> {
    #[derive(Default)]
    struct Told(RefCell<Option<Doctype>>);
    impl TokenSink for Told {
        type Handle = ();

        fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
            if let Token::DoctypeToken(told) = token {
                self.0.borrow_mut().get_or_insert(told);
            }
            TokenSinkResult::Continue
        }
    }
    let tokenizer = Tokenizer::new(Told::default(), TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(text));
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.0.into_inner()
}
