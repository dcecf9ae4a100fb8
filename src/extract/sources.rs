//! Where pages say what of a post, and how much that is worth: only tables. A line more teaches the reader a dialect more.

/// A name under which the head of a page, or a `meta` with `itemprop`, gives a field.
pub(super) struct Named {
    pub field: &'static str,
    pub name: &'static str,
    pub weight: i32,
}

const fn named(field: &'static str, name: &'static str, weight: i32) -> Named {
    Named { field, name, weight }
}

pub(super) const HEAD: [Named; 91] = [
    named("title", "og:title", 5),
    named("title", "twitter:title", 2),
    named("title", "dc.title", 4),
    named("title", "dcterms.title", 4),
    named("title", "citation_title", 4),
    named("title", "sailthru.title", 5),
    named("title", "parsely-title", 5),
    named("title", "headline", 4),
    named("title", "itemprop:headline", 5),
    named("title", "itemprop:name", 1),
    named("title", "title", 2),
    named("title", "article:title", 4),
    named("authors", "author", 5),
    named("authors", "article:author", 4),
    named("authors", "og:article:author", 4),
    named("authors", "og:author", 4),
    named("authors", "dc.creator", 5),
    named("authors", "dcterms.creator", 5),
    named("authors", "dc.contributor", 2),
    named("authors", "parsely-author", 6),
    named("authors", "sailthru.author", 6),
    named("authors", "itemprop:author", 5),
    named("authors", "byl", 5),
    named("authors", "citation_author", 5),
    named("authors", "article.author", 5),
    named("authors", "authors", 4),
    named("authors", "article:author_name", 5),
    named("authors", "article_author", 4),
    named("authors", "cxenseparse:author", 5),
    named("authors", "vr:author", 4),
    named("authors", "mediator_author", 5),
    named("authors", "byline", 4),
    named("authors", "author_name", 4),
    named("authors", "w-author", 3),
    named("published", "article:published_time", 9),
    named("published", "og:article:published_time", 8),
    named("published", "article:published", 8),
    named("published", "itemprop:datepublished", 8),
    named("published", "datepublished", 7),
    named("published", "og:published_time", 7),
    named("published", "og:pubdate", 7),
    named("published", "dc.date", 6),
    named("published", "dc:date", 6),
    named("published", "dc.date.issued", 7),
    named("published", "dc.date.published", 7),
    named("published", "dc.date.created", 6),
    named("published", "dc:date.created", 6),
    named("published", "dcterms.date", 6),
    named("published", "dcterms.created", 6),
    named("published", "dcterms.issued", 7),
    named("published", "rnews:datepublished", 7),
    named("published", "prism.publicationdate", 6),
    named("published", "parsely-pub-date", 8),
    named("published", "sailthru.date", 7),
    named("published", "pubdate", 7),
    named("published", "publishdate", 7),
    named("published", "publish-date", 7),
    named("published", "publish_date", 7),
    named("published", "publication_date", 7),
    named("published", "publication-date", 7),
    named("published", "originalpublicationdate", 7),
    named("published", "article_date_original", 7),
    named("published", "date", 5),
    named("published", "article.published", 7),
    named("published", "article:post_date", 7),
    named("published", "published-date", 7),
    named("published", "w-published-date", 5),
    named("published", "displaydate", 5),
    named("published", "citation_date", 5),
    named("published", "citation_publication_date", 6),
    named("published", "citation_online_date", 5),
    named("published", "created", 5),
    named("published", "bt:pubdate", 7),
    named("published", "cxenseparse:recs:publishtime", 7),
    named("updated", "article:modified_time", 9),
    named("updated", "og:updated_time", 7),
    named("updated", "itemprop:datemodified", 8),
    named("updated", "dcterms.modified", 7),
    named("updated", "dc.date.modified", 7),
    named("updated", "last-modified", 5),
    named("updated", "lastmod", 6),
    named("updated", "updated", 5),
    named("updated", "revised", 4),
    named("language", "og:locale", 3),
    named("language", "content-language", 3),
    named("language", "dc.language", 3),
    named("language", "dcterms.language", 3),
    named("language", "itemprop:inlanguage", 4),
    named("language", "language", 2),
    named("tags", "article:tag", 4),
    named("categories", "article:section", 1),
];

