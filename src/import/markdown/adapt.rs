//! Front matter, place and body as a draft.

use serde_json::{Map, Value};

use super::front::{Front, Language};
use super::node::{self, Fields, Node};
use super::render;
use super::shortcode;
use super::tree::{self, Place, Tree};
use crate::html;
use crate::import::report::Report;
use crate::import::{date, parts};
use crate::model::{Author, Caption, Date, Draft, Kind, Media, Precision, Status};

const DATES: [&str; 7] = ["date", "published", "pubDate", "publishDate", "published_at", "created", "created_at"];
const UPDATES: [&str; 6] = ["lastmod", "updated", "modified", "last_modified_at", "updated_at", "modified_at"];
const PICTURES: [&str; 10] = [
    "image",
    "featured_image",
    "featuredImage",
    "feature_image",
    "cover",
    "banner",
    "thumbnail",
    "hero_image",
    "heroImage",
    "cover_image",
];

/// Keys that the model has a place for.
const KNOWN: [&str; 21] = [
    "title",
    "draft",
    "slug",
    "url",
    "permalink",
    "path",
    "tags",
    "tag",
    "categories",
    "category",
    "taxonomies",
    "author",
    "authors",
    "series",
    "excerpt",
    "summary",
    "lang",
    "language",
    "photos",
    "status",
    "keywords",
];

/// Makes a draft; none of a file that says nothing.
pub fn draft(
    tree: &Tree,
    name: &str,
    extension: &str,
    place: Place,
    front: Front,
    report: &mut Report,
) -> Option<Draft> {
    let fields = &front.fields;
    let mut draft = Draft { key: Some(format!("markdown:{}", own_path(name))), ..Draft::default() };
    if front.body.trim().is_empty() && fields.is_empty() {
        return None;
    }
    let mut body = front.body;
    draft.title = html::plain_text(node::first(fields, &["title"]).unwrap_or_default());
    if draft.title.is_empty()
        && fields.is_empty()
        && let Some((title, rest)) = heading(body)
    {
        (draft.title, body) = (title, rest);
        draft.guessed.insert("title", "the first heading".into());
    }
    dates(&mut draft, tree, name, fields);
    draft.kind = kind(&place, fields, &draft);
    draft.status = status(&place, fields);
    terms(&mut draft, tree, name, &front);
    if front.language == Language::Nikola {
        states(&mut draft);
    }
    draft.authors = authors(fields, front.language);
    draft.series = node::get(fields, "series").and_then(|s| s.leaves().into_iter().next());
    draft.language = node::first(fields, &["lang", "language"]).map(str::to_string).or_else(|| tree::language(name));
    let excerpt = node::first(fields, &["excerpt", "summary"]).or_else(|| node::first(fields, &["description"]));
    draft.excerpt = excerpt.map(|e| html::plain_text(&render::html(e))).filter(|e| !e.is_empty());
    address(&mut draft, tree, name, fields);
    pictures(&mut draft, fields);
    draft.body = rendered(tree, name, extension, body, report);
    draft.extra = extra(fields);
    Some(draft)
}

/// Returns a file's path from where posts begin, so that it is the same wherever the folder lies.
fn own_path(name: &str) -> String {
    let parts: Vec<&str> = name.split('/').collect();
    let at = parts.iter().rposition(|p| matches!(*p, "_posts" | "_drafts" | "content" | "source")).map_or(0, |i| i + 1);
    parts.get(at..).unwrap_or_default().join("/")
}

/// Takes the first line of a text when it is a heading.
fn heading(text: &str) -> Option<(String, &str)> {
    let text = text.trim_start_matches(['\n', ' ']);
    let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
    if let Some(words) = line.strip_prefix("# ") {
        return Some((html::plain_text(words.trim_end_matches(['#', ' '])), rest));
    }
    let (under, after) = rest.split_once('\n').unwrap_or((rest, ""));
    let rule = under.len() >= 3 && under.trim_end().bytes().all(|b| b == b'=');
    (rule && !line.trim().is_empty()).then(|| (html::plain_text(line), after))
}

