//! What screen 8 has git do: commit, branch, sync, push. Git has the terminal for it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::view::{AwaitedCommit, KeptMessage};
use super::{COMMON, unread};
use crate::app::core::command::{Blocked, Command, Group};
use crate::app::core::message::Effect;
use crate::app::core::model::Model;
use crate::app::overlays::prompt::Purpose;
use crate::app::own::programs::{Ended, Program};
use crate::change::delta::message::message;
use crate::change::delta::outline::PartPlace;
use crate::change::value::{Refusal, refuse};
use crate::document::english::counted;
use crate::store::changes::{Base, Changes, commit};

/// How git ended that had the terminal.
#[derive(Debug)]
pub struct GitEnd {
    /// How.
    pub ended: Ended,
    /// What it printed.
    pub output: String,
    /// What went wrong behind it, although it succeeded, and what puts it right.
    pub left: Option<String>,
}

/// Something that git is to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum GitWork {
    /// Commit these parts.
    Commit {
        /// What they are parts of.
        changes: Arc<Changes>,
        /// Which.
        parts: BTreeSet<PartPlace>,
        /// The message.
        message: String,
    },
    /// Commit the merge under way, with all that differs in the plan.
    Conclude {
        /// What that is.
        changes: Arc<Changes>,
        /// The message.
        message: String,
    },
    /// Create a branch with this name.
    Branch(String),
    /// Push the branch.
    Push {
        remote: String,
        branch: String,
        /// Whether it is the first time.
        is_new: bool,
    },
    /// Merge the main branch into this one.
    Sync,
}

impl GitWork {
    /// What it is called.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Commit { .. } | Self::Conclude { .. } => "git commit",
            Self::Branch(_) => "git switch",
            Self::Push { .. } => "git push",
            Self::Sync => "stepdeck sync",
        }
    }
}

/// Commands of screen 8 that git carries out.
pub const COMMANDS: &[Command] = &[
    Command {
        name: "commit-changes",
        keys: &["C"],
        title: "Commit the marked changes, or all of the plan's and nothing else; conclude a merge",
        hint: "commit",
        group: Group::Edit,
        blocked: no_commit,
        run: ask_message,
        ..COMMON
    },
    Command {
        name: "new-branch",
        keys: &["B"],
        title: "Create a branch here; uncommitted changes come along",
        group: Group::Edit,
        blocked: no_new_branch,
        run: |model| {
            let input = model.input("Name of the new branch", "");
            model.open_prompt(input, Purpose::NewBranch);
        },
        ..COMMON
    },
    Command {
        name: "sync-branch",
        keys: &["S"],
        title: "Sync: fetch, merge the main branch into this one, renumber, check",
        hint: "sync",
        group: Group::Edit,
        blocked: no_sync,
        run: |model| model.effects.push(Effect::RunGit(GitWork::Sync)),
        ..COMMON
    },
    Command {
        name: "push-branch",
        keys: &["P"],
        title: "Push the branch to its remote",
        hint: "push",
        group: Group::Edit,
        blocked: no_push,
        run: |model| {
            let read = model.changes.read.clone();
            let standing = read.as_ref().map(|read| &read.standing);
            if let Some(standing) = standing
                && let (Some(remote), Some(branch)) = (&standing.remote, &standing.branch)
            {
                let there = format!("{remote}/{branch}");
                model.effects.push(Effect::RunGit(GitWork::Push {
                    remote: remote.clone(),
                    branch: branch.clone(),
                    is_new: standing.upstream.as_ref() != Some(&there),
                }));
            }
        },
        ..COMMON
    },
];

fn unknown(model: &Model) -> Blocked {
    let known = model.changes.read.is_some();
    let trouble = model.changes.trouble.clone();
    let asking = || "git is still being asked: try again in a moment".to_owned();
    (!known).then(|| trouble.unwrap_or_else(asking))
}

/// Why nothing can be committed. A merge is concluded as a whole; a rebase is git's own.
fn no_commit(model: &Model) -> Blocked {
    let read = model.changes.read.as_ref();
    let stops = || {
        let read = read?;
        match () {
            () if read.base != Base::Head => Some(elsewhere(model)),
            () if read.is_merge() => {
                in_part(model).or_else(|| read.obstacle(&model.keymap.key_of("checkout-go")))
            }
            () if unfinished(read).is_some() => unfinished(read),
            () if model.changes.lines.is_empty() => Some("everything is committed".to_owned()),
            // Nobody would find it again.
            () if read.standing.branch.is_none() => Some(no_branch(model)),
            // What a stash left: once it is resolved, it is committed like anything else.
            () if !read.standing.unmerged.is_empty() || model.changes.takes_conflict() => {
                read.obstacle_in_plan(&model.keymap.key_of("checkout-go"))
            }
            () => None,
        }
    };
    // What was in conflict a moment ago may be resolved.
    (model.is_locked().or_else(|| unknown(model)))
        .or_else(|| unread(model))
        .or_else(stops)
}

