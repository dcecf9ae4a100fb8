//! What was chosen for each field and what was not, as it is kept with the post. It knows no field's own rules.

use std::collections::BTreeMap;

use super::Evidence;
use crate::model::{Certainty, Rejected};

/// Most places and most rejected values that are kept for a field, and most letters of a value.
const PLACES: usize = 4;
const VALUES: usize = 8;
const LETTERS: usize = 160;

/// Returns for each field the places that gave its value, and what other places gave, with the reason why not.
pub(super) fn of(evidence: &[Evidence]) -> BTreeMap<&'static str, (String, Vec<Rejected>)> {
    let mut out: BTreeMap<&'static str, (String, Vec<Rejected>)> = BTreeMap::new();
    for e in evidence.iter().filter(|e| e.field != "html" && (e.chosen || e.weight > 1 || e.field == "tags")) {
        let (how, rejected) = out.entry(e.field).or_default();
        let place = format!("{} {}", e.source, e.at).trim_end().to_string();
        if e.chosen {
            let places: Vec<&str> = how.split(", ").collect();
            if !places.contains(&place.as_str()) && places.len() < PLACES {
                *how = if how.is_empty() { place } else { format!("{how}, {place}") };
            }
            continue;
        }
        let value = serde_json::Value::String(e.value.chars().take(LETTERS).collect());
        // What the same page says twice is told once.
        if e.reason != SAID && rejected.len() < VALUES && !rejected.iter().any(|r| r.value == value) {
            let why = if e.reason.is_empty() { "not chosen".to_string() } else { e.reason.clone() };
            rejected.push(Rejected { source: place, certainty: Certainty::Stated, value, also: Vec::new(), why });
        }
    }
    for (_, rejected) in out.values_mut() {
        rejected.sort_by(|a, b| (&a.source, a.value.as_str()).cmp(&(&b.source, b.value.as_str())));
    }
    out
}

/// The reason of a term that is one already.
pub(super) const SAID: &str = "said before";

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence(value: &str, at: &str, chosen: bool, reason: &str) -> Evidence {
        let (value, at, reason) = (value.into(), at.into(), reason.into());
        Evidence { field: "title", value, source: "opengraph", at, weight: 5, chosen, reason }
    }

    #[test]
    fn places_are_joined_and_what_lost_is_told_once_with_its_reason() {
        let all = [
            evidence("A day", "og:title", true, ""),
            evidence("A day", "og:title", true, ""),
            evidence("A day | Site", "twitter:title", false, "2 against 19"),
            evidence("A day | Site", "title", false, "2 against 19"),
        ];
        let told = of(&all);
        let (how, rejected) = &told["title"];
        assert_eq!(how, "opengraph og:title");
        assert_eq!(rejected.len(), 1);
        assert_eq!(
            (rejected[0].source.as_str(), rejected[0].why.as_str()),
            ("opengraph twitter:title", "2 against 19")
        );
    }
}
