//! The end of a run: links between posts that are both kept are tied together, then the run is closed.

use crate::error::Result;
use crate::model::{Link, Post};
use crate::store::{Summary, Writer};

/// Posts looked at together.
const CHUNK: usize = 256;

/// Ties links to their posts and ends the run.
pub fn close(mut writer: Writer, interrupted: bool) -> Result<Summary> {
    if !interrupted && writer.has_news() {
        resolve(&mut writer)?;
    }
    writer.finish(interrupted)
}

/// Gives each link inside the blog, and each related title, the id of the post it leads to.
pub(super) fn resolve(writer: &mut Writer) -> Result<()> {
    writer.answered().chunks(CHUNK).try_for_each(|ids| writer.tie(ids))
}

/// Gives the links of a post that is about to be kept the targets that are known by now: a post read again is then as
/// it was left.
pub(super) fn tie(writer: &Writer, post: &mut Post) {
    post.links.iter_mut().for_each(|l| l.target = target(writer, l));
}

fn target(writer: &Writer, link: &Link) -> Option<String> {
    writer.target(link).map(|id| id.to_string())
}
