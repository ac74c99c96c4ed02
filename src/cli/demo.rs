//! `stepdeck demo`: writes the demo plan into a folder.
//!
//! Owns the order "look first, then write": as long as one of the files is in the way,
//! nothing is written at all, and no file is ever overwritten. What the files say is
//! decided by [`crate::record::demo`].

use std::error::Error;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::record::demo::plan;

/// Write a demo plan to explore: an invented programme with steps, gates and papers.
///
/// The same number of steps and the same seed give the same files every time. A plan of up
/// to 4,000 steps puts forty into each block; from 9,901 steps on the blocks are full.
/// Nothing is overwritten: if one of the files exists already, none is written.
#[derive(clap::Args, Clone, Debug)]
pub struct Demo {
    /// The folder for the plan; it is created if it does not exist.
    pub dir: PathBuf,
    /// How many steps the log holds, sub-steps included.
    #[arg(long, value_name = "N", default_value_t = 480, value_parser = steps)]
    pub steps: usize,
    /// Another seed gives another plan of the same shape.
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
}

impl Demo {
    /// Writes the plan and says where it is.
    ///
    /// # Errors
    /// As [`write`], or standard output cannot be written.
    pub fn run(self) -> color_eyre::Result<()> {
        let files = write(&self.dir, self.steps, self.seed)?;
        let mut out = io::stdout().lock();
        let said = writeln!(
            out,
            "Wrote a plan of {} steps in {} files to {}.\nOpen it with: cd {} && stepdeck",
            self.steps,
            files.len(),
            self.dir.display(),
            shown_for_shell(&self.dir),
        );
        match said {
            // Whoever closed the pipe has read enough; the plan is written.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => Ok(other?),
        }
    }
}

/// The log is put together in memory, at about half a kilobyte a step.
const MOST_STEPS: usize = 10_000_000;

fn steps(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(steps) if (1..=MOST_STEPS).contains(&steps) => Ok(steps),
        _ => Err(format!("give a whole number from 1 to {MOST_STEPS}")),
    }
}

fn shown_for_shell(dir: &Path) -> String {
    let text = dir.display().to_string();
    shlex::try_quote(&text).map_or_else(|_| text.clone(), |quoted| quoted.into_owned())
}

/// Why the demo plan was not written.
#[derive(Debug)]
pub enum DemoError {
    /// A file of the plan, or something else by its name, exists; nothing was written.
    Exists(PathBuf),
    /// A folder or file could not be written; files before it may have been.
    Write { path: PathBuf, source: io::Error },
}

impl fmt::Display for DemoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exists(path) => write!(
                f,
                "{} exists already, so nothing was written; name an empty folder, or move the \
                 file away",
                path.display()
            ),
            Self::Write { path, source } => write!(
                f,
                "{} could not be written ({source}); make room or choose another folder, and \
                 delete what was written before trying again",
                path.display()
            ),
        }
    }
}

impl Error for DemoError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Exists(_) => None,
            Self::Write { source, .. } => Some(source),
        }
    }
}

/// Writes the demo plan below `dir` and returns the paths written, in order.
///
/// # Errors
/// [`DemoError::Exists`] before anything is written if one of the files is there already;
/// [`DemoError::Write`] when the file system refuses.
pub fn write(dir: &Path, steps: usize, seed: u64) -> Result<Vec<PathBuf>, DemoError> {
    let files: Vec<(PathBuf, Vec<u8>)> = plan(steps, seed)
        .into_iter()
        .map(|(path, bytes)| (dir.join(path), bytes))
        .collect();
    // A dangling symlink is in the way too, so links are not followed.
    if let Some((path, _)) = files
        .iter()
        .find(|(path, _)| path.symlink_metadata().is_ok())
    {
        return Err(DemoError::Exists(path.clone()));
    }
    files
        .into_iter()
        .map(|(path, bytes)| create(path, &bytes))
        .collect()
}

fn create(path: PathBuf, bytes: &[u8]) -> Result<PathBuf, DemoError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let written = fs::create_dir_all(folder)
        .and_then(|()| File::create_new(&path))
        .and_then(|mut file| file.write_all(bytes));
    match written {
        Ok(()) => Ok(path),
        Err(source) => Err(DemoError::Write { path, source }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
                "{} exists already, so nothing was written; name an empty folder, or move the \
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
            Err(DemoError::Exists(_))
        ));
        let log = fs::read(home.path().join("data/plans/10000_step_plan.jsonl")).expect("a log");
        assert_eq!(log.split(|byte| *byte == b'\n').count(), 52);
    }

    #[test]
    fn the_command_line_has_the_bundled_plan_as_its_default() {
        use clap::{Args, Command, FromArgMatches};
        let command = Demo::augment_args(Command::new("demo"));
        let matches = command
            .try_get_matches_from(["demo", "here"])
            .expect("valid arguments");
        let demo = Demo::from_arg_matches(&matches).expect("a demo");
        assert_eq!((demo.dir, demo.steps, demo.seed), ("here".into(), 480, 1));
    }

    #[test]
    fn the_number_of_steps_is_checked_before_anything_is_made() {
        assert_eq!(steps("12345"), Ok(12_345));
        for wrong in ["0", "-1", "10000001", "many", ""] {
            assert_eq!(
                steps(wrong),
                Err("give a whole number from 1 to 10000000".to_owned())
            );
        }
    }

    #[test]
    fn a_folder_that_is_a_file_is_reported_with_its_path() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let dir = home.path().join("taken");
        fs::write(&dir, "").expect("a file");
        let error = write(&dir, 1, 1).expect_err("refused");
        assert!(matches!(&error, DemoError::Write { path, .. } if path.starts_with(&dir)));
        assert!(error.to_string().contains("taken"));
    }
}
