//! The plan in memory and the files on disk, kept together: what the screen shows is always
//! the files as last read with the unsaved changes on top.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::message::{DiskEvent, Effect};
use super::model::{Model, Notice, Tone};
use super::overlay::Overlay;
use crate::change::Change;
use crate::change::apply::{self, Conflict, Obstacle};
use crate::change::history::History;
use crate::plan::Plan;
use crate::plan::field::Field;
use crate::plan::id::StepId;
use crate::plan::source::{Role, SourceFile};
use crate::plan::status::State;

/// A change that is not on disk yet.
#[derive(Clone, Debug)]
struct Pending {
    ticket: u64,
    change: Change,
    /// Why it could not be written, once that was tried.
    failed: Option<String>,
}

/// Saves on their way, what can be undone, and how the files are watched.
#[derive(Debug, Default)]
pub struct Live {
    pending: Vec<Pending>,
    tickets: u64,
    history: History,
    /// When a change was last written.
    pub saved_at: Option<DateTime<Utc>>,
    /// Whether the files are asked after by the clock instead of by notice.
    pub polling: bool,
    /// Files that cannot be read, with the reason.
    pub unreadable: Vec<(PathBuf, String)>,
}

impl Live {
    /// How many changes are on their way to disk.
    pub fn saving(&self) -> usize {
        self.pending.iter().filter(|p| p.failed.is_none()).count()
    }

    /// How many changes could not be written.
    pub fn failed(&self) -> usize {
        self.pending.len() - self.saving()
    }

    /// Whether every change is on disk.
    pub fn is_settled(&self) -> bool {
        self.pending.is_empty()
    }

    /// Whether there is something to take back.
    pub fn can_undo(&self) -> bool {
        self.history.can_undo()
    }

    /// Whether there is something to put on again.
    pub fn can_redo(&self) -> bool {
        self.history.can_redo()
    }
}

impl Model {
    /// Makes a change: on screen now, on disk as soon as it can be, in the history for `u`.
    /// Answers whether it was made.
    pub fn commit(&mut self, change: Change) -> bool {
        if change.edits.is_empty() {
            self.say("nothing to change");
            return false;
        }
        let before = self.plan.clone();
        if !self.put_on(&change) {
            return false;
        }
        let consequence = consequence(&before, &self.plan);
        self.live.history.push(change.clone());
        self.notice = Some(Notice {
            text: format!("{}{consequence}", change.label),
            tone: Tone::Done,
        });
        true
    }

    /// Takes the last change back, on disk too.
    pub fn undo(&mut self) {
        let Some(change) = self.live.history.undo().cloned() else {
            return;
        };
        if self.never_saved(&change) || self.put_on(&change.inverse()) {
            self.say(format!("undone: {}", change.label));
        } else {
            self.live.history.redo();
        }
    }

    /// Takes back a change that could not be written: there is nothing to write then either.
    fn never_saved(&mut self, change: &Change) -> bool {
        let failed = |p: &Pending| p.failed.is_some() && p.change == *change;
        let Some(at) = self.live.pending.iter().rposition(failed) else {
            return false;
        };
        let inverse = change.inverse();
        if self
            .rewrite(|files| apply::change(&inverse, files))
            .is_err()
        {
            return false;
        }
        self.live.pending.remove(at);
        true
    }

    /// Makes the change again that was taken back last.
    pub fn redo(&mut self) {
        let Some(change) = self.live.history.redo().cloned() else {
            return;
        };
        if self.put_on(&change) {
            self.notice = Some(Notice {
                text: format!("done again: {}", change.label),
                tone: Tone::Done,
            });
        } else {
            self.live.history.undo();
        }
    }

    /// Sends every change that could not be written once more.
    pub fn retry_saves(&mut self) {
        let mut effects = Vec::new();
        for pending in &mut self.live.pending {
            if pending.failed.take().is_some() {
                effects.push(Effect::Save {
                    ticket: pending.ticket,
                    change: pending.change.clone(),
                });
            }
        }
        self.effects.append(&mut effects);
    }

    /// Why a change cannot be made at all just now.
    pub fn is_locked(&self) -> Option<String> {
        self.setting
            .read_only
            .then(|| "opened with --read-only: nothing is written".to_owned())
    }

