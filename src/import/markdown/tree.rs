//! What the folders and names of a tree say of a file, and what the generator's settings say of the site.

use std::sync::LazyLock;

use jiff::civil;
use jiff::tz::TimeZone;
use regex::Regex;
use url::Url;

use super::front;
use super::node::{self, Fields, Node};
use super::yaml;
use crate::import::parts;
use crate::import::report::Options;
use crate::input::{self, Named};
use crate::model::Site;

/// The largest settings file.
const MAX_SETTINGS: u64 = 1 << 20;

/// A tree of posts.
#[derive(Default)]
pub struct Tree {
    /// `_posts` or `_drafts` is there: what lies elsewhere are pages.
    pub jekyll: bool,
    /// `content` is there, or a file of sections: what lies right below it without a date are pages.
    pub sections: bool,
    /// Pelican or Nikola.
    pub lists_by_comma: bool,
    pub site: Site,
    pub base: Option<Url>,
    pub zone: Option<TimeZone>,
    /// How the generator forms addresses (`/:year/:month/:title/`).
    pub permalink: Option<String>,
    /// Parts of the path up to where the tree begins.
    depth: usize,
}

/// What a file is by its place and name.
#[derive(Debug, PartialEq)]
pub enum Place {
    Post {
        draft: bool,
    },
    /// A post if it has a date, else a page.
    Undecided,
    Page,
    /// No post; the word says what.
    Not(&'static str),
}

/// Settings files and who reads them, the surer first.
const SETTINGS: [(&str, &str); 14] = [
    ("_config.yml", "Jekyll or Hexo"),
    ("_config.yaml", "Jekyll or Hexo"),
    ("_config.toml", "Jekyll"),
    ("hugo.toml", "Hugo"),
    ("hugo.yaml", "Hugo"),
    ("hugo.yml", "Hugo"),
    ("hugo.json", "Hugo"),
    ("config.toml", "Hugo or Zola"),
    ("config.yaml", "Hugo"),
    ("config.yml", "Hugo"),
    ("config.json", "Hugo"),
    ("pelicanconf.py", "Pelican"),
    ("publishconf.py", "Pelican"),
    ("conf.py", "Nikola"),
];

/// Endings of files that hold posts.
const POSTS: [&str; 18] = [
    "md", "markdown", "mkd", "mkdn", "mkdown", "mdown", "mdwn", "mdx", "textile", "html", "htm", "rst", "text", "org",
    "adoc", "asciidoc", "asc", "txt",
];

/// Folders of templates, copies and code.
const ASIDE: [&str; 17] = [
    "_layouts",
    "_includes",
    "_site",
    "_sass",
    "_data",
    "_plugins",
    "node_modules",
    "vendor",
    "layouts",
    "themes",
    "theme",
    "archetypes",
    "scaffolds",
    "public",
    "resources",
    "templates",
    "output",
];

/// Files about the project.
const ABOUT: [&str; 8] =
    ["readme", "license", "licence", "changelog", "contributing", "code_of_conduct", "security", "copying"];

impl Tree {
    /// Looks at the names and reads the settings.
    pub fn of(streams: &[Named]) -> Tree {
        let mut tree = Tree::default();
        for stream in streams {
            let parts: Vec<&str> = stream.name.split('/').collect();
            tree.jekyll |= parts.iter().rev().skip(1).any(|p| *p == "_posts" || *p == "_drafts");
            tree.sections |= parts.last().is_some_and(|l| l.starts_with("_index."))
                || parts.iter().rev().skip(1).any(|p| *p == "content");
        }
        let settings = |s: &Named| {
            let name = s.name.rsplit('/').next().unwrap_or(&s.name).to_string();
            SETTINGS.iter().position(|(n, _)| *n == name).map(|i| (s.name.matches('/').count(), i))
        };
        let mut found: Vec<(&Named, (usize, usize))> =
            streams.iter().filter_map(|s| settings(s).map(|k| (s, k))).collect();
        found.sort_by_key(|(_, key)| *key);
        let least = found.first().map(|(_, (depth, _))| *depth);
        for (stream, (depth, i)) in found {
            if Some(depth) == least {
                tree.settings(stream, SETTINGS.get(i).map_or("", |s| s.1));
            }
        }
        let before =
            |s: &Named| s.name.split('/').position(|p| matches!(p, "_posts" | "_drafts" | "content" | "source"));
        tree.depth = least.or_else(|| streams.iter().filter_map(before).min()).unwrap_or(0);
        tree
    }

