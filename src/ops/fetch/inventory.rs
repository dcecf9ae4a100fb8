//! Every post that any source names, with the evidence. It knows neither network nor disk.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::model::{Draft, normalise_url};
use crate::source::Named;

/// What is said of one post.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Evidence {
    /// Its address as it was named first.
    pub name: String,
    /// The ways that name it.
    pub ways: BTreeSet<&'static str>,
    /// When it was published, as far as somebody says.
    pub published: Option<String>,
}

/// All posts that were named, by normalised address or key.
#[derive(Debug, Default)]
pub struct Inventory {
    named: BTreeMap<String, Evidence>,
    /// The ways that named all posts there are.
    whole: BTreeSet<&'static str>,
}

impl Inventory {
    pub fn add(&mut self, way: &'static str, named: &Named) {
        self.put(way, &named.name, named.published.clone());
    }

    /// A post that came with its text is named by it, by each of its names.
    pub fn add_draft(&mut self, way: &'static str, draft: &Draft) {
        let date = draft.published.as_ref().map(|d| d.text.clone());
        for name in draft.url.iter().chain(&draft.key) {
            self.put(way, name, date.clone());
        }
    }

    fn put(&mut self, way: &'static str, name: &str, published: Option<String>) {
        let evidence = self
            .named
            .entry(normalise_url(name))
            .or_insert_with(|| Evidence { name: name.to_string(), ..Evidence::default() });
        evidence.ways.insert(way);
        evidence.published = evidence.published.take().or(published);
    }

    pub fn close(&mut self, way: &'static str) {
        self.whole.insert(way);
    }

    /// Returns whether a way named all posts there are.
    pub fn is_whole(&self, way: &str) -> bool {
        self.whole.contains(way)
    }

    pub fn any_whole(&self) -> bool {
        !self.whole.is_empty()
    }

    /// Returns whether a post is named by any of its names.
    pub fn names<'a>(&self, names: impl Iterator<Item = &'a str>) -> bool {
        names.into_iter().any(|n| self.named.contains_key(&normalise_url(n)))
    }

    pub fn all(&self) -> impl Iterator<Item = &Evidence> {
        self.named.values()
    }

    pub fn len(&self) -> usize {
        self.named.len()
    }

    pub fn is_empty(&self) -> bool {
        self.named.is_empty()
    }
}
