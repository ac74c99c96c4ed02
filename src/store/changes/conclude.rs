//! Concluding a merge: what is resolved in the plan is added, with whatever else differs in it, and git
//! commits that together with what it merged itself.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::undecided::Undecided;
use super::{Base, Changes};
use crate::change::delta::outline::LineKind;
use crate::document::english::counted;
use crate::document::markers::conflicts;
use crate::git::handed_over::ProgramOutput;
use crate::git::sync::MERGE;
use crate::git::{Git, GitError};
use crate::plan::Plan;
use crate::plan::checks::conflict_marker;
use crate::plan::source::SourceFile;
use crate::store::state::temporary_folder;

/// How many places are named.
const NAMED: usize = 3;

/// What keeps a merge or a commit open, in words.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Open {
    /// Two versions that are between markers.
    versions: Option<String>,
    /// Files that are not for stepdeck to add.
    foreign: Option<String>,
}

impl Changes {
    /// Whether a merge is under way.
    pub(crate) fn is_merge(&self) -> bool {
        self.standing.under_way == Some(MERGE)
    }

    /// What has to be resolved before anything of this is committed; `key` does that on screen.
    pub(crate) fn obstacle(&self, key: &str) -> Option<String> {
        (self.obstacle_in_plan(key)).or_else(|| self.open.foreign.clone())
    }

    /// The same in files of the plan: a commit of its own leaves others alone.
    pub(crate) fn obstacle_in_plan(&self, key: &str) -> Option<String> {
        if let Some(versions) = &self.open.versions {
            return Some(format!("{versions}: {key} on it keeps a version"));
        }
        let undecided = self.undecided.first();
        let undecided = undecided.map(|file| open_question(file, key));
        let marked = || {
            self.marked
                .first()
                .map(|(path, line)| left_over(path, *line))
        };
        undecided.or_else(marked)
    }

    /// What is an obstacle beside versions and whole files, where nothing is left of these in `plan`,
    /// which is newer than this.
    pub(crate) fn other_obstacle(&self, plan: &Plan) -> Option<String> {
        let still = |(path, line): &(PathBuf, usize)| {
            let file = plan.files().iter().find(|file| file.path == *path);
            let line = match file {
                Some(file) => conflict_marker::first_in(file)?,
                None => *line,
            };
            Some(left_over(path, line))
        };
        let marked = self.marked.iter().find_map(still);
        marked.or_else(|| self.open.foreign.clone())
    }

    /// What is in conflict, in words that need be found once only: there may be thousands of lines.
    pub(super) fn open_questions(&self) -> Open {
        let mut marked = Vec::new();
        for line in self.conflicts.iter().map(|at| &self.lines[*at]) {
            let path = line.parts.first().map(|(file, _)| &self.deltas[*file].path);
            if let (LineKind::Conflict(_, number), Some(path)) = (&line.kind, path) {
                marked.push(format!("{}:{number}", path.display()));
            }
        }
        let count = counted(marked.len(), "conflict");
        let versions = format!("{count} left in {}", named(&marked));
        let below = self.standing.unmerged.iter().map(|file| &file.path);
        let is_ours =
            |path: &&PathBuf| self.merged.contains(path) || self.undecided(path).is_some();
        let others = below.filter(|path| !is_ours(path));
        let others = others.chain(&self.standing.unmerged_elsewhere);
        Open {
            versions: (!marked.is_empty()).then_some(versions),
            foreign: foreign(others.cloned().collect()),
        }
    }

