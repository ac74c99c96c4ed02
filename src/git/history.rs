//! The history of some files along the first parents of the current branch: commits, and the blobs
//! that they changed.
//!
//! However the clone is configured, git prints the same: no signature is checked, no file
//! converted, nothing fetched.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::objects::Objects;
use super::output::{self, Commit, FORMAT};
use super::{Git, GitError};

/// How long git may take to walk a whole history.
const TIME_LIMIT: Duration = Duration::from_secs(120);

/// How commits are listed: nothing in a configuration changes what is printed, or runs a program.
const LOG: [&str; 20] = [
    "-c",
    "log.diffMerges=separate",
    "-c",
    "log.showRoot=true",
    "log",
    "--first-parent",
    "-m",
    "--raw",
    "-z",
    "--no-abbrev",
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--no-relative",
    "--no-follow",
    "--no-notes",
    "--no-show-signature",
    "--ignore-submodules=all",
    "--encoding=UTF-8",
    FORMAT,
];

/// Which files to follow, relative to the top of the checkout.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Paths {
    /// One file, letter by letter.
    File(PathBuf),
    /// Every file below `folder`, itself taken letter by letter, that matches a pattern of `*`,
    /// `?`, `[…]` and `**`.
    Matching {
        /// The folder.
        folder: PathBuf,
        /// The pattern.
        pattern: String,
    },
}

/// Commits, newest first.
#[derive(Debug)]
pub struct Commits {
    /// Those that changed a file asked for.
    pub commits: Vec<Commit>,
    /// Why there may be more, in git's words, if it did not get to the end.
    pub broken_off: Option<String>,
}

/// When commits were made, as git lists that: one may have millions of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Times(Vec<u8>);

impl Times {
    /// Hash and time of each, the oldest first.
    pub(crate) fn oldest_first(&self) -> impl Iterator<Item = (&str, i64)> {
        let lines = self.0.rsplit(|byte| *byte == b'\n');
        lines.filter_map(|line| {
            let (time, hash) = std::str::from_utf8(line).ok()?.split_once(' ')?;
            Some((hash, time.parse().ok()?))
        })
    }
}

/// The history that the checkout around a folder has.
#[derive(Clone, Debug)]
pub struct History {
    pub(super) git: Git,
    prefix: PathBuf,
    is_shallow: bool,
    head: Option<String>,
}

impl History {
    /// The history of the checkout that `folder` lies in.
    ///
    /// # Errors
    /// When git cannot be run, or the folder lies in no work tree; git's own words say why.
    pub fn around(folder: &Path) -> Result<Self, GitError> {
        let git = Git::at(folder);
        let answer = git.output(&[
            "rev-parse",
            "--is-shallow-repository",
            "--show-prefix",
            "--revs-only",
            "HEAD^{commit}",
        ])?;
        let around = output::around(&answer);
        Ok(Self {
            git: Git {
                time_limit: TIME_LIMIT,
                ..git
            },
            prefix: around.prefix.components().collect(),
            is_shallow: around.is_shallow,
            head: around.head,
        })
    }

    /// The full hash of the commit that was `HEAD` when the history was opened, if there was one.
    pub fn head(&self) -> Option<&str> {
        self.head.as_deref()
    }

    /// The folder, relative to the top of the checkout.
    pub fn prefix(&self) -> &Path {
        &self.prefix
    }

    /// The full hash of the commit that a revision names; `None` where it names none.
    ///
    /// # Errors
    /// When git does not answer.
    pub fn commit(&self, revision: &str) -> Result<Option<String>, GitError> {
        let commit = format!("{revision}^{{commit}}");
        let answer = (self.git).run(&[
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &commit,
        ])?;
        let hash = String::from_utf8_lossy(&answer.stdout).trim().to_owned();
        // Before 2.30, git prints the option that it was told to stop at.
        let hash = hash.lines().last().unwrap_or_default().to_owned();
        Ok(answer.status.success().then_some(hash))
    }

    /// The commits from `from` back along the first parents that changed one of `paths`, newest
    /// first, without following renames.
    ///
    /// # Errors
    /// When git cannot be run or takes too long. What it printed before it failed is an answer.
    pub fn commits(&self, from: &str, paths: &[Paths]) -> Result<Commits, GitError> {
        let specs: Vec<String> = paths.iter().map(Paths::spec).collect();
        let mut arguments = vec!["--no-renames", "--end-of-options", from, "--"];
        arguments.extend(specs.iter().map(String::as_str));
        self.log(&arguments)
    }

