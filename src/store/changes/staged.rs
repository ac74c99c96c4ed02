//! What is staged of the files of a commit and is not part of it: that stays staged, as `git add -p`
//! left it. What the commit changed is staged as it was committed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::change::delta::{FileDelta, Subject};
use crate::git::index::{Staged, StagedFile};
use crate::git::{Git, GitError};
use crate::plan::source::Role;

/// Files that were staged before a commit as neither `HEAD` nor the checkout had them.
#[derive(Debug)]
pub(super) struct StagedBefore(Vec<(StagedFile, Role, String)>);

impl StagedBefore {
    /// Those of these files whose staged version is not that of the commit they are built on.
    ///
    /// # Errors
    /// When git refuses.
    pub(super) fn of(
        git: &Git,
        head: Option<&str>,
        files: &BTreeMap<&Path, Role>,
    ) -> Result<Self, GitError> {
        let Some(head) = head else {
            return Ok(Self(Vec::new()));
        };
        let tree = git.tree_below(head)?.into_iter();
        let committed: BTreeMap<PathBuf, String> =
            tree.map(|entry| (entry.path, entry.hash)).collect();
        let staged = git.staged()?.into_iter().filter_map(|file| {
            let role = *files.get(&*file.path)?;
            let old = committed.get(&file.path)?.clone();
            (old != file.hash).then_some((file, role, old))
        });
        Ok(Self(staged.collect()))
    }

    /// Stages again what the commit, which is `HEAD` now, did not take.
    ///
    /// # Errors
    /// When git refuses.
    pub(super) fn stage_again(self, git: &Git) -> Result<(), GitError> {
        if self.0.is_empty() {
            return Ok(());
        }
        let tree = git.tree_below("HEAD")?.into_iter();
        let committed: BTreeMap<PathBuf, String> =
            tree.map(|entry| (entry.path, entry.hash)).collect();
        let mut again = Vec::new();
        for (file, role, old) in self.0 {
            let Some(new) = committed.get(&file.path) else {
                continue;
            };
            let mut versions = git.objects(&[&old, new, &file.hash])?;
            let mut next = || versions.next_object();
            let (Some(old), Some(new), Some(staged)) = (next(), next(), next()) else {
                continue;
            };
            let bytes = merged(&file.path, role, [old, new, staged]);
            again.extend(bytes.map(|bytes| Staged { file, bytes }));
        }
        git.stage(&again)
    }
}

/// The new version with what was staged beside the old one and that the commit did not touch;
/// nothing where that is the new version.
fn merged(path: &Path, role: Role, [old, new, staged]: [Vec<u8>; 3]) -> Option<Vec<u8>> {
    let taken = FileDelta::between(path, role, Some(old), Some(new.clone()));
    let taken: Vec<Subject> = taken.map_or_else(Vec::new, |delta| {
        delta.parts.into_iter().map(|part| part.subject).collect()
    });
    let delta = FileDelta::between(path, role, Some(new.clone()), Some(staged))?;
    let is_staged = |part: usize| !taken.contains(&delta.parts[part].subject);
    delta.mixed(&is_staged).filter(|mixed| *mixed != new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(fields: [(&str, &str); 2]) -> Vec<u8> {
        let line = |(at, (owner, status)): (usize, (&str, &str))| {
            format!(
                "{{\"step_id\":\"000{}\",\"owner\":\"{owner}\",\"status\":\"{status}\"}}\n",
                at + 1
            )
        };
        let lines = fields.into_iter().enumerate().map(line);
        lines.collect::<String>().into_bytes()
    }

    #[test]
    fn what_the_commit_took_is_as_committed_and_the_rest_as_staged() {
        let old = log([("ops", "draft"), ("ops", "draft")]);
        let new = log([("grc", "draft"), ("ops", "draft")]);
        let merge = |staged: &[u8]| {
            let versions = [old.clone(), new.clone(), staged.to_vec()];
            merged(Path::new("plan.jsonl"), Role::Log, versions)
        };
        let staged = log([("ops", "idea"), ("sre", "draft")]);
        assert_eq!(
            merge(&staged),
            Some(log([("grc", "idea"), ("sre", "draft")]))
        );
        // An older word for the same field is outdated.
        let staged = log([("sre", "draft"), ("ops", "draft")]);
        assert_eq!(merge(&staged), None);
        assert_eq!(merge(&new), None);
    }
}
