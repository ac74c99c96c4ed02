//! A paper in which both sides call a step otherwise, put into the numbering that the merged log
//! will have: a step that both moved has one number there, and what one side wrote about it is not
//! in dispute because the other side moved it.
//!
//! The driver of a paper gets no log, so the logs are read from the commits that git merges.

use std::path::Path;

use super::Merge;
use crate::change::renumber::page::rewritten;
use crate::change::three_way::{Side, Versions, new_ids};
use crate::document::rope::{Piece, Rope};
use crate::git::Git;
use crate::plan::source::{Role, SourceFile};
use crate::store::locate::discover::{Overrides, discover};

/// Base, ours and theirs of a paper in one numbering; nothing where that changes none of them, or git
/// does not know the commits.
pub(super) fn in_one_numbering(
    merge: &Merge,
    start: &Path,
    versions: Versions<'_>,
    mainline: Option<Side>,
) -> Option<[Rope; 3]> {
    let path = start.join(merge.path.as_ref()?);
    let layout = discover(path.parent()?, &Overrides::default());
    let git = Git::at(&layout.root);
    let commits = git.merged_commits(&merge.ours_label, &merge.theirs_label);
    let commits = commits.ok()??;
    let logs = commits.map(|commit| {
        let below = layout.files_of(Role::Log).map(|log| layout.below(log));
        let read = below.filter_map(|log| git.file_at(&commit, &log));
        Rope::from(Piece::from(read.collect::<Vec<_>>().join(&b'\n')))
    });
    let [base, ours, theirs] = &logs;
    let ids = new_ids(Versions { base, ours, theirs }, mainline)?;
    let below = layout.below(&path);
    let role = layout.role_at(&below).unwrap_or(Role::Canon);
    let texts = [versions.base, versions.ours, versions.theirs];
    let mut is_other = false;
    let rewritten = [0, 1, 2].map(|at| {
        let file = SourceFile::load(&below, role, texts[at].clone());
        match rewritten(&file, &ids[at]) {
            None => texts[at].clone(),
            Some(bytes) => {
                is_other = true;
                Rope::from(Piece::from(bytes))
            }
        }
    });
    is_other.then_some(rewritten)
}
