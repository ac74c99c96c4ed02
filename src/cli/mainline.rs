//! Which side of a merge the mainline is on, for the merge driver: as `stepdeck sync` says it, else
//! as git tells.

use std::path::Path;

use super::invocation::Invocation;
use super::merge::Merge;
use crate::change::three_way::Side;
use crate::git::Git;
use crate::git::mainline::MergeSide;
use crate::plan::paper::PAPERS;
use crate::store::changes::names::label_for_people;
use crate::store::locate::config::{Config, ConfigFile, FILE_NAME};

/// The variable by which `stepdeck sync` tells the drivers that git starts for it.
pub(super) const VARIABLE: &str = "STEPDECK_MAINLINE";

/// The variable by which it tells them what it merges, which it names to git by its commit.
pub(super) const MERGED: &str = "STEPDECK_MERGED";

/// What the markers call their side.
pub(super) fn their_label(merge: &Merge, invocation: &Invocation<'_, '_>) -> String {
    let named = invocation.outside.text(MERGED);
    named.unwrap_or_else(|| {
        let git = Git::at(&invocation.start());
        label_for_people(&git, &merge.theirs_label)
    })
}

/// The side of the mainline; nothing where nobody knows.
pub(super) fn side(merge: &Merge, invocation: &Invocation<'_, '_>) -> Option<Side> {
    match invocation.outside.text(VARIABLE).as_deref() {
        Some("ours") => return Some(Side::Ours),
        Some("theirs") => return Some(Side::Theirs),
        _ => {}
    }
    let start = invocation.start();
    let git = Git::at(&start);
    let configured = merge
        .path
        .as_deref()
        .and_then(|path| configured(&start, path));
    let main = git.mainline(configured.as_deref()).ok().flatten();
    let side = git.main_side(main.as_ref(), &merge.theirs_label).ok()??;
    Some(match side {
        MergeSide::Ours => Side::Ours,
        MergeSide::Theirs => Side::Theirs,
    })
}

/// The main branch that the plan around a file names.
fn configured(start: &Path, file: &Path) -> Option<String> {
    let folders = file.ancestors().skip(1);
    folders.map(|folder| start.join(folder)).find_map(|folder| {
        let mut config = Config::default();
        let path = folder.join(FILE_NAME);
        config.load(ConfigFile::Shared, (&path, Path::new(FILE_NAME)), PAPERS);
        config.main_branch
    })
}
