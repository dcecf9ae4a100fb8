//! What a site asks of robots, obeyed where the program goes where nobody sent it. The one place that applies it.

use std::collections::{BTreeMap, HashMap};

use url::{Origin, Url};

use crate::error::Result;
use crate::event::Events;
use crate::http::{Ask, Robots, Web};
use crate::model::{Capture, Gap, Reason};

/// The rules of the sites of one run, asked for once a site.
pub(super) struct Gate {
    open: bool,
    rules: HashMap<Origin, Robots>,
    /// How many addresses each rule kept from being asked, with the first of them.
    hidden: BTreeMap<String, (u64, Url)>,
}

impl Gate {
    /// A gate that obeys, or that stands open because the user says so.
    pub fn new(obey: bool) -> Gate {
        Gate { open: !obey, rules: HashMap::new(), hidden: BTreeMap::new() }
    }

    /// Returns whether an address may be crawled; `on` is given what was received to find out.
    pub fn permits(
        &mut self,
        url: &Url,
        web: &Web,
        events: &Events,
        on: &mut dyn FnMut(&Capture) -> Result<()>,
    ) -> Result<bool> {
        if self.open {
            return Ok(true);
        }
        let origin = url.origin();
        if !self.rules.contains_key(&origin) {
            let mut at = url.clone();
            at.set_path("/robots.txt");
            at.set_query(None);
            at.set_fragment(None);
            let answer = web.get(&at, &Ask::feed(), events)?;
            answer.captures.iter().try_for_each(on)?;
            let robots = match answer.result() {
                Ok(capture) => Robots::parse(capture.payload()),
                // Nobody forbids anything where there is no such file; where the server fails, nobody may go on.
                Err(miss) if matches!(miss.reason, Reason::ServerError | Reason::Timeout | Reason::Unreachable) => {
                    Robots::closed()
                }
                Err(_) => Robots::default(),
            };
            self.rules.insert(origin.clone(), robots);
        }
        let Some(rule) = self.rules.get(&origin).and_then(|r| r.forbids(url)) else { return Ok(true) };
        self.hidden.entry(rule.to_string()).or_insert_with(|| (0, url.clone())).0 += 1;
        Ok(false)
    }

    /// Returns what was not asked for because of a rule.
    pub fn gaps(&self) -> Vec<Gap> {
        let gap = |(rule, (count, first)): (&String, &(u64, Url))| Gap {
            url: first.to_string(),
            what: "post".into(),
            reason: Reason::Refused,
            detail: format!("robots.txt forbids {rule}; {count} addresses were not asked for"),
            post: None,
        };
        self.hidden.iter().map(gap).collect()
    }
}
