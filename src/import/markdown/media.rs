//! Pictures and files that lie in the tree: found where generators look for them, and tied to the posts that show them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::{Captures, Regex};
use url::Url;

use crate::html;
use crate::import::parts::percent_decoded;
use crate::input::Named;
use crate::model::Draft;

/// Folders whose content is served at the root.
const ROOTS: [&str; 8] = ["static", "public", "assets", "source", "content", "src", "images", "files"];

/// Endings of what is shown or handed out beside a text.
const KINDS: [&str; 23] = [
    "jpg", "jpeg", "jpe", "png", "gif", "webp", "avif", "svg", "bmp", "tif", "tiff", "mp3", "m4a", "ogg", "oga", "wav",
    "flac", "mp4", "m4v", "webm", "mov", "pdf", "epub",
];

/// The files of a tree by their paths.
pub struct Files<'a> {
    by_name: BTreeMap<&'a str, &'a Named>,
}

impl<'a> Files<'a> {
    pub fn of(streams: &'a [Named]) -> Files<'a> {
        let kept = streams.iter().filter(|s| is_media(&s.name));
        Files { by_name: kept.map(|s| (s.name.as_str(), s)).collect() }
    }

    /// Finds what a post shows. Where the post's own address is not known, its body names the files by their paths in the
    /// tree then, so that two posts may have pictures of one name.
    pub fn tie(&self, draft: &mut Draft, post: &str) -> Vec<(String, &'a Named)> {
        static ADDRESS: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r#"\b(src|href)="([^"]+)""#).expect("a fixed pattern"));
        if self.by_name.is_empty() {
            return Vec::new();
        }
        let base = draft.base.as_deref().or(draft.url.as_deref()).and_then(|u| Url::parse(u).ok());
        let mut found: Vec<(String, &'a Named)> = Vec::new();
        let origin = base.as_ref().map(|b| b.origin().ascii_serialization());
        let mut place = |address: &str| {
            // An address of the blog itself leads into the tree too.
            let own = origin.as_ref().and_then(|o| address.strip_prefix(o.as_str())).filter(|p| p.starts_with('/'));
            let stream = self.find(own.unwrap_or(address), post)?;
            let place = match &base {
                Some(base) => base.join(address).ok()?.to_string(),
                None => stream.name.clone(),
            };
            if !found.iter().any(|(p, _)| *p == place) {
                found.push((place.clone(), stream));
            }
            Some(place)
        };
        let body = ADDRESS.replace_all(&draft.body, |c: &Captures| {
            let group = |i: usize| c.get(i).map(|m| m.as_str()).unwrap_or_default();
            match place(&html::unescape(group(2))) {
                Some(place) => format!("{}=\"{}\"", group(1), place.replace('&', "&amp;").replace('"', "&quot;")),
                None => group(0).to_string(),
            }
        });
        draft.body = body.into_owned();
        for medium in &mut draft.media {
            if let Some(place) = place(&medium.url) {
                draft
                    .captions
                    .iter_mut()
                    .filter(|c| c.src.as_ref() == Some(&medium.url))
                    .for_each(|c| c.src = Some(place.clone()));
                medium.url = place;
            }
        }
        found
    }

    /// Returns the file behind an address: beside the post, in its folder of files, or where the root is.
    fn find(&self, address: &str, post: &str) -> Option<&'a Named> {
        let address = address.split(['?', '#']).next()?;
        let address = ["{static}", "{attach}", "{filename}", "|static|", "|filename|"]
            .iter()
            .find_map(|p| address.strip_prefix(p))
            .unwrap_or(address);
        if address.is_empty() || address.starts_with("//") || address.contains(':') || !is_media(address) {
            return None;
        }
        let decoded = percent_decoded(address);
        let parts: Vec<&str> = post.split('/').collect();
        let folder = parts.get(..parts.len().saturating_sub(1)).unwrap_or_default();
        let stem = post.rsplit_once('.').map_or(post, |(s, _)| s);
        let beside = [folder.join("/"), stem.to_string()];
        let beside = beside.iter().filter(|_| !address.starts_with('/')).filter_map(|f| resolved(f, &decoded));
        // The root may lie in any of the folders above.
        let roots = (0..=folder.len()).rev().flat_map(|n| {
            let above = folder.get(..n).unwrap_or_default().join("/");
            let own = std::iter::once(above.clone());
            own.chain(ROOTS.iter().map(move |r| if above.is_empty() { r.to_string() } else { format!("{above}/{r}") }))
        });
        let rooted = roots.filter_map(|r| resolved(&r, decoded.trim_start_matches('/')));
        beside.chain(rooted).find_map(|path| self.by_name.get(path.as_str()).copied())
    }
}

/// Returns whether a name is that of something shown or handed out beside a text.
pub fn is_media(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, e)| KINDS.contains(&e.to_ascii_lowercase().as_str()))
}

/// Resolves `.` and `..`; none of what leads out of the tree.
pub fn resolved(folder: &str, address: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|p| !p.is_empty()).collect();
    for part in address.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_stay_inside_the_tree() {
        assert_eq!(resolved("a/b", "../c.png").as_deref(), Some("a/c.png"));
        assert_eq!(resolved("a", "../../c.png"), None);
    }
}
