//! Effort and cost of steps, planned and actual, by the units in which people write them. Few plans
//! have these figures everywhere, so each sum says of how many steps it is.

use std::collections::BTreeMap;

use crate::plan::Plan;
use crate::plan::field::Field;
use crate::plan::figure::{Figure, figure};
use crate::plan::status::Status;
use crate::report::chart::figure as figure_in_words;
use crate::report::words::plain;

/// What some steps were to take, and took.
#[derive(Clone, PartialEq, Default, Debug)]
pub(crate) struct Budget {
    /// How many steps there are.
    pub steps: usize,
    /// How many of them are complete.
    pub complete: usize,
    pub planned: Sum,
    pub actual: Sum,
    /// Of complete steps that have both figures in one unit: what they were to take.
    pub planned_of_done: Sum,
    /// What these took.
    pub actual_of_done: Sum,
}

/// Figures that were added up.
#[derive(Clone, PartialEq, Default, Debug)]
pub(crate) struct Sum {
    /// Of how many steps.
    pub steps: usize,
    /// By unit.
    pub by_unit: BTreeMap<String, f64>,
}

impl Sum {
    pub(crate) fn add(&mut self, figure: &Figure) {
        self.steps += 1;
        *self.by_unit.entry(figure.unit.clone()).or_default() += figure.value;
    }

    /// The sum, where all of it is in one unit.
    pub(crate) fn single(&self) -> Option<f64> {
        let mut values = self.by_unit.values();
        values.next().copied().filter(|_| values.next().is_none())
    }

    pub(crate) fn words(&self) -> String {
        let parts = self.by_unit.iter().map(|(unit, value)| {
            let value = figure_in_words(*value);
            format!("{value} {}", plain(unit)).trim_end().to_owned()
        });
        match self.by_unit.is_empty() {
            true => "–".to_owned(),
            false => parts.collect::<Vec<_>>().join(" + "),
        }
    }
}

impl Budget {
    /// What these steps take of people's time.
    pub(crate) fn effort(plan: &Plan, steps: &[usize]) -> Self {
        Self::of(plan, steps, [Field::EffortPlanned, Field::EffortActual])
    }

    /// What these steps cost.
    pub(crate) fn cost(plan: &Plan, steps: &[usize]) -> Self {
        Self::of(plan, steps, [Field::CostPlanned, Field::CostActual])
    }

    fn of(plan: &Plan, steps: &[usize], fields: [Field; 2]) -> Self {
        let mut budget = Self::default();
        for step in steps.iter().map(|at| plan.step(*at)) {
            let [planned, actual] = fields.map(|field| figure(&step.text(field)));
            let is_complete = step.status() == Some(Status::Complete);
            budget.steps += 1;
            budget.complete += usize::from(is_complete);
            planned.iter().for_each(|figure| budget.planned.add(figure));
            actual.iter().for_each(|figure| budget.actual.add(figure));
            if let (Some(planned), Some(actual), true) = (planned, actual, is_complete)
                && planned.unit == actual.unit
            {
                budget.planned_of_done.add(&planned);
                budget.actual_of_done.add(&actual);
            }
        }
        budget
    }

    /// How much the complete steps took of what was planned for them, in percent; where that is one
    /// unit.
    pub(crate) fn spent(&self) -> Option<f64> {
        let planned = self.planned_of_done.single()?;
        let actual = self.actual_of_done.single()?;
        (planned > 0.0).then(|| actual / planned * 100.0)
    }

    /// Its rows of a table; none where no step has a figure.
    pub(super) fn rows(&self, name: &str) -> Vec<Vec<String>> {
        if self.planned.steps + self.actual.steps == 0 {
            return Vec::new();
        }
        let spent = self
            .spent()
            .map_or("–".to_owned(), |spent| format!("{spent:.0}%"));
        let all = self.steps;
        vec![
            vec![
                format!("{name}, all steps"),
                self.planned.words(),
                self.actual.words(),
                String::new(),
                format!(
                    "planned {} of {all}, actual {} of {all}",
                    self.planned.steps, self.actual.steps
                ),
            ],
            vec![
                format!("{name}, complete steps with both"),
                self.planned_of_done.words(),
                self.actual_of_done.words(),
                spent,
                format!("{} of {}", self.planned_of_done.steps, self.complete),
            ],
        ]
    }
}
