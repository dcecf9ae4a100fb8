//! What different readers need of a book's pictures: the one table.

/// For which readers a book is made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Profile {
    /// Any reader of EPUB 3.
    #[default]
    Generic,
    /// Send to Kindle: the cover is its picture alone.
    Kindle,
    Kobo,
    /// Pages on paper: larger pictures.
    Print,
}

impl Profile {
    /// Returns whether these readers show pictures of a type.
    pub fn shows(self, mime: &str) -> bool {
        match mime {
            "image/jpeg" | "image/png" => true,
            "image/gif" => matches!(self, Profile::Generic | Profile::Kindle),
            _ => false,
        }
    }

    /// Returns whether a picture may move.
    pub fn moves(self) -> bool {
        self == Profile::Generic
    }

    /// Returns the longest side of a picture, in pixels.
    pub fn long_side(self) -> u32 {
        if self == Profile::Print { 3000 } else { 1600 }
    }

    /// Returns the largest area of a picture, in pixels: what Apple Books takes, but on paper.
    pub fn area(self) -> u64 {
        if self == Profile::Print { 9_000_000 } else { 5_600_000 }
    }

    /// Returns width and height of the cover.
    pub fn cover(self) -> (u32, u32) {
        match self {
            Profile::Generic | Profile::Print => (1600, 2400),
            Profile::Kindle => (1600, 2560),
            Profile::Kobo => (1600, 2134),
        }
    }

    /// Returns whether the cover has a page of its own; one is shown twice, or at the end, on a Kindle.
    pub fn cover_page(self) -> bool {
        self != Profile::Kindle
    }
}
