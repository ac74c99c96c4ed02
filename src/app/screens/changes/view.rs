//! The state of screen 8: what the plan is compared with, what is different, what is marked.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use crate::app::core::command::Focus;
use crate::app::core::message::Effect;
use crate::app::core::model::Model;
use crate::change::delta::outline::{Line, PartPlace};
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
    pub marks: BTreeSet<String>,
    /// Whether it is being found out.
    pub is_reading: bool,
    /// Whether it is to be found out once more.
    pub(super) is_stale: bool,
    /// The message of a commit that was not made.
    pub(super) message: Option<String>,
    /// The state of the plan that was asked about last; 0 is none yet.
    pub(super) asked: u64,
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
            is_reading: false,
            is_stale: false,
            message: None,
            asked: 0,
        }
    }
}

impl ChangesView {
    /// The selected line.
    pub fn selected(&self) -> Option<&Line> {
        self.lines.get(self.cursor)
    }

    /// Whether a line is marked: a heading is where all below it are.
    pub fn is_marked(&self, at: usize) -> bool {
        let mut below = self.changes_at(at).peekable();
        below.peek().is_some() && below.all(|at| self.marks.contains(&self.lines[at].key))
    }

    /// The differences that a line stands for: itself, or those below it.
    pub(super) fn changes_at(&self, at: usize) -> impl Iterator<Item = usize> {
        let depth = self.lines.get(at).map(|line| line.depth);
        let is_change = self.lines.get(at).is_some_and(Line::is_change);
        let below = (at + 1..self.lines.len())
            .take_while(move |below| !is_change && Some(self.lines[*below].depth) > depth);
        let own = (at..self.lines.len()).take(1);
        own.chain(below).filter(|at| self.lines[*at].is_change())
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
        let keys: HashSet<&str> = view.lines.iter().map(|line| &*line.key).collect();
        view.marks.retain(|mark| keys.contains(&**mark));
        let is_selected = |line: &Line| selected.as_ref() == Some(&line.key);
        let again = view.lines.iter().position(is_selected);
        let last = view.lines.len().saturating_sub(1);
        view.cursor = again.unwrap_or(view.cursor).min(last);
        view.scroll = if again.is_some() { view.scroll } else { 0 };
    }
}
