//! What a forecast is about: the whole plan, a stage, a block or a checkpoint, and which steps that
//! means in any version of the plan.

use std::fmt;

use chrono::{DateTime, Utc};

use crate::plan::block::{STEPS_PER_CHECKPOINT, checkpoint_steps};
use crate::plan::canon::checklist::Check;
use crate::plan::graph::Graph;
use crate::plan::id::{BlockId, StepId};
use crate::plan::marks::Marks;
use crate::plan::query::Query;
use crate::plan::query::past::PlanPast;
use crate::plan::stage::Stage;
use crate::plan::status::{State, Status};
use crate::plan::waiting::Waiting;
use crate::plan::{Plan, StepRef};

/// What shall be done.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Target {
    /// Every step.
    Plan,
    /// What the open checks of the stage with this name need: the steps that they name, and
    /// everything that these wait for.
    Stage(String),
    /// The steps of a block.
    Block(BlockId),
    /// The steps up to this thousand, and after the one before.
    Checkpoint(u32),
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plan => f.write_str("plan"),
            Self::Stage(name) => f.write_str(name),
            Self::Block(id) => write!(f, "{id}"),
            Self::Checkpoint(number) => write!(f, "CP{number:02}"),
        }
    }
}

/// A target, of which only the steps count that pass a filter.
pub struct Scope<'a> {
    /// What shall be done.
    pub target: Target,
    /// Which steps of it count.
    pub query: &'a Query,
    /// What is known by a moment of the past of a version of the plan, for a query that asks.
    pub past: &'a dyn Fn(&Plan, DateTime<Utc>) -> Option<PlanPast>,
}

/// An open condition, with the step that waits for it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Condition {
    /// The step.
    pub step: StepId,
    /// The condition's words.
    pub text: String,
}

impl Target {
    /// The target that a name stands for, if it is that of a block of the plan or of a checkpoint;
    /// the names of stages are for others to find.
    pub fn named(name: &str, plan: &Plan) -> Option<Self> {
        let block = name
            .parse()
            .ok()
            .filter(|id| plan.find_block(*id).is_some());
        let number = || {
            let (letters, digits) = name.split_at_checked(2)?;
            let number = digits.parse().ok().filter(|number| *number > 0)?;
            letters.eq_ignore_ascii_case("CP").then_some(number)
        };
        block
            .map(Self::Block)
            .or_else(|| number().map(Self::Checkpoint))
    }

    /// Everything that a plan can be asked about: itself, then its stages, its blocks with steps,
    /// and its checkpoints.
    pub fn all(plan: &Plan) -> Vec<Self> {
        let stages = plan
            .stages()
            .iter()
            .map(|stage| Self::Stage(stage.name.clone()));
        let blocks = plan.blocks().iter().filter(|block| block.tally.total > 0);
        let last = plan
            .steps()
            .next_back()
            .map_or(0, |step| step.id().number());
        let checkpoints = (1..=last.div_ceil(STEPS_PER_CHECKPOINT))
            .filter(|number| checkpoint_steps(plan, *number).next().is_some())
            .map(Self::Checkpoint);
        [Self::Plan]
            .into_iter()
            .chain(stages)
            .chain(blocks.map(|block| Self::Block(block.id)))
            .chain(checkpoints)
            .collect()
    }

    /// Indexes of its steps in a version of the plan, ascending.
    fn steps(&self, plan: &Plan) -> Vec<usize> {
        match self {
            Self::Plan => (0..plan.len()).collect(),
            Self::Block(id) => {
                let block = plan.find_block(*id).map(|block| &plan.blocks()[block]);
                block.map_or_else(Vec::new, |block| block.steps().collect())
            }
            Self::Checkpoint(number) => checkpoint_steps(plan, *number).collect(),
            Self::Stage(name) => {
                let named = open_checks(plan, name).flat_map(|check| &check.steps);
                let named = named.filter_map(|id| plan.find(*id));
                let counts = |step: usize| plan.graph().state(step) != State::Retired;
                let needed = upstream(plan.graph(), named, counts);
                (0..plan.len()).filter(|step| needed[*step]).collect()
            }
        }
    }
}

