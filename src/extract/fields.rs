//! All fields of a post but its text: candidates of each field to a vote, the vote to a value. It knows no field's own rules.

use scraper::Html;
use url::Url;

use super::ballot::Ballot;
use super::clock;
use super::content::{Found, squash};
use super::facts::Facts;
use super::outline::Outline;
use super::zone::Zone;
use super::{Evidence, authors, dates, sources, terms, title};
use crate::model::Draft;

/// A page, or a part of one, and where its post stands.
pub(super) struct Page<'a> {
    pub tree: &'a Html,
    pub outline: &'a Outline,
    pub facts: &'a Facts,
    /// The heading that says what the page's head says.
    pub heading: Option<usize>,
    /// The container of the text.
    pub at: usize,
    pub base: Option<&'a Url>,
}

/// Returns a draft with the fields of the post, and the evidence for them.
pub(super) fn read<'a>(page: &Page<'a>, address: Option<&Url>) -> (Draft, Vec<Evidence>, Zone<'a>) {
    let Page { tree, outline, facts, heading, at, base } = *page;
    // A page out of the Wayback Machine is judged by the address it had.
    let origin = address.map(original);
    let host = origin.as_ref().and_then(Url::host_str).unwrap_or_default();
    let titles = title::ballot(tree, outline, facts, at, origin.as_ref());
    let title = titles.winner(squash).map(|c| c.value.clone()).unwrap_or_default();
    let mut evidence = titles.evidence("title", &title, squash);
    let heading = heading.or_else(|| title::shown(tree, outline, &title, at));
    let zone = Zone::of(outline, at, heading);
    let page = dates::Page { tree, outline, zone: &zone, facts, url: origin.as_ref() };
    let days = dates::days(&page);
    let (published, ruled) = days.winner().map_or((None, ""), |(date, ruled)| (Some(date), ruled));
    let published = published.map(|d| clock::with_clock(&page, d));
    let day = |v: &str| v.get(..10).unwrap_or(v).to_string();
    let text = |d: &Option<crate::model::Date>| d.as_ref().map(|d| d.text.clone()).unwrap_or_default();
    evidence.extend(days.ballot(ruled).evidence("published", &text(&published), day));
    let (updated, changes) = dates::changed(&page);
    evidence.extend(changes.evidence("updated", &text(&updated), day));
    let names = authors::names(tree, &zone, facts, host, &title);
    let (authors, by) = authors::winner(&names, facts, base);
    evidence.extend(names.ballot.evidence("authors", &by, squash));
    let terms = terms::of(tree, outline, &zone, facts);
    evidence.extend(terms.evidence);
    let tongues = languages(facts);
    let language = tongues.winner(str::to_lowercase).map(|c| c.value.clone());
    evidence.extend(tongues.evidence("language", language.as_deref().unwrap_or_default(), str::to_lowercase));
    let draft = Draft {
        title,
        authors,
        published,
        updated,
        tags: terms.tags,
        categories: terms.categories,
        language,
        ..Draft::default()
    };
    (draft, evidence, zone)
}

/// Returns what the page says of the language it is in, each as a BCP 47 tag.
fn languages(facts: &Facts) -> Ballot {
    let mut ballot = Ballot::default();
    let tag = |text: &str| {
        let tag = text.split([',', ';', '.']).next().unwrap_or_default().trim().replace('_', "-");
        let first = tag.split('-').next().unwrap_or_default();
        let sound = (2..=3).contains(&first.len())
            && tag.len() < 36
            && tag.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        if sound { tag } else { String::new() }
    };
    ballot.add(facts.language.as_deref().map(tag).unwrap_or_default(), "markup", "lang of html", 5);
    for rule in facts.rules("language") {
        ballot.add(
            facts.meta_value(rule.name).map(tag).unwrap_or_default(),
            sources::dialect(rule.name),
            rule.name,
            rule.weight,
        );
    }
    for told in facts.texts("inLanguage").iter().take(1) {
        ballot.add(tag(told), "json-ld", "inLanguage", 4);
    }
    ballot
}

