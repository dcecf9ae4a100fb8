//! Whose name is whose.

use crate::model::Post;
use crate::store::Writer;

/// Takes away names that already belong to another post of the same blog: a copied post keeps its original's guid.
pub(super) fn disown(writer: &Writer, post: &mut Post) {
    let Some(key) = post.aliases.iter().find(|a| is_key(a)).cloned() else { return };
    let Some((blog, _)) = key.rsplit_once(':') else { return };
    let foreign = |alias: &String| {
        let Some(entry) = writer.find(alias) else { return false };
        let mut keys = entry.aliases.iter().filter(|a| is_key(a) && a.starts_with(blog)).peekable();
        keys.peek().is_some() && keys.all(|k| *k != key)
    };
    post.aliases.retain(|alias| !foreign(alias));
}

fn is_key(alias: &str) -> bool {
    alias.starts_with("wordpress:")
}