    /// Every commit from `HEAD` back along the first parents, newest first, without what it
    /// changed.
    ///
    /// # Errors
    /// As [`History::commits`].
    pub fn first_parents(&self) -> Result<Commits, GitError> {
        self.log(&["--no-patch", "--end-of-options", "HEAD", "--"])
    }

    /// Hash and commit time of every commit from one back along the first parents, newest first.
    ///
    /// # Errors
    /// When git refuses.
    pub(crate) fn first_parent_times(&self, from: &str) -> Result<Times, GitError> {
        let arguments = [
            "rev-list",
            "--first-parent",
            "--timestamp",
            "--end-of-options",
            from,
        ];
        Ok(Times(self.git.output(&arguments)?))
    }

    /// One commit by its hash, without what it changed.
    ///
    /// # Errors
    /// As [`History::commits`].
    pub fn one(&self, commit: &str) -> Result<Option<Commit>, GitError> {
        let arguments = ["--no-patch", "--no-walk", "--end-of-options", commit, "--"];
        Ok(self.log(&arguments)?.commits.into_iter().next())
    }

    /// Whether the clone has only the newest part of the history.
    pub fn is_shallow(&self) -> bool {
        self.is_shallow
    }

    /// The commits with these hashes, with everything that each changed and what it renamed.
    ///
    /// # Errors
    /// As [`History::commits`].
    pub fn with_renames(&self, hashes: &[&str]) -> Result<Commits, GitError> {
        let options = ["-M", "--no-walk=unsorted", "--end-of-options"];
        self.log(&[&options[..], hashes, &["--"]].concat())
    }

    fn log(&self, more: &[&str]) -> Result<Commits, GitError> {
        let answer = self.git.run(&[&LOG[..], more].concat())?;
        Ok(Commits {
            commits: output::commits(&answer.stdout),
            broken_off: (!answer.status.success()).then_some(answer.complaint),
        })
    }

    /// Whether `commit` has parents that this clone lacks.
    ///
    /// # Errors
    /// When git does not answer.
    pub fn is_cut_off(&self, commit: &Commit) -> Result<bool, GitError> {
        if !self.is_shallow || commit.parent.is_some() {
            return Ok(false);
        }
        // The object itself names its parents; a shallow clone hides them.
        let object = self.git.output(&["cat-file", "commit", &commit.hash])?;
        let mut head = object
            .split(|byte| *byte == b'\n')
            .take_while(|line| !line.is_empty());
        Ok(head.any(|line| line.starts_with(b"parent ")))
    }

    /// The first-parent commits of `HEAD` that are not ancestors of `commit`.
    ///
    /// # Errors
    /// When git refuses.
    pub fn since(&self, commit: &str) -> Result<HashSet<String>, GitError> {
        let without = format!("^{commit}");
        let arguments = [
            "rev-list",
            "--first-parent",
            "--end-of-options",
            "HEAD",
            &without,
        ];
        let output = self.git.output(&arguments)?;
        Ok(String::from_utf8_lossy(&output)
            .lines()
            .map(str::to_owned)
            .collect())
    }

    /// The newest commit that two revisions have in common; `None` where one of them names no
    /// commit, or there is none.
    ///
    /// # Errors
    /// When git does not answer.
    pub fn merge_base(&self, one: &str, other: &str) -> Result<Option<String>, GitError> {
        self.git.merge_base(one, other)
    }

    /// The content of blobs by their hashes.
    ///
    /// # Errors
    /// When git cannot be started.
    pub fn objects(&self, hashes: &[&str]) -> Result<Objects, GitError> {
        self.git.objects(hashes)
    }

    /// The content of blobs that are asked for one by one.
    ///
    /// # Errors
    /// When git cannot be started.
    pub(crate) fn objects_on_demand(&self) -> Result<Objects, GitError> {
        self.git.objects_on_demand()
    }

    /// Those of the objects with these hashes that this clone does not have.
    ///
    /// # Errors
    /// When git cannot be started.
    pub(crate) fn missing(&self, hashes: &[&str]) -> Result<HashSet<String>, GitError> {
        self.git.missing(hashes)
    }
}

impl Paths {
    fn spec(&self) -> String {
        match self {
            Self::File(path) => format!(":(top,literal){}", path.display()),
            Self::Matching { folder, pattern } => {
                let mut spec = ":(top,glob)".to_owned();
                for c in folder.join("x").to_string_lossy().chars() {
                    if "*?[\\".contains(c) {
                        spec.push('\\');
                    }
                    spec.push(c);
                }
                spec.pop();
                spec + pattern
            }
        }
    }
}