fn dates(draft: &mut Draft, tree: &Tree, name: &str, fields: &Fields) {
    let read = |keys: &[&str]| {
        let found = keys.iter().filter_map(|k| node::get(fields, k)?.text()).find_map(moment);
        found.map(|d| parts::in_zone(d, tree.zone.as_ref()))
    };
    draft.published = read(&DATES);
    draft.updated = read(&UPDATES);
    if draft.published.is_none()
        && let Some((date, _)) = tree::named_by_date(name)
    {
        draft.published = Some(Date { text: date.to_string(), instant: None, offset: None, precision: Precision::Day });
        draft.guessed.insert("published", "the file's name".into());
    }
}

/// Reads a date as front matter has it: ISO 8601, one digit for two allowed.
fn moment(text: &str) -> Option<Date> {
    date::parse(text).or_else(|| date::parse(&padded(text)?)).filter(|d| d.year_month().0.is_some_and(|y| y >= 1970))
}

/// `2018-7-4 9:05` → `2018-07-04 09:05`; `2018/07/04` → `2018-07-04`.
fn padded(text: &str) -> Option<String> {
    let (day, rest) = text.trim().split_once([' ', 'T']).unwrap_or((text.trim(), ""));
    let numbers: Option<Vec<u16>> = day.split(['-', '/', '.']).map(|n| n.parse().ok()).collect();
    let numbers = numbers?;
    let [year, month, day] = numbers.as_slice() else { return None };
    if *year < 1000 {
        return None;
    }
    let rest = rest.trim();
    let rest = if rest.split(':').next().is_some_and(|h| h.len() == 1) { format!("0{rest}") } else { rest.to_string() };
    Some(format!("{year:04}-{month:02}-{day:02} {rest}").trim().to_string())
}

fn kind(place: &Place, fields: &Fields, draft: &Draft) -> Kind {
    let said = node::first(fields, &["type", "layout"]).unwrap_or_default();
    match place {
        Place::Page => Kind::Page,
        Place::Undecided if draft.published.is_none() => Kind::Page,
        _ if said.eq_ignore_ascii_case("page") => Kind::Page,
        _ => Kind::Post,
    }
}

fn status(place: &Place, fields: &Fields) -> Status {
    let is = |key: &str, words: &[&str]| {
        node::first(fields, &[key]).is_some_and(|v| words.contains(&v.to_ascii_lowercase().as_str()))
    };
    const YES: [&str; 4] = ["true", "yes", "on", "1"];
    const NO: [&str; 4] = ["false", "no", "off", "0"];
    if matches!(place, Place::Post { draft: true }) || is("draft", &YES) || is("published", &NO) {
        return Status::Draft;
    }
    if is("status", &["draft", "hidden", "skip"]) {
        return Status::Draft;
    }
    if is("status", &["private"]) || is("private", &YES) || is("visibility", &["private"]) {
        return Status::Private;
    }
    if node::first(fields, &["password"]).is_some() { Status::Protected } else { Status::Published }
}

/// Nikola tells the state of a post by tags.
fn states(draft: &mut Draft) {
    for (word, status) in [("draft", Some(Status::Draft)), ("private", Some(Status::Private)), ("mathjax", None)] {
        let before = draft.tags.len();
        draft.tags.retain(|tag| tag.slug != word);
        if draft.tags.len() < before {
            draft.status = status.unwrap_or(draft.status);
        }
    }
}

