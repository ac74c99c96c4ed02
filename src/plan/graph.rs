//! Who waits for whom: readiness, cycles, dependants and longest chains.
//!
//! Everything is one pass over steps and edges, without recursion, so that a chain or a
//! star of a million steps is as safe as a short one. Steps are numbers here: their index
//! in the plan.

mod shape;

use std::sync::Arc;

use super::status::{State, Status};
use shape::{Edges, GraphShape};

/// What the graph needs to know of one step.
#[derive(Clone, Debug, Default)]
pub struct Node {
    /// Indexes of the steps it depends on, ascending and each once; missing ones are counted
    /// in `unmet_elsewhere`.
    pub upstream: Vec<u32>,
    /// Missing steps and open conditions among its dependencies.
    pub unmet_elsewhere: u32,
    /// Whether its status is complete.
    pub complete: bool,
    /// Whether its status is blocked.
    pub blocked: bool,
    /// Whether its block is retired.
    pub retired: bool,
}

impl Node {
    /// All that is known of a step before it is looked at what it waits for.
    fn own_state(&self) -> State {
        own_state(self.complete, self.retired)
    }
}

/// The dependency graph of a plan with everything derived from it.
///
/// What hangs on dependencies alone is shared between copies; what hangs on statuses is a few
/// bytes a step.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    shape: Arc<GraphShape>,
    states: Vec<State>,
    /// How many dependencies are not met.
    unmet: Vec<u32>,
    blocked: Vec<bool>,
}

/// A graph that is told of its steps one by one, in their order.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    upstream: Edges,
    graph: Graph,
}

impl Builder {
    /// With room for so many steps and dependencies.
    pub(crate) fn with_capacity(steps: usize, dependencies: usize) -> Self {
        let mut builder = Self::default();
        builder.upstream.reserve(steps, dependencies);
        builder.graph.states.reserve_exact(steps);
        builder.graph.unmet.reserve_exact(steps);
        builder.graph.blocked.reserve_exact(steps);
        builder
    }

    /// The next step: `upstream` and `unmet_elsewhere` as in [`Node`].
    pub(crate) fn push(
        &mut self,
        upstream: &[u32],
        unmet_elsewhere: u32,
        status: Option<Status>,
        retired: bool,
    ) {
        let complete = status == Some(Status::Complete);
        self.upstream.push(upstream);
        self.graph.unmet.push(unmet_elsewhere);
        self.graph.blocked.push(status == Some(Status::Blocked));
        self.graph.states.push(own_state(complete, retired));
    }

    /// Derives everything from what the steps told of themselves.
    pub(crate) fn build(mut self) -> Graph {
        self.graph.shape = Arc::new(GraphShape::of(self.upstream));
        self.graph.derive_all();
        self.graph
    }
}

fn own_state(complete: bool, retired: bool) -> State {
    match (complete, retired) {
        (true, _) => State::Done,
        (false, true) => State::Retired,
        (false, false) => State::Ready,
    }
}

impl Graph {
    /// Derives everything from the steps' own facts.
    pub fn build(nodes: impl IntoIterator<Item = Node>) -> Self {
        let mut builder = Builder::default();
        for node in nodes {
            builder.upstream.push(&node.upstream);
            builder.graph.unmet.push(node.unmet_elsewhere);
            builder.graph.blocked.push(node.blocked);
            builder.graph.states.push(node.own_state());
        }
        builder.build()
    }

    /// The graph after some steps changed, in ascending order. Only where a dependency came or went
    /// is it derived again; a status concerns the step and those that wait for it.
    pub(crate) fn amend(&mut self, changed: &[(usize, Node)]) {
        let other_edges =
            |(step, node): &(usize, Node)| self.shape.upstream.of(*step) != node.upstream;
        if changed.iter().any(other_edges) {
            for step in 0..self.unmet.len() {
                self.unmet[step] = self.elsewhere(step);
            }
            for (step, node) in changed {
                self.unmet[*step] = node.unmet_elsewhere;
                self.blocked[*step] = node.blocked;
                self.states[*step] = node.own_state();
            }
            self.shape = Arc::new(GraphShape::of(self.shape.upstream.with(changed)));
            return self.derive_all();
        }
        let shape = self.shape.clone();
        for (step, node) in changed {
            self.unmet[*step] = self.unmet[*step] - self.elsewhere(*step) + node.unmet_elsewhere;
            self.blocked[*step] = node.blocked;
            let done = self.states[*step] == State::Done;
            self.states[*step] = node.own_state();
            for next in shape.downstream.of(*step) {
                let unmet = &mut self.unmet[*next as usize];
                *unmet = *unmet + u32::from(done) - u32::from(node.complete);
            }
        }
        for (step, _) in changed {
            self.derive_state(*step);
            for next in shape.downstream.of(*step) {
                self.derive_state(*next as usize);
            }
        }
    }

