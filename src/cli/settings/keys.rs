//! What can be set: one line a key. A new setting is a line here and the field of the request that it fills; flags,
//! environment, files, `config show` and the schema follow from it.

use jiff::civil::DateTime;
use url::Url;

use crate::export::since;
use crate::http::cookies;
use crate::ops::fetch::{FetchRequest, known_sources};
use crate::source::wayback;

/// What a key holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Bool,
    /// Texts; in the environment divided by commas.
    List,
}

/// A value as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Text(String),
    Bool(bool),
    List(Vec<String>),
}

/// A setting. `fill` writes it into the request of a fetch; an error says what is wrong with the value.
pub struct Key {
    pub name: &'static str,
    pub kind: Kind,
    /// What it does, for `config init` and the schema.
    pub about: &'static str,
    /// A value, as TOML.
    pub example: &'static str,
    /// What holds where nothing is set, in words.
    pub otherwise: &'static str,
    pub fill: fn(&mut FetchRequest, &Value, DateTime) -> Result<(), String>,
}

/// The key that makes a table a blog; it alone has no default.
pub const URL: &str = "url";

pub static KEYS: &[Key] = &[
    Key {
        name: URL,
        kind: Kind::Text,
        about: "address of the blog",
        example: "\"https://blog.example\"",
        otherwise: "",
        fill: |_, _, _| Ok(()),
    },
    Key {
        name: "media",
        kind: Kind::Bool,
        about: "whether pictures and other media are fetched",
        example: "true",
        otherwise: "true",
        fill: |request, value, _| {
            request.media = value.bool();
            Ok(())
        },
    },
    Key {
        name: "sources",
        kind: Kind::List,
        about: "ways by which the blog is read, as `mdarchive detect` names them",
        example: "[\"feed\", \"sitemap\"]",
        otherwise: "those that fit",
        fill: |request, value, _| {
            request.sources = value.list();
            known_sources(&request.sources)
                .map_err(|e| [Some(e.to_string()), e.hint()].into_iter().flatten().collect::<Vec<_>>().join("; "))
        },
    },
    Key {
        name: "recheck",
        kind: Kind::Text,
        about: "how many pages of kept posts to look at again in each run, each in its turn",
        example: "\"5\"",
        otherwise: "none",
        fill: |request, value, _| {
            request.recheck = value.text().trim().parse().map_err(|_| "no number".to_string())?;
            Ok(())
        },
    },
    Key {
        name: "robots",
        kind: Kind::Bool,
        about: "whether robots.txt is obeyed where links and sitemaps are followed",
        example: "true",
        otherwise: "true",
        fill: |request, value, _| {
            request.robots = value.bool();
            Ok(())
        },
    },
    Key {
        name: "max-media",
        kind: Kind::Text,
        about: "largest picture, sound, film or document to fetch",
        example: "\"100MB\"",
        otherwise: "100MB",
        fill: |request, value, _| {
            request.max_media = size(value.text()).ok_or("no size; write 500KB, 100MB or 2GB")?;
            Ok(())
        },
    },
    Key {
        name: "raw-media",
        kind: Kind::Bool,
        about: "whether media are in the raw capture too, beside their own files",
        example: "false",
        otherwise: "true",
        fill: |request, value, _| {
            request.raw_media = value.bool();
            Ok(())
        },
    },
    Key {
        name: "rescue",
        kind: Kind::Bool,
        about: "whether the Wayback Machine is asked for media that are gone",
        example: "true",
        otherwise: "false",
        fill: |request, value, _| {
            request.rescue = Url::parse(wayback::BASE).ok().filter(|_| value.bool());
            Ok(())
        },
    },
    Key {
        name: "wayback",
        kind: Kind::Bool,
        about: "the blog is gone: it is read out of the Wayback Machine",
        example: "false",
        otherwise: "false",
        fill: |request, value, _| {
            let base = Url::parse(wayback::BASE).ok().filter(|_| value.bool());
            request.wayback = base.map(|base| wayback::Request { base, until: None, versions: 1 });
            Ok(())
        },
    },
    Key {
        name: "since",
        kind: Kind::Text,
        about: "only posts from this day on, or of this age",
        example: "\"2007-04-23\"",
        otherwise: "all",
        fill: |request, value, now| {
            request.scope.since = Some(since(value.text(), now).map_err(|e| e.to_string())?);
            Ok(())
        },
    },
    Key {
        name: "include",
        kind: Kind::List,
        about: "only posts whose address fits one of these; * stands for anything",
        example: "[\"*/2007/*\"]",
        otherwise: "all",
        fill: |request, value, _| {
            request.scope.include = value.list();
            Ok(())
        },
    },
    Key {
        name: "exclude",
        kind: Kind::List,
        about: "no posts whose address fits one of these",
        example: "[\"*/sponsored/*\"]",
        otherwise: "none",
        fill: |request, value, _| {
            request.scope.exclude = value.list();
            Ok(())
        },
    },
    Key {
        name: "delay",
        kind: Kind::Text,
        about: "least time between two requests to a host",
        example: "\"2s\"",
        otherwise: "0.5s, none on this machine",
        fill: |request, value, _| {
            request.limits.delay = Some(duration(value.text()).ok_or("no time; write 500ms, 2s, 1m or 0")?);
            Ok(())
        },
    },
    Key {
        name: "contact",
        kind: Kind::Text,
        about: "address at which the owner of the blog can reach you; sent with every request",
        example: "\"mailto:me@blog.example\"",
        otherwise: "none",
        fill: |request, value, _| {
            request.contact = Some(value.text().to_string());
            Ok(())
        },
    },
    Key {
        name: "cookies",
        kind: Kind::Text,
        about: "file of cookies as browsers export it (Netscape), for what only you may read; they are kept nowhere",
        example: "\"cookies.txt\"",
        otherwise: "none",
        fill: |request, value, _| {
            let text = std::fs::read_to_string(value.text()).map_err(|e| format!("{}: {e}", value.text()))?;
            let fault = |(line, why)| format!("{} line {line}: {why}", value.text());
            request.cookies = cookies::parse(&text).map_err(fault)?;
            Ok(())
        },
    },
];

