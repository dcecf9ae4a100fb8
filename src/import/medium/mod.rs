//! Exports of Medium: a page a post, marked up as [h-entry](https://microformats.org/wiki/h-entry).

use std::collections::HashSet;
use std::sync::LazyLock;

use ego_tree::NodeId;
use regex::Regex;
use scraper::{ElementRef, Html, Selector};
use url::Url;

use crate::error::Result;
use crate::event::Unit;
use crate::html;
use crate::input;
use crate::model::{Author, Date, Digest, Draft, Kind, Site, Source, Status};

use super::report::{Found, Job, Report, Sink};
use super::{Head, parts};

/// The longest page.
const MAX_SIZE: u64 = 32 << 20;

/// Returns whether a stream is a post of such an export.
pub fn fits(head: &Head) -> bool {
    is_post(&head.text)
}

fn is_post(text: &str) -> bool {
    let entry = text.contains("class=\"h-entry\"") && text.contains("class=\"p-name\"");
    entry && (text.contains("data-field=\"body\"") || text.contains("Exported from <a href=\"https://medium.com\""))
}

/// Reads a folder or ZIP of pages. What is about the account is left alone.
///
/// Errors: a stream cannot be read.
pub fn read(job: &Job, sink: &mut Sink) -> Result<Report> {
    let mut report = Report::default();
    let mut site = job.options.site.as_ref().map(Url::to_string);
    let mut addresses = HashSet::new();
    for stream in job.streams {
        job.events.check()?;
        if !is_page(&stream.name) && job.streams.len() > 1 {
            report.skip("files that are no posts", 1);
            continue;
        }
        let bytes = stream.read(MAX_SIZE)?;
        let (text, _) = input::decode(&bytes, None);
        if !is_post(&text) {
            report.skip("pages about the account (profile, claps, bookmarks …)", 1);
            continue;
        }
        let digest = Digest::of(&bytes);
        let mut draft = page(&text, &stream.name);
        if site.is_none()
            && let Some(url) = draft.url.as_deref().and_then(home)
        {
            let found = Site { url: Some(url.clone()), generator: Some("Medium".into()), ..Site::default() };
            site = Some(url);
            sink(Found::Site(found))?;
        }
        if draft.url.clone().is_some_and(|url| !addresses.insert(url)) {
            report.notes.push(format!("{}: another post has the same address, kept without it", stream.name));
            (draft.url, draft.aliases, draft.key) = (None, Vec::new(), Some(format!("medium:{}", stem(&stream.name))));
        }
        sink(Found::Original(stream, digest.clone()))?;
        draft.source =
            Source { kind: "medium".into(), uri: stream.name.clone(), sha256: Some(digest), ..Source::default() };
        report.found += 1;
        job.events.done(Unit::Posts, 1);
        sink(Found::Draft(Box::new(draft)))?;
    }
    Ok(report)
}

fn is_page(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.ends_with(".html") || name.ends_with(".htm")
}

/// Returns the address of the writer's or publication's page: a permalink without its last part.
fn home(permalink: &str) -> Option<String> {
    let url = Url::parse(permalink).ok()?;
    url.join(".").ok().map(|u| u.to_string().trim_end_matches('/').to_string()).filter(|u| !u.ends_with("medium.com/p"))
}

