//! The verdict of a run, as the shell sees it.

use std::process::ExitCode;

use crate::error::Error;
use crate::store::Summary;

/// Exit codes; the same in `--help`, README and the tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All that was wanted is kept.
    Whole = 0,
    Failed = 1,
    /// The command line or the configuration does not fit.
    Usage = 2,
    /// Finished, with gaps that are new or not accepted.
    Gaps = 3,
    /// Verify found damage.
    Damage = 4,
    /// Stopped by the user; the archive is consistent.
    Interrupted = 130,
}

impl Exit {
    pub fn of(error: &Error) -> Exit {
        match error {
            Error::Usage { .. } => Exit::Usage,
            Error::Interrupted => Exit::Interrupted,
            _ => Exit::Failed,
        }
    }

    pub fn of_summary(summary: &Summary) -> Exit {
        match (summary.interrupted, summary.open_gaps) {
            (true, _) => Exit::Interrupted,
            (false, 0) => Exit::Whole,
            (false, _) => Exit::Gaps,
        }
    }

    /// Returns the worse of two: 130 > 1 > 2 > 4 > 3 > 0.
    pub fn worse(self, other: Exit) -> Exit {
        let weight = |e: Exit| match e {
            Exit::Whole => 0,
            Exit::Gaps => 1,
            Exit::Damage => 2,
            Exit::Usage => 3,
            Exit::Failed => 4,
            Exit::Interrupted => 5,
        };
        if weight(other) > weight(self) { other } else { self }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}
