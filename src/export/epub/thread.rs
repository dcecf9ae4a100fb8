//! Comments as threads: nested lists, four deep; what answers deeper says whom it answers.

use std::collections::HashMap;

use super::links::outside;
use super::tree::{Element, Node, line};
use super::words::{self, Words};
use crate::model::Comment;

const DEPTH: usize = 4;

/// Builds the list of comments. `body` turns the HTML of one into blocks.
pub fn thread(
    comments: &[Comment],
    words: &Words,
    (language, rtl): (&str, bool),
    body: &mut dyn FnMut(&Comment) -> Vec<Node>,
) -> Node {
    let places: HashMap<&str, usize> = comments.iter().enumerate().rev().map(|(n, c)| (c.id.as_str(), n)).collect();
    let parent = |n: usize| comments.get(n)?.parent.as_deref().and_then(|p| places.get(p)).copied().filter(|p| *p != n);
    let mut answers: Vec<Vec<usize>> = vec![Vec::new(); comments.len()];
    let mut roots = Vec::new();
    for n in 0..comments.len() {
        match parent(n) {
            Some(p) => answers[p].push(n),
            None => roots.push(n),
        }
    }
    let mut maker = Maker {
        comments,
        words,
        language,
        rtl,
        answers,
        parent: &parent,
        set: vec![false; comments.len()],
        number: 0,
        body,
    };
    let mut items = maker.items(&roots, 1);
    // Comments that answer each other in a circle have no root.
    for n in 0..comments.len() {
        if !maker.set[n] {
            items.extend(maker.items(&[n], 1));
        }
    }
    Element::new("ol").with("class", "thread").holding(items).node()
}

struct Maker<'a> {
    comments: &'a [Comment],
    words: &'a Words,
    language: &'a str,
    rtl: bool,
    answers: Vec<Vec<usize>>,
    parent: &'a dyn Fn(usize) -> Option<usize>,
    set: Vec<bool>,
    number: usize,
    body: &'a mut dyn FnMut(&Comment) -> Vec<Node>,
}

impl Maker<'_> {
    fn items(&mut self, which: &[usize], level: usize) -> Vec<Node> {
        let mut out = Vec::new();
        for n in which {
            if level >= DEPTH {
                self.flat(*n, &mut out);
            } else if let Some(mut item) = self.one(*n, None) {
                let answers = std::mem::take(&mut self.answers[*n]);
                let inner = self.items(&answers, level + 1);
                if !inner.is_empty() {
                    item.children.push(Element::new("ol").with("class", "thread").holding(inner).node());
                }
                out.push(item.node());
            }
        }
        out
    }

    /// One comment and all that answers it, in a row; the input decides how many, so no call goes deeper.
    fn flat(&mut self, first: usize, out: &mut Vec<Node>) {
        let mut open = vec![first];
        while let Some(n) = open.pop() {
            let answered = if n == first { None } else { (self.parent)(n) };
            if let Some(item) = self.one(n, answered) {
                out.push(item.node());
                open.extend(self.answers[n].iter().rev());
            }
        }
    }

    fn one(&mut self, n: usize, answered: Option<usize>) -> Option<Element> {
        let comment = self.comments.get(n)?;
        if std::mem::replace(self.set.get_mut(n)?, true) {
            return None;
        }
        self.number += 1;
        let mut item = Element::new("li").with("id", format!("c{}", self.number));
        let name = self.name(comment);
        let dir = super::language::apart(&name, self.rtl);
        let author = match (comment.url.as_deref().and_then(outside), dir) {
            (None, None) => Node::text(name),
            (None, _) => Element::new("span").facing(dir).holding([Node::text(name)]).node(),
            (Some(href), _) => Element::new("a").with("href", href).facing(dir).holding([Node::text(name)]).node(),
        };
        let mut byline = Element::new("p").with("class", "byline").holding([author]);
        if let Some(date) = &comment.published {
            let mut time = Element::new("time").facing(self.rtl.then_some("ltr"));
            if let Some(machine) = words::machine(date) {
                time.set("datetime", machine);
            }
            let time = time.holding([Node::text(words::date(date, self.language))]).node();
            byline.children.extend([Node::text(" · "), time]);
        }
        if let Some(to) = answered.and_then(|a| self.comments.get(a)) {
            let text = self.words.in_reply_to.replace("{}", &self.name(to));
            byline.children.extend([Node::text(" · "), Node::text(text)]);
        }
        item.children.push(byline.node());
        item.children.extend((self.body)(comment));
        Some(item)
    }

    fn name(&self, comment: &Comment) -> String {
        let name = line(&comment.author);
        if name.is_empty() { self.words.anonymous.to_string() } else { name }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tree::write;
    use super::*;
    use crate::model::CommentKind;

    fn comment(id: &str, parent: Option<&str>) -> Comment {
        Comment {
            id: id.into(),
            parent: parent.map(String::from),
            kind: CommentKind::Comment,
            author: format!("N{id}"),
            url: None,
            published: None,
            html: String::new(),
            text: String::new(),
            status: None,
        }
    }

    fn made(comments: &[Comment]) -> String {
        write(&[thread(comments, Words::of("en"), ("en", false), &mut |_| Vec::new())])
    }

    #[test]
    fn answers_nest_four_deep_and_then_say_whom_they_answer() {
        let comments: Vec<Comment> =
            (0..7_u32).map(|n| comment(&n.to_string(), n.checked_sub(1).map(|p| p.to_string()).as_deref())).collect();
        let html = made(&comments);
        assert_eq!(html.matches("<ol").count(), 4, "{html}");
        assert!(html.contains("N4 · in reply to N3") && html.contains("N6 · in reply to N5"), "{html}");
        assert!(!html.contains("in reply to N2"));
    }

    #[test]
    fn circles_orphans_and_long_chains_keep_every_comment() {
        let circle =
            [comment("a", Some("b")), comment("b", Some("a")), comment("c", Some("c")), comment("d", Some("gone"))];
        assert_eq!(made(&circle).matches("<li").count(), 4);
        let chain: Vec<Comment> =
            (0..20_000).map(|n: i32| comment(&n.to_string(), Some(&(n - 1).to_string()))).collect();
        assert_eq!(made(&chain).matches("<li").count(), 20_000);
    }
}