    /// Takes over what the user says.
    pub fn told(&mut self, options: &Options) {
        if let Some(site) = &options.site {
            self.site.url = Some(site.to_string());
            self.base = Some(site.clone());
        }
        self.zone = parts::zone(options).or(self.zone.take());
    }

    fn settings(&mut self, stream: &Named, generator: &str) {
        let Ok(bytes) = stream.read(MAX_SETTINGS) else { return };
        let (text, _) = input::decode(&bytes, None);
        let fields = match stream.name.rsplit('.').next() {
            Some("toml") => {
                text.parse::<toml::Table>().map_or(Vec::new(), |t| fields(node::from_toml(&toml::Value::Table(t))))
            }
            Some("json") => serde_json::from_str(&text).map_or(Vec::new(), |v| fields(node::from_json(&v))),
            Some("py") => python(&text),
            _ => yaml::read(&text).unwrap_or_else(|_| yaml::read_lines(&text)),
        };
        let get = |keys: &[&str]| node::first(&fields, keys).map(str::to_string);
        self.lists_by_comma |= stream.name.ends_with(".py");
        self.site.generator.get_or_insert_with(|| generator.to_string());
        if self.site.title.is_empty() {
            self.site.title = get(&["title", "name", "sitename", "blog_title"]).unwrap_or_default();
            self.site.description =
                get(&["description", "subtitle", "sitesubtitle", "blog_description"]).unwrap_or_default();
            self.site.language = get(&["lang", "language", "languageCode", "default_language", "default_lang"]);
            self.site.timezone = get(&["timezone"]);
        }
        self.zone = self.zone.take().or_else(|| TimeZone::get(self.site.timezone.as_deref()?).ok());
        let root = get(&["baseurl", "root"]).filter(|r| r.starts_with('/')).unwrap_or_default();
        let url = get(&["url", "base_url", "siteurl", "site_url"]).or_else(|| get(&["baseurl"]));
        if let Some(url) =
            url.and_then(|u| Url::parse(&format!("{}{root}/", u.trim_end_matches('/'))).ok()).filter(|u| u.has_host())
        {
            self.site.url.get_or_insert(url.to_string());
            self.base.get_or_insert(url);
        }
        self.permalink = self.permalink.take().or_else(|| get(&["permalink"]));
    }

    /// Says what a file is.
    pub fn place(&self, name: &str) -> Place {
        let parts: Vec<&str> = name.split('/').collect();
        let file = parts.last().copied().unwrap_or_default();
        let folders = parts.get(..parts.len().saturating_sub(1)).unwrap_or_default();
        let (stem, extension) = file.rsplit_once('.').unwrap_or((file, ""));
        let home = folders.iter().any(|f| matches!(*f, "_posts" | "_drafts" | "content" | "source"));
        if !POSTS.contains(&extension.to_ascii_lowercase().as_str()) {
            return Place::Not("files that are no posts");
        }
        if !home && folders.iter().any(|f| ASIDE.contains(f)) {
            return Place::Not("templates and copies");
        }
        if stem == "_index" {
            return Place::Not("section pages");
        }
        if ABOUT.contains(&stem.to_ascii_lowercase().as_str()) || extension == "txt" {
            return Place::Not("files about the project");
        }
        if folders.contains(&"_drafts") {
            return Place::Post { draft: true };
        }
        if folders.contains(&"_posts") || named_by_date(name).is_some() {
            return Place::Post { draft: false };
        }
        if self.jekyll || folders.iter().any(|f| matches!(*f, "pages" | "page" | "stories" | "_pages")) {
            return Place::Page;
        }
        let below = folders.iter().rposition(|f| *f == "content").map(|at| folders.len() - at - 1);
        if self.sections && below == Some(0) { Place::Undecided } else { Place::Post { draft: false } }
    }

