//! The plan in memory and the files on disk, kept together: what the screen shows is always
//! the files as last read with the unsaved changes on top.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::draft_log::KeptDraft;
use crate::app::core::job::JobKind;
use crate::app::core::message::{DiskEvent, Effect};
use crate::app::core::model::{Model, Notice, Tone};
use crate::app::sync::notices::{Before, consequence};
use crate::change::conflict::Conflict;
use crate::change::history::{Event, History};
use crate::change::places::LineHints;
use crate::change::{Change, Scope, Target, apply};
use crate::plan::id::StepId;
use crate::plan::identity::Identities;
use crate::plan::source::{Role, SourceFile};
use crate::plan::{Plan, StepKey};
use crate::store::worker::protocol::SaveJob;

/// So many marks follow their steps to other numbers.
const FOLLOWED: usize = 10_000;

/// Why the decision of a conflict is not undone.
const COMMITTED: &str = "the decision is committed by now, and the markers would come back: set what should be otherwise, or \
     `git revert` the commit";

/// A change that is not on disk yet.
#[derive(Clone, Debug)]
pub(crate) struct Pending {
    pub(super) ticket: u64,
    pub(crate) change: Change,
    /// The lines of the steps that it edits, as it left them.
    pub(crate) lines: Vec<(StepId, Vec<u8>)>,
    /// Why it could not be written, once that was tried.
    failed: Option<String>,
}

/// Saves on their way, what can be undone, and how the files are watched.
#[derive(Debug, Default)]
pub struct Sync {
    pub(crate) pending: Vec<Pending>,
    /// Changes undone before they were written, which may be on their way all the same.
    forgotten: Vec<(u64, Change)>,
    tickets: u64,
    pub(crate) history: History,
    /// When a change was last written.
    pub saved_at: Option<DateTime<Utc>>,
    /// The text being typed, as it was last given to be kept.
    pub(crate) kept: Option<KeptDraft>,
    /// Counts the drafts that were written whole.
    pub(crate) drafts: u64,
    /// Whether the files are asked after by the clock instead of by notice.
    pub polling: bool,
    /// Files that cannot be read, with what the plan looks for in them.
    pub unreadable: Vec<(PathBuf, Role)>,
    /// Files that another program has been writing for a while: their last whole version is
    /// shown, and edits of them wait.
    pub in_motion: Vec<PathBuf>,
}

/// Why a change is not put onto the plan.
#[derive(Debug)]
enum Unmade {
    /// Nothing can be now, and why.
    Locked(String),
    /// This is in its way.
    Met(Vec<Conflict>),
}

impl fmt::Display for Unmade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Locked(reason) => f.write_str(reason),
            Self::Met(conflicts) => match conflicts.first() {
                Some(conflict) => conflict.obstacle.fmt(f),
                None => Ok(()),
            },
        }
    }
}

impl Sync {
    /// How many changes are on their way to disk.
    pub fn saving(&self) -> usize {
        self.pending.iter().filter(|p| p.failed.is_none()).count()
    }

    /// What to say of the changes on their way when nobody waits for them.
    pub(crate) fn left_behind(&self) -> String {
        match self.saving() {
            1 => "1 edit was being saved and may not have reached the disk".to_owned(),
            count => format!("{count} edits were being saved and may not have reached the disk"),
        }
    }

    /// How many changes could not be written.
    pub(crate) fn failed(&self) -> usize {
        self.pending.len() - self.saving()
    }

    /// The change with this ticket, if it was undone before it was written. Once only.
    fn forgotten(&mut self, ticket: u64) -> Option<Change> {
        let at = self.forgotten.iter().position(|(t, _)| *t == ticket)?;
        Some(self.forgotten.remove(at).1)
    }

    /// Whether every change is on disk.
    pub fn is_settled(&self) -> bool {
        self.pending.is_empty()
    }

    /// Why a change is not written at once, in words that follow what it is.
    fn waits(&self, change: &Change) -> String {
        let paths = change.paths();
        match self.in_motion.iter().find(|path| paths.contains(path)) {
            Some(path) => format!(
                " · waiting for another program to finish writing {}",
                path.display()
            ),
            None => String::new(),
        }
    }

