//! What both sides of a merge started from, of steps in conflict: git keeps that of a file in conflict,
//! where the markers do not show it.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use crate::change::compose::StepLines;
use crate::document::log::LogDocument;
use crate::git::unmerged::Unmerged;
use crate::git::{Git, GitError};
use crate::plan::Plan;
use crate::plan::disputes::Dispute;
use crate::plan::id::StepId;
use crate::plan::source::Role;

/// What both sides started from: of each log in conflict the lines of the steps in question, other
/// files as a whole.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Bases {
    logs: BTreeMap<PathBuf, StepLines>,
    pages: BTreeMap<PathBuf, Vec<u8>>,
}

impl Bases {
    /// Those of the steps that `disputes` are about. What git has no longer is left out.
    ///
    /// # Errors
    /// When git refuses.
    pub(crate) fn read(
        git: &Git,
        plan: &Plan,
        disputes: &[Dispute],
        unmerged: &[Unmerged],
    ) -> Result<Self, GitError> {
        let mut wanted: BTreeMap<usize, HashSet<StepId>> = BTreeMap::new();
        for dispute in disputes {
            if !dispute.shows_base() {
                let steps = wanted.entry(dispute.file).or_default();
                steps.extend(&dispute.steps);
            }
        }
        let mut found = Self::default();
        for (file, steps) in wanted {
            let path = &plan.files()[file].path;
            let unmerged = unmerged.iter().find(|unmerged| unmerged.path == *path);
            // What both sides added started from nothing.
            let bytes = match unmerged.map(|unmerged| &unmerged.base) {
                None => continue,
                Some(None) => Some(Vec::new()),
                Some(Some(base)) => git.objects(&[&base.hash])?.next_object(),
            };
            let Some(bytes) = bytes else { continue };
            match plan.files()[file].role {
                Role::Log => {
                    let lines = lines_of(&bytes, &steps);
                    (found.logs).extend(lines.map(|lines| (path.clone(), lines)));
                }
                _ => drop(found.pages.insert(path.clone(), bytes)),
            }
        }
        Ok(found)
    }

    /// Those of one log.
    pub(crate) fn of_log(&self, path: &Path) -> Option<&StepLines> {
        self.logs.get(path)
    }

    /// That of another file.
    pub(crate) fn of_page(&self, path: &Path) -> Option<&[u8]> {
        self.pages.get(path).map(Vec::as_slice)
    }
}

/// The lines of these steps; nothing where one of them is there twice.
fn lines_of(bytes: &[u8], steps: &HashSet<StepId>) -> Option<StepLines> {
    let log = LogDocument::load(bytes);
    let mut seen = HashSet::new();
    let mut lines = StepLines::new();
    for line in log.lines() {
        let id = line.get("step_id").and_then(StepId::of_raw);
        if let Some(id) = id.filter(|id| steps.contains(id)) {
            if !seen.insert(id) {
                return None;
            }
            lines.push((id, line.bytes().trim_ascii_end().to_vec()));
        }
    }
    Some(lines)
}
