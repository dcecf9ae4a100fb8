//! Attachments, laid side by side in one text: a blog may have a million of them, and each is looked at once or twice.

use std::collections::{BTreeMap, HashMap};

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
    /// Where each stands, as they come.
    places: BTreeMap<u64, u64>,
    /// The same in the order of their numbers, once all are here.
    settled: Vec<(u64, u64)>,
    /// What addresses begin with, up to their last slash: a month's uploads lie in one folder.
    folders: Vec<String>,
    numbers: HashMap<String, usize>,
}

/// Parts the fields; a control character that no XML holds.
const MARK: char = '\u{1}';

/// So many folders are told apart; addresses that lie elsewhere stand as they are.
const MANY: usize = 65_536;

impl Shelf {
    /// Lays an attachment down; one of the same number is forgotten.
    pub fn put(&mut self, one: &Attachment) {
        let from = self.text.len() as u64;
        let (folder, file) = one.url.split_at(one.url.rfind('/').map_or(0, |at| at + 1));
        let known = self.numbers.get(folder).copied().or_else(|| {
            let number = self.folders.len();
            (number < MANY).then(|| {
                self.folders.push(folder.to_string());
                self.numbers.insert(folder.to_string(), number);
                number
            })
        });
        let (number, file) = known.map_or((String::new(), one.url.as_str()), |n| (n.to_string(), file));
        for field in [&number, file, &one.title, &one.caption, &one.alt] {
            self.text.extend(field.chars().filter(|c| *c != MARK));
            self.text.push(MARK);
        }
        self.places.insert(one.id, from);
    }

    pub fn get(&self, id: u64) -> Option<Attachment> {
        let settled = || self.settled.binary_search_by_key(&id, |(id, _)| *id).ok();
        let from = self.places.get(&id).or_else(|| self.settled.get(settled()?).map(|(_, from)| from))?;
        let mut fields = self.text.get(usize::try_from(*from).ok()?..)?.splitn(6, MARK);
        let mut next = || fields.next().unwrap_or_default();
        let folder = next().parse().ok().and_then(|n: usize| self.folders.get(n));
        let url = folder.map_or("", String::as_str).to_string() + next();
        let (title, caption, alt) = (next().to_string(), next().to_string(), next().to_string());
        Some(Attachment { id, url, title, caption, alt })
    }

    fn ids(&self) -> impl Iterator<Item = u64> {
        self.places.keys().copied().chain(self.settled.iter().map(|(id, _)| *id))
    }

    /// Returns all addresses.
    pub fn addresses(&self) -> impl Iterator<Item = String> {
        self.ids().filter_map(|id| Some(self.get(id)?.url))
    }

    /// Takes in what another shelf holds.
    pub fn join(&mut self, other: &Shelf) {
        other.ids().filter_map(|id| other.get(id)).for_each(|one| self.put(&one));
    }

    /// Gives back the room that is not needed once all are here.
    pub fn settle(&mut self) {
        self.text.shrink_to_fit();
        let mut all: BTreeMap<u64, u64> = self.settled.drain(..).collect();
        all.append(&mut self.places);
        self.settled = all.into_iter().collect();
        self.numbers = HashMap::new();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_laid_down_is_found_again() {
        let one = |id: u64| Attachment {
            id,
            url: format!("http://a.example/2007/{}/{id}.jpg", id % 3),
            caption: "A <em>caption</em>\nof two lines".into(),
            ..Attachment::default()
        };
        let (mut shelf, mut other) = (Shelf::default(), Shelf::default());
        shelf.put(&one(1));
        shelf.put(&Attachment { title: "Newer".into(), ..one(1) });
        other.put(&one(7));
        other.put(&Attachment { id: 9, url: "plain.jpg".into(), ..Attachment::default() });
        other.settle();
        shelf.join(&other);
        shelf.put(&one(5));
        for _ in 0..2 {
            assert_eq!(shelf.get(1).unwrap().title, "Newer");
            assert_eq!(shelf.get(7), Some(one(7)));
            assert_eq!((shelf.get(5), shelf.get(9).unwrap().url), (Some(one(5)), "plain.jpg".to_string()));
            assert_eq!(shelf.get(2), None);
            assert_eq!(shelf.addresses().count(), 4);
            shelf.settle();
        }
    }
}
