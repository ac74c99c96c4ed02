//! Who waits for whom: readiness, cycles, dependants and longest chains.
//!
//! Everything is one pass over steps and edges, without recursion, so that a chain or a
//! star of a million steps is as safe as a short one. Steps are numbers here: their index
//! in the plan.

use super::status::State;

/// Adjacency in two flat lists: the neighbours of `n` are `targets[starts[n]..starts[n + 1]]`.
#[derive(Clone, Debug, Default)]
struct Edges {
    starts: Vec<u32>,
    targets: Vec<u32>,
}

impl Edges {
    fn of(&self, node: usize) -> &[u32] {
        &self.targets[self.range(node)]
    }

    fn range(&self, node: usize) -> std::ops::Range<usize> {
        self.starts[node] as usize..self.starts[node + 1] as usize
    }

    fn reversed(&self) -> Self {
        let nodes = self.starts.len() - 1;
        let mut starts = vec![0u32; nodes + 1];
        for target in &self.targets {
            starts[*target as usize + 1] += 1;
        }
        for node in 0..nodes {
            starts[node + 1] += starts[node];
        }
        let mut at = starts.clone();
        let mut targets = vec![0; self.targets.len()];
        for node in 0..nodes {
            for target in self.of(node) {
                let slot = &mut at[*target as usize];
                targets[*slot as usize] = u32::try_from(node).unwrap_or(u32::MAX);
                *slot += 1;
            }
        }
        Self { starts, targets }
    }
}

/// What the graph needs to know of one step.
#[derive(Clone, Debug, Default)]
pub struct Node {
    /// Indexes of the steps it depends on; missing ones are counted in `unmet_elsewhere`.
    pub upstream: Vec<u32>,
    /// Missing steps and open conditions among its dependencies.
    pub unmet_elsewhere: u32,
    /// Whether its status is complete.
    pub complete: bool,
    /// Whether its status is blocked.
    pub blocked: bool,
}

/// The dependency graph of a plan with everything derived from it.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    upstream: Edges,
    downstream: Edges,
    states: Vec<State>,
    unmet: Vec<u32>,
    /// Of the unmet dependencies, those that are no steps of the plan.
    elsewhere: Vec<u32>,
    blocked: Vec<bool>,
    cycle_of: Vec<Option<u32>>,
    cycles: Vec<Vec<u32>>,
    height: Vec<u32>,
    depth: Vec<u32>,
}

impl Graph {
    /// Derives everything from the steps' own facts.
    pub fn build(nodes: impl IntoIterator<Item = Node>) -> Self {
        let mut upstream = Edges {
            starts: vec![0],
            targets: Vec::new(),
        };
        let (mut elsewhere, mut complete, mut blocked) = (Vec::new(), Vec::new(), Vec::new());
        for node in nodes {
            upstream.targets.extend_from_slice(&node.upstream);
            let end = u32::try_from(upstream.targets.len()).unwrap_or(u32::MAX);
            upstream.starts.push(end);
            elsewhere.push(node.unmet_elsewhere);
            complete.push(node.complete);
            blocked.push(node.blocked);
        }
        let downstream = upstream.reversed();
        let (cycle_of, cycles) = cycles(&upstream);
        let order = order(&upstream, &downstream, &cycle_of);
        let height = longest(order.iter().copied(), &upstream, &cycle_of);
        let depth = longest(order.iter().rev().copied(), &downstream, &cycle_of);
        let mut graph = Self {
            // Done or not is all that is known yet.
            states: (complete.iter())
                .map(|done| if *done { State::Done } else { State::Ready })
                .collect(),
            unmet: vec![0; complete.len()],
            upstream,
            downstream,
            elsewhere,
            blocked,
            cycle_of,
            cycles,
            height,
            depth,
        };
        for node in 0..graph.states.len() {
            graph.derive(node);
        }
        graph
    }

    /// The graph after some steps changed. Only where a dependency came or went is it built
    /// anew; a status concerns the step and those that wait for it.
    pub fn amend(&mut self, changed: &[(usize, Node)]) {
        let other_edges = |(step, node): &(usize, Node)| self.upstream.of(*step) != node.upstream;
        if changed.iter().any(other_edges) {
            let mut nodes: Vec<Node> = (0..self.states.len()).map(|step| self.node(step)).collect();
            for (step, node) in changed {
                nodes[*step] = node.clone();
            }
            *self = Self::build(nodes);
            return;
        }
        for (step, node) in changed {
            self.elsewhere[*step] = node.unmet_elsewhere;
            self.blocked[*step] = node.blocked;
            self.states[*step] = match node.complete {
                true => State::Done,
                false => State::Ready,
            };
        }
        for (step, _) in changed {
            self.derive(*step);
            for at in self.downstream.range(*step) {
                self.derive(self.downstream.targets[at] as usize);
            }
        }
    }

