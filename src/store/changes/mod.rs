//! What the checkout changes in the files of the plan: since its commit, or since its branch left the
//! one that a pull request would go to.

pub(crate) mod bases;
pub(crate) mod commit;
pub(crate) mod conclude;
pub(crate) mod names;
mod staged;
pub(crate) mod undecided;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use self::bases::Bases;
use self::names::side_for_people;
use self::undecided::{Undecided, undecided};
use crate::change::delta::FileDelta;
use crate::change::delta::outline::{Line, outline};
use crate::document::english::counted;
use crate::document::markers::conflicts;
use crate::document::pointer::LfsPointer;
use crate::document::visible::visible_line;
use crate::git::standing::Standing;
use crate::git::tree::TreeKind;
use crate::git::{Git, GitError};
use crate::plan::Plan;
use crate::plan::checks::conflict_marker;
use crate::plan::disputes::disputes;
use crate::plan::paper::label::SEEN;
use crate::plan::source::{SourceFile, is_chart};
use crate::report::chart;
use crate::store::locate::discover::Layout;

/// What the plan is compared with.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub enum Base {
    /// The commit that is checked out.
    #[default]
    Head,
    /// The commit at which the branch left the main branch.
    Mainline,
    /// The commit at which it left another one, or any other revision.
    Revision(String),
}

/// What is different, and how the checkout stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Changes {
    /// What the plan is compared with.
    pub base: Base,
    /// What people call that.
    pub name: String,
    /// Its commit; none before the first.
    pub commit: Option<String>,
    /// How the checkout stands.
    pub standing: Standing,
    /// The branch that a pull request would go to, where it is another one.
    pub mainline: Option<String>,
    /// What the commit of a merge under way is to say.
    pub merge_message: Option<String>,
    /// What people call the sides of conflicts that git labelled with hashes, by label.
    pub names: BTreeMap<String, String>,
    /// For what two reviews in conflict have seen, in either order the newest commit that both have.
    common: BTreeMap<[String; 2], String>,
    /// What both sides of steps in conflict started from.
    bases: Bases,
    /// The files that differ.
    pub deltas: Vec<FileDelta>,
    /// Files of the plan that are in conflict for git and that both sides have.
    merged: Vec<PathBuf>,
    /// Files of the plan that are in conflict as a whole.
    undecided: Vec<Undecided>,
    /// Files that differ and have markers of a merge, with the first line of these.
    marked: Vec<(PathBuf, usize)>,
    /// What is not compared, and why.
    pub notes: Vec<String>,
    /// The differences in the order in which people read them.
    pub lines: Arc<[Line]>,
    /// How many of the lines are differences.
    count: usize,
    /// Which of them are conflicts.
    conflicts: Vec<usize>,
    /// What keeps all of it from being committed.
    open: conclude::Open,
}

