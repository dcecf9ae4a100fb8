//! From the format's structs to the model.

use jiff::civil::DateTime;
use serde_json::{Map, Value};
use url::Url;

use super::comments::comments;
use super::item::{Category, Item};
use super::render::{Context, render};
use super::survey::Survey;
use crate::html;
use crate::import::date;
use crate::import::parts::percent_decoded;
use crate::import::report::{Options, Report};
use crate::input::Named;
use crate::model::{Author, Date, Draft, Enclosure, Kind, Media, Source, Status, Term, slugify};

/// `wp:status` in the model's words. Missing means published: exports of other programs leave it out.
const STATUS: [(&str, Status); 9] = [
    ("", Status::Published),
    ("publish", Status::Published),
    ("inherit", Status::Published),
    ("future", Status::Scheduled),
    ("draft", Status::Draft),
    ("auto-draft", Status::Draft),
    ("pending", Status::Pending),
    ("private", Status::Private),
    ("trash", Status::Trash),
];

/// Makes drafts of the items of one file.
pub struct Adapter<'a> {
    survey: &'a Survey,
    options: &'a Options,
    file: &'a str,
    key: &'a str,
    base: Option<Url>,
}

impl<'a> Adapter<'a> {
    pub fn new(survey: &'a Survey, options: &'a Options, stream: &'a Named) -> Adapter<'a> {
        let base = survey.site.url.as_deref().and_then(|u| Url::parse(u).ok());
        Adapter { survey, options, file: &stream.name, key: &stream.shown, base }
    }

    /// Makes the draft of a post or page.
    pub fn draft(&self, item: Item, report: &mut Report) -> Draft {
        let status = self.status(&item, report);
        let (published, updated) = dates(&item, status);
        let url = self.permalink(&item, status);
        let rendered = render(&item, &Context { survey: self.survey, post: item.id.unwrap_or_default() });
        let title = html::plain_text(&item.title);
        report.met(rendered.notes, &title);
        let kind = if item.kind == "page" { Kind::Page } else { Kind::Post };
        let sha256 = Some(self.survey.digest(self.key));
        let stamp = updated.as_ref().and_then(|d| d.instant);
        Draft {
            source: Source { kind: "wxr".into(), uri: self.file.into(), sha256, updated: stamp, captured: None },
            key: self.own_id(&item).map(|id| format!("wordpress:{}:{id}", self.survey.key())),
            aliases: self.aliases(&item, kind),
            base: url.clone().or_else(|| self.survey.site.url.clone()),
            url,
            kind,
            status,
            title,
            authors: self.authors(&item),
            published,
            updated,
            language: None,
            series: item.terms.iter().find(|t| t.domain.as_deref() == Some("series")).map(label),
            tags: tags(&item),
            categories: categories(&item.terms),
            excerpt: Some(html::plain_text(&item.excerpt)).filter(|e| !e.is_empty()),
            body: rendered.html,
            captions: Vec::new(),
            links: Vec::new(),
            media: self.featured(&item).into_iter().collect(),
            comments: comments(&item.comments, self.base.as_ref(), self.options, report),
            enclosures: item.meta.iter().filter(|m| m.key == "enclosure").filter_map(|m| enclosure(&m.value)).collect(),
            extra: self.extra(&item, rendered.unknown),
            guessed: Default::default(),
            told: Default::default(),
        }
    }

    fn status(&self, item: &Item, report: &mut Report) -> Status {
        let known = STATUS.iter().find(|(word, _)| *word == item.status).map(|(_, status)| *status);
        if known.is_none() {
            // A state of some plugin's own: not known to be public, so not taken for it.
            report.notes.push(format!("{}: status {:?} is not known, kept as a draft", self.file, item.status));
        }
        report.withhold("passwords of posts", u64::from(item.password));
        match known.unwrap_or(Status::Draft) {
            Status::Published if item.password => Status::Protected,
            status => status,
        }
    }

    /// Returns the id where it is this post's alone.
    fn own_id(&self, item: &Item) -> Option<u64> {
        item.id.filter(|id| !self.survey.is_shared("id", id))
    }

    /// Returns the permalink. What stands there for a draft (`?p=ID`) is none, nor is one that several posts share.
    fn permalink(&self, item: &Item, status: Status) -> Option<String> {
        let link = html::unescape(&item.link);
        if link.is_empty() || self.survey.is_shared("link", &item.link) {
            return None;
        }
        let url =
            Url::parse(&link).or_else(|_| self.base.as_ref().ok_or(url::ParseError::EmptyHost)?.join(&link)).ok()?;
        let by_number = url.query_pairs().any(|(name, _)| matches!(&*name, "p" | "page_id" | "post_type" | "preview"));
        let public = matches!(status, Status::Published | Status::Protected | Status::Private);
        let web = matches!(url.scheme(), "http" | "https");
        // As written where it was absolute: the parser's spelling is not WordPress's.
        let spelling = if link.contains("://") { link } else { url.to_string() };
        (web && (public || !by_number)).then_some(spelling)
    }

    fn aliases(&self, item: &Item, kind: Kind) -> Vec<String> {
        let mut out = Vec::new();
        if let (Some(base), Some(id)) = (&self.survey.base, self.own_id(item)) {
            let name = if kind == Kind::Page { "page_id" } else { "p" };
            out.push(format!("{base}/?{name}={id}"));
        }
        let guid = html::unescape(&item.guid);
        if !guid.is_empty() && !self.survey.is_shared("guid", &item.guid) && !out.contains(&guid) {
            out.push(guid);
        }
        out
    }

    /// Returns who wrote it: the byline of Co-Authors Plus where there is one, else the account.
    fn authors(&self, item: &Item) -> Vec<Author> {
        let byline = item.terms.iter().filter(|t| t.domain.as_deref() == Some("author"));
        let mut names: Vec<String> = byline
            .map(|term| {
                let login = term.nicename.as_deref().unwrap_or_default();
                let login = login.strip_prefix("cap-").unwrap_or(login);
                self.survey.author(login).map_or_else(|| label(term), |a| a.name())
            })
            .collect();
        if names.is_empty() && !item.creator.is_empty() {
            names.push(self.survey.author(&item.creator).map_or_else(|| item.creator.clone(), |a| a.name()));
        }
        let mut out: Vec<Author> = Vec::new();
        for name in names {
            let name = html::plain_text(&name);
            // An account named by its e-mail address: that is nobody's business.
            let name =
                name.split_once('@').filter(|(_, h)| h.contains('.')).map_or(name.as_str(), |(n, _)| n).to_string();
            if !name.is_empty() && !out.iter().any(|a| a.name == name) {
                out.push(Author { name, slug: None, url: None });
            }
        }
        out
    }

    fn featured(&self, item: &Item) -> Option<Media> {
        let found = self.thumbnail(item).filter(|a| !a.url.is_empty())?;
        let alt = Some(html::unescape(&found.alt)).filter(|a| !a.is_empty());
        Some(Media { url: found.url.clone(), alt, role: "featured".into(), ..Media::default() })
    }

    fn thumbnail(&self, item: &Item) -> Option<super::shelf::Attachment> {
        self.survey.attachment(item.meta("_thumbnail_id")?.trim().parse().ok()?)
    }

    /// What the export says beyond the model.
    fn extra(&self, item: &Item, shortcodes: Vec<String>) -> Map<String, Value> {
        let mut out = Map::new();
        let mut add = |name: &str, value: Value| {
            out.insert(name.to_string(), value);
        };
        if let Some(id) = item.id {
            add("id", id.into());
        }
        if let Some(parent) = item.parent {
            add("parent", parent.into());
        }
        if item.order != 0 {
            add("menu_order", item.order.into());
        }
        if item.sticky {
            add("sticky", true.into());
        }
        if !shortcodes.is_empty() {
            add("shortcodes", shortcodes.into());
        }
        if !item.slug.is_empty() {
            add("slug", percent_decoded(&item.slug).into());
        }
        let format = item.terms.iter().find(|t| t.domain.as_deref() == Some("post_format"));
        if let Some(slug) = format.and_then(|f| f.nicename.as_deref()) {
            add("format", slug.trim_start_matches("post-format-").into());
        }
        let known = ["category", "post_tag", "tag", "post_format", "series", "author"];
        let others: Vec<Value> = item
            .terms
            .iter()
            .filter_map(|t| t.domain.as_deref().filter(|d| !known.contains(d)).map(|d| (d, label(t))))
            .map(|(taxonomy, label)| serde_json::json!({"taxonomy": taxonomy, "label": label}))
            .collect();
        if !others.is_empty() {
            add("terms", others.into());
        }
        if let Some(caption) = self.thumbnail(item).map(|a| html::plain_text(&a.caption)).filter(|c| !c.is_empty()) {
            add("featured_caption", caption.into());
        }
        Map::from_iter([("wxr".to_string(), Value::Object(out))])
    }
}

/// Returns when it was published and when changed. A draft has never been published, whatever its date says.
fn dates(item: &Item, status: Status) -> (Option<Date>, Option<Date>) {
    let local = moment(&item.date);
    let mut published =
        Date::from_local_and_utc(local, moment(&item.date_gmt)).or_else(|| date::rfc2822(&item.pub_date));
    let mut updated = Date::from_local_and_utc(moment(&item.modified), moment(&item.modified_gmt));
    let unpublished = matches!(status, Status::Draft | Status::Pending) && moment(&item.date_gmt).is_none();
    if unpublished {
        published = None;
        updated = updated.or_else(|| local.and_then(Date::from_local));
    }
    (published, updated)
}

/// Reads WordPress's `2007-04-23 12:15:00`; zeros are no moment.
pub fn moment(text: &str) -> Option<DateTime> {
    let parsed: DateTime = text.trim().replace(' ', "T").parse().ok()?;
    (parsed.year() >= 1970).then_some(parsed)
}

fn label(term: &Category) -> String {
    html::plain_text(&term.label)
}

/// Returns the terms of some domains, the same one once.
fn terms(all: &[Category], domains: &[&str], taxonomy: &str) -> Vec<Term> {
    let mut out: Vec<Term> = Vec::new();
    for term in all.iter().filter(|t| t.domain.as_deref().is_some_and(|d| domains.contains(&d))) {
        let label = label(term);
        let slug = term.nicename.as_deref().map_or_else(|| slugify(&label), percent_decoded);
        if !label.is_empty() && !out.iter().any(|t| t.slug == slug) {
            out.push(Term { label, slug, taxonomy: taxonomy.to_string() });
        }
    }
    out
}

/// Returns the tags, those of Ultimate Tag Warrior where there are no others.
fn tags(item: &Item) -> Vec<Term> {
    let own = terms(&item.terms, &["post_tag", "tag"], "post_tag");
    if !own.is_empty() {
        return own;
    }
    let old = item.meta.iter().filter(|m| m.key.starts_with("_utw_tags_"));
    crate::import::parts::terms(old.flat_map(|m| old_tags(&m.value)), "post_tag")
}

/// Returns the tags in a serialised list: the values of `tag`, or all words where it is a plain list. Lengths are often
/// wrong, and are not looked at.
fn old_tags(value: &str) -> Vec<String> {
    let strings: Vec<&str> =
        value.split("s:").skip(1).filter_map(|s| s.split_once(":\"")?.1.split_once("\";").map(|(v, _)| v)).collect();
    let named: Vec<&str> = strings.windows(2).filter_map(|w| (*w.first()? == "tag").then_some(*w.get(1)?)).collect();
    let words = if named.is_empty() { strings } else { named };
    words.into_iter().filter(|w| w.parse::<u64>().is_err()).map(html::plain_text).collect()
}

/// WXR 1.0 writes each category twice, first bare: bare ones count only where nothing else is there.
fn categories(all: &[Category]) -> Vec<Term> {
    let full = terms(all, &["category"], "category");
    if !full.is_empty() || all.iter().any(|t| t.nicename.is_some()) {
        return full;
    }
    let bare: Vec<Category> = all
        .iter()
        .filter(|t| t.domain.is_none())
        .map(|t| Category { domain: Some("category".into()), ..t.clone() })
        .collect();
    terms(&bare, &["category"], "category")
}

/// Meta `enclosure`: address, length and type, a line each.
fn enclosure(value: &str) -> Option<Enclosure> {
    let mut lines = value.lines().map(str::trim);
    let url = lines.next().filter(|u| u.contains("://"))?.to_string();
    let length = lines.next().and_then(|l| l.parse().ok()).filter(|n| *n > 0);
    Some(Enclosure { url, length, mime: lines.next().filter(|m| m.contains('/')).map(str::to_string) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enclosures_are_read_as_wordpress_writes_them() {
        let found = enclosure("http://a.example/x.mp3\n1234\naudio/mpeg\na:0:{}").unwrap();
        assert_eq!((found.length, found.mime.as_deref()), (Some(1234), Some("audio/mpeg")));
        assert!(enclosure("nothing").is_none());
    }

    #[test]
    fn old_tags_are_read_out_of_their_list() {
        let objects = r#"a:2:{i:0;O:8:"stdClass":2:{s:6:"tag_ID";s:1:"4";s:3:"tag";s:3:"old rope";}i:1;O:8:"stdClass":1:{s:3:"tag";s:3:"fog";}}"#;
        assert_eq!(old_tags(objects), ["old rope", "fog"]);
        assert_eq!(old_tags(r#"a:2:{i:0;s:4:"rope";i:1;s:3:"fog";}"#), ["rope", "fog"]);
        assert!(old_tags("nothing").is_empty());
    }

    #[test]
    fn a_draft_was_never_published() {
        let item =
            Item { date: "2007-04-23 12:15:00".into(), date_gmt: "0000-00-00 00:00:00".into(), ..Item::default() };
        let (published, updated) = dates(&item, Status::Draft);
        assert!(published.is_none());
        assert_eq!(updated.unwrap().text, "2007-04-23T12:15:00");
        assert_eq!(dates(&item, Status::Published).0.unwrap().instant, None);
    }
}
