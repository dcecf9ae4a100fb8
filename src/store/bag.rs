//! Snapshots: a whole archive as a BagIt 1.0 bag (RFC 8493) in one ZIP file, and the way back.
//! It knows nothing of what stands in the files but the archive's name and format.

mod apply;
mod read;
mod restore;
mod since;
mod write;

pub use read::{Bag, Fault, MISSING};
pub use restore::{Restored, restore};
pub use since::{Changes, Since, Step};
pub use write::write;

/// The declaration of a bag.
const BAGIT: &str = "bagit.txt";
const DECLARATION: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
const BAG_INFO: &str = "bag-info.txt";
const MANIFEST: &str = "manifest-sha256.txt";
const TAG_MANIFEST: &str = "tagmanifest-sha256.txt";
/// In a bag that goes on top of another: the digests of all files of the archive once it lies there …
const STATE: &str = "archive-sha256.txt";
/// … those of the files whose place new ones take, and of those that are to go, as they were.
const REPLACED: &str = "replaced-sha256.txt";
const REMOVED: &str = "removed-sha256.txt";
/// The digest of the other's list of tag files, which covers all of it; and its name when this one was made.
const FOLLOWS: &str = "Follows-Tagmanifest-SHA256";
const FOLLOWS_NAME: &str = "Follows-File";

/// Returns whether a file is a snapshot that this program wrote.
pub fn is_ours(file: &std::path::Path) -> bool {
    let info = Bag::open(file).ok().and_then(|mut bag| bag.read_file(BAG_INFO, 1 << 16).ok());
    info.is_some_and(|info| String::from_utf8_lossy(&info).contains("Bag-Software-Agent: mdarchive"))
}

/// Returns which of several that go on top of each other a snapshot is; the first is whole.
pub fn step(file: &std::path::Path) -> u32 {
    let count = Bag::open(file).ok().and_then(|mut bag| bag.info("Bag-Count"));
    count.and_then(|c| c.split(' ').next()?.parse().ok()).unwrap_or(1)
}

/// Returns whether a file looks like a snapshot; what is wrong with it is for [`restore`] to say.
pub fn is_snapshot(file: &std::path::Path) -> bool {
    !matches!(Bag::open(file), Err(Fault::Other(_) | Fault::Error(_)))
}

/// Returns a path as a manifest writes it (RFC 8493, 2.1.3).
fn encode(path: &str) -> String {
    path.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Returns the path that a manifest means.
fn decode(path: &str) -> String {
    let path = path.replace("%0D", "\r").replace("%0d", "\r").replace("%0A", "\n").replace("%0a", "\n");
    path.replace("%25", "%")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifest_paths_come_back_as_they_were() {
        for path in ["data/a%25b", "data/a\nb\rc", "data/50%", "data/é"] {
            assert_eq!(decode(&encode(path)), path);
            assert!(!encode(path).contains('\n'));
        }
    }
}
