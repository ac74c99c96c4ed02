//! The dependency chain as an indented tree: what a step waits for above it, what waits
//! for it below, each step spelled out once.

use std::collections::HashSet;

use crate::plan::Plan;

/// No tree shows more rows than this.
const MOST: usize = 2_000;

/// A row of the tree.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TreeRow {
    pub step: usize,
    /// How far it is from the step in the middle.
    pub depth: usize,
    /// Whether it stands above the middle.
    pub upstream: bool,
    /// Whether it stands elsewhere in the tree with all that hangs on it.
    pub repeated: bool,
    /// Whether it is among the steps on the way to it: a cycle closes here.
    pub cycle: bool,
}

/// The tree around `middle`: upstream rows with the nearest next to it, the middle with
/// depth 0, downstream rows. What is repeated is spelled out nearer to the middle, or on
/// the way out before it.
pub fn tree(plan: &Plan, middle: usize) -> Vec<TreeRow> {
    let mut rows = half(plan, middle, true);
    rows.reverse();
    rows.push(TreeRow {
        step: middle,
        depth: 0,
        upstream: false,
        repeated: false,
        cycle: false,
    });
    rows.extend(half(plan, middle, false));
    rows
}

fn half(plan: &Plan, middle: usize, upstream: bool) -> Vec<TreeRow> {
    // Each of them takes a row, so that no more can show.
    let neighbours = |step: usize| -> Vec<usize> {
        match upstream {
            true => plan.graph().upstream(step).take(MOST).collect(),
            false => plan.graph().downstream(step).take(MOST).collect(),
        }
    };
    let mut rows = Vec::new();
    let mut seen = HashSet::from([middle]);
    let mut way = vec![middle];
    let mut stack: Vec<(usize, usize)> = neighbours(middle)
        .into_iter()
        .rev()
        .map(|step| (step, 1))
        .collect();
    while let Some((step, depth)) = stack.pop() {
        if rows.len() == MOST {
            break;
        }
        way.truncate(depth);
        let cycle = way.contains(&step);
        let repeated = !seen.insert(step);
        rows.push(TreeRow {
            step,
            depth,
            upstream,
            repeated: repeated && !cycle,
            cycle,
        });
        if !repeated && !cycle {
            way.push(step);
            stack.extend(
                neighbours(step)
                    .into_iter()
                    .rev()
                    .map(|next| (next, depth + 1)),
            );
        }
    }
    rows
}
