//! What the terms of the ranking measure: facts of a step, found in one pass over the plan.

use std::collections::{HashMap, HashSet, VecDeque};

use chrono::{DateTime, Utc};

use super::Inputs;
use crate::plan::Plan;
use crate::plan::id::StepId;
use crate::plan::last_change::{LastChange, LastChanges};
use crate::plan::stage::{self, Stage};
use crate::plan::status::Status;

/// Of the steps that become ready, so many are named.
const MOST_NAMED: usize = 3;

/// What is known of one ready step.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    pub step: usize,
    pub status: Option<Status>,
    /// How many steps would become ready if it were complete.
    pub unblocks: u32,
    /// Steps on the longest chain of open steps that waits for it, itself not counted.
    pub chain: u32,
    /// The step that an open check of the current stage names and that waits for this one,
    /// or is this one.
    pub gate: Option<usize>,
    /// How many open checks of the current stage name it.
    pub checks: u32,
    /// How many blocks before its own have ready steps.
    pub blocks_before: usize,
    /// How many blocks have ready steps.
    pub blocks: usize,
    /// Its last change, with the whole days since, if that is known.
    pub changed: Option<(LastChange, u32)>,
    /// Whether last week's review committed to it.
    pub carried: bool,
}

/// What is known of the plan as a whole.
pub(super) struct Survey<'a> {
    plan: &'a Plan,
    now: DateTime<Utc>,
    changes: Option<&'a LastChanges>,
    carried: HashSet<StepId>,
    stage: Option<&'a Stage>,
    chains: Vec<u32>,
    gate: HashMap<usize, usize>,
    /// Numbers, from 1, of the open checks of the current stage that name a step.
    checks: HashMap<usize, Vec<usize>>,
    blocks_before: Vec<usize>,
    blocks: usize,
}

impl<'a> Survey<'a> {
    /// Looks the plan over; `ready` are the indexes of its ready steps.
    pub fn new(plan: &'a Plan, inputs: &Inputs<'a>, ready: &[usize]) -> Self {
        let stages = plan.stages();
        let stage = stage::current(stages).map(|at| &stages[at]);
        let checks = stage.map_or_else(HashMap::new, |stage| named(plan, stage));
        let (blocks_before, blocks) = blocks(plan, ready);
        Self {
            plan,
            now: inputs.now,
            changes: inputs.changes,
            carried: inputs.carried.iter().copied().collect(),
            stage,
            chains: chains(plan),
            gate: waited_for(plan, &checks),
            checks,
            blocks_before,
            blocks,
        }
    }

    /// What is known of a ready step.
    pub fn facts(&self, step: usize) -> Facts {
        let it = self.plan.step(step);
        let unblocks = self.made_ready(step).count();
        let changed = LastChange::of(it, self.changes).map(|change| {
            let days = (self.now - change.at()).num_days().max(0);
            (change, u32::try_from(days).unwrap_or(u32::MAX))
        });
        Facts {
            step,
            status: it.status(),
            unblocks: u32::try_from(unblocks).unwrap_or(u32::MAX),
            chain: self.chains[step],
            gate: self.gate.get(&step).copied(),
            checks: (self.checks.get(&step))
                .map_or(0, |checks| u32::try_from(checks.len()).unwrap_or(u32::MAX)),
            blocks_before: self.blocks_before[it.block()],
            blocks: self.blocks,
            changed,
            carried: self.carried.contains(&it.id()),
        }
    }

    /// The steps that become ready with it. One whose status is blocked does not.
    fn made_ready(&self, step: usize) -> impl Iterator<Item = usize> {
        let held = self.plan.graph().held_back_by(step);
        held.filter(|next| self.plan.step(*next).status() != Some(Status::Blocked))
    }

    /// The steps that become ready with it, by name.
    pub fn unblocked(&self, step: usize) -> String {
        let ids = self.made_ready(step).map(|next| self.plan.step(next).id());
        let ids: Vec<String> = ids.map(|id| id.to_string()).collect();
        match ids.len().checked_sub(MOST_NAMED) {
            None | Some(0) => ids.join(", "),
            Some(more) => format!("{} and {more} more", ids[..MOST_NAMED].join(", ")),
        }
    }

    /// What the gate of the current stage has to do with it.
    pub fn gate_in_words(&self, facts: &Facts) -> String {
        let name = match self.stage {
            Some(stage) => &stage.name,
            None => return self.no_stage(),
        };
        match facts.gate {
            Some(named) if named == facts.step => format!("the gate of {name} waits for it"),
            Some(named) => {
                let id = self.plan.step(named).id();
                format!("the gate of {name} waits for {id}, which waits for it")
            }
            None => format!("the gate of {name} does not wait for it"),
        }
    }

