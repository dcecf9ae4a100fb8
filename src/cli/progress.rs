//! Progress on a terminal: one bar for the phase, one for each thing that is counted. Elsewhere it is silent.

use std::collections::HashMap;
use std::fmt::Write;
use std::io::IsTerminal;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressState, ProgressStyle};

use super::stop;
use crate::event::{Event, Events, Unit};

struct Bars {
    screen: MultiProgress,
    phase: ProgressBar,
    units: HashMap<Unit, ProgressBar>,
    notes: bool,
}

/// Returns the listener for a command's work. `quiet` silences the bars, `verbose` lets notes through at once.
pub fn events(quiet: bool, verbose: bool) -> Events {
    let flag = stop::listen();
    let shown = !quiet && std::io::stderr().is_terminal();
    if !shown {
        return Events::new(
            move |event| match event {
                Event::Note(text) if verbose => super::report::say_err(&format!("note: {text}")),
                _ => {}
            },
            flag,
        );
    }
    let screen = MultiProgress::new();
    let phase = screen.add(ProgressBar::new_spinner());
    phase.enable_steady_tick(Duration::from_millis(120));
    let bars = Arc::new(Mutex::new(Bars { screen, phase, units: HashMap::new(), notes: verbose }));
    Events::new(move |event| bars.lock().unwrap_or_else(PoisonError::into_inner).hear(event), flag)
}

impl Bars {
    fn hear(&mut self, event: Event) {
        match event {
            Event::Phase(text) => self.phase.set_message(super::report::clean(&text)),
            Event::Total(unit, n) => self.bar(unit).set_length(n),
            Event::Done(unit, n) => {
                let bar = self.bar(unit);
                bar.inc(n);
                if bar.length().is_some_and(|l| l < bar.position()) {
                    bar.set_length(bar.position());
                }
            }
            Event::Note(text) if self.notes => self.screen.suspend(|| super::report::say_err(&format!("note: {text}"))),
            Event::Note(_) => {}
        }
    }

    fn bar(&mut self, unit: Unit) -> &ProgressBar {
        let screen = &self.screen;
        self.units.entry(unit).or_insert_with(|| {
            let (name, counts) = match unit {
                Unit::Blogs => ("blogs", "{pos}/{len}"),
                Unit::Posts => ("posts", "{pos}/{len}  {rate}  {eta} left"),
                Unit::Comments => ("comments", "{pos}/{len}"),
                Unit::Media => ("media", "{pos}/{len}  {rate}"),
                Unit::Files => ("files", "{pos}/{len}  {rate}  {eta} left"),
                Unit::Bytes => ("bytes", "{bytes}/{total_bytes}  {bytes_per_sec}  {eta} left"),
            };
            let template = format!("{name:>9} {{bar:30}} {counts}");
            let style = ProgressStyle::with_template(&template)
                .unwrap_or_else(|_| ProgressStyle::default_bar())
                .with_key("rate", rate);
            screen.add(ProgressBar::new(0).with_style(style))
        })
    }
}

/// Says how many a second, in whole numbers once there are ten.
fn rate(state: &ProgressState, out: &mut dyn Write) {
    let n = state.per_sec();
    let _ = if n < 10.0 { write!(out, "{n:.1}/s") } else { write!(out, "{n:.0}/s") };
}

impl Drop for Bars {
    fn drop(&mut self) {
        self.phase.finish_and_clear();
        self.units.values().for_each(ProgressBar::finish_and_clear);
    }
}
