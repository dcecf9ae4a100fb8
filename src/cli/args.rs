//! The words of the command line.

mod kept;
mod web;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::book::{BookArgs, Profile};
pub use kept::{DiffArgs, FilterArgs, GapsArgs, ListArgs, LogArgs, RevertArgs, SearchArgs, ShowArgs, StatsArgs};
pub use web::{AuditArgs, DetectArgs, FetchArgs};

/// What `mdarchive` alone says.
pub const FIRST_STEPS: &str = "\
mdarchive saves blogs for good: fetch or import posts, keep them as JSON, hand them out as EPUB, JSON and ZIP.

  mdarchive demo                           see it all at work, with no network
  mdarchive fetch https://blog.example     save a live blog
  mdarchive import export.xml post.txt     save what you already have
  mdarchive export --epub                  read it as a book
  mdarchive --help                         everything else
";

const AFTER_HELP: &str = "\
Examples:
  mdarchive fetch https://blog.example         add or refresh a blog
  mdarchive import wordpress-export.xml        take in an export file
  mdarchive list --tag politics --since 2007   see what is kept
  mdarchive search lantern \"old harbour\"       find posts by the words in them
  mdarchive show 3f2a                          read a post, by the beginning of its id, slug or address
  mdarchive export --epub --zip -o out         a book and a snapshot
  mdarchive verify                             are all files as they were written?

Exit codes:
  0 all kept   1 failed   2 usage or configuration   3 finished, with gaps that are new or not accepted
  4 verify found damage, or lint faults   130 interrupted, the archive is consistent";

#[derive(Debug, Parser)]
#[command(name = "mdarchive", version, about = "Saves blogs for good", after_help = AFTER_HELP, max_term_width = 110)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub global: Global,
}