    /// Of the unmet dependencies of a step, those that are not steps of the plan.
    fn elsewhere(&self, step: usize) -> u32 {
        self.unmet[step] - self.open(step)
    }

    /// How many of the steps that a step depends on are open.
    fn open(&self, step: usize) -> u32 {
        let upstream = self.shape.upstream.of(step).iter();
        let open = upstream.filter(|up| self.states[**up as usize] != State::Done);
        u32::try_from(open.count()).unwrap_or(u32::MAX)
    }

    /// Derives every state, where `unmet` counts only what is not a step of the plan and of the
    /// states only `Done` and `Retired` are true.
    fn derive_all(&mut self) {
        for step in 0..self.states.len() {
            self.unmet[step] += self.open(step);
            self.derive_state(step);
        }
    }

    /// Derives the state of a step, of which it is known whether it is done or retired and what is
    /// unmet.
    fn derive_state(&mut self, step: usize) {
        if !self.states[step].is_open() {
            return;
        }
        self.states[step] = match self.blocked[step] {
            _ if self.unmet[step] > 0 || self.shape.cycle_of(step).is_some() => State::Waiting,
            true => State::Blocked,
            false => State::Ready,
        };
    }

    /// The steps that `step` depends on directly.
    pub fn upstream(&self, step: usize) -> impl ExactSizeIterator<Item = usize> {
        self.shape.upstream.of(step).iter().map(|n| *n as usize)
    }

    /// The steps that depend on `step` directly.
    pub fn downstream(&self, step: usize) -> impl ExactSizeIterator<Item = usize> {
        self.shape.downstream.of(step).iter().map(|n| *n as usize)
    }

    /// The derived state of every step.
    pub fn states(&self) -> &[State] {
        &self.states
    }

    /// The derived state of `step`.
    pub(crate) fn state(&self, step: usize) -> State {
        self.states[step]
    }

    /// How many of its dependencies are not met.
    pub fn unmet(&self, step: usize) -> usize {
        self.unmet[step] as usize
    }

    /// Of those, how many are not steps of the plan: missing steps and open conditions.
    pub(crate) fn unmet_elsewhere(&self, step: usize) -> usize {
        self.elsewhere(step) as usize
    }

    /// The cycle that `step` is part of: every step that can reach it and be reached by it.
    pub fn cycle(&self, step: usize) -> Option<&[u32]> {
        let cycle = self.shape.cycle_of(step)?;
        Some(&self.shape.cycles[cycle as usize])
    }

    /// Every group of steps that wait for each other in a circle.
    pub fn cycles(&self) -> &[Vec<u32>] {
        &self.shape.cycles
    }

    /// A shortest circle through the first step of a cycle's group, in dependency order:
    /// each step depends on the next, the last one on the first.
    pub(crate) fn shortest_cycle(&self, group: &[u32]) -> Vec<usize> {
        let found = self.shortest_cycle_within(group, usize::MAX);
        found.unwrap_or_default()
    }

    /// The same for somebody who cannot wait; nothing where it is not found along so many edges.
    pub(crate) fn shortest_cycle_within(&self, group: &[u32], most: usize) -> Option<Vec<usize>> {
        let start = group.first().map(|n| *n as usize)?;
        let mut walked = 0;

        // A map, so that many small cycles in a large plan stay cheap.
        let mut came_from = std::collections::HashMap::new();
        let mut queue = std::collections::VecDeque::from([start]);
        while let Some(node) = queue.pop_front() {
            for next in self.upstream(node) {
                walked += 1;
                if walked > most {
                    return None;
                }
                if next == start {
                    let mut path = vec![node];
                    let mut at = node;
                    while let Some(before) = came_from.get(&at) {
                        path.push(*before);
                        at = *before;
                    }
                    path.reverse();
                    return Some(path);
                }
                if self.same_cycle(start, next) && !came_from.contains_key(&next) {
                    came_from.insert(next, node);
                    queue.push_back(next);
                }
            }
        }
        None
    }

    /// Everything that `step` depends on, directly or through others, nearest first, with
    /// the distance in edges.
    pub fn ancestors(&self, step: usize) -> Vec<(usize, u32)> {
        reach(&self.shape.upstream, step)
    }

    /// Everything that depends on `step`, directly or through others, nearest first, with
    /// the distance in edges. Not all of it waits: see [`Graph::count_waiting`].
    pub fn dependants(&self, step: usize) -> Vec<(usize, u32)> {
        reach(&self.shape.downstream, step)
    }

