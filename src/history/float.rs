//! Float: which open steps may wait, and which move the end.
//!
//! The float of a step is by how many steps the longest chain of open steps through it is shorter
//! than the longest chain there is. Whoever waits for so many steps' time moves nothing; a step
//! without float moves the gate with every day that it waits. Steps count alike, since nothing says
//! how long each takes, and nobody is busy elsewhere.

use crate::document::progress::Progress;
use crate::plan::Plan;
use crate::plan::graph::Graph;
use crate::plan::id::StepId;

use super::target::upstream;

/// How long an open step may wait.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Float {
    /// The step.
    pub step: StepId,
    /// For how many steps' time; nothing where it is in a cycle, or waits for one.
    pub steps: Option<u32>,
}

impl Float {
    /// What it means for the step, in few words.
    pub fn in_words(self) -> String {
        match self.steps {
            Some(0) => "moves the date".to_owned(),
            Some(1) => "may wait 1 step".to_owned(),
            Some(steps) => format!("may wait {steps} steps"),
            None => "in a cycle".to_owned(),
        }
    }
}

/// The float of each of these open steps and of all open steps that they wait for: those that move
/// the end first, in the order of work. `None` where it was stopped.
pub fn floats(plan: &Plan, open: &[StepId], progress: &Progress) -> Option<Vec<Float>> {
    let graph = plan.graph();
    let is_open = |step: usize| graph.state(step).is_open();
    let from = open.iter().filter_map(|id| plan.find(*id));
    let needed = upstream(graph, from.filter(|step| is_open(*step)), is_open);
    let steps: Vec<usize> = (0..plan.len()).filter(|step| needed[*step]).collect();
    let order = order(graph, &steps, &needed);
    if progress.is_stopped() {
        return None;
    }
    // Steps on the longest chain that ends with each step, and that begins with it.
    let (mut before, mut after) = (vec![0u32; plan.len()], vec![0u32; plan.len()]);
    for step in &order {
        let waits_for = graph.upstream(*step).filter(|next| needed[*next]);
        before[*step] = 1 + waits_for.map(|next| before[next]).max().unwrap_or(0);
    }
    for step in order.iter().rev() {
        let waiting = graph.downstream(*step).filter(|next| needed[*next]);
        after[*step] = 1 + waiting.map(|next| after[next]).max().unwrap_or(0);
    }
    let chain = |step: usize| (before[step] > 0).then(|| before[step] + after[step] - 1);
    let longest = steps.iter().filter_map(|step| chain(*step)).max();
    let float = |step: usize| Some(longest? - chain(step)?);
    let mut sorted = steps;
    sorted.sort_by_key(|step| (float(*step).unwrap_or(u32::MAX), before[*step]));
    let floats = sorted.into_iter().map(|step| Float {
        step: plan.step(step).id(),
        steps: float(step),
    });
    Some(floats.collect())
}

