//! One entry of the format: metadata, then sections; and the reader that cuts a file into entries.

use std::io::{self, Read};

use super::lines::Lines;

/// What one entry may hold.
const MAX_ENTRY: usize = 64 << 20;

/// An entry as it stands in the file.
#[derive(Debug, Default)]
pub struct Entry {
    /// Its first line.
    pub line: u64,
    /// `KEY: value`, in order.
    pub meta: Vec<(String, String)>,
    pub sections: Vec<Section>,
    /// Separators that were taken for text, and other oddities.
    pub notes: Vec<String>,
}

/// A part of an entry.
#[derive(Debug, Default)]
pub struct Section {
    /// `BODY`, `COMMENT`, …
    pub name: String,
    pub text: String,
}

impl Entry {
    /// Returns the first value of a key that is not empty.
    pub fn get(&self, key: &str) -> Option<&str> {
        let fits = |(k, v): &&(String, String)| k.eq_ignore_ascii_case(key) && !v.is_empty();
        self.meta.iter().find(fits).map(|(_, v)| v.as_str())
    }

    /// Returns all values of a key.
    pub fn all<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        self.meta.iter().filter(move |(k, _)| k.eq_ignore_ascii_case(key)).map(|(_, v)| v.as_str())
    }

    /// Returns the text of a section; of several with one name, all.
    pub fn text(&self, name: &str) -> String {
        let texts: Vec<&str> =
            self.sections(name).map(|s| s.text.trim_matches('\n')).filter(|t| !t.is_empty()).collect();
        texts.join("\n\n")
    }

    pub fn sections<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Section> {
        self.sections.iter().filter(move |s| s.name == name)
    }
}

/// The sections that the format names.
const SECTIONS: [&str; 6] = ["BODY", "EXTENDED BODY", "EXCERPT", "KEYWORDS", "COMMENT", "PING"];

/// Returns the name of the section that a line opens.
fn section(line: &str) -> Option<(&str, &str)> {
    let (name, rest) = line.split_once(':')?;
    let name = name.trim();
    let known = SECTIONS.contains(&name);
    let like_one =
        !name.is_empty() && rest.trim().is_empty() && name.bytes().all(|b| b.is_ascii_uppercase() || b == b' ');
    (known || like_one).then_some((name, rest.trim_start()))
}

/// Returns key and value of a metadata line.
fn pair(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    let key = key.trim();
    let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b' ' | b'_' | b'-');
    (!key.is_empty() && key.len() <= 80 && key.bytes().all(fits)).then_some((key, value.trim()))
}

/// Returns whether a line can be the first of an entry.
fn begins_entry(line: &str) -> bool {
    pair(line).is_some_and(|(key, _)| {
        key.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || matches!(b, b' ' | b'_'))
    })
}

/// Reads the next entry; none at the end. Blank entries are passed over.
///
/// Errors: the file cannot be read, or an entry is longer than a post can be.
pub fn next<R: Read>(lines: &mut Lines<R>) -> io::Result<Option<Entry>> {
    let mut entry = Entry::default();
    let mut current: Option<Section> = None;
    // Between the end of a section and the name of the next.
    let mut between = false;
    let mut held = 0;
    while let Some(line) = lines.next()? {
        held += line.len() + 1;
        if held > MAX_ENTRY {
            let why = format!("line {}: an entry longer than {} MiB", entry.line, MAX_ENTRY >> 20);
            return Err(io::Error::new(io::ErrorKind::InvalidData, why));
        }
        if line == "--------" {
            if entry_ends(lines)? {
                entry.sections.extend(current.take());
                if !entry.meta.is_empty() || !entry.sections.is_empty() {
                    return Ok(Some(entry));
                }
                (entry, between) = (Entry::default(), false);
            } else {
                literal(&mut entry, &mut current, &line, lines.number());
            }
        } else if line == "-----" {
            if section_ends(lines)? {
                entry.sections.extend(current.take());
                between = true;
            } else {
                literal(&mut entry, &mut current, &line, lines.number());
            }
        } else if let Some(section) = &mut current {
            section.text.push_str(unescaped(&line));
            section.text.push('\n');
        } else if line.trim().is_empty() {
            continue;
        } else {
            if entry.line == 0 {
                entry.line = lines.number();
            }
            let opened = line.strip_prefix("START ").and_then(section).or_else(|| section(&line).filter(|_| between));
            match opened {
                Some((name, rest)) => {
                    let text = if rest.is_empty() { String::new() } else { format!("{rest}\n") };
                    current = Some(Section { name: name.to_string(), text });
                    between = false;
                }
                None => metadata(&mut entry, &line, lines.number()),
            }
        }
    }
    entry.sections.extend(current.take());
    if !entry.sections.is_empty() {
        entry.notes.push(format!("line {}: the last entry is not closed by a line of dashes", lines.number()));
    }
    Ok((!entry.meta.is_empty() || !entry.sections.is_empty()).then_some(entry))
}

