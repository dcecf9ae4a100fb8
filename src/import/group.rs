//! Which streams of a path belong together. A few formats are folders: then all that lies beside their posts is theirs.

use crate::error::{Error, Result};
use crate::input::Named;

use super::detect::{FORMATS, Format};
use super::head::Head;

/// Formats whose posts, settings and media lie in several files, the surer first; and the formats that say too little of
/// a stream to keep it from them.
const FOLDERS: [(&str, &[&str]); 9] = [
    ("mdarchive", &[]),
    ("medium", &["page", "text", "markdown"]),
    ("substack", &["page", "text", "markdown"]),
    ("tumblr", &["page", "text"]),
    ("livejournal", &["text"]),
    ("blogger", &["text"]),
    ("markdown", &["text"]),
    ("warc", &[]),
    ("page", &[]),
];

/// Streams of one format.
pub struct Group {
    pub format: &'static Format,
    pub streams: Vec<Named>,
}

/// What a path holds.
#[derive(Default)]
pub struct Groups {
    pub groups: Vec<Group>,
    /// Streams in no format known here.
    pub left: Vec<Named>,
}

/// Puts all streams of a path into one format, as the user says, but for those that nobody may open.
pub fn group_as(streams: Vec<Named>, format: &'static Format) -> Groups {
    let (left, streams) = streams.into_iter().partition(|s| super::substack::is_private(&s.name));
    Groups { groups: vec![Group { format, streams }], left }
}

/// Sorts the streams of a path by format, in the order of the table.
///
/// Errors: a stream cannot be read.
pub fn group(streams: &[Named]) -> Result<Groups> {
    let mut formats: Vec<Option<&'static Format>> = Vec::with_capacity(streams.len());
    // Pages that are posts where they lie among posts (Pelican).
    let mut articles: Vec<bool> = Vec::with_capacity(streams.len());
    for stream in streams {
        // Lists of readers are not even looked at; parts of saved pages are no posts of their own.
        if super::substack::is_private(&stream.name) || streams.len() > 1 && super::page::is_part(&stream.name) {
            formats.push(None);
            articles.push(false);
            continue;
        }
        let head = Head::new(&stream.name, stream.head()?);
        articles.push(super::markdown::fits(&head));
        formats.push(FORMATS.iter().find(|f| f.read.is_some() && f.fits(&head)));
    }
    let found = |kind: &str| formats.iter().flatten().any(|f| f.kind == kind);
    let folder = FOLDERS.into_iter().find(|(kind, _)| streams.len() > 1 && found(kind));
    let table = |kind: &str| FORMATS.iter().find(|f| f.kind == kind && f.read.is_some());
    let mut out = Groups::default();
    let archives: Vec<&str> = match found("mdarchive") {
        true => streams.iter().filter_map(|s| s.name.strip_suffix("archive.json")).collect(),
        false => Vec::new(),
    };
    for ((stream, format), article) in streams.iter().zip(&formats).zip(articles) {
        let own = folder
            .filter(|(kind, weak)| format.is_none_or(|f| weak.contains(&f.kind)) || *kind == "markdown" && article)
            .and_then(|(k, _)| table(k));
        // What an archive has its posts from lies in it too, and is not read again.
        let kept = archives.iter().any(|prefix| stream.name.starts_with(prefix));
        match table("mdarchive").filter(|_| kept).or(own).or(*format) {
            Some(format) => match out.groups.iter_mut().find(|g| g.format.kind == format.kind) {
                Some(group) => group.streams.push(stream.clone()),
                None => out.groups.push(Group { format, streams: vec![stream.clone()] }),
            },
            None => out.left.push(stream.clone()),
        }
    }
    // Uploads that lie with an export are tied to its posts by the addresses that it lists.
    if let Some(export) = out.groups.iter_mut().find(|g| g.format.kind == "wxr") {
        let (files, left) = out.left.drain(..).partition(|s: &Named| super::markdown::is_media(&s.name));
        (export.streams, out.left) = (export.streams.drain(..).chain::<Vec<Named>>(files).collect(), left);
    }
    let place = |g: &Group| FORMATS.iter().position(|f| f.kind == g.format.kind);
    out.groups.sort_by_key(place);
    if out.groups.is_empty()
        && let [only] = streams
    {
        return Err(super::detect::detect(only)
            .err()
            .unwrap_or_else(|| Error::input(&only.shown, "not in a format known here")));
    }
    Ok(out)
}
