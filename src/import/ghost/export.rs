//! The export as it stands in the file.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::import::json::{Loose, or_default};
use crate::import::parts;
use crate::model::{Term, slugify};

/// `{db: [{data}]}`, `{data}`, or the data itself.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct File {
    #[serde(deserialize_with = "or_default")]
    db: Vec<Whole>,
    #[serde(deserialize_with = "or_default")]
    data: Option<Data>,
    #[serde(flatten)]
    flat: Data,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Whole {
    #[serde(deserialize_with = "or_default")]
    data: Data,
}

impl File {
    /// Returns the data wherever it is.
    pub fn parts(self) -> Vec<Data> {
        let mut all: Vec<Data> = self.db.into_iter().map(|w| w.data).chain(self.data).collect();
        all.push(self.flat);
        all.retain(|d| !d.posts.is_empty() || !d.users.is_empty());
        all
    }
}

/// The tables of the database that say something of posts.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Data {
    #[serde(deserialize_with = "or_default")]
    pub posts: Vec<Post>,
    #[serde(deserialize_with = "or_default")]
    pub tags: Vec<Tag>,
    #[serde(deserialize_with = "or_default")]
    pub users: Vec<User>,
    #[serde(deserialize_with = "or_default")]
    pub posts_tags: Vec<PostTag>,
    #[serde(deserialize_with = "or_default")]
    pub posts_authors: Vec<PostAuthor>,
    #[serde(deserialize_with = "or_default")]
    pub posts_meta: Vec<Meta>,
    #[serde(deserialize_with = "or_default")]
    pub settings: Vec<Setting>,
    /// Counted, never read.
    #[serde(deserialize_with = "or_default")]
    pub subscribers: Vec<IgnoredAny>,
    #[serde(deserialize_with = "or_default")]
    pub members: Vec<IgnoredAny>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Post {
    pub id: Loose,
    pub uuid: Loose,
    pub title: Loose,
    pub slug: Loose,
    pub markdown: Loose,
    pub mobiledoc: Loose,
    pub lexical: Loose,
    pub html: Loose,
    pub plaintext: Loose,
    /// 0.x; `feature_image` after.
    pub image: Loose,
    pub feature_image: Loose,
    pub feature_image_alt: Loose,
    pub feature_image_caption: Loose,
    pub featured: Loose,
    /// Up to 2; `type` after.
    pub page: Loose,
    #[serde(rename = "type")]
    pub kind: Loose,
    pub status: Loose,
    pub visibility: Loose,
    pub language: Loose,
    pub locale: Loose,
    pub author_id: Loose,
    pub created_at: Loose,
    pub updated_at: Loose,
    pub published_at: Loose,
    pub custom_excerpt: Loose,
    pub canonical_url: Loose,
    pub meta_title: Loose,
    pub meta_description: Loose,
    pub email_only: Loose,
    /// Content API only.
    pub url: Loose,
    #[serde(deserialize_with = "or_default")]
    pub tags: Vec<Value>,
    #[serde(deserialize_with = "or_default")]
    pub authors: Vec<Value>,
    pub primary_author: Value,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Tag {
    pub id: Loose,
    pub name: Loose,
    pub slug: Loose,
}

impl Tag {
    pub fn term(&self) -> Option<Term> {
        let label = self.name.get()?.to_string();
        let slug = self.slug.get().map_or_else(|| slugify(&label), str::to_string);
        parts::terms([&label], "post_tag").into_iter().next().map(|t| Term { slug, ..t })
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct User {
    pub id: Loose,
    pub name: Loose,
    pub slug: Loose,
    pub website: Loose,
    /// Counted, never kept.
    pub email: Loose,
    pub password: Loose,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct PostTag {
    pub post_id: Loose,
    pub tag_id: Loose,
    pub sort_order: Loose,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct PostAuthor {
    pub post_id: Loose,
    pub author_id: Loose,
    pub sort_order: Loose,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Meta {
    pub post_id: Loose,
    pub feature_image_alt: Loose,
    pub feature_image_caption: Loose,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Setting {
    pub key: Loose,
    pub value: Loose,
}
