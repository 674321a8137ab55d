//! How a command ends when it does not end well, and what the user is told.

use crate::{
    batch::{ShardsError, StudyError},
    declare::text::counted,
    declare::text::visible_lines,
    output::folder::FolderError,
    report::ReportError,
    scenario::Diagnostics,
};
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
    /// A batch cannot be run as it is asked for; nothing was written.
    #[error("{source}{}", help(source))]
    Refused {
        /// Why.
        source: StudyError,
    },
    /// A batch stopped on its way.
    #[error("{0}")]
    Batch(#[source] StudyError),
    /// A report could not be made.
    #[error("{0}")]
    Report(#[from] ReportError),
    /// A file or the terminal could not be written.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The user stopped it.
    #[error("interrupted; finished runs are kept, and the same command goes on from there")]
    Interrupted,
    /// The user stopped it while shards were joined.
    #[error("interrupted; the shards are as they were, and the same command joins them anew")]
    NotJoined,
}

impl From<StudyError> for Failure {
    fn from(error: StudyError) -> Self {
        match error {
            StudyError::Config(found) => Self::Config(found),
            StudyError::Output(_) | StudyError::Stopped { .. } | StudyError::Gone { .. } | StudyError::Table { .. } => {
                Self::Batch(error)
            }
            source => Self::Refused { source },
        }
    }
}

/// What to do about it on the command line.
const fn help(error: &StudyError) -> &'static str {
    match error {
        StudyError::Folder(FolderError::Another { .. }) => {
            "; choose another folder with --out, or replace it with --overwrite"
        }
        StudyError::Folder(FolderError::NotEmpty { why: None, .. }) => {
            "; choose another folder with --out, or write into it with --overwrite"
        }
        StudyError::Folder(FolderError::NotEmpty { why: Some(why), .. }) if why.is_other_format => {
            "; choose another folder with --out"
        }
        StudyError::Folder(FolderError::NotEmpty { .. }) => {
            "; the tables there are kept as they are: put manifest.json back from a copy, or choose another folder with --out, \
             where the same batch gives the same tables"
        }
        StudyError::Folder(FolderError::Lost { .. }) => {
            "; choose another folder with --out, or give the command that was stopped"
        }
        StudyError::Folder(FolderError::File { .. }) => "; choose another with --out",
        StudyError::Folder(FolderError::Foreign { .. }) => ", or choose another folder with --out",
        StudyError::Shards(ShardsError::Damaged { .. }) => "; run its command again, which mends it",
        _ => "",
    }
}

impl Failure {
    /// The program's exit code.
    pub const fn code(&self) -> u8 {
        match self {
            Self::Config(_) | Self::Usage(_) | Self::Refused { .. } | Self::Report(ReportError::NotAnOutput { .. }) => {
                2
            }
            Self::Runs(_) | Self::Io(_) | Self::Batch(_) | Self::Report(_) => 1,
            Self::Interrupted | Self::NotJoined => 130,
        }
    }

    /// Tells the user, and gives the exit code.
    pub fn report(&self) -> ExitCode {
        let mut stderr = io::stderr().lock();
        let told = match self {
            Self::Io(error) if error.kind() == io::ErrorKind::BrokenPipe => return ExitCode::SUCCESS,
            Self::Config(errors) => {
                writeln!(stderr, "{self}\n\n{}", counted(errors.found().len() as u64, "error"))
            }
            // A name from outside must not steer the terminal.
            _ => writeln!(stderr, "error: {}", visible_lines(&self.to_string())),
        };
        // Nobody is left to tell if standard error is closed.
        drop(told);
        ExitCode::from(self.code())
    }
}