#[derive(Debug, Args)]
pub struct Global {
    /// Folder in which archives live, a folder a blog
    #[arg(long, global = true, env = "MDARCHIVE_ARCHIVES", default_value = "archives", value_name = "DIR")]
    pub archives: PathBuf,
    /// Machine output with stable keys on stdout
    #[arg(long, global = true)]
    pub json: bool,
    /// Read no file of settings
    #[arg(long, global = true)]
    pub no_config: bool,
    /// Say only what is wrong
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Say more: notes and every missing thing
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Add or refresh blogs from the web
    Fetch(FetchArgs),
    /// Say how a blog can be read, without reading it
    Detect(DetectArgs),
    /// Hold what a blog published against what is kept
    Audit(AuditArgs),
    /// Take in export files, plain-text posts and snapshots
    Import(ImportArgs),
    /// Hand out a book, a JSON document, Markdown, a feed or a ZIP snapshot
    Export(ExportArgs),
    /// List what is kept
    List(ListArgs),
    /// Show one post: its text, where each field came from, its earlier texts
    Show(ShowArgs),
    /// Find posts by the words in them
    Search(SearchArgs),
    /// What is kept, in numbers
    Stats(StatsArgs),
    /// What changed and when; where sources disagree
    Log(LogArgs),
    /// What an earlier text of a post said otherwise
    Diff(DiffArgs),
    /// Put an earlier text of a post back
    Revert(RevertArgs),
    /// Make posts anew from the raw capture, with today's readers and no network
    Reextract(ReextractArgs),
    /// Check every kept file against its recorded digest
    Verify(VerifyArgs),
    /// List what is missing and why
    Gaps(GapsArgs),
    /// Read posts out of web pages; nothing is stored
    Extract(ExtractArgs),
    /// Check a finished book (EPUB) by thirty rules that readers need kept
    Lint(LintArgs),
    /// Begin templates of one's own
    Templates(TemplatesArgs),
    /// Write a list of blogs and recipes for nightly backups here
    Init(InitArgs),
    /// Check and show the settings
    Config(ConfigArgs),
    /// The whole path on a sample blog, with no network
    Demo(DemoArgs),
    /// Print completions for a shell
    Completions(CompletionsArgs),
    /// Print the manual page
    Man(ManArgs),
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  mdarchive import wordpress.2024-01-01.xml\n  mdarchive import saved/*.txt --name missile-watch\n  mdarchive import blog-snapshot.zip\n  mdarchive import --dry-run whatever-this-is.zip"
)]
pub struct ImportArgs {
    /// Export files, feeds, saved pages, plain-text posts, snapshots; folders, ZIPs, tars of them; told by content
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Name of the archive; else host and first path of the blog, else the file's name
    #[arg(long)]
    pub name: Option<String>,
    /// Address of the blog, where the files do not name it (Substack, Ghost, Blogger Takeout)
    #[arg(long, value_name = "URL")]
    pub site: Option<String>,
    /// Zone of times that name none, as Europe/Berlin or +02:00
    #[arg(long, value_name = "ZONE")]
    pub timezone: Option<String>,
    /// Encoding of texts that declare none, as windows-1251
    #[arg(long, value_name = "NAME")]
    pub encoding: Option<String>,
    /// Format of the files, where it is told wrongly (wxr, blogger, mt …)
    #[arg(long, value_name = "NAME")]
    pub format: Option<String>,
    /// Say what would come in, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Refuse files that must be repaired or say too little; nothing is written then
    #[arg(long)]
    pub strict: bool,
    /// Ask the web for the media that the files name and do not hold; else they are gaps
    #[arg(long)]
    pub media: bool,
    /// Take in comments that never were public too (spam, trash, unapproved), marked so
    #[arg(long)]
    pub all_comments: bool,
    /// Write the summary as JSON to a file
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  mdarchive export --epub\n  mdarchive export example.com --epub --volumes year -o books\n  mdarchive export --epub --by tag --without comments,gaps\n  mdarchive export --json --zip\n  mdarchive export --zip --since-last -o backups   every night\n  mdarchive export --markdown --tag boats"
)]
pub struct ExportArgs {
    /// Archives to export; none = all
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// A book (EPUB 3)
    #[arg(long)]
    pub epub: bool,
    // `--json` is the global flag; with export it is a format.
    /// JSON Lines, a post a line
    #[arg(long)]
    pub jsonl: bool,
    /// A JSON Feed 1.1, for readers of feeds
    #[arg(long)]
    pub jsonfeed: bool,
    /// A folder of Markdown files for Hugo, Jekyll and Obsidian, media beside
    #[arg(long)]
    pub markdown: bool,
    /// A snapshot of the whole archive (a BagIt bag in a ZIP)
    #[arg(long)]
    pub zip: bool,
    /// With --zip: only what the snapshots in the folder of results do not hold yet, as one more that goes on top
    #[arg(long, requires = "zip")]
    pub since_last: bool,
    /// Folder for the results
    #[arg(short, long, default_value = ".", value_name = "DIR")]
    pub output: PathBuf,
    #[command(flatten)]
    pub book: BookArgs,
    #[command(flatten)]
    pub filter: FilterArgs,
    /// Replace files that mdarchive did not write
    #[arg(long)]
    pub force: bool,
    /// Threads; none = all cores
    #[arg(long, value_name = "N")]
    pub jobs: Option<usize>,
    /// Write the summary as JSON to a file
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  mdarchive reextract --dry-run              which posts would be other than they are\n  mdarchive reextract example.com            make them so; what stood before is kept as a version"
)]
pub struct ReextractArgs {
    /// Archives; none = all
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Say which posts would change, write nothing
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  mdarchive verify\n  mdarchive verify example.com\n  mdarchive verify snapshot.zip"
)]
pub struct VerifyArgs {
    /// Archives or snapshot files; none = all archives
    #[arg(value_name = "NAME|FILE")]
    pub what: Vec<String>,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  mdarchive extract --jsonl saved/ > posts.jsonl\n  mdarchive extract page.html --explain\n  curl -s https://blog.example/post | mdarchive extract -"
)]
pub struct ExtractArgs {
    /// Pages, folders of pages, or - for stdin
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// One JSON object a line (the default)
    #[arg(long)]
    pub jsonl: bool,
    /// The archive's whole form of a post
    #[arg(long)]
    pub full: bool,
    /// What speaks for each field and why the rest was not taken: as text, with --jsonl in each line
    #[arg(long)]
    pub explain: bool,
    /// JSON file that says where pages came from (id → address)
    #[arg(long, value_name = "FILE")]
    pub urls: Option<PathBuf>,
    /// Threads; none = all cores
    #[arg(long, value_name = "N")]
    pub jobs: Option<usize>,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  mdarchive lint book.epub\n  mdarchive lint book.epub --against example.com\n  mdarchive lint --rules\n\nExit codes:\n  0 no fault   1 the file cannot be read   4 faults found; advice alone is no fault"
)]
pub struct LintArgs {
    /// Books, made by whomever
    #[arg(required_unless_present = "rules", value_name = "BOOK.epub")]
    pub books: Vec<PathBuf>,
    /// The archive it was made of: are all texts and captions in the book?
    #[arg(long, value_name = "NAME")]
    pub against: Option<String>,
    /// The readers it is made for
    #[arg(long, value_enum, default_value_t = Profile::Generic)]
    pub profile: Profile,
    /// List the rules
    #[arg(long)]
    pub rules: bool,
}

#[derive(Debug, Args)]
pub struct TemplatesArgs {
    #[command(subcommand)]
    pub command: TemplatesCommand,
}

#[derive(Debug, Subcommand)]
pub enum TemplatesCommand {
    /// Write the built-in templates to a folder, to change them there (export --templates DIR)
    Copy {
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// Replace files that were changed
        #[arg(long)]
        force: bool,
    },
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  mdarchive init\n  mdarchive init backups && cd backups && just schedule")]
pub struct InitArgs {
    /// Folder for both files
    #[arg(default_value = ".", value_name = "DIR")]
    pub folder: PathBuf,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  mdarchive config init              write archives/mdarchive.toml, all of it switched off\n  mdarchive config check\n  mdarchive config show example.com  what holds, and where it is set"
)]
pub struct ConfigArgs {
    #[command(subcommand)]
    pub verb: ConfigVerb,
}

#[derive(Debug, Subcommand)]
pub enum ConfigVerb {
    /// Write an example of the file of settings
    Init,
    /// Read all files of settings and say what does not fit
    Check,
    /// Show what holds for blogs, and where each value comes from
    Show {
        /// Blogs; none = all
        #[arg(value_name = "NAME")]
        names: Vec<String>,
    },
    /// Print the JSON Schema of the file
    Schema,
}

#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Folder for the results
    #[arg(short, long, default_value = "mdarchive-demo", value_name = "DIR")]
    pub output: PathBuf,
}

#[derive(Debug, Args)]
pub struct CompletionsArgs {
    pub shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub struct ManArgs {
    /// Write one page a command to a folder instead of printing the main one
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
}
