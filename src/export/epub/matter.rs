//! The pages around the posts: cover, title page, parts, what is missing, colophon.

use std::io::{Seek, Write};

use minijinja::{Value, context};

use super::Book;
use super::chapter::{Maker, page};
use super::cover::{self, Cover};
use super::gallery;
use super::language::is_rtl;
use super::links::outside;
use super::metadata::Metadata;
use super::parts::Part;
use super::profile::Profile;
use super::tags::file_name;
use super::tree::{self, Node, line};
use super::words::date;
use crate::error::{Error, Result};
use crate::export::template::markup;
use crate::model::{Date, Kind};

/// Lines of the list of what is missing; the rest is counted.
const MOST_GAPS: usize = 1000;

/// The cover, once the pictures of the book are known; returns its file and type. Its page comes first in the book.
pub fn cover<W: Write + Seek>(
    maker: &Maker<'_>,
    metadata: &Metadata,
    profile: Profile,
    book: &mut Book<'_, W>,
) -> Result<(String, &'static str)> {
    let plan = maker.plan;
    let years = metadata.year_range();
    let face = if maker.without.cover_picture { None } else { std::mem::take(&mut book.face).picture() };
    let shown = Cover {
        title: &metadata.title,
        authors: &authors(metadata),
        years: years.as_deref(),
        host: metadata.publisher.as_deref(),
        id: &maker.archive.info.id,
        picture: face.map(|path| std::fs::read(&path).map_err(Error::io("read", &path))).transpose()?,
    };
    let mut notes = Vec::new();
    let drawn = cover::draw(shown, profile.cover(), maker.templates, &mut |n| notes.push(n))?;
    notes.into_iter().for_each(|n| book.events.note(n));
    let file = format!("images/cover-image.{}", drawn.ending);
    book.container.copy(&file, &mut drawn.bytes.as_slice()).map_err(crate::export::write_error(maker.archive))?;
    if profile.cover_page() {
        let title = format!("{}: {}", plan.words.cover, metadata.title);
        let page = page("cover", &title, &plan.language, plan.words);
        let xhtml = maker.templates.render("cover.xhtml", context! { page, cover => &file })?;
        book.page("cover", &xhtml, None)?;
        book.spine.rotate_right(1);
    }
    Ok((file, drawn.mime))
}

/// Names of authors, but the blog's where it stands for one.
fn authors(metadata: &Metadata) -> Vec<String> {
    metadata.creators.iter().map(|(n, _)| n.clone()).filter(|n| *n != metadata.series.0).collect()
}

/// The title page.
pub fn title<W: Write + Seek>(maker: &Maker<'_>, metadata: &Metadata, book: &mut Book<'_, W>) -> Result<()> {
    let plan = maker.plan;
    let context = context! {
        page => page("title", &metadata.title, &plan.language, plan.words),
        words => maker.fixed.clone(),
        book => facts(maker, metadata, &authors(metadata)),
    };
    let title = maker.templates.render("title.xhtml", context)?;
    book.page("title", &title, Some((&metadata.title, 1)))
}

/// The page in front of a part: what is in it.
pub fn part<W: Write + Seek>(maker: &Maker<'_>, part: &Part, title: &str, book: &mut Book<'_, W>) -> Result<()> {
    let plan = maker.plan;
    let items = part
        .items
        .iter()
        .map(|i| context! { file => format!("{}.xhtml", i.stem), title => &*i.title, date => i.date.as_deref(), dir => i.dir });
    let pages = part.stem == "pages";
    let count = plan.words.count(part.items.len(), plan.words.post, plan.words.posts);
    let context = context! {
        page => page(&part.stem, &plan.page_title(title, &part.stem), &plan.language, plan.words),
        words => maker.fixed.clone(),
        part => context! { title, count => (!pages).then_some(count), items => items.collect::<Vec<_>>() },
    };
    let xhtml = maker.templates.render("part.xhtml", context)?;
    book.page(&part.stem, &xhtml, Some((title, 1)))
}

/// The index of tags and the list of pictures.
pub fn lists<W: Write + Seek>(maker: &Maker<'_>, book: &mut Book<'_, W>) -> Result<()> {
    let words = maker.plan.words;
    let pictures =
        if maker.without.pictures { Vec::new() } else { gallery::files(&book.captioned, is_rtl(&maker.plan.language)) };
    list(maker, "tags", words.tags, &maker.plan.index.files, book)?;
    list(maker, "pictures", words.pictures, &pictures, book)
}

fn list<W: Write + Seek>(
    maker: &Maker<'_>,
    name: &'static str,
    heading: &str,
    files: &[Vec<Node>],
    book: &mut Book<'_, W>,
) -> Result<()> {
    let plan = maker.plan;
    for (n, nodes) in files.iter().enumerate() {
        let part = (files.len() > 1).then(|| format!("({}/{})", n + 1, files.len()));
        let label = part.as_ref().map_or(heading.to_string(), |p| format!("{heading} {p}"));
        let stem = file_name(name, n);
        let title = plan.page_title(&label, &stem);
        let context = context! {
            page => page(&stem, &title, &plan.language, plan.words),
            words => maker.fixed.clone(),
            part,
            list => markup(tree::write(nodes)),
        };
        let xhtml = maker.templates.render(&format!("{name}.xhtml"), context)?;
        book.page(&stem, &xhtml, (n == 0).then_some((label.as_str(), 1)))?;
    }
    if !files.is_empty() {
        book.lists.push(name);
    }
    Ok(())
}

