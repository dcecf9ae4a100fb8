//! Which posts of a blog are wanted: by address and by date.

use jiff::civil::DateTime;

use crate::model::Draft;

/// A choice of posts, made before they are kept. What is left empty takes all.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// Local time of the earliest post; one without a date is taken.
    pub since: Option<DateTime>,
    /// Patterns of addresses, one of which must fit; `*` stands for anything.
    pub include: Vec<String>,
    /// Patterns of which none may fit.
    pub exclude: Vec<String>,
}

impl Scope {
    /// Returns whether a post may be taken by its address alone.
    pub fn takes_address(&self, url: &str) -> bool {
        let any = |patterns: &[String]| patterns.iter().any(|p| fits(p, url));
        (self.include.is_empty() || any(&self.include)) && !any(&self.exclude)
    }

    pub fn takes(&self, draft: &Draft) -> bool {
        let time = draft.published.as_ref().and_then(|d| d.local());
        let late = self.since.zip(time).is_none_or(|(since, time)| time >= since);
        let names = || draft.url.iter().chain(&draft.aliases);
        let fits = |patterns: &[String]| names().any(|n| patterns.iter().any(|p| fits(p, n)));
        late && (self.include.is_empty() || fits(&self.include)) && !fits(&self.exclude)
    }
}

/// Returns whether a pattern fits a whole text, in time linear in pattern times text.
fn fits(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(pieces.next().unwrap_or_default()) else { return false };
    let Some(last) = pieces.next_back() else { return rest.is_empty() };
    for piece in pieces {
        let Some(at) = rest.find(piece) else { return false };
        rest = rest.get(at + piece.len()..).unwrap_or_default();
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Date;

    #[test]
    fn star_stands_for_anything() {
        for (pattern, text, yes) in [
            ("*/2007/*", "http://a.example/2007/04/x/", true),
            ("*/2007/*", "http://a.example/2008/04/x/", false),
            ("http://a.example/*", "http://a.example/", true),
            ("*x", "axbx", true),
            ("a*a", "a", false),
            ("abc", "abc", true),
            ("ab", "abc", false),
            ("*", "", true),
        ] {
            assert_eq!(fits(pattern, text), yes, "{pattern} {text}");
        }
    }

    #[test]
    fn address_and_date_choose() {
        let draft = Draft {
            url: Some("http://a.example/2007/04/x/".into()),
            published: Date::parse_iso("2007-04-23T10:00:00"),
            ..Draft::default()
        };
        let day = |y| Some(jiff::civil::date(y, 1, 1).at(0, 0, 0, 0));
        let takes = |scope: Scope| scope.takes(&draft);
        assert!(takes(Scope::default()));
        assert!(takes(Scope { since: day(2007), ..Scope::default() }));
        assert!(!takes(Scope { since: day(2008), ..Scope::default() }));
        assert!(!takes(Scope { include: vec!["*/2008/*".into()], ..Scope::default() }));
        assert!(!takes(Scope { exclude: vec!["*/04/*".into()], ..Scope::default() }));
    }
}