/// That what is compared with another commit is not committed.
fn elsewhere(model: &Model) -> String {
    let base = model.keymap.key_of("checkout-base");
    format!("commits build on HEAD: {base} compares with it")
}

/// Why a merge is not concluded with what is marked.
fn in_part(model: &Model) -> Blocked {
    let key = model.keymap.key_of("checkout-mark-all");
    (!model.changes.marks().is_empty())
        .then(|| format!("a merge is committed as a whole: {key} clears the marks"))
}

/// What comes next once no two versions are left in the plan as it is now: what is left to do, or the
/// key that concludes a merge, as far as git was asked.
pub(crate) fn after_conflicts(model: &Model) -> String {
    let none = "no conflict is left";
    let key = |name| model.keymap.key_of(name);
    let screen = key("screen-changes");
    let Some(read) = &model.changes.read else {
        return none.to_owned();
    };
    if let count @ 1.. = read.undecided_count() {
        return format!("{} left to decide on {screen}", counted(count, "file"));
    }
    if !read.is_merge() {
        return unfinished(read).map_or_else(|| none.to_owned(), |how| format!("{none}: {how}"));
    }
    let other_base = || (read.base != Base::Head).then(|| elsewhere(model));
    let obstacle = (read.other_obstacle(&model.plan))
        .or_else(other_base)
        .or_else(|| in_part(model));
    match obstacle {
        Some(reason) => format!("the merge is not finished: {reason}"),
        None => format!(
            "{none}: {screen} {} concludes the merge",
            key("commit-changes")
        ),
    }
}

/// Why no branch can be begun: git refuses that within a rebase.
fn no_new_branch(model: &Model) -> Blocked {
    let unfinished = || unfinished(model.changes.read.as_ref()?);
    (model.is_locked().or_else(|| unknown(model))).or_else(unfinished)
}

/// That something else than a merge is not finished.
fn unfinished(read: &Changes) -> Option<String> {
    let what = read.standing.under_way.filter(|_| !read.is_merge());
    what.map(commit::unfinished)
}

fn no_branch(model: &Model) -> String {
    let key = model.keymap.key_of("new-branch");
    format!("no branch is checked out: {key} creates one")
}

fn no_sync(model: &Model) -> Blocked {
    let read = model.changes.read.as_ref();
    let stops = || {
        let standing = &read?.standing;
        match () {
            () if unfinished(read?).is_some() => unfinished(read?),
            () if standing.branch.is_none() => Some(no_branch(model)),
            () if read?.is_merge() => {
                let key = model.keymap.key_of("commit-changes");
                let how = no_commit(model).unwrap_or_else(|| format!("{key} concludes it"));
                Some(format!(
                    "a merge is not finished: {how}, `git merge --abort` drops it"
                ))
            }
            () => None,
        }
    };
    let blocked = model.is_locked().or_else(|| unknown(model));
    blocked.or_else(stops).or_else(|| unread(model))
}

fn no_push(model: &Model) -> Blocked {
    let read = model.changes.read.as_ref();
    let stops = || {
        let standing = &read?.standing;
        match () {
            () if standing.branch.is_none() => unfinished(read?).or_else(|| Some(no_branch(model))),
            () if standing.head.is_none() => Some("there is no commit to push".to_owned()),
            () if standing.remote.is_none() => {
                Some("there is no remote: `git remote add origin URL` names one".to_owned())
            }
            () => None,
        }
    };
    model.is_locked().or_else(|| unknown(model)).or_else(stops)
}

/// The differences that a commit takes: those that are marked, else all.
fn to_commit(model: &Model) -> Vec<usize> {
    let view = &model.changes;
    let changes = (0..view.lines.len()).filter(|at| view.lines[*at].is_change());
    match view.marks().is_empty() {
        true => changes.collect(),
        false => changes.filter(|at| view.is_marked(*at)).collect(),
    }
}

fn ask_message(model: &mut Model) {
    let chosen = to_commit(model);
    let text = message(&model.changes.lines, &chosen);
    let merge = model.changes.read.as_ref().filter(|read| read.is_merge());
    let own = merge.map(|read| read.merge_message.clone().unwrap_or_default());
    let text = own.clone().unwrap_or(text);
    let label = match (chosen.len(), model.changes.marks().is_empty()) {
        _ if merge.is_some() => "Conclude the merge, with this message".to_owned(),
        (1, _) => "Commit 1 change, with this message".to_owned(),
        (count, true) => format!("Commit all {count} changes, with this message"),
        (count, false) => format!("Commit {count} marked changes, with this message"),
    };
    let kept = model.changes.message.as_ref();
    let kept = kept.filter(|kept| kept.merge == own);
    let text = kept.map_or(text, |kept| kept.text.clone());
    let mut input = model.input(label, text);
    // Whoever types something types a subject.
    (input.multiline, input.at_first_line) = (true, true);
    model.open_prompt(input, Purpose::CommitMessage);
}