    /// Puts a change onto the plan and on its way to disk.
    fn put_on(&mut self, change: &Change) -> bool {
        if let Some(reason) = self.is_locked() {
            self.refuse(reason);
            return false;
        }
        let applied = self.rewrite(|files| apply::change(change, files));
        if let Err(conflicts) = applied {
            let reason = conflicts.first().map(|c| c.obstacle.to_string());
            self.refuse(format!("{}: {}", change.label, reason.unwrap_or_default()));
            return false;
        }
        self.live.tickets += 1;
        let ticket = self.live.tickets;
        self.live.pending.push(Pending {
            ticket,
            change: change.clone(),
            failed: None,
        });
        self.effects.push(Effect::Save {
            ticket,
            change: change.clone(),
        });
        true
    }

    /// Changes the files of the plan and reads it anew, keeping the selection by name.
    fn rewrite<T>(&mut self, edit: impl FnOnce(&mut Vec<SourceFile>) -> T) -> T {
        let selected = self.selected();
        let mut files = match Arc::try_unwrap(std::mem::take(&mut self.plan)) {
            Ok(plan) => plan.into_files(),
            // Somebody is still reading the plan: the checks, or whoever compares.
            Err(shared) => shared.files().to_vec(),
        };
        let result = edit(&mut files);
        self.plan = Arc::new(Plan::read(files));
        self.generation += 1;
        self.refresh(selected);
        self.keep_within();
        self.effects.push(Effect::Check);
        result
    }

    /// Handles news of the files.
    pub fn disk(&mut self, event: DiskEvent) {
        match event {
            DiskEvent::Changed { path, role, bytes } => self.changed_outside(&path, role, bytes),
            DiskEvent::Saved { ticket, remark } => {
                self.live.pending.retain(|p| p.ticket != ticket);
                self.live.saved_at = Some(self.now);
                if let Some(remark) = remark {
                    self.say(remark);
                }
            }
            DiskEvent::Failed { ticket, reason } => {
                let pending = self.live.pending.iter_mut().find(|p| p.ticket == ticket);
                if let Some(pending) = pending {
                    pending.failed = Some(reason.clone());
                }
                let key = self.keymap.key_of("retry-save");
                self.refuse(format!("not saved: {reason} · {key} tries again"));
            }
            DiskEvent::Conflicts { ticket, conflicts } => self.conflicted(ticket, conflicts),
            DiskEvent::Watching { polling } => self.live.polling = polling,
            DiskEvent::Unreadable { path, reason } => {
                self.live.unreadable.retain(|(p, _)| *p != path);
                self.refuse(reason.clone());
                self.live.unreadable.push((path, reason));
            }
        }
    }

    fn changed_outside(&mut self, path: &Path, role: Role, bytes: Option<Arc<[u8]>>) {
        self.live.unreadable.retain(|(p, _)| p != path);
        let before = self.plan.clone();
        let pending: Vec<Change> = self
            .live
            .pending
            .iter()
            .map(|p| only(&p.change, path))
            .collect();
        self.rewrite(|files| {
            files.retain(|file| file.path != path);
            let mut fresh: Vec<SourceFile> = bytes
                .into_iter()
                .map(|bytes| SourceFile::load(path, role, bytes))
                .collect();
            for change in &pending {
                // What cannot be put on here is reported when its save comes back.
                let _ = apply::change(change, &mut fresh);
            }
            for file in fresh {
                let at = files.partition_point(|f| (f.role, &f.path) < (role, &file.path));
                files.insert(at, file);
            }
        });
        let changed = changed_steps(&before, &self.plan);
        for id in &changed {
            self.flash(*id);
        }
        if !self.overlays.is_empty() || !changed.is_empty() {
            self.say(format!(
                "{} changed outside{}",
                path.display(),
                named(&changed)
            ));
        }
    }

    fn conflicted(&mut self, ticket: u64, conflicts: Vec<Conflict>) {
        let Some(at) = self.live.pending.iter().position(|p| p.ticket == ticket) else {
            return;
        };
        let pending = self.live.pending.remove(at);
        self.live.history.drop_change(&pending.change);
        let conflict = Overlay::Conflict {
            change: pending.change,
            conflicts,
        };
        match self.overlays.is_empty() {
            true => self.overlays.push(conflict),
            // Keys meant for what is open must not decide: it waits beneath.
            false => {
                self.overlays.insert(0, conflict);
                self.refuse("somebody changed the same thing; you are asked once this is closed");
            }
        }
    }

