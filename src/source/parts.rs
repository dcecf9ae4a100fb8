//! A post that is spread over several pages: where the others are, and the parts put together in their order.

use std::collections::BTreeMap;

use scraper::Selector;
use url::Url;

use crate::html;
use crate::model::Draft;

/// Parts of one post that are asked for.
const MOST: u32 = 60;

/// Fields of a query that number the parts of a post.
const NUMBERED: [&str; 2] = ["page", "paged"];

/// Returns the addresses of the further parts of a post that its page links to, in order: its own address with a number
/// behind it (`/2007/04/post/2/`, `?p=7&page=2`). Parts in between that are not linked are there too.
pub fn further(text: &str, page: &Url) -> Vec<Url> {
    // Few pages have such a link: a tree is made for them alone.
    let own = format!("{}/2", page.path().trim_end_matches('/'));
    if ![own.as_str(), "page=2", "paged=2", "\"2/", "'2/", "=2/"].iter().any(|sign| text.contains(sign)) {
        return Vec::new();
    }
    let tree = html::parse_document(text);
    let Ok(links) = Selector::parse("a[href]") else { return Vec::new() };
    let mut parts: BTreeMap<u32, Url> = BTreeMap::new();
    for link in tree.select(&links).take(20_000) {
        let Some(url) = link.attr("href").and_then(|h| page.join(h.trim()).ok()) else { continue };
        if let Some((number, url)) = numbered(url, page) {
            parts.entry(number).or_insert(url);
        }
    }
    let (Some(first), Some(last)) = (parts.keys().next(), parts.keys().next_back().copied()) else { return Vec::new() };
    // A link to the ninth part alone is something else.
    if *first != 2 || last > MOST {
        return Vec::new();
    }
    let all = (2..=last).map(|n| parts.get(&n).cloned().or_else(|| renumbered(parts.get(&2)?, n)));
    all.map_while(|url| url).collect()
}

/// Returns which part of the post at `page` an address is of.
fn numbered(mut url: Url, page: &Url) -> Option<(u32, Url)> {
    url.set_fragment(None);
    if url.origin() != page.origin() {
        return None;
    }
    let plain = |n: &str| n.parse::<u32>().ok().filter(|n| *n >= 2 && n.to_string().len() <= 2);
    let (own, path) = (page.path().trim_end_matches('/'), url.path().trim_end_matches('/'));
    // The front page and those of months have pages of their own.
    let is_post = own.rsplit('/').next().is_some_and(|s| !s.is_empty() && !s.bytes().all(|b| b.is_ascii_digit()));
    if is_post && url.query() == page.query() {
        let number = plain(path.strip_prefix(own)?.strip_prefix('/')?)?;
        return Some((number, url));
    }
    let pairs = |u: &Url| u.query_pairs().map(|(k, v)| (k.into_owned(), v.into_owned())).collect::<Vec<_>>();
    let (before, mut after) = (pairs(page), pairs(&url));
    let at = after.iter().position(|(k, v)| NUMBERED.contains(&k.as_str()) && plain(v).is_some())?;
    let (_, number) = after.remove(at);
    let named = !before.is_empty() || is_post;
    (path == own && before == after && named).then(|| Some((plain(&number)?, url)))?
}

fn renumbered(second: &Url, number: u32) -> Option<Url> {
    let text = second.as_str();
    let at = text.rfind('2')?;
    let (before, after) = text.split_at_checked(at)?;
    Url::parse(&format!("{before}{number}{}", after.get(1..)?)).ok()
}

/// Returns whether an address ends as that of a further part does.
pub fn is_numbered(url: &Url) -> bool {
    let plain = |n: &str| n.parse::<u32>().is_ok_and(|n| (2..=MOST).contains(&n)) && !n.starts_with('0');
    match url.query() {
        None => url.path().trim_end_matches('/').rsplit('/').next().is_some_and(plain),
        Some(_) => url.query_pairs().any(|(k, v)| NUMBERED.contains(&k.as_ref()) && plain(&v)),
    }
}

/// Returns the address of the post that an address is a part of.
pub fn whole(part: &Url) -> Option<Url> {
    let mut url = part.clone();
    let rest: Vec<(String, String)> = part
        .query_pairs()
        .filter(|(k, _)| !NUMBERED.contains(&k.as_ref()))
        .map(|(k, v)| (k.into_owned(), v.into_owned()))
        .collect();
    if rest.len() < part.query_pairs().count() {
        url.set_query(None);
        if !rest.is_empty() {
            url.query_pairs_mut().extend_pairs(rest);
        }
        return Some(url);
    }
    let (folder, _) = part.path().trim_end_matches('/').rsplit_once('/')?;
    url.set_path(&format!("{folder}{}", if part.path().ends_with('/') { "/" } else { "" }));
    Some(url)
}

/// Adds a further part to a post. Where every number shows the same, there is nothing to add.
pub fn join(draft: &mut Draft, part: Draft) {
    if draft.body.contains(part.body.trim()) {
        return;
    }
    draft.body.push('\n');
    draft.body.push_str(&part.body);
    draft.captions.extend(part.captions);
    let known: Vec<Option<String>> = draft.links.iter().map(|l| l.url.clone()).collect();
    draft.links.extend(part.links.into_iter().filter(|l| !known.contains(&l.url)));
    let known: Vec<String> = draft.media.iter().map(|m| m.url.clone()).collect();
    draft.media.extend(part.media.into_iter().filter(|m| !known.contains(&m.url)));
    let known: Vec<String> = draft.comments.iter().map(|c| c.id.clone()).collect();
    draft.comments.extend(part.comments.into_iter().filter(|c| !known.contains(&c.id)));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(page: &str, links: &[&str]) -> Vec<String> {
        let text: String = links.iter().map(|l| format!("<a href='{l}'>x</a>")).collect();
        let page = Url::parse(page).unwrap();
        further(&text, &page).iter().map(|u| u.as_str().replace("http://a.example", "")).collect()
    }

    #[test]
    fn parts_are_the_own_address_with_a_number() {
        let page = "http://a.example/2007/04/post/";
        assert_eq!(of(page, &["2/", "/2007/04/post/3/#more"]), ["/2007/04/post/2/", "/2007/04/post/3/"]);
        assert_eq!(of(page, &["/2007/04/post/2/", "/2007/04/post/4/"])[1], "/2007/04/post/3/", "what lies between");
        assert_eq!(of("http://a.example/?p=7", &["/?p=7&page=2"]), ["/?p=7&page=2"]);
        assert_eq!(of("http://a.example/post.html", &["?page=2"]), ["/post.html?page=2"]);
    }

    #[test]
    fn other_pages_are_no_parts() {
        let page = "http://a.example/2007/04/post/";
        for other in [
            "/page/2/",
            "/2007/04/",
            "comment-page-2/",
            "/2007/04/post/2007/",
            "9/",
            "http://b.example/2007/04/post/2/",
        ] {
            assert!(of(page, &[other]).is_empty(), "{other}");
        }
        assert!(of("http://a.example/", &["/2/", "/?page=2", "/?paged=2"]).is_empty());
        assert!(of("http://a.example/2007/04/", &["/2007/04/02/", "/2007/04/2/"]).is_empty());
    }
}
