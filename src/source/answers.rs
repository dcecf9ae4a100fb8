//! Answers of platforms, read by the readers of their formats: what is met on the web and what lies in a file go through
//! the same reader.

use url::Url;

use crate::error::{Error, Result};
use crate::event::Events;
use crate::import::{FORMATS, Found, Job, Options};
use crate::input::Named;
use crate::model::{Capture, Comment, Draft, Gap, Site};

/// What a reader made of an answer.
#[derive(Debug, Default)]
pub struct Made {
    pub site: Option<Site>,
    pub drafts: Vec<Draft>,
    /// Comments apart from their posts, each with the key of its post.
    pub comments: Vec<(String, Comment)>,
    pub notes: Vec<String>,
    pub gaps: Vec<Gap>,
}

/// Reads an answer as a format, by its kind. The drafts name the answer as their source.
///
/// # Errors
/// [`Error::Input`] when the answer is not of the format.
pub fn read(kind: &str, capture: &Capture, site: Option<&Url>) -> Result<Made> {
    read_as(kind, capture, capture.payload(), site)
}

/// As [`read`], of bytes that were made of the answer.
pub fn read_as(kind: &str, capture: &Capture, bytes: &[u8], site: Option<&Url>) -> Result<Made> {
    let url = capture.url.as_str();
    let format = FORMATS.iter().find(|f| f.kind == kind).and_then(|f| f.read);
    let Some(reader) = format else { return Err(Error::input(url, format!("no reader of {kind}"))) };
    let streams = [Named::held(url, bytes)];
    let events = Events::silent();
    let job =
        Job { streams: &streams, events: &events, options: Options { site: site.cloned(), ..Options::default() } };
    let mut made = Made::default();
    let report = reader(&job, &mut |found| {
        match found {
            Found::Site(site) => made.site = Some(site),
            Found::Draft(mut draft) => {
                draft.source.sha256 = Some(capture.digest());
                made.drafts.push(*draft);
            }
            Found::Original(..) | Found::File(_) | Found::Post(_) => {}
        }
        Ok(())
    })?;
    (made.notes, made.gaps) = (report.notes, report.gaps);
    Ok(made)
}
