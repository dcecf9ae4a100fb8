//! Pages that show strangers a beginning only, or nothing: told by the notice that stands where the rest would be. It
//! knows no field of a post.

use scraper::Html;

use super::outline::{Item, Outline};
use crate::html::walk;

/// Classes and ids of the notices, each of one platform or plug-in, and what the page wants. Names that are common enough
/// to stand on a page anyone may read (`paywall`, `premium`) are none.
const SIGNS: [(&str, &str); 10] = [
    ("post-password-form", PASSWORD),
    ("gh-post-upgrade-cta", MEMBERS),
    ("jetpack-subscribe-paywall", MEMBERS),
    ("leaky_paywall_message", MEMBERS),
    ("leaky_paywall_message_wrap", MEMBERS),
    ("mepr-unauthorized-message", MEMBERS),
    ("pmpro_content_message", MEMBERS),
    ("swpm-post-not-logged-in-msg", MEMBERS),
    ("wc-memberships-content-restricted-message", MEMBERS),
    ("wc-memberships-restriction-message", MEMBERS),
];

const PASSWORD: &str = "needs a password";
const MEMBERS: &str = "for members; what strangers see is a beginning";

/// Where the form of a WordPress that gave it no class sends the password.
const ASKS: [&str; 2] = ["action=postpass", "wp-pass.php"];

/// Returns what a body that came without its page wants before it is whole.
pub fn wants(body: &str) -> Option<&'static str> {
    let mut words = SIGNS.iter().map(|(class, _)| *class).chain(ASKS);
    if words.any(|word| body.contains(word)) { super::page(body, None).wants } else { None }
}

/// Returns what a page wants before it shows the whole post.
pub(super) fn of(tree: &Html, outline: &Outline) -> Option<&'static str> {
    let sign = |class: &str| SIGNS.iter().find(|(name, _)| *name == class).map(|(_, wants)| *wants);
    let asks = |item: &Item| {
        let form = tree.tree.get(item.id).filter(|_| &*item.name == "form")?;
        let action = walk::attr(&form, "action")?;
        ASKS.iter().any(|a| action.contains(a)).then_some(PASSWORD)
    };
    outline.items.iter().find_map(|i| i.sig.split_ascii_whitespace().find_map(sign).or_else(|| asks(i)))
}

#[cfg(test)]
mod tests {
    use crate::extract;

    const BODY: &str =
        "<p>The tide tables of the old harbour begin in 1871, and nobody has copied them since then.</p>";

    fn wants(notice: &str) -> Option<&'static str> {
        let page =
            format!("<html><body><article><h1>Tides</h1><div class=entry-content>{BODY}{notice}</div></article>");
        let verdict = extract::page(&page, None);
        assert!(verdict.posts.iter().all(|r| r.cut == verdict.wants.is_some()));
        verdict.wants
    }

    #[test]
    fn a_notice_in_place_of_the_rest_is_seen() {
        assert_eq!(
            wants("<aside class='gh-post-upgrade-cta'><h2>For paying readers</h2></aside>"),
            Some(super::MEMBERS)
        );
        assert_eq!(
            wants("<form class='post-password-form' method=post><input type=password></form>"),
            Some(super::PASSWORD)
        );
        assert_eq!(
            wants("<form action='/wp-pass.php' method=post><input type=password></form>"),
            Some(super::PASSWORD)
        );
    }

    #[test]
    fn a_page_for_everyone_wants_nothing() {
        assert_eq!(wants(""), None);
        assert_eq!(
            wants("<style>.gh-post-upgrade-cta { color: red }</style><p>About the class post-password-form.</p>"),
            None
        );
        assert_eq!(wants("<div class=paywall></div>"), None);
    }
}