/// Understands a page.
fn page(text: &str, name: &str) -> Draft {
    let mut tree = html::parse_document(text);
    let canonical = attribute(&tree, "a.p-canonical", "href").filter(|u| parts::is_web(u));
    let published = attribute(&tree, "time.dt-published", "datetime").and_then(|t| Date::parse_iso(&t));
    let view = attribute(&tree, "footer a[href*='medium.com/p/']", "href");
    let id =
        canonical.as_deref().and_then(id_of).or_else(|| view.as_deref().and_then(id_of)).or_else(|| id_of(stem(name)));
    let title = words(&tree, "h1.p-name");
    let subtitle = words(&tree, "section[data-field=subtitle]");
    let said = words(&tree, "section[data-field=body]");
    let heading = find(&tree, ".graf--title").is_some();
    let draft_name = name.rsplit('/').next().is_some_and(|n| n.starts_with("draft_"));
    let draft = draft_name || (canonical.is_none() && published.is_none());
    // A response has no heading and no subtitle, and its name is how it begins.
    let begins = title.trim_end_matches(['…', '.', ' ']);
    let response = !draft
        && !heading
        && find(&tree, "section[data-field=subtitle]").is_none()
        && !begins.is_empty()
        && said.starts_with(begins);
    let tags: Vec<String> = all(&tree, "a.p-tag").iter().map(|e| html::fold(&e.text().collect::<String>())).collect();
    let author = find(&tree, "a.p-author").map(|e| Author {
        name: html::fold(&e.text().collect::<String>()),
        slug: None,
        url: e.attr("href").filter(|u| parts::is_web(u)).map(str::to_string),
    });
    let mut draft = Draft {
        key: id.as_ref().map(|id| format!("medium:{id}")),
        aliases: id.iter().filter(|_| canonical.is_some()).map(|id| format!("https://medium.com/p/{id}")).collect(),
        url: canonical,
        kind: if response { Kind::Response } else { Kind::Post },
        status: if draft { Status::Draft } else { Status::Published },
        published,
        authors: author.filter(|a| !a.name.is_empty()).into_iter().collect(),
        tags: parts::terms(tags, "post_tag"),
        excerpt: Some(subtitle.clone()).filter(|s| !s.is_empty() && !said.starts_with(s.trim_end_matches(['…', '.']))),
        ..Draft::default()
    };
    draft.body = body(&mut tree, &title, &subtitle);
    if response {
        draft.guessed.insert("kind", "no heading and no subtitle, the name is how the text begins".into());
    } else {
        draft.title = title;
    }
    draft
}

/// Takes the repeated title and subtitle off, and asks for pictures at full size.
fn body(tree: &mut Html, title: &str, subtitle: &str) -> String {
    static SIZED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(https?://(?:cdn-images-\d|miro)\.medium\.com)/max/\d+/").expect("a fixed pattern")
    });
    let mut gone: Vec<NodeId> = Vec::new();
    gone.extend(all(tree, ".section--first .section-divider").first().map(|e| e.id()));
    for (class, same) in [(".graf--title", title), (".graf--subtitle", subtitle)] {
        let first = all(tree, class).into_iter().next();
        gone.extend(first.filter(|e| html::fold(&e.text().collect::<String>()) == same).map(|e| e.id()));
    }
    for id in gone {
        if let Some(mut node) = tree.tree.get_mut(id) {
            node.detach();
        }
    }
    let inner = find(tree, "section[data-field=body]").or_else(|| find(tree, ".e-content")).map(|e| e.inner_html());
    SIZED.replace_all(inner.unwrap_or_default().trim(), "$1/max/2560/").into_owned()
}

/// Returns the hexadecimal id at the end of an address or name.
fn id_of(text: &str) -> Option<String> {
    static ID: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?:^|[-_/])([0-9a-f]{8,16})$").expect("a fixed pattern"));
    let text = text.split(['?', '#']).next()?.trim_end_matches('/');
    ID.captures(text)?.get(1).map(|m| m.as_str().to_string())
}

fn stem(name: &str) -> &str {
    let file = name.rsplit('/').next().unwrap_or(name);
    file.rsplit_once('.').map_or(file, |(s, _)| s)
}

fn all<'a>(tree: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    Selector::parse(selector).map_or(Vec::new(), |s| tree.select(&s).collect())
}

fn find<'a>(tree: &'a Html, selector: &str) -> Option<ElementRef<'a>> {
    all(tree, selector).into_iter().next()
}

fn words(tree: &Html, selector: &str) -> String {
    find(tree, selector).map(|e| html::fold(&e.text().collect::<String>())).unwrap_or_default()
}

fn attribute(tree: &Html, selector: &str, name: &str) -> Option<String> {
    find(tree, selector)?.attr(name).map(|v| v.trim().to_string()).filter(|v| !v.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_stand_at_the_end() {
        let table = [
            ("https://medium.com/@a/words-efefef121212", Some("efefef121212")),
            ("https://medium.com/p/a1b2c3d4e5f6", Some("a1b2c3d4e5f6")),
            ("2018-08-11_Title-efefef121212", Some("efefef121212")),
            ("https://medium.com/@a/words", None),
        ];
        for (text, id) in table {
            assert_eq!(id_of(text).as_deref(), id, "{text}");
        }
        assert_eq!(home("https://medium.com/@a/words-efefef121212").as_deref(), Some("https://medium.com/@a"));
    }
}
