//! Does a post file say what its own hash promises? Answered from the file's bytes where they stand as this program
//! writes them: then the canonical form is the file without its white space, and nothing need be built to take its hash.

use crate::model::{CONTENT, Digest, Post};
use crate::store::Entry;

/// Returns the content hash a post file names, and whether it is that of its content. An error when it is no post.
pub fn content_hash(file: &[u8]) -> serde_json::Result<(String, bool)> {
    let said = serde_json::from_slice::<Entry>(file)?.content_hash;
    if canonical_content(file).is_some_and(|content| Digest::of(content).as_str() == said) {
        return Ok((said, true));
    }
    // Laid out by other hands, or by a program that knows fewer fields.
    let post: Post = serde_json::from_slice(file)?;
    let holds = post.hash_content() == said;
    Ok((said, holds))
}

/// Returns the members of the outermost object that make up the content, without the white space between words.
/// Only for files that are known to parse; what is no canonical form gives another hash.
fn canonical_content(file: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(file.len());
    out.push(b'{');
    let (mut rest, mut found) = (file, 0);
    while let Some((member, after)) = next_member(rest) {
        rest = after;
        let Some(member) = member else { break };
        if !CONTENT.iter().any(|name| is_named(member, name)) {
            continue;
        }
        if found > 0 {
            out.push(b',');
        }
        found += 1;
        strip(member, &mut out);
    }
    out.push(b'}');
    (found == CONTENT.len()).then_some(out)
}

fn is_named(member: &[u8], name: &str) -> bool {
    member.strip_prefix(b"\"").and_then(|m| m.strip_prefix(name.as_bytes())).is_some_and(|m| m.starts_with(b"\""))
}

/// Returns the next member of the outermost object and what follows it; no member at its end. The layout tells where
/// it ends: members stand two spaces deep, what is in them deeper, and no line ends within a word.
fn next_member(text: &[u8]) -> Option<(Option<&[u8]>, &[u8])> {
    const START: &[u8] = b"\n  \"";
    let text = text.strip_prefix(b"{").unwrap_or(text);
    if !text.starts_with(START) {
        return Some((None, text)).filter(|_| text == b"\n}\n");
    }
    let body = text.get(3..)?;
    let mut from = 0;
    loop {
        let line = from + body.get(from..)?.iter().position(|b| *b == b'\n')?;
        let after = body.get(line..)?;
        if after.starts_with(START) {
            return Some((Some(body.get(..line)?.strip_suffix(b",")?), after));
        }
        if after == b"\n}\n" {
            return Some((Some(body.get(..line)?), after));
        }
        from = line + 1;
    }
}

/// Copies a value without the white space between its words.
fn strip(value: &[u8], out: &mut Vec<u8>) {
    let mut rest = value;
    while !rest.is_empty() {
        let quote = rest.iter().position(|b| *b == b'"').unwrap_or(rest.len());
        let (between, after) = rest.split_at(quote);
        out.extend(between.iter().filter(|b| !b.is_ascii_whitespace()));
        let end = string_end(after);
        let (word, after) = after.split_at(end);
        out.extend_from_slice(word);
        rest = after;
    }
}

/// Returns the length of the string at the beginning, quotes included.
fn string_end(text: &[u8]) -> usize {
    let mut at = 1;
    while let Some(n) = text.get(at..).and_then(|t| t.iter().position(|b| matches!(b, b'"' | b'\\'))) {
        at += n;
        if text.get(at) == Some(&b'"') {
            return at + 1;
        }
        at += 2;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Author, PostId, pretty_json};

    fn post() -> Post {
        let mut post = Post {
            schema: 1,
            id: PostId::of("x"),
            title: "A \"title\"\\ \u{1} with \u{2028} odd, { words } é 💡".into(),
            html: "<pre>a\n  \"html\": b\n}\n</pre>".into(),
            authors: vec![Author { name: "A B".into(), ..Author::default() }],
            ..Post::default()
        };
        post.extra.insert("rest".into(), serde_json::json!({"title": "not this one", "html": []}));
        post.content_hash = post.hash_content();
        post
    }

    #[test]
    fn short_way_gives_the_canonical_form() {
        let post = post();
        let file = pretty_json(&post);
        assert_eq!(Digest::of(canonical_content(&file).unwrap()).to_string(), post.content_hash);
    }

    #[test]
    fn file_laid_out_by_other_hands_is_sound_too() {
        let post = post();
        let pretty = String::from_utf8(pretty_json(&post)).unwrap();
        for file in [serde_json::to_string(&post).unwrap(), pretty.replace('\n', "\r\n")] {
            assert_eq!(content_hash(file.as_bytes()).unwrap(), (post.content_hash.clone(), true));
        }
    }

    #[test]
    fn changed_word_of_the_content_is_noticed_and_of_the_rest_is_not() {
        let mut other = post();
        other.html.push('x');
        assert!(!content_hash(&pretty_json(&other)).unwrap().1);
        let mut other = post();
        other.excerpt = Some("x".into());
        assert!(content_hash(&pretty_json(&other)).unwrap().1);
        assert!(content_hash(b"{}\n").is_err() || !content_hash(b"{}\n").unwrap().1);
        assert!(content_hash(b"{\n  \"html\": \"").is_err());
    }
}