impl Model {
    /// Has the marked changes, or all, committed; once git has answered, if it is being asked.
    pub(crate) fn commit_with(&mut self, text: &str) -> Result<(), Refusal> {
        let Some(changes) = self.changes.read.clone() else {
            return refuse("git is still being asked");
        };
        if text.trim().is_empty() {
            return refuse("a commit needs a message");
        }
        let message = text.to_owned();
        let is_merge = changes.is_merge();
        // Whatever git says, the text is not lost.
        self.changes.message = Some(KeptMessage {
            text: message.clone(),
            merge: is_merge.then(|| changes.merge_message.clone().unwrap_or_default()),
        });
        if self.is_locked().is_none() && unread(self).is_some() {
            let lines = self.changes.lines.clone();
            self.changes.awaited = Some(AwaitedCommit {
                text: message,
                lines,
            });
            self.say("the commit follows as soon as git has answered…");
            return Ok(());
        }
        if let Some(reason) = no_commit(self) {
            return refuse(reason);
        }
        let chosen = to_commit(self);
        let parts = self.changes.parts(&chosen).into_iter().collect();
        self.effects.push(Effect::RunGit(match is_merge {
            true => GitWork::Conclude { changes, message },
            false => GitWork::Commit {
                changes,
                parts,
                message,
            },
        }));
        Ok(())
    }

    /// Makes the commit that waits for git's answer, unless that is another one than was seen.
    pub(super) fn commit_awaited(&mut self) {
        if unread(self).is_some() {
            return;
        }
        let Some(AwaitedCommit { text, lines }) = self.changes.awaited.take() else {
            return;
        };
        let done = match self.changes.lines == lines {
            true => self.commit_with(&text),
            false => {
                let key = self.keymap.key_of("commit-changes");
                refuse(format!(
                    "nothing is committed: what differs changed meanwhile · {key} has your message"
                ))
            }
        };
        if let Err(refusal) = done {
            self.refuse(refusal.0);
        }
    }

    /// Has a branch begun.
    pub(crate) fn begin_branch(&mut self, name: &str) -> Result<(), Refusal> {
        let name = name.trim();
        if name.is_empty() || name.starts_with('-') {
            return refuse("a branch needs a name, such as weekly-review");
        }
        let work = GitWork::Branch(name.to_owned());
        self.effects.push(Effect::RunGit(work));
        Ok(())
    }

    /// Takes how git ended, and what it printed.
    pub(crate) fn git_ended(&mut self, work: &GitWork, ended: Result<GitEnd, String>) {
        let GitEnd {
            ended,
            output,
            left,
        } = match ended {
            Ok(ended) => ended,
            Err(reason) => {
                self.ask_changes();
                return self.refuse(reason);
            }
        };
        let is_success = ended.is_success();
        let said = output.lines().rfind(|line| !line.trim().is_empty());
        let said = said.map(|line| line.trim().to_owned());
        let first = output.lines().find(|line| !line.trim().is_empty());
        let first = first.map(|line| line.trim().to_owned());
        self.programs.last = Some(Program::over(work.name(), ended.clone(), &output));
        match (is_success, work) {
            (true, GitWork::Commit { .. } | GitWork::Conclude { .. }) => {
                self.changes.message = None;
                self.changes.change_marks(BTreeSet::clear);
                match left {
                    Some(left) => self.refuse(left),
                    None => self.say(first.unwrap_or_else(|| "committed".to_owned())),
                }
            }
            (true, GitWork::Branch(name)) => self.say(format!("on {name} now")),
            (true, GitWork::Push { remote, branch, .. }) => {
                self.say(format!("pushed to {remote}/{branch}"));
            }
            (true, GitWork::Sync) => self.say(said.unwrap_or_else(|| "synced".to_owned())),
            (false, work) => {
                let again = match work {
                    GitWork::Commit { .. } | GitWork::Conclude { .. } => {
                        let key = self.keymap.key_of("commit-changes");
                        format!(" · nothing is lost: {key} has your message")
                    }
                    GitWork::Push { .. } => {
                        let key = self.keymap.key_of("sync-branch");
                        format!(" · {key} merges what others pushed")
                    }
                    _ => String::new(),
                };
                self.refuse(format!("{}: {ended}{again}", work.name()));
                self.show_output();
            }
        }
        self.effects.push(Effect::LookAgain);
        self.ask_changes();
    }
}
