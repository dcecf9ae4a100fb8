//! A file of settings: a table a blog, `[defaults]` for all of them. It knows where in the text everything stands.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::{KEYS, Key, Kind, URL, Value};

/// The table that holds for every blog.
pub const DEFAULTS: &str = "defaults";

/// A value and the line on which it stands, from 1.
#[derive(Debug, Clone)]
pub struct Set {
    pub value: Value,
    pub line: usize,
}

#[derive(Debug, Clone, Default)]
pub struct Table {
    pub values: BTreeMap<String, Set>,
}

#[derive(Debug, Clone, Default)]
pub struct File {
    pub blogs: BTreeMap<String, Table>,
    pub defaults: Table,
}

/// What does not fit, and on which line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub line: usize,
    pub why: String,
}

/// Reads the text of a file.
pub fn read(text: &str) -> Result<File, Fault> {
    let line = |at: &Range<usize>| text.get(..at.start).unwrap_or(text).matches('\n').count() + 1;
    let whole = DeTable::parse(text)
        .map_err(|e| Fault { line: line(&e.span().unwrap_or_default()), why: e.message().to_string() })?;
    let mut file = File::default();
    let mut left: Vec<(String, Spanned<DeTable>)> = vec![(String::new(), whole)];
    while let Some((prefix, table)) = left.pop() {
        for (key, value) in table.into_inner() {
            let (at, key) = (line(&key.span()), key.into_inner());
            // `[example.com]` is a table in a table to TOML, and the name of a blog to everybody else.
            let name = if prefix.is_empty() { key.to_string() } else { format!("{prefix}.{key}") };
            let span = value.span();
            let DeValue::Table(inner) = value.into_inner() else {
                return Err(Fault {
                    line: at,
                    why: format!("`{key}` stands in no table; begin one with [name of a blog]"),
                });
            };
            let is_leaf = |v: &Spanned<DeValue>| !matches!(v.get_ref(), DeValue::Table(_));
            if name == DEFAULTS || inner.is_empty() || inner.values().any(is_leaf) {
                let table = values(inner, &name, &line)?;
                if name == DEFAULTS {
                    file.defaults = table;
                } else if table.values.contains_key(URL) {
                    file.blogs.insert(name, table);
                } else {
                    return Err(Fault { line: at, why: format!("[{name}] has no `{URL}`") });
                }
            } else {
                left.push((name, Spanned::new(span, inner)));
            }
        }
    }
    Ok(file)
}

fn values(table: DeTable, name: &str, line: &dyn Fn(&Range<usize>) -> usize) -> Result<Table, Fault> {
    let mut out = Table::default();
    for (key, value) in table {
        let at = line(&key.span());
        let word = key.into_inner();
        let wrong = |why: String| Fault { line: at, why };
        let key = Key::named(&word).filter(|k| name != DEFAULTS || k.name != URL);
        let key = key.ok_or_else(|| wrong(format!("[{name}] has no setting `{word}`{}", nearest(&word))))?;
        let value = value_of(value.get_ref(), key.kind)
            .ok_or_else(|| wrong(format!("[{name}] `{word}` is to be {}", key.kind.words())))?;
        out.values.insert(word.into_owned(), Set { value, line: at });
    }
    Ok(out)
}

fn value_of(value: &DeValue, kind: Kind) -> Option<Value> {
    match kind {
        Kind::Text => value.as_str().map(|s| Value::Text(s.into())),
        Kind::Bool => value.as_bool().map(Value::Bool),
        Kind::List => {
            let list = value.as_array()?.iter().map(|v| v.get_ref().as_str().map(str::to_string));
            list.collect::<Option<Vec<_>>>().map(Value::List)
        }
    }
}

/// Returns "; did you mean …?" where a key is near enough to be meant.
fn nearest(word: &str) -> String {
    let near = KEYS.iter().map(|k| (distance(word, k.name), k.name)).min();
    match near {
        Some((far, name)) if far <= 2 || far * 3 <= name.len() => format!("; did you mean `{name}`?"),
        _ => format!("; there are {}", KEYS.iter().map(|k| k.name).collect::<Vec<_>>().join(", ")),
    }
}

/// Returns how many letters must be put in, taken out, changed or swapped with their neighbour to make one word the other.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(64).collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let same = usize::from(a[i - 1] != b[j - 1]);
                let mut best = (rows[i - 1][j] + 1).min(rows[i][j - 1] + 1).min(rows[i - 1][j - 1] + same);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    best = best.min(rows[i - 2][j - 2] + 1);
                }
                best
            };
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_dots_need_no_quotes() {
        let text = "[example.com]\nurl = \"a\"\n[\"b.example\"]\nurl = \"b\"\nmedia = false\n[c]\nurl = \"c\"\n";
        let file = read(text).unwrap();
        assert_eq!(file.blogs.keys().collect::<Vec<_>>(), ["b.example", "c", "example.com"]);
        let media = &file.blogs["b.example"].values["media"];
        assert_eq!((&media.value, media.line), (&Value::Bool(false), 5));
    }

    #[test]
    fn what_does_not_fit_is_named_with_its_line_and_the_nearest_key() {
        let fault = |text: &str| read(text).map(|_| ()).unwrap_err();
        let at = |line, why: &str| Fault { line, why: why.into() };
        assert_eq!(
            fault("[a]\nurl = \"x\"\n\n[b]\nulr = \"y\"\n"),
            at(5, "[b] has no setting `ulr`; did you mean `url`?")
        );
        assert_eq!(fault("[a]\nurl = \"x\"\nmedai = false\n").why, "[a] has no setting `medai`; did you mean `media`?");
        assert_eq!(fault("# one\n[a]\n"), at(2, "[a] has no `url`"));
        assert_eq!(fault("url = \"x\"\n").line, 1);
        assert_eq!(fault("[a]\nurl = \"x\"\nmedia = \"no\"\n"), at(3, "[a] `media` is to be true or false"));
        assert_eq!(fault("[a]\nurl = \"x\"\nexclude = \"no\"\n").line, 3);
        assert!(fault("[defaults]\nurl = \"x\"\n").why.contains("[defaults] has no setting `url`"));
        assert_eq!(fault("[a]\nurl = \n").line, 2);
    }
}
