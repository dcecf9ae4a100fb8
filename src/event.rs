//! What work says while it runs. It knows no terminal: the command line draws bars from it, tests collect it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Error, Result};

/// A unit of work that is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    Blogs,
    Posts,
    Comments,
    Media,
    Files,
    Bytes,
}

/// One thing that happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// A new phase begins, in the user's words ("reading posts").
    Phase(String),
    /// So many units are expected from now on (0 = not known).
    Total(Unit, u64),
    /// So many more units are done.
    Done(Unit, u64),
    /// Something the user should know, though the work goes on.
    Note(String),
}

/// Where work reports to and asks whether to go on. Shared by reference between threads.
pub struct Events {
    say: Box<dyn Fn(Event) + Send + Sync>,
    stop: &'static AtomicBool,
}

/// Never set: for work that nobody interrupts.
static NEVER: AtomicBool = AtomicBool::new(false);

impl Events {
    pub fn new(say: impl Fn(Event) + Send + Sync + 'static, stop: &'static AtomicBool) -> Events {
        Events { say: Box::new(say), stop }
    }

    /// Returns a listener that hears nothing and never stops the work.
    pub fn silent() -> Events {
        Events::new(|_| {}, &NEVER)
    }

    /// Returns a listener for one of several works that go on side by side: what they do is counted together, their
    /// notes bear the name, their phases are not heard.
    pub fn one_of_several(self: &Arc<Events>, name: &str) -> Events {
        let (all, name) = (Arc::clone(self), name.to_string());
        let say = move |event| match event {
            Event::Phase(_) | Event::Total(..) => {}
            Event::Note(text) => all.note(format!("{name}: {text}")),
            Event::Done(..) => all.say(event),
        };
        Events::new(say, self.stop)
    }

    pub fn say(&self, event: Event) {
        (self.say)(event)
    }

    pub fn phase(&self, text: impl Into<String>) {
        self.say(Event::Phase(text.into()))
    }

    pub fn note(&self, text: impl Into<String>) {
        self.say(Event::Note(text.into()))
    }

    pub fn total(&self, unit: Unit, n: u64) {
        self.say(Event::Total(unit, n))
    }

    pub fn done(&self, unit: Unit, n: u64) {
        self.say(Event::Done(unit, n))
    }

    pub fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Returns [`Error::Interrupted`] once the user asked to stop; called between units of work.
    pub fn check(&self) -> Result<()> {
        if self.stopped() { Err(Error::Interrupted) } else { Ok(()) }
    }
}