    /// The beginning of what `step` waits for or waited for, or of what waits or waited for it.
    pub(crate) fn reach_of(&self, step: usize, up: bool) -> Reach {
        let mut seen = vec![false; self.states.len()];
        seen[step] = true;
        Reach {
            up,
            seen,
            found: vec![u32::try_from(step).unwrap_or(u32::MAX)],
            next: 0,
            edge: 0,
        }
    }

    /// Goes on along so many edges; answers whether all is found.
    pub(crate) fn reach_on(&self, reach: &mut Reach, edges: usize) -> bool {
        let of = match reach.up {
            true => &self.shape.upstream,
            false => &self.shape.downstream,
        };
        let mut left = edges;
        while let Some(node) = reach.found.get(reach.next).copied() {
            let targets = &of.of(node as usize)[reach.edge..];
            let now = &targets[..targets.len().min(left)];
            left -= now.len();
            for target in now {
                let (waits, on) = match reach.up {
                    true => (node, *target),
                    false => (*target, node),
                };
                // What is complete waits for nothing that is open.
                let is_open = |step: u32| self.states[step as usize].is_open();
                if is_open(on) && !is_open(waits) {
                    continue;
                }
                if !std::mem::replace(&mut reach.seen[*target as usize], true) {
                    reach.found.push(*target);
                }
            }
            if now.len() < targets.len() {
                reach.edge += now.len();
                return false;
            }
            (reach.next, reach.edge) = (reach.next + 1, 0);
            // A step without edges is work, too.
            left = left.saturating_sub(1);
        }
        true
    }

    /// How many steps depend on `step`, directly or through others, counted up to `most`.
    pub(crate) fn count_dependants(&self, step: usize, most: usize) -> usize {
        self.count_from(step, most, |_| true)
    }

    /// How many of them wait for it: what is complete or retired waits for nothing, and nobody waits
    /// for `step` through it.
    pub(crate) fn count_waiting(&self, step: usize, most: usize) -> usize {
        self.count_from(step, most, |next| self.states[next].is_open())
    }

    /// The steps that wait for `step` directly, ascending.
    pub(crate) fn waiting_for(&self, step: usize) -> impl Iterator<Item = usize> {
        self.downstream(step)
            .filter(|next| self.states[*next].is_open())
    }

    fn count_from(&self, step: usize, most: usize, counts: impl Fn(usize) -> bool) -> usize {
        const BITS: usize = u64::BITS as usize;
        let mut seen = vec![0u64; self.states.len().div_ceil(BITS)];
        let mut see = |node: usize| {
            let (word, bit) = (&mut seen[node / BITS], 1 << (node % BITS));
            let new = *word & bit == 0;
            *word |= bit;
            new
        };
        see(step);
        let (mut found, mut next) = (vec![step], 0);
        while let Some(node) = found.get(next) {
            next += 1;
            for target in self.downstream(*node).filter(|next| counts(*next)) {
                // The step itself is among those found.
                if found.len() > most {
                    return most;
                }
                if see(target) {
                    found.push(target);
                }
            }
        }
        found.len() - 1
    }

    /// The steps that would have no unmet dependency left if `step` were complete.
    pub(crate) fn held_back_by(&self, step: usize) -> impl Iterator<Item = usize> {
        let holds = self.states[step] != State::Done;
        self.downstream(step).filter(move |next| {
            holds && self.states[*next] == State::Waiting && self.unmet[*next] == 1
        })
    }

    /// Steps on the longest chain that ends at `step`, itself included. Edges within a
    /// cycle do not count.
    pub fn height(&self, step: usize) -> u32 {
        self.shape.height[step]
    }

    /// Steps on the longest chain that starts at `step`, itself included.
    pub fn depth(&self, step: usize) -> u32 {
        self.shape.depth[step]
    }

    /// The longest chain through `step`, from its first upstream step to its last dependant.
    pub fn longest_chain(&self, step: usize) -> Vec<usize> {
        let walk = |edges: &Edges, lengths: &[u32]| {
            let mut path = Vec::new();
            let mut at = step;
            while lengths[at] > 1 {
                let next =
                    edges.of(at).iter().map(|n| *n as usize).find(|next| {
                        lengths[*next] + 1 == lengths[at] && !self.same_cycle(at, *next)
                    });
                let Some(next) = next else { break };
                path.push(next);
                at = next;
            }
            path
        };
        let mut chain = walk(&self.shape.upstream, &self.shape.height);
        chain.reverse();
        chain.push(step);
        chain.extend(walk(&self.shape.downstream, &self.shape.depth));
        chain
    }