/// What is missing, and where the book comes from.
pub fn back<W: Write + Seek>(maker: &Maker<'_>, metadata: &Metadata, book: &mut Book<'_, W>) -> Result<()> {
    let plan = maker.plan;
    let words = plan.words;
    let gaps = if maker.without.gaps { Vec::new() } else { gaps(maker, book)? };
    let missing = gaps.len();
    if !gaps.is_empty() {
        let more = gaps.len().saturating_sub(MOST_GAPS);
        let context = context! {
            page => page("gaps", &plan.page_title(words.missing, "gaps"), &plan.language, words),
            words => maker.fixed.clone(),
            gaps => gaps.into_iter().take(MOST_GAPS).collect::<Vec<_>>(),
            more => (more > 0).then(|| words.missing_more.replace("{}", &more.to_string())),
        };
        let xhtml = maker.templates.render("gaps.xhtml", context)?;
        book.page("gaps", &xhtml, Some((words.missing, 1)))?;
    }
    let names: Vec<String> = metadata.creators.iter().map(|(n, _)| n.clone()).collect();
    let mut holds = vec![counted(maker)];
    let pages = maker.plan.items().filter(|i| i.entry.kind == Kind::Page).count();
    if pages > 0 {
        holds.push(format!("{}: {pages}", words.pages));
    }
    if book.comments > 0 {
        holds.push(words.count(book.comments, words.comment, words.comments));
    }
    holds.push(match book.tally.shown {
        0 => words.no_pictures.to_string(),
        n => words.pictures_described.replace("{}", &format!("{}/{n}", book.tally.described)),
    });
    let sources = maker.archive.info.sources.values().flatten().map(|s| line(s)).take(200).collect::<Vec<_>>();
    let context = context! {
        page => page("colophon", &plan.page_title(words.about, "colophon"), &plan.language, words),
        words => maker.fixed.clone(),
        book => facts(maker, metadata, &names),
        holds,
        captured => captured(maker)?,
        missing => (missing > 0).then_some(missing),
        licences => book.licences(),
        sources,
    };
    let xhtml = maker.templates.render("colophon.xhtml", context)?;
    book.page("colophon", &xhtml, Some((words.about, 1)))
}

/// When the posts of the book came into the archive: first and last day. Later runs that brought none of them do not
/// show, so that they leave the book as it is.
fn captured(maker: &Maker<'_>) -> Result<Option<String>> {
    let here = |id: &crate::model::PostId| maker.plan.by_id.contains_key(id.as_str());
    let runs = maker.archive.runs()?;
    let runs = runs.iter().filter(|r| r.new.iter().chain(&r.changed).any(here));
    let days = runs.filter_map(|r| r.finished.or(r.started)).map(|t| t.strftime("%Y-%m-%d").to_string());
    let days: std::collections::BTreeSet<String> = days.collect();
    let shown = |day: &String| Date::parse_iso(day).map(|d| date(&d, &maker.plan.language));
    let ends = [days.first(), days.last().filter(|_| days.len() > 1)];
    let ends: Vec<String> = ends.into_iter().flatten().filter_map(shown).collect();
    Ok((!ends.is_empty()).then(|| ends.join(" – ")))
}

fn counted(maker: &Maker<'_>) -> String {
    let words = maker.plan.words;
    let posts = maker.plan.items().filter(|i| i.entry.kind != Kind::Page).count();
    words.count(posts, words.post, words.posts)
}

fn facts(maker: &Maker<'_>, metadata: &Metadata, names: &[String]) -> Value {
    let words = maker.plan.words;
    let authors = match names {
        [] => None,
        names => Some(words.by.replace("{}", &names.iter().take(10).cloned().collect::<Vec<_>>().join(", "))),
    };
    let shown = metadata
        .source
        .as_deref()
        .map(|u| u.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/').to_string());
    context! {
        title => &*metadata.title,
        description => metadata.description.as_deref(),
        authors,
        years => metadata.year_range(),
        count => counted(maker),
        url => metadata.source.as_deref().and_then(outside),
        shown,
    }
}

/// What the archive's runs could not get, and the pictures of the chosen posts that the book does not show.
fn gaps<W: Write + Seek>(maker: &Maker<'_>, book: &Book<'_, W>) -> Result<Vec<Value>> {
    let mut seen = std::collections::HashSet::new();
    let mut out = Vec::new();
    let place = |post: Option<&str>| post.and_then(|id| maker.plan.by_id.get(id)).cloned();
    for open in maker.archive.gaps()? {
        let gap = open.gap;
        let url = line(&gap.url);
        let at = place(gap.post.as_deref());
        // What only a post outside this book wants is not missing from it.
        if gap.post.is_some() && at.is_none() || !seen.insert(url.clone()) {
            continue;
        }
        let detail = if gap.detail.is_empty() { String::new() } else { format!(" ({})", line(&gap.detail)) };
        out.push(gap_line(url, format!("{}: {}{detail}", line(&gap.what), gap.reason.words()), at));
    }
    for (post, url, why) in &book.lost {
        if !url.is_empty() && seen.insert(url.clone()) {
            out.push(gap_line(url.clone(), (*why).to_string(), place(Some(post))));
        }
    }
    Ok(out)
}

fn gap_line(url: String, why: String, at: Option<(String, String)>) -> Value {
    let (file, title) = at.unzip();
    context! { href => outside(&url), url, why, file, title }
}
