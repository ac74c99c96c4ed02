//! Files of the plan that a merge left in conflict as a whole: one side deleted or moved them, or they
//! are drawn. A person says what stays; git's index notes it, as `git add` and `git rm` do.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use super::{Changes, is_foreign};
use crate::document::markers::conflicts;
use crate::document::pointer::LfsPointer;
use crate::git::unmerged::{Stage, Unmerged, Version};
use crate::git::{Git, GitError};
use crate::plan::source::{Role, SourceFile, is_chart};
use crate::store::locate::discover::Layout;

/// A file in conflict as a whole.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Undecided {
    /// Which versions of it there are.
    file: Unmerged,
    /// What the checkout has in its place.
    now: Option<Vec<u8>>,
}

/// What can become of such a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It stays as the checkout has it.
    AsItIs,
    /// It gets this version.
    Version(Stage),
    /// It is deleted.
    Deleted,
}

/// What becomes of which file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileDecision {
    /// Relative to the plan's folder.
    pub path: PathBuf,
    /// What it becomes.
    pub outcome: Outcome,
}

/// A way to decide: the letter that chooses it, what it does, what that means, and the outcome.
type Way = (&'static str, &'static str, &'static str, Outcome);

impl Undecided {
    /// Where the file is, relative to the plan's folder.
    pub(crate) fn path(&self) -> &Path {
        &self.file.path
    }

    /// What each side did, in words.
    pub(crate) fn words(&self) -> &'static str {
        let is_added = self.file.base.is_none();
        match self.file.words() {
            Some(words) => words,
            None if self.now.is_none() => "both sides have it, and the checkout does not",
            None if is_added && !self.is_drawn() => "both sides added it",
            None => "drawn on both sides: writing its paper again draws it once more",
        }
    }

    /// The ways to decide, the likeliest first.
    pub(crate) fn ways(&self) -> Vec<Way> {
        let Unmerged { ours, theirs, .. } = &self.file;
        let version = Outcome::Version;
        let keep = |stage| match self.now {
            Some(_) => Outcome::AsItIs,
            None => version(stage),
        };
        let delete = |detail| ("d", "delete it", detail, Outcome::Deleted);
        match (ours, theirs) {
            (None, None) => vec![
                delete("as both sides did"),
                ("k", "keep it", "as it was before", version(Stage::Base)),
            ],
            (Some(_), None) => vec![
                ("k", "keep it", "as ours has it", keep(Stage::Ours)),
                delete("theirs does not have it"),
            ],
            (None, Some(_)) => vec![
                ("k", "keep it", "as theirs has it", keep(Stage::Theirs)),
                delete("ours does not have it"),
            ],
            (Some(_), Some(_)) => vec![
                ("m", "ours", "the version merged into", version(Stage::Ours)),
                ("t", "theirs", "the version merged", version(Stage::Theirs)),
                delete("on both sides"),
            ],
        }
    }

    fn is_drawn(&self) -> bool {
        is_chart(&self.file.path)
    }
}

/// Those of the files in conflict that are the plan's and are decided as a whole. `files` are those
/// that are open.
pub(super) fn undecided(
    git: &Git,
    layout: &Layout,
    unmerged: &[Unmerged],
    files: &BTreeMap<&Path, &SourceFile>,
) -> Result<Vec<Undecided>, GitError> {
    let mut found = Vec::new();
    for file in unmerged {
        let path = &file.path;
        let open = files.get(&**path);
        let is_two_sided = file.ours.is_some() && file.theirs.is_some();
        // What both sides have is compared by its markers, as long as it is there.
        if open.is_some() && is_two_sided || !file.versions().all(Version::is_file) {
            continue;
        }
        let role = match open {
            Some(open) => Some(open.role),
            None => layout.role_of_chart(path).or_else(|| layout.role_at(path)),
        };
        let Some(role) = role else { continue };
        let now = match open {
            Some(open) => Some(open.document.to_bytes()),
            None => fs::read(layout.root.join(path)).ok(),
        };
        if is_chart(path) && is_two_sided {
            let has_markers = |now: &Vec<u8>| !conflicts(now).is_empty();
            if !now.as_ref().is_none_or(has_markers) {
                continue;
            }
        }
        let hashes: Vec<&str> = file.versions().map(|version| &*version.hash).collect();
        let mut versions = git.objects(&hashes)?;
        let versions: Vec<Vec<u8>> = (hashes.iter())
            .filter_map(|_| versions.next_object())
            .collect();
        let is_known = |bytes: &Vec<u8>| is_known(layout, path, role, bytes);
        let is_ours = open.is_some() || versions.iter().any(is_known);
        // Git LFS keeps these; it is asked nothing here.
        let is_kept = |bytes: &Vec<u8>| LfsPointer::read(bytes).is_some();
        if is_ours && !versions.iter().any(is_kept) {
            found.push(Undecided {
                file: file.clone(),
                now,
            });
        }
    }
    Ok(found)
}

/// Whether a file at such a place is the plan's, by what it holds.
fn is_known(layout: &Layout, path: &Path, role: Role, bytes: &[u8]) -> bool {
    match is_chart(path) {
        true => !is_foreign(path, bytes),
        false => {
            let file = SourceFile::load(path, role, bytes.to_vec());
            layout.papers.recognise(&file)
        }
    }
}

impl Changes {
    /// The file at a path, if it is in conflict as a whole.
    pub(crate) fn undecided(&self, path: &Path) -> Option<&Undecided> {
        self.undecided.iter().find(|file| file.path() == path)
    }

    /// How many files are in conflict as a whole.
    pub(crate) fn undecided_count(&self) -> usize {
        self.undecided.len()
    }

    /// Has a file that is in conflict as a whole be what `outcome` says, in the checkout and in git's
    /// index. What nobody else has is not deleted.
    ///
    /// # Errors
    /// In words, when the file or the conflict is not what it was, or git refuses.
    pub(crate) fn decide(
        &self,
        root: &Path,
        FileDecision { path, outcome }: &FileDecision,
    ) -> Result<(), String> {
        let git = Git::at(root);
        let failed = |error: GitError| error.to_string();
        let shown = path.display();
        let meanwhile = || format!("{shown} was changed meanwhile: look at the changes again");
        let file = self.undecided(path).ok_or_else(meanwhile)?;
        let standing = git.standing().map_err(failed)?;
        let is_same = standing.unmerged.contains(&file.file);
        if !is_same || fs::read(root.join(path)).ok() != file.now {
            return Err(meanwhile());
        }
        if *outcome != Outcome::AsItIs && file.is_edited(&git).map_err(failed)? {
            return Err(format!(
                "{shown} was edited since the merge, and nobody else has that: `git rm --force \
                 {shown}` deletes it"
            ));
        }
        let done = match outcome {
            Outcome::AsItIs => git.add(&[path]),
            Outcome::Version(stage) => {
                let written = git.write_version(path, *stage);
                written.and_then(|()| git.add(&[path]))
            }
            Outcome::Deleted => {
                let removed = match fs::remove_file(root.join(path)) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                    _ => Ok(()),
                };
                removed.map_err(|error| format!("{shown}: {error}"))?;
                git.forget(path)
            }
        };
        done.map_err(failed)
    }
}

impl Undecided {
    /// Whether the checkout has what is no version of the file, and not what git made of them.
    fn is_edited(&self, git: &Git) -> Result<bool, GitError> {
        let Some(now) = &self.now else {
            return Ok(false);
        };
        if self.is_drawn() || !conflicts(now).is_empty() {
            return Ok(false);
        }
        for version in self.file.versions() {
            if git.checked_out(&version.hash, &self.file.path)? == *now {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
