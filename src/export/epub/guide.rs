//! What a body asks while it becomes part of the book: where its links lead, what its pictures show.

use std::collections::BTreeMap;

use super::flow::Guide;
use super::links::{self, outside, place};
use super::notes::AWAY;
use super::pictures::{Pictures, Shown};
use super::plan::Plan;
use super::rules::Played;

/// Answers what the body asks while it is built.
pub struct Asked<'a> {
    pub plan: &'a Plan,
    pub own: String,
    pub pictures: Pictures<'a>,
    pub anchors: BTreeMap<String, String>,
}

impl Asked<'_> {
    pub fn is_here(&self, page: &str) -> bool {
        self.plan.targets.find(page) == Some(&self.own)
    }
}

impl Guide for Asked<'_> {
    fn link(&mut self, href: &str) -> Option<String> {
        if let Some(place) = place(href, |page| self.is_here(page)) {
            if let Some(name) = self.anchors.get(&links::decoded(place)) {
                return Some(format!("#{name}"));
            }
            if href.trim_start().starts_with('#') {
                return None;
            }
        }
        if let Some(file) = self.plan.targets.find(href) {
            // A place in it only where that is an anchor: others make some readers show a note.
            let place = href.split_once('#').map(|(_, place)| links::decoded(place));
            let name = place.and_then(|place| self.plan.places.get(file)?.get(&place));
            return Some(name.map_or_else(|| file.to_string(), |name| format!("{file}#{name}")));
        }
        if let Some(id) = self.plan.in_other_volume(href) {
            return Some(format!("{AWAY}{id}"));
        }
        // A link to a picture that the book holds: the picture itself is there.
        if self.pictures.is_picture(href) {
            return None;
        }
        outside(href)
    }

    fn picture(&mut self, img: &scraper::node::Element, around: Option<&str>) -> Shown {
        self.pictures.show(img, around)
    }

    fn played(&mut self, kind: Played, url: &str) -> Option<(String, String)> {
        let words = self.plan.words;
        let word = match kind {
            Played::Video => words.video,
            Played::Sound => words.sound,
            Played::Embedded => words.embedded,
        };
        Some((word.to_string(), outside(url)?))
    }
}

/// Answers nothing: for a look at which places of a body come to stand in the book.
pub struct Blind;

impl Guide for Blind {
    fn link(&mut self, _: &str) -> Option<String> {
        None
    }

    fn picture(&mut self, _: &scraper::node::Element, _: Option<&str>) -> Shown {
        Shown::Nothing
    }

    fn played(&mut self, _: Played, _: &str) -> Option<(String, String)> {
        None
    }
}