    /// Whether two steps wait for each other in one circle.
    pub(crate) fn same_cycle(&self, a: usize, b: usize) -> bool {
        self.shape.same_cycle(a, b)
    }
}

/// What a step waits for, or what waits for it, as far as it has been found: see
/// [`Graph::reach_on`].
#[derive(Debug)]
pub(crate) struct Reach {
    up: bool,
    seen: Vec<bool>,
    found: Vec<u32>,
    /// Of those found, how many have been looked at, and how many edges of the next one.
    next: usize,
    edge: usize,
}

impl Reach {
    /// Which steps are found, by index; not the one that it began with.
    pub(crate) fn into_set(mut self) -> Vec<bool> {
        if let Some(start) = self.found.first() {
            self.seen[*start as usize] = false;
        }
        self.seen
    }
}

fn reach(edges: &Edges, start: usize) -> Vec<(usize, u32)> {
    let mut seen = vec![false; edges.nodes()];
    seen[start] = true;
    let mut found = vec![(start, 0)];
    let mut next = 0;
    while let Some(&(node, distance)) = found.get(next) {
        next += 1;
        for target in edges.of(node) {
            let target = *target as usize;
            if !seen[target] {
                seen[target] = true;
                found.push((target, distance + 1));
            }
        }
    }
    found.remove(0);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(edges: &[&[u32]]) -> Graph {
        Graph::build(edges.iter().map(|upstream| Node {
            upstream: upstream.to_vec(),
            ..Node::default()
        }))
    }

    #[test]
    fn readiness_follows_the_dependencies() {
        let node = |upstream: &[u32], elsewhere, complete, blocked| Node {
            upstream: upstream.to_vec(),
            unmet_elsewhere: elsewhere,
            complete,
            blocked,
            retired: false,
        };
        let graph = Graph::build([
            node(&[], 0, true, false),
            node(&[0], 0, false, false),
            node(&[1], 0, false, false),
            node(&[0], 1, false, false),
            node(&[0], 0, false, true),
        ]);
        let states: Vec<State> = (0..5).map(|step| graph.state(step)).collect();
        use State::{Blocked, Done, Ready, Waiting};
        assert_eq!(states, [Done, Ready, Waiting, Waiting, Blocked]);
        assert_eq!(graph.held_back_by(1).collect::<Vec<_>>(), [2]);
        assert_eq!(graph.dependants(0).len(), 4);
        let counts = [0, 3, 4, 5].map(|most| graph.count_dependants(0, most));
        assert_eq!(counts, [0, 3, 4, 4]);
        let waiting = [0, 1, 2].map(|step| graph.count_waiting(step, 9));
        assert_eq!(waiting, [4, 1, 0]);
    }

    #[test]
    fn what_is_retired_is_not_to_be_done_and_is_waited_for_in_vain() {
        let node = |upstream: &[u32], complete| Node {
            upstream: upstream.to_vec(),
            complete,
            retired: true,
            ..Node::default()
        };
        let waiting = Node {
            upstream: vec![1],
            ..Node::default()
        };
        let mut graph = Graph::build([node(&[], true), node(&[0], false), waiting]);
        use State::{Done, Ready, Retired, Waiting};
        assert_eq!(graph.states(), [Done, Retired, Waiting]);
        graph.amend(&[(1, node(&[0], true))]);
        assert_eq!(graph.states(), [Done, Done, Ready]);
        graph.amend(&[(1, node(&[], false))]);
        assert_eq!(graph.states(), [Done, Retired, Waiting]);
    }

    #[test]
    fn cycles_are_found_and_spelled_out() {
        let graph = graph(&[&[1], &[2], &[0, 3], &[], &[4], &[2]]);
        assert_eq!(graph.cycles(), [vec![0, 1, 2], vec![4]]);
        assert_eq!(graph.shortest_cycle(&graph.cycles()[0]), [0, 1, 2]);
        assert_eq!(graph.shortest_cycle(&graph.cycles()[1]), [4]);
        assert_eq!(graph.state(0), State::Waiting);
        assert_eq!(graph.longest_chain(3), [3, 2, 5]);
    }

    #[test]
    fn a_chain_and_a_star_of_a_million_steps_are_safe() {
        let count = 1_000_000u32;
        let chain = Graph::build((0..count).map(|n| Node {
            upstream: n.checked_sub(1).into_iter().collect(),
            ..Node::default()
        }));
        assert_eq!(chain.depth(0), count);
        assert_eq!(chain.longest_chain(500).len(), count as usize);
        let star = Graph::build((0..count).map(|n| Node {
            upstream: (n > 0).then_some(0).into_iter().collect(),
            ..Node::default()
        }));
        assert_eq!(star.held_back_by(0).count(), count as usize - 1);
    }
}
