//! Folders of posts in Markdown and its relatives, as generators of static sites keep them: Jekyll, Hugo, Hexo, Pelican,
//! Nikola, Zola, Eleventy. The front matter says most, folders and names the rest.

mod adapt;
mod front;
mod media;
mod node;
mod own;
mod render;
mod rst;
mod shortcode;
mod textile;
mod tree;
mod yaml;

pub use media::is_media;
pub use render::html;
pub use textile::html as textile;

use std::collections::HashSet;

use crate::error::Result;
use crate::event::Unit;
use crate::input;
use crate::model::{Digest, Source};

use super::Head;
use super::report::{Attached, Bytes, Found, Job, Report, Sink};
use tree::{Place, Tree};

/// The longest text that is read as one post.
const MAX_SIZE: u64 = 16 << 20;

/// Returns whether a stream is a post of such a folder: it begins with front matter, or says by its name what it is.
pub fn fits(head: &Head) -> bool {
    let extension = head.name.trim_end_matches(".gz").rsplit_once('.').map(|(_, e)| e.to_ascii_lowercase());
    let extension = extension.unwrap_or_default();
    let named = matches!(
        extension.as_str(),
        "md" | "markdown" | "mkd" | "mkdn" | "mkdown" | "mdown" | "mdwn" | "mdx" | "rst" | "textile"
    );
    let fenced = |open: &str, sign: char| {
        let rest = head.text.strip_prefix(open);
        rest.is_some_and(|r| {
            r.lines().take(40).any(|l| l.split_once(sign).is_some_and(|(k, _)| !k.is_empty() && !k.contains(' ')))
        })
    };
    // An article of Pelican: a page with fields and without anything a site would add.
    let metas = || {
        let text = head.text.to_ascii_lowercase();
        let dressed = ["generator", "viewport", "<script", "<link", "<style"];
        head.is_root("html") && text.contains("<meta name=\"") && !dressed.iter().any(|mark| text.contains(mark))
    };
    !head.bytes.contains(&0)
        && (named || fenced("---\n", ':') || fenced("+++\n", '=') || fenced(";;;\n", ':') || metas())
}

/// Reads a folder's posts, or a single one.
///
/// Errors: a stream cannot be read.
pub fn read(job: &Job, sink: &mut Sink) -> Result<Report> {
    let mut report = Report::default();
    let mut tree = Tree::of(job.streams);
    tree.told(&job.options);
    let files = media::Files::of(job.streams);
    let mut given = HashSet::new();
    let single = job.streams.len() == 1;
    if tree.site.url.is_some() || !tree.site.title.is_empty() {
        sink(Found::Site(tree.site.clone()))?;
    }
    for stream in job.streams {
        job.events.check()?;
        let place = match tree.place(&stream.name) {
            Place::Not(what) if !single => {
                report.skip(what, u64::from(!media::is_media(&stream.name)));
                continue;
            }
            Place::Not(_) => Place::Post { draft: false },
            place => place,
        };
        let bytes = stream.read(MAX_SIZE)?;
        let digest = Digest::of(&bytes);
        let (text, encoding) = input::decode(&bytes, job.options.encoding.as_deref());
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        if encoding != "UTF-8" {
            report.notes.push(format!("{}: read as {encoding}", stream.name));
        }
        let extension = stream.name.rsplit_once('.').map(|(_, e)| e.to_ascii_lowercase()).unwrap_or_default();
        let mut front = front::split(&text, &extension);
        front.fields.extend(tree::beside(job.streams, &stream.name));
        report.notes.extend(front.notes.drain(..).map(|n| format!("{}: {n}", stream.name)));
        let page = matches!(extension.as_str(), "html" | "htm") && front.language == front::Language::None;
        let static_file = place == Place::Page && front.fields.is_empty();
        if (page || static_file) && !single {
            report.skip("files without front matter", 1);
            continue;
        }
        let fields = front.fields.clone();
        let Some(mut draft) = adapt::draft(&tree, &stream.name, &extension, place, front, &mut report) else {
            report.skip("empty files", 1);
            continue;
        };
        let own = own::complete(&mut draft, &fields, job.streams, &stream.name);
        let tied = files.tie(&mut draft, &stream.name).into_iter();
        for file in own.into_iter().chain(tied.map(|(url, file)| Attached::new(url, Bytes::Stream(file.clone())))) {
            if given.insert(file.url.clone()) {
                sink(Found::File(file))?;
            }
        }
        sink(Found::Original(stream, digest.clone()))?;
        draft.source =
            Source { kind: "markdown".into(), uri: stream.name.clone(), sha256: Some(digest), ..Source::default() };
        report.found += 1;
        job.events.done(Unit::Posts, 1);
        sink(Found::Draft(Box::new(draft)))?;
    }
    Ok(report)
}
