//! An earlier text put back: a statement like that of a source, which stands until the blog itself changes the post.

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::{Error, Result};
use crate::model::{Clock, Field, Post, Source};
use crate::store::{Kept, Opening, Summary, Writer};

/// What an earlier text gives back, by the field that leads each decision.
const FIELDS: [&str; 8] = ["title", "authors", "published", "series", "tags", "categories", "html", "enclosures"];

/// Puts an earlier text of a kept post back; `from` names its file. What stands becomes a version. Returns nothing where
/// the two say the same.
///
/// Errors: the post is not kept; those of the store.
pub fn revert(root: &Path, earlier: &Post, from: &str, clock: Clock) -> Result<Option<Summary>> {
    let name = root.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let opening = Opening { name, site: Default::default(), command: "revert", source: None };
    let mut writer = Writer::open(root, opening, clock)?;
    let current = writer.read(&earlier.id)?;
    let current = current.ok_or_else(|| Error::archive(root, format!("no post {} in it", earlier.id)))?;
    let fields = differing(&current, earlier);
    if fields.is_empty() {
        return Ok(None);
    }
    // As new as the newest that is known: what its publisher changes later wins again.
    let updated = current.sources.iter().filter_map(|s| s.updated).max();
    let source = Source { kind: "reverted".into(), uri: from.into(), updated, ..Source::default() };
    let statement = Post {
        fields,
        sources: vec![source],
        comments: Vec::new(),
        extra: Default::default(),
        other: Default::default(),
        ..earlier.clone()
    };
    match writer.keep(statement)? {
        Kept::Unchanged => Ok(None),
        _ => writer.finish(false).map(Some),
    }
}

fn differing(current: &Post, earlier: &Post) -> BTreeMap<String, Field> {
    let (Ok(a), Ok(b)) = (serde_json::to_value(current), serde_json::to_value(earlier)) else { return BTreeMap::new() };
    let field = || Field { source: "reverted".into(), how: "an earlier text put back".into(), ..Field::default() };
    FIELDS.iter().filter(|name| a[**name] != b[**name]).map(|name| (name.to_string(), field())).collect()
}
