//! One medium on its way: which routes are left, and why those before led nowhere.

use std::collections::{BTreeMap, VecDeque};

use url::Url;

use super::routes::{Route, routes};
use super::{Manner, Wanted};
use crate::model::{Gap, Reason};

#[derive(Debug)]
pub(super) struct Hunt {
    pub wanted: Wanted,
    routes: VecDeque<Route>,
    /// The route that is asked now is not the address in the post.
    pub via: bool,
    /// Of the address in the post, else of the first route.
    why: Option<(Reason, String)>,
}

impl Hunt {
    pub fn new(wanted: Wanted, manner: &Manner) -> Hunt {
        let routes = routes(&wanted.url, &wanted.time, manner.archive.as_ref(), manner.dead);
        Hunt { wanted, routes: routes.into(), via: false, why: None }
    }

    pub fn failed(mut self, reason: Reason, detail: &str) -> Hunt {
        if self.why.is_none() || !self.via {
            self.why = Some((reason, detail.to_string()));
        }
        self
    }

    pub fn goes_on(&self) -> bool {
        !self.routes.is_empty()
    }

    pub fn gap(&self) -> Gap {
        let (reason, detail) = self.why.clone().unwrap_or((Reason::NotFound, String::new()));
        self.wanted.gap(reason, &detail)
    }
}

/// Takes the next route of each; those that lead to one address go together.
pub(super) fn round(hunts: &mut Vec<Hunt>) -> BTreeMap<Url, Vec<Hunt>> {
    let mut round: BTreeMap<Url, Vec<Hunt>> = BTreeMap::new();
    for mut hunt in hunts.drain(..) {
        if let Some(route) = hunt.routes.pop_front() {
            hunt.via = route.via;
            round.entry(route.url).or_default().push(hunt);
        }
    }
    round
}
