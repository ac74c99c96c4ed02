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

/// What the checks found, laid out as it is listed: where there is much of it, that takes longer
/// than a key may.
#[derive(Debug)]
pub struct Checked {
    found: Arc<Findings>,
    rules: GroupedRows<RuleKey>,
}

impl From<Findings> for Checked {
    fn from(found: Findings) -> Self {
        let found = found.gravest_first();
        Self {
            rules: by_rule(&found, 0..found.len()),
            found: Arc::new(found),
        }
    }
}

/// Some of what was found, each under its rule: the gravest first, and of what is as grave that
/// first of which there is most.
fn by_rule(found: &Findings, rows: impl Iterator<Item = usize>) -> GroupedRows<RuleKey> {
    let mut groups: BTreeMap<RuleKey, Vec<usize>> = BTreeMap::new();
    for at in rows {
        if let Some(key) = found.rule(at) {
            groups.entry(key).or_default().push(at);
        }
    }
    let mut groups: Vec<(RuleKey, Vec<usize>)> = groups.into_iter().collect();
    groups.sort_by_key(|((severity, _), rows)| (*severity, Reverse(rows.len())));
    let mut rules = GroupedRows::default();
    rules.set(groups);
    rules
}

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
    /// Shows these lines, folded as those before; answers those.
    fn list(&mut self, rules: GroupedRows<RuleKey>) -> GroupedRows<RuleKey> {
        let former = std::mem::replace(&mut self.rules, rules);
        self.rules.fold_as(&former);
        if std::mem::take(&mut self.unfolds) {
            self.rules.fold_all();
        }
        self.cursor = self.cursor.min(self.rules.lines().saturating_sub(1));
        former
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
    /// Takes over what the checks found in a state of the plan, unless it is known of a later one.
    pub(crate) fn take_findings(&mut self, generation: u64, checked: Checked) {
        let view = &mut self.problems;
        if generation < view.generation {
            return;
        }
        view.generation = generation;
        view.unfolds = view.checked_at.is_none() && checked.found.len() <= UNFOLDED;
        view.checked_at = Some(self.now);
        let before = std::mem::replace(&mut view.found, checked.found);
        // What is selected stays so, where it is still found.
        let line = view.cursor;
        let row = view.rules.row(line).and_then(|row| before.key(row));
        let group = view.rules.group_of(line).map(|(key, _)| key);
        if !view.marks.is_empty() {
            let known = (0..view.found.len()).filter_map(|at| view.found.key(at));
            let known: BTreeSet<FindingKey> = known.collect();
            view.marks.retain(|key| known.contains(key));
        }
        let select = move |view: &mut ProblemsView| {
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
        };
        let rules = if view.filter.is_empty() {
            let former = view.list(checked.rules);
            select(view);
            former
        } else {
            // Until it is known which of them pass, none is another one than it seems.
            let former = std::mem::take(&mut view.rules);
            view.rules.fold_as(&former);
            self.list_problems(select);
            former
        };
        self.let_go((before, rules));
    }

    /// Lists the problems that pass the filter, and does something with the list.
    fn list_problems(&mut self, then: impl FnOnce(&mut ProblemsView) + Send + 'static) {
        let view = &mut self.problems;
        let filter = RowFilter::parse(&view.filter, &self.context.me).ok();
        let filter = filter.filter(|_| !view.filter.is_empty());
        let (found, now) = (view.found.clone(), self.now);
        let narrow = move |plan: &Plan, progress: &Progress| {
            let Some(filter) = filter else {
                let rules = by_rule(&found, 0..found.len());
                return Some((found, rules));
            };
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
            let rules = by_rule(&found, passing.into_iter());
            Some((found, rules))
        };
        self.have_done(JobKind::Problems, narrow, |model, (found, rules)| {
            let view = &mut model.problems;
            if Arc::ptr_eq(&found, &view.found) {
                let former = view.list(rules);
                then(view);
                model.let_go(former);
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