fn terms(draft: &mut Draft, tree: &Tree, name: &str, front: &Front) {
    let nothing = Vec::new();
    let inner = match node::get(&front.fields, "taxonomies") {
        Some(Node::Map(inner)) => inner,
        _ => &nothing,
    };
    let by_space = front.language == Language::Yaml
        && (tree.jekyll || node::get(&front.fields, "layout").is_some() || dated_with_dash(name));
    let all = |plural: &[&str], single: &str| {
        let mut out = Vec::new();
        for key in plural {
            for node in [node::get(&front.fields, key), node::get(inner, key)].into_iter().flatten() {
                match node {
                    Node::Text(text) => out.extend(list(text, by_space)),
                    other => out.extend(other.leaves()),
                }
            }
        }
        if let Some(node) = node::get(&front.fields, single) {
            match node {
                // Pelican's keys are single whatever they hold.
                Node::Text(text) if matches!(front.language, Language::Meta | Language::Rst | Language::Html) => {
                    out.push(text.trim().to_string())
                }
                node => out.extend(node.leaves()),
            }
        }
        out
    };
    let keywords: &[&str] = if front.language == Language::Html { &["tags", "keywords"] } else { &["tags"] };
    draft.tags = parts::terms(all(keywords, "tag"), "post_tag");
    let mut categories = all(&["categories"], "category");
    if categories.is_empty() || tree.jekyll {
        let mut above = tree.categories(name);
        above.append(&mut categories);
        categories = above;
    }
    draft.categories = parts::terms(categories, "category");
}

/// Returns whether a name is `2008-10-18-words`, as Jekyll wants it.
fn dated_with_dash(name: &str) -> bool {
    let slug = tree::slug(name);
    tree::named_by_date(name).is_some_and(|(_, rest)| !rest.is_empty() && slug.ends_with(&format!("-{rest}")))
}

/// Parts a list that is one string: at `;`, else at `,`, else (Jekyll) at white space.
fn list(text: &str, by_space: bool) -> Vec<String> {
    let cut = |c: char| text.split(c).map(|t| t.trim().to_string()).collect();
    if text.contains(';') {
        cut(';')
    } else if text.contains(',') {
        cut(',')
    } else if by_space {
        text.split_whitespace().map(str::to_string).collect()
    } else {
        vec![text.trim().to_string()]
    }
}

fn authors(fields: &Fields, language: Language) -> Vec<Author> {
    let mut names: Vec<String> = Vec::new();
    for node in ["authors", "author"].iter().filter_map(|k| node::get(fields, k)) {
        match node {
            Node::Text(text) if text.contains(';') => names.extend(text.split(';').map(str::to_string)),
            Node::Text(text) if matches!(language, Language::Meta | Language::Rst | Language::Html) => {
                names.extend(text.split(',').map(str::to_string))
            }
            other => names.extend(other.leaves()),
        }
    }
    let mut out: Vec<Author> = Vec::new();
    for author in names.iter().filter_map(|n| parts::author(n)) {
        if !out.contains(&author) {
            out.push(author);
        }
    }
    out
}

/// Sets the permalink, where the site's address is known: stated, or as the generator forms it.
fn address(draft: &mut Draft, tree: &Tree, name: &str, fields: &Fields) {
    let stated = node::first(fields, &["permalink", "url", "path"]).filter(|p| !p.contains(':') || parts::is_web(p));
    let join = |path: &str| {
        let base = tree.base.as_ref()?;
        base.join(path.trim_start_matches('/')).ok().map(|u| u.to_string())
    };
    let aliases =
        ["aliases", "alias", "redirect_from"].iter().filter_map(|k| node::get(fields, k)).flat_map(Node::leaves);
    draft.aliases = aliases.filter_map(|a| if parts::is_web(&a) { Some(a) } else { join(&a) }).collect();
    draft.url = match stated {
        Some(url) if parts::is_web(url) => Some(url.to_string()),
        Some(path) => join(path),
        None => formed(draft, tree, name, fields).and_then(|path| join(&path)),
    };
    if draft.url.is_some() && stated.is_none() {
        draft.guessed.insert("url", "formed by the rule in the settings".into());
    }
}

