//! The flags of the book, and the book they ask for.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::export::{self, Epub, Volumes};
use crate::model::Status;

#[derive(Debug, Args)]
#[command(next_help_heading = "The book")]
pub struct BookArgs {
    /// Parts of the book
    #[arg(long, value_enum, default_value_t = By::Month)]
    pub by: By,
    /// Order of the posts
    #[arg(long, value_enum, default_value_t = Order::Oldest)]
    pub order: Order,
    /// How addresses of links can be read on paper
    #[arg(long, value_enum, default_value_t = Links::Notes)]
    pub links: Links,
    /// Several books instead of one: year, size=200MB, count=500, tag=one,two
    #[arg(long, value_name = "HOW")]
    pub volumes: Option<Volumes>,
    /// Leave out: comments, tags, pictures (the two indexes), linked (posts that link here), gaps, cover-picture
    #[arg(long, value_enum, value_delimiter = ',', value_name = "PART")]
    pub without: Vec<Part>,
    /// Leave comments out of the book (as --without comments)
    #[arg(long)]
    pub no_comments: bool,
    /// The readers the book is for
    #[arg(long, value_enum, default_value_t = Profile::Generic)]
    pub profile: Profile,
    /// Longest side of pictures in pixels; 0 = as they are [default: 1600, for print 3000]
    #[arg(long, value_name = "PIXELS")]
    pub max_image: Option<u32>,
    /// Language of the book, as a tag (en, de, pt-BR)
    #[arg(long, value_name = "TAG")]
    pub language: Option<String>,
    /// Folder whose files replace the built-in templates of the same name
    #[arg(long, value_name = "DIR")]
    pub templates: Option<PathBuf>,
    /// Take drafts and pending posts into the book, the Markdown and the feed
    #[arg(long)]
    pub drafts: bool,
    /// Take private and protected posts into the book, the Markdown and the feed
    #[arg(long)]
    pub private: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum By {
    Month,
    Year,
    Tag,
    Series,
    Author,
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Order {
    Oldest,
    Newest,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Links {
    Notes,
    Inline,
    Both,
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Part {
    Comments,
    Tags,
    Pictures,
    Linked,
    Gaps,
    CoverPicture,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Profile {
    Generic,
    Kindle,
    Kobo,
    Print,
}

impl From<Profile> for export::Profile {
    fn from(profile: Profile) -> Self {
        match profile {
            Profile::Generic => Self::Generic,
            Profile::Kindle => Self::Kindle,
            Profile::Kobo => Self::Kobo,
            Profile::Print => Self::Print,
        }
    }
}

impl BookArgs {
    /// Returns the book that is asked for.
    pub fn epub(&self) -> Epub {
        let goes = |part| self.without.contains(&part);
        Epub {
            without: export::Without {
                comments: self.no_comments || goes(Part::Comments),
                tags: goes(Part::Tags),
                pictures: goes(Part::Pictures),
                linked: goes(Part::Linked),
                gaps: goes(Part::Gaps),
                cover_picture: goes(Part::CoverPicture),
            },
            by: match self.by {
                By::Month => export::By::Month,
                By::Year => export::By::Year,
                By::Tag => export::By::Tag,
                By::Series => export::By::Series,
                By::Author => export::By::Author,
                By::None => export::By::None,
            },
            order: match self.order {
                Order::Oldest => export::Order::Oldest,
                Order::Newest => export::Order::Newest,
            },
            links: match self.links {
                Links::Notes => export::Links::Notes,
                Links::Inline => export::Links::Inline,
                Links::Both => export::Links::Both,
                Links::None => export::Links::None,
            },
            language: self.language.clone(),
            templates: self.templates.clone(),
            profile: self.profile.into(),
            max_image: self.max_image,
            volume: None,
        }
    }

    /// What is not public goes into a book only when asked for; documents and snapshots hold everything.
    pub fn statuses(&self) -> Vec<Status> {
        let mut statuses = vec![Status::Published];
        if self.drafts {
            statuses.extend([Status::Draft, Status::Pending, Status::Scheduled]);
        }
        if self.private {
            statuses.extend([Status::Private, Status::Protected]);
        }
        statuses
    }
}