    /// Makes the change of a conflict after all, over what stands there now.
    pub fn take_mine(&mut self, change: &Change, conflicts: &[Conflict]) {
        let change = over_theirs(change, conflicts);
        if !self.commit(change.clone()) {
            // There is nothing left to write it over; it is kept where redo finds it.
            self.live.history.shelve(change);
        }
    }

    /// Leaves what stands there, and keeps the other version where redo finds it.
    pub fn take_theirs(&mut self, change: &Change, conflicts: &[Conflict]) {
        self.live.history.shelve(over_theirs(change, conflicts));
        let key = self.keymap.key_of("redo");
        self.say(format!(
            "kept the other version; {key} takes yours after all"
        ));
    }
}

/// The change as it is when made over what others wrote.
fn over_theirs(change: &Change, conflicts: &[Conflict]) -> Change {
    let mut change = change.clone();
    for conflict in conflicts {
        let edit = change.edits.iter_mut().find(|edit| **edit == conflict.edit);
        if let (Some(edit), Obstacle::Differs { found }) = (edit, &conflict.obstacle) {
            edit.before.clone_from(found);
        }
    }
    change
}

/// The part of a change that concerns one file.
fn only(change: &Change, path: &Path) -> Change {
    let edits = change.edits.iter().filter(|edit| edit.path == path);
    Change {
        label: change.label.clone(),
        edits: edits.cloned().collect(),
    }
}

/// "· 2 steps became ready", or nothing where nothing follows.
fn consequence(before: &Plan, after: &Plan) -> String {
    let mut text = String::new();
    for (old, new) in before.stages().iter().zip(after.stages()) {
        match (old.is_met(), new.is_met()) {
            _ if old.name != new.name => break,
            (false, true) => text += &format!(" · {} meets its bar", new.name),
            (true, false) => text += &format!(" · {} falls below its bar", new.name),
            _ => {}
        }
    }
    if before.len() != after.len() {
        return text;
    }
    let turned = |from: fn(State) -> bool, to: State| {
        (0..after.len())
            .filter(|step| {
                let (old, new) = (before.graph().state(*step), after.graph().state(*step));
                from(old) && new == to && before.step(*step).status() == after.step(*step).status()
            })
            .count()
    };
    let steps = |count: usize| {
        if count == 1 {
            "1 step".to_owned()
        } else {
            format!("{count} steps")
        }
    };
    let ready = turned(|old| old == State::Waiting, State::Ready);
    if ready > 0 {
        text += &format!(" · {} became ready", steps(ready));
    }
    let waiting = turned(|old| old == State::Ready, State::Waiting);
    if waiting > 0 {
        text += &format!(" · {} must wait now", steps(waiting));
    }
    let cycles = after.graph().cycles().len();
    if cycles > before.graph().cycles().len() {
        text += " · this closes a cycle";
    }
    text
}

/// Steps whose line or section reads differently now, new ones included.
fn changed_steps(before: &Plan, after: &Plan) -> Vec<StepId> {
    let fields = [
        Field::Title,
        Field::Status,
        Field::Owner,
        Field::Outcome,
        Field::Dependencies,
        Field::Notes,
    ];
    let mut changed: Vec<StepId> = after
        .steps()
        .filter(|step| {
            let Some(old) = before.find_nth(step.id(), step.nth()) else {
                return true;
            };
            let old = before.step(old);
            match (old.log_line(), step.log_line()) {
                (Some(a), Some(b)) if a.bytes() == b.bytes() => false,
                (Some(_), Some(_)) => true,
                _ => fields
                    .iter()
                    .any(|field| old.text(*field) != step.text(*field)),
            }
        })
        .map(|step| step.id())
        .collect();
    let gone: HashSet<StepId> = before
        .steps()
        .map(|step| step.id())
        .filter(|id| after.find(*id).is_none())
        .collect();
    changed.extend(gone);
    changed
}

fn named(steps: &[StepId]) -> String {
    match steps {
        [] => String::new(),
        [only] => format!(": {only}"),
        [a, b] => format!(": {a}, {b}"),
        [first, ..] => format!(": {first} and {} more", steps.len() - 1),
    }
}
