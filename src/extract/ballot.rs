//! Candidates for one field and the vote over them: sources that agree add up. It knows no field.

use std::collections::BTreeMap;

use super::{Evidence, sources};

/// A value that somebody gives for a field.
#[derive(Debug, Clone, Default)]
pub(super) struct Candidate {
    pub value: String,
    /// Who gives it: `json-ld`, `opengraph`, `markup` …
    pub source: &'static str,
    /// Where exactly: the name of the `meta`, the class, the rule.
    pub at: String,
    pub weight: i32,
    /// Why it weighs less than its source's word does elsewhere.
    pub note: &'static str,
}

/// Candidates for one field, in the order they were found.
#[derive(Debug, Default)]
pub(super) struct Ballot(pub Vec<Candidate>);

impl Ballot {
    pub fn add(&mut self, value: impl Into<String>, source: &'static str, at: impl Into<String>, weight: i32) {
        self.put(Candidate { value: value.into(), source, at: at.into(), weight, note: "" });
    }

    pub fn put(&mut self, candidate: Candidate) {
        if !candidate.value.is_empty() {
            self.0.push(candidate);
        }
    }

    /// Returns the value whose sources weigh most together; `same` says what counts as one value. Of equals the first wins.
    pub fn winner(&self, same: impl Fn(&str) -> String) -> Option<&Candidate> {
        let totals = self.totals(&same);
        let mut best: Option<(i32, &Candidate)> = None;
        for candidate in &self.0 {
            let key = same(&candidate.value);
            let weight = totals.get(&key).copied().unwrap_or(0);
            let better = best.is_none_or(|(most, b)| {
                weight > most || (weight == most && same(&b.value) == key && candidate.weight > b.weight)
            });
            if better && !key.is_empty() {
                best = Some((weight, candidate));
            }
        }
        best.filter(|(weight, _)| *weight > 0).map(|(_, c)| c)
    }

    /// Returns what speaks for each value: each source once, and a little louder when it says it again.
    pub fn totals(&self, same: impl Fn(&str) -> String) -> BTreeMap<String, i32> {
        let mut said: BTreeMap<(String, &str), (i32, i32)> = BTreeMap::new();
        for c in &self.0 {
            let (most, times) = said.entry((same(&c.value), sources::voice(c.source))).or_insert((i32::MIN, 0));
            *most = c.weight.max(*most);
            *times += 1;
        }
        let mut totals = BTreeMap::new();
        for ((key, _), (most, times)) in said {
            *totals.entry(key).or_insert(0) += most + i32::from(times > 1);
        }
        totals
    }

    /// Turns the candidates into evidence: those with the chosen value marked, the others with the reason why not.
    pub fn evidence(self, field: &'static str, chosen: &str, same: impl Fn(&str) -> String) -> Vec<Evidence> {
        let totals = self.totals(&same);
        let won = totals.get(&same(chosen)).copied().unwrap_or(0);
        let tell = |c: Candidate| {
            let key = same(&c.value);
            let taken = key == same(chosen) && !key.is_empty();
            let weight = totals.get(&key).copied().unwrap_or(0);
            let reason = match (taken, c.note) {
                (true, _) => String::new(),
                (false, "") if chosen.is_empty() => "too little speaks for it".into(),
                (false, "") => format!("{weight} against {won}"),
                (false, note) => format!("{note}; {weight} against {won}"),
            };
            Evidence { field, value: c.value, source: c.source, at: c.at, weight: c.weight, chosen: taken, reason }
        };
        self.0.into_iter().take(60).map(tell).collect()
    }
}
