//! From a draft to a post: the passes over the body, identity, and where each value came from.

use std::collections::BTreeMap;

use url::Url;

use crate::html;
use crate::model::{Certainty, Draft, Field, Kind, LinkKind, Post, Rejected, SCHEMA, Source, identify, sort_comments};

/// Makes the post that a draft describes. `archive` is the archive's name, `site` the blog's root address.
pub fn refine(draft: Draft, archive: &str, site: Option<&Url>) -> Post {
    let mut post = unhashed(draft, archive, site);
    post.content_hash = post.hash_content();
    post
}

/// As [`refine`], without the hash of the content: for a store that ties its links first and takes the hash then.
pub(super) fn unhashed(draft: Draft, archive: &str, site: Option<&Url>) -> Post {
    let base = draft.base.as_deref().or(draft.url.as_deref()).and_then(|u| Url::parse(u).ok());
    let body = html::body(&draft.body, base.as_ref(), site);
    join(draft, body, archive)
}

/// Makes the post of a draft whose body went through the passes already.
pub(super) fn assemble(draft: Draft, body: html::Body, archive: &str) -> Post {
    let mut post = join(draft, body, archive);
    post.content_hash = post.hash_content();
    post
}

fn join(draft: Draft, body: html::Body, archive: &str) -> Post {
    let id = identify(&draft, archive);
    let mut media = body.media;
    for medium in draft.media {
        match media.iter_mut().find(|m| m.url == medium.url) {
            Some(known) => {
                known.alt = known.alt.take().or(medium.alt);
                known.role = medium.role;
            }
            None => media.push(medium),
        }
    }
    let related = draft.links.iter().any(|l| l.kind == LinkKind::Related);
    let mut aliases = draft.aliases;
    aliases.extend(draft.key);
    aliases.retain(|a| Some(a) != draft.url.as_ref());
    aliases.sort();
    aliases.dedup();
    let stamp = draft.updated.as_ref().and_then(|d| d.instant);
    let source = Source { updated: stamp, ..draft.source };
    let mut post = Post {
        schema: SCHEMA,
        id,
        url: draft.url,
        aliases,
        kind: draft.kind,
        status: draft.status,
        title: fold(&draft.title),
        authors: draft.authors,
        published: draft.published,
        updated: draft.updated,
        language: draft.language,
        series: draft.series,
        tags: draft.tags,
        categories: draft.categories,
        excerpt: draft.excerpt,
        html: body.html,
        text: body.text,
        captions: draft.captions.into_iter().chain(body.captions).collect(),
        links: body.links.into_iter().chain(draft.links).collect(),
        media,
        comments: draft.comments,
        enclosures: draft.enclosures,
        extra: draft.extra,
        ..Post::default()
    };
    sort_comments(&mut post.comments);
    post.fields = provenance(&post, &source.kind, &draft.guessed, &draft.told);
    if related && let Some(how) = draft.guessed.get("links") {
        let field = Field {
            source: source.kind.clone(),
            certainty: Certainty::Guessed,
            how: how.clone(),
            also: Vec::new(),
            rejected: Vec::new(),
        };
        post.fields.insert("links".into(), field);
    }
    post.sources = vec![source];
    post
}

/// Sources that name every tag and category of a post: where they name none, there is none, whatever a feed says that
/// does not tell the two apart.
const LISTS_TERMS: [&str; 9] =
    ["wxr", "rest", "wpcom", "ghost", "blogger", "blogger-api", "tumblr", "tumblr-api", "dotclear"];

/// Returns a line for each field that has a value, or is known to have none.
fn provenance(
    post: &Post,
    source: &str,
    guessed: &BTreeMap<&'static str, String>,
    told: &BTreeMap<&'static str, (String, Vec<Rejected>)>,
) -> BTreeMap<String, Field> {
    let lists_terms = post.kind == Kind::Post && LISTS_TERMS.contains(&source);
    let present = [
        ("url", post.url.is_some()),
        ("aliases", !post.aliases.is_empty()),
        ("kind", true),
        ("status", true),
        ("title", !post.title.is_empty()),
        ("authors", !post.authors.is_empty()),
        ("published", post.published.is_some()),
        ("updated", post.updated.is_some()),
        ("language", post.language.is_some()),
        ("series", post.series.is_some()),
        ("tags", !post.tags.is_empty() || lists_terms),
        ("categories", !post.categories.is_empty() || lists_terms),
        ("excerpt", post.excerpt.is_some()),
        ("html", true),
        ("text", !post.text.is_empty()),
        ("captions", !post.captions.is_empty()),
        ("links", !post.links.is_empty()),
        ("media", !post.media.is_empty()),
        ("comments", !post.comments.is_empty()),
        ("enclosures", !post.enclosures.is_empty()),
    ];
    let field = |name: &str| {
        let how = guessed.get(name);
        let certainty = if how.is_some() { Certainty::Guessed } else { Certainty::Stated };
        let (place, rejected) = told.get(name).cloned().unwrap_or_default();
        Field { source: source.to_string(), certainty, how: how.cloned().unwrap_or(place), also: Vec::new(), rejected }
    };
    present.into_iter().filter(|(_, there)| *there).map(|(name, _)| (name.to_string(), field(name))).collect()
}

fn fold(title: &str) -> String {
    title.split_whitespace().collect::<Vec<_>>().join(" ")
}
