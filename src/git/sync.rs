//! What changes a repository at a person's word: fetching, merging, committing, pushing. Hooks and
//! drivers run as with git itself; only fetching and pushing reach the network, with the terminal
//! handed over, since git may ask there.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use super::index::LITERAL;
use super::{Answer, Git, GitError, subcommand};

/// How long a merge or a commit may take, hooks included.
const TIME_LIMIT: Duration = Duration::from_secs(600);

/// What a merge under way is called.
pub(crate) const MERGE: &str = "merge";

/// What is under way in a checkout, by the file that says so, and how it is ended.
const UNDER_WAY: [(&str, &str); 6] = [
    ("MERGE_HEAD", MERGE),
    ("rebase-merge", "rebase"),
    ("rebase-apply/applying", "am"),
    ("rebase-apply", "rebase"),
    ("CHERRY_PICK_HEAD", "cherry-pick"),
    ("REVERT_HEAD", "revert"),
];

impl Git {
    /// Runs a subcommand that works on the checkout, with further variables for the drivers that
    /// it starts. A refusal is an answer.
    ///
    /// # Errors
    /// When git cannot be started, or takes longer than ten minutes.
    pub(crate) fn work(
        &self,
        arguments: &[&str],
        variables: &[(&str, &str)],
    ) -> Result<Answer, GitError> {
        let git = Self {
            time_limit: TIME_LIMIT,
            ..self.clone()
        };
        let mut command = git.command(arguments);
        command.envs(variables.iter().copied());
        git.answer(command, arguments)
    }

    /// The same for one that must succeed.
    ///
    /// # Errors
    /// As [`Git::work`], and when git refuses.
    pub(crate) fn must_work(&self, arguments: &[&str]) -> Result<(), GitError> {
        let answer = self.work(arguments, &[])?;
        match answer.status.success() {
            true => Ok(()),
            false => Err(GitError::Failed {
                subcommand: subcommand(arguments),
                complaint: match answer.complaint.is_empty() {
                    true => String::from_utf8_lossy(&answer.stdout).trim().to_owned(),
                    false => answer.complaint,
                },
            }),
        }
    }

    /// Runs a subcommand that reaches the network, with the terminal handed over, for as long as
    /// that takes.
    ///
    /// # Errors
    /// When git cannot be started, or fails; it has said why.
    pub(crate) fn over_network(&self, arguments: &[&str]) -> Result<(), GitError> {
        let mut command = self.open_command(arguments);
        command
            .stdin(Stdio::inherit())
            .stdout(Stdio::null())
            .stderr(Stdio::inherit());
        let status = command.status().map_err(GitError::NotStarted)?;
        match status.success() {
            true => Ok(()),
            false => Err(GitError::Failed {
                subcommand: subcommand(arguments),
                complaint: "it failed, see above".to_owned(),
            }),
        }
    }

    /// The merge, rebase or the like that is not finished yet, by its subcommand.
    ///
    /// # Errors
    /// When git cannot be run.
    pub(crate) fn under_way(&self) -> Result<Option<&'static str>, GitError> {
        let folder = self.lines(&["rev-parse", "--absolute-git-dir"])?.pop();
        let folder = folder.unwrap_or_default();
        let found = UNDER_WAY
            .iter()
            .find(|(name, _)| Path::new(&folder).join(name).exists());
        Ok(found.map(|(_, subcommand)| *subcommand))
    }

    /// Where git keeps what the commit of the merge under way is to say.
    ///
    /// # Errors
    /// When git cannot be run.
    pub(crate) fn merge_message_path(&self) -> Result<Option<PathBuf>, GitError> {
        self.own_path("MERGE_MSG")
    }

    /// Where git keeps a file of its own.
    ///
    /// # Errors
    /// When git cannot be run.
    pub(crate) fn own_path(&self, name: &str) -> Result<Option<PathBuf>, GitError> {
        let path = self.lines(&["rev-parse", "--git-path", name])?.pop();
        Ok(path.map(|path| self.folder.join(path)))
    }

    /// A message without git's comments.
    ///
    /// # Errors
    /// When git cannot be run.
    pub(crate) fn without_comments(&self, text: Vec<u8>) -> Result<String, GitError> {
        let strip = ["stripspace", "--strip-comments"];
        let text = self.exchange(&strip, (LITERAL, OsStr::new("1")), text)?;
        Ok(String::from_utf8_lossy(&text).trim_end().to_owned())
    }

    /// The newest commit of the checked-out branch whose changes all stand on another one already,
    /// without being part of it: as after a squash. `variables` are for the drivers.
    ///
    /// # Errors
    /// When git cannot be run.
    pub(crate) fn landed(
        &self,
        on: &str,
        variables: &[(&str, &str)],
    ) -> Result<Option<String>, GitError> {
        const OWN: [&str; 3] = ["--first-parent", "--parents", "--max-count=20"];
        // A squash is a commit of its own, not a merge.
        const THEIRS: [&str; 3] = ["--first-parent", "--no-merges", "--max-count=20"];
        let Some(base) = self.merge_base("HEAD", on)? else {
            return Ok(None);
        };
        let since = |tip: &str, options: &[&str]| {
            let range = format!("{base}..{tip}");
            self.lines(&[&["rev-list"], options, &[&range]].concat())
        };
        let landed = since(on, &THEIRS)?;
        // What landed is no older than the last merge into the branch.
        let mut own = Vec::new();
        for line in since("HEAD", &OWN)? {
            let mut commits = line.split(' ').map(str::to_owned);
            own.extend(commits.next());
            if commits.count() > 1 {
                break;
            }
        }
        let (Some(newest), Some(oldest)) = (own.first(), own.last()) else {
            return Ok(None);
        };
        if landed.is_empty() {
            return Ok(None);
        }
        // What landed may have been changed since.
        let earlier = landed.iter().map(String::as_str);
        for place in std::iter::once(on).chain(earlier.filter(|commit| *commit != on)) {
            if self.adds_nothing(newest, place, variables)? {
                return Ok(Some(newest.clone()));
            }
            // Where the first of the commits did not land, the others did not either.
            if newest == oldest || !self.adds_nothing(oldest, place, variables)? {
                continue;
            }
            for commit in own.iter().skip(1) {
                if commit == oldest || self.adds_nothing(commit, place, variables)? {
                    return Ok(Some(commit.clone()));
                }
            }
        }
        Ok(None)
    }

    /// Whether merging a commit into another one would change nothing there.
    fn adds_nothing(
        &self,
        commit: &str,
        to: &str,
        variables: &[(&str, &str)],
    ) -> Result<bool, GitError> {
        let arguments = ["merge-tree", "--write-tree", "--no-messages", to, commit];
        let answer = self.work(&arguments, variables)?;
        let tree = format!("{to}^{{tree}}");
        let tree = self
            .lines(&["rev-parse", "--verify", "--quiet", &tree])?
            .pop();
        let merged = String::from_utf8_lossy(&answer.stdout).trim().to_owned();
        Ok(answer.status.success() && Some(merged) == tree)
    }

    /// Joins two commits into one that has the second one's files, without touching the checkout.
    ///
    /// # Errors
    /// When git refuses.
    pub(crate) fn join(&self, one: &str, other: &str, message: &str) -> Result<String, GitError> {
        let tree = format!("{other}^{{tree}}");
        let arguments = ["commit-tree", "-p", one, "-p", other, "-m", message, &tree];
        let output = self.output(&arguments)?;
        Ok(String::from_utf8_lossy(&output).trim().to_owned())
    }
}
