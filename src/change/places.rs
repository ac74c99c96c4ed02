//! Which line of a log holds which step: remembered from the screen, or looked for.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::{Change, Edit, Target};
use crate::document::log::{LineRef, LogDocument};
use crate::plan::Plan;
use crate::plan::id::StepId;

/// On which lines of the logs a person saw the steps of a change. A line that holds its step
/// still is the one that was meant.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LineHints(Vec<(PathBuf, StepId, usize)>);

impl LineHints {
    /// As `plan` shows it. Of a change of many steps nothing is noted, since they are looked for
    /// together; nor of an ID that several lines have, since which of them is meant is a matter
    /// of counting.
    pub fn of(plan: &Plan, change: &Change) -> Self {
        if change.edits.len() > FEW {
            return Self::default();
        }
        let place = |edit: &Edit| {
            let (Target::LogValue { step, nth: 0, .. } | Target::LogStep { step, nth: 0, .. }) =
                edit.target
            else {
                return None;
            };
            if plan.find_nth(step, 1).is_some() {
                return None;
            }
            let place = plan.step(plan.find(step)?).log_place()?;
            let is_here = plan.files()[place.file].path == edit.path;
            is_here.then(|| (edit.path.clone(), step, place.line))
        };
        Self(change.edits.iter().filter_map(place).collect())
    }

    fn within(&self, path: &Path) -> HashMap<StepId, usize> {
        let here = self.0.iter().filter(|(file, ..)| file == path);
        here.map(|(_, step, line)| (*step, *line)).collect()
    }
}

/// Which line holds which step. A few steps are looked for one by one; for more, all are
/// worked out once.
#[derive(Default)]
pub(super) struct Lines {
    seen: HashMap<StepId, usize>,
    asked: usize,
    all: Option<HashMap<(StepId, u32), usize>>,
}

/// How many steps are looked for before all are worked out.
const FEW: usize = 4;

impl Lines {
    /// For edits of one file.
    pub(super) fn seen(edits: &[&Edit], seen: &LineHints) -> Self {
        let here = edits.first().map(|edit| seen.within(&edit.path));
        Self {
            seen: here.unwrap_or_default(),
            ..Self::default()
        }
    }

    /// The line of a step.
    pub(super) fn find(&mut self, log: &LogDocument, step: StepId, nth: u32) -> Option<usize> {
        if let Some(line) = self.seen.get(&step).filter(|_| nth == 0)
            && *line < log.line_count()
            && step_of(log, *line) == Some(step)
        {
            return Some(*line);
        }
        self.asked += 1;
        if self.all.is_none() && self.asked <= FEW {
            return step_line(log, step, nth);
        }
        let all = self.all.get_or_insert_with(|| step_lines(log));
        all.get(&(step, nth)).copied()
    }

    /// Lines are about to move.
    pub(super) fn forget(&mut self) {
        self.seen.clear();
        self.all = None;
    }
}

/// The line of one step.
fn step_line(log: &LogDocument, step: StepId, nth: u32) -> Option<usize> {
    let is_it = |line: &LineRef<'_>| line.get("step_id").and_then(StepId::of_raw) == Some(step);
    let lines = log.lines().enumerate();
    let mut found = lines.filter(|(_, line)| is_it(line));
    found.nth(nth as usize).map(|(line, _)| line)
}

/// The step that a line holds.
pub(super) fn step_of(log: &LogDocument, line: usize) -> Option<StepId> {
    StepId::of_raw(log.line(line).get("step_id")?)
}

/// The line of each step, by its ID and which of several lines with that ID.
pub(super) fn step_lines(log: &LogDocument) -> HashMap<(StepId, u32), usize> {
    let mut lines = HashMap::with_capacity(log.line_count());
    let mut counts: HashMap<StepId, u32> = HashMap::with_capacity(log.line_count());
    for line in 0..log.line_count() {
        if let Some(id) = step_of(log, line) {
            let count = counts.entry(id).or_default();
            lines.insert((id, *count), line);
            *count += 1;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::apply::{change, change_seen};
    use crate::change::compose::Composer;
    use crate::plan::field::Field;
    use crate::plan::source::{Role, SourceFile};

    fn files(lines: &[&str]) -> Vec<SourceFile> {
        let line = |id: &&str| format!("{{\"step_id\":\"{id}\",\"title\":\"a\"}}\n");
        let text: String = lines.iter().map(line).collect();
        vec![SourceFile::load("log.jsonl", Role::Log, text.into_bytes())]
    }

    /// What others do to a log meanwhile, remembered places make no difference to what is
    /// edited.
    #[test]
    fn a_step_is_edited_where_it_is_wherever_it_was_seen() {
        let seen_in = ["0001", "0002", "0002", "0003"];
        let plan = Plan::read(files(&seen_in));
        let composer = Composer::new(&plan, chrono::DateTime::default());
        for step in 0..plan.len() {
            let wish = composer.set(step, Field::Title, "b").unwrap();
            let seen = LineHints::of(&plan, &wish);
            let is_only = plan.step(step).id().to_string() != "0002";
            assert_eq!(seen.0.len(), if is_only { wish.edits.len() } else { 0 });
            let now: [&[&str]; 5] = [
                &seen_in,
                &["0000", "0001", "0002", "0002", "0003"],
                &["0003", "0002", "0001"],
                &["0002"],
                &[],
            ];
            for now in now {
                let (mut looked_for, mut remembered) = (files(now), files(now));
                let expected = change(&wish, &mut looked_for);
                assert_eq!(change_seen(&wish, &seen, &mut remembered), expected);
                let bytes = |files: &[SourceFile]| files[0].document.to_bytes();
                assert_eq!(bytes(&remembered), bytes(&looked_for), "{step} {now:?}");
            }
        }
    }
}
