//! Attachments, laid side by side in one text: a blog may have a million of them, and each is looked at once or twice.

use std::collections::HashMap;

/// An attachment, as far as posts need it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attachment {
    pub id: u64,
    pub url: String,
    pub title: String,
    /// `excerpt:encoded`.
    pub caption: String,
    pub alt: String,
}

#[derive(Debug, Default)]
pub struct Shelf {
    text: String,
    /// Where each stands, and how long it is.
    places: HashMap<u64, (u64, u32)>,
}

/// Parts the fields; a control character that no XML holds.
const MARK: char = '\u{1}';

impl Shelf {
    /// Lays an attachment down; one of the same number is forgotten.
    pub fn put(&mut self, one: &Attachment) {
        let from = self.text.len();
        for field in [&one.url, &one.title, &one.caption, &one.alt] {
            self.text.extend(field.chars().filter(|c| *c != MARK));
            self.text.push(MARK);
        }
        let length = u32::try_from(self.text.len() - from).unwrap_or(u32::MAX);
        self.places.insert(one.id, (from as u64, length));
    }

    pub fn get(&self, id: u64) -> Option<Attachment> {
        let (from, length) = self.places.get(&id)?;
        let from = usize::try_from(*from).ok()?;
        let mut fields = self.text.get(from..from.checked_add(*length as usize)?)?.split(MARK).map(str::to_string);
        let mut next = || fields.next().unwrap_or_default();
        Some(Attachment { id, url: next(), title: next(), caption: next(), alt: next() })
    }

    /// Returns all addresses.
    pub fn addresses(&self) -> impl Iterator<Item = &str> {
        let of = |(from, length): &(u64, u32)| {
            let from = usize::try_from(*from).ok()?;
            self.text.get(from..from.checked_add(*length as usize)?)?.split(MARK).next()
        };
        self.places.values().filter_map(of)
    }

    /// Takes in what another shelf holds.
    pub fn join(&mut self, other: &Shelf) {
        other.places.keys().filter_map(|id| other.get(*id)).for_each(|one| self.put(&one));
    }

    /// Gives back the room that nothing took.
    pub fn settle(&mut self) {
        self.text.shrink_to_fit();
        self.places.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_laid_down_is_found_again() {
        let one = |id: u64| Attachment {
            id,
            url: format!("http://a.example/{id}.jpg"),
            caption: "A <em>caption</em>\nof two lines".into(),
            ..Attachment::default()
        };
        let (mut shelf, mut other) = (Shelf::default(), Shelf::default());
        shelf.put(&one(1));
        shelf.put(&Attachment { title: "Newer".into(), ..one(1) });
        other.put(&one(7));
        shelf.join(&other);
        shelf.settle();
        assert_eq!(shelf.get(1).unwrap().title, "Newer");
        assert_eq!(shelf.get(7), Some(one(7)));
        assert_eq!(shelf.get(2), None);
    }
}
