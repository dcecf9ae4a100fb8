//! The words of the commands that look at what is kept.

use clap::Args;

#[derive(Debug, Default, Args)]
pub struct FilterArgs {
    /// Only posts from this day on (2007, 2007-04-23) or of this age (30d)
    #[arg(long, value_name = "DATE")]
    pub since: Option<String>,
    /// Only posts up to this day or age
    #[arg(long, value_name = "DATE")]
    pub until: Option<String>,
    /// Only posts with this tag or category
    #[arg(long)]
    pub tag: Option<String>,
    /// Only posts of this author
    #[arg(long)]
    pub author: Option<String>,
    /// Only posts of this series
    #[arg(long)]
    pub series: Option<String>,
    /// At most so many posts
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  mdarchive list\n  mdarchive list example.com --tag politics --since 2007 --until 2008\n  mdarchive list --blogs --json"
)]
pub struct ListArgs {
    /// Archives to list; none = all
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// List the archives instead of their posts
    #[arg(long)]
    pub blogs: bool,
    #[command(flatten)]
    pub filter: FilterArgs,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  mdarchive search lighthouse\n  mdarchive search fog \"old harbour\" --since 2007 --tag boats\n  mdarchive search keeper --in example.com --json\n\nAll words must be in a post, at the beginning of a word; case and accents do not count. Posts that have them in the\ntitle come first, then those that have them among tags, authors and captions, then those that have them in the text."
)]
pub struct SearchArgs {
    /// Words; several in quotes are a phrase
    #[arg(required = true, value_name = "WORDS")]
    pub words: Vec<String>,
    /// Look into this archive only; may be given several times
    #[arg(long = "in", value_name = "NAME")]
    pub names: Vec<String>,
    #[command(flatten)]
    pub filter: FilterArgs,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  mdarchive stats\n  mdarchive stats example.com --since 2007 --until 2009\n  mdarchive stats --json"
)]
pub struct StatsArgs {
    /// Archives; none = all
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    #[command(flatten)]
    pub filter: FilterArgs,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  mdarchive show 3f2a\n  mdarchive show my-first-post --explain\n  mdarchive show 3f2a --versions\n  mdarchive show 3f2a --version 1"
)]
pub struct ShowArgs {
    /// Beginning of a post's id, slug or address
    pub post: String,
    /// Where each field came from, and what it won against
    #[arg(long)]
    pub explain: bool,
    /// List earlier texts
    #[arg(long, conflicts_with = "version")]
    pub versions: bool,
    /// Show an earlier text, by its number or hash
    #[arg(long, value_name = "N|HASH")]
    pub version: Option<String>,
    /// Show the HTML of the body
    #[arg(long)]
    pub html: bool,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  mdarchive log\n  mdarchive log example.com --limit 5\n  mdarchive log my-first-post"
)]
pub struct LogArgs {
    /// An archive, or the beginning of a post's id, slug or address; none = all archives
    #[arg(value_name = "NAME|POST")]
    pub what: Option<String>,
    /// At most so many runs, the newest first
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  mdarchive diff 3f2a\n  mdarchive diff my-first-post 1")]
pub struct DiffArgs {
    /// Beginning of a post's id, slug or address
    pub post: String,
    /// Number or hash of an earlier text; else the one before the present
    #[arg(value_name = "N|HASH")]
    pub version: Option<String>,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  mdarchive revert my-first-post 1\n\nThe text that stands becomes a version itself. A change that the blog makes later wins again."
)]
pub struct RevertArgs {
    /// Beginning of a post's id, slug or address
    pub post: String,
    /// Number or hash of the earlier text
    #[arg(value_name = "N|HASH")]
    pub version: String,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  mdarchive gaps\n  mdarchive gaps example.com --accept            accept all of them\n  mdarchive gaps --accept-url https://…/lost.jpg  accept one"
)]
pub struct GapsArgs {
    /// Archives; none = all
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Accept all open gaps: they no longer make a run exit with 3
    #[arg(long)]
    pub accept: bool,
    /// Accept the gap of this address
    #[arg(long, value_name = "URL")]
    pub accept_url: Vec<String>,
}