impl Changes {
    /// What a plan below `root` changes; in words why that is not known.
    ///
    /// # Errors
    /// When the plan is in no checkout, git refuses, or there is nothing of that name.
    pub fn read(layout: &Layout, plan: &Plan, base: &Base) -> Result<Self, String> {
        let git = Git::at(&layout.root);
        let standing = git.standing().map_err(|error| error.answer())?;
        let failed = |error: GitError| error.to_string();
        let main = git.mainline(layout.config.main_branch.as_deref());
        let main = main.map_err(failed)?;
        let mainline = main.as_ref().map(|main| main.name());
        let is_own = |name: &String| Some(name) == standing.branch.as_ref();
        let (name, commit) = match base {
            Base::Head => ("HEAD".to_owned(), standing.head.clone()),
            Base::Mainline => {
                let main = main.as_ref().ok_or_else(|| {
                    "there is no main branch to compare with; `main` in `[team]` of \
                     stepdeck.toml names one"
                        .to_owned()
                })?;
                let base = match main.tip() {
                    Some(tip) => git.checkout_base(tip).map_err(failed)?,
                    None => None,
                };
                let base = base.ok_or_else(|| nothing_in_common(&main.name()))?;
                (main.name(), Some(base))
            }
            Base::Revision(name) => {
                let tip = git.commit_of(name).map_err(failed)?;
                let none = || format!("“{name}” is not a commit or a branch");
                let tip = tip.ok_or_else(none)?;
                let base = git.checkout_base(&tip).map_err(failed)?;
                let base = base.ok_or_else(|| nothing_in_common(name))?;
                (name.clone(), Some(base))
            }
        };
        let mut changes = Self {
            base: base.clone(),
            name,
            commit,
            mainline: mainline.filter(|name| !is_own(name)),
            standing,
            merge_message: None,
            names: BTreeMap::new(),
            common: BTreeMap::new(),
            bases: Bases::default(),
            deltas: Vec::new(),
            merged: Vec::new(),
            undecided: Vec::new(),
            marked: Vec::new(),
            notes: Vec::new(),
            lines: Arc::default(),
            count: 0,
            conflicts: Vec::new(),
            open: conclude::Open::default(),
        };
        if changes.is_merge() {
            changes.merge_message = conclude::message(&git).map_err(failed)?;
        }
        let disputes = disputes(plan);
        let unmerged = &changes.standing.unmerged;
        changes.bases = Bases::read(&git, plan, &disputes, unmerged).map_err(failed)?;
        for dispute in disputes {
            let place = dispute.place;
            let seen = [place.ours, place.theirs].map(|span| seen_in(&dispute.text(plan, span)));
            if let [Some(ours), Some(theirs)] = seen
                && let Some(common) = git.common_commit(&ours, &theirs).map_err(failed)?
            {
                changes
                    .common
                    .insert([theirs.clone(), ours.clone()], common.clone());
                changes.common.insert([ours, theirs], common);
            }
            for label in dispute.labels(plan) {
                let names = changes.names.entry(label);
                names.or_insert_with_key(|label| side_for_people(&git, label));
            }
        }
        changes.compare(&git, layout, plan).map_err(failed)?;
        let undecided = changes.undecided.iter();
        let undecided: BTreeMap<&Path, &str> =
            undecided.map(|file| (file.path(), file.words())).collect();
        changes.lines = outline(&changes.deltas, plan, &undecided).into();
        changes.count = changes.lines.iter().filter(|line| line.is_change()).count();
        let conflicts = changes.lines.iter().enumerate();
        let conflicts = conflicts.filter(|(_, line)| line.is_conflict());
        changes.conflicts = conflicts.map(|(at, _)| at).collect();
        changes.open = changes.open_questions();
        Ok(changes)
    }

    /// The newest commit that two commits both have, of those that reviews in conflict have seen.
    pub(crate) fn common_commit(&self, one: &str, other: &str) -> Option<String> {
        let both = [one, other].map(str::to_owned);
        self.common.get(&both).cloned()
    }

    /// The first conflict among some lines.
    pub(crate) fn conflict_within(&self, lines: Range<usize>) -> Option<usize> {
        let from = self.conflicts.partition_point(|at| *at < lines.start);
        self.conflicts
            .get(from)
            .copied()
            .filter(|at| lines.contains(at))
    }

    /// What both sides of a merge started from, where something is in conflict.
    pub(crate) fn bases(&self) -> &Bases {
        &self.bases
    }

