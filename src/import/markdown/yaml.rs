//! YAML as a tree of words, within a budget; and a reader of lines for what is no YAML but was meant to be.
//!
//! [saphyr-parser](https://docs.rs/saphyr-parser) gives the events, so that scalars stay as they were written.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle};

use super::node::{Fields, Node};

/// What one front matter may come to, aliases written out.
const MAX_NODES: usize = 20_000;
const DEEPEST: usize = 32;

/// A list or map that is being filled.
struct Open {
    anchor: usize,
    node: Node,
    key: Option<String>,
}

/// Reads the first document as a map.
///
/// Errors: what is wrong, in words, with the line from 1.
pub fn read(text: &str) -> Result<Fields, String> {
    let mut parser = Parser::new_from_str(text);
    let mut stack: Vec<Open> = Vec::new();
    let mut anchors: BTreeMap<usize, (Node, usize)> = BTreeMap::new();
    let mut nodes = 0;
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|e| format!("line {}: {}", e.marker().line(), e.info()))?;
        let line = span.start.line();
        nodes += 1;
        let done = match event {
            Event::Scalar(text, style, anchor, _) => (anchor, scalar(&text, style)),
            Event::Alias(id) => {
                let (node, size) = anchors.get(&id).ok_or_else(|| format!("line {line}: alias of nothing"))?;
                nodes += size;
                if nodes > MAX_NODES {
                    return Err(format!("line {line}: more than {MAX_NODES} values"));
                }
                (0, node.clone())
            }
            Event::SequenceStart(anchor, _) => {
                stack.push(Open { anchor, node: Node::List(Vec::new()), key: None });
                if stack.len() > DEEPEST {
                    return Err(format!("line {line}: more than {DEEPEST} levels"));
                }
                continue;
            }
            Event::MappingStart(anchor, _) => {
                stack.push(Open { anchor, node: Node::Map(Vec::new()), key: None });
                if stack.len() > DEEPEST {
                    return Err(format!("line {line}: more than {DEEPEST} levels"));
                }
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match stack.pop() {
                Some(open) => (open.anchor, open.node),
                None => continue,
            },
            Event::DocumentEnd | Event::StreamEnd => break,
            Event::StreamStart | Event::DocumentStart(_) | Event::Nothing => continue,
        };
        if nodes > MAX_NODES {
            return Err(format!("line {line}: more than {MAX_NODES} values"));
        }
        if done.0 != 0 {
            anchors.insert(done.0, (done.1.clone(), size(&done.1)));
        }
        match stack.last_mut() {
            Some(open) => add(open, done.1),
            None => {
                return match done.1 {
                    Node::Map(fields) => Ok(fields),
                    Node::Null => Ok(Vec::new()),
                    _ => Err("not a list of names and values".into()),
                };
            }
        }
    }
    Ok(Vec::new())
}

fn add(open: &mut Open, node: Node) {
    match (&mut open.node, open.key.take()) {
        (Node::List(items), _) => items.push(node),
        (Node::Map(fields), Some(key)) => fields.push((key, node)),
        (Node::Map(_), None) => {
            open.key = Some(match node {
                Node::Text(text) => text,
                other => other.json().to_string(),
            })
        }
        _ => {}
    }
}

fn size(node: &Node) -> usize {
    let mut n = 0;
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        n += 1;
        match node {
            Node::List(items) => open.extend(items),
            Node::Map(fields) => open.extend(fields.iter().map(|(_, v)| v)),
            _ => {}
        }
    }
    n
}

fn scalar(text: &str, style: ScalarStyle) -> Node {
    match style {
        ScalarStyle::Plain if matches!(text, "" | "~" | "null" | "Null" | "NULL") => Node::Null,
        _ => Node::Text(text.to_string()),
    }
}

/// Reads `key: value` lines, with lists of `- item` lines or `[a, b]` below; anything else goes on with the line before.
pub fn read_lines(text: &str) -> Fields {
    let mut fields: Fields = Vec::new();
    for line in text.lines().take(10_000) {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        if let Some(item) = trimmed.strip_prefix("- ").or((trimmed == "-").then_some("")) {
            if let Some((_, value)) = fields.last_mut() {
                match value {
                    Node::List(items) => items.push(Node::Text(unquoted(item))),
                    Node::Null => *value = Node::List(vec![Node::Text(unquoted(item))]),
                    _ => {}
                }
            }
            continue;
        }
        let indented = line.starts_with([' ', '\t']);
        match trimmed.split_once(':') {
            Some((key, value)) if !indented && !key.contains(['"', '\'', '[', '{']) && key.len() <= 80 => {
                fields.push((key.trim().to_string(), value_of(value.trim())));
            }
            _ => {
                if let Some((_, Node::Text(last))) = fields.last_mut() {
                    last.push(' ');
                    last.push_str(trimmed);
                }
            }
        }
    }
    fields
}

fn value_of(value: &str) -> Node {
    if let Some(inner) = value.strip_prefix('[').and_then(|v| v.strip_suffix(']')) {
        return Node::List(inner.split(',').map(|i| Node::Text(unquoted(i))).collect());
    }
    // A list that never closes.
    if let Some(inner) = value.strip_prefix('[').filter(|v| v.contains(',') && !v.contains(']')) {
        return Node::List(inner.split(',').map(|i| Node::Text(unquoted(i))).collect());
    }
    match value {
        "" | "~" | ">" | "|" | ">-" | "|-" => Node::Null,
        _ => Node::Text(unquoted(value)),
    }
}

fn unquoted(value: &str) -> String {
    let value = value.trim();
    let inner = |q| value.strip_prefix(q).and_then(|v| v.strip_suffix(q));
    inner('"').or_else(|| inner('\'')).unwrap_or(value).to_string()
}

#[cfg(test)]
mod tests {
    use super::super::node::get;
    use super::*;

    #[test]
    fn scalars_stay_as_they_were_written() {
        let fields = read("tags: [No, 010, 2013, 1.10, on]\ndate: 2022-06-06\nt: ~\nn:\n  a: b\n").unwrap();
        assert_eq!(get(&fields, "tags").unwrap().leaves(), ["No", "010", "2013", "1.10", "on"]);
        assert_eq!(get(&fields, "date").unwrap().text(), Some("2022-06-06"));
        assert_eq!(get(&fields, "t"), None);
    }

    #[test]
    fn a_bomb_is_refused() {
        let mut bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_string();
        for n in 1..30 {
            let m = n - 1;
            bomb += &format!("a{n}: &a{n} [*a{m},*a{m},*a{m},*a{m},*a{m},*a{m},*a{m},*a{m},*a{m},*a{m}]\n");
        }
        assert!(read(&bomb).unwrap_err().contains("values"));
        assert!(read(&"[".repeat(100_000)).is_err());
        assert!(read(&("a: ".to_string() + &"{b: ".repeat(5000))).is_err());
    }

    #[test]
    fn broken_yaml_still_has_its_lines() {
        let text = "title: Low water: a report\ntags:\n- a\n- 'b'\nlist: [x, \"y\"]\n";
        assert!(read(text).is_err());
        let fields = read_lines(text);
        assert_eq!(get(&fields, "title").unwrap().text(), Some("Low water: a report"));
        assert_eq!(get(&fields, "tags").unwrap().leaves(), ["a", "b"]);
        assert_eq!(get(&fields, "list").unwrap().leaves(), ["x", "y"]);
    }
}
