//! Logs and documents of the canon that git has and that are not in the working tree, though nobody
//! removed them: a sparse checkout leaves them out, and git calls that clean. Read as it is, such a
//! plan has lost its steps, or half of what is written about them.

use std::path::PathBuf;

use super::discover::{Layout, checkout};
use crate::git::Git;
use crate::plan::source::{Role, SourceFile};

/// So many documents are looked into, and bytes of each.
const MOST: (usize, u64) = (500, 1 << 20);

/// What is left out, below the root.
#[derive(Default)]
pub(super) struct Absent {
    pub logs: Vec<PathBuf>,
    /// Documents whose content makes them a part of the plan, as far as this clone has it.
    pub canon: Vec<PathBuf>,
}

/// Those of a layout. Git is only asked where there is a reason to.
pub(super) fn find(layout: &Layout) -> Absent {
    let Some(checkout) = checkout(&layout.root) else {
        return Absent::default();
    };
    let mut logs = layout.files_of(Role::Log).peekable();
    let is_sparse = || checkout.join(".git/info/sparse-checkout").exists();
    let is_odd = logs.peek().is_none() || logs.any(|log| !log.exists()) || is_sparse();
    if !is_odd {
        return Absent::default();
    }
    let git = Git::at(&layout.root);
    let mut left_out = git.left_out().unwrap_or_default();
    left_out.retain(|path| !layout.root.join(path).exists());
    let of = |role: Role| {
        let paths = left_out
            .iter()
            .filter(move |path| layout.role_at(path) == Some(role));
        paths.cloned()
    };
    Absent {
        logs: of(Role::Log).collect(),
        canon: recognised(layout, &git, of(Role::Canon).take(MOST.0).collect()),
    }
}

/// Those of the documents that hold a part of the plan, by what git has of them.
fn recognised(layout: &Layout, git: &Git, paths: Vec<PathBuf>) -> Vec<PathBuf> {
    if paths.is_empty() {
        return paths;
    }
    let names: Vec<String> = (paths.iter())
        .map(|path| format!(":./{}", path.display()))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let hashes = git.hash_of_each(&names).unwrap_or_default();
    let known = paths.into_iter().zip(hashes);
    let known = known.filter_map(|(path, hash)| Some((path, hash?)));
    let (paths, hashes): (Vec<PathBuf>, Vec<String>) = known.unzip();
    let hashes: Vec<&str> = hashes.iter().map(String::as_str).collect();
    let Ok(mut objects) = git.objects_up_to(MOST.1, &hashes) else {
        return Vec::new();
    };
    let mut is_part = |path: &PathBuf| {
        let bytes = objects.next_object().unwrap_or_default();
        let file = SourceFile::load(path.clone(), Role::Canon, bytes);
        layout.papers.recognise(&file)
    };
    paths.into_iter().filter(|path| is_part(path)).collect()
}

/// Why a file is missing, and what brings it back.
pub(super) fn reason(log: &std::path::Path) -> String {
    format!(
        "{} is in git but not in the working tree, which is sparse: `git sparse-checkout disable` checks it out, \
         or `git sparse-checkout add` with its folder",
        log.display()
    )
}