    /// Goes on with the history of an earlier run.
    pub(crate) fn remember(&mut self, history: History) {
        self.history = history;
    }

    /// Whether the newest change touches a file.
    pub(crate) fn newest_touches(&self, path: &Path) -> bool {
        let newest = self.history.newest();
        newest.is_some_and(|change| change.edits.iter().any(|edit| edit.path == path))
    }

    /// Whether there is something to take back.
    pub fn can_undo(&self) -> bool {
        self.history.can_undo()
    }

    /// Whether there is something to put on again.
    pub(crate) fn can_redo(&self) -> bool {
        self.history.can_redo()
    }
}

impl Model {
    /// Makes a change: on screen now, on disk as soon as it can be, in the history for `u`.
    /// Answers whether it was made.
    pub(crate) fn commit(&mut self, change: Change) -> bool {
        let change = change.laid_out(&self.plan, self.context.log_layout);
        if change.edits.is_empty() {
            self.say("nothing to change");
            return false;
        }
        let before = Before::of(&self.plan);
        match self.put_on(&change, Event::Made(change.clone())) {
            Ok(()) => {}
            Err(Unmade::Met(conflicts)) if self.commit_met(&change, conflicts.clone()) => {
                return true;
            }
            Err(reason) => {
                self.refuse(format!("{}: {reason}", change.label));
                return false;
            }
        }
        let consequence = consequence(&before, &self.plan);
        self.sync.history.push(change.clone());
        let waits = self.sync.waits(&change);
        self.notice = Some(Notice {
            text: format!("{}{consequence}{waits}", change.label),
            tone: Tone::Done,
            of: Some(self.sync.tickets),
        });
        true
    }

    /// Undoes the last change, on disk too. One that cannot be undone is let go, so
    /// that those before it can be reached.
    pub(crate) fn undo(&mut self) {
        self.undo_one();
    }

    /// Takes back, in one go, the newest changes that all touch one file. Answers how many.
    pub(crate) fn undo_all_of(&mut self, path: &Path) -> usize {
        let mut count = 0;
        while self.sync.newest_touches(path) && self.undo_one() {
            count += 1;
        }
        count
    }

    fn undo_one(&mut self) -> bool {
        if let Some(reason) = self.is_locked() {
            self.refuse(reason);
            return false;
        }
        let Some(change) = self.sync.history.undo().cloned() else {
            return false;
        };
        let put = match self.never_saved(&change) {
            true => Ok(String::new()),
            false if self.is_committed(&change) => Err(COMMITTED.to_owned()),
            false => {
                let event = Event::Undone(change.clone());
                self.put_on_again(change.inverse(), event, "undone")
            }
        };
        let mut words = match put {
            Ok(words) => words,
            Err(reason) => {
                let more = self.sync.history.skip_undo();
                self.cannot("undo", &change, &reason, more);
                return false;
            }
        };
        let aside = self.reveal(&change);
        words += &aside.map_or(String::new(), |words| format!(" · {words}"));
        if change.decides_a_conflict() {
            let redo = self.keymap.key_of("redo");
            words += &format!(" · both versions are there again: {redo} decides as before");
        }
        self.say(format!("{}{words}", change.undone()));
        true
    }

    /// Whether a change decides a conflict, and git has the decision: as a merge is concluded.
    fn is_committed(&self, change: &Change) -> bool {
        let Some(read) = self.changes.read.as_ref() else {
            return false;
        };
        let standing = &read.standing;
        let is_open = |path: &PathBuf| {
            standing.changed.contains(path)
                || standing.unmerged.iter().any(|file| file.path == *path)
        };
        let edits = change.edits.iter();
        let mut decided = edits.filter(|edit| matches!(edit.target, Target::Dispute { .. }));
        standing.under_way.is_none() && decided.any(|edit| !is_open(&edit.path))
    }