impl Scope<'_> {
    /// Indexes of the steps that the scope has in this version of the plan, ascending. What is
    /// retired is neither done nor to be done.
    pub fn steps(&self, plan: &Plan, now: DateTime<Utc>) -> Vec<usize> {
        let mut steps = self.target.steps(plan);
        steps
            .retain(|step| plan.graph().state(*step) != State::Retired && !plan.is_repeated(*step));
        if !self.query.is_empty() && !steps.is_empty() {
            let past = (self.past)(plan, now);
            let marks = Marks::default();
            let passing = self.query.prepare_with(plan, now, &marks, past.as_ref());
            let passing = passing.all();
            steps.retain(|step| passing.binary_search(step).is_ok());
        }
        steps
    }

    /// Why there can be no date, whatever the pace: what is wanted names no step, waits for one
    /// that does not exist, or for itself. `steps` are those of the scope.
    pub fn obstacle(&self, plan: &Plan, steps: &[usize]) -> Option<String> {
        if let Target::Stage(name) = &self.target {
            if plan
                .stages()
                .iter()
                .any(|stage| stage.name == *name && stage.checks.is_empty())
            {
                return Some("it has no checks".to_owned());
            }
            let open = open_checks(plan, name).count();
            let nameless = open_checks(plan, name).filter(|check| check.steps.is_empty());
            match (nameless.count(), open) {
                (0, _) => {}
                (1, 1) => return Some("its open check names no step".to_owned()),
                (1, _) => return Some(format!("1 of {open} open checks names no step")),
                (count, _) => return Some(format!("{count} of {open} open checks name no step")),
            }
            let mut named = open_checks(plan, name).flat_map(|check| &check.steps);
            if let Some(id) = named.find(|id| plan.find(**id).is_none()) {
                return Some(format!("a check names step {id}, which does not exist"));
            }
            match open {
                1 if steps.is_empty() => {
                    return Some("no step is open: tick its last check".to_owned());
                }
                2.. if steps.is_empty() => {
                    return Some(format!("no step is open: tick its {open} checks"));
                }
                _ => {}
            }
        }
        let is_open = |step: usize| plan.graph().state(step).is_open();
        let open = steps.iter().copied().filter(|step| is_open(*step));
        let needed = upstream(plan.graph(), open, is_open);
        let needed = (0..plan.len()).filter(|step| needed[*step]);
        let mut needed = needed.map(|step| plan.step(step));
        let is_retired = |step: &usize| plan.graph().state(*step) == State::Retired;
        needed.find_map(|step| {
            if let Some(up) = plan.graph().upstream(step.index()).find(is_retired) {
                let up = plan.step(up).id();
                return Some(format!(
                    "step {} depends on {up}, which is retired",
                    step.id()
                ));
            }
            // Only a step with something outside the plan needs its dependencies read.
            let is_outside = plan.graph().unmet_elsewhere(step.index()) > 0;
            let unmet = is_outside.then(|| step.unmet()).into_iter().flatten();
            let missing = |waiting| match waiting {
                Waiting::Missing(id) => Some(format!(
                    "step {} depends on {id}, which does not exist",
                    step.id()
                )),
                Waiting::Step(_) | Waiting::Condition(_) => None,
            };
            unmet.into_iter().find_map(missing).or_else(|| {
                let ids: Vec<String> = step.circle()?.iter().map(StepId::to_string).collect();
                Some(format!("a cycle holds it up: {}", ids.join(" → ")))
            })
        })
    }
}

/// Those of the steps that are blocked.
pub fn blocked(plan: &Plan, steps: &[usize]) -> Vec<StepId> {
    let blocked = of(plan, steps).filter(|step| step.status() == Some(Status::Blocked));
    blocked.map(StepRef::id).collect()
}

/// The conditions that the steps wait for.
pub fn conditions(plan: &Plan, steps: &[usize]) -> Vec<Condition> {
    let outside = of(plan, steps).filter(|step| plan.graph().unmet_elsewhere(step.index()) > 0);
    let conditions = outside.flat_map(|step| {
        let waiting = step.unmet().into_iter();
        waiting.filter_map(move |waiting| match waiting {
            Waiting::Condition(text) => Some(Condition {
                step: step.id(),
                text: text.into_owned(),
            }),
            _ => None,
        })
    });
    conditions.collect()
}

fn of<'p>(plan: &'p Plan, steps: &[usize]) -> impl Iterator<Item = StepRef<'p>> {
    steps.iter().map(|step| plan.step(*step))
}

fn open_checks<'p>(plan: &'p Plan, stage: &str) -> impl Iterator<Item = &'p Check> {
    let stage: Option<&Stage> = plan.stages().iter().find(|other| other.name == stage);
    let checks = stage.into_iter().flat_map(|stage| &stage.checks);
    checks.filter(|check| !check.done)
}

/// The steps from which one starts and all that these wait for, as far as `passes` lets one go.
pub(crate) fn upstream(
    graph: &Graph,
    from: impl Iterator<Item = usize>,
    passes: impl Fn(usize) -> bool,
) -> Vec<bool> {
    let mut seen = vec![false; graph.states().len()];
    let mut queue: Vec<usize> = from.collect();
    while let Some(step) = queue.pop() {
        if !std::mem::replace(&mut seen[step], true) {
            queue.extend(graph.upstream(step).filter(|next| passes(*next)));
        }
    }
    seen
}
