//! Puts an export in its place: whole or not at all, and never over what somebody else wrote.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::store::Archive;

/// Returns the path of an export: the archive's folder name and an end in the folder of results, which is made when missing.
pub fn path_of(archive: &Archive, folder: &Path, end: &str, extension: &str) -> Result<PathBuf> {
    let real = |path: &Path| fs::canonicalize(path).map_err(Error::io("open", path));
    let root = real(&archive.root)?;
    let there = folder.ancestors().find(|f| f.exists()).unwrap_or(Path::new("."));
    if real(there)?.starts_with(&root) {
        return Err(Error::export(archive.root.display(), "the result would lie in the archive itself")
            .with_hint("choose another folder with -o"));
    }
    fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
    let name = root.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let dot = if extension.is_empty() { "" } else { "." };
    Ok(folder.join(format!("{name}{end}{dot}{extension}")))
}

/// Has a file written beside its place and puts it there when it is whole. What stands there already is replaced only
/// when it `is_ours`, is empty, or `force` is given.
pub fn put(
    path: &Path,
    force: bool,
    is_ours: &dyn Fn(&Path) -> bool,
    write: &mut dyn FnMut(&mut File) -> Result<()>,
) -> Result<()> {
    if let Ok(old) = fs::metadata(path) {
        let replaceable = old.is_file() && (force || old.len() == 0 || is_ours(path));
        if !replaceable {
            return Err(Error::export(path.display(), "a file is there that mdarchive did not write")
                .with_hint("choose another folder with -o, or replace it with --force"));
        }
    }
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".mdarchive-").suffix(".part");
    #[cfg(unix)]
    // As any other new file: what others may do with it is for the umask to say.
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut temp = builder.tempfile_in(folder).map_err(Error::io("write", path))?;
    write(temp.as_file_mut())?;
    temp.as_file().sync_all().map_err(Error::io("write", path))?;
    temp.persist(path).map_err(|e| Error::io("write", path)(e.error)).map(|_| ())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn words(text: &'static str) -> impl FnMut(&mut File) -> Result<()> {
        move |out| out.write_all(text.as_bytes()).map_err(Error::io("write", "x"))
    }

    #[test]
    fn foreign_file_is_replaced_only_by_force() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("blog.json");
        let ours = |p: &Path| fs::read_to_string(p).unwrap().starts_with("ours");
        put(&path, false, &ours, &mut words("ours 1")).unwrap();
        put(&path, false, &ours, &mut words("theirs")).unwrap();
        let error = put(&path, false, &ours, &mut words("ours 2")).unwrap_err();
        assert!(error.hint().unwrap().contains("--force"));
        assert_eq!(fs::read_to_string(&path).unwrap(), "theirs");
        put(&path, true, &ours, &mut words("ours 3")).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "ours 3");
    }

    #[test]
    fn export_that_fails_leaves_the_earlier_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("blog.json");
        put(&path, false, &|_| true, &mut words("whole")).unwrap();
        let mut failing = |out: &mut File| {
            out.write_all(b"half").unwrap();
            Err(Error::Interrupted)
        };
        assert!(put(&path, false, &|_| true, &mut failing).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "whole");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn folder_of_the_same_name_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("blog.json");
        fs::create_dir(&path).unwrap();
        assert!(put(&path, true, &|_| true, &mut words("x")).is_err());
        assert!(path.is_dir());
    }
}
