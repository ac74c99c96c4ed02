//! `stepdeck demo`: writes the demo plan into a folder.
//!
//! What the files say is decided by [`crate::record::demo`], how they come to be by
//! [`crate::store::fs::create`].

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use super::invocation::Invocation;
use crate::document::visible::visible;
use crate::git::import::NewCommit;
use crate::git::{Git, GitError};
use crate::record::demo::{self, Written};
use crate::store::fs::create::create;

/// Write a demo plan to explore: an invented programme with steps, gates and papers.
///
/// The same number of steps and the same seed always give the same files. Up to 4,000 steps, each
/// block gets forty; from 9,901 steps on, nearly all blocks are full. With `--untidy`, the plan looks like
/// one that five people have kept for years, with their spellings, links, comments and slips:
/// `stepdeck check` finds about eight problems per ten steps. With `--history`, the folder becomes a
/// git repository with a year of commits by five people and the papers that they wrote, the same for the
/// same seed. Nothing is
/// overwritten: if one of the files already exists, none is written.
#[derive(clap::Args, Clone, Debug)]
pub struct Demo {
    /// The folder for the plan; it is created if it does not exist.
    pub dir: PathBuf,
    /// Number of steps in the log, including sub-steps.
    #[arg(long, value_name = "N", default_value_t = 480, value_parser = steps)]
    pub steps: usize,
    /// Another seed gives another plan of the same shape.
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
    /// Write the plan as people write it, with problems to find and fix.
    #[arg(long)]
    pub untidy: bool,
    /// Make it a git repository with a year of work by five people.
    #[arg(long)]
    pub history: bool,
}

impl Demo {
    /// Writes the plan, seen from the start, and says where it is.
    ///
    /// # Errors
    /// As [`create`], or standard output cannot be written.
    pub(crate) fn run(&self, invocation: &mut Invocation<'_, '_>) -> color_eyre::Result<()> {
        invocation.may_write()?;
        let dir = invocation.path(&self.dir);
        let mut plan = match self.untidy {
            true => demo::untidy_plan(self.steps, self.seed),
            false => demo::plan(self.steps, self.seed),
        };
        if self.history && dir.join(".git").symlink_metadata().is_ok() {
            return Err(NotNew(dir).into());
        }
        let written = match self.history {
            true => demo::year(&mut plan, self.seed),
            false => Vec::new(),
        };
        // A paper that is kept for months was written several times.
        let papers = written
            .iter()
            .map(|paper| (paper.path.clone(), paper.bytes.clone()));
        let papers: BTreeMap<PathBuf, Vec<u8>> = papers.chain(plan.iter().cloned()).collect();
        let files = create(&dir, papers.into_iter().collect())?;
        if self.history {
            commit(&dir, (&plan, &written), self.seed)?;
        }
        invocation.print(&visible(&format!(
            "Wrote a plan of {} steps in {} files to {}.\nOpen it with: cd {} && stepdeck\n",
            self.steps,
            files.len(),
            dir.display(),
            shown_for_shell(&dir),
        )))
    }
}

/// There is a repository already, whose history is somebody's.
#[derive(Debug)]
struct NotNew(PathBuf);

impl fmt::Display for NotNew {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dir = self.0.display();
        write!(
            f,
            "{dir} is a git repository already, so nothing was written; name a new folder"
        )
    }
}

impl std::error::Error for NotNew {}

/// Makes `dir`, where the plan's files have just been written, a repository with their past.
fn commit(
    dir: &Path,
    (plan, written): (&[(PathBuf, Vec<u8>)], &[Written]),
    seed: u64,
) -> Result<(), GitError> {
    Git::in_new(dir).import(|importer| {
        demo::history(plan, written, seed, |commit| {
            importer.commit(&NewCommit {
                time: commit.time,
                name: commit.author.name,
                mail: commit.author.mail,
                message: &commit.message,
                parents: &commit.parents,
                files: &commit.files,
            })
        })
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_has_the_bundled_plan_as_its_default() {
        use clap::{Args, Command, FromArgMatches};
        let command = Demo::augment_args(Command::new("demo"));
        let matches = command
            .try_get_matches_from(["demo", "here"])
            .expect("valid arguments");
        let demo = Demo::from_arg_matches(&matches).expect("a demo");
        assert_eq!((demo.dir, demo.steps, demo.seed), ("here".into(), 480, 1));
        assert!(!demo.untidy);
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
}
