//! Plain-text posts: `[tag line] [title] [caption line] body [related] [trailer]`, in a labelled dialect
//! (`Tags: …`, `Caption: …`) and a bare one, which is what a browser's select-all leaves of an old blog page.
//! Nothing is taken for metadata unless the whole pattern speaks for it.

mod bare;
mod blocks;
mod body;
mod label;
mod post;
mod related;

use crate::error::{Error, Result};
use crate::input::{self, Named};
use crate::model::{Digest, Draft, Source};

use super::report::{Found, Job, Report, Sink};

/// The longest text that is read as one post.
const MAX_SIZE: u64 = 16 << 20;

/// Reads each stream as one post.
///
/// Errors: the only stream cannot be read, is longer than a post can be, or holds nothing.
pub fn read(job: &Job, sink: &mut Sink) -> Result<Report> {
    let mut report = Report::default();
    for stream in job.streams {
        job.events.check()?;
        match one(stream, job.options.encoding.as_deref(), &mut report) {
            Ok((digest, draft)) => {
                report.found += 1;
                sink(Found::Original(stream, digest))?;
                sink(Found::Draft(Box::new(draft)))?;
            }
            Err(error) if job.streams.len() > 1 => report.unreadable(stream, &error),
            Err(error) => return Err(error),
        }
    }
    Ok(report)
}

/// Returns the post that a text is; none when there is no text in it. `name` is that of its file.
pub fn draft(bytes: &[u8], name: &str) -> Option<Draft> {
    let (text, _) = input::decode(bytes, None);
    (!text.trim().is_empty()).then(|| post::understand(&text, stem(name)))
}

fn one(stream: &Named, told: Option<&str>, report: &mut Report) -> Result<(Digest, Draft)> {
    let bytes = stream.read(MAX_SIZE)?;
    let digest = Digest::of(&bytes);
    let (text, encoding) = input::decode(&bytes, told);
    if text.trim().is_empty() {
        return Err(Error::input(&stream.shown, "there is no text in it").with_hint("copy or download it again"));
    }
    if encoding != "UTF-8" {
        report.notes.push(format!("{}: read as {encoding}", stream.name));
    }
    let mut draft = post::understand(&text, stem(&stream.name));
    let sha256 = Some(digest.clone());
    draft.source = Source { kind: "text".into(), uri: stream.name.clone(), sha256, ..Source::default() };
    Ok((digest, draft))
}

/// Returns a file's name without folders and ending.
fn stem(name: &str) -> &str {
    let name = name.rsplit('/').next().unwrap_or(name);
    let name = name.strip_suffix(".gz").unwrap_or(name);
    name.rsplit_once('.').map_or(name, |(stem, _)| if stem.is_empty() { name } else { stem })
}

/// Notes how a field was inferred.
fn guess(draft: &mut Draft, field: &'static str, how: &str) {
    draft.guessed.insert(field, how.to_string());
}
