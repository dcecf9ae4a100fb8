//! Addresses that the user names: one page, or a list of them. Nothing is looked for beyond them.

use serde_json::Value;
use url::Url;

use super::{Batch, Look, Named, Source, Step};
use crate::error::Result;
use crate::extract;
use crate::http::Answer;
use crate::model::Site;

/// Named pages. It asks nothing itself.
pub struct List {
    site: Site,
    pages: Vec<Url>,
    told: bool,
}

/// The page itself, if it is that of a post.
pub(super) fn probe(look: &mut Look) -> Result<Option<Box<dyn Source>>> {
    let text = extract::decode(look.page.payload(), look.page.header("content-type")).text;
    if look.text.is_empty() || extract::bare(&text, Some(&look.page.url)).posts.len() != 1 {
        return Ok(None);
    }
    Ok(Some(Box::new(List::new(vec![look.page.url.clone()], look.site.clone()))))
}

impl List {
    pub fn new(pages: Vec<Url>, site: Site) -> List {
        List { site, pages, told: false }
    }
}

impl Source for List {
    fn site(&self) -> &Site {
        &self.site
    }

    fn at(&self) -> String {
        match self.pages.as_slice() {
            [one] => one.to_string(),
            all => format!("{} addresses", all.len()),
        }
    }

    fn resume(&mut self, _memo: &Value) {}

    fn named(&mut self) -> Vec<Named> {
        if std::mem::replace(&mut self.told, true) {
            return Vec::new();
        }
        self.pages.iter().map(|p| Named::at(p.as_str())).collect()
    }

    fn next(&mut self) -> Option<Step> {
        None
    }

    fn read(&mut self, _answer: &Answer, _known: &dyn Fn(&str) -> bool) -> Result<Batch> {
        Ok(Batch::default())
    }

    fn covers(&self) -> bool {
        true
    }
}
