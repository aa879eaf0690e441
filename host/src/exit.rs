//! The exit statuses, as scripts know them.

/// How the process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// The user's project, the cloud or a plugin failed.
    Failed = 1,
    /// The command line or an answer is wrong or missing; with `plan --detailed-exitcode`: there are changes.
    Usage = 2,
    /// Whoever read our output closed it.
    ClosedPipe = 3,
    /// Ctrl-C.
    Interrupted = 130,
    /// A fault of ours.
    Internal = 255,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
