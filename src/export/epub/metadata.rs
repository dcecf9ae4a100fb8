//! What the package says about the book: all of it from the archive, nothing of the time of export.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::language::primary;
use super::pictures::Tally;
use super::plan::{Plan, host, site_title, volume_title};
use super::tree::line;
use super::words::Words;
use crate::model::Date;
use crate::store::Archive;

/// Metadata of the book.
#[derive(Debug, Clone)]
pub struct Metadata {
    pub id: Uuid,
    pub title: String,
    /// Title and identifier of the series: the blog.
    pub series: (String, Uuid),
    /// Place in the series.
    pub position: Option<i32>,
    pub title_sort: String,
    pub languages: Vec<String>,
    /// Names and their sorting forms.
    pub creators: Vec<(String, String)>,
    pub publisher: Option<String>,
    /// Day of the last post.
    pub date: Option<String>,
    pub source: Option<String>,
    pub description: Option<String>,
    pub subjects: Vec<String>,
    /// `2007-04-23T12:15:00Z`.
    pub modified: String,
    /// First and last year of the posts.
    pub years: Option<(i16, i16)>,
}

const MOST_SUBJECTS: usize = 20;
const MOST_CREATORS: usize = 20;

impl Metadata {
    pub fn of(archive: &Archive, plan: &Plan) -> Metadata {
        let info = &archive.info;
        let site = site_title(archive);
        let title = plan.volume.as_ref().map_or_else(|| site.clone(), |v| volume_title(&site, v));
        // The archive's id is a UUID already; a hand-made one still gives a stable name.
        let space =
            Uuid::parse_str(&info.id).unwrap_or_else(|_| Uuid::new_v5(&Uuid::NAMESPACE_URL, info.id.as_bytes()));
        let mut languages = vec![plan.language.clone()];
        languages.extend(info.site.language.as_deref().and_then(super::language::tag));
        languages.dedup();
        let years = plan.items().filter_map(|i| i.entry.published.as_ref()?.year_month().0);
        let years =
            years.fold(None, |range: Option<(i16, i16)>, y| Some(range.map_or((y, y), |(a, b)| (a.min(y), b.max(y)))));
        Metadata {
            // What a volume is makes its identifier, not what it holds.
            id: match &plan.volume {
                Some(volume) => Uuid::new_v5(&space, format!("epub/{}", volume.key).as_bytes()),
                None => Uuid::new_v5(&space, b"epub"),
            },
            position: plan.volume.as_ref().map_or(years.map(|(_, y)| i32::from(y)), |v| v.position),

            title_sort: sort_title(&title, &plan.language),
            creators: creators(plan, &site),
            languages,
            publisher: host(archive),
            date: plan.items().filter_map(|i| day(i.entry.published.as_ref()?)).max(),
            source: info.site.url.as_deref().map(line).filter(|u| !u.is_empty()),
            description: Some(line(&crate::html::plain_text(&info.site.description))).filter(|d| !d.is_empty()),
            subjects: subjects(plan),
            modified: modified(archive, plan),
            years,
            series: (site, Uuid::new_v5(&space, b"epub")),
            title,
        }
    }

    /// "2007–2013", or the one year.
    pub fn year_range(&self) -> Option<String> {
        self.years.map(|(a, b)| if a == b { a.to_string() } else { format!("{a}–{b}") })
    }
}

