//! The state of screen 8: what the plan is compared with, what is different, what is marked.

use std::collections::{BTreeSet, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use crate::app::core::command::Focus;
use crate::app::core::message::Effect;
use crate::app::core::model::Model;
use crate::change::delta::outline::{Line, LineKind, PartPlace};
use crate::store::changes::{Base, Changes};

/// The state of screen 8.
#[derive(Debug)]
pub struct ChangesView {
    /// Which pane has the keys.
    pub(crate) pane: Focus,
    /// The first row in sight of what the selected difference says.
    pub scroll: usize,
    /// The same at the end of it, as last drawn.
    pub furthest: usize,
    /// What the plan is compared with.
    pub base: Base,
    /// What is different, as last found out; shown until something newer is known.
    pub read: Option<Arc<Changes>>,
    /// Why nothing is known.
    pub trouble: Option<String>,
    /// What is listed.
    pub lines: Arc<[Line]>,
    /// Which line is selected.
    pub cursor: usize,
    /// The changes that are marked, by their keys.
    marks: BTreeSet<String>,
    /// Which lines are marked, if any is: found when that changes, not with each frame.
    marked: Vec<bool>,
    /// The first conflict that is marked.
    marked_conflict: Option<usize>,
    /// Whether it is being found out.
    pub is_reading: bool,
    /// Whether it is to be found out once more.
    pub(super) is_stale: bool,
    /// The message of a commit that was not made.
    pub(super) message: Option<KeptMessage>,
    /// A commit that is made once git has answered.
    pub(super) awaited: Option<AwaitedCommit>,
    /// The state of the plan that was asked about last; 0 is none yet.
    pub(super) asked: u64,
}

/// The message of a commit that was not made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct KeptMessage {
    /// What a person wrote.
    pub text: String,
    /// For a merge, what its message was before: it is of that merge only.
    pub merge: Option<String>,
}

/// A commit that somebody asked for while git was being asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct AwaitedCommit {
    /// Its message.
    pub text: String,
    /// What was listed then, and is still to be.
    pub lines: Arc<[Line]>,
}

impl Default for ChangesView {
    fn default() -> Self {
        Self {
            pane: Focus::CHANGES,
            scroll: 0,
            furthest: 0,
            base: Base::default(),
            read: None,
            trouble: None,
            lines: Arc::default(),
            cursor: 0,
            marks: BTreeSet::new(),
            marked: Vec::new(),
            marked_conflict: None,
            is_reading: false,
            is_stale: false,
            message: None,
            awaited: None,
            asked: 0,
        }
    }
}

impl ChangesView {
    /// The selected line.
    pub fn selected(&self) -> Option<&Line> {
        self.lines.get(self.cursor)
    }

    /// The changes that are marked, by their keys.
    pub fn marks(&self) -> &BTreeSet<String> {
        &self.marks
    }

    /// Whether a line is marked: a heading is where all below it are.
    pub fn is_marked(&self, at: usize) -> bool {
        self.marked.get(at) == Some(&true)
    }

    /// Changes which changes are marked.
    pub(super) fn change_marks(&mut self, change: impl FnOnce(&mut BTreeSet<String>)) {
        change(&mut self.marks);
        self.marked.clear();
        self.marked_conflict = None;
        if self.marks.is_empty() {
            return;
        }
        // How many changes, and how many that are marked, there are before each line.
        let mut before = vec![[0, 0]];
        let mut sums = [0, 0];
        for (at, line) in self.lines.iter().enumerate() {
            let is_marked = line.is_change() && self.marks.contains(&line.key);
            sums[0] += usize::from(line.is_change());
            sums[1] += usize::from(is_marked);
            before.push(sums);
            if is_marked && line.is_conflict() && self.marked_conflict.is_none() {
                self.marked_conflict = Some(at);
            }
        }
        let is_marked = |(at, line): (usize, &Line)| {
            let (from, to) = (before[at], before[at + 1 + line.below]);
            let [changes, marked] = [0, 1].map(|of| to[of] - from[of]);
            changes > 0 && changes == marked
        };
        self.marked = self.lines.iter().enumerate().map(is_marked).collect();
    }

    /// The first conflict that a verb would act on.
    pub(super) fn conflict_among_subjects(&self) -> Option<&Line> {
        let at = match self.marks.is_empty() {
            false => self.marked_conflict,
            true => {
                let end = self.cursor + 1 + self.selected()?.below;
                self.read.as_ref()?.conflict_within(self.cursor..end)
            }
        };
        self.lines.get(at?)
    }

