//! Three versions of a file merged by git, line by line.

use std::path::Path;

use super::{Git, GitError};

/// What git made of three versions.
#[derive(Debug)]
pub(crate) struct MergedLines {
    /// The result, with markers around what is in conflict.
    pub bytes: Vec<u8>,
    /// How many conflicts there are; git counts no further than 127.
    pub conflicts: usize,
}

/// Three files of one file's versions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct VersionPaths<'a> {
    pub base: &'a Path,
    pub ours: &'a Path,
    pub theirs: &'a Path,
}

impl Git {
    /// Merges the files by line. `labels` are what follows the opening and the closing marker, which
    /// are `size` characters long.
    ///
    /// # Errors
    /// As [`Git::run`], and when git takes a version for something other than text.
    pub(crate) fn merge_file(
        &self,
        versions: VersionPaths<'_>,
        labels: [&str; 2],
        size: usize,
    ) -> Result<MergedLines, GitError> {
        let size = format!("--marker-size={size}");
        let [ours, base, theirs] =
            [versions.ours, versions.base, versions.theirs].map(|path| path.to_string_lossy());
        let arguments = [
            "merge-file",
            "-p",
            "-q",
            &size,
            "-L",
            labels[0],
            "-L",
            "base",
            "-L",
            labels[1],
            "--",
            &ours,
            &base,
            &theirs,
        ];
        let answer = self.run(&arguments)?;
        match answer.status.code() {
            Some(conflicts @ 0..=127) => Ok(MergedLines {
                bytes: answer.stdout,
                conflicts: usize::try_from(conflicts).unwrap_or_default(),
            }),
            _ => Err(GitError::Failed {
                subcommand: "merge-file".to_owned(),
                complaint: answer.complaint,
            }),
        }
    }
}