    /// Adds the plan's files as they are and commits the merge, with the hooks that `git commit`
    /// runs, which have the terminal. A refusal of theirs is an answer: git's index is as it was then.
    ///
    /// # Errors
    /// In words, when the checkout or a file is not what it was, a conflict is left, or git refuses.
    pub(crate) fn conclude(&self, root: &Path, message: &str) -> Result<ProgramOutput, String> {
        let git = Git::at(root);
        let failed = |error: GitError| error.to_string();
        let head = git.commit_of("HEAD").map_err(failed)?;
        let is_merge = git.under_way().map_err(failed)? == Some(MERGE);
        if !is_merge || self.base != Base::Head || head != self.commit {
            return Err("the merge is another one by now: look at the changes again".to_owned());
        }
        let mut paths: BTreeSet<&Path> = BTreeSet::new();
        for delta in &self.deltas {
            let path = delta.path.display();
            if fs::read(root.join(&delta.path)).ok() != delta.new {
                return Err(format!(
                    "{path} was changed meanwhile: look at the changes again"
                ));
            }
            if let Some(new) = &delta.new {
                let file = SourceFile::load(&delta.path, delta.role, new.clone());
                let drawn = conflicts(new).first().map(|first| first.line);
                let drawn = drawn.filter(|_| file.is_chart());
                if let Some(line) = conflict_marker::first_in(&file).or(drawn) {
                    return Err(left_over(&delta.path, line));
                }
            }
            // A file that git never saw is none of the merge.
            if !self.standing.untracked.contains(&delta.path) {
                paths.insert(&delta.path);
            }
        }
        // What is as `HEAD` has it may be what was kept, if it still is.
        for path in &self.merged {
            let is_looked_at = self.deltas.iter().any(|delta| delta.path == *path);
            let is_marked =
                || fs::read(root.join(path)).is_ok_and(|now| !conflicts(&now).is_empty());
            if !is_looked_at && is_marked() {
                return Err(format!(
                    "{} was changed meanwhile: look at the changes again",
                    path.display()
                ));
            }
            paths.insert(path);
        }
        let prefix = git.prefix().map_err(failed)?;
        let unmerged = git.unmerged().map_err(failed)?.into_iter();
        let is_other = |path: &PathBuf| {
            let below = path.strip_prefix(&prefix).ok();
            !below.is_some_and(|path| self.merged.iter().any(|known| known == path))
        };
        if let Some(reason) = foreign(unmerged.filter(is_other).collect()) {
            return Err(reason);
        }
        let folder = temporary_folder("stepdeck-commit-");
        let folder = folder.ok_or("there is no room for the message")?;
        let text = folder.path().join("message");
        let written = fs::write(&text, message);
        written.map_err(|error| format!("{}: {error}", text.display()))?;
        let paths: Vec<&Path> = paths.into_iter().collect();
        let before = git.entries(&paths).map_err(failed)?;
        git.add(&paths).map_err(failed)?;
        let text = text.display().to_string();
        let commit = ["commit", "--cleanup=whitespace", "--file", &text];
        let told = git.interactively(&commit, &[]).map_err(failed);
        let is_refused = !told.as_ref().is_ok_and(|told| told.status.success());
        // Who refused did not refuse the index as it was: what was not added is not.
        if is_refused && git.commit_of("HEAD").map_err(failed)? == head {
            git.put_back(before).map_err(|error| {
                format!("nothing is committed, but what was resolved stays added ({error})")
            })?;
        }
        told
    }
}

/// What the commit of the merge under way is to say.
pub(super) fn message(git: &Git) -> Result<Option<String>, GitError> {
    let path = git.merge_message_path()?;
    let text = path.and_then(|path| fs::read(path).ok());
    text.map(|text| git.without_comments(text)).transpose()
}

/// Why files that are not for stepdeck to add keep a merge open.
fn foreign(paths: Vec<PathBuf>) -> Option<String> {
    let paths: Vec<String> = (paths.iter())
        .map(|path| path.display().to_string())
        .collect();
    (!paths.is_empty()).then(|| {
        let named = named(&paths);
        format!("still in conflict for git: {named} · resolve and `git add` what is not the plan's")
    })
}

fn left_over(path: &Path, line: usize) -> String {
    format!(
        "{}:{line}: a marker of the merge is left: resolve that first",
        path.display()
    )
}

/// That a person is to decide about a file as a whole, and that `key` does that.
pub(crate) fn open_question(file: &Undecided, key: &str) -> String {
    let (path, words) = (file.path().display(), file.words());
    format!("{path}: {words}: {key} on it decides")
}

fn named(all: &[String]) -> String {
    let mut named = all
        .iter()
        .take(NAMED)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    if all.len() > NAMED {
        named += &format!(" and {} more", all.len() - NAMED);
    }
    named
}