    /// Returns the folders that are categories: those above `_posts` (Jekyll), or the one a file is in below `content`
    /// (Pelican).
    pub fn categories(&self, name: &str) -> Vec<String> {
        let parts: Vec<&str> = name.split('/').collect();
        if let Some(at) = parts.iter().position(|p| *p == "_posts") {
            let own = parts.get(self.depth.min(at)..at).unwrap_or_default();
            return own.iter().filter(|p| **p != "source").map(|p| p.to_string()).collect();
        }
        let at = parts.iter().position(|p| *p == "content").filter(|_| self.lists_by_comma);
        let own = at.and_then(|at| parts.get(at + 1..parts.len().saturating_sub(1))).unwrap_or_default();
        own.iter().take(1).filter(|f| **f != "pages").map(|f| f.to_string()).collect()
    }
}

/// Returns the date and slug of `2008-10-18-foo-bar` or `2016-10-08_slug`; of a bundle, those of its folder.
pub fn named_by_date(name: &str) -> Option<(civil::Date, String)> {
    static DATED: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^(\d{4})-(\d{1,2})-(\d{1,2})(?:[-_ ]+(.+))?$").expect("a fixed pattern"));
    let own = slug(name);
    let found = DATED.captures(&own)?;
    let part = |i| found.get(i).map(|m: regex::Match| m.as_str()).unwrap_or_default();
    let date = civil::Date::new(part(1).parse().ok()?, part(2).parse().ok()?, part(3).parse().ok()?).ok()?;
    Some((date, part(4).to_string()))
}

/// Returns the file's name without its ending and language; of a bundle's `index`, the folder's name.
pub fn slug(name: &str) -> String {
    let mut parts = name.rsplit('/');
    let file = parts.next().unwrap_or_default();
    let stem = file.rsplit_once('.').map_or(file, |(s, _)| s);
    let stem = stem.rsplit_once('.').filter(|(_, l)| is_language(l)).map_or(stem, |(s, _)| s);
    if stem == "index" { parts.next().unwrap_or(stem).to_string() } else { stem.to_string() }
}

/// Returns the language that `post.fr.md` names.
pub fn language(name: &str) -> Option<String> {
    let stem = name.rsplit('/').next()?.rsplit_once('.')?.0;
    stem.rsplit_once('.').map(|(_, l)| l).filter(|l| is_language(l)).map(|l| l.replace('_', "-"))
}

fn is_language(word: &str) -> bool {
    let mut parts = word.split(['-', '_']);
    let first = parts.next().is_some_and(|p| p.len() == 2 && p.bytes().all(|b| b.is_ascii_lowercase()));
    first
        && parts.next().is_none_or(|p| p.len() == 2 && p.bytes().all(|b| b.is_ascii_alphabetic()))
        && parts.next().is_none()
}

fn fields(node: Node) -> Fields {
    match node {
        Node::Map(fields) => fields,
        _ => Vec::new(),
    }
}

/// Reads `NAME = 'value'` lines.
fn python(text: &str) -> Fields {
    static LINE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#"(?m)^([A-Z_]+)\s*=\s*u?['"]([^'"\n]*)['"]"#).expect("a fixed pattern"));
    let part = |c: &regex::Captures, i| c.get(i).map(|m| m.as_str()).unwrap_or_default().to_string();
    LINE.captures_iter(text).take(1000).map(|c| (part(&c, 1).to_lowercase(), Node::Text(part(&c, 2)))).collect()
}

/// Returns the fields of a file of settings that lies beside a post (Nikola's `.meta`).
pub fn beside(streams: &[Named], name: &str) -> Fields {
    let Some((stem, _)) = name.rsplit_once('.') else { return Vec::new() };
    let wanted = format!("{stem}.meta");
    let at = streams.binary_search_by(|s| s.name.as_str().cmp(wanted.as_str())).ok();
    let found = at.and_then(|at| streams.get(at)).and_then(|s| s.read(MAX_SETTINGS).ok());
    found.map_or(Vec::new(), |bytes| front::dotted(&input::decode(&bytes, None).0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_names_tell_posts_from_the_rest() {
        let jekyll = Tree { jekyll: true, ..Tree::default() };
        let hugo = Tree { sections: true, ..Tree::default() };
        let post = Place::Post { draft: false };
        let table = [
            (&jekyll, "_posts/2008-10-18-a.markdown", post),
            (&jekyll, "news/_posts/sub/2008-1-1-a.md", Place::Post { draft: false }),
            (&jekyll, "_drafts/a.md", Place::Post { draft: true }),
            (&jekyll, "about.md", Place::Page),
            (&jekyll, "_posts/2008-10-18-a.yml", Place::Not("files that are no posts")),
            (&jekyll, "_layouts/a.html", Place::Not("templates and copies")),
            (&hugo, "content/posts/_index.md", Place::Not("section pages")),
            (&hugo, "content/posts/a/index.md", Place::Post { draft: false }),
            (&hugo, "content/about.md", Place::Undecided),
            (&hugo, "README.md", Place::Not("files about the project")),
        ];
        for (tree, name, place) in table {
            assert_eq!(tree.place(name), place, "{name}");
        }
        assert_eq!(jekyll.categories("news/local/_posts/2008-1-1-a.md"), ["news", "local"]);
        assert_eq!(named_by_date("x/2016-10-08_slug/index.md").unwrap().1, "slug");
        assert_eq!((language("a/post.fr.md").as_deref(), slug("a/post.fr.md").as_str()), (Some("fr"), "post"));
    }
}
