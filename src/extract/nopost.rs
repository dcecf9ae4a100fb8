//! Pages that hold no post, told by what they say of themselves: errors, searches, logins, lists of links. It knows no
//! field of a post.

use std::sync::LazyLock;

use regex::Regex;
use scraper::Html;
use url::Url;

use super::facts::Facts;
use super::outline::{Outline, Part};
use crate::html::walk;

/// A page that is no post: classes of its body, words of its title, and how much text of its own it has at the most.
struct Sign {
    why: &'static str,
    classes: &'static [&'static str],
    title: &'static str,
    most: usize,
}

const SIGNS: [Sign; 4] = [
    Sign {
        why: "an error page: there is nothing at this address",
        classes: &["error404", "error-404", "page-404", "not-found"],
        title: r"(?i)^(?:error:? |fehler:? |erreur:? )?404\b|\b404 (?:error|not found)|\b(?:page|seite|página|post|file) (?:was |could |konnte |wurde )?(?:not (?:be )?found|nicht gefunden|no encontrada)|page introuvable|^nothing found|^(?:object )?not found\b",
        most: 900,
    },
    Sign {
        why: "the results of a search",
        classes: &["search-results", "search-no-results"],
        title: r"(?i)^search results\b|\bsearch results (?:for|of)\b|^you searched for\b|^suchergebnisse?\b|^résultats de (?:la )?recherche|^resultados de (?:la )?búsqueda",
        most: usize::MAX,
    },
    Sign {
        why: "a parked domain: its name is for sale",
        classes: &["parked-domain", "domain-parking"],
        title: r"(?i)\b(?:domain|website|site)(?: name)? (?:is|may be) for sale\b|\bbuy this domain\b|\bdomain (?:is )?parked\b|\bparked domain\b|\bdomain steht zum verkauf\b",
        most: 900,
    },
    Sign {
        why: "a form to log in",
        classes: &["login", "login-action-login"],
        title: r"(?i)\b(?:log ?in|sign ?in|anmelden|anmeldung|connexion|iniciar sesión)\b",
        most: 600,
    },
];

static TITLES: LazyLock<Vec<Option<Regex>>> =
    LazyLock::new(|| SIGNS.iter().map(|s| Regex::new(s.title).ok()).collect());

/// Returns why a page holds no post, where it says so.
pub(super) fn reason(tree: &Html, outline: &Outline, facts: &Facts, url: Option<&Url>) -> Option<&'static str> {
    let all = outline.items.first()?;
    if all.text == 0 && all.pictures == 0 {
        return Some("the page is empty");
    }
    let own: usize =
        outline.items.iter().filter(|i| i.part == Part::Post).map(|i| i.inline.saturating_sub(i.inline_link)).sum();
    let single = facts.meta_value("og:type") == Some("article") || facts.articles() > 0 || is_single(outline);
    let body = outline.items.iter().find(|i| &*i.name == "body");
    for (at, sign) in SIGNS.iter().enumerate() {
        let classed = body.is_some_and(|i| i.named(sign.classes).is_some());
        let title = TITLES.get(at).and_then(Option::as_ref);
        let said = || title.is_some_and(|r| r.is_match(&facts.title)) && own < sign.most && !single;
        let form = || at < SIGNS.len() - 1 || has_password(tree);
        if (classed || said()) && form() {
            return Some(sign.why);
        }
    }
    if own < 300 && !single && sends_on(facts, url) {
        return Some("the page has moved: it sends its readers on");
    }
    if url.is_some_and(asks) && !single {
        return Some("the results of a search");
    }
    let links = outline.items.iter().filter(|i| &*i.name == "a" && i.part != Part::Foreign && i.text > 0).count();
    let bare = own < 60 && links >= 20 && all.link * 10 > all.text * 9 && all.pictures < 3;
    (bare && !single).then_some("a list of links and nothing else")
}

/// Returns whether a page calls itself that of one post.
pub(super) fn is_single(outline: &Outline) -> bool {
    let body = outline.items.iter().find(|i| &*i.name == "body");
    body.is_some_and(|i| i.named(&["single", "single-post", "singular", "post-template", "item-page"]).is_some())
}

/// Returns whether a page sends its readers to another one. Some only load themselves again.
fn sends_on(facts: &Facts, url: Option<&Url>) -> bool {
    let given = facts.meta_value("refresh").unwrap_or_default().to_ascii_lowercase();
    let Some((_, to)) = given.split_once("url=") else { return false };
    let to = to.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\''));
    let same = url.is_some_and(|u| u.join(to).is_ok_and(|to| to.as_str().eq_ignore_ascii_case(u.as_str())));
    !to.is_empty() && !same
}

/// Returns whether an address asks for what holds certain words.
fn asks(url: &Url) -> bool {
    let path = url.path();
    url.query_pairs().any(|(name, value)| match &*name {
        "s" => matches!(path, "/" | "" | "/index.php") && !value.is_empty(),
        "q" | "query" | "search" => path.contains("search") && !value.is_empty(),
        _ => false,
    })
}

fn has_password(tree: &Html) -> bool {
    let is = |n: ego_tree::NodeRef<'_, scraper::Node>| {
        walk::name(&n) == "input" && walk::attr(&n, "type").is_some_and(|t| t.eq_ignore_ascii_case("password"))
    };
    tree.tree.root().descendants().any(is)
}
