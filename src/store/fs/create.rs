//! New files, all or none: nothing is ever overwritten.

use std::error::Error;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// Why new files were not written.
#[derive(Debug)]
pub enum CreateError {
    /// One of the files, or something else by its name, exists; nothing was written.
    Exists(PathBuf),
    /// A folder or file could not be written; files before it may have been.
    Write {
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl fmt::Display for CreateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exists(path) => write!(
                f,
                "{} already exists, so nothing was written; name an empty folder, or move the \
                 file away",
                path.display()
            ),
            Self::Write { path, source } => write!(
                f,
                "{} could not be written ({source}); free some space or choose another folder, and \
                 delete what was written before trying again",
                path.display()
            ),
        }
    }
}

impl Error for CreateError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Exists(_) => None,
            Self::Write { source, .. } => Some(source),
        }
    }
}

/// Writes `files` below `dir` and answers the paths written, in order. Folders are made.
///
/// # Errors
/// [`CreateError::Exists`] before anything is written if one of the files is there already;
/// [`CreateError::Write`] when the file system refuses.
pub fn create(dir: &Path, files: Vec<(PathBuf, Vec<u8>)>) -> Result<Vec<PathBuf>, CreateError> {
    // A dangling symlink is in the way too, so links are not followed.
    let taken = |path: &Path| dir.join(path).symlink_metadata().is_ok();
    if let Some((path, _)) = files.iter().find(|(path, _)| taken(path)) {
        return Err(CreateError::Exists(dir.join(path)));
    }
    files
        .into_iter()
        .map(|(path, bytes)| create_one(dir.join(path), &bytes))
        .collect()
}

/// Creates a folder, and those above it, that only this person can look into.
///
/// # Errors
/// Those of `mkdir`; a folder that is there is not an error.
pub(crate) fn create_private_folder(path: &Path) -> io::Result<()> {
    let mut private = fs::DirBuilder::new();
    private.recursive(true).mode(0o700).create(path)
}

fn create_one(path: PathBuf, bytes: &[u8]) -> Result<PathBuf, CreateError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let written = fs::create_dir_all(folder)
        .and_then(|()| File::create_new(&path))
        .and_then(|mut file| file.write_all(bytes));
    match written {
        Ok(()) => Ok(path),
        Err(source) => Err(CreateError::Write { path, source }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::demo::plan;

    fn write(dir: &Path, steps: usize, seed: u64) -> Result<Vec<PathBuf>, CreateError> {
        create(dir, plan(steps, seed))
    }

    #[test]
    fn the_plan_is_written_into_a_folder_that_did_not_exist() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let dir = home.path().join("new/plan");
        let written = write(&dir, 50, 1).expect("written");
        let expected = plan(50, 1);
        assert_eq!(written.len(), expected.len());
        for ((path, bytes), at) in expected.iter().zip(&written) {
            assert_eq!(*at, dir.join(path));
            assert_eq!(fs::read(at).expect("readable"), *bytes);
        }
    }

    #[test]
    fn a_file_in_the_way_is_named_and_nothing_is_written() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let roadmap = home.path().join("data/ROADMAP.md");
        fs::create_dir(home.path().join("data")).expect("a folder");
        fs::write(&roadmap, "mine").expect("a file");
        let error = write(home.path(), 50, 1).expect_err("refused");
        assert_eq!(
            error.to_string(),
            format!(
                "{} already exists, so nothing was written; name an empty folder, or move the \
                 file away",
                roadmap.display()
            )
        );
        assert_eq!(fs::read(&roadmap).expect("readable"), b"mine");
        assert!(!home.path().join("stepdeck.toml").exists());
        assert_eq!(
            fs::read_dir(home.path().join("data"))
                .expect("a folder")
                .count(),
            1
        );
    }

    #[test]
    fn a_second_call_leaves_the_first_plan_alone() {
        let home = tempfile::tempdir().expect("a temporary folder");
        write(home.path(), 50, 1).expect("written");
        assert!(matches!(
            write(home.path(), 60, 2),
            Err(CreateError::Exists(_))
        ));
        let log = fs::read(home.path().join("data/plans/10000_step_plan.jsonl")).expect("a log");
        assert_eq!(log.split(|byte| *byte == b'\n').count(), 52);
    }

    #[test]
    fn a_folder_that_is_a_file_is_reported_with_its_path() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let dir = home.path().join("taken");
        fs::write(&dir, "").expect("a file");
        let error = write(&dir, 1, 1).expect_err("refused");
        assert!(matches!(&error, CreateError::Write { path, .. } if path.starts_with(&dir)));
        assert!(error.to_string().contains("taken"));
    }
}
