//! Snapshots: a whole archive as a BagIt 1.0 bag (RFC 8493) in one ZIP file, and the way back.
//! It knows nothing of what stands in the files but the archive's name and format.

mod read;
mod restore;
mod write;

pub use read::{Bag, Fault, MISSING};
pub use restore::{Restored, restore};
pub use write::write;

/// The declaration of a bag.
const BAGIT: &str = "bagit.txt";
const DECLARATION: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
const BAG_INFO: &str = "bag-info.txt";
const MANIFEST: &str = "manifest-sha256.txt";
const TAG_MANIFEST: &str = "tagmanifest-sha256.txt";

/// Returns whether a file is a snapshot that this program wrote.
pub fn is_ours(file: &std::path::Path) -> bool {
    let info = Bag::open(file).ok().and_then(|mut bag| bag.read_file(BAG_INFO, 1 << 16).ok());
    info.is_some_and(|info| String::from_utf8_lossy(&info).contains("Bag-Software-Agent: mdarchive"))
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
