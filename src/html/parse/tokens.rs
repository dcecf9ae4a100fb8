//! Markup to tags, texts and comments as browsers part it (HTML, section 13.2.5), at the speed of finding their ends: most
//! of a page is copied by nobody and looked at once. It knows no tree; what a tag means for what follows, its sink says.

use std::borrow::Cow;

use html5ever::LocalName;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{TagKind, Token, TokenSink, TokenSinkResult};
use memchr::{memchr, memchr2, memmem};

use super::rawtext;
use super::reference::{self, Null, Place};
use super::tag::{Tags, share};

/// The buffers count in 32 bits; what comes after so much is left out.
const LONGEST: usize = 1 << 31;

/// Returns a text with line breaks as parsers see them.
pub(super) fn lines(text: &str) -> Cow<'_, str> {
    match memchr(b'\r', text.as_bytes()) {
        None => Cow::Borrowed(text),
        Some(_) => {
            let mut out = String::with_capacity(text.len());
            let mut rest = text;
            while let Some((before, after)) = rest.split_once('\r') {
                out.push_str(before);
                out.push('\n');
                rest = after.strip_prefix('\n').unwrap_or(after);
            }
            out.push_str(rest);
            Cow::Owned(out)
        }
    }
}

/// Gives all tokens of a text to a sink.
pub(super) fn feed<S: TokenSink>(text: &str, sink: &S) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let text = lines(text.get(..text.floor_char_boundary(LONGEST)).unwrap_or(text));
    let whole = StrTendril::from_slice(&text);
    drop(text);
    let mut scan = Scan { text: &whole, whole: &whole, at: 0, sink, tags: Tags::new() };
    scan.all();
    let _ = sink.process_token(Token::EOFToken, 1);
    sink.end();
}

struct Scan<'a, S> {
    text: &'a str,
    whole: &'a StrTendril,
    at: usize,
    sink: &'a S,
    tags: Tags,
}