    /// Which checks name it.
    pub fn checks_in_words(&self, facts: &Facts) -> String {
        let name = match self.stage {
            Some(stage) => &stage.name,
            None => return self.no_stage(),
        };
        match self.checks.get(&facts.step).map(Vec::as_slice) {
            None | Some([]) => format!("no open check of {name} names it"),
            Some([number]) => format!("check {number} of {name} names it"),
            Some(numbers) => {
                let numbers: Vec<String> = numbers.iter().map(usize::to_string).collect();
                format!("checks {} of {name} name it", numbers.join(", "))
            }
        }
    }

    fn no_stage(&self) -> String {
        match self.plan.stages().is_empty() {
            true => "the plan has no stages".to_owned(),
            false => "every gate has been passed".to_owned(),
        }
    }

    /// Where its block is among those with ready steps.
    pub fn block_in_words(&self, facts: &Facts) -> String {
        let block = self.plan.step(facts.step).block();
        let id = self.plan.blocks()[block].id;
        match (facts.blocks_before, facts.blocks) {
            (_, 1) => format!("{id} is the only block with ready steps"),
            (0, _) => format!("{id} is the first block with ready steps"),
            (before, all) => {
                format!(
                    "{id} is number {} of {all} blocks with ready steps",
                    before + 1
                )
            }
        }
    }
}

/// The open steps that the open checks of a stage name, each with the checks' numbers.
fn named(plan: &Plan, stage: &Stage) -> HashMap<usize, Vec<usize>> {
    let mut named: HashMap<usize, Vec<usize>> = HashMap::new();
    for (at, check) in stage.checks.iter().enumerate() {
        if check.done {
            continue;
        }
        for step in check.steps.iter().filter_map(|id| plan.find(*id)) {
            if !plan.graph().state(step).is_open() {
                continue;
            }
            let numbers = named.entry(step).or_default();
            if numbers.last() != Some(&(at + 1)) {
                numbers.push(at + 1);
            }
        }
    }
    named
}

/// Every open step that one of the named ones is or waits for, with the nearest of those.
fn waited_for(plan: &Plan, named: &HashMap<usize, Vec<usize>>) -> HashMap<usize, usize> {
    let mut first: Vec<usize> = named.keys().copied().collect();
    first.sort_unstable();
    let mut gate: HashMap<usize, usize> = first.iter().map(|step| (*step, *step)).collect();
    let mut queue = VecDeque::from(first);
    while let Some(step) = queue.pop_front() {
        let origin = gate[&step];
        for next in plan.graph().upstream(step) {
            if plan.graph().state(next).is_open() && !gate.contains_key(&next) {
                gate.insert(next, origin);
                queue.push_back(next);
            }
        }
    }
    gate
}

/// For every step, how many open steps the longest chain behind it has. Steps that are
/// complete although they depend on open ones hold nobody up; edges within a cycle do not
/// count.
fn chains(plan: &Plan) -> Vec<u32> {
    let graph = plan.graph();
    let mut chains = vec![0; plan.len()];
    for step in by_height(plan).into_iter().rev() {
        let step = step as usize;
        for next in graph.downstream(step) {
            let circle = graph.cycle(step).is_some_and(|c| {
                graph
                    .cycle(next)
                    .is_some_and(|other| std::ptr::eq(c, other))
            });
            if !circle && graph.state(next).is_open() {
                chains[step] = chains[step].max(chains[next] + 1);
            }
        }
    }
    chains
}

/// Every step by its height: whoever depends on a step is higher, so that an order of work needs no
/// recursion.
fn by_height(plan: &Plan) -> Vec<u32> {
    let heights = || (0..plan.len()).map(|step| plan.graph().height(step) as usize);
    // How many are lower, then where the next of the height belongs.
    let mut places = vec![0u32; heights().max().unwrap_or(0) + 1];
    heights().for_each(|height| places[height] += 1);
    let mut lower = 0;
    for place in &mut places {
        lower += std::mem::replace(place, lower);
    }
    let mut order = vec![0; plan.len()];
    for (step, height) in heights().enumerate() {
        order[places[height] as usize] = step as u32;
        places[height] += 1;
    }
    order
}

/// For every block, how many before it have ready steps; and how many have in all.
fn blocks(plan: &Plan, ready: &[usize]) -> (Vec<usize>, usize) {
    let mut has = vec![false; plan.blocks().len()];
    for step in ready {
        has[plan.step(*step).block()] = true;
    }
    let mut count = 0;
    let before = has.into_iter().map(|has| {
        let before = count;
        count += usize::from(has);
        before
    });
    (before.collect(), count)
}
