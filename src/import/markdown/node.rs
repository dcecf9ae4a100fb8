//! Front matter as a tree whose leaves are words as they were written: `No` is a tag, `2013` a category.

/// A value of any of the languages of front matter.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    Null,
    Text(String),
    List(Vec<Node>),
    Map(Fields),
}

/// Keys and values in their order.
pub type Fields = Vec<(String, Node)>;

impl Node {
    /// Returns the words of a leaf, none of what is empty or has parts.
    pub fn text(&self) -> Option<&str> {
        match self {
            Node::Text(text) => Some(text.trim()).filter(|t| !t.is_empty()),
            _ => None,
        }
    }

    /// Returns the words of all leaves that stand for themselves: a leaf, the leaves of a list, and in it those of
    /// lists and names of maps (`authors: [{name: A}]`).
    pub fn leaves(&self) -> Vec<String> {
        let named = |fields: &Fields| {
            ["name", "title", "label", "src", "url", "filename"]
                .iter()
                .find_map(|k| get(fields, k)?.text().map(str::to_string))
        };
        let mut out = Vec::new();
        let mut open = vec![self];
        while let Some(node) = open.pop() {
            match node {
                Node::Null => {}
                Node::Text(_) => out.extend(node.text().map(str::to_string)),
                Node::List(items) => open.extend(items.iter().rev()),
                Node::Map(fields) => out.extend(named(fields)),
            }
        }
        out
    }

    /// Returns the tree as JSON.
    pub fn json(&self) -> serde_json::Value {
        match self {
            Node::Null => serde_json::Value::Null,
            Node::Text(text) => text.clone().into(),
            Node::List(items) => items.iter().map(Node::json).collect(),
            Node::Map(fields) => fields.iter().map(|(k, v)| (k.clone(), v.json())).collect(),
        }
    }
}

/// Returns the value of a key, whatever the case of its letters.
pub fn get<'a>(fields: &'a Fields, key: &str) -> Option<&'a Node> {
    fields.iter().find(|(k, v)| k.eq_ignore_ascii_case(key) && *v != Node::Null).map(|(_, v)| v)
}

/// Returns the first of some keys whose value has words.
pub fn first<'a>(fields: &'a Fields, keys: &[&str]) -> Option<&'a str> {
    keys.iter().find_map(|k| get(fields, k)?.text())
}

/// The deepest tree.
const DEEPEST: usize = 32;

pub fn from_json(value: &serde_json::Value) -> Node {
    use serde_json::Value;
    match value {
        Value::Null => Node::Null,
        Value::String(text) => Node::Text(text.clone()),
        Value::Array(items) => Node::List(items.iter().map(from_json).collect()),
        Value::Object(fields) => Node::Map(fields.iter().map(|(k, v)| (k.clone(), from_json(v))).collect()),
        other => Node::Text(other.to_string()),
    }
}

pub fn from_toml(value: &toml::Value) -> Node {
    node_of_toml(value, 0)
}

fn node_of_toml(value: &toml::Value, depth: usize) -> Node {
    use toml::Value;
    match value {
        _ if depth > DEEPEST => Node::Null,
        Value::String(text) => Node::Text(text.clone()),
        Value::Integer(n) => Node::Text(n.to_string()),
        Value::Float(n) => Node::Text(n.to_string()),
        Value::Boolean(b) => Node::Text(b.to_string()),
        Value::Datetime(d) => Node::Text(d.to_string()),
        Value::Array(items) => Node::List(items.iter().map(|v| node_of_toml(v, depth + 1)).collect()),
        Value::Table(fields) => {
            Node::Map(fields.iter().map(|(k, v)| (k.clone(), node_of_toml(v, depth + 1))).collect())
        }
    }
}