    /// Says why a change of the history stays as it is, and what the key does next.
    fn cannot(&mut self, command: &str, change: &Change, reason: &str, more: bool) {
        let key = self.keymap.key_of(command);
        let next = match more {
            true => format!(" · {key} continues with the one before"),
            false => String::new(),
        };
        self.refuse(format!("cannot {command} {}: {reason}{next}", change.label));
    }

    /// Takes back a change that could not be written: there is nothing to write then either.
    fn never_saved(&mut self, change: &Change) -> bool {
        let failed = |p: &Pending| p.failed.is_some() && p.change == *change;
        let Some(at) = self.sync.pending.iter().rposition(failed) else {
            return false;
        };
        let inverse = change.inverse();
        let applied = self.rewrite(inverse.scope(), |files| {
            apply::in_memory(&inverse, &LineHints::default(), files)
        });
        if applied.is_err() {
            return false;
        }
        self.work.rereading.put_on(&inverse);
        let ticket = self.sync.pending.remove(at).ticket;
        self.sync.forgotten.push((ticket, change.clone()));
        self.effects.push(Effect::Forget { ticket });
        true
    }

    /// Redoes the change that was undone last.
    pub(crate) fn redo(&mut self) {
        if let Some(reason) = self.is_locked() {
            return self.refuse(reason);
        }
        let Some(change) = self.sync.history.redo().cloned() else {
            return;
        };
        match self.put_on_again(change.clone(), Event::Redone(change.clone()), "done") {
            Ok(mut words) => {
                let aside = self.reveal(&change);
                words += &aside.map_or(String::new(), |words| format!(" · {words}"));
                self.notice = Some(Notice {
                    text: format!("{}{words}", change.redone()),
                    tone: Tone::Done,
                    of: Some(self.sync.tickets),
                });
            }
            Err(reason) => {
                let more = self.sync.history.skip_redo();
                self.cannot("redo", &change, &reason, more);
            }
        }
    }

    /// Lets every change that could not be written be tried once more.
    pub(crate) fn retry_saves(&mut self) {
        for pending in &mut self.sync.pending {
            pending.failed = None;
        }
        self.effects.push(Effect::Retry);
    }

    /// Leaves as soon as every edit is on disk.
    pub(crate) fn leave(&mut self) {
        self.ending = true;
        self.quit_when_saved();
    }

    /// Where the program is to end: whether it can, or what it still waits for. What could not
    /// be saved, or is to be decided, keeps it open.
    pub(crate) fn quit_when_saved(&mut self) {
        let saving = match self.sync.saving() {
            _ if !self.ending => return,
            0 if self.sync.failed() > 0 && !self.leaving || self.has_conflict() => {
                self.ending = false;
                return;
            }
            0 => return self.effects.push(Effect::Quit),
            1 => "saving 1 edit, Ctrl-C quits without it".to_owned(),
            count => format!("saving {count} edits, Ctrl-C quits without them"),
        };
        self.say(saving);
    }

    /// Why a change cannot be made at all just now.
    pub(crate) fn is_locked(&self) -> Option<String> {
        if let Some(reason) = self.is_past() {
            return Some(reason);
        }
        if self.context.read_only {
            return Some("opened with --read-only: nothing is written".to_owned());
        }
        if let Some(away) = self.away() {
            return Some(away.in_words().to_owned());
        }
        let opening = self.work.is_opening();
        opening.then(|| "read-only until the plan is loaded".to_owned())
    }

    /// Puts a change of the history on, or its inverse, as far as nobody else has `done` that already.
    /// Answers what to say of what somebody has.
    ///
    /// # Errors
    /// The reason in words, when it cannot be put on, or there is nothing to write.
    fn put_on_again(&mut self, change: Change, event: Event, done: &str) -> Result<String, String> {
        let Some((change, already)) = change.without_effectless(&self.plan) else {
            return Err(format!("it is {done} already"));
        };
        let put = self.put_on(&change, event);
        put.map_err(|reason| reason.to_string())?;
        Ok(match already {
            0 => String::new(),
            1 => format!(" · 1 step was {done} already"),
            count => format!(" · {count} steps were {done} already"),
        })
    }

