//! Committing what the checkout changes in the plan, or a part of it, and nothing else: through an
//! index of its own, so that what else is staged stays staged, and no file of the checkout is touched.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::staged::StagedBefore;
use super::{Base, Changes};
use crate::change::delta::outline::PartPlace;
use crate::git::checkout::Checkout;
use crate::git::handed_over::ProgramOutput;
use crate::git::index::{INDEX, IndexEntry};
use crate::git::{Git, GitError};
use crate::plan::source::Role;
use crate::store::state::temporary_folder;

impl Changes {
    /// Commits these parts with a message, with the hooks that `git commit` runs, which have the
    /// terminal. A refusal of theirs is an answer: nothing is changed then.
    ///
    /// # Errors
    /// In words, when the checkout or a file is not what it was, or git refuses.
    pub(crate) fn commit(
        &self,
        root: &Path,
        parts: &BTreeSet<PartPlace>,
        message: &str,
    ) -> Result<ProgramOutput, String> {
        let git = Git::at(root);
        let failed = |error: GitError| error.to_string();
        if let Some(what) = git.under_way().map_err(failed)? {
            return Err(unfinished(what));
        }
        let head = git.commit_of("HEAD").map_err(failed)?;
        if self.base != Base::Head || head != self.commit {
            return Err("HEAD is another commit by now: look at the changes again".to_owned());
        }
        if let Some(lock) = git.index_lock().map_err(failed)? {
            return Err(format!(
                "another git is at work here, or was killed: wait for it, or remove {}",
                lock.display()
            ));
        }
        let mut files = Vec::new();
        for (at, delta) in self.deltas.iter().enumerate() {
            let is_new = |part: usize| parts.contains(&(at, part));
            if !(0..delta.parts.len()).any(is_new) {
                continue;
            }
            let path = root.join(&delta.path);
            if fs::read(&path).ok() != delta.new {
                let path = delta.path.display();
                return Err(format!(
                    "{path} was changed meanwhile: look at the changes again"
                ));
            }
            let mode = fs::metadata(&path).map(|metadata| metadata.permissions().mode());
            let is_executable = mode.is_ok_and(|mode| mode & 0o100 != 0);
            files.push((&*delta.path, delta.mixed(&is_new), is_executable));
        }
        if files.is_empty() {
            return Err("there is nothing to commit".to_owned());
        }
        let roles = self.deltas.iter().map(|delta| (&*delta.path, delta.role));
        let roles: BTreeMap<&Path, Role> = (roles)
            .filter(|(path, _)| files.iter().any(|(of, ..)| of == path))
            .collect();
        let staged = StagedBefore::of(&git, head.as_deref(), &roles).map_err(failed)?;
        let elsewhere = match head {
            Some(_) => git.staged_paths().map_err(failed)?,
            None => Vec::new(),
        };
        let prefix = git.prefix().map_err(failed)?;
        let folder = temporary_folder("stepdeck-commit-");
        let folder = folder.ok_or("there is no room for a temporary index")?;
        let (index, text) = (folder.path().join("index"), folder.path().join("message"));
        // What it knows of files that are not changed need not be found out again.
        let _ = fs::copy(git.index_path().map_err(failed)?, &index);
        let written = fs::write(&text, message);
        written.map_err(|error| format!("{}: {error}", text.display()))?;
        let entries: Vec<IndexEntry<'_>> = (files.iter())
            .map(|(path, bytes, is_executable)| IndexEntry {
                path,
                bytes: bytes.as_deref(),
                is_executable: *is_executable,
            })
            .collect();
        git.write_index(&index, head.is_some(), &entries)
            .map_err(failed)?;
        let text = text.display().to_string();
        let told = git.interactively(&["commit", "--file", &text], &[(INDEX, index.as_os_str())]);
        let mut told = told.map_err(failed)?;
        if told.status.success() {
            let own = files.iter().map(|(path, ..)| prefix.join(path)).collect();
            let is_set = stage_committed(root, own, &elsewhere);
            if let Err(error) = is_set.and_then(|()| staged.stage_again(&git)) {
                told.left = Some(format!(
                    "the commit is made, but not staged: `git reset` puts that right ({error})"
                ));
            }
        }
        Ok(told)
    }
}

/// Stages as committed what is our own, and what hooks added to it, unless something else was staged
/// there. Paths are those from the top of the checkout.
fn stage_committed(root: &Path, own: Vec<PathBuf>, elsewhere: &[PathBuf]) -> Result<(), GitError> {
    let git = Git::at(Checkout::around(root)?.root());
    let mut paths = git.committed_paths()?;
    paths.retain(|path| !elsewhere.contains(path));
    paths.extend(own);
    git.reset_index(&paths.iter().map(PathBuf::as_path).collect::<Vec<_>>())
}

/// What is to be done before anything is committed here.
pub(crate) fn unfinished(what: &str) -> String {
    format!(
        "a {what} is not finished: `git add` the resolved files and `git {what} --continue` end \
         it, `git {what} --abort` drops it"
    )
}
