//! Candidates for one field and the vote over them: sources that agree add up. It knows no field.

use std::collections::BTreeSet;

use super::Evidence;

#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub value: String,
    pub source: &'static str,
    pub weight: i32,
}

/// Candidates for one field, in the order they were found.
#[derive(Debug, Default)]
pub(super) struct Ballot(pub Vec<Candidate>);

impl Ballot {
    pub fn add(&mut self, value: impl Into<String>, source: &'static str, weight: i32) {
        let value = value.into();
        if !value.is_empty() {
            self.0.push(Candidate { value, source, weight });
        }
    }

    /// Returns the value whose sources weigh most together; `same` says what counts as one value. Of equals the first wins.
    pub fn winner(&self, same: impl Fn(&str) -> String) -> Option<&Candidate> {
        let keys: Vec<String> = self.0.iter().map(|c| same(&c.value)).collect();
        // Each source speaks once for a value, and a little louder when it says it again.
        let sources: BTreeSet<&str> = self.0.iter().map(|c| c.source).collect();
        let total = |key: &str| -> i32 {
            let of = |source: &str| {
                let all =
                    self.0.iter().zip(&keys).filter(|(c, k)| *k == key && c.source == source).map(|(c, _)| c.weight);
                let (most, times) = all.fold((0, 0), |(most, times), w| (w.max(most), times + 1));
                most + i32::from(times > 1)
            };
            sources.iter().map(|s| of(s)).sum()
        };
        let mut best: Option<(i32, &Candidate)> = None;
        for (candidate, key) in self.0.iter().zip(&keys) {
            let weight = total(key);
            let better = best.is_none_or(|(most, b)| {
                weight > most || (weight == most && same(&b.value) == *key && candidate.weight > b.weight)
            });
            if better && !key.is_empty() {
                best = Some((weight, candidate));
            }
        }
        best.filter(|(weight, _)| *weight > 0).map(|(_, c)| c)
    }

    /// Turns the candidates into evidence, those with the chosen value marked.
    pub fn evidence(self, field: &'static str, chosen: impl Fn(&str) -> bool) -> impl Iterator<Item = Evidence> {
        self.0.into_iter().take(60).map(move |c| {
            let chosen = chosen(&c.value);
            Evidence { field, value: c.value, source: c.source, weight: c.weight, chosen }
        })
    }
}
