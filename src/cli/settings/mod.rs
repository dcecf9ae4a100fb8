//! What the user settled beforehand: `mdarchive.toml` in the folder of archives, a table a blog, and defaults of their own
//! in the folder of settings of the system. A flag goes before the environment, that before the files.

pub mod file;
pub mod keys;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::civil::DateTime;

use self::file::{DEFAULTS, File, Table};
use self::keys::{KEYS, Key, URL, Value};
use crate::error::{Error, Result};
use crate::model::Header;
use crate::ops::fetch::FetchRequest;

/// The file in the folder of archives.
pub const FILE: &str = "mdarchive.toml";

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    Environment(String),
    File(PathBuf, usize),
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Origin::Environment(name) => write!(f, "{name}"),
            Origin::File(path, line) => write!(f, "{} line {line}", path.display()),
        }
    }
}

/// The settings of one blog, each with where it comes from; what stands in no place is absent.
pub type Values = BTreeMap<&'static str, (Value, Origin)>;

/// All that is set.
#[derive(Debug, Default)]
pub struct Settings {
    environment: Values,
    /// The nearer first.
    files: Vec<(PathBuf, File)>,
}

impl Settings {
    /// Reads environment and files; `files` is whether files count (`--no-config`).
    ///
    /// # Errors
    /// [`Error::Usage`] with file and line for what does not fit.
    pub fn read(archives: &Path, files: bool) -> Result<Settings> {
        let mut settings = Settings::default();
        for key in KEYS.iter().filter(|k| k.name != URL) {
            let name = key.variable();
            let Some(text) = std::env::var(&name).ok().filter(|t| !t.trim().is_empty()) else { continue };
            let value = key.read(&text).ok_or_else(|| Error::usage(format!("{name} is to be {}", key.kind.words())))?;
            settings.environment.insert(key.name, (value, Origin::Environment(name)));
        }
        if !files {
            return Ok(settings);
        }
        for path in [Some(archives.join(FILE)), own_file()].into_iter().flatten() {
            let text = match std::fs::read_to_string(&path) {
                Ok(text) => text,
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => continue,
                Err(e) => return Err(Error::io("read", &path)(e)),
            };
            let file = file::read(&text).map_err(|fault| {
                Error::usage(format!("{} line {}: {}", path.display(), fault.line, fault.why)).with_hint(
                    "`mdarchive config schema` tells what can be set, `mdarchive config init` writes an example",
                )
            })?;
            settings.files.push((path, file));
        }
        Ok(settings)
    }

    /// Returns the names of all blogs, sorted.
    pub fn blogs(&self) -> Vec<String> {
        let names: std::collections::BTreeSet<&String> = self.files.iter().flat_map(|(_, f)| f.blogs.keys()).collect();
        names.into_iter().cloned().collect()
    }

    /// Returns what is set for a blog, by name; for any other word what holds for all.
    pub fn of(&self, name: &str) -> Values {
        let mut values = self.environment.clone();
        let mut add = |path: &PathBuf, table: &Table| {
            for (word, set) in &table.values {
                let Some(key) = Key::named(word) else { continue };
                values.entry(key.name).or_insert_with(|| (set.value.clone(), Origin::File(path.clone(), set.line)));
            }
        };
        self.files.iter().for_each(|(path, f)| f.blogs.get(name).into_iter().for_each(|t| add(path, t)));
        self.files.iter().for_each(|(path, f)| add(path, &f.defaults));
        values
    }

    /// Returns the address of a blog that has a name here.
    pub fn url(&self, name: &str) -> Option<String> {
        match self.of(name).remove(URL) {
            Some((Value::Text(url), _)) => Some(url),
            _ => None,
        }
    }
}

/// Writes what is set into a request.
pub fn fill(request: &mut FetchRequest, values: &Values, now: DateTime) -> Result<()> {
    for key in KEYS {
        let Some((value, origin)) = values.get(key.name) else { continue };
        (key.fill)(request, value, now).map_err(|why| Error::usage(format!("{origin}: `{}`: {why}", key.name)))?;
    }
    Ok(())
}

/// The variable with header fields for the blog alone, `Name: value` a line. In no file: what is in them are secrets.
const HEADERS: &str = "MDARCHIVE_HEADERS";

/// Returns the header fields that the environment gives.
pub fn headers() -> Result<Vec<Header>> {
    let text = std::env::var(HEADERS).unwrap_or_default();
    let mut fields = Vec::new();
    for (n, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
        let field = line.split_once(':').map(|(name, value)| (name.trim(), value.trim()));
        let plain = |name: &str, value: &str| {
            !name.is_empty()
                && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
                && value.bytes().all(|b| (b' '..=b'~').contains(&b))
        };
        let (name, value) = field.filter(|(name, value)| plain(name, value)).ok_or_else(|| {
            Error::usage(format!("{HEADERS} line {}: no header field", n + 1))
                .with_hint("write Name: value, one a line")
        })?;
        fields.push((name.to_string(), value.to_string()));
    }
    Ok(fields)
}

/// Returns the file of the user's own defaults, by the XDG base directory specification.
fn own_file() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let folder = set("XDG_CONFIG_HOME").or_else(|| Some(set("HOME")?.join(".config")))?;
    Some(folder.join("mdarchive/config.toml"))
}

/// Returns an example of the file: every key, switched off.
pub fn example() -> String {
    let mut text = String::from(
        "# The blogs that `mdarchive fetch` refreshes: a table a blog, named as its folder beside this file.\n\
         # `mdarchive config check` reads it, `mdarchive config show` tells what holds.\n#\n",
    );
    text.push_str("# [blog.example]\n");
    for key in KEYS {
        text.push_str(&format!("# {:<48}# {}\n", format!("{} = {}", key.name, key.example), key.about));
    }
    text.push_str(&format!("#\n# [{DEFAULTS}]{}# the same keys but url, for every blog\n", " ".repeat(38)));
    text
}

/// Returns the JSON Schema of the file.
pub fn schema() -> serde_json::Value {
    use serde_json::json;
    let property = |key: &Key| {
        let kind = match key.kind {
            keys::Kind::Text => json!({"type": "string"}),
            keys::Kind::Bool => json!({"type": "boolean"}),
            keys::Kind::List => json!({"type": "array", "items": {"type": "string"}}),
        };
        let mut kind = kind;
        kind["description"] = key.about.into();
        (key.name.to_string(), kind)
    };
    let all: serde_json::Map<_, _> = KEYS.iter().map(property).collect();
    let mut shared = all.clone();
    shared.remove(URL);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": FILE,
        "type": "object",
        "properties": {DEFAULTS: {"type": "object", "properties": shared, "additionalProperties": false}},
        "additionalProperties": {
            "type": "object", "properties": all, "required": [URL], "additionalProperties": false
        },
    })
}