/// The accessibility claims, computed from what is in the book (EPUB Accessibility 1.1, section 2).
pub fn accessibility(tally: Tally, index: bool, words: &Words) -> Vec<(&'static str, String)> {
    let all_described = tally.shown == tally.described;
    let mut claims: Vec<(&'static str, String)> = vec![("schema:accessMode", "textual".into())];
    if tally.shown > 0 {
        claims.push(("schema:accessMode", "visual".into()));
    }
    claims.push(("schema:accessModeSufficient", if all_described { "textual" } else { "textual,visual" }.into()));
    for feature in ["structuralNavigation", "tableOfContents", "readingOrder", "displayTransformability", "unlocked"] {
        claims.push(("schema:accessibilityFeature", feature.into()));
    }
    if index {
        claims.push(("schema:accessibilityFeature", "index".into()));
    }
    if tally.shown > 0 && all_described {
        claims.push(("schema:accessibilityFeature", "alternativeText".into()));
    }
    // A moving picture may flash; nobody has looked.
    claims.push(("schema:accessibilityHazard", if tally.moving > 0 { "unknown" } else { "none" }.into()));
    let summary = match tally.shown {
        0 => words.no_pictures.to_string(),
        n => words.pictures_described.replace("{}", &format!("{}/{n}", tally.described)),
    };
    claims.push(("schema:accessibilitySummary", summary));
    claims
}

fn day(date: &Date) -> Option<String> {
    date.local().and(date.text.get(..10).or(Some(&date.text))).map(String::from)
}

/// The latest change in the chosen posts. Where no post has a date, the first run that kept something stands in: later
/// runs that bring nothing new must not change the book.
fn modified(archive: &Archive, plan: &Plan) -> String {
    let moment = |d: &Date| d.instant.or_else(|| jiff::tz::Offset::UTC.to_timestamp(d.local()?).ok());
    let dates = plan.items().flat_map(|i| [&i.entry.updated, &i.entry.published]).flatten().filter_map(moment);
    let first_kept = || archive.runs().ok()?.iter().filter_map(|r| r.finished.or(r.started)).min();
    match dates.max().or_else(first_kept) {
        Some(t) => t.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        None => "2000-01-01T00:00:00Z".into(),
    }
}

/// The authors, those of most posts first; the blog's name where none is known.
fn creators(plan: &Plan, title: &str) -> Vec<(String, String)> {
    let names = plan.items().flat_map(|i| &i.entry.authors).map(|a| line(&a.name)).filter(|n| !n.is_empty());
    let mut names = by_use(names);
    names.truncate(MOST_CREATORS);
    if names.is_empty() {
        names.push(title.to_string());
    }
    names.into_iter().map(|n| (n.clone(), sort_name(&n))).collect()
}

fn subjects(plan: &Plan) -> Vec<String> {
    let terms = plan.items().flat_map(|i| i.entry.tags.iter().chain(&i.entry.categories));
    // The category that WordPress gives to what has none says nothing.
    let labels = terms.filter(|t| t.slug != "uncategorized").map(|t| line(&t.label)).filter(|l| !l.is_empty());
    let mut labels = by_use(labels);
    labels.truncate(MOST_SUBJECTS);
    labels
}

fn by_use(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    names.for_each(|n| *counts.entry(n).or_default() += 1);
    let mut sorted: Vec<(String, usize)> = counts.into_iter().collect();
    sorted.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    sorted.into_iter().map(|(name, _)| name).collect()
}

/// "Jane Q. Doe" → "Doe, Jane Q."; a name of one word, or one that is no person's, stays.
fn sort_name(name: &str) -> String {
    let words: Vec<&str> = name.split(' ').collect();
    let person = (2..=4).contains(&words.len())
        && words
            .iter()
            .all(|w| w.chars().next().is_some_and(char::is_uppercase) && !w.chars().any(|c| c.is_ascii_digit()))
        && !matches!(words.first(), Some(&("The" | "Team" | "Die" | "Les" | "El" | "La")));
    match words.split_last() {
        Some((last, rest)) if person => format!("{last}, {}", rest.join(" ")),
        _ => name.to_string(),
    }
}

/// "The Blog" → "Blog, The", by the articles of the language.
fn sort_title(title: &str, language: &str) -> String {
    let articles = match primary(language) {
        "en" => "the a an",
        "de" => "der die das ein eine",
        "fr" => "le la les un une",
        "es" => "el la los las un una",
        "it" => "il lo la i gli le un una",
        "pt" => "o a os as um uma",
        "nl" => "de het een",
        _ => "",
    };
    match title.split_once(' ') {
        Some((first, rest)) if articles.split(' ').any(|a| a == first.to_lowercase()) => format!("{rest}, {first}"),
        _ => title.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_titles_sort_as_in_a_library() {
        assert_eq!(
            [sort_name("Jane Q. Doe"), sort_name("admin"), sort_name("The Editors")],
            ["Doe, Jane Q.", "admin", "The Editors"]
        );
        assert_eq!(
            [sort_title("The Harbour", "en-GB"), sort_title("Die Mole", "de"), sort_title("Die Hard", "en")],
            ["Harbour, The", "Mole, Die", "Die Hard"]
        );
    }

    #[test]
    fn accessibility_claims_no_more_than_is_true() {
        let claims = |shown, described| {
            let all = accessibility(Tally { shown, described, moving: 0 }, false, Words::of("en"));
            all.into_iter().map(|(p, v)| format!("{p} {v}")).collect::<Vec<_>>().join("\n")
        };
        assert!(claims(2, 2).contains("alternativeText") && claims(2, 2).contains("Sufficient textual\n"));
        assert!(!claims(2, 1).contains("alternativeText") && claims(2, 1).contains("1/2 pictures"));
        assert!(!claims(0, 0).contains("visual"));
    }
}
