//! Watching a repository itself: a commit, a switch or a fetch in another terminal leaves the files of
//! the plan as they are.

use std::ffi::OsStr;
use std::path::Path;

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use crate::git::Git;

/// What of git's own folder says that something happened.
const TELLING: [&str; 7] = [
    // Which upstream a branch has.
    "config",
    "HEAD",
    "index",
    "packed-refs",
    "MERGE_HEAD",
    "CHERRY_PICK_HEAD",
    "REVERT_HEAD",
];

/// As long as this lives, changes of a repository are told.
#[derive(Debug)]
pub struct RepositoryWatch {
    _watcher: RecommendedWatcher,
}

impl RepositoryWatch {
    /// Has `changed` called after each change of the repository around `folder`; nothing where there
    /// is none, or it cannot be watched.
    pub(crate) fn around(folder: &Path, changed: impl Fn() + Send + 'static) -> Option<Self> {
        let git = Git::at(folder);
        let own = git
            .lines(&["rev-parse", "--absolute-git-dir"])
            .ok()?
            .pop()?;
        let common = git.lines(&["rev-parse", "--git-common-dir"]).ok()?.pop()?;
        let (own, common) = (folder.join(own), folder.join(common));
        let refs = common.join("refs");
        let is_telling = move |event: &Event| {
            let is_change = !matches!(event.kind, EventKind::Access(_));
            let mut paths = event.paths.iter();
            is_change
                && paths.any(|path| {
                    let name = path.file_name().unwrap_or_default();
                    let is_lock = path.extension() == Some(OsStr::new("lock"));
                    let is_ref = path.components().any(|part| part.as_os_str() == "refs");
                    !is_lock && (is_ref || TELLING.iter().any(|telling| name == *telling))
                })
        };
        let heard = move |event: notify::Result<Event>| {
            if event.is_ok_and(|event| is_telling(&event)) {
                changed();
            }
        };
        let mut watcher = notify::recommended_watcher(heard).ok()?;
        watcher.watch(&own, RecursiveMode::NonRecursive).ok()?;
        // A worktree has its settings, and what is packed, with the others.
        if common.canonicalize().ok() != own.canonicalize().ok() {
            let _ = watcher.watch(&common, RecursiveMode::NonRecursive);
        }
        // Without it commits are noticed all the same, by the index.
        let _ = watcher.watch(&refs, RecursiveMode::Recursive);
        Some(Self { _watcher: watcher })
    }
}
