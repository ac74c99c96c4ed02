//! The IDs that branches use, local or fetched, so that a new step gets none that will come here
//! with another one.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use memchr::memmem;

use crate::git::Git;
use crate::plan::Plan;
use crate::plan::id::StepId;
use crate::plan::source::Role;

/// How much of their logs is read.
const MOST: usize = 64 << 20;

/// The IDs in the logs of branches.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct BranchIds {
    /// The newest commit of each branch.
    commits: Vec<String>,
    /// The logs, relative to the plan's root.
    logs: Vec<PathBuf>,
    ids: Arc<HashSet<StepId>>,
}

impl BranchIds {
    /// Those of the logs of a plan that lies at `root`, read from git's objects, as many as are
    /// quickly read; those known before, where no branch has moved. Nothing outside git.
    pub(crate) fn read(root: &Path, plan: &Plan, before: &Self) -> Self {
        Self::of_logs(root, logs_of(plan), before)
    }

    /// The same for logs at these paths below `root`.
    pub(crate) fn of_logs(root: &Path, logs: Vec<PathBuf>, before: &Self) -> Self {
        let git = Git::at(root);
        let mut seen = HashSet::new();
        let branches = git.branches().unwrap_or_default().into_iter();
        let commits: Vec<String> = branches
            .map(|branch| branch.commit)
            .filter(|commit| seen.insert(commit.clone()))
            .collect();
        if (&before.commits, &before.logs) == (&commits, &logs) {
            return before.clone();
        }
        let ids = Arc::new(ids_at(&git, &commits, &logs));
        Self { commits, logs, ids }
    }

    #[cfg(test)]
    pub(crate) fn for_test(ids: impl Iterator<Item = StepId>) -> Self {
        Self {
            ids: Arc::new(ids.collect()),
            ..Self::default()
        }
    }

    /// The IDs.
    pub(crate) fn ids(&self) -> &HashSet<StepId> {
        &self.ids
    }

    /// The IDs, for somebody who adds some.
    pub(crate) fn into_ids(self) -> HashSet<StepId> {
        Arc::unwrap_or_clone(self.ids)
    }
}

/// The logs of a plan that branches may have, too.
pub(crate) fn logs_of(plan: &Plan) -> Vec<PathBuf> {
    let logs = plan.files().iter().filter(|file| file.role == Role::Log);
    let paths = logs.map(|file| file.path.clone());
    paths.filter(|path| path.is_relative()).collect()
}

fn ids_at(git: &Git, commits: &[String], logs: &[PathBuf]) -> HashSet<StepId> {
    let mut seen = HashSet::new();
    let mut found = HashSet::new();
    let mut read = 0;
    for path in logs {
        let names: Vec<String> = (commits.iter())
            .map(|commit| format!("{commit}:./{}", path.display()))
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let hashes = git.hashes(&names).unwrap_or_default();
        let hashes: Vec<String> = hashes
            .into_iter()
            .filter(|hash| seen.insert(hash.clone()))
            .collect();
        let hashes: Vec<&str> = hashes.iter().map(String::as_str).collect();
        let Ok(mut objects) = git.objects(&hashes) else {
            continue;
        };
        for _ in &hashes {
            if read > MOST {
                return found;
            }
            let Some(bytes) = objects.next_object() else {
                break;
            };
            read += bytes.len();
            found.extend(ids_in(&bytes));
        }
    }
    found
}

/// The IDs of a log's lines, without more of it being read.
pub(super) fn ids_in(log: &[u8]) -> HashSet<StepId> {
    const KEY: &[u8] = b"\"step_id\"";
    let id = |at: usize| {
        let rest = log[at + KEY.len()..]
            .trim_ascii_start()
            .strip_prefix(b":")?;
        let rest = rest.trim_ascii_start();
        let rest = rest.strip_prefix(b"\"").unwrap_or(rest);
        let end = rest
            .iter()
            .position(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'.'))?;
        std::str::from_utf8(&rest[..end]).ok()?.parse().ok()
    };
    memmem::find_iter(log, KEY).filter_map(id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_however_a_log_spells_them() {
        let log = b"{\"step_id\":\"0001\"}\n{ \"step_id\" : 2, \"a\": 1}\n{\"step_id\": \"0003.A\"}\n\"step_id\"";
        let mut ids: Vec<String> = ids_in(log).iter().map(StepId::to_string).collect();
        ids.sort();
        assert_eq!(ids, ["0001", "0003.A", "2"]);
    }
}