    fn compare(&mut self, git: &Git, layout: &Layout, plan: &Plan) -> Result<(), GitError> {
        let standing = &self.standing;
        let tree = match &self.commit {
            Some(commit) => git.tree_below(commit)?,
            None => Vec::new(),
        };
        let tree: BTreeMap<PathBuf, (TreeKind, String)> = (tree.into_iter())
            .map(|entry| (entry.path, (entry.kind, entry.hash)))
            .collect();
        let mut candidates: BTreeSet<PathBuf> = standing.changed.iter().cloned().collect();
        if let (Some(commit), false) = (&self.commit, self.base == Base::Head) {
            candidates.extend(git.differing_from(commit)?);
        }
        let is_tracked: BTreeSet<PathBuf> = git.tracked()?.into_iter().collect();
        let mut ignored = 0;
        let files: BTreeMap<&Path, &SourceFile> = plan
            .files()
            .iter()
            .map(|file| (&*file.path, file))
            .collect();
        for path in files.keys() {
            if path.is_absolute() {
                let path = path.display();
                self.notes
                    .push(format!("{path} is outside the plan's folder: not compared"));
            } else if !is_tracked.contains(*path) && !candidates.contains(*path) {
                ignored += 1;
                if ignored == 1 {
                    self.notes
                        .push(format!("{} is ignored by git", path.display()));
                }
            }
        }
        if ignored > 1 {
            let more = format!("{ignored} files of the plan are ignored by git");
            self.notes
                .retain(|note| !note.ends_with("is ignored by git"));
            self.notes.push(more);
        }
        let mut wanted = Vec::new();
        for path in candidates {
            let file = files.get(&*path);
            let there = tree.get(&path);
            let role = match file {
                Some(file) => file.role,
                None => match (layout.role_of_chart(&path), layout.role_at(&path)) {
                    (Some(role), _) => role,
                    (_, Some(role)) if there.is_some() => role,
                    _ => continue,
                },
            };
            match there {
                Some((TreeKind::Link | TreeKind::Submodule, _)) => {
                    self.notes
                        .push(format!("{} is a link: not compared", path.display()));
                }
                Some((TreeKind::File, hash)) => wanted.push((path, role, Some(hash.clone()))),
                None => wanted.push((path, role, None)),
            }
        }
        let hashes: Vec<&str> = wanted
            .iter()
            .filter_map(|(_, _, hash)| hash.as_deref())
            .collect();
        let mut objects = git.objects(&hashes)?;
        let mut compared: BTreeSet<&Path> = BTreeSet::new();
        for (path, role, hash) in &wanted {
            let old = match hash {
                Some(_) => match objects.next_object() {
                    Some(bytes) => Some(bytes),
                    None => {
                        let path = path.display();
                        let note = format!("{path} as it was is not in this clone: not compared");
                        self.notes.push(note);
                        continue;
                    }
                },
                None => None,
            };
            let new = match files.get(&**path) {
                Some(file) => Some(file.document.to_bytes()),
                // Charts are opened by nobody.
                None if is_chart(path) => fs::read(layout.root.join(path)).ok(),
                None => None,
            };
            if new
                .as_ref()
                .or(old.as_ref())
                .is_some_and(|bytes| is_foreign(path, bytes))
            {
                continue;
            }
            let old = match (old, hash) {
                (Some(old), Some(hash)) if is_converted(&old, new.as_deref()) => {
                    Some(git.checked_out(hash, path)?)
                }
                (old, _) => old,
            };
            if let Some(stored) = old.as_deref().and_then(LfsPointer::read) {
                if !new.as_deref().is_some_and(|new| stored.is(new)) {
                    let path = path.display();
                    self.notes.push(format!(
                        "{path} is in Git LFS: not compared, and left to `git commit`"
                    ));
                }
                continue;
            }
            compared.insert(path);
            // What is gone was the plan's by its place and what it held.
            let is_paper = new.is_some() || {
                let bytes = old.clone().unwrap_or_default();
                let was = SourceFile::load(path, *role, bytes);
                layout.papers.recognise(&was)
            };
            // What is there all the same is not the plan's.
            if is_paper && (new.is_some() || !layout.root.join(path).exists()) {
                self.deltas
                    .extend(FileDelta::between(path, *role, old, new));
            }
        }
        let differing = self
            .deltas
            .iter()
            .filter_map(|delta| files.get(&*delta.path));
        let marked = differing.filter_map(|file| {
            let line = conflict_marker::first_in(file)?;
            Some((file.path.clone(), line))
        });
        self.marked = marked.collect();
        let drawn = self.deltas.iter().filter(|delta| is_chart(&delta.path));
        let drawn = drawn.filter_map(|delta| {
            let first = conflicts(delta.new.as_deref()?).into_iter().next()?;
            Some((delta.path.clone(), first.line))
        });
        self.marked.extend(drawn.collect::<Vec<_>>());
        self.undecided = undecided(git, layout, &self.standing.unmerged, &files)?;
        let is_merged = |path: &&PathBuf| {
            // A page is the plan's for as long as it holds a conflict.
            let is_page = || layout.role_at(path).is_some();
            let is_chart = || layout.role_of_chart(path).is_some();
            let is_ours = files.contains_key(&***path) || is_page() || is_chart();
            let is_undecided = self.undecided.iter().any(|file| file.path() == **path);
            // What was not looked at is not for us to add: pictures of others, files in Git LFS.
            is_ours && compared.contains(&***path) && !is_undecided
        };
        let unmerged: Vec<PathBuf> = (self.standing.unmerged.iter())
            .map(|file| file.path.clone())
            .collect();
        self.merged = unmerged.iter().filter(is_merged).cloned().collect();
        let is_resolved = |path: &&PathBuf| {
            self.merged.contains(path) && self.marked.iter().all(|(marked, _)| marked != *path)
        };
        let (resolved, open): (Vec<_>, Vec<_>) = unmerged.iter().partition(is_resolved);
        for (words, paths) in [("in conflict", open), ("resolved, not added yet", resolved)] {
            let paths: Vec<String> = paths
                .iter()
                .map(|path| path.display().to_string())
                .collect();
            if !paths.is_empty() {
                self.notes.push(format!("{words}: {}", paths.join(", ")));
            }
        }
        Ok(())
    }