    /// Where the marked conflicts are, if the selected one is among them.
    pub(super) fn marked_conflicts(&self) -> Vec<(PathBuf, usize)> {
        let place = |at: usize| {
            let line = &self.lines[at];
            let LineKind::Conflict(_, number) = line.kind else {
                return None;
            };
            let (file, _) = line.parts.first()?;
            Some((self.read.as_ref()?.deltas[*file].path.clone(), number))
        };
        match self.is_marked(self.cursor) {
            true => self.subjects().into_iter().filter_map(place).collect(),
            false => Vec::new(),
        }
    }

    /// Whether a commit would take the markers of a conflict.
    pub(super) fn takes_conflict(&self) -> bool {
        match self.marks.is_empty() {
            true => {
                let read = self.read.as_ref();
                read.is_some_and(|read| read.conflict_within(0..self.lines.len()).is_some())
            }
            false => self.marked_conflict.is_some(),
        }
    }

    /// The differences that a line stands for: itself, or those below it.
    pub(super) fn changes_at(&self, at: usize) -> impl Iterator<Item = usize> {
        let end = self.lines.get(at).map_or(at, |line| at + 1 + line.below);
        (at..end).filter(|at| self.lines[*at].is_change())
    }

    /// The differences that a verb acts on: those that are marked, else what is selected.
    pub(super) fn subjects(&self) -> Vec<usize> {
        let marked: Vec<usize> = (0..self.lines.len())
            .filter(|at| self.lines[*at].is_change() && self.is_marked(*at))
            .collect();
        match marked.is_empty() {
            true => self.changes_at(self.cursor).collect(),
            false => marked,
        }
    }

    /// Goes to the next difference, from the end to the beginning, or to the one before.
    pub(super) fn go_to_change(&mut self, forward: bool) {
        let (count, at) = (self.lines.len(), self.cursor.min(self.lines.len()));
        let is_change = |at: &usize| self.lines[*at].is_change();
        let found = match forward {
            true => (at + 1..count).chain(0..at).find(is_change),
            false => (0..at).rev().chain((at + 1..count).rev()).find(is_change),
        };
        self.cursor = found.unwrap_or(self.cursor);
        self.scroll = 0;
    }

    /// The parts of some lines.
    pub(super) fn parts(&self, lines: &[usize]) -> Vec<PartPlace> {
        let parts = lines
            .iter()
            .flat_map(|at| self.lines[*at].parts.iter().copied());
        parts.collect()
    }
}

impl Model {
    /// Has found out what is different, unless only the plan's front is there.
    pub(crate) fn ask_changes(&mut self) {
        if !self.has_plan() || self.work.is_opening() || self.context.as_of.is_some() {
            return;
        }
        let view = &mut self.changes;
        view.asked = self.generation;
        match view.is_reading {
            true => view.is_stale = true,
            false => {
                view.is_reading = true;
                self.effects.push(Effect::ReadChanges);
            }
        }
    }

    /// The same where the plan changed since it was last asked about, or an edit was saved.
    pub(crate) fn keep_changes(&mut self) {
        if self.changes.asked != self.generation {
            self.ask_changes();
        }
    }

    /// Takes the text of a pull request, or why there is none.
    pub(crate) fn pull_request_described(&mut self, text: Result<String, String>) {
        match text {
            Ok(text) => self.copy(text, "the text of the pull request, as Markdown".to_owned()),
            Err(reason) => self.refuse(reason),
        }
    }

    /// Takes what is different from a base, or why that is not known.
    pub(crate) fn changes_read(&mut self, base: &Base, answer: Result<Arc<Changes>, String>) {
        self.changes.is_reading = false;
        if std::mem::take(&mut self.changes.is_stale) || *base != self.changes.base {
            self.ask_changes();
            if *base != self.changes.base {
                return;
            }
        }
        let view = &mut self.changes;
        let selected = view.selected().map(|line| line.key.clone());
        match answer {
            Ok(changes) => {
                view.lines = changes.lines.clone();
                (view.read, view.trouble) = (Some(changes), None);
            }
            Err(reason) => {
                view.lines = Arc::default();
                (view.read, view.trouble) = (None, Some(reason));
            }
        }
        let lines = view.lines.clone();
        let keys: HashSet<&str> = lines.iter().map(|line| &*line.key).collect();
        view.change_marks(|marks| marks.retain(|mark| keys.contains(&**mark)));
        let is_selected = |line: &Line| selected.as_ref() == Some(&line.key);
        let again = view.lines.iter().position(is_selected);
        let last = view.lines.len().saturating_sub(1);
        view.cursor = again.unwrap_or(view.cursor).min(last);
        view.scroll = if again.is_some() { view.scroll } else { 0 };
        self.keep_picked();
        self.commit_awaited();
    }
}
