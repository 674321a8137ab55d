//! How a command ends when it does not end well, and what the user is told.

use super::execute::BatchFailure;
use crate::{report::ReportError, scenario::Diagnostics};
use std::{
    io::{self, Write},
    process::ExitCode,
};

/// Why a command did not do all it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Configs or overrides are wrong.
    #[error("{0}")]
    Config(#[from] Diagnostics),
    /// The command line asks for something that cannot be.
    #[error("{0}")]
    Usage(String),
    /// Some runs failed; the others were done.
    #[error("{0}")]
    Runs(String),
    /// The folder cannot take the results; nothing was written.
    #[error("{0}")]
    Folder(#[source] crate::output::folder::FolderError),
    /// A batch stopped on its way.
    #[error("{0}")]
    Batch(#[source] BatchFailure),
    /// A report could not be made.
    #[error("{0}")]
    Report(#[from] ReportError),
    /// A file or the terminal could not be written.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The user stopped it.
    #[error("interrupted; finished runs are kept, and the same command goes on from there")]
    Interrupted,
}

impl From<BatchFailure> for Failure {
    fn from(failure: BatchFailure) -> Self {
        match failure {
            BatchFailure::Folder(error) => Self::Folder(error),
            failure => Self::Batch(failure),
        }
    }
}

impl Failure {
    /// Tells the user, and gives the exit code.
    pub fn report(&self) -> ExitCode {
        let mut stderr = io::stderr().lock();
        let told = match self {
            Self::Io(error) if error.kind() == io::ErrorKind::BrokenPipe => return ExitCode::SUCCESS,
            Self::Config(errors) => {
                let (count, s) = (errors.found().len(), if errors.found().len() == 1 { "" } else { "s" });
                writeln!(stderr, "{self}\n\n{count} error{s}")
            }
            _ => writeln!(stderr, "error: {self}"),
        };
        // Nobody is left to tell if standard error is closed.
        drop(told);
        ExitCode::from(match self {
            Self::Config(_) | Self::Usage(_) | Self::Folder(_) | Self::Report(ReportError::NotAnOutput { .. }) => 2,
            Self::Runs(_) | Self::Io(_) | Self::Batch(_) | Self::Report(_) => 1,
            Self::Interrupted => 130,
        })
    }
}
