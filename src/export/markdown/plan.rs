//! Which file each post gets. A name follows from the post alone, so that a new post renames nothing.

use std::collections::{BTreeMap, HashMap};

use crate::model::{Kind, Media, Status, normalise_url, slugify};
use crate::store::Entry;

/// The folders of posts, as Jekyll wants them, and what they are called on the finished site. All are one level deep on
/// both sides: that keeps relative addresses true in the folder, in a vault and on the site.
pub const PLACES: [(&str, &str); 4] =
    [("_posts", "posts"), ("_drafts", "drafts"), ("undated", "undated"), ("pages", "pages")];

/// Names of files, and what leads to them.
pub struct Plan {
    /// `_posts/2007-04-23-words.md`, in the order of the entries.
    pub names: Vec<String>,
    targets: HashMap<String, usize>,
}

impl Plan {
    pub fn of(entries: &[Entry]) -> Plan {
        let mut taken: HashMap<String, usize> = HashMap::new();
        let stems: Vec<String> = entries.iter().map(stem).collect();
        stems.iter().for_each(|s| *taken.entry(s.to_lowercase()).or_default() += 1);
        let names = entries.iter().zip(&stems).map(|(entry, stem)| match taken.get(&stem.to_lowercase()) {
            Some(1) => format!("{stem}.md"),
            _ => format!("{stem}-{}.md", entry.id.short()),
        });
        let names = names.collect();
        let mut targets = HashMap::new();
        // A permalink of one post goes before an alias of another.
        for (at, url) in entries.iter().enumerate().flat_map(|(at, e)| e.url.iter().map(move |u| (at, u))) {
            targets.entry(normalise_url(url)).or_insert(at);
        }
        for (at, url) in entries.iter().enumerate().flat_map(|(at, e)| e.aliases.iter().map(move |u| (at, u))) {
            targets.entry(normalise_url(url)).or_insert(at);
        }
        Plan { names, targets }
    }

    /// Returns the file of the post an address leads to, with the place in it.
    pub fn find(&self, address: &str) -> Option<(&str, Option<String>)> {
        let (page, place) = match address.split_once('#') {
            Some((page, place)) => (page, Some(place).filter(|p| !p.is_empty()).map(str::to_string)),
            None => (address, None),
        };
        let at = self.targets.get(&normalise_url(page)).filter(|_| !page.is_empty())?;
        Some((self.names.get(*at)?.as_str(), place))
    }
}

/// Returns the path without its ending.
fn stem(entry: &Entry) -> String {
    let file = entry.path.rsplit('/').next().unwrap_or_default();
    let slug = file.rsplit_once("--").map_or(file, |(slug, _)| slug);
    let slug = if slug.is_empty() { entry.id.short() } else { slug };
    let day = entry.published.as_ref().and_then(|d| d.local()).map(|d| d.date());
    match (entry.kind, entry.status, day) {
        (Kind::Page, ..) => format!("pages/{slug}"),
        (_, Status::Draft | Status::Pending, _) => format!("_drafts/{slug}"),
        (_, _, Some(day)) => format!("_posts/{day}-{slug}"),
        _ => format!("undated/{slug}"),
    }
}

/// Returns a name as one file sees another.
pub fn relative(from: &str, to: &str) -> String {
    match (from.split_once('/'), to.split_once('/')) {
        (Some((here, _)), Some((there, name))) if here == there => name.to_string(),
        _ => format!("../{to}"),
    }
}

/// Returns what a file is called on the finished site.
pub fn on_site(name: &str) -> String {
    let page = name.strip_suffix(".md").map(|n| format!("{n}.html")).unwrap_or_else(|| name.to_string());
    let moved =
        PLACES.iter().find_map(|(from, to)| Some(format!("{to}/{}", page.strip_prefix(from)?.strip_prefix('/')?)));
    moved.unwrap_or(page)
}

/// Returns the name of a medium: the words of its address, a part of its digest, the ending of its type.
pub fn medium(medium: &Media, extension: &str) -> Option<String> {
    let digest = medium.sha256.as_ref()?.as_str().get(..8)?;
    let file = medium.url.split(['?', '#']).next()?.rsplit('/').next()?;
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let words: String = slugify(stem).chars().filter(char::is_ascii).take(60).collect();
    let words = words.trim_matches('-');
    Some(match words.is_empty() {
        true => format!("media/{digest}.{extension}"),
        false => format!("media/{words}-{digest}.{extension}"),
    })
}

/// The files of media that are written, by name.
pub type MediaFiles = BTreeMap<String, std::path::PathBuf>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Date, PostId};

    #[test]
    fn names_follow_from_the_post_and_twins_are_told_apart() {
        let entry = |path: &str, day: Option<&str>, id: &str| Entry {
            id: PostId::of(id),
            path: path.into(),
            published: day.and_then(Date::parse_iso),
            url: Some(format!("http://blog.example/{id}/")),
            ..Entry::default()
        };
        let mut entries = vec![
            entry("posts/2007/04/fog--11111111.json", Some("2007-04-23T10:00:00"), "a"),
            entry("posts/undated/fog--22222222.json", None, "b"),
            entry("posts/2007/04/Fog--33333333.json", Some("2007-04-23"), "c"),
            entry("pages/about--44444444.json", None, "d"),
        ];
        entries[3].kind = Kind::Page;
        let plan = Plan::of(&entries);
        let twins = [entries[0].id.short(), entries[2].id.short()];
        assert_eq!(plan.names[0], format!("_posts/2007-04-23-fog-{}.md", twins[0]));
        assert_eq!(plan.names[1..2], ["undated/fog.md"]);
        assert_eq!(plan.names[2], format!("_posts/2007-04-23-Fog-{}.md", twins[1]));
        assert_eq!(plan.names[3], "pages/about.md");
        let found = plan.find("https://www.blog.example/d#x").unwrap();
        assert_eq!(found, ("pages/about.md", Some("x".into())));
        assert_eq!(relative("_posts/a.md", "pages/about.md"), "../pages/about.md");
        assert_eq!(relative("_posts/a.md", "_posts/b.md"), "b.md");
        assert_eq!(on_site("../_posts/b.md".trim_start_matches("../")), "posts/b.html");
    }
}