impl<S: TokenSink> Scan<'_, S> {
    fn all(&mut self) {
        while self.at < self.text.len() {
            let start = self.at;
            let end = self.find(start, |rest| memchr(b'<', rest)).unwrap_or(self.text.len());
            self.characters(start, end, true, Null::Dropped);
            self.at = end;
            if end < self.text.len() {
                self.markup();
            }
        }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn find(&self, from: usize, what: impl Fn(&[u8]) -> Option<usize>) -> Option<usize> {
        self.text.as_bytes().get(from..).and_then(what).map(|n| from + n)
    }

    fn slice(&self, from: usize, to: usize) -> &str {
        self.text.get(from..to).unwrap_or_default()
    }

    fn emit(&self, token: Token) -> TokenSinkResult<S::Handle> {
        self.sink.process_token(token, 1)
    }

    /// Gives a run of characters, with its references decoded where they count.
    fn characters(&self, from: usize, to: usize, references: bool, null: Null) {
        if from >= to {
            return;
        }
        let run = self.slice(from, to);
        let odd = match references {
            true => memchr2(b'&', 0, run.as_bytes()),
            false => memchr(0, run.as_bytes()),
        };
        let text = match (odd, references) {
            (None, _) => share(self.whole, from, to),
            (_, true) => {
                let mut out = String::with_capacity(run.len());
                reference::decode(run, Place::Text, null, &mut out);
                StrTendril::from_slice(&out)
            }
            (_, false) if null == Null::Dropped => StrTendril::from_slice(&run.replace('\0', "")),
            (_, false) => StrTendril::from_slice(&run.replace('\0', "\u{fffd}")),
        };
        if !text.is_empty() {
            let _ = self.emit(Token::CharacterTokens(text));
        }
    }

    /// Reads on from a `<`.
    fn markup(&mut self) {
        let open = self.at;
        match (self.byte(open + 1), self.byte(open + 2)) {
            (Some(b), _) if b.is_ascii_alphabetic() => self.tag(open + 1, TagKind::StartTag),
            (Some(b'/'), Some(b)) if b.is_ascii_alphabetic() => self.tag(open + 2, TagKind::EndTag),
            (Some(b'/'), Some(b'>')) => self.at = open + 3,
            (Some(b'/'), Some(_)) => self.bogus(open + 2),
            (Some(b'?'), _) => self.bogus(open + 1),
            (Some(b'!'), _) => self.declaration(open + 2),
            (Some(b'/'), None) => {
                self.characters(open, open + 2, false, Null::Dropped);
                self.at = open + 2;
            }
            _ => {
                self.characters(open, open + 1, false, Null::Dropped);
                self.at = open + 1;
            }
        }
    }

    /// Gives the tag whose name begins here, and reads on as the sink wants it. A tag that does not end is none.
    fn tag(&mut self, start: usize, kind: TagKind) {
        let Some((tag, end)) = self.tags.read(self.whole, start, kind) else {
            self.at = self.text.len();
            return;
        };
        self.at = end;
        let name = tag.name.clone();
        match self.emit(Token::TagToken(tag)) {
            TokenSinkResult::RawData(kind) => self.raw(&name, kind),
            TokenSinkResult::Plaintext => {
                self.characters(self.at, self.text.len(), false, Null::Replaced);
                self.at = self.text.len();
            }
            _ => {}
        }
    }

    fn comment(&mut self, from: usize, to: usize) {
        let text = self.slice(from, to);
        let text = match memchr(0, text.as_bytes()) {
            None => share(self.whole, from, to),
            Some(_) => StrTendril::from_slice(&text.replace('\0', "\u{fffd}")),
        };
        let _ = self.emit(Token::CommentToken(text));
    }

    /// Reads a comment that ends with the next `>`.
    fn bogus(&mut self, start: usize) {
        let end = self.find(start, |rest| memchr(b'>', rest)).unwrap_or(self.text.len());
        self.comment(start, end);
        self.at = end + 1;
    }

    /// Reads on after `<!`.
    fn declaration(&mut self, start: usize) {
        let rest = self.text.get(start..).unwrap_or_default();
        let word = rest.as_bytes().get(..7).unwrap_or_default();
        if rest.starts_with("--") {
            self.whole_comment(start + 2);
        } else if word.eq_ignore_ascii_case(b"doctype") {
            let end = self.find(start, |rest| memchr(b'>', rest)).map_or(self.text.len(), |at| at + 1);
            if let Some(told) = rawtext::doctype(self.slice(start - 2, end)) {
                let _ = self.emit(Token::DoctypeToken(told));
            }
            self.at = end;
        } else if word == b"[CDATA[" && self.sink.adjusted_current_node_present_but_not_in_html_namespace() {
            let from = start + 7;
            let end = self.find(from, |rest| memmem::find(rest, b"]]>"));
            self.characters(from, end.unwrap_or(self.text.len()), false, Null::Dropped);
            self.at = end.map_or(self.text.len(), |end| end + 3);
        } else {
            self.bogus(start);
        }
    }

    fn whole_comment(&mut self, start: usize) {
        let rest = self.text.get(start..).unwrap_or_default();
        if let Some(short) = [">", "->"].iter().find(|end| rest.starts_with(**end)) {
            self.comment(start, start);
            self.at = start + short.len();
            return;
        }
        let mut at = start;
        while let Some(dashes) = self.find(at, |rest| memmem::find(rest, b"--")) {
            let after = self.text.get(dashes + 2..).unwrap_or_default();
            if let Some(end) = [">", "!>"].iter().find(|end| after.starts_with(**end)) {
                self.comment(start, dashes);
                self.at = dashes + 2 + end.len();
                return;
            }
            at = dashes + 1;
        }
        let open = ["--!", "--", "-"].iter().find_map(|end| rest.strip_suffix(end)).unwrap_or(rest);
        self.comment(start, start + open.len());
        self.at = self.text.len();
    }

    /// Reads text that only its own end tag ends.
    fn raw(&mut self, name: &LocalName, kind: RawKind) {
        let start = self.at;
        let end = match kind {
            RawKind::ScriptData | RawKind::ScriptDataEscaped(_) => rawtext::script_end(self.text, start, name),
            _ => rawtext::end(self.text, start, name),
        };
        self.characters(start, end.unwrap_or(self.text.len()), kind == RawKind::Rcdata, Null::Replaced);
        match end {
            Some(end) => self.tag(end + 2, TagKind::EndTag),
            None => self.at = self.text.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use html5ever::buffer_queue::BufferQueue;
    use html5ever::tokenizer::{Tokenizer, TokenizerOpts};
    use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts};
    use scraper::{Html, HtmlTreeSink};

    use super::*;

    fn builder() -> TreeBuilder<ego_tree::NodeId, HtmlTreeSink> {
        let options = TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() };
        TreeBuilder::new(HtmlTreeSink::new(Html::new_document()), options)
    }

    fn shown(html: &Html) -> Vec<String> {
        html.tree.root().descendants().map(|n| format!("{} {:?}", n.ancestors().count(), n.value())).collect()
    }

    /// Leaves out U+0000 where there is text, as the parser of this crate does.
    struct NoNulls(TreeBuilder<ego_tree::NodeId, HtmlTreeSink>);

    impl TokenSink for NoNulls {
        type Handle = ego_tree::NodeId;

        fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<Self::Handle> {
            match token {
                Token::NullCharacterToken | Token::ParseError(_) => TokenSinkResult::Continue,
                token => self.0.process_token(token, line),
            }
        }

        fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
            self.0.adjusted_current_node_present_but_not_in_html_namespace()
        }
    }

    /// Holds the tree of a text against the one that html5ever's own tokenizer gives.
    fn check(text: &str) {
        let ours = builder();
        feed(text, &ours);
        let tokenizer = Tokenizer::new(NoNulls(builder()), TokenizerOpts::default());
        let input = BufferQueue::default();
        input.push_back(StrTendril::from_slice(text));
        while !matches!(tokenizer.feed(&input), html5ever::interface::TokenizerResult::Done) {}
        tokenizer.end();
        assert_eq!(shown(&ours.sink.0.borrow()), shown(&tokenizer.sink.0.sink.0.borrow()), "{text:?}");
    }

    #[test]
    fn odd_markup_reads_as_the_specification_has_it() {
        for text in [
            "\u{feff}<!DOCTYPE HTML PUBLIC '-//W3C//DTD HTML 4.01//EN' \"x\">\r\n<p\rid=a\r\n>b\r\r\nc",
            "<!doctype",
            "<!DOCTYPE html SYSTEM 'a>b'><p>",
            "<p a=1 A=2 =b /c/ d = 'e\"' f=\"g&amp;h&copy=&copy;\"i/>k</p/><br/x>",
            "<a href=x/>y</a b='>'>z<a b",
            "<>a</>b</ c>d<1e<?xml f?>g<!h>i</",
            "<!-->a<!--->b<!---->c<!----->d<!--e--!>f<!--g--!-->h<!---!>i-->j<!--k--",
            "<title>a</b>&amp;\0</title x>b<textarea>\n</textareas></TEXTAREA/>c",
            "<style><!--</style>--></style><xmp>&amp;</xmp ><plaintext>\0</plaintext>",
            "<script>a</scripts><!-- b <script> c </script> d --> e </script>f",
            "<script><!--></script>a<script><!-- <script></script></script>b<script><!--c",
            "<svg><![CDATA[a<b]]>c<![cdata[d]]></svg><![CDATA[e]]><math><![CDATA[f",
            "a\0b<table>\0c<tr>d</table><p\0q\0=\0>&#0;&\0",
        ] {
            check(text);
        }
    }

    #[test]
    fn whatever_pieces_stand_together_read_as_the_specification_has_it() {
        const PIECES: [&str; 48] = [
            "<",
            ">",
            "</",
            "/",
            "=",
            "'",
            "\"",
            " ",
            "\n",
            "\r",
            "!",
            "-",
            "--",
            "-->",
            "<!--",
            "?",
            "&",
            "&amp",
            ";",
            "&#",
            "x41",
            "&not",
            "in",
            "\0",
            "a",
            "B",
            "é",
            "<p",
            "<b>",
            "</p>",
            "<script>",
            "</script",
            "script",
            "<style>",
            "</style>",
            "<title>",
            "</title>",
            "<textarea",
            "<svg>",
            "</svg>",
            "<![CDATA[",
            "]]>",
            "<!doctype ",
            "<table>",
            "<td>",
            "<select>",
            "<pre>",
            "\u{c}",
        ];
        let mut state = 88_172_645_463_325_252_u64;
        for _ in 0..4_000 {
            let mut text = String::new();
            for _ in 0..24 {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                text.push_str(PIECES[usize::try_from(state % 48).unwrap()]);
            }
            check(&text);
        }
    }
}
