//! Failures that end a run, grouped by what the user can do about them. A [`Gap`](crate::model::Gap) is no error.

use std::fmt;
use std::path::{Path, PathBuf};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure that ends a run. Its text has no full stop and always names the address or path;
/// [`Error::hint`] says what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An operation on a file or folder failed.
    #[error("cannot {verb} {}: {cause}", path.display())]
    Io { verb: &'static str, path: PathBuf, cause: std::io::Error },

    /// What was given cannot be understood as what it should be.
    #[error("cannot read {what}: {why}")]
    Input { what: String, why: String, hint: Option<String> },

    /// An address gave no answer that can be used.
    #[error("cannot fetch {url}: {why}")]
    Fetch { url: String, why: String, hint: Option<String> },

    /// The archive is in the hands of another process, or not of a kind this program knows.
    #[error("cannot use archive {}: {why}", path.display())]
    Archive { path: PathBuf, why: String, hint: Option<String> },

    /// An export could not be made.
    #[error("cannot export {what}: {why}")]
    Export { what: String, why: String, hint: Option<String> },

    /// The words of the command line or of the configuration do not fit.
    #[error("{why}")]
    Usage { why: String, hint: Option<String> },

    /// The user asked to stop; what was kept is consistent.
    #[error("interrupted")]
    Interrupted,
}

impl Error {
    /// Returns a closure that ties an I/O error to what was tried and where.
    pub fn io(verb: &'static str, path: impl AsRef<Path>) -> impl FnOnce(std::io::Error) -> Error {
        let path = path.as_ref().to_path_buf();
        move |cause| Error::Io { verb, path, cause }
    }

    pub fn input(what: impl fmt::Display, why: impl fmt::Display) -> Error {
        Error::Input { what: what.to_string(), why: why.to_string(), hint: None }
    }

    pub fn fetch(url: impl fmt::Display, why: impl fmt::Display) -> Error {
        Error::Fetch { url: url.to_string(), why: why.to_string(), hint: None }
    }

    pub fn archive(path: impl AsRef<Path>, why: impl fmt::Display) -> Error {
        Error::Archive { path: path.as_ref().to_path_buf(), why: why.to_string(), hint: None }
    }

    pub fn export(what: impl fmt::Display, why: impl fmt::Display) -> Error {
        Error::Export { what: what.to_string(), why: why.to_string(), hint: None }
    }

    pub fn usage(why: impl fmt::Display) -> Error {
        Error::Usage { why: why.to_string(), hint: None }
    }

    /// Adds what the user can do about it; replaces nothing on kinds that carry their own.
    pub fn with_hint(mut self, text: impl fmt::Display) -> Error {
        match &mut self {
            Error::Input { hint, .. }
            | Error::Fetch { hint, .. }
            | Error::Archive { hint, .. }
            | Error::Export { hint, .. }
            | Error::Usage { hint, .. } => *hint = Some(text.to_string()),
            Error::Io { .. } | Error::Interrupted => {}
        }
        self
    }

    /// Returns what the user can do about it, where something is known.
    pub fn hint(&self) -> Option<String> {
        use std::io::ErrorKind::*;
        match self {
            Error::Input { hint, .. }
            | Error::Fetch { hint, .. }
            | Error::Archive { hint, .. }
            | Error::Export { hint, .. }
            | Error::Usage { hint, .. } => hint.clone(),
            Error::Io { cause, .. } => match cause.kind() {
                NotFound => Some("check the spelling of the path".into()),
                PermissionDenied => {
                    Some("check who owns the file, or choose another folder with --archives or -o".into())
                }
                ReadOnlyFilesystem => Some("the disk is read-only; choose another folder with --archives or -o".into()),
                StorageFull | QuotaExceeded => {
                    Some("the disk is full; what was kept before is unharmed, free some space and run again".into())
                }
                _ => None,
            },
            Error::Interrupted => Some("run the same command again to go on where it stopped".into()),
        }
    }
}
