//! Logs that git has and that are not in the working tree, though nobody removed them: a sparse
//! checkout leaves them out, and git calls that clean. Read as it is, such a plan has lost its steps.

use std::path::PathBuf;

use super::discover::{Layout, checkout};
use crate::git::Git;
use crate::plan::source::Role;

/// Those of a layout, below its root. Git is only asked where there is a reason to.
pub(super) fn logs(layout: &Layout) -> Vec<PathBuf> {
    let Some(checkout) = checkout(&layout.root) else {
        return Vec::new();
    };
    let mut logs = layout.files_of(Role::Log).peekable();
    let is_sparse = || checkout.join(".git/info/sparse-checkout").exists();
    let is_odd = logs.peek().is_none() || logs.any(|log| !log.exists()) || is_sparse();
    if !is_odd {
        return Vec::new();
    }
    let left_out = Git::at(&layout.root).left_out().unwrap_or_default();
    let is_absent_log = |path: &PathBuf| {
        layout.role_at(path) == Some(Role::Log) && !layout.root.join(path).exists()
    };
    left_out.into_iter().filter(is_absent_log).collect()
}

/// Why a log is missing, and what brings it back.
pub(super) fn reason(log: &std::path::Path) -> String {
    format!(
        "{} is in git but not in the working tree, which is sparse: `git sparse-checkout disable` checks it out, \
         or `git sparse-checkout add` with its folder",
        log.display()
    )
}
