//! A tree as well-formed XHTML: no crate on the shelf writes it (attribute names and namespaces come out broken).

use scraper::Html;

/// Returns the tree as XHTML, without `html` and `body` around it.
pub fn xhtml(tree: &Html) -> String {
    tree.root_element().inner_html()
}
