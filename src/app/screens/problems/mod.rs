//! Screen 5: what the checks found.

pub(crate) mod commands;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::app::core::command::{Command, Extent, Focus};
use crate::app::core::groups::GroupedRows;
use crate::app::core::job::JobKind;
use crate::app::core::message::Effect;
use crate::app::core::model::Model;
use crate::app::core::navigate::moved;
use crate::app::core::screen::{Screen, numbered_screen};
use crate::app::screens::row_filter::RowFilter;
use crate::change::Change;
use crate::document::progress::Progress;
use crate::plan::Plan;
use crate::plan::checks::{FindingKey, Findings, Severity};
use crate::plan::id::StepId;
use crate::plan::marks::Marks;
use crate::plan::query::QueryError;

numbered_screen!(5, "problems", "Problems", &Problems);

impl Focus {
    /// The list of problems.
    pub const PROBLEMS: Self = Self::new(Extent::Whole, "problems", "problems");
}

/// What problems are grouped by.
pub type RuleKey = (Severity, &'static str);

/// The state of the problems screen.
#[derive(Debug, Default)]
pub struct ProblemsView {
    /// What the checks found last, the gravest first.
    pub found: Arc<Findings>,
    /// The lines of the list: what was found, by rule.
    pub rules: GroupedRows<RuleKey>,
    /// Which line is selected.
    pub cursor: usize,
    /// Which state of the plan they were found in; 0 is none yet.
    pub generation: u64,
    /// When the checks were last run.
    pub checked_at: Option<DateTime<Utc>>,
    /// What the list is narrowed by, as typed.
    pub filter: String,
    /// Those that are marked.
    pub(crate) marks: BTreeSet<FindingKey>,
    /// Whether rules show what they found once it is listed.
    unfolds: bool,
}

/// So few problems are all shown at first.
const UNFOLDED: usize = 20;

impl ProblemsView {
    /// Takes over what was found in a state of the plan at `now`, unless it is known of a later
    /// state; answers whether it did.
    fn take(&mut self, generation: u64, found: Arc<Findings>, now: DateTime<Utc>) -> bool {
        if generation < self.generation {
            return false;
        }
        self.generation = generation;
        self.unfolds = self.checked_at.is_none() && found.len() <= UNFOLDED;
        self.checked_at = Some(now);
        self.found = found;
        true
    }

    /// Lists those that pass a filter, each under its rule: the gravest first, and of what is as
    /// grave that first of which there is most.
    fn list(&mut self, passing: Option<&[usize]>) {
        let mut groups: BTreeMap<RuleKey, Vec<usize>> = BTreeMap::new();
        let mut add = |at: usize| {
            if let Some(key) = self.found.rule(at) {
                groups.entry(key).or_default().push(at);
            }
        };
        match passing {
            Some(passing) => passing.iter().for_each(|at| add(*at)),
            None => (0..self.found.len()).for_each(&mut add),
        }
        let mut groups: Vec<(RuleKey, Vec<usize>)> = groups.into_iter().collect();
        groups.sort_by_key(|((severity, _), rows)| (*severity, Reverse(rows.len())));
        self.rules.set(groups);
        if std::mem::take(&mut self.unfolds) {
            self.rules.fold_all();
        }
        self.cursor = self.cursor.min(self.rules.lines().saturating_sub(1));
    }

    /// The selected problem; none where the line is a rule with several.
    pub fn selected(&self) -> Option<usize> {
        self.rules.row(self.cursor)
    }

    /// Selects the line of a problem.
    pub fn select(&mut self, at: usize) {
        self.cursor = self.rules.line_of(at).unwrap_or(self.cursor);
    }

    /// The problems that a verb acts on: those marked, else that or those of the selected line.
    pub(crate) fn subjects(&self) -> Vec<usize> {
        if self.marks.is_empty() {
            return self.rules.rows(self.cursor).to_vec();
        }
        let all = 0..self.found.len();
        all.filter(|at| self.is_marked(*at)).collect()
    }

    /// How many are marked.
    pub fn marked(&self) -> usize {
        self.marks.len()
    }

    /// Whether a problem is marked.
    pub fn is_marked(&self, at: usize) -> bool {
        !self.marks.is_empty()
            && self
                .found
                .key(at)
                .is_some_and(|key| self.marks.contains(&key))
    }

    /// Marks problems, or lets them go where all are marked.
    fn turn_marks(&mut self, rows: Vec<usize>) {
        let keys: Vec<FindingKey> = rows
            .into_iter()
            .filter_map(|at| self.found.key(at))
            .collect();
        if keys.iter().all(|key| self.marks.contains(key)) {
            keys.iter().for_each(|key| {
                self.marks.remove(key);
            });
        } else {
            self.marks.extend(keys);
        }
    }
}

impl Model {
    /// Takes over what the checks found in a state of the plan.
    pub(crate) fn take_findings(&mut self, generation: u64, found: Arc<Findings>) {
        let view = &mut self.problems;
        let (before, line) = (view.found.clone(), view.cursor);
        if !view.take(generation, found, self.now) {
            return;
        }
        // What is selected stays so, where it is still found.
        let row = view.rules.row(line).and_then(|row| before.key(row));
        let group = view.rules.group_of(line).map(|(key, _)| key);
        if !view.marks.is_empty() {
            let known = (0..view.found.len()).filter_map(|at| view.found.key(at));
            let known: BTreeSet<FindingKey> = known.collect();
            view.marks.retain(|key| known.contains(key));
        }
        if !view.filter.is_empty() {
            // Until it is known which of them pass, none is another one than it seems.
            view.rules.set(Vec::new());
        }
        self.list_problems(move |view| {
            let again = row.and_then(|row| {
                let (_, rows) = view.rules.named(group?)?;
                let mut rows = rows.iter().copied();
                rows.find(|at| view.found.key(*at) == Some(row))
            });
            match (again, group.and_then(|key| view.rules.line_of_group(key))) {
                (Some(at), _) => view.select(at),
                (None, Some(line)) if row.is_none() => view.cursor = line,
                _ => {}
            }
        });
    }

    /// Lists the problems that pass the filter, and does something with the list.
    fn list_problems(&mut self, then: impl FnOnce(&mut ProblemsView) + Send + 'static) {
        let view = &mut self.problems;
        let Some(filter) = RowFilter::parse(&view.filter, &self.context.me)
            .ok()
            .filter(|_| !view.filter.is_empty())
        else {
            view.list(None);
            return then(view);
        };
        let (found, now) = (view.found.clone(), self.now);
        let narrow = move |plan: &Plan, progress: &Progress| {
            let marks = Marks::default();
            let prepared = filter.prepare(plan, now, &marks);
            let mut passes = prepared.passes();
            progress.expect(found.len());
            let mut strides = progress.strides();
            let mut passing = Vec::new();
            for (at, problem) in found.problems(0..found.len(), plan).enumerate() {
                if !strides.add(1) {
                    return None;
                }
                let step = problem.step.and_then(|id| plan.find(id));
                let steps: Vec<usize> = step.into_iter().collect();
                let (code, place) = (problem.code, problem.place.path.display());
                // As the list shows it, and as `rule:` has it.
                let title = found.rule_title(code);
                let text = format!("{code} {title} {place} {}", problem.message);
                if passes(code, &steps, &text) {
                    passing.push(at);
                }
            }
            Some((found, passing))
        };
        self.have_done(JobKind::Problems, narrow, |model, (found, passing)| {
            let view = &mut model.problems;
            if Arc::ptr_eq(&found, &view.found) {
                view.list(Some(&passing));
                then(view);
            }
        });
    }
}

struct Problems;

impl Screen for Problems {
    fn commands(&self) -> &'static [&'static [Command]] {
        &[commands::COMMANDS]
    }

    fn focus(&self, _: &Model) -> Focus {
        Focus::PROBLEMS
    }

    fn step(&self, model: &mut Model, by: isize) {
        let view = &mut model.problems;
        view.cursor = moved(view.cursor, by, view.rules.lines());
    }

    fn narrow(&self, model: &mut Model, text: &str) -> Result<(), QueryError> {
        RowFilter::parse(text, &model.context.me)?;
        text.trim().clone_into(&mut model.problems.filter);
        model.list_problems(|_| {});
        Ok(())
    }

    fn back(&self, model: &mut Model) -> bool {
        let view = &mut model.problems;
        if !view.marks.is_empty() {
            view.marks.clear();
            return true;
        }
        let is_narrowed = !view.filter.is_empty();
        if is_narrowed {
            view.filter.clear();
            model.list_problems(|_| {});
        }
        is_narrowed || model.unzoom()
    }

    fn opened(&self, model: &mut Model) {
        model.effects.push(Effect::Check);
    }

    fn selected(&self, model: &Model) -> Option<StepId> {
        let view = &model.problems;
        view.found.problem(view.selected()?, &model.plan)?.step
    }

    /// A fix that is undone has its problem found again here.
    fn keeps(&self, _: &mut Model, _: &Change) -> bool {
        true
    }

    fn command_line(&self, _: &Model) -> Result<Vec<String>, String> {
        Ok(vec!["check".to_owned()])
    }

    fn is_about_problems(&self) -> bool {
        true
    }
}