/// The steps in an order in which they can be done; without those that wait for a cycle.
fn order(graph: &Graph, steps: &[usize], needed: &[bool]) -> Vec<usize> {
    let mut waits = vec![0u32; needed.len()];
    for step in steps {
        let count = graph.upstream(*step).filter(|next| needed[*next]).count();
        waits[*step] = u32::try_from(count).unwrap_or(u32::MAX);
    }
    let mut order: Vec<usize> = steps
        .iter()
        .copied()
        .filter(|step| waits[*step] == 0)
        .collect();
    let mut at = 0;
    while let Some(step) = order.get(at).copied() {
        at += 1;
        for next in graph.downstream(step).filter(|next| needed[*next]) {
            waits[next] -= 1;
            if waits[next] == 0 {
                order.push(next);
            }
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::plan::source::{Role, SourceFile};

    fn plan(steps: &[(u32, &str, &[u32])]) -> Plan {
        let line = |(number, status, up): &(u32, &str, &[u32])| {
            let up: Vec<String> = up.iter().map(|up| format!("\"{up:04}\"")).collect();
            let up = up.join(",");
            format!(
                "{{\"step_id\":\"{number:04}\",\"status\":\"{status}\",\"dependencies\":[{up}]}}\n"
            )
        };
        let log: String = steps.iter().map(line).collect();
        Plan::read(vec![SourceFile::load(
            "plan.jsonl",
            Role::Log,
            log.into_bytes(),
        )])
    }

    fn found(plan: &Plan, open: &[u32]) -> Vec<(u32, Option<u32>)> {
        let open: Vec<StepId> = open.iter().map(|number| StepId::new(*number)).collect();
        let floats = floats(plan, &open, &Progress::default()).unwrap();
        let floats = floats.into_iter();
        floats
            .map(|float| (float.step.number(), float.steps))
            .collect()
    }

    #[test]
    fn the_longest_chain_moves_the_end_and_a_shorter_one_may_wait() {
        let plan = plan(&[
            (1, "complete", &[]),
            (2, "draft", &[1]),
            (3, "draft", &[2]),
            (4, "draft", &[3, 5]),
            (5, "draft", &[]),
            (6, "draft", &[]),
            (7, "draft", &[4]),
        ]);
        let zero = Some(0);
        assert_eq!(
            found(&plan, &[4]),
            [(2, zero), (3, zero), (4, zero), (5, Some(1))]
        );
        // What waits for a step of the set without being in it counts for nothing.
        assert_eq!(found(&plan, &[2, 6]), [(2, zero), (6, zero)]);
        assert_eq!(found(&plan, &[1]), []);
    }

    #[test]
    fn what_waits_for_a_cycle_has_none() {
        let plan = plan(&[
            (1, "draft", &[2]),
            (2, "draft", &[1]),
            (3, "draft", &[2]),
            (4, "draft", &[]),
        ]);
        assert_eq!(
            found(&plan, &[3, 4]),
            [(4, Some(0)), (1, None), (2, None), (3, None)]
        );
    }

    /// Steps on the longest chain of open steps that ends with the last one, each way walked.
    fn longest(edges: &[Vec<u32>], step: u32) -> u32 {
        let ups = edges[step as usize - 1].iter();
        1 + ups.map(|up| longest(edges, *up)).max().unwrap_or(0)
    }

    proptest! {
        /// A step put behind so many others as its float is moves nothing; one more does.
        #[test]
        fn a_step_may_wait_for_as_long_as_its_float_and_no_longer(
            edges in prop::collection::vec(prop::collection::vec(any::<prop::sample::Index>(), 0..3), 2..9),
            delayed in any::<prop::sample::Index>(),
        ) {
            let edges: Vec<Vec<u32>> = (0u32..).zip(&edges)
                .map(|(at, ups)| match at {
                    0 => Vec::new(),
                    at => ups.iter().map(|up| up.index(at as usize) as u32 + 1).collect(),
                })
                .collect();
            let count = edges.len() as u32;
            let steps: Vec<(u32, &str, &[u32])> =
                (1..).zip(&edges).map(|(id, ups)| (id, "draft", &ups[..])).collect();
            let all: Vec<u32> = (1..=count).collect();
            let floats = found(&plan(&steps), &all);
            let end = |edges: &[Vec<u32>]| (1..=count).map(|step| longest(edges, step)).max().unwrap();
            let step = delayed.index(count as usize) as u32 + 1;
            let float = floats.iter().find(|(id, _)| *id == step).unwrap().1.unwrap();
            for wait in [float, float + 1] {
                // A chain of so many more steps stands before it, and before all that it waits for.
                let mut later = edges.clone();
                let mut up = longest(&edges, step) - 1 + wait;
                let mut last = None;
                while up > 0 {
                    later.push(last.into_iter().collect());
                    last = Some(later.len() as u32);
                    up -= 1;
                }
                later[step as usize - 1].extend(last);
                prop_assert_eq!(end(&later) == end(&edges), wait == float);
            }
        }
    }
}