/// Fills in the generator's rule for addresses.
fn formed(draft: &Draft, tree: &Tree, name: &str, fields: &Fields) -> Option<String> {
    let rule = tree.permalink.as_deref()?;
    let rule = match rule {
        "date" => "/:categories/:year/:month/:day/:title.html",
        "pretty" => "/:categories/:year/:month/:day/:title/",
        "none" => "/:categories/:title.html",
        rule => rule,
    };
    if draft.kind != Kind::Post || draft.status != Status::Published {
        return None;
    }
    let local = draft.published.as_ref()?.local()?;
    let slug = node::first(fields, &["slug"])
        .map_or_else(|| tree::named_by_date(name).map_or_else(|| tree::slug(name), |(_, slug)| slug), str::to_string);
    let categories: Vec<String> = draft.categories.iter().map(|t| t.label.to_lowercase()).collect();
    let mut path =
        rule.replace(":categories", &categories.join("/")).replace(":category", categories.first().map_or("", |c| c));
    let numbers = [
        (":year", format!("{:04}", local.year())),
        (":month", format!("{:02}", local.month())),
        (":day", format!("{:02}", local.day())),
        (":i_month", local.month().to_string()),
        (":i_day", local.day().to_string()),
        (":title", slug.clone()),
        (":name", slug.clone()),
        (":slug", slug),
    ];
    for (key, value) in numbers {
        path = path.replace(key, &value);
    }
    while path.contains("//") {
        path = path.replace("//", "/");
    }
    (!path.contains(':')).then_some(path)
}

/// Takes the pictures that the front matter names.
fn pictures(draft: &mut Draft, fields: &Fields) {
    for node in PICTURES.iter().filter_map(|k| node::get(fields, k)) {
        let (src, alt, caption) = match node {
            Node::Text(src) => (Some(src.as_str()), None, None),
            Node::Map(inner) => (
                node::first(inner, &["src", "image", "url", "path", "feature", "teaser"]),
                node::first(inner, &["alt"]),
                node::first(inner, &["caption"]),
            ),
            _ => (None, None, None),
        };
        let Some(src) = src.map(str::trim).filter(|s| s.contains(['.', '/'])) else { continue };
        draft.media.push(parts::featured(src, alt.map(str::to_string)));
        if let Some(words) = caption {
            let html = render::html(words).replace("<p>", "").replace("</p>", "").trim().to_string();
            let text = html::plain_text(&html);
            draft.captions.push(Caption {
                text,
                html,
                src: Some(src.to_string()),
                alt: alt.map(str::to_string),
                ..Caption::default()
            });
        }
        break;
    }
    for photo in node::get(fields, "photos").map(Node::leaves).unwrap_or_default() {
        draft.media.push(Media { url: photo, role: "attachment".into(), ..Media::default() });
    }
}

fn rendered(tree: &Tree, name: &str, extension: &str, body: &str, report: &mut Report) -> String {
    let base = tree.base.as_ref().map(|b| b.as_str().trim_end_matches('/').to_string()).unwrap_or_default();
    let expanded = shortcode::expand(body, &base);
    if !expanded.kept.is_empty() {
        let names: Vec<String> =
            expanded.kept.iter().map(|(n, k)| if *k > 1 { format!("{n} ({k} times)") } else { n.clone() }).collect();
        report.remarks.push(format!("{name}: tags of the generator kept as they are: {}", names.join(", ")));
    }
    let (html, known) = render::by_extension(&expanded.text, extension);
    if !known {
        report.remarks.push(format!("{name}: {extension} is kept as plain text"));
    }
    html
}

/// Keeps what the model has no place for.
fn extra(fields: &Fields) -> Map<String, Value> {
    let used = |k: &str| KNOWN.iter().chain(&DATES).chain(&UPDATES).chain(&PICTURES).any(|u| u.eq_ignore_ascii_case(k));
    let own: Map<String, Value> =
        fields.iter().filter(|(k, v)| !used(k) && *v != Node::Null).map(|(k, v)| (k.clone(), v.json())).collect();
    let mut all = Map::new();
    if !own.is_empty() {
        all.insert("markdown".into(), Value::Object(own));
    }
    all
}
