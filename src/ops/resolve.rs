//! The end of a run: links between posts that are both kept are tied together, then the run is closed.

use url::Url;

use crate::error::Result;
use crate::model::{Link, LinkKind, Post, PostId};
use crate::store::{Summary, Writer};

/// Ties links to their posts and ends the run.
pub fn close(mut writer: Writer, interrupted: bool) -> Result<Summary> {
    if !interrupted && writer.has_news() {
        resolve(&mut writer)?;
    }
    writer.finish(interrupted)
}

/// Gives each link inside the blog, and each related title, the id of the post it leads to.
pub(super) fn resolve(writer: &mut Writer) -> Result<()> {
    let mut ids: Vec<PostId> = writer.entries().map(|e| e.id.clone()).collect();
    ids.sort();
    for id in ids {
        let Some(post) = writer.read(&id)? else { continue };
        let targets: Vec<Option<String>> = post.links.iter().map(|l| target(writer, l)).collect();
        let news = post.links.iter().zip(&targets).any(|(l, t)| l.target != *t);
        if news {
            writer.amend(&id, |p| p.links.iter_mut().zip(targets).for_each(|(l, t)| l.target = t))?;
        }
    }
    Ok(())
}

/// Gives the links of a post that is about to be kept the targets that are known by now: a post read again is then as
/// it was left.
pub(super) fn tie(writer: &Writer, post: &mut Post) {
    post.links.iter_mut().for_each(|l| l.target = target(writer, l));
}

fn target(writer: &Writer, link: &Link) -> Option<String> {
    let found = match (&link.url, link.kind) {
        (Some(url), LinkKind::Internal | LinkKind::External | LinkKind::Related) => {
            writer.find(url).or_else(|| by_name_query(writer, url))
        }
        (None, LinkKind::Related) => writer.find_title(&link.text),
        _ => None,
    };
    found.map(|e| e.id.to_string())
}

/// WordPress also answers at `/?name=SLUG`.
fn by_name_query(writer: &Writer, url: &str) -> Option<crate::store::Entry> {
    let url = Url::parse(url).ok()?;
    let (_, slug) = url.query_pairs().find(|(k, _)| k == "name" || k == "pagename")?;
    let host = url.host_str()?;
    writer.find_slug(host, &slug)
}
