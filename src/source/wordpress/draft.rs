//! From the API's shapes to the model.

use serde_json::{Map, Value};
use url::Url;

use super::discover::Blog;
use super::rest::{RestComment, RestPost, moment};
use super::tables::Tables;
use super::{Held, gap_word};
use crate::html;
use crate::model::{Author, Comment, CommentKind, Date, Draft, Gap, Kind, Media, Reason, Source, Status};

/// What the API says of a post beyond the model, kept in `extra` as it is.
const EXTRA: [&str; 8] =
    ["slug", "sticky", "format", "template", "menu_order", "parent", "comment_status", "ping_status"];

/// Returns the gap that a post leaves which only shows itself to those who know a password.
pub(super) fn protected(post: &RestPost, kind: Kind) -> Gap {
    Gap {
        url: html::unescape(&post.link),
        what: gap_word(kind).into(),
        reason: Reason::Protected,
        detail: "needs a password".into(),
        post: None,
    }
}

/// Returns the draft of a post.
pub(super) fn draft(post: &RestPost, page: &Held, blog: &Blog, tables: &Tables, comments: Vec<Comment>) -> Draft {
    let link = Some(html::unescape(&post.link)).filter(|l| !l.is_empty());
    let mut aliases = vec![blog.short_link(page.kind, post.id)];
    aliases.extend(Some(html::unescape(&post.guid.rendered)).filter(|g| !g.is_empty()));
    aliases.dedup();
    let updated = Date::from_local_and_utc(moment(&post.modified), moment(&post.modified_gmt));
    let feature = tables.medium(post.featured_media).filter(|m| !m.url.is_empty());
    let media =
        feature.map(|m| Media { url: m.url.clone(), alt: m.alt.clone(), role: "featured".into(), ..Media::default() });
    let mut draft = Draft {
        source: Source {
            kind: "rest".into(),
            uri: page.uri.clone(),
            sha256: Some(page.sha256.clone()),
            updated: updated.as_ref().and_then(|d| d.instant),
            captured: None,
        },
        key: Some(blog.post_key(post.id)),
        base: link.clone(),
        url: link,
        aliases,
        kind: page.kind,
        status: status(&post.status),
        title: title(post),
        authors: author(post, tables).into_iter().collect(),
        published: Date::from_local_and_utc(moment(&post.date), moment(&post.date_gmt)),
        updated,
        tags: tables.terms(&post.tags),
        categories: tables.terms(&post.categories),
        excerpt: excerpt(&post.excerpt.rendered, &post.content.rendered),
        body: post.content.rendered.clone(),
        media: media.into_iter().collect(),
        comments,
        extra: extra(post),
        ..Draft::default()
    };
    if let (Some(feature), Some(Value::Object(rest))) = (feature, draft.extra.get_mut("rest"))
        && !feature.caption.is_empty()
    {
        // Shown by some designs, by most not: no caption of the text.
        rest.insert("featured_caption".into(), feature.caption.clone().into());
    }
    draft
}

fn author(post: &RestPost, tables: &Tables) -> Option<Author> {
    let named = |name: &str| Author { name: html::plain_text(name), ..Author::default() };
    let embedded = post.embedded.author.first().map(|a| a.name.as_str());
    let told = embedded.into_iter().chain([post.yoast_head_json.author.as_str()]).find(|n| !n.is_empty());
    tables.author(post.author).cloned().or_else(|| told.map(named))
}

fn status(word: &str) -> Status {
    match word {
        "draft" | "auto-draft" => Status::Draft,
        "pending" => Status::Pending,
        "future" => Status::Scheduled,
        "private" => Status::Private,
        "trash" => Status::Trash,
        _ => Status::Published,
    }
}

fn extra(post: &RestPost) -> Map<String, Value> {
    let mut rest = Map::from_iter([("id".to_string(), Value::from(post.id))]);
    for name in EXTRA {
        if let Some(value) = post.other.get(name).filter(|v| !v.is_null() && !v.is_f64()) {
            rest.insert(name.to_string(), value.clone());
        }
    }
    Map::from_iter([("rest".to_string(), Value::Object(rest))])
}

/// Returns the summary that its author wrote. WordPress makes one up from the first words of the text where there is
/// none, leaving out what it thinks is no text; that says nothing the text does not say.
fn excerpt(rendered: &str, content: &str) -> Option<String> {
    let text = html::plain_text(rendered);
    let made_up = rendered.contains("more-link") || text.ends_with("[…]") || text.ends_with('…');
    if text.is_empty() || made_up {
        return None;
    }
    // Blocks that touch are two words.
    let content = html::plain_text(&content.replace("><", "> <"));
    let mut words = letters(&content);
    let left_out_only = letters(&text).all(|word| words.any(|w| w == word));
    (!left_out_only).then_some(text)
}

/// Returns the words of a text, less their punctuation.
fn letters(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty())
}

/// Returns the title. A design's word for none is none: a post that was called so would have it in its address.
fn title(post: &RestPost) -> String {
    let title = html::plain_text(&post.title.rendered);
    let slug = post.other.get("slug").and_then(Value::as_str).unwrap_or_default();
    let placeholder = title == "Untitled" && !slug.starts_with("untitled");
    if placeholder { String::new() } else { title }
}

/// Returns a comment. Its markup goes through the same passes as a body: it is the most hostile of all.
pub(super) fn comment(comment: &RestComment, blog: &Blog) -> Comment {
    let site = blog.site.url.as_deref().and_then(|u| Url::parse(u).ok());
    let body = html::body(&comment.content.rendered, site.as_ref(), site.as_ref());
    let web = |u: &String| Url::parse(u).is_ok_and(|u| matches!(u.scheme(), "http" | "https"));
    Comment {
        id: comment.id.to_string(),
        parent: (comment.parent != 0).then(|| comment.parent.to_string()),
        kind: match comment.kind.as_str() {
            "pingback" => CommentKind::Pingback,
            "trackback" => CommentKind::Trackback,
            _ => CommentKind::Comment,
        },
        author: html::plain_text(&comment.author_name),
        url: Some(html::unescape(&comment.author_url)).filter(web),
        published: Date::from_local_and_utc(moment(&comment.date), moment(&comment.date_gmt)),
        html: body.html,
        text: body.text,
        status: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_made_up_from_the_text_is_none() {
        let body = "<p>One two <b>three</b> four five.</p>";
        assert_eq!(excerpt("<p>One two three [&hellip;]</p>\n", body), None);
        assert_eq!(excerpt("<p>One two&hellip; <a class=\"more-link\" href=\"/\">Continue</a></p>", body), None);
        assert_eq!(excerpt("<p>One two three four five.</p>", body), None);
        assert_eq!(excerpt("<p>In short: five &amp; more.</p>", body), Some("In short: five & more.".into()));
        assert_eq!(excerpt("", body), None);
        let gallery = "<p>One two</p><figure><figcaption>A bee</figcaption></figure><p>three.</p>";
        assert_eq!(excerpt("<p>One two three.</p>", gallery), None, "what WordPress leaves out may stand between");
    }
}