/// Returns where the post stands on a page without text whose head says that it is one: a picture, a film, a text that
/// scripts fetch.
pub(super) fn untold(outline: &Outline, facts: &Facts, heading: Option<usize>) -> Option<Found> {
    let article =
        facts.meta_value("og:type").is_some_and(|t| t.eq_ignore_ascii_case("article")) || facts.articles() == 1;
    let dated = facts.rules("published").next().is_some() || !facts.texts("datePublished").is_empty();
    let dated = dated || outline.items.iter().any(|i| &*i.name == "time");
    let first = || outline.items.iter().position(|i| &*i.name == "h1" && i.text > 0);
    let heading = heading.or_else(first).filter(|_| article && dated)?;
    let parent = outline.items.get(heading).map(|i| i.parent)?;
    Some(Found { at: parent, how: "the post's heading" })
}

/// Returns the address a page had before the Wayback Machine kept it.
fn original(address: &Url) -> Url {
    let kept = address.host_str() == Some("web.archive.org");
    let inner = kept.then(|| address.as_str().split_once("/http").map(|(_, rest)| format!("http{rest}"))).flatten();
    inner.and_then(|a| Url::parse(&a).ok()).unwrap_or_else(|| address.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "<p>We walked along the river, saw three herons and a boat, and came home late, tired and content.</p>\
        <p>The next day it rained, so we stayed in, read what we had put off for months, and wrote this down.</p>";

    fn post(head: &str, before: &str, url: &str) -> Draft {
        let page = format!(
            "<html lang=en_GB><head>{head}</head><body><article class=post><h1>A day out</h1>{before}\
             <div class=entry-content>{TEXT}</div></article></body></html>"
        );
        let url = Url::parse(url).ok();
        crate::extract::page(&page, url.as_ref()).posts.into_iter().next().map(|r| r.draft).unwrap_or_default()
    }

    #[test]
    fn the_byline_gives_the_author_and_the_author_s_address() {
        let draft =
            post("", "<p>by <a rel=author href=/people/ann>Ann Example</a></p>", "http://example.com/a-day-out");
        let author = &draft.authors[0];
        assert_eq!(author.name, "Ann Example");
        assert_eq!(author.url.as_deref(), Some("http://example.com/people/ann"));
    }

    #[test]
    fn the_day_readers_see_is_taken_and_the_other_kept_with_the_reason() {
        let head = r#"<meta property="article:published_time" content="2019-05-04T03:37:37Z">"#;
        let draft = post(head, "<p class=date>May 3, 2019</p>", "http://example.com/a-day-out");
        assert_eq!(draft.published.as_ref().map(|d| d.text.as_str()), Some("2019-05-03"));
        let (how, rejected) = &draft.told["published"];
        assert_eq!(how, "markup .date");
        assert!(rejected[0].why.contains("its own time"), "{rejected:?}");
    }

    #[test]
    fn a_day_of_change_is_none_of_publication() {
        let head = r#"<meta property="article:published_time" content="2019-05-04">"#;
        let draft =
            post(head, "<p>Last updated: <span class=date>June 7, 2021</span></p>", "http://example.com/a-day-out");
        assert_eq!(draft.published.map(|d| d.text).as_deref(), Some("2019-05-04"));
    }

    #[test]
    fn the_first_day_shown_is_taken_where_the_head_tells_one_the_page_calls_a_change() {
        let head = r#"<meta property="article:published_time" content="2021-06-07">"#;
        let before =
            "<p class=date>May 3, 2019</p><p>Last updated: June 7, 2021</p><p>Next: <i class=date>May 9, 2022</i></p>";
        let draft = post(head, before, "http://example.com/a-day-out");
        assert_eq!(draft.published.map(|d| d.text).as_deref(), Some("2019-05-03"));
    }

    #[test]
    fn the_one_day_of_an_old_theme_is_called_updated_and_is_none_of_change() {
        let before = "<p>Since May 9, 2018</p><a class='post-date updated'>May 3, 2019</a>";
        let draft = post("", before, "http://example.com/a-day-out");
        assert_eq!(draft.published.map(|d| d.text).as_deref(), Some("2019-05-03"));
    }

    #[test]
    fn a_day_before_the_text_counts_in_no_element_too_and_not_in_the_head_of_the_page() {
        assert_eq!(post("", "3 May 2019", "http://example.com/x").published.map(|d| d.text).unwrap(), "2019-05-03");
        let page = format!(
            "<body><div><header><b class=date>Tue, 14 Jan 2020</b></header><main><h1>A day out</h1>\
             <p>News<br>13 Jan 2020, 22:11</p>{TEXT}</main></div>"
        );
        let post = crate::extract::page(&page, None).posts.remove(0);
        assert_eq!(post.draft.published.unwrap().text, "2020-01-13T22:11:00");
    }

    #[test]
    fn a_name_that_the_head_and_the_page_give_beats_one_the_page_shows_more_often() {
        let before =
            "<p class=writer>Ann Example</p><p><a rel=author href=/b>Bob Other</a> <b class=author>Bob Other</b></p>";
        let draft = post("<meta name=author content='Ann Example'>", before, "http://example.com/x");
        assert_eq!(draft.authors[0].name, "Ann Example");
    }

    #[test]
    fn a_site_called_after_a_person_is_that_person_s_where_nobody_else_is_named() {
        let head = "<title>A day out | Ann Example</title>";
        let of = |before: &str| post(head, before, "http://annexample.example/x").authors.remove(0).name;
        assert_eq!(of(""), "Ann Example");
        assert_eq!(of("<p>by <a rel=author href=/b>Bob Other</a></p>"), "Bob Other");
        let other = post("<title>A day out | Garden News</title>", "", "http://gardennews.example/x");
        assert!(other.authors.is_empty(), "{:?}", other.authors);
    }

    #[test]
    fn where_the_author_is_missing_what_comes_next_is_none() {
        let of = |next: &str| {
            let before = format!("<p>by</p><div>{next}</div>");
            post("", &before, "http://example.com/x").authors.into_iter().next().map(|a| a.name)
        };
        assert_eq!(of("<p>Ann Example</p>").as_deref(), Some("Ann Example"));
        assert_eq!(of("<p>Tags:</p><a rel=tag href=/tag/boats>Boats</a>"), None);
    }

    #[test]
    fn the_site_s_list_of_all_categories_is_none_of_the_post() {
        let list = "<ul class=categories><li class=cat-item><a href=/category/boats/>Boats</a></li></ul>";
        let draft =
            post("", &format!("{list}<p>Filed under: <a href=/category/days/>Days</a></p>"), "http://example.com/x");
        assert_eq!(draft.categories.iter().map(|c| c.label.as_str()).collect::<Vec<_>>(), ["Days"]);
    }

    #[test]
    fn a_post_without_text_is_one_where_json_ld_says_so() {
        let json =
            r#"<script type="application/ld+json">{"@type":"BlogPosting","datePublished":"2019-05-03"}</script>"#;
        let page = format!("<head>{json}</head><body><article><h1>A day out</h1></article>");
        let posts = crate::extract::page(&page, None).posts;
        assert_eq!(posts.first().map(|p| p.draft.title.as_str()), Some("A day out"));
    }

    #[test]
    fn a_heading_beats_another_wording_of_the_head() {
        let head = |title: &str| format!("<title>{title}</title><meta property=og:title content='{title}'>");
        let draft = post(&head("Your best day out ever: ten tips"), "", "http://example.com/x");
        assert_eq!(draft.title, "A day out");
        assert_eq!(post(&head("A day out | Example Site"), "", "http://example.com/x").title, "A day out");
    }

    #[test]
    fn languages_are_tags_and_the_wayback_machine_is_no_site() {
        assert_eq!(post("", "", "http://example.com/x").language.as_deref(), Some("en-GB"));
        let kept = Url::parse("https://web.archive.org/web/20150721045344/http://example.com/2015/05/18/a/").unwrap();
        assert_eq!(original(&kept).as_str(), "http://example.com/2015/05/18/a/");
    }
}
