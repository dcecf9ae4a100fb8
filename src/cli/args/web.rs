//! The words of the commands that ask the web.

use std::path::PathBuf;

use clap::Args;

fn versions(word: &str) -> Result<usize, String> {
    match word {
        "all" => Ok(usize::MAX),
        n => n.parse().map_err(|_| "write a number, or all".into()),
    }
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  mdarchive fetch https://blog.example\n  mdarchive fetch                 every blog of archives/mdarchive.toml\n  mdarchive fetch https://blog.example --name ours --no-media\n  mdarchive fetch https://blog.example --source feed --source sitemap\n  mdarchive fetch -i addresses.txt"
)]
pub struct FetchArgs {
    /// Address of a blog, or its name in mdarchive.toml; none = every blog there
    #[arg(value_name = "URL|NAME")]
    pub blogs: Vec<String>,
    /// Name of the archive; else host and first path of the address
    #[arg(long)]
    pub name: Option<String>,
    /// Leave pictures and other media where they are; they become gaps
    #[arg(long)]
    pub no_media: bool,
    /// Largest picture, sound, film or document to fetch, as 100MB
    #[arg(long, value_name = "SIZE")]
    pub max_media: Option<String>,
    /// Keep media once only, and not in the raw capture too
    #[arg(long)]
    pub no_raw_media: bool,
    /// Ask again for what is missing
    #[arg(long)]
    pub retry_gaps: bool,
    /// Read the blog this way and no other; may be given several times (see `mdarchive detect`)
    #[arg(long, value_name = "NAME")]
    pub source: Vec<String>,
    /// File with addresses of pages to get, one a line; - is stdin
    #[arg(short, long, value_name = "FILE", conflicts_with = "source")]
    pub input: Option<PathBuf>,
    /// Look again at so many pages of posts that are kept, each in its turn
    #[arg(long, value_name = "N")]
    pub recheck: Option<String>,
    /// Do not ask robots.txt where links and sitemaps are followed: for blogs of one's own
    #[arg(long)]
    pub no_robots: bool,
    /// The blog is gone: take it out of the Wayback Machine
    #[arg(long)]
    pub wayback: bool,
    /// Ask the Wayback Machine for pictures that are gone
    #[arg(long)]
    pub rescue: bool,
    /// Another archive of that manner, by the address below which captures are (http://localhost:8080/web/)
    #[arg(long, value_name = "URL")]
    pub wayback_base: Option<String>,
    /// Captures of a post to keep where their texts differ: 1 = the newest, 2 = the oldest too, 3 and more = those between, all
    #[arg(long, value_name = "N|all", default_value = "1", value_parser = versions)]
    pub wayback_versions: usize,
    /// With --wayback: no captures after this day (2009, 2009-04-23)
    #[arg(long, value_name = "DATE", requires = "wayback")]
    pub until: Option<String>,
    /// Only posts from this day on (2007, 2007-04-23) or of this age (30d)
    #[arg(long, value_name = "DATE")]
    pub since: Option<String>,
    /// Only posts whose address fits; * stands for anything
    #[arg(long, value_name = "PATTERN")]
    pub include: Vec<String>,
    /// No posts whose address fits
    #[arg(long, value_name = "PATTERN")]
    pub exclude: Vec<String>,
    /// Least time between two requests to a host, as 500ms or 2s
    #[arg(long, value_name = "TIME")]
    pub delay: Option<String>,
    /// File of cookies as browsers export it, for what only you may read; they are kept nowhere. Header fields
    /// for the blog alone are taken from MDARCHIVE_HEADERS
    #[arg(long, value_name = "FILE")]
    pub cookies: Option<String>,
    /// Write the summary as JSON to a file
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  mdarchive audit\n  mdarchive audit blog.example -v\n  mdarchive audit https://blog.example --source sitemap --json"
)]
pub struct AuditArgs {
    /// Archives, or addresses of their blogs; none = all archives
    #[arg(value_name = "NAME|URL")]
    pub blogs: Vec<String>,
    /// Ask only this source; may be given several times (see `mdarchive detect`)
    #[arg(long, value_name = "NAME")]
    pub source: Vec<String>,
    /// Do not ask robots.txt where links and sitemaps are followed: for blogs of one's own
    #[arg(long)]
    pub no_robots: bool,
    /// Ask the Wayback Machine too: posts that it captured and nobody else remembers
    #[arg(long)]
    pub wayback: bool,
    /// Another archive of its manner, by the address below which its captures are
    #[arg(long, value_name = "URL", requires = "wayback")]
    pub wayback_base: Option<String>,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  mdarchive detect https://blog.example\n  mdarchive detect https://blog.example --json"
)]
pub struct DetectArgs {
    /// Any address of the blog
    #[arg(value_name = "URL")]
    pub url: String,
}