    /// What a step told of itself.
    fn node(&self, step: usize) -> Node {
        Node {
            upstream: self.upstream.of(step).to_vec(),
            unmet_elsewhere: self.elsewhere[step],
            complete: self.states[step] == State::Done,
            blocked: self.blocked[step],
        }
    }

    /// Derives the state of a step, of which it is known whether it is done.
    fn derive(&mut self, step: usize) {
        let open = |n: &&u32| self.states[**n as usize] != State::Done;
        let open = self.upstream.of(step).iter().filter(open).count();
        let unmet = self.elsewhere[step] + u32::try_from(open).unwrap_or(u32::MAX);
        self.unmet[step] = unmet;
        if self.states[step] == State::Done {
            return;
        }
        self.states[step] = match self.blocked[step] {
            _ if unmet > 0 || self.cycle_of[step].is_some() => State::Waiting,
            true => State::Blocked,
            false => State::Ready,
        };
    }

    /// The steps that `step` depends on directly.
    pub fn upstream(&self, step: usize) -> impl ExactSizeIterator<Item = usize> {
        self.upstream.of(step).iter().map(|n| *n as usize)
    }

    /// The steps that depend on `step` directly.
    pub fn downstream(&self, step: usize) -> impl ExactSizeIterator<Item = usize> {
        self.downstream.of(step).iter().map(|n| *n as usize)
    }

    /// The derived state of `step`.
    pub fn state(&self, step: usize) -> State {
        self.states[step]
    }

    /// How many of its dependencies are not met.
    pub fn unmet(&self, step: usize) -> usize {
        self.unmet[step] as usize
    }

    /// The cycle that `step` is part of: every step that can reach it and be reached by it.
    pub fn cycle(&self, step: usize) -> Option<&[u32]> {
        self.cycle_of[step].map(|cycle| &*self.cycles[cycle as usize])
    }

    /// Every group of steps that wait for each other in a circle.
    pub fn cycles(&self) -> &[Vec<u32>] {
        &self.cycles
    }

    /// A shortest circle through the first step of a cycle's group, in dependency order:
    /// each step depends on the next, the last one on the first.
    pub fn shortest_cycle(&self, group: &[u32]) -> Vec<usize> {
        let Some(start) = group.first().map(|n| *n as usize) else {
            return Vec::new();
        };
        let cycle = self.cycle_of[start];
        // A map, so that many small cycles in a large plan stay cheap.
        let mut came_from = std::collections::HashMap::new();
        let mut queue = std::collections::VecDeque::from([start]);
        while let Some(node) = queue.pop_front() {
            for next in self.upstream(node) {
                if next == start {
                    let mut path = vec![node];
                    let mut at = node;
                    while let Some(before) = came_from.get(&at) {
                        path.push(*before);
                        at = *before;
                    }
                    path.reverse();
                    return path;
                }
                if self.cycle_of[next] == cycle && !came_from.contains_key(&next) {
                    came_from.insert(next, node);
                    queue.push_back(next);
                }
            }
        }
        Vec::new()
    }

    /// Everything that `step` waits for, directly or through others, nearest first, with
    /// the distance in edges.
    pub fn ancestors(&self, step: usize) -> Vec<(usize, u32)> {
        reach(&self.upstream, step)
    }

    /// Everything that waits for `step`, directly or through others, nearest first, with
    /// the distance in edges.
    pub fn dependants(&self, step: usize) -> Vec<(usize, u32)> {
        reach(&self.downstream, step)
    }

