//! The record of repairs: what was changed, how often, in which lines.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// What was repaired: by kind, the lines.
#[derive(Clone, Default)]
pub struct Repairs(Rc<RefCell<BTreeMap<&'static str, Places>>>);

/// How often, and the first lines.
type Places = (u64, Vec<u64>);

/// Lines named per kind of repair.
const NAMED: usize = 5;

impl Repairs {
    pub fn add(&self, what: &'static str, line: u64) {
        let mut all = self.0.borrow_mut();
        let (count, lines) = all.entry(what).or_default();
        *count += 1;
        if lines.len() < NAMED && lines.last() != Some(&line) {
            lines.push(line);
        }
    }

    /// Returns a sentence for each kind: `line 14, 20: bare & escaped (3 times)`.
    pub fn notes(&self) -> Vec<String> {
        let all = self.0.borrow();
        let words = |(what, (count, lines)): (&&str, &Places)| {
            let named: Vec<String> = lines.iter().map(u64::to_string).collect();
            let dots = if *count > lines.len() as u64 && lines.len() == NAMED { " …" } else { "" };
            let times = if *count > 1 { format!(" ({count} times)") } else { String::new() };
            format!("line {}{dots}: {what}{times}", named.join(", "))
        };
        all.iter().map(words).collect()
    }
}