/// RDFa properties of the day of a post, as Drupal writes them into its by-lines.
const RDFA_DAYS: [&str; 6] =
    ["dc:date", "dc:created", "dcterms:created", "schema:datepublished", "schema:datecreated", "datepublished"];

/// Returns the first property of an RDFa list that is the day of the post.
pub(super) fn rdfa_day(properties: &str) -> Option<&'static str> {
    let properties = properties.to_ascii_lowercase();
    properties.split_ascii_whitespace().find_map(|p| RDFA_DAYS.iter().find(|d| **d == p).copied())
}

/// How the names of a dialect begin, and what it is called.
const DIALECTS: [(&str, &str); 11] = [
    ("og:", "opengraph"),
    ("article:", "opengraph"),
    ("twitter:", "twitter"),
    ("dc.", "dublin-core"),
    ("dc:", "dublin-core"),
    ("dcterms.", "dublin-core"),
    ("itemprop:", "microdata"),
    ("citation_", "highwire"),
    ("prism.", "highwire"),
    ("parsely-", "parsely"),
    ("sailthru.", "sailthru"),
];

/// Returns what the dialect of a name in the head is called.
pub(super) fn dialect(name: &str) -> &'static str {
    DIALECTS.iter().find(|(start, _)| name.starts_with(start)).map_or("meta", |(_, called)| called)
}

/// Returns with whom a source speaks: what stands in the head of one page was written by one program.
pub(super) fn voice(source: &'static str) -> &'static str {
    match source {
        "opengraph" | "twitter" | "dublin-core" | "highwire" | "parsely" | "sailthru" => "meta",
        other => other,
    }
}

/// A class of an element that shows a field.
#[derive(Clone, Copy)]
pub(super) enum Class {
    /// The class as it stands.
    Is(&'static str),
    /// A class with each of these words in it: `hero__author-name` has `author` and `name`.
    Has(&'static str, &'static str),
}

/// Words in the classes of what is surely another part of the page than the post, whatever it shows.
pub(super) const APART: [&str; 22] = [
    "comment",
    "related",
    "nav",
    "footer",
    "widget",
    "sidebar",
    "recent",
    "popular",
    "menu",
    "cookie",
    "newsletter",
    "teaser",
    "promo",
    "recommend",
    "latest",
    "respond",
    "search",
    "login",
    "trending",
    "next",
    "more-",
    "reply",
];

/// Classes of elements that show the day of publication, the surest first.
pub(super) const DATES: [(Class, i32); 38] = [
    (Class::Is("date"), 5),
    (Class::Is("published"), 5),
    (Class::Is("entry-date"), 5),
    (Class::Is("post-date"), 5),
    (Class::Is("postdate"), 5),
    (Class::Is("entrydate"), 5),
    (Class::Is("date-header"), 5),
    (Class::Is("post-timestamp"), 5),
    (Class::Is("timestamp"), 5),
    (Class::Is("dt-published"), 5),
    (Class::Is("time"), 5),
    (Class::Is("posted-on"), 5),
    (Class::Is("datetime"), 5),
    (Class::Is("pubdate"), 5),
    (Class::Is("dateline"), 5),
    (Class::Is("publish-date"), 5),
    (Class::Is("article-date"), 5),
    (Class::Is("meta-date"), 5),
    (Class::Is("post_date"), 5),
    (Class::Is("entry_date"), 5),
    (Class::Has("publish", "date"), 5),
    (Class::Has("published", "at"), 5),
    (Class::Has("creation", "date"), 4),
    (Class::Is("date-time"), 3),
    (Class::Is("posted"), 3),
    (Class::Is("postmetadata"), 3),
    (Class::Is("post-meta"), 3),
    (Class::Is("entry-meta"), 3),
    (Class::Is("meta"), 3),
    (Class::Is("byline"), 3),
    (Class::Is("postinfo"), 3),
    (Class::Is("submitted"), 3),
    (Class::Is("post-info"), 3),
    (Class::Has("post", "date"), 4),
    (Class::Has("article", "date"), 4),
    (Class::Has("blog", "date"), 4),
    (Class::Has("news", "date"), 4),
    (Class::Has("meta", "date"), 4),
];