    /// Puts a change onto the plan and on its way to disk, where `event` is remembered of it.
    ///
    /// # Errors
    /// The reason, when it cannot be put on; then nothing has changed.
    fn put_on(&mut self, change: &Change, event: Event) -> Result<(), Unmade> {
        if let Some(reason) = self.is_locked().or_else(|| self.would_split(change)) {
            return Err(Unmade::Locked(reason));
        }
        let hints = LineHints::of(&self.plan, change);
        let put = |files: &mut Vec<SourceFile>| apply::in_memory(change, &hints, files);
        let applied = self.rewrite(change.scope(), put);
        applied.map_err(Unmade::Met)?;
        self.work.rereading.put_on(change);
        self.send(change, hints, event);
        Ok(())
    }

    /// Why a change of a step may not be made in the canon alone: a log that cannot be read may
    /// have the step, too.
    fn would_split(&self, change: &Change) -> Option<String> {
        let is_known = |path: &Path| self.plan.files().iter().any(|file| file.path == path);
        let mut unreadable = self.sync.unreadable.iter();
        let (log, _) = unreadable.find(|(path, role)| *role == Role::Log && !is_known(path))?;
        let step = change.edits.iter().find_map(|edit| match edit.target {
            Target::SectionValue { step, .. } | Target::SectionTitle { step, .. } => Some(step),
            _ => None,
        })?;
        let in_log = self
            .plan
            .find(step)
            .is_some_and(|at| self.plan.step(at).log_line().is_some());
        (!in_log).then(|| {
            format!(
                "{} cannot be read and may contain {step} too; the canon is not written without it",
                log.display()
            )
        })
    }

    /// Puts a change that is on the plan already on its way to disk.
    fn send(&mut self, change: &Change, hints: LineHints, event: Event) {
        self.sync.tickets += 1;
        let ticket = self.sync.tickets;
        self.sync.pending.push(Pending {
            ticket,
            change: change.clone(),
            lines: self.lines_of(change),
            failed: None,
        });
        self.effects.push(Effect::Save(SaveJob {
            ticket,
            change: change.clone(),
            hints,
            event,
        }));
    }

    /// The log lines of the steps whose values a change sets.
    fn lines_of(&self, change: &Change) -> Vec<(StepId, Vec<u8>)> {
        let mut steps: Vec<StepId> = (change.edits.iter())
            .filter_map(|edit| match edit.target {
                Target::LogValue { step, nth: 0, .. } => Some(step),
                _ => None,
            })
            .collect();
        steps.dedup();
        let line = |step| {
            let line = self.plan.step(self.plan.find(step)?).log_line()?;
            Some((step, line.bytes()[line.body().range()].to_vec()))
        };
        steps.into_iter().filter_map(line).collect()
    }

    /// Changes the files of the plan as its person wishes, keeping selection and marks on their steps.
    fn rewrite<T, E>(
        &mut self,
        scope: Option<Scope>,
        edit: impl FnOnce(&mut Vec<SourceFile>) -> Result<T, E>,
    ) -> Result<T, E> {
        // An edit of values leaves every step its number.
        let marked = scope.is_none().then(|| self.who_is_marked());
        let selected = self.selected();
        let known = marked
            .as_ref()
            .map(|_| Identities::of(&self.plan, selected));
        let result = self.edit_plan(scope, edit);
        if let Some(marked) = marked {
            self.follow_marks(&marked);
        }
        let followed = known.map(|known| known.names_in(&self.plan));
        self.expect_files();
        self.show_plan(followed.map_or(selected, |names| names.first().copied()));
        result
    }

    /// Who is marked, whatever becomes of the numbers.
    pub(crate) fn who_is_marked(&self) -> Identities {
        match self.view.marks.len() {
            // Beyond that it would be felt, and they are kept by number.
            count if count > FOLLOWED => Identities::default(),
            _ => Identities::of(&self.plan, self.view.marks.keys()),
        }
    }

