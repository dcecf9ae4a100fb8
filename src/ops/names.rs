//! Whose name is whose.

use crate::model::{Post, platform_key};
use crate::store::Writer;

/// Takes away names that already belong to another post of the same blog: a copied post keeps its original's guid.
pub(super) fn disown(writer: &Writer, post: &mut Post) {
    let Some(key) = post.aliases.iter().find(|a| platform_key(a).is_some()).cloned() else { return };
    post.aliases.retain(|alias| !writer.is_another(alias, &key));
}