fn metadata(entry: &mut Entry, line: &str, number: u64) {
    match pair(line) {
        Some((key, value)) => entry.meta.push((key.to_string(), value.to_string())),
        None => entry.notes.push(format!("line {number}: neither a field nor a section, left out")),
    }
}

/// A line of dashes in a text is written with a tab after it.
fn unescaped(line: &str) -> &str {
    match line.strip_suffix('\t') {
        Some(dashes) if dashes == "-----" || dashes == "--------" => dashes,
        _ => line,
    }
}

/// Keeps a line that looks like a separator and is none.
fn literal(entry: &mut Entry, current: &mut Option<Section>, line: &str, number: u64) {
    if let Some(section) = current {
        section.text.push_str(line);
        section.text.push('\n');
        entry.notes.push(format!("line {number}: a line of dashes in the text of {}, kept as text", section.name));
    }
}

/// Returns whether what follows eight dashes is the next entry or the end of the file.
fn entry_ends<R: Read>(lines: &mut Lines<R>) -> io::Result<bool> {
    Ok(lines.peek()?.is_none_or(|(_, line)| begins_entry(line) || line.trim().is_empty() || line == "--------"))
}

/// Returns whether what follows five dashes is a section, the end of the entry, or the end of the file.
fn section_ends<R: Read>(lines: &mut Lines<R>) -> io::Result<bool> {
    Ok(lines.peek()?.is_none_or(|(_, line)| {
        line == "--------" || line == "-----" || section(line).is_some() || line.trim().is_empty()
    }))
}

#[cfg(test)]
mod tests {
    use super::super::lines::Kind;
    use super::*;

    fn entries(text: &str) -> Vec<Entry> {
        let mut lines = Lines::new(text.as_bytes(), Kind::of(text.as_bytes(), None));
        std::iter::from_fn(|| next(&mut lines).unwrap()).collect()
    }

    #[test]
    fn dashes_in_a_text_end_nothing() {
        let text = "TITLE: a\n-----\nBODY:\nx\n-----\t\n-----\nlower case goes on\n--------\nand on\n-----\n--------\nTITLE: b\n-----\nBODY:\ny";
        let found = entries(text);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].text("BODY"), "x\n-----\n-----\nlower case goes on\n--------\nand on");
        assert_eq!(found[0].notes.len(), 2);
        assert_eq!((found[1].line, found[1].text("BODY").as_str()), (12, "y"));
    }

    #[test]
    fn old_files_begin_the_body_inside_the_metadata() {
        let found = entries(
            "TITLE: a\nDATE: 01/02/2003 04:05:06\nSTART BODY:\nx\n-----\nEXTENDED BODY: y\n-----\n--------\n\n--------\n",
        );
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].text("BODY").as_str(), found[0].text("EXTENDED BODY").as_str()), ("x", "y"));
    }
}