    /// Has the marks follow steps that have other numbers now.
    pub(crate) fn follow_marks(&mut self, marked: &Identities) {
        let is_same = |(now, then): (&StepKey, StepKey)| *now == then;
        let names = marked.names_in(&self.plan);
        if !names.iter().zip(self.view.marks.keys()).all(is_same) {
            self.view.marks = names.into_iter().collect();
        }
    }

    /// Changes the files of the plan and derives it again, as far as the scope demands.
    pub(crate) fn edit_plan<T, E>(
        &mut self,
        scope: Option<Scope>,
        edit: impl FnOnce(&mut Vec<SourceFile>) -> Result<T, E>,
    ) -> Result<T, E> {
        match scope {
            Some(Scope { steps, markdown }) => {
                // A copy is made only while somebody else reads the plan: the checks.
                Arc::make_mut(&mut self.plan).amend(&steps, markdown, edit)
            }
            None => {
                let mut files = match Arc::try_unwrap(std::mem::take(&mut self.plan)) {
                    Ok(plan) => plan.into_files(),
                    Err(shared) => shared.files().to_vec(),
                };
                let result = edit(&mut files);
                self.plan = Arc::new(Plan::read(files));
                result
            }
        }
    }

    /// Shows the plan as it is now, with this step selected if it is there.
    pub(crate) fn show_plan(&mut self, selected: Option<StepKey>) {
        self.generation += 1;
        // What they would answer is about the plan as it was.
        let lists = self.jobs.is_running(JobKind::Rows);
        self.jobs.stop(|_| true);
        self.refresh(selected);
        self.clamp_cursors();
        if lists {
            self.list_rows();
        }
        self.effects.push(Effect::Check);
    }

    /// Handles news of the files.
    pub(crate) fn disk(&mut self, event: DiskEvent) {
        match event {
            DiskEvent::Changed(files) => self.changed_outside(files),
            DiskEvent::Saved { ticket, remark } => {
                if let Some(change) = self.sync.forgotten(ticket) {
                    // Written at the very moment it was undone.
                    self.send(
                        &change.inverse(),
                        LineHints::default(),
                        Event::Undone(change),
                    );
                }
                self.sync.pending.retain(|p| p.ticket != ticket);
                self.sync.saved_at = Some(self.now);
                if let Some(remark) = remark {
                    self.say(remark);
                }
            }
            DiskEvent::Failed { ticket, .. } | DiskEvent::Conflicts { ticket, .. }
                if self.sync.forgotten(ticket).is_some() => {}
            DiskEvent::Failed { ticket, reason } => {
                let pending = self.sync.pending.iter_mut().find(|p| p.ticket == ticket);
                if let Some(pending) = pending {
                    pending.failed = Some(reason.clone());
                }
                let key = self.keymap.key_of("retry-save");
                self.refuse(format!(
                    "not saved: {reason} · the edit is kept, {key} retries"
                ));
            }
            DiskEvent::Conflicts { ticket, conflicts } => {
                if let Some(at) = self.sync.pending.iter().position(|p| p.ticket == ticket) {
                    let pending = self.sync.pending.remove(at);
                    self.conflicted(pending, conflicts);
                }
            }
            DiskEvent::Fixed(text) => self.say(text),
            DiskEvent::Remembered(event) => self.sync.history.add(event),
            DiskEvent::Kept(text) => self.refuse(text),
            DiskEvent::InMotion(path) => {
                let waiting = match self.sync.saving() {
                    0 => String::new(),
                    1 => ", 1 edit waits".to_owned(),
                    count => format!(", {count} edits wait"),
                };
                self.say(format!(
                    "another program is writing {}: its last whole version is shown{waiting}",
                    path.display()
                ));
                self.sync.in_motion.push(path);
            }
            DiskEvent::AtRest(path) => self.sync.in_motion.retain(|p| *p != path),
            DiskEvent::Readable(path) => self.sync.unreadable.retain(|(p, _)| *p != path),
            DiskEvent::Watching { polling } => self.sync.polling = polling,
            DiskEvent::Unreadable { path, role, reason } => {
                self.sync.unreadable.retain(|(p, _)| *p != path);
                self.refuse(reason);
                self.sync.unreadable.push((path, role));
            }
        }
    }
}