impl Key {
    pub fn named(name: &str) -> Option<&'static Key> {
        KEYS.iter().find(|k| k.name == name)
    }

    /// Returns the environment variable that sets it.
    pub fn variable(&self) -> String {
        format!("MDARCHIVE_{}", self.name.to_uppercase().replace('-', "_"))
    }

    /// Reads a value of the environment or a flag; none when it does not fit.
    pub fn read(&self, text: &str) -> Option<Value> {
        match self.kind {
            Kind::Text => Some(Value::Text(text.into())),
            Kind::List => Some(Value::List(text.split(',').map(|s| s.trim().to_string()).collect())),
            Kind::Bool => match text.trim().to_ascii_lowercase().as_str() {
                "1" | "true" | "yes" | "on" => Some(Value::Bool(true)),
                "0" | "false" | "no" | "off" => Some(Value::Bool(false)),
                _ => None,
            },
        }
    }
}

impl Value {
    fn text(&self) -> &str {
        if let Value::Text(text) = self { text } else { "" }
    }

    fn bool(&self) -> bool {
        matches!(self, Value::Bool(true))
    }

    fn list(&self) -> Vec<String> {
        if let Value::List(list) = self { list.clone() } else { Vec::new() }
    }

    /// Returns it as it stands in a file, and in machine output.
    pub fn json(&self) -> serde_json::Value {
        match self {
            Value::Text(text) => text.as_str().into(),
            Value::Bool(yes) => (*yes).into(),
            Value::List(list) => list.clone().into(),
        }
    }
}

impl Kind {
    pub fn words(self) -> &'static str {
        match self {
            Kind::Text => "a text in quotes",
            Kind::Bool => "true or false",
            Kind::List => "a list of texts, as [\"…\"]",
        }
    }
}

/// Reads `500KB`, `100MB`, `2GB` or bytes.
fn size(text: &str) -> Option<u64> {
    let text = text.trim().to_ascii_uppercase();
    let (number, unit) = text.split_at(text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len()));
    let shift = match unit.trim_end_matches('B').trim_end_matches('I') {
        "" => 0,
        "K" => 10,
        "M" => 20,
        "G" => 30,
        _ => return None,
    };
    number.trim().parse::<u64>().ok()?.checked_mul(1 << shift)
}

/// Reads `500ms`, `2s`, `1.5s`, `1m`.
fn duration(text: &str) -> Option<std::time::Duration> {
    let text = text.trim();
    if text == "0" {
        return Some(std::time::Duration::ZERO);
    }
    let (number, unit) = text.split_at(text.find(|c: char| c.is_ascii_alphabetic())?);
    let seconds = match unit {
        "ms" => 0.001,
        "s" => 1.0,
        "m" | "min" => 60.0,
        _ => return None,
    };
    let value: f64 = number.trim().parse().ok()?;
    std::time::Duration::try_from_secs_f64(value * seconds).ok().filter(|d| d.as_secs() <= 3600)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn times_are_read_with_their_unit() {
        assert_eq!(duration("500ms"), Some(Duration::from_millis(500)));
        assert_eq!(duration("1.5 s"), Some(Duration::from_millis(1500)));
        assert_eq!(duration("1m"), Some(Duration::from_secs(60)));
        assert_eq!(duration("0"), Some(Duration::ZERO));
        for bad in ["", "2", "s", "-1s", "9h", "NaNs", "1e99s", "2days"] {
            assert_eq!(duration(bad), None, "{bad}");
        }
    }

    #[test]
    fn sizes_are_read_with_their_unit() {
        let table = [
            ("500KB", Some(500 << 10)),
            ("100 mb", Some(100 << 20)),
            ("2G", Some(2 << 30)),
            ("7", Some(7)),
            ("1MiB", Some(1 << 20)),
        ];
        for (text, bytes) in table {
            assert_eq!(size(text), bytes, "{text}");
        }
        for bad in ["", "MB", "-1", "1.5MB", "2TB", "99999999999999GB"] {
            assert_eq!(size(bad), None, "{bad}");
        }
    }

    #[test]
    fn every_example_fits_its_key() {
        for key in KEYS {
            let text = format!(
                "[x]\nurl = \"https://x.example\"\n{}",
                match key.name {
                    URL => String::new(),
                    name => format!("{name} = {}\n", key.example),
                }
            );
            let file = super::super::file::read(&text).unwrap_or_else(|e| panic!("{}: {}", key.name, e.why));
            let value = &file.blogs["x"].values[key.name].value;
            if key.name == "cookies" {
                continue; // names a file of the reader's own
            }
            let mut request = FetchRequest::new("https://x.example".parse().unwrap(), "a");
            (key.fill)(&mut request, value, jiff::civil::date(2026, 1, 1).at(0, 0, 0, 0)).unwrap();
        }
    }
}