    /// How many steps wait for `step`, directly or through others, counted up to `most`.
    pub fn count_dependants(&self, step: usize, most: usize) -> usize {
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
            for target in self.downstream(*node) {
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
    pub fn held_back_by(&self, step: usize) -> impl Iterator<Item = usize> {
        let holds = self.states[step] != State::Done;
        self.downstream(step).filter(move |next| {
            holds && self.states[*next] == State::Waiting && self.unmet[*next] == 1
        })
    }

    /// Steps on the longest chain that ends at `step`, itself included. Edges within a
    /// cycle do not count.
    pub fn height(&self, step: usize) -> u32 {
        self.height[step]
    }

    /// Steps on the longest chain that starts at `step`, itself included.
    pub fn depth(&self, step: usize) -> u32 {
        self.depth[step]
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
        let mut chain = walk(&self.upstream, &self.height);
        chain.reverse();
        chain.push(step);
        chain.extend(walk(&self.downstream, &self.depth));
        chain
    }

    /// Whether two steps wait for each other in one circle.
    pub fn same_cycle(&self, a: usize, b: usize) -> bool {
        self.cycle_of[a].is_some() && self.cycle_of[a] == self.cycle_of[b]
    }
}

fn reach(edges: &Edges, start: usize) -> Vec<(usize, u32)> {
    let mut seen = vec![false; edges.starts.len() - 1];
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

/// Tarjan's strongly connected components with an explicit stack; only those that are
/// cycles are kept, each in ascending order.
fn cycles(edges: &Edges) -> (Vec<Option<u32>>, Vec<Vec<u32>>) {
    const UNSEEN: u32 = u32::MAX;
    let count = edges.starts.len() - 1;
    let (mut index, mut low) = (vec![UNSEEN; count], vec![0u32; count]);
    let mut on_stack = vec![false; count];
    let (mut stack, mut work): (Vec<u32>, Vec<(u32, u32)>) = (Vec::new(), Vec::new());
    let mut cycle_of = vec![None; count];
    let mut cycles: Vec<Vec<u32>> = Vec::new();
    let mut next_index = 0;
    for root in 0..count {
        if index[root] != UNSEEN {
            continue;
        }
        work.push((root as u32, 0));
        while let Some((node, edge)) = work.pop() {
            let at = node as usize;
            if edge == 0 {
                index[at] = next_index;
                low[at] = next_index;
                next_index += 1;
                stack.push(node);
                on_stack[at] = true;
            }
            let neighbours = edges.of(at);
            if let Some(next) = neighbours.get(edge as usize) {
                work.push((node, edge + 1));
                let next_at = *next as usize;
                if index[next_at] == UNSEEN {
                    work.push((*next, 0));
                } else if on_stack[next_at] {
                    low[at] = low[at].min(index[next_at]);
                }
                continue;
            }
            if let Some((parent, _)) = work.last() {
                let parent = *parent as usize;
                low[parent] = low[parent].min(low[at]);
            }
            if low[at] == index[at] {
                let from = stack.iter().rposition(|n| *n == node).unwrap_or(0);
                let mut group = stack.split_off(from);
                for member in &group {
                    on_stack[*member as usize] = false;
                }
                if group.len() > 1 || neighbours.contains(&node) {
                    group.sort_unstable();
                    for member in &group {
                        cycle_of[*member as usize] = Some(cycles.len() as u32);
                    }
                    cycles.push(group);
                }
            }
        }
    }
    cycles.sort();
    for (number, group) in cycles.iter().enumerate() {
        for member in group {
            cycle_of[*member as usize] = Some(number as u32);
        }
    }
    (cycle_of, cycles)
}

/// Every node after all it depends on, edges within a cycle left out.
fn order(upstream: &Edges, downstream: &Edges, cycle_of: &[Option<u32>]) -> Vec<u32> {
    let counts = |a: usize, b: usize| cycle_of[a].is_none() || cycle_of[a] != cycle_of[b];
    let nodes = cycle_of.len();
    let mut missing: Vec<u32> = (0..nodes)
        .map(|node| {
            let counted = |n: &&u32| counts(node, **n as usize);
            upstream.of(node).iter().filter(counted).count() as u32
        })
        .collect();
    let mut order: Vec<u32> = (0..nodes as u32)
        .filter(|n| missing[*n as usize] == 0)
        .collect();
    let mut next = 0;
    while let Some(&node) = order.get(next) {
        next += 1;
        for target in downstream.of(node as usize) {
            if counts(node as usize, *target as usize) {
                missing[*target as usize] -= 1;
                if missing[*target as usize] == 0 {
                    order.push(*target);
                }
            }
        }
    }
    order
}

fn longest(order: impl Iterator<Item = u32>, edges: &Edges, cycle_of: &[Option<u32>]) -> Vec<u32> {
    let mut lengths = vec![1; cycle_of.len()];
    for node in order {
        let node = node as usize;
        for next in edges.of(node) {
            let next = *next as usize;
            if cycle_of[node].is_none() || cycle_of[node] != cycle_of[next] {
                lengths[node] = lengths[node].max(lengths[next] + 1);
            }
        }
    }
    lengths
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