    /// What is listed, as a heading.
    pub(crate) fn heading(&self) -> String {
        match (&self.base, &self.commit) {
            (Base::Head, None) => "Changes before the first commit".to_owned(),
            _ => format!("Changes since {}", self.base_words()),
        }
    }

    /// What the plan is compared with, in words.
    pub fn base_words(&self) -> String {
        let short = |hash: &String| hash[..hash.len().min(8)].to_owned();
        match (&self.base, &self.commit) {
            (Base::Head, None) => "no commit yet".to_owned(),
            (Base::Head, Some(commit)) => format!("HEAD ({})", short(commit)),
            (_, Some(commit)) => {
                format!("the merge base with {} ({})", self.name, short(commit))
            }
            (_, None) => self.name.clone(),
        }
    }

    /// How the checkout stands, in one line.
    pub fn standing_words(&self) -> String {
        let standing = &self.standing;
        let mut words = vec![match &standing.branch {
            Some(branch) => format!("on {branch}"),
            None => "no branch is checked out".to_owned(),
        }];
        let commits = |count| counted(count, "commit");
        match (&standing.upstream, standing.ahead_behind, &standing.remote) {
            (Some(upstream), Some((0, 0)), _) => words.push(format!("up to date with {upstream}")),
            (Some(upstream), Some((ahead, 0)), _) => {
                words.push(format!("{} ahead of {upstream}", commits(ahead)));
            }
            (Some(upstream), Some((0, behind)), _) => {
                words.push(format!("{} behind {upstream}", commits(behind)));
            }
            (Some(upstream), Some((ahead, behind)), _) => {
                words.push(format!("{ahead} ahead of and {behind} behind {upstream}"));
            }
            (Some(upstream), None, _) => words.push(format!("{upstream} is gone")),
            (None, _, None) => words.push("no remote".to_owned()),
            (None, _, Some(_)) if standing.branch.is_some() => {
                words.push("never pushed".to_owned());
            }
            _ => {}
        }
        words.extend(
            standing
                .under_way
                .map(|what| format!("a {what} is not finished")),
        );
        words.join(" · ")
    }

    /// How much is different, in a few words.
    pub fn summary(&self) -> String {
        match self.count {
            0 => "no changes".to_owned(),
            count => counted(count, "change"),
        }
    }

    /// All of it as people read it in a terminal.
    pub fn text(&self) -> String {
        let head = format!(
            "Against {}: {}\n{}",
            self.base_words(),
            self.summary(),
            self.standing_words()
        );
        let mut text = String::new();
        for line in head.lines() {
            let _ = writeln!(text, "{}", visible_line(line));
        }
        for note in &self.notes {
            let _ = writeln!(text, "{}", visible_line(note));
        }
        for line in self.lines.iter() {
            if line.depth == 0 {
                text.push('\n');
            }
            let indent = "  ".repeat(line.depth);
            let words = match line.kind {
                _ if line.is_change() => format!("{}: {}", line.name, line.brief()),
                _ => line.name.clone(),
            };
            let _ = writeln!(text, "{indent}{}", visible_line(&words));
        }
        text
    }
}

/// Whether a checkout may have other line ends than the blob: as `old` has it, nothing would be alike.
fn is_converted(old: &[u8], new: Option<&[u8]>) -> bool {
    let has_returns = |bytes: &[u8]| memchr::memmem::find(bytes, b"\r\n").is_some();
    !has_returns(old) && new.is_none_or(has_returns)
}

/// Whether it is a picture that stepdeck did not draw.
fn is_foreign(path: &Path, bytes: &[u8]) -> bool {
    is_chart(path) && memchr::memmem::find(bytes, chart::MARK.as_bytes()).is_none()
}

/// That there is nothing from which both HEAD and this come.
pub(crate) fn nothing_in_common(name: &str) -> String {
    format!(
        "{name} and HEAD have no commit in common: a shallow clone lacks it, `git fetch \
         --unshallow` gets it"
    )
}

/// The commit that a version of a review names as seen.
fn seen_in(version: &str) -> Option<String> {
    let fact = format!("- **{SEEN}:**");
    let mut lines = version.lines();
    let seen = lines.find_map(|line| line.trim_start().strip_prefix(&fact))?;
    Some(seen.trim().to_owned())
}
